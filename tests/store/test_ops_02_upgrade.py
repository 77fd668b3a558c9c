"""OPS-02: data of every released schema are brought up to date, whole, also when it is interrupted, and never back."""

import asyncio
import contextlib
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from among_protocol.codes import INVITE_INVALID
from among_protocol.messages import GLIMPSED, SendMessage
from among_server.store import backups
from among_server.store.api import StoreError
from among_server.store.sqlite import SqliteStore, schema
from among_server.store.sqlite.backup import SqliteBackups
from tests.store.fixtures.make import dump, load, seen
from tests.store.full import fill
from tests.store.town import Person, Town, refused

ROOT = Path(__file__).parents[2]
RELEASED = sorted((ROOT / "tests/store/fixtures").glob("schema-*.sql"))
every_released_schema = pytest.mark.parametrize("fixture", RELEASED, ids=[path.stem for path in RELEASED])

KILLS = 16  # in each upgrade
STEP = "CREATE TABLE flowers (name TEXT) STRICT; INSERT INTO flowers VALUES ('rose');"


def later(monkeypatch: pytest.MonkeyPatch, script: str = STEP) -> int:
    """As a version of the future, with a step more; gives its schema."""
    steps = schema._steps()
    monkeypatch.setattr(schema, "_steps", lambda: [*steps, (f"{len(steps) + 1:04}_later.sql", script)])
    return len(steps) + 1


def everything(folder: Path) -> dict[str, str]:
    """Each file, and a digest of it; but for the index of the write-ahead log, which is made anew by who opens it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


@every_released_schema
async def test_ops_02_every_released_schema_keeps_its_content(fixture: Path, tmp_path: Path):
    folder = tmp_path / "data"
    load(fixture, folder)
    told = json.loads(fixture.with_suffix(".json").read_text("utf-8"))
    town = Town(SqliteStore(folder))
    await town.store.open()
    people = [Person(town, id, what["profile"][0]) for id, what in told["accounts"].items()]
    now = await seen(town, people, list(told["communities"]), list(told["rooms"]))
    for what, content in now.items():
        assert content == told[what], what
    for secret, account in told["sessions"].items():
        session = await town.store.session(bytes.fromhex(secret))
        assert session is not None
        assert session.account == account
    for said in told["said"]:
        command = SendMessage(id="1", nonce=said["nonce"], room=said["room"], body=said["body"])
        again = await town.store.append(said["account"], command)
        assert (again.repeat, again.entry.event.seq) == (True, said["seq"])
    for secret, uses in told["invites"].items():
        for number in range(uses):
            await town.store.create_account(f"new{uses}{number}", "New", "hash", invite=bytes.fromhex(secret))
        await refused(INVITE_INVALID, town.store.create_account("x", "X", "hash", invite=bytes.fromhex(secret)))
    room = told["said"][0]["room"]
    head = len(told["logs"][room])
    assert (await people[0].says(room, "on we go", nonce="later")).entry.event.seq == head + 1
    await town.store.close()


@every_released_schema
async def test_ops_02_rooms_know_what_was_said_last_before_they_kept_it(fixture: Path, tmp_path: Path):
    folder = tmp_path / "data"
    load(fixture, folder)
    told = json.loads(fixture.with_suffix(".json").read_text("utf-8"))
    town = Town(SqliteStore(folder))
    await town.store.open()
    seen = 0
    for account in told["accounts"]:
        rows = await town.store.recent(account, None, 100)
        assert [row.said_ms for row in rows] == sorted((row.said_ms for row in rows), reverse=True)
        for row in rows:
            (newest,), _ = await town.page(row.room.id, limit=1)
            assert (row.said.seq, row.said.at, row.said.body) == (newest.seq, newest.at, newest.body[:GLIMPSED])
            assert row.said_ms == round(datetime.fromisoformat(newest.at).timestamp() * 1000)
            seen += 1
    await town.store.close()
    assert seen


@every_released_schema
def test_ops_02_a_kill_at_any_statement_of_an_upgrade_changes_nothing_in_the_end(fixture: Path, tmp_path: Path):
    """At some of them; at every one in `make soak`."""
    command = [sys.executable, "-m", "tests.store.upgrades", str(fixture), str(tmp_path), str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.findall(r"^\d+ (.*)$", done.stdout, re.MULTILINE)
    assert set(told) == {"same"}, done.stdout
    assert len(told) == KILLS


async def test_ops_02_so_it_is_with_all_that_a_store_holds_today(tmp_path: Path):
    """No schema was released yet that has threads, pins, reactions and choices."""
    await fill(tmp_path / "data")
    path = tmp_path / f"schema-{len(schema._steps()):04}.sql"
    path.write_text(dump(tmp_path / "data/among.db"), "utf-8")
    test_ops_02_a_kill_at_any_statement_of_an_upgrade_changes_nothing_in_the_end(path, tmp_path)


def test_ops_02_a_kill_at_any_step_of_a_backup_or_a_restore_loses_nothing(tmp_path: Path):
    """At some of them; at every one in `make soak`."""
    command = [sys.executable, "-m", "tests.store.interrupted", str(tmp_path), str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.findall(r"^(?:backup|restore) \d+ (.*)$", done.stdout, re.MULTILINE)
    assert set(told) == {"well"}, done.stdout
    assert len(told) == 2 * KILLS


async def test_ops_02_data_are_backed_up_before_they_are_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "data"
    town = Town(SqliteStore(folder))
    await town.store.open()
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    await ann.says(room, "hello")
    await town.store.close()
    with monkeypatch.context() as newer:
        at = later(newer)
        for _ in range(2):
            town = Town(SqliteStore(folder))
            await town.store.open()
            assert await town.bodies(room) == ["hello"]
            await town.store.close()
        (kept,) = backups.listing(folder / backups.FOLDER)
        assert (kept.path.name, kept.manifest.reason) == (f"among-before-{at:04}", "upgrade")
        assert kept.manifest.schema == at - 1
        assert await _flowers(folder) == [("rose",)]
    with pytest.raises(StoreError, match="newer version"):
        await SqliteStore(folder).open()
    done = SqliteBackups(folder).restore(kept.path, replace=True, keep_sessions=False)
    assert (done.schema, done.known) == (at - 1, True)
    town = Town(SqliteStore(folder))  # the older version goes on with it
    await town.store.open()
    assert await town.bodies(room) == ["hello"]
    await town.store.close()


async def _flowers(folder: Path) -> list[tuple[str]]:
    def read() -> list[tuple[str]]:
        with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
            return db.execute("SELECT name FROM flowers").fetchall()

    return await asyncio.to_thread(read)


async def test_ops_02_steps_are_told_of_data_that_were_there_and_not_of_a_first_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A new server began with two dozen lines about bringing up to date what did not exist."""
    with capture_logs() as logs:
        for _ in range(2):
            store = SqliteStore(tmp_path)
            await store.open()
            await store.close()
            later(monkeypatch)
    steps = [line["step"] for line in logs if line["event"] == "store.migrated"]
    assert steps == [schema._steps()[-2][0]]


