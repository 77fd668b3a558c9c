"""The commands about drafts: which there are, going where one was begun, and giving one up. Drafting keeps them."""

from among_protocol.drafts import Draft, ListDrafts

from . import thread_news
from .changes import number_of
from .drafting import Where
from .lines import Line, Rule, note, told
from .link import Cannot, Link
from .lists import is_one
from .moment import when
from .words import glimpse

GLIMPSE = 160  # characters of a draft in a list


async def drafts(link: Link, rest: str) -> None:
    """What one has begun to write and not said, wherever that was; or give one up."""
    what, _, number = rest.lower().partition(" ")
    if what == "drop":
        await _drop(link, number.strip())
        return
    if what:
        raise Cannot("Say /drafts, or /drafts drop NUMBER.")
    begun = await _all(link)
    link.lists.drafts = [(one.place, one.thread) for one in begun]
    if not begun:
        link.screen.show([note("You have no drafts. What you begin to write and leave becomes one.")])
        return
    lines: list[Line] = [Rule(f"your drafts: {len(begun)}")]
    for count, one in enumerate(begun, 1):
        where = told(("strong", f"{count:>2} "), ("place", _title(link, (one.place, one.thread))))
        lines += [
            where,
            told("   ", glimpse(one.text, most=GLIMPSE, whole=True)),
            note(f"   {when(one.at, link.model.zone)}"),
        ]
    lines.append(note("/go draft 1 goes on with the first, /drafts drop 1 gives it up."))
    link.screen.show(lines)


async def go(link: Link, number: str) -> None:
    """To where one was begun; there it stands in the prompt."""
    place, thread = where = _numbered(link, number)
    room = link.model.rooms.get(place)
    if place in link.model.communities or (room is not None and room.kind == "corner"):
        raise Cannot(f"That is for {_title(link, where)}: /corner post or /corner edit goes on with it, there.")
    if room is None:
        raise Cannot("You are not in that room any more.")
    if thread:
        await thread_news.into(link, room, thread)
    else:
        await link.enter(room)


async def _all(link: Link) -> list[Draft]:
    begun: list[Draft] = []
    while True:
        after = {"after": begun[-1].place, "after_thread": begun[-1].thread} if begun else {}
        page = await link.among.ask(ListDrafts, **after)
        begun += page.drafts
        if page.complete or not page.drafts:
            return sorted(begun, key=lambda one: one.at, reverse=True)


async def _drop(link: Link, number: str) -> None:
    where = _numbered(link, number)
    await link.drafting.drop(where)
    link.lists.drafts = []  # or the numbers would mean others
    link.screen.show([note(f"Draft {number} is gone.")])


def _numbered(link: Link, number: str) -> Where:
    if not is_one(number, link.lists.drafts):
        raise Cannot("Say which one: /drafts numbers them, /go draft 3 goes on with one, /drafts drop 3 gives it up.")
    return link.lists.drafts[int(number) - 1]


def _title(link: Link, where: Where) -> str:
    place, thread = where
    if (community := link.model.communities.get(place)) is not None:
        return f"your corner in {community.slug}"
    room = link.model.rooms.get(place)
    if room is None:
        return "somewhere that you can't read"
    return f"the thread of {number_of(thread)} in {room.title}" if thread else room.title
