"""From a frame to its reply: decode, guard, run the handler, answer. Exactly one reply for each command.

Order: commands of a session start in the order in which they came; those that write reach the writer in that order;
replies may overtake each other. Signing in is a barrier: what follows waits for it. Answers that hold a list may be large:
those to one session are made one after the other, and not before it has read what it was sent, so that one who asks for
much and reads nothing costs a page of memory, not sixty-four.

A handler is a coroutine that is driven here rather than by a task: it begins at once, and most have ended before the
next line, which saves a task and a turn of the loop for each command. A handler may await futures, and nothing that
asks for the current task (asyncio.timeout, wait_for, TaskGroup).
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple, TypeVar, get_origin

import structlog
from msgspec.structs import fields

from among_protocol import codes
from among_protocol.base import Command, Shape, Write
from among_protocol.codes import Close, CloseCode, Refuse
from among_protocol.malformed import Malformed
from among_protocol.passwords import ResetPassword
from among_protocol.session import SignIn, SignUp
from among_protocol.wire import AnyCommand, tag_of

from ..limits import ACCOUNT_REFUSALS, ADDRESS_REFUSALS, MALFORMED_FRAMES, UNPAID_REFUSALS
from ..store.rows import Appended
from .budget import Buckets
from .context import Context
from .frames import frame
from .policy import guard
from .session import Session

# Accounts, and addresses, that were refused something for nothing in the last second or two: after that each is as new, and
# forgotten when there are so many. One server can't refuse that much in that time, so nobody has to share.
REFUSED_LATELY = 100_000

log = structlog.get_logger()

C = TypeVar("C", bound=Command)
Result = Shape | Appended | None  # None: the handler has replied itself
Handler = Callable[[Context, Any], Coroutine[Any, Any, Result]]


class Route(NamedTuple):
    handler: Handler
    cost: int  # units of the session's budget
    large: bool = False  # one answer at a time


def on(
    command: type[C],
    handler: Callable[[Context, C], Coroutine[Any, Any, Result]],
    *,
    cost: int,
    large: bool | None = None,
) -> tuple[type[Command], Route]:
    """A row of the table: the types of command and handler must agree. `large`: as the reply says, unless given."""
    if large is None:
        large = any(get_origin(field.type) in (list, dict) for field in fields(command.Reply))
    return command, Route(handler, cost, large)


class Dispatch:
    """Runs commands against the table of routes."""

    def __init__(self, routes: Mapping[type[Command], Route]) -> None:
        self.routes = routes
        self.stopping = False
        self.running = 0  # commands under way, on all sessions
        self.commands = dict.fromkeys(routes, 0)  # how many came, of each type; these three only ever grow
        self.refusals: dict[str, int] = {}  # by code
        self.malformed_frames = 0
        # How many refusals that cost nothing each gets in a second, on all connections together.
        self.account_refusals: Buckets[str] = Buckets(ACCOUNT_REFUSALS, ACCOUNT_REFUSALS, REFUSED_LATELY)
        self.address_refusals: Buckets[str] = Buckets(ADDRESS_REFUSALS, ADDRESS_REFUSALS, REFUSED_LATELY)
        self._idle: asyncio.Future[None] | None = None  # resolved when none is left, once stopping

    def receive(self, context: Context, data: bytes) -> None:
        """A frame came in. Never raises."""
        session = context.session
        try:
            command = session.encoding.decode_command(data)
        except Malformed as error:
            self.malformed(context, error)
            return
        session.in_flight += 1
        if session.barrier is not None:
            session.queue.append(command)
        else:
            self._start(context, command)

    def malformed(self, context: Context, error: Malformed) -> None:
        """Answer a frame that is no command; close after too many."""
        session = context.session
        self.malformed_frames += 1
        self._refuse_unpaid(context, error.id, Refuse(error.code, error.message, field=error.field))
        if error.code is codes.MALFORMED:
            session.malformed += 1
            if session.malformed >= MALFORMED_FRAMES:
                session.close(CloseCode.MALFORMED, "too many malformed frames")

    def refuse(self, session: Session, id: str | None, why: Refuse) -> None:
        """Answer with a refusal, and count it."""
        self.refusals[why.code.code] = self.refusals.get(why.code.code, 0) + 1
        session.refuse(id, why)

    def _refuse_unpaid(self, context: Context, id: str | None, why: Refuse) -> None:
        """Likewise, where it cost nothing. Whoever gets many of these in a second, on one connection or on many, is not read
        from until the next one: no budget bounds them, and the loop would do nothing else."""
        session = context.session
        self.refuse(session, id, why)
        session.unpaid = UNPAID_REFUSALS if self._refused_often(context) else session.unpaid + 1
        if session.unpaid >= UNPAID_REFUSALS:
            session.hold_back()

    def _refused_often(self, context: Context) -> bool:
        """Whether account or address have had all that they get in a second. Counts one more of both."""
        session, now = context.session, context.now()
        wait = 0
        if session.person is not None:
            wait = self.account_refusals.get(session.person.account.id, now).take(1, now)
        if session.address:
            wait += self.address_refusals.get(session.address, now).take(1, now)
        return wait > 0

    def _start(self, context: Context, command: AnyCommand) -> None:
        session = context.session
        kind = type(command)
        route = self.routes[kind]
        self.commands[kind] += 1
        try:
            if self.stopping:
                raise Refuse(codes.STOPPING, retry_after_ms=1_000)  # guards answer like handlers do
            guard(session, command)
            cost, now, portion = route.cost, context.now(), session.portion
            wait = 0 if cost <= portion.left else portion.draw(cost, now)
            wait = wait or session.bucket.take(cost, now)
            if wait:
                raise Refuse(codes.RATE_LIMITED, retry_after_ms=wait)  # likewise
            portion.left -= cost
        except Refuse as why:
            self._refuse_unpaid(context, command.id, why)
            session.in_flight -= 1
            if session.held_back:
                session.room_again()
            return
        self.running += 1
        work = _in_turn(context, route.handler, command) if route.large else route.handler(context, command)
        running = Running(self, context, command, work)
        running.step()
        if not running.settled and isinstance(command, Write | SignIn | SignUp | ResetPassword):
            session.barrier = running

    async def stop(self) -> None:
        """Refuse what comes from now on, and wait for what is under way."""
        self.stopping = True
        if self.running:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle

    def ended(self) -> None:
        """A command has ended."""
        self.running -= 1
        if self._idle is not None and not self.running and not self._idle.done():
            self._idle.set_result(None)

    def release(self, context: Context) -> None:
        """The command at the barrier has reached the writer, or ended: go on with those behind it."""
        session = context.session
        session.barrier = None
        while session.queue and session.barrier is None:
            self._start(context, session.queue.popleft())


async def _in_turn(context: Context, handler: Handler, command: AnyCommand) -> Result:
    session = context.session
    await session.turn()
    try:
        return await handler(context, command)
    finally:
        session.turn_over()  # the next begins in a later turn of the loop, when this answer has been written


class Running:
    """A command under way."""

    __slots__ = ("_context", "_coroutine", "_dispatch", "command", "settled")

    def __init__(
        self, dispatch: Dispatch, context: Context, command: AnyCommand, coroutine: Coroutine[Any, Any, Result]
    ) -> None:
        self._dispatch = dispatch
        self._context = context
        self.command = command
        self._coroutine = coroutine
        self.settled = False  # its place in the order of writes is certain, or it has ended

    def step(self, _: object = None) -> None:
        """Run the handler up to its next await."""
        context = self._context
        appended = context.appends
        try:
            awaited = self._coroutine.send(None)
        except StopIteration as stop:
            self._end()
            self._answer(stop.value)
            return
        except Refuse as why:
            self._end()
            self._dispatch.refuse(context.session, self.command.id, why)
            return
        except Close as over:
            self._end()
            context.session.close(over.code, over.reason)
            return
        except asyncio.CancelledError:  # the connection is gone, and with it what the handler waited for
            self._end()
            return
        except Exception:
            self._end()
            log.exception("command.failed", command=tag_of(type(self.command)), connection=context.session.number)
            self._dispatch.refuse(context.session, self.command.id, Refuse(codes.INTERNAL))
            return
        if context.appends != appended and not self.settled:
            self.settled = True
            if context.session.barrier is self:
                self._dispatch.release(context)
        if awaited is None:
            asyncio.get_running_loop().call_soon(self.step)
        else:
            awaited._asyncio_future_blocking = False  # noqa: SLF001  # what Task does with a future that it waits for
            awaited.add_done_callback(self.step)

    def _end(self) -> None:
        context = self._context
        session = context.session
        session.in_flight -= 1
        self.settled = True
        if session.barrier is self:
            asyncio.get_running_loop().call_soon(self._dispatch.release, context)
        self._dispatch.ended()  # last: whoever waits for the end goes on after those behind the barrier were answered
        if session.held_back:
            session.room_again()

    def _answer(self, result: Result) -> None:
        context = self._context
        session = context.session
        if isinstance(result, Appended):
            encoding = session.encoding
            stored = result.entry
            entry = encoding.encode(stored.event) if encoding.binary else stored.json
            reply = encoding.ok_written(self.command.id, entry, result.repeat, session.told())
            replay = context.services.replay
            replay.reply_after(session, stored.event.log, stored.event.seq, frame(encoding, reply))
        elif result is not None:
            session.reply(self.command.id, result)
