"""What only a store with a file can get wrong: restarts, kills, full and broken disks, other versions' data."""

import asyncio
import contextlib
import errno
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from among_protocol.codes import BANNED, HANDLE_LOOKALIKE, NONCE_CONFLICT, STORAGE_UNAVAILABLE, STORAGE_UNCERTAIN
from among_protocol.communities import JoinCommunity
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.moderation import BanMember, MemberBanned
from among_server.store import files
from among_server.store.api import StoreError
from among_server.store.rules import RULES
from among_server.store.sqlite import SqliteStore, schema, writer
from tests import fresh
from tests.proof.storm import until
from tests.store.town import Person, Town, cut_off, numbers, refused

ROOT = Path(__file__).parents[2]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def waiting_bytes(folder: Path) -> int:
    """In the write-ahead log."""
    path = folder / "among.db-wal"
    return path.stat().st_size if path.exists() else 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@contextlib.asynccontextmanager
async def opened(folder: Path, **options: Any) -> AsyncIterator[Town]:
    town = Town(SqliteStore(folder, **options))
    await town.store.open()
    try:
        yield town
    finally:
        await town.store.close()


async def begin(town: Town) -> tuple[Person, str]:
    ann = await town.person("ann")
    return ann, await ann.makes(await ann.founds("hall"), "general")


async def pragma(store: SqliteStore, name: str) -> Any:
    """As the connection that writes has it."""
    return await store._writer.call(lambda tx: tx._db.execute(f"PRAGMA {name}").fetchone()[0])


# --- restarts


async def test_everything_is_there_after_a_restart(folder: Path):
    async with opened(folder) as town:
        epoch = town.store.epoch
        ann, room = await begin(town)
        await town.store.open_session(ann.id, b"secret", "laptop")
        await town.store.add_invite(b"invite")
        bob = await town.person("bob")
        await bob.joins("hall")
        for n in range(5):
            await ann.says(room, f"{n} @bob")
        await bob.reads(room, 2)
        entries = await town.store.entries(room, 0, None, 200)
        standing = await town.store.standing(bob.id)
    async with opened(folder) as again:
        assert again.store.epoch == epoch
        assert await again.store.entries(room, 0, None, 200) == entries
        assert await again.store.standing(bob.id) == standing
        bob = Person(again, bob.id, "bob")
        assert await bob.unread(room) == (2, 3, 3)
        assert (await bob.says(room, "six")).entry.event.seq == 6
        session = await again.store.session(b"secret")
        assert session is not None
        assert session.account == ann.id
        await again.store.create_account("cat", "Cat", "hash", invite=b"invite")


async def test_a_repeat_is_known_after_a_restart(folder: Path):
    async with opened(folder) as town:
        ann, room = await begin(town)
        first = await ann.says(room, "hello", nonce="n1")
    async with opened(folder) as again:
        ann = Person(again, ann.id, "ann")
        answers = await asyncio.gather(
            ann.says(room, "before", nonce="n0"), ann.says(room, "hello", nonce="n1"), ann.says(room, "after")
        )
        assert [answer.repeat for answer in answers] == [False, True, False]
        assert answers[1].entry == first.entry
        await refused(NONCE_CONFLICT, ann.says(room, "other words", nonce="n1"))
        assert await again.bodies(room) == ["hello", "before", "after"]
        assert numbers(await again.log(room)) == [1, 2, 3]
        assert [stored.event.seq for stored in again.heard] == [2, 3]


async def test_two_stores_have_two_epochs(tmp_path: Path):
    async with opened(tmp_path / "one") as one, opened(tmp_path / "two") as two:
        assert one.store.epoch != two.store.epoch


async def test_the_epoch_changes_when_relaxed_data_were_not_closed(folder: Path, tmp_path: Path):
    async with opened(folder, synchronous="normal") as town:
        assert town.store.durability in ("relaxed", "memory")  # where the tests run on no disk
        await begin(town)
        cut_off(folder, tmp_path / "cut")  # or a power cut
    async with opened(folder) as closed:
        assert closed.store.epoch == town.store.epoch
        assert closed.store.durability in ("full", "memory")
        cut_off(folder, tmp_path / "full-cut")
    with capture_logs() as logs:
        async with opened(tmp_path / "cut") as cut:
            assert cut.store.epoch != town.store.epoch
            assert await cut.store.accounts() == 1
    assert "store.epoch_changed" in [entry["event"] for entry in logs]
    async with opened(tmp_path / "full-cut") as full:
        assert full.store.epoch == town.store.epoch


