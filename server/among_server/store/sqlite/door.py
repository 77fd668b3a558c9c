"""The door of a community, in tables: what door.py says."""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from msgspec import json

from among_protocol.members import Persona, PersonaRef

from ..door import RulesRow
from ..rows import CommunityRow
from ..rules.communities import words
from .ledger import Ledger
from .rows import text_of

RULES = (
    "SELECT r.version, r.text, r.at FROM house_rules r JOIN logs l ON l.key = r.community"
    " WHERE l.id = ? AND r.version = ?"
)


class SqliteDoor(Ledger):
    _communities: dict[str, CommunityRow]  # the mirror in tx.py

    def put_community(self, row: CommunityRow) -> None:
        self.writes += 1
        settings = (row.door, row.listed, row.rules, row.rules_required, _encoded(row.questions), row.members_invite)
        retention = (text_of(row.retention), row.retention_since)
        self._db.execute(
            "UPDATE communities SET name = ?, about = ?, words = ?, door = ?, listed = ?, rules = ?, rules_required = ?,"
            " questions = ?, members_invite = ?, retention = ?, retention_since = ? WHERE key = ?",
            (row.name, row.about, words(row), *settings, *retention, self._log(row.id).key),
        )
        self._communities[row.id] = row

    def rules(self, community: str, version: int) -> RulesRow | None:
        return rules(self._db, community, version)

    def rules_written(self, community: str) -> int:
        sql = "SELECT coalesce(max(version), 0) FROM house_rules WHERE community = ?"
        return int(self._db.execute(sql, (self._log(community).key,)).fetchone()[0])

    def add_rules(self, community: str, row: RulesRow) -> None:
        self.writes += 1
        self._db.execute(
            "INSERT INTO house_rules (community, version, text, at) VALUES (?, ?, ?, ?)",
            (self._log(community).key, row.version, row.text, row.at),
        )

    def accept(self, account: str, community: str, version: int) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO accepted_rules (account, community, version) VALUES (?, ?, ?)",
            (self._log(account).key, self._log(community).key, version),
        )


def _encoded(questions: list[str]) -> str:
    return json.encode(questions).decode()


# --- reads


def rules(db: Connection, community: str, version: int) -> RulesRow | None:
    found = db.execute(RULES, (community, version)).fetchone()
    return RulesRow(*found) if found else None


def accepted(db: Connection, members: Sequence[str]) -> dict[str, int]:
    sql = (
        "SELECT m.id, r.version FROM json_each(?) ask JOIN members m ON m.id = ask.value"
        " JOIN accepted_rules r ON r.account = m.account AND r.community = m.place"
    )
    return dict(db.execute(sql, (json.encode(list(members)).decode(),)).fetchall())


def banned(db: Connection, account: str, community: str) -> bool:
    sql = (
        "SELECT EXISTS (SELECT 1 FROM bans b JOIN logs c ON c.key = b.community JOIN logs a ON a.key = b.account"
        " WHERE c.id = ? AND a.id = ? AND (b.until = '' OR b.until > strftime('%Y-%m-%dT%H:%M:%fZ')))"
    )
    return bool(db.execute(sql, (community, account)).fetchone()[0])


def authors(db: Connection, community: str, refs: Sequence[PersonaRef]) -> list[Persona]:
    sql = """
        SELECT m.id, coalesce(p.rev, m.rev), coalesce(p.handle, m.handle), coalesce(p.display_name, m.display_name)
        FROM json_each(?) ask
        JOIN members m ON m.id = ask.value ->> 0
        JOIN logs l ON l.key = m.place AND l.id = ?
        LEFT JOIN personas p ON p.member = m.id AND p.rev = ask.value ->> 1
            AND coalesce(nullif(m.claim, '') ->> '$.shown.lineage', 'members') = 'members'
        ORDER BY ask.key"""
    asked = json.encode([(ref.member, ref.rev) for ref in refs]).decode()
    rows: list[tuple[Any, ...]] = db.execute(sql, (asked, community)).fetchall()
    return [Persona(member=row[0], rev=row[1], handle=row[2], display_name=row[3]) for row in rows]
