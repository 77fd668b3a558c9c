"""The listening socket, all connections, and the one sweeper that minds their deadlines.

One sweep a second in place of a task per connection: it pings who is silent, drops who stays silent, cuts who does
not read, and shows out who never signed in. Membership in a log ends in `leave`, a callback, never by a check in the
fan-out.
"""

import asyncio
import contextlib
import errno
import gc
import socket
from collections.abc import Callable

import structlog
from websockets.frames import Frame

from among_protocol.codes import CloseCode
from among_protocol.wire import Encoding

from ..config import Config, network, within
from ..core.budget import Bucket
from ..core.context import Context, Services
from ..core.dispatch import Dispatch
from ..core.session import Session
from .connection import Connection
from .memory import FULL, NEARLY, give_back, memory
from .metrics import Metrics

log = structlog.get_logger()

SWEEP = 1.0  # seconds
HOARD = 4_096  # bytes that wait for one connection; who has less is not what fills the memory
HURRY = 0.5  # seconds between two looks at the memory, when it is short
CLOSE_WAIT = 5.0  # seconds that a peer has to answer a close frame


class CannotListen(OSError):
    """The address or the port can't be had; says why, and how to mend it."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(what)
        self.key = key  # of the configuration


class Listener:
    """Accepts connections and looks after them."""

    def __init__(
        self, services: Services, dispatch: Dispatch, loop: asyncio.AbstractEventLoop, *, metrics_token: bytes = b""
    ) -> None:
        self.config: Config = services.config
        self.dispatch = dispatch
        self.loop = loop
        self.now: Callable[[], float] = loop.time
        self.connections: set[Connection] = set()
        self.pieces: dict[Connection, list[Frame]] = {}  # of fragmented messages, which are rare
        self.stopping = False
        self.port = 0
        self.services = services
        self._servers: list[asyncio.Server] = []
        self._empty: asyncio.Future[None] | None = None  # resolved when the last connection is gone
        self._sweeper: asyncio.Task[None] | None = None
        self._warden: asyncio.Task[None] | None = None
        self.accepted = 0  # these only ever grow, for whoever measures
        self.closed: dict[int, int] = {}  # by close code
        self.aborted: dict[str, int] = {}  # by reason
        self.turned_away: dict[str, int] = {}  # newcomers, by reason
        self.memory = memory(self.config.memory_mib)
        self.short = ""  # why newcomers can't be taken for want of memory; empty: they can
        self.full = False  # not even to be answered
        self.metrics = Metrics(self)
        self.metrics_token = metrics_token
        self._plain = [network(entry) for entry in self.config.plain_from]
        self._trusted = [network(entry) for entry in self.config.trusted_proxies]

    async def start(self) -> None:
        """Listen. Raises CannotListen when the address is taken or not ours."""
        config = self.config
        sockets = _sockets(config.host, config.port, config.send_buffer_kib * 1024)
        for sock in sockets:
            self._servers.append(await self.loop.create_server(self._accept, sock=sock, backlog=config.backlog))
        self.port = sockets[0].getsockname()[1]
        self._sweeper = self.loop.create_task(self._sweep())
        if self.memory.limit:
            self._warden = self.loop.create_task(self._mind_memory())

    def _accept(self) -> Connection:
        self.accepted += 1
        return Connection(self, self.accepted)

    def may_speak_plainly(self, peer: str) -> bool:
        """Whether passwords may come from this address without TLS of ours."""
        return within(peer, self._trusted) or within(peer, self._plain)

    def turn_away(self, why: str) -> None:
        self.turned_away[why] = self.turned_away.get(why, 0) + 1

    def begin(self, connection: Connection, encoding: Encoding, write: Callable[[bytes], None]) -> Context:
        """A handshake is done."""
        config = self.config
        session = Session(
            number=connection.number,
            encoding=encoding,
            bucket=Bucket(config.budget, config.budget_per_second, self.now()),
            secure=connection.is_secure(),
            write=write,
            close=connection.close,
        )
        return Context(self.services, session)

    def leave(self, connection: Connection) -> None:
        """A session hears nothing more, and its account may be here no longer."""
        session = connection.session
        if session is None:
            return
        services = self.services
        for heard in session.end():
            services.logs.forget(heard)
        person = session.person
        if session.id:
            live = services.sessions.get(session.id)
            if live is not None:
                live.discard(session)
                if not live:
                    del services.sessions[session.id]
        services.presence.watch(session, frozenset())
        services.people.exit(session)
        if person is not None:
            services.presence.refresh(person)

    def lost(self, connection: Connection) -> None:
        """The transport is gone."""
        self.connections.discard(connection)
        self.pieces.pop(connection, None)
        self.leave(connection)
        if self._empty is not None and not self.connections and not self._empty.done():
            self._empty.set_result(None)

    def unready(self) -> str:
        """Why newcomers had better not come; empty when they are welcome."""
        return "the server is stopping" if self.stopping else self.services.store.trouble or self.short

    def health(self) -> dict[str, object]:
        """What health and readiness tell."""
        store = self.services.store
        why = self.unready()
        return {
            "ready": not why,
            "why": why,
            "durability": store.durability,
            "connections": len(self.connections),
        }

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            for index, connection in enumerate(list(self.connections)):
                if index % 512 == 511:
                    await asyncio.sleep(0)  # let others have a turn
                self.mind(connection, self.now())

    async def _mind_memory(self) -> None:
        while True:
            with contextlib.suppress(OSError, ValueError):
                if self.short:
                    gc.collect()  # it costs a moment, and is what the moment is for
                    await self.loop.run_in_executor(None, give_back)
                # A file, though the kernel's: not on the loop.
                self.mind_memory(await self.loop.run_in_executor(None, self.memory.used))
            await asyncio.sleep(SWEEP if not self.short else HURRY)

    def mind_memory(self, used: int) -> None:
        """Hold all connections to the memory that there is."""
        share = used / self.memory.limit
        was = bool(self.short)
        self.short = f"the server is short of memory: {share:.0%} of the limit is used" if share > NEARLY else ""
        self.full = share > FULL
        if self.short and not was:
            log.warning("memory.short", used=used, limit=self.memory.limit, connections=len(self.connections))
        elif was and not self.short:
            log.info("memory.well", used=used, limit=self.memory.limit, connections=len(self.connections))
        if self.full:
            waiting = sorted(self.connections, key=Connection.unread, reverse=True)
            for connection in waiting[: max(1, len(waiting) // 20)]:
                if connection.unread() > HOARD:
                    connection.abort("memory")

    def mind(self, connection: Connection, now: float) -> None:
        """Hold one connection to its deadlines."""
        config = self.config
        session = connection.session
        if connection.closing:
            if now - connection.closing > CLOSE_WAIT:
                connection.abort("close.unanswered")
        elif connection.stalled and now - connection.stalled > config.stall_ms / 1000:
            if session is not None and session.id:
                self.services.cut[session.id] = int(CloseCode.TOO_SLOW)
                while len(self.services.cut) > 10_000:
                    self.services.cut.pop(next(iter(self.services.cut)))
            connection.abort("slow_consumer")
        elif (session is None or session.person is None) and now - connection.born > config.sign_in_ms / 1000:
            if session is None:
                connection.abort("handshake.late")
            else:
                connection.close(CloseCode.SIGN_IN_LATE, "not signed in in time")
        elif session is not None and now - connection.heard > config.ping_ms / 1000:
            if now - connection.heard > (config.ping_ms + config.deadline_ms) / 1000:
                connection.close(CloseCode.SILENT, "no sign of life")
            elif not connection.pinged and not connection.stalled:
                connection.ping()

    async def stop(self) -> None:
        """No new connections; what is in flight is answered; then everybody is told to come back."""
        self.stopping = True
        for server in self._servers:
            server.close()
        grace = self.config.grace_ms / 1000
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._answered(), grace / 2)
        for connection in list(self.connections):
            connection.close(CloseCode.RESTARTING, "the server is restarting")
        if self.connections:
            self._empty = self.loop.create_future()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty, grace / 4)
        for connection in list(self.connections):
            connection.abort("stopping")
        for task in (self._sweeper, self._warden):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _answered(self) -> None:
        """Nothing is under way, and no reply waits for the flush of its entry any more: a window, so milliseconds."""
        await self.dispatch.stop()
        logs = self.services.logs
        for log in [log for log in logs if log.waiting]:
            flushed = asyncio.Event()
            logs.after(log.id, log.head, flushed.set)
            await flushed.wait()


def _sockets(host: str, port: int, send_buffer: int) -> list[socket.socket]:
    """Listening sockets whose connections inherit a small send buffer, so that the kernel hides no slow reader."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise CannotListen("host", f'"{host}" is no address of this machine: 127.0.0.1, or 0.0.0.0 for all') from None
    sockets: list[socket.socket] = []
    for family, kind, proto, _, address in dict.fromkeys(found):
        sock = socket.socket(family, kind, proto)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound = (address[0], sockets[0].getsockname()[1]) if sockets and port == 0 else address[:2]
        try:
            sock.bind(bound)
            sock.listen()  # create_server sets the backlog; another who listens already is found here
        except OSError as error:
            for made in (sock, *sockets):
                made.close()
            raise _why(error, host, port) from error
        sock.setblocking(False)
        sockets.append(sock)
    return sockets


def _why(error: OSError, host: str, port: int) -> CannotListen:
    match error.errno:
        case errno.EADDRINUSE:
            return CannotListen("port", f"{port} is in use on {host}: stop what listens there, or choose another port")
        case errno.EACCES | errno.EPERM:
            return CannotListen(
                "port", f"{port} is not for this user: choose one above 1023, and put a proxy before it"
            )
        case errno.EADDRNOTAVAIL:
            return CannotListen("host", f"{host} is no address of this machine: 127.0.0.1, or 0.0.0.0 for all")
        case _:
            return CannotListen("host", f"can't listen on {host}, port {port}: {error.strerror or error}")
