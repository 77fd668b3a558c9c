"""How rows are laid out in the file: positions, and the columns that make an `api` row. Shared by writing and reading."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from sqlite3 import Connection
from sys import intern
from typing import Any

from msgspec import json

from among_protocol.retention import Retention

from ..personas import NOTHING, STILL, Claim, Pace
from ..rows import AccountRow, CommunityRow, LogRow, MemberRow, RoomRow

SEQ_BITS = 36  # of a position, which is log << 36 | seq; see migrations/0001_first.sql
SEQ = (1 << SEQ_BITS) - 1  # the largest there may be, and what a position has of it

ACCOUNT = (
    "SELECT l.id, a.handle, a.display_name, a.claim, a.owner, a.disabled FROM accounts a JOIN logs l ON l.key = a.key"
    " AND a.erased = 0"
)
COMMUNITY = (
    "SELECT l.id, c.slug, c.name, c.about, c.members, c.door, c.listed, c.rules, c.rules_required, c.questions,"
    " c.members_invite, c.retention, c.retention_since FROM communities c JOIN logs l ON l.key = c.key"
)
LOG = "SELECT l.id, l.kind, h.head, h.ordinal, l.floor, l.floor_ordinal FROM logs l JOIN heads h ON h.log = l.key"
MEMBER_AND = (  # and more columns after these; of a member `m`, the log `a` of its account and `p` of its place
    "SELECT m.id, a.id, p.id, m.rev, m.handle, m.display_name, m.claim, m.role, m.gone, m.silenced, m.claimed, m.pace,"
    " m.since, m.left_at"
)
MEMBER_WIDTH = 14
MEMBER = f"{MEMBER_AND} FROM members m JOIN logs a ON a.key = m.account JOIN logs p ON p.key = m.place"
RANKED = "CASE m.role WHEN 'owner' THEN 0 WHEN 'steward' THEN 1 ELSE 2 END"
ROOM_AND = (  # and more columns after these; of a room `r` and its log `l`
    "SELECT l.id, r.kind, coalesce(c.id, ''), r.slug, r.topic, coalesce(w.id, ''), coalesce(k.member, ''),"
    " r.retention, r.retention_since"
)
ROOM_WIDTH = 9
ROOMS = (
    " FROM rooms r JOIN logs l ON l.key = r.key LEFT JOIN logs c ON c.key = r.community"
    " LEFT JOIN logs w ON w.key = r.within LEFT JOIN corners k ON k.room = r.key"
)
ROOM = ROOM_AND + ROOMS


SIZES = (
    512,
    256,
    128,
    64,
    32,
    *range(24, 0, -1),
)  # rows in a statement; all stay prepared, and a few rows take but one


@contextmanager
def moment(db: Connection) -> Iterator[None]:
    """All that is read inside is of one commit."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")


def key_of(db: Connection, id: str) -> int:
    """The key of a log; 0 when there is none."""
    found = db.execute("SELECT key FROM logs WHERE id = ?", (id,)).fetchone()
    return found[0] if found else 0


def kept(columns: str, where: str, order: str) -> str:
    """Entries in both their tables (arrivals.py), each once. Written out, since through a view SQLite may sort all that it
    finds. `pos` is among the columns; `where` has its parameters twice."""
    once = "NOT EXISTS (SELECT 1 FROM entries e WHERE e.pos = arrivals.pos)"
    return (
        f"SELECT {columns} FROM entries WHERE {where} UNION ALL"  # noqa: S608  # ours
        f" SELECT {columns} FROM arrivals WHERE {where} AND {once} ORDER BY pos {order} LIMIT ?"
    )


# Words from a fixed set are interned: msgspec leaves a field at its default out only when it is the very same object.


def account_row(row: Sequence[Any]) -> AccountRow:
    """From the columns of ACCOUNT."""
    return AccountRow(row[0], row[1], row[2], claim(row[3]), bool(row[4]), bool(row[5]))


def community_row(row: Sequence[Any]) -> CommunityRow:
    """From the columns of COMMUNITY."""
    id, slug, name, about, members, door, listed, rules, required, questions, members_invite, *retention = row
    return CommunityRow(
        id,
        slug,
        name,
        about,
        members,
        intern(door),
        bool(listed),
        rules,
        bool(required),
        json.decode(questions, type=list[str]),
        bool(members_invite),
        _retention(retention[0]) if retention[0] else None,
        retention[1],
    )


def member_row(row: Sequence[Any]) -> MemberRow:
    """From the columns of MEMBER."""
    role: Any = intern(row[7])
    pace = _pace(row[11]) if row[11] else STILL
    return MemberRow(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        claim(row[6]),
        role,
        bool(row[8]),
        row[9],
        bool(row[10]),
        pace,
        row[12],
        row[13],
    )


_claim = json.Decoder(Claim).decode
_pace = json.Decoder(Pace).decode
_retention = json.Decoder(Retention).decode


def claim(kept: str) -> Claim:
    return _claim(kept) if kept else NOTHING


def text_of(kept: Claim | Pace | Retention | None) -> str:
    """As it is kept; empty where nothing is said."""
    return "" if kept in (NOTHING, STILL, None) else json.encode(kept).decode()


def room_row(row: Sequence[Any]) -> RoomRow:
    """From the columns of ROOM."""
    kind: Any = intern(row[1])
    retention = _retention(row[7]) if row[7] else None
    return RoomRow(row[0], kind, row[2], row[3], row[4], row[5], row[6], retention, row[8])


def log_row(row: Sequence[Any]) -> LogRow:
    """From the columns of LOG."""
    kind: Any = intern(row[1])
    return LogRow(row[0], kind, row[2], row[3], row[4], row[5])


class Bulk:
    """Rows of one table that are held back, as one flat list of parameters, and the statements that write them."""

    def __init__(self, before: str, width: int) -> None:
        row = f"({', '.join('?' * width)})"
        self.flat: list[Any] = []
        self.statements = [(size * width, f"{before} VALUES {', '.join([row] * size)}") for size in SIZES]

    def write(self, db: Connection) -> None:
        flat, at = self.flat, 0
        for count, statement in self.statements:
            while len(flat) - at >= count:
                db.execute(statement, flat[at : at + count])
                at += count
        self.flat = []
