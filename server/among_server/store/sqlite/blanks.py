"""Blanking in tables: the part of `api.Tx` that blanks.py says, and what is left of old bytes beside the tables.

An entry may be in `entries`, in `arrivals` or, while it is on its way, in both, so both are told. `secure_delete` has
SQLite write zeros over what a row held before. What it held is still in the write-ahead log, until `purge`.
"""

from asyncio import AbstractEventLoop, Future
from sqlite3 import Connection
from time import monotonic

from among_protocol.base import Entry
from among_protocol.blank import blanked
from among_protocol.codes import STOPPING, STORAGE_UNAVAILABLE, Refuse
from among_protocol.wire import JSON

from ..blanks import PURGE_SECONDS
from ..rows import Stored
from . import indexing
from .job import Outcome
from .ledger import Ledger
from .rows import SEQ_BITS, kept
from .said import SAYS
from .trouble import RETRY_MS, Trouble

PATIENCE_MS = 200  # for who is reading, while nobody can write
AGAIN = 5.0  # seconds after a purge that was held up

STALE = (
    "SELECT DISTINCT l.id FROM inbox i JOIN logs l ON l.key = i.account WHERE i.log = ? AND i.seq = ? AND i.kind <> ''"
)
_FOUND = kept("pos, author, json", "pos = ?", "ASC")


class SqliteBlanks(Ledger):
    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self.blanked: set[str] = set()  # logs, in this batch; the writer empties it
        self.carried = False  # something that nobody was given any more went, in this batch; the writer lets go of it

    def blank(self, log: str, seq: int) -> None:
        event, author = self._found(log, seq)
        if not event.blank:
            key = self._log(log).key
            stale = tuple(id for (id,) in self._db.execute(STALE, (key, seq)))
            self._put_again(blanked(event), author, stale)
            if stale:
                sql = "UPDATE inbox SET kind = '', member = '', about = 0 WHERE log = ? AND seq = ?"
                self._db.execute(sql, (key, seq))
            if isinstance(event, SAYS) and indexing.available():
                self._db.execute("INSERT INTO unsaid (pos) VALUES (?)", (self.position(event),))

    def drop_unsaid(self, upto: int) -> None:
        """The index has forgotten what these rows name."""
        self.writes += 1
        self._db.execute("DELETE FROM unsaid WHERE id <= ?", (upto,))

    def rewrite(self, event: Entry) -> None:
        self._put_again(event, self._found(event.log, event.seq)[1])

    def _found(self, log: str, seq: int) -> tuple[Entry, int]:
        """And the key of the account that caused it."""
        self.flush()
        pos = self._log(log).key << SEQ_BITS | seq
        row = self._db.execute(_FOUND, (pos, pos, 1)).fetchone()
        if row is None:
            raise LookupError(f"no entry {seq} in log {log!r}")
        event = JSON.decode_entry(row[2])
        assert isinstance(event, Entry), "the log holds what the protocol does not know"
        return event, row[1]

    def _put_again(self, event: Entry, author: int, stale: tuple[str, ...] = ()) -> None:
        self.writes += 1
        pos, json = self.position(event), JSON.encode(event)
        self._db.execute("UPDATE entries SET json = ? WHERE pos = ?", (json, pos))
        self._db.execute("UPDATE arrivals SET json = ? WHERE pos = ?", (json, pos))
        self._messages.pop(pos, None)
        if event.nonce:
            self.arrivals.empty_digest((author, event.nonce))
        self.blanked.add(event.log)
        self.tell_again(Stored(event, json, stale))


class Purges:
    """When to purge: who asked for it on the loop, and since when something that was blanked waits for it. It is done on
    the writer's thread."""

    def __init__(self) -> None:
        self._asked: list[Future[bool]] = []
        self._due: float | None = monotonic() + PURGE_SECONDS  # a server that was killed may have left something

    def blanked(self) -> None:
        """Something was."""
        if self._due is None:
            self._due = monotonic() + PURGE_SECONDS

    @property
    def due_in(self) -> float | None:
        """Seconds; None: nothing waits for one."""
        if self._asked:
            return 0.0
        return None if self._due is None else max(0.0, self._due - monotonic())

    def ask(self, loop: AbstractEventLoop, *, stopping: bool) -> Future[bool]:
        future: Future[bool] = loop.create_future()
        if stopping:
            future.set_exception(Refuse(STOPPING, retry_after_ms=RETRY_MS))
        else:
            self._asked.append(future)
        return future

    def carry_out(self, db: Connection, trouble: Trouble) -> tuple[list[Outcome], Exception | None]:
        """For all who asked; and what went wrong."""
        asked = self._asked[:]
        del self._asked[: len(asked)]
        done: bool | Refuse = Refuse(STORAGE_UNAVAILABLE, retry_after_ms=RETRY_MS)
        failed: Exception | None = None
        if not trouble.over:
            try:
                done = purge(db)
            except Exception as error:  # noqa: BLE001  # whoever asked must be answered
                failed = error
        self._due = None if done is True else monotonic() + AGAIN
        return [(future, done) for future in asked], failed


def purge(db: Connection) -> bool:
    """Outside of a transaction: all of the write-ahead log into the database, and nothing left of it."""
    (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        db.execute(f"PRAGMA busy_timeout = {patience}")
    return not busy
