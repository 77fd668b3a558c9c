"""What is revoked stays revoked: law 10 of `store/api.py`, and the file beside the database."""

import asyncio
import contextlib
import errno
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from among_protocol.codes import STORAGE_UNAVAILABLE, STORAGE_UNCERTAIN
from among_server.store import files, revocations
from among_server.store.api import Store
from among_server.store.memory import MemoryStore
from among_server.store.revocations import Revocations, Revoked
from among_server.store.sqlite import SqliteStore
from among_server.store.sqlite.backup import SqliteBackups
from among_server.store.sqlite.writer import Writer
from tests.store.town import Town, refused

SECRET = bytes(range(32))
NOON = "2026-01-31T12:00:00.000Z"


def revoked(store: Store) -> list[Revoked]:
    if isinstance(store, MemoryStore):
        return list(store._tx.revoked)
    assert isinstance(store, SqliteStore)
    return [line for _, line in revocations.read(store._revocations.path).lines]


# 10. What is revoked is also noted outside of the database, before it is answered.


async def test_a_session_that_ended_is_noted_once(town: Town):
    ann = await town.person("ann")
    phone = (await town.store.open_session(ann.id, b"phone", "phone")).opened
    await town.store.open_session(ann.id, b"laptop", "laptop")
    assert revoked(town.store) == []
    await town.store.end_sessions(ann.id, only=phone.id)
    assert revoked(town.store) == [Revoked("session", phone.id)]
    await town.store.end_sessions(ann.id, only=phone.id)
    await town.store.end_sessions(ann.id, only="s_unknown")
    assert revoked(town.store) == [Revoked("session", phone.id)]


async def test_an_invite_that_is_used_up_is_noted(town: Town):
    await town.store.add_invite(SECRET, uses=2)
    await town.store.create_account("ann", "Ann", "hash", invite=SECRET)
    assert revoked(town.store) == []
    await town.store.create_account("bob", "Bob", "hash", invite=SECRET)
    assert revoked(town.store) == [Revoked("invite", SECRET.hex())]


async def test_what_is_said_meanwhile_is_kept_too(town: Town):
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    session = (await town.store.open_session(ann.id, SECRET, "")).opened
    said = [ann.says(room, "one"), ann.says(room, "two")]
    await town.store.end_sessions(ann.id, only=session.id)
    assert [(await one).entry.event.seq for one in said] == [1, 2]
    assert await town.store.session(SECRET) is None
    assert revoked(town.store) == [Revoked("session", session.id)]


# --- the file


