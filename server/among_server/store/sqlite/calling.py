"""Mentions of everybody in a room, in tables: the part of `api.Tx` that calling.py says."""

from collections.abc import Sequence

from msgspec import json

from .ledger import Ledger

# Of an account `a` in a room `l`, after its marker `m`: those of everybody, of which none is taken out for it.
CALLED = """
    (SELECT count(*) FROM room_mentions y WHERE y.room = l.key AND y.seq > max(coalesce(m.seq, 0), l.floor) AND NOT EXISTS (
        SELECT 1 FROM uncalled u WHERE u.account = a.key AND u.room = y.room AND u.seq = y.seq))"""


class SqliteCalling(Ledger):
    def mention_room(self, room: str, seq: int, uncalled: Sequence[str]) -> None:
        self.writes += 1
        key = self._log(room).key
        sql = "INSERT INTO room_mentions (room, seq, at_ms) VALUES (?, ?, ?)"
        self._db.execute(sql, (key, seq, self.now_ms))
        sql = "INSERT INTO uncalled (account, room, seq) VALUES (?, ?, ?)"
        self._db.executemany(sql, [(self._log(account).key, key, seq) for account in uncalled])

    def mentions_of_room(self, room: str, newest: int) -> list[int]:
        sql = "SELECT at_ms FROM room_mentions WHERE room = ? ORDER BY seq DESC LIMIT ?"
        return [at for (at,) in self._db.execute(sql, (self._log(room).key, newest)).fetchall()]

    def mentions_room(self, room: str, seqs: Sequence[int]) -> bool:
        sql = "SELECT EXISTS (SELECT 1 FROM room_mentions WHERE room = ? AND seq IN (SELECT value FROM json_each(?)))"
        return bool(self._db.execute(sql, (self._log(room).key, json.encode(seqs).decode())).fetchone()[0])

    def blocked_by(self, account: str, handle: str) -> list[str]:
        sql = "SELECT l.id FROM blocks b JOIN logs l ON l.key = b.account WHERE b.other = ? AND b.handle = ? ORDER BY l.key"
        return [id for (id,) in self._db.execute(sql, (self.key(account), handle)).fetchall()]
