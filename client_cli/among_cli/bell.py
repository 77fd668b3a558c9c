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
    """What becomes of something that was said."""

    wanted: bool  # the reader wants to be told of it
    meant: bool  # likewise, and it is meant for them, or has a word that they wait for
    rings: bool  # a bell may say so


def told_of(model: "Model", room: Room, event: MessageSent, said: Said, *, missed: bool) -> list[Line]:
    """Something that was said: in the open room the message itself, elsewhere a line where that is wanted."""
    heed = heeded(model, room, event, said, seen=not missed)
    if model.visit and room is model.room:
        marked = replace(said, alert=heed.rings, mention=said.mention or heed.meant)
        return model.visit.show(marked, first_missed=missed and room.unread == 1)
    if not heed.wanted:
        return []
    where = " to you: " if room.title == f"@{said.who}" else f" in {room.title}: "
    return [told(("mention", "» "), ("who", said.who), ("dim", where), glimpse(event.body), alert=heed.rings)]


def heeded(model: "Model", room: Room, event: MessageSent, said: Said, *, seen: bool) -> Heed:
    """By what was chosen for the thread in which it was said, if the reader follows that, and around it. `seen`: the reader is
    looking at the room."""
    for_me = said.mention or (bool(room.me) and event.answers == room.me)
    wanted = not (said.mine or said.folded) and model.attention.wants(
        event.body,
        room=room.id,
        community=room.community,
        direct=room.kind == "direct",
        for_me=for_me,
        at=event.at,
        seen=seen,
        thread=model.threads.get((room.id, event.thread)),
    )
    meant = wanted and (for_me or model.attention.waits_for(event.body, event.at))
    return Heed(wanted, meant, wanted and not is_quiet(model, room.community, event.at))


def is_quiet(model: "Model", community: str, at: str) -> bool:
    """Whether nothing rings: the reader chose so, or it is a time at which they are not to be disturbed."""
    return model.appearances.appear(community) == "dnd" or model.attention.rests(at)
