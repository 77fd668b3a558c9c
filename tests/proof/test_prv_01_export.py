"""PRV-01: what one takes along is all that the server has of one, nothing that is somebody else's, and no secret."""

import contextlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from among_protocol import wire
from among_protocol.export import AnyExported, ExportAccount
from among_protocol.schema import document
from among_server.handlers.session import enter, new_token
from among_server.store import fates
from among_server.store.sqlite import SqliteStore
from tests.world import Person, World, world_of

from .test_prv_02_erase import MARK, STAYS, nest

COUNTED = "SELECT count(*) FROM {} WHERE {}"


async def archive(person: Person) -> list[dict[str, Any]]:
    """All records, as a client writes them down."""
    records: list[dict[str, Any]] = []
    after, pages = "", 0
    while True:
        page = await person.ask(ExportAccount, after=after)
        pages += 1
        again = await person.ask(ExportAccount, after=after)
        first = [plain(person, record) for record in page.records]
        assert after == "" or [plain(person, record) for record in again.records] == first, "asked again it is the same"
        records += first
        after = page.next
        if not after:
            assert pages > 3
            return records


def plain(person: Person, record: Any) -> dict[str, Any]:
    found: dict[str, Any] = person.encoding._decoder_of(dict).decode(record)
    return found


async def bird_of(world: World, store: SqliteStore, encoding: wire.Encoding = wire.JSON) -> Person:
    town, _, bird, _ = await nest(store)
    store.committed = world.app._heard
    person = Person(world, encoding)
    row = await store.account(bird.id)
    assert row is not None
    await store.open_session(bird.id, b"0" * 32, f"{MARK}'s laptop")
    person.account, person.handle = bird.id, row.handle
    context = person.context
    token, secret = new_token()
    opened = await store.open_session(bird.id, secret, "desk")
    await enter(context, bird.id, opened.opened.id, token)
    assert town.heard
    return person


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_prv_01_all_that_is_ones_own_is_in_it_and_each_line_as_the_schema_says(tmp_path: Path, encoding):
    store = SqliteStore(tmp_path, synchronous="normal")
    async with world_of(store) as world:
        bird = await bird_of(world, store, encoding)
        records = await archive(bird)
    schema = document()
    validator = jsonschema.Draft202012Validator({**schema, "$ref": "#/$defs/Exported"})
    for record in records:
        validator.validate(record)
    assert records[0]["record"] == "archive"
    with contextlib.closing(sqlite3.connect(tmp_path / "among.db")) as db:
        db.row_factory = sqlite3.Row
        (key,) = db.execute("SELECT key FROM accounts WHERE handle LIKE ?", (f"%{MARK}%",)).fetchone()
        counts = {
            "membership": db.execute("SELECT count(*) FROM members WHERE account = ?", (key,)).fetchone()[0],
            "marker": db.execute("SELECT count(*) FROM markers WHERE account = ?", (key,)).fetchone()[0],
            "block": db.execute("SELECT count(*) FROM blocks WHERE account = ?", (key,)).fetchone()[0],
            "session": db.execute("SELECT count(*) FROM sessions WHERE account = ?", (key,)).fetchone()[0],
        }
        revisions = db.execute(
            "SELECT count(*) FROM personas p JOIN members m ON m.id = p.member WHERE m.account = ?", (key,)
        ).fetchone()[0]
        own = {
            (row["log"], row["seq"]): row["json"]
            for row in db.execute("SELECT v.* FROM log_entries v JOIN logs a ON a.key = ? WHERE v.log = a.id", (key,))
        }
        wrote = {
            (row["log"], row["seq"]): row["json"]
            for row in db.execute(
                "SELECT v.* FROM log_entries v JOIN logs a ON a.key = ?"
                " WHERE v.author = a.id AND v.type IN ('message.sent', 'room.topic_set', 'member.kicked')"
                " AND v.log NOT LIKE 'a%'",
                (key,),
            )
        }
    got = {kind: sum(record["record"] == kind for record in records) for kind in counts}
    assert got == counts
    assert sum(len(record["personas"]) for record in records if record["record"] == "membership") == revisions
    entries = {(one["entry"]["log"], one["entry"]["seq"]): one["entry"] for one in records if one["record"] == "entry"}
    assert len(entries) == sum(record["record"] == "entry" for record in records), "none is told twice"
    for place, kept in {**own, **wrote}.items():
        assert entries[place] == json.loads(kept)


async def test_prv_01_nobody_elses_words_and_no_secrets_are_in_it(tmp_path: Path):
    store = SqliteStore(tmp_path, synchronous="normal")
    async with world_of(store) as world:
        bird = await bird_of(world, store)
        told = json.dumps(await archive(bird))
        accounts = [
            account.id for account in [await store.account_by_handle(name) for name in ("ann", "cat")] if account
        ]
    assert f"{STAYS} says" not in told
    assert f"{STAYS} reports" not in told
    assert not [id for id in accounts if id in told], "nobody's account is named but one's own"
    with contextlib.closing(sqlite3.connect(tmp_path / "among.db")) as db:
        secrets = [row[0] for row in db.execute("SELECT hash FROM passwords")]
        secrets += [
            row[0].hex() for table in ("sessions", "resets") for row in db.execute(f"SELECT secret FROM {table}")
        ]
        secrets += [row[0].hex() for row in db.execute("SELECT digest FROM nonces")]
    assert secrets
    assert not [secret for secret in secrets if secret and secret in told]


def test_prv_01_the_table_says_of_each_part_where_it_is_told():
    kinds = {str(record.__struct_config__.tag) for record in get_args(AnyExported)} | {"account", "log", "nonce"}
    for name, row in fates.TABLES.items():
        named = set(re.findall(r"`([^`]+)`", row.exported))
        assert row.exported.startswith("- ") or (named and named <= kinds), f"{name}: {row.exported}"
