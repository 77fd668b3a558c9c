"""The commands about what was said: finding it, more of it, and what stood around a hit.

What is found is numbered, and its number shows more: /hit 2.
"""

from datetime import datetime

from msgspec.structs import replace

from among_protocol.markup import screens
from among_protocol.messages import Message, ReadMessages
from among_protocol.posts import ReadPost
from among_protocol.query import at_home
from among_protocol.search import Hit, Mark, MessageHits, SearchMessages

from . import lists
from .changes import number_of
from .kept import gone
from .lines import Line, Part, Style, Written, note, told
from .link import Cannot, Link
from .moment import when
from .places import Searched
from .words import FOLDED, discreet, hides

SHOWN = 8  # hits on one page: with their texts, what fits a screen
PAGES = 5  # empty pages that are passed in a row, before one is asked
AROUND = 7  # messages
POST = 1_500  # characters of a post
HOW = "/hit 1 shows what was said around the first, /go hit 1 goes there"


async def search(link: Link, rest: str) -> None:
    """What was said, wherever one may read."""
    if not link.among.hello.search:
        raise Cannot("This server does not search what was said.")
    first, _, more = rest.partition(" ")
    newest = first.lower() == "new" and bool(more.strip())
    typed = more.strip() if newest else rest
    zone = link.model.zone
    searched = Searched(typed, at_home(typed, zone, datetime.now(zone).astimezone(zone).date()), newest)
    await _page(link, searched)
    link.lists.searched = searched  # until then the numbers on the screen are of the one before


async def more(link: Link, _: str) -> None:
    """The next page of what was searched last."""
    if link.lists.searched is None:
        raise Cannot("Search for something first: /search WORDS.")
    if not link.lists.searched.after:
        raise Cannot("That is all there is.")
    await _page(link, link.lists.searched)


async def hit(link: Link, rest: str) -> None:
    """What was said around a hit, or the post that it is; and how to go there."""
    one = found(link, rest)
    lines: list[Line] = [_head(link, 0, one)]
    if one.kind == "post":
        post = await link.among.ask(ReadPost, room=one.room, post=one.seq)
        begins, *rest_of_it = screens(post.body, POST)
        lines += [told(("strong", post.title)), Written(begins)]
        handle = link.model.who(one.by, 0)
        lines.append(note(f"/corner @{handle} shows the corner{' and all of it' if rest_of_it else ''}."))
    else:
        page = await link.among.ask(ReadMessages, room=one.room, around=one.seq, limit=AROUND, post=one.post or None)
        await link.learn((message.by, message.rev) for message in page.messages)
        if all(message.seq != one.seq for message in page.messages):
            raise Cannot(gone(f"What stood at {rest}"))
        numbered = link.model.room is not None and link.model.room.id == one.room
        lines += [_around(link, message, here=message.seq == one.seq, numbered=numbered) for message in page.messages]
    lines.append(note(f"/go hit {rest} goes there."))
    link.screen.show(lines)


def found(link: Link, number: str) -> Hit:
    """The hit of this number, without its text. Raises Cannot."""
    hits = link.lists.searched.hits if link.lists.searched else []
    if not lists.is_one(number, hits):
        raise Cannot(f"There is no number {number}: /search numbers what it finds.")
    return hits[int(number) - 1]


async def _page(link: Link, searched: Searched) -> None:
    page = await _ask(link, searched)
    await link.learn((one.by, one.rev) for one in page.hits)
    lines: list[Line] = []
    for one in page.hits:
        searched.hits.append(replace(one, snippet="", marks=[], title="", title_marks=[]))
        lines += _hit(link, len(searched.hits), one)
    if not lines:
        told_of = f"Nothing is found by {searched.typed}" if not searched.hits else "Nothing more is found"
        lines = [note(f"{told_of}{' so far: /more looks further back' if searched.after else ''}.")]
    elif searched.after:
        lines.append(note(f"{HOW}; more: /more"))
    else:
        lines.append(note(f"{HOW}."))
    link.screen.show(lines)


async def _ask(link: Link, searched: Searched) -> MessageHits:
    """A page with something on it, if there is any not too far back."""
    left = PAGES
    while True:
        page = await link.among.ask(
            SearchMessages,
            query=searched.query,
            order="newest" if searched.newest else "rank",
            limit=SHOWN,
            after=searched.after,
        )
        searched.after = "" if page.complete else page.after
        left -= 1
        if page.hits or page.complete or not left:
            return page


def _hit(link: Link, number: int, one: Hit) -> list[Line]:
    if one.folded:
        return [_head(link, number, one), note(f"   (folded: you block who said it; /hit {number} shows it)")]
    lines: list[Line] = [_head(link, number, one)]
    if one.title:
        lines.append(told("   ", *_marked(one.title, one.title_marks)))
    lines.append(
        told("   ", *([("", discreet(one.snippet))] if hides(one.snippet) else _marked(one.snippet, one.marks)))
    )
    return lines


def _head(link: Link, number: int, one: Hit) -> Line:
    counted = f"{number:>2} " if number else ""
    kind = {"post": ", a post", "comment": ", a comment"}.get(one.kind, "")
    rest = f"  {when(one.at, link.model.zone)}{kind}{', edited' if one.edited else ''}  {number_of(one.seq)}"
    return told(counted, ("place", _place(link, one)), "  ", ("who", link.model.who(one.by, one.rev)), ("dim", rest))


def _place(link: Link, one: Hit) -> str:
    """Where it was said, as people name it."""
    room = link.model.rooms.get(one.room)
    if room is not None:
        return room.title
    community = link.model.communities.get(one.community)
    slug = community.slug if community else "?"
    return f"{slug}/{one.slug}" if one.slug else f"{slug}, a corner"


def _marked(text: str, marks: list[Mark]) -> list[tuple[Style, str]]:
    """What was looked for stands out, also where there are no colours."""
    parts: list[tuple[Style, str]] = []
    at = 0
    for mark in marks:
        parts += [("", text[at : mark.start]), ("mention", f"*{text[mark.start : mark.end]}*")]
        at = mark.end
    return [*parts, ("", text[at:])]


def _around(link: Link, message: Message, *, here: bool, numbered: bool) -> Line:
    """`numbered`: of the open room, which is what one means by a number."""
    body = "deleted" if message.blank else discreet(message.body)
    body = FOLDED if not here and link.model.folds(message.by, message.rev) else body  # the hit itself was asked for
    who = link.model.who(message.by, message.rev)
    mark = "› " if here else "  "
    look: Style = "strong" if here else ""
    number = [Part("dim", f"  {number_of(message.seq)}")] if numbered else []
    return told((look, mark), ("who", f"{who} "), body, *number)
