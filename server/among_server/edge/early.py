"""The port before the store is open: whoever asks is told that the server is starting, and nobody is let in.

GET /healthz: 200, since the process lives. All else: 503, and why, in the form of /readyz. A connection is answered once
and closed. When the store is open the listener takes the same sockets over, so nobody finds the port closed in between.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import cast

import msgspec

from ..limits import HANDSHAKE_BYTES

PATIENCE = 5.0  # seconds for a request
MOST = 256  # connections at once; whoever comes on top of that is cut


class Early:
    """Answers on these sockets until it is stopped. `why`: what there is to wait for, as a phrase."""

    def __init__(self, sockets: Sequence[socket.socket], why: Callable[[], str]) -> None:
        self._sockets = [sock.dup() for sock in sockets]  # so that closing ours leaves theirs open
        self._why = why
        self._servers: list[asyncio.Server] = []
        self.open: set[asyncio.Transport] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            self._servers.append(await loop.create_server(lambda: _Visitor(self), sock=sock))

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for transport in list(self.open):
            transport.close()
        await asyncio.sleep(0)  # what is closed is closed on the next turn

    def answer(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1:2]
        status = "200 OK" if path == [b"/healthz"] else "503 Service Unavailable"
        body = msgspec.json.encode({"ready": False, "why": self._why()}) + b"\n"
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nCache-Control: no-store\r\nRetry-After: 2\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class _Visitor(asyncio.Protocol):
    def __init__(self, early: Early) -> None:
        self._early = early
        self._request = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if len(self._early.open) >= MOST:
            self._transport.abort()
            return
        self._early.open.add(self._transport)
        asyncio.get_running_loop().call_later(PATIENCE, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        self._request += data
        if b"\r\n\r\n" in self._request or len(self._request) > HANDSHAKE_BYTES:
            self._transport.write(self._early.answer(self._request))
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._early.open.discard(self._transport)
