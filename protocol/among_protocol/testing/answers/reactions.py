"""Reactions, counted from the log each time."""

from typing import TYPE_CHECKING

from ... import codes
from ...codes import Refuse
from ...fields import one_emoji
from ...messages import MessageSent
from ...posts import PostPublished
from ...reactions import (
    AddReaction,
    Reaction,
    ReactionAdded,
    ReactionRemoved,
    Reactor,
    Reactors,
    ReadReactions,
    RemoveReaction,
)
from ..names import may_write, name_of
from .edits import may_comment, message
from .standing import may_act

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person, RoomRow
    from ..town import Town


def add(town: "Town", person: "Person", command: AddReaction) -> ReactionAdded:
    emoji = one_emoji(command.emoji, field="emoji")
    room, member = town.visible(person.id, command.room)
    said = _said(town, room, command.message)
    may_act(town, member)
    if room.kind == "direct":
        may_write(town, room)
    if room.kind == "corner":
        may_comment(town, person, room, said.post if isinstance(said, MessageSent) else said.seq)
    there = reactors(town, room.id, said.seq)
    if (emoji, member.id) in there:
        raise Refuse(codes.REACTED_ALREADY, field="emoji")
    different, most = {kind for kind, _ in there}, town.limits.reactions
    if emoji not in different and len(different) >= most:
        raise Refuse(codes.LIMIT_REACHED, f"A message has at most {most} different reactions.", field="emoji")
    return town.write(
        ReactionAdded(
            log=room.id,
            seq=town.next(room.id),
            at=town.clock.time(),
            by=member.id,
            rev=member.rev,
            nonce=command.nonce,
            message=said.seq,
            emoji=emoji,
            author=said.by,
            count=_count(there, emoji) + 1,
        )
    )


def remove(town: "Town", person: "Person", command: RemoveReaction) -> ReactionRemoved:
    emoji = one_emoji(command.emoji, field="emoji")
    room, member = town.visible(person.id, command.room)
    said = _said(town, room, command.message)
    there = reactors(town, room.id, said.seq)
    if (emoji, member.id) not in there:
        raise Refuse(codes.REACTION_GONE, field="emoji")
    return town.write(
        ReactionRemoved(
            log=room.id,
            seq=town.next(room.id),
            at=town.clock.time(),
            by=member.id,
            rev=member.rev,
            nonce=command.nonce,
            message=said.seq,
            emoji=emoji,
            count=_count(there, emoji) - 1,
        )
    )


def read(connection: "Connection", command: ReadReactions) -> Reactors:
    town, person = connection.town, connection.person
    emoji = one_emoji(command.emoji, field="emoji") if command.emoji else ""
    room, _ = town.visible(person.id, command.room)
    said = _said(town, room, command.message)
    found = [
        Reactor(seq=one.seq, by=one.by, rev=one.rev, emoji=kind)
        for (kind, by), one in reactors(town, room.id, said.seq).items()
        if one.seq > command.after and emoji in ("", kind) and name_of(town.members[by]) not in person.blocks
    ]
    page = found[: min(town.limits.page_entries, command.limit)]
    return Reactors(reactors=page, as_of=town.logs[room.id].head, complete=len(page) == len(found))


def _said(town: "Town", room: "RoomRow", seq: int) -> MessageSent | PostPublished:
    """A message, or a post. Raises Refuse `message.gone`."""
    post = next((one for one in town.logs[room.id].entries if one.seq == seq and isinstance(one, PostPublished)), None)
    return message(town, room, seq) if post is None or post.blank else post


def reactors(town: "Town", room: str, message: int) -> dict[tuple[str, str], ReactionAdded]:
    """Who reacts to it, by emoji and member, in the order in which they began."""
    there: dict[tuple[str, str], ReactionAdded] = {}
    for entry in town.logs[room].known:
        if isinstance(entry, ReactionAdded) and entry.message == message:
            there[entry.emoji, entry.by] = entry
        elif isinstance(entry, ReactionRemoved) and entry.message == message:
            there.pop((entry.emoji, entry.by), None)  # the other is no longer kept
    return there


def reactions_for(town: "Town", reader: str, room: str, message: int) -> list[Reaction]:
    """As the membership `reader` sees them: the most frequent first."""
    there = reactors(town, room, message)
    different = sorted({kind for kind, _ in there}, key=lambda kind: (-_count(there, kind), kind))
    return [Reaction(emoji=kind, count=_count(there, kind), mine=(kind, reader) in there) for kind in different]


def _count(there: dict[tuple[str, str], ReactionAdded], emoji: str) -> int:
    return sum(kind == emoji for kind, _ in there)