async def test_it_is_on_the_disk_before_the_session_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In this order: the line, its flush, the commit."""
    story: list[str] = []
    real = files.flush
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    ann = await town.person("ann")
    session = (await town.store.open_session(ann.id, SECRET, "")).opened

    def flush(fd: int) -> None:
        with contextlib.closing(sqlite3.connect(f"file:{tmp_path}/among.db?mode=ro", uri=True)) as db:
            left = db.execute("SELECT count(*) FROM sessions").fetchone()[0]
        story.append(f"flushed, {left} session open")
        real(fd)

    monkeypatch.setattr(files, "flush", flush)
    await town.store.end_sessions(ann.id, only=session.id)
    assert story == ["flushed, 1 session open"]
    assert session.id in (tmp_path / "revocations").read_text()
    await town.store.close()


async def test_only_its_owner_may_read_it_and_no_secret_is_in_it(tmp_path: Path):
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    ann = await town.person("ann")
    session = (await town.store.open_session(ann.id, SECRET, "")).opened
    await town.store.end_sessions(ann.id, only=session.id)
    await town.store.close()
    path = tmp_path / "revocations"
    assert path.stat().st_mode & 0o777 == 0o600
    assert SECRET not in path.read_bytes()
    assert SECRET.hex() not in path.read_text()


@pytest.mark.parametrize(("number", "heals"), [(errno.ENOSPC, True), (errno.EIO, False)])
async def test_without_the_line_nothing_is_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, heals: bool
):
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    ann = await town.person("ann")
    session = (await town.store.open_session(ann.id, SECRET, "")).opened

    def flush(fd: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken, capture_logs():
        broken.setattr(files, "flush", flush)
        await refused(STORAGE_UNAVAILABLE, town.store.end_sessions(ann.id, only=session.id))
    assert await town.store.session(SECRET) is not None
    assert town.store.trouble
    assert revoked(town.store) == []
    if heals:
        await town.store.end_sessions(ann.id, only=session.id)
        assert revoked(town.store) == [Revoked("session", session.id)]
    else:
        await refused(STORAGE_UNAVAILABLE, town.store.end_sessions(ann.id, only=session.id))
    await town.store.close()


def failing_commits(patch: pytest.MonkeyPatch, code: int) -> None:
    def fail(writer: Writer) -> None:
        writer._committing = True
        failed = sqlite3.OperationalError("no COMMIT today")
        failed.sqlite_errorcode = code
        raise failed

    patch.setattr(Writer, "_commit", fail)


async def test_what_was_refused_is_not_revoked_by_a_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The disk is full at the commit: the operator who erases is told so, and leaves it at that."""
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    ann, bob = await town.people("ann", "bob")
    session = (await town.store.open_session(ann.id, SECRET, "")).opened
    await town.store.end_sessions(ann.id, only=session.id)
    kept = revoked(town.store)
    with monkeypatch.context() as full, capture_logs():
        failing_commits(full, sqlite3.SQLITE_FULL)
        await refused(STORAGE_UNAVAILABLE, town.store.erase_by_force("bob", "words"))
    assert revoked(town.store) == kept
    await town.store.erase_by_force("ann", "words")
    assert revoked(town.store) == [*kept, Revoked("account", f"{ann.id}:words")]
    await town.store.close()


async def test_what_is_done_again_one_by_one_is_noted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """After a mistake of ours, which came when the lines were on the disk already."""
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    bob = await town.person("bob")
    commit, mistakes = Writer._commit, [ZeroDivisionError()]

    def once(writer: Writer) -> None:
        if mistakes:
            raise mistakes.pop()
        commit(writer)

    monkeypatch.setattr(Writer, "_commit", once)
    await town.store.erase_by_force("bob", "words")
    assert revoked(town.store) == [Revoked("account", f"{bob.id}:words")]
    await town.store.close()


async def test_what_may_be_there_stays_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    bob = await town.person("bob")
    with monkeypatch.context() as broken, capture_logs():
        failing_commits(broken, sqlite3.SQLITE_IOERR)
        await refused(STORAGE_UNCERTAIN, town.store.erase_by_force("bob", "words"))
    assert revoked(town.store) == [Revoked("account", f"{bob.id}:words")]
    await town.store.close()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from among_server.store.sqlite import SqliteStore
from among_server.store.sqlite.writer import Writer

async def main(folder, when):
    store = SqliteStore(Path(folder))
    await store.open()
    commit = Writer._commit

    def die(writer):
        if when == "after":
            commit(writer)
        os.kill(os.getpid(), signal.SIGKILL)

    Writer._commit = die
    await store.erase_by_force("bob", "words")

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_kill_between_the_line_and_its_commit_erases_nobody_at_a_restore(tmp_path: Path, when: str):
    """The line is on the disk. Whether the commit is decides what it counts, on the next start."""
    folder = tmp_path / "data"
    town = Town(SqliteStore(folder))
    await town.store.open()
    ann, bob = await town.people("ann", "bob")
    session = (await town.store.open_session(ann.id, SECRET, "")).opened
    await town.store.end_sessions(ann.id, only=session.id)
    kept = revoked(town.store)
    taken = SqliteBackups(folder).take(tmp_path / "backups")
    await town.store.close()
    killed = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", KILLED, str(folder), when], stderr=subprocess.DEVNULL, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    line = Revoked("account", f"{bob.id}:words")
    assert [what for _, what in revocations.read(folder / "revocations").lines] == [*kept, line]
    for _ in range(2):
        again = SqliteStore(folder)
        await again.open()
        assert (await again.account_by_handle("bob") is not None) == (when == "before")
        assert revoked(again) == ([*kept, line] if when == "after" else kept)
        await again.close()
        assert SqliteBackups(folder).restore(taken.path, replace=True, keep_sessions=False).erased == (when == "after")


