"""What spoilers hide, shown to who asks: of a message of the open room, or of what was read last in a corner."""

from dataclasses import replace

from among_protocol.messages import ReadMessages

from . import corner, forwarding
from .corner_places import room_of
from .edits import here, named, numbered, said_of
from .lines import Said, Written
from .link import Cannot, Link
from .places import OpenCorner, Room
from .words import SPOILER, hides


async def reveal(link: Link, rest: str) -> None:
    """Show a message with what its spoilers hide: the one named, or the newest here that hides something. Or what was read
    last in a corner."""
    number, _ = numbered(rest)
    if not number and link.corner is not None and link.corner.hiding is not None:
        shown = await _as_it_is(link, link.corner, link.corner.hiding)
        link.corner.hiding = None
        link.screen.show([replace(shown, unveiled=True)])
        return
    room = here(link)
    if number:
        said = await said_of(link, room, named(link, number))
    else:
        there = link.model.visit.said.values() if link.model.visit is not None else []
        found = [one for one in there if not one.blank and not one.folded and _hides(one)]
        if not found:
            raise Cannot("Nothing on this screen hides anything; /reveal #12 names a message.")
        said = max(found, key=lambda one: one.seq)
    origin = await _shown(link, room, said) if SPOILER in said.shown else said.shown
    if not hides(said.body) and origin == said.shown:
        raise Cannot(f"{said.number} hides nothing.")
    link.screen.show([replace(said, shown=origin, unveiled=True, alert=False)])


def _hides(said: Said) -> bool:
    """Whether something is hidden in what it says, or in the message that it shows."""
    return hides(said.body) or SPOILER in said.shown


async def _shown(link: Link, room: Room, said: Said) -> str:
    """What the message that it shows says now, with what spoilers hide of it, where anything is."""
    page = await link.among.ask(ReadMessages, room=room.id, around=said.seq, limit=1)
    origin = next((one.forwarded for one in page.messages if one.seq == said.seq), None)
    there = origin is not None and not (origin.gone or origin.blank) and hides(origin.body)
    return forwarding.short(origin.body) if origin is not None and there else said.shown


async def _as_it_is(link: Link, opened: OpenCorner, hiding: Said | Written) -> Said | Written:
    """Of a corner that one does not follow nobody is told what was changed or deleted. Raises Cannot."""
    if isinstance(hiding, Written):
        await corner.still_there(link, opened)
        return hiding
    page = await link.among.ask(ReadMessages, room=hiding.room, around=hiding.seq, limit=1)
    found = [message for message in page.messages if message.seq == hiding.seq and not message.blank]
    if not found:
        opened.forget(hiding.seq)
        raise Cannot("It was deleted.")
    return replace(link.model.said(room_of(link, opened), found[0]), number="")
