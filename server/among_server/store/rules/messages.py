"""Saying something: one entry in the room's log. The hottest rule; it touches nothing that it does not need."""

from among_protocol import text
from among_protocol.base import Entry
from among_protocol.codes import MESSAGE_GONE, RIGHT_MISSING, Refuse
from among_protocol.messages import MessageSent, Origin, SendMessage

from ...limits import MENTIONS
from ...rights import RIGHTS, Right
from ..api import Tx
from ..rows import MemberRow, RoomRow
from . import calling, greeters, inbox, threads
from .accounts import speaks_again
from .blocks import deaf, may_write
from .corners import may_comment
from .personas import called
from .rooms import visible
from .standing import silenced

_SPEAKERS = frozenset(role for role, rights in RIGHTS.items() if Right.SPEAK in rights)


def send(tx: Tx, account: str, command: SendMessage, forwarded: Origin | None = None) -> Entry:
    """`forwarded`: the message of another room that it shows (forwards.py)."""
    room, member = visible(tx, account, command.room)
    if member.role not in _SPEAKERS:
        raise Refuse(RIGHT_MISSING)
    if member.silenced and member.silenced > tx.now:
        raise silenced(member)
    if room.kind == "direct":
        may_write(tx, room, member)
    if command.post or room.kind == "corner":
        may_comment(tx, room, member, command.post)
    root_by = threads.begins(tx, room, command.thread) if command.thread else ""
    answered = _answered(tx, room, member, command) if command.reply_to or command.post else None
    others, everybody = [], False
    if "@" in command.body:
        others = mentioned(tx, room, command.body)
        everybody = not command.thread and calling.may_call(tx, room, member, command.body)
    if member.silenced:
        member = speaks_again(tx, member)  # which writes, and nothing is refused after it
    entry = MessageSent(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        body=command.body,
        mentions=[other.id for other in others],
        post=command.post,
        reply_to=command.reply_to,
        mentions_room=everybody,
        forwarded=forwarded,
        answers=answered.id if answered is not None else "",
        thread=command.thread,
        root_by=root_by,
    )
    if command.thread:
        tx.add(entry)
        threads.said(tx, account, room, entry, member, others)
    else:
        tx.add(entry, message=True)
        tx.mark(account, room.id)
    if command.post:
        tx.add_comment(room.id, command.post, entry.seq)
    if everybody:
        calling.call(tx, room, member, entry.seq)
    else:
        call_each(tx, room, member, entry.seq, others)
    inbox.tell(tx, entry, member, others, answered)
    if room.kind == "open" and tx.greeters(room.community):
        greeters.spoke(tx, member, entry, others)
    return entry


def _answered(tx: Tx, room: RoomRow, member: MemberRow, command: SendMessage) -> MemberRow | None:
    """Whom it answers: who said what it answers, or wrote the post that it is about. Raises Refuse `message.gone`."""
    by = room.owner
    if command.reply_to:
        said = tx.message(room.id, command.reply_to)
        if said is None:
            raise Refuse(MESSAGE_GONE, field="reply_to")
        by = said.by
    return inbox.answered(tx, room, member, by)


def call_each(tx: Tx, room: RoomRow, author: MemberRow, seq: int, others: list[MemberRow]) -> None:
    """It counts as a mention for these, but for the author, and for whom a block or a mute is between."""
    for other in others:
        if other.account != author.account and not deaf(tx, other, author):
            tx.mention(other.account, room.id, seq)


def mentioned(tx: Tx, room: RoomRow, body: str) -> list[MemberRow]:
    """Whom a text mentions, of those who may read it; each once, also where it names one by a former handle as well."""
    place = room.community or room.id
    handles = text.mentions(body)[:MENTIONS]
    found = [tx.member_by_handle(place, handle) or called(tx, place, handle) for handle in handles]
    readers = [one for one in found if one is not None and (room.for_all or tx.follows(one.account, room.id))]
    return list({one.id: one for one in readers}.values())
