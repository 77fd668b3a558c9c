"""Accepting, all connections, and the one sweeper that minds their deadlines.

One sweep a second in place of a task per connection: it pings who is silent, drops who stays silent, cuts who does
not read, and shows out who never signed in. Membership in a log ends in `leave`, a callback, never by a check in the
fan-out. What fails in a sweep is told, and costs nothing else its turn: without the sweeper nobody would be cut any more.
"""

import asyncio
import contextlib
import gc
import itertools
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import structlog

from among_protocol.codes import STOPPING, CloseCode, Refuse
from among_protocol.wire import Encoding

from ..config import Config
from ..core.addresses import Addresses
from ..core.budget import Bucket, Portion
from ..core.context import Context, Services
from ..core.dispatch import Dispatch
from ..core.session import Session
from ..limits import SIGN_IN_WAIT_MS, UNFINISHED_MS
from .connection import Connection
from .forwarded import Peers, name_of_peer
from .library import Pieces
from .memory import FULL, NEARLY, give_back, memory
from .metrics import Metrics
from .restarting import send_away

log = structlog.get_logger()

SWEEP = 1.0  # seconds
PASSED_SWEEPS = 60  # sweeps between two times that who hears a part of a log is told how far it has come
HOARD = 4_096  # bytes that wait for one connection; who has less is not what fills the memory
HURRY = 0.5  # seconds between two looks at the memory, when it is short
CLOSE_WAIT = 5.0  # seconds that a peer has to answer a close frame


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
        # Who have not signed in, the oldest first, and for how many seconds their sign-ins waited for us:
        self.guests: dict[Connection, float] = {}
        self.pieces: dict[Connection, Pieces] = {}  # of fragmented messages, which are rare
        self.peers = Peers(self.config)
        self.addresses = Addresses(
            budget=self.config.address_budget,
            budget_per_second=self.config.address_budget_per_second,
            connections=self.config.address_connections,
            guests=self.config.address_guests,
        )
        self.aborted: Counter[str] = Counter()  # connections that were dropped, by reason
        self.stopping = False  # who comes is told so
        self.over = False  # all are gone: what still waited in a socket's queue has nobody who would end it
        self.port = 0
        self.services = services
        self._servers: list[asyncio.Server] = []
        self._empty: asyncio.Future[None] | None = None  # resolved when the last connection is gone
        self._sweeper: asyncio.Task[None] | None = None
        services.most_silent = self.most_silent
        self._warden: asyncio.Task[None] | None = None
        self.accepted = 0  # these only ever grow, for whoever measures
        self.closed: dict[int, int] = {}  # by close code
        self.turned_away: dict[str, int] = {}  # newcomers, by reason
        self.memory = memory(self.config.memory_mib)
        self.short = ""  # why newcomers can't be taken for want of memory; empty: they can
        self.full = False  # not even to be answered
        self.metrics = Metrics(self)
        self.metrics_token = metrics_token

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Take over bound sockets, and accept."""
        for sock in sockets:
            self._servers.append(await self.loop.create_server(self._accept, sock=sock, backlog=self.config.backlog))
        self.port = sockets[0].getsockname()[1]
        self._sweeper = self.loop.create_task(self._sweep())
        if self.memory.limit:
            self._warden = self.loop.create_task(self._mind_memory())

    def _accept(self) -> Connection:
        self.accepted += 1
        return Connection(self, self.accepted)

    def turn_away(self, why: str) -> None:
        self.turned_away[why] = self.turned_away.get(why, 0) + 1

    def enter(self, connection: Connection, peer: str) -> bool:
        """A connection is made. False when its address has as many as it may: it is to go.

        For whom a trusted proxy speaks is only known when the request is there."""
        self.connections.add(connection)
        self.guests[connection] = 0.0
        if len(self.guests) > self.config.guests:
            oldest = next(iter(self.guests))
            del self.guests[oldest]
            oldest.abort("guests.too_many")
        return self.peers.trusts(peer) or self._count(connection, name_of_peer(peer))

    def claim(self, connection: Connection, address: str) -> int:
        """A handshake is asked for, by whom is known now: 0, or milliseconds until this address may have another."""
        if connection.address is None and address and not self._count(connection, address):
            return 5_000
        return self.addresses.shake(connection.address, self.now()) if connection.address is not None else 0

    def _count(self, connection: Connection, address: str) -> bool:
        connection.address = self.addresses.enter(address, self.now())
        return connection.address is not None

    def admit(self, connection: Connection) -> None:
        """Signed in."""
        self.guests.pop(connection, None)
        if connection.guest and connection.address is not None:
            connection.address.guests -= 1
        connection.guest = False

    def most_silent(self, sessions: Iterable[Session]) -> Session:
        """Whose connection has not been heard of for longest: one that is dead falls first."""
        among = set(sessions)
        heard = {one.session: one.heard for one in self.connections if one.session in among}
        return min(among, key=lambda session: (heard.get(session, 0.0), session.number))

    def begin(self, connection: Connection, encoding: Encoding, write: Callable[[bytes], None]) -> Context:
        """A handshake is done."""
        config = self.config
        session = Session(
            number=connection.number,
            encoding=encoding,
            bucket=Bucket(config.budget, config.budget_per_second, self.now()),
            address=connection.address.name if connection.address is not None else "",
            portion=Portion(connection.address.bucket if connection.address is not None else None),
            secure=connection.secure,
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
        services.sessions.leave(session)
        services.presence.watch(session, frozenset())
        services.people.exit(session)
        if person is not None:
            services.presence.goes(person)

    def lost(self, connection: Connection) -> None:
        """The transport is gone."""
        self.connections.discard(connection)
        self.guests.pop(connection, None)
        if connection.address is not None:
            self.addresses.leave(connection.address, self.now(), guest=connection.guest)
            connection.address = None
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
        services = self.services
        for sweep in itertools.count(1):
            await asyncio.sleep(SWEEP)
            with _going_on("sessions"):
                services.sessions.sweep(self.now())
            with _going_on("erasing"):
                services.erasing.sweep(self.now())
            with _going_on("retention"):
                services.retaining.sweep(self.now())
            with _going_on("connections"):
                await self._mind_all()
            with _going_on("presence"):
                services.presence.catch_up()
            if sweep % PASSED_SWEEPS == 0:
                with _going_on("logs"):
                    await services.logs.catch_up()
            with _going_on("admission"):
                services.admission.more_room()  # when a batch failed, no commit has said so

    async def _mind_all(self) -> None:
        """Each of them, whatever became of the others; raises what went wrong last."""
        failed: Exception | None = None
        for index, connection in enumerate(list(self.connections)):
            if index % 512 == 511:
                await asyncio.sleep(0)  # let others have a turn
            try:
                self.mind(connection, self.now())
            except Exception as error:  # noqa: BLE001  # raised below: one line in the log, not one for each of thousands
                failed = error
        if failed is not None:
            raise failed

    async def _mind_memory(self) -> None:
        while True:
            with _going_on("memory"), contextlib.suppress(OSError, ValueError):
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
        connection.next_second()
        if connection.closing:
            if now - connection.closing > CLOSE_WAIT:
                connection.abort("close.unanswered")
        elif connection.stalled and now - connection.stalled > config.stall_ms / 1000:
            if session is not None and session.id:
                self.services.cut[session.id] = int(CloseCode.TOO_SLOW)
                while len(self.services.cut) > 10_000:
                    self.services.cut.pop(next(iter(self.services.cut)))
            connection.abort("slow_consumer")
        elif connection.guest and self._late(connection, now):
            pass
        elif session is not None and session.held_back:
            self._deaf(connection, now)
        elif now - self._begun(connection, now) > UNFINISHED_MS / 1000:
            connection.close(CloseCode.TOO_SLOW, "a message was not finished in time")
        elif session is not None and now - connection.heard > config.ping_ms / 1000:
            if now - connection.heard > (config.ping_ms + config.deadline_ms) / 1000:
                connection.close(CloseCode.SILENT, "no sign of life")
            elif not connection.pinged and not connection.stalled:
                connection.ping()

    def _deaf(self, connection: Connection, now: float) -> None:  # it may speak and finish, we don't listen
        connection.heard, connection.pinged, connection.begun = now, False, connection.begun and now
        if connection in self.pieces:
            self.pieces[connection].begun = now

    def _late(self, guest: Connection, now: float) -> bool:
        """Whether a guest's time is over; then it is shown out. While its sign-in waits for us, it is not."""
        waited = self.guests.get(guest, 0.0)
        age = 1000 * (now - guest.born - waited)
        if guest.session is None and age > self.config.handshake_ms:
            guest.abort("handshake.late")
        elif guest.session is not None and guest.session.barrier is not None and 1000 * waited < SIGN_IN_WAIT_MS:
            self.guests[guest] = waited + SWEEP
            return False
        elif age > self.config.sign_in_ms:
            guest.close(CloseCode.SIGN_IN_LATE, "not signed in in time")
        else:
            return False
        return True

    def _begun(self, connection: Connection, now: float) -> float:
        """When the oldest message that is not finished began; now, where there is none."""
        begun = connection.begun or now
        pieces = self.pieces.get(connection) if connection.fragmented else None
        return begun if pieces is None else min(begun, pieces.begun)

    async def stop(self) -> None:
        """No new connections; what is in flight is answered; then everybody is told to come back."""
        self.stopping = True
        for server in self._servers:
            server.close()
        self.refuse_what_waits()
        grace = self.config.grace_ms / 1000
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._answered(), grace / 2)
        send_away(self.connections)
        if self.connections:
            self._empty = self.loop.create_future()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty, grace / 4)
        self.over = True
        for connection in list(self.connections):
            connection.abort("stopping")
        tasks = [task for task in (self._sweeper, self._warden) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # the store is yet to be closed, whatever they ended with

    def refuse_what_waits(self) -> None:
        """What comes, and what waits for peers to read: one that reads nothing could hold up the end."""
        self.dispatch.stopping = True
        for connection in self.connections:
            if connection.session is not None:
                connection.session.no_more_turns(Refuse(STOPPING, retry_after_ms=1_000))

    async def _answered(self) -> None:
        """Nothing is under way, and no reply waits for the flush of its entry any more: a window, so milliseconds."""
        await self.dispatch.stop()
        logs = self.services.logs
        for log in [log for log in logs if log.waiting]:
            flushed = asyncio.Event()
            logs.after(log.id, log.head, flushed.set)
            await flushed.wait()


@contextlib.contextmanager
def _going_on(what: str) -> Iterator[None]:
    """A failure in here is told once, and goes no further."""
    try:
        yield
    except Exception:
        log.exception("sweep.failed", what=what)
