"""The law of a store, the part about retention: what is due is removed from the start of a room's log.

1. The floor is the truth. From the commit that moves it, nothing at or below it is given by any read or found by any
   rule, unread counts are of what is above it, and the log replays from there with the state that the tables hold.
2. What lies below the floor is carried away after that, a few rows in each transaction. Which rooms still have some that may
   go is kept, so a server that is killed at any point goes on with it, and a room is looked at again only once there is more.
3. What a report that waits for an answer is about stays where it is, below the floor, given to nobody, until it is
   answered. What is pinned stays, where the retention leaves pins, until it is not: it is read among the
   pins, found, answered, reacted to and quoted, and stands in no page and no range of the log. It is exported with what one
   wrote; of what is not given nothing is.
4. With an entry go its nonce, its mentions and whatever else names it by its number; an edit above the floor of a
   message below it is blanked. What a table with such numbers loses is said in fates.py.
5. The old bytes are overwritten, and purged from what is kept beside: blanks.py, law 4.
6. How old something is, is told by a time that is never ahead of the clock and never jumps: see `trusted`.
"""

import datetime as dt
from typing import NamedTuple, Protocol

from msgspec import Struct

from among_protocol.base import Entry, Time
from among_protocol.retention import Retention

STEP = 256  # entries that one step looks at, and reactions that it removes: some milliseconds of the writer
LOOKED = 2_000  # entries that one read looks through for what is due, and that a floor moves at once: some milliseconds
CATCH_UP = 24  # seconds by which the trusted time may go on in one second, where it is behind the clock


class Held(Struct, frozen=True):
    """A room from which something is to be removed in time."""

    room: str
    retention: Retention
    since: Time  # nothing is removed before that


class HeldPage(NamedTuple):
    rooms: list[Held]  # in the order in which they were made
    after: str  # id of the last room that was looked at; empty: there are no more


class Due(NamedTuple):
    """What of a room is to go."""

    upto: int  # entries up to this number; 0: nothing
    complete: bool  # all was looked through, and nothing after it is due


class Left(NamedTuple):
    """Of a room whose floor was moved."""

    messages: int  # that it still has above the floor
    pins: list[int]  # messages below it that stay, by number
    counted: list[str]  # accounts that have fewer unread mentions now
    stale: list[str]  # accounts in whose inbox there was an item about what went


class Trimmed(NamedTuple):
    entry: Entry
    counted: list[str]  # as of Left; whose inbox is stale, the entry names


class Carried(NamedTuple):
    room: str
    done: bool  # nothing is left there that may go now


class RetentionTx(Protocol):
    """The part of `api.Tx`."""

    def put_floor(self, room: str, floor: int, *, pins: bool) -> Left | None:
        """From now on entries up to this number are not given, but for what is pinned if `pins`; None, and nothing is changed, where it is not above the
        floor and below the head."""
        ...

    def beneath(self, after: str) -> str:
        """The next room, after this one, of which something is kept below its floor; empty: there is none."""
        ...

    def carry_away(self, room: str, limit: int) -> bool:
        """Of the next so many entries below its floor, what may go; whether there is nothing left that may."""
        ...

    def trusted(self) -> int:
        """Unix time in milliseconds; 0: none is kept."""
        ...

    def put_trusted(self, ms: int) -> None: ...


class RetentionStore(Protocol):
    """The part of `api.Store`."""

    async def held(self, after: str, limit: int) -> HeldPage:
        """Rooms that are bounded, after a room."""
        ...

    async def due(self, held: Held, now: Time) -> Due:
        """What of a room is too old, or too much, at this moment; looks through at most LOOKED entries above its floor.

        The numbers of a log decide, not its times: nothing goes before what was said before it. An entry whose time is
        yet to come was stamped by a clock that was wrong, and goes with those behind it."""
        ...

    async def trim(self, held: Held, upto: int) -> Trimmed | None:
        """Move the floor, and tell it in the room. None where that is not what holds any more."""
        ...

    async def carry_away(self, after: str) -> Carried | None:
        """One step in the next room after this one; None when there is none."""
        ...

    async def trusted(self, elapsed_ms: int) -> Time:
        """The time by which things are old, which is kept. `elapsed_ms`: what a steady clock says has passed since this
        was last asked, or since the start.

        Where the clock is ahead of it by more than has passed, it follows CATCH_UP times as fast as time goes, so that a
        clock that was set forward a year removes no year at once; where the clock was set back, it waits."""
        ...


def days_before(days: int, now: Time) -> Time:
    """The moment so many days before; empty without days."""
    if not days:
        return ""
    then = dt.datetime.fromisoformat(now) - dt.timedelta(days=days)
    return f"{then:%Y-%m-%dT%H:%M:%S}.{then.microsecond // 1000:03}Z"


def held_by(own: Retention | None, default: Retention | None) -> Retention | None:
    """What holds in a room: what it says itself, or else its community. None: for ever."""
    holds = default if own is None else own
    return holds if holds is not None and holds.bounded else None
