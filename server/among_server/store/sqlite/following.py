"""What the index's thread does: list what is to be indexed, follow the logs, make volumes anew. Each step is bounded, and
rests at least as long as it works: the core, the interpreter's lock and the disk are there for who speaks first.

Whatever is raised here leaves the file as it was before the step; whoever goes on opens it anew.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import structlog
from msgspec import json

from among_protocol.messages import MessageSent
from among_protocol.posts import PostPublished
from among_protocol.wire import tag_of

from ...counts import SearchCounts
from ..search import Said, Seal
from .index import Index, Row, terms_of
from .rows import SEQ_BITS, kept, moment
from .said import SAYS, present, targets

BATCH = 500  # texts in one transaction
SLICE = 8  # texts between two rests: a part of a millisecond
LISTED = 2_000  # places listed at once, when all is to be indexed
TOLD = 10.0  # seconds between two lines about that
MANY = 5_000  # texts from which on it takes a while, and is told at all
REST = 0.0002, 0.25  # seconds of a rest, at least and at most
BUSIEST = 5  # a thread that got less than this part of the core rests no longer than one that got so much
PATIENCE_MS = 200  # for who is searching, while the write-ahead log is emptied

_ALL = ", ".join(f"'{tag_of(kind)}'" for kind in SAYS)
_FIRST = ", ".join(f"'{tag_of(kind)}'" for kind in (MessageSent, PostPublished))
_IN_SPANS = (
    "SELECT {0}.pos, {0}.type FROM json_each(?) a JOIN {0} ON {0}.pos > a.value ->> 0 AND {0}.pos <= a.value ->> 1"
)
_FOLLOWING = (
    f"{_IN_SPANS.format('entries')} WHERE entries.type IN ({_ALL}) UNION"
    f" {_IN_SPANS.format('arrivals')} WHERE arrivals.type IN ({_ALL}) ORDER BY 1"
)
_HEADS = "SELECT log, head FROM heads JOIN logs ON key = log WHERE kind = 'room'"
_HEADS_OF = (
    "SELECT l.key, h.head FROM json_each(?) a JOIN logs l ON l.id = a.value JOIN heads h ON h.log = l.key"
    " WHERE l.kind = 'room' ORDER BY l.key"
)
_LATELY = f"SELECT pos, CAST(json AS TEXT) ->> 'at' FROM arrivals WHERE type IN ({_FIRST})"  # noqa: S608  # ours
_LIST = kept("pos, CAST(json AS TEXT) ->> 'at'", f"pos > ? AND type IN ({_FIRST})", "ASC")
_ROOMS = "SELECT key, kind, coalesce(community, 0) FROM rooms WHERE key IN (SELECT value FROM json_each(?))"

log = structlog.get_logger(__name__)


class Stop(Exception):
    """The server is stopping: what is under way is given up."""


class Work(NamedTuple):
    """When a piece of work began, or ended."""

    wall: float  # monotonic seconds
    cpu: float  # seconds of this thread

    @classmethod
    def now(cls) -> "Work":
        return cls(time.monotonic(), time.thread_time())


def rest_after(began: Work, ended: Work) -> float:
    """Seconds to rest: as long as was worked, and the longer, the less of that time this thread was let work. Where
    nobody else wants the core that is half of the time; where everybody does, about a sixth of it instead of a third."""
    wall, cpu = ended.wall - began.wall, ended.cpu - began.cpu
    least, most = REST
    return min(max(wall * wall / max(cpu, wall / BUSIEST), least), most)


class Follower:
    """`reader` reads the database, `index` is the file that is written; `rest` is given when a piece of work began, rests,
    gives when the next one begins, and raises Stop."""

    def __init__(
        self, reader: sqlite3.Connection, index: Index, counts: SearchCounts, rest: Callable[[Work], Work]
    ) -> None:
        self._reader = reader
        self._index = index
        self._counts = counts
        self._rest = rest
        self._left: dict[int, int] = {}  # logs that are behind, and their heads
        self._followed: dict[int, int] = {}
        self._audiences: dict[int, int] = {}  # of rooms
        self._unsaid = 0  # rows of `unsaid` up to here are done with
        self._tells = False  # how far it has come, and when it did so last
        self._told = 0.0
        self._emptied: list[
            tuple[int, int]
        ] = []  # volumes that are to be filled again, and since when they miss something
        self.key = b""  # of the index's cursors
        self.forgot = False  # since the last purge

    def begin(self, store: str, epoch: str) -> None:
        """List all that is to be indexed, in the order in which it was said. What comes meanwhile is followed after it."""
        self._index.begin()
        with moment(self._reader):
            heads = self._reader.execute(_HEADS).fetchall()
            # First what arrived lately: it moves to the other table while that is looked through.
            listed: list[tuple[int, str]] = self._reader.execute(_LATELY).fetchall()
        at = 0
        while True:
            began = Work.now()
            rows = [(_ms(said_at), pos) for pos, said_at in listed]
            with self._writing():
                self._index.expect(rows)
            self._rest(began)
            listed = self._reader.execute(_LIST, (at, at, LISTED)).fetchall()
            if not listed:
                break
            at = listed[-1][0]
        with self._writing():
            self._index.follow(heads)
            self._index.belongs_to(store, epoch, Seal.new_key())

    def load(self) -> None:
        """Find out what there is to do."""
        self.key = self._index.key()
        self._followed = self._index.followed()
        heads = self._reader.execute(_HEADS)
        self._left = {key: head for key, head in heads if head > self._followed.get(key, 0)}
        self._counts.to_index = self._index.listed()
        self._counts.upto_ms = self._index.newest()
        self._tells = self._counts.to_index >= MANY
        if self._tells:
            log.info("search.indexing", left=self._counts.to_index)
        self._emptied = list(self._index.emptied())
        if self._emptied:
            self._counts.refilling = True
            self._counts.upto_ms = min(oldest for _, oldest in self._emptied) - 1
            log.info("search.refilling", parts=len(self._emptied))

    def batch(self, logs: Iterable[str]) -> bool:
        """Index a batch of what is new, in these logs too. Whether there may be more."""
        self._left.update(self._reader.execute(_HEADS_OF, (json.encode(list(logs)).decode(),)).fetchall())
        if self._emptied:
            self._remake(self._emptied.pop(0)[0])
            if not self._emptied:
                self._counts.refilling, self._counts.upto_ms = False, self._index.newest()
            return True
        if self._counts.to_index:
            return self._fill()
        with moment(self._reader):
            last, gone = self._gone()
            positions, places = self._following()
            said = self._present(list(dict.fromkeys([*places, *gone])))
        if not positions and last == self._unsaid:
            return False
        rows = self._rows(said)
        began = Work.now()
        with self._writing():
            self._index.forget(gone)
            self._index.add(rows)
            self._index.follow(positions)
        self._note(rows)
        self.forgot |= last != self._unsaid
        self._unsaid = last
        for key, seq in positions:
            self._followed[key] = seq
            head = self._left.pop(key)
            if head > seq:  # what is left of it comes after all others
                self._left[key] = head
        self._rest(began)
        return True

    def merge(self) -> bool:
        """A step towards full volumes that are in one piece. Whether there may be more to do."""
        volume = self._index.scattered()
        if volume is None:
            return False
        began = Work.now()
        with self._writing():
            self._index.merge(volume)
        self._rest(began)
        return True

    def _gone(self) -> tuple[int, list[int]]:
        """What is to be forgotten since the last time, and how far that is."""
        sql = "SELECT id, pos FROM unsaid WHERE id > ? ORDER BY id LIMIT ?"
        rows = self._reader.execute(sql, (self._unsaid, BATCH)).fetchall()
        if not rows:
            return self._unsaid, []
        gone = [pos for _, pos in rows]  # of some there is not even an entry any more
        return rows[-1][0], list(dict.fromkeys([*gone, *targets(self._reader, gone)]))

    def _following(self) -> tuple[list[tuple[int, int]], list[int]]:
        """How far logs will be indexed with this batch, and the places of what it says. What is asked for is bounded
        beforehand: a busy server may be far ahead, and to sort all of that for each batch would never end."""
        positions, room = [], BATCH
        for key, head in self._left.items():
            after = self._followed.get(key, 0)
            positions.append((key, min(head, after + room)))
            room -= positions[-1][1] - after
            if room <= 0:
                break
        positions.sort()
        spans = [(key << SEQ_BITS | self._followed.get(key, 0), key << SEQ_BITS | seq) for key, seq in positions]
        asked = json.encode(spans).decode()
        rows = self._reader.execute(_FOLLOWING, (asked, asked)).fetchall() if spans else []
        edits = [pos for pos, kind in rows if kind.endswith(".edited")]
        places = [pos for pos, kind in rows if not kind.endswith(".edited")]
        return positions, [*places, *(targets(self._reader, edits) if edits else [])]

    def _fill(self) -> bool:
        """A batch of what is indexed for the first time."""
        due = self._index.due(BATCH)
        with moment(self._reader):
            said = self._present([pos for _, pos in due])
        rows = self._rows(said)
        began = Work.now()
        with self._writing():
            self._index.add(rows)
            self._index.done(due)
        self._note(rows)
        self._counts.to_index = self._index.listed() if len(due) < BATCH else max(1, self._counts.to_index - len(due))
        if self._tells and not self._counts.to_index:
            log.info("search.indexed", texts=self._index.last)
        elif self._tells and began.wall - self._told > TOLD:
            self._told = began.wall
            log.info("search.indexing", left=self._counts.to_index, indexed=self._index.last)
        self._rest(began)
        return True

    def _present(self, places: Sequence[int]) -> dict[int, Said]:
        """What these say now; and the audiences of their rooms are known."""
        said = present(self._reader, places)
        missing = {pos >> SEQ_BITS for pos in said} - self._audiences.keys()
        if missing:
            asked = json.encode(list(missing)).decode()
            for key, kind, community in self._reader.execute(_ROOMS, (asked,)):
                self._audiences[key] = community if kind in ("open", "corner") else key
        return said

    def _rows(self, said: dict[int, Said]) -> list[Row]:
        """In the order in which it was said."""
        rows: list[Row] = []
        began = Work.now()
        for count, (pos, one) in enumerate(sorted(said.items(), key=lambda item: (item[1].at, item[0])), 1):
            audience = self._audiences[pos >> SEQ_BITS]
            rows.append(Row(pos, _ms(one.at), audience, terms_of(audience, pos >> SEQ_BITS, one)))
            if count % SLICE == 0:
                began = self._rest(began)
        return rows

    def _note(self, rows: Sequence[Row]) -> None:
        self._counts.indexed += len(rows)
        self._counts.upto_ms = max([self._counts.upto_ms, *(row.at_ms for row in rows)])

    def purge(self) -> int | None:
        """Make volumes anew that hold words of what is gone, and leave nothing in the write-ahead log. Gives the last row of
        `unsaid` that is done with; None when somebody searches for so long that it has to be tried again."""
        for volume in self._index.stale():
            self._remake(volume)
        db = self._index.db
        db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            return None
        self.forgot = False
        return self._unsaid

    def _remake(self, volume: int) -> None:
        places = self._index.places(volume)
        with self._writing():
            self._index.empty(volume)
            for start in range(0, len(places), BATCH):
                part = places[start : start + BATCH]
                with moment(self._reader):
                    said = self._present([pos for _, pos in part])
                rows = self._rows(said)
                began = Work.now()
                self._index.refill(volume, {pos: number for number, pos in part}, rows)
                self._rest(began)
            self._index.filled(volume)

    def leave(self) -> None:
        """At the end: words of what is gone go with their volume, which is filled again at the next start."""
        last, gone = self._gone()
        while last != self._unsaid:
            with self._writing():
                self._index.forget(gone)
            self._unsaid = last
            last, gone = self._gone()
        for volume in self._index.stale():
            with self._writing():
                self._index.empty(volume)
        self._index.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction."""
        db = self._index.db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._index.flush()
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _ms(at: str) -> int:
    """Of a moment in RFC 3339, as it is kept."""
    return int(datetime.fromisoformat(f"{at[:-1]}+00:00").timestamp() * 1000)