async def test_ops_02_a_step_that_is_tried_again_leaves_one_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A supervisor starts it again and again: the disk must not fill up."""
    folder = tmp_path / "data"
    town = Town(SqliteStore(folder))
    await town.store.open()
    await town.person("ann")
    await town.store.close()
    with monkeypatch.context() as newer:
        at = later(newer, f"{STEP} SELECT name FROM nowhere;")
        for _ in range(3):
            with pytest.raises(StoreError, match="nowhere"):
                await SqliteStore(folder).open()
    (kept,) = backups.listing(folder / backups.FOLDER)
    assert kept.path.name == f"among-before-{at:04}"
    assert SqliteBackups(folder).verify(kept.path).manifest.accounts == 1


@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_ops_02_an_older_version_refuses_newer_data_and_writes_nothing(tmp_path: Path, killed: bool):
    """The very program: exit code, one line, and not a byte changed, also not by emptying the write-ahead log."""
    folder = tmp_path / "data"
    load(RELEASED[-1], folder)
    newer = "import os, sqlite3; db = sqlite3.connect('among.db'); db.execute('PRAGMA wal_autocheckpoint = 0')"
    newer += "; db.execute('PRAGMA user_version = 99'); db.commit()"
    newer += "; os.kill(os.getpid(), 9)" if killed else "; db.close()"
    subprocess.run([sys.executable, "-c", newer], cwd=folder, check=False)
    (folder / "lock").touch(0o600)
    before = everything(folder)
    assert ("among.db-wal" in before) == killed
    for command in (["serve", "--port", "0"], ["backup", "--fast"], ["invite"]):
        done = subprocess.run(
            [sys.executable, "-m", "among_server.admin.main", *command, "--data", str(folder), "--log-format", "json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 1
        (line,) = [line for line in done.stderr.splitlines() if not line.startswith("{")]
        assert "newer version of Among (schema 99" in line
        assert done.stdout == ""
        assert everything(folder) == before, command
