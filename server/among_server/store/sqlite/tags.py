"""Tags, interests and dismissals in tables: the parts of `api.Tx` that tags.py and discovery.py say, and what is read of
them. Nothing here is mirrored: no message asks for it."""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection
from sys import intern
from typing import Any

from msgspec import json

from among_protocol.lookalikes import skeleton
from among_protocol.tags import Tag

from ..starter import starter
from ..tags import InterestRow, LocalTag, MyInterest, TagRow
from .ledger import Ledger

_TAG = (
    "SELECT t.tag, t.label, t.sensitive, coalesce(i.tag, ''), t.shipped"
    " FROM tags t LEFT JOIN tags i ON i.key = t.into_tag"
)
_LOCAL = (
    "SELECT c.id, t.tag, coalesce(i.tag, ''), l.sensitive FROM local_tags l JOIN logs c ON c.key = l.community"
    " JOIN tags t ON t.key = l.tag LEFT JOIN tags i ON i.key = l.into_tag"
)
_KEY = "(SELECT key FROM tags WHERE tag = ?)"

# What an interest means by now: everywhere first, then in its community; and whether that is sensitive.
MEANT = (
    " FROM interests i JOIN tags t ON t.key = i.tag JOIN tags e ON e.key = coalesce(t.into_tag, t.key)"
    " LEFT JOIN local_tags l ON l.community = i.place AND l.tag = e.key LEFT JOIN tags n ON n.key = l.into_tag"
    " JOIN tags m ON m.key = coalesce(n.into_tag, n.key, e.key)"
    " LEFT JOIN local_tags s ON s.community = i.place AND s.tag = m.key"
)
SENSITIVE = "(t.sensitive OR e.sensitive OR m.sensitive OR coalesce(l.sensitive, 0) OR coalesce(s.sensitive, 0))"

_MINE = f"p.id, m.tag, t.tag, i.shown, i.found, {SENSITIVE}"
_MY = f"SELECT {_MINE}{MEANT} JOIN logs p ON p.key = i.place"

# Whether interests are of a place that the person is in, or for themselves alone.
HERE = (
    "(i.place = i.account OR EXISTS"
    " (SELECT 1 FROM members h WHERE h.account = i.account AND h.place = i.place AND h.gone = 0))"
)
LISTED = "c.listed"  # whether anybody may see a community c
# Whether an account, :me by key, may know of a tag t: the server brought it, or a community carries it that anybody may
# see, or that the account is in.
SEEN = f"""(t.shipped OR EXISTS (
    SELECT 1 FROM community_tags ct JOIN communities c ON c.key = ct.community WHERE ct.tag = t.key AND (
        {LISTED} OR EXISTS (SELECT 1 FROM members me WHERE me.account = :me AND me.place = c.key AND me.gone = 0))))"""  # noqa: S608  # ours


