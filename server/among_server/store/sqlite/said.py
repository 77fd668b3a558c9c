"""What was said, as it is now, by its places: messages in their newest version, posts in theirs; nothing of what is blank,
or no longer kept (retention.py)."""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection

from msgspec import json

from among_protocol.edits import MessageEdited
from among_protocol.messages import MessageSent
from among_protocol.posts import PostEdited, PostPublished

from ..search import Said
from .present import given
from .rows import SEQ_BITS, kept

SEQ = (1 << SEQ_BITS) - 1
SAYS = (MessageSent, MessageEdited, PostPublished, PostEdited)  # entries with words that are searched

_entry = json.Decoder(MessageSent | PostPublished | MessageEdited | PostEdited).decode
_THESE = kept("pos, json", "pos IN (SELECT value FROM json_each(?))", "ASC")
_EDITED = f"""
    SELECT a.value, (SELECT max(e.seq) FROM edits e WHERE e.room = a.value >> {SEQ_BITS} AND e.message = a.value & {SEQ})
    FROM json_each(?) a"""  # noqa: S608  # numbers of ours
_POSTS = f"""
    SELECT a.value, p.newest FROM json_each(?) a
    JOIN posts p ON p.room = a.value >> {SEQ_BITS} AND p.seq = a.value & {SEQ}"""  # noqa: S608  # likewise


def present(db: Connection, places: Sequence[int]) -> dict[int, Said]:
    """Those of these messages and posts that say something. In the transaction of the caller, if they are to be of one moment."""
    found = {pos: entry for pos, entry in _entries(db, places) if not entry.blank}
    if not found:
        return {}
    asked = json.encode(list({pos >> SEQ_BITS for pos in found})).decode()
    sql = "SELECT key, id, floor FROM logs WHERE key IN (SELECT value FROM json_each(?))"
    rooms, floors = {}, {}
    for key, id, floor in db.execute(sql, (asked,)):
        rooms[key], floors[key] = id, floor
    below = [(pos >> SEQ_BITS, pos & SEQ) for pos in found if pos & SEQ <= floors[pos >> SEQ_BITS]]
    if below:
        stay = set(given(db, below))
        for key, seq in below:
            if (key, seq) not in stay:
                del found[key << SEQ_BITS | seq]
    sent = [pos for pos, entry in found.items() if isinstance(entry, MessageSent)]
    newest = {pos: seq for pos, seq in db.execute(_EDITED, (_json(sent),)) if seq} if sent else {}
    if len(sent) < len(found):
        posts = [pos for pos, entry in found.items() if isinstance(entry, PostPublished)]
        newest |= {pos: seq for pos, seq in db.execute(_POSTS, (_json(posts),)) if seq != pos & SEQ}
    changed = {pos: pos >> SEQ_BITS << SEQ_BITS | seq for pos, seq in newest.items()}
    edits = dict(_entries(db, list(changed.values()))) if changed else {}
    said: dict[int, Said] = {}
    for pos, entry in found.items():
        last = edits.get(changed.get(pos, 0), entry)
        post = isinstance(entry, PostPublished)
        said[pos] = Said(
            room=rooms[pos >> SEQ_BITS],
            seq=entry.seq,
            at=entry.at,
            by=entry.by,
            rev=entry.rev,
            kind="post" if post else "comment" if isinstance(entry, MessageSent) and entry.post else "message",
            title=last.title if isinstance(last, PostPublished | PostEdited) else "",
            body=last.body,
            mentions=last.mentions,
            post=entry.post if isinstance(entry, MessageSent) else 0,
            edited=last.seq if last is not entry else 0,
            reply_to=entry.reply_to if isinstance(entry, MessageSent) else 0,
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
    return [(pos, _entry(entry)) for pos, entry in db.execute(_THESE, (asked, asked, -1)).fetchall()]


def _json(numbers: Sequence[int]) -> str:
    return json.encode(list(numbers)).decode()
