"""`Store` over one SQLite file: what writes goes to the writer's thread, what reads to a few read-only connections.

Rule: nothing here blocks the loop. A read runs as one function on its connection's thread, since a hop per statement
costs more than the statements.
"""

import asyncio
import errno
import sqlite3
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from among_protocol.communities import Community
from among_protocol.joining import JoinRequest
from among_protocol.members import Member, Persona, PersonaRef
from among_protocol.moderation import Ban
from among_protocol.reports import Report
from among_protocol.wire import AnyWrite

from ...ears import Ear
from .. import files
from ..api import Durability, StoreError
from ..backups import now
from ..calls import Calls
from ..cards import CardRow
from ..door import RulesRow
from ..joining import RequestRow
from ..own import AccountState, Meant, ResetRow, SessionRow
from ..revocations import Revocations, Revoked
from ..rows import (
    AccountRow,
    Appended,
    CommunityRow,
    DirectRow,
    Entries,
    InviteRow,
    LogRow,
    RoomRow,
    Standing,
)
from ..rules.sign_up import add_invite, create_account
from ..status import Seen
from ..stewards import stewards_of
from . import backup, bookmarks, corners, directory, disk, door, drafts, invites, joining, own, pins, reads, schema
from .exporting import SqliteTaking
from .faces import FaceReads
from .messages import MessageReads
from .personas import PersonaReads
from .reactions import ReactionReads
from .readers import Readers
from .reading import SqliteReading
from .retention import RetentionReads
from .searching import SqliteSearching
from .tags import bring
from .threads import ThreadReads
from .tx import SqliteTx
from .writer import Writer

log = structlog.get_logger(__name__)

T = TypeVar("T")


