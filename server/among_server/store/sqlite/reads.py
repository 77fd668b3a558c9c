"""What is read, as plain functions over a read-only connection. Each runs as a whole on that connection's thread.

A function that needs more than one statement reads them in one transaction, so that a page and the head that it is
`as of` belong together.
"""

from collections.abc import Collection, Sequence
from sqlite3 import Connection
from typing import Any

from msgspec import json

from among_protocol.base import MAX_INT
from among_protocol.edits import MessageHistory
from among_protocol.members import Member, Persona, PersonaRef
from among_protocol.moderation import Ban
from among_protocol.reports import Report
from among_protocol.wire import AnyEntry

from ...ears import TALK, Ear, wants
from ...rights import RIGHTS, Right
from ..api import LOOKED_THROUGH, PAGE_BYTES
from ..cards import CardRow
from ..own import AccountState, ResetRow, SessionRow
from ..personas import as_then
from ..rows import AccountRow, CommunityRow, DirectRow, Entries, LogRow, Messages, RoomRow, Standing, Unread
from ..status import Seen
from ..stewards import stewards_of
from . import cards as own_cards
from . import edits, greeting, notify, own, pages, status
from .calling import CALLED
from .rows import (
    ACCOUNT,
    COMMUNITY,
    LOG,
    MEMBER,
    MEMBER_AND,
    MEMBER_WIDTH,
    ROOM,
    SEQ_BITS,
    account_row,
    community_row,
    kept,
    log_row,
    member_row,
    moment,
    room_row,
)

_entry = json.Decoder(AnyEntry).decode
_report = json.Decoder(Report).decode


def _one(db: Connection, sql: str, *named: Any) -> Any:
    return db.execute(sql, named).fetchone()


# --- accounts and sessions


def accounts(db: Connection) -> int:
    count: int = _one(db, "SELECT count(*) FROM accounts WHERE erased = 0")[0]
    return count


def password_hash(db: Connection, handle: str) -> tuple[str, str] | None:
    sql = (
        "SELECT l.id, p.hash FROM accounts a JOIN logs l ON l.key = a.key JOIN passwords p ON p.account = a.key"
        " WHERE a.handle = ?"
    )
    found: tuple[str, str] | None = _one(db, sql, handle.lower())
    return found


def session(db: Connection, secret: bytes) -> SessionRow | None:
    found = _one(db, f"{own.SESSION} WHERE s.secret = ?", secret)
    return own.session_row(found) if found else None


def reset(db: Connection, secret: bytes) -> ResetRow | None:
    found = _one(db, own.RESET, secret)
    return ResetRow(*found) if found else None


def account_states(db: Connection, after: str, limit: int) -> list[AccountState]:
    """When an account was opened stands in the first entry of its log."""
    begun = "SELECT json FROM {} WHERE pos = a.key << {} | 1"
    first = " UNION ALL ".join(begun.format(table, SEQ_BITS) for table in ("entries", "arrivals"))
    sql = (
        f"SELECT handle, (SELECT CAST(json AS TEXT) ->> 'at' FROM ({first})), seen_ms, owner, disabled"  # noqa: S608  # ours
        " FROM accounts a WHERE handle > ? AND erased = 0 ORDER BY handle LIMIT ?"
    )
    return [
        AccountState(handle, opened or "", seen_ms, bool(owner), bool(disabled))
        for handle, opened, seen_ms, owner, disabled in db.execute(sql, (after, limit))
    ]


def account(db: Connection, id: str) -> AccountRow | None:
    found = _one(db, f"{ACCOUNT} WHERE l.id = ?", id)
    return account_row(found) if found else None


def account_by_handle(db: Connection, handle: str) -> AccountRow | None:
    found = _one(db, f"{ACCOUNT} WHERE a.handle = ?", handle.lower())
    return account_row(found) if found else None


def standing(db: Connection, id: str) -> Standing | None:
    with moment(db):
        found = account(db, id)
        if found is None:
            return None
        follows = "EXISTS (SELECT 1 FROM follows f WHERE f.account = m.account AND f.room = m.place)"
        here = f"a.id = ? AND m.gone = 0 AND (p.kind = 'community' OR {follows})"
        members = db.execute(f"{MEMBER} WHERE {here} ORDER BY m.place", (id,))
        rooms = db.execute(
            f"{ROOM} JOIN follows f ON f.room = r.key JOIN logs a ON a.key = f.account WHERE a.id = ? ORDER BY r.key",
            (id,),
        )
        placed = [member_row(row) for row in members]
        return Standing(
            found,
            placed,
            [room_row(row) for row in rooms],
            own.blocks(db, id),
            status.statuses(db, id),
            greeting.reaches(db, id),
            notify.dnd(db, id),
        )


def cards(db: Connection, account: str, members: Sequence[str]) -> list[CardRow]:
    with moment(db):
        return own_cards.cards(db, account, members)


def seen(db: Connection, account: str, members: Sequence[str]) -> list[Seen]:
    with moment(db):
        return status.seen_by(db, account, members)


