"""The part of the transaction that every message goes through: logs, entries, nonces, markers, mentions and inboxes.

Rule 1: what every message needs is mirrored in memory. The mirrors are true because only the writer writes; a rollback
clears them. They are bounded by forgetting the oldest, and only between batches.
Rule 2: what every message writes is held back and written with a few large statements for each batch. Each statement
hands the interpreter's lock over and must win it back, which costs more than the row; a large one does its work while
the loop runs. The rest (tx.py) is written at once.
Rule 3: a method that reads one of these tables calls `flush` first, or looks at what is held back.
"""

import base64
import secrets
from collections.abc import Sequence
from itertools import islice
from sqlite3 import Connection
from typing import Any

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.inbox import is_notice
from among_protocol.logs import LogKind
from among_protocol.messages import MessageSent
from among_protocol.wire import ENTRIES, JSON, tag_of

from ...limits import INBOX, INBOX_OF_ONE
from ..inbox import Kind
from ..own import TakenAlong
from ..rows import Stored, Unread
from .arrivals import Arrivals
from .rows import SEQ, SEQ_BITS, Bulk, kept, log_row

MIRRORED = 32_768  # rows in each mirror
MESSAGES = 256  # of those that were read lately, which may be long

_ENTRY = kept("pos, json", "pos = ?", "ASC")
_LAST = kept("pos, ordinal", "pos BETWEEN ? AND ?", "DESC")
_MENTIONS = """
    SELECT (SELECT count(*) FROM mentions WHERE account = ?1 AND room = ?2 AND seq > ?3)
        + (SELECT count(*) FROM room_mentions y WHERE y.room = ?2 AND y.seq > ?3 AND NOT EXISTS (
            SELECT 1 FROM uncalled u WHERE u.account = ?1 AND u.room = ?2 AND u.seq = y.seq))"""
# Of an inbox, what is more than it keeps: of one member, and of all.
_MORE_OF_ONE = f"""
    DELETE FROM inbox WHERE account = ?1 AND member = ?2 AND number <= (
        SELECT number FROM inbox WHERE account = ?1 AND member = ?2 ORDER BY number DESC LIMIT 1 OFFSET {INBOX_OF_ONE})"""  # noqa: S608  # the number is ours
_MORE = f"""
    DELETE FROM inbox WHERE account = ?1 AND number <= (
        SELECT number FROM inbox WHERE account = ?1 ORDER BY number DESC LIMIT 1 OFFSET {INBOX})"""  # noqa: S608  # the number is ours
_TAGS = {entry: tag_of(entry) for entry in ENTRIES}


class Log:
    """The mirror of a log's row; `head` and what stands below it run ahead of the table until the flush."""

    __slots__ = ("floor", "floor_ordinal", "head", "id", "key", "kind", "ordinal", "said", "said_ms", "written")

    def __init__(
        self, key: int, id: str, kind: LogKind, floor: int, head: int, ordinal: int, floor_ordinal: int = 0
    ) -> None:
        self.key = key
        self.id = id
        self.kind = kind
        self.floor = floor
        self.head = head
        self.ordinal = ordinal
        self.floor_ordinal = floor_ordinal
        self.said = 0  # number of the newest message
        self.said_ms = 0  # Unix time of it
        self.written = head  # number of the newest entry that is not held back