async def test_all_is_in_one_file_after_closing(folder: Path):
    async with opened(folder) as town:
        await begin(town)
    assert modes(folder).keys() == {"among.db", "lock", "revocations", "search.db"}
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("SELECT count(*) FROM log_entries WHERE log LIKE 'a_%'").fetchone() == (3,)


def test_what_was_acknowledged_survives_a_kill(folder: Path):
    command = [sys.executable, "-m", "tests.store.killed", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines = (line.split() for line in writer.stdout if line.count(" ") == 1)
        (ann, room), acked = next(lines), {}
        for nonce, seq in lines:
            acked[nonce] = int(seq)
            if len(acked) == 300:
                writer.kill()

    async def look() -> None:
        async with opened(folder) as town:
            kept = {entry.nonce: entry.seq for entry in await town.log(room) if isinstance(entry, MessageSent)}
            assert acked.items() <= kept.items()
            assert sorted(kept.values()) == list(range(1, len(kept) + 1))
            again = await Person(town, ann, "ann").says(room, "0", nonce="0-0")
            assert again.repeat

    asyncio.run(look())
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# --- the folder and the file


async def test_only_the_owner_may_read_the_data(folder: Path):
    async with opened(folder) as town:
        await begin(town)
        await town.store.indexed()
        files = [f"{name}.db{end}" for name in ("among", "search") for end in ("", "-shm", "-wal")]
        files += ["lock", "revocations"]
        assert modes(folder.parent) == {"data": 0o700}
        assert modes(folder) == dict.fromkeys(files, 0o600)


async def test_the_connection_that_writes_flushes(folder: Path):
    store = SqliteStore(folder)
    await store.open()
    assert [await pragma(store, name) for name in ("journal_mode", "synchronous", "mmap_size")] == ["wal", 2, 0]
    await store.close()


async def test_who_reads_cannot_write(folder: Path):
    store = SqliteStore(folder)
    await store.open()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await store._read(lambda db: db.execute("DELETE FROM entries"))
    await store.close()


async def test_a_second_server_on_the_same_data_is_refused(folder: Path):
    async with opened(folder) as town:
        second = SqliteStore(folder)
        with pytest.raises(StoreError, match="Another server"):
            await second.open()
        await begin(town)
    async with opened(folder) as town:
        assert await town.store.accounts() == 1


async def test_newer_data_are_refused_and_left_alone(folder: Path):
    async with opened(folder) as town:
        await begin(town)
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        db.execute("PRAGMA user_version = 99")
    before = (folder / "among.db").read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError, match=r"schema 99.*pip install --upgrade among"):
            await SqliteStore(folder).open()
    assert (folder / "among.db").read_bytes() == before


async def test_a_pipe_in_place_of_the_data_is_refused(folder: Path):
    files.make_folder(folder)
    os.mkfifo(folder / "among.db")
    with pytest.raises(StoreError, match="no plain file"):
        await SqliteStore(folder).open()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("state", ["is empty", "is missing"])
@pytest.mark.parametrize(
    "beside", ["revocations", "search.db", "among.db-wal", "backups/among-2026-01-31T090000Z/among.db"]
)
async def test_a_database_that_is_lost_beside_data_of_a_server_is_no_new_store(folder: Path, beside: str, state: str):
    file = folder / beside
    files.make_folder(file.parent)
    file.write_text("what a server left")
    if state == "is empty":
        (folder / "among.db").touch()
    before = names(folder)
    with pytest.raises(StoreError, match=f"{state}, and {beside.partition('/')[0]} beside it is of a server"):
        await SqliteStore(folder).open()
    assert names(folder) == before | {"lock"}
    assert file.read_text() == "what a server left"


@pytest.mark.parametrize("beside", ["server.log", "lock", "backups/", "backups/lost+found/", "search.db", "notes.txt"])
async def test_what_is_of_no_store_does_not_keep_a_first_one_from_being_made(folder: Path, beside: str):
    files.make_folder(folder)
    if beside.endswith("/"):
        (folder / beside).mkdir(parents=True)
    else:
        (folder / beside).touch()
    async with opened(folder) as town:
        await town.person("ann")


