"""What something is about that has just come, where it is not on the screen: looked up, so that the line about it says who
and what.

Rules: a message is read once, and a few of them in a second at most, however much comes. What can't be had soon is told of
by its number alone. What is forwarded is always read: without it the line would say nothing.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from among_protocol.codes import Refuse
from among_protocol.happenings import ClientError, Happening
from among_protocol.messages import Forwarded, Message, MessageSent, ReadMessages
from among_protocol.pins import PinAdded

from .acquaintances import people_on

if TYPE_CHECKING:
    from .link import Link

AT_ONCE = 5  # messages that are looked up in a second
WITHIN = 2.0  # seconds that a line waits for it


class Recalling:
    def __init__(self, link: "Link") -> None:
        self._link = link
        self._since = 0.0  # when the second began in which these were looked up
        self._looked = 0

    async def about(self, event: Happening) -> None:
        """What this is about, where it happens in the open room."""
        match event:
            case MessageSent():
                if event.forwarded is not None:
                    await self._forwarded(event)
                await self.messages(event.log, [event.reply_to, event.thread])
            case PinAdded():
                await self.messages(event.log, [event.message])
            case _:
                pass

    async def messages(self, room: str, numbers: Iterable[int]) -> None:
        """These, as far as they are not at hand, and the room is the open one."""
        visit = self._link.model.visit
        if visit is None or visit.room.id != room or visit.loading:
            return
        wanted = [seq for seq in dict.fromkeys(numbers) if seq and visit.at_hand(seq) is None]
        wanted = wanted[: self._left(len(wanted))]
        for message in await asyncio.gather(*(self._read(room, seq) for seq in wanted)):
            if message is not None:
                visit.recall(self._link.model.said(visit.room, message))

    def _left(self, wanted: int) -> int:
        """How many of so many may be looked up now; they count as being so."""
        now = self._link.among.now()
        if now - self._since >= 1.0:
            self._since, self._looked = now, 0
        may = min(wanted, AT_ONCE - self._looked)
        self._looked += may
        return may

    async def _read(self, room: str, seq: int) -> Message | None:
        with contextlib.suppress(Refuse, ClientError, TimeoutError):
            async with asyncio.timeout(WITHIN):
                page = await self._link.among.ask(ReadMessages, room=room, around=seq, limit=1)
                await self._link.learn(people_on(page))
                return next((one for one in page.messages if one.seq == seq), None)
        return None

    async def _forwarded(self, sent: MessageSent) -> None:
        """What a message shows of another room, where one may read that: what comes live only says which it is."""
        origin = sent.forwarded
        assert origin is not None
        sent.forwarded = Forwarded(room=origin.room, seq=origin.seq, by=origin.by, rev=origin.rev, gone=True)
        if self._link.model.room is not None and sent.log == self._link.model.room.id:
            message = await self._read(sent.log, sent.seq)
            sent.forwarded = (message.forwarded if message is not None else None) or sent.forwarded
