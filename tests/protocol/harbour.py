"""The model of a server on a real socket, for the client that needs one. Nothing here waits for a time to pass: a test
says when frames go out, when connections are cut, and when the harbour is closed."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from among_protocol.wire import ENCODINGS

from .model import Connection, Server


class Harbour:
    """`async with Harbour(server) as harbour: connect(harbour.url, ...)`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = ""
        self.answering = True  # False: what is asked is neither read nor answered
        self.connected = 0  # connections ever made
        self._port = 0
        self._links: dict[Connection, ServerConnection] = {}
        self._listener: Listener | None = None
        self._arrived = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen: again on the same port, when it was closed."""
        subprotocols = [Subprotocol(name) for name in ENCODINGS]
        self._listener = await serve(
            self._serve, "127.0.0.1", self._port, subprotocols=subprotocols, compression=None, ping_interval=None
        )
        self._port = next(iter(self._listener.sockets)).getsockname()[1]
        self.url = f"ws://127.0.0.1:{self._port}/v1"

    async def close(self) -> None:
        """Nobody can connect any more, and whoever was is cut."""
        self.cut()
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()

    def cut(self) -> None:
        """As if the network had gone: without a word."""
        for connection, link in list(self._links.items()):
            link.transport.abort()
            self._forget(connection)

    async def end(self, code: int, reason: str = "") -> None:
        """Close every connection, with a code."""
        for link in list(self._links.values()):
            await link.close(code, reason)

    async def ping(self) -> None:
        """And wait for the pongs."""
        for link in list(self._links.values()):
            await (await link.ping())

    async def flush(self) -> None:
        """What the model has to say goes out."""
        for connection, link in list(self._links.items()):
            while connection.out:
                with contextlib.suppress(ConnectionClosed):
                    await link.send(connection.out.popleft(), text=not connection.encoding.binary)

    async def asked(self) -> None:
        """Wait until one more frame has come from a client."""
        self._arrived.clear()
        await self._arrived.wait()

    @property
    def connections(self) -> list[Connection]:
        return list(self._links)

    async def _serve(self, link: ServerConnection) -> None:
        connection = self.server.connect(ENCODINGS[str(link.subprotocol)])
        self._links[connection] = link
        self.connected += 1
        try:
            await self.flush()
            async for frame in link:
                if self.answering:
                    connection.received(frame if isinstance(frame, bytes) else frame.encode())
                self._arrived.set()
                await self.flush()
                if connection.closed is not None:
                    await link.close(connection.closed)
        except ConnectionClosed:
            pass
        finally:
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        self._links.pop(connection, None)
        if connection in self.server.connections:
            self.server.connections.remove(connection)
