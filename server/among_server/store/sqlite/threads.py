"""Threads in tables: the part of `api.Tx` that threads.py says, and what is read of them.

Of a marker, the sign of `part` says whether its account follows the thread by its own doing: then it is above 0."""

from collections.abc import Sequence
from sqlite3 import Connection
from sys import intern
from typing import Any

from msgspec import json

from among_protocol.base import MAX_INT
from among_protocol.messages import Message, Thread
from among_protocol.threads import ThreadCard, ThreadState

from ..edits import quote
from ..threads import BYTES, Named, Place, ThreadMark, ThreadRow, below, card, state
from . import present
from .ledger import Ledger
from .readers import Readers
from .rows import SEQ, SEQ_BITS, kept, key_of, moment

_speakers = json.Decoder(list[str]).decode


# Of threads with their root in a span and not pinned, and nothing said in them after a number.
_UNPINNED = f"root BETWEEN ?1 AND ?2 AND root NOT IN (SELECT room << {SEQ_BITS} | message FROM pins WHERE room = ?1 >> {SEQ_BITS})"  # noqa: S608  # ours
OLD = f"SELECT root FROM threads WHERE {_UNPINNED} AND head <= ?3"  # noqa: S608  # ours
SILENT = f"SELECT root FROM thread_marks WHERE {_UNPINNED} AND root NOT IN (SELECT root FROM threads)"  # noqa: S608  # ours
GONE = (
    f"DELETE FROM thread_mentions WHERE root IN ({OLD}) OR root IN ({SILENT})",  # noqa: S608  # ours
    f"DELETE FROM thread_marks WHERE root IN ({OLD}) OR root IN ({SILENT})",  # noqa: S608  # ours
    f"DELETE FROM threads WHERE root IN ({OLD})",  # noqa: S608  # ours
)


class SqliteThreads(Ledger):
    def _root(self, room: str, root: int) -> int:
        """The position of a root; that of nothing where there is no such number."""
        return self._log(room).key << SEQ_BITS | (root if root <= SEQ else 0)

    def thread(self, room: str, root: int) -> ThreadRow | None:
        sql = "SELECT messages, head, at, speakers FROM threads WHERE root = ?"
        found = self._db.execute(sql, (self._root(room, root),)).fetchone()
        if found is None:
            return None
        messages, head, at, speakers = found
        return ThreadRow(room, root, messages, head, at, _speakers(speakers))

    def put_thread(self, row: ThreadRow) -> None:
        self.writes += 1
        key, root = self._log(row.room).key, self._root(row.room, row.root)
        self._db.execute(
            "REPLACE INTO threads (root, room, messages, head, at, speakers) VALUES (?, ?, ?, ?, ?, ?)",
            (root, key, row.messages, row.head, row.at, json.encode(row.speakers).decode()),
        )
        sql = "INSERT INTO threaded (pos, root, ordinal) VALUES (?, ?, ?)"
        self._db.execute(sql, (key << SEQ_BITS | row.head, root, row.messages))

    def said_in(self, room: str, root: int, upto: int) -> int:
        """By the first one after it, since the oldest may be kept no longer."""
        key, named = self._log(room).key, self._root(room, root)
        sql = "SELECT ordinal - 1 FROM threaded WHERE root = ? AND pos > ? ORDER BY pos LIMIT 1"
        after = max(upto, self._log(room).floor)
        found = self._db.execute(sql, (named, key << SEQ_BITS | after)).fetchone()
        if found is None:
            found = self._db.execute("SELECT messages FROM threads WHERE root = ?", (named,)).fetchone()
        return found[0] if found else 0

    def thread_mark(self, account: str, room: str, root: int) -> ThreadMark | None:
        sql = "SELECT seq, ordinal, level, until_ms, part > 0 FROM thread_marks WHERE account = ? AND root = ?"
        found = self._db.execute(sql, (self.key(account), self._root(room, root))).fetchone()
        if found is None:
            return None
        seq, ordinal, level, until_ms, own = found
        return ThreadMark(seq, ordinal, intern(level), until_ms, bool(own))

    def thread_marks(self, account: str) -> list[Named]:
        sql = (
            f"SELECT l.id, m.root & {SEQ} FROM thread_marks m JOIN logs l ON l.key = m.root >> {SEQ_BITS}"  # noqa: S608  # numbers of ours
            " WHERE m.account = ? ORDER BY m.part > 0, abs(m.part)"
        )
        return self._db.execute(sql, (self.key(account),)).fetchall()

    def put_thread_mark(self, account: str, room: str, root: int, mark: ThreadMark, *, part: bool) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._root(room, root))
        values = (mark.seq, mark.ordinal, mark.level, mark.until_ms, 1 if mark.own else -1)
        if not part:
            self._db.execute(
                "UPDATE thread_marks SET seq = ?3, ordinal = ?4, level = ?5, until_ms = ?6, part = ?7 * abs(part)"
                " WHERE account = ?1 AND root = ?2",
                (*keys, *values),
            )
            return
        self._db.execute(
            "REPLACE INTO thread_marks (account, root, part, seq, ordinal, level, until_ms) VALUES (?1, ?2,"
            " ?7 * (SELECT coalesce(max(abs(part)), 0) + 1 FROM thread_marks WHERE account = ?1), ?3, ?4, ?5, ?6)",
            (*keys, *values),
        )

    def drop_thread_mark(self, account: str, room: str, root: int) -> None:
        self.writes += 1
        sql = "DELETE FROM thread_marks WHERE account = ? AND root = ?"
        self._db.execute(sql, (self._log(account).key, self._root(room, root)))

    def drop_thread_marks(self, account: str, room: str) -> None:
        """Of all threads of a room."""
        self.writes += 1
        key = self._log(room).key
        sql = "DELETE FROM thread_marks WHERE account = ? AND root BETWEEN ? AND ?"
        self._db.execute(sql, (self._log(account).key, key << SEQ_BITS, key << SEQ_BITS | SEQ))

    def drop_threads(self, room: str, floor: int) -> None:
        """Those of a room of which nothing is kept up to this number, its root neither."""
        base = self._log(room).key << SEQ_BITS
        for statement in GONE:
            self._db.execute(statement, (base, base | floor, floor))

    def mention_in(self, account: str, room: str, root: int, seq: int) -> None:
        self.writes += 1
        sql = "INSERT OR IGNORE INTO thread_mentions (account, root, seq) VALUES (?, ?, ?)"
        self._db.execute(sql, (self._log(account).key, self._root(room, root), seq))

    def mentions_in(self, account: str, room: str, root: int, after: int) -> int:
        sql = "SELECT count(*) FROM thread_mentions WHERE account = ? AND root = ? AND seq > ?"
        (count,) = self._db.execute(sql, (self.key(account), self._root(room, root), after)).fetchone()
        return int(count)


