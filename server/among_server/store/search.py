"""The law of a store, the part about searching what was said; and how a page of it is chosen. Pure but for the law.

1. Only what this account may read at the moment of the answer is found, and nothing in the answer depends on what it may
   not read, the work that is done for it neither: an index keeps apart what different people may read.
2. What is found is held against the text as it is then. A text that was edited or deleted is not found by what it said.
3. What was kept a moment ago may not be found yet; `as_of` says until when everything is.
4. So much work is done for one page: LOOKED texts are held against the query and weighed, for SECONDS at most, and once
   something is found for WORK_SECONDS of a core; what is found is shown within SHOWN_SECONDS of the beginning, one hit of it
   at least. What takes longer is on the next page.
"""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple, Protocol

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.query import HAS, Query, moment
from among_protocol.search import Hit, HitKind, Mark
from among_protocol.text import EVERYBODY

from ..counts import SearchCounts
from ..limits import SEARCHES
from .rows import RoomRow
from .words import Sought, Spaced, shown

LOOKED = 600  # texts that are held against one query, for one page
RANKED = 200  # that fit, of which the best come first
SECONDS = 0.1  # for one page, until what is found is shown
WORK_SECONDS = 0.012  # likewise, of a core, where something is found: on a busy server it takes three times as long
SHOWN_SECONDS = 0.15  # for one page, until all of it is shown; at least one hit is


class Asked(NamedTuple):
    """A search, understood."""

    query: Query
    sought: Sought
    community: str = ""
    room: str = ""
    newest: bool = False
    limit: int = 20
    after: str = ""

    def digest(self, account: str) -> bytes:
        """What a cursor belongs to."""
        told = repr((account, self.query, self.community, self.room, self.newest))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()


class Said(NamedTuple):
    """A message, a comment or a post as it is now."""

    room: str
    seq: int
    at: str  # RFC 3339
    by: str
    rev: int
    kind: HitKind
    title: str
    body: str
    mentions: Sequence[str]  # members; EVERYBODY: the whole room
    post: int = 0
    edited: int = 0
    reply_to: int = 0

    def has(self) -> set[str]:
        """Of query.HAS."""
        found = {self.kind} & set(HAS)
        for name, there in (
            ("link", "://" in self.body),
            ("reply", self.reply_to),
            ("edit", self.edited),
            ("mention", self.mentions),
        ):
            if there:
                found.add(name)
        return found


def mentioned(members: Sequence[str], *, room: bool) -> Sequence[str]:
    """Whom a text mentions, one by one, and the whole room or not."""
    return [*members, EVERYBODY] if room else members


class Narrow(NamedTuple):
    """What the filters of a query mean for one account at one moment. Members and rooms by id."""

    by: AbstractSet[str] | None = None  # None: anybody
    not_by: AbstractSet[str] = frozenset()
    mentions: Sequence[AbstractSet[str]] = ()  # one of each; EVERYBODY: the whole room
    not_mentions: AbstractSet[str] = frozenset()
    has: AbstractSet[str] = frozenset()
    not_has: AbstractSet[str] = frozenset()
    not_in: AbstractSet[str] = frozenset()  # rooms
    since_ms: int = 0  # Unix time
    until_ms: int = 1 << 62
    since: int = 0  # numbers in the one room
    until: int = 1 << 62

    def fits(self, said: Said, at_ms: int) -> bool:
        if not (self.since_ms <= at_ms < self.until_ms and self.since < said.seq < self.until):
            return False
        if (self.by is not None and said.by not in self.by) or said.by in self.not_by or said.room in self.not_in:
            return False
        if self.mentions or self.not_mentions:
            mentioned = set(said.mentions)
            if mentioned & self.not_mentions or any(not (mentioned & these) for these in self.mentions):
                return False
        if self.has or self.not_has:
            has = said.has()
            return self.has <= has and not (self.not_has & has)
        return True


