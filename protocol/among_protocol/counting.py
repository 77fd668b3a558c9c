"""What is unread in rooms, as known now. Pure: the server counts, and entries that come move its counts on.

Both may overtake each other, and a count says up to which number of the room's log it holds (`as_of`). So an entry that
comes later than a count that holds it counts no more; what was heard before, and is not in it, counts again after it; and
a count of fewer numbers than the one before is older, and says nothing. So it is also where one leaves a room and comes back
to it: one's own log tells so, and may tell it late, after a count that is of the room since then.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from .logs import LogState
from .markers import Marker, MarkerMoved

RECENT = 10_000  # entries, of all rooms, that are remembered for a count that they overtake


class Counted(Protocol):
    """A room, as whoever reads it shows it."""

    read: int  # number up to which it is read
    unread: int  # messages after it
    mentions: int  # of them, those that mention me


class Heard(NamedTuple):
    """What an entry of a room means for whoever reads it."""

    room: str
    seq: int
    unread: bool = False  # one message more
    mentions: bool = False  # one mention more
    mine: bool = False  # I said it to the room: all of it is read
    floor: int = 0  # up to there nothing is kept: it is read
    left: int | None = None  # so many messages are kept in the room, and no more are unread


class _Told(NamedTuple):
    """The newest count of a room."""

    marker: Marker | MarkerMoved
    as_of: int  # up to where it holds
    since: int  # how far one's own log was known to go when it came


class Counting:
    """Of all rooms; the counts themselves are kept by whoever shows them."""

    def __init__(self) -> None:
        self._as_of: dict[str, int] = {}  # by room: up to where the newest count holds
        self._told: dict[str, _Told] = {}  # by room, also of those that are no longer followed
        self._recent: deque[Heard] = deque(maxlen=RECENT)

    def stated(self, states: Iterable[LogState]) -> None:
        """As a sync states all of it."""
        self._as_of = {state.log: state.head for state in states}
        self._told.clear()
        self._recent.clear()

    def told(self, room: Counted, count: Marker | MarkerMoved, since: int = 0) -> None:
        """How far one has read it, here or on another device, and what the server counts after that. `since`: how far one's own
        log is known to go by now."""
        heard = [one for one in self._recent if one.room == count.room]
        before, as_of = self._as_of.get(count.room, 0), count.as_of
        if not as_of and (count.read or count.unread):  # a server that does not say: what was heard is in it
            as_of = max(before, *(one.seq for one in heard), 0)
        if as_of < before:
            return
        self._as_of[count.room] = as_of
        self._told[count.room] = _Told(count, as_of, since)
        room.read, room.unread, room.mentions = count.read, count.unread, count.mentions
        for one in heard:
            self._apply(room, one)

    def begins(self, room: Counted, id: str, at: int, by: int = 0) -> None:
        """One follows it from this number on, so says the entry `by` of one's own log: what is before is read. Unless the
        newest count is of the room since then: it is of more numbers, or came when that entry was known to be there."""
        last = self._told.get(id)
        if last is not None and (last.as_of > at or (last.as_of == at and by and last.since >= by)):
            self.told(room, last.marker, last.since)
        else:
            self.told(room, Marker(room=id, read=at, unread=0, mentions=0, as_of=at), by)

    def heard(self, room: Counted, heard: Heard) -> None:
        """An entry has come, the next of its room."""
        self._recent.append(heard)
        self._apply(room, heard)

    def forget(self, room: str) -> None:
        """It is no longer followed. Where it soon is again, what was heard after that counts: of who paused meanwhile."""
        self._as_of.pop(room, None)

    def _apply(self, room: Counted, heard: Heard) -> None:
        if heard.seq <= self._as_of.get(heard.room, 0):
            return
        if heard.mine:
            room.read, room.unread, room.mentions = heard.seq, 0, 0
            return
        room.unread += heard.unread
        room.mentions += heard.mentions
        room.read = max(room.read, heard.floor)
        if heard.left is not None:
            room.unread = min(room.unread, heard.left)
