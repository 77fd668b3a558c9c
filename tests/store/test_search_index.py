"""The index of what was said is a file that may be lost, late, damaged or full: messages go on, and it is made anew."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.posts import DeletePost, EditPost, PublishPost
from among_protocol.query import parse
from among_protocol.retention import Retention, SetRetention
from among_server.store import words
from among_server.store.rules import retention
from among_server.store.search import Asked
from among_server.store.sqlite import SqliteStore, following, index, indexing, said, schema, search
from among_server.store.sqlite.backup import SqliteBackups
from among_server.store.words import sought
from tests.proof.test_prv_02_erase import found_in
from tests.store.test_retention import removed
from tests.store.test_search import finds, found, hall, pages
from tests.store.town import Person, Town
from tests.stores import little_memory
from tests.world import until

CANARY = "zugvogelninety"  # which begins like no other word: the index keeps how words go on
FILES = (index.FILE, f"{index.FILE}-wal", f"{index.FILE}-shm")


@asynccontextmanager
async def opened(folder: Path, synchronous: schema.Synchronous = "off") -> AsyncIterator[Town]:
    store = SqliteStore(folder, synchronous=synchronous)
    await store.open()
    try:
        yield Town(store)
    finally:
        await store.close()


async def spoken(town: Town, count: int = 10) -> tuple[Person, str]:
    _, room, (ann,) = await hall(town, "ann")
    for number in range(count):
        await ann.says(room, f"kestrel {number}")
    return ann, room


def again(town: Town, ann: Person) -> Person:
    return Person(town, ann.id, ann.handle)


async def once_indexed(town: Town) -> None:
    """However often that fails."""
    while True:
        with contextlib.suppress(Refuse):
            return await town.store.indexed()


def keeps_up(town: Town) -> bool:
    return town.store.search_counts.up


def everything(count: int = 10) -> list[str]:
    return [f"kestrel {number}" for number in reversed(range(count))]


def consistent(folder: Path) -> None:
    """Every text that says something is in the index once, by its own number."""
    with contextlib.closing(sqlite3.connect(folder / schema.FILE)) as db:
        says = "type IN ('message.sent', 'post.published') AND NOT coalesce(CAST(json AS TEXT) ->> 'blank', 0)"
        kept = {
            pos for table in ("entries", "arrivals") for (pos,) in db.execute(f"SELECT pos FROM {table} WHERE {says}")
        }
    with contextlib.closing(sqlite3.connect(folder / index.FILE)) as db:
        places = [pos for (pos,) in db.execute("SELECT pos FROM said ORDER BY n")]
        assert set(places) >= kept
        assert len(set(places)) == len(places)
        assert not db.execute("SELECT count(*) FROM todo").fetchone()[0]
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '%fts5%'")}
        assert tables == {f"words_{volume}" for (volume,) in db.execute("SELECT volume FROM volumes")}
        for table in tables:
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")


async def test_inp_06_what_a_query_in_any_script_needs_is_made_before_somebody_asks(tmp_path: Path):
    """It takes a tenth of a second and more, and queries are read on the loop."""
    for made in (words._pile, words._words):
        made.cache_clear()
    async with opened(tmp_path) as town:
        await town.store.indexed()
        assert [made.cache_info().currsize for made in (words._pile, words._words)] == [1, 1]


async def test_however_far_behind_it_is_a_batch_costs_the_same_and_no_room_waits_for_another(
    tmp_path: Path, monkeypatch
):
    steps: list[int] = []
    asked: list[set[int]] = []
    plain = following.Follower._following

    def counted(self: following.Follower) -> Any:
        count = [0]
        self._reader.set_progress_handler(lambda: count.__setitem__(0, count[0] + 1), 10)
        positions, places = plain(self)
        self._reader.set_progress_handler(None, 0)
        if positions:
            steps.append(count[0])
            asked.append({key for key, _ in positions})
        return positions, places

    monkeypatch.setattr(following.Follower, "_following", counted)
    monkeypatch.setattr(following, "BATCH", 10)
    new = indexing.Indexer._new
    monkeypatch.setattr(indexing.Indexer, "_new", lambda _: set())  # nobody tells it
    async with opened(tmp_path) as town:
        garden, first, (ann,) = await hall(town, "ann")
        second = await ann.makes(garden, "shed")
        await town.store.indexed()  # what is there as it begins is listed, not followed
        for number in range(150):
            await ann.says(first, f"kestrel {number}")
            await ann.says(second, f"osprey {number}")
        monkeypatch.setattr(indexing.Indexer, "_new", new)
        await town.store.indexed()
        assert await finds(ann, "kestrel 149") == ["kestrel 149"]
    assert len(steps) >= 30
    assert max(steps) < 4 * sorted(steps)[len(steps) // 2]
    assert all(len(rooms) == 1 for rooms in asked[:4])
    assert asked[0] != asked[1]
    assert asked[:2] == asked[2:4]
    consistent(tmp_path)


@pytest.mark.parametrize(
    ("wall", "cpu", "rests"),
    [
        (0.010, 0.010, 0.010),
        (0.010, 0.005, 0.020),
        (0.010, 0.0001, 0.050),
        (2.0, 1.0, 0.25),
        (0.00001, 0.00001, 0.0002),
    ],
)
def test_it_rests_as_long_as_it_worked_and_longer_where_others_want_the_core(wall, cpu, rests):
    rest = following.rest_after(following.Work(5.0, 1.0), following.Work(5.0 + wall, 1.0 + cpu))
    assert rest == pytest.approx(rests)


async def test_a_full_volume_is_put_into_one_piece_and_all_is_found_in_it(tmp_path: Path, monkeypatch):
    little_memory(monkeypatch)
    monkeypatch.setattr(index, "MERGED", 1)
    monkeypatch.setattr(indexing, "GATHER", 0.0)

    def pieces() -> list[int]:
        """In each full volume."""
        with contextlib.closing(sqlite3.connect(tmp_path / index.FILE)) as db:
            full = [v for (v,) in db.execute("SELECT volume FROM volumes WHERE NOT stale ORDER BY volume")][:-1]
            return [db.execute(f"SELECT count(DISTINCT segid) FROM words_{v}_idx").fetchone()[0] for v in full]

    async with opened(tmp_path) as town:
        ann, room = await spoken(town, 0)
        for number in range(10):
            await ann.says(room, f"kestrel {number}")
            await town.store.indexed()
        await until(lambda: pieces() == [1, 1])
        assert await finds(ann, "kestrel") == everything()
        await ann.edits(room, 2, "osprey")
        assert await finds(ann, "osprey") == ["osprey"]
        await ann.deletes(room, 3)
        assert await town.store.purge()
        await until(lambda: pieces() == [1, 1])
        assert await finds(ann, "osprey") == ["osprey"]
        assert len(await finds(ann, "kestrel")) == 8
    consistent(tmp_path)


@pytest.mark.parametrize(
    "lost", ["it was deleted", "it is empty", "it is nonsense", "half of it is nonsense", "another's"]
)
async def test_an_index_that_is_lost_is_made_anew(tmp_path: Path, lost: str, monkeypatch):
    little_memory(monkeypatch)
    async with opened(tmp_path) as town:
        ann, _ = await spoken(town)
        await found(ann, "kestrel")
    path = tmp_path / index.FILE
    whole = path.read_bytes()
    match lost:
        case "it was deleted":
            path.unlink()
        case "it is empty":
            path.write_bytes(b"")
        case "it is nonsense":
            path.write_bytes(b"nonsense " * 5_000)
        case "half of it is nonsense":
            path.write_bytes(whole[:4096] + b"nonsense " * (len(whole) // 9))
        case _:
            path.unlink()
            with contextlib.closing(sqlite3.connect(path)) as db:
                db.execute("CREATE TABLE about (name TEXT, value TEXT)")
                db.commit()
    async with opened(tmp_path) as town:
        await again(town, ann).says(await _room(town, ann), "kestrel 10")  # nobody waits for it
        await once_indexed(town)
        assert await finds(again(town, ann), "kestrel", limit=50) == everything(11)
    consistent(tmp_path)


async def _room(town: Town, ann: Person) -> str:
    standing = await town.store.standing(ann.id)
    assert standing is not None
    return standing.rooms[0].id


async def test_its_progress_is_logged(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(following, "BATCH", 4)
    monkeypatch.setattr(following, "TOLD", 0.0)
    monkeypatch.setattr(following, "MANY", 10)
    async with opened(tmp_path) as town:
        ann, _ = await spoken(town)
    (tmp_path / index.FILE).unlink()
    with capture_logs() as logs:
        async with opened(tmp_path) as town:
            assert await finds(again(town, ann), "kestrel") == everything()
    told = [(one["event"], one.get("left", one.get("texts"))) for one in logs if one["event"].startswith("search.")]
    assert told == [("search.indexing", 10), ("search.indexing", 6), ("search.indexing", 2), ("search.indexed", 10)]


LOST = {
    "its key": "DELETE FROM about WHERE name = 'key'",
    "half of its key": "UPDATE about SET value = substr(value, 1, 31) WHERE name = 'key'",
    "a key that is none": "UPDATE about SET value = 'nonsense' WHERE name = 'key'",
    "all that it says about itself": "DELETE FROM about",
    "a table": "DROP TABLE followed",
    "a volume": "DROP TABLE words_0",
}


@pytest.mark.parametrize("lost", LOST)
async def test_an_index_that_lost_a_part_is_made_anew(tmp_path: Path, lost: str):
    async with opened(tmp_path) as town:
        ann, _ = await spoken(town)
        await found(ann, "kestrel")
    with contextlib.closing(sqlite3.connect(tmp_path / index.FILE)) as db, db:
        db.execute(LOST[lost])
    with capture_logs() as logs:
        async with opened(tmp_path) as town:
            assert await finds(again(town, ann), "kestrel") == everything()
    assert [one["event"] for one in logs].count("search.discarded") == 1
    consistent(tmp_path)


async def test_a_restored_store_is_indexed_anew_and_backups_have_no_index(tmp_path: Path):
    data, kept = tmp_path / "data", tmp_path / "kept"
    async with opened(data) as town:
        ann, room = await spoken(town)
        await found(ann, "kestrel")
        taken = SqliteBackups(data).take(kept)
        await ann.says(room, "kestrel after the backup")
        assert len(await finds(ann, "kestrel", limit=50)) == 11
    assert not list(taken.path.glob("search*"))
    SqliteBackups(data).restore(taken.path, replace=True, keep_sessions=False)
    with capture_logs() as logs:
        async with opened(data) as town:
            assert await finds(again(town, ann), "kestrel") == everything()
    assert [one["why"] for one in logs if one["event"] == "search.discarded"]
    consistent(data)


@pytest.mark.parametrize("turn", range(4))
async def test_killed_at_any_moment_nothing_is_missing_and_nothing_there_twice(tmp_path: Path, turn: int):
    command = [sys.executable, "-m", "tests.store.killed", str(tmp_path)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: ASYNC220  # nothing else is to be done meanwhile
    assert writer.stdout is not None
    line = b""
    while not line.startswith(b"a_"):  # after what is logged
        line = writer.stdout.readline()
    ann, room = line.decode().split()
    for _ in range(40 + 700 * turn):
        writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    async with opened(tmp_path) as town:
        person = Person(town, ann, "ann")
        log = await town.store.log(room)
        assert log is not None
        assert len(await pages(person, "from:me", limit=50)) == log.head
    consistent(tmp_path)


async def test_a_full_disk_delays_the_search_and_nothing_else(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(indexing, "AGAIN", 0.01)
    connect, full = index.connect, threading.Event()

    def little(path: Path) -> sqlite3.Connection:
        db = connect(path)
        if full.is_set():
            (pages_now,) = db.execute("PRAGMA page_count").fetchone()
            db.execute(f"PRAGMA max_page_count = {pages_now}")
        return db

    monkeypatch.setattr(index, "connect", little)
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        await found(ann, "kestrel")
    full.set()
    async with opened(tmp_path) as town:
        ann = again(town, ann)
        with capture_logs() as logs:
            for number in range(10, 60):
                await ann.says(room, f"kestrel {number} " + " ".join(f"word{number}x{n}" for n in range(200)))
            with pytest.raises(Refuse) as why:
                await town.store.indexed()
        assert why.value.code is codes.SEARCH_UNAVAILABLE
        assert not keeps_up(town)
        assert [one["event"] for one in logs].count("search.failed") == 1
        assert len(await town.bodies(room)) == 50
        query = parse("kestrel")
        with contextlib.suppress(Refuse):  # while the file is opened again
            late = await town.store.search(ann.id, Asked(query, sought(query), limit=50))
            assert len(late.hits) < 60
        full.clear()
        await once_indexed(town)
        assert len(await pages(ann, "kestrel", limit=50)) == 60
        assert keeps_up(town)
    consistent(tmp_path)


async def test_after_an_error_of_the_disk_the_file_is_made_anew(tmp_path: Path, monkeypatch):
    """A flush that failed may have lost pages that nobody would miss."""
    monkeypatch.setattr(indexing, "AGAIN", 0.01)
    flush, broken = index.Index.flush, threading.Event()

    def fails(self: index.Index) -> None:
        flush(self)
        if broken.is_set():
            broken.clear()
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error

    monkeypatch.setattr(index.Index, "flush", fails)
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        await found(ann, "kestrel")
        broken.set()
        with capture_logs() as logs:
            await ann.says(room, "kestrel 10")
            await once_indexed(town)
        assert [one["event"] for one in logs] == ["search.failed", "search.discarded"]
        assert await finds(ann, "kestrel", limit=50) == everything(11)
    consistent(tmp_path)


async def test_without_the_means_to_search_nothing_is_noted_for_an_index_and_none_is_left(tmp_path: Path, monkeypatch):
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        await ann.deletes(room, 1)
        await town.store.indexed()
    assert (tmp_path / index.FILE).exists()
    with contextlib.closing(sqlite3.connect(tmp_path / schema.FILE)) as db:
        db.execute("INSERT INTO unsaid (pos) VALUES (7)")  # as of a server that was killed
        db.commit()
    monkeypatch.setattr(indexing, "available", lambda: False)
    with capture_logs() as logs:
        async with opened(tmp_path) as town:
            for number in (2, 3):
                await again(town, ann).deletes(room, number)
    assert [one["event"] for one in logs if one["event"].startswith("search.")] == ["search.absent"]
    with contextlib.closing(sqlite3.connect(tmp_path / schema.FILE)) as db:
        assert db.execute("SELECT count(*) FROM unsaid").fetchone() == (0,)
    assert not (tmp_path / index.FILE).exists()
    monkeypatch.undo()
    async with opened(tmp_path) as town:
        assert await finds(again(town, ann), "kestrel") == everything()[:-3]


def lose(folder: Path) -> None:
    """Pages of words are gone; who only adds some does not look at them."""
    with contextlib.closing(sqlite3.connect(folder / index.FILE)) as db, db:
        assert db.execute("DELETE FROM words_0_data WHERE id > 10").rowcount


async def once_found(ann: Person) -> list[str]:
    """However often that is refused, or finds nothing yet in an index that is just being made."""
    while True:
        with contextlib.suppress(Refuse):
            if hits := await finds(ann, "kestrel", limit=50):
                return hits


async def test_what_only_a_search_finds_damaged_is_made_anew_but_not_again_and_again(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(indexing, "AGAIN", 0.01)
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        await found(ann, "kestrel")
        lose(tmp_path)
        with pytest.raises(Refuse) as why:
            await found(ann, "kestrel")
        assert why.value.code is codes.SEARCH_UNAVAILABLE
        assert await once_found(ann) == everything()
        lose(tmp_path)
        with capture_logs() as logs:
            for _ in range(3):
                with pytest.raises(Refuse):
                    await found(ann, "kestrel")
                await ann.says(room, "something else")
                await town.store.indexed()
        assert {one["event"] for one in logs} == {"search.unavailable"}


async def test_who_searches_while_the_file_is_thrown_away_is_not_told_that_there_is_nothing(
    tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(indexing, "AGAIN", 0.01)
    look, fill = search.Searches._search, indexing.Indexer._catch_up
    made, looked = threading.Event(), threading.Event()

    def meanwhile(self: search.Searches, account: str, asked: Asked) -> Any:
        """The file is another, and as empty as it was at first, between asking and looking."""
        before = self._indexer.generation

        def once_looked(indexer: indexing.Indexer, follower: following.Follower) -> None:
            if indexer.generation > before:
                made.set()
                assert looked.wait(10)
            fill(indexer, follower)

        monkeypatch.setattr(indexing.Indexer, "_catch_up", once_looked)
        self._indexer.doubt(sqlite3.DatabaseError("malformed"), before)
        assert made.wait(10)
        try:
            return look(self, account, asked)
        finally:
            looked.set()

    async with opened(tmp_path) as town:
        ann, _ = await spoken(town)
        assert await finds(ann, "kestrel") == everything()
        monkeypatch.setattr(search.Searches, "_search", meanwhile)
        with pytest.raises(Refuse) as why:
            await found(ann, "kestrel")
        assert why.value.code is codes.SEARCH_UNAVAILABLE
        monkeypatch.setattr(search.Searches, "_search", look)
        assert await once_found(ann) == everything()


async def test_without_the_means_to_search_it_says_so(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(indexing, "available", lambda: False)
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        await ann.deletes(room, 1)
        assert not town.store.searchable
        with pytest.raises(Refuse) as why:
            await found(ann, "kestrel")
        assert why.value.code is codes.SEARCH_ABSENT
        assert await town.store.purge()
    assert not (tmp_path / index.FILE).exists()


# --- what is left of what was deleted


@pytest.mark.parametrize("body", [CANARY, f"{CANARY} " * 500], ids=["short", "long"])
@pytest.mark.parametrize("memory", ["much", "little"])
async def test_prv_02_of_what_was_deleted_nothing_is_left_in_the_index(tmp_path: Path, monkeypatch, body, memory):
    if memory == "little":
        little_memory(monkeypatch)
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        said = (await ann.says(room, body)).entry.event
        edited = (await ann.says(room, "something")).entry.event
        await ann.edits(room, edited.seq, body)
        await found(ann, "kestrel")
        await ann.edits(room, edited.seq, "something else")
        garden = (await town.store.rooms((await town.store.standing(ann.id)).members[0].place))[0].community  # type: ignore[union-attr]  # there is
        post = await ann.do(PublishPost, community=garden, title=CANARY, body=body)
        await ann.do(EditPost, room=post.log, post=post.seq, title=f"{CANARY} too")
        for number in range(10, 20):
            await ann.says(room, f"kestrel {number}")
        assert len(await finds(ann, CANARY)) == 2
        assert index.FILE in " ".join(found_in(tmp_path, CANARY))
        for seq in (said.seq, edited.seq):
            await ann.deletes(room, seq)
        await ann.do(DeletePost, room=post.log, post=post.seq)
        assert await finds(ann, CANARY) == []
        assert await town.store.purge()
        assert found_in(tmp_path, CANARY) == {}
        assert await finds(ann, "kestrel", limit=50) == everything(20)
        await ann.says(room, "kestrel 20")
        assert await finds(ann, "kestrel", limit=50) == everything(21)
    assert found_in(tmp_path, CANARY) == {}
    consistent(tmp_path)


async def test_prv_02_nothing_is_left_by_a_server_that_is_stopped_or_killed_before_it_purged(tmp_path: Path):
    data, killed = tmp_path / "data", tmp_path / "killed"
    async with opened(data, "full") as town:
        ann, room = await spoken(town)
        said = (await ann.says(room, CANARY)).entry.event
        await found(ann, "kestrel")
        await ann.deletes(room, said.seq)
        shutil.copytree(data, killed)
    assert found_in(data, CANARY) == {}
    assert index.FILE in " ".join(found_in(killed, CANARY))
    for folder in (data, killed):
        async with opened(folder, "full") as town:
            assert await finds(again(town, ann), "kestrel") == everything()
            assert await town.store.purge()
            assert found_in(folder, CANARY) == {}
        with contextlib.closing(sqlite3.connect(folder / schema.FILE)) as db:
            assert db.execute("SELECT count(*) FROM unsaid").fetchone() == (0,)
        consistent(folder)


async def test_who_searches_for_long_puts_off_the_purge(tmp_path: Path):
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        await found(ann, "kestrel")
        with contextlib.closing(sqlite3.connect(tmp_path / index.FILE, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM said").fetchone()
            await ann.deletes(room, 1)
            assert not await town.store.purge()
            reader.execute("COMMIT")
        assert await town.store.purge()


async def test_what_is_deleted_while_somebody_searches_is_not_given_to_them(tmp_path: Path, monkeypatch):
    reading, deleted = threading.Event(), threading.Event()
    read: Callable[..., Any] = said.present

    def slowly(db: sqlite3.Connection, places: Any) -> Any:
        said = read(db, places)
        if threading.current_thread().name.startswith("among-searches") and not reading.is_set():
            reading.set()
            deleted.wait(10)
        return said

    async with opened(tmp_path) as town:
        ann, room = await spoken(town, 3)
        await town.store.indexed()
        monkeypatch.setattr(search, "present", slowly)
        query = parse("kestrel")
        searching = asyncio.ensure_future(town.store.search(ann.id, Asked(query, sought(query), newest=True)))
        await asyncio.to_thread(reading.wait)
        await ann.deletes(room, 2)
        deleted.set()
        assert [row.hit.snippet for row in (await searching).hits] == ["kestrel 2", "kestrel 0"]


async def test_what_is_deleted_while_it_is_searched_is_not_given_and_the_rest_is_not_searched_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Somebody who goes for good has more deleted in a second than are searches."""
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        await town.store.indexed()
        loop, searches, deletes = asyncio.get_running_loop(), [], iter(range(3, 8))
        as_ever, left = search.Searches._search, search.Searches._left

        def and_one_goes() -> None:
            if (seq := next(deletes, None)) is not None:
                asyncio.run_coroutine_threadsafe(ann.deletes(room, seq), loop).result()

        def slowly(self: search.Searches, account: str, asked: Asked) -> Any:
            found = as_ever(self, account, asked)
            searches.append(found)
            and_one_goes()
            return found

        def look_again(self: search.Searches, hits: Any) -> Any:
            found = left(self, hits)
            and_one_goes()
            return found

        monkeypatch.setattr(search.Searches, "_search", slowly)
        monkeypatch.setattr(search.Searches, "_left", look_again)
        assert await finds(ann, "kestrel") == [f"kestrel {number}" for number in (9, 8, 7, 1, 0)]
        assert len(searches) == 1


