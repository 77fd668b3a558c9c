"""What was said, as it is now, by its places: messages in their newest version, posts in theirs; nothing of what is blank,
or no longer kept (retention.py).

Rule: a statement gives one row, however many entries it is of. Between two rows SQLite hands the interpreter's lock over, and
who searches, or indexes, would have to win it back from the loop each time.
"""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection

from msgspec import json

from among_protocol.edits import MessageEdited
from among_protocol.messages import MessageSent
from among_protocol.posts import PostEdited, PostPublished

from ..search import Said, mentioned
from .present import given
from .rows import SEQ, SEQ_BITS, kept

SAYS = (MessageSent, MessageEdited, PostPublished, PostEdited)  # entries with words that are searched

_entries_of = json.Decoder(list[MessageSent | PostPublished | MessageEdited | PostEdited]).decode
_numbers = json.Decoder(list[int]).decode
_rooms = json.Decoder(list[tuple[int, str, int]]).decode
_pairs = json.Decoder(list[tuple[int, int]]).decode
_THESE = "SELECT group_concat(pos), group_concat(CAST(json AS TEXT)) FROM ({})".format(  # noqa: S608  # ours
    kept("pos, json", "pos IN (SELECT value FROM json_each(?))", "ASC")
)
_ROOMS = "SELECT json_group_array(json_array(key, id, floor)) FROM logs WHERE key IN (SELECT value FROM json_each(?))"
_EDITED = f"""
    SELECT json_group_array(json_array(pos, seq)) FROM (
        SELECT a.value AS pos, max(e.seq) AS seq FROM json_each(?) a
        CROSS JOIN edits e ON e.room = a.value >> {SEQ_BITS} AND e.message = a.value & {SEQ} GROUP BY a.key)"""  # noqa: S608  # numbers of ours; CROSS: in this order
_POSTS = f"""
    SELECT json_group_array(json_array(a.value, p.newest)) FROM json_each(?) a
    CROSS JOIN posts p ON p.room = a.value >> {SEQ_BITS} AND p.seq = a.value & {SEQ}"""  # noqa: S608  # numbers of ours


def present(db: Connection, places: Sequence[int]) -> dict[int, Said]:
    """Those of these messages and posts that say something. In the transaction of the caller, if they are to be of one moment."""
    found = {pos: entry for pos, entry in _entries(db, places) if not entry.blank}
    if not found:
        return {}
    (told,) = db.execute(_ROOMS, (_json({pos >> SEQ_BITS for pos in found}),)).fetchone()
    rooms, floors = {}, {}
    for key, id, floor in _rooms(told):
        rooms[key], floors[key] = id, floor
    below = [(pos >> SEQ_BITS, pos & SEQ) for pos in found if pos & SEQ <= floors[pos >> SEQ_BITS]]
    if below:
        stay = set(given(db, below))
        for key, seq in below:
            if (key, seq) not in stay:
                del found[key << SEQ_BITS | seq]
    sent = [pos for pos, entry in found.items() if isinstance(entry, MessageSent)]
    newest = _newest(db, _EDITED, sent)
    if len(sent) < len(found):
        posts = [pos for pos, entry in found.items() if isinstance(entry, PostPublished)]
        newest |= {pos: seq for pos, seq in _newest(db, _POSTS, posts).items() if seq != pos & SEQ}
    changed = {pos: pos >> SEQ_BITS << SEQ_BITS | seq for pos, seq in newest.items()}
    edits = dict(_entries(db, list(changed.values()))) if changed else {}
    said: dict[int, Said] = {}
    for pos, entry in found.items():
        last = edits.get(changed.get(pos, 0), entry)
        message = entry if isinstance(entry, MessageSent) else None
        said[pos] = Said(
            room=rooms[pos >> SEQ_BITS],
            seq=entry.seq,
            at=entry.at,
            by=entry.by,
            rev=entry.rev,
            kind="post" if message is None else "comment" if message.post else "message",
            title=last.title if isinstance(last, PostPublished | PostEdited) else "",
            body=last.body,
            mentions=mentioned(last.mentions, room=getattr(last, "mentions_room", False)),
            post=message.post if message is not None else 0,
            edited=last.seq if last is not entry else 0,
            reply_to=message.reply_to if message is not None else 0,
        )
    return said


def targets(db: Connection, places: Sequence[int]) -> list[int]:
    """The places of what these entries belong to: of an edit the message or post, of the others, and of
    what is no longer there, themselves."""
    there = dict(_entries(db, places))
    found: dict[int, None] = {pos: None for pos in places if pos not in there}
    for pos, entry in there.items():
        base = pos >> SEQ_BITS << SEQ_BITS
        if isinstance(entry, MessageEdited):
            found[base | entry.message] = None
        elif isinstance(entry, PostEdited):
            found[base | entry.post] = None
        else:
            found[pos] = None
    return list(found)


def _entries(
    db: Connection, places: Sequence[int]
) -> Iterable[tuple[int, MessageSent | PostPublished | MessageEdited | PostEdited]]:
    asked = _json(places)
    found, told = db.execute(_THESE, (asked, asked, -1)).fetchone()
    return zip(_numbers(f"[{found}]"), _entries_of(f"[{told}]"), strict=True) if found else ()


def _newest(db: Connection, sql: str, places: Sequence[int]) -> dict[int, int]:
    """Of these, those that have a newer version, and its number."""
    (found,) = db.execute(sql, (_json(places),)).fetchone()
    return dict(_pairs(found))


def _json(numbers: Iterable[int]) -> str:
    return json.encode(list(numbers)).decode()
