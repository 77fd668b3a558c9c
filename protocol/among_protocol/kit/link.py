"""One WebSocket, bare: each frame as it is, pings answered or not, garbage sent where that is what is asked.

The library's own connection would mend too much: here a peer reads only when it is told to, and sees what came.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Sequence
from typing import NamedTuple

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidURI
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import SEND_EOF
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI, parse_uri

CHUNK = 65_536
NO_CODE = 1005  # closed without a code
CUT = 1006  # not closed at all: the connection ended


class Received(NamedTuple):
    """A message, or a ping or pong."""

    opcode: Opcode
    data: bytes


class Ended(Exception):
    """The connection is over. `code`: of the close frame; NO_CODE or CUT where there was none."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"closed with {code} {reason}".rstrip() if code != CUT else "cut without a close frame")
        self.code = code
        self.reason = reason


class NoHandshake(Exception):
    """The answer to the request was no WebSocket. `status` is 0 where it was not even HTTP."""

    def __init__(self, status: int, body: str, why: str) -> None:
        super().__init__(f"HTTP status {status}: {body.strip()[:200]}" if status else why)
        self.status = status
        self.body = body


def address(url: str) -> WebSocketURI:
    """Raises ValueError, with the mend, for what is no address of a WebSocket."""
    try:
        return parse_uri(url)
    except (InvalidURI, ValueError):
        raise ValueError(f"{url!r} is no address of a server: write ws://HOST:PORT/v1 or wss://HOST/v1") from None


class Link:
    """A connection, from its handshake to its end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, protocol: ClientProtocol) -> None:
        self.answers_pings = True
        self.response: Response | None = None
        self._reader = reader
        self._writer = writer
        self._protocol = protocol
        self._part: tuple[Opcode, bytes] | None = None  # of a message in several frames
        self._waiting: list[Received] = []
        self._over: Ended | None = None

    @classmethod
    async def open(cls, url: str, *subprotocols: str, receive: int = 0) -> "Link":
        """Shake hands. `receive`: bytes of the system's buffer. Raises NoHandshake, OSError."""
        uri = address(url)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(uri.host, uri.port, type=socket.SOCK_STREAM)
        sock = await _connected(found, receive)
        context = ssl.create_default_context() if uri.secure else None
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=context, server_hostname=uri.host if uri.secure else None, limit=CHUNK
        )
        offered = [Subprotocol(name) for name in subprotocols]
        protocol = ClientProtocol(uri, subprotocols=offered or None, max_size=None)
        link = cls(reader, writer, protocol)
        try:
            protocol.send_request(protocol.connect())
            await link._flush()
            while link.response is None and protocol.handshake_exc is None:
                await link._more()
        except Ended:
            await link.drop()
            raise NoHandshake(0, "", "the connection ended within the handshake") from None
        except BaseException:
            await link.drop()
            raise
        if protocol.handshake_exc is not None:
            await link.drop()
            response = link.response
            body = bytes(response.body or b"").decode("utf-8", "replace") if response is not None else ""
            status = response.status_code if response is not None else 0
            raise NoHandshake(status, body, str(protocol.handshake_exc)) from None
        return link

    @property
    def subprotocol(self) -> str:
        """What the server said that it speaks; empty where it named none."""
        return self._protocol.subprotocol or ""

    @property
    def over(self) -> Ended | None:
        """How it ended, as far as that was read."""
        return self._over

    async def send(self, data: bytes, *, binary: bool = False) -> None:
        """Raises Ended."""
        self._alive()
        (self._protocol.send_binary if binary else self._protocol.send_text)(data)
        await self._flush()

    async def send_pieces(self, pieces: Sequence[bytes]) -> None:
        """A text message in several frames. Raises Ended."""
        self._alive()
        first, *rest = pieces
        self._protocol.send_text(first, fin=False)
        for number, piece in enumerate(rest, 1):
            self._protocol.send_continuation(piece, fin=number == len(rest))
        await self._flush()

    async def ping(self, data: bytes) -> None:
        """Raises Ended."""
        self._alive()
        self._protocol.send_ping(data)
        await self._flush()

    async def receive(self) -> Received:
        """The next message, ping or pong. Raises Ended."""
        while not self._waiting:
            self._alive()
            await self._more()
        return self._waiting.pop(0)

    async def close(self) -> None:
        """Say goodbye, and don't wait for long."""
        with contextlib.suppress(Ended, OSError, TimeoutError):
            self._alive()
            self._protocol.send_close(1000)
            await self._flush()
            async with asyncio.timeout(1):
                while self._over is None:
                    await self._more()
        await self.drop()

    async def drop(self) -> None:
        """End it without a word."""
        self._over = self._over or Ended(CUT)
        self._writer.transport.abort()
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._writer.wait_closed()

    def _alive(self) -> None:
        if self._over is not None:
            raise self._over

    async def _more(self) -> None:
        """Read once. Raises Ended."""
        try:
            data = await self._reader.read(CHUNK)
        except OSError:
            data = b""
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self.response = event
            else:
                self._take(event)
        if self.answers_pings or self._protocol.close_rcvd is not None:
            await self._flush()
        else:
            self._protocol.data_to_send()
        if self._protocol.close_rcvd is not None:
            self._over = Ended(self._protocol.close_rcvd.code, self._protocol.close_rcvd.reason)
        elif not data or self._protocol.parser_exc is not None:
            self._over = Ended(CUT)
        if self._over is not None and not self._waiting:
            raise self._over

    def _take(self, event: object) -> None:
        assert isinstance(event, Frame)
        if event.opcode in (Opcode.PING, Opcode.PONG):
            self._waiting.append(Received(event.opcode, bytes(event.data)))
        elif event.opcode is not Opcode.CLOSE:
            opcode, data = self._part or (event.opcode, b"")
            self._part = (opcode, data + bytes(event.data))
            if event.fin:
                self._waiting.append(Received(*self._part))
                self._part = None

    async def _flush(self) -> None:
        try:
            for data in self._protocol.data_to_send():
                if data != SEND_EOF:
                    self._writer.write(data)
            await self._writer.drain()
        except OSError:
            pass  # reading says how it ended


async def _connected(found: Sequence[tuple[int, int, int, str, tuple[object, ...]]], receive: int) -> socket.socket:
    """The first of these addresses that answers. Raises OSError."""
    loop = asyncio.get_running_loop()
    for number, (family, kind, proto, _, where) in enumerate(found, 1):
        sock = socket.socket(family, kind, proto)
        sock.setblocking(False)
        if receive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        try:
            await loop.sock_connect(sock, where)
        except BaseException as error:
            sock.close()
            if number == len(found) or not isinstance(error, OSError):
                raise
        else:
            return sock
    raise OSError("the host has no address")
