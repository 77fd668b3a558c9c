"""Who asked to be let in, in tables: what joining.py says."""

from sqlite3 import Connection

from msgspec import json

from among_protocol.joining import JoinRequest

from ..joining import RequestRow
from ..stewards import stewards_of
from .ledger import Ledger
from .rows import SEQ_BITS

REQUEST = (
    "SELECT c.id, a.id, r.seq, r.wish, r.declined"
    " FROM requests r JOIN logs c ON c.key = r.community JOIN logs a ON a.key = r.account"
)
_request = json.Decoder(JoinRequest).decode


class SqliteJoining(Ledger):
    def request(self, account: str, community: str) -> RequestRow | None:
        return request(self._db, account, community)

    def request_of(self, community: str, seq: int) -> RequestRow | None:
        sql = f"{REQUEST} WHERE r.community = ? AND r.seq = ? AND r.declined = ''"
        found = self._db.execute(sql, (self.key(community), seq)).fetchone()
        return RequestRow(*found) if found else None

    def requests_of(self, account: str) -> int:
        sql = "SELECT count(*) FROM requests WHERE account = ? AND declined = ''"
        return int(self._db.execute(sql, (self.key(account),)).fetchone()[0])

    def requests_in(self, community: str) -> int:
        sql = "SELECT count(*) FROM requests WHERE community = ? AND declined = ''"
        return int(self._db.execute(sql, (self.key(community),)).fetchone()[0])

    def put_request(self, row: RequestRow) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO requests (community, account, seq, wish, declined) VALUES (?, ?, ?, ?, ?)",
            (self._log(row.community).key, self._log(row.account).key, row.seq, row.wish, row.declined),
        )

    def remove_request(self, account: str, community: str) -> None:
        self.writes += 1
        keys = (self._log(community).key, self._log(account).key)
        self._db.execute("DELETE FROM requests WHERE community = ? AND account = ?", keys)


# --- reads


def request(db: Connection, account: str, community: str) -> RequestRow | None:
    found = db.execute(f"{REQUEST} WHERE c.id = ? AND a.id = ?", (community, account)).fetchone()
    return RequestRow(*found) if found else None


def requests(db: Connection, community: str, after: int, limit: int) -> list[JoinRequest]:
    sql = f"""
        SELECT coalesce(e.json, a.json)
        FROM logs l JOIN requests r ON r.community = l.key JOIN logs w ON w.id = ?
        LEFT JOIN entries e ON e.pos = w.key << {SEQ_BITS} | r.seq
        LEFT JOIN arrivals a ON a.pos = w.key << {SEQ_BITS} | r.seq
        WHERE l.id = ? AND r.declined = '' AND r.seq > ? ORDER BY r.seq LIMIT ?"""  # noqa: S608  # the number is ours
    return [_request(row[0]) for row in db.execute(sql, (stewards_of(community), community, after, limit))]
