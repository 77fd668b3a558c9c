"""A real server over SQLite on a port of its own, and peers who speak to it byte by byte.

    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        await ann.ask("session.ping")

A peer reads only when a test asks it to, and sends exactly what it is told to send. Nothing sleeps.
"""

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from among_protocol import wire
from among_protocol.wire import Encoding
from among_server.app import App
from among_server.config import Config
from among_server.core.session import Session
from among_server.edge.connection import Connection
from tests.world import PASSWORD, until

PATIENCE = 10.0  # seconds for anything at all

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class Frame(NamedTuple):
    opcode: int
    payload: bytes
    fin: bool = True

    @property
    def code(self) -> int:
        """Of a close frame."""
        return int.from_bytes(self.payload[:2], "big")


def framed(payload: bytes, opcode: int = TEXT, *, fin: bool = True, masked: bool = True, long: bool = False) -> bytes:
    """A frame as a client sends it; `long` writes the length in eight bytes whatever it is."""
    head = bytes([opcode | (0x80 if fin else 0)])
    bit = 0x80 if masked else 0
    if long or len(payload) > 0xFFFF:
        head += bytes([bit | 127]) + len(payload).to_bytes(8, "big")
    elif len(payload) > 125:
        head += bytes([bit | 126]) + len(payload).to_bytes(2, "big")
    else:
        head += bytes([bit | len(payload)])
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


class Over(Exception):
    """The server ended the connection."""


