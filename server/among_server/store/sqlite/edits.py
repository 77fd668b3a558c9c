"""Messages that were edited, in a table: the parts of `api.Tx` and `api.Store` that edits.py says."""

from collections.abc import Sequence
from sqlite3 import Connection

from msgspec import json

from among_protocol.edits import MessageEdited, MessageHistory, Version
from among_protocol.messages import Message, MessageSent
from among_protocol.wire import JSON

from ..api import PAGE_BYTES
from ..edits import quote
from .ledger import Ledger
from .rows import SEQ_BITS, kept

_message = json.Decoder(Message).decode
_edit = json.Decoder(MessageEdited).decode

_THESE = kept("pos, json", "pos IN (SELECT value FROM json_each(?))", "ASC")


class SqliteEdits(Ledger):
    def add_edit(self, room: str, message: int, seq: int) -> None:
        self.writes += 1
        keys = (self._log(room).key, message, seq)
        self._db.execute("INSERT INTO edits (room, message, seq) VALUES (?, ?, ?)", keys)

    def edits(self, room: str, message: int) -> list[int]:
        sql = "SELECT seq FROM edits WHERE room = ? AND message = ? ORDER BY seq"
        return [seq for (seq,) in self._db.execute(sql, (self._log(room).key, message)).fetchall()]

    def edit(self, room: str, seq: int) -> MessageEdited:
        return _edit(self.entry(self._log(room).key << SEQ_BITS | seq))


def as_they_are(db: Connection, key: int, page: Sequence[bytes]) -> tuple[list[Message], int]:
    """Messages of a room as they are now, in a row, from how they were sent; and the bytes of all that."""
    messages = [_message(entry) for entry in page]
    size = sum(map(len, page)) + _revise(db, key, messages)
    known = {message.seq: message for message in messages}
    missing = {message.reply_to for message in messages if message.reply_to} - known.keys()
    if missing:
        others = [_message(entry) for entry in _entries(db, key, sorted(missing)).values()]
        _revise(db, key, others)
        known |= {message.seq: message for message in others}
    for message in messages:
        if message.reply_to and not message.blank:
            message.quote = quote(known[message.reply_to])
    return messages, size


def _revise(db: Connection, key: int, messages: Sequence[Message]) -> int:
    """What these messages, by number, say since they were edited; gives the bytes of that."""
    size = 0
    if not messages:
        return 0
    sql = "SELECT message, max(seq) FROM edits WHERE room = ? AND message BETWEEN ? AND ? GROUP BY message"
    newest = dict(db.execute(sql, (key, messages[0].seq, messages[-1].seq)))
    if newest:
        found = _entries(db, key, list(newest.values()))
        for message in messages:
            entry = found.get(newest.get(message.seq, 0))
            if entry is not None and not message.blank:
                edit = _edit(entry)
                message.body, message.mentions = edit.body, edit.mentions
                message.edited, message.edited_at = edit.seq, edit.at
                size += len(entry)
    return size


def history(db: Connection, room: str, message: int, after: int, limit: int) -> MessageHistory | None:
    """In the transaction of the caller."""
    found = db.execute("SELECT key FROM logs WHERE id = ? AND kind = 'room'", (room,)).fetchone()
    first = _entries(db, found[0], [message]).get(message) if found else None
    said = JSON.decode_entry(first) if first else None
    if not isinstance(said, MessageSent) or said.blank:
        return None
    key = found[0]
    sql = "SELECT seq FROM edits WHERE room = ? AND message = ? AND seq > ? ORDER BY seq LIMIT ?"
    seqs = [seq for (seq,) in db.execute(sql, (key, message, after, limit + 1))]
    if said.seq > after:
        seqs = [said.seq, *seqs]
    kept_as = _entries(db, key, seqs[:limit])
    versions: list[Version] = []
    size = 0
    for seq in seqs[:limit]:
        size += len(kept_as[seq])
        if versions and size > PAGE_BYTES:
            break
        one = said if seq == said.seq else _edit(kept_as[seq])
        versions.append(Version(seq=seq, at=one.at, body=one.body, mentions=one.mentions))
    return MessageHistory(versions=versions, complete=len(versions) == len(seqs))


def _entries(db: Connection, key: int, seqs: Sequence[int]) -> dict[int, bytes]:
    """As they are kept, by number."""
    base = key << SEQ_BITS
    asked = json.encode([base | seq for seq in seqs]).decode()
    return {pos - base: entry for pos, entry in db.execute(_THESE, (asked, asked, -1))}