class SqliteTags(Ledger):
    def tag(self, tag: str) -> TagRow | None:
        return self._one_tag(f"{_TAG} WHERE t.tag = ?", tag)

    def tag_like(self, tag: str) -> TagRow | None:
        return self._one_tag(f"{_TAG} WHERE t.skeleton = ? ORDER BY t.key LIMIT 1", skeleton(tag))

    def _one_tag(self, sql: str, name: str) -> TagRow | None:
        found = self._db.execute(sql, (name,)).fetchone()
        return _tag_row(found) if found else None

    def put_tag(self, row: TagRow) -> None:
        self.writes += 1
        put_tag(self._db, row)

    def drop_tag(self, tag: str) -> None:
        self.writes += 1
        self._db.execute("DELETE FROM tags WHERE tag = ?", (tag,))

    def tag_used(self, tag: str) -> bool:
        used = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {column} = t.key)"  # noqa: S608  # ours
            for table, column in (
                ("community_tags", "tag"),
                ("interests", "tag"),
                ("tags", "into_tag"),
                ("local_tags", "tag"),
                ("local_tags", "into_tag"),
            )
        )
        found = self._db.execute(f"SELECT {used} FROM tags t WHERE t.tag = ?", (tag,)).fetchone()  # noqa: S608  # ours
        return bool(found and found[0])

    def tag_seen(self, tag: str, account: str) -> bool:
        sql = f"SELECT 1 FROM tags t WHERE t.tag = :tag AND {SEEN}"  # noqa: S608  # ours
        return self._db.execute(sql, {"tag": tag, "me": self.key(account)}).fetchone() is not None

    def merged_into(self, tag: str) -> list[TagRow]:
        return [_tag_row(row) for row in self._db.execute(f"{_TAG} WHERE i.tag = ? ORDER BY t.tag", (tag,)).fetchall()]

    def local_tag(self, community: str, tag: str) -> LocalTag | None:
        sql = f"{_LOCAL} WHERE c.id = ? AND t.tag = ?"
        found = self._db.execute(sql, (community, tag)).fetchone()
        return _local_tag(found) if found else None

    def local_tags(self, community: str) -> list[LocalTag]:
        rows = self._db.execute(f"{_LOCAL} WHERE c.id = ? ORDER BY t.tag", (community,))
        return [_local_tag(row) for row in rows.fetchall()]

    def put_local_tag(self, row: LocalTag) -> None:
        self.writes += 1
        key = self._log(row.community).key
        if not row.into and not row.sensitive:
            self._db.execute(f"DELETE FROM local_tags WHERE community = ? AND tag = {_KEY}", (key, row.tag))  # noqa: S608  # ours
            return
        self._db.execute(
            f"REPLACE INTO local_tags (community, tag, into_tag, sensitive) VALUES (?, {_KEY}, {_KEY}, ?)",  # noqa: S608  # ours
            (key, row.tag, row.into, row.sensitive),
        )

    def tags_of(self, community: str) -> list[str]:
        sql = "SELECT t.tag FROM community_tags c JOIN tags t ON t.key = c.tag WHERE c.community = ? ORDER BY c.nth"
        return [row[0] for row in self._db.execute(sql, (self.key(community),)).fetchall()]

    def set_tags(self, community: str, tags: Sequence[str]) -> None:
        self.writes += 1
        key = self._log(community).key
        self._db.execute("DELETE FROM community_tags WHERE community = ?", (key,))
        self._db.executemany(
            f"INSERT INTO community_tags (community, nth, tag) VALUES (?, ?, {_KEY})",  # noqa: S608  # ours
            [(key, nth, tag) for nth, tag in enumerate(tags)],
        )

    # --- interests
    def interests(self, account: str, place: str) -> list[InterestRow]:
        sql = (
            "SELECT t.tag, i.shown, i.found FROM interests i JOIN tags t ON t.key = i.tag"
            " WHERE i.account = ? AND i.place = ? ORDER BY i.nth"
        )
        rows = self._db.execute(sql, (self.key(account), self.key(place))).fetchall()
        return [InterestRow(tag, intern(shown), bool(found)) for tag, shown, found in rows]

    def set_interests(self, account: str, place: str, rows: Sequence[InterestRow]) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._log(place).key)
        self._db.execute("DELETE FROM interests WHERE account = ? AND place = ?", keys)
        self._db.executemany(
            f"INSERT INTO interests (account, place, nth, tag, shown, found) VALUES (?, ?, ?, {_KEY}, ?, ?)",  # noqa: S608  # ours
            [(*keys, nth, row.tag, row.shown, row.found) for nth, row in enumerate(rows)],
        )

    def my_interests(self, account: str, place: str) -> list[MyInterest]:
        sql = f"{_MY} WHERE i.account = ? AND i.place = ? ORDER BY i.nth"
        return [my_interest(row) for row in self._db.execute(sql, (self.key(account), self.key(place))).fetchall()]

    # --- dismissals
    def dismissals(self, account: str) -> list[str]:
        sql = (
            "SELECT c.id FROM dismissals d JOIN logs c ON c.key = d.community WHERE d.account = ? ORDER BY d.community"
        )
        return [row[0] for row in self._db.execute(sql, (self.key(account),)).fetchall()]

    def put_dismissal(self, account: str, community: str, dismissed: bool) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._log(community).key)
        change = (
            "INSERT OR IGNORE INTO dismissals (account, community) VALUES (?, ?)"
            if dismissed
            else "DELETE FROM dismissals WHERE account = ? AND community = ?"
        )
        self._db.execute(change, keys)


def put_tag(db: Connection, row: TagRow) -> None:
    db.execute(
        "INSERT INTO tags (tag, skeleton, label, sensitive, into_tag, shipped)"  # noqa: S608  # ours
        f" VALUES (?, ?, ?, ?, {_KEY}, ?) ON CONFLICT (tag) DO UPDATE SET label = excluded.label,"
        " sensitive = excluded.sensitive, into_tag = excluded.into_tag, shipped = excluded.shipped",
        (row.tag, skeleton(row.tag), row.label, row.sensitive, row.into, row.shipped),
    )


