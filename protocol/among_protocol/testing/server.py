"""The town on a real socket, with the levers of a test. Nothing here waits for a time to pass."""

import asyncio
import contextlib
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Any, NamedTuple, Self

from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, NegotiationError
from websockets.typing import Subprotocol

from ..base import Command, Entry, Write
from ..codes import CloseCode
from ..communities import CreateCommunity, JoinCommunity
from ..messages import MessageSent
from ..rooms import CreateRoom, FollowRoom, OpenDirect
from ..session import Limits
from ..wire import ENCODINGS, JSON
from .answers import WRITES
from .clock import Clock
from .connection import Connection
from .limits import LIMITS
from .state import Person
from .town import PASSWORD, Town

WITHIN = 5.0  # seconds that a test waits for what must come
FOUNDER = "founder"  # owns the communities that a test only names


class Crossed(NamedTuple):
    """A message that went over the wire."""

    connection: Connection
    at: float  # monotonic seconds
    out: bool  # to the client
    text: bool  # in a text frame
    data: bytes


REMEMBERED = 10_000  # messages of Crossed
When = Callable[[Connection, bytes], bool]
Change = Callable[[Connection, bytes], bytes]


def always(connection: Connection, frame: bytes) -> bool:
    """Every frame."""
    return True


class TestServer:
    """`async with TestServer() as server: connect(server.url, token=server.token("ann"))`. See the package."""

    __test__ = False  # for pytest: the name says what it is for

    def __init__(
        self, *, town: Town | None = None, limits: Limits = LIMITS, clock: Clock | None = None, port: int = 0
    ) -> None:
        self.town = town or Town(limits=limits, clock=clock)
        self.url = ""
        self.answering = True  # False: what is asked is read, and neither carried out nor answered
        self.fragments = 1  # frames of one message
        self.change: Change | None = None  # what becomes of each frame before it goes out
        self.wire: deque[Crossed] = deque(maxlen=REMEMBERED)  # all that went over it, oldest first
        self.connected = 0  # connections ever made
        self._port = port
        self._links: dict[Connection, _Link] = {}
        self._listener: Listener | None = None
        self._held: When | None = None
        self._news = asyncio.Event()  # something has come from a client, or one has come or gone
        self._count = itertools.count(1)

    # --- from beginning to end

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen: again on the same port, when it was stopped."""
        town = self.town
        town.later = asyncio.get_running_loop().call_later
        self._listener = await serve(
            self._serve,
            "127.0.0.1",
            self._port,
            select_subprotocol=_select,
            compression=None,
            max_size=town.limits.frame_bytes,
            ping_interval=None,  # ours tells the client why it was cut
            close_timeout=1,
        )
        self._port = next(iter(self._listener.sockets)).getsockname()[1]
        self.url = f"ws://127.0.0.1:{self._port}/v1"

    async def stop(self) -> None:
        """Nobody can connect any more, and whoever was is cut. What was said is kept: `start` goes on with it."""
        self.cut()
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()
            self._listener = None

    # --- people and places: each is made when it is first named

    def person(self, handle: str) -> Person:
        """The account; its password is PASSWORD. Who is to sign up by themselves must not be named before."""
        return self.town.people.get(self._known(handle)) or self.town.sign_up(handle)

    def _known(self, handle: str) -> str:
        """The id of an account that a test looks for; empty while there is none."""
        return next((person.id for person in self.town.people.values() if person.handle == handle), "")

    def token(self, handle: str) -> str:
        """A token that signs in as this person."""
        return self.town.open_session(self.person(handle)).token

    async def join(self, room: str, *handles: str) -> None:
        """These people are members of the community and follow the room (`garden/hall`)."""
        community, _, slug = room.partition("/")
        town = self.town
        if town.community(community) is None:
            await self.do(FOUNDER, CreateCommunity, slug=community, name=community)
        row = town.community(community)
        assert row is not None
        if slug and not any((one.community, one.slug) == (row.id, slug) for one in town.rooms.values()):
            await self.do(FOUNDER, CreateRoom, community=row.id, slug=slug)
        for handle in handles:
            person = self.person(handle)
            if row.id not in person.logs:
                await self.do(handle, JoinCommunity, community=row.id)
            if slug and self.id_of(room) not in person.logs:
                await self.do(handle, FollowRoom, room=self.id_of(room))

    async def direct(self, *handles: str) -> str:
        """The direct of these people: the id of its room."""
        people = [self.person(handle) for handle in handles]
        entry = await self.do(people[0].handle, OpenDirect, handles=list(handles[1:]))
        return str(getattr(entry, "room", ""))

    async def says(self, handle: str, room: str, body: str) -> MessageSent:
        """Somebody who is in that room says something there."""
        row, member = self.town.visible(self.person(handle).id, self.id_of(room))
        sent = self.town.say(member.account, row, member, body)
        await self.flush()
        return sent

    async def do(self, handle: str, command: type[Write], **fields: Any) -> Entry:
        """Any other write, as this person: `await server.do("ann", SetTopic, room=..., topic="roses")`.

        Raises codes.Refuse."""
        made = command(id="0", nonce=f"test-{next(self._count)}", **fields)
        entry = WRITES[command](self.town, self.person(handle), made)
        await self.flush()
        return entry

    # --- what a test looks at

    def id_of(self, room: str) -> str:
        """The id of a room named as `garden/hall` (or by its id)."""
        return self.town.room(room).id

    def messages(self, room: str, *, by: str = "") -> list[MessageSent]:
        """All that was said in a room, or what one person said there; oldest first."""
        row = self.town.room(room)
        member = self.town.member(self._known(by), row.place) if by else None
        return [
            entry
            for entry in self.town.logs[row.id].entries
            if isinstance(entry, MessageSent) and (not by or (member is not None and entry.by == member.id))
        ]

    def asked(self, handle: str) -> list[Command]:
        """What the connections of this person asked that are open now, each in order."""
        account = self._known(handle)
        return [command for one in self.connections if account and one.account == account for command in one.told]

    @property
    def connections(self) -> list[Connection]:
        """Those that are open now."""
        return list(self._links)

    async def until(self, check: Callable[[], object], within: float = WITHIN) -> None:
        """Wait until this is so. Looks again whenever something comes from a client. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not check():
                self._news.clear()
                await self._news.wait()

    async def heard(self, room: str, *, by: str, count: int = 1, within: float = WITHIN) -> list[MessageSent]:
        """Wait until this person has said so much there; all of it. Raises TimeoutError."""
        await self.until(lambda: len(self.messages(room, by=by)) >= count, within)
        return self.messages(room, by=by)

    async def here(self, *handles: str, within: float = WITHIN) -> None:
        """Wait until these people are signed in and hear what is said live. Raises TimeoutError."""

        def all_here() -> bool:
            synced = {one.account for one in self.town.connections if one.synced}
            return all(self._known(handle) in synced for handle in handles)

        await self.until(all_here, within)

    async def next_frame(self) -> None:
        """Wait until one more frame has come from a client, or one has come or gone."""
        self._news.clear()
        await self._news.wait()

    # --- what a test lets happen

    def cut(self) -> None:
        """As if the network had gone: without a word."""
        for connection, link in list(self._links.items()):
            link.socket.transport.abort()
            self._forget(connection)

    async def close(self, code: CloseCode | int, reason: str = "") -> None:
        """Close every connection, with a code."""
        for connection in self.connections:
            connection.close(code, reason)
        await self.flush()

    async def restart(self, come_back_ms: int = 0) -> None:
        """Every connection is closed and told to come back, after so long at the earliest; everything is kept."""
        self.town.restart(come_back_ms)
        await self.flush()

    async def restore(self, keep: float = 0.0) -> None:
        """An older backup was put back: another epoch, and of each room's log so much is left (0 to 1)."""
        self.town.restore(keep)
        await self.flush()

    def hold(self, when: When = always) -> None:
        """Keep back what goes out, from the first frame on for which this is true; see Connection.out."""
        self._held = when

    async def release(self) -> None:
        """Let go what was held back."""
        self._held = None
        for link in self._links.values():
            link.stuck = False
            link.kick.set()
        await self.flush()

    async def flush(self) -> None:
        """Wait until all that is not held back has gone out."""
        for link in list(self._links.values()):
            if not link.over:
                link.idle.clear()
                link.kick.set()
                await link.idle.wait()

    async def ping(self) -> None:
        """Wait until every client has read what was sent so far, as far as its socket tells."""
        await self.flush()
        for link in list(self._links.values()):
            with contextlib.suppress(ConnectionClosed):
                await (await link.socket.ping())

    # --- sockets

    async def _serve(self, socket: ServerConnection) -> None:
        town = self.town
        connection = town.connect(ENCODINGS.get(str(socket.subprotocol), JSON))
        if socket.request is not None:
            connection.path = socket.request.path
        link = _Link(connection, socket)
        self._links[connection] = link
        self.connected += 1
        tasks = [asyncio.create_task(self._write(link)), asyncio.create_task(self._watch(link))]
        late = asyncio.get_running_loop().call_later(town.sign_in_ms / 1000, _too_late, connection)
        self._news.set()
        try:
            async for frame in socket:
                data = frame if isinstance(frame, bytes) else frame.encode()
                self.wire.append(Crossed(connection, time.monotonic(), False, isinstance(frame, str), data))
                if self.answering:
                    connection.received(data)
                self._news.set()
        except ConnectionClosed:
            pass
        finally:
            late.cancel()
            self._forget(connection)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _watch(self, link: "_Link") -> None:
        """Ping, and drop who does not answer."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(self.town.ping_ms / 1000)
                pong = await link.socket.ping()
                try:
                    async with asyncio.timeout(self.town.deadline_ms / 1000):
                        await pong
                except TimeoutError:
                    link.connection.close(CloseCode.SILENT, "no answer to a ping")
                    return

    async def _write(self, link: "_Link") -> None:
        connection = link.connection
        try:
            while True:
                link.kick.clear()
                while connection.out and not self._keeps(link, connection.out[0]):
                    frame = connection.out.popleft()
                    if self.change is not None:
                        frame = self.change(connection, frame)
                    text = not connection.encoding.binary
                    self.wire.append(Crossed(connection, time.monotonic(), True, text, frame))
                    await link.socket.send(self._pieces(frame), text=text)
                if connection.closed is not None and not connection.out:
                    await link.socket.close(connection.closed, connection.reason)
                    return
                link.idle.set()
                await link.kick.wait()
        except ConnectionClosed:
            pass
        finally:
            link.end()

    def _keeps(self, link: "_Link", frame: bytes) -> bool:
        if self._held is not None and not link.stuck:
            link.stuck = self._held(link.connection, frame)
        return link.stuck

    def _pieces(self, frame: bytes) -> bytes | AsyncIterator[bytes]:
        return frame if self.fragments < 2 else _in_pieces(frame, self.fragments)

    def _forget(self, connection: Connection) -> None:
        link = self._links.pop(connection, None)
        if link is not None:
            link.end()
        self.town.gone(connection)
        self._news.set()


class _Link:
    """One connection's socket, and where its writer is."""

    def __init__(self, connection: Connection, socket: ServerConnection) -> None:
        self.connection = connection
        self.socket = socket
        self.kick = asyncio.Event()  # there is something to write
        self.idle = asyncio.Event()  # nothing is left to write
        self.stuck = False  # it is held back
        self.over = False
        connection.news = self.kick.set

    def end(self) -> None:
        """Nobody waits for it any more."""
        self.over = True
        self.idle.set()


async def _in_pieces(frame: bytes, count: int) -> AsyncIterator[bytes]:
    size = max(1, -(-len(frame) // count))
    for start in range(0, len(frame), size):
        yield frame[start : start + size]


def _too_late(connection: Connection) -> None:
    if not connection.account:
        connection.close(CloseCode.SIGN_IN_LATE, "not signed in in time")


def _select(socket: ServerConnection, offered: Iterable[Subprotocol]) -> Subprotocol | None:
    """The first of ours that was named; JSON for who names none."""
    named = list(offered)
    if not named:
        return None
    for name in named:
        if name in ENCODINGS:
            return name
    raise NegotiationError(f"this server speaks {', '.join(ENCODINGS)}")


__all__ = ["FOUNDER", "PASSWORD", "TestServer", "When", "always"]
