"""A bad network, in front of a server: what passes is late, in crumbs, stuck in one direction, cut in the middle of a
frame, or said twice. It knows nothing of what it carries.

    async with Proxy(server.port, rng) as proxy:
        ... connect(proxy.url) ...
        proxy.calm()        # from here on nothing goes wrong

What happens to a connection is drawn when it is made (`Fate`), and counted in `seen` once it has happened.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Literal, Self

Trouble = Literal["none", "delay", "dribble", "cut", "reset", "stall up", "stall down", "double"]
TROUBLES: tuple[Trouble, ...] = ("none", "delay", "dribble", "cut", "reset", "stall up", "stall down", "double")
CHUNK = 4096  # bytes
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Over(Exception):
    """The connection ends here."""


class Fate:
    """Of one connection. `up` is from the client to the server."""

    def __init__(self, proxy: "Proxy", trouble: Trouble, rng: random.Random) -> None:
        self.trouble = trouble
        self._proxy = proxy
        self._rng = rng
        self._left = rng.randint(400, 6000)  # bytes, both ways together, until it happens
        self._stuck = rng.uniform(0.1, 1.0)  # seconds

    async def carry(self, data: bytes, to: Sequence[asyncio.StreamWriter], *, up: bool) -> None:
        """Pass it on, as fate has it. Raises Over, or an OSError of the far end."""
        trouble: Trouble = "none" if self._proxy.is_calm.is_set() else self.trouble
        if trouble == "delay":
            await self._pause(self._rng.uniform(0, 0.05))
        elif trouble == "dribble" and self._left > 0:
            data = await self._crumbs(data, to)
        elif trouble in ("cut", "reset") and len(data) > self._left:
            await self._send(data[: self._left], to)  # in the middle of a frame, as often as not
            self._happened()
            raise Over
        elif trouble == ("stall up" if up else "stall down") and len(data) > self._left:
            await self._send(data[: self._left], to)
            data = data[self._left :]
            self._happened()
            await self._pause(self._stuck)
            self._left = 1 << 60 if self._rng.random() < 0.5 else 0
            if not self._left:
                raise Over
        self._left -= len(data)
        await self._send(data, to)

    async def _crumbs(self, data: bytes, to: Sequence[asyncio.StreamWriter]) -> bytes:
        """A few bytes at a time; gives what is left when it has been enough."""
        self._happened()
        while data and self._left > 0 and not self._proxy.is_calm.is_set():
            size = self._rng.randint(1, 9)
            await self._send(data[:size], to)
            data = data[size:]
            self._left -= size
            await self._pause(self._rng.uniform(0, 0.002))
        return data

    async def _send(self, data: bytes, to: Sequence[asyncio.StreamWriter]) -> None:
        for writer in to:
            writer.write(data)
        for writer in to:
            await writer.drain()

    async def _pause(self, seconds: float) -> None:
        """Or until all is calm."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._proxy.is_calm.wait(), seconds)

    def _happened(self) -> None:
        self._proxy.seen[self.trouble] += 1


class Proxy:
    """Listens on loopback, and connects to the server on `port`."""

    def __init__(self, port: int, rng: random.Random, troubles: Sequence[Trouble] = TROUBLES) -> None:
        self.url = ""
        self.seen: Counter[Trouble] = Counter()
        self.is_calm = asyncio.Event()
        self._port = port
        self._rng = rng
        self._troubles = troubles
        self._deck: list[Trouble] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepted: list[asyncio.StreamWriter] = []

    def calm(self) -> None:
        """Nothing goes wrong any more, on old connections and new ones."""
        self.is_calm.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listening in self._server.sockets:  # one that is accepted in the turn of the close would be forgotten
            asyncio.get_running_loop().remove_reader(listening)
        await _turns()  # what the loop has accepted already shows up
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._accepted:  # also of those whose task was cancelled before its first step
            writer.transport.abort()
        await _turns()  # transports close their sockets

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted.append(writer)
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _draw(self) -> Trouble:
        """Each trouble once, in any order, and again: a short run sees many kinds."""
        if not self._deck:
            self._deck = self._rng.sample(self._troubles, len(self._troubles))
        return self._deck.pop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rng = random.Random(self._rng.random())
        trouble: Trouble = "none" if self.is_calm.is_set() else self._draw()
        far: list[Streams] = []
        try:
            far.append(await asyncio.open_connection("127.0.0.1", self._port))
            if trouble == "double":
                far.append(await asyncio.open_connection("127.0.0.1", self._port))
            if trouble in ("double", "delay"):
                self.seen[trouble] += 1
            await self._carry((reader, writer), far, Fate(self, trouble, rng))
        except OSError:
            pass  # the server is down: the client sees that the connection ends
        finally:
            for _, one in [(reader, writer), *far]:
                if trouble == "reset":
                    _reset_at_close(one)
                    one.transport.abort()
                one.close()

    async def _carry(self, near: Streams, far: list[Streams], fate: Fate) -> None:
        """Until either side ends it. Of two far ends, the client hears the first; the second is asked all the same."""

        async def pump(reader: asyncio.StreamReader, to: list[asyncio.StreamWriter], *, up: bool) -> None:
            with contextlib.suppress(Over, OSError):
                while data := await reader.read(CHUNK):
                    await fate.carry(data, to, up=up)

        pumps = [
            asyncio.create_task(pump(near[0], [writer for _, writer in far], up=True)),
            asyncio.create_task(pump(far[0][0], [near[1]], up=False)),
        ]
        deaf = [asyncio.create_task(pump(reader, [], up=False)) for reader, _ in far[1:]]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in [*pumps, *deaf]:
                task.cancel()
            await asyncio.gather(*pumps, *deaf, return_exceptions=True)


async def _turns() -> None:
    """A few of the loop."""
    for _ in range(10):
        await asyncio.sleep(0)


def _reset_at_close(writer: asyncio.StreamWriter) -> None:
    """The peer gets a reset, in place of an orderly end."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
