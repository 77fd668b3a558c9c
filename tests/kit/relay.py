"""A good server behind somebody who breaks one rule: each frame passes, but for what a mutant does to it.

    relay = await Relay.open(server.port)
    ... the kit makes its accounts through relay.url ...
    relay.mutant = forgets_repeat

Frames are taken as they are on the wire, so that a mutant may also lose a pong, or change a close code.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Self

import msgspec

from tests.wire.house import BINARY, CLOSE, PING, PONG, TEXT, framed

Frame = dict[str, Any]
BUFFER = 16_384  # bytes
OWN = "mutant-"  # how the ids of a mutant's own commands begin: the kit does not see the replies


class Mutant(NamedTuple):
    """What breaks one rule. Each hook is given the `Wire`, and what passes."""

    rule: str
    name: str
    up: Callable[["Wire", Frame], Any] | None = None  # commands; gives what goes on instead: a frame, a list, None
    down: Callable[["Wire", Frame], Any] | None = None  # replies and events, likewise
    raw_down: Callable[["Wire", int, bytes], tuple[int, bytes] | None] | None = None  # opcode and payload of any frame
    request: Callable[["Wire", str], str] | None = None  # head of the handshake
    response: Callable[["Wire", str], str] | None = None


class Wire:
    """One connection through the relay; a mutant may keep things here, or in `relay.notes` for all connections."""

    def __init__(self, relay: "Relay", near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.relay = relay
        self.near = near  # the kit
        self.far = far  # the server
        self.binary = False
        self.sent: dict[str, Frame] = {}  # commands by their ids
        self.notes: dict[str, Any] = {}

    @property
    def mutant(self) -> Mutant | None:
        return self.relay.mutant

    def command(self, reply: Frame) -> Frame:
        """What a reply answers."""
        return self.sent.get(str(reply.get("id")), {})

    def decode(self, data: bytes) -> Any:
        return (msgspec.msgpack.decode if self.binary else msgspec.json.decode)(data)

    def tell(self, frame: Any) -> None:
        """Say something to the kit, now. An object, or the bytes of a payload."""
        self.near.write(self._framed(frame, masked=False))

    def ask(self, frame: Any) -> None:
        """Say something to the server, now."""
        self.far.write(self._framed(frame, masked=True))

    def close(self, code: int) -> None:
        """End it towards the kit."""
        self.near.write(framed(code.to_bytes(2, "big"), CLOSE, masked=False))

    def _framed(self, frame: Any, *, masked: bool) -> bytes:
        if isinstance(frame, bytes):
            payload = frame
        else:
            payload = (msgspec.msgpack.encode if self.binary else msgspec.json.encode)(frame)
        return framed(payload, BINARY if self.binary else TEXT, masked=masked)

    def later(self, seconds: float, what: Callable[[], Any]) -> None:
        asyncio.get_running_loop().call_later(seconds, lambda: None if self.near.is_closing() else what())


def _small(sock: socket.socket, kind: int) -> None:
    """Little stays in between: the server notices who reads slowly as if the relay were not there."""
    sock.setsockopt(socket.SOL_SOCKET, kind, BUFFER)


class Relay:
    """Listens on loopback, and passes on what is said to the server on `port`."""

    def __init__(self, port: int) -> None:
        self.url = ""
        self.mutant: Mutant | None = None
        self.notes: dict[str, Any] = {}  # for what a mutant keeps over all connections
        self.mistakes: list[Exception] = []  # of mutants: one that stumbles would be caught for the wrong reason
        self._port = port
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepted: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._accepted:  # also of those whose task was cancelled before its first step
            writer.transport.abort()
        for _ in range(10):
            await asyncio.sleep(0)  # transports close their sockets

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted.append(writer)
        writer.transport.set_write_buffer_limits(BUFFER)
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        _small(to_near.get_extra_info("socket"), socket.SO_SNDBUF)
        sock = socket.socket()
        _small(sock, socket.SO_RCVBUF)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self._port))
        far, to_far = await asyncio.open_connection(sock=sock, limit=BUFFER)
        wire = Wire(self, to_near, to_far)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                request = (await near.readuntil(b"\r\n\r\n")).decode()
                if self.mutant and self.mutant.request:
                    request = self.mutant.request(wire, request)
                to_far.write(request.encode())
                response = (await far.readuntil(b"\r\n\r\n")).decode()
                upgraded = response.startswith("HTTP/1.1 101")
                if not upgraded:
                    response += (await far.read()).decode()
                wire.binary = "among.v1.msgpack" in response
                if self.mutant and self.mutant.response:
                    response = self.mutant.response(wire, response)
                to_near.write(response.encode())
                if upgraded:
                    await _both(self._pump(near, wire, self._up), self._pump(far, wire, self._down))
        finally:
            for writer in (to_far, to_near):
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _pump(
        self, reader: asyncio.StreamReader, wire: Wire, take: Callable[[Wire, int, bytes, bytes], Awaitable[None]]
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                opcode, payload, raw = await _frame(reader)
                try:
                    await take(wire, opcode, payload, raw)
                except (LookupError, TypeError, ValueError, AttributeError) as error:
                    self.mistakes.append(error)
                    raise

    async def _up(self, wire: Wire, opcode: int, payload: bytes, raw: bytes) -> None:
        frame = _object(wire, opcode, payload)
        if frame is None:
            wire.far.write(raw)
        else:
            wire.sent[str(frame.get("id"))] = frame
            mutant = wire.mutant
            if mutant is None or mutant.up is None:
                wire.far.write(raw)
            else:
                for one in _list(mutant.up(wire, frame)):
                    wire.ask(one)
        await wire.far.drain()

    async def _down(self, wire: Wire, opcode: int, payload: bytes, raw: bytes) -> None:
        mutant = wire.mutant
        if mutant is not None and mutant.raw_down is not None:
            changed = mutant.raw_down(wire, opcode, payload)
            if changed is not None:
                wire.near.write(framed(changed[1], changed[0], masked=False))
            return
        frame = _object(wire, opcode, payload)
        if frame is not None and str(frame.get("id")).startswith(OWN):
            return
        if frame is None or mutant is None or mutant.down is None:
            wire.near.write(raw)
        else:
            for one in _list(mutant.down(wire, frame)):
                wire.tell(one)
        await wire.near.drain()


def _object(wire: Wire, opcode: int, payload: bytes) -> Frame | None:
    """What a frame says, where it says something."""
    if opcode not in (TEXT, BINARY):
        return None
    try:
        found = wire.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


def _list(changed: Any) -> list[Any]:
    if changed is None:
        return []
    return changed if isinstance(changed, list) else [changed]


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """Opcode, payload without its mask, and the bytes as they came."""
    raw = await reader.readexactly(2)
    size = raw[1] & 0x7F
    if size > 125:
        more = await reader.readexactly(2 if size == 126 else 8)
        raw, size = raw + more, int.from_bytes(more, "big")
    mask = await reader.readexactly(4) if raw[1] & 0x80 else b""
    data = await reader.readexactly(size)
    payload = data
    if mask:
        key = (mask * (size // 4 + 1))[:size]
        payload = (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
    return raw[0] & 0x0F, payload, raw + mask + data


async def _both(*pumps: Any) -> None:
    """Until either ends."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


__all__ = ["BINARY", "CLOSE", "PING", "PONG", "TEXT", "Mutant", "Relay", "Wire"]
