"""The client for asyncio: one connection that comes back by itself. Needs the extra `client` (websockets).

    async with connect("ws://127.0.0.1:8080/v1", token=token) as among:
        room = among.room("garden/hall")
        await among.send(room.id, "hello")
        async for event in among:
            match event:
                case MessageSent() if not among.mine(event): ...

Signing in: `token=`; or `handle=` and `password=`, with `sign_up=True` (and `invite=`) to make the account. Keep
`among.token`: it signs in again without the password. `connect` raises Refuse (signing in was refused), Unreachable
(no server within `open_within` seconds; None tries for ever) or Stopped.

Reading: `async for` gives each entry of each log one follows (message.sent, member.joined, ...) exactly once and in
order, over any number of connections; notices (markers, presence, typing), which may be lost; and what happens to the
link and the logs: Up, Down, Opened, Closed, Reset, Card, Synced (see happenings.py). It ends when the `async with` is left,
and raises Stopped when the server says not to come back. A log without a known position starts at its head;
`from_start=True` gives all of it.

Reading exactly once over restarts of the program: keep `among.positions` (plain data; msgspec or json take it) and
hand it to the next `connect(positions=...)`. An event counts in it once the next one was taken, or
`among.done(event)` was called: never while it is being worked on.

Asking: `await among.ask(ReadMessages, room=id, limit=20)`, or with a struct, gives the command's Reply or raises Refuse.
It waits for a connection if need be: use asyncio.timeout. Writes reach the log exactly once, over reconnects too; with
a `nonce` of one's own (say, made of the message it answers) over restarts as well. Cancelling means: don't try again.
`among.begin(...)` and `among.sending(room, body)` don't wait: they return a Sending, with `.state` for a screen
(sending, unconfirmed, sent, failed) and a callback.

A slow reader: when `queue` events wait to be taken, the socket is no longer read; but while something is asked, it
is, since the reply must come: entries are then let go and fetched from the log later. Memory stays bounded.
"""

import asyncio
import contextlib
import ssl as ssl_module
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from types import TracebackType
from typing import Any, Literal, Self, cast

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from .accounts import Account
from .asking import Ask, AskState
from .base import Command, Entry
from .codes import Refuse
from .client import Client, Credentials
from .communities import JoinCommunity, Membership, ReadCommunity
from .happenings import (
    Card,
    ClientError,
    Closed,
    ConnectionLost,
    Down,
    Happening,
    Notice,
    Opened,
    Positions,
    Reset,
    Stopped,
    Unreachable,
    Up,
)
from .logs import LogState
from .members import Persona, PersonaRef, ResolveMembers
from .messages import MessageSent, SendMessage, SentWritten
from .replies import Asking
from .rooms import DirectOpened, OpenDirect, Room
from .session import Hello
from .view import NoSuchRoom, View
from .wire import JSON, MSGPACK, UnknownEvent

__all__ = [
    "Among",
    "Card",
    "Closed",
    "ConnectionLost",
    "Down",
    "Happening",
    "NoSuchRoom",
    "Opened",
    "Positions",
    "Reset",
    "Sending",
    "Stopped",
    "Unreachable",
    "Up",
    "connect",
]

FRAME_BYTES = 2**24  # a page of 200 of the longest messages, escaped as JSON may, is below ten megabytes
CLOSE_WITHIN = 2.0  # seconds: for what was asked to be answered, then for the closing handshake
PERSONAS_AT_ONCE = 200


class Sending:
    """A command on its way. Awaiting it gives the result, or raises why it failed."""

    def __init__(self, among: "Among", command: Command, changed: "Callable[[Sending], object] | None") -> None:
        self._among = among
        self._changed = changed
        self._done = asyncio.get_running_loop().create_future()
        self._ask = among.core.ask(command, among.now(), self._watch)

    @property
    def state(self) -> AskState:
        return self._ask.state

    @property
    def error(self) -> Exception | None:
        """Once failed: why."""
        return self._ask.error

    @property
    def command(self) -> Command:
        """As it is sent, with its nonce (the id is another one each time)."""
        return self._ask.command

    @property
    def result(self) -> Any:
        """Once sent: the command's Reply."""
        return self._ask.result

    def withdraw(self) -> None:
        """Don't try again. What is on the wire already may still be carried out."""
        self._among.core.withdraw(self._ask)
        if not self._done.done():
            self._done.cancel()

    def _watch(self, ask: Ask) -> None:
        if self._changed is not None:
            asyncio.get_running_loop().call_soon(self._changed, self)
        if ask.decided and not self._done.done():
            self._done.set_result(None)

    def __await__(self) -> Generator[Any, None, Any]:
        try:
            yield from asyncio.shield(self._done).__await__()
        except asyncio.CancelledError:
            self.withdraw()
            raise
        if self._ask.error is not None:
            raise self._ask.error
        return self._ask.result


