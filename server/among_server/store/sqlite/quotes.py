"""Quotes, in a table: the part of `api.Tx` that quotes.py says, and what is read of them."""

from collections.abc import Sequence
from sqlite3 import Connection
from sys import intern
from typing import Any

from msgspec.structs import replace

from ..quotes import QuoteRow
from .blanks import SqliteBlanks

QUOTE = """
    SELECT q.id, c.id, a.id, q.member, q.rev, k.id, q.asker_member, q.asked, q.said, q.text, coalesce(r.id, ''), q.message,
        q.state, q.proposal, q.version
    FROM quotes q JOIN logs c ON c.key = q.community JOIN logs a ON a.key = q.account JOIN logs k ON k.key = q.asker
    LEFT JOIN logs r ON r.key = q.room"""
OF = f"{QUOTE} WHERE a.id = ? AND c.id = ? ORDER BY q.number"


class SqliteQuotes(SqliteBlanks):
    def quote(self, id: str) -> QuoteRow | None:
        return one(self._db, id)

    def quotes_of(self, account: str, community: str) -> list[QuoteRow]:
        return of(self._db, account, community)

    def quotes_asked_by(self, account: str, community: str) -> int:
        sql = "SELECT count(*) FROM quotes WHERE asker = ? AND community = ? AND state = 'asked'"
        count: int = self._db.execute(sql, (self.key(account), self.key(community))).fetchone()[0]
        return count

    def quotes_merged(self, community: str) -> list[QuoteRow]:
        return merged(self._db, community)

    def quotes_from(self, room: str, message: int) -> list[QuoteRow]:
        sql = f"{QUOTE} WHERE q.room = ? AND q.message = ? ORDER BY q.number"
        return [quote_row(row) for row in self._db.execute(sql, (self.key(room), message)).fetchall()]

    def put_quote(self, row: QuoteRow) -> None:
        self.writes += 1
        if not row.text:
            self.blanked.add(row.community)  # what was written over is to be purged
        self._db.execute(
            "INSERT INTO quotes (id, community, account, member, rev, asker, asker_member, asked, said, text, room, message,"
            " state, proposal, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET account = excluded.account, member = excluded.member, rev = excluded.rev,"
            " text = excluded.text, state = excluded.state, proposal = excluded.proposal, version = excluded.version",
            (
                row.id,
                self._log(row.community).key,
                self._log(row.account).key,
                row.member,
                row.rev,
                self._log(row.asker).key,
                row.asker_member,
                row.asked,
                row.said,
                row.text,
                self._log(row.room).key if row.room else None,
                row.message,
                row.state,
                row.proposal,
                row.version,
            ),
        )

    def remove_quote(self, id: str) -> None:
        self.writes += 1
        row = self.quote(id)
        if row is not None:
            self.blanked.add(row.community)
        self._db.execute("DELETE FROM quotes WHERE id = ?", (id,))


def one(db: Connection, id: str) -> QuoteRow | None:
    row = db.execute(f"{QUOTE} WHERE q.id = ?", (id,)).fetchone()
    return quote_row(row) if row else None


def of(db: Connection, account: str, community: str) -> list[QuoteRow]:
    return [quote_row(row) for row in db.execute(OF, (account, community)).fetchall()]


def merged(db: Connection, community: str) -> list[QuoteRow]:
    sql = f"{QUOTE} WHERE c.id = ? AND q.state = 'merged' ORDER BY q.version"
    return [quote_row(row) for row in db.execute(sql, (community,)).fetchall()]


def quote_row(row: Sequence[Any]) -> QuoteRow:
    """From the columns of QUOTE."""
    state: Any = intern(row[12])
    return replace(QuoteRow(*row), state=state)
