"""Pinning: in open rooms a steward's, in a corner its owner's; in private rooms and directs all have the same say."""

from among_protocol.base import Entry
from among_protocol.codes import LIMIT_REACHED, MESSAGE_GONE, PIN_GONE, PINNED_ALREADY, RIGHT_MISSING, Refuse
from among_protocol.pins import AddPin, PinAdded, PinRemoved, RemovePin

from ...limits import PINS
from ...rights import Right
from ..api import Tx
from ..rows import MemberRow, RoomRow
from .blocks import may_write
from .rooms import visible
from .standing import may, may_act


def add(tx: Tx, account: str, command: AddPin) -> Entry:
    room, member = visible(tx, account, command.room)
    _may_pin(tx, room, member)
    said = tx.message(room.id, command.message)
    if said is None:
        raise Refuse(MESSAGE_GONE, field="message")
    pinned = tx.pins(room.id)
    if said.seq in pinned:
        raise Refuse(PINNED_ALREADY, field="message")
    if len(pinned) >= PINS:
        raise Refuse(LIMIT_REACHED, f"At most {PINS} messages of a room are pinned: take one away first.")
    entry = PinAdded(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        message=said.seq,
        author=said.by,
        author_rev=said.rev,
    )
    tx.add(entry)
    tx.add_pin(room.id, said.seq, entry.seq)
    return entry


def remove(tx: Tx, account: str, command: RemovePin) -> Entry:
    room, member = visible(tx, account, command.room)
    _may_pin(tx, room, member)
    if command.message not in tx.pins(room.id):
        raise Refuse(PIN_GONE, field="message")
    tx.remove_pin(room.id, command.message)
    entry = PinRemoved(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        message=command.message,
    )
    tx.add(entry)
    return entry


def _may_pin(tx: Tx, room: RoomRow, member: MemberRow) -> None:
    """Raises Refuse."""
    if room.kind == "open":
        may(tx, member, Right.PIN)
    elif room.kind == "corner" and room.owner != member.id:
        raise Refuse(RIGHT_MISSING, "Only whose corner it is pins there.")
    may_act(tx, member)
    if room.kind == "direct":
        may_write(tx, room, member)
