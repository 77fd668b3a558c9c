"""Read markers: a register, so there is no entry and no nonce, but standing is judged in the transaction all the same."""

from among_protocol.markers import Marker

from ..api import Tx
from .rooms import visible


def set_marker(tx: Tx, account: str, room_id: str, seq: int, *, back: bool) -> Marker:
    room, _ = visible(tx, account, room_id)
    seq = min(seq, tx.next(room.id) - 1)
    if back or seq > tx.unread(account, room.id).read:
        tx.put_marker(account, room.id, seq)
    now = tx.unread(account, room.id)
    return Marker(room=room.id, read=now.read, unread=now.unread, mentions=now.mentions)
