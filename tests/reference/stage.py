"""Records what a real server and its clients say to each other, for the reference: over sockets and SQLite, in either encoding.

    async with stage(folder, wire.JSON) as play:
        ann = await play.enter("ann")
        with play.take("message.send"):
            await ann.sends("message.send", room=room, body="hi")

A take holds every frame of every connection, in an order that is always the same: what was sent, what came back to the
one who sent it, then what the others heard. Ids, times and tokens get names (`named`), so that two recordings are equal.
Time stands still but between takes.
"""

import asyncio
import contextlib
import datetime as dt
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from among_protocol.wire import COMMANDS, WRITES, Encoding, tag_of
from among_server.app import App
from among_server.config import Config
from among_server.core.session import Session
from among_server.edge.connection import Connection
from among_server.edge.restarting import send_away
from tests.world import until

PATIENCE = 20  # seconds for anything at all
WINDOW = 0.5  # seconds: some commits, many times over
BETWEEN = 10.0  # seconds from one take to the next: a budget is full again, and nobody was silent for too long
WRITING = {tag_of(command) for command in WRITES}
KNOWN = {tag_of(command) for command in COMMANDS}

Line = list[Any]  # who, ">" or "<" or "closed", the frame (or the close code)


class Clock:
    """Seconds that pass only when a play says so."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Actor:
    """One connection."""

    def __init__(self, play: "Play", name: str, socket: ClientConnection) -> None:
        self.play = play
        self.name = name
        self.token = self.account = self.member = ""
        self.heard: list[Any] = []  # events, oldest first
        self._socket = socket
        self._ids = itertools.count(1)
        self.over = False

    async def sends(self, type_: str, **fields: Any) -> Any:
        """A command, what comes back, and what others hear of it; gives the reply."""
        frame: dict[str, Any] = {"type": type_, "id": fields.pop("id", None) or f"{next(self._ids)}"}
        if type_ in WRITING:
            frame["nonce"] = fields.pop("nonce", None) or self.play.nonce(self.name)
        frame |= fields
        await self.says(self.play.packed(frame), frame)
        reply = await self._until(frame["id"])
        await self.play.settle(first=self)
        return reply

    async def sends_at_once(self, log: str, *commands: tuple[str, dict[str, Any]]) -> None:
        """Writes to one log, which goes out to nobody before all of them are stored."""
        live = self.play.app.services.logs.get(log)
        assert live is not None
        live.not_before, live.crowd = asyncio.get_running_loop().time() + WINDOW, len(commands)
        frames = [
            {"type": type_, "id": f"{next(self._ids)}", "nonce": self.play.nonce(self.name), **fields}
            for type_, fields in commands
        ]
        for frame in frames:
            await self.says(self.play.packed(frame), frame)
        for frame in frames:
            await self._until(frame["id"])
        await self.play.settle(first=self)

    async def result(self, type_: str, **fields: Any) -> Any:
        """What an `ok` brings."""
        reply = await self.sends(type_, **fields)
        assert reply["type"] == "ok", reply
        return reply["result"]

    async def says(self, data: bytes, shown: Any) -> None:
        self.play.line(self.name, ">", shown)
        await self._socket.send(data, text=not self.play.encoding.binary)

    async def reads(self) -> Any:
        """The next frame."""
        async with asyncio.timeout(PATIENCE):
            frame = self.play.unpacked(await self._socket.recv())
        if not str(frame.get("id")).startswith("fence-"):
            self.play.line(self.name, "<", frame)
        if frame["type"] not in ("ok", "refused"):
            self.heard.append(frame)
        return frame

    async def _until(self, id: str) -> Any:
        while True:
            frame = await self.reads()
            if frame["type"] in ("ok", "refused") and frame["id"] == id:
                return frame

    async def fence(self) -> None:
        """All that the server had for this connection has come."""
        try:
            id = f"fence-{next(self.play.fences)}"
            await self._socket.send(
                self.play.packed({"type": "session.ping", "id": id}), text=not self.play.encoding.binary
            )
            await self._until(id)
            if session := self.play.session(self):
                session.bucket.give(1)  # what the fence cost
        except ConnectionClosed as closed:
            self.over = True
            if closed.rcvd is not None:
                self.play.line(self.name, "closed", closed.rcvd.code)

    async def leaves(self) -> None:
        """The connection is cut, without a word."""
        self.over = True
        session = self.play.session(self)
        self.drop()
        await self._socket.wait_closed()
        await until(lambda: session is None or session.over)

    async def sent_away(self) -> None:
        """The server closes this connection, as it closes all of them when it stops."""
        self.over = True
        connection = self.play.connection(self)
        assert connection is not None
        send_away([connection])
        await self.reads()
        await self._socket.wait_closed()
        self.play.line(self.name, "closed", self._socket.close_code)

    def drop(self) -> None:
        self._socket.transport.abort()

    @property
    def port(self) -> int:
        return int(self._socket.local_address[1])


class Play:
    """A server, who is on stage, and what was recorded so far."""

    def __init__(self, app: App, clock: Clock, encoding: Encoding) -> None:
        self.app = app
        self.clock = clock
        self.encoding = encoding
        self.takes: dict[str, list[Line]] = {}
        self.actors: list[Actor] = []
        self.fences = itertools.count(1)
        self.names = Names()
        self._rolling: list[Line] | None = None
        self._nonces: dict[str, Iterator[int]] = {}

    # --- frames

    def packed(self, frame: Any) -> bytes:
        return self.encoding.encode(frame)

    def unpacked(self, data: str | bytes) -> Any:
        raw = data.encode() if isinstance(data, str) else data
        return (msgspec.msgpack.decode if self.encoding.binary else msgspec.json.decode)(raw)

    def nonce(self, name: str) -> str:
        return f"{name}-{next(self._nonces.setdefault(name, itertools.count(1)))}"

    def line(self, who: str, what: str, frame: Any) -> None:
        self.names.learn(frame, who)
        if self._rolling is not None:
            self._rolling.append([who, what, frame])

    @contextlib.contextmanager
    def take(self, name: str, *, rested: bool = True) -> Iterator[None]:
        """What is said meanwhile is recorded under this name; `rested`: after a while in which nobody said anything."""
        assert name not in self.takes, name
        self.clock.now += BETWEEN if rested else 0
        self._rolling = []
        yield
        self.takes[name], self._rolling = in_order(self._rolling), None

    # --- who is there

    async def enter(self, name: str) -> Actor:
        """Somebody connects, and hears hello."""
        url = f"ws://127.0.0.1:{self.app.listener.port}/v1"
        socket = await connect(
            url, subprotocols=[Subprotocol(self.encoding.subprotocol)], ping_interval=None, max_size=None
        )
        actor = Actor(self, name, socket)
        await actor.reads()
        self.actors.append(actor)
        return actor

    async def settle(self, first: Actor) -> None:
        """Nothing is under way any more, and everybody has what was theirs."""
        services = self.app.services
        await until(
            lambda: (
                not self.app.dispatch.running
                and not services.background
                and not any(log.waiting for log in services.logs)
            )
        )
        for actor in sorted(self.actors, key=lambda one: one is not first):
            session = self.session(actor)
            if not actor.over and not (session is not None and session.lagging):
                await actor.fence()
        self.actors = [actor for actor in self.actors if not actor.over]

    def connection(self, actor: Actor) -> Connection | None:
        """The server's side of it; None once it is gone."""
        for connection in self.app.listener.connections:
            if connection.session is not None and connection._transport.get_extra_info("peername")[1] == actor.port:
                return connection
        return None

    def session(self, actor: Actor) -> Session | None:
        connection = self.connection(actor)
        return None if connection is None else connection.session


