"""Finding members in tables: how `member_ends` is kept (the migration "tags"), and how it is searched."""

from collections.abc import Iterator, Sequence
from sqlite3 import Connection

from among_protocol.finding import Found

from ..finding import ends, folded, holds, span
from ..rows import MemberRow
from .rows import MEMBER, key_of, member_row
from .tags import MEANT, SENSITIVE

LOOKED_AT = 400  # members whose texts are held against one query


def put_ends(db: Connection, place: int, account: int, before: Sequence[str], now: Sequence[str]) -> None:
    """Somebody is found by other texts from now on. Only what differs is written."""
    had, has = ends(*before), ends(*now)
    db.executemany(
        "DELETE FROM member_ends WHERE place = ? AND inside = ? AND piece = ? AND account = ?",
        [(place, inside, piece, account) for inside, piece in had - has],
    )
    db.executemany(
        "INSERT OR IGNORE INTO member_ends (place, inside, piece, account) VALUES (?, ?, ?, ?)",
        sorted((place, inside, piece, account) for inside, piece in has - had),
    )


def texts(row: MemberRow) -> list[str]:
    """What a member of a community is found by; nothing, when they have left."""
    return [] if row.left else [row.handle, row.display_name]


def find(db: Connection, community: str, account: str, query: str, interest: str, limit: int) -> list[Found]:
    query = folded(query)
    db.execute("BEGIN")
    try:
        place = db.execute("SELECT key FROM logs WHERE id = ? AND kind = 'community'", (community,)).fetchone()
        if place is None:
            return []
        found: list[Found] = []
        seen: set[str] = set()
        for looked_at, other in enumerate(
            _who_care(db, place[0], account, interest) if interest else _who_are(db, place[0], query)
        ):
            row = _member(db, other, place[0])
            if len(found) == limit or looked_at == LOOKED_AT:
                break
            if row.id not in seen and holds(query, texts(row)):
                seen.add(row.id)
                found.append(Found(member=row.card()))
        if not interest:
            for row, handle in _who_were(db, place[0], query):
                if len(found) == limit:
                    break
                if row.id not in seen:
                    seen.add(row.id)
                    found.append(Found(member=row.card(), former=handle))
        return found
    finally:
        db.execute("COMMIT")


def _member(db: Connection, account: int, place: int) -> MemberRow:
    return member_row(db.execute(f"{MEMBER} WHERE m.account = ? AND m.place = ?", (account, place)).fetchone())


def _who_are(db: Connection, place: int, query: str) -> Iterator[int]:
    """Who has an end that begins with the query: first of a word, then within one."""
    seen: set[int] = set()
    low, high = span(query)
    for inside in (0, 1) if len(query) > 1 else (0,):
        rows = db.execute(
            "SELECT account FROM member_ends WHERE place = ? AND inside = ? AND piece >= ? AND piece < ?",
            (place, inside, low, high),
        )
        for (account,) in rows:
            if account not in seen:
                seen.add(account)
                yield account
        rows.close()


_WERE = (
    f"{MEMBER.replace('SELECT ', 'SELECT f.handle, ', 1)} JOIN lineage f ON f.member = m.id"
    f" WHERE f.place = ? AND f.handle >= ? AND f.handle < ? AND m.gone = 0 ORDER BY f.handle, m.account LIMIT {LOOKED_AT}"
)


def _who_were(db: Connection, place: int, query: str) -> Iterator[tuple[MemberRow, str]]:
    """Who is there and had a handle that begins with the query, which they don't hide; and which one."""
    for handle, *columns in db.execute(_WERE, (place, *span(query, len(query)))).fetchall():
        row = member_row(columns)
        if row.claim.shown.lineage == "members":
            yield row, handle


_CARE = f"""
    SELECT i.account{MEANT} JOIN members them ON them.account = i.account AND them.place = i.place
    WHERE i.place = :place AND i.tag = :tag AND m.tag = :meant AND i.found AND them.gone = 0
    AND (i.shown = 'members' OR i.shown = '' AND NOT {SENSITIVE})
    AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account = i.account AND b.other = :me AND b.kind = 'block'
        AND b.handle = (SELECT mine.handle FROM members mine WHERE mine.account = :me AND mine.place = :place))
    AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account = :me AND b.other = i.account AND b.kind = 'block'
        AND b.handle = them.handle)
    ORDER BY i.account"""  # noqa: S608  # ours


def _who_care(db: Connection, place: int, account: str, interest: str) -> Iterator[int]:
    """Who shows an interest that means the same here, and wants to be found by it."""
    found = db.execute(
        "SELECT m.key, m.tag FROM tags t JOIN tags e ON e.key = coalesce(t.into_tag, t.key)"
        " LEFT JOIN local_tags l ON l.community = ? AND l.tag = e.key LEFT JOIN tags n ON n.key = l.into_tag"
        " JOIN tags m ON m.key = coalesce(n.into_tag, n.key, e.key) WHERE t.tag = ?",
        (place, interest),
    ).fetchone()
    if found is None:
        return
    key, meant = found
    given = db.execute(  # whatever may mean it: itself, what a steward says means it, and all that means one of these
        "WITH near(key) AS (SELECT :key UNION SELECT l.tag FROM local_tags l JOIN tags n ON n.key = l.into_tag"
        " WHERE l.community = :place AND coalesce(n.into_tag, n.key) = :key)"
        " SELECT key FROM near UNION SELECT t.key FROM tags t JOIN near ON t.into_tag = near.key ORDER BY 1",
        {"key": key, "place": place},
    ).fetchall()
    me = key_of(db, account)
    for (tag,) in given:
        rows = db.execute(_CARE, {"place": place, "tag": tag, "meant": meant, "me": me})
        for (other,) in rows:
            yield other
        rows.close()