async def test_a_database_that_is_a_link_to_a_disk_that_is_not_there_is_no_new_store(folder: Path):
    files.make_folder(folder)
    (folder / "among.db").symlink_to("/mnt/none/among.db")
    with pytest.raises(StoreError, match=r"leads to /mnt/none/among\.db, where nothing is"):
        await SqliteStore(folder).open()


@pytest.mark.parametrize("moment", ["make_file", "open_writer", "migrate"])
async def test_a_first_start_that_was_killed_may_be_tried_again(folder: Path, monkeypatch, moment: str):
    """After it made the file, after it opened it, after it made the tables."""
    made = getattr(schema, moment)

    def killed(*given: Any) -> NoReturn:
        done = made(*given)
        if isinstance(done, sqlite3.Connection):
            done.close()
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(schema, moment, killed)
        with pytest.raises(StoreError, match="killed"):
            await SqliteStore(folder).open()
    assert (folder / "among.db").exists()
    async with opened(folder) as town:
        await town.person("ann")


async def test_data_of_another_program_are_refused(folder: Path):
    files.make_folder(folder)
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="another program"):
        await SqliteStore(folder).open()
    (folder / "among.db").write_text("no database at all, but long enough to look like one\n" * 100)
    with pytest.raises(StoreError, match="not a database"):
        await SqliteStore(folder).open()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="can't be opened"):
        await SqliteStore(tmp_path / "file" / "data").open()


async def test_an_old_sqlite_is_told_and_a_too_old_one_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    with capture_logs() as logs:
        async with opened(folder):
            pass
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["store.sqlite_old"]
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StoreError, match="too old"):
        await SqliteStore(folder).open()


# --- new versions


STEP = "CREATE TABLE flowers (name TEXT) STRICT; INSERT INTO flowers VALUES ('rose');"