# --- communities, rooms, members


def community(db: Connection, id_or_slug: str) -> CommunityRow | None:
    found = _one(db, f"{COMMUNITY} WHERE l.id = ?", id_or_slug) or _one(db, f"{COMMUNITY} WHERE c.slug = ?", id_or_slug)
    return community_row(found) if found else None


def room(db: Connection, id: str) -> RoomRow | None:
    found = _one(db, f"{ROOM} WHERE l.id = ?", id)
    return room_row(found) if found else None


def rooms(db: Connection, community: str) -> list[RoomRow]:
    sql = f"{ROOM} WHERE r.community = (SELECT key FROM logs WHERE id = ?) AND r.kind <> 'corner' ORDER BY r.key"  # noqa: S608  # ours
    return [room_row(row) for row in db.execute(sql, (community,))]


def members(db: Connection, community: str, after: str, limit: int) -> list[Member]:
    sql = f"{MEMBER} WHERE p.id = ? AND m.handle > ? AND m.gone = 0 ORDER BY m.handle LIMIT ?"
    return [member_row(row).card() for row in db.execute(sql, (community, after, limit))]


def directs(db: Connection, rooms: Sequence[str]) -> list[DirectRow]:
    asked = json.encode(list(rooms)).decode()
    these = "WHERE {} IN (SELECT value FROM json_each(?))"
    with moment(db):
        found = {
            row[0]: room_row(row)
            for row in db.execute(f"{ROOM} {these.format('l.id')} AND r.kind = 'direct'", (asked,))
        }
        people: dict[str, list[Persona]] = {id: [] for id in found}
        for row in map(member_row, db.execute(f"{MEMBER} {these.format('p.id')} ORDER BY m.handle, m.id", (asked,))):
            if row.place in people:
                people[row.place].append(row.persona())
    return [DirectRow(found[id], people[id]) for id in rooms if id in found]


def personas(db: Connection, account: str, refs: Sequence[PersonaRef]) -> list[Persona]:
    sql = f"""
        {MEMBER_AND}, mine.role, mine.id, h.rev, h.handle, h.display_name, h.bio, h.pronouns
        FROM json_each(?) ask
        JOIN members m ON m.id = ask.value ->> 0
        JOIN logs a ON a.key = m.account
        JOIN logs p ON p.key = m.place
        JOIN members mine ON mine.place = m.place AND mine.account = (SELECT key FROM logs WHERE id = ?)
        LEFT JOIN personas h ON h.member = m.id AND h.rev = ask.value ->> 1
        WHERE mine.gone = 0
        ORDER BY ask.key"""  # noqa: S608  # ours
    asked = json.encode([(ref.member, ref.rev) for ref in refs]).decode()
    return [_persona(row) for row in db.execute(sql, (asked, account))]


def _persona(columns: Sequence[Any]) -> Persona:
    row = member_row(columns)
    role, mine, rev, handle, name, bio, pronouns = columns[MEMBER_WIDTH:]
    past = None
    if rev is not None:
        past = Persona(member=row.id, rev=rev, handle=handle, display_name=name, bio=bio, pronouns=pronouns)
    return as_then(row, past, all_seen=mine == row.id or Right.STEWARDS in RIGHTS[role])


# --- bans and reports


def bans(db: Connection, community: str, before: int | None, limit: int) -> list[Ban]:
    sql = f"""
        {MEMBER_AND}, b.seq, b.at, b.steward, b.reason, b.until
        FROM logs p JOIN bans b ON b.community = p.key JOIN members m ON m.id = b.member JOIN logs a ON a.key = m.account
        WHERE p.id = ? AND b.seq < ? AND (b.until = '' OR b.until > strftime('%Y-%m-%dT%H:%M:%fZ'))
        ORDER BY b.seq DESC LIMIT ?"""
    rows = db.execute(sql, (community, MAX_INT if before is None else before, limit))
    return [_ban(member_row(row).persona(), *row[MEMBER_WIDTH:]) for row in rows]


def _ban(persona: Persona, seq: int, at: str, by: str, reason: str, until: str) -> Ban:
    return Ban(seq=seq, at=at, by=by, persona=persona, reason=reason, until=until)


def reports(db: Connection, community: str, after: int, limit: int) -> list[Report]:
    sql = f"""
        SELECT coalesce(e.json, a.json)
        FROM logs l JOIN reports r ON r.community = l.key JOIN logs w ON w.id = ?
        LEFT JOIN entries e ON e.pos = w.key << {SEQ_BITS} | r.seq
        LEFT JOIN arrivals a ON a.pos = w.key << {SEQ_BITS} | r.seq
        WHERE l.id = ? AND r.seq > ? ORDER BY r.seq LIMIT ?"""  # noqa: S608  # the number is ours
    return [_report(row[0]) for row in db.execute(sql, (stewards_of(community), community, after, limit))]


# --- logs


