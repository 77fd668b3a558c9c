"""What is worth a bell, and how it is told: by what the reader chose. Pure; the moment is that at which it was said."""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from among_protocol.messages import MessageSent

from .lines import Line, Said, told
from .places import Room
from .words import glimpse

if TYPE_CHECKING:
    from .model import Model


class Heed(NamedTuple):
    """What the reader's choices make of something that was said."""

    wanted: bool  # they want to be told of it, wherever they are
    meant: bool  # and it mentions or answers them, or has a word that they wait for
    rings: bool  # a bell may say so


def heed(model: "Model", room: Room, event: MessageSent, said: Said, *, missed: bool) -> Heed:
    """In a thread as in the room, where it concerns the reader: they follow it, it is a direct, or they are called."""
    for_me = said.mention or (bool(room.me) and event.answers == room.me)
    concerns = for_me or not event.thread or room.kind == "direct" or (room.id, event.thread) in model.threads
    wanted = (
        concerns
        and not (said.mine or said.folded)
        and model.attention.wants(
            event.body,
            room=room.id,
            community=room.community,
            direct=room.kind == "direct",
            for_me=for_me,
            at=event.at,
            seen=not missed,
            thread=model.threads.get((room.id, event.thread)),
        )
    )
    meant = wanted and (for_me or model.attention.waits_for(event.body, event.at))
    return Heed(wanted, meant, wanted and not is_quiet(model, room.community, event.at))


def told_of(model: "Model", room: Room, event: MessageSent, said: Said, *, missed: bool) -> list[Line]:
    """Something that was said: in the open room the message itself, elsewhere a line where that is wanted."""
    heeded = heed(model, room, event, said, missed=missed)
    if model.visit and room is model.room:
        marked = replace(said, alert=heeded.rings, mention=said.mention or heeded.meant)
        return model.visit.show(marked, first_missed=missed and room.unread == 1)
    return [elsewhere(room, event, said, rings=heeded.rings)] if heeded.wanted else []


def elsewhere(room: Room, event: MessageSent, said: Said, *, rings: bool) -> Line:
    """What is told of it in another room."""
    thread = "in a thread" if event.thread else ""
    if room.title == f"@{said.who}":
        where = f" to you{f', {thread}' if thread else ''}: "
    else:
        where = f" {thread} of {room.title}: " if thread else f" in {room.title}: "
    words = glimpse(event.body) or "(forwarded)"
    return told(("mention", "» "), ("who", said.who), ("dim", where), words, alert=rings)


def is_quiet(model: "Model", community: str, at: str) -> bool:
    """Whether nothing rings: the reader chose so, or it is a time at which they are not to be disturbed."""
    return model.appearances.appear(community) == "dnd" or model.attention.rests(at)
