"""The writer: one thread with the one connection that writes. It takes all that waits in one transaction.

Rule 1: the loop only appends to `_waiting` and wakes; the thread does all else and answers once for each batch.
Rule 2: a batch is first run as a whole, held back and flushed together. A mistake in a rule rolls all of it back, and it
is run again one by one, each in a savepoint: so one fails alone.
Rule 3: answers go out after the commit: `committed` hears the entries, then the futures are resolved, in order.
Rule 4: when the disk fails, nothing of the batch is answered as kept. A full disk may be tried again. After any other
failure nobody can say what is on the disk (a failed fsync can't be repeated), so nothing is written until a restart.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Thread
from time import monotonic, sleep
from typing import Any, NamedTuple, TypeVar

import structlog

from among_protocol.base import Entry, Write
from among_protocol.codes import (
    ACCOUNT_GONE,
    INTERNAL,
    NONCE_CONFLICT,
    STOPPING,
    STORAGE_UNAVAILABLE,
    ErrorCode,
    Refuse,
)
from among_protocol.wire import JSON, tag_of

from ...counts import StoreCounts
from ..api import Appended, Stored
from ..rules import RULES, digest
from .arrivals import Key, Result
from .tx import SqliteTx

BATCH = 1024  # commands in one transaction: bounds what waits behind one commit
CROWD = 48  # commands in a batch, from which on the next is waited for
PATIENCE = 0.5  # of what the last batch took
PATIENCE_MAX = 0.005  # seconds
GLANCE = 0.0003  # seconds between two looks at what waits
RETRY_MS = 1_000  # what a refusal for want of storage asks the client to wait

# Result codes that speak of a statement of ours, not of the database.
OURS = (
    0,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
    sqlite3.SQLITE_TOOBIG,
)

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Job(NamedTuple):
    """A command of an account, or something else that writes (then `command` is a function and `account` empty)."""

    future: asyncio.Future[Any]
    account: str
    command: Any

    def name(self) -> str:
        if self.account:
            return tag_of(type(self.command))
        return str(getattr(self.command, "__qualname__", self.command))


Outcome = tuple[asyncio.Future[Any], Any]  # and the result, or a Refuse


class Writer:
    """`connect` opens the connection, on the writer's thread; `finish` is run on it before it is closed in order;
    `sizes` tells the bytes of the database and of its write-ahead log."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        finish: Callable[[sqlite3.Connection], None],
        sizes: Callable[[], tuple[int, int]] = lambda: (0, 0),
    ) -> None:
        self.trouble = ""  # why nothing can be stored at the moment; set by the thread, read by the loop
        self.committed: Callable[[Sequence[Stored]], None] = lambda _: None
        self.is_open = False
        self.broken = False  # see rule 4; set by the thread
        self.counts = StoreCounts()
        self._sizes = sizes
        self._measured = 0.0  # monotonic: when the files were last looked at
        self._connect = connect
        self._finish = finish
        self._waiting: list[Job] = []
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._last = (0, 0.0)  # commands of the last batch, and the seconds it took
        self._idle = False  # the thread is about to wait for `_wake`, or does
        self._stopping = False  # nothing more is taken
        self._stopped = False  # nothing more is waiting: the thread may end
        self._untidy = False  # moving arrivals failed by a mistake of ours: it is not tried again
        self._thread = Thread(target=self._run, name="among-writer", daemon=True)

    # --- on the loop
    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._thread.start()
        await self._opened
        self.is_open = True

    def ask(self, account: str, command: Any) -> asyncio.Future[Any]:
        """Queue a command of an account, or with an empty account a function of the Tx."""
        future: asyncio.Future[Any] = self._loop.create_future()
        if self._stopping:
            future.set_exception(Refuse(STOPPING))
            return future
        self._waiting.append(Job(future, account, command))
        if self._idle:
            self._idle = False
            self._wake.put(None)
        return future

    async def call(self, job: Callable[[SqliteTx], T]) -> T:
        """Something else that writes, in its turn."""
        result: T = await self.ask("", job)
        return result

    async def drain(self) -> None:
        """Take nothing more, and finish what was asked."""
        if not self._stopping:
            last = self.ask("", _nothing)
            self._stopping = True
            with suppress(Refuse):
                await last

    async def close(self) -> None:
        """Close the connection and the thread, after `drain`."""
        self._stopped = True
        self._wake.put(None)
        await asyncio.shield(self._closed)
        self._thread.join()

    def _answer(self, outcomes: list[Outcome], stored: list[Stored]) -> None:
        if stored:
            try:
                self.committed(stored)
            except Exception:  # what was committed must still be answered
                log.exception("store.committed_failed")
        for future, result in outcomes:
            if not future.done():
                if isinstance(result, Refuse):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    # --- on the thread
    def _run(self) -> None:
        try:
            db = self._connect()
        except Exception as error:  # noqa: BLE001  # open() raises it
            self._tell(self._opened.set_exception, error)
            return
        self._db, self._tx = db, SqliteTx(db)
        self._tell(self._opened.set_result, None)
        while not self._stopped or self._waiting:
            if self._waiting:
                self._gather()
                batch = self._waiting[:BATCH]
                del self._waiting[: len(batch)]
                began = monotonic()
                self._tell(self._answer, *self._carry_out(batch))
                self._last = len(batch), monotonic() - began
                self._count(*self._last)
                self._tidy()
                continue
            self._idle = True
            if not self._waiting and not self._stopped:
                self._wake.get()
            self._idle = False
        try:
            if not self.broken:
                self._finish(db)
        except sqlite3.Error:
            log.exception("store.close_failed")
        db.close()
        self._tell(self._closed.set_result, None)

    def _count(self, commands: int, seconds: float) -> None:
        counts = self.counts
        counts.batches.add(commands)
        counts.commits.add(seconds)
        now = monotonic()
        if now - self._measured >= 1.0:
            self._measured = now
            counts.database_bytes, counts.wal_bytes = self._sizes()

    def _gather(self) -> None:
        """In a crowd, wait a moment for those who come back from the last batch, lest the first of them get a commit of
        their own: a commit costs as much as dozens of messages. Where fewer talk, nobody waits."""
        count, cost = self._last
        if count >= CROWD:
            until = monotonic() + min(cost * PATIENCE, PATIENCE_MAX)
            while len(self._waiting) < count * 3 // 4 and monotonic() < until:
                sleep(GLANCE)

    def _tell(self, tell: Callable[..., object], *what: object) -> None:
        """On the loop; without one, nobody is left to answer to, and the thread ends."""
        try:
            self._loop.call_soon_threadsafe(tell, *what)
        except RuntimeError:
            self._stopped = True

    def _carry_out(self, batch: list[Job]) -> tuple[list[Outcome], list[Stored]]:
        """Run a batch to its commit. Never raises."""
        if self.broken:
            return _refuse_all(batch, STORAGE_UNAVAILABLE), []
        moment = time.time_ns() // 1_000_000
        tx = self._tx
        tx.now_ms = moment
        tx.now = f"{datetime.fromtimestamp(moment / 1000, UTC).strftime('%Y-%m-%dT%H:%M:%S')}.{moment % 1000:03}Z"
        try:
            try:
                outcomes = self._together(batch)
            except Exception as error:  # whatever it is, one by one shows whose it is
                if _is_disk(error):
                    raise
                self._undo()
                outcomes = self._one_by_one(batch)
        except Exception as error:  # noqa: BLE001  # the thread lives on, or nobody would be answered any more
            self._fail(error)
            return _refuse_all(batch, STORAGE_UNAVAILABLE if _is_disk(error) else INTERNAL), []
        self.trouble = ""
        stored, tx.stored = tx.stored, []
        tx.trim()
        return outcomes, stored

    def _tidy(self) -> None:
        """Move what arrived to its place, after everybody was answered: what it is for can wait, they can't."""
        if self.broken or self._untidy or not self._tx.arrivals.due():
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._tx.arrivals.move()
            self._db.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  # the thread lives on; nothing is lost where it is
            self._untidy = not _is_disk(error)
            self._fail(error)

    def _together(self, batch: list[Job]) -> list[Outcome]:
        tx = self._tx
        self._db.execute("BEGIN IMMEDIATE")
        keys = [(tx.key(job.account), job.command.nonce) if job.account else None for job in batch]
        known = tx.arrivals.look_up([key for key in keys if key])
        outcomes: list[Outcome] = []
        for job, key in zip(batch, keys, strict=True):
            result: Any
            writes = tx.writes
            try:
                result = self._append(job, key, known) if key else job.command(tx)
            except Refuse as refusal:
                if tx.writes != writes:
                    raise RuntimeError("a rule wrote before it refused") from refusal
                result = refusal
            outcomes.append((job.future, result))
        tx.flush()
        self._db.execute("COMMIT")
        return outcomes

    def _one_by_one(self, batch: list[Job]) -> list[Outcome]:
        db, tx = self._db, self._tx
        db.execute("BEGIN IMMEDIATE")
        outcomes: list[Outcome] = []
        for job in batch:
            result: Any
            kept, writes = len(tx.stored), tx.writes
            db.execute("SAVEPOINT job")
            try:
                if job.account:
                    key = (tx.key(job.account), job.command.nonce)
                    result = self._append(job, key, tx.arrivals.look_up([key]))
                else:
                    result = job.command(tx)
                tx.flush()
            except Exception as error:  # a mistake of ours: it fails alone, and is told once
                if _is_disk(error):
                    raise
                if isinstance(error, Refuse) and tx.writes == writes:
                    result = error
                else:
                    log.exception("store.write_failed", command=job.name())
                    result = Refuse(INTERNAL)
                    db.execute("ROLLBACK TO job")
                    self._forget()
                    del tx.stored[kept:]
            db.execute("RELEASE job")
            outcomes.append((job.future, result))
        db.execute("COMMIT")
        return outcomes

    def _append(self, job: Job, key: Key, known: dict[Key, Result]) -> Appended:
        """One command; `known` is what earlier batches left under its nonce."""
        tx = self._tx
        command: Write = job.command
        tx.author = key[0]
        if not key[0]:
            raise Refuse(ACCOUNT_GONE)
        content = digest(command)
        first = known.get(key) or tx.arrivals.get(key)
        if first is None:
            event = RULES[type(command)](tx, job.account, command)
            tx.arrivals.add_nonce(key, content, tx.position(event))
            stored = tx.stored[-1]
            return Appended(stored if stored.event is event else _stored(tx, event), repeat=False)
        if first[0] != content:
            raise Refuse(NONCE_CONFLICT, field="nonce")
        json = tx.entry(first[1])
        entry = JSON.decode_entry(json)
        assert isinstance(entry, Entry), "the log holds what the protocol does not know"
        return Appended(Stored(entry, json), repeat=True)

    def _undo(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._forget()
        self._tx.stored.clear()

    def _forget(self) -> None:
        self._tx.clear()

    def _fail(self, error: Exception) -> None:
        """The batch is lost: undo it, and decide whether there will be another."""
        with suppress(sqlite3.Error):
            self._undo()
        self._forget()
        self._tx.stored.clear()
        code = _code(error)
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            again = "it is tried again with the next write"
        elif _is_disk(error):
            self.broken = True
            again = "nothing more is written until the server is restarted"
        else:
            again = "what was under way was refused"
        if not self.trouble:
            log.error("store.commit_failed", error=str(error), then=again)
        if _is_disk(error):
            self.trouble = f"The database can't be written to ({error}): {again}."


def _nothing(_: SqliteTx) -> None:
    """What comes back when all before it is done."""


def _stored(tx: SqliteTx, event: Entry) -> Stored:
    for stored in reversed(tx.stored):
        if stored.event is event:
            return stored
    raise LookupError("the rule's reply is not an entry that it added")


def _refuse_all(batch: list[Job], code: ErrorCode) -> list[Outcome]:
    wait = RETRY_MS if code.kind == "wait" else 0
    return [(job.future, Refuse(code, retry_after_ms=wait)) for job in batch]


def _code(error: Exception) -> int:
    """SQLite's primary result code; 0 for another error."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_disk(error: Exception) -> bool:
    """Whether the database failed, and not one command: then nothing of the batch can be trusted."""
    return isinstance(error, sqlite3.Error) and _code(error) not in OURS
