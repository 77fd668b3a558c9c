"""What is worth a bell, in tables: the part of `api.Tx` that notify.py says, and what is read of it."""

from sqlite3 import Connection

from msgspec import json

from among_protocol.dnd import Dnd, zone_of
from among_protocol.notify import NotifyChoice

from ..notify import NotifyRow
from ..rules.notify import told
from .ledger import Ledger

_dnd = json.Decoder(Dnd).decode

ROWS = (
    "SELECT coalesce(p.id, ''), n.word, n.level, n.until_ms FROM logs a JOIN notify n ON n.account = a.key"
    " LEFT JOIN logs p ON p.key = n.place WHERE a.id = ? ORDER BY n.place, n.word"
)


class SqliteNotify(Ledger):
    def notify_rows(self, account: str) -> list[NotifyRow]:
        return notify_rows(self._db, account)

    def put_notify(self, account: str, row: NotifyRow) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._log(row.place).key if row.place else 0, row.word)
        self._db.execute("DELETE FROM notify WHERE account = ? AND place = ? AND word = ?", keys)
        if row.level != "inherit":
            sql = "INSERT INTO notify (account, place, word, level, until_ms) VALUES (?, ?, ?, ?, ?)"
            self._db.execute(sql, (*keys, row.level, row.until_ms))

    def put_dnd(self, account: str, dnd: Dnd) -> None:
        self.writes += 1
        key = self._log(account).key
        if dnd.times:
            self._db.execute("REPLACE INTO dnds (account, json) VALUES (?, ?)", (key, json.encode(dnd)))
        else:
            self._db.execute("DELETE FROM dnds WHERE account = ?", (key,))


def notify_rows(db: Connection, account: str) -> list[NotifyRow]:
    return [NotifyRow(*row) for row in db.execute(ROWS, (account,))]


def notify_choices(db: Connection, account: str) -> list[NotifyChoice]:
    return [told(row) for row in notify_rows(db, account)]


def dnd(db: Connection, account: str) -> Dnd | None:
    sql = "SELECT d.json FROM logs a JOIN dnds d ON d.account = a.key WHERE a.id = ?"
    found = db.execute(sql, (account,)).fetchone()
    if found is None:
        return None
    kept = _dnd(found[0])
    zone_of(kept.zone)  # it reads a file: on this thread, and never on the loop
    return kept
