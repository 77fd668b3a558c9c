"""What one has begun to write in a room and not said: the draft of that room, which the server keeps for all of one's devices.

Rules: whoever rests while writing, goes elsewhere or leaves has it kept, and whoever comes back has it in the prompt. Said or
emptied, it goes. Where it was written on on another device, and not here, the prompt follows. Only what would be said is kept, and
no command. What was begun in a thread is kept for that thread, by this client alone. What can't be kept as one leaves is shown, so
that nobody's text is lost.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from among_protocol.codes import Refuse
from among_protocol.drafts import DraftChanged, DraftState, ListDrafts, SetDraft
from among_protocol.happenings import ClientError

from .lines import note, problem, told
from .places import Room
from .typed import is_command, spoken, written

if TYPE_CHECKING:
    from .link import Link

KEEP_WITHIN = 2.0  # seconds
REST = 3.0  # seconds without a key, from which on what stands in the prompt is kept, whatever happens to this client


class Drafting:
    def __init__(self, link: "Link") -> None:
        self._link = link
        self.there: set[str] = set()  # places that have a draft, as the server says
        self._threads: dict[tuple[str, int], str] = {}  # what was begun in a thread, by its room and root
        self._held = ""  # id of the room whose draft stands in the prompt
        self._line = ""  # that draft, as it was put there
        self._done: set[str] = set()  # rooms whose draft is to go, which the server has not confirmed yet
        self._rest: asyncio.TimerHandle | None = None

    def stated(self, states: Iterable[DraftState]) -> None:
        """Where there are drafts, as the server states it."""
        self.there = {one.place for one in states}
        for place in self._done & self.there:
            self._link.spawn(partial(self._clear, place), quiet=True)
        self.there -= self._done
        if self._held not in self.there:
            self._gone(self._held)

    def changed(self, event: DraftChanged) -> None:
        """On another device."""
        if not event.fingerprint:
            self._gone(event.place)
            return
        self.there.add(event.place)
        room = self._link.model.room
        if event.place == self._held and room is not None:  # what is said here from now on is no longer that draft
            self._held = ""
            if self._link.screen.withdraw(self._line):
                self._link.spawn(partial(self.entered, room), quiet=True)

    def _gone(self, place: str) -> None:
        """It was said, or given up, on another device: it stays only where somebody has written on."""
        self.there.discard(place)
        if place and place == self._held:
            self._held = ""
            self._link.screen.withdraw(self._line)

    async def entered(self, room: Room) -> None:
        """The draft of the room, or of the thread that is opened in it, goes into the prompt."""
        if line := self._threads.pop((room.id, self._thread), ""):
            self._link.screen.offer(line)
        if self._thread or room.id not in self.there or room.id == self._held or not self._link.screen.drafts:
            return
        found = (await self._link.among.ask(ListDrafts, places=[room.id])).drafts
        if found and room is self._link.model.room and not self._thread:
            self._line = written(found[0].text)
            self._held = room.id if self._link.screen.offer(self._line) else ""

    @property
    def _thread(self) -> int:
        """The root of the thread that is opened; 0: none."""
        return self._link.model.visit.thread if self._link.model.visit is not None else 0

    def typed(self, line: str) -> None:
        """This stands in the prompt, which may be a command."""
        self._woken()
        room = self._link.model.room
        if room is not None and line.strip() and not is_command(line):
            self._rest = asyncio.get_running_loop().call_later(REST, self._rests, room, line)

    def _woken(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    def _rests(self, room: Room, line: str) -> None:
        self._woken()
        if self._link.down is not None:
            self.typed(line)  # later
        elif room is self._link.model.room and not self._thread:
            self._held, self._line = room.id, line
            self.there.add(room.id)
            self._done.discard(room.id)
            self._link.spawn(partial(self._link.among.ask, SetDraft, place=room.id, text=spoken(line)), quiet=True)

    def emptied(self) -> None:
        """Nothing of the draft stands in the prompt any more: it was said, or given up."""
        self._woken()
        place, self._held = self._held, ""
        if place:
            self.there.discard(place)
            self._done.add(place)
            self._link.spawn(partial(self._clear, place), quiet=True)

    async def left(self, *, ending: bool = False, thread: int | None = None) -> None:
        """One goes elsewhere, or leaves: what was begun in the open room, or in its thread, is kept. `thread`: the one that one
        was in, where one is in it no more; 0: in none."""
        self._woken()
        room = self._link.model.room
        self._held = ""
        line = self._link.screen.half(ending=ending) if room is not None else ""
        thread = self._thread if thread is None else thread
        if room is not None and line and thread:
            self._threads[room.id, thread] = line
            line = ""
            if not ending:
                kept = f"What you had begun is kept for the thread of #{thread} in {room.title}, until you leave the client."
                self._link.screen.show([note(kept)])
        if ending:
            self._end_threads()
        if room is None or not line:
            return
        try:
            async with asyncio.timeout(KEEP_WITHIN):
                await self._link.among.ask(SetDraft, place=room.id, text=spoken(line))
        except (Refuse, ClientError, TimeoutError):
            self._link.screen.show([problem(f"This could not be kept as your draft in {room.title}:"), note(line)])
            return
        self.there.add(room.id)
        self._done.discard(room.id)
        self._link.screen.show(
            [told(("dim", "What you had begun is kept as your draft in "), ("place", room.title), ("dim", "."))]
        )

    def _end_threads(self) -> None:
        """Show what was begun in threads and not said."""
        for (id, thread), line in self._threads.items():
            room = self._link.model.rooms.get(id)
            where = f"the thread of #{thread}{f' in {room.title}' if room is not None else ''}"
            self._link.screen.show([problem(f"This was not said in {where}:"), note(line)])
        self._threads.clear()

    async def _clear(self, place: str) -> None:
        await self._link.among.ask(SetDraft, place=place, text="")
        self._done.discard(place)
