"""Between the server and the screen: events go into the model, its lines to the screen, wishes to the server.

Rules: who wrote is resolved before an event goes into the model. Nothing here prints or asks the terminal: a `Screen`
does. What one says is never waited for; it stands among `model.outgoing` until its line has come. Everything else one
asks for has ten seconds, then the screen says that nothing came.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Protocol

from among_protocol.aio import Among, Card, Down, Happening, Reset, Stopped, Up
from among_protocol.codes import Refuse
from among_protocol.communities import CommunityJoined, Membership
from among_protocol.drafts import DraftChanged
from among_protocol.edits import MessageDeleted
from among_protocol.happenings import ClientError, Closed, Opened
from among_protocol.logs import Synced
from among_protocol.markers import SetMarker, moved
from among_protocol.members import ListMembers, Member, MemberJoined, MemberUpdated, Persona
from among_protocol.messages import ReadMessages
from among_protocol.portrait import Portrait
from among_protocol.posts import PostDeleted
from among_protocol.presence import WatchPresence
from among_protocol.reports import ReportFiled
from among_protocol.rooms import FollowRoom
from among_protocol.text import TextError

from . import reaction_lines, thread_lines, waiting
from .acquaintances import people_in, people_on
from .drafting import Drafting
from .lines import Line, note, problem, sentence, told
from .lists import REPORTS, Lists
from .model import Model
from .places import OpenCorner, Room
from .recalling import Recalling
from .typed import NO_TEXT, refusal, to_wait
from .visit import NOWHERE, Visit
from .voice import Voice

PAGE = 30  # messages shown on entering a room
MOST = 200  # messages or members that one page can hold, by the protocol
WITHIN = 10.0  # seconds for an answer
MARK_EVERY = 1.0  # seconds between two read markers
SPARED = "Your account was to be erased. You have signed in, so it stays as it is: /me erase begins anew."

Work = Callable[[], Awaitable[object]]


class Cannot(Exception):
    """What was asked for can't be done; the sentence says why."""


class Screen(Protocol):
    """Where it is shown."""

    def show(self, lines: list[Line]) -> None:
        """Print these lines, in order."""

    async def secret(self, question: str) -> str:
        """Ask for something that is not shown while it is typed. Raises EOFError when the user gives up."""

    asks: bool  # whether somebody is there who can be asked what they did not expect

    async def ask(self, question: str) -> str:
        """Ask for something. Raises EOFError when the user gives up."""

    def offer(self, line: str) -> bool:
        """Give a line to be changed and entered, where it can be; whether it stands in the prompt now."""

    drafts: bool  # whether a line that is not entered can be kept, and offered again

    def withdraw(self, line: str) -> bool:
        """Take back what was offered, where it stands in the prompt as it was; gives whether it did."""

    def half(self, *, ending: bool) -> str:
        """Take what was put aside to be said later; with `ending` also what stands in the prompt. Empty: nothing."""

    async def compose(self, begin: str) -> str:
        """Let the user write something long, which begins with this. Raises EOFError when they give up."""

    stands: bool  # whether what was refused stands there, with the reason, until it is said again or given up

    def refresh(self) -> None:
        """What stands beside the lines has changed: state of the link, unread, what is on its way."""


