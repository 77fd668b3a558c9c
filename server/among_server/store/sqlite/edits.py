"""Messages that were edited, in a table: the parts of `api.Tx` and `api.Store` that edits.py says."""

from collections.abc import Collection, Sequence
from sqlite3 import Connection
from typing import NamedTuple

from msgspec import json

from among_protocol.edits import MessageEdited, MessageHistory, Version
from among_protocol.messages import Message, MessageSent
from among_protocol.wire import JSON

from ..api import PAGE_BYTES
from . import present
from .ledger import Ledger
from .reactions import with_reactions
from .rows import SEQ_BITS
from .threads import with_threads

_message = json.Decoder(Message).decode
_edit = json.Decoder(MessageEdited).decode


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


class Page(NamedTuple):
    """Messages of a room as they are now, in a row."""

    messages: list[Message]
    size: int  # bytes of all that
    origins: dict[str, str]  # rooms of which something is shown in these: their communities


def as_they_are(db: Connection, key: int, page: Sequence[bytes], places: Collection[str], reader: str) -> Page:
    """From how they were sent, as the membership `reader` sees them. `places`: communities of which something may be shown."""
    messages = [_message(entry) for entry in page]
    size = sum(map(len, page)) + _revise(db, key, messages) + with_reactions(db, key, reader, messages)
    size += with_threads(db, key, reader, messages)
    if not any(message.reply_to or message.forwarded for message in messages):
        return Page(messages, size, {})
    more, origins = present.dress(db, {(key, message.seq): message for message in messages}, places)
    return Page(messages, size + more, origins)


def _revise(db: Connection, key: int, messages: Sequence[Message]) -> int:
    """What these messages say since they were edited; gives the bytes of that."""
    known = {(key, message.seq): message for message in messages if not message.blank}
    edits = present.newest(db, known)
    return sum(present.revise(known[ref], entry) for ref, entry in edits.items())


def history(db: Connection, room: str, message: int, after: int, limit: int) -> MessageHistory | None:
    """In the transaction of the caller."""
    sql = "SELECT key, head FROM logs JOIN heads ON log = key WHERE id = ? AND kind = 'room'"
    key, head = db.execute(sql, (room,)).fetchone() or (0, 0)
    refs = present.given(db, [(key, message)]) if message <= head else []  # a larger number leads into another log
    known = present.entries(db, refs) if refs else {}
    first = known.get((key, message))
    said = JSON.decode_entry(first) if first else None
    if not isinstance(said, MessageSent) or said.blank:
        return None
    sql = "SELECT seq FROM edits WHERE room = ? AND message = ? AND seq > ? ORDER BY seq LIMIT ?"
    seqs = [seq for (seq,) in db.execute(sql, (key, message, after, limit + 1))]
    if said.seq > after:
        seqs = [said.seq, *seqs]
    kept_as = {seq: entry for (_, seq), entry in present.entries(db, [(key, seq) for seq in seqs[:limit]]).items()}
    versions: list[Version] = []
    size = 0
    for seq in seqs[:limit]:
        size += len(kept_as[seq])
        if versions and size > PAGE_BYTES:
            break
        one = said if seq == said.seq else _edit(kept_as[seq])
        versions.append(Version(seq=seq, at=one.at, body=one.body, mentions=one.mentions))
    return MessageHistory(versions=versions, complete=len(versions) == len(seqs))
