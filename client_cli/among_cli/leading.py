"""The way from a list to what stands there, in its place: `/go hit 2`, `/go bookmark 2`, `/go inbox 2`, `/go draft 2`."""

import re

from among_protocol.messages import ReadMessages

from . import corner, drafts, keepsakes, rooms, thread_news
from .changes import number_of
from .edits import here
from .inbox import item
from .kept import gone
from .lines import note
from .link import Cannot, Link
from .places import Room
from .reading import show
from .search import found

_NUMBERED = re.compile(r"([^#\s:]*)#([1-9][0-9]{0,14})")  # hall#12


async def go(link: Link, rest: str) -> None:
    """Go to a room, to what a permalink leads to, or to what stands in a list."""
    what, _, number = rest.partition(" ")
    match what.lower(), number.strip():
        case "hit", number if number:
            hit = found(link, number)
            await to(link, hit.room, hit.seq)
        case "bookmark", number if number:
            bookmark = keepsakes.bookmarked(link, number)
            await to(link, bookmark.room, bookmark.seq)
        case "inbox", number if number:
            one = item(link, number)
            await (to(link, one.log, one.seq) if one.seq else into(link, one.log))
        case "draft", number if number:
            await drafts.go(link, number)
        case "", _:
            await _next(link)
        case _ if (parts := _NUMBERED.fullmatch(rest)) is not None:
            await _numbered(link, rooms.named(link, parts[1]) if parts[1] else here(link), int(parts[2]))
        case _:
            await keepsakes.go(link, rest)


async def _next(link: Link) -> None:
    """To where something is new: a room, and after all of them a thread."""
    if (room := rooms.next_(link)) is not None:
        await link.enter(room)
    elif (news := thread_news.next_(link)) is not None:
        await thread_news.into(link, link.model.rooms[news.room], news.thread)
    else:
        link.screen.show([note("Nothing is unread elsewhere. /rooms lists your rooms.")])


async def _numbered(link: Link, room: Room, seq: int) -> None:
    """To a message of a room; where something is said about it, into that thread."""
    if seq > room.head:
        raise Cannot(f"There is no message {number_of(seq)} in {room.title}.")
    page = await link.among.ask(ReadMessages, room=room.id, around=seq, limit=1)
    if (room.id, seq) in link.model.threads or any(one.seq == seq and one.below is not None for one in page.messages):
        await thread_news.into(link, room, seq)
    else:
        await to(link, room.id, seq)


async def into(link: Link, place: str) -> None:
    """To the newest in a room."""
    room = link.model.rooms.get(place)
    if room is None:
        raise Cannot("You are not in that room any more.")
    await link.enter(room)


async def to(link: Link, place: str, seq: int) -> None:
    """To a message in its room, or its thread; or to a post, as well for what is said about it."""
    room = link.model.rooms.get(place)
    page = await link.among.ask(ReadMessages, room=place, around=seq, limit=1)
    said = next((one for one in page.messages if one.seq == seq), None)
    if room is None or room.kind == "corner":
        await corner.by_id(link, place, said.post if said is not None else seq)
        return
    if said is None:
        raise Cannot(gone(f"{number_of(seq)} in {room.title}"))
    if room is not link.model.room:
        await link.enter(room, (seq, "this"))
        if link.model.visit is not None and seq in link.model.visit.said:  # it stands among the newest
            return
    await show(link, room, seq, "this", around=seq)
