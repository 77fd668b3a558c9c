"""Searching what was said, on a thread and a connection of its own: the index proposes, the database decides.

Whoever asks sees what their communities and their rooms hold at that moment. Each of these audiences has words of its own
in the index (index.py), so a search costs what its own people wrote, whatever is said elsewhere.
"""

import asyncio
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import chain, groupby, repeat
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

import structlog
from msgspec import json

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.text import EVERYBODY

from .. import search as law
from ..blanks import Blankings
from ..rows import RoomRow
from ..search import Asked, Cursor, Found, HitRow, Looked, Picked, Said, Seal, choose, deadline, hit, narrow, refusal
from ..turns import Turns
from ..words import spaced
from . import index, schema
from .index import member_value, term
from .indexing import Indexer
from .rows import ROOM, SEQ_BITS, moment, room_row
from .said import present

WAITING = 32  # searches; one more is told to come back, if it is of an account that has one there
ADMITTED = 128  # searches; one more is told so, whose ever it is
TERMS = 2_000  # words that are looked up at once in one volume, for all audiences together
CHUNKS = 30, 100  # texts that are read at once: at first, and then
SLICE = 4  # texts that are held against the query before others may go on: a tenth of a millisecond, or little more

_PLACES = (
    "SELECT p.key, p.id, m.id FROM logs a JOIN members m ON m.account = a.key JOIN logs p ON p.key = m.place"
    " WHERE a.id = ? AND m.gone = 0 AND p.kind = 'community'"
)
_ROOMS = (
    "SELECT r.key, coalesce(r.community, 0), r.slug, m.id FROM logs a JOIN follows f ON f.account = a.key"
    " JOIN rooms r ON r.key = f.room"
    " JOIN members m ON m.account = a.key AND m.place = coalesce(r.community, r.key) AND m.gone = 0"
    " WHERE a.id = ? AND r.kind IN ('private', 'direct')"
)
_CALLED = "SELECT m.id, m.place FROM json_each(?) p JOIN members m ON m.place = p.value AND m.handle = ? AND m.gone = 0"
_OPEN = (
    "SELECT r.key, r.community FROM json_each(?) p JOIN rooms r ON r.community = p.value"
    " WHERE r.slug = ? AND r.kind = 'open' AND r.kind <> 'corner'"  # which the index of short names says, too
)
_ROOM = "SELECT r.key, r.kind, coalesce(r.community, 0) FROM logs l JOIN rooms r ON r.key = l.key WHERE l.id = ?"
_SLUG = "SELECT key FROM communities WHERE slug = ?"
_KEYS = "SELECT l.id, l.key FROM json_each(?) r JOIN logs l ON l.id = r.value"
_IDS = "SELECT l.id FROM json_each(?) r JOIN logs l ON l.key = r.value"
_ROOM_ROWS = f"{ROOM} WHERE l.id IN (SELECT value FROM json_each(?))"  # noqa: S608  # ours
_FOLDED = (
    "SELECT m.id FROM json_each(?) a JOIN members m ON m.id = a.value JOIN blocks b ON b.other = m.account"
    " AND b.handle = m.handle AND b.kind = 'block' JOIN logs me ON me.key = b.account WHERE me.id = ?"
)
_VOLUMES = (
    "SELECT h.volume, h.audience FROM json_each(?) a JOIN heard h ON h.audience = a.value JOIN volumes v USING (volume)"
    " WHERE h.volume BETWEEN ? AND ? AND v.newest >= ? AND v.oldest < ? ORDER BY h.volume DESC, h.audience"
)
_PROPOSED = (  # in this order, or SQLite might look through all that was said
    "SELECT json_group_array(json_array(n, pos, at_ms)) FROM"  # one row: see said.py
    " (SELECT s.n, s.pos, s.at_ms FROM {0} w CROSS JOIN said s ON s.n = w.rowid WHERE w.{0} MATCH ? AND w.rowid <= ?"
    " AND w.rowid >= ? AND s.at_ms >= ? AND s.at_ms < ? ORDER BY w.rowid DESC LIMIT ?)"
)