def narrow(
    asked: Asked, called: Callable[[str], AbstractSet[str]], not_in: AbstractSet[str], *, one_room: bool
) -> Narrow:
    """`called`: who of those whom one may see goes by a handle, which raises Refuse when there is nobody; `not_in`: rooms;
    `one_room`: it is all in one room."""
    query = asked.query

    def all_called(handles: list[str]) -> frozenset[str]:
        return frozenset(member for handle in handles for member in called(handle))

    def all_meant(handles: list[str]) -> list[AbstractSet[str]]:
        return [{EVERYBODY} if handle == EVERYBODY else called(handle) for handle in handles]

    since_ms, until_ms, since, until = 0, 1 << 62, 0, 1 << 62
    for one in query.filters:
        if one.name in ("before", "after"):
            at = moment(one.value)
            if one.value.isdecimal():
                if not one_room:
                    what = f"{one.name}:{one.value} is the number of a message, in one room: say in:ROOM."
                    raise Refuse(codes.FIELD_INVALID, what, field="query")
                since, until = (max(since, -at), until) if one.name == "after" else (since, min(until, -at))
            else:
                since_ms, until_ms = (
                    (max(since_ms, at), until_ms) if one.name == "after" else (since_ms, min(until_ms, at))
                )
    return Narrow(
        by=all_called(query.values("from")) if query.values("from") else None,
        not_by=all_called(query.values("from", without=True)),
        mentions=all_meant(query.values("mentions")),
        not_mentions=frozenset().union(*all_meant(query.values("mentions", without=True))),
        has=frozenset(query.values("has")),
        not_has=frozenset(query.values("has", without=True)),
        not_in=not_in,
        since_ms=since_ms,
        until_ms=until_ms,
        since=since,
        until=until,
    )


class HitRow(NamedTuple):
    """A hit, and the room that it is in: for whoever looks once more whether that may still be read."""

    room: RoomRow
    hit: Hit


class Found(NamedTuple):
    hits: list[HitRow]
    after: str  # empty: nothing more is found
    as_of: str  # RFC 3339


class Cursor(NamedTuple):
    """How far somebody has come. What was said is numbered in the order of the index, the newest highest."""

    top: int = 1 << 62  # from here on, downwards
    low: int = 0  # to here, of a window that was ranked; 0: it is still to be found out
    score: float = 0.0  # and of it, those after this score and number
    number: int = 0