# --- what it keeps of what is not there any more


def holds(folder: Path) -> tuple[int, int, int]:
    """Texts, tables of words, and how often a search would look into one for an audience."""
    with contextlib.closing(sqlite3.connect(folder / index.FILE)) as db:
        (texts,), (heard,) = (db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("said", "heard"))
        (tables,) = db.execute("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%fts5%'").fetchone()
        return texts, tables, heard


async def test_a_room_that_keeps_so_many_messages_takes_no_more_of_the_index_however_much_is_said_in_it(
    tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(retention, "RETENTION_GRACE_MS", 0)
    little_memory(monkeypatch)
    sizes: list[int] = []
    async with opened(tmp_path) as town:
        garden, room, (ann,) = await hall(town, "ann")
        shed = await ann.makes(garden, "shed", kind="private")
        await ann.says(shed, "osprey")
        await ann.do(SetRetention, room=room, retention=Retention(messages=6))
        for week in range(8):
            for number in range(20):
                await ann.says(room, f"kestrel {20 * week + number}")
            await town.store.indexed()
            await removed(town)
            assert await town.store.purge()
            assert await finds(ann, "kestrel", limit=50) == everything(20 * (week + 1))[:6]
            assert await finds(ann, "osprey") == ["osprey"]
            texts, tables, heard = holds(tmp_path)
            assert (texts, tables <= 4, heard <= 4) == (7, True, True)
            sizes.append((tmp_path / index.FILE).stat().st_size)
        assert len(set(sizes[1:])) == 1, "what one week left, the next one takes"
    consistent(tmp_path)


async def test_where_all_is_gone_nothing_is_left_and_the_next_is_found_and_followed_by_an_older_page(
    tmp_path: Path, monkeypatch
):
    little_memory(monkeypatch)
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        first = await found(ann, "kestrel", newest=True, limit=2)
        for seq in range(1, 12):
            with contextlib.suppress(Refuse):
                await ann.deletes(room, seq)
        assert await town.store.purge()
        assert holds(tmp_path) == (0, 0, 0)
    async with opened(tmp_path) as town:
        ann = again(town, ann)
        await ann.says(room, "kestrel 10")
        assert await finds(ann, "kestrel") == ["kestrel 10"]
        rest = await found(ann, "kestrel", newest=True, limit=2, after=first.after)
        assert rest.hits == [], "what is said from now on comes before that page"
    consistent(tmp_path)


# --- bounds


async def test_whatever_a_search_asks_of_the_database_is_looked_up(tmp_path: Path):
    """A statement that looks through a table costs what everybody has, and not what one asks for."""
    async with opened(tmp_path) as town:
        await spoken(town)
        await town.store.indexed()
        with contextlib.closing(sqlite3.connect(tmp_path / index.FILE)) as db:
            db.execute("ATTACH ? AS house", (str(tmp_path / schema.FILE),))
            asked = {
                name: sql.strip()
                for name, sql in {**vars(said), "_ROOMS of said": said._ROOMS, **vars(search)}.items()
                if name[0] == "_" and str(sql).strip().startswith("SELECT")
            }
            asked["_PROPOSED"] = search._PROPOSED.format("words_0")
            for name, sql in asked.items():
                plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", ["1"] * sql.count("?"))]
                through = [
                    step for step in plan if "SCAN" in step and not re.search("VIRTUAL TABLE|(?i:subquery)", step)
                ]
                assert not through, (name, plan)
                assert not any("AUTOMATIC" in step for step in plan), (name, plan)
                if name == "_OPEN":
                    assert any("rooms_community (community=? AND slug=?)" in step for step in plan), plan


async def test_inp_06_so_many_searches_wait_and_one_more_is_told_to_come_back(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(search, "WAITING", 2)
    async with opened(tmp_path) as town:
        ann, _ = await spoken(town)
        await town.store.indexed()
        results = await asyncio.gather(*(found(ann, "kestrel") for _ in range(8)), return_exceptions=True)
        refused = [one for one in results if isinstance(one, Refuse)]
        assert {one.code for one in refused} == {codes.SEARCH_UNAVAILABLE}
        assert len(refused) == 6


async def test_who_has_no_search_waiting_finds_a_place_beside_those_who_have_many(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(search, "WAITING", 4)
    monkeypatch.setattr(search, "ADMITTED", 5)
    async with opened(tmp_path) as town:
        _, room, (ann, bob, cyd) = await hall(town, "ann", "bob", "cyd")
        await ann.says(room, "kestrel")
        await town.store.indexed()
        asking = [*[ann] * 4, bob, ann, bob, cyd]
        results = await asyncio.gather(*(found(one, "kestrel") for one in asking), return_exceptions=True)
        let_in = [one.handle for one, result in zip(asking, results, strict=True) if not isinstance(result, Refuse)]
        assert let_in == ["ann"] * 4 + ["bob"]
        assert len((await found(cyd, "kestrel")).hits) == 1


async def test_accounts_have_turns_whoever_asks_for_more(tmp_path: Path, monkeypatch):
    async with opened(tmp_path) as town:
        _, room, (ann, bob, cyd) = await hall(town, "ann", "bob", "cyd")
        await ann.says(room, "kestrel")
        await town.store.indexed()
        turns: list[str] = []
        looks = search.Searches._search

        def told(self: search.Searches, account: str, asked: Asked) -> Any:
            turns.append(next(one.handle for one in (ann, bob, cyd) if one.id == account))
            return looks(self, account, asked)

        monkeypatch.setattr(search.Searches, "_search", told)
        query = parse("kestrel")
        asked = Asked(query, sought(query))
        waiting = [asyncio.ensure_future(town.store.search(ann.id, asked)) for _ in range(4)]
        waiting += [asyncio.ensure_future(town.store.search(one.id, asked)) for one in (bob, cyd, bob)]
        given_up = asyncio.ensure_future(town.store.search(cyd.id, asked))
        await until(lambda: town.store._searches._waiting.total() == len([*waiting, given_up]))  # type: ignore[attr-defined]  # SQLite
        given_up.cancel()
        await asyncio.gather(*waiting)
        assert turns == ["ann", "bob", "cyd", "ann", "bob", "ann", "ann"]


async def test_until_when_everything_is_found_is_told(tmp_path: Path, monkeypatch):
    async with opened(tmp_path) as town:
        ann, room = await spoken(town)
        page = await found(ann, "kestrel")
        assert page.as_of > "2026"
        town.store.search_counts.waiting_since = 1.0
        town.store.search_counts.upto_ms = 1_700_000_000_999
        query = parse("kestrel")
        late = await town.store.search(ann.id, Asked(query, sought(query)))
        assert late.as_of == "2023-11-14T22:13:20.000Z"
