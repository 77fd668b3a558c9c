"""Reactions in tables: the parts of `api.Tx` and `api.Store` that reactions.py says.

Whether anybody reacts to something is told by the counts: without them, rows that are left are nobody's any more.
"""

from collections.abc import Iterable
from sqlite3 import Connection

from msgspec import json

from among_protocol.messages import Message, MessageSent
from among_protocol.posts import Post, PostCard
from among_protocol.reactions import Reactor, Reactors
from among_protocol.wire import JSON

from ..reactions import BYTES, shown
from .leftovers import REACTIONS, SqliteLeftovers
from .present import Ref, given
from .readers import Readers
from .rows import SEQ_BITS, Bulk, kept, moment

_OF = "room = ? AND message = ?"
_COUNTS = """
    SELECT c.message, c.emoji, c.count, EXISTS (SELECT 1 FROM reactions r
        WHERE r.room = c.room AND r.message = c.message AND r.emoji = c.emoji AND r.member = ?1)
    FROM json_each(?3) ask CROSS JOIN reaction_counts c ON c.room = ?2 AND c.message = ask.value"""  # CROSS: in this order
_REACTORS = f"""
    SELECT r.seq, r.member, r.rev, r.emoji FROM reactions r
    WHERE {_OF} AND seq > ? AND ? IN ('', emoji) AND NOT EXISTS (SELECT 1 FROM members m
        JOIN blocks b ON b.other = m.account AND b.handle = m.handle JOIN logs a ON a.key = b.account
        WHERE m.id = r.member AND a.id = ?)
    ORDER BY seq LIMIT ?"""  # noqa: S608  # ours
_ENTRY = kept("pos, json", "pos = ?", "ASC")


