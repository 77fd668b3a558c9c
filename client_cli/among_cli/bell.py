"""What is worth a bell, and how it is told: by what the reader chose. Pure; the moment is that at which it was said."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from among_protocol.edits import MessageEdited
from among_protocol.messages import MessageSent
from among_protocol.notify import NotifyChoice

from .changes import number_of
from .lines import Line, Said, Told, told
from .moment import when
from .places import Room
from .safe_text import safe_text
from .settings import Alert
from .words import glimpse

if TYPE_CHECKING:
    from .model import Model


MEANS = {
    "all": "everything that is said rings",
    "mentions": "what mentions or answers you, or has a word that you wait for, rings",
    "called": "only what mentions or answers you rings",
    "nothing": "nothing rings",
    "inherit": "it is as usual",
}


class Holds(NamedTuple):
    """What rings in a room, or in a thread of it."""

    level: str  # one of MEANS
    choice: NotifyChoice | None  # that it is by; None: nothing was chosen


class Heed(NamedTuple):
    """What the reader's choices make of something that was said."""

    wanted: bool  # they want to be told of it, wherever they are
    meant: bool  # and it mentions or answers them, or has a word that they wait for
    rings: bool  # a bell may say so


def heed(model: "Model", room: Room, event: MessageSent, said: Said, *, missed: bool) -> Heed:
    """In a thread as in the room, where it concerns the reader: they follow it, it is a direct, or they are called."""
    for_me = said.mention or (bool(room.me) and event.answers == room.me)
    wanted = (
        (for_me or concerns(model, room, event.thread))
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


def concerns(model: "Model", room: Room, root: int) -> bool:
    """Whether more of it rings for the reader than what calls them: in a room all does, of its threads those that they follow."""
    return not root or room.kind == "direct" or (room.id, root) in model.threads


def holds(model: "Model", room: Room, root: int, at: str) -> Holds:
    """At a moment; root 0: in the room."""
    thread = model.threads.get((room.id, root))
    choice = model.attention.decides(room.id, room.community, at=at, thread=thread)
    level = model.attention.level(room.id, room.community, direct=room.kind == "direct", at=at, thread=thread)
    return Holds(level if level == "nothing" or concerns(model, room, root) else "called", choice)


def what_rings(model: "Model", room: Room, root: int, at: str) -> Told:
    """The same in words, and by which choice that is."""
    level, choice = holds(model, room, root, at)
    name = f"the thread of {number_of(root)}" if root else room.title
    why = by_choice(model, choice)
    if not concerns(model, room, root):
        unfollowed = f"you don't follow it: /follow {number_of(root)}"
        why = f"{unfollowed}; {why}" if level == "nothing" else unfollowed
    return told(("place", name), ("dim", f": {MEANS[level]} ({why})."))


def by_choice(model: "Model", choice: NotifyChoice | None) -> str:
    """Why it is so, in words."""
    if choice is None:
        return "nothing was chosen"
    room, community = model.rooms.get(choice.place), model.communities.get(choice.place)
    where = room.title if room is not None else community.slug if community is not None else "everywhere"
    until = f" until {when(choice.until, model.zone)}" if choice.until else ""
    return f"chosen for {'the thread' if choice.thread else where}{until}"


def told_of(model: "Model", room: Room, event: MessageSent, said: Said, *, missed: bool) -> list[Line]:
    """Something that was said: in the open room the message itself, elsewhere a line where that is wanted."""
    heeded = heed(model, room, event, said, missed=missed)
    if model.visit and room is model.room:
        marked = replace(said, alert=heeded.rings, mention=said.mention or heeded.meant)
        return model.visit.show(marked, first_missed=missed and room.unread == 1)
    return [elsewhere(room, event, said.who, rings=heeded.rings)] if heeded.wanted else []


def told_of_edit(model: "Model", room: Room, event: MessageEdited, lines: list[Line]) -> list[Line]:
    """An edit by which the reader is mentioned from now on is told as a mention is. `lines`: what the open room shows of it."""
    thread = model.threads.get((room.id, event.thread))
    wanted = model.attention.wants(
        event.body,
        room=room.id,
        community=room.community,
        direct=room.kind == "direct",
        for_me=True,
        at=event.at,
        thread=thread,
    )
    rings = wanted and not is_quiet(model, room.community, event.at)
    if room is model.room:
        return [replace(one, mention=True, alert=rings) if isinstance(one, Said) else one for one in lines]
    return [elsewhere(room, event, model.who(event.by), rings=rings)] if wanted else []


def elsewhere(room: Room, event: MessageSent | MessageEdited, who: str, *, rings: bool) -> Line:
    """What is told of it in another room."""
    thread = "in a thread" if event.thread else ""
    if room.title == f"@{who}":
        where = f" to you{f', {thread}' if thread else ''}: "
    else:
        where = f" {thread} of {room.title}: " if thread else f" in {room.title}: "
    did = f" edited {number_of(event.message)}" if isinstance(event, MessageEdited) else ""
    words = glimpse(event.body) or "(forwarded)"
    return told(("mention", "» "), ("who", who), ("dim", f"{did}{where}"), words, alert=rings)


def ringing(alert: Alert, lines: Iterable[Line]) -> str:
    """What a terminal is sent with these lines, so that it rings for the newest that deserves it; empty: none does."""
    line = next((one for one in reversed([*lines]) if isinstance(one, Said | Told) and one.alert), None)
    if line is None or alert == "none":
        return ""
    if alert == "bell":
        return "\a"
    what = f"{line.who}: {glimpse(line.body)}" if isinstance(line, Said) else "".join(text for _, text in line.parts)
    return f"\x1b]9;{safe_text(what)}\a"


def is_quiet(model: "Model", community: str, at: str) -> bool:
    """Whether nothing rings: the reader chose so, or it is a time at which they are not to be disturbed."""
    return model.appearances.appear(community) == "dnd" or model.attention.rests(at)
