"""Pins: what a room wants to have at hand, with the credit of who said it.

Both are entries of the room's log that name a message by its number. The credit is made from the message, never typed: the
membership that said it, and the revision of its persona then; so it outlives a rename. A message that is deleted is pinned
no more, which its deletion alone tells.
"""

from typing import ClassVar

from .base import Command, Entry, Id, PageLimit, Rev, Seq, Shape, Time, Write
from .messages import Message


class PinAdded(Entry, tag="pin.added", kw_only=True):
    """In the room's log: `by` has pinned a message."""

    message: Seq  # the number of the message
    author: str  # whose message it is, a membership
    author_rev: Rev  # revision of the author's persona when they said it


class PinRemoved(Entry, tag="pin.removed", kw_only=True):
    """In the room's log: `by` has taken a pin away. The message stays."""

    message: Seq  # the number of the message


class PinWritten(Shape, kw_only=True):
    entry: PinAdded
    repeat: bool = False


class AddPin(Write, tag="pin.add", kw_only=True):
    """Pin a message. In open rooms stewards do, in private rooms and directs whoever is there, in a corner its owner."""

    Reply: ClassVar[type[Shape]] = PinWritten

    room: Id
    message: Seq  # the number of the message


class UnpinWritten(Shape, kw_only=True):
    entry: PinRemoved
    repeat: bool = False


class RemovePin(Write, tag="pin.remove", kw_only=True):
    """Take a pin away; whoever may pin may."""

    Reply: ClassVar[type[Shape]] = UnpinWritten

    room: Id
    message: Seq  # the number of the message


class Pin(Shape, kw_only=True):
    seq: Seq  # number of its `pin.added` in the room's log
    at: Time  # when it was pinned
    by: str  # who pinned it, a membership
    rev: Rev  # revision of their persona at that moment
    message: Message  # as it is now; `by` and `rev` in it are the credit


class PinPage(Shape, kw_only=True):
    pins: list[Pin]  # what was pinned last comes first
    as_of: Seq  # the room's head when the page was read
    complete: bool  # nothing was pinned before the last one


class ListPins(Command, tag="pin.list", kw_only=True):
    """What is pinned in a room, a page at a time. A page of long messages holds fewer than asked for."""

    Reply: ClassVar[type[Shape]] = PinPage

    room: Id
    before: Seq | None = None  # the `seq` of the last pin of the page before
    limit: PageLimit = 50


PinCommand = AddPin | RemovePin | ListPins
PinEntry = PinAdded | PinRemoved
PinWrite = AddPin | RemovePin
