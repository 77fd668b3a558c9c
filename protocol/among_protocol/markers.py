"""A read marker: how far one has read a room. A register: the last value wins, it has no number, and every device of
the account is told. It only moves forward, but for an explicit mark as unread. The server counts unread and mentions. What
is no longer kept is read: the marker is never below the floor of the room's log.

What it counted and the entries of the room may overtake each other. So it says up to which number it has counted
(`as_of`): an entry up to there is in the count, whether or not it has come by then, and one after it is not, even where
it has come before (counting.py). Of two counts of one room, that of the higher number is the newer.
"""

from typing import ClassVar

from msgspec.structs import asdict

from .base import Command, Event, Id, Seq, Shape


class Marker(Shape, omit_defaults=False, kw_only=True):
    room: str
    read: Seq  # everything up to this number is read
    unread: int  # messages after it
    mentions: int  # of them, those that mention me
    as_of: Seq = 0  # number in the room's log up to which all this holds


class MarkerMoved(Event, tag="marker.moved", omit_defaults=False, kw_only=True):
    """To every session of the account that has synced."""

    room: str
    read: Seq  # everything up to this number is read
    unread: int  # messages after the read marker
    mentions: int  # of them, those that mention one
    as_of: Seq = 0  # number in the room's log up to which all this holds: what comes after it may have come before this


def moved(marker: Marker) -> MarkerMoved:
    """As other devices are told of it."""
    return MarkerMoved(**asdict(marker))


class SetMarker(Command, tag="marker.set", kw_only=True):
    """Everything up to `seq` is read. Going back needs `unread: true`. The reply tells where the marker is now."""

    Reply: ClassVar[type[Shape]] = Marker

    room: Id
    seq: Seq  # everything up to this number is read; more than the head means the head
    unread: bool = False  # allows going back
