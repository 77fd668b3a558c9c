"""The law of a store, the part about where something was said lately, and when.

1. What was said last in a room is its newest message or post, deleted or not: the number stays. Where a room
   does not keep it any more, nothing was said there.
2. The order is that of the times at which it was said; in one millisecond, the room that was made last
   comes first.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from among_protocol.members import Persona
from among_protocol.messages import GLIMPSED, Glimpse, Message

from .rows import RoomRow, Unread


class Place(NamedTuple):
    """Where a page goes on: after a room in which something was said at this time."""

    said_ms: int  # Unix time
    room: str


class RecentRow(NamedTuple):
    room: RoomRow
    people: list[Persona]  # of a direct, by handle
    said: Glimpse
    said_ms: int  # Unix time
    unread: Unread


class RecentStore(Protocol):
    """The part of `api.Store`."""

    async def recent(self, account: str, after: Place | None, limit: int) -> list[RecentRow]:
        """The rooms that this account follows and in which something was said, the newest first."""
        ...

    async def first_at(self, room: str, at: str) -> int:
        """The number of the first entry at this time (RFC 3339, as the server writes it) or later; the one after the head
        when there is none. Where the clock was set back meanwhile, a place at which the times pass it."""
        ...


def first_between(floor: int, head: int, at: str, time_of: Callable[[int], str]) -> int:
    """The first number after `floor`, up to `head`, whose time is not before this one; the one after the head when there is
    none. It looks at as many entries as there are digits in their number, written in twos."""
    low, high = floor, head + 1
    while high - low > 1:
        middle = (low + high) // 2
        if time_of(middle) < at:
            low = middle
        else:
            high = middle
    return high


def glimpse(message: Message) -> Glimpse:
    """Of a message as it is now."""
    return Glimpse(
        seq=message.seq,
        at=message.at,
        by=message.by,
        rev=message.rev,
        body=message.body[:GLIMPSED],
        blank=message.blank,
    )