# --- reading

_MENTIONS = "(SELECT count(*) FROM thread_mentions x WHERE x.account = m.account AND x.root = m.root AND x.seq > m.seq)"
_THREAD = f"SELECT t.root, t.messages, t.head, t.at, t.speakers, m.seq, m.ordinal, {_MENTIONS}"
_BELOW = f"""
    {_THREAD} FROM threads t LEFT JOIN thread_marks m
        ON m.root = t.root AND m.account = (SELECT account FROM members WHERE id = ?)
    WHERE t.root IN (SELECT value FROM json_each(?))"""  # noqa: S608  # ours
_MINE = f"""
    {_THREAD} FROM logs a JOIN thread_marks m ON m.account = a.key JOIN threads t ON t.root = m.root
    WHERE a.id = ? AND (t.at, t.root) < (?, ?) ORDER BY t.at DESC, t.root DESC LIMIT ?"""
_OF_ROOM = f"""
    {_THREAD} FROM threads t LEFT JOIN thread_marks m
        ON m.root = t.root AND m.account = (SELECT key FROM logs WHERE id = ?)
    WHERE t.room = ? AND (t.at, t.root) < (?, ?) ORDER BY t.at DESC, t.root DESC LIMIT ?"""  # noqa: S608  # ours
_STATES = f"""
    SELECT l.id, m.root & {SEQ}, m.seq, m.ordinal, m.level, m.until_ms, m.part > 0, t.messages, t.head, {_MENTIONS}, h.head
    FROM logs a JOIN thread_marks m ON m.account = a.key JOIN logs l ON l.key = m.root >> {SEQ_BITS}
    JOIN heads h ON h.log = l.key
    LEFT JOIN threads t ON t.root = m.root WHERE a.id = ? ORDER BY abs(m.part)"""  # noqa: S608  # numbers of ours