_give_way: Callable[[], None] = getattr(os, "sched_yield", lambda: None)  # see docs/adr/0042
_proposals = json.Decoder(list[tuple[int, int, int]]).decode

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Searches:
    """Of the store in `folder`, whose index `indexer` keeps."""

    def __init__(self, folder: Path, indexer: Indexer, blankings: Blankings) -> None:
        self._database = folder / schema.FILE
        self._indexer = indexer
        self._blankings = blankings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="among-searches")
        self._waiting: Counter[str] = Counter()  # and under way, by account; who has none is not in it
        self._turns = Turns()
        self._closed = False
        self._db: sqlite3.Connection | None = None
        self._generation = -1  # of the file that is open

    async def search(self, account: str, asked: Asked) -> Found:
        if not self._indexer.searchable:
            raise refusal("absent")
        if self._waiting.total() >= (WAITING if account in self._waiting else ADMITTED):
            raise refusal("crowd")
        self._waiting[account] += 1
        try:
            async with self._turns.turn(account):
                begun, as_of, generation = self._blankings.count, self._indexer.as_of(), self._indexer.generation
                hits, after = await self._ask(self._search, account, asked)
                if self._indexer.generation != generation:  # what was read may be of a file that is just being made
                    raise refusal("unavailable")
                while any(self._blankings.since(begun, row.hit.room) for row in hits):
                    begun = self._blankings.count
                    hits = await self._ask(self._left, hits)
                return Found(hits, after, as_of)
        finally:
            self._waiting[account] -= 1
            if not self._waiting[account]:
                del self._waiting[account]

    async def _ask(self, work: Callable[..., T], *given: object) -> T:
        if self._closed:
            raise Refuse(codes.STOPPING, retry_after_ms=1_000)
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go)
            self._thread.shutdown()

    # --- on the thread
    def _search(self, account: str, asked: Asked) -> tuple[list[HitRow], str]:
        seal = self._indexer.seal
        if seal is None:
            raise refusal("unavailable")
        with self._at_one_moment() as db:
            return _Search(db, account, asked).page(seal)

    def _left(self, hits: Sequence[HitRow]) -> list[HitRow]:
        """Of these, those whose text still is what was found. To search anew could take longer than it takes until more is
        deleted, while somebody goes for good."""
        with self._at_one_moment() as db:
            keys = dict(db.execute(_KEYS, (json.encode(list({row.hit.room for row in hits})).decode(),)).fetchall())
            places = [keys[row.hit.room] << SEQ_BITS | row.hit.seq for row in hits]
            said = present(db, places)
        return [
            row
            for row, pos in zip(hits, places, strict=True)
            if (one := said.get(pos)) is not None and one.edited == row.hit.edited
        ]

    @contextmanager
    def _at_one_moment(self) -> Iterator[sqlite3.Connection]:
        """Raises Refuse `search.unavailable`."""
        try:
            db = self._open()
            with moment(db):
                yield db
        except sqlite3.Error as error:
            log.warning("search.unavailable", error=str(error))
            self._let_go()
            self._indexer.doubt(error, self._generation)
            raise refusal("unavailable") from error

    def _open(self) -> sqlite3.Connection:
        generation = self._indexer.generation
        if self._db is None or self._generation != generation:
            self._let_go()
            self._db = sqlite3.connect(schema.reader_uri(self._indexer.path), uri=True, isolation_level=None)
            self._db.execute("ATTACH ? AS house", (schema.reader_uri(self._database),))
            schema.set_up_reader(self._db)
            self._generation = generation
        return self._db

    def _let_go(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


class _Search:
    """One search, at one moment."""

    def __init__(self, db: sqlite3.Connection, account: str, asked: Asked) -> None:
        self._db = db
        self._account = account
        self._asked = asked
        self._me: dict[str, int] = {}  # who one is: member -> community or direct
        self._communities: dict[str, int] = {}  # by id
        self._rooms: dict[int, tuple[int, str]] = {}  # private ones and directs: their place, and their slug
        self._place_of: dict[str, int] = {}  # of the members that the query names
        for place, id, me in db.execute(_PLACES, (account,)):
            self._communities[id] = self._me[me] = place
        for room, community, slug, me in db.execute(_ROOMS, (account,)):
            self._rooms[room] = (community or room, slug)
            self._me[me] = community or room

    def page(self, seal: Seal) -> tuple[list[HitRow], str]:
        asked = self._asked
        over, late = deadline(law.SECONDS), deadline(law.SHOWN_SECONDS)
        worked = deadline(law.WORK_SECONDS, time.thread_time)
        digest = asked.digest(self._account)
        cursor = seal.open(digest, asked.after) if asked.after else Cursor()
        wanted = self._wanted()
        unwanted = self._in(asked.query.values("in", without=True))
        self._narrow = narrow(
            asked,
            self._called,
            self._ids(room for rooms in unwanted.values() for room in rooms or ()),
            one_room=len(wanted) == 1 and all(rooms is not None and len(rooms) == 1 for rooms in wanted.values()),
        )
        words = self._words(len(wanted))
        self._terms = {
            audience: terms
            for audience, rooms in sorted(wanted.items())
            if unwanted.get(audience, ()) is not None and (terms := self._expression(audience, rooms, words))
        }
        found, after = choose(asked, cursor, self._proposed, lambda found: over() or (found and worked()), late)
        return self._hits(found), seal.close(digest, after) if after is not None else ""

    # --- what is asked for: audiences, and of each the rooms (None: all)

    def _wanted(self) -> dict[int, set[int] | None]:
        asked = self._asked
        if asked.room:
            audience, room = self._room(asked.room)
            return {audience: {room}}
        named = asked.query.values("in")
        wanted = self._in(named) if named else self._everywhere(lambda place: True)
        if asked.community:
            here = self._communities.get(asked.community)
            if here is None:
                raise Refuse(codes.COMMUNITY_GONE, field="community")
            return {audience: rooms for audience, rooms in wanted.items() if self._place(audience) == here}
        return wanted

    def _everywhere(self, where: Callable[[int], bool]) -> dict[int, set[int] | None]:
        """All audiences of these places."""
        found: dict[int, set[int] | None] = dict.fromkeys(filter(where, self._communities.values()))
        for room, (place, _) in self._rooms.items():
            if where(place):
                found[room] = {room}
        return found

    def _place(self, audience: int) -> int:
        """The community, or the direct, whose members are its people."""
        return self._rooms[audience][0] if audience in self._rooms else audience

    def _room(self, id: str) -> tuple[int, int]:
        """The audience and the key of a room that this account may read."""
        for room, kind, community in self._db.execute(_ROOM, (id,)):
            audience = community if kind in ("open", "corner") else room
            if audience in self._rooms or audience in self._communities.values():
                return audience, room
        raise Refuse(codes.ROOM_GONE, field="room")

    def _in(self, named: Sequence[str]) -> dict[int, set[int] | None]:
        found: dict[int, set[int] | None] = {}
        for value in named:
            meant = self._meant(value)
            if not meant:
                raise refusal("room", value)
            for audience, rooms in meant.items():
                had = found.get(audience, set())
                found[audience] = None if rooms is None or had is None else had | rooms
        return found

    def _meant(self, value: str) -> dict[int, set[int] | None]:
        """What stands behind in: `@ana`, `garden`, `garden/hall`, `hall`, or an id."""
        if value.startswith("@"):
            whose = {self._place_of[member] for member in self._called(value[1:])}
            return self._everywhere(lambda place: place in whose and place in self._rooms)
        if value in self._communities:
            return self._everywhere(lambda place: place == self._communities[value])
        with suppress(Refuse):
            audience, room = self._room(value)
            return {audience: {room}}
        slug, _, name = value.partition("/")
        mine = set(self._communities.values())
        here = {key for (key,) in self._db.execute(_SLUG, (slug,)) if key in mine}
        if "/" in value and name:
            return self._named(name, here)
        found = (
            {} if "/" in value else self._named(slug, {self._communities.get(self._asked.community, 0)} - {0} or mine)
        )
        return found | self._everywhere(lambda place: place in here)

    def _named(self, slug: str, places: AbstractSet[int]) -> dict[int, set[int] | None]:
        """The rooms with this short name in these communities."""
        found: dict[int, set[int] | None] = {}
        for room, community in self._db.execute(_OPEN, (json.encode(sorted(places)).decode(), slug)):
            found[community] = {room}
        for room, (place, name) in self._rooms.items():
            if name == slug and place in places:
                found[room] = {room}
        return found

    def _called(self, handle: str) -> frozenset[str]:
        if handle == "me":
            self._place_of |= self._me
            return frozenset(self._me)
        asked = json.encode(sorted(set(self._me.values()))).decode()
        found = dict(self._db.execute(_CALLED, (asked, handle)))
        if not found:
            raise refusal("member", handle)
        self._place_of |= found
        return frozenset(found)

    def _ids(self, rooms: Iterable[int]) -> frozenset[str]:
        asked = json.encode(list(rooms)).decode()
        return frozenset(id for (id,) in self._db.execute(_IDS, (asked,)))

    # --- what the index proposes

    def _words(self, audiences: int) -> list[tuple[str, bool]]:
        """Those that are looked up in each of so many audiences; the flag: those that begin so. Where all together are too
        many, the longest, which are the rarest: the text decides about the rest."""
        words = dict.fromkeys(chain.from_iterable(piece.looked_up() for piece in self._asked.sought.pieces))
        return sorted(words, key=lambda word: (word[1], -len(word[0])))[: max(1, TERMS // max(1, audiences))]

    def _expression(self, audience: int, rooms: AbstractSet[int] | None, words: Iterable[tuple[str, bool]]) -> str:
        """For FTS5; empty where nothing can be found. All that stands in it is of ours: see words.py."""
        place = self._place(audience)
        parts: list[str] = []

        def any_of(kind: str, values: Iterable[str]) -> bool:
            terms = [f'"{term(audience, kind, value)}"' for value in sorted(values)]
            parts.append(f"({' OR '.join(terms)})")
            return bool(terms)

        parts += [f'"{term(audience, "w", word)}"{" *" if begins else ""}' for word, begins in words]
        groups = [("f", self._narrow.by), *(("m", these) for these in self._narrow.mentions)]
        for kind, members in groups:
            if members is not None and not any_of(
                kind, {member_value(one) for one in members if one == EVERYBODY or self._place_of[one] == place}
            ):
                return ""
        for what in sorted(self._narrow.has):
            any_of("h", [what])
        if rooms is not None:
            any_of("r", map(str, rooms))
        return " AND ".join(dict.fromkeys(parts))

    def _proposed(self, at: Cursor) -> Iterator[Looked]:
        """Downwards from `top` to `low`, a volume after the other."""
        span = (at.low >> index.VOLUME_BITS, at.top >> index.VOLUME_BITS)
        mine = json.encode(list(self._terms)).decode()
        rows = self._db.execute(_VOLUMES, (mine, *span, self._narrow.since_ms, self._narrow.until_ms))
        for volume, heard in groupby(rows.fetchall(), itemgetter(0)):
            first, behind = (one << index.VOLUME_BITS for one in (volume, volume + 1))
            expression = " OR ".join(f"({self._terms[audience]})" for _, audience in heard)
            yield from self._in_volume(volume, expression, max(first, at.low), min(behind - 1, at.top))
            yield Looked(max(first, at.low, 1), passed=True)

    def _in_volume(self, volume: int, expression: str, low: int, high: int) -> Iterator[Looked]:
        sql = _PROPOSED.format(f"words_{volume}")
        since, until = self._narrow.since_ms, self._narrow.until_ms
        for chunk in chain(CHUNKS[:1], repeat(CHUNKS[1])):
            (told,) = self._db.execute(sql, (expression, high, low, since, until, chunk)).fetchone()
            rows = _proposals(told)
            said = present(self._db, [pos for _, pos, _ in rows]) if rows else {}
            for count, (number, pos, at_ms) in enumerate(rows):
                if count % SLICE == 0:
                    _give_way()
                one = said.get(pos)
                yield self._looked(number, one) if one is not None and self._narrow.fits(one, at_ms) else Looked(number)
            if len(rows) < chunk:
                return
            high = rows[-1][0] - 1

    def _looked(self, number: int, said: Said) -> Looked:
        words = spaced(said.title, said.body)
        return Looked(number, said, words) if self._asked.sought.fits(words) else Looked(number)

    def _hits(self, found: Sequence[Picked]) -> list[HitRow]:
        asked = json.encode(sorted({one.said.room for one in found})).decode()
        rooms: dict[str, RoomRow] = {row[0]: room_row(row) for row in self._db.execute(_ROOM_ROWS, (asked,))}
        by = json.encode(sorted({one.said.by for one in found})).decode()
        folded = {member for (member,) in self._db.execute(_FOLDED, (by, self._account))}
        return [hit(one, rooms[one.said.room], folded=one.said.by in folded) for one in found]
