"""Drafts in a table: the part of `api.Tx` that drafts.py says, and what is read of them."""

from collections.abc import Sequence
from sqlite3 import Connection

from msgspec import json

from among_protocol.drafts import DraftState

from ..api import PAGE_BYTES
from ..drafts import DraftRow
from .ledger import Ledger
from .readers import Readers

MINE = "FROM drafts d JOIN logs a ON a.key = d.account JOIN logs p ON p.key = d.place WHERE a.id = ?"
DRAFT = f"SELECT p.id, d.thread, d.text, d.fingerprint, d.at {MINE}"


class SqliteDrafts(Ledger):
    def draft(self, account: str, place: str, thread: int) -> DraftRow | None:
        found = self._db.execute(f"{DRAFT} AND p.id = ? AND d.thread = ?", (account, place, thread)).fetchone()
        return DraftRow(*found) if found else None

    def drafts(self, account: str) -> int:
        sql = "SELECT count(*) FROM drafts WHERE account = ?"
        count: int = self._db.execute(sql, (self.key(account),)).fetchone()[0]
        return count

    def put_draft(self, account: str, row: DraftRow) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._log(row.place).key, row.thread)
        if not row.text:
            self._db.execute("DELETE FROM drafts WHERE account = ? AND place = ? AND thread = ?", keys)
            return
        self._db.execute(
            "REPLACE INTO drafts (account, place, thread, text, fingerprint, at) VALUES (?, ?, ?, ?, ?, ?)",
            (*keys, row.text, row.fingerprint, row.at),
        )


def draft_states(db: Connection, account: str) -> list[DraftState]:
    rows = db.execute(f"SELECT p.id, d.thread, d.fingerprint, d.at {MINE} ORDER BY p.id, d.thread", (account,))
    return [DraftState(place=place, thread=thread, fingerprint=mark, at=at) for place, thread, mark, at in rows]


def drafts(
    db: Connection, account: str, after: tuple[str, int], limit: int, *, places: Sequence[str]
) -> list[DraftRow]:
    sql, given = f"{DRAFT} AND (p.id, d.thread) > (?, ?)", [account, *after]
    if places:
        sql += " AND p.id IN (SELECT value FROM json_each(?))"
        given.append(json.encode(list(places)).decode())
    page: list[DraftRow] = []
    size = 0
    rows = db.execute(f"{sql} ORDER BY p.id, d.thread LIMIT ?", (*given, limit))
    for row in rows:
        size += len(row[2].encode())
        if page and size > PAGE_BYTES:
            break
        page.append(DraftRow(*row))
    rows.close()
    return page


class Reads(Readers):
    """The part of the store."""

    async def draft_states(self, account: str) -> list[DraftState]:
        return await self._read(draft_states, account)

    async def drafts(
        self, account: str, after: tuple[str, int], limit: int, *, places: Sequence[str] = ()
    ) -> list[DraftRow]:
        return await self._read(drafts, account, after, limit, places=places)
