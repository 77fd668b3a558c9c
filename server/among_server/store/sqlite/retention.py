"""Retention, in tables: what retention.py says. What is below a floor is deleted in large statements, each of which does its
work without the interpreter's lock."""

from sqlite3 import Connection

from msgspec import json

from among_protocol.base import Time
from among_protocol.retention import Retention

from ..retention import LOOKED, Due, Held, HeldPage, Left, days_before, held_by
from . import indexing
from .blanks import SqliteBlanks
from .ledger import Log
from .readers import Readers
from .rows import SEQ_BITS, kept

FIRST_LOOK = 64  # entries of a room; where all of them are due, eight times as many are looked at next
LATER_THAN_ANY = "~"
_ORDINAL = kept("pos, ordinal", "pos = ?", "ASC")
_retention = json.Decoder(Retention).decode

COUNTED = """
    SELECT DISTINCT l.id FROM mentions x JOIN logs l ON l.key = x.account
    LEFT JOIN markers m ON m.account = x.account AND m.room = x.room
    WHERE x.room = ?1 AND x.seq > ?2 AND x.seq <= ?3 AND x.seq > coalesce(m.seq, 0)"""

_WINDOW = f"SELECT max(pos), count(*) FROM ({kept('pos', 'pos > ? AND pos <= ?', 'ASC')})"  # noqa: S608  # ours
_STAY = """
    WITH named AS ({})
    SELECT message FROM named WHERE message > ?3 AND message <= ?4
    UNION SELECT e.seq FROM named n CROSS JOIN edits e
        WHERE e.room = ?1 AND e.message = n.message AND e.seq > ?3 AND e.seq <= ?4
    UNION SELECT r.seq FROM named n CROSS JOIN reactions r
        WHERE r.room = ?1 AND r.message = n.message AND r.seq > ?3 AND r.seq <= ?4
    UNION SELECT seq FROM pins WHERE room = ?1 AND message <= ?2 AND seq > ?3 AND seq <= ?4"""
_PINNED = "SELECT message FROM pins WHERE room = ?1 AND message <= ?2"
# Of some numbers below the floor, those that a pin keeps: what is pinned, with its edits and reactions, and that it was pinned.
PINNED = _STAY.format(_PINNED)
# Of some, all that stay: likewise what a report is about.
STAY = _STAY.format(f"SELECT message FROM reports WHERE room = ?5 AND message <= ?2 UNION {_PINNED}")  # noqa: S608  # ours
CALLED = """
    SELECT l.id FROM follows f JOIN logs l ON l.key = f.account
    LEFT JOIN markers m ON m.account = f.account AND m.room = f.room
    WHERE f.room = ?1 AND EXISTS (
        SELECT 1 FROM room_mentions y WHERE y.room = ?1 AND y.seq > max(coalesce(m.seq, 0), ?2) AND y.seq <= ?3 AND NOT EXISTS (
            SELECT 1 FROM uncalled u WHERE u.account = f.account AND u.room = ?1 AND u.seq = y.seq))"""
STALE = (
    "SELECT DISTINCT l.id FROM inbox i JOIN logs l ON l.key = i.account"
    " WHERE i.log = ? AND i.seq > ? AND i.seq <= ? AND i.kind <> '' ORDER BY l.key"
)
EDITS = (
    "SELECT message, seq FROM edits WHERE room = ? AND message > ? AND message <= ?"
    " AND message NOT IN (SELECT value FROM json_each(?))"
)
# Of inboxes, the newest item stays, since it has the number that is not to be used again.
ITEMS = f"log = ?1 AND seq > ?2 AND seq <= ?3 AND (log << {SEQ_BITS} | seq) NOT IN (SELECT value FROM json_each(?4))"  # noqa: S608  # ours
NEWEST = "number = (SELECT max(n.number) FROM inbox n WHERE n.account = inbox.account)"
NO_ITEMS = (
    f"DELETE FROM inbox WHERE {ITEMS} AND NOT {NEWEST}",  # noqa: S608  # ours
    f"UPDATE inbox SET kind = '', member = '', about = 0 WHERE {ITEMS} AND kind <> ''",  # noqa: S608  # ours
)
# Numbers of a room, after one and up to another, without some places (JSON).
_THESE = f"room = ?1 AND {{0}} > ?2 AND {{0}} <= ?3 AND (room << {SEQ_BITS} | {{0}}) NOT IN (SELECT value FROM json_each(?4))"  # noqa: S608  # ours
# By their counts: of a message that stays, thousands may react. And so many at a time: of one that goes, too.
REACTIONS = f"""
    DELETE FROM reactions WHERE (room, message, seq) IN (
        SELECT r.room, r.message, r.seq
        FROM (SELECT DISTINCT room, message FROM reaction_counts WHERE {_THESE.format("message")}) going
        CROSS JOIN reactions r WHERE r.room = going.room AND r.message = going.message LIMIT ?5)"""  # noqa: S608  # ours
