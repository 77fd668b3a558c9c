"""What one says oneself: it is never waited for. It stands among `model.outgoing` until its line has come, and stays there
where it is refused.
"""

import asyncio
import secrets
from typing import TYPE_CHECKING

from among_protocol.aio import Sending, Stopped
from among_protocol.codes import Refuse
from among_protocol.presence import StartTyping
from among_protocol.text import mentions_room

from .lines import note, problem
from .places import Outgoing, Room

if TYPE_CHECKING:
    from .link import Link

TYPING_EVERY = 3.0  # seconds between two signs of writing, by the protocol


class Voice:
    def __init__(self, link: "Link") -> None:
        self._link = link
        self._typed = 0.0  # time of the last sign of writing
        self.undecided = 0  # lines of one's own that are neither stored nor refused
        self._decided = asyncio.Event()  # one of them is

    def typing(self) -> None:
        """Something is being typed in the open room."""
        room, now = self._link.model.room, self._link.among.now()
        if room is not None and self._link.among.live and now - self._typed >= TYPING_EVERY:
            self._typed = now
            _ = self._link.among.begin(StartTyping, room=room.id)  # whether it arrived does not matter

    def say(self, room: Room, body: str, reply_to: int = 0, thread: int = 0) -> Sending:
        """Say something in a room. It is in sight until it is stored, and stays where it is refused."""
        one = Outgoing(secrets.token_hex(12), room.id, body, reply_to=reply_to, thread=thread)
        self._link.model.sending(one)
        visit = self._link.model.visit
        if visit is not None and visit.room is room:
            visit.spoke = thread  # where /edit finds it
        self._typed = 0.0
        self.undecided += 1
        self._link.screen.refresh()
        about = {"reply_to": reply_to, "thread": thread}
        return self._link.among.sending(
            room.id, body, nonce=one.nonce, **about, changed=lambda sending: self._sent(one, sending)
        )

    def _sent(self, one: Outgoing, sending: Sending) -> None:
        if self._link.closed:
            return
        if sending.state in ("sent", "failed"):
            self.undecided -= 1
            self._decided.set()
        match sending.state:
            case "sent":
                one.state = "sent"
                entry = sending.result.entry
                self._link.model.stored(one, entry.seq)
                if mentions_room(one.body) and not (entry.mentions_room or sending.result.repeat):
                    where = "here: its stewards can call everybody by it."
                    if one.thread:
                        where = "in a thread. Said to the room, stewards call everybody by it."
                    self._link.screen.show([note(f"@room is only a word {where}")])
            case "failed" if isinstance(sending.error, Stopped):
                one.state = "unconfirmed"  # it may have arrived before the end
            case "failed":
                one.state = "failed"
                one.reason = sending.error.message if isinstance(sending.error, Refuse) else str(sending.error)
                if not self._link.screen.stands:
                    kept = "Your text is kept: /retry sends it again."
                    self._link.screen.show([problem(f"Not sent: {one.reason} {kept}")])
            case state:
                one.state = state
        self._link.screen.refresh()

    async def settled(self, most: int = 0) -> None:
        """Wait until at most so many of one's own lines are undecided."""
        while self.undecided > most:
            self._decided.clear()
            await self._decided.wait()

    def retry(self) -> int:
        """Say once more what was refused; how many there were."""
        again = [one for one in self._link.model.failed() if one.room in self._link.model.rooms]
        for one in again:
            del self._link.model.outgoing[one.nonce]
            _ = self.say(self._link.model.rooms[one.room], one.body, one.reply_to, one.thread)
        return len(again)
