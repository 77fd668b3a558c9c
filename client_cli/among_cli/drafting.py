"""What one has begun to write and not said: the draft of a room, or of a thread in it, which the server keeps for all of one's
devices.

Rules: whoever rests while writing, goes elsewhere or leaves has it kept, and whoever comes back has it in the prompt. Said or
emptied, it goes. Where it was written on on another device, and not here, the prompt follows. Only what would be said is kept, and
no command. What can't be kept as one leaves is shown, so that nobody's text is lost.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from among_protocol.codes import Refuse
from among_protocol.drafts import DraftChanged, DraftState, ListDrafts, SetDraft
from among_protocol.happenings import ClientError

from .changes import number_of
from .lines import note, problem, told
from .places import Room
from .typed import is_command, spoken, written

if TYPE_CHECKING:
    from .link import Link

KEEP_WITHIN = 2.0  # seconds
REST = 3.0  # seconds without a key, from which on what stands in the prompt is kept, whatever happens to this client

Where = tuple[
    str, int
]  # a place (the id of a room, or of a community for a post), and the root of a thread there; 0: in none
NOWHERE: Where = ("", 0)


class Drafting:
    def __init__(self, link: "Link") -> None:
        self._link = link
        self.there: set[Where] = set()  # where there is a draft, as the server says
        self._held = NOWHERE  # of which draft it is that stands in the prompt
        self._line = ""  # that draft, as it was put there
        self._done: set[Where] = set()  # of what is to go, which the server has not confirmed yet
        self._rest: asyncio.TimerHandle | None = None

    def stated(self, states: Iterable[DraftState]) -> None:
        """Where there are drafts, as the server states it."""
        self.there = {(one.place, one.thread) for one in states}
        for where in self._done & self.there:
            self._link.spawn(partial(self._clear, where), quiet=True)
        self.there -= self._done
        if self._held not in self.there:
            self._gone(self._held)

    def changed(self, event: DraftChanged) -> None:
        """On another device."""
        where = event.place, event.thread
        if not event.fingerprint:
            self._gone(where)
            return
        self.there.add(where)
        room = self._link.model.room
        if where == self._held and room is not None:  # what is said here from now on is no longer that draft
            self._held = NOWHERE
            if self._link.screen.withdraw(self._line):
                self._link.spawn(partial(self.entered, room), quiet=True)

    def _gone(self, where: Where) -> None:
        """It was said, or given up, on another device: it stays only where somebody has written on."""
        self.there.discard(where)
        if where == self._held != NOWHERE:
            self._held = NOWHERE
            self._link.screen.withdraw(self._line)

    async def entered(self, room: Room) -> None:
        """The draft of the room, or of the thread that is opened in it, goes into the prompt."""
        where = room.id, self._thread
        if where not in self.there or where == self._held or not self._link.screen.drafts:
            return
        text = await self.text(where)
        if text and room is self._link.model.room and where == (room.id, self._thread):
            self._line = written(text)
            self._held = where if self._link.screen.offer(self._line) else NOWHERE

    async def text(self, where: Where) -> str:
        """What was begun there, on whichever device; empty: nothing."""
        place, thread = where
        after = {"after": place, "after_thread": thread - 1} if thread else {}
        found = (await self._link.among.ask(ListDrafts, places=[place], **after)).drafts
        return found[0].text if found and found[0].thread == thread else ""

    @property
    def _thread(self) -> int:
        """The root of the thread that is opened; 0: none."""
        return self._link.model.visit.thread if self._link.model.visit is not None else 0

    def typed(self, line: str) -> None:
        """This stands in the prompt, which may be a command."""
        self._woken()
        room = self._link.model.room
        if room is not None and line.strip() and not is_command(line):
            self._rest = asyncio.get_running_loop().call_later(REST, self._rests, (room.id, self._thread), line)

    def _woken(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    def _rests(self, where: Where, line: str) -> None:
        self._woken()
        room = self._link.model.room
        if self._link.down is not None:
            self.typed(line)  # later
        elif room is not None and where == (room.id, self._thread):
            self._held, self._line = where, line
            self.there.add(where)
            self._done.discard(where)
            self._link.spawn(partial(self._keep, where, line), quiet=True)

    def emptied(self) -> None:
        """Nothing of the draft stands in the prompt any more: it was said, or given up."""
        self._woken()
        if self._held != NOWHERE:
            self._link.spawn(partial(self._clear, self._held), quiet=True)
            self._given_up(self._held)

    async def drop(self, where: Where) -> None:
        """There is to be no draft any more: none comes into the prompt from now on, and the server is told."""
        self._given_up(where)
        await self._clear(where)

    def _given_up(self, where: Where) -> None:
        self.there.discard(where)
        self._done.add(where)
        if where == self._held:
            self._held = NOWHERE

    async def left(self, *, ending: bool = False, thread: int | None = None) -> None:
        """One goes elsewhere, or leaves: what was begun in the open room, or in its thread, is kept. `thread`: the one that one
        was in, where one is in it no more; 0: in none."""
        self._woken()
        room = self._link.model.room
        held, self._held = self._held, NOWHERE
        if held != NOWHERE and not ending:
            self._link.screen.withdraw(self._line)  # it is kept for where it was begun, and would be said elsewhere now
        line = self._link.screen.half(ending=ending) if room is not None else ""
        if room is None or not line:
            return
        where = room.id, self._thread if thread is None else thread
        begun_in = f"the thread of {number_of(where[1])} in {room.title}" if where[1] else room.title
        try:
            async with asyncio.timeout(KEEP_WITHIN):
                await self._keep(where, line)
        except (Refuse, ClientError, TimeoutError):
            self._link.screen.show([problem(f"This could not be kept as your draft in {begun_in}:"), note(line)])
            return
        self.there.add(where)
        self._done.discard(where)
        self._link.screen.show(
            [told(("dim", "What you had begun is kept as your draft in "), ("place", begun_in), ("dim", "."))]
        )

    async def _keep(self, where: Where, line: str) -> None:
        place, thread = where
        await self._link.among.ask(SetDraft, place=place, thread=thread, text=spoken(line))

    async def _clear(self, where: Where) -> None:
        await self._keep(where, "")
        self._done.discard(where)