class SqliteStore(
    pins.Reads,
    ReactionReads,
    MessageReads,
    bookmarks.Reads,
    corners.Reads,
    drafts.Reads,
    SqliteReading,
    SqliteSearching,
    PersonaReads,
    FaceReads,
    ThreadReads,
    SqliteTaking,
    RetentionReads,
    Calls,
):
    """The data in `folder`. Another `synchronous` than `full` may lose what was acknowledged when the power goes."""

    def __init__(self, folder: Path, *, synchronous: schema.Synchronous = "full") -> None:
        self.epoch = ""
        self.durability: Durability = "full" if synchronous == "full" else "relaxed"  # and see _connect
        self._folder = folder
        self._path = folder / schema.FILE
        self._synchronous = synchronous
        self._lock: schema.Lock | None = None
        self._migrating = ""  # set by the writer's thread while it brings the tables up to date
        self._identity = ""  # of this store, over restores
        self._writer = Writer(
            self._connect,
            schema.finish,
            self._note,
            self._noted,
            partial(disk.check_room, folder),
            lambda: schema.sizes(self._path),
        )
        Readers.__init__(self, self._writer.blankings)
        SqliteSearching.__init__(self, folder, self._writer)
        self._revocations = Revocations(folder)
        self.counts = self._writer.counts

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether there is one in this folder."""
        return (folder / schema.FILE).exists()

    @property
    def trouble(self) -> str:
        return self._migrating or self._writer.trouble.why

    @property
    def backlog(self) -> int:
        return self._writer.backlog

    @property
    def gave_up(self) -> Callable[[], None]:
        return self._writer.gave_up

    @gave_up.setter
    def gave_up(self, hear: Callable[[], None]) -> None:
        self._writer.gave_up = hear

    @property
    def ended(self) -> Callable[[Sequence[str]], None]:
        return self._writer.ended

    @ended.setter
    def ended(self, hear: Callable[[Sequence[str]], None]) -> None:
        self._writer.ended = hear

    async def open(self) -> None:
        try:
            await self._writer.open()
            await self._open_readers(self._path)
            self._indexer.start(self._identity, self.epoch)
        except (OSError, sqlite3.Error) as error:
            await self._give_up()
            raise StoreError(f"The data in {self._folder} can't be opened: {error}.") from error
        except BaseException:
            await self._give_up()
            raise

    def _connect(self) -> sqlite3.Connection:
        """On the writer's thread."""
        schema.check_library()
        files.make_folder(self._folder)
        self._lock = schema.Lock(self._folder)
        schema.look(self._folder)
        self._weigh()
        disk.write_again(self._path.with_name(f"{schema.FILE}-wal"))
        schema.make_file(self._folder)
        db = schema.open_writer(self._path, self._synchronous)
        try:
            if schema.is_behind(db):
                self._migrating = "migrating: the data are being brought up to date for this version"
            schema.migrate(db, self._path, backup.before_step)
            self._migrating = ""
            bring(db)
            self._identity = schema.identity(db)
            last = self._revocations.open(self._identity, now(), schema.revoked_at(db))
            db.execute(own.REVOKED, (last,))
            relaxed = self._synchronous != "full" or self.durability == "relaxed"
            self.epoch = schema.epoch_of(db, self._synchronous, relaxed=relaxed)
            files.flush_folder(self._folder)
        except BaseException:
            db.close()
            raise
        return db

    def _weigh(self) -> None:
        """What can be promised, with these settings on this disk. What is weaker than it might be, is told."""
        if self._synchronous != "full":
            log.warning(
                "store.relaxed",
                why=f"synchronous is {self._synchronous}: a power cut may undo what was acknowledged",
                advice='leave it at "full" unless that is meant',
            )
        under = disk.kind_of(self._folder)
        if under.warning:
            advice = "keep the data on a local disk; in a container, on a volume of its own"
            log.warning("store.weak_disk", why=under.warning, advice=advice, folder=str(self._folder))
        if under.durability != "full":
            self.durability = under.durability

    def _note(self, moment: str, revoked: Sequence[Revoked]) -> None:
        """On the writer's thread. Fails as the database would, for it is the same disk."""
        try:
            self._revocations.add(moment, revoked)
        except OSError as error:
            failed = sqlite3.OperationalError(f"{self._revocations.path.name}: {error.strerror}")
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            failed.sqlite_errorcode = sqlite3.SQLITE_FULL if full else sqlite3.SQLITE_IOERR
            raise failed from error

    def _noted(self, there: bool) -> None:
        """On the writer's thread. Whether the transaction of what was noted is there, or may be."""
        if there:
            self._revocations.settle()
        else:
            self._revocations.take_back()

    async def _give_up(self) -> None:
        if self._writer.is_open:
            await self.close()
        else:
            self._let_go()

    def _let_go(self) -> None:
        self._revocations.close()
        if self._lock is not None:
            self._lock.release()

    async def close(self) -> None:
        """Each step whatever became of those before it."""
        async with AsyncExitStack() as last:  # from below
            last.callback(self._let_go)
            last.push_async_callback(self._close_readers)
            last.push_async_callback(self._writer.close)
            last.push_async_callback(self._close_readers_first)
            last.push_async_callback(self._stop_searching)
            await self._writer.drain()

    async def _close_readers_first(self) -> None:
        """Before the writer, whose last checkpoint no reader may hold up; where the disk failed after it, since the last to
        close would checkpoint what the disk may not have."""
        if not self._writer.trouble.over:
            await self._close_readers()

    # --- writing
    def append(self, account: str, command: AnyWrite) -> asyncio.Future[Appended]:
        return self._writer.ask(account, command)

    async def create_account(
        self,
        handle: str,
        display_name: str,
        password_hash: str,
        *,
        invite: bytes | None = None,
        door_invites: bool = False,
    ) -> AccountRow:
        def job(tx: SqliteTx) -> AccountRow:
            return create_account(tx, handle, display_name, password_hash, invite, door_invites)

        return await self._writer.call(job)

    async def add_invite(self, secret: bytes, *, owner: bool = False, uses: int = 1, expires_ms: int = 0) -> None:
        await self._writer.call(lambda tx: add_invite(tx, secret, InviteRow(owner, uses, expires_ms)))

    async def _call(self, job: Callable[[SqliteTx], T]) -> T:
        return await self._writer.call(job)

    # --- reading
    async def accounts(self) -> int:
        return await self._read(reads.accounts)

    async def password_hash(self, handle: str) -> tuple[str, str] | None:
        return await self._read(reads.password_hash, handle)

    async def session(self, secret: bytes) -> SessionRow | None:
        return await self._read(reads.session, secret)

    async def sessions(self, account: str) -> list[SessionRow]:
        return await self._read(own.sessions, account)

    async def meant(self, account: str, handles: AbstractSet[str] = frozenset()) -> Meant:
        return await self._read(own.meant, account, handles)

    async def reset(self, secret: bytes) -> ResetRow | None:
        return await self._read(reads.reset, secret)

    async def account_states(self, after: str, limit: int) -> list[AccountState]:
        return await self._read(reads.account_states, after, limit)

    async def account(self, id: str) -> AccountRow | None:
        return await self._read(reads.account, id)

    async def account_by_handle(self, handle: str) -> AccountRow | None:
        return await self._read(reads.account_by_handle, handle)

    async def standing(self, account: str) -> Standing | None:
        return await self._read(reads.standing, account)

    async def cards(self, account: str, members: Sequence[str]) -> list[CardRow]:
        return await self._read(reads.cards, account, members)

    async def seen(self, account: str, members: Sequence[str]) -> list[Seen]:
        return await self._read(reads.seen, account, members)

    async def communities(
        self, query: str, after: str, limit: int, *, tags: Sequence[str] = (), newest: bool = False
    ) -> list[Community]:
        return await self._read(directory.communities, query, after, limit, tags=tags, newest=newest)

    async def community(self, id_or_slug: str) -> CommunityRow | None:
        return await self._read(reads.community, id_or_slug)

    async def rules(self, community: str, version: int) -> RulesRow | None:
        return await self._read(door.rules, community, version)

    async def accepted(self, members: Sequence[str]) -> dict[str, int]:
        return await self._read(door.accepted, members)

    async def banned(self, account: str, community: str) -> bool:
        return await self._read(door.banned, account, community)

    async def authors(self, community: str, refs: Sequence[PersonaRef]) -> list[Persona]:
        return await self._read(door.authors, community, refs)

    async def admission(self, account: str, community: str) -> str:
        return await self._read(invites.admission, account, community)

    async def requests(self, community: str, after: int, limit: int) -> list[JoinRequest]:
        return await self._read_log(stewards_of(community), joining.requests, community, after, limit)

    async def request(self, account: str, community: str) -> RequestRow | None:
        return await self._read(joining.request, account, community)

    async def room(self, id: str) -> RoomRow | None:
        return await self._read(reads.room, id)

    async def rooms(self, community: str) -> list[RoomRow]:
        return await self._read(reads.rooms, community)

    async def members(self, community: str, after: str, limit: int) -> list[Member]:
        return await self._read(reads.members, community, after, limit)

    async def directs(self, rooms: Sequence[str]) -> list[DirectRow]:
        return await self._read(reads.directs, rooms)

    async def personas(self, account: str, refs: Sequence[PersonaRef]) -> list[Persona]:
        return await self._read(reads.personas, account, refs)

    async def bans(self, community: str, before: int | None, limit: int) -> list[Ban]:
        return await self._read(reads.bans, community, before, limit)

    async def reports(self, community: str, after: int, limit: int) -> list[Report]:
        return await self._read_log(stewards_of(community), reads.reports, community, after, limit)

    async def log(self, id: str) -> LogRow | None:
        return await self._read(reads.log, id)

    async def entries(self, log: str, after: int, until: int | None, limit: int) -> Entries:
        return await self._read_log(log, reads.entries, log, after, until, limit)

    async def wanted(self, log: str, ear: Ear, after: int, until: int | None, limit: int) -> Entries:
        return await self._read_log(log, reads.wanted, log, ear, after, until, limit)
