"""Read markers: a register, so there is no entry and no nonce, but standing is judged in the transaction all the same."""

from among_protocol.markers import Marker

from ..api import Tx
from ..rows import Unread
from .rooms import visible


def set_marker(tx: Tx, account: str, room_id: str, seq: int, *, back: bool) -> Marker:
    room, _ = visible(tx, account, room_id)
    seq = min(seq, tx.next(room.id) - 1)
    if back or seq > tx.unread(account, room.id).read:
        tx.put_marker(account, room.id, seq)
    return counted(tx.unread(account, room.id))


def counted(now: Unread) -> Marker:
    """As its owner is told of it."""
    return Marker(room=now.log.id, read=now.read, unread=now.unread, mentions=now.mentions, as_of=now.log.head)
