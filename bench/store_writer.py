"""What it costs to keep a message: `python -m bench.store_writer`.

400 accounts in 200 rooms of two, 400 messages in flight in a closed loop, on the disk where the temporary folder is.
All designs are measured in the same run, in turn, several times; the ratios are what to trust. `--only own` repeats one.

own            the server's writer: a thread of its own, a batch of commands for each transaction
function       the same batches, each as one function on aiosqlite's thread (through its internal `_execute`)
statements     aiosqlite as it is documented: each statement of a batch awaited; rows made beforehand, no rules
autocommit     the same rows on a thread, a commit for each message
"""

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import structlog
import uvloop

from among_protocol.communities import CreateCommunity, JoinCommunity
from among_protocol.messages import SendMessage
from among_protocol.rooms import CreateRoom, RoomCreated
from among_server.store.rows import Stored
from among_server.store.sqlite import SqliteStore, schema
from among_server.store.sqlite.job import Job, Outcome
from among_server.store.sqlite.tx import SqliteTx
from among_server.store.sqlite.writer import Writer

ROOMS = 200
BODY = "x" * 100

_numbers = itertools.count()  # of nonces: one that comes again would be answered and not kept

Send = Callable[[int, str], Awaitable[Any]]  # by which account, under which nonce


def nothing_revoked(*_: Any) -> None:
    """Nobody signs out here."""


