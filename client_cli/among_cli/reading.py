"""The commands about reading: what is unread, where something was said lately, and going to some place in a room."""

import asyncio
from datetime import datetime, timedelta, tzinfo

from among_protocol.markers import SetMarker, moved
from among_protocol.messages import GLIMPSED, ReadMessages
from among_protocol.recent import Recent, RecentRooms

from . import rooms, thread_news, threads, waiting
from .changes import number_of
from .edits import here, named, said_of
from .lines import Line, Part, Rule, joined, note, told
from .link import MOST, PAGE, Cannot, Link
from .moment import moment
from .places import Room, direct_title
from .visit import NEW
from .words import glimpse

RECENT = 15  # rooms shown at once
WHERE = "Say /jump unread, /jump #12, /jump 2026-01-31, /jump 2026-01-31 09:00, or /jump more."


async def unread(link: Link, rest: str) -> None:
    """The rooms and threads with something new; or from which message on the open room, or the thread of it, is unread again."""
    if not rest:
        lines = [*rooms.with_news(link), *await thread_news.listed(link)]
        link.screen.show(lines or [note("Nothing is unread.")])
        return
    room = here(link)
    seq = _known(link, room, rest)
    if root := await threads.holding(link, room, seq):
        await threads.unread(link, room, root, seq)
        return
    now = await link.among.ask(SetMarker, room=room.id, seq=max(seq - 1, 0), unread=True)
    if link.model.visit is not None:
        link.model.visit.marks = False  # or it would be read again at once
    link.model.apply(moved(now))
    link.screen.show(
        [note(f"Unread from {number_of(seq)} on: {now.unread} new, until you come back or say something.")]
    )
    link.screen.refresh()


def _known(link: Link, room: Room, number: str) -> int:
    """The message of this number, which the room has reached. Raises Cannot."""
    seq = named(link, number)
    if seq > room.head:
        raise Cannot(f"There is no message {number_of(seq)}. The numbers stand behind the messages.")
    return seq


async def read(link: Link, rest: str) -> None:
    """Count as read, with what is in threads."""
    if rest and rest.lower() != "all":
        raise Cannot("Say /read for this room, or /read all for every room.")
    places = [room for room in link.model.numbered() if rest or room is link.model.room]
    unread = [room for room in places if room.has_news]
    inside = [one for one in link.model.thread_news() if link.model.rooms[one.room] in places]
    await asyncio.gather(thread_news.read(link, inside), *(link.set_marker(room.id, room.head) for room in unread))
    names = [room.title for room in unread]
    names += [f"{len(inside)} thread{'s' if len(inside) > 1 else ''}"] if inside else []
    names += ["your inbox"] if rest and await waiting.read_all(link) else []
    link.screen.show([note(f"Read: {joined(names)}." if names else "Nothing was unread.")])


async def recent(link: Link, rest: str) -> None:
    """Where something was said lately."""
    if rest not in ("", "more"):
        raise Cannot("Say /recent, or /recent more.")
    after = link.lists.pages.get("recent", "") if rest else ""
    if rest and not after:
        raise Cannot("There is no more; /recent begins anew.")
    page = await link.among.ask(RecentRooms, after=after, limit=RECENT)
    link.lists.pages["recent"] = page.next
    await link.learn(((one.said.by, one.said.rev) for one in page.rooms), now=True)
    lines: list[Line] = [line for one in page.rooms for line in _recent(link, one)]
    if not lines:
        lines = [note("Nothing was said in your rooms yet.")]
    link.screen.show([*lines, *([note("More: /recent more")] if page.next else [])])


def _recent(link: Link, one: Recent) -> list[Line]:
    """Two rows: where, and what was said last."""
    room = link.model.rooms.get(one.room.id)
    title = room.title if room is not None else direct_title(one.room.people, one.room.member) or one.room.slug
    news: list[Part] = []
    if one.unread:
        news.append(Part("strong", f"  {one.unread} new"))
    if one.mentions:
        news.append(Part("mention", f", {one.mentions} for you"))
    here_ = "›" if room is not None and room is link.model.room else " "
    who = link.model.who(one.said.by)
    said = "✗ deleted"
    if not one.said.blank:
        said = glimpse(one.said.body, cut=len(one.said.body) >= GLIMPSED, whole=True)
    said = "…" if link.model.blocks.kind(who, one.said.by) else said
    return [
        told(f"{here_}{ago(one.said.at, link.model.zone):>11}  ", ("place", title), *news),
        told("             ", ("who", who), ("dim", ": "), said),
    ]


