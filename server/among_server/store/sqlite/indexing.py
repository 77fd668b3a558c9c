"""The thread that keeps the index of what was said: it follows the logs behind the writer, and makes way (following.py).

Rule 1: the loop only notes which logs have something new, and wakes it. What there is, it reads from the database.
Rule 2: whatever is wrong with the file, messages go on. A full disk is tried again; a file that is damaged, or is of
another store or epoch, is made anew.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

import structlog

from among_protocol.codes import STOPPING, Refuse

from ...counts import SearchCounts
from ..blanks import PURGE_SECONDS
from ..rows import Stored
from ..search import Seal, refusal
from ..words import prepare
from . import disk, index, schema
from .following import Follower, Stop, Work, rest_after
from .index import Index
from .said import SAYS

GATHER = 0.1  # seconds after the first of something new until it is indexed, with what came meanwhile
AGAIN = 1.0  # seconds until it is tried again after the disk failed, or a purge was held up
LATER = 60.0  # likewise after the file was thrown away for the second time in a row: making it costs a lot
EVER = (1 << 63) - 1  # the highest number that a row can have
DOUBTED = 3_600.0  # seconds between two times that it is made anew because a search could not read it

_SAYS = frozenset(SAYS)

log = structlog.get_logger(__name__)


@cache
def available() -> bool:
    return index.available()


class Indexer:
    """Of the data in `folder`. `forgotten`: called on the loop, with the last row of `unsaid` that is done with."""

    def __init__(self, folder: Path, forgotten: Callable[[int], None]) -> None:
        self.searchable = available()
        self.counts = SearchCounts()
        self.path = folder / index.FILE
        self.generation = 0  # goes up whenever the file is another
        self.seal: Seal | None = None  # while the file can be read
        self._database = folder / schema.FILE
        self._forgotten = forgotten
        self._lock = Lock()  # of the next three
        self._dirty: set[str] = set()  # logs with something new
        self._fences: list[asyncio.Future[None]] = []
        self._purges: list[asyncio.Future[bool]] = []
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._idle = False  # the thread is about to wait for something new, or does
        self._stopping = False
        self._thread: Thread | None = None
        self._due: float | None = None  # monotonic: when to purge
        self._doubt: tuple[int, sqlite3.Error] | None = None  # what a search met, in the file of this generation
        self._believed = 0.0  # monotonic: until then that changes nothing, since it may as well have been the database
        self._spoiled = False  # the file was thrown away for an error, and nothing was indexed since

    # --- on the loop
    def start(self, store: str, epoch: str) -> None:
        if not self.searchable:
            log.warning("search.absent", why="this SQLite has no FTS5", advice="use a Python whose SQLite has it")
            index.remove(self.path)  # nobody would take out of it what is deleted from now on
            self._forgotten(EVER)
            return
        self._store, self._epoch = store, epoch
        self._loop = asyncio.get_running_loop()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._thread = Thread(target=self._run, name="among-search", daemon=True)
        self._thread.start()

    def hear(self, batch: Sequence[Stored]) -> None:
        """Entries were committed."""
        logs = {one.event.log for one in batch if type(one.event) in _SAYS}
        if logs and self._thread is not None:
            with self._lock:
                if not self._dirty:
                    self.counts.waiting_since = self.counts.waiting_since or time.monotonic()
                self._dirty |= logs
            if self._idle:
                self._idle = False
                self._wake.put(None)

    def indexed(self) -> asyncio.Future[None]:
        """When all that was committed by now is indexed."""
        return self._ask(self._fences)

    def purge(self) -> asyncio.Future[bool]:
        """When nothing of what was forgotten by now is in the file; False when somebody searches for too long."""
        return self._ask(self._purges)

    def _ask(self, asked: list[asyncio.Future[Any]]) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._thread is None:
            future.set_result(True)  # there is no index
        elif self._stopping:
            future.set_exception(Refuse(STOPPING, retry_after_ms=1_000))
        else:
            with self._lock:
                asked.append(future)
            self._idle = False
            self._wake.put(None)
        return future

    def as_of(self) -> str:
        """Until when all that was said is found. While something waits, no more is told than the second."""
        behind = self.counts.waiting_since or self.counts.to_index or self.counts.refilling
        at = self.counts.upto_ms / 1000 if behind else time.time()
        return f"{datetime.fromtimestamp(int(at), UTC):%Y-%m-%dT%H:%M:%S}.000Z"

    async def close(self) -> None:
        if self._thread is not None and not self._stopping:
            self._stopping = True
            self._wake.put(None)
            await asyncio.shield(self._closed)
            self._thread.join()

    # --- on the thread of the searches
    def doubt(self, error: sqlite3.Error, generation: int) -> None:
        """The file of this generation can't be read: where it is damaged, who only adds to it may never notice."""
        if _spoils(error):
            self._doubt = generation, error
            self._idle = False
            self._wake.put(None)

    # --- on the thread
    def _run(self) -> None:
        try:
            while not self._stopping:
                try:
                    self._keep()
                except Stop:
                    break
                except (sqlite3.Error, OSError) as error:
                    self._failed(error)
        except Exception:
            log.exception("search.failed", then="nothing new is found until a restart")
        finally:
            self.counts.up = False
            self.seal = None
            self._refuse()
            self._tell(self._closed.set_result, None)

    def _failed(self, error: sqlite3.Error | OSError) -> None:
        if self.counts.up:
            log.error("search.failed", error=str(error), then="it is tried again each second; messages go on")
        self.counts.up = False
        wait = AGAIN
        if _spoils(error):
            wait = LATER if self._spoiled else AGAIN
            self._spoiled = True
            self._discard(f"it is damaged, or may be: {error}")
        self._refuse()
        self._wait(wait)

    def _discard(self, why: str) -> None:
        log.warning("search.discarded", file=str(self.path), why=why, then="everything is indexed anew")
        self.seal = None
        self.generation += 1
        index.remove(self.path)

    def _keep(self) -> None:
        """From opening the file until something goes wrong, or the server stops."""
        with closing(sqlite3.connect(schema.reader_uri(self._database), uri=True, isolation_level=None)) as reader:
            schema.set_up_reader(reader)
            with closing(index.connect(self.path)) as db:
                if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                    one = Index(db)
                    if one.is_of(self._store, self._epoch):
                        self._follow(Follower(reader, one, self.counts, self._rest))
                        return
                else:
                    self.counts.to_index = 1  # at least: it is not counted yet
                    Follower(reader, Index(db), self.counts, self._rest).begin(self._store, self._epoch)
                    return
        self._discard("it is not whole, or of another store, epoch or version")

    def _follow(self, follower: Follower) -> None:
        follower.load()
        self.generation += 1
        self.seal = Seal(follower.key)
        prepare()  # or the first query that needs it makes it on the loop, and everybody waits
        self._due = time.monotonic()  # a server that was killed may have left something
        try:
            while True:
                self._catch_up(follower)
                if self._stopping:
                    return
                self._judge()
                self._wait_for_more(at_most=0.0 if follower.merge() else None)
        finally:
            if self._stopping:
                follower.leave()

    def _catch_up(self, follower: Follower) -> None:
        """Until nothing is new; then whoever asked is answered."""
        with self._lock:
            fences, self._fences = self._fences, []
            purges, self._purges = self._purges, []
        try:
            while follower.batch(self._new()):
                self._rest(Work.now())
            self.counts.up, self._spoiled = True, False
            with self._lock:
                if not self._dirty:
                    self.counts.waiting_since = 0.0
            self._answer(fences, None)
            fences = []
            if follower.forgot and self._due is None:
                self._due = time.monotonic() + PURGE_SECONDS
            if purges or (self._due is not None and self._due <= time.monotonic()):
                done = follower.purge()
                self._due = time.monotonic() + AGAIN if done is None else None
                if done:
                    self._tell(self._forgotten, done)
                self._answer(purges, done is not None)
                purges = []
        finally:
            with self._lock:  # who was not answered, since something went wrong
                self._fences[:0], self._purges[:0] = fences, purges

    def _judge(self) -> None:
        """Raises what a search has met, where that was in this file."""
        doubt, self._doubt = self._doubt, None
        if doubt is not None and doubt[0] == self.generation and time.monotonic() >= self._believed:
            self._believed = time.monotonic() + DOUBTED
            raise doubt[1]

    def _new(self) -> set[str]:
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        return dirty

    def _wait_for_more(self, at_most: float | None) -> None:
        self._idle = True
        with self._lock:
            there_is = bool(self._dirty or self._fences or self._purges)
        if not there_is and not self._stopping:
            due = None if self._due is None else max(0.0, self._due - time.monotonic())
            self._wait(due if at_most is None else at_most)
        self._idle = False
        if not (self._fences or self._purges or self._stopping):
            self._wait(GATHER)

    def _wait(self, seconds: float | None) -> None:
        with suppress(Empty):
            self._wake.get(timeout=seconds)

    def _rest(self, began: Work) -> Work:
        """After what was worked since then. Gives when the next piece of work begins. Raises Stop."""
        if self._stopping:
            raise Stop
        time.sleep(rest_after(began, Work.now()))
        return Work.now()

    def _refuse(self) -> None:
        with self._lock:
            asked: list[asyncio.Future[Any]] = [*self._fences, *self._purges]
            self._fences, self._purges = [], []
        self._answer(asked, refusal("unavailable"))

    def _answer(self, futures: Sequence[asyncio.Future[Any]], result: object) -> None:
        if futures:
            self._tell(_settle, futures, result)

    def _tell(self, tell: Callable[..., object], *what: object) -> None:
        with suppress(RuntimeError):  # the loop is over, and nobody is left to answer to
            self._loop.call_soon_threadsafe(tell, *what)


def _spoils(error: Exception) -> bool:
    """Whether nobody can say any more what is in the file. A full disk leaves it as it was."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR and not disk.may_pass(error)
    return isinstance(error, sqlite3.DatabaseError)


def _settle(futures: Sequence[asyncio.Future[Any]], result: object) -> None:
    for future in futures:
        if not future.done():
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