class _Connection(ClientConnection):
    """Notes every byte that comes: the server's pings are the sign of life of a quiet server."""

    heard: Callable[[], None] = staticmethod(lambda: None)

    def data_received(self, data: bytes) -> None:
        self.heard()
        super().data_received(data)


class Among:
    """One account on one server; made by `connect`, see the module."""

    def __init__(
        self, url: str, core: Client, *, queue: int, open_within: float | None, options: dict[str, Any]
    ) -> None:
        self.core = core
        self._url = url
        self._options = options
        self._open_within = open_within
        self._view = View()
        self._queue: deque[Happening] = deque()
        self._most = queue
        self._taken: Happening | None = None  # the event in the user's hand
        self._read = Positions(core.whole.positions.epoch, dict(core.whole.positions.logs))
        self._news = asyncio.Event()  # something to take, or the end
        self._space = asyncio.Event()  # the reader may go on
        self._kick = asyncio.Event()  # something to send
        self._up = asyncio.Event()
        self._closing = False
        self._supervisor: asyncio.Task[None] | None = None
        self._wanted: dict[tuple[str, int], asyncio.Future[Persona | None]] = {}
        self._resolving: asyncio.Task[None] | None = None

    # --- what is known

    @property
    def hello(self) -> Hello:
        assert self.core.hello is not None
        return self.core.hello

    @property
    def account(self) -> Account:
        assert self._view.account is not None
        return self._view.account

    @property
    def token(self) -> str:
        """Signs in again without the password. Secret."""
        return self.core.credentials.token

    @property
    def epoch(self) -> str:
        return self.core.whole.epoch

    @property
    def live(self) -> bool:
        """Whether the link is up and the replay is done."""
        return self.core.state == "live"

    @property
    def positions(self) -> Positions:
        """Up to where events were taken and done with; to be kept for the next start."""
        return Positions(self._read.epoch, dict(self._read.logs))

    @property
    def communities(self) -> dict[str, Membership]:
        """By id: those I am in. As new as what has arrived, which may be ahead of the event in hand; so are the others."""
        return self._view.communities

    @property
    def rooms(self) -> dict[str, Room]:
        """By id: those I may see, directs among them."""
        return self._view.rooms

    @property
    def logs(self) -> dict[str, LogState]:
        """By id of the place: head; for rooms also read marker, unread and mentions."""
        return self._view.logs

    @property
    def personas(self) -> dict[tuple[str, int], Persona]:
        """By membership and revision: those known without asking."""
        return self._view.personas

    def room(self, name: str) -> Room:
        """`community/room`, an id, or `@handle` for the direct with that person. Raises NoSuchRoom."""
        return self._view.room(name)

    def me(self, place: str) -> str:
        """Who I am in a community, a room or a direct: my membership there."""
        return self._view.me(place)

    def mine(self, event: Entry) -> bool:
        """Whether I am the author."""
        return bool(event.by) and event.by == self._view.me(event.log)

    # --- asking

    @property
    def ask(self) -> Asking:
        """`await ask(command)` or `await ask(Command, field=...)`: the command's Reply. Raises Refuse."""
        return cast("Asking", self._ask)

    async def _ask(self, command: Command | type[Command], /, **fields: Any) -> Any:
        return await self.begin(command, **fields)

    def begin(
        self,
        command: Command | type[Command],
        /,
        *,
        changed: Callable[[Sending], object] | None = None,
        **fields: Any,
    ) -> Sending:
        """Like `ask`, without waiting. `changed` is called (soon, on the loop) at each change of state."""
        if isinstance(command, type):
            fields.setdefault("id", "")
            if "nonce" in command.__struct_fields__:
                fields.setdefault("nonce", "")
            command = command(**fields)
        sending = Sending(self, command, changed)
        self._kick.set()
        self._space.set()  # a reply must be read, however full the queue is
        return sending

    def sending(
        self, room: str, body: str, *, nonce: str = "", changed: Callable[[Sending], object] | None = None
    ) -> Sending:
        """Say something, without waiting."""
        return self.begin(SendMessage(id="", nonce=nonce, room=room, body=body), changed=changed)

    async def send(self, room: str, body: str, *, nonce: str = "") -> MessageSent:
        """Say something in a room: exactly once, whatever happens to the link. The message as it is stored."""
        written: SentWritten = await self.sending(room, body, nonce=nonce)
        return written.entry

    async def join(self, community: str) -> Membership:
        """Join a community, by id or slug."""
        joined = await self.ask(JoinCommunity, community=community)
        card = await self.ask(ReadCommunity, community=joined.entry.community)
        self._view.apply(Card(card))
        return card

    async def direct(self, *handles: str) -> Room:
        """The direct with these people."""
        opened: DirectOpened = (await self.ask(OpenDirect, handles=list(handles))).entry
        self._view.apply(opened)
        return self.rooms[opened.room]

    async def persona(self, member: str, rev: int = 0) -> Persona | None:
        """Who this is, or was at that revision; None when that is not for us to know. Asked for in batches."""
        known = self._view.personas.get((member, rev))
        if known is not None:
            return known
        answer = self._wanted.get((member, rev))
        if answer is None:
            answer = self._wanted[member, rev] = asyncio.get_running_loop().create_future()
            if self._resolving is None:
                self._resolving = asyncio.create_task(self._resolve())
        return await asyncio.shield(answer)

    async def _resolve(self) -> None:
        """Ask for all personas that are wanted, so that all who want one in this turn of the loop share a batch."""
        try:
            while self._wanted:
                await asyncio.sleep(0)
                refs = list(self._wanted)[:PERSONAS_AT_ONCE]
                answers = {ref: self._wanted.pop(ref) for ref in refs}
                found: dict[tuple[str, int], Persona] = {}
                error: Exception | None = None
                try:
                    asked = [PersonaRef(member=member, rev=rev) for member, rev in refs]
                    for persona in (await self.ask(ResolveMembers, members=asked)).personas:
                        self._view.learn(persona)
                        found[persona.member, 0] = found[persona.member, persona.rev] = persona
                except (Refuse, ClientError) as refused:
                    error = refused
                for (member, rev), answer in answers.items():
                    if answer.cancelled():
                        continue
                    if error is not None:
                        answer.set_exception(error)
                        answer.exception()  # who asked may have gone
                    else:
                        answer.set_result(found.get((member, rev)) or found.get((member, 0)))
        finally:
            self._resolving = None

    # --- reading

    def __aiter__(self) -> AsyncIterator[Happening]:
        return self

    async def __anext__(self) -> Happening:
        self._finish()
        while not self._queue:
            if self._closing:
                raise StopAsyncIteration
            if self.core.error is not None:
                raise self.core.error
            self._news.clear()
            await self._news.wait()
        self._taken = self._queue.popleft()
        if len(self._queue) <= self._most // 2:
            self._space.set()
            if self.core.whole.paused:
                self.core.resume(self.now())
                self._kick.set()
        return self._taken

    def done(self, event: Happening) -> None:
        """The event in hand is done with: `positions` counts it already."""
        if event is self._taken:
            self._finish()

    def _finish(self) -> None:
        event, self._taken = self._taken, None
        match event:
            case Up():
                self._read = Positions(event.sync.epoch, self._read.logs)
            case Opened() | Reset():
                self._read.logs[event.log] = event.after
            case Closed():
                self._read.logs.pop(event.log, None)
            case Entry() | UnknownEvent() if event.log and event.seq:
                self._read.logs[event.log] = event.seq
            case _:
                pass

    # --- the link

    def now(self) -> float:
        """The loop's clock, which the core is given."""
        return asyncio.get_running_loop().time()

    async def __aenter__(self) -> Self:
        self._supervisor = asyncio.create_task(self._supervise())
        try:
            async with asyncio.timeout(self._open_within):
                await self._up.wait()
        except TimeoutError:
            await self._close(gently=False)
            raise Unreachable(f"{self._url} could not be reached") from None
        except BaseException:
            await self._close(gently=False)
            raise
        if self.core.error is not None:
            await self._close(gently=False)
            raise self.core.error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close(gently=kind is None)

    async def _close(self, *, gently: bool) -> None:
        """Gently: what was asked and is on its way may still be answered."""
        if gently and self.core.asking and self.live:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_WITHIN):
                    while self.core.asking and self.live:
                        self._space.set()
                        await asyncio.sleep(0.01)
        self._closing = True
        for task in (self._supervisor, self._resolving):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task
        self.core.stop(Stopped(1000, "the client was closed"))
        self._news.set()

    async def _supervise(self) -> None:
        """Connect, serve, wait, again: until it is over."""
        while self.core.state != "stopped":
            try:
                code, reason = await self._once()
            except (OSError, InvalidHandshake, TimeoutError) as error:
                code, reason = 1006, str(error)
            self._take(self.core.lost(code, self.now(), reason))
            if self.core.retry_at is not None:
                await asyncio.sleep(max(0.0, self.core.retry_at - self.now()))
        self._up.set()
        self._news.set()

    async def _once(self) -> tuple[int, str]:
        """One connection, from its beginning to its end: close code and reason."""
        subprotocol = Subprotocol(self.core.encoding.subprotocol)
        connecting = websocket(
            self._url,
            subprotocols=[subprotocol],
            compression=None,
            max_size=FRAME_BYTES,
            ping_interval=None,  # the server pings; the core watches over it
            close_timeout=CLOSE_WITHIN,
            create_connection=_Connection,
            **self._options,
        )
        async with connecting as link:
            assert isinstance(link, _Connection)
            link.heard = lambda: self.core.heard(self.now())
            self.core.connected(self.now())
            writer = asyncio.create_task(self._write(link))
            try:
                while True:
                    self._take(self.core.received(await link.recv(decode=False), self.now()))
                    self._kick.set()
                    if self.core.state == "stopped":
                        return 1000, ""
                    await self._room_for_more()
            except ConnectionClosed as closed:
                return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
            finally:
                writer.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                    await writer

    async def _write(self, link: ClientConnection) -> None:
        """Send what the core has to send, and tell it the time."""
        while True:
            self._kick.clear()
            self.core.tick(self.now())
            for frame in self.core.outgoing():
                await link.send(frame, text=not self.core.encoding.binary)
            if self.core.doomed:
                link.transport.abort()
                return
            wake = self.core.wake()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if wake is None else max(0.0, wake - self.now())):
                    await self._kick.wait()

    async def _room_for_more(self) -> None:
        """Don't read while the user has enough to do; but when something is asked, its reply must be read."""
        while len(self._queue) >= self._most:
            if self.core.asking:
                self.core.pause()
                return
            self._space.clear()
            await self._space.wait()
            self.core.heard(self.now())  # that nothing came was our own doing

    def _take(self, told: list[Happening]) -> None:
        for happening in told:
            self._view.apply(happening)
            if isinstance(happening, Up):
                self._up.set()
            if len(self._queue) >= self._most and isinstance(happening, Notice | Down):
                continue
            self._queue.append(happening)
        if told:
            self._news.set()


def connect(
    url: str,
    *,
    token: str = "",
    handle: str = "",
    password: str = "",
    sign_up: bool = False,
    display_name: str | None = None,
    invite: str | None = None,
    device: str = "",
    positions: Positions | None = None,
    from_start: bool = False,
    encoding: Literal["json", "msgpack"] = "json",
    queue: int = 1000,
    open_within: float | None = 10.0,
    ssl: ssl_module.SSLContext | None = None,
    proxy: str | Literal[True] | None = None,
) -> Among:
    """Sign in at `url` (ws:// or wss://). Use with `async with`; see the module for all of it."""
    credentials = Credentials(
        token=token,
        handle=handle,
        password=password,
        sign_up=sign_up,
        display_name=display_name,
        invite=invite,
        device=device,
    )
    core = Client(
        credentials,
        encoding=MSGPACK if encoding == "msgpack" else JSON,
        positions=positions,
        from_start=from_start,
    )
    options: dict[str, Any] = {"proxy": proxy}
    if ssl is not None:
        options["ssl"] = ssl
    return Among(url, core, queue=queue, open_within=open_within, options=options)
