"""Reacting: judged as speaking is, since everybody there hears of it; taking back harms nobody.

It calls nobody and counts as no message. In a direct of two, and in a corner, a block keeps one from reacting as it keeps
one from writing; in other rooms all read one log, and a block hides from whoever blocks who it was.
"""

from among_protocol.base import Entry
from among_protocol.codes import LIMIT_REACHED, MESSAGE_GONE, REACTED_ALREADY, REACTION_GONE, Refuse
from among_protocol.messages import MessageSent
from among_protocol.posts import PostPublished
from among_protocol.reactions import AddReaction, ReactionAdded, ReactionRemoved, RemoveReaction

from ...limits import REACTIONS
from ...rights import Right
from ..api import Tx
from ..rows import MemberRow, RoomRow
from .accounts import speaks_again
from .blocks import may_write
from .corners import may_comment
from .rooms import visible
from .standing import may


def add(tx: Tx, account: str, command: AddReaction) -> Entry:
    room, member = visible(tx, account, command.room)
    author = _author(tx, room, member, command.message)
    may(tx, member, Right.SPEAK)
    if room.kind == "direct":
        may_write(tx, room, member)
    counts = tx.reactions(room.id, command.message)
    count = counts.get(command.emoji, 0)
    if count and tx.reaction(room.id, command.message, command.emoji, member.id):
        raise Refuse(REACTED_ALREADY, field="emoji")
    if not count and len(counts) >= REACTIONS:
        raise Refuse(LIMIT_REACHED, f"A message has at most {REACTIONS} different reactions.", field="emoji")
    if member.silenced:
        member = speaks_again(tx, member)
    entry = ReactionAdded(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        message=command.message,
        emoji=command.emoji,
        author=author,
        count=count + 1,
    )
    tx.add(entry)
    tx.add_reaction(room.id, command.message, command.emoji, member.id, member.rev, entry.seq)
    return entry


def remove(tx: Tx, account: str, command: RemoveReaction) -> Entry:
    room, member = visible(tx, account, command.room)
    if _said(tx, room, command.message) is None:
        raise Refuse(MESSAGE_GONE, field="message")
    if not tx.reaction(room.id, command.message, command.emoji, member.id):
        raise Refuse(REACTION_GONE, field="emoji")
    return _remove(tx, room.id, command.message, command.emoji, member, command.nonce)


def unwritten(tx: Tx, entry: Entry) -> None:
    """This entry was blanked, since nothing is kept of what its author said: a reaction goes, and the room is told how many
    are left; to a message nobody reacts any more."""
    match entry:
        case ReactionAdded():
            member = tx.member(entry.by)
            assert member is not None, "memberships are never removed"
            if tx.reaction(entry.log, entry.message, entry.emoji, entry.by) == entry.seq:
                _remove(tx, entry.log, entry.message, entry.emoji, member, nonce="", told=False)
        case MessageSent() | PostPublished():
            tx.drop_reactions(entry.log, entry.seq)
        case _:
            pass


def _remove(
    tx: Tx, room: str, message: int, emoji: str, member: MemberRow, nonce: str, *, told: bool = True
) -> ReactionRemoved:
    entry = ReactionRemoved(
        log=room,
        seq=tx.next(room),
        at=tx.now,
        by=member.id if told else "",
        rev=member.rev if told else 0,
        nonce=nonce,
        message=message,
        emoji=emoji,
        count=tx.reactions(room, message)[emoji] - 1,
    )
    tx.add(entry)
    tx.remove_reaction(room, message, emoji, member.id)
    return entry


def _author(tx: Tx, room: RoomRow, member: MemberRow, message: int) -> str:
    """Who said what is reacted to. Raises Refuse where this member can't react to it: in a corner as they can't comment."""
    said = _said(tx, room, message)
    if said is None:
        raise Refuse(MESSAGE_GONE, field="message")
    author, post = said
    if room.kind == "corner":
        may_comment(tx, room, member, post)
    return author


def _said(tx: Tx, room: RoomRow, seq: int) -> tuple[str, int] | None:
    """Who said the message, or wrote the post, of this number, and the post that it is or comments on; None: there is none."""
    found = tx.message(room.id, seq)
    if found is not None:
        return found.by, found.post
    post = tx.post(room.id, seq) if room.kind == "corner" else None
    return None if post is None else (post.by, seq)
