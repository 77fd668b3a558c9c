"""The writer: one thread with the one connection that writes. It takes all that waits in one transaction.

Rule 1: the loop only appends to `_waiting` and wakes; the thread does all else and answers once for each batch.
Rule 2: a batch is first run as a whole, held back and flushed together. A mistake in a rule rolls all of it back, and it
is run again one by one, each in a savepoint: so one fails alone.
Rule 3: answers go out after the commit: `committed` hears the entries, then the futures are resolved, in order.
Rule 4: when the disk fails, nothing of the batch is answered as kept. A full disk is tried again, by who writes and,
when nobody does, by a probe. After any other failure nothing is written until a restart. See disk.py, trouble.py, ADR 10.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

import structlog

from among_protocol.codes import INTERNAL, STOPPING, STORAGE_UNAVAILABLE, STORAGE_UNCERTAIN, Refuse

from ...counts import StoreCounts
from ..blanks import Blankings
from ..calls import answer
from ..moments import moment
from ..revocations import Revoked
from ..rows import Stored
from . import blanks
from .appending import append
from .arrivals import STEP
from .disk import is_disks
from .gathering import Gathering
from .job import Job, Outcome, nothing
from .trouble import Trouble
from .tx import SqliteTx

BATCH = 1024  # commands in one transaction: bounds what waits behind one commit
PROBE = 1.0  # seconds between two looks at a disk that is full, while nobody writes

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Writer:
    """`connect` opens the connection, on the writer's thread; `finish` is run on it before it is closed in order; `note`
    puts what is revoked on the disk, before the transaction that revokes it is committed, and `noted` is told whether
    that came about, or may have; `check_room` raises OSError while the disk has none; `sizes` tells the bytes of the database and of its write-ahead log."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        finish: Callable[[sqlite3.Connection], None],
        note: Callable[[str, Sequence[Revoked]], None],
        noted: Callable[[bool], None] = lambda _: None,
        check_room: Callable[[], None] = lambda: None,
        sizes: Callable[[], tuple[int, int]] = lambda: (0, 0),
    ) -> None:
        self.trouble = Trouble()
        self.committed: Callable[[Sequence[Stored]], None] = lambda _: None
        self.gave_up: Callable[[], None] = lambda: None  # on the loop, once trouble is `over`
        self.ended: Callable[[Sequence[str]], None] = lambda _: None
        self.blankings = Blankings()  # on the loop
        self.is_open = False
        self.counts = StoreCounts()
        self._sizes = sizes
        self._measured = 0.0  # monotonic: when the files were last looked at
        self._connect = connect
        self._finish = finish
        self._note, self._noted = note, noted
        self._check_room = check_room
        self._committing = False  # a COMMIT was begun for the batch under way
        self._waiting: list[Job] = []
        self._purges = blanks.Purges()
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._gathering = Gathering(self._waiting)
        self._idle = False  # the thread is about to wait for `_wake`, or does
        self._stopping = False  # nothing more is taken
        self._stopped = False  # nothing more is waiting: the thread may end
        self._untidy = False  # tidying failed by a mistake of ours: it is not tried again
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
            future.set_exception(Refuse(STOPPING, retry_after_ms=1_000))
            return future
        self._waiting.append(Job(future, account, command))
        self._wake_up()
        return future

    def _wake_up(self) -> None:
        if self._idle:
            self._idle = False
            self._wake.put(None)

    def purge(self) -> asyncio.Future[bool]:
        """See blanks.py."""
        future = self._purges.ask(self._loop, stopping=self._stopping)
        self._wake_up()
        return future

    @property
    def backlog(self) -> int:
        return len(self._waiting)

    async def call(self, job: Callable[[SqliteTx], T]) -> T:
        """Something else that writes, in its turn."""
        result: T = await self.ask("", job)
        return result

    async def drain(self) -> None:
        """Take nothing more, and finish what was asked."""
        if not self._stopping:
            last = self.ask("", nothing)
            self._stopping = True
            with suppress(Refuse):
                await last

    async def close(self) -> None:
        """Close the connection and the thread, after `drain`."""
        self._stopped = True
        self._wake.put(None)
        await asyncio.shield(self._closed)
        self._thread.join()

    def _answer(self, outcomes: list[Outcome], stored: list[Stored], blanked: AbstractSet[str] = frozenset()) -> None:
        if blanked:
            self.blankings.note(blanked)
        answer(self, outcomes, stored)

    # --- on the thread
    def _run(self) -> None:
        try:
            db = self._connect()
        except Exception as error:  # noqa: BLE001  # open() raises it
            self._tell(self._opened.set_exception, error)
            return
        self._db, self._tx = db, SqliteTx(db, self._note)
        self._tell(self._opened.set_result, None)
        while not self._stopped or self._waiting:
            if self._purges.due_in == 0.0:
                self._purge()
            if self._waiting:
                self._gathering.wait()
                batch = self._waiting[:BATCH]
                del self._waiting[: len(batch)]
                self._gathering.begins()
                outcomes, stored = self._carry_out(batch)
                blanked, self._tx.blanked = self._tx.blanked, set()
                carried, self._tx.carried = self._tx.carried, False
                self._tell(self._answer, outcomes, stored, blanked)
                if blanked or carried:
                    self._purges.blanked()
                self._count(len(batch), self._gathering.ends(len(batch)))
                self._tidy()
                continue
            self._idle = True
            if not self._waiting and not self._stopped:
                self._rest()
            self._idle = False
        self._purge()
        try:
            if not self.trouble.over:
                self._finish(db)
        except sqlite3.Error:
            log.exception("store.close_failed")
        db.close()
        self._tell(self._closed.set_result, None)

    def _rest(self) -> None:
        """Until somebody wakes us, or a purge is due. In trouble that may pass, look now and then whether it has."""
        passing = bool(self.trouble.why) and not self.trouble.over
        try:
            self._wake.get(timeout=PROBE if passing else self._purges.due_in)
        except Empty:
            if passing:
                self._probe()

    def _probe(self) -> None:
        """Whether something can be committed again; nobody who writes is needed to find out."""
        self._committing = False
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("REPLACE INTO meta (name, value) VALUES ('probed', ?)", (str(time.time_ns()),))
            self._commit()
        except Exception as error:  # noqa: BLE001  # the thread lives on
            self._fail(error)
        else:
            self._succeeded()

    def _purge(self) -> None:
        outcomes, error = self._purges.carry_out(self._db, self.trouble)
        if error is not None:
            self._fail(error)
        self._tell(self._answer, outcomes, [])

    def _count(self, commands: int, seconds: float) -> None:
        counts = self.counts
        counts.batches.add(commands)
        counts.commits.add(seconds)
        now = monotonic()
        if now - self._measured >= 1.0:
            self._measured = now
            counts.database_bytes, counts.wal_bytes = self._sizes()

    def _tell(self, tell: Callable[..., object], *what: object) -> None:
        """On the loop; without one, nobody is left to answer to, and the thread ends."""
        try:
            self._loop.call_soon_threadsafe(tell, *what)
        except RuntimeError:
            self._stopped = True

    def _carry_out(self, batch: list[Job]) -> tuple[list[Outcome], list[Stored]]:
        """Run a batch to its commit. Never raises."""
        if self.trouble.over:
            return self.trouble.refusals(batch, STORAGE_UNAVAILABLE), []
        self._committing = False
        tx = self._tx
        tx.now_ms = time.time_ns() // 1_000_000
        tx.now = moment(tx.now_ms)
        writes = tx.writes
        try:
            try:
                outcomes = self._together(batch)
            except Exception as error:  # whatever it is, one by one shows whose it is
                if is_disks(error):
                    raise
                self._undo()
                self._noted(False)
                outcomes = self._one_by_one(batch)
        except Exception as error:  # noqa: BLE001  # the thread lives on, or nobody would be answered any more
            code = STORAGE_UNAVAILABLE if is_disks(error) else INTERNAL
            asked = ((job.account, job.command.nonce) for job in batch if job.account)
            if self._committing and self.trouble.doubts(error, asked):
                code = STORAGE_UNCERTAIN
                self._noted(True)
            self._fail(error)
            return self.trouble.refusals(batch, code), []
        if self.trouble.why and tx.writes != writes:
            self._succeeded()
        stored, tx.stored = tx.stored, []
        tx.trim()
        return outcomes, stored

    def _tidy(self) -> None:
        """Move what arrived to its place, and carry away what is left of what is gone, step by step, after everybody was
        answered and until somebody asks again: what it is for can wait, they can't."""
        while not (self._waiting or self.trouble.why or self._untidy):
            try:
                arrived = self._tx.arrivals.due()
                if not arrived and (self._stopping or not self._tx.leftovers()):
                    return
                self._db.execute("BEGIN IMMEDIATE")
                step = self._tx.arrivals.step if arrived else self._tx.carry_leftovers_away
                step()
                self._commit()
            except Exception as error:  # noqa: BLE001  # the thread lives on; nothing is lost where it is
                self._untidy = not is_disks(error)
                self._fail(error)
            else:
                if not arrived:
                    self._purges.blanked()

    def _step(self) -> None:
        try:
            self._tx.arrivals.step()
        except Exception as error:
            self._untidy = not is_disks(error)
            raise

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
                result = append(tx, job, key, known) if key else job.command(tx)
            except Refuse as refusal:
                if tx.writes != writes:
                    raise RuntimeError("a rule wrote before it refused") from refusal
                result = refusal
            outcomes.append((job.future, result))
        tx.flush()
        if tx.arrivals.pressing() and not self._untidy:
            for _ in range(2 * len(batch) // STEP + 1):  # more than came: each is copied, and deleted
                self._step()
        self._commit()
        return outcomes

    def _one_by_one(self, batch: list[Job]) -> list[Outcome]:
        db, tx = self._db, self._tx
        db.execute("BEGIN IMMEDIATE")
        outcomes: list[Outcome] = []
        for job in batch:
            result: Any
            kept, writes = tx.stored[:], tx.writes
            db.execute("SAVEPOINT job")
            try:
                if job.account:
                    key = (tx.key(job.account), job.command.nonce)
                    result = append(tx, job, key, tx.arrivals.look_up([key]))
                else:
                    result = job.command(tx)
                tx.flush()
            except Exception as error:  # a mistake of ours: it fails alone, and is told once
                if is_disks(error):
                    raise
                if isinstance(error, Refuse) and tx.writes == writes:
                    result = error
                else:
                    log.exception("store.write_failed", command=job.name())
                    result = Refuse(INTERNAL)
                    db.execute("ROLLBACK TO job")
                    tx.clear()
                    tx.stored[:] = kept
            db.execute("RELEASE job")
            outcomes.append((job.future, result))
        self._commit()
        return outcomes

    def _commit(self) -> None:
        self._committing = True
        self._db.execute("COMMIT")
        self._noted(True)

    def _undo(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._tx.clear()
        self._tx.stored.clear()

    def _fail(self, error: Exception) -> None:
        """The batch is lost: undo it, and decide whether there will be another."""
        with suppress(sqlite3.Error):
            self._undo()
        self._tx.clear()
        self._tx.stored.clear()
        self._noted(False)
        self.trouble.begins(error)
        if self.trouble.over:
            self._tell(self.gave_up)

    def _succeeded(self) -> None:
        """Something was written again. The trouble has passed once there is room for more than that, lest it come and
        go with every write."""
        self.trouble.settled()
        with suppress(OSError):
            self._check_room()
            self.trouble.passes()
