"""Editing and deleting: judged by who one is now, whatever one was when it was said.

Whoever may not speak (in a corner: not comment) may not edit, which is speaking, but may take back what they said. A
message calls somebody once, however often it is edited. A steward deletes what somebody of a lower role said, and says
why: the author is told, and the other stewards. The room is told that it is gone, and not by whom.
"""

from collections.abc import Sequence

from among_protocol.base import Entry
from among_protocol.codes import LIMIT_REACHED, MESSAGE_GONE, RIGHT_MISSING, Refuse
from among_protocol.edits import DeleteMessage, EditMessage, MessageDeleted, MessageEdited, MessageRemoved
from among_protocol.messages import MessageSent

from ...limits import EDITS
from ...rights import Right
from ..api import Tx
from ..rows import MemberRow, RoomRow
from . import calling, inbox, threads
from .accounts import speaks_again
from .blocks import may_write
from .corners import may_comment
from .messages import call_each, mentioned
from .quotes import forget_message
from .removal import may_remove, tell_removed
from .rooms import visible
from .standing import may


def edit(tx: Tx, account: str, command: EditMessage) -> Entry:
    room, member = visible(tx, account, command.room)
    said = _message(tx, room, command.message)
    if said.by != member.id:
        raise Refuse(RIGHT_MISSING, "Only who said it may edit it.", field="message")
    may(tx, member, Right.SPEAK)
    if room.kind == "direct":
        may_write(tx, room, member)
    if room.kind == "corner":
        may_comment(tx, room, member, said.post)
    edits = tx.edits(room.id, said.seq)
    if len(edits) >= EDITS:
        raise Refuse(LIMIT_REACHED, f"A message is edited at most {EDITS} times.", field="message")
    now = mentioned(tx, room, command.body)
    everybody = not said.thread and calling.may_call(tx, room, member, command.body, (said.seq, *edits))
    if member.silenced:
        member = speaks_again(tx, member)  # which writes, and nothing is refused after it
    called = tx.mentions_room(room.id, (said.seq, *edits))  # everybody was, when it did so first
    new = [] if called else _first_called(tx, said, edits, now)
    entry = MessageEdited(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        message=said.seq,
        body=command.body,
        mentions=[other.id for other in now],
        mentions_new=[other.id for other in new],
        mentions_room=everybody,
        mentions_room_new=everybody and not called,
        thread=said.thread,
    )
    tx.add(entry)
    tx.add_edit(room.id, said.seq, entry.seq)
    if entry.mentions_room_new:
        calling.call(tx, room, member, entry.seq)
    else:
        call_each(tx, room, member, entry.seq, new)
    inbox.tell_edited(tx, said, member, new)
    if said.thread:
        threads.edited(tx, room, entry, member, new)
    return entry


def delete(tx: Tx, account: str, command: DeleteMessage) -> Entry:
    room, member = visible(tx, account, command.room)
    said = _message(tx, room, command.message)
    mine = said.by == member.id
    author = member if mine else _may_delete(tx, room, member, said, command.reason)
    wipe(tx, room.id, said.seq)
    entry = MessageDeleted(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id if mine else "",
        rev=member.rev if mine else 0,
        nonce=command.nonce,
        message=said.seq,
    )
    tx.add(entry)
    forget_message(tx, room.id, said.seq)
    if not mine and room.owner != member.id:
        tell_removed(tx, MessageRemoved, room, member, author, command.reason, message=said.seq)
    return entry


def wipe(tx: Tx, room: str, message: int) -> None:
    """Blank a message and all that it ever said; it is pinned no more, and nobody reacts to it."""
    for seq in (message, *tx.edits(room, message)):
        tx.blank(room, seq)
    tx.remove_pin(room, message)
    tx.drop_reactions(room, message)


def _first_called(tx: Tx, said: MessageSent, edits: Sequence[int], now: Sequence[MemberRow]) -> list[MemberRow]:
    """Of these those whom no version mentioned before: who is taken out and put in again is not called again."""
    new = [other for other in now if other.id not in said.mentions]
    for seq in reversed(edits):
        if not new:
            break
        before = tx.edit(said.log, seq).mentions
        new = [other for other in new if other.id not in before]
    return new


def _message(tx: Tx, room: RoomRow, seq: int) -> MessageSent:
    found = tx.message(room.id, seq)
    if found is None:
        raise Refuse(MESSAGE_GONE, field="message")
    return found


def _may_delete(tx: Tx, room: RoomRow, member: MemberRow, said: MessageSent, reason: str) -> MemberRow:
    """The author of what a steward may delete. Raises Refuse."""
    if room.owner == member.id and (author := tx.member(said.by)) is not None:
        return author  # in their own corner nobody has to say why
    if room.kind == "direct":
        raise Refuse(RIGHT_MISSING, "In a direct each may delete their own alone.", field="message")
    return may_remove(tx, member, said.by, reason, field="message")
