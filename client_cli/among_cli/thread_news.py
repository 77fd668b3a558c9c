"""What is new in the threads that one follows, wherever they are: listed, the way there, and counted as read."""

import asyncio
from collections.abc import Collection

from among_protocol.base import PAGE_ENTRIES
from among_protocol.following import Named
from among_protocol.threads import ListThreads, MarkThread, ThreadCard, ThreadState

from .changes import number_of
from .lines import Line, Part, note, told
from .link import Link
from .places import Room
from .threads import LISTED, begins, thread


async def listed(link: Link) -> list[Line]:
    """A line for each thread with something new, and the way to the first."""
    news = link.model.thread_news()
    if not news:
        return []
    cards = await _cards(link, {(one.room, one.thread) for one in news[:LISTED]})
    lines = [_line(link, one, cards.get((one.room, one.thread))) for one in news[:LISTED]]
    what = "that thread" if len(news) == 1 else "the first of these threads"
    what = f"what is new in {what}" if _opened(link, news[0]) else what
    more = f" {len(news) - LISTED} more: /threads" if len(news) > LISTED else ""
    return [*lines, note(f"{_way(link, news[0])} goes to {what}.{more}")]


async def _cards(link: Link, wanted: Collection[Named]) -> dict[Named, ThreadCard]:
    """How these threads are listed, with what they hang from."""
    cards: dict[Named, ThreadCard] = {}
    after: str | None = ""
    while after is not None and len(cards) < len(wanted):
        page = await link.among.ask(ListThreads, after=after, limit=PAGE_ENTRIES)
        cards.update({(one.room, one.thread): one for one in page.threads if (one.room, one.thread) in wanted})
        after = page.next or None
    await link.learn(((one.root.by, one.root.rev) for one in cards.values() if one.root is not None), now=True)
    return cards


def _line(link: Link, news: ThreadState, card: ThreadCard | None) -> Line:
    """It goes by its room and its number, as one types them."""
    counts = ((news.unread, "new"), (news.mentions, "for you"))
    much = ", ".join(f"{count} {what}" for count, what in counts if count)
    parts = [Part("", "    "), Part("place", link.model.rooms[news.room].title), Part("strong", number_of(news.thread))]
    parts += [Part("mention" if news.mentions else "strong", f"  {much}")]
    return told(*parts, ("dim", f"  {begins(link, card)}" if card is not None else ""))


def _way(link: Link, news: ThreadState) -> str:
    room, number = link.model.rooms[news.room], number_of(news.thread)
    if _opened(link, news):
        return "/jump unread"
    return f"/thread {number.removeprefix('#')}" if room is link.model.room else f"/go {room.title}{number}"


def _opened(link: Link, news: ThreadState) -> bool:
    """Whether one is in it."""
    visit = link.model.visit
    return visit is not None and (visit.room.id, visit.thread) == (news.room, news.thread)


def next_(link: Link) -> ThreadState | None:
    """The thread with something new, other than the opened one, in which one is wanted most."""
    news = [one for one in link.model.thread_news() if not _opened(link, one)]
    return max(news, key=lambda one: (one.mentions > 0, link.model.rooms[one.room].kind == "direct"), default=None)


async def into(link: Link, room: Room, root: int) -> None:
    """To a thread, in its room."""
    if room is not link.model.room:
        await link.enter(room)
    await thread(link, number_of(root))


async def read(link: Link, news: Collection[ThreadState]) -> None:
    """All that is in these threads counts as read."""

    async def mark(one: ThreadState) -> None:
        head = link.model.rooms[one.room].head
        await link.among.ask(MarkThread, room=one.room, thread=one.thread, seq=head)

    await asyncio.gather(*map(mark, news))
    link.screen.refresh()
