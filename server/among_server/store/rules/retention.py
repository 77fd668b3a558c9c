"""How long a room keeps what is said in it: who says so, and what happens when the time is over.

Whatever removes more than what held before removes nothing for a while: what goes then, nobody can bring back.
"""

from typing import Any

from msgspec.structs import replace

from among_protocol.base import Entry, Time
from among_protocol.codes import RIGHT_MISSING, Refuse
from among_protocol.retention import Retention, RetentionSet, RoomTrimmed, SetRetention

from ...limits import RETENTION_GRACE_MS
from ...rights import Right
from ..api import Tx
from ..moments import moment
from ..retention import CATCH_UP, STEP, Carried, Held, Trimmed, held_by
from ..rows import CommunityRow, RoomRow
from .rooms import visible
from .standing import may

KINDS = ("open", "private")  # of rooms; the others are their people's own


def set_retention(tx: Tx, account: str, command: SetRetention) -> Entry:
    room, member = visible(tx, account, command.room)
    if room.kind not in KINDS:
        raise Refuse(RIGHT_MISSING, "Directs and corners keep what is in them until their people delete it.")
    may(tx, member, Right.RETENTION)
    default = _default(tx, room)
    before, after = held_by(room.retention, default), held_by(command.retention, default)
    since = begins(tx, before, after, room.retention_since)
    tx.put_room(replace(room, retention=command.retention, retention_since=since))
    entry = RetentionSet(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        retention=command.retention,
        since=since,
    )
    tx.add(entry)
    return entry


def of_community(tx: Tx, row: CommunityRow, wish: Retention) -> tuple[CommunityRow, dict[str, Any]]:
    """The community with another default, and what its log tells of that."""
    after = wish if wish.bounded else None
    since = begins(tx, row.retention, after, row.retention_since)
    return replace(row, retention=after, retention_since=since), {"retention": wish, "retention_since": since}


def begins(tx: Tx, before: Retention | None, after: Retention | None, since: Time) -> Time:
    """From when on something is removed, where it was from `since` until now."""
    more = after is not None and after.takes_more(before)
    return moment(tx.now_ms + RETENTION_GRACE_MS) if more else since


def _default(tx: Tx, room: RoomRow) -> Retention | None:
    community = tx.community(room.community)
    return community.retention if community is not None else None


# --- what the server does by itself


def trim(tx: Tx, held: Held, upto: int) -> Trimmed | None:
    room = tx.room(held.room)
    if room is None or room.kind not in KINDS or held_by(room.retention, _default(tx, room)) != held.retention:
        return None
    left = tx.put_floor(room.id, upto, pins=held.retention.pinned)
    if left is None:
        return None
    tx.speak_as(room.id)
    entry = RoomTrimmed(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        floor=upto,
        left=left.messages,
        bounds=held.retention,
        pins=left.pins,
        topic=room.topic,
        retention=room.retention,
        retention_since=room.retention_since,
    )
    tx.add(entry)
    tx.stale(left.stale)
    return Trimmed(entry, left.counted)


def carry_away(tx: Tx, after: str) -> Carried | None:
    room = tx.beneath(after)
    return Carried(room, tx.carry_away(room, STEP)) if room else None


def trusted(tx: Tx, elapsed_ms: int) -> Time:
    before = tx.trusted()
    ahead = tx.now_ms - before
    now = before + max(0, min(ahead, elapsed_ms * CATCH_UP)) if before else tx.now_ms
    if now != before:
        tx.put_trusted(now)
    return moment(min(now, tx.now_ms))
