"""Bookmarks: what one wants to find again, told to one's other connections and to nobody else."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ... import codes
from ...bookmarks import (
    NOTE_CHARS,
    Bookmark,
    BookmarkChanged,
    Bookmarked,
    BookmarkPage,
    BookmarkSet,
    ListBookmarks,
    RemoveBookmark,
    SetBookmark,
)
from ...codes import Refuse
from ...fields import line
from . import edits

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person
    from ..town import Town

BOOKMARKS = 1_000  # of one account


def set_bookmark(connection: "Connection", command: SetBookmark) -> BookmarkSet:
    note = line(command.note, field="note", longest=NOTE_CHARS, empty=True)
    town, person = connection.town, connection.person
    room, _ = town.visible(person.id, command.room)
    key = room.id, edits.message(town, room, command.message).seq
    before = person.bookmarks.get(key)
    if before is None and len(person.bookmarks) >= BOOKMARKS:
        raise Refuse(codes.LIMIT_REACHED, f"An account has at most {BOOKMARKS} bookmarks.")
    if before is None:
        person.bookmarks_made += 1
    number = person.bookmarks_made if before is None else before.number
    now = Bookmark(number=number, room=key[0], seq=key[1], at=town.clock.time(), note=note)
    person.bookmarks[key] = now
    every = bookmarked(person)
    town.tell_others(connection, BookmarkChanged(room=now.room, message=now.seq, at=now.at, note=note, bookmarks=every))
    return BookmarkSet(bookmark=now, bookmarks=every)


def remove(connection: "Connection", command: RemoveBookmark) -> Bookmarked:
    town, person = connection.town, connection.person
    if person.bookmarks.pop((command.room, command.message), None) is None:
        raise Refuse(codes.BOOKMARK_GONE, field="message")
    every = bookmarked(person)
    gone = BookmarkChanged(room=command.room, message=command.message, at="", note="", bookmarks=every)
    town.tell_others(connection, gone)
    return every


def list_bookmarks(connection: "Connection", command: ListBookmarks) -> BookmarkPage:
    town, person = connection.town, connection.person
    newest = sorted(person.bookmarks.values(), key=lambda one: -one.number)
    left = [one for one in newest if command.before is None or one.number < command.before]
    page = left[: min(town.limits.page_entries, command.limit)]
    shown = [_shown(town, person, one) for one in page]
    return BookmarkPage(bookmarks=shown, of=bookmarked(person), complete=len(page) == len(left))


def bookmarked(person: "Person") -> Bookmarked:
    every = person.bookmarks.values()
    return Bookmarked(count=len(every), changed=max((one.at for one in every), default=""))


def _shown(town: "Town", person: "Person", one: Bookmark) -> Bookmark:
    """With its message as it is now, where one may see that."""
    try:
        room, _ = town.visible(person.id, one.room)
        said = edits.message(town, room, one.seq)
    except Refuse:
        return one
    return replace(one, message=edits.as_it_is(town, said, person.id))
