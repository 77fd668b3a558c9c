"""Inboxes in a table: the part of `api.Tx` that inbox.py says, and what is read of them. Items are added in ledger.py,
where every mention passes."""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection
from sys import intern
from typing import Any

from among_protocol.base import MAX_INT
from among_protocol.inbox import InboxState

from ..inbox import InboxRow
from .ledger import Ledger
from .recent import glimpses, kept_at
from .rows import SEQ_BITS, key_of, moment

# Of an inbox `i`, the items that are seen: inbox.py, rule 2. The handles are those by which people go there now.
SEEN = """
    FROM inbox i JOIN logs l ON l.key = i.log
    LEFT JOIN rooms r ON r.key = i.log LEFT JOIN rooms t ON t.key = i.about LEFT JOIN logs c ON c.key = r.community
    LEFT JOIN members mine ON mine.account = i.account AND mine.place = coalesce(r.community, i.log) AND mine.gone = 0
    LEFT JOIN members w ON w.id = i.member
    WHERE i.account = ?1 AND i.kind <> ''
    AND i.number > ?2 AND i.number < ?3
    AND (i.log = i.account AND (t.kind IS NOT 'private' OR EXISTS (
            SELECT 1 FROM follows f WHERE f.account = i.account AND f.room = i.about)) OR (
        mine.id IS NOT NULL
        AND (r.kind IN ('open', 'corner')
            OR EXISTS (SELECT 1 FROM follows f WHERE f.account = i.account AND f.room = i.log))
        AND i.seq > l.floor
        AND NOT EXISTS (SELECT 1 FROM blocks b
            WHERE b.account = i.account AND b.other = w.account AND b.handle = w.handle)
        AND NOT EXISTS (SELECT 1 FROM blocks b
            WHERE b.account = w.account AND b.other = i.account AND b.handle = mine.handle AND b.kind = 'block')
    ))"""
_ITEMS = f"""
    SELECT i.number, i.kind, l.id, i.seq, i.log, coalesce(c.id, ''), coalesce((SELECT p.id FROM logs p
        WHERE p.key = CASE 'private' WHEN r.kind THEN r.key WHEN t.kind THEN t.key END), '')
    {SEEN} ORDER BY i.number DESC LIMIT ?4"""  # noqa: S608  # ours
_UNREAD = f"SELECT count(*) {SEEN}"


class SqliteInbox(Ledger):
    def in_inbox(self, account: str, log: str, seq: int) -> bool:
        self.flush()
        sql = "SELECT EXISTS (SELECT 1 FROM inbox WHERE log = ? AND seq = ? AND account = ?)"
        return bool(self._db.execute(sql, (self.key(log), seq, self.key(account))).fetchone()[0])

    def inbox_newest(self, account: str) -> int:
        return self._newest_item(self.key(account))

    def inbox_read(self, account: str) -> int:
        return _read(self._db, self.key(account))

    def put_inbox_read(self, account: str, number: int) -> None:
        self.writes += 1
        sql = "REPLACE INTO inbox_marks (account, number) VALUES (?, ?)"
        self._db.execute(sql, (self._log(account).key, number))

    def inbox_unread(self, account: str) -> int:
        self.flush()
        return _unread(self._db, self.key(account))


def _read(db: Connection, account: int) -> int:
    found = db.execute("SELECT number FROM inbox_marks WHERE account = ?", (account,)).fetchone()
    return int(found[0]) if found else 0


def _unread(db: Connection, account: int) -> int:
    return int(db.execute(_UNREAD, (account, _read(db, account), MAX_INT)).fetchone()[0])


def inbox_state(db: Connection, account: str) -> InboxState:
    with moment(db):
        key = key_of(db, account)
        return InboxState(read=_read(db, key), unread=_unread(db, key))


def inbox(db: Connection, account: str, before: int | None, limit: int) -> list[InboxRow]:
    with moment(db):
        asked = (key_of(db, account), 0, MAX_INT if before is None else before, limit)
        rows = db.execute(_ITEMS, asked).fetchall()
        places = {row[0]: row[4] << SEQ_BITS | row[3] for row in rows}
        said = glimpses(db, [places[row[0]] for row in rows if row[1] != "notice"])
        notices = kept_at(db, [places[row[0]] for row in rows if row[1] == "notice"])
        there = [row for row in rows if row[1] != "notice" or places[row[0]] in notices]  # of who is erased, not all is
        return [_row(row, said, notices, places[row[0]]) for row in there]


def _row(row: Sequence[Any], said: Any, notices: dict[int, tuple[str, bytes]], pos: int) -> InboxRow:
    number, kind, log, seq, _, community, private = row
    word: Any = intern(kind)
    entry = notices[pos][1] if kind == "notice" else b""
    return InboxRow(number, word, log, seq, community, said.get(pos), entry, private)


def rooms_of(rows: Iterable[InboxRow]) -> list[str]:
    return [row.log for row in rows]
