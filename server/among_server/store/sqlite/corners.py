"""Corners and posts in tables: the part of `api.Tx` that corners.py says, written at once, and what is read of them."""

from collections.abc import Sequence
from sqlite3 import Connection
from sys import intern
from typing import Any

from msgspec import json

from among_protocol.base import MAX_INT
from among_protocol.corners import Corner
from among_protocol.posts import Post, PostCard, PostEdited, PostPublished, PostVersion
from among_protocol.wire import JSON

from ..api import PAGE_BYTES
from ..corners import CornerRow, PostRow, Posts, PublicCorner, page_of
from ..rows import RoomRow
from .leftovers import COMMENTS, SqliteLeftovers
from .present import entries
from .reactions import with_reactions
from .readers import Readers
from .rows import COMMUNITY, ROOM, SEQ_BITS, community_row, kept, moment, room_row

CORNER = (
    "SELECT l.id, p.id, k.member, k.comments, k.public, k.opened, k.changed FROM corners k"
    " JOIN rooms r ON r.key = k.room JOIN logs l ON l.key = k.room JOIN logs p ON p.key = r.community"
)
POST = "SELECT seq, at, member, rev, title, lead, bytes, newest, edited FROM posts"
CARD = (
    "SELECT p.seq, p.at, p.member, p.rev, p.title, p.lead, p.bytes, p.edited, (SELECT count(*) FROM post_parts c"
    " WHERE c.room = p.room AND c.post = p.seq AND c.kind = 'comment') FROM posts p"
)
PARTS = "SELECT seq, at FROM post_parts WHERE room = ? AND post = ? AND kind = ? ORDER BY seq"
_COMMENTS = {
    order: f"""
    SELECT c.seq FROM posts p CROSS JOIN post_parts c ON c.room = p.room AND c.post = p.seq AND c.kind = 'comment'
    WHERE p.room = ? AND p.seq = ? AND c.seq > ? AND c.seq < ? ORDER BY c.seq {order} LIMIT ?"""  # noqa: S608  # ours; CROSS: in this order
    for order in ("ASC", "DESC")
}
_ENTRY = kept("pos, json", "pos = ?", "ASC")


class SqliteCorners(SqliteLeftovers):
    def corner(self, room: str) -> CornerRow | None:
        return self._one_corner(f"{CORNER} WHERE l.id = ?", room)

    def corner_of(self, member: str) -> CornerRow | None:
        return self._one_corner(f"{CORNER} WHERE k.member = ?", member)

    def _one_corner(self, sql: str, id: str) -> CornerRow | None:
        found = self._db.execute(sql, (id,)).fetchone()
        return corner_row(found) if found else None

    def put_corner(self, row: CornerRow) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO corners (room, member, comments, public, opened, changed) VALUES (?, ?, ?, ?, ?, ?)",
            (self._log(row.room).key, row.member, row.comments, row.public, row.opened, row.changed),
        )

    def followed_in(self, account: str, community: str) -> list[RoomRow]:
        sql = f"{ROOM} JOIN follows f ON f.room = r.key WHERE f.account = ? AND r.community = ? ORDER BY r.key"
        return [room_row(row) for row in self._db.execute(sql, (self.key(account), self.key(community))).fetchall()]

    def post(self, room: str, seq: int) -> PostRow | None:
        found = self._db.execute(f"{POST} WHERE room = ? AND seq = ?", (self.key(room), seq)).fetchone()
        return PostRow(room, *found) if found else None

    def put_post(self, row: PostRow) -> None:
        self.writes += 1
        key = self._log(row.room).key
        self._db.execute(
            "REPLACE INTO posts (room, seq, at, member, rev, title, lead, bytes, newest, edited)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (key, row.seq, row.at, row.by, row.rev, row.title, row.lead, row.bytes, row.newest, row.edited),
        )
        self._add_part(key, row.seq, "version", row.newest)

    def remove_post(self, room: str, seq: int) -> None:
        self.writes += 1
        of = (self._log(room).key, seq)
        self._db.execute("DELETE FROM posts WHERE room = ? AND seq = ?", of)
        self._db.execute("DELETE FROM post_parts WHERE room = ? AND post = ? AND kind = 'version'", of)
        self.remove_rows(COMMENTS, of)

    def post_versions(self, room: str, post: int) -> list[int]:
        return [seq for seq, _ in self._db.execute(PARTS, (self.key(room), post, "version")).fetchall()]

    def post_version(self, room: str, seq: int) -> PostPublished | PostEdited | None:
        log = self._log(room)
        if not log.floor < seq <= log.head:
            return None
        entry = JSON.decode_entry(self.entry(log.key << SEQ_BITS | seq))
        return entry if isinstance(entry, PostPublished | PostEdited) else None

    def add_comment(self, room: str, post: int, seq: int) -> None:
        self.writes += 1
        self._add_part(self._log(room).key, post, "comment", seq)

    def _add_part(self, room: int, post: int, kind: str, seq: int) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO post_parts (room, post, kind, seq, at) VALUES (?, ?, ?, ?, ?)",
            (room, post, kind, seq, self.now),
        )


def corner_row(row: Sequence[Any]) -> CornerRow:
    """From the columns of CORNER."""
    comments: Any = intern(row[3])  # see rows.py
    return CornerRow(row[0], row[1], row[2], comments, bool(row[4]), row[5], row[6])


# --- reading

CORNERS = """
    SELECT l.id, m.id, m.rev, m.handle, m.display_name, r.topic, k.comments, k.public, k.opened,
        coalesce((SELECT at FROM posts p WHERE p.room = k.room ORDER BY p.seq DESC LIMIT 1), '')
    FROM corners k JOIN members m ON m.id = k.member JOIN rooms r ON r.key = k.room JOIN logs l ON l.key = k.room
    WHERE r.community = (SELECT key FROM logs WHERE id = ?) AND m.gone = 0 AND m.handle > ?"""


