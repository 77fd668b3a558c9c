"""How long a room keeps what is said in it: a community says it for its rooms, and a room may say otherwise for itself.

What is due is removed from the start of the room's log: the `floor` moves, everything up to it is no longer given, and
the log begins behind it. Everybody in the room is told what holds, from when, and each time that something was removed.
Directs, corners, and the logs of communities, stewards and accounts keep what is in them.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Entry, Id, Seq, Shape, Time, Write

RETENTION_DAYS = 3_650
RETENTION_MESSAGES = 1_000_000


class Retention(Shape, kw_only=True):
    """What is removed from a room: what is over either bound. Without bounds: nothing."""

    days: Annotated[int, Meta(ge=0, le=RETENTION_DAYS)] = 0  # what was said longer ago than so many days; 0: no bound
    messages: Annotated[int, Meta(ge=0, le=RETENTION_MESSAGES)] = 0  # all but the newest so many; 0: no bound
    pinned: bool = True  # what is pinned stays, among the pins and `around` its number; false: it goes with the rest

    @property
    def bounded(self) -> bool:
        return bool(self.days or self.messages)

    def takes_more(self, than: "Retention | None") -> bool:
        """Whether it removes something that the other one keeps. None keeps all."""
        before = than or FOR_EVER
        pins = self.bounded and before.pinned and not self.pinned
        return pins or _less(self.days, before.days) or _less(self.messages, before.messages)


FOR_EVER = Retention()


def _less(bound: int, before: int) -> bool:
    return bool(bound) and (not before or bound < before)


class RetentionSet(Entry, tag="room.retention_set", kw_only=True):
    """In the room's log: how long it keeps what is said in it, from now on."""

    retention: Retention | None = None  # null: as the community says
    since: Time = ""  # nothing is removed by it before this; empty: it may be at once


class RoomTrimmed(Entry, tag="room.trimmed", kw_only=True):
    """In the room's log: the server removed what was due. Everything up to `floor` is no longer there, messages with
    their edits; unread counts go down with it. What those entries told of the room itself stands here. It has no author."""

    words: ClassVar[tuple[str, ...]] = ("topic",)

    floor: Seq  # entries up to this number are no longer kept
    left: int = 0  # messages between the floor and this entry: nobody has more unread there
    bounds: Retention  # by which that was
    pins: list[Seq] = []  # messages up to the floor that stay, since they are pinned: `pin.list`
    topic: str = ""  # of the room, at this moment, as the next two
    retention: Retention | None = None  # its own; null: as its community says
    retention_since: Time = ""  # nothing is removed before this


class RetentionWritten(Shape, kw_only=True):
    entry: RetentionSet
    repeat: bool = False


class SetRetention(Write, tag="room.set_retention", kw_only=True):
    """Say how long an open or private room keeps what is said in it: a steward's right. What removes more than before
    removes nothing for `limits.retention_grace_ms`: everybody there has that time to take something along, or to object.
    For all rooms of a community that say nothing of their own: `community.update`."""

    Reply: ClassVar[type[Shape]] = RetentionWritten

    room: Id
    retention: Retention | None = None  # null: as the community says; without bounds: for ever