class Run:
    def __init__(self, rate: float, cpu: float, acks: list[float]) -> None:
        self.rate = rate  # messages a second
        self.cpu = cpu  # of the whole process, microseconds for each message
        acks.sort()
        self.p50 = acks[len(acks) // 2] * 1e3
        self.p99 = acks[int(len(acks) * 0.99)] * 1e3


async def drive(send: Send, in_flight: int, seconds: float) -> Run:
    """A closed loop: each of those in flight sends the next when the last was kept."""
    acks: list[float] = []
    now = time.perf_counter
    end = now() + seconds

    async def one(who: int) -> None:
        while (began := now()) < end:
            await send(who, f"{next(_numbers):016x}")
            acks.append(now() - began)

    began, cpu = now(), time.process_time()
    await asyncio.gather(*(one(who) for who in range(in_flight)))
    took, used = now() - began, time.process_time() - cpu
    return Run(len(acks) / took, used / len(acks) * 1e6, acks)


async def town(store: SqliteStore) -> tuple[list[str], list[str]]:
    """The accounts, and the room that each speaks in."""
    people = await asyncio.gather(*(store.create_account(f"p{n:04}", f"P {n}", "hash") for n in range(ROOMS * 2)))
    accounts = [one.id for one in people]

    async def room(n: int) -> str:
        first, second = accounts[2 * n : 2 * n + 2]
        await store.append(first, CreateCommunity(id="1", nonce="a", slug=f"c{n:04}", name="C"))
        await store.append(second, JoinCommunity(id="1", nonce="a", community=f"c{n:04}"))
        made = (await store.append(first, CreateRoom(id="1", nonce="b", community=f"c{n:04}", slug="hall"))).entry.event
        assert isinstance(made, RoomCreated)
        return made.room

    rooms = await asyncio.gather(*map(room, range(ROOMS)))
    return accounts, [room for room in rooms for _ in range(2)]


async def own(folder: Path, in_flight: int, seconds: float) -> Run:
    store = SqliteStore(folder)
    await store.open()
    accounts, rooms = await town(store)

    def send(who: int, nonce: str) -> Awaitable[Any]:
        who %= len(accounts)
        return store.append(accounts[who], SendMessage(id="1", nonce=nonce, room=rooms[who], body=BODY))

    await drive(send, in_flight, seconds / 4)
    run = await drive(send, in_flight, seconds)
    await store.close()
    return run


async def function(folder: Path, in_flight: int, seconds: float) -> Run:
    store = SqliteStore(folder)
    await store.open()
    accounts, rooms = await town(store)
    await store.close()
    async with aiosqlite.connect(folder / schema.FILE, isolation_level=None) as db:
        await db.execute("PRAGMA synchronous = FULL")
        await db.execute(f"PRAGMA wal_autocheckpoint = {schema.CHECKPOINT_PAGES}")
        writer = Writer(lambda: db._conn, lambda _: None, nothing_revoked)
        writer._db, writer._tx = db._conn, SqliteTx(db._conn, nothing_revoked)
        waiting: list[Job] = []
        busy = False

        async def work() -> None:
            nonlocal busy, waiting
            busy = True
            while waiting:
                batch, waiting = waiting, []
                writer._answer(*await db._execute(writer._carry_out, batch))  # type: ignore[no-untyped-call]  # internal
            busy = False

        def send(who: int, nonce: str) -> Awaitable[Any]:
            who %= len(accounts)
            future = asyncio.get_running_loop().create_future()
            command = SendMessage(id="1", nonce=nonce, room=rooms[who], body=BODY)
            waiting.append(Job(future, accounts[who], command))
            if not busy:
                tasks.append(asyncio.ensure_future(work()))
            return future

        tasks: list[asyncio.Future[None]] = []
        await drive(send, in_flight, seconds / 4)
        return await drive(send, in_flight, seconds)


TABLES = """
    CREATE TABLE entries (pos INTEGER PRIMARY KEY, type TEXT, ordinal INTEGER, author INTEGER, json BLOB);
    CREATE TABLE nonces (account INTEGER, nonce TEXT, digest BLOB, pos INTEGER, PRIMARY KEY (account, nonce))
        WITHOUT ROWID;
    CREATE TABLE heads (log INTEGER PRIMARY KEY, head INTEGER, ordinal INTEGER);
    CREATE TABLE markers (account INTEGER, room INTEGER, seq INTEGER, ordinal INTEGER, PRIMARY KEY (account, room))
        WITHOUT ROWID;"""
INSERTS = (
    "INSERT INTO entries VALUES (?, 'message.sent', ?, ?, ?)",
    "INSERT INTO nonces VALUES (?, ?, ?, ?)",
    "REPLACE INTO heads VALUES (?, ?, ?)",
    "REPLACE INTO markers VALUES (?, ?, ?, ?)",
)
EVENT = b'{"type":"message.sent","log":"r_abcdefghijklmnop","seq":100000,"at":"2026-01-31T09:00:00.000Z"}' + b"x" * 140


class Rows:
    def __init__(self) -> None:
        self._heads = [0] * ROOMS

    def make(self, who: int, nonce: str) -> tuple[tuple[Any, ...], ...]:
        room = who // 2 % ROOMS
        self._heads[room] = seq = self._heads[room] + 1
        pos = room << 36 | seq
        return (pos, seq, who, EVENT), (who, nonce, bytes(16), pos), (room, seq, seq), (who, room, seq, seq)


async def statements(folder: Path, in_flight: int, seconds: float) -> Run:
    async with aiosqlite.connect(folder / "plain.db", isolation_level=None) as db:
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute("PRAGMA synchronous = FULL")
        await db.execute(f"PRAGMA wal_autocheckpoint = {schema.CHECKPOINT_PAGES}")
        await db.executescript(TABLES)
        rows = Rows()
        waiting: list[tuple[asyncio.Future[None], tuple[tuple[Any, ...], ...]]] = []
        busy = False

        async def work() -> None:
            nonlocal busy, waiting
            busy = True
            while waiting:
                batch, waiting = waiting, []
                await db.execute("BEGIN IMMEDIATE")
                for at, insert in enumerate(INSERTS):
                    await db.executemany(insert, [made[at] for _, made in batch])
                await db.execute("COMMIT")
                for future, _ in batch:
                    future.set_result(None)
            busy = False

        def send(who: int, nonce: str) -> Awaitable[Any]:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiting.append((future, rows.make(who, nonce)))
            if not busy:
                tasks.append(asyncio.ensure_future(work()))
            return future

        tasks: list[asyncio.Future[None]] = []
        return await drive(send, in_flight, seconds)


class OneByOne(Writer):
    """Its thread and its queue, with rows that were made beforehand, and a commit for each message."""

    def _carry_out(self, batch: list[Job]) -> tuple[list[Outcome], list[Stored]]:
        for job in batch:
            self._db.execute("BEGIN IMMEDIATE")
            for insert, made in zip(INSERTS, job.command, strict=True):
                self._db.execute(insert, made)
            self._db.execute("COMMIT")
        return [(job.future, None) for job in batch], []

    def _tidy(self) -> None:
        """These tables are not the server's: there is nothing to tidy."""


async def autocommit(folder: Path, in_flight: int, seconds: float) -> Run:
    path = folder / "plain.db"

    def connect() -> Any:
        db = schema.open_writer(path, "full")
        db.executescript(TABLES)
        return db

    writer, rows = OneByOne(connect, lambda _: None, nothing_revoked), Rows()
    await writer.open()
    run = await drive(lambda who, nonce: writer.ask("x", rows.make(who, nonce)), min(in_flight, 16), seconds)
    writer._stopping = True
    await writer.close()
    return run


DESIGNS = {"own": own, "function": function, "statements": statements, "autocommit": autocommit}


async def measure(only: str, in_flight: int, seconds: float, rounds: int) -> None:
    runs: dict[str, list[Run]] = {name: [] for name in DESIGNS if only in ("", name)}
    for _ in range(rounds):
        for name, kept in runs.items():
            with tempfile.TemporaryDirectory() as folder:
                kept.append(await DESIGNS[name](Path(folder), in_flight, seconds))
    print(
        f"{in_flight} in flight, {rounds} rounds of {seconds:g} s, median; switch interval {sys.getswitchinterval()} s"
    )
    print(f"{'':12}{'kept/s':>10}{'× autocommit':>14}{'CPU µs each':>13}{'ack p50 ms':>12}{'p99 ms':>9}")
    base = statistics.median(run.rate for run in runs["autocommit"]) if "autocommit" in runs else 0.0
    for name, kept in runs.items():
        rate, cpu, p50, p99 = (
            statistics.median(getattr(run, what) for run in kept) for what in ("rate", "cpu", "p50", "p99")
        )
        times = f"{rate / base:.1f}" if base else ""
        print(f"{name:12}{rate:10,.0f}{times:>14}{cpu:13.1f}{p50:12.2f}{p99:9.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(DESIGNS), default="")
    parser.add_argument("--in-flight", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--switch", type=float, default=0.0, help="of the interpreter's lock, seconds; 0: as it is")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    if asked.switch:
        sys.setswitchinterval(asked.switch)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(measure(asked.only, asked.in_flight, asked.seconds, asked.rounds))


if __name__ == "__main__":
    main()