class Seal:
    """Makes cursors that say nothing, and that nobody else can use. What they hold would tell how much is said elsewhere."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @staticmethod
    def new_key() -> bytes:
        return secrets.token_bytes(32)

    def close(self, digest: bytes, cursor: Cursor) -> str:
        plain = _PACKED.pack(*cursor)
        nonce = secrets.token_bytes(8)
        hidden = bytes(a ^ b for a, b in zip(plain, self._stream(nonce), strict=True))
        return base64.urlsafe_b64encode(nonce + hidden + self._sign(nonce + hidden, digest)).decode().rstrip("=")

    def open(self, digest: bytes, sealed: str) -> Cursor:
        """Raises Refuse."""
        try:
            raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        except (ValueError, UnicodeError):
            raw = b""
        nonce, hidden, signed = raw[:8], raw[8 : 8 + _PACKED.size], raw[8 + _PACKED.size :]
        if len(hidden) != _PACKED.size or not hmac.compare_digest(signed, self._sign(nonce + hidden, digest)):
            sentence = "This goes on from another search, or one of an older index: begin anew, without `after`."
            raise Refuse(codes.FIELD_INVALID, sentence, field="after")
        return Cursor(*_PACKED.unpack(bytes(a ^ b for a, b in zip(hidden, self._stream(nonce), strict=True))))

    def _stream(self, nonce: bytes) -> bytes:
        return hashlib.blake2b(nonce, key=self._key, person=b"stream").digest()[: _PACKED.size]

    def _sign(self, what: bytes, digest: bytes) -> bytes:
        return hashlib.blake2b(what + digest, key=self._key, person=b"sign", digest_size=12).digest()


_PACKED = struct.Struct("<qqdq")


class Looked(NamedTuple):
    """A text that the index proposes, or a place in it that was passed."""

    number: int
    said: Said | None = None  # None: there is no such text any more, or it does not fit
    words: Spaced = Spaced("", "")  # of the text
    passed: bool = False  # nothing stands here


class Picked(NamedTuple):
    """What is shown of a text that was found: parts of its title and of itself, with marks."""

    said: Said
    title: str
    title_marks: list[Mark]
    snippet: str
    marks: list[Mark]


class Weighed(NamedTuple):
    """Sorts the best first, and of equals the newest."""

    weight: float  # the score, turned round; 0 where the newest come first
    place: int  # the number, likewise
    said: Said


def choose(
    asked: Asked,
    at: Cursor,
    proposed: Callable[[Cursor], Iterator[Looked]],
    over: Callable[[bool], bool],
    late: Callable[[], bool],
) -> tuple[list[Picked], Cursor | None]:
    """A page of those that fit, and where the next one begins; None: nowhere. `proposed` gives what stands between `top`
    and `low`, downwards. `over`: there is no more time to look, where something is found or not; `late`: none to show."""
    newest = asked.newest or not asked.sought.pieces
    most = asked.limit + 1 if newest else RANKED
    fitting: list[Weighed] = []
    top, last, looked, more = 0, at.top, 0, False
    for one in proposed(at):
        last = one.number
        top = top or last  # what is said from now on is above it
        looked += not one.passed
        if one.said is not None:
            weight = 0.0 if newest else -asked.sought.score(one.words)
            fitting.append(Weighed(weight, -one.number, one.said))
        if len(fitting) == most or (not at.low and (looked == LOOKED or over(bool(fitting)))):
            more = True
            break
    if newest:
        page = _shown(asked, fitting, late)
        if len(fitting) > len(page):
            return page, Cursor(top=-fitting[len(page)].place)
        return page, Cursor(top=last - 1) if more and last > 1 else None
    fitting.sort(key=lambda row: row[:2])
    if at.number:
        fitting = [row for row in fitting if row[:2] > (-at.score, -at.number)]
    page = _shown(asked, fitting, late)
    low = at.low or (last if more else 1)
    if len(fitting) > len(page):
        end = fitting[len(page) - 1]
        return page, Cursor(min(at.top, top), low, -end.weight, -end.place)
    return page, Cursor(top=low - 1) if low > 1 else None


def _shown(asked: Asked, found: Sequence[Weighed], late: Callable[[], bool]) -> list[Picked]:
    """The first of these, as many as are asked for and as there is time for."""
    page: list[Picked] = []
    pieces = asked.sought.pieces
    for _, _, said in found[: asked.limit]:
        if page and late():
            break
        title = shown(pieces, said.title, len(said.title)) if said.title else ("", [])
        page.append(Picked(said, *title, *shown(pieces, said.body)))
    return page


def refusal(why: Literal["absent", "unavailable", "crowd", "yours", "member", "room"], named: str = "") -> Refuse:
    """Why nothing is searched; `named`: who or what the query names, in vain."""
    match why:
        case "absent":
            return Refuse(codes.SEARCH_ABSENT)
        case "unavailable":
            return Refuse(codes.SEARCH_UNAVAILABLE, retry_after_ms=1_000)
        case "crowd":
            sentence = "So many search at this moment; try again soon."
            return Refuse(codes.SEARCH_UNAVAILABLE, sentence, retry_after_ms=500)
        case "yours":
            sentence = f"You have {SEARCHES} searches under way: wait for one of them."
            return Refuse(codes.SEARCH_UNAVAILABLE, sentence, retry_after_ms=500)
        case "member":
            return Refuse(codes.MEMBER_GONE, f"Nobody goes by {named} where you are.", field="query")
        case "room":
            return Refuse(codes.ROOM_GONE, f"There is no room {named} that you may read.", field="query")


def deadline(seconds: float, clock: Callable[[], float] = time.monotonic) -> Callable[[], bool]:
    """Whether so much time is over from now on."""
    until = clock() + seconds
    return lambda: clock() > until


def hit(picked: Picked, room: RoomRow, *, folded: bool) -> HitRow:
    said = picked.said
    return HitRow(
        room,
        Hit(
            room=said.room,
            community=room.community,
            slug=room.slug,
            seq=said.seq,
            kind=said.kind,
            at=said.at,
            by=said.by,
            rev=said.rev,
            post=said.post,
            edited=said.edited,
            title=picked.title,
            title_marks=picked.title_marks,
            snippet=picked.snippet,
            marks=picked.marks,
            folded=folded,
        ),
    )


class SearchStore(Protocol):
    """The part of `api.Store`."""

    searchable: bool  # whether what was said can be searched at all

    @property
    def search_counts(self) -> SearchCounts:
        """Of its index."""
        ...

    async def search(self, account: str, asked: Asked) -> Found:
        """What this account may read and that fits, the best or the newest first. Raises Refuse: `search.absent`,
        `search.unavailable`; `field.invalid`, `room.gone` and `member.gone` for what the query names."""
        ...

    async def indexed(self) -> None:
        """What was kept before this was asked is found by whoever searches after it."""
        ...
