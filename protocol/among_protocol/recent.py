"""Recent conversations: the rooms that one follows, of all communities and directs, the one first in which something was
said last. What a client shows before one has chosen where to read.
"""

from typing import ClassVar

from .base import Command, Cursor, PageLimit, Seq, Shape
from .messages import Glimpse
from .rooms import Room


class Recent(Shape, kw_only=True):
    """A room that one follows, in which something was said."""

    room: Room
    said: Glimpse  # the last that was said there, as it is now
    read: Seq = 0  # one's read marker
    unread: int = 0  # messages after the read marker
    mentions: int = 0  # of them, those that mention one


class RecentPage(Shape, kw_only=True):
    rooms: list[Recent]  # where something was said last comes first
    next: Cursor = ""  # to ask on with; empty: that is all


class RecentRooms(Command, tag="room.recent", kw_only=True):
    """Where something was said lately, a page at a time. Rooms in which nobody has said anything are left out.

    A room in which something is said between two pages is then among the first: nothing is lost, and it may be on both."""

    Reply: ClassVar[type[Shape]] = RecentPage

    after: Cursor = ""  # `next` of the page before; empty: from the newest
    limit: PageLimit = 50
