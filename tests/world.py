"""A world for tests: a whole server in memory, without sockets, and people who talk in it.

    ann, bob = await world.join("garden/hall", "ann", "bob")
    await ann.say("hi")
    assert (await bob.hears(MessageSent)).body == "hi"

`settled` is the fence: a ping's reply comes after all that the server had for that person. Nothing here sleeps; time
stands still unless a test moves `world.clock`.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, TypeVar

from among_protocol import wire
from among_protocol.base import Command, Entry, Event, Refused, Shape
from among_protocol.codes import ERROR_CODES, CloseCode, Refuse
from among_protocol.communities import CreateCommunity, JoinCommunity
from among_protocol.logs import ReadEntries, Sync
from among_protocol.members import Role
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.moderation import SetRole
from among_protocol.rooms import AddPerson, CreateRoom, OpenDirect
from among_protocol.session import Ping, SignedIn, SignIn, SignUp
from among_protocol.wire import Encoding
from among_server.app import App
from among_server.config import Config
from among_server.core.addresses import Address
from among_server.core.budget import Bucket, Portion
from among_server.core.context import Context
from among_server.core.session import Session
from among_server.store.api import Store
from among_server.store.memory import MemoryStore
from tests.declared import refusal_is_declared, watch_rules

E = TypeVar("E", bound=Event)

watch_rules()

PASSWORD = "correct horse"
FULL = 65_536  # bytes that wait for a peer who reads nothing, above which the connection lags


class AtOnce(Executor):
    """A pool that does the work itself, and needs no threads."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        done.set_result(work(*given, **named))
        return done


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Person:
    """One connection: what it sends, and every frame that it was sent."""

    def __init__(
        self, world: "World", encoding: Encoding = wire.JSON, *, secure: bool = True, address: str = ""
    ) -> None:
        self.world = world
        self.encoding = encoding
        self.frames: list[bytes] = []  # payloads, oldest first
        self.heard: list[Any] = []  # events, oldest first
        self.replies: dict[str, Any] = {}
        self.raw: dict[str, bytes] = {}  # the frame of each reply
        self.before: dict[str, int] = {}  # how many events had been heard when it came
        self.closed: CloseCode | None = None
        self.reads = True  # False: what is written waits, as in the buffer of a socket
        self.waiting: list[bytes] = []
        self.room = self.member = ""  # of the place that it joined last
        self.handle = self.token = self.account = ""
        self.asked: dict[str, type[Command]] = {}  # by id
        self._ids = itertools.count(1)
        self._read = 0
        self.session = Session(
            number=next(world.numbers),
            encoding=encoding,
            bucket=Bucket(world.config.budget, world.config.budget_per_second, world.clock()),
            address=address,
            portion=Portion(world.address(address).bucket if address else None),
            secure=secure,
            write=self._write,
            close=self._close,
        )
        self.context = Context(world.app.services, self.session)

    # --- what the server does to us

    def _write(self, data: bytes) -> None:
        assert self.closed is None, "something was written after the end"
        if self.reads:
            self._take(data)
            return
        self.waiting.append(data)
        if self.buffered > FULL and not self.session.lagging:
            self.session.pause()

    def _take(self, data: bytes) -> None:
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
            return
        reply = frame.ok or frame.refused
        assert reply is not None
        assert str(reply.id) not in self.raw or reply.id is None, "a second reply to one command"
        if isinstance(reply, Refused) and reply.kind == "bug":
            self.world.mistakes.append(reply.message)
        if isinstance(reply, Refused) and (command := self.asked.get(str(reply.id))):
            refusal_is_declared(command, reply)
        self.replies[str(reply.id)] = reply
        self.raw[str(reply.id)] = payload
        self.before[str(reply.id)] = len(self.heard)

    def _close(self, code: CloseCode, reason: str) -> None:
        if self.closed is None:
            self.closed = code
            peer: Any = SimpleNamespace(session=self.session)  # all that is looked at of a connection
            self.world.app.listener.leave(peer)

    def leave(self) -> None:
        """The connection is cut."""
        self._close(CloseCode.SILENT, "gone")

    # --- a peer that does not read

    @property
    def buffered(self) -> int:
        return sum(map(len, self.waiting))

    def stops_reading(self) -> None:
        self.reads = False

    def lags(self) -> None:
        """Reads nothing, and has so much waiting that the server has noticed."""
        self.stops_reading()
        self.session.pause()

    def reads_again(self) -> None:
        waiting, self.waiting = self.waiting, []
        self.reads = True
        self._take(b"".join(waiting))
        if self.session.lagging:
            self.session.resume()

    # --- what we do

    def send(self, payload: bytes) -> None:
        self.world.app.dispatch.receive(self.context, payload)

    def begin(self, command: type[Command], **fields: Any) -> str:
        """Send a command without waiting; gives its id."""
        fields.setdefault("id", f"{next(self._ids)}")
        if issubclass(command, wire.WRITES):
            fields.setdefault("nonce", self.world.nonce())
        id: str = fields["id"]
        self.asked[id] = command
        self.send(self.encoding.encode(command(**fields)))
        return id

    async def answered(self, id: str) -> None:
        await until(lambda: id in self.raw)

    async def reply(self, id: str, shape: type[Shape]) -> Any:
        """The reply to a command, once it is there. Raises Refuse."""
        await self.answered(id)
        reply = self.replies.pop(id)
        if isinstance(reply, Refused):
            raise Refuse(ERROR_CODES[reply.code], reply.message, field=reply.field, retry_after_ms=reply.retry_after_ms)
        return self.encoding.decode_result(shape, reply.result)

    async def ask(self, command: type[Command], **fields: Any) -> Any:
        """A command's result. Raises Refuse."""
        return await self.reply(self.begin(command, **fields), command.Reply)

    async def refused(self, command: type[Command], **fields: Any) -> Refused:
        """A command's refusal; anything else fails the test."""
        id = self.begin(command, **fields)
        await self.answered(id)
        reply = self.replies.pop(id)
        assert isinstance(reply, Refused), f"{command.__name__} was carried out"
        return reply

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

    async def settled_but(self, other: "Person") -> None:
        """As far as things go while somebody else does not read."""
        for _ in range(50):
            await asyncio.sleep(0)
        await self.ask(Ping)

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

    async def entries(self, log: str) -> list[Any]:
        """A log from its start, as this person may read it."""
        found: list[Any] = []
        while True:
            page = await self.ask(ReadEntries, log=log, after=found[-1].seq if found else 0)
            found += [self.encoding.decode_entry(raw) for raw in page.entries]
            if page.complete:
                return found

    def numbers(self, log: str, since: int = 0) -> list[int]:
        """The numbers of what was heard of a log, in the order in which it was heard."""
        return [event.seq for event in self.heard[since:] if isinstance(event, Entry) and event.log == log]

    async def sign_up(self, handle: str, **fields: Any) -> SignedIn:
        signed: SignedIn = await self.ask(SignUp, handle=handle, password=PASSWORD, **fields)
        self.handle, self.token, self.account = handle, signed.token, signed.account.id
        return signed

    async def sync(self, **fields: Any) -> Any:
        return await self.ask(Sync, **fields)

    async def again(self, encoding: Encoding | None = None) -> "Person":
        """The same account on a new connection, by its token; not synced yet."""
        other = Person(self.world, encoding or self.encoding)
        await other.ask(SignIn, token=self.token)
        other.handle, other.token, other.account = self.handle, self.token, self.account
        other.room, other.member = self.room, self.member
        return other

    async def device(self, encoding: Encoding | None = None) -> "Person":
        """A second device of the same account: signed in and synced."""
        other = await self.again(encoding)
        await other.sync()
        await other.settled()
        return other


