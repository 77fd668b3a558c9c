"""How accounts appear, in a table: the part of `api.Tx` that store/status.py says, and of what is read."""

from collections.abc import Sequence
from sqlite3 import Connection
from sys import intern
from typing import Any

from msgspec import json

from ..status import Looker, Seen, Statuses, StatusRow, seen
from . import own
from .ledger import Ledger
from .rows import MEMBER, member_row

STATUS = (
    "SELECT a.id, coalesce(p.id, ''), s.appear, s.last_seen, s.emoji, s.text, s.until_ms, s.kept, s.day"
    " FROM statuses s JOIN logs a ON a.key = s.account LEFT JOIN logs p ON p.key = s.place"
)


class SqliteStatus(Ledger):
    def statuses(self, account: str) -> Statuses:
        return statuses(self._db, account)

    def put_status(self, row: StatusRow) -> None:
        self.writes += 1
        keys = (self._log(row.account).key, self._log(row.place).key if row.place else 0)
        if row == StatusRow(row.account, row.place):
            self._db.execute("DELETE FROM statuses WHERE account = ? AND place = ?", keys)
            return
        what = (row.appear, row.last_seen, row.emoji, row.text, row.until_ms, row.kept, row.day)
        self._db.execute(
            "REPLACE INTO statuses (account, place, appear, last_seen, emoji, text, until_ms, kept, day)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*keys, *what),
        )


def statuses(db: Connection, account: str) -> Statuses:
    rows = map(status_row, db.execute(f"{STATUS} WHERE a.id = ? ORDER BY s.place", (account,)))
    return {row.place: row for row in rows}


def status_row(row: Sequence[Any]) -> StatusRow:
    """From the columns of STATUS."""
    appear: Any = intern(row[2])
    last_seen: Any = intern(row[3])
    return StatusRow(row[0], row[1], appear, last_seen, *row[4:])


def looker(db: Connection, account: str, others: str) -> Looker:
    """`others`: accounts, as JSON."""
    names = db.execute(
        "SELECT p.id, m.handle FROM members m JOIN logs a ON a.key = m.account JOIN logs p ON p.key = m.place"
        " WHERE a.id = ? AND m.gone = 0",
        (account,),
    )
    blocked = db.execute(
        "SELECT a.id, b.handle FROM logs a JOIN logs o ON o.id = ? JOIN blocks b ON b.account = a.key AND b.other = o.key"
        " WHERE a.id IN (SELECT value FROM json_each(?)) AND b.kind = 'block'",
        (account, others),
    )
    return Looker(account, dict(names.fetchall()), own.blocks(db, account), blocked.fetchall())


def seen_by(db: Connection, account: str, members: Sequence[str]) -> list[Seen]:
    """To be read in one moment."""
    there = (
        "EXISTS (SELECT 1 FROM members x JOIN logs l ON l.key = x.account"
        " WHERE x.place = m.place AND l.id = ? AND x.gone = 0)"
    )
    asked = json.encode(members).decode()
    sql = f"{MEMBER} WHERE m.id IN (SELECT value FROM json_each(?)) AND {there}"  # noqa: S608  # ours
    rows = {row.id: row for row in map(member_row, db.execute(sql, (asked, account)))}
    accounts = json.encode(list({row.account for row in rows.values()})).decode()
    handles = dict(
        db.execute(
            "SELECT l.id, a.handle FROM logs l JOIN accounts a ON a.key = l.key"
            " WHERE l.id IN (SELECT value FROM json_each(?))",
            (accounts,),
        ).fetchall()
    )
    chosen: dict[str, dict[str, StatusRow]] = {}
    sql = f"{STATUS} WHERE a.id IN (SELECT value FROM json_each(?))"  # noqa: S608  # ours
    for row in map(status_row, db.execute(sql, (accounts,))):
        chosen.setdefault(row.account, {})[row.place] = row
    who = looker(db, account, accounts)
    found = (rows[id] for id in dict.fromkeys(members) if id in rows)
    return [seen(row, handles[row.account], chosen.get(row.account, {}), who) for row in found]
