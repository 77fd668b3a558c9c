"""The composition root: the only module that names a backend. What lives as long as the server is made here."""

import asyncio
import contextlib
import hashlib
import os
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path

import structlog

from among_protocol import deprecated
from among_protocol.codes import CloseCode
from among_protocol.session import Hello
from among_protocol.wire import VERSION

from . import __version__, limits
from .bus.local import LocalBus
from .config import Config, is_loopback
from .core.context import Services
from .core.dispatch import Dispatch
from .core.log import Log
from .core.logs import Logs
from .core.session import Session
from .core.watchdog import Watchdog
from .edge.early import Early
from .edge.listener import Listener
from .edge.sockets import bound
from .handlers import ROUTES
from .handlers.session import now
from .store.api import Store
from .store.backups import Backups
from .store.rows import Stored
from .store.sqlite import indexing, schema
from .store.sqlite.backup import SqliteBackups
from .store.sqlite.store import SqliteStore

log = structlog.get_logger()

DATABASE, LOCK, SAFEST_SQLITE = schema.FILE, schema.LOCK, schema.SAFEST  # for who looks over the data
can_search = indexing.available  # likewise
lost, look_around, check = schema.lost, schema.look_around, schema.check  # likewise
OWNER_INVITE = "owner-invite"  # in the data folder, 0600: whoever can read it may own the server
PAGE = 500  # accounts at once


class App:
    """One server."""

    def __init__(self, config: Config, store: Store | None = None, *, metrics_token: bytes = b"") -> None:
        self.config = config
        self.store = store if store is not None else store_of(config)
        self._metrics_token = metrics_token
        self.services: Services
        self.dispatch: Dispatch
        self.listener: Listener

    async def start(self) -> None:
        """Open the store and listen. Raises StoreError or OSError."""
        loop = asyncio.get_running_loop()
        sockets = bound(self.config)
        try:
            await self._open(sockets)
        except BaseException:
            for sock in sockets:
                sock.close()
            raise
        try:
            self.wire(loop)
            await self.listener.start(sockets)
            if isinstance(self.store, SqliteStore):
                if await self.store.accounts() == 0:
                    await owner_invite(self.store, Path(self.config.data), self.config.url or self.url)
                elif self._owner_invite.exists() and await owned(self.store):
                    await self._owner_came()
            self.services.watchdog.start()
        except BaseException:
            if hasattr(self, "services"):
                self.services.watchdog.stop()
            await self.store.close()
            raise
        log.info(
            "server.listening",
            host=self.config.host,
            port=self.listener.port,
            epoch=self.store.epoch,
            durability=self.store.durability,
            sign_up=self.services.hello.sign_up,
        )

    async def _open(self, sockets: Sequence[socket.socket]) -> None:
        """Open the store, which may take minutes; meanwhile the port says so."""
        early = Early(sockets, lambda: self.store.trouble or "the server is starting")
        await early.start()
        try:
            await self.store.open()
        finally:
            await early.stop()

    @property
    def _owner_invite(self) -> Path:
        return Path(self.config.data) / OWNER_INVITE

    async def _owner_came(self) -> None:
        """The link in the folder works no longer."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._owner_invite.unlink, missing_ok=True)

    @property
    def url(self) -> str:
        """Where a client on this machine reaches the server."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.config.host, self.config.host)  # noqa: S104  # read, not bound
        return f"ws://[{host}]:{self.listener.port}/v1" if ":" in host else f"ws://{host}:{self.listener.port}/v1"

    def wire(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make everything but the listening socket, around an open store."""
        config = self.config
        logs = Logs(window=config.window_percent / 100, window_max=config.window_max_ms / 1000)
        logs.on_hole = self._hole
        self.services = services = Services(config, self.store, logs, loop.time)
        services.hello = hello(config, self.store)
        services.watchdog = Watchdog(loop)
        services.owner_came = self._owner_came
        services.people.arrived = services.replay.arrived
        services.people.departed = services.replay.departed
        bus = LocalBus()
        bus.heard = self._heard
        self.store.committed = bus.publish
        self.store.ended = services.sessions.deafen
        self.dispatch = Dispatch(ROUTES)
        self.listener = Listener(services, self.dispatch, loop, metrics_token=self._metrics_token)

    async def stop(self) -> None:
        """Answer what is in flight, tell everybody to come back, and leave nothing half written. A step that fails is raised
        once the others are done: the store is closed whatever came before."""
        async with contextlib.AsyncExitStack() as last:  # from below
            last.push_async_callback(self.store.close)
            last.callback(self.services.watchdog.stop)
            last.callback(self.services.passwords.close)
            last.push_async_callback(self._end_background)
            await self.listener.stop()
        log.info("server.stopped")

    async def _end_background(self) -> None:
        background = list(self.services.background)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)

    def _heard(self, batch: Sequence[Stored]) -> None:
        """Committed entries: into their logs first, then into the standing of who is here, and all of it before
        anything is written: a session that lost a place hears nothing later from it."""
        self.services.logs.deliver(batch)
        self.services.people.deliver(batch)
        self.services.recounts.heard(batch)
        self.services.admission.more_room()

    def _hole(self, broken: Log) -> None:
        """Entries did not arrive here: we can't vouch for this log, so its listeners come back and catch up."""
        log.error("log.hole", log=broken.id, head=broken.head)
        for outbox in [outbox for _, listeners in broken.everybody() for outbox in listeners]:
            if isinstance(outbox, Session):
                outbox.close(CloseCode.STORAGE_LOST, "come back and catch up")
        self.services.logs.forget(broken)


def store_of(config: Config) -> Store:
    """The store that the configuration names, not open yet."""
    return SqliteStore(Path(config.data), synchronous=config.synchronous)


def backups_of(config: Config) -> Backups:
    """Backups of the data that the configuration names."""
    return SqliteBackups(Path(config.data))


def hello(config: Config, store: Store) -> Hello:
    """The first frame of every connection: all that is enforced, and nothing that is not."""
    sign_up = ("open" if is_loopback(config.host) else "invite") if config.sign_up == "auto" else config.sign_up
    return Hello(
        versions=[VERSION],
        server=f"among/{__version__}",
        extensions=[],
        epoch=store.epoch,
        durability=store.durability,
        sign_up=sign_up,
        ping_ms=config.ping_ms,
        deadline_ms=config.deadline_ms,
        sign_in_ms=config.sign_in_ms,
        stall_ms=config.stall_ms,
        search=store.searchable,
        limits=limits.told(config),
        deprecated=list(deprecated.DEPRECATED),
        at=now(),
    )


def has_data(config: Config) -> bool:
    """Whether there is a store, or what is left of one, so that opening it would not make one."""
    folder = Path(config.data)
    return SqliteStore.is_in(folder) or bool(lost(folder))


async def owned(store: Store) -> bool:
    """Whether somebody owns the server."""
    after = ""
    while some := await store.account_states(after, PAGE):
        if any(one.owner for one in some):
            return True
        after = some[-1].handle
    return False


async def owner_invite(store: Store, data: Path, url: str) -> None:
    """An empty store: a one-time link makes its first bearer the owner, so nobody owns a server by arriving first."""
    code = secrets.token_urlsafe(24)
    await store.add_invite(hashlib.sha256(code.encode()).digest(), owner=True)
    file = data / OWNER_INVITE
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(f"{url}#invite={code}\n")
    log.info("owner.invited", file=str(file))
