"""A session: one connection, who speaks on it, and what it hears. The connection owns it; its own dispatch changes it.

To a Log it is an outbox. When the connection can't keep up (`pause`), the session leaves its logs, so nothing is
buffered for it; when it can again (`resume`), it joins them where they are now and is told what it missed.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from among_protocol.base import Budget, Entry, Event, Refused, Shape
from among_protocol.codes import CloseCode, Refuse
from among_protocol.logs import Lagging
from among_protocol.presence import PresenceState
from among_protocol.wire import AnyCommand, Encoding

from ..ears import WHOLE, Ear
from .budget import Bucket, Portion
from .frames import frame
from .interest import EVERYTHING
from .log import Log

if TYPE_CHECKING:
    from .dispatch import Running
    from .people import Person


class Session:
    """One connection's side of the conversation."""

    __slots__ = (
        "__weakref__", "_drained", "_missed", "_registers", "_turns", "address", "admitted", "answers", "barrier", "bucket", "close", "device", "due", "encoding", "held_back", "hold_back", "id", "in_flight", "in_line", "interest", "kept_up",
        "lagging", "large", "logs", "lost", "malformed", "number", "over", "person", "portion", "presence", "put_off", "queue", "room_again", "secure", "stating", "synced", "syncing", "typed", "unpaid", "watching", "write",
    )  # fmt: skip

    def __init__(
        self,
        *,
        number: int,
        encoding: Encoding,
        bucket: Bucket,
        address: str = "",
        portion: Portion | None = None,
        secure: bool,
        write: Callable[[bytes], None],
        close: Callable[[CloseCode, str], None],
    ) -> None:
        self.number = number  # of the connection, for the log of the operator
        self.encoding = encoding
        self.bucket = bucket  # the account's, once it has signed in
        self.address = address  # what counts as one (core/addresses); empty: not counted
        self.portion = portion if portion is not None else Portion(None)  # of what the address may spend
        self.admitted: Callable[[], None] = nothing  # called once, by signing in
        self.secure = secure  # passwords and tokens may travel here
        self.write = write  # finished frames; never blocks
        self.close = close
        self.person: Person | None = None  # who speaks; set by signing in
        self.id = ""  # of the stored session behind the token
        self.device = ""
        self.logs: dict[str, Log] = {}  # what it hears
        self.interest = EVERYTHING  # which of it; set by a sync
        self.synced = False  # has asked for live events
        self.stating = False  # the answer to a sync is being read
        self.syncing: asyncio.Future[None] | None = None  # done when the sync under way is
        self.due: dict[str, int] = {}  # logs that it hears after this number, once it has been told why
        self.answers: dict[str, list[tuple[int, bytes]]] = {}  # by log of `due`: replies, each to follow an entry of it
        self.put_off: dict[str, tuple[Entry, int]] = {}  # logs that came during a sync: why, and after which number
        self.lost: set[str] = set()  # logs that went during a sync, though they may be there again
        self.lagging = False
        self.over = False  # the connection is gone; who waited for something meanwhile must look here
        self.in_flight = 0  # commands that wait for their reply
        self.malformed = 0
        self.unpaid = 0  # refusals in this second that cost nothing
        self.queue: deque[AnyCommand] = deque()  # behind the barrier
        self.barrier: Running | None = None  # what the commands in the queue wait for
        self.presence: PresenceState = "online"
        self.watching: frozenset[str] = frozenset()
        self.typed: dict[str, float] = {}  # room -> loop time of the last typing notice
        self.held_back = False  # the connection is not read from until `room_again`
        self.in_line = False  # held back until less waits to be written (admission.py)
        self.hold_back: Callable[[], None] = nothing  # stops reading from the connection
        self.room_again: Callable[[], None] = nothing  # called when there is room for another command
        self.kept_up: Callable[[], None] = nothing  # called once, when it does again
        self._missed: dict[str, int | None] = {}  # while lagging: what was written of each log
        self._registers: dict[str, Event] = {}  # put aside: the last value of each that changed
        self._drained: list[asyncio.Future[None]] = []
        self.large = False  # a large answer is being made
        self._turns: list[asyncio.Future[None]] = []  # wait to make the next; a deque costs 600 B

    def notice(self, event: Event) -> None:
        """An event without a number: lost when the session lags."""
        if not self.lagging and type(event) not in self.interest.without:
            self.write(frame(self.encoding, self.encoding.encode(event)))

    def register(self, name: str, event: Event) -> None:
        """The new value of a register: who lags is told the last one when they keep up again."""
        if self.puts_aside:
            self._registers[name] = event
        else:
            self.notice(event)

    @property
    def puts_aside(self) -> bool:
        """Whether registers that change are told later."""
        return self.lagging or self.stating

    def state(self) -> None:
        """From here on the answer to a sync is read. It tells all that changed until now; what changes meanwhile it may tell as
        it was before or as it is after, and so that follows behind it."""
        self.stating = True
        self._registers.clear()

    def stated(self) -> None:
        """The answer was written, or there will be none."""
        self.stating = False
        self._tell_registers()

    def let_go(self, begins: str) -> None:
        """Of what was put aside, the registers that are named so: of a place that one has left, and may be in again."""
        self._registers = {name: event for name, event in self._registers.items() if not name.startswith(begins)}

    def _tell_registers(self) -> None:
        registers, self._registers = self._registers, {}
        for name, event in registers.items():
            self.register(name, event)

    def told(self) -> Budget | None:
        """The budget that the next reply should tell of."""
        news = self.portion.news
        if news is None:
            return self.bucket.told()
        self.portion.news = None
        return news

    def reply(self, id: str, result: Shape) -> None:
        self.write(frame(self.encoding, self.encoding.ok(id, result, self.told())))

    def refuse(self, id: str | None, why: Refuse) -> None:
        refused = Refused(
            id=id,
            code=why.code.code,
            kind=why.code.kind,
            message=why.message,
            field=why.field,
            retry_after_ms=why.retry_after_ms,
            until=why.until,
            budget=self.told(),
        )
        self.write(frame(self.encoding, self.encoding.encode(refused)))

    def hear(self, log: Log, after: int) -> bool:
        """Listen to a log from a number on. False when its tail does not reach back that far."""
        ear = self.ear(log.id)
        if ear is None:
            return True
        if not self.lagging and not log.join(self, after, ear):
            return False
        self.logs[log.id] = log
        if self.lagging:  # before, or since what was written just now was too much
            had = log.leave(self)
            self._missed[log.id] = after if had is None else had
            log.away += 1
        return True

    def ear(self, id: str) -> Ear | None:
        """How this session hears a log of whoever speaks; None: it does not want it."""
        if self.interest is EVERYTHING or self.person is None:
            return WHOLE
        return self.interest.ear(self.person, id)

    def deafen(self, id: str) -> Log | None:
        """Stop listening to a log."""
        log = self.logs.pop(id, None)
        if log is not None:
            log.leave(self)
            log.away -= self.lagging
            self._missed.pop(id, None)
        return log

    def pause(self) -> None:
        """The peer does not keep up: nothing more is written from any log."""
        self.lagging = True
        self._missed = {id: log.leave(self) for id, log in self.logs.items()}
        for log in self.logs.values():
            log.away += 1

    def resume(self) -> None:
        """The peer has read what was buffered: back into the logs, and told where they went on without it."""
        self.lagging = False
        missed, self._missed = self._missed, {}
        behind: dict[str, int] = {}
        for id, log in self.logs.items():
            log.away -= 1
            had, ear = missed.get(id), self.ear(id) or WHOLE
            if had is None or (had < log.flushed and not (ear and log.quiet(had, ear))):
                had = behind[id] = log.flushed
            log.join(self, had, ear)
        if behind:
            self.notice(Lagging(logs=behind))
        self._tell_registers()
        waiters, self._drained = self._drained, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        kept_up, self.kept_up = self.kept_up, nothing
        kept_up()
        self._next_turn()

    async def drained(self) -> None:
        """Wait until the peer keeps up; for whoever writes a lot on his own account, as a replay does."""
        while self.lagging and not self.over:
            waiter = asyncio.get_running_loop().create_future()
            self._drained.append(waiter)
            await waiter

    async def turn(self) -> None:
        """Wait until no other large answer is being made, and what was written has been read. Then `turn_over`."""
        if self.large or self.lagging or self._turns:
            waiter = asyncio.get_running_loop().create_future()
            self._turns.append(waiter)
            await waiter
        self.large = True

    def turn_over(self) -> None:
        self.large = False
        self._next_turn()

    def no_more_turns(self, why: Refuse) -> None:
        """Refuse all who wait for one."""
        while self._turns:
            self._turns.pop(0).set_exception(why)

    def _next_turn(self) -> None:
        if self._turns and not self.large and not self.lagging:
            self.large = True
            self._turns.pop(0).set_result(None)

    def end(self) -> list[Log]:
        """The connection is gone; gives the logs it heard."""
        self.over = True
        self.portion.back()
        logs = list(self.logs.values())
        for log in logs:
            log.leave(self)
            log.away -= self.lagging
        self.write = _nowhere  # a handler that ends later has nobody to tell
        self.logs.clear()
        self.queue.clear()
        for waiter in (*self._drained, *self._turns):
            waiter.cancel()
        self._turns.clear()
        return logs


def _nowhere(data: bytes) -> None:
    """Where the frames of a session without a connection go."""


def nothing() -> None:
    """Nobody wants to know."""
