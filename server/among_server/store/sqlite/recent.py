"""Where something was said lately, and when: recent.py of the store, as functions over a read-only connection. However many
rooms there are, a page of them takes a handful of statements."""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection

from msgspec import Struct, json

from among_protocol.base import MAX_INT
from among_protocol.edits import MessageEdited
from among_protocol.members import Persona
from among_protocol.messages import GLIMPSED, Glimpse, Message

from ..recent import Place, RecentRow, first_between, glimpse
from . import reads
from .rows import MEMBER, ROOM, SEQ, SEQ_BITS, kept, key_of, member_row, moment, room_row

_message = json.Decoder(Message).decode
_edit = json.Decoder(MessageEdited).decode

_THESE = kept("pos, type, json", "pos IN (SELECT value FROM json_each(?))", "ASC")
_ONE = kept("pos, json", "pos = ?", "ASC")
_EDITS = f"""
    SELECT ask.value, e.room << {SEQ_BITS} | max(e.seq) FROM json_each(?) ask
    JOIN edits e ON e.room = ask.value >> {SEQ_BITS} AND e.message = ask.value & {SEQ} GROUP BY ask.value"""  # noqa: S608  # numbers of ours
_TITLES = f"""
    SELECT ask.value, p.title FROM json_each(?) ask
    JOIN posts p ON p.room = ask.value >> {SEQ_BITS} AND p.seq = ask.value & {SEQ}"""  # noqa: S608  # numbers of ours
_RECENT = """
    SELECT l.key, l.id, h.said, h.said_ms FROM logs a JOIN follows f ON f.account = a.key
    JOIN heads h ON h.log = f.room JOIN logs l ON l.key = f.room
    WHERE a.id = ? AND h.said > l.floor AND (h.said_ms, l.key) < (?, ?) ORDER BY h.said_ms DESC, l.key DESC LIMIT ?"""


class _Post(Struct):
    """Of a post as it was published, what a list shows of it beside the title."""

    seq: int
    at: str
    by: str
    rev: int = 0
    blank: bool = False


class _Moment(Struct):
    at: str


_post = json.Decoder(_Post).decode
_moment = json.Decoder(_Moment).decode


def kept_at(db: Connection, places: Sequence[int]) -> dict[int, tuple[str, bytes]]:
    """By position, the type of an entry and how it is kept."""
    asked = json.encode(list(places)).decode()
    return {pos: (type, entry) for pos, type, entry in db.execute(_THESE, (asked, asked, -1))}


def glimpses(db: Connection, places: Sequence[int]) -> dict[int, Glimpse]:
    """By position, messages and posts of any rooms as they are now. In the transaction of the caller."""
    if not places:
        return {}
    asked = json.encode(list(places)).decode()
    newest = dict(db.execute(_EDITS, (asked,)))
    edits = kept_at(db, list(newest.values())) if newest else {}
    titles = dict(db.execute(_TITLES, (asked,)))
    found: dict[int, Glimpse] = {}
    for pos, (type, entry) in kept_at(db, places).items():
        if type == "message.sent":
            message = _message(entry)
            if pos in newest and not message.blank:
                message.body = _edit(edits[newest[pos]][1]).body
            found[pos] = glimpse(message)
        else:
            post = _post(entry)
            title = "" if post.blank else titles.get(pos, "")[:GLIMPSED]
            found[pos] = Glimpse(seq=post.seq, at=post.at, by=post.by, rev=post.rev, body=title, blank=post.blank)
    return found


def recent(db: Connection, account: str, after: Place | None, limit: int) -> list[RecentRow]:
    with moment(db):
        begin = (MAX_INT, 0)
        if after is not None:
            begin = (after.said_ms, key_of(db, after.room))
        rows = db.execute(_RECENT, (account, *begin, limit)).fetchall()
        keys = json.encode([key for key, *_ in rows]).decode()
        these = "IN (SELECT value FROM json_each(?))"
        rooms = {row[0]: room_row(row) for row in db.execute(f"{ROOM} WHERE r.key {these}", (keys,))}
        people: dict[str, list[Persona]] = {}
        for columns in db.execute(f"{MEMBER} WHERE m.place {these} ORDER BY m.place, m.handle, m.id", (keys,)):
            member = member_row(columns)
            people.setdefault(member.place, []).append(member.persona())
        counts = reads.unread(db, account, [id for _, id, *_ in rows])
        said = glimpses(db, [key << SEQ_BITS | seq for key, _, seq, _ in rows])
        return [
            RecentRow(rooms[id], people.get(id, []), said[key << SEQ_BITS | seq], ms, unread)
            for (key, id, seq, ms), unread in zip(rows, counts, strict=True)
        ]


def first_at(db: Connection, room: str, at: str) -> int:
    with moment(db):
        sql = "SELECT l.key, h.head, l.floor FROM logs l JOIN heads h ON h.log = l.key WHERE l.id = ?"
        found = db.execute(sql, (room,)).fetchone()
        if found is None:
            return 1
        key, head, floor = found

        def time_of(seq: int) -> str:
            pos = key << SEQ_BITS | seq
            return _moment(db.execute(_ONE, (pos, pos, 1)).fetchone()[1]).at

        return first_between(floor, head, at, time_of)


def rooms_of(rows: Iterable[RecentRow]) -> list[str]:
    return [row.room.id for row in rows]
