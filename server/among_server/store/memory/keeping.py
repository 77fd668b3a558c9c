"""What is read of pins and bookmarks in the reference: the parts of `api.Store` that pins.py and bookmarks.py say."""

from collections.abc import Collection

from among_protocol.base import MAX_INT
from among_protocol.bookmarks import Bookmark, Bookmarked
from among_protocol.pins import Pin, PinAdded

from ..api import PAGE_BYTES
from ..bookmarks import BookmarkPage, Found
from ..pins import PinPage
from . import messages
from .tx import MemoryTx


class MemoryKept:
    _tx: MemoryTx

    async def pins(self, room: str, before: int | None, limit: int, *, places: Collection[str] = ()) -> PinPage:
        tx = self._tx
        row = tx.logs.get(room)
        if row is None:
            return PinPage([], 0, complete=True)
        last = MAX_INT if before is None else before
        left = [message for message in reversed(tx.pins(room)) if tx.pinned[room, message] < last]
        page: list[Pin] = []
        size = 0
        for message in left[:limit]:
            entry = tx.entries[room, tx.pinned[room, message]].stored.event
            assert isinstance(entry, PinAdded)
            shown = messages.dressed(tx, room, messages.as_it_is(tx, room, message), places)
            size += messages.size(tx, room, shown)
            if page and size > PAGE_BYTES:
                break
            page.append(Pin(seq=entry.seq, at=entry.at, by=entry.by, rev=entry.rev, message=shown))
        return PinPage(page, row.head, len(page) == len(left), messages.origins(tx, [pin.message for pin in page]))

    async def bookmarked(self, account: str) -> Bookmarked:
        return self._tx.bookmarked(account)

    async def bookmarks(
        self, account: str, before: int | None, limit: int, *, places: Collection[str] = ()
    ) -> BookmarkPage:
        tx = self._tx
        left = [row for row in tx.bookmarks_of(account) if before is None or row.number < before]
        page: list[Found] = []
        size = 0
        for row in left[:limit]:
            room = tx.room_rows[row.room]
            here = tx.here(account, room.community or room.id) and (room.for_all or tx.follows(account, room.id))
            seen = here and tx.given(room.id, row.seq)
            message = messages.dressed(tx, room.id, messages.as_it_is(tx, room.id, row.seq), places) if seen else None
            size += len(row.note.encode()) + (messages.size(tx, room.id, message) if message is not None else 0)
            if page and size > PAGE_BYTES:
                break
            mark = Bookmark(
                number=row.number, room=row.room, seq=row.seq, at=row.at, note=row.note, message=message
            )  # fmt: skip
            page.append(Found(mark, room if here else None))
        shown = messages.origins(tx, [one.bookmark.message for one in page if one.bookmark.message is not None])
        return BookmarkPage(page, tx.bookmarked(account), len(page) == len(left), shown)
