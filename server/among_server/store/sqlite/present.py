"""Messages as they are now, wherever they are: in a few statements, however many they are and in however many rooms.

A message is named by the key of its room and its number. All of this runs in the transaction of the caller.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from sqlite3 import Connection
from typing import NamedTuple

from msgspec import json

from among_protocol.edits import MessageEdited
from among_protocol.messages import Message, Quoted

from ..edits import as_shown, quote
from .rows import SEQ, SEQ_BITS, kept

Ref = tuple[int, int]  # key of a room, number of an entry

_message = json.Decoder(Message).decode
_edit = json.Decoder(MessageEdited).decode

_THESE = kept("pos, json", "pos IN (SELECT value FROM json_each(?))", "ASC")
_GIVEN = """
    SELECT l.key, ask.value ->> 1 FROM json_each(?) ask JOIN logs l ON l.key = ask.value ->> 0
    JOIN heads h ON h.log = l.key AND ask.value ->> 1 <= h.head
    WHERE ask.value ->> 1 > l.floor
        OR EXISTS (SELECT 1 FROM pins p WHERE p.room = l.key AND p.message = ask.value ->> 1)"""
_NEWEST = """
    SELECT e.room, e.message, max(e.seq) FROM json_each(?) ask
    CROSS JOIN edits e ON e.room = ask.value ->> 0 AND e.message = ask.value ->> 1 GROUP BY ask.key"""  # CROSS: in this order
_SHOWN = """
    SELECT l.id, l.key, c.id FROM json_each(?) ask JOIN logs l ON l.id = ask.value
    JOIN rooms r ON r.key = l.key AND r.kind IN ('open', 'corner') JOIN logs c ON c.key = r.community"""


class Present(NamedTuple):
    message: Message
    size: int  # bytes of the entries that it was made of, and of what it shows


class Found(NamedTuple):
    messages: dict[Ref, Present]
    origins: dict[str, str]  # rooms of which something is shown in these: their communities


def entries(db: Connection, refs: Iterable[Ref]) -> dict[Ref, bytes]:
    """As they are kept; what is not there is left out."""
    asked = json.encode([key << SEQ_BITS | seq for key, seq in refs]).decode()
    if asked == "[]":
        return {}
    return {(pos >> SEQ_BITS, pos & SEQ): entry for pos, entry in db.execute(_THESE, (asked, asked, -1))}


def given(db: Connection, refs: Sequence[Ref]) -> list[Ref]:
    """Those that retention leaves to be read: above their room's floor, or pinned."""
    return db.execute(_GIVEN, (json.encode(refs).decode(),)).fetchall()


def messages(db: Connection, refs: Sequence[Ref], places: Collection[str]) -> Found:
    """Each with the message that it answers, and with what it shows of other rooms where these are of `places`."""
    found = plain(db, refs)
    _, origins = dress(db, {ref: one.message for ref, one in found.items()}, places)
    return Found(
        {ref: Present(one.message, one.size + shown_bytes(one.message)) for ref, one in found.items()}, origins
    )


def shown_bytes(message: Message) -> int:
    """Of what it shows of another room."""
    return len(message.forwarded.body.encode()) if message.forwarded is not None else 0


def dress(db: Connection, found: Mapping[Ref, Message], places: Collection[str]) -> tuple[int, dict[str, str]]:
    """Put to these messages what they answer, and what they show of other rooms; gives the bytes of the latter, and the
    communities of the rooms that these are of, by room."""
    replies = {(key, one.reply_to) for (key, _), one in found.items() if one.reply_to and not one.blank}
    shown, origins = _shown(db, [one for one in found.values() if one.forwarded is not None], places)
    more = plain(db, sorted((replies | set(shown.values())) - found.keys()))
    size = 0
    for (key, _), one in found.items():
        if one.reply_to and not one.blank:
            one.quote = _quote(found, more, (key, one.reply_to))
        if one.forwarded is not None:
            at = shown.get((one.forwarded.room, one.forwarded.seq))
            source = None if at is None else found.get(at) or (more[at].message if at in more else None)
            one.forwarded = as_shown(one.forwarded, source)
            size += shown_bytes(one)
    return size, origins


def _quote(found: Mapping[Ref, Message], more: Mapping[Ref, Present], ref: Ref) -> Quoted | None:
    one = found.get(ref) or (more[ref].message if ref in more else None)
    return None if one is None else quote(one)


def _shown(
    db: Connection, showing: Sequence[Message], places: Collection[str]
) -> tuple[dict[tuple[str, int], Ref], dict[str, str]]:
    """Of what these messages show, what is of one of these communities: where it is, by room and number; and the communities
    of the rooms."""
    asked = {(one.forwarded.room, one.forwarded.seq) for one in showing if one.forwarded is not None}
    if not asked or not places:
        return {}, {}
    rows = db.execute(_SHOWN, (json.encode(sorted({room for room, _ in asked})).decode(),)).fetchall()
    # Asked once for each: the loop may take one away meanwhile.
    found = {room: (key, community) for room, key, community in rows if community in places}
    refs = {(room, seq): (found[room][0], seq) for room, seq in asked if room in found}
    return refs, {room: community for room, (_, community) in found.items()}


def plain(db: Connection, refs: Sequence[Ref]) -> dict[Ref, Present]:
    """Without what they answer or show."""
    sent = entries(db, given(db, refs)) if refs else {}
    if not sent:
        return {}
    edits = newest(db, sent)
    found: dict[Ref, Present] = {}
    for ref, entry in sent.items():
        message, size = _message(entry), len(entry)
        if ref in edits and not message.blank:
            size += revise(message, edits[ref])
        found[ref] = Present(message, size)
    return found


def newest(db: Connection, refs: Iterable[Ref]) -> dict[Ref, bytes]:
    """The newest edit of each of these messages that was edited, as it is kept."""
    last = {(key, seq): (key, edit) for key, seq, edit in db.execute(_NEWEST, (json.encode(list(refs)).decode(),))}
    edits = entries(db, last.values())
    return {ref: edits[edit] for ref, edit in last.items()}


def revise(message: Message, kept_edit: bytes) -> int:
    """What a message says since this edit; gives the bytes of that."""
    edit = _edit(kept_edit)
    message.body, message.mentions, message.mentions_room = edit.body, edit.mentions, edit.mentions_room
    message.edited, message.edited_at = edit.seq, edit.at
    return len(kept_edit)