def corners(
    db: Connection, community: str, after: str, limit: int, *, members: Sequence[str], handle: str
) -> list[Corner]:
    sql, given = CORNERS, [community, after]
    if members:
        sql += " AND k.member IN (SELECT value FROM json_each(?))"
        given.append(json.encode(list(members)).decode())
    if handle:
        sql += " AND m.handle = ?"
        given.append(handle)
    rows = db.execute(f"{sql} ORDER BY m.handle LIMIT ?", (*given, limit))
    return [_corner(row) for row in rows]


def _corner(row: Sequence[Any]) -> Corner:
    comments: Any = intern(row[6])
    return Corner(
        room=row[0],
        member=row[1],
        rev=row[2],
        handle=row[3],
        display_name=row[4],
        title=row[5],
        comments=comments,
        public=bool(row[7]),
        opened=row[8],
        latest=row[9],
    )


def followed_corners(db: Connection, account: str, community: str) -> list[RoomRow]:
    sql = f"{ROOM} JOIN follows f ON f.room = r.key JOIN logs a ON a.key = f.account"
    rows = db.execute(f"{sql} WHERE a.id = ? AND c.id = ? AND r.kind = 'corner' ORDER BY r.key", (account, community))
    return [room_row(row) for row in rows]


def posts(db: Connection, room: str, before: int | None, limit: int, reader: str) -> Posts:
    with moment(db):
        found = db.execute(
            "SELECT l.key, h.head FROM logs l JOIN heads h ON h.log = l.key WHERE l.id = ?", (room,)
        ).fetchone()
        if found is None:
            return Posts([], 0, complete=True)
        key, head = found
        sql = f"{CARD} WHERE p.room = ? AND p.seq < ? ORDER BY p.seq DESC LIMIT ?"
        rows = db.execute(sql, (key, MAX_INT if before is None else before, limit + 1)).fetchall()
        cards = [
            PostCard(
                seq=row[0],
                at=row[1],
                by=row[2],
                rev=row[3],
                title=row[4],
                lead=row[5],
                bytes=row[6],
                edited=row[7],
                comments=row[8],
            )
            for row in rows
        ]
        with_reactions(db, key, reader, cards)
    return page_of(cards, head, limit, PAGE_BYTES)


def post(db: Connection, room: str, seq: int, version: int | None, reader: str) -> Post | None:
    with moment(db):
        sql = "SELECT p.room, p.newest FROM posts p WHERE p.room = (SELECT key FROM logs WHERE id = ?) AND p.seq = ?"
        found = db.execute(sql, (room, seq)).fetchone()
        if found is None:
            return None
        key, newest = found
        wanted = newest if version is None else version
        versions = [
            PostVersion(seq=number, at=at) for number, at in db.execute(PARTS, (key, seq, "version")).fetchall()
        ]
        if not any(one.seq == wanted for one in versions):
            return None
        pos = key << SEQ_BITS | wanted
        said = JSON.decode_entry(db.execute(_ENTRY, (pos, pos, 1)).fetchone()[1])
        assert isinstance(said, PostPublished | PostEdited)
        count = "SELECT count(*) FROM post_parts WHERE room = ? AND post = ? AND kind = 'comment'"
        (comments,) = db.execute(count, (key, seq)).fetchone()
        read = Post(
            seq=seq,
            at=versions[0].at,
            by=said.by,
            rev=said.rev,
            title=said.title,
            body=said.body,
            mentions=said.mentions,
            version=said.seq,
            versions=versions,
            comments=comments,
        )
        with_reactions(db, key, reader, [read])
    return read


def comments(db: Connection, key: int, post: int, low: int, high: int, limit: int, order: str) -> list[bytes]:
    """On a post, by number, both ends excluded: as they are kept, in this order."""
    refs = [(key, seq) for (seq,) in db.execute(_COMMENTS[order], (key, post, low, high, limit))]
    said = entries(db, refs)
    return [said[ref] for ref in refs if ref in said]


def public_corner(db: Connection, community: str, handle: str) -> PublicCorner | None:
    with moment(db):
        found = db.execute(f"{COMMUNITY} WHERE c.slug = ?", (community,)).fetchone()
        if found is None:
            return None
        place = community_row(found)
        corner = next(iter(corners(db, place.id, "", 1, members=(), handle=handle)), None)
        if corner is None or not corner.public:
            return None
        sql = "SELECT k.changed, h.head FROM logs l JOIN corners k ON k.room = l.key JOIN heads h ON h.log = l.key"
        changed, head = db.execute(f"{sql} WHERE l.id = ?", (corner.room,)).fetchone()
        return PublicCorner(place, corner, changed, head)


class Reads(Readers):
    """The part of the store."""

    async def corners(
        self, community: str, after: str, limit: int, *, members: Sequence[str] = (), handle: str = ""
    ) -> list[Corner]:
        return await self._read(corners, community, after, limit, members=members, handle=handle)

    async def followed_corners(self, account: str, community: str) -> list[RoomRow]:
        return await self._read(followed_corners, account, community)

    async def public_corner(self, community: str, handle: str) -> PublicCorner | None:
        return await self._read(public_corner, community, handle)

    async def posts(self, room: str, before: int | None, limit: int, *, reader: str = "") -> Posts:
        return await self._read_log(room, posts, room, before, limit, reader)

    async def post(self, room: str, seq: int, version: int | None, *, reader: str = "") -> Post | None:
        return await self._read_log(room, post, room, seq, version, reader)
