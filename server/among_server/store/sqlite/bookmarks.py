"""Bookmarks in a table: the parts of `api.Tx` and `api.Store` that bookmarks.py says."""

from collections.abc import Collection, Iterable
from sqlite3 import Connection

from among_protocol.base import MAX_INT
from among_protocol.bookmarks import Bookmark, Bookmarked

from ..api import PAGE_BYTES
from ..bookmarks import BookmarkPage, BookmarkRow, Found
from . import present
from .ledger import Ledger
from .readers import Readers
from .rows import ROOM_AND, ROOM_WIDTH, ROOMS, key_of, moment, room_row

_ALL = "SELECT count(*), coalesce(max(at), '') FROM bookmarks WHERE account = ?"

# Those of an account, with their rooms, and whether it may see these.
_MINE = f"""
    {ROOM_AND}, b.room, b.message, b.number, b.at, b.note, EXISTS (
        SELECT 1 FROM members m WHERE m.account = b.account AND m.place = coalesce(r.community, r.key) AND m.gone = 0
    ) AND (r.kind IN ('open', 'corner') OR EXISTS (
        SELECT 1 FROM follows f WHERE f.account = b.account AND f.room = b.room))
    {ROOMS} JOIN bookmarks b ON b.room = r.key
    WHERE b.account = ? AND b.number < ? ORDER BY b.number DESC LIMIT ?"""  # noqa: S608  # ours


class SqliteBookmarks(Ledger):
    def bookmark(self, account: str, room: str, seq: int) -> BookmarkRow | None:
        sql = "SELECT number, at, note FROM bookmarks WHERE account = ? AND room = ? AND message = ?"
        found = self._db.execute(sql, (self.key(account), self.key(room), seq)).fetchone()
        return BookmarkRow(room, seq, *found) if found else None

    def bookmarked(self, account: str) -> Bookmarked:
        return bookmarked(self._db, self.key(account))

    def next_bookmark(self, account: str) -> int:
        sql = "SELECT coalesce(max(number), 0) + 1 FROM bookmarks WHERE account = ?"
        number: int = self._db.execute(sql, (self.key(account),)).fetchone()[0]
        return number

    def put_bookmark(self, account: str, row: BookmarkRow) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO bookmarks (account, room, message, number, at, note) VALUES (?, ?, ?, ?, ?, ?)",
            (self._log(account).key, self._log(row.room).key, row.seq, row.number, row.at, row.note),
        )

    def remove_bookmark(self, account: str, room: str, seq: int) -> None:
        self.writes += 1
        sql = "DELETE FROM bookmarks WHERE account = ? AND room = ? AND message = ?"
        self._db.execute(sql, (self.key(account), self.key(room), seq))


def bookmarked(db: Connection, key: int) -> Bookmarked:
    count, changed = db.execute(_ALL, (key,)).fetchone()
    return Bookmarked(count=count, changed=changed)


def bookmarked_by(db: Connection, account: str) -> Bookmarked:
    return bookmarked(db, key_of(db, account))


def bookmarks(db: Connection, account: str, before: int | None, limit: int, places: Collection[str]) -> BookmarkPage:
    with moment(db):
        key = key_of(db, account)
        rows = db.execute(_MINE, (key, MAX_INT if before is None else before, limit + 1)).fetchall()
        mine = [(room_row(row[:ROOM_WIDTH]), row[ROOM_WIDTH:]) for row in rows[:limit]]
        seen, origins = present.messages(db, [(key, seq) for _, (key, seq, *_, visible) in mine if visible], places)
        page: list[Found] = []
        size = 0
        for room, (where, seq, number, at, note, visible) in mine:
            one = seen.get((where, seq))
            size += len(note.encode()) + (one.size if one is not None else 0)
            if page and size > PAGE_BYTES:
                break
            message = one.message if one is not None else None
            mark = Bookmark(number=number, room=room.id, seq=seq, at=at, note=note, message=message)
            page.append(Found(mark, room if visible else None))
        return BookmarkPage(page, bookmarked(db, key), len(page) == len(rows), origins)


class Reads(Readers):
    """The part of the store."""

    async def bookmarked(self, account: str) -> Bookmarked:
        return await self._read(bookmarked_by, account)

    async def bookmarks(
        self, account: str, before: int | None, limit: int, *, places: Collection[str] = ()
    ) -> BookmarkPage:
        def logs(page: BookmarkPage) -> Iterable[str]:
            return {one.bookmark.room for one in page.found} | page.origins.keys()

        return await self._read_logs(logs, bookmarks, account, before, limit, places)
