"""The wire: one WebSocket after the other, for as long as the core wants one. Bytes and the time go to the core, its
frames go out; what it tells goes to whoever owns the link, who also says when to stop reading for a while."""

import asyncio
import contextlib
import math
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from ..client import STEP_WITHIN, Client
from ..happenings import Happening, Unreachable

FRAME_BYTES = 2**24  # a page of 200 of the longest messages, escaped as JSON may be, is below ten megabytes
CLOSE_WITHIN = 2.0  # seconds for the closing handshake
NOT_HERE = range(300, 429)  # HTTP: the address is wrong; above are "too many requests" and what passes


class _Connection(ClientConnection):
    """Notes every byte that comes: the server's pings are the sign of life of a quiet server."""

    heard: Callable[[], None] = staticmethod(lambda: None)

    def data_received(self, data: bytes) -> None:
        self.heard()
        super().data_received(data)


class _WebSocket(websocket):
    """Goes to the address that the user gave, and nowhere else: what is shown there is a token. A page that people without a
    connection are led to, or of a proxy whose server is away, is no address of this protocol anyway."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Link:
    """Connects, and comes back. `told` is called with what the core tells, `full` asks whether the user has enough."""

    def __init__(
        self,
        url: str,
        core: Client,
        *,
        told: Callable[[list[Happening]], None],
        full: Callable[[], bool],
        options: dict[str, Any],
    ) -> None:
        self._url = url
        self._core = core
        self._told = told
        self._full = full
        self._options = options
        self._loop = asyncio.get_running_loop()
        self._space = asyncio.Event()  # reading may go on
        self._kick = asyncio.Event()  # there is something to send, or something is due sooner
        self._wake = 0.0  # time until which the writer waits for that

    def asked(self) -> None:
        """A command was given to the core: send it, and read on, since its reply must come."""
        self._kick.set()
        self._space.set()

    def taken(self) -> None:
        """The user has room for more."""
        self._space.set()
        if self._core.whole.paused:
            self._core.resume(self._loop.time())
            self._kick.set()

    async def run(self) -> None:
        """Connect, serve, wait, again: until the core has stopped. A mistake of ours stops it, too."""
        try:
            while self._core.state != "stopped":
                await self._once()
                if self._core.retry_at is not None:
                    await asyncio.sleep(self._core.retry_at - self._loop.time())
        except Exception as error:  # noqa: BLE001  # whoever awaits anything gets to see it
            self._core.stop(error)
        self._told([])

    async def _once(self) -> None:
        """One connection, from its beginning to its end."""
        code, reason = 1006, ""
        try:
            async with self._websocket() as link:
                assert isinstance(link, _Connection)
                link.heard = lambda: self._core.heard(self._loop.time())
                self._core.connected(self._loop.time())
                writer = asyncio.create_task(self._write(link))
                try:
                    await self._read(link)
                finally:
                    writer.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await writer
        except ConnectionClosed as closed:
            if closed.rcvd is not None:
                code, reason = closed.rcvd.code, closed.rcvd.reason
        except InvalidStatus as error:
            reason = f"HTTP {error.response.status_code}"
            if self._core.hello is None and error.response.status_code in NOT_HERE:
                raise Unreachable(f"{self._url}: {reason}") from None
        except (OSError, InvalidHandshake, TimeoutError) as error:
            reason = str(error) or type(error).__name__
        self._told(self._core.lost(code, self._loop.time(), reason))

    def _websocket(self) -> _WebSocket:
        return _WebSocket(
            self._url,
            subprotocols=[Subprotocol(self._core.encoding.subprotocol)],
            compression=None,  # the text of a chat is short: it would cost more memory than it saves bytes
            max_size=FRAME_BYTES,
            ping_interval=None,  # the server pings, and the core watches over it
            close_timeout=CLOSE_WITHIN,
            create_connection=_Connection,
            **self._options,
        )

    async def _read(self, link: ClientConnection) -> None:
        core = self._core
        while True:
            frame = await link.recv(decode=False)
            self._told(core.received(frame, self._loop.time()))
            wake = core.wake()
            if core.urgent or (wake is not None and wake < self._wake):
                self._kick.set()
            if core.state == "stopped":
                return
            overdue = core.whole.paused  # then the user was waited for already
            while self._full():
                if core.asking or overdue:
                    core.pause()  # with nothing awaited since it was full, or nobody might take any more, and go on
                    break
                overdue = not await self._room()

    async def _room(self) -> bool:
        """Leave the socket unread until the user has room again; but not for so long that nobody would seem to be there."""
        assert self._core.hello is not None  # it was the first frame
        self._space.clear()
        try:
            async with asyncio.timeout(min(self._core.hello.deadline_ms / 1000, STEP_WITHIN) / 2):
                await self._space.wait()
        except TimeoutError:
            return False
        self._core.heard(self._loop.time())  # that nothing came was our own doing
        return True

    async def _send(self, link: ClientConnection, frame: bytes) -> None:
        """Waits for room in the buffers, and watches meanwhile over whether anybody is there. Sending is not to be cancelled."""
        watch: asyncio.TimerHandle | None = None

        def look() -> None:
            nonlocal watch
            self._core.tick(self._loop.time())
            self._kick.set()
            if self._core.doomed:
                link.transport.abort()
            elif (wake := self._core.wake()) is not None:
                watch = self._loop.call_at(wake, look)

        if (wake := self._core.wake()) is not None:
            watch = self._loop.call_at(wake, look)
        try:
            await link.send(frame, text=not self._core.encoding.binary)
        finally:
            if watch is not None:
                watch.cancel()

    async def _write(self, link: ClientConnection) -> None:
        core = self._core
        try:
            while True:
                self._kick.clear()
                core.tick(self._loop.time())
                for frame in core.outgoing():
                    await self._send(link, frame)
                if core.doomed:
                    break
                wake = core.wake()
                self._wake = math.inf if wake is None else wake
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(wake):
                        await self._kick.wait()
        except ConnectionClosed:
            return  # the reader hears of it, too
        except Exception as error:
            core.stop(error)
            raise
        finally:
            if core.doomed or core.error is not None:
                link.transport.abort()
