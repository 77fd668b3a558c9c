"""Personas and former handles in tables: the part of `api.Tx` that personas.py says, on the writer's thread, and of
`api.Store`, on the readers'."""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from among_protocol.base import Time
from among_protocol.lookalikes import skeleton

from ..own import BlockWish
from ..personas import Former
from ..rows import MemberRow
from .own import SqliteOwn
from .readers import Readers
from .rows import MEMBER, member_row, text_of

LINEAGE = "SELECT handle, since, until FROM lineage WHERE member = ? ORDER BY until DESC, since DESC"
_HERE = f"{MEMBER} WHERE m.place = ? AND m.handle = ? AND m.gone = 0"
_HAD = (
    f"{MEMBER} JOIN (SELECT member, until FROM lineage WHERE place = ?1 AND handle = ?2 UNION ALL"  # noqa: S608  # ours
    " SELECT id, left_at FROM members WHERE place = ?1 AND handle = ?2 AND gone = 1) h ON h.member = m.id"
    " ORDER BY h.until DESC, m.gone"
)
_KEPT = (
    "SELECT handle FROM members WHERE place = ?1 AND looks = ?2 AND id <> ?3 AND (gone = 0 OR left_at > ?4) UNION"
    " SELECT handle FROM lineage WHERE place = ?1 AND looks = ?2 AND member <> ?3 AND until > ?4"
)
_NAME = "SELECT EXISTS (SELECT 1 FROM members WHERE place = ? AND name_looks = ? AND id <> ? AND gone = 0)"
_BEGUN = (
    f"{MEMBER} JOIN rooms r ON r.key = m.place WHERE m.account = ? AND r.kind = 'direct' AND coalesce(r.within, 0) = ?"
)
_BLOCKERS = "SELECT l.id, b.kind FROM blocks b JOIN logs l ON l.key = b.account WHERE b.other = ? AND b.handle = ? ORDER BY l.key"
_PUT = (
    "INSERT INTO members (id, account, place, rev, handle, display_name, role, gone, silenced, claim, claimed, pace, since,"
    " left_at, looks, name_looks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
    " rev = excluded.rev, handle = excluded.handle, display_name = excluded.display_name, role = excluded.role,"
    " gone = excluded.gone, silenced = excluded.silenced, claim = excluded.claim, claimed = excluded.claimed,"
    " pace = excluded.pace, since = excluded.since, left_at = excluded.left_at, looks = excluded.looks,"
    " name_looks = excluded.name_looks"
)


class SqlitePersonas(SqliteOwn):
    def write_member(self, row: MemberRow, account: int, place: int, told: int) -> None:
        self.writes += 1
        state = (row.role, row.left, row.silenced, text_of(row.claim), row.claimed, text_of(row.pace), row.since)
        looks = (skeleton(row.handle), skeleton(row.display_name))
        named = (row.handle, row.display_name)
        self._db.execute(_PUT, (row.id, account, place, row.rev, *named, *state, row.left_at, *looks))
        self._db.execute(
            "INSERT OR IGNORE INTO personas (member, rev, handle, display_name, bio, pronouns, seq)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.id, row.rev, *named, row.bio, row.pronouns, told),
        )

    def kept_handles(self, place: str, looks: str, but: str, since: Time) -> list[str]:
        found = self._db.execute(_KEPT, (self.key(place), looks, but, since))
        return [handle for (handle,) in found]

    def claimed_handles(self, looks: str) -> list[str]:
        sql = "SELECT DISTINCT handle FROM members WHERE looks = ? AND claimed = 1 AND gone = 0 ORDER BY handle"
        return [handle for (handle,) in self._db.execute(sql, (looks,))]

    def name_looks(self, place: str, looks: str, but: str) -> bool:
        return bool(self._db.execute(_NAME, (self.key(place), looks, but)).fetchone()[0])

    def lineage(self, member: str) -> list[Former]:
        return lineage(self._db, member)

    def told(self, member: str, since: int, before: int) -> list[int]:
        sql = "SELECT seq FROM personas WHERE member = ? AND rev >= ? AND rev < ? AND seq > 0 ORDER BY rev"
        return [seq for (seq,) in self._db.execute(sql, (member, since, before)).fetchall()]

    def had_handle(self, place: str, handle: str) -> list[MemberRow]:
        return had_handle(self._db, self.key(place), handle)

    def add_former(self, row: MemberRow, former: Former) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO lineage (member, until, handle, place, looks, since) VALUES (?, ?, ?, ?, ?, ?)",
            (row.id, former.until, former.handle, self._log(row.place).key, skeleton(former.handle), former.since),
        )

    def drop_former(self, row: MemberRow, former: Former) -> None:
        self.writes += 1
        sql = "DELETE FROM lineage WHERE member = ? AND until = ? AND handle = ?"
        self._db.execute(sql, (row.id, former.until, former.handle))

    def begun_as(self, account: str, community: str) -> list[MemberRow]:
        found = self._db.execute(_BEGUN, (self.key(account), self.key(community))).fetchall()
        return [member_row(one) for one in found]

    def blockers(self, account: str, handle: str) -> list[tuple[str, BlockWish]]:
        found: list[tuple[str, Any]] = self._db.execute(_BLOCKERS, (self.key(account), handle)).fetchall()
        kinds: dict[str, BlockWish] = {"block": "block", "mute": "mute"}
        return [(blocker, kinds[kind]) for blocker, kind in found]

    def blocked_as(self, account: str) -> list[str]:
        sql = "SELECT DISTINCT handle FROM blocks WHERE other = ? ORDER BY handle"
        return [handle for (handle,) in self._db.execute(sql, (self.key(account),))]


def lineage(db: Connection, member: str) -> list[Former]:
    return [Former(*row) for row in db.execute(LINEAGE, (member,))]


def had_handle(db: Connection, place: int, handle: str) -> list[MemberRow]:
    found: dict[str, MemberRow] = {}
    for one in map(member_row, db.execute(_HAD, (place, handle)).fetchall()):
        if one.left or one.handle != handle:
            found.setdefault(one.id, one)
    return list(found.values())


def named(db: Connection, place: str, handle: str) -> list[MemberRow]:
    row = db.execute("SELECT key FROM logs WHERE id = ?", (place,)).fetchone()
    if row is None:
        return []
    here = [member_row(one) for one in db.execute(_HERE, (row[0], handle))]
    return here + had_handle(db, row[0], handle)


def member_in(db: Connection, account: str, place: str) -> MemberRow | None:
    found = db.execute(f"{MEMBER} WHERE a.id = ? AND p.id = ?", (account, place)).fetchone()
    return member_row(found) if found else None


class PersonaReads(Readers):
    """The part of `api.Store`."""

    async def member_in(self, account: str, place: str) -> MemberRow | None:
        return await self._read(member_in, account, place)

    async def lineage(self, member: str) -> list[Former]:
        return await self._read(lineage, member)

    async def named(self, place: str, handle: str) -> Sequence[MemberRow]:
        return await self._read(named, place, handle)
