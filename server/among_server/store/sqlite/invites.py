"""The invites of communities, in tables: what invites.py says."""

from sqlite3 import Connection

from ..invites import DoorInvite
from .own import SqliteOwn

INVITE = (
    "SELECT i.id, l.id, i.member, i.at, i.uses, i.remain, i.until, i.note"
    " FROM door_invites i JOIN logs l ON l.key = i.community"
)


class SqliteInvites(SqliteOwn):
    def door_invite(self, secret: bytes) -> DoorInvite | None:
        found = self._db.execute(f"{INVITE} WHERE i.secret = ?", (secret,)).fetchone()
        return DoorInvite(*found) if found else None

    def door_invites(self, community: str) -> list[DoorInvite]:
        sql = f"{INVITE} WHERE i.community = ? ORDER BY i.rowid"
        return [DoorInvite(*row) for row in self._db.execute(sql, (self.key(community),)).fetchall()]

    def add_door_invite(self, secret: bytes, row: DoorInvite) -> None:
        self.writes += 1
        self._db.execute(
            "INSERT INTO door_invites (secret, id, community, member, at, uses, remain, until, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                secret,
                row.id,
                self._log(row.community).key,
                row.member,
                row.at,
                row.uses,
                row.left,
                row.until,
                row.note,
            ),
        )

    def use_door_invite(self, id: str) -> None:
        self.writes += 1
        self._db.execute("UPDATE door_invites SET remain = remain - 1 WHERE id = ?", (id,))
        self._forget(id, "remain < 1")

    def end_owner_invites(self) -> None:
        self.writes += 1
        sql = "DELETE FROM invites WHERE owner = 1 AND expires_ms = 0 RETURNING secret"
        for (secret,) in self._db.execute(sql).fetchall():
            self.note_revoked("invite", secret.hex())

    def end_door_invites(self, ids: list[str]) -> None:
        self.writes += 1
        for id in ids:
            self._forget(id)
            self._db.execute("DELETE FROM admissions WHERE invite = ?", (id,))

    def _forget(self, id: str, where: str = "1") -> None:
        sql = f"DELETE FROM door_invites WHERE id = ? AND {where} RETURNING secret"  # noqa: S608  # ours
        for (secret,) in self._db.execute(sql, (id,)).fetchall():
            self.note_revoked("invite", secret.hex())

    def admission(self, account: str, community: str) -> str:
        return admission(self._db, account, community)

    def add_admission(self, account: str, community: str, invite: str) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO admissions (account, community, invite) VALUES (?, ?, ?)",
            (self._log(account).key, self._log(community).key, invite),
        )

    def remove_admission(self, account: str, community: str) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._log(community).key)
        self._db.execute("DELETE FROM admissions WHERE account = ? AND community = ?", keys)


def admission(db: Connection, account: str, community: str) -> str:
    sql = (
        "SELECT m.invite FROM admissions m JOIN logs a ON a.key = m.account JOIN logs c ON c.key = m.community"
        " WHERE a.id = ? AND c.id = ?"
    )
    found = db.execute(sql, (account, community)).fetchone()
    return str(found[0]) if found else ""