class Peer:
    """One TCP connection, and what was read of it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.encoding: Encoding = wire.JSON
        self.heard: list[Any] = []  # events that `reply` passed over
        self.status = 0
        self.headers: dict[str, str] = {}
        self.reset = False  # the connection did not end cleanly
        self.room = ""
        self.token = ""
        self._read = b""
        self._ids = count(1)
        self._loop = asyncio.get_running_loop()

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    # --- bytes

    async def write(self, data: bytes) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._loop.sock_sendall(self.sock, data)

    async def more(self) -> None:
        """Raises Over at the end of the stream."""
        async with asyncio.timeout(PATIENCE):
            try:
                data = await self._loop.sock_recv(self.sock, 65_536)
            except ConnectionError:
                self.reset = True
                raise Over from None
        if not data:
            raise Over
        self._read += data

    async def exactly(self, size: int) -> bytes:
        while len(self._read) < size:
            await self.more()
        data, self._read = self._read[:size], self._read[size:]
        return data

    async def rest(self) -> bytes:
        """All that still comes, up to the end of the stream; then the peer closes, too."""
        try:
            while True:
                await self.more()
        except Over:
            self.close()
            return self._read

    # --- HTTP

    async def request(self, text: str, behind: bytes = b"") -> None:
        """Send a request, and read the head of the answer."""
        await self.write(text.replace("\n", "\r\n").encode() + behind)
        while b"\r\n\r\n" not in self._read:
            await self.more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    async def shake(self, *subprotocols: str, path: str = "/v1", extensions: str = "", behind: bytes = b"") -> None:
        """Ask for a WebSocket; `behind` is sent along before any answer."""
        key = base64.b64encode(os.urandom(16)).decode()
        offered = f"Sec-WebSocket-Protocol: {', '.join(subprotocols)}\n" if subprotocols else ""
        offered += f"Sec-WebSocket-Extensions: {extensions}\n" if extensions else ""
        await self.request(
            f"GET {path} HTTP/1.1\nHost: localhost\nUpgrade: websocket\nConnection: Upgrade\n"
            f"Sec-WebSocket-Key: {key}\nSec-WebSocket-Version: 13\n{offered}\n",
            behind,
        )

    # --- frames

    async def frame(self) -> Frame:
        """The next frame. Raises Over."""
        first, second = await self.exactly(2)
        assert not second & 0x80, "a server does not mask"
        size = second & 0x7F
        if size == 126:
            size = int.from_bytes(await self.exactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await self.exactly(8), "big")
        return Frame(first & 0x0F, await self.exactly(size), bool(first & 0x80))

    async def closed(self) -> int:
        """Read to the end, and close, too; the code of the close frame, 1006 where there was none."""
        code = 1006
        try:
            while True:
                frame = await self.frame()
                if frame.opcode == CLOSE:
                    code = frame.code if frame.payload else 1005
        except Over:
            self.close()
            return code

    # --- commands

    @property
    def opcode(self) -> int:
        return BINARY if self.encoding.binary else TEXT

    def encoded(self, type_: str, **fields: Any) -> tuple[str, bytes]:
        """The id and the payload of a command."""
        id = fields.pop("id", None) or f"{next(self._ids)}"
        encode = msgspec.msgpack.encode if self.encoding.binary else msgspec.json.encode
        return id, encode({"type": type_, "id": id, **fields})

    async def begin(self, type_: str, **fields: Any) -> str:
        id, payload = self.encoded(type_, **fields)
        await self.write(framed(payload, self.opcode))
        return id

    async def message(self) -> Any:
        """The next event or reply, as plain objects."""
        frame = await self.frame()
        if frame.opcode == CLOSE:
            raise Over(frame.code)
        assert frame.opcode == self.opcode
        return (msgspec.msgpack.decode if self.encoding.binary else msgspec.json.decode)(frame.payload)

    async def reply(self, id: str) -> Any:
        """The reply with this id; events before it go to `heard`."""
        while True:
            message = await self.message()
            if message["type"] in ("ok", "refused") and message["id"] == id:
                return message
            self.heard.append(message)

    async def ask(self, type_: str, **fields: Any) -> Any:
        return await self.reply(await self.begin(type_, **fields))

    async def result(self, type_: str, **fields: Any) -> Any:
        """What an `ok` brings; a refusal fails the test."""
        reply = await self.ask(type_, **fields)
        assert reply["type"] == "ok", reply
        return reply["result"]

    async def say(self, body: str) -> int:
        """The number of what was said."""
        nonce = f"{self.port}-{next(self._ids)}"
        written = await self.result("message.send", nonce=nonce, room=self.room, body=body)
        return int(written["entry"]["seq"])

    def close(self) -> None:
        self.sock.close()


class House:
    """A server, and who connected to it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.peers: list[Peer] = []
        self._room = ""

    @property
    def port(self) -> int:
        return self.app.listener.port

    async def connect(self, *, receive: int = 0) -> Peer:
        """A TCP connection; `receive`: bytes of the kernel's buffer for it."""
        sock = socket.socket()
        sock.setblocking(False)
        if receive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.port))
        peer = Peer(sock)
        self.peers.append(peer)
        return peer

    async def guest(self, encoding: Encoding = wire.JSON, *, receive: int = 0) -> Peer:
        """Shaken hands, and heard hello."""
        peer = await self.connect(receive=receive)
        await peer.shake(encoding.subprotocol)
        peer.encoding = encoding
        assert (await peer.message())["type"] == "hello"
        return peer

    async def person(self, handle: str, encoding: Encoding = wire.JSON, *, receive: int = 0) -> Peer:
        """Signed up, in the one room that there is, and synced."""
        peer = await self.guest(encoding, receive=receive)
        signed = await peer.result("session.sign_up", handle=handle, password=PASSWORD)
        peer.token = signed["token"]
        if not self._room:
            made = await peer.result("community.create", nonce="c", slug="garden", name="Garden")
            made = await peer.result("room.create", nonce="r", community=made["entry"]["log"], slug="hall")
            self._room = made["entry"]["room"]
        else:
            await peer.result("community.join", nonce="j", community="garden")
        peer.room = self._room
        await self.synced(peer)
        return peer

    async def back(self, token: str, **positions: int) -> Peer:
        """Signed in again by a token; not synced."""
        peer = await self.guest()
        peer.heard.append(await peer.result("session.sign_in", token=token))
        peer.token, peer.room = token, self._room
        return peer

    async def synced(self, peer: Peer) -> None:
        id = await peer.begin("session.sync")
        await peer.reply(id)
        while (await peer.message())["type"] != "session.synced":
            pass

    def session(self, peer: Peer) -> Session:
        session = self.connection(peer).session
        assert session is not None
        return session

    def connection(self, peer: Peer) -> Connection:
        """The server's side of it."""
        (found,) = [
            connection
            for connection in self.app.listener.connections
            if connection._transport.get_extra_info("peername")[1] == peer.port
        ]
        return found


@asynccontextmanager
async def serving(folder: Path, **config: Any) -> AsyncIterator[House]:
    """A server over the data in this folder, until the end of the test."""
    settings: dict[str, Any] = {"data": str(folder), "port": 0, "budget": 1_000_000, "budget_per_second": 1_000_000}
    app = App(Config(**{**settings, **config}))
    mistakes: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, error: mistakes.append(error))
    await app.start()
    app.services.passwords.cost(passes=1, kib=8)
    house = House(app)
    try:
        yield house
        assert mistakes == []
    finally:
        for peer in house.peers:
            peer.close()
        await app.stop()
        loop.set_exception_handler(None)


__all__ = [
    "BINARY",
    "CLOSE",
    "CONT",
    "PING",
    "PONG",
    "TEXT",
    "Frame",
    "House",
    "Over",
    "Peer",
    "framed",
    "serving",
    "until",
]
