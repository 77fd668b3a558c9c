"""A world for tests: a whole server in memory, without sockets, and people who talk in it.

    ann, bob = await world.join("garden/hall", "ann", "bob")
    await ann.say("hi")
    assert (await bob.hears(MessageSent)).body == "hi"

`settled` is the fence: a ping's reply comes after all that the server had for that person. Nothing here sleeps; time
stands still unless a test moves `world.clock`.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from among_protocol import wire
from among_protocol.base import Command, Event, Refused, Shape
from among_protocol.codes import ERROR_CODES, CloseCode, Refuse
from among_protocol.communities import CreateCommunity, JoinCommunity
from among_protocol.logs import Sync
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.rooms import CreateRoom
from among_protocol.session import Ping, SignedIn, SignIn, SignUp
from among_protocol.wire import Encoding

from among_server.app import App
from among_server.config import Config
from among_server.core.budget import Bucket
from among_server.core.context import Context
from among_server.core.session import Session
from among_server.store.api import Store
from among_server.store.memory import MemoryStore

E = TypeVar("E", bound=Event)

PASSWORD = "correct horse"


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Person:
    """One connection: what it sends, and every frame that it was sent."""

    def __init__(self, world: "World", encoding: Encoding = wire.JSON, *, secure: bool = True) -> None:
        self.world = world
        self.encoding = encoding
        self.frames: list[bytes] = []  # payloads, oldest first
        self.heard: list[Any] = []  # events, oldest first
        self.replies: dict[str, Any] = {}
        self.closed: CloseCode | None = None
        self.room = ""
        self.handle = ""
        self.token = ""
        self.member = ""
        self._ids = itertools.count(1)
        self._read = 0
        self.session = Session(
            number=next(world.numbers),
            encoding=encoding,
            bucket=Bucket(world.config.budget, world.config.budget_per_second, world.clock()),
            secure=secure,
            write=self._write,
            close=self._close,
        )
        self.context = Context(world.app.services, self.session)

    # --- what the server does to us

    def _write(self, data: bytes) -> None:
        while data:
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(data[2:10], "big"), 10
            self._frame(data[start : start + size])
            data = data[start + size :]

    def _frame(self, payload: bytes) -> None:
        self.frames.append(payload)
        frame = self.encoding.decode_server(payload)
        if frame.event is not None:
            self.heard.append(frame.event)
        elif frame.ok is not None:
            self.replies[frame.ok.id] = frame.ok
        elif frame.refused is not None:
            self.replies[str(frame.refused.id)] = frame.refused

    def _close(self, code: CloseCode, reason: str) -> None:
        if self.closed is None:
            self.closed = code
            self.world.app.listener.leave(_Peer(self.session))  # type: ignore[arg-type]  # all that leave looks at

    def leave(self) -> None:
        """The connection is cut."""
        self._close(CloseCode.SILENT, "gone")

    # --- what we do

    def send(self, payload: bytes) -> None:
        self.world.app.dispatch.receive(self.context, payload)

    def begin(self, command: type[Command], **fields: Any) -> str:
        """Send a command without waiting; gives its id."""
        id = f"{next(self._ids)}"
        if issubclass(command, wire.WRITES):
            fields.setdefault("nonce", self.world.nonce())
        self.send(self.encoding.encode(command(id=id, **fields)))
        return id

    async def reply(self, id: str, shape: type[Shape]) -> Any:
        """The reply to a command, once it is there. Raises Refuse."""
        await until(lambda: id in self.replies)
        reply = self.replies.pop(id)
        if isinstance(reply, Refused):
            raise Refuse(ERROR_CODES[reply.code], reply.message, field=reply.field, retry_after_ms=reply.retry_after_ms)
        return self.encoding.decode_result(shape, reply.result)

    async def ask(self, command: type[Command], **fields: Any) -> Any:
        """A command's result. Raises Refuse."""
        return await self.reply(self.begin(command, **fields), command.Reply)

    async def say(self, body: str, *, room: str = "") -> MessageSent:
        written = await self.ask(SendMessage, room=room or self.room, body=body)
        entry: MessageSent = written.entry
        return entry

    async def settled(self) -> list[Any]:
        """Everything that the server had for us as of now, since the last time."""
        await self.world.quiet()
        await self.ask(Ping)
        fresh = self.heard[self._read :]
        self._read = len(self.heard)
        return fresh

    async def hears(self, kind: type[E], where: Callable[[E], bool] = lambda event: True) -> E:
        """The next event of this kind, skipping others."""
        found: list[E] = []

        def look() -> bool:
            while self._read < len(self.heard):
                event = self.heard[self._read]
                self._read += 1
                if isinstance(event, kind) and where(event):
                    found.append(event)
                    return True
            return False

        await until(look)
        return found[0]

    async def sign_up(self, handle: str) -> SignedIn:
        signed: SignedIn = await self.ask(SignUp, handle=handle, password=PASSWORD)
        self.handle, self.token = handle, signed.token
        return signed

    async def sync(self, **fields: Any) -> Any:
        return await self.ask(Sync, **fields)

    async def again(self, encoding: Encoding | None = None) -> "Person":
        """The same account on a new connection, by its token; not synced yet."""
        other = Person(self.world, encoding or self.encoding)
        await other.ask(SignIn, token=self.token)
        other.handle, other.token, other.room, other.member = self.handle, self.token, self.room, self.member
        return other