async def test_cnt_03_accounts_of_before_have_their_skeletons_and_stay(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Two who looked alike when that was allowed are both still there; a third is refused."""
    first = schema._steps()[:1]
    files.make_folder(folder)
    schema.make_file(folder)
    with monkeypatch.context() as old, contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        old.setattr(schema, "_steps", lambda: first)
        schema.migrate(db, folder / "among.db", None)
        for key, handle in enumerate(("mary", "rnary"), 1):
            db.execute("INSERT INTO logs (key, id, kind) VALUES (?, ?, 'account')", (key, f"a_{handle}"))
            db.execute("INSERT INTO heads (log, head, ordinal) VALUES (?, 0, 0)", (key,))
            db.execute(
                "INSERT INTO accounts (key, handle, display_name, bio, owner) VALUES (?, ?, '', '', 0)", (key, handle)
            )
        db.commit()
    async with opened(folder) as town:
        assert await town.store.accounts() == 2
        for handle in ("m.ary", "rn-ary"):
            await refused(HANDLE_LOOKALIKE, town.store.create_account(handle, "Mary", "hash"))
        await town.person("marie")


async def test_a_step_that_breaks_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch):
    async with opened(folder) as town:
        _, room = await begin(town)
    steps = schema._steps()
    flowers = f"{len(steps) + 1:04}_flowers.sql"
    with monkeypatch.context() as broken:
        broken.setattr(schema, "_steps", lambda: [*steps, (flowers, f"{STEP} SELECT name FROM nowhere;")])
        with pytest.raises(StoreError, match="nowhere"):
            await SqliteStore(folder).open()
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(steps),)
        assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'flowers'").fetchone() == (0,)
    monkeypatch.setattr(schema, "_steps", lambda: [*steps, (flowers, STEP)])
    async with opened(folder) as town:
        assert await town.store.room(room) is not None


async def test_a_step_that_loses_what_others_refer_to_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch):
    async with opened(folder) as town:
        _, room = await begin(town)
    steps = schema._steps()
    with monkeypatch.context() as broken:
        broken.setattr(schema, "_steps", lambda: [*steps, ("9999_flowers.sql", "DELETE FROM accounts;")])
        with pytest.raises(StoreError, match=r"9999_flowers\.sql a row of \w+ lost its accounts"):
            await SqliteStore(folder).open()
    async with opened(folder) as town:
        assert await town.store.room(room) is not None


async def test_a_community_of_the_first_schema_gets_stewards(folder: Path, monkeypatch: pytest.MonkeyPatch):
    files.make_folder(folder)
    with contextlib.closing(schema.open_writer(folder / "among.db", "off")) as db, monkeypatch.context() as first:
        steps = schema._steps()
        first.setattr(schema, "_steps", lambda: steps[:1])
        schema.migrate(db, folder / "among.db", None)
        db.executescript("""
            INSERT INTO logs (key, id, kind) VALUES
                (1, 'a_ann', 'account'), (2, 'c_hall', 'community'), (3, 'a_bob', 'account'), (4, 'r_room', 'room');
            INSERT INTO heads (log, head, ordinal) SELECT key, 0, 0 FROM logs;
            INSERT INTO accounts VALUES (1, 'ann', 'Ann', '', 0), (3, 'bob', 'Bob', '', 0);
            INSERT INTO communities VALUES (2, 'hall', 'Hall', '', 2, 'hall');
            INSERT INTO members VALUES ('m_ann', 1, 2, 1, 'ann', 'Ann', '', 'owner', 0),
                ('m_bob', 3, 2, 1, 'bob', 'Bob', '', 'member', 0);
            INSERT INTO rooms VALUES (4, 'open', 2, 'general', '');
            INSERT INTO follows VALUES (3, 4);
        """)
    async with opened(folder) as town:
        ann, bob = Person(town, "a_ann", "ann"), Person(town, "a_bob", "bob")
        log = await town.store.log("w_hall")
        assert log is not None
        assert (log.kind, log.head) == ("stewards", 0)
        await bob.says("r_room", "rude")
        await ann.do(BanMember, community="c_hall", member="m_bob", reason="rude")
        await refused(BANNED, bob.ask(JoinCommunity, community="hall"))
        assert [type(entry) for entry in await town.log("w_hall")] == [MemberBanned]
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        assert db.execute("SELECT log, seq, type FROM log_entries WHERE log = 'w_hall'").fetchall() == [
            ("w_hall", 1, "member.banned")
        ]


# --- a disk that fails


class Disk:
    """The connection that writes, over a disk that does as it is told: `before(sql)` may raise or wait."""

    def __init__(self) -> None:
        self.before: Callable[[str], None] = lambda sql: None
        self.commits = 0
        self.tried = 0  # commits, also those that failed

    def fit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = schema.open_writer
        monkeypatch.setattr(schema, "open_writer", lambda path, synchronous: self._over(real(path, synchronous)))

    def _over(self, db: sqlite3.Connection) -> Any:
        disk = self

        class Over:
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                disk.tried += sql == "COMMIT"
                disk.before(sql)
                disk.commits += sql == "COMMIT"
                return db.execute(sql, *values)

            def __getattr__(self, name: str) -> Any:
                return getattr(db, name)

        return Over()

    def fail(self, at: str, code: int, text: str) -> None:
        def before(sql: str) -> None:
            if sql.startswith(at):
                error = sqlite3.OperationalError(text)
                error.sqlite_errorcode = code
                raise error

        self.before = before

    def heal(self) -> None:
        self.before = lambda sql: None


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    disk.fit(monkeypatch)
    return disk


async def test_nobody_hears_and_nobody_is_answered_before_the_commit(folder: Path, disk: Disk):
    reached, go_on = threading.Event(), threading.Event()

    def before(sql: str) -> None:
        if sql == "COMMIT":
            reached.set()
            assert go_on.wait(20)

    async with opened(folder) as town:
        ann, room = await begin(town)
        heard = len(town.heard)
        disk.before = before
        said = ann.says(room, "hello")
        await asyncio.to_thread(reached.wait, 20)
        assert not said.done()
        assert len(town.heard) == heard
        assert await town.bodies(room) == []
        go_on.set()
        assert (await said).entry == town.heard[-1]


@pytest.mark.parametrize("at", ["BEGIN", "INSERT INTO arrivals", "REPLACE INTO heads", "COMMIT"])
async def test_a_full_disk_refuses_and_is_tried_again(folder: Path, disk: Disk, at: str):
    async with opened(folder) as town:
        ann, room = await begin(town)
        await ann.says(room, "before")
        heard = len(town.heard)
        disk.fail(at, sqlite3.SQLITE_FULL, "database or disk is full")
        with capture_logs() as logs:
            for _ in range(3):
                await refused(STORAGE_UNAVAILABLE, ann.says(room, "lost", nonce="n1"))
        assert [entry["event"] for entry in logs] == ["store.commit_failed"], "told once, not for every message"
        assert "disk is full" in town.store.trouble
        assert len(town.heard) == heard
        assert await town.bodies(room) == ["before"], "reading goes on"
        disk.heal()
        assert not (await ann.says(room, "after", nonce="n1")).repeat
        assert town.store.trouble == ""
        assert numbers(await town.log(room)) == [1, 2]


@pytest.mark.parametrize("at", ["INSERT INTO arrivals", "COMMIT"])
async def test_after_a_failed_flush_nothing_is_written_until_a_restart(folder: Path, disk: Disk, at: str):
    async with opened(folder) as town:
        ann, room = await begin(town)
        await ann.says(room, "before")
        disk.fail(at, sqlite3.SQLITE_IOERR_FSYNC, "disk I/O error")
        gave_up = asyncio.Event()
        town.store.gave_up = gave_up.set
        doubtful = STORAGE_UNCERTAIN if at == "COMMIT" else STORAGE_UNAVAILABLE
        with capture_logs() as logs:
            await refused(doubtful, ann.says(room, "lost", nonce="n1"))
        assert gave_up.is_set()
        assert [entry["event"] for entry in logs] == ["store.commit_failed"]
        disk.heal()
        commits = disk.commits
        await refused(doubtful, ann.says(room, "lost", nonce="n1"))
        await refused(STORAGE_UNAVAILABLE, ann.says(room, "lost too"))
        await refused(STORAGE_UNAVAILABLE, town.store.create_account("bob", "Bob", "hash"))
        assert disk.commits == commits
        assert "restart" in town.store.trouble
        assert await town.bodies(room) == ["before"]
    assert waiting_bytes(folder) > 0, "nothing was checkpointed"
    async with opened(folder) as again:
        await Person(again, ann.id, "ann").says(room, "after")
        assert await again.bodies(room) == ["before", "after"]


async def test_a_disk_that_was_full_is_found_to_have_room_when_nobody_writes(
    folder: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer, "PROBE", 0.01)
    async with opened(folder) as town:
        ann, room = await begin(town)
        disk.fail("COMMIT", sqlite3.SQLITE_FULL, "database or disk is full")
        with capture_logs() as logs:
            await refused(STORAGE_UNAVAILABLE, ann.says(room, "lost"))
            await until(lambda: disk.tried > 10)
            assert town.store.trouble
            disk.heal()
            await until(lambda: not town.store.trouble)
        assert [entry["event"] for entry in logs] == ["store.commit_failed", "store.recovered"], "once each"
        commits = disk.commits
        await ann.says(room, "after")
        assert disk.commits == commits + 1, "nothing is looked at while all is well"


async def test_a_disk_that_is_nearly_full_takes_what_it_can_and_stays_in_trouble(
    folder: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
):
    """Else trouble would come and go with every write."""

    def no_room(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as nearly:
        nearly.setattr("among_server.store.sqlite.disk.check_room", no_room)
        async with opened(folder) as town:
            ann, room = await begin(town)
            with capture_logs() as logs:
                for _ in range(3):
                    disk.fail("COMMIT", sqlite3.SQLITE_FULL, "database or disk is full")
                    await refused(STORAGE_UNAVAILABLE, ann.says(room, "lost"))
                    disk.heal()
                    await ann.says(room, "small enough")
            assert town.store.trouble
            assert [entry["event"] for entry in logs] == ["store.commit_failed"]


async def test_no_room_for_the_shared_memory_is_a_full_disk_that_leaves_doubt_until_the_next_write(
    folder: Path, disk: Disk
):
    async with opened(folder) as town:
        ann, room = await begin(town)
        disk.fail("COMMIT", sqlite3.SQLITE_IOERR_SHMSIZE, "disk I/O error")
        with capture_logs() as logs:
            for _ in range(2):
                await refused(STORAGE_UNCERTAIN, ann.says(room, "perhaps", nonce="n1"))
            disk.fail("BEGIN", sqlite3.SQLITE_FULL, "database or disk is full")
            await refused(STORAGE_UNCERTAIN, ann.says(room, "perhaps", nonce="n1"))
            await refused(STORAGE_UNAVAILABLE, ann.says(room, "no", nonce="n2"))
            disk.heal()
            assert not (await ann.says(room, "perhaps", nonce="n1")).repeat
        assert [entry["event"] for entry in logs] == ["store.commit_failed", "store.recovered"]


async def test_a_failed_read_inside_a_command_is_the_disks_failure_not_the_commands(folder: Path, disk: Disk):
    async with opened(folder) as town:
        ann, room = await begin(town)
        disk.fail("SELECT", sqlite3.SQLITE_IOERR_READ, "disk I/O error")
        with capture_logs():
            await refused(STORAGE_UNAVAILABLE, ann.says(room, "@bob, who is not in memory"))
        assert town.store.trouble


async def test_more_than_one_statement_can_hold_is_written(folder: Path):
    async with opened(folder) as town:
        ann, room = await begin(town)
        await asyncio.gather(*(ann.says(room, str(n)) for n in range(3000)))
        assert await town.store.log(room) == (await town.store.unread(ann.id, [room]))[0].log
        assert [entry.seq for entry in await town.log(room)] == list(range(1, 3001))


async def test_the_mirrors_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("among_server.store.sqlite.ledger.MIRRORED", 2)
    async with opened(folder) as town:
        ann, room = await begin(town)
        for person in await town.people("bob", "cat", "dan", "eve"):
            await person.joins("hall")
            await person.says(room, "hello @ann", nonce="n1")
        store = town.store
        assert isinstance(store, SqliteStore)
        sizes = await store._writer.call(lambda tx: [len(mirror) for mirror in tx._mirrors])
        assert max(sizes) <= 5  # what founding a community made, and what one batch touches
        assert await ann.unread(room) == (0, 4, 4)
        assert (await ann.says(room, "all of you")).entry.event.seq == 5


async def test_what_the_first_schema_held_of_accounts_and_sessions_is_brought_up_to_date(folder: Path):
    (_, first), *_ = schema._steps()
    files.make_folder(folder)
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        db.executescript(
            f"BEGIN; {first} PRAGMA application_id = {schema.APPLICATION}; PRAGMA user_version = 1; COMMIT;"
        )
        db.execute("INSERT INTO logs (key, id, kind) VALUES (1, 'a_ann', 'account'), (2, 'a_bob', 'account')")
        db.execute("INSERT INTO heads (log, head, ordinal) VALUES (1, 0, 0), (2, 0, 0)")
        db.execute("INSERT INTO accounts VALUES (1, 'ann', 'Ann', '', 1), (2, 'bob', 'Bob', '', 0)")
        for secret, since in ((b"1", "2026-01-31T09:00:00.250Z"), (b"2", "2026-02-01T09:00:00.000Z")):
            values = (f"s_{secret.decode()}", secret, since)
            db.execute("INSERT INTO sessions (id, secret, account, device, opened) VALUES (?, ?, 1, '', ?)", values)
        db.commit()
    async with opened(folder) as town:
        rows = await town.store.sessions("a_ann")
        assert [(row.id, row.seen_ms, row.disabled) for row in rows] == [
            ("s_1", 1_769_850_000_250, False),
            ("s_2", 1_769_936_400_000, False),
        ]
        states = await town.store.account_states("", 9)
        assert [(state.handle, state.seen_ms) for state in states] == [("ann", 1_769_936_400_000), ("bob", 0)]
        await town.store.set_block("a_ann", "mute", handle="bob")
        await town.store.add_reset("bob", b"code", 2**52)


async def test_many_answers_in_one_batch_cost_as_many_statements_as_few(folder: Path):
    """To look at an older message writes nothing that is held back."""
    async with opened(folder, synchronous="off") as town:
        ann, room = await begin(town)
        await ann.says(room, "hi")

        async def statements(count: int) -> int:
            def answers(tx: Any) -> int:
                asked: list[str] = []
                tx.speak_as(ann.id)
                tx._db.set_trace_callback(asked.append)
                for _ in range(count):
                    RULES[SendMessage](tx, ann.id, SendMessage(id="1", nonce="", room=room, body="ho", reply_to=1))
                tx.flush()
                tx._db.set_trace_callback(None)
                return len(asked)

            return await town.carry_out(answers)

        await statements(1)
        assert await statements(9) == await statements(2)
        assert len(await town.bodies(room)) == 13


PLAIN = ("user_version", "application_id", "journal_mode", "page_size", "auto_vacuum", "encoding")


def test_the_tables_that_tests_begin_with_are_those_that_the_steps_make(folder: Path):
    files.make_folder(folder)
    made: list[list[Any]] = []
    for name, migrate in (("copied.db", fresh.copied), ("made.db", fresh.step_by_step)):
        with contextlib.closing(schema.open_writer(folder / name, "off")) as db:
            migrate(db, folder / name, None)
            made.append([*db.iterdump(), *(db.execute(f"PRAGMA {what}").fetchone() for what in PLAIN)])
    assert made[0] == made[1]
