"""What one wants to find again; every other device of the account is told. See store/rules/bookmarks.py."""

from among_protocol.bookmarks import (
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
from among_protocol.fields import line

from ..core.context import Context
from .forwards import still_here


async def set_bookmark(context: Context, command: SetBookmark) -> BookmarkSet:
    note = line(command.note, field="note", longest=NOTE_CHARS, empty=True)
    account = context.person.account.id
    context.admit()
    row, all_ = await context.store.set_bookmark(account, command.room, command.message, note)
    _tell(context, account, BookmarkChanged(room=row.room, message=row.seq, at=row.at, note=note, bookmarks=all_))
    return BookmarkSet(
        bookmark=Bookmark(number=row.number, room=row.room, seq=row.seq, at=row.at, note=note), bookmarks=all_
    )


async def remove(context: Context, command: RemoveBookmark) -> Bookmarked:
    account = context.person.account.id
    context.admit()
    all_ = await context.store.remove_bookmark(account, command.room, command.message)
    _tell(context, account, BookmarkChanged(room=command.room, message=command.message, at="", note="", bookmarks=all_))
    return all_


async def list_bookmarks(context: Context, command: ListBookmarks) -> BookmarkPage:
    """A room that was lost while they were read is judged again, by what is known here."""
    person = context.person
    found = await context.store.bookmarks(
        person.account.id, command.before, command.limit, places=person.members.keys()
    )
    for bookmark, room in found.found:
        if room is None or not context.may_read(room):
            bookmark.message = None
    shown = [one.bookmark.message for one in found.found if one.bookmark.message is not None]
    still_here(context, shown, found.origins)
    return BookmarkPage(bookmarks=[one.bookmark for one in found.found], of=found.of, complete=found.complete)


def _tell(context: Context, account: str, changed: BookmarkChanged) -> None:
    """One register for all of them: who lagged sees by `bookmarks` that there was more than the last change."""
    context.tell_devices(account, "bookmarks", changed)