class _Peer:
    def __init__(self, session: Session) -> None:
        self.session = session


class World:
    """A server in memory."""

    def __init__(self, app: App, clock: Clock) -> None:
        self.app = app
        self.clock = clock
        self.config = app.config
        self.numbers = itertools.count(1)
        self._nonces = itertools.count(1)
        self._communities: dict[str, Person] = {}
        self._rooms: dict[str, str] = {}

    def nonce(self) -> str:
        return f"nonce-{next(self._nonces)}"

    async def quiet(self) -> None:
        """No command is under way, and nothing waits to be flushed."""
        services = self.app.services
        await until(
            lambda: not self.app.dispatch.running
            and not services.background
            and not any(log.waiting for log in services.logs)
        )

    async def person(self, handle: str, encoding: Encoding = wire.JSON) -> Person:
        """Signed up and synced."""
        person = Person(self, encoding)
        await person.sign_up(handle)
        await person.sync()
        return person

    async def join(self, place: str, *handles: str, encoding: Encoding = wire.JSON) -> list[Person]:
        """People in COMMUNITY/ROOM, which is made, with an owner of its own, when there is none."""
        slug, _, room = place.partition("/")
        if slug not in self._communities:
            founder = self._communities[slug] = await self.person(f"founder-of-{slug}")
            made = await founder.ask(CreateCommunity, slug=slug, name=slug)
            self._rooms[slug] = made.entry.log
        if place not in self._rooms:
            made = await self._communities[slug].ask(CreateRoom, community=self._rooms[slug], slug=room)
            self._rooms[place] = made.entry.room
        people = []
        for handle in handles:
            person = await self.person(handle, encoding)
            joined = await person.ask(JoinCommunity, community=slug)
            person.member = joined.entry.member
            person.room = self._rooms[place]
            await person.settled()
            people.append(person)
        return people

    def founder(self, slug: str) -> Person:
        return self._communities[slug]

    def id(self, place: str) -> str:
        """The id of a community or of COMMUNITY/ROOM."""
        return self._rooms[place]


@asynccontextmanager
async def world_of(store: Store | None = None, **config: Any) -> AsyncIterator[World]:
    """A world over a store of its own (in memory unless given)."""
    loop = asyncio.get_running_loop()
    config = {"budget": 1_000_000, "budget_per_second": 1_000_000, **config}
    app = App(Config(**config), store or MemoryStore())
    clock = Clock()
    await app.store.open()
    app.wire(loop)
    app.services.now = clock
    app.services.passwords.cost(passes=1, kib=8)  # what a password costs is tested elsewhere
    try:
        yield World(app, clock)
    finally:
        app.services.passwords.close()
        await app.store.close()


async def until(true: Callable[[], bool]) -> None:
    """Turns of the loop until something holds; five seconds of them and the test has failed."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 5
    while not true():
        assert loop.time() < deadline, "it did not happen"
        await asyncio.sleep(0)
