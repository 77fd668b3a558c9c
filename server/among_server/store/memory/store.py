"""The reference: a store in dicts, for tests and to say plainly what the law means. Nothing in it survives.

What waits is carried out once per turn of the loop, as one batch. Reads look at the dicts of tx.py directly.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

import structlog
from msgspec import json

from among_protocol.base import Time, Write
from among_protocol.codes import ACCOUNT_GONE, INTERNAL, NONCE_CONFLICT, STOPPING, Refuse
from among_protocol.communities import Community
from among_protocol.edits import MessageHistory
from among_protocol.joining import JoinRequest
from among_protocol.markers import Marker
from among_protocol.members import Member, Persona, PersonaRef
from among_protocol.moderation import Ban
from among_protocol.reactions import Reactors
from among_protocol.reports import Report
from among_protocol.wire import AnyWrite

from ...counts import StoreCounts
from ...ears import Ear, wants
from ...rights import RIGHTS, Right
from ..api import LOOKED_THROUGH, PAGE_BYTES, Durability
from ..calls import Calls, answer
from ..door import RulesRow
from ..joining import RequestRow
from ..own import AccountState, Meant, ResetRow, SessionRow
from ..personas import as_then
from ..retention import Due, Held, HeldPage
from ..rows import (
    AccountRow,
    Appended,
    CommunityRow,
    DirectRow,
    Entries,
    InviteRow,
    LogRow,
    Messages,
    RoomRow,
    Standing,
    Stored,
    Unread,
)
from ..rules import RULES, answers, digest
from ..rules.markers import set_marker
from ..rules.sign_up import add_invite, create_account
from ..stewards import stewards_of
from . import directory, messages
from .attending import MemoryAttending
from .cards import CardReads
from .exporting import MemoryTaking
from .greeting import GreetingReading
from .keeping import MemoryKept
from .personas import PersonaReads
from .portrait import PortraitReading
from .reading import MemoryCornerReads
from .searching import MemorySearching
from .thread_reads import ThreadReads
from .tx import MemoryTx

log = structlog.get_logger(__name__)

T = TypeVar("T")


class MemoryStore(
    CardReads,
    MemoryCornerReads,
    MemoryAttending,
    MemorySearching,
    PersonaReads,
    PortraitReading,
    GreetingReading,
    MemoryKept,
    ThreadReads,
    MemoryTaking,
    Calls,
):
    def __init__(self) -> None:
        self.epoch = f"e_{secrets.token_hex(8)}"
        self.durability: Durability = "memory"
        self.trouble = ""
        self.counts = StoreCounts()
        self.committed: Callable[[Sequence[Stored]], None] = lambda _: None
        self.gave_up: Callable[[], None] = lambda: None
        self.ended: Callable[[Sequence[str]], None] = lambda _: None
        self._tx: MemoryTx = MemoryTx()
        self._waiting: list[tuple[asyncio.Future[Any], Callable[[MemoryTx], Any]]] = []
        self._closed = False

    @property
    def backlog(self) -> int:
        return len(self._waiting)

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        self._carry_out()
        self._closed = True

    # --- writing
    def _ask(self, job: Callable[[MemoryTx], Any]) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if self._closed:
            future.set_exception(Refuse(STOPPING, retry_after_ms=1_000))
            return future
        if not self._waiting:
            loop.call_soon(self._carry_out)
        self._waiting.append((future, job))
        return future

    async def _call(self, job: Callable[[MemoryTx], T]) -> T:
        result: T = await self._ask(job)
        return result

    def _carry_out(self) -> None:
        batch, self._waiting = self._waiting, []
        tx = self._tx
        self.counts.batches.add(len(batch))
        answers = []
        for future, job in batch:
            tx.begin()
            try:
                answers.append((future, job(tx)))
            except Exception as error:  # a mistake of ours: it fails alone, and is told once
                if not isinstance(error, Refuse) or tx.has_written:
                    log.exception("store.write_failed")
                    error = Refuse(INTERNAL)
                tx.undo()
                answers.append((future, error))
        stored, tx.stored = tx.stored, []
        answer(self, answers, stored)

    def append(self, account: str, command: AnyWrite) -> asyncio.Future[Appended]:
        return self._ask(lambda tx: _append(tx, account, command))

    async def create_account(
        self,
        handle: str,
        display_name: str,
        password_hash: str,
        *,
        invite: bytes | None = None,
        door_invites: bool = False,
    ) -> AccountRow:
        return await self._call(
            lambda tx: create_account(tx, handle, display_name, password_hash, invite, door_invites)
        )

    async def add_invite(self, secret: bytes, *, owner: bool = False, uses: int = 1, expires_ms: int = 0) -> None:
        await self._call(lambda tx: add_invite(tx, secret, InviteRow(owner, uses, expires_ms)))

    async def set_marker(self, account: str, room: str, seq: int, *, back: bool) -> Marker:
        return await self._call(lambda tx: set_marker(tx, account, room, seq, back=back))

    async def purge(self) -> bool:
        return True

    async def held(self, after: str, limit: int) -> HeldPage:
        return self._tx.read_held(after, limit)

    async def due(self, held: Held, now: Time) -> Due:
        return self._tx.read_due(held, now)

    # --- reading
    async def accounts(self) -> int:
        return len(self._tx.account_rows)

    async def password_hash(self, handle: str) -> tuple[str, str] | None:
        row = self._tx.account_by_handle(handle)
        return (row.id, self._tx.passwords[row.id]) if row else None

    async def session(self, secret: bytes) -> SessionRow | None:
        return self._tx.session(secret)

    async def sessions(self, account: str) -> list[SessionRow]:
        return self._tx.sessions(account)

    async def meant(self, account: str, handles: AbstractSet[str] = frozenset()) -> Meant:
        return self._tx.list_means(account, handles)

    async def reset(self, secret: bytes) -> ResetRow | None:
        return self._tx.reset(secret)

    async def account_states(self, after: str, limit: int) -> list[AccountState]:
        rows = sorted(self._tx.account_rows.values(), key=lambda row: row.handle)
        return [self._tx.state(row, self._tx.entries[row.id, 1].stored.event.at) for row in rows if row.handle > after][
            :limit
        ]

    async def account(self, id: str) -> AccountRow | None:
        return self._tx.account(id)

    async def account_by_handle(self, handle: str) -> AccountRow | None:
        return self._tx.account_by_handle(handle)

    async def standing(self, account: str) -> Standing | None:
        row = self._tx.account(account)
        if row is None:
            return None
        followed = self._tx.followed(account)
        rooms = [self._tx.room_rows[room] for room in followed]
        there = [
            row for row in self._tx.standing_in(account) if row.place in self._tx.communities or row.place in followed
        ]
        return Standing(
            row,
            there,
            rooms,
            self._tx.blocks(account),
            self._tx.statuses(account),
            self._tx.reaches(account),
            self._tx.dnd(account),
        )

    async def communities(
        self, query: str, after: str, limit: int, *, tags: Sequence[str] = (), newest: bool = False
    ) -> list[Community]:
        return directory.communities(self._tx, query, after, limit, tags, newest)

    async def community(self, id_or_slug: str) -> CommunityRow | None:
        return self._tx.community(id_or_slug)

    async def rules(self, community: str, version: int) -> RulesRow | None:
        return self._tx.rules(community, version)

    async def accepted(self, members: Sequence[str]) -> dict[str, int]:
        rows = [row for row in map(self._tx.member, members) if row is not None]
        found = {row.id: self._tx.accepted.get((row.account, row.place), 0) for row in rows}
        return {member: version for member, version in found.items() if version}

    async def banned(self, account: str, community: str) -> bool:
        self._tx.begin()  # to know what time it is
        found = self._tx.ban(account, community)
        return found is not None and found.holds(self._tx.now)

    async def authors(self, community: str, refs: Sequence[PersonaRef]) -> list[Persona]:
        asked = [(self._tx.member(ref.member), ref.rev) for ref in refs]
        found = [
            as_then(row, self._tx.personas.get((row.id, rev)), all_seen=False)
            for row, rev in asked
            if row is not None and row.place == community
        ]
        return [
            Persona(member=one.member, rev=one.rev, handle=one.handle, display_name=one.display_name) for one in found
        ]

    async def admission(self, account: str, community: str) -> str:
        return self._tx.admission(account, community)

    async def requests(self, community: str, after: int, limit: int) -> list[JoinRequest]:
        rows = [row for row in self._tx.request_rows.values() if row.community == community and row.waits()]
        seqs = sorted(row.seq for row in rows if row.seq > after)
        log = stewards_of(community)
        return [json.decode(self._tx.entries[log, seq].stored.json, type=JoinRequest) for seq in seqs[:limit]]

    async def request(self, account: str, community: str) -> RequestRow | None:
        return self._tx.request(account, community)

    async def room(self, id: str) -> RoomRow | None:
        return self._tx.room(id)

    async def rooms(self, community: str) -> list[RoomRow]:
        return self._tx.rooms(community)

    async def members(self, community: str, after: str, limit: int) -> list[Member]:
        return [row.card() for row in self._tx.present(community) if row.handle > after][:limit]

    async def directs(self, rooms: Sequence[str]) -> list[DirectRow]:
        found = [row for row in map(self._tx.room, rooms) if row is not None and row.kind == "direct"]
        return [DirectRow(row, [one.persona() for one in self._tx.people(row.id)]) for row in found]

    async def personas(self, account: str, refs: Sequence[PersonaRef]) -> list[Persona]:
        mine = {row.place: row for row in self._tx.standing_in(account)}
        found = []
        for ref in refs:
            row = self._tx.member(ref.member)
            me = None if row is None else mine.get(row.place)
            if row is not None and me is not None:
                all_seen = me.id == row.id or Right.STEWARDS in RIGHTS[me.role]
                found.append(as_then(row, self._tx.personas.get((row.id, ref.rev)), all_seen=all_seen))
        return found

    async def bans(self, community: str, before: int | None, limit: int) -> list[Ban]:
        self._tx.begin()  # to know what time it is
        rows = [row for row in self._tx.bans.values() if row.community == community and row.holds(self._tx.now)]
        rows = [row for row in rows if before is None or row.seq < before]
        return [
            Ban(
                seq=row.seq,
                at=row.at,
                by=row.by,
                persona=self._tx.members[row.member].persona(),
                reason=row.reason,
                until=row.until,
            )
            for row in sorted(rows, key=lambda row: -row.seq)[:limit]
        ]

    async def reports(self, community: str, after: int, limit: int) -> list[Report]:
        seqs = [row.seq for row in self._tx.open_reports.values() if row.community == community and row.seq > after]
        log = stewards_of(community)
        return [json.decode(self._tx.entries[log, seq].stored.json, type=Report) for seq in sorted(seqs)[:limit]]

    async def log(self, id: str) -> LogRow | None:
        return self._tx.logs.get(id)

    async def entries(self, log: str, after: int, until: int | None, limit: int) -> Entries:
        row = self._tx.logs.get(log)
        if row is None:
            return Entries([], 0, 0, complete=True)
        last = row.head if until is None else min(until, row.head)
        after = max(after, row.floor)
        left = [self._tx.entries[log, seq].stored.json for seq in range(after + 1, last + 1)]
        page, size = 0, 0
        for kept in left[:limit]:
            size += len(kept)
            if page and size > PAGE_BYTES:
                break
            page += 1
        return Entries(left[:page], row.head, row.floor, complete=page == len(left), upto=after + page)

    async def wanted(self, log: str, ear: Ear, after: int, until: int | None, limit: int) -> Entries:
        row = self._tx.logs.get(log)
        if row is None:
            return Entries([], 0, 0, complete=True, whole=False)
        last = row.head if until is None else min(until, row.head)
        after = max(after, row.floor)
        page: list[bytes] = []
        size = 0
        for seq in range(after + 1, min(last, after + LOOKED_THROUGH) + 1):
            stored = self._tx.entries[log, seq].stored
            if wants(ear, stored.event):
                size += len(stored.json)
                if page and (size > PAGE_BYTES or len(page) == limit):
                    break
                page.append(stored.json)
            after = seq
        return Entries(page, row.head, row.floor, complete=after >= last, upto=after, whole=False)

    async def messages(
        self,
        room: str,
        *,
        before: int | None,
        after: int | None,
        around: int | None,
        limit: int,
        post: int | None = None,
        places: Collection[str] = (),
        thread: int | None = None,
        reader: str = "",
    ) -> Messages:
        return messages.page(
            self._tx, room, before, after, around, limit, post=post, places=places, thread=thread, reader=reader
        )

    async def reactors(
        self, room: str, message: int, emoji: str, after: int, limit: int, *, reader: str
    ) -> Reactors | None:
        return self._tx.read_reactors(room, message, emoji, after, limit, reader)

    async def history(self, room: str, message: int, after: int, limit: int) -> MessageHistory | None:
        return messages.history(self._tx, room, message, after, limit)

    async def unread(self, account: str, logs: Sequence[str]) -> list[Unread]:
        return [self._tx.unread(account, log) for log in logs if log in self._tx.logs]


def _append(tx: MemoryTx, account: str, command: Write) -> Appended:
    if tx.account(account) is None:
        raise Refuse(ACCOUNT_GONE)
    tx.author = account
    content = digest(command)
    known = tx.nonces.get((account, command.nonce))
    if known is not None:
        before, first = known
        if (before and before != content) or not answers(command, first.event):
            raise Refuse(NONCE_CONFLICT, field="nonce")
        return Appended(first, repeat=True)
    event = RULES[type(command)](tx, account, command)
    stored = next(stored for stored in tx.stored if stored.event is event)
    tx.add_nonce(account, command.nonce, content, stored)
    return Appended(stored, repeat=False)