@asynccontextmanager
async def stage(folder: Path, encoding: Encoding) -> AsyncIterator[Play]:
    """A server as it is by default, on a port of its own, over a store in this folder."""
    app = App(Config(data=str(folder), port=0))
    await app.start()
    loop = asyncio.get_running_loop()
    clock = app.services.now = app.listener.now = Clock(loop.time())
    app.services.passwords.cost(passes=1, kib=8)
    play = Play(app, clock, encoding)
    try:
        yield play
    finally:
        for actor in play.actors:
            actor.drop()
        await app.stop()


def in_order(lines: list[Line]) -> list[Line]:
    """With counts of the inbox behind what else somebody heard at a time: they are told when they have been made, which is
    earlier or later than the entries that they count."""
    heard = itertools.groupby(lines, key=lambda line: (line[0], line[1]))
    return [line for _, run in heard for line in sorted(run, key=_is_count)]


def _is_count(line: Line) -> bool:
    return isinstance(line[2], dict) and line[2].get("type") == "inbox.moved"


# --- the same names every time

ID = re.compile(r"\b[abcimqrsw]_[a-z2-7]{16}\b")
EPOCH = re.compile(r"\be_[0-9a-f]{16}\b")
TOKEN = re.compile(r"\bamong_[\w-]{43}(?![\w-])")
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CODE = re.compile(r'(?<="code":")[\w-]{32}(?=")|(?<="invite":")[\w-]{32}(?=")')
ABOUT = re.compile(r'(?<="about":)\d+')  # of an account: changes by what nobody waits for
AWAY = re.compile(r'(?<="come_back_ms":)\d+')  # by chance
SPOKEN = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC")
DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b(?![T ]\d)")
SHOWN_START = dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC)