_THREAD_OF = f"""
    SELECT t.root FROM threaded t JOIN logs l ON l.id = ?1 WHERE t.pos = l.key << {SEQ_BITS} | ?2
        AND (?2 > l.floor OR EXISTS (SELECT 1 FROM pins p WHERE p.room = l.key AND p.message = ?2))"""  # noqa: S608  # ours
_SAID_IN = {
    order: f"SELECT pos FROM threaded WHERE root = ? AND pos > ? AND pos < ? ORDER BY pos {order} LIMIT ?"  # noqa: S608  # ours
    for order in ("ASC", "DESC")
}
_THESE = {order: kept("pos, json", "pos IN (SELECT value FROM json_each(?))", order) for order in ("ASC", "DESC")}


def said_in(db: Connection, root: int, low: int, high: int, limit: int, order: str) -> list[bytes]:
    """Messages of a thread, by position, both ends excluded: as they are kept, in this order."""
    found = [pos for (pos,) in db.execute(_SAID_IN[order], (root, low, high, limit))]
    return list(_kept(db, found, order).values())


def with_threads(db: Connection, key: int, reader: str, messages: Sequence[Message]) -> int:
    """Tell with each of these messages of a room of the thread that hangs from it, as this membership has it; gives the bytes
    of that."""
    base = key << SEQ_BITS
    asked = json.encode([base | message.seq for message in messages if not message.thread]).decode()
    found = {row[0] - base: _thread(row) for row in db.execute(_BELOW, (reader, asked))}
    for message in messages:
        message.below = found.get(message.seq)
    return BYTES * len(found)


def _thread(row: Sequence[Any]) -> Thread:
    """From the columns of _THREAD."""
    root, messages, head, at, speakers, seq, ordinal, mentions = row
    mark = ThreadMark(seq, ordinal) if seq is not None else None
    return below(ThreadRow("", root, messages, head, at, _speakers(speakers)), mark, mentions)


def followed_threads(db: Connection, account: str) -> list[ThreadState]:
    return [_state(row) for row in db.execute(_STATES, (account,))]


def _state(found: Sequence[Any]) -> ThreadState:
    """From the columns of _STATES."""
    room, root, seq, ordinal, level, until_ms, own, messages, head, mentions, as_of = found
    row = ThreadRow(room, root, messages, head, "", []) if messages is not None else None
    return state(room, root, ThreadMark(seq, ordinal, intern(level), until_ms, bool(own)), row, mentions, as_of)


def threads(db: Connection, account: str, room: str | None, after: Place | None, limit: int) -> list[ThreadCard]:
    with moment(db):
        begin: tuple[str, int] = ("~", MAX_INT)  # after all times
        if after is not None:
            begin = (after.at, key_of(db, after.room) << SEQ_BITS | min(after.root, SEQ))
        if room is None:
            rows = db.execute(_MINE, (account, *begin, limit)).fetchall()
        else:
            rows = db.execute(_OF_ROOM, (account, key_of(db, room), *begin, limit)).fetchall()
        places = [(row[0] >> SEQ_BITS, row[0] & SEQ) for row in rows]
        keys = json.encode(sorted({key for key, _ in places})).decode()
        logs = db.execute("SELECT key, id FROM logs WHERE key IN (SELECT value FROM json_each(?))", (keys,))
        rooms = dict(logs.fetchall())
        said = present.plain(db, places)
        roots = {ref: quote(one.message) for ref, one in said.items()}
    return [card(rooms[ref[0]], ref[1], _thread(row), roots.get(ref)) for row, ref in zip(rows, places, strict=True)]


def thread_of(db: Connection, room: str, seq: int) -> int:
    found = db.execute(_THREAD_OF, (room, seq)).fetchone() if seq <= SEQ else None
    return found[0] & SEQ if found is not None else 0


def _kept(db: Connection, places: Sequence[int], order: str) -> dict[int, bytes]:
    """Entries as they are kept, by position."""
    asked = json.encode(list(places)).decode()
    return dict(db.execute(_THESE[order], (asked, asked, -1)).fetchall()) if places else {}


class ThreadReads(Readers):
    """The part of the store."""

    async def followed_threads(self, account: str) -> list[ThreadState]:
        return await self._read(followed_threads, account)

    async def thread_of(self, room: str, seq: int) -> int:
        return await self._read(thread_of, room, seq)

    async def threads(self, account: str, room: str | None, after: Place | None, limit: int) -> list[ThreadCard]:
        return await self._read_logs(lambda cards: {card.room for card in cards}, threads, account, room, after, limit)
