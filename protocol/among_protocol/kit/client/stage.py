"""A stage: one run of the client under test, before a server that does what the scenario wants.

A scenario says things (`says`, or by hand through `server.town`), lets things go wrong, and then demands with `shows`
that the client has handed on all that was said, once and in order. What is said is `due`.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from ...base import Command, Shape
from ...logs import ReadEntries, Sync
from ...malformed import Malformed
from ...messages import MessageSent, SendMessage
from ...testing import LIMITS, PASSWORD, Clock, Connection, TestServer, Town
from ...wire import JSON, Encoding
from ..checks import Checks, Fault, Skip, demand, shown
from .driver import Driver, Start

CLIENT, OTHER, ROOM = "casey", "ann", "garden/hall"
PAGE, REPLAY = 4, 6  # entries of a page, and of a replay: small, so that gaps and second pages are common
PATIENCE = 10.0  # seconds for whatever must come
TELLING = re.compile("error|exception", re.IGNORECASE)  # a line that says more than the last of a trace
FRAMES = 30  # shown where something failed
LIVES = replace(LIMITS, page_entries=PAGE, replay_entries=REPLAY, in_flight=8)

checks: "Checks[Stage]" = Checks("client")


class Printed(NamedTuple):
    """What the client handed to its user."""

    seq: int
    body: str


class Said(NamedTuple):
    """A command as it came."""

    command: Command
    at: float  # monotonic seconds
    connection: Connection


class Script(Town):
    """The town, which keeps every connection there ever was."""

    def __init__(self) -> None:
        super().__init__(limits=LIVES, clock=Clock(running=True))
        self.all: list[Connection] = []
        self.answered: Callable[[Command], None] = _nothing  # told of each answer but to writes, before what follows

    def connect(self, encoding: Encoding = JSON) -> Connection:
        connection = _Scripted(self, encoding)
        self.connections.append(connection)
        self.all.append(connection)
        return connection

    def once_answered(self, kind: type[Command], then: Callable[[Any], None]) -> None:
        """Do this when the next command of this kind was answered."""

        def answered(command: Command) -> None:
            if isinstance(command, kind):
                self.answered = _nothing
                then(command)

        self.answered = answered


class _Scripted(Connection):
    def __init__(self, script: Script, encoding: Encoding) -> None:
        super().__init__(script, encoding)
        self._script = script

    def ok(self, command: Command, result: Shape) -> None:
        super().ok(command, result)
        self._script.answered(command)


def _nothing(command: Command) -> None:
    del command


class Stage:
    """One scenario. `patience`: seconds for whatever must come."""

    def __init__(self, start: Start, *, patience: float = PATIENCE, level: str = "writer") -> None:
        self.town = Script()
        self.server = TestServer(town=self.town)
        self.patience = patience
        self.level = level
        self.driver: Driver | None = None
        self.due: list[Printed] = []
        self.room = ""
        self.slow_to_end = False
        self.secrets = {PASSWORD}
        self._start = start
        self._head = 0  # what the client may hand on or not, as it likes
        self._from = 0  # lines of the output that count begin here
        self._count = 0
        self._news = asyncio.Event()

    # --- from beginning to end

    async def ready(self) -> None:
        """The server is there, the client not yet."""
        await self.server.start()
        await self.server.join(ROOM, CLIENT, OTHER)
        self.room = self.server.id_of(ROOM)
        for number in range(3):
            await self.server.says(OTHER, ROOM, f"before, {number}")
        self._head = self.head

    async def begin(self, *, token: str | None = None, wait: bool = True) -> None:
        """The client is started, and hears what is said. `token`: empty for the password."""
        await self.launch(token)
        if wait:
            await self.until(self.live, "the client is signed in and has synced")

    async def launch(self, token: str | None = None) -> None:
        row = self.town.rooms[self.room]
        given = self.server.token(CLIENT) if token is None else token
        self.secrets.update(filter(None, [given]))
        self.driver = await self._start(
            {
                "AMONG_URL": self.server.url,
                "AMONG_HANDLE": CLIENT,
                "AMONG_PASSWORD": PASSWORD,
                "AMONG_TOKEN": given,
                "AMONG_COMMUNITY": row.community,
                "AMONG_ROOM": row.id,
            }
        )
        self.driver.news = self._news.set
        self._from = 0

    async def over(self) -> None:
        """The client ends, and the server is taken down."""
        if self.driver is not None:
            await self.server.release()
            self.slow_to_end = not await self.driver.over() or self.slow_to_end
        await self.server.stop()

    async def once_more(self) -> None:
        """The client ends and is started anew, before the same server."""
        assert self.driver is not None
        self.slow_to_end = not await self.driver.over() or self.slow_to_end
        self.server.cut()
        self.due.clear()
        self._head = self.head
        await self.begin()

    # --- what is said

    @property
    def head(self) -> int:
        return self.town.logs[self.room].head

    def utter(self, *bodies: str) -> list[MessageSent]:
        """The other person says something; whether it reaches the client is for the scenario."""
        row, member = self.town.visible(self.server.person(OTHER).id, self.room)
        said = [self.town.say(member.account, row, member, body) for body in bodies]
        self.expect(*said)
        return said

    async def says(self, *bodies: str) -> list[MessageSent]:
        """The same, and it has gone out."""
        said = self.utter(*bodies)
        await self.server.flush()
        return said

    def expect(self, *entries: MessageSent) -> None:
        """The client must hand these on."""
        self.due += [Printed(entry.seq, entry.body) for entry in entries]

    def forget(self, up_to: int, after: int) -> None:
        """Entries of the room are no longer kept; what of them comes after what the client has need not be handed on."""
        self.town.forget(self.room, up_to)
        self.due = [one for one in self.due if not after < one.seq <= up_to]

    def some(self, count: int) -> list[str]:
        """So many things to say, no two alike."""
        self._count += count
        return [f"line {number}" for number in range(self._count - count + 1, self._count + 1)]

    async def tell(self, *lines: str) -> None:
        """The client is to say these."""
        if self.level == "reader":
            raise Skip("a reader says nothing")
        assert self.driver is not None
        for line in lines:
            await self.driver.say(line)

    def forgotten(self) -> None:
        """From here on another story is told: what is there now may be handed on or not."""
        self._head = self.head
        self.due.clear()
        self._from = 0 if self.driver is None else len(self.driver.printed)

    # --- what the client did

    def live(self) -> Connection | None:
        """Its connection that hears everything, if it has one."""
        account = self.server.person(CLIENT).id
        return next((one for one in self.server.connections if one.account == account and one.synced), None)

    @property
    def client(self) -> Connection:
        found = self.live()
        if found is None:
            raise Fault("a client that is connected", self._how_it_is())
        return found

    def asked(self, kind: type[Command]) -> list[Said]:
        """What it asked of this kind, over all connections."""
        return [said for said in self.commands() if isinstance(said.command, kind)]

    def commands(self) -> Iterator[Said]:
        for crossed in self.server.wire:
            if not crossed.out:
                try:
                    command = crossed.connection.encoding.decode_command(crossed.data)
                except Malformed:
                    continue
                yield Said(command, crossed.at, crossed.connection)

    def sent(self, body: str) -> list[tuple[SendMessage, float]]:
        """Each time that it sent this message."""
        return [
            (said.command, said.at)
            for said in self.asked(SendMessage)
            if isinstance(said.command, SendMessage) and said.command.body == body
        ]

    def stored(self, body: str) -> list[MessageSent]:
        return [entry for entry in self.server.messages(ROOM) if entry.body == body]

    def syncs(self) -> list[Sync]:
        return [said.command for said in self.asked(Sync) if isinstance(said.command, Sync)]

    def pages(self) -> list[ReadEntries]:
        """The pages of the room that it asked for."""
        found = [said.command for said in self.asked(ReadEntries)]
        return [one for one in found if isinstance(one, ReadEntries) and one.log == self.room]

    def printed(self) -> list[Printed]:
        """What it handed on, of what counts. Raises Fault for a line that is none."""
        assert self.driver is not None
        found = []
        for line in self.driver.printed[self._from :]:
            try:
                given = json.loads(line)
                log, one = given["log"], Printed(given["seq"], given["body"])
            except (ValueError, LookupError, TypeError):
                raise Fault("lines of JSON with log, seq and body on standard output", line) from None
            if log == self.room and one.seq > self._head:
                found.append(one)
        return found

    # --- what is demanded

    async def until(self, check: Callable[[], object], expected: str, within: float = 0.0) -> None:
        """Wait until this is so. Raises Fault when it does not come, or the client has ended."""
        deadline = time.monotonic() + (within or self.patience)
        while not check():
            left = deadline - time.monotonic()
            if left <= 0 or (self.driver is not None and self.driver.ended):
                raise Fault(expected, self._how_it_is())
            self._news.clear()
            listening = asyncio.create_task(self._news.wait())
            asking = asyncio.create_task(self.server.next_frame())
            await asyncio.wait({listening, asking}, timeout=min(left, 1.0), return_when=asyncio.FIRST_COMPLETED)
            listening.cancel()
            asking.cancel()

    async def shows(self) -> None:
        """All that is due was handed on, once and in order: seen by one more message, which comes after all of it."""
        await self.until(self.live, "a client that is connected")
        await self.says(*self.some(1))
        last = self.due[-1]
        try:
            await self.until(lambda: last in self.printed(), "")
        except Fault as fault:
            if not self.printed():
                raise Fault(f"{_listed(self.due)}, once and in this order", fault.came) from None
        demand(self.printed() == self.due, f"{_listed(self.due)}, once and in this order", _listed(self.printed()))

    def asks_for_nothing(self, why: str) -> None:
        """There was no hole. Raises Fault where a page of the room was asked for all the same."""
        pages = self.pages()
        came = ", ".join(f"log.entries after {page.after}" for page in pages)
        demand(not pages, f"no page asked for, since there is no hole: {why}", came)

    async def quiet(self, seconds: float) -> None:
        """Give the client time to do what it should not do."""
        await asyncio.sleep(seconds)

    def _how_it_is(self) -> str:
        if self.driver is None:
            return "no client"
        if self.driver.ended:
            said = [line.strip() for line in self.driver.complaints() if line.strip()]
            telling = [line for line in said if TELLING.search(line)] or said
            return "; ".join([self.driver.ended, *telling[-1:]])
        return "nothing of the kind"

    # --- the wire

    async def delivered(self) -> None:
        """All that was sent has reached the client's socket, and its answers have come back."""
        try:
            async with asyncio.timeout(self.patience):
                await self.server.ping()
        except TimeoutError:
            raise Fault("a pong to a ping", "nothing") from None

    async def cut(self) -> None:
        """What was sent has arrived; then the connection goes without a word."""
        await self.delivered()
        self.server.cut()

    async def returns(self) -> Connection:
        """The client is back, and whole."""
        await self.until(self.live, "a client that connects again")
        return self.client

    def frames(self) -> list[str]:
        """What went over the wire last."""
        crossed = list(self.server.wire)[-FRAMES:]
        numbers = {connection: number for number, connection in enumerate(self.town.all, 1)}
        lines = []
        for one in crossed:
            data = one.data
            if one.connection.encoding.binary:
                data = _as_json(one.data)
            arrow = "server" if one.out else "client"
            lines.append(f"{numbers.get(one.connection, 0)} {arrow}: {shown(_readable(data))}")
        if self.driver is not None and self.driver.complaints():
            lines += ["the client's standard error:", *self.driver.complaints()[-5:]]
        return lines


def _readable(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError:
        return data


def _as_json(data: bytes) -> bytes:
    try:
        return msgspec.json.encode(msgspec.msgpack.decode(data))
    except msgspec.DecodeError:
        return data


def _listed(printed: list[Printed]) -> str:
    return ", ".join(f"{one.seq} {one.body!r}" for one in printed) or "nothing"