@pytest.mark.parametrize("committed", [None, NOON])
def test_of_a_start_that_does_not_know_better_all_lines_stay(tmp_path: Path, committed: str | None):
    """After a restore, or with the last of them committed."""
    file = Revocations(tmp_path)
    assert file.open("st_1", NOON, None) == ""
    file.add(at(1), [Revoked("session", "s_1")])
    file.add(NOON, [Revoked("session", "s_2"), Revoked("session", "s_3")])
    file.close()
    with capture_logs() as logs:
        assert file.open("st_1", NOON, committed) == NOON
    assert logs == []
    assert [line.name for _, line in revocations.read(file.path).lines] == ["s_1", "s_2", "s_3"]
    file.close()


def test_only_the_lines_of_the_last_moment_are_taken_back(tmp_path: Path):
    file = Revocations(tmp_path)
    file.open("st_1", NOON, None)
    for second in (1, 2):
        file.add(at(second), [Revoked("session", f"s_{second}"), Revoked("session", f"s_{second}0")])
    file.close()
    with capture_logs() as logs:
        assert file.open("st_1", NOON, at(1)) == at(1)
    assert [(told["event"], told["lines"]) for told in logs] == [("store.revocations_taken_back", 2)]
    file.add(at(3), [Revoked("session", "s_3")])
    file.close()
    assert [line.name for _, line in revocations.read(file.path).lines] == ["s_1", "s_10", "s_3"]


def test_a_line_that_was_cut_is_not_one(tmp_path: Path):
    file = Revocations(tmp_path)
    file.open("st_1", NOON)
    file.add(NOON, [Revoked("session", "s_1")])
    file.close()
    with file.path.open("a") as torn:
        torn.write("2026-01-31T12:00:01.000Z session s_")
    assert len(revocations.read(file.path).lines) == 1
    file.open("st_1", NOON)
    file.add(NOON, [Revoked("session", "s_2")])
    file.close()
    assert [line.name for _, line in revocations.read(file.path).lines] == ["s_1", "s_2"]


def test_it_is_bounded_and_says_what_it_no_longer_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(revocations, "KEPT", 5)
    file = Revocations(tmp_path)
    file.open("st_1", "2026-01-31T12:00:00.000Z")
    for number in range(1, 24):
        file.add(f"2026-01-31T12:00:{number:02}.000Z", [Revoked("session", f"s_{number}")])
        file.settle()
        known = revocations.read(file.path)
        assert len(known.lines) <= 10
        assert known.lines[-1][1].name == f"s_{number}"
        first = int(known.lines[0][1].name[2:])
        assert known.covers("st_1", f"2026-01-31T12:00:{first - 1:02}.500Z")
        assert first == 1 or not known.covers("st_1", f"2026-01-31T12:00:{first - 2:02}.500Z")
    assert not revocations.read(file.path).covers("st_2", "2026-02-01T00:00:00.000Z")
    assert file.path.stat().st_mode & 0o777 == 0o600
    file.close()


def at(second: int) -> str:
    return f"2026-01-31T12:00:{second:02}.000Z"


def test_on_a_full_disk_it_grows_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(revocations, "KEPT", 2)
    file = Revocations(tmp_path)
    file.open("st_1", NOON)
    for second in range(1, 9):
        with monkeypatch.context() as patch, capture_logs():
            if second < 8:
                patch.setattr(files, "write", full)
            file.add(at(second), [Revoked("session", f"s_{second}")])
            file.settle()
        lines = revocations.read(file.path).lines
        assert [line.name for _, line in lines] == [f"s_{one}" for one in range(1 if second < 8 else 7, second + 1)]
    file.close()


