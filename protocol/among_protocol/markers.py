"""A read marker: how far one has read a room. A register: the last value wins, it has no number, and every device of
the account is told. It only moves forward, but for an explicit mark as unread. The server counts unread and mentions."""

from typing import ClassVar

from .base import Command, Event, Id, Seq, Shape


class Marker(Shape, omit_defaults=False, kw_only=True):
    room: str
    read: Seq  # everything up to this number is read
    unread: int  # messages after it
    mentions: int  # of them, those that mention me


class MarkerMoved(Event, tag="marker.moved", omit_defaults=False, kw_only=True):
    """To every session of the account that has synced."""

    room: str
    read: Seq  # everything up to this number is read
    unread: int  # messages after the read marker
    mentions: int  # of them, those that mention one


class SetMarker(Command, tag="marker.set", kw_only=True):
    """Everything up to `seq` is read. Going back needs `unread: true`. The reply tells where the marker is now."""

    Reply: ClassVar[type[Shape]] = Marker

    room: Id
    seq: Seq  # everything up to this number is read; more than the head means the head
    unread: bool = False  # allows going back
