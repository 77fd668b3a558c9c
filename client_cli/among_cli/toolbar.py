"""The bar below the prompt: where one is, who writes, what is new elsewhere, and whether there is a connection."""

import math

from .address import shown
from .changes import number_of
from .layout import clip, pad, width
from .lines import joined
from .link import Link
from .render import Span
from .safe_text import Safe, safe_text

LEAST = 16  # columns for the place, before what is new elsewhere goes
PLACE, NEWS, DOWN = "class:bottom-toolbar.place", "class:bottom-toolbar.news", "class:bottom-toolbar.down"


def toolbar(link: Link, columns: int) -> list[Span]:
    """The bar, exactly as wide as the terminal; what is least needed is cut first."""
    model = link.model
    thread = f" · thread {number_of(model.visit.thread)}" if model.visit and model.visit.thread else ""
    place = Safe(f" {safe_text(model.room.title)}{thread} " if model.room else " no room ")
    state, news = _state(link), [_news(link), _news(link, brief=True)]
    less_and_less = ([*_writing(link), *news[0]], *news, [])  # what is least needed goes first
    rights = [_right(parts, state) for parts in less_and_less]
    right, taken = next((one for one in rights if columns - one[1] >= min(width(place), LEAST)), rights[-1])
    place = clip(place, max(columns - taken, 1))
    topic = Safe(f" {safe_text(_about(link))}")
    room = columns - taken - width(place)
    return [Span(PLACE, place), Span("", pad(clip(topic, room), room) if room > 1 else Safe("")), *right]


def _right(parts: list[Span], state: list[Span]) -> tuple[list[Span], int]:
    """What stands at the end of the bar, and how wide it is."""
    right = [Span("", Safe("  ")), *parts, *state, Span("", Safe(" "))]
    return right, sum(width(span.text) for span in right)


def _about(link: Link) -> str:
    """What the room is about; of a direct, whether the other is there."""
    room = link.model.room
    if room is None:
        return " /rooms  /communities  /help"
    if room.kind != "direct":
        return room.topic
    others = [person.member for person in room.people if person.member != room.me]
    return link.model.presence.get(others[0], "") if len(others) == 1 else ""


def _writing(link: Link) -> list[Span]:
    names = link.model.writing(link.among.now())
    if not names:
        return []
    who = f"{joined(names)} write{'s' if len(names) == 1 else ''}" if len(names) < 3 else "several write"
    return [Span("", Safe(f"{safe_text(who)} … · "))]


def _news(link: Link, *, brief: bool = False) -> list[Span]:
    waiting = link.model.waiting.count(link.model, link.among.inbox)
    inbox = [Span(NEWS, Safe(f"/inbox {waiting}")), Span("", Safe(" · "))] if waiting else []
    rooms, mentions = link.model.unread()
    threads = len(link.model.thread_news())
    if not (rooms or threads):
        return inbox
    counts = ((rooms, "room"), (threads, "thread"))
    where = ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count)
    news = "/unread" if brief else f"new in {where}{f', {mentions} for you' if mentions else ''}"
    return [*inbox, Span(NEWS, Safe(news)), Span("", Safe(" · "))]


def _state(link: Link) -> list[Span]:
    if link.down is not None:
        left = math.ceil(link.down_until - link.among.now())
        when = f"next try in {left} s" if left > 0 else "trying"
        return [Span(DOWN, Safe(f"○ offline, {when}"))]
    if not link.among.live:
        return [Span(DOWN, Safe("○ connecting"))]
    where = safe_text(shown(link.server))
    chosen = link.model.appearances.appear(link.model.room.community if link.model.room else "")
    how = chosen if chosen != "auto" else "away" if link.model.away else "●"
    return [Span("", Safe(f"{safe_text(how)} {where}"))]
