"""A bookmark: a message that one wants to find again, with a note to oneself. A register of the account: the last value
wins, it has no number, every device of the account is told, and nobody else ever is.

Every sync says how many there are and when the newest change was, from which a device knows whether its own list still
holds; the bookmarks are asked for. What a bookmark is of is looked up then, with the rights of that moment.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Command, Event, Id, PageLimit, Seq, Shape, Time
from .messages import Message

NOTE_CHARS = 500
NoteText = Annotated[str, Meta(max_length=NOTE_CHARS)]  # code points after NFC, one line


class Bookmarked(Shape, omit_defaults=False, kw_only=True):
    """All bookmarks of an account, as of a moment: two states that are alike are of the same list."""

    count: int  # how many there are
    changed: Time  # when the youngest of them was set; empty: there are none


class BookmarkChanged(Event, tag="bookmark.changed", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced. Of several changes one that lagged is told the last alone:
    where `bookmarks` is not what one has then, the list is asked for anew."""

    room: str
    message: Seq  # its number in the room
    at: Time  # when it was set; empty: it is gone
    note: str  # to oneself
    bookmarks: Bookmarked  # all of them, from now on


class Bookmark(Shape, kw_only=True):
    number: Seq  # of one's own bookmarks; a later one has a higher one
    room: str
    seq: Seq  # the message's number in the room
    at: Time  # when it was set
    note: str = ""  # to oneself
    message: Message | None = None  # as it is now; null: it is gone, or not for you any more


class BookmarkSet(Shape, kw_only=True):
    bookmark: Bookmark  # without its message
    bookmarks: Bookmarked  # all of them, from now on


class SetBookmark(Command, tag="bookmark.set", kw_only=True):
    """Bookmark a message that one may see; of one that has a bookmark, change the note."""

    Reply: ClassVar[type[Shape]] = BookmarkSet

    room: Id
    message: Seq  # the number of the message
    note: NoteText = ""  # to oneself


class RemoveBookmark(Command, tag="bookmark.remove", kw_only=True):
    """Whatever became of the message."""

    Reply: ClassVar[type[Shape]] = Bookmarked

    room: Id
    message: Seq  # the number of the message


class BookmarkPage(Shape, kw_only=True):
    bookmarks: list[Bookmark]  # what was bookmarked last comes first
    of: Bookmarked  # all of them, when the page was read
    complete: bool  # there are none before the last one


class ListBookmarks(Command, tag="bookmark.list", kw_only=True):
    """My bookmarks, a page at a time. A page of long messages holds fewer than asked for."""

    Reply: ClassVar[type[Shape]] = BookmarkPage

    before: Seq | None = None  # the `number` of the last one of the page before
    limit: PageLimit = 50


BookmarkCommand = SetBookmark | RemoveBookmark | ListBookmarks
