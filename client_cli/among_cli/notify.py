"""The commands about what rings: choices for places and words, and times at which nothing does."""

import os
import re
from datetime import datetime
from pathlib import Path

from among_protocol.dnd import DAYS, Dnd, DndChanged, DndTime, SetDnd, zone_of
from among_protocol.messages import ReadMessages
from among_protocol.notify import LONGEST_CHOICE, NotifyChanged, NotifyChoice, SetNotify

from . import bell, rooms, threads
from .changes import number_of
from .edits import here, none, numbered
from .lines import Line, Part, joined, note, told
from .link import Cannot, Link
from .moment import SPANS, span, when
from .moment import now as this_moment
from .places import Room

LEVELS = {"all": "all", "mentions": "mentions", "nothing": "nothing", "usual": "inherit"}
WHERE = "Say /notify [ROOM|COMMUNITY|#12|everywhere] all|mentions|nothing|usual [for 2h], or /notify word WORD."
TIMES = "Say /dnd 22:00-07:00, /dnd 22:00-07:00 mon-fri; 14:00-16:00 sat,sun in Europe/Lisbon, or /dnd none."
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FOR = re.compile(r"(?:^|\s)for\s+(\S+)$", re.IGNORECASE)
_IN = re.compile(r"\s+in\s+(\S+)$", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")


async def notify(link: Link, rest: str) -> None:
    """Choose what rings; or what I chose, and what holds here, in the open room or one of its threads."""
    if not rest:
        link.screen.show(_now(link))
        return
    first, _, more = rest.partition(" ")
    if first.lower() == "word":
        await _word(link, more.strip())
        return
    for_ms = 0
    if found := _FOR.search(rest):
        length = span(found[1])
        if length is None or length > LONGEST_CHOICE:
            raise Cannot(f"Say for how long as {SPANS}; a year at most.")
        for_ms, rest = length, rest[: found.start()].rstrip()
    place, _, level = rest.rpartition(" ")
    number, more = numbered(rest)
    if level.lower() not in LEVELS:
        if for_ms or (number and more):
            raise Cannot(WHERE)
        link.screen.show([await _asked(link, number, rest)])
        return
    wish = {"level": LEVELS[level.lower()], "for_ms": for_ms}
    if number and more.lower() in LEVELS:
        root = await _root(link, number)
        name = f"the thread of {number_of(root)}"
        chosen = await _choose_in_thread(link, here(link), root, **wish)
    else:
        id, name = _place(link, place.strip())
        chosen = await _choose(link, place=id, **wish)
    until = f" Until {when(chosen.until, link.model.zone)}." if chosen.until else ""
    link.screen.show([told(("place", name), ("dim", f": {bell.MEANS.get(chosen.level, chosen.level)}.{until}"))])


async def _word(link: Link, word: str) -> None:
    if not word.lstrip("-+"):
        raise Cannot("Say /notify word BEANS, or /notify word -BEANS to wait for it no longer.")
    gone = word.startswith("-")
    now = await _choose(link, word=word.lstrip("-+"), level="inherit" if gone else "all")
    what = "You no longer wait for the word " if gone else "You wait for the word "
    link.screen.show([told(("dim", what), now.word, ("dim", "." if gone else ", in every room that rings at all."))])


async def _choose(link: Link, **wish: object) -> NotifyChoice:
    now = await link.among.ask(SetNotify, **wish)
    change = NotifyChanged(place=now.place, word=now.word, level=now.level, until=now.until)
    link.among.view.apply(change)
    link.model.apply(change)
    return now


async def _choose_in_thread(link: Link, room: Room, root: int, **wish: object) -> NotifyChoice:
    """One must follow it."""
    if (room.id, root) not in link.model.threads:
        name = number_of(root)
        raise Cannot(f"You don't follow the thread of {name}, and choose nothing there: /follow {name} first.")
    chosen = await link.among.ask(SetNotify, place=room.id, thread=root, **wish)
    link.model.threads.chose((room.id, root), chosen.level, chosen.until)
    return chosen


async def _root(link: Link, number: str) -> int:
    """The thread that is meant by the number of a message: of one that is there, or that one follows. Raises Cannot."""
    room, root = here(link), threads.root_of(link, number)
    if (room.id, root) in link.model.threads:
        return root
    page = await link.among.ask(ReadMessages, room=room.id, around=root, limit=1)
    said = next((one for one in page.messages if one.seq == root), None)
    if said is None:
        raise none(room, root, " here. The numbers stand behind the messages: #12.")
    if said.blank and said.below is None and not said.thread:
        raise Cannot(f"{number_of(root)} is deleted, and nothing was said about it: it has no thread.")
    return said.thread or root


async def _asked(link: Link, number: str, place: str) -> Line:
    """What rings in a thread of the open room, or else in this place, and by which choice."""
    model, at = link.model, this_moment()
    if number:
        return bell.what_rings(model, here(link), await _root(link, number), at)
    id, name = _place(link, place)
    if id in model.rooms:
        return bell.what_rings(model, model.rooms[id], 0, at)
    level = model.attention.level(id, "", direct=False, at=at)
    why = bell.by_choice(model, model.attention.decides(id, "", at=at))
    return told(("place", name), ("dim", f": {bell.MEANS[level]} ({why})."))


def _place(link: Link, name: str) -> tuple[str, str]:
    """Its id (empty: everywhere) and how it is called. Raises Cannot."""
    model, name = link.model, name.lower()
    if name == "everywhere":
        return "", "everywhere"
    if not name and model.room is not None:
        return model.room.id, model.room.title
    for community in model.communities.values():
        if community.slug == name:
            return community.id, community.slug
    found = rooms.all_named(link, name) if name else []
    if len(found) > 1:
        raise Cannot(f"There are several: {joined(room.title for room in found)}.")
    if not found:
        raise Cannot(f"There is no room or community {name} for you. {WHERE}" if name else WHERE)
    return found[0].id, found[0].title


def _now(link: Link) -> list[Line]:
    """All that I chose."""
    model, attention = link.model, link.model.attention
    lines: list[Line] = []
    for one in attention.choices.values():
        room, community = model.rooms.get(one.place), model.communities.get(one.place)
        name = room.title if room else community.slug if community else "everywhere" if not one.place else "elsewhere"
        until = f"  until {when(one.until, model.zone)}" if one.until else ""
        lines.append(told(("place", f"{name:<20} "), one.level, ("dim", until)))
    for (place, root), thread in model.threads.items():
        if thread.level in LEVELS:
            room = model.rooms.get(place)
            until = f"  until {when(thread.until, model.zone)}" if thread.until else ""
            name = f"{room.title if room else 'elsewhere'} {number_of(root)}"
            lines.append(told(("place", f"{name:<20} "), thread.level, ("dim", until)))
    if attention.words:
        lines.append(told(("dim", "words that you wait for: "), ", ".join(attention.words)))
    if attention.dnd is not None and attention.dnd.times:
        lines.append(told(("dim", "not to be disturbed: "), *_times(attention.dnd)))
    if not lines:
        lines.append(note(f"It is as usual: directs ring, and who mentions or answers you. {WHERE}"))
    return [*lines, *([bell.what_rings(model, model.room, 0, this_moment())] if model.room is not None else [])]


async def times(link: Link, rest: str) -> None:
    """When nothing rings, by the clock."""
    if rest.lower() == "none":
        await _set(link, SetDnd(id="", times=[]))
        link.screen.show([note("No time of the day is quiet any more.")])
        return
    zone = ""
    if found := _IN.search(rest):
        zone, rest = found[1], rest[: found.start()]
    wish = SetDnd(id="", times=[_time(one.strip()) for one in rest.split(";")], zone=zone or local_zone())
    now = await _set(link, wish)
    link.screen.show(
        [told(("dim", "Nothing rings at these times: "), *_times(now), ("dim", ". Others see it. /dnd none ends it."))]
    )


async def _set(link: Link, wish: SetDnd) -> Dnd:
    now = await link.among.ask(SetDnd, times=wish.times, zone=wish.zone)
    change = DndChanged(times=now.times, zone=now.zone, shown=now.shown)
    link.among.view.apply(change)
    link.model.apply(change)
    link.screen.refresh()
    return now


def _time(typed: str) -> DndTime:
    """`22:00-07:00 mon-fri`. Raises Cannot."""
    found = _TIME.match(typed)
    if found is None:
        raise Cannot(TIMES)
    begins, ends = f"{found[1]:0>2}:{found[2]}", f"{found[3]:0>2}:{found[4]}"
    if max(int(found[1]), int(found[3])) > 23 or max(int(found[2]), int(found[4])) > 59:  # of a clock
        raise Cannot(f"There is no such time of the day. {TIMES}")
    return DndTime(begins=begins, ends=ends, days=_days(typed[found.end() :].strip().lower()))


def _days(typed: str) -> list[int]:
    days: list[int] = []
    for part in filter(None, re.split(r"[,\s]+", typed)):
        first, dash, last = part.partition("-")
        if first not in WEEK or (dash and last not in WEEK):
            raise Cannot(f"Days are {', '.join(WEEK)}, or mon-fri. {TIMES}")
        begin, end = WEEK.index(first), WEEK.index(last or first)
        days += [(begin + step) % DAYS + 1 for step in range((end - begin) % DAYS + 1)]
    return sorted(set(days)) if len(set(days)) < DAYS else []


def _times(dnd: Dnd) -> list[Part]:
    said = []
    for one in dnd.times:
        days = " ".join(WEEK[day - 1] for day in one.days)
        said.append(f"{one.begins}-{one.ends}{' ' + days if days else ''}")
    return [Part("strong", "; ".join(said)), Part("dim", f" in {dnd.zone}")]


def local_zone() -> str:
    """The name of this machine's time zone. Raises Cannot where it has none that could be told."""
    named = [os.environ.get("TZ", "").removeprefix(":")]
    try:
        named.append(str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2])
        named.append(Path("/etc/timezone").read_text("utf-8").strip())
    except OSError:
        pass
    for name in named:
        if name and zone_of(name) is not None:
            return name
    if not datetime.now().astimezone().utcoffset():
        return "UTC"
    raise Cannot("Say where: /dnd 22:00-07:00 in Europe/Lisbon.")