def ago(at: str, zone: tzinfo | None) -> str:
    """A moment in a list: the hour today, the day otherwise."""
    found = moment(at, zone)
    if found is None:
        return "some time"
    today = datetime.now(found.tzinfo).date()
    if found.date() == today:
        return f"{found:%H:%M}"
    return f"{found.day} {found:%b}" if found.year == today.year else f"{found:%b %Y}"


async def jump(link: Link, rest: str) -> None:
    """Show another place in the room: the first unread, a number, a moment."""
    room = here(link)
    word = rest.strip().lower()
    if word == "more":
        after = link.lists.pages.get(f"jump {room.id}", "")
        if not after:
            raise Cannot(f"There is no more. {WHERE}")
        await show(link, room, int(after) + 1, "more", after=int(after))
    elif word == "unread":
        if not await threads.further_up(link):
            await _unread(link, room)
    elif word.startswith("#") or word.isdecimal():
        seq = _known(link, room, word)
        if seq <= room.floor:
            await said_of(link, room, seq)
        await show(link, room, seq, number_of(seq), around=seq)
    else:
        at = when_typed(word, link.model.zone)
        if at is None:
            raise Cannot(WHERE)
        await show(link, room, 0, f"{at.day} {at:%B %Y %H:%M}", at=at)


async def _unread(link: Link, room: Room) -> None:
    """Show the first unread: of what has not been on the screen all at once, as far as a page holds it. Where all is read, show what
    was the first when one came."""
    visit = link.model.visit
    assert visit is not None
    if visit.marks and not visit.loading and visit.read < visit.shown:
        await show(link, room, visit.read + 1, NEW, after=visit.read, before=visit.first, limit=MOST)
        return
    still = bool(room.unread) and link.model.misses(room)
    since = room.read if still else visit.since
    if since is None:
        link.screen.show([note("Nothing is unread here, and nothing was when you came.")])
        return
    found = await link.among.ask(ReadMessages, room=room.id, after=since, limit=1)  # the next number may be no message
    first = found.messages[0].seq if found.messages else since
    await show(link, room, first, NEW if still else "new when you came", around=first)


async def show(link: Link, room: Room, target: int, what: str, *, at: datetime | None = None, **page: int) -> None:
    """A page of the open room that is not its newest, with a rule before the target."""
    asked: dict[str, object] = {"limit": PAGE, **page} if at is None else {"limit": PAGE, "at": at.isoformat()}
    found = await link.among.ask(ReadMessages, room=room.id, **asked)
    await link.learn(((message.by, message.rev) for message in found.messages), now=True)
    visit = link.model.visit
    if visit is None or visit.room is not room:
        return
    if at is not None:
        later = [one.seq for one in found.messages if (when := moment(one.at, None)) is not None and when >= at]
        target = later[0] if later else found.as_of + 1
    if found.messages and found.messages[0].thread:
        await threads.show_around(link, room, found, target, what)
        return
    said = [link.model.said(room, message) for message in found.messages]
    first, last = (said[0].seq, said[-1].seq) if said else (target, 0)
    beyond = 0 if found.complete else await _next(link, room, last)
    visit.covers(min(target, first), (beyond or page.get("before", found.as_of + 1)) - 1)
    link.mark()
    if not said:
        link.screen.show([note("There is nothing.")])
        return
    await threads.close(link)
    link.lists.pages[f"jump {room.id}"] = f"{last}" if beyond else ""
    unread = "before" in page  # of what is unread, and then comes what is on the screen already
    more = "more: /jump unread" if unread else "more: /jump more"
    end = "what came after it stands above" if unread else "these are the newest"
    link.screen.show([*visit.around(said, target, what), Rule(more if beyond else end)])
    link.screen.refresh()


async def _next(link: Link, room: Room, last: int) -> int:
    """Number of what was said next to the room: what else happened has numbers, too. 0: nothing was."""
    page = await link.among.ask(ReadMessages, room=room.id, after=last, limit=1)
    return page.messages[0].seq if page.messages else 0


def when_typed(typed: str, zone: tzinfo | None) -> datetime | None:
    """A day, or a day and an hour, as somebody types it in their own zone; None where it is none."""
    now = datetime.now(zone).astimezone(zone)
    days = {"today": 0, "yesterday": 1}
    day, _, hour = typed.partition(" ")
    if day in days:
        typed = f"{(now - timedelta(days=days[day])).date()} {hour}".strip()
    try:
        found = datetime.fromisoformat(typed.upper())
        return found if found.tzinfo is not None else found.replace(tzinfo=zone).astimezone(zone)
    except (ValueError, OverflowError):
        return None
