"""A real server on loopback with people at it, each with a screen of paper that keeps what it was shown.

    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("hello")
        await bob.sees("hello")

Nothing sleeps: `sees` and `until` wait for the next thing that a screen is told.
"""

import asyncio
import io
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from structlog.testing import capture_logs

from among_cli import commands
from among_cli.lines import Line, Rule, Said, Told, Written
from among_cli.link import Link
from among_cli.model import Model
from among_cli.opening import Entry, opened
from among_cli.places import Room
from among_cli.plain_text import plain
from among_cli.saved import Saved
from among_cli.typed import is_command
from among_protocol.aio import Among
from among_protocol.codes import STORAGE_UNCERTAIN, Refuse
from among_protocol.wire import AnyWrite
from among_server.app import App
from among_server.config import Config
from among_server.core.logs import Logs
from among_server.store.api import Store
from among_server.store.rows import Appended

PASSWORD = "correct horse"
PATIENCE = 30.0  # seconds for anything at all, also where much else runs


class Tap(io.StringIO):
    """Standard output, which the loop can wait for, whichever thread writes to it."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def write(self, text: str) -> int:
        self._loop.call_soon_threadsafe(self._news.set)
        return super().write(text)

    async def until(self, text: str) -> None:
        """Wait until this was written."""
        await self.when(lambda: text in self.getvalue())

    async def when(self, check: Callable[[], bool]) -> None:
        """Wait until this is so, which something that is written goes along with."""
        async with asyncio.timeout(PATIENCE):
            while not check():
                self._news.clear()
                await self._news.wait()


class Paper:
    """A Screen that keeps what it was shown."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.secrets: list[str] = []  # what the user will type when asked; then they give up
        self.answers: list[str] = []  # likewise
        self.questions: list[str] = []  # what was asked in sight
        self.asks = True
        self.drafts = True
        self.stands = False
        self.typed = ""  # what stands in the prompt
        self.chooses = False  # who to be, where they join: else they are who they are everywhere
        self.written: list[str] = []  # likewise, when they may write something long
        self.begun: list[str] = []  # what that began with
        self.offered: list[str] = []  # what was given back to be changed
        self.withdrawn: list[str] = []  # what was taken back of that
        self._news = asyncio.Event()

    def show(self, lines: list[Line]) -> None:
        self.lines += lines
        self._news.set()

    def refresh(self) -> None:
        self._news.set()

    async def secret(self, question: str) -> str:
        if not self.secrets:
            raise EOFError
        return self.secrets.pop(0)

    async def ask(self, question: str) -> str:
        self.questions.append(question)
        if question.startswith("Who do you want to be") and not (self.answers and self.chooses):
            return ""
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def offer(self, line: str) -> bool:
        self.offered.append(line)
        self._news.set()
        return True

    def withdraw(self, line: str) -> bool:
        self.withdrawn.append(line)
        self._news.set()
        return self.offered[-1:] == [line]

    def half(self, *, ending: bool) -> str:
        line = self.typed if ending and not is_command(self.typed) else ""
        self.typed = "" if line else self.typed
        return line

    async def compose(self, begin: str) -> str:
        self.begun.append(begin)
        if not self.written:
            raise EOFError
        return self.written.pop(0)

    async def until(self, check: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not check():
                self._news.clear()
                await self._news.wait()

    @property
    def said(self) -> list[str]:
        return [line.body for line in self.lines if isinstance(line, Said)]

    @property
    def told(self) -> list[str]:
        return [row for line in self.lines if not isinstance(line, Said) for row in _told(line)]


def _told(line: Line) -> list[str]:
    match line:
        case Rule():
            return [line.text]
        case Told():
            return ["".join(part.text for part in line.parts)]
        case Written():
            return [*plain(line)]
        case _:
            return ["\n".join(plain(line))]


class Reader:
    """Somebody at a terminal."""

    def __init__(self, link: Link, paper: Paper, everybody: list["Reader"]) -> None:
        self.link = link
        self.paper = paper
        self.model = link.model
        self._everybody = everybody

    @property
    def among(self) -> Among:
        return self.link.among

    @property
    def room(self) -> Room:
        """The open one."""
        assert self.model.room is not None, self.paper.told
        return self.model.room

    async def types(self, line: str) -> list[str]:
        """Type a line; what is told until it is done. A room that it makes is known to all who may go there."""
        before, rooms = len(self.paper.told), set(self.model.rooms)
        await commands.take(self.link, line)
        if line.startswith("/room create"):
            for room in [self.model.rooms[id] for id in set(self.model.rooms) - rooms]:
                await self._known(room)
        return self.paper.told[before:]

    async def _known(self, room: Room) -> None:
        for one in self._everybody:
            if room.community in one.model.communities and not (one.link.closed or one.link.down):
                await one.paper.until(partial(one.model.rooms.__contains__, room.id))

    async def edits(self, line: str) -> list[str]:
        """Of what one said last, once it stands there."""
        await self.link.voice.settled()
        return await self.types(f"/edit {line}")

    async def sees(self, text: str) -> None:
        """Wait until this stands on the screen, said or told."""
        await self.paper.until(lambda: any(text in line for line in [*self.paper.said, *self.paper.told]))


class House:
    """A server, and who is at it."""

    def __init__(self, folder: Path) -> None:
        self.saved = Saved(folder / "state/among/accounts")
        self._data = folder / "data"
        self._port = 0
        self._app: App | None = None
        self._everybody: list[Reader] = []
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        self._stack.enter_context(capture_logs())  # standard output is what the tests look at
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._stack.aclose()
        finally:
            await self.stop()

    async def start(self) -> None:
        """Start the server, at the address it had before."""
        config = Config(
            data=str(self._data),
            port=self._port,
            synchronous="normal",
            budget=10**6,
            budget_per_second=10**6,
            grace_ms=100,
            password_workers=1,
        )
        self._data.mkdir(exist_ok=True)
        self._app = App(config)
        await self._app.start()
        self._app.services.passwords.cost(passes=1, kib=8)  # what a password costs is tested elsewhere
        self._port = self._app.listener.port

    @property
    def store(self) -> Store:
        """The server's own."""
        assert self._app is not None
        return self._app.store

    @property
    def logs(self) -> Logs:
        """The server's own, live."""
        assert self._app is not None
        return self._app.services.logs

    async def stop(self) -> None:
        app, self._app = self._app, None
        for _ in range(10):  # asyncio's own loop forgets whom it is just accepting; the server's does not
            await asyncio.sleep(0)
        if app is not None:
            await app.stop()

    def cut(self) -> None:
        """Every connection breaks, without a word."""
        assert self._app is not None
        for connection in list(self._app.listener.connections):
            connection.abort("cut by the test")

    def doubts(self) -> None:
        """From now on the server does not know whether what is written is kept, as after a flush that failed."""
        assert self._app is not None
        store = self._app.store

        def append(account: str, command: AnyWrite) -> asyncio.Future[Appended]:
            nobody_knows: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
            nobody_knows.set_exception(Refuse(STORAGE_UNCERTAIN, retry_after_ms=50))
            return nobody_knows

        store.append = append  # type: ignore[method-assign]  # one that fails, until the house is started again

    async def person(self, handle: str, *, token: str = "") -> Reader:
        """Somebody who signs up, or comes again with a token, and is at the screen until the house closes."""
        entry = (
            Entry(self.url, token=token) if token else Entry(self.url, handle=handle, password=PASSWORD, sign_up=True)
        )
        return await self._at_the_screen(entry)

    async def signs_in(self, handle: str, password: str = PASSWORD) -> Reader:
        """The same account in a session of its own."""
        return await self._at_the_screen(Entry(self.url, handle=handle, password=password))

    async def _at_the_screen(self, entry: Entry) -> Reader:
        among = await self._stack.enter_async_context(opened(entry, self.saved))
        paper = Paper()
        link = Link(among, Model(UTC), paper, self.url)
        running = asyncio.create_task(link.run())

        async def leave() -> None:
            await link.close()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        self._stack.push_async_callback(leave)
        await paper.until(link.placed.is_set)
        reader = Reader(link, paper, self._everybody)
        self._everybody.append(reader)
        return reader

    async def join(self, place: str, *handles: str) -> list[Reader]:
        """People in COMMUNITY/hall, which the first of them founds."""
        community = place.partition("/")[0]
        people = [await self.person(handle) for handle in handles]
        for number, one in enumerate(people):
            await one.types(f"/join {community}" if number else f"/create {community}")
            assert one.model.room is not None, one.paper.told
        return people
