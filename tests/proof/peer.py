"""One connection, by hand: frames as plain objects, each handed on as it comes, before anybody could mend it.

It shares no code with the client of the library: what it sees is what is on the wire. `heard` gets every event;
`answered` of a command gets its reply; both are called in the order of the wire.
"""

import asyncio
import contextlib
from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

Frame = dict[str, Any]
OPEN_WITHIN = 10.0  # seconds
ANSWER_WITHIN = 20.0

# What connecting may raise while a server is down, or dies in the middle of it.
UNREACHABLE = (OSError, InvalidHandshake, InvalidMessage, TimeoutError, EOFError, ConnectionClosed)


class Lost(Exception):
    """The connection ended before the reply came."""


class Refused(Exception):
    """The server refused: `code`, `kind`, `field`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(f"{frame['code']}: {frame['message']}")
        self.code: str = frame["code"]
        self.kind: str = frame["class"]
        self.field: str = frame.get("field", "")
        self.retry_after_ms: int = frame.get("retry_after_ms", 0)


class Peer:
    """A connection, from its hello to its end."""

    def __init__(self, link: ClientConnection, heard: Callable[[Frame], None], *, binary: bool) -> None:
        self.link = link
        self.hello: Frame = {}
        self.code = 0  # with which it was closed; 0 while it is open
        self.ghost = False  # nobody looks at what still comes
        self.over = asyncio.Event()
        self._heard = heard
        self._binary = binary
        self._decode = msgspec.msgpack.decode if binary else msgspec.json.decode
        self._encode: Callable[[Any], bytes] = msgspec.msgpack.encode if binary else msgspec.json.encode
        self._ids = count(1)
        self._waiting: dict[str, Callable[[Frame | None], None]] = {}
        self._greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, url: str, heard: Callable[[Frame], None] = lambda _: None, *, binary: bool = False, slow: bool = False
    ) -> "Peer":
        """Connect and wait for hello. Raises one of UNREACHABLE, or Lost. A `slow` one keeps small buffers."""
        link = await connect(
            url,
            subprotocols=[Subprotocol("among.v1.msgpack" if binary else "among.v1.json")],
            compression=None,
            ping_interval=None,
            max_size=None,
            max_queue=4 if slow else 4096,
            open_timeout=OPEN_WITHIN,
            close_timeout=1,
            proxy=None,
        )
        peer = cls(link, heard, binary=binary)
        try:
            async with asyncio.timeout(OPEN_WITHIN):
                await peer._greeted
        except BaseException:
            await peer.cut()
            raise
        return peer

    def begin(self, type: str, answered: Callable[[Frame | None], None], **fields: Any) -> bytes:
        """A command's frame, to be sent. `answered` gets the reply in its place, or None when none will come."""
        id = str(next(self._ids))
        self._waiting[id] = answered
        return self._encode({"type": type, "id": id, **fields})

    async def send(self, frame: bytes) -> None:
        """Raises Lost."""
        try:
            await self.link.send(frame, text=not self._binary)
        except ConnectionClosed:
            raise Lost from None

    async def ask(self, type: str, **fields: Any) -> Frame:
        """The result of a command. Raises Refused, or Lost."""
        reply: asyncio.Future[Frame | None] = asyncio.get_running_loop().create_future()

        def answered(frame: Frame | None) -> None:
            if not reply.done():
                reply.set_result(frame)

        await self.send(self.begin(type, answered, **fields))
        async with asyncio.timeout(ANSWER_WITHIN):
            frame = await reply
        if frame is None:
            raise Lost
        if frame["type"] == "refused":
            raise Refused(frame)
        result: Frame = frame.get("result", {})
        return result

    async def cut(self) -> None:
        """End it without a word, as a broken network does."""
        self.link.transport.abort()
        await self.ended()

    async def close(self) -> None:
        await self.link.close()
        await self.ended()

    async def ended(self) -> int:
        """Wait for the end; the close code, 1006 when there was none."""
        await self.over.wait()
        await self._reader
        await self.link.wait_closed()
        return self.code

    async def _read(self) -> None:
        try:
            while True:
                self._take(self._decode(await self.link.recv(decode=False)))
        except ConnectionClosed as closed:
            self.code = closed.rcvd.code if closed.rcvd else 1006
        finally:
            self.code = self.code or 1006
            self.over.set()
            if not self._greeted.done():
                self._greeted.set_exception(Lost())
                self._greeted.exception()  # nobody may be waiting any more
            waiting, self._waiting = self._waiting, {}
            for answered in waiting.values():
                answered(None)
            with contextlib.suppress(ConnectionClosed):
                self.link.transport.abort()

    def _take(self, frame: Frame) -> None:
        if self.ghost:
            return
        if frame["type"] in ("ok", "refused"):
            self._waiting.pop(frame["id"])(frame)
        elif frame["type"] == "hello":
            self.hello = frame
            self._greeted.set_result(None)
        else:
            self._heard(frame)
