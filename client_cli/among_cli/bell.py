"""What is worth a bell, and how it is told: by what the reader chose. Pure; the moment is that at which it was said."""

from dataclasses import replace
from typing import TYPE_CHECKING

from among_protocol.messages import MessageSent

from .lines import Line, Said, told
from .places import Room
from .words import glimpse

if TYPE_CHECKING:
    from .model import Model


def told_of(model: "Model", room: Room, event: MessageSent, said: Said, *, missed: bool) -> list[Line]:
    """Something that was said: in the open room the message itself, elsewhere a line where that is wanted."""
    for_me = said.mention or (bool(room.me) and event.answers == room.me)
    others = not (said.mine or said.folded)
    wanted = others and model.attention.wants(
        event.body,
        room=room.id,
        community=room.community,
        direct=room.kind == "direct",
        for_me=for_me,
        at=event.at,
        seen=not missed,
    )
    rings = wanted and not is_quiet(model, room.community, event.at)
    if model.visit and room is model.room:
        meant = wanted and (for_me or model.attention.waits_for(event.body, event.at))
        marked = replace(said, alert=rings, mention=said.mention or meant)
        return model.visit.show(marked, first_missed=missed and room.unread == 1)
    if not wanted:
        return []
    where = " to you: " if room.title == f"@{said.who}" else f" in {room.title}: "
    return [told(("mention", "» "), ("who", said.who), ("dim", where), glimpse(event.body), alert=rings)]


def is_quiet(model: "Model", community: str, at: str) -> bool:
    """Whether nothing rings: the reader chose so, or it is a time at which they are not to be disturbed."""
    return model.appearances.appear(community) == "dnd" or model.attention.rests(at)