GOING = (
    *(f"DELETE FROM {table} WHERE {_THESE.format('seq')}" for table in ("mentions", "room_mentions", "uncalled")),  # noqa: S608  # ours
    f"DELETE FROM reaction_counts WHERE {_THESE.format('message')}",  # noqa: S608  # ours
    f"DELETE FROM quotes WHERE {_THESE.format('message')} AND state = 'asked'",  # noqa: S608  # ours
)
NONCES = """
    DELETE FROM nonces WHERE pos BETWEEN ?1 AND ?2 AND (account, nonce) IN (
        SELECT author, CAST(json AS TEXT) ->> 'nonce' FROM entries WHERE pos BETWEEN ?1 AND ?2
            AND pos NOT IN (SELECT value FROM json_each(?3)))"""


class SqliteRetention(SqliteBlanks):
    def drop_threads(self, room: str, floor: int) -> None:
        raise NotImplementedError

    def forget_reactions(self) -> None:
        raise NotImplementedError

    def put_floor(self, room: str, floor: int, *, pins: bool) -> Left | None:
        log = self._log(room)
        if not log.floor < floor <= log.head:
            return None
        self.flush()
        self.writes += 1
        self.blanked.add(room)
        pos = log.key << SEQ_BITS | floor
        _, ordinal = self._db.execute(_ORDINAL, (pos, pos, 1)).fetchone()
        counted = self._counted(log.key, log.floor, floor)
        stale = [id for (id,) in self._db.execute(STALE, (log.key, log.floor, floor))]
        if not pins:
            self._db.execute("DELETE FROM pins WHERE room = ? AND message <= ?", (log.key, floor))
        sql = "SELECT message FROM pins WHERE room = ? AND message <= ? ORDER BY message"
        pinned = [message for (message,) in self._db.execute(sql, (log.key, floor))]
        log.floor, log.floor_ordinal = floor, ordinal
        self._db.execute("UPDATE logs SET floor = ?, floor_ordinal = ? WHERE key = ?", (floor, ordinal, log.key))
        self.look_beneath(room, floor)
        self.drop_threads(room, floor)
        return Left(log.ordinal - ordinal, pinned, counted, stale)

    def _counted(self, key: int, before: int, floor: int) -> list[str]:
        """Who has unread mentions between the two. For those of everybody all follows are looked through, where there are any."""
        span = (key, before, floor)
        found = [id for (id,) in self._db.execute(COUNTED, span)]
        sql = "SELECT EXISTS (SELECT 1 FROM room_mentions WHERE room = ? AND seq > ? AND seq <= ?)"
        if self._db.execute(sql, span).fetchone()[0]:
            found += [id for (id,) in self._db.execute(CALLED, span)]
        return list(dict.fromkeys(found))

    def beneath(self, after: str) -> str:
        sql = "SELECT l.id FROM beneath b JOIN logs l ON l.key = b.room WHERE b.room > ? ORDER BY b.room LIMIT 1"
        found = self._db.execute(sql, (self.key(after) if after else 0,)).fetchone()
        return found[0] if found else ""

    def carry_away(self, room: str, limit: int) -> bool:
        """Of the next so many, what may go: however much stays, none of it is looked at twice."""
        self.flush()
        self.writes += 1
        log = self._log(room)
        base, after = log.key << SEQ_BITS, self._carried.get(log.key, 0)
        span = (base | after, base | log.floor)
        last, found = self._db.execute(_WINDOW, (*span, *span, limit)).fetchone()
        if not found:
            self._db.execute("DELETE FROM beneath WHERE room = ?", (log.key,))
            return True
        upto = last - base if found == limit else log.floor
        stay = [seq for (seq,) in self._db.execute(STAY, (log.key, log.floor, after, upto, room))]
        if self._unedited(log, after, upto, stay, limit) or self._unreacted(log, after, upto, stay, limit) == limit:
            self.carried = True  # whoever reads it knows the floor, and needs not begin anew
        else:
            self.carried |= bool(self._deleted(log.key, after, upto, stay))
            self._carried[log.key] = upto
        return False

    def _unedited(self, log: Log, after: int, upto: int, stay: list[int], limit: int) -> int:
        """What messages below the floor became, also above it; gives how many rows that was."""
        asked = (log.key, after, upto, json.encode(stay).decode(), limit)
        rows = self._db.execute(f"{EDITS} LIMIT ?", asked).fetchall()
        for message, seq in rows:
            if seq > log.floor:
                self.blank(log.id, seq)
            self._db.execute("DELETE FROM edits WHERE room = ? AND message = ? AND seq = ?", (log.key, message, seq))
        return len(rows)

    def _unreacted(self, log: Log, after: int, upto: int, stay: list[int], limit: int) -> int:
        """How they were reacted to, which nobody is told any more; gives how many rows that was."""
        but = json.encode([log.key << SEQ_BITS | seq for seq in stay]).decode()
        gone = self._db.execute(REACTIONS, (log.key, after, upto, but, limit)).rowcount
        self.forget_reactions()
        return gone

    def _deleted(self, key: int, after: int, upto: int, stay: list[int]) -> int:
        """What is kept of these numbers, but for some; gives how many entries that was."""
        base = key << SEQ_BITS
        but = json.encode([base | seq for seq in stay]).decode()
        first, last = base | after + 1, base | upto
        span = (first, last, but)
        where = "pos BETWEEN ? AND ? AND pos NOT IN (SELECT value FROM json_each(?))"
        self.arrivals.forget_results(first, last)
        if indexing.available():
            for table in ("entries", "arrivals"):
                sql = f"INSERT INTO unsaid (pos) SELECT pos FROM {table} WHERE type = 'message.sent' AND {where}"  # noqa: S608  # ours
                self._db.execute(sql, span)
        self._db.execute(NONCES, span)
        gone = self._db.execute(f"DELETE FROM entries WHERE {where}", span).rowcount  # noqa: S608  # ours
        gone += self.arrivals.drop(first, last, but)
        self._db.execute(f"DELETE FROM threaded WHERE {where}", span)  # noqa: S608  # ours
        for statement in (*GOING, *NO_ITEMS):
            self._db.execute(statement, (key, after, upto, but))
        self.forget_reactions()
        return gone

    def trusted(self) -> int:
        found = self._db.execute("SELECT value FROM meta WHERE name = 'trusted_ms'").fetchone()
        return int(found[0]) if found else 0

    def put_trusted(self, ms: int) -> None:
        self.writes += 1
        self._db.execute("REPLACE INTO meta (name, value) VALUES ('trusted_ms', ?)", (str(ms),))