class World:
    """A server in memory."""

    def __init__(self, app: App, clock: Clock) -> None:
        self.app = app
        self.clock = clock
        self.config = app.config
        self.numbers = itertools.count(1)
        self.mistakes: list[object] = []  # of the server: a test that wants one takes it out
        self._nonces = itertools.count(1)
        self._communities: dict[str, Person] = {}
        self._ids: dict[str, str] = {}
        self._addresses: dict[str, Address] = {}

    def address(self, name: str) -> Address:
        """Somewhere that people connect from."""
        if name not in self._addresses:
            entered = self.app.listener.addresses.enter(name, self.clock())
            assert entered is not None
            self._addresses[name] = entered
        return self._addresses[name]

    def nonce(self) -> str:
        return f"nonce-{next(self._nonces)}"

    async def quiet(self) -> None:
        """No command is under way, and nothing waits to be flushed."""
        services = self.app.services
        await until(
            lambda: (
                not self.app.dispatch.running
                and not services.background
                and not any(log.waiting for log in services.logs)
            )
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
            self._ids[slug] = made.entry.log
            founder.member = (await founder.entries(made.entry.log))[1].by
        founder = self._communities[slug]
        if room and place not in self._ids:
            self._ids[place] = (await founder.ask(CreateRoom, community=self._ids[slug], slug=room)).entry.room
            founder.room = self._ids[place]
        people = []
        for handle in handles:
            person = await self.person(handle, encoding)
            joined = await person.ask(JoinCommunity, community=slug)
            person.member = joined.entry.member
            person.room = self._ids.get(place, "")
            await person.settled()
            people.append(person)
        return people

    async def join_too(self, person: Person, slug: str) -> Any:
        """Somebody who is here joins one more community; gives the entry."""
        return (await person.ask(JoinCommunity, community=slug)).entry

    async def private_room(self, place: str, *people: Person) -> str:
        """A private room in a community, made by its founder, with these people of the community in it."""
        slug, _, room = place.partition("/")
        founder = self._communities[slug]
        made = await founder.ask(CreateRoom, community=self._ids[slug], slug=room, kind="private")
        id: str = made.entry.room
        self._ids[place] = id
        for person in people:
            await founder.ask(AddPerson, room=id, member=person.member)
            await person.settled()
        return id

    async def direct(self, one: Person, *others: Person) -> str:
        opened = await one.ask(OpenDirect, handles=[other.handle for other in others])
        room: str = opened.entry.room
        for person in (one, *others):
            await person.settled()
        return room

    async def promote(self, person: Person, slug: str, role: Role) -> None:
        """Another role in a community, given by who founded it."""
        await self._communities[slug].ask(SetRole, community=self._ids[slug], member=person.member, role=role)
        await person.settled()

    def founder(self, slug: str) -> Person:
        return self._communities[slug]

    def id(self, place: str) -> str:
        """The id of a community or of COMMUNITY/ROOM."""
        return self._ids[place]

    def heads(self) -> dict[str, int]:
        """Every log there is, with its head: two alike, and nothing durable was said in between."""
        store = self.app.store
        assert isinstance(store, MemoryStore)
        return {id: row.head for id, row in store._tx.logs.items()}


@asynccontextmanager
async def world_of(store: Store | None = None, **config: Any) -> AsyncIterator[World]:
    """A world over a store of its own (in memory unless given)."""
    loop = asyncio.get_running_loop()
    wide = dict.fromkeys(("budget", "budget_per_second", "address_budget", "address_budget_per_second"), 1_000_000)
    config = {**wide, **config}
    app = App(Config(**config), store or MemoryStore())
    clock = Clock()
    await app.store.open()
    app.wire(loop)
    app.services.now = clock
    app.services.passwords.cost(passes=1, kib=8)  # what a password costs is measured elsewhere
    app.services.passwords._pool = AtOnce()  # type: ignore[assignment]  # likewise
    world = World(app, clock)
    loop.set_exception_handler(lambda _, error: world.mistakes.append(error))
    try:
        yield world
        assert world.mistakes == []
    finally:
        loop.set_exception_handler(None)
        app.services.passwords.close()
        await app.store.close()


async def until(true: Callable[[], bool]) -> None:
    """Turns of the loop until something holds; five seconds of them and the test has failed. Seconds in which this process
    ran: on a machine that is busy with others it may take minutes."""
    deadline = time.process_time() + 5
    while not true():
        assert time.process_time() < deadline, "it did not happen"
        await asyncio.sleep(0)
