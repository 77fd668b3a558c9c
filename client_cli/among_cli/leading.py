"""The way from a list to what stands there, in its place: `/go hit 2`, `/go bookmark 2`, `/go inbox 2`."""

from among_protocol.messages import ReadMessages

from . import corner, keepsakes
from .changes import number_of
from .inbox import item
from .kept import gone
from .link import Cannot, Link
from .reading import show
from .search import found

LISTS = ("hit", "bookmark", "inbox")


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
        case _:
            await keepsakes.go(link, rest)


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
