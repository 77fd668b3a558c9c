"""The commands about how one appears: here, away, not to be disturbed, invisible; and what one says of it."""

import re

from among_protocol import text
from among_protocol.presence import SetPresence
from among_protocol.status import (
    LONGEST_STATUS,
    STATUS_CHARS,
    Appearance,
    AppearanceChanged,
    NewStatus,
    SetStatus,
    Status,
)

from . import thread_lines, waiting
from .emoji_names import named
from .lines import Line, Part, note, told
from .link import Cannot, Link
from .moment import SPANS, span, when
from .notify import times

APPEAR = {
    "auto": "You appear as you are.",
    "away": "You appear as away.",
    "dnd": "You are not to be disturbed: others see it, and nothing rings here.",
    "invisible": "You are invisible: to others you are offline. Your status stays as it is.",
    "inherit": "You appear as everywhere.",
}
_FOR = re.compile(r"(?:^|\s)for\s+(\S+)$")
_LENGTH = re.compile(r"[0-9]+[a-z]")  # meant as a length of time, though it may be none
HERE = "here"


async def status(link: Link, rest: str) -> None:
    """What I say of myself, with an emoji, for a time; or nothing any more; or how it is now."""
    if not rest:
        link.screen.show(_now(link))
        return
    place, rest = _place(link, rest)
    if rest.lower() == "none":
        await _choose(link, place, status=NewStatus())
        link.screen.show([told("You have no status", *_where(link, place), ".")])
        return
    wish = _parsed(rest)
    now = await _choose(link, place, status=wish)
    link.screen.show([told("Your status", *_where(link, place), ": ", *shown(now.status, link))])


async def away(link: Link, rest: str) -> None:
    """Nothing counts as read from now on."""
    if rest:  # who says for how long would count on it
        raise Cannot("Say /away; /back ends it. For a time, and for others to read: /status :coffee: back soon for 2h.")
    await link.among.ask(SetPresence, state="away")
    link.model.away = True
    link.screen.show([note("You are away: nothing counts as read until /back.")])


async def dnd(link: Link, rest: str) -> None:
    """Not to be disturbed: nothing rings, and others see it; or so by the clock."""
    if rest[:1].isdecimal() or rest.lower() == "none":
        await times(link, rest)
        return
    await _appear(link, rest, "dnd", "/dnd")


async def invisible(link: Link, rest: str) -> None:
    """Look like somebody who is not there."""
    await _appear(link, rest, "invisible", "/invisible")


async def back(link: Link, rest: str) -> None:
    """Be here again, for all to see; in one community: as everywhere."""
    if rest:
        await _appear(link, rest, "inherit", "/back")
        return
    if link.model.appearances.appear() != "auto":
        await _choose(link, "", appear="auto")
    await link.among.ask(SetPresence, state="online")
    link.model.away = False
    still = [
        link.model.communities[one.community].slug
        for one in link.model.appearances.mine.values()
        if one.community in link.model.communities and one.appear not in ("inherit", "auto")
    ]
    more = f" In {', '.join(still)} you chose otherwise: /back here." if still else ""
    link.screen.show([note(f"You are here.{more}")])
    link.mark()
    thread_lines.mark(link)
    waiting.keep(link)


async def last_seen(link: Link, rest: str) -> None:
    """Whether others see on which day I was here last."""
    word, _, where = rest.lower().partition(" ")
    if word not in ("shown", "hidden") or where not in ("", HERE):
        raise Cannot("Say /seen shown or /seen hidden; with here behind it, for this community alone.")
    place = _here(link) if where else ""
    await _choose(link, place, last_seen=word)
    what = (
        " see when you were here last, no finer than a day." if word == "shown" else " do not see when you were here."
    )
    link.screen.show([told("Others", *_where(link, place), what)])


def shown(one: Status | None, link: Link) -> list[Part]:
    """A status as it stands on a line."""
    if one is None:
        return [Part("dim", "none")]
    until = f"  until {when(one.until, link.model.zone)}" if one.until else ""
    return [Part("", " ".join(filter(None, (one.emoji, one.text)))), Part("dim", until)]


async def _appear(link: Link, rest: str, appear: str, name: str) -> None:
    if rest.lower() not in ("", HERE):
        raise Cannot(f"Say {name}, or {name} here for this community alone.")
    place = _here(link) if rest else ""
    await _choose(link, place, appear=appear)
    ends = "" if appear == "inherit" else " /back here ends it." if place else " /back ends it."
    link.screen.show([told(*_first(link, place), ("dim", APPEAR[appear] + ends))])


async def _choose(link: Link, place: str, **wish: object) -> Appearance:
    now = await link.among.ask(SetStatus, community=place, **wish)
    change = AppearanceChanged(community=now.community, appear=now.appear, last_seen=now.last_seen, status=now.status)
    link.among.view.apply(change)
    link.model.apply(change)
    link.screen.refresh()
    return now


def _now(link: Link) -> list[Line]:
    """How it is now, everywhere and where it is another."""
    lines: list[Line] = []
    for place in ("", *link.model.communities):
        if place and place not in link.model.appearances.mine:
            continue
        mine = link.model.appearances.of(place)
        where = link.model.communities[place].slug if place else "everywhere"
        lines.append(told(("place", f"{where:<16} "), f"{mine.appear:<10} ", *shown(mine.status, link)))
    return lines


def _parsed(rest: str) -> NewStatus:
    """`:seedling: in the garden for 2h`. Raises Cannot, TextError."""
    for_ms = 0
    if found := _FOR.search(rest):
        length = span(found[1])
        if length is None and _LENGTH.fullmatch(found[1].lower()):
            raise Cannot(
                f"Say for how long as {SPANS}; a year at most. With a full stop behind it, it is a part of the text."
            )
        if length is not None:
            for_ms, rest = length, rest[: found.start()].rstrip()
    if for_ms > LONGEST_STATUS:
        raise Cannot("A status that ends by itself lasts a year at most.")
    first, _, words = rest.partition(" ")
    emoji = named(first)
    if emoji is None and len(first) > 2 and first[0] == first[-1] == ":":
        raise Cannot(f"There is no emoji {first}. Names are as Unicode has them, or shorter: :coffee:, :hot_beverage:")
    kept = text.line(words if emoji else rest, longest=STATUS_CHARS, empty=True)
    if not (emoji or kept):
        raise Cannot(f"Say /status :coffee: back soon for 2h ({SPANS}), or /status none.")
    return NewStatus(emoji=emoji or "", text=kept, for_ms=for_ms)


def _place(link: Link, rest: str) -> tuple[str, str]:
    """The community that is meant (empty: everywhere), and the rest."""
    first, _, more = rest.partition(" ")
    return (_here(link), more.strip()) if first.lower() == HERE else ("", rest)


def _here(link: Link) -> str:
    room = link.model.room
    if room is None or not room.community:
        raise Cannot("Go to a room of the community first; /rooms lists yours.")
    return room.community


def _where(link: Link, place: str) -> list[Part]:
    return [Part("", " in "), Part("place", link.model.communities[place].slug)] if place else []


def _first(link: Link, place: str) -> list[Part]:
    return [Part("place", link.model.communities[place].slug), Part("dim", ": ")] if place else []
