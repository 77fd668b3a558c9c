"""Forwarding: saying something that shows a message of another room. What that one says is looked up by whoever reads it, so
all that is judged here is whether it may be carried on at all."""

from among_protocol.base import Entry
from among_protocol.codes import FORWARD_REFUSED, MESSAGE_GONE, Refuse
from among_protocol.forwards import ForwardMessage
from among_protocol.messages import MessageSent, Origin, SendMessage

from ..api import Tx
from ..rows import RoomRow
from . import messages
from .rooms import visible


def forward(tx: Tx, account: str, command: ForwardMessage) -> Entry:
    room, said = _source(tx, account, command.origin, command.message)
    if said.forwarded is not None and not said.body and not tx.edits(room.id, said.seq):
        try:
            room, said = _source(tx, account, said.forwarded.room, said.forwarded.seq)
        except Refuse:  # of that room nothing is told, not even that it is another
            raise Refuse(MESSAGE_GONE, field="message") from None
    origin = Origin(room=room.id, seq=said.seq, by=said.by, rev=said.rev)
    send = SendMessage(
        id=command.id,
        nonce=command.nonce,
        room=command.room,
        post=command.post,
        thread=command.thread,
        body=command.comment,
    )
    return messages.send(tx, account, send, forwarded=origin)


def _source(tx: Tx, account: str, origin: str, seq: int) -> tuple[RoomRow, MessageSent]:
    """A message that this account sees, and that its whole community may. Raises Refuse."""
    room, _ = visible(tx, account, origin, field="origin")
    if not room.for_all:
        raise Refuse(FORWARD_REFUSED, field="origin")
    said = tx.message(room.id, seq)
    if said is None:
        raise Refuse(MESSAGE_GONE, field="message")
    return room, said