def named(play: Play, start: dt.datetime) -> dict[str, list[Line]]:
    """The takes with names in place of ids and tokens, and with times as if they had begun at nine; `start`: when they did."""

    def swap(text: str) -> str:
        for pattern in (ID, EPOCH, TOKEN):
            text = pattern.sub(lambda found: play.names.of(found.group()), text)
        text = CODE.sub("the-code-of-the-invite", text)
        text = re.sub(r'"among/[^"]+"', '"among/0.1.0"', text)
        text = TIME.sub(lambda found: _moment(found.group(), start).strftime("%Y-%m-%dT%H:%M:%S.000Z"), text)
        text = ABOUT.sub("50", text)
        text = AWAY.sub("183", text)
        text = SPOKEN.sub(lambda found: f"{_moment(found.group(1), start):%Y-%m-%d %H:%M} UTC", text)
        return DAY.sub(lambda found: _day(found.group(), start), text)

    for name, lines in play.takes.items():
        for _, _, frame in lines:
            if name != "hello" and isinstance(frame, dict):
                frame.pop("limits", None)  # one hello is enough
    return {
        name: [
            [who, what, msgspec.json.decode(swap(msgspec.json.encode(frame).decode()))] for who, what, frame in lines
        ]
        for name, lines in play.takes.items()
    }


def _day(text: str, start: dt.datetime) -> str:
    """Of what is dated with the day of the recording, or with the next one, where it began just before midnight."""
    recorded = (dt.date.fromisoformat(text) - start.date()).days in (0, 1)
    return f"{SHOWN_START:%Y-%m-%d}" if recorded else text


def _moment(text: str, start: dt.datetime) -> dt.datetime:
    """To the hour: a recording takes seconds, and what it speaks of is days away."""
    moment = dt.datetime.fromisoformat(text)
    hours = round((moment.replace(tzinfo=dt.UTC) - start).total_seconds() / 3600)
    return SHOWN_START + dt.timedelta(hours=hours)


class Names:
    """A name for each id: made of the handle or slug that it was first heard with."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, id: str) -> str:
        if id not in self._names:
            self._give(id, {"a": "somebody", "e": "1"}.get(id[0], "1"))
        return self._names[id]

    def learn(self, value: Any, who: str) -> None:
        match value:
            case dict():
                word = value.get("handle") or value.get("slug")
                for key in ("id", "member", "by", "log", "room", "community"):
                    id = value.get(key)
                    if (
                        word
                        and isinstance(id, str)
                        and id not in self._names
                        and ID.fullmatch(id)
                        and self._fits(key, id, value)
                    ):
                        self._give(id, word)
                if isinstance(value.get("session"), str) and value["session"].startswith("s_"):
                    self._give(value["session"], who)
                if isinstance(value.get("token"), str) and TOKEN.fullmatch(value["token"]):
                    self._give(value["token"], f"token-of-{who}", prefix="among_")
                if value.get("type") == "community.joined":
                    self._give(value["member"], who)
                if value.get("type") == "direct.opened":
                    self._give(value["room"], "direct")
                for part in value.values():
                    self.learn(part, who)
            case list():
                for part in value:
                    self.learn(part, who)
            case _:
                pass

    def _fits(self, key: str, id: str, value: dict[str, Any]) -> bool:
        """Whether the word beside this id is that of what it names."""
        of_people = "handle" in value
        if id[0] in "abm":
            return of_people and (key != "by" or value.get("type") in ("member.joined", "member.updated"))
        if id[0] == "r":
            return not of_people and (key == "id" or value.get("type") in ("room.created", "room.followed"))
        return id[0] == "c" and not of_people and (key == "id" or value.get("type") == "community.created")

    def _give(self, id: str, word: str, *, prefix: str = "") -> None:
        if id in self._names:
            return
        prefix = prefix or f"{id[0]}_"
        name = next(
            name
            for number in itertools.count(1)
            if (name := prefix + word + (f"-{number}" if number > 1 else "")) not in self._names.values()
        )
        self._names[id] = name
        if id[0] == "c":
            self._names[f"w{id[1:]}"] = f"w{name[1:]}"