class Link:
    """One account on one server, and what its screen shows."""

    def __init__(self, among: Among, model: Model, screen: Screen, server: str) -> None:
        self.among = among
        self.server = server  # its address
        self.model = model
        model.threads, model.blocks = among.view.threads, among.view.blocks
        self.screen = screen
        self.voice = Voice(self)
        self.drafting = Drafting(self)
        self.recalling = Recalling(self)
        self.lists = Lists()
        self.down: Down | None = None  # why there is no connection; None while there is one
        self.down_until = 0.0  # time of the next try, by the loop's clock
        self.placed = asyncio.Event()  # it is known where one is
        self.quit = asyncio.Event()  # the user wants to leave
        self.portraits: dict[str, Portrait] = {}  # by community: as read last, which changes are against
        self.let_in: set[str] = set()  # communities, whose card is on its way
        self.tags: dict[str, list[str]] = {}  # those in which a word begins with these two letters, for completion
        self.corner: OpenCorner | None = None  # looked at last
        self.members: dict[str, list[Member]] = {}  # by community: the first page, for completion and presence
        self._current: set[str] = set()  # members of whom it is known who they are now, since the link is up
        self._tasks: set[asyncio.Task[object]] = set()
        self._marking = False  # a read marker is being set
        self.closed = False  # what becomes of anything now is told by whoever closed it

    # ---- from the server

    async def run(self) -> None:
        """Follow what happens, until the connection is over. Raises Stopped when the server says so."""
        async for event in self.among:
            await self.recalling.about(event)
            await self.learn(people_in(event))
            self.screen.show(self._happened(event))
            reaction_lines.tell(self)
            thread_lines.tell(self)
            self.mark()
            thread_lines.mark(self)
            waiting.keep(self)
            self.screen.refresh()

    def _happened(self, event: Happening) -> list[Line]:
        if isinstance(event, MessageDeleted | PostDeleted) and self.corner and event.log == self.corner.corner.room:
            self.corner.forget(event.message if isinstance(event, MessageDeleted) else event.post)
        match event:
            case Up():
                return self._up(event)
            case Down():
                was_up, self.down = self.down is None, event
                self.down_until = self.among.now() + (event.retry_in or 0.0)
                return [note(f"Connection lost, {_retrying(event)}. What you type is kept.")] if was_up else []
            case Card():
                return self._arrived(event.community)
            case DraftChanged():
                self.drafting.changed(event)
            case CommunityJoined() if not event.nonce:  # by the doing of stewards, whom one had asked
                self.let_in.add(event.community)
            case Reset() if self.model.room and event.log == self.model.room.id:
                self.spawn(partial(self._again, self.model.room))
                if event.reason == "floor":
                    return [note("Meanwhile older messages of this room were removed; this is the room as it is now.")]
                return [problem(f"The server's data was replaced ({event.reason}); this is the room as it has it now.")]
            case Reset() | Opened() | Closed() | Synced():
                pass
            case MemberJoined() | MemberUpdated():
                return self._named(event)
            case _:
                lines = self.model.apply(event, self.among.now())
                if isinstance(event, ReportFiled) and lines:
                    self.lists.of(event.community, REPORTS, [event.seq])
                return lines
        return []

    def _up(self, up: Up) -> list[Line]:
        was_down, self.down = self.down is not None, None
        self._current.clear()
        room = self.model.room
        self.model.place(up.account, up.sync.communities, up.sync.directs, up.sync.later)
        self.model.appearances.stated(up.sync.appearances)
        self.model.attention.stated(up.sync.notify, up.sync.dnd)
        self.drafting.stated(up.sync.drafts)
        self.model.counted(up.sync.logs)
        self.model.waiting.again()
        self.placed.set()
        self.spawn(self._learn_corners, quiet=True)
        lines: list[Line] = [note("Back.")] if was_down else []
        if up.spared:
            lines.append(told(("good", SPARED), alert=True))
        if room is not None and self.model.room is None:
            lines.append(problem(f"{room.title} is no longer there for you. /rooms shows what is."))
        elif self.model.visit and self.model.visit.loading:
            self.spawn(partial(self._load_again, self.model.visit), quiet=True)
        return lines

    def _arrived(self, card: Membership) -> list[Line]:
        """A community as it is now: it was joined, or its log was reset."""
        self.model.joined(card)
        self.spawn(self._learn_corners, quiet=True)
        if card.community.id not in self.let_in:
            return []
        self.let_in.discard(card.community.id)
        slug = card.community.slug
        return [told("You are in ", ("place", slug), ("dim", f": its stewards let you in. /go {slug}"), alert=True)]

    async def learn(self, people: Iterable[tuple[str, int]], *, now: bool = False) -> None:
        """Find out who these members were at these revisions, as far as one may know; with `now` also who they are."""
        asked = {one for one in people if one[0]}
        unknown = {one for one in asked if not self.model.knows(*one)}
        if now:
            unknown |= {(member, 0) for member, _ in asked if member not in self._current}
            self._current |= {member for member, _ in asked}
        # Together, so that none is left behind, to fail unheard, where this is given up.
        for found in await asyncio.gather(*(self.among.persona(*one) for one in unknown), return_exceptions=True):
            if isinstance(found, Persona):
                self.model.know(found)
            elif found is not None and not isinstance(found, Refuse | ClientError):
                raise found

    async def _learn_corners(self) -> None:
        """Whose the corners are that one follows, to name them by."""
        await self.learn((room.owner, 0) for room in self.model.rooms.values() if room.owner)
        self.screen.refresh()

    def _named(self, event: MemberJoined | MemberUpdated) -> list[Line]:
        if self.corner is not None and self.corner.corner.member == event.by:
            self.corner.corner.handle = event.handle
        return self.model.apply(event)

    # ---- to the server

    def spawn(self, work: Work, *, quiet: bool = False) -> None:
        """Do this beside what else happens. When it goes wrong the screen tells, but for what nobody asked for."""
        task: asyncio.Task[object] = asyncio.create_task(_quietly(work) if quiet else self.attempt(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def attempt(self, work: Work, *, within: float | None = WITHIN) -> bool:
        """Do this, in the time that an answer has; whether it went well. The screen tells when it did not."""
        try:
            async with asyncio.timeout(within):
                await work()
        except Refuse as refused:
            self.screen.show([problem(refusal(refused))])
        except Cannot as error:
            self.screen.show([problem(str(error))])
        except TextError as error:
            self.screen.show([problem(sentence(str(error)))])
        except UnicodeEncodeError:
            self.screen.show([problem(sentence(NO_TEXT))])
        except TimeoutError as error:
            why = "There is no connection" if self.down else "The server does not answer"
            late = f"{why}; this may not have been done. Try again in a while."
            self.screen.show([problem(to_wait(error) or late)])
        except ClientError as error:
            if not isinstance(error, Stopped):  # which `run` raises too
                self.screen.show([problem(f"This came to nothing: {error}.")])
        else:
            return True
        return False

    async def close(self) -> None:
        """Stop what is under way; what was read is marked as read."""
        self.closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.among.live:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(MARK_EVERY):
                    await _quietly(partial(thread_lines.read, self))
                    if marker := self.model.marker():
                        await _quietly(partial(self.set_marker, *marker))

    async def enter(self, room: Room, target: tuple[int, str] = NOWHERE) -> None:
        """Go to a room: follow it where one doesn't yet, and show its newest messages. `target`: the number of one before which a
        rule says this, where it is among them."""
        if room.kind == "corner":
            raise Cannot(f"That is a corner: /corner {room.title}")
        if not room.following:
            await self.among.ask(FollowRoom, room=room.id)
            room.following = True
        if room is not self.model.room or (self.model.visit and self.model.visit.thread):
            await self.drafting.left()
        self.screen.show(self.model.open(room, target))
        await self._entered(room)

    async def _again(self, room: Room) -> None:
        """The open room anew. One stays in the thread that is opened: what is being typed was meant for there."""
        thread = self.model.visit.thread if self.model.visit is not None else 0
        self.screen.show(self.model.open(room))
        if self.model.visit is not None and thread:
            self.model.visit.opened(thread, 0, marks=False)
            self.screen.show(
                [note(f"You are still in the thread of #{thread}: /thread {thread} shows it as it is now.")]
            )
        await self._entered(room)

    async def _entered(self, room: Room) -> None:
        visit = self.model.visit
        assert visit is not None
        try:
            await self._load(visit)
        except (Refuse, ClientError, TimeoutError, asyncio.CancelledError):  # cancelled: its time is over
            if not self.closed:
                self.spawn(partial(self._load_again, visit), quiet=True)
            raise
        self.spawn(partial(self.watch, room), quiet=True)
        self.spawn(partial(self.drafting.entered, room), quiet=True)

    async def _load(self, visit: Visit) -> None:
        limit = min(MOST, max(PAGE, visit.room.unread + 5))
        page = await self.among.ask(ReadMessages, room=visit.room.id, limit=limit)
        await self.learn(people_on(page), now=True)
        self.screen.show(self.model.page(visit, page))
        self.mark()
        self.screen.refresh()

    async def _load_again(self, visit: Visit) -> None:
        """Without the page, where it does not come now either; once there is a connection, where there is none."""
        try:
            async with asyncio.timeout(WITHIN):
                await self._load(visit)
        except (Refuse, ClientError, TimeoutError):
            if self.down is None and visit is self.model.visit and visit.loading:
                self.screen.show(visit.without_page())

    async def older(self) -> None:
        """Show what was said before what is on the screen."""
        visit = self.model.visit
        if visit is None or visit.loading:
            return
        if visit.complete or not visit.first:
            self.screen.show([visit.beginning()])
            return
        page = await self.among.ask(ReadMessages, room=visit.room.id, before=visit.first, limit=PAGE)
        await self.learn(people_on(page), now=True)
        self.screen.show(self.model.older(visit, page))
        self.mark()

    async def watch(self, room: Room) -> bool:
        """Know who is here, for completion, and hear of their presence. Whether these are all."""
        complete = True
        if room.kind == "direct":
            watched = [person.member for person in room.people if person.member != room.me]
        else:
            complete = await self.list_members(room.community)
            watched = [one.member for one in self.members[room.community] if one.member != room.me]
        for state in (await self.among.ask(WatchPresence, members=watched[:MOST])).members:
            self.model.appearances.see(state)
        self.screen.refresh()
        return complete

    async def list_members(self, community: str) -> bool:
        """Get the members of a community, as many as a page holds. Whether these are all."""
        page = await self.among.ask(ListMembers, community=community, limit=MOST)
        self.members[community] = page.members
        for one in page.members:
            name, bio = one.display_name, one.bio
            self.model.know(Persona(member=one.member, rev=one.rev, handle=one.handle, display_name=name, bio=bio))
        return page.complete

    def mark(self) -> None:
        """What is on the screen is read: tell the server, at once, but at most once a second."""
        if self._marking or self.down or self.model.marker() is None:
            return
        self._marking = True
        self.spawn(self._mark, quiet=True)

    async def _mark(self) -> None:
        done = None
        try:
            while (marker := self.model.marker()) not in (None, done):
                done = marker
                assert marker is not None
                await self.set_marker(*marker)
                await asyncio.sleep(MARK_EVERY)
        finally:
            self._marking = False

    async def set_marker(self, room: str, seq: int) -> None:
        """Everything in the room up to this number is read."""
        now = await self.among.ask(SetMarker, room=room, seq=seq)
        self.model.apply(moved(now))
        waiting.keep(self)
        self.screen.refresh()


async def _quietly(work: Work) -> None:
    with contextlib.suppress(Refuse, ClientError, TimeoutError):
        await work()


def _retrying(down: Down) -> str:
    if down.retry_in is None:
        return "for good"
    return f"retrying in {down.retry_in:.0f} s" if down.retry_in >= 1 else "retrying"
