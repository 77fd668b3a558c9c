"""The law in `store/blanks.py`: an entry loses its body once, wherever its bytes are, and keeps its envelope.

What only a store with files can get wrong comes after it."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from msgspec import json
from structlog.testing import capture_logs

from among_protocol.base import Entry
from among_protocol.codes import INTERNAL, NONCE_CONFLICT
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.rooms import SetTopic
from among_protocol.wire import JSON
from among_server.ears import TALK
from among_server.store.api import Tx
from among_server.store.rows import Stored
from among_server.store.rules import RULES
from among_server.store.sqlite import SqliteStore, arrivals, exporting, reads, schema
from among_server.store.sqlite.tx import SqliteTx
from tests.store.test_laws import hall, rule_is
from tests.store.town import Town, cut_off, refused

CANARY = "kestrel-9041"


async def kept(town: Town, log: str, seq: int) -> Stored:
    json = (await town.store.entries(log, seq - 1, seq, 1)).entries[0]
    event = JSON.decode_entry(json)
    assert isinstance(event, Entry)
    return Stored(event, json)


# 1. The kept bytes become those of the envelope.


async def test_of_a_blank_entry_there_is_who_where_and_when(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    said = (await ann.says(room, f"{CANARY} @bob", nonce="n")).entry.event
    await ann.says(room, "next")
    assert isinstance(said, MessageSent)
    before = await bob.unread(room)
    await town.blank(room, 1)
    left = await kept(town, room, 1)
    assert left.event == MessageSent(
        log=room, seq=1, at=said.at, by=said.by, rev=1, nonce="n", body="", mentions=said.mentions, blank=True
    )
    assert left.json == JSON.encode(left.event)
    assert [(one.seq, one.body, one.mentions, one.blank) for one in (await town.page(room))[0]] == [
        (1, "", said.mentions, True),
        (2, "next", [], False),
    ]
    assert await bob.unread(room) == before == (0, 2, 1)
    for ear in (TALK, *said.mentions):
        assert CANARY not in str((await town.store.wanted(room, ear, 0, None, 10)).entries)


async def test_what_is_blank_stays_as_it_is(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, CANARY)
    await town.blank(room, 1)
    left, heard = await kept(town, room, 1), len(town.heard)
    await town.blank(room, 1)
    assert await kept(town, room, 1) == left
    assert len(town.heard) == heard


async def test_what_is_not_there_cannot_be_blanked(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "hello")
    with capture_logs() as logs:
        await refused(INTERNAL, town.blank(room, 2))
    assert [entry["event"] for entry in logs] == ["store.write_failed"]


async def test_a_blank_message_is_none_for_the_rules(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "hello")
    await town.blank(room, 1)
    assert await town.carry_out(lambda tx: tx.message(room, 1)) is None


async def test_under_its_nonce_anything_gives_the_first_result_again(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "hello", nonce="n")
    await ann.says(room, "another", nonce="m")
    await town.blank(room, 1)
    for body in ("hello", "something else"):
        again = await ann.says(room, body, nonce="n")
        assert again.repeat
        assert again.entry == await kept(town, room, 1)
    await refused(NONCE_CONFLICT, ann.says(room, "something else", nonce="m"))
    await refused(NONCE_CONFLICT, ann.ask(SetTopic, nonce="n", room=room, topic="of another kind"))


async def test_what_is_said_blanked_and_repeated_in_one_breath(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "before", nonce="o")
    answers = await asyncio.gather(
        ann.says(room, CANARY, nonce="n"),
        town.blank(room, 1),
        town.blank(room, 2),
        ann.says(room, "something else", nonce="n"),
        ann.says(room, "something else", nonce="o"),
    )
    assert [(await kept(town, room, seq)).event.blank for seq in (1, 2)] == [True, True]
    assert answers[3].repeat
    assert answers[3].entry == await kept(town, room, 2)
    assert answers[4].entry == await kept(town, room, 1)


async def test_a_rule_that_breaks_has_blanked_nothing(town: Town, monkeypatch: pytest.MonkeyPatch):
    _, room, (ann,) = await hall(town, "ann")
    right = RULES[SetTopic]

    def wrong(tx: Tx, account: str, command: SetTopic) -> Entry:
        tx.blank(room, 1)
        tx.blank(room, 2)
        right(tx, account, command)
        raise ZeroDivisionError

    await ann.says(room, "before", nonce="n")
    rule_is(monkeypatch, SetTopic, wrong)
    with capture_logs():
        answers = await asyncio.gather(
            ann.says(room, "meanwhile"),
            ann.ask(SetTopic, room=room, topic="broken"),
            ann.says(room, "after"),
            return_exceptions=True,
        )
    assert [isinstance(answer, BaseException) for answer in answers] == [False, True, False]
    assert await town.bodies(room) == ["before", "meanwhile", "after"]
    assert [one.event.body for one in town.heard if isinstance(one.event, MessageSent)] == [
        "before",
        "meanwhile",
        "after",
    ]
    await refused(NONCE_CONFLICT, ann.says(room, "other", nonce="n"))


# 2. `committed` is given the envelope.


async def test_it_is_told_where_it_was_blanked_and_before_what_comes_after(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, CANARY)
    before = len(town.heard)
    await asyncio.gather(ann.says(room, "2"), town.blank(room, 1), ann.says(room, "3"))
    told = town.heard[before:]
    assert [(one.event.seq, one.event.blank) for one in told] == [(2, False), (1, True), (3, False)]
    assert told[1] == await kept(town, room, 1)


async def test_what_was_said_and_blanked_in_one_batch_was_never_told(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    before = len(town.heard)
    await asyncio.gather(ann.says(room, CANARY), town.blank(room, 1), ann.says(room, "2"))
    told = town.heard[before:]
    assert [(one.event.seq, one.event.blank) for one in told] == [(1, True), (2, False)]
    assert CANARY not in str([one.json for one in told])


# 3. A read whose answer comes after that gives the envelope.


@pytest.mark.parametrize("read", ["entries", "wanted", "messages", "written"])
async def test_who_was_reading_meanwhile_does_not_get_the_old_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: str
):
    reading, go_on = threading.Event(), threading.Event()
    module = exporting if read == "written" else reads
    right = getattr(module, read)

    def slow(*named: Any, **options: Any) -> Any:
        found = right(*named, **options)
        reading.set()
        assert go_on.wait(10)
        return found

    async with opened(tmp_path) as town:
        _, room, (ann,) = await hall(town, "ann")
        await ann.says(room, CANARY)
        monkeypatch.setattr(module, read, slow)
        asked: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
            "entries": lambda: town.store.entries(room, 0, None, 10),
            "wanted": lambda: town.store.wanted(room, TALK, 0, None, 10),
            "messages": lambda: town.store.messages(room, before=None, after=None, around=None, limit=10),
            "written": lambda: town.store.written(ann.id, "", 10),
        }
        under_way = asyncio.ensure_future(asked[read]())
        await asyncio.to_thread(reading.wait, 10)
        await town.blank(room, 1)
        go_on.set()
        told = str([one if isinstance(one, bytes) else json.encode(one) for one in (await under_way)[0]])
        assert CANARY not in told
        assert "blank" in told


# 4. What is left in the files.


@contextlib.asynccontextmanager
async def opened(folder: Path, **options: Any) -> AsyncIterator[Town]:
    town = Town(SqliteStore(folder, **options))
    await town.store.open()
    try:
        yield town
    finally:
        await town.store.close()


def files_with(folder: Path, word: str) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file() and word.encode() in path.read_bytes())


LONG = f"{CANARY} " * 500  # on pages of its own


@pytest.mark.parametrize("body", [CANARY, LONG], ids=["short", "long"])
@pytest.mark.parametrize("moved", [False, True], ids=["lately", "moved"])
async def test_prv_02_after_a_purge_it_is_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, moved: bool
):
    if moved:
        monkeypatch.setattr(arrivals, "NEW", 0)
    async with opened(tmp_path) as town:
        _, room, (ann,) = await hall(town, "ann")
        for n in range(20):
            await ann.says(room, body if n % 2 else f"number {n}", nonce=f"n{n}")
        assert files_with(tmp_path, CANARY) != []
        digests = await town.carry_out(_digests)
        for n in range(1, 20, 2):
            await town.blank(room, n + 1)
        assert await town.store.purge()
        assert files_with(tmp_path, CANARY) == []
        assert len(await town.carry_out(_digests)) == len(digests) - 10
        assert [message.blank for message in (await town.page(room))[0]] == [False, True] * 10
        cut_off(tmp_path, tmp_path / "copy")
    async with opened(tmp_path / "copy") as town:  # as a kill would leave it
        assert [message.blank for message in (await town.page(room))[0]] == [False, True] * 10


def _digests(tx: SqliteTx) -> set[bytes]:
    tx.flush()
    rows = tx._db.execute("SELECT digest FROM arrivals UNION ALL SELECT digest FROM nonces").fetchall()
    return {digest for (digest,) in rows} - {b"", None}


async def test_an_entry_on_its_way_is_blank_in_both_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in {"NEW": 10_000, "PORTION": 8, "STEP": 8}.items():
        monkeypatch.setattr(arrivals, name, value)
    async with opened(tmp_path) as town:
        _, room, (ann,) = await hall(town, "ann")
        for n in range(3):
            await ann.says(room, CANARY, nonce=f"n{n}")

        def on_the_way(tx: SqliteTx) -> list[tuple[bytes, bytes]]:
            tx.flush()
            tx.arrivals.step()
            tx.blank(room, 1)
            sql = "SELECT e.json, a.json FROM entries e JOIN arrivals a USING (pos) WHERE instr(e.json, 'blank')"
            return tx._db.execute(sql).fetchall()

        both = await town.carry_out(on_the_way)
        assert len(both) == 1
        assert both[0][0] == both[0][1]
        assert (await ann.says(room, "other", nonce="n0")).repeat
        while await town.carry_out(lambda tx: tx._db.execute("SELECT count(*) FROM arrivals").fetchone()[0]):
            await town.carry_out(lambda tx: tx.arrivals.step())
        assert await town.bodies(room) == ["", CANARY, CANARY]
        assert (await ann.says(room, "other", nonce="n0")).repeat


async def test_what_is_blank_is_so_after_a_restart_and_its_nonce_known(tmp_path: Path):
    async with opened(tmp_path) as town:
        _, room, (ann,) = await hall(town, "ann")
        await ann.says(room, CANARY, nonce="n")
        await town.blank(room, 1)
    assert files_with(tmp_path, CANARY) == []  # closing puts all into the one file, and purges
    async with opened(tmp_path) as town:
        command = SendMessage(id="1", nonce="n", room=room, body="something else")
        again = await town.store.append(ann.id, command)
        assert again.repeat
        assert again.entry.event.blank


async def test_who_reads_for_long_puts_off_a_purge_and_nobody_else(tmp_path: Path):
    async with opened(tmp_path) as town:
        _, room, (ann,) = await hall(town, "ann")
        await ann.says(room, CANARY)
        reader = sqlite3.connect(schema.reader_uri(tmp_path / schema.FILE), uri=True, isolation_level=None)
        with contextlib.closing(reader):
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM arrivals").fetchone()
            await town.blank(room, 1)
            assert not await town.store.purge()
            await ann.says(room, "life goes on")
            reader.execute("COMMIT")
            assert await town.store.purge()
        assert files_with(tmp_path, CANARY) == []
