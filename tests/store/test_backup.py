"""Backups of the file, live or not, and the way back; what a broken or foreign one is told."""

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from among_protocol.codes import INVITE_INVALID
from among_protocol.communities import LeaveCommunity
from among_server.admin import backup, check_config, doctor
from among_server.admin.settings import read
from among_server.config import Config
from among_server.store import backups, files
from among_server.store.api import StoreError
from among_server.store.backups import Manifest, Taken
from among_server.store.pace import Pace
from among_server.store.sqlite import SqliteStore, copying, disk, schema
from among_server.store.sqlite import backup as sqlite_backup
from among_server.store.sqlite.backup import SqliteBackups
from tests.store.replay import live
from tests.store.town import Person, Town, cut_off, refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Town]:
    town = Town(SqliteStore(folder))
    await town.store.open()
    try:
        yield town
    finally:
        await town.store.close()


async def begin(town: Town) -> tuple[Person, str]:
    ann = await town.person("ann")
    return ann, await ann.makes(await ann.founds("hall"), "general")


def restore(folder: Path, taken: Taken, *, replace: bool = False, keep_sessions: bool = False) -> backups.Restored:
    return SqliteBackups(folder).restore(taken.path, replace=replace, keep_sessions=keep_sessions)


def everything(folder: Path) -> dict[str, str]:
    """Each file below, and a digest of it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def modes(folder: Path) -> dict[str, int]:
    """Of the folder and all that is in it."""
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- taking one


async def test_a_live_store_is_backed_up_and_restored_elsewhere(folder: Path, into: Path, tmp_path: Path):
    async with opened(folder) as town:
        ann, room = await begin(town)
        for number in range(20):
            await ann.says(room, str(number))
        taken = SqliteBackups(folder).take(into)
        await ann.says(room, "too late")
        logs = [ann.id, room]
        entries = await town.log(ann.id)
    assert taken.manifest.entries == len(entries) + 3 + 20  # the community's three, the room's twenty
    assert (taken.manifest.accounts, taken.manifest.logs, taken.manifest.epoch) == (1, 4, town.store.epoch)
    restore(tmp_path / "elsewhere", taken)
    async with opened(tmp_path / "elsewhere") as again:
        assert again.store.epoch != town.store.epoch
        assert await again.bodies(room) == [str(number) for number in range(20)]
        assert await again.log(ann.id) == entries
        assert (await live(again.store, logs)).profiles[ann.id][0] == "ann"
        assert (await Person(again, ann.id, "ann").says(room, "on we go")).entry.event.seq == 21


async def test_only_the_owner_may_read_a_backup(folder: Path, into: Path):
    async with opened(folder) as town:
        await begin(town)
        taken = SqliteBackups(folder).take(into)
    name = taken.path.name
    assert modes(into) == {".": 0o700, name: 0o700, f"{name}/among.db": 0o600, f"{name}/manifest.json": 0o600}


class Meanwhile:
    """A server that writes whenever the copy rests: a pair of values in each commit, and enough to make the file grow."""

    def __init__(self, folder: Path, into: Path) -> None:
        self.db = sqlite3.connect(folder / "among.db", isolation_level=None, timeout=0)
        self.db.execute("PRAGMA secure_delete = ON")
        self.db.execute("PRAGMA synchronous = OFF")
        self.last = 0
        self._log = folder / "among.db-wal"
        self._into = into

    def writes(self, more: int = 9000) -> None:
        self.last += 1
        self.db.execute("BEGIN")
        for name in ("left", "right"):
            self.db.execute("REPLACE INTO meta (name, value) VALUES (?, ?)", (name, str(self.last)))
        self.db.execute("REPLACE INTO meta (name, value) VALUES (?, ?)", (f"pad{self.last % 50}", "x" * more))
        self.db.execute("COMMIT")

    def may_begin_the_log_anew(self) -> bool:
        """All that is in it is in the file, and nobody reads."""
        busy, _, _ = self.db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        return not busy

    def close(self) -> None:
        self.db.close()

    def head_of_the_log(self) -> bytes:
        return self._log.read_bytes()[: copying.HEADER]

    def copied(self, name: str) -> bytes:
        """So far."""
        return b"".join(path.read_bytes() for path in self._into.glob(f".among-*.part/{name}"))


@pytest.fixture
async def meanwhile(folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Meanwhile]:
    """Four pages at a time are copied; what that costs the disk is no matter here."""
    async with opened(folder) as town:
        await begin(town)
    monkeypatch.setattr(copying, "PIECE", 4 * copying.PAGE)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    with contextlib.closing(Meanwhile(folder, into)) as other:
        yield other


def pair(taken: Taken) -> tuple[int, int]:
    with contextlib.closing(sqlite3.connect(taken.path / "among.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = dict(db.execute("SELECT name, value FROM meta WHERE name IN ('left', 'right')"))
    return int(found["left"]), int(found["right"])


async def test_what_is_written_meanwhile_neither_delays_nor_mixes_it(folder: Path, into: Path, meanwhile: Meanwhile):
    """A commit after every piece, and as many checkpoints as go through: what was read by then is old, and half of it."""
    free: list[bool] = []
    pieces = 0

    def rest(_: float) -> None:
        if not meanwhile.copied("among.db-wal"):
            meanwhile.writes()
            free.append(meanwhile.may_begin_the_log_anew())

    def first_pass(done: int, of: int) -> None:
        nonlocal pieces
        pieces += 1

    taken = SqliteBackups(folder).take(into, first_pass, Pace(sleep=rest))
    held = free.index(False)
    assert held > 2 * pieces > 20, "nothing was held but in the third pass"
    left, right = pair(taken)
    assert left == right >= held, "all that was there before"


async def test_a_log_that_is_begun_anew_while_it_is_copied_brings_back_nothing_older(
    folder: Path, into: Path, meanwhile: Meanwhile
):
    """When the file has all that is in the log, not even a reader keeps it from being begun anew. What was copied of it by
    then has older pages than the file."""
    for _ in range(20):
        meanwhile.writes(more=0)
    meanwhile.db.execute("PRAGMA wal_checkpoint(FULL)")
    before, heads = meanwhile.last, {meanwhile.head_of_the_log()}

    def rest(_: float) -> None:
        if meanwhile.copied("among.db-wal"):
            for _ in range(20):
                meanwhile.writes(more=0)
            heads.add(meanwhile.head_of_the_log())

    taken = SqliteBackups(folder).take(into, pace=Pace(sleep=rest))
    assert len(heads) == 2, "it was begun anew"
    left, right = pair(taken)
    assert left == right >= before


async def test_words_that_are_deleted_while_it_is_copied_are_not_in_it(folder: Path, into: Path, meanwhile: Meanwhile):
    meanwhile.db.execute("INSERT INTO meta (name, value) VALUES ('said', ?)", ("canary " * 100,))
    assert meanwhile.may_begin_the_log_anew()
    seen = False

    def rest(_: float) -> None:
        nonlocal seen
        if not seen and b"canary" in meanwhile.copied("among.db"):
            seen = True
            meanwhile.db.execute("DELETE FROM meta WHERE name = 'said'")
            assert meanwhile.may_begin_the_log_anew()

    taken = SqliteBackups(folder).take(into, pace=Pace(sleep=rest))
    assert seen, "it was copied before"
    assert [path.name for path in taken.path.iterdir() if b"canary" in path.read_bytes()] == []


async def test_data_that_are_put_in_their_place_meanwhile_are_told(folder: Path, into: Path):
    async with opened(folder) as town:
        await begin(town)
    shutil.copyfile(folder / "among.db", folder / "others.db")

    def rest(_: float) -> None:
        if (folder / "others.db").exists():
            (folder / "others.db").rename(folder / "among.db")

    with pytest.raises(StoreError, match="Other data were put in place"):
        SqliteBackups(folder).take(into, pace=Pace(sleep=rest))
    assert names(into) == set()


async def test_a_store_that_was_killed_is_backed_up_with_all_that_it_kept(folder: Path, into: Path, tmp_path: Path):
    async with opened(folder) as town:
        ann, room = await begin(town)
        await ann.says(room, "in the write-ahead log alone")
        cut_off(folder, tmp_path / "killed")
    taken = SqliteBackups(tmp_path / "killed").take(into)
    restore(tmp_path / "elsewhere", taken)
    async with opened(tmp_path / "elsewhere") as again:
        assert await again.bodies(room) == ["in the write-ahead log alone"]


async def test_nothing_live_is_changed_by_a_backup(folder: Path, into: Path, meanwhile: Meanwhile):
    """On a server that writes nothing just then, not even by itself."""
    meanwhile.writes()
    live = ("among.db", "among.db-wal", "revocations", "lock")
    before = {name: everything(folder)[name] for name in live}
    SqliteBackups(folder).take(into)
    assert {name: everything(folder)[name] for name in live} == before


async def test_two_in_one_second_are_two(folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backups, "now", lambda: "2026-01-31T09:00:00.123Z")
    async with opened(folder) as town:
        await begin(town)
        made = [SqliteBackups(folder).take(into).path.name for _ in range(3)]
    assert made == ["among-2026-01-31T090000Z", "among-2026-01-31T090000Z-2", "among-2026-01-31T090000Z-3"]
    assert all(backups.NAME.fullmatch(name) for name in made)


def test_without_data_there_is_no_backup(folder: Path, into: Path):
    with pytest.raises(StoreError, match="There are no data"):
        SqliteBackups(folder).take(into)
    folder.mkdir()
    schema.make_file(folder)
    with pytest.raises(StoreError, match="start the server once"):
        SqliteBackups(folder).take(into)
    assert not into.exists()


async def test_a_damaged_database_is_told_and_not_backed_up(folder: Path, into: Path):
    async with opened(folder) as town:
        ann, room = await begin(town)
        for number in range(100):
            await ann.says(room, "x" * 1000 + str(number))
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'arrivals'").fetchone()
    with (folder / "among.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 64)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        SqliteBackups(folder).take(into)
    assert names(into) == set()


# --- a disk that is full, a process that is stopped


class Broken(Exception):
    pass


async def test_nothing_is_left_of_one_that_breaks(folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(done: int, of: int) -> None:
        raise Broken

    async with opened(folder) as town:
        await begin(town)
        with pytest.raises(Broken):
            SqliteBackups(folder).take(into, fail)
        assert names(into) == set()
        assert SqliteBackups(folder).take(into).path.exists()


async def test_too_little_room_is_told_before_the_disk_is_full(
    folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch
):
    async with opened(folder) as town:
        await begin(town)
        taken = SqliteBackups(folder).take(into)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1 << 30, 1 << 30, 4096))
        with pytest.raises(StoreError, match=r"no room in .*: .* are needed and 4\.0 KiB are free"):
            SqliteBackups(folder).take(into)
    assert names(into) == {taken.path.name}
    with pytest.raises(StoreError, match="no room"):
        restore(folder.parent / "elsewhere", taken)


async def test_a_disk_that_fills_up_meanwhile_is_told_and_emptied(
    folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(done: int, of: int) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    async with opened(folder) as town:
        await begin(town)
        with pytest.raises(StoreError, match=r"is full\. Nothing was left behind"):
            SqliteBackups(folder).take(into, fail)
    assert names(into) == set()


async def test_what_a_killed_backup_left_is_cleared_away_but_not_one_at_work(folder: Path, into: Path):
    left, at_work = into / ".among-2026-01-01T000000Z.part", into / ".among-2026-01-02T000000Z.part"
    for path in (left, at_work):
        path.mkdir(parents=True)
        (path / "among.db").write_text("half of it")
    held = os.open(at_work, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    async with opened(folder) as town:
        await begin(town)
        taken = SqliteBackups(folder).take(into)
    os.close(held)
    assert names(into) == {at_work.name, taken.path.name}


async def test_a_database_that_is_a_link_is_refused_by_everything(
    folder: Path, into: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """What was written last would be missing from the backup: SQLite puts its log beside the file, not beside the link."""
    async with opened(folder) as town:
        await begin(town)
        taken = SqliteBackups(folder).take(into)
    (tmp_path / "disk").mkdir()
    (folder / "among.db").rename(tmp_path / "disk" / "among.db")
    (folder / "among.db").symlink_to(tmp_path / "disk" / "among.db")
    before = everything(folder)
    with pytest.raises(StoreError, match="link the whole folder instead"):
        await SqliteStore(folder).open()
    with pytest.raises(StoreError, match="link the whole folder instead"):
        SqliteBackups(folder).take(into)
    with pytest.raises(StoreError, match="link the whole folder instead"):
        restore(folder, taken, replace=True)
    settings = read(None, {}, {"data": str(folder), "port": 0})
    assert check_config.check(settings) == 1
    assert doctor.doctor(settings, json=False) == 1
    told = capsys.readouterr()
    assert "link the whole folder instead" in told.err
    assert "link the whole folder instead" in told.out
    assert everything(folder) == before


@pytest.mark.parametrize("notes", [False, True])
async def test_what_is_left_of_one_that_was_being_removed_goes_and_stands_in_nobodys_way(
    folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch, notes: bool
):
    """Killed after it was hidden: a whole database under a hidden name, and the upgrade that is tried again."""
    async with opened(folder) as town:
        await begin(town)
    path = folder / "among.db"

    def before_step() -> Path:
        with contextlib.closing(sqlite3.connect(path)) as db:
            return sqlite_backup.before_step(db, path, 7)

    into = before_step().parent
    hidden = into / ".among-before-0007.gone"
    (into / "among-before-0007").rename(hidden)
    if notes:
        (hidden / "notes.txt").write_text("mine")
    for _ in range(2):
        assert before_step() == into / "among-before-0007"
    assert names(into) == {"among-before-0007", *([hidden.name] if notes else [])}
    assert not notes or names(hidden) == {"notes.txt"}


# --- keeping some


async def test_only_the_oldest_of_ours_are_pruned(folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch):
    async with opened(folder) as town, opened(folder.parent / "other") as other:
        await begin(town)
        await begin(other)
        taken = []
        for day in range(1, 5):
            monkeypatch.setattr(backups, "now", lambda day=day: f"2026-01-0{day}T09:00:00.000Z")
            taken.append(SqliteBackups(folder).take(into))
        theirs = SqliteBackups(folder.parent / "other").take(into)
    (into / "among-2020-01-01T000000Z").mkdir()
    (into / "holiday").mkdir()
    (taken[0].path / "notes.txt").write_text("mine")
    gone = backups.prune(into, taken[-1], 2)
    assert gone == [one.path for one in taken[:2]]
    left = {one.path.name for one in taken[2:]} | {theirs.path.name, "holiday", "among-2020-01-01T000000Z"}
    assert left <= names(into)
    assert (into / f".{taken[0].path.name}.gone" / "notes.txt").read_text() == "mine"
    assert not taken[1].path.exists()


async def test_what_was_just_taken_stays_though_the_clock_was_ahead_before(
    folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    async with opened(folder) as town:
        await begin(town)
        with monkeypatch.context() as ahead:
            for day in (1, 2):
                ahead.setattr(backups, "now", lambda day=day: f"2126-01-0{day}T09:00:00.000Z")
                SqliteBackups(folder).take(into)
        config = Config(data=str(folder))
        assert backup.take(config, into=into, keep=2, pace=Pace(fast=True), as_json=True) == 0
    told = capsys.readouterr()
    made = Path(json.loads(told.out.splitlines()[-1])["path"])
    assert names(into) == {made.name, "among-2126-01-02T090000Z"}
    assert "among-2126-01-02T090000Z: by their dates they are of the future" in told.err


async def test_two_who_prune_at_once_remove_each_once(folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch):
    async with opened(folder) as town:
        await begin(town)
        taken = [SqliteBackups(folder).take(into) for _ in range(5)]
    listing, together = backups.listing, threading.Barrier(2, timeout=5)

    def slowly(where: Path) -> list[Taken]:
        found = listing(where)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(0.2)  # both have looked, if nothing keeps them apart
        return found

    monkeypatch.setattr(backups, "listing", slowly)
    gone = await asyncio.gather(*(asyncio.to_thread(backups.prune, into, taken[-1], 2) for _ in range(2)))
    assert sorted(gone[0] + gone[1]) == sorted(one.path for one in taken[:3])


# --- restoring


async def test_data_that_are_there_are_set_aside_not_deleted(folder: Path, into: Path):
    async with opened(folder) as town:
        ann, room = await begin(town)
        await ann.says(room, "one")
        taken = SqliteBackups(folder).take(into)
        await ann.says(room, "two")
        with pytest.raises(StoreError, match="Another server"):
            restore(folder, taken, replace=True)
    with pytest.raises(StoreError, match="holds data already"):
        restore(folder, taken)
    before = everything(folder)["among.db"]
    done = restore(folder, taken, replace=True)
    assert done.aside is not None
    assert everything(done.aside)["among.db"] == before
    async with opened(folder) as again:
        assert await again.bodies(room) == ["one"]
        assert again.store.epoch == done.epoch != town.store.epoch
    assert (await _bodies(done.aside, room)) == ["one", "two"], "what was set aside can be opened"


async def _bodies(folder: Path, room: str) -> list[str]:
    async with opened(folder) as town:
        return await town.bodies(room)


async def test_each_restore_is_an_epoch_of_its_own(folder: Path, into: Path):
    async with opened(folder) as town:
        await begin(town)
        taken = SqliteBackups(folder).take(into)
    epochs = {restore(folder, taken, replace=True).epoch for _ in range(3)}
    assert len(epochs | {taken.manifest.epoch}) == 4


async def test_a_folder_of_something_else_is_left_alone(folder: Path, into: Path, tmp_path: Path):
    async with opened(folder) as town:
        await begin(town)
        taken = SqliteBackups(folder).take(into)
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match=r"neither empty nor a data folder \(letter.txt"):
        restore(home, taken)
    assert not (home / "among.db").exists()


@pytest.mark.parametrize("at", range(12))
async def test_a_restore_that_is_killed_leaves_the_old_data_or_says_so(
    folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch, at: int
):
    """Killed at each rename and each flush of the end: the server then has the old data, the new, or will not start."""
    async with opened(folder) as town:
        ann, room = await begin(town)
        await ann.says(room, "one")
        taken = SqliteBackups(folder).take(into)
        await ann.says(room, "two")
    count = 0

    def killed() -> None:
        nonlocal count
        count += 1
        if count > at:
            raise Broken  # and at each later one too: nothing is cleaned up

    with monkeypatch.context() as broken:
        real_rename, real_flush = Path.rename, files.flush_folder

        def rename(path: Path, to: Path) -> Path:
            killed()
            return real_rename(path, to)

        def flush_folder(path: Path) -> None:
            killed()
            real_flush(path)

        broken.setattr(Path, "rename", rename)
        broken.setattr(files, "flush_folder", flush_folder)
        broken.setattr(shutil, "rmtree", lambda path, **_: None)
        with contextlib.suppress(Broken):
            restore(folder, taken, replace=True)
    if (folder / schema.UNFINISHED).exists():
        with pytest.raises(StoreError, match="was interrupted: run it again, with --replace"):
            await SqliteStore(folder).open()
        done = restore(folder, taken, replace=True)
        assert done.aside is not None
        assert await _bodies(done.aside, room) == ["one", "two"]
        assert await _bodies(folder, room) == ["one"]
    else:
        assert await _bodies(folder, room) in (["one", "two"], ["one"])


# --- what a restore never brings back


async def test_what_was_revoked_since_the_backup_stays_revoked(folder: Path, into: Path):
    async with opened(folder) as town:
        ann, bob = await town.people("ann", "bob")
        left = (await town.store.open_session(ann.id, b"left", "phone")).opened
        await town.store.open_session(ann.id, b"kept", "laptop")
        await town.store.add_invite(b"used")
        await town.store.add_invite(b"open", uses=5)
        taken = SqliteBackups(folder).take(into)
        await town.store.end_sessions(ann.id, only=left.id)
        await town.store.create_account("cat", "Cat", "hash", invite=b"used")
        old = hashlib.sha256(b"hash of bob").hexdigest()
        await town.store._writer.call(lambda tx: tx.note_revoked("password", old))  # type: ignore[attr-defined]  # SQLite's
    for _ in range(2):
        done = restore(folder, taken, replace=True)
        assert (done.known, done.revoked, done.locked, done.ended) == (True, 3, ["bob"], 0)
        async with opened(folder) as again:
            assert await again.store.session(b"left") is None
            assert await again.store.session(b"kept") is not None
            assert await again.store.password_hash("ann") == (ann.id, "hash of ann")
            assert await again.store.password_hash("bob") == (bob.id, "")
            await again.store.create_account("dan", "Dan", "hash", invite=b"open")
            await refused(INVITE_INVALID, again.store.create_account("eve", "Eve", "hash", invite=b"used"))


async def test_who_came_back_before_the_backup_is_there_with_what_they_said_since(folder: Path, into: Path):
    async with opened(folder) as town:
        ann, room = await begin(town)
        bob = await town.person("bob")
        member = await bob.joins("hall")
        community = await town.store.community("hall")
        assert community is not None
        await bob.says(room, "before")
        old = SqliteBackups(folder).take(into)
        await bob.renames("Robert")
        await bob.do(LeaveCommunity, community="hall", keep="erase")
        assert await bob.joins("hall") == member
        await bob.says(room, "after")
        young = SqliteBackups(folder).take(into)
        await bob.renames("Robert")
    assert restore(folder, young, replace=True).erased == 0
    async with opened(folder) as again:
        assert await again.bodies(room) == ["", "after"]
        assert await Person(again, bob.id, "bob").member_in(community.id) == member
    assert restore(folder, old, replace=True).erased == 1
    async with opened(folder) as again:
        assert await again.bodies(room) == [""]
        assert await Person(again, bob.id, "bob").joins("hall") == member
        await Person(again, bob.id, "bob").says(room, "anew")
        newest = SqliteBackups(folder).take(into)
    assert restore(folder, newest, replace=True).erased == 0
    assert await _bodies(folder, room) == ["", "anew"]


async def test_what_was_erased_after_another_life_of_the_data_is_erased_whatever_the_numbers_were(
    folder: Path, into: Path
):
    """A revision says what is newer within one life of the data alone."""
    async with opened(folder) as town:
        ann, room = await begin(town)
        bob = await town.person("bob")
        await bob.joins("hall")
        await bob.says(room, "hello")
        first = SqliteBackups(folder).take(into)
        for name in ("Robert", "Rob"):
            await bob.renames(name)
        other_life = SqliteBackups(folder).take(into)
    restore(folder, first, replace=True)
    async with opened(folder) as town:
        await Person(town, bob.id, "bob").do(LeaveCommunity, community="hall", keep="erase")
    for _ in range(2):
        assert restore(folder, other_life, replace=True).erased == 1
        assert await _bodies(folder, room) == [""]


@pytest.mark.parametrize("older", [False, True])
async def test_who_was_about_to_go_has_the_time_they_had_and_may_sign_in(folder: Path, into: Path, older: bool):
    """Ann signed in after the backup, and stays; Bob still means to go; Cat did go. In older data a grace goes by the clock."""
    hour = 3_600_000

    async with opened(folder) as town:
        ann, bob, cat = await town.people("ann", "bob", "cat")
        for person in (ann, bob, cat):
            await town.store.begin_erasure(person.id, "words", password=f"hash of {person.handle}", grace_ms=2 * hour)
        taken = SqliteBackups(folder).take(into)
        assert (await town.store.open_session(ann.id, b"ann", "")).spared
        await town.store.erase_by_force("cat", "words")
    with contextlib.closing(sqlite3.connect(taken.path / "among.db", isolation_level=None)) as db:
        then = int(datetime.fromisoformat("2026-01-01T00:00:00.000Z").timestamp() * 1000)
        for name, state in db.execute("SELECT name, state FROM erasures").fetchall():
            due = {**json.loads(state), "due_ms": then + (2 * hour if bob.id in name else 1)}
            sql = "UPDATE erasures SET due_ms = ?, state = ? WHERE name = ?"
            db.execute(sql, (due["due_ms"], json.dumps(due).encode(), name))
        db.execute("UPDATE meta SET value = ? WHERE name = 'served_ms'", (str(then),))
        if older:
            db.execute("DELETE FROM meta WHERE name = 'served_ms'")
    sealed = {"among.db": backups.described(taken.path / "among.db", Pace(fast=True))}
    change(taken, taken_at="2026-01-01T00:00:00.000Z", files=sealed)  # long ago
    assert restore(folder, taken, replace=True).erased == 1
    async with opened(folder) as again:
        served = await again.carry_out(lambda tx: tx.served())
        dues = {row.account: row.due_ms - served for row in await again.store.erasures()}
        assert hour - 60_000 < dues[ann.id] <= hour < 2 * hour - 60_000 < dues[bob.id] <= 2 * hour
        assert await again.store.account_by_handle("cat") is None
        assert (await again.store.open_session(ann.id, b"again", "")).spared


async def test_a_line_of_older_data_that_says_no_revision_erases_as_before(folder: Path, into: Path):
    async with opened(folder) as town:
        ann, room = await begin(town)
        bob = await town.person("bob")
        member = await bob.joins("hall")
        await bob.says(room, "hello")
        taken = SqliteBackups(folder).take(into)
        await town.store._writer.call(lambda tx: tx.note_revoked("member", f"{member}:erase"))  # type: ignore[attr-defined]  # SQLite's
    assert restore(folder, taken, replace=True).erased == 1
    assert await _bodies(folder, room) == [""]


async def test_where_nobody_knows_what_was_revoked_all_sessions_end(folder: Path, into: Path, tmp_path: Path):
    async with opened(folder) as town:
        ann = await town.person("ann")
        await town.store.open_session(ann.id, b"kept", "laptop")
        taken = SqliteBackups(folder).take(into)
    async with opened(tmp_path / "other") as other:
        await begin(other)
    for place, replace in (("new", False), ("other", True)):
        done = restore(tmp_path / place, taken, replace=replace)
        assert (done.known, done.revoked, done.ended) == (False, 0, 1)
        async with opened(tmp_path / place) as again:
            assert await again.store.session(b"kept") is None
            assert await again.store.password_hash("ann") == (ann.id, "hash of ann")
    done = restore(tmp_path / "new", taken, replace=True, keep_sessions=True)
    assert (done.known, done.ended) == (False, 0)
    async with opened(tmp_path / "new") as again:
        assert await again.store.session(b"kept") is not None


# --- what is not as it should be


@pytest.fixture
async def taken(folder: Path, into: Path) -> Taken:
    async with opened(folder) as town:
        ann, room = await begin(town)
        for number in range(50):
            await ann.says(room, f"{number} " + "x" * 500)
        return SqliteBackups(folder).take(into)


def change(taken: Taken, **what: Any) -> None:
    manifest = msgspec.structs.replace(taken.manifest, **what)
    (taken.path / "manifest.json").write_bytes(msgspec.json.encode(manifest))


def reseal(taken: Taken) -> None:
    """As one who changed the database and knows its digest."""
    change(taken, files={"among.db": backups.described(taken.path / "among.db", Pace(fast=True))})


def bad(taken: Taken, tmp_path: Path) -> str:
    """Why it is refused, by both ways; nothing is left of the attempt."""
    here = tmp_path / "fresh"
    with pytest.raises(StoreError) as checked:
        SqliteBackups(here).verify(taken.path)
    with pytest.raises(StoreError) as restored:
        SqliteBackups(here).restore(taken.path, replace=False, keep_sessions=False)
    assert str(checked.value) == str(restored.value)
    assert not here.exists() or names(here) <= {"lock"}
    return str(checked.value)


async def test_a_good_one_is_good_and_left_as_it_is(taken: Taken, tmp_path: Path):
    before = everything(taken.path)
    seen = SqliteBackups(tmp_path / "nowhere").verify(taken.path)
    assert seen.manifest == taken.manifest
    assert everything(taken.path) == before
    assert not (tmp_path / "nowhere").exists()


async def test_it_is_tried_on_a_disk_where_what_is_temporary_lies_in_memory(
    taken: Taken, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    """As in a container, which has less memory than the database may be large."""
    used: list[Path] = []
    room_for = backups.room_for
    before = names(folder)

    def seen(wanted: int, where: Path) -> None:
        used.append(where)
        room_for(wanted, where)

    monkeypatch.setattr(backups, "room_for", seen)
    monkeypatch.setattr(disk, "kind_of", lambda where: disk.kind("ext4" if where == folder else "tmpfs"))
    SqliteBackups(folder).verify(taken.path)
    assert used[0].parent == folder
    assert names(folder) == before


async def test_a_bit_that_flipped_is_seen(taken: Taken, tmp_path: Path):
    with (taken.path / "among.db").open("r+b") as file:
        file.seek(9000)
        byte = file.read(1)
        file.seek(9000)
        file.write(bytes([byte[0] ^ 1]))
    assert "SHA-256 differs" in bad(taken, tmp_path)


async def test_a_short_or_missing_file_is_seen(taken: Taken, tmp_path: Path):
    os.truncate(taken.path / "among.db", 8192)
    assert "8192 bytes instead of" in bad(taken, tmp_path)
    (taken.path / "among.db").unlink()
    assert "is missing" in bad(taken, tmp_path)


async def test_a_database_that_is_not_whole_is_seen(taken: Taken, tmp_path: Path):
    with contextlib.closing(sqlite3.connect(taken.path / "among.db")) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'arrivals'").fetchone()
    with (taken.path / "among.db").open("r+b") as file:
        file.seek((page - 1) * 4096 + 8)
        file.write(b"\xff" * 32)
    reseal(taken)
    assert "damaged" in bad(taken, tmp_path) or "malformed" in bad(taken, tmp_path)


async def test_a_row_that_points_nowhere_is_seen(taken: Taken, tmp_path: Path):
    with contextlib.closing(sqlite3.connect(taken.path / "among.db", isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("INSERT INTO sessions (id, secret, account, device, opened) VALUES ('s', x'00', 99, '', '')")
    reseal(taken)
    assert "points nowhere" in bad(taken, tmp_path)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (
            "CREATE TRIGGER spy AFTER INSERT ON sessions BEGIN UPDATE accounts SET owner = 1; END",
            "trigger spy is not of Among",
        ),
        ("CREATE VIEW accounts_too AS SELECT * FROM accounts", "view accounts_too is not of Among"),
        ("CREATE TABLE more (x TEXT)", "table more is not of Among"),
        ("DROP INDEX accounts_skeleton", "index accounts_skeleton is missing"),
    ],
    ids=["trigger", "view", "table", "index"],
)
async def test_a_database_with_something_else_in_it_is_seen(taken: Taken, tmp_path: Path, made: str, says: str):
    with contextlib.closing(sqlite3.connect(taken.path / "among.db", isolation_level=None)) as db:
        db.execute(made)
    reseal(taken)
    assert says in bad(taken, tmp_path)


async def test_a_pipe_is_no_backup(taken: Taken, tmp_path: Path):
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(StoreError, match="no plain file"):
        SqliteBackups(tmp_path / "fresh").verify(tmp_path)
    (tmp_path / "manifest.json").unlink()
    with (tmp_path / "manifest.json").open("wb") as huge:
        huge.truncate(1 << 40)
    with pytest.raises(StoreError, match="has more than"):
        SqliteBackups(tmp_path / "fresh").verify(tmp_path)
    (taken.path / "among.db").unlink()
    os.mkfifo(taken.path / "among.db")
    assert "is missing" in bad(taken, tmp_path)


async def test_a_database_of_another_moment_is_seen(taken: Taken, tmp_path: Path):
    change(taken, entries=taken.manifest.entries + 1, epoch="e_other")
    assert "the manifest says 'e_other'" in bad(taken, tmp_path)


async def test_a_manifest_that_cannot_be_read_is_told(taken: Taken, tmp_path: Path):
    (taken.path / "manifest.json").write_text('{"among_backup": 1')
    assert "is damaged" in bad(taken, tmp_path)
    change(taken, among_backup=2)
    assert "newer version" in bad(taken, tmp_path)
    change(taken, files={"../../among.db": taken.manifest.files["among.db"]})
    assert "outside" in bad(taken, tmp_path)
    change(taken, files={})
    assert "no among.db" in bad(taken, tmp_path)


async def test_a_newer_schema_is_refused(taken: Taken, tmp_path: Path):
    with contextlib.closing(sqlite3.connect(taken.path / "among.db")) as db:
        db.execute("PRAGMA user_version = 99")
    reseal(taken)
    assert "newer version of Among (schema 99" in bad(taken, tmp_path)


def test_what_is_no_backup_is_told(tmp_path: Path):
    for path, why in ((tmp_path, "is not a backup"), (tmp_path / "none", "There is no backup at")):
        with pytest.raises(StoreError, match=why):
            SqliteBackups(tmp_path / "data").verify(path)


async def test_a_folder_of_backups_names_the_newest(taken: Taken, into: Path, folder: Path):
    with pytest.raises(StoreError, match=f"The newest is .*{taken.path.name}"):
        SqliteBackups(folder).verify(into)


def test_a_manifest_keeps_to_its_form():
    """Backups are read years later: a field that changes its name or goes is a new form."""
    assert [field.name for field in msgspec.structs.fields(Manifest)] == [
        "among_backup",
        "reason",
        "taken_at",
        "server",
        "store",
        "epoch",
        "schema",
        "accounts",
        "logs",
        "entries",
        "files",
    ]


async def test_two_backups_at_once_are_both_whole(folder: Path, into: Path):
    async with opened(folder) as town:
        await begin(town)
        found: list[Taken] = []
        threads = [threading.Thread(target=lambda: found.append(SqliteBackups(folder).take(into))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({one.path for one in found}) == 4
    for one in found:
        SqliteBackups(folder).verify(one.path)


def test_who_runs_it_as_root_hands_over_no_file_that_a_link_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever owns the data folder may have put a link there."""
    handed: list[tuple[str, bool]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        os, "chown", lambda path, *_, follow_symlinks: handed.append((Path(path).name, follow_symlinks))
    )
    (tmp_path / "secret").touch()
    (tmp_path / "lock").symlink_to(tmp_path / "secret")
    files.hand_over(tmp_path, tmp_path / "lock")
    assert handed == [("lock", False)]
    with pytest.raises(StoreError, match="must be a plain file"):
        schema.Lock(tmp_path)


def test_who_looks_whether_a_server_runs_keeps_none_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "lock").touch()
    looks = os.open(tmp_path / "lock", os.O_RDONLY)
    fcntl.flock(looks, fcntl.LOCK_SH)
    monkeypatch.setattr(time, "sleep", lambda seconds: fcntl.flock(looks, fcntl.LOCK_UN))
    schema.Lock(tmp_path).release()
    os.close(looks)


def test_a_lock_that_the_disk_refuses_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(path: Path, flags: int, mode: int) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreError, match=r"lock can't be opened \(Read-only file system\)\.$"):
        schema.Lock(tmp_path)
