"""What of the inbox still waits for the reader: not what they have read where it was said.

Rules: the inbox has a mark of its own, and reading a room does not move it. So whether an item was read is asked of the
room, or of the thread in which it was said; all devices of the account know that alike. What the list has shown is read, too. The
mark follows as far as nothing before it waits, for clients that count by it alone. An item says neither in which thread it was
said nor which edit it came with: it is looked up where that decides.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from among_protocol.base import PAGE_ENTRIES
from among_protocol.codes import Refuse
from among_protocol.inbox import InboxItem, InboxPage, InboxState, MarkInbox, ReadInbox
from among_protocol.messages import ReadMessages

from . import thread_lines
from .places import Room, new_in

if TYPE_CHECKING:
    from .link import Link
    from .model import Model

EVERY = 1.0  # seconds between two times that the server is asked
LOOKED_UP = 3  # items at a time: that is a fifth of what one may ask in a second


class _Place(NamedTuple):
    """Where an item was said."""

    thread: int  # number of the root; 0: in the room
    seq: int  # of the message, or of the edit that may have brought it about


@dataclass(slots=True)
class _Threads:
    """Those of a room that the reader follows."""

    read: dict[int, int] = field(default_factory=dict)  # by root: number up to which it is read
    news: bool = False  # something is new in one
    reach: int = 0  # number of the newest message that was read in one


NONE = _Threads()  # of a room without any


class Waiting:
    """What the mark of the inbox does not count as read."""

    def __init__(self) -> None:
        self.asking = False  # the server is being asked
        self._of: tuple[int, int] | None = None  # the mark and the count at which it was asked last; None: never
        self._read = 0  # the mark
        self._unread = 0  # items after it
        self._items: list[InboxItem] = []  # of these the newest, without their words, newest first
        self._all = True  # these are all
        self._shown: set[int] = set()  # numbers of those that the list has shown
        self._places: dict[int, _Place] = {}  # by number, of those that were looked up

    def stale(self, state: InboxState) -> bool:
        """Whether something has come since the server was asked, or has gone."""
        return bool(state.unread) and self._of != (state.read, state.unread)

    def again(self) -> None:
        """It may have changed unheard."""
        self._of = None if self._of is None else (-1, -1)

    def stated(self, at: InboxState, page: InboxPage) -> None:
        """What the server answered when this was known of it."""
        if page.read < self._read:  # it is unread again, by the doing of another client
            self._shown.clear()
        self._of, self._unread = (at.read, at.unread), page.unread
        self._all = page.complete or any(item.number <= page.read for item in page.items)
        self._after(page.read, page.items)

    def marked(self, state: InboxState) -> None:
        """The mark is here now."""
        self._after(state.read, self._items)
        self._of, self._unread = (state.read, state.unread), state.unread
        if self._all and len(self._items) != state.unread:  # more has come than is known of
            self.again()

    def _after(self, read: int, items: Iterable[InboxItem]) -> None:
        self._read = read
        self._items = [InboxItem(number=i.number, kind=i.kind, log=i.log, seq=i.seq) for i in items if i.number > read]
        there = {item.number for item in self._items}
        self._shown &= there
        self._places = {number: place for number, place in self._places.items() if number in there}

    def shows(self, items: Iterable[InboxItem]) -> None:
        """They stand in the list on the screen."""
        self._shown |= {item.number for item in items if item.number > self._read}

    def put(self, item: InboxItem, thread: int, seq: int) -> None:
        """It was looked up."""
        self._places[item.number] = _Place(thread, seq)

    @property
    def newest(self) -> int:
        """Number of the newest after the mark; 0: nothing is."""
        return self._items[0].number if self._items else 0

    def count(self, model: "Model", state: InboxState) -> int:
        """How many items wait."""
        if not state.unread or self._of is None:
            return state.unread
        return max(0, self._unread - [*self._judged(model).values()].count(False))

    def due(self, model: "Model") -> int:
        """Number up to which nothing waits and the mark does not stand; 0: none."""
        number = 0
        judged = self._judged(model) if self._all else {}
        for item in reversed(self._items if self._all else []):
            if judged[item.number] is not False:
                break
            number = item.number
        return number

    def unclear(self, model: "Model") -> list[InboxItem]:
        """Those that have to be looked up."""
        judged = self._judged(model)
        return [item for item in self._items if judged[item.number] is None]

    def waits(self, model: "Model", item: InboxItem) -> bool:
        """Whether this item of the list does."""
        return item.number > self._read and self._judge(model, item, _read_in_threads(model)) is not False

    def _judged(self, model: "Model") -> dict[int, bool | None]:
        threads = _read_in_threads(model)
        return {item.number: self._judge(model, item, threads) for item in self._items}

    def _judge(self, model: "Model", item: InboxItem, threads: Mapping[str, _Threads]) -> bool | None:
        """Whether it waits; None: as long as one does not know where it was said."""
        room = model.rooms.get(item.log)
        if item.number in self._shown:
            return False
        if room is None or not room.following:  # what others did is told here alone
            return True
        read, inside = _read_in(model, room), threads.get(room.id, NONE)
        place = self._places.get(item.number)
        if place is not None:
            return inside.read.get(place.thread, read) < place.seq
        if read >= item.seq:
            return None if room.mentions or inside.news else False
        return None if inside.reach >= item.seq else True


def _read_in(model: "Model", room: Room) -> int:
    """Number up to which the room is read now, also where the server does not know yet."""
    due = model.marker()
    return due[1] if due is not None and due[0] == room.id else room.read


def _read_in_threads(model: "Model") -> dict[str, _Threads]:
    """By room, how far the threads that one follows are read now."""
    due = thread_lines.marker(model)
    found: dict[str, _Threads] = {}
    for (id, root), state in model.threads.items():
        if (room := model.rooms.get(id)) is not None:
            read = due[2] if due is not None and due[:2] == (id, root) else state.read
            read = read if new_in(state) else room.head
            one = found.setdefault(id, _Threads())
            one.read[root], one.news = read, one.news or read < room.head
            one.reach = max(one.reach, min(read, state.head))
    return found


def keep(link: "Link") -> None:
    """Know what waits, and mark what does no more: at once, but at most once a second."""
    waiting, state = link.model.waiting, link.among.inbox
    if not state.unread:
        waiting.marked(state)
    elif not (waiting.asking or link.down) and _wants(link):
        waiting.asking = True
        link.spawn(partial(_keep, link), quiet=True)


def _wants(link: "Link") -> bool:
    waiting, model = link.model.waiting, link.model
    return waiting.stale(link.among.inbox) or bool(waiting.due(model) or waiting.unclear(model))


async def _keep(link: "Link") -> None:
    try:
        while _wants(link):
            await _once(link)
            link.screen.refresh()
            await asyncio.sleep(EVERY)
    finally:
        link.model.waiting.asking = False


async def _once(link: "Link") -> None:
    waiting, model, state = link.model.waiting, link.model, link.among.inbox
    if waiting.stale(state):
        at = InboxState(read=state.read, unread=state.unread)
        waiting.stated(at, await link.among.ask(ReadInbox, limit=PAGE_ENTRIES))
    for item in waiting.unclear(model)[:LOOKED_UP]:
        await _look_up(link, item)
    if number := waiting.due(model):
        await read(link, number)


async def read(link: "Link", number: int) -> None:
    """All up to this number counts as read."""
    link.model.waiting.marked(await link.among.ask(MarkInbox, number=number))
    link.screen.refresh()


async def read_all(link: "Link") -> bool:
    """All of it counts as read; whether something waited."""
    if _wants(link):
        await _once(link)
    newest = link.model.waiting.newest if link.model.waiting.count(link.model, link.among.inbox) else 0
    if newest:
        await read(link, newest)
    return bool(newest)


async def _look_up(link: "Link", item: InboxItem) -> None:
    visit = link.model.visit
    said = visit.said.get(item.seq) if visit is not None and visit.room.id == item.log else None
    if said is not None and not said.edited:
        link.model.waiting.put(item, said.root, item.seq)
        return
    try:
        page = await link.among.ask(ReadMessages, room=item.log, around=item.seq, limit=1)
    except Refuse:  # one may not see it any more, and is told so soon
        page = None
    one = next((one for one in page.messages if one.seq == item.seq), None) if page is not None else None
    edit = one.edited if one is not None and item.kind == "mention" else 0
    link.model.waiting.put(item, one.thread if one is not None else 0, max(item.seq, edit))