class Ledger:
    """Only the writer's thread comes here."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.arrivals = Arrivals(db)
        self.now = ""
        self.now_ms = 0
        self.author = 0  # key of the account whose command runs
        self.stored: list[Stored] = []  # of this batch, in commit order; the writer empties it
        self.writes = 0  # goes up with every write: how the writer sees a rule that wrote and then refused
        self._logs: dict[str, Log] = {}
        self._mirrors: list[dict[Any, Any]] = [self._logs]  # those of tx.py too
        self._moved: dict[int, Log] = {}  # logs whose head is held back
        self._marked: dict[tuple[int, int], tuple[int, int]] = {}  # held back: (account, room) -> (seq, ordinal)
        self._newest_items: dict[int, int] = {}  # inboxes: account -> number
        self._mirrors.append(self._newest_items)
        self._crowded: dict[tuple[int, str], str] = {}  # inboxes that may hold too much: (key, of a member) -> account
        self._messages: dict[int, MessageSent] = {}  # that others point at, by position
        self._mirrors.append(self._messages)
        self._carried: dict[int, int] = {}  # rooms: up to which number all below the floor that may go has gone
        self._mirrors.append(self._carried)
        self._heads = Bulk("REPLACE INTO heads (log, head, ordinal, said, said_ms)", 5)
        self._markers = Bulk("REPLACE INTO markers (account, room, seq, ordinal)", 4)
        self._mentions = Bulk("INSERT OR IGNORE INTO mentions (account, room, seq)", 3)
        self._inbox = Bulk("INSERT INTO inbox (account, number, kind, log, seq, member, about)", 7)
        self._bulks = (self._heads, self._markers, self._mentions, self._inbox)

    # --- for the writer
    def flush(self) -> None:
        """Write what is held back."""
        self.arrivals.flush()
        for log in self._moved.values():
            self._heads.flat += (log.key, log.head, log.ordinal, log.said, log.said_ms)
            log.written = log.head
        self._moved.clear()
        for (account, room), (seq, ordinal) in self._marked.items():
            self._markers.flat += (account, room, seq, ordinal)
        self._marked.clear()
        for bulk in self._bulks:
            if bulk.flat:
                bulk.write(self._db)
        crowded, self._crowded = self._crowded, {}
        for (key, member), whose in crowded.items():
            if member and self._db.execute(_MORE_OF_ONE, (key, member)).rowcount and self.stored:
                self.stale((whose,))  # one more came, and none is more than before
            self._db.execute(_MORE, (key,))

    def clear(self) -> None:
        """Forget everything: what was written has been rolled back."""
        for mirror in self._mirrors:
            mirror.clear()
        self._moved.clear()
        self._marked.clear()
        for bulk in self._bulks:
            bulk.flat = []
        self._crowded = {}
        self.arrivals.forget()

    def trim(self) -> None:
        """Bound the mirrors. Only after a flush, when no head is held back."""
        for mirror in self._mirrors:
            if len(mirror) > MIRRORED:
                for key in list(islice(mirror, MIRRORED // 2)):
                    del mirror[key]

    def key(self, id: str) -> int:
        """The key of a place; 0 when there is none."""
        log = self._logs.get(id) or self._load_log(id)
        return log.key if log else 0

    def position(self, event: Entry) -> int:
        return self._logs[event.log].key << SEQ_BITS | event.seq

    def stored_as(self, event: Entry) -> Stored:
        """An entry of this batch, as it will be kept."""
        for stored in reversed(self.stored):
            if stored.event is event:
                return stored
        raise LookupError("the rule's reply is not an entry that it added")

    def tell_again(self, stored: Stored) -> None:
        """An entry is another now: of this batch, then the batch tells it as it is; or an older one."""
        seq, log = stored.event.seq, stored.event.log
        for at, one in enumerate(self.stored):
            if one.event.seq == seq and one.event.log == log:
                self.stored[at] = stored
                return
        self.stored.append(stored)

    def entry(self, pos: int) -> bytes:
        log = self._moved.get(pos >> SEQ_BITS)
        if log is not None and pos & SEQ > log.written:
            self.flush()
        row = self._db.execute(_ENTRY, (pos, pos, 1)).fetchone()
        json: bytes = row[1]
        return json

    # --- logs
    def _log(self, id: str) -> Log:
        log = self._logs.get(id) or self._load_log(id)
        if log is None:
            raise LookupError(f"no log {id!r}")
        return log

    def _load_log(self, id: str) -> Log | None:
        row = self._db.execute(
            "SELECT key, id, kind, floor, head, ordinal, floor_ordinal, said, said_ms FROM logs JOIN heads ON log = key"
            " WHERE id = ?",
            (id,),
        ).fetchone()
        if row is None:
            return None
        log = self._logs[id] = Log(*row[:-2])
        log.said, log.said_ms = row[-2:]
        return log

    def _add_log(self, id: str, kind: LogKind) -> int:
        self.writes += 1
        key = self._db.execute("INSERT INTO logs (id, kind) VALUES (?, ?)", (id, kind)).lastrowid
        assert key
        self._logs[id] = self._moved[key] = Log(key, id, kind, 0, 0, 0)
        return key

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{base64.b32encode(secrets.token_bytes(10)).decode().lower()}"

    def look_beneath(self, room: str, seq: int) -> None:
        """What this entry kept below the floor, if it lies there, may go (retention.py)."""
        log = self._log(room)
        if seq <= log.floor:
            self._db.execute("INSERT OR IGNORE INTO beneath (room) VALUES (?)", (log.key,))
            self._carried.pop(log.key, None)

    def next(self, log: str) -> int:
        return (self._logs.get(log) or self._log(log)).head + 1

    def add(self, event: Entry, *, message: bool = False) -> None:
        log = self._logs.get(event.log) or self._log(event.log)
        seq = event.seq
        if seq != log.head + 1:
            raise ValueError(f"entry {seq} of a log whose head is {log.head}")
        self.writes += 1
        log.head = seq
        if message:
            log.ordinal += 1
            log.said, log.said_ms = seq, self.now_ms
        key = log.key
        self._moved[key] = log
        json = JSON.encode(event)
        self.arrivals.add(key << SEQ_BITS | seq, _TAGS[type(event)], log.ordinal, self.author, json)
        self.stored.append(Stored(event, json))
        if log.kind == "account" and is_notice(event):
            self.put_inbox(log.id, "notice", log.id, seq, about=getattr(event, "room", ""))

    def mark(self, account: str, room: str) -> None:
        self.writes += 1
        logs = self._logs
        log = logs.get(room) or self._log(room)
        reader = logs.get(account) or self._log(account)
        self._marked[reader.key, log.key] = (log.head, log.ordinal)

    def put_marker(self, account: str, room: str, seq: int) -> None:
        self.flush()
        self.writes += 1
        log = self._log(room)
        span = (log.key << SEQ_BITS, log.key << SEQ_BITS | seq)
        at = self._db.execute(_LAST, (*span, *span, 1)).fetchone()
        self._marked[self._log(account).key, log.key] = (seq, at[1] if at else 0)

    def unread(self, account: str, room: str) -> Unread:
        self.flush()
        log, reader = self._log(room), self._log(account)
        sql = "SELECT seq, ordinal FROM markers WHERE account = ? AND room = ?"
        seq, ordinal = self._db.execute(sql, (reader.key, log.key)).fetchone() or (0, 0)
        (mentions,) = self._db.execute(_MENTIONS, (reader.key, log.key, max(seq, log.floor))).fetchone()
        row = log_row((log.id, log.kind, log.head, log.ordinal, log.floor, log.floor_ordinal))
        return Unread(row, max(seq, log.floor), log.ordinal - max(ordinal, log.floor_ordinal), mentions)

    def mention(self, account: str, room: str, seq: int) -> None:
        self.writes += 1
        self._mentions.flat += (self._log(account).key, self._log(room).key, seq)

    def put_inbox(self, account: str, kind: Kind, log: str, seq: int, member: str = "", about: str = "") -> None:
        self.writes += 1
        key = self._log(account).key
        number = self._newest_items[key] = self._newest_item(key) + 1
        told = self.key(about) if about else 0
        self._inbox.flat += (key, number, kind, self._log(log).key, seq, member, told)
        if number > INBOX_OF_ONE:
            self._crowded[key, member] = account

    def stale(self, accounts: Sequence[str]) -> None:
        last = self.stored[-1]
        self.stored[-1] = replace(last, stale=(*last.stale, *accounts))

    def taken_along(self, blocks: Sequence[TakenAlong]) -> None:
        self.stored[-1] = replace(self.stored[-1], blocks=tuple(blocks))

    def _newest_item(self, account: int) -> int:
        """What is held back is in the mirror too: the table alone is asked where it is not."""
        found = self._newest_items.get(account)
        if found is None:
            (found,) = self._db.execute(
                "SELECT coalesce(max(number), 0) FROM inbox WHERE account = ?", (account,)
            ).fetchone()
            self._newest_items[account] = found
        return found