# --- reading

HELD = """
    SELECT l.id, r.retention, c.retention, max(r.retention_since, iif(r.retention = '', c.retention_since, ''))
    FROM rooms r JOIN logs l ON l.key = r.key JOIN communities c ON c.key = r.community
    WHERE r.kind IN ('open', 'private') AND (r.retention <> '' OR c.retention <> '')
        AND r.key > coalesce((SELECT key FROM logs WHERE id = ?), 0)
    ORDER BY r.key LIMIT ?"""


def held(db: Connection, after: str, limit: int) -> HeldPage:
    rows = db.execute(HELD, (after, limit)).fetchall()
    found = []
    for id, own, default, since in rows:
        holds = held_by(_retention(own) if own else None, _retention(default) if default else None)
        if holds is not None:
            found.append(Held(id, holds, since))
    return HeldPage(found, rows[-1][0] if len(rows) == limit else "")


_TIMED = "SELECT pos, type, ordinal, CAST(json AS TEXT) ->> 'at' AS at FROM {} WHERE pos > ?1 AND pos <= ?2"
_OVER = "(ordinal <= ?3 OR at <= ?4)"
DUE = f"""
    WITH span AS ({_TIMED.format("entries")} UNION ALL {_TIMED.format("arrivals")}),
        stop AS (SELECT min(pos) AS pos FROM span WHERE NOT {_OVER} AND at <= ?5)
    SELECT (SELECT pos FROM stop), max(pos), count(*) FILTER (WHERE type <> 'room.trimmed')
    FROM span WHERE {_OVER} AND pos < coalesce((SELECT pos FROM stop), ?2 + 1)"""  # noqa: S608  # ours


def due(db: Connection, room: str, retention: Retention, before: Time, now: Time) -> Due:
    """`before`: what was said then, or earlier, is too old; empty: nothing is."""
    sql = "SELECT l.key, l.floor, h.head, h.ordinal FROM logs l JOIN heads h ON h.log = l.key WHERE l.id = ?"
    db.execute("BEGIN")
    try:
        key, floor, head, ordinal = db.execute(sql, (room,)).fetchone()
        base = key << SEQ_BITS
        over = ordinal - retention.messages if retention.messages else -1
        upto, look, at = 0, FIRST_LOOK, floor
        while at < head and at - floor < LOOKED:
            end = min(at + look, head, floor + LOOKED)
            asked = (base | at, base | end, over, before, now if before else LATER_THAN_ANY)
            stop, last, worth = db.execute(DUE, asked).fetchone()
            if last is not None and (worth or upto):
                upto = last - base
            if stop is not None:
                return Due(upto, complete=True)
            at, look = end, look * 8
        return Due(upto, complete=at >= head)
    finally:
        db.execute("COMMIT")


class RetentionReads(Readers):
    """The part of the store."""

    async def held(self, after: str, limit: int) -> HeldPage:
        return await self._read(held, after, limit)

    async def due(self, held: Held, now: Time) -> Due:
        return await self._read(due, held.room, held.retention, days_before(held.retention.days, now), now)