_SPAN = "SELECT l.key, h.head, l.floor FROM logs l JOIN heads h ON h.log = l.key WHERE l.id = ?"
_ENTRIES = kept("pos, json", "pos > ? AND pos <= ?", "ASC")


def log(db: Connection, id: str) -> LogRow | None:
    found = _one(db, f"{LOG} WHERE l.id = ?", id)
    return log_row(found) if found else None


def entries(db: Connection, log: str, after: int, until: int | None, limit: int) -> Entries:
    with moment(db):
        found = _one(db, _SPAN, log)
        if found is None:
            return Entries([], 0, 0, complete=True)
        key, head, floor = found
        last = head if until is None else min(until, head)
        page: list[bytes] = []
        size, at = 0, max(after, floor)
        span = (key << SEQ_BITS | min(at, head), key << SEQ_BITS | last)
        rows = db.execute(_ENTRIES, (*span, *span, limit))
        for pos, entry in rows:
            size += len(entry)
            if page and size > PAGE_BYTES:
                break
            page.append(entry)
            at = pos - (key << SEQ_BITS)
        rows.close()
        return Entries(page, head, floor, complete=at >= last, upto=at)


_GONE = "type IN ('message.deleted', 'post.deleted', 'room.trimmed')"  # ears.GONE; then ears.MESSAGES
_MESSAGES = f"pos > ? AND pos <= ? AND (type >= 'message.' AND type < 'message/' OR type >= 'post.' AND type < 'post/' OR {_GONE})"
_TALK = kept("pos, json", _MESSAGES, "ASC")
_ALL = """instr(json, CAST('"mentions_room' AS BLOB))"""  # ears.all_hear
_CALLS = kept("pos, json", f"{_MESSAGES} AND ({_GONE} OR {_ALL} OR instr(json, ?))", "ASC")


def wanted(db: Connection, log: str, ear: Ear, after: int, until: int | None, limit: int) -> Entries:
    """SQLite leaves out what can't be wanted; whether it is, the entries themselves say."""
    with moment(db):
        found = _one(db, _SPAN, log)
        if found is None:
            return Entries([], 0, 0, complete=True, whole=False)
        key, head, floor = found
        last = head if until is None else min(until, head)
        begin = min(max(after, floor), head)
        end = max(begin, min(last, begin + LOOKED_THROUGH))
        span: tuple[int | bytes, ...] = (key << SEQ_BITS | begin, key << SEQ_BITS | end)
        if ear != TALK:
            span = (*span, f'"{ear}"'.encode())
        page: list[bytes] = []
        size = 0
        rows = db.execute(_TALK if ear == TALK else _CALLS, (*span, *span, -1))
        for pos, entry in rows:
            if wants(ear, _entry(entry)):
                size += len(entry)
                if page and (size > PAGE_BYTES or len(page) == limit):
                    end = pos - (key << SEQ_BITS) - 1
                    break
                page.append(entry)
        rows.close()
        return Entries(page, head, floor, complete=end >= last, upto=max(end, after), whole=False)


def messages(
    db: Connection,
    room: str,
    *,
    before: int | None,
    after: int | None,
    around: int | None,
    limit: int,
    post: int | None,
    places: Collection[str],
    thread: int | None,
    reader: str,
) -> Messages:
    with moment(db):
        found = _one(db, _SPAN, room)
        if found is None:
            return Messages([], 0, complete=True)
        (key, head, floor), about = found, pages.About(post, thread)
        page, complete = pages.page(db, key, head, floor, about, before, after, around, limit)
        found = edits.as_they_are(db, key, page, places, reader)
        while len(page) > 1 and found.size > PAGE_BYTES:
            limit //= 2
            page, complete = pages.page(db, key, head, floor, about, before, after, around, limit)
            found = edits.as_they_are(db, key, page, places, reader)
        return Messages(found.messages, head, complete, found.origins, floor)


def history(db: Connection, room: str, message: int, after: int, limit: int) -> MessageHistory | None:
    with moment(db):
        return edits.history(db, room, message, after, limit)


def unread(db: Connection, account: str, logs: Sequence[str]) -> list[Unread]:
    sql = f"""
        SELECT l.id, l.kind, h.head, h.ordinal, l.floor, l.floor_ordinal, max(coalesce(m.seq, 0), l.floor),
            h.ordinal - max(coalesce(m.ordinal, 0), l.floor_ordinal),
            (SELECT count(*) FROM mentions x
                WHERE x.account = a.key AND x.room = l.key AND x.seq > max(coalesce(m.seq, 0), l.floor))
            + {CALLED}
        FROM json_each(?) ask
        JOIN logs l ON l.id = ask.value
        JOIN heads h ON h.log = l.key
        LEFT JOIN logs a ON a.id = ?
        LEFT JOIN markers m ON m.account = a.key AND m.room = l.key
        ORDER BY ask.key"""  # noqa: S608  # ours
    return [Unread(log_row(row), *row[6:]) for row in db.execute(sql, (json.encode(list(logs)).decode(), account))]