def bring(db: Connection) -> None:
    """Add what the server brings and the store has not yet; what is there stays as it was made since."""
    known = {row[0]: bool(row[1]) for row in db.execute("SELECT tag, shipped FROM tags")}
    missing = [row for row in starter().tags if not known.get(row.tag)]
    if not missing:
        return
    db.execute("BEGIN IMMEDIATE")
    for row in missing:
        if row.tag in known:  # a community was first
            db.execute("UPDATE tags SET shipped = 1 WHERE tag = ?", (row.tag,))
        else:
            put_tag(db, row)
    db.execute("COMMIT")


# --- reading


def tags(db: Connection, query: str, account: str, limit: int) -> list[Tag]:
    found: dict[str, Tag] = {}
    begins = "t.tag >= :query AND t.tag < :query || char(0x10ffff)"
    within = "instr(t.tag, '-' || :query)"
    (key,) = db.execute("SELECT coalesce(max(key), 0) FROM logs WHERE id = ?", (account,)).fetchone()
    for where in (begins, within) if query else (begins,):
        sql = (
            "SELECT m.tag, m.label, t.sensitive OR m.sensitive FROM tags t"  # noqa: S608  # ours
            f" JOIN tags m ON m.key = coalesce(t.into_tag, t.key) WHERE {where} AND {SEEN} ORDER BY t.tag"
        )
        rows = db.execute(sql, {"query": query, "me": key})
        for tag, label, sensitive in rows:
            if len(found) == limit:
                break
            found.setdefault(tag, Tag(tag=tag, label=label, sensitive=bool(sensitive)))
        rows.close()
    return list(found.values())


def given_as(db: Connection, tag: str) -> list[int]:
    """Keys of all tags that mean the same as this one everywhere."""
    sql = (
        "SELECT o.key FROM tags t JOIN tags m ON m.key = coalesce(t.into_tag, t.key)"
        " JOIN tags o ON o.key = m.key OR o.into_tag = m.key WHERE t.tag = ?"
    )
    return [row[0] for row in db.execute(sql, (tag,))]


def tags_of(db: Connection, communities: Sequence[str]) -> dict[str, list[str]]:
    sql = (
        "SELECT l.id, m.tag FROM json_each(?) ask JOIN logs l ON l.id = ask.value"
        " JOIN community_tags c ON c.community = l.key JOIN tags t ON t.key = c.tag"
        " JOIN tags m ON m.key = coalesce(t.into_tag, t.key) ORDER BY ask.key, c.nth"
    )
    found: dict[str, list[str]] = {}
    for community, tag in db.execute(sql, (json.encode(list(communities)).decode(),)):
        carried = found.setdefault(community, [])
        if tag not in carried:  # two that were merged
            carried.append(tag)
    return found


def interests(db: Connection, account: str) -> dict[str, list[MyInterest]]:
    sql = f"{_MY} JOIN logs a ON a.key = i.account WHERE a.id = ? AND {HERE} ORDER BY i.place, i.nth"
    found: dict[str, list[MyInterest]] = {}
    for row in db.execute(sql, (account,)):
        found.setdefault(row[0], []).append(my_interest(row))
    return found


def my_interest(row: Sequence[Any]) -> MyInterest:
    """From the columns of _MY."""
    return MyInterest(row[1], InterestRow(row[2], intern(row[3]), bool(row[4])), bool(row[5]))


def _tag_row(row: Sequence[Any]) -> TagRow:
    """From the columns of _TAG."""
    return TagRow(row[0], row[1], bool(row[2]), row[3], bool(row[4]))


def _local_tag(row: Sequence[Any]) -> LocalTag:
    """From the columns of _LOCAL."""
    return LocalTag(row[0], row[1], row[2], bool(row[3]))


def interests_in(
    db: Connection, accounts: Iterable[str], places: Iterable[str]
) -> dict[tuple[str, str], list[MyInterest]]:
    """Of these accounts in these places, by both. In the order given there."""
    sql = (
        f"SELECT a.id, {_MINE}{MEANT} JOIN logs p ON p.key = i.place JOIN logs a ON a.key = i.account"  # noqa: S608  # ours
        " WHERE a.id IN (SELECT value FROM json_each(?)) AND p.id IN (SELECT value FROM json_each(?)) ORDER BY i.nth"
    )
    asked = (json.encode(list(accounts)).decode(), json.encode(list(places)).decode())
    found: dict[tuple[str, str], list[MyInterest]] = {}
    for account, *row in db.execute(sql, asked):
        found.setdefault((account, row[0]), []).append(my_interest(row))
    return found