def test_what_was_erased_is_no_reason_to_write_it_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(revocations, "KEPT", 2)
    file = Revocations(tmp_path)
    file.open("st_1", NOON)
    before = file.path.stat().st_ino
    for second in range(1, 20):
        file.add(at(second), [Revoked("account", f"a_{second}:words")])
        file.settle()
    assert file.path.stat().st_ino == before
    assert len(revocations.read(file.path).lines) == 19
    file.close()


def test_it_vouches_for_nothing_before_the_newest_line_that_was_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A clock that was set back in between."""
    monkeypatch.setattr(revocations, "KEPT", 2)
    file = Revocations(tmp_path)
    file.open("st_1", NOON)
    for second in (30, 1, 2, 3, 4):
        file.add(at(second), [Revoked("session", f"s_{second}")])
        file.settle()
    known = revocations.read(file.path)
    assert [line.name for _, line in known.lines] == ["s_3", "s_4"]
    assert not known.covers("st_1", at(20))
    file.close()


BAD = ["2026-01-31T12:00:02.000Z retina r_1", "nonsense", "", "2026-01-31T12:00:02.000Z session", "\0" * 40]


@pytest.mark.parametrize("line", BAD)
def test_only_the_line_that_nobody_understands_is_set_aside(tmp_path: Path, line: str):
    path = tmp_path / "revocations"
    times = [f"2026-01-31T12:00:0{second}.000Z" for second in range(5)]
    good = [f"{moment} session s_{number}" for number, moment in enumerate(times)]
    path.write_text(
        "\n".join([f"among revocations 1 st_1 since {NOON}", *good[:3], line, *good[3:], "2026-01-31T12:00:0"])
    )
    assert not revocations.read(path).covers("st_1", "2026-01-31T12:00:02.500Z"), "before it is set aside, too"
    assert revocations.read(path).covers("st_1", "2026-01-31T12:00:03.500Z")
    file = Revocations(tmp_path)
    with capture_logs() as logs:
        file.open("st_1", "2026-02-01T12:00:00.000Z")
        file.add("2026-02-01T12:00:01.000Z", [Revoked("session", "s_5")])
        file.close()
    (told,) = logs
    assert (told["log_level"], told["lines"]) == ("warning", 1)
    (aside,) = tmp_path.glob("revocations.*")
    assert (str(aside), aside.read_text()) == (told["moved_to"], f"{line}\n")
    assert aside.stat().st_mode & 0o777 == 0o600
    known = revocations.read(path)
    assert [revoked.name for _, revoked in known.lines] == [f"s_{number}" for number in range(6)]
    assert not known.covers("st_1", "2026-01-31T12:00:02.500Z"), "nobody knows what that line revoked"
    assert known.covers("st_1", "2026-01-31T12:00:03.500Z")
    with capture_logs() as logs:
        file.open("st_1", NOON)
        file.close()
    assert logs == []


def test_after_a_last_line_that_nobody_understands_all_is_known_from_the_start_on(tmp_path: Path):
    path = tmp_path / "revocations"
    path.write_text(f"among revocations 1 st_1 since {NOON}\n{NOON} session s_1\nnonsense\n")
    assert not revocations.read(path).covers("st_1", "2026-03-01T12:00:00.000Z")
    file = Revocations(tmp_path)
    with capture_logs():
        file.open("st_1", "2026-02-01T12:00:00.000Z")
        file.close()
    assert not revocations.read(path).covers("st_1", "2026-01-31T23:00:00.000Z")
    assert revocations.read(path).covers("st_1", "2026-02-01T13:00:00.000Z")


@pytest.mark.parametrize("content", ["among revocations 1 st_other since 2026\n", "something else\n", ""])
def test_a_file_of_another_store_is_set_aside(tmp_path: Path, content: str):
    path = tmp_path / "revocations"
    path.write_text(content)
    with capture_logs() as logs:
        file = Revocations(tmp_path)
        file.open("st_1", NOON)
        file.close()
    assert [entry["log_level"] for entry in logs] == ["warning"]
    assert (tmp_path / "revocations.old-1").read_text() == content
    assert revocations.read(path) == revocations.Known("st_1", NOON, [])