class SqliteReactions(SqliteLeftovers):
    """Rule 1 and 2 of ledger.py: of a storm many come in one batch, and to one message."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._counts: dict[Ref, dict[str, int]] = {}  # by emoji; ahead of the table until the flush
        self._reacted: dict[tuple[Ref, str, str], int] = {}  # by emoji and member: number of the entry; 0: they don't
        self._mirrors += (self._counts, self._reacted)
        self._coming = Bulk("INSERT INTO reactions (room, message, seq, emoji, member, rev)", 6)
        self._going: dict[Ref, list[int]] = {}  # held back: numbers of those that were taken back
        self._recounted: set[tuple[Ref, str]] = set()  # held back
        self._recounts = Bulk("REPLACE INTO reaction_counts (room, message, emoji, count)", 4)

    # --- for the writer
    def flush(self) -> None:
        super().flush()
        for of, seqs in self._going.items():
            sql = f"DELETE FROM reactions WHERE {_OF} AND seq IN (SELECT value FROM json_each(?))"  # noqa: S608  # ours
            self._db.execute(sql, (*of, json.encode(seqs).decode()))
        self._going.clear()
        if self._coming.flat:
            self._coming.write(self._db)
        for of, emoji in self._recounted:
            count = self._counts[of].get(emoji)
            if count is None:
                self._db.execute(f"DELETE FROM reaction_counts WHERE {_OF} AND emoji = ?", (*of, emoji))  # noqa: S608  # ours
            else:
                self._recounts.flat += (*of, emoji, count)
        self._recounted.clear()
        if self._recounts.flat:
            self._recounts.write(self._db)

    def clear(self) -> None:
        super().clear()
        self._coming.flat = []
        self._going.clear()
        self._recounted.clear()
        self._recounts.flat = []

    # --- reactions
    def reactions(self, room: str, message: int) -> dict[str, int]:
        return self._counts_of((self._log(room).key, message)).copy()

    def _counts_of(self, of: Ref) -> dict[str, int]:
        found = self._counts.get(of)
        if found is None:
            sql = f"SELECT emoji, count FROM reaction_counts WHERE {_OF}"  # noqa: S608  # ours
            found = self._counts[of] = dict(self._db.execute(sql, of).fetchall())
        return found

    def reaction(self, room: str, message: int, emoji: str, member: str) -> int:
        of = (self._log(room).key, message)
        if emoji not in self._counts_of(of):
            return 0
        found = self._reacted.get((of, emoji, member))
        if found is None:
            sql = f"SELECT seq FROM reactions WHERE {_OF} AND emoji = ? AND member = ?"  # noqa: S608  # ours
            (found,) = self._db.execute(sql, (*of, emoji, member)).fetchone() or (0,)
            self._reacted[of, emoji, member] = found
        return found

    def add_reaction(self, room: str, message: int, emoji: str, member: str, rev: int, seq: int) -> None:
        self.writes += 1
        of = (self._log(room).key, message)
        counts = self._counts_of(of)
        counts[emoji] = counts.get(emoji, 0) + 1
        self._recounted.add((of, emoji))
        self._reacted[of, emoji, member] = seq
        self._coming.flat += (*of, seq, emoji, member, rev)

    def remove_reaction(self, room: str, message: int, emoji: str, member: str) -> None:
        self.writes += 1
        log = self._log(room)
        of, seq = (log.key, message), self.reaction(room, message, emoji, member)
        if seq > log.written:  # it came in this batch
            self.flush()
        counts = self._counts_of(of)
        counts[emoji] -= 1
        if not counts[emoji]:
            del counts[emoji]
        self._recounted.add((of, emoji))
        self._reacted[of, emoji, member] = 0
        self._going.setdefault(of, []).append(seq)
        self.look_beneath(room, message)

    def drop_reactions(self, room: str, message: int) -> None:
        self.flush()
        self.writes += 1
        of = (self._log(room).key, message)
        self._db.execute(f"DELETE FROM reaction_counts WHERE {_OF}", of)  # noqa: S608  # ours
        self.forget_reactions()
        self.remove_rows(REACTIONS, of)

    def forget_reactions(self) -> None:
        """Many went at once, and nothing is held back: what is mirrored may be wrong."""
        self._counts.clear()
        self._reacted.clear()


# --- reading


def with_reactions(db: Connection, key: int, reader: str, said: Iterable[Message | PostCard | Post]) -> int:
    """How each of these, of one room, is reacted to, as this membership sees it; gives the bytes of that, about. One statement,
    however many they are."""
    known = {one.seq: one for one in said if not (isinstance(one, Message) and one.blank)}
    counts: dict[int, dict[str, int]] = {}
    mine: dict[int, set[str]] = {}
    for message, emoji, count, is_mine in db.execute(_COUNTS, (reader, key, json.encode(list(known)).decode())):
        counts.setdefault(message, {})[emoji] = count
        if is_mine:
            mine.setdefault(message, set()).add(emoji)
    for message, found in counts.items():
        known[message].reactions = shown(found, mine.get(message, set()))
    return BYTES * sum(map(len, counts.values()))


def reactors(
    db: Connection, room: str, message: int, emoji: str, after: int, limit: int, reader: str
) -> Reactors | None:
    with moment(db):
        found = db.execute("SELECT key, head FROM logs JOIN heads ON log = key WHERE id = ?", (room,)).fetchone()
        key, head = found or (0, 0)
        if not 0 < message <= head or not given(db, [(key, message)]) or not _is_there(db, key, message):
            return None
        rows = db.execute(_REACTORS, (key, message, after, emoji, reader, limit + 1)).fetchall()
    page = [Reactor(seq=seq, by=by, rev=rev, emoji=emoji) for seq, by, rev, emoji in rows[:limit]]
    return Reactors(reactors=page, as_of=head, complete=len(rows) <= limit)


def _is_there(db: Connection, key: int, message: int) -> bool:
    """A message that is not blank, or a post."""
    pos = key << SEQ_BITS | message
    row = db.execute(_ENTRY, (pos, pos, 1)).fetchone()
    entry = JSON.decode_entry(row[1]) if row else None
    if isinstance(entry, MessageSent):
        return not entry.blank
    return db.execute("SELECT 1 FROM posts WHERE room = ? AND seq = ?", (key, message)).fetchone() is not None


class ReactionReads(Readers):
    """The part of the store."""

    async def reactors(
        self, room: str, message: int, emoji: str, after: int, limit: int, *, reader: str
    ) -> Reactors | None:
        return await self._read_log(room, reactors, room, message, emoji, after, limit, reader)
