"""Mentioning everybody in a room, `@room`: who may, how often, and whom it does not call.

It is kept once. Whom it does not call is kept beside it, of that moment: its author, and whoever has a block or a mute
between them and the author. Where one may not mention everybody, `@room` is a word like any other.
"""

from collections.abc import Sequence

from among_protocol import text
from among_protocol.codes import ROOM_MENTIONED_OFTEN, Refuse

from ...limits import ROOM_MENTION_MS, ROOM_MENTIONS
from ...rights import RIGHTS, Right
from ..api import Tx
from ..moments import moment
from ..rows import MemberRow, RoomRow
from .standing import spoken


def may_call(tx: Tx, room: RoomRow, member: MemberRow, body: str, before: Sequence[int] = ()) -> bool:
    """Whether this text mentions everybody. `before`: the versions that the message has; where one of them did already,
    nobody is called again, and how often that was does not matter. Raises Refuse `room.mentioned_often`."""
    if not text.mentions_room(body) or not _may(room, member):
        return False
    if not tx.mentions_room(room.id, before):
        lately = tx.mentions_of_room(room.id, ROOM_MENTIONS)
        free = lately[-1] + ROOM_MENTION_MS if len(lately) >= ROOM_MENTIONS else 0
        if free > tx.now_ms:
            until = moment(free)
            sentence = f"Everybody here was mentioned often of late: say it without @room, or after {spoken(until)}."
            raise Refuse(ROOM_MENTIONED_OFTEN, sentence, retry_after_ms=free - tx.now_ms, until=until)
    return True


def call(tx: Tx, room: RoomRow, author: MemberRow, seq: int) -> None:
    blocked = [other for (other, handle), kind in tx.blocks(author.account).items() if kind == "block" and
               _goes_by(tx, room, other, handle)]  # fmt: skip
    uncalled = [author.account, *tx.blocked_by(author.account, author.handle), *blocked]
    tx.mention_room(room.id, seq, list(dict.fromkeys(uncalled)))


def _may(room: RoomRow, member: MemberRow) -> bool:
    """A corner is read by who likes to, and calls nobody."""
    if room.kind == "open":
        return Right.MENTION_ROOM in RIGHTS[member.role]
    return room.kind != "corner"


def _goes_by(tx: Tx, room: RoomRow, account: str, handle: str) -> bool:
    """Whether this account is there under this handle: a block is of a name."""
    there = tx.membership(account, room.community or room.id)
    return there is not None and there.handle == handle
