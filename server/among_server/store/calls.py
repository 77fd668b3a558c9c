"""What is asked of a store and is one function of the transaction, beside appends: the same for every backend."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol, TypeVar

import structlog

from among_protocol.base import Time
from among_protocol.bookmarks import Bookmarked
from among_protocol.codes import ACCOUNT_GONE, Refuse
from among_protocol.dnd import Dnd
from among_protocol.drafts import DraftState
from among_protocol.inbox import InboxState
from among_protocol.invites import CreateInvite, Invite
from among_protocol.markers import Marker
from among_protocol.members import Keep
from among_protocol.notify import NotifyChoice
from among_protocol.reach import DirectsFrom
from among_protocol.threads import ThreadState

from .api import Tx
from .bookmarks import BookmarkRow
from .erasing import Begun, Erasure
from .greeting import ReachSet
from .own import BlockSet, BlockWish, Ended, Entered
from .retention import Carried, Held, Trimmed
from .rows import Stored
from .rules import (
    blocks,
    bookmarks,
    drafts,
    erasing,
    inbox,
    invites,
    markers,
    notify,
    retention,
    sessions,
    status,
    tags,
    threads,
)
from .rules import reach as reach_rules
from .status import Statuses, StatusWish
from .tags import InterestRow, MyInterest

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Told(Protocol):
    """Who is told of a batch: see `own.OwnStore.ended` and law 2."""

    ended: Callable[[Sequence[str]], None]
    committed: Callable[[Sequence[Stored]], None]


def tell(told: Told, outcomes: Sequence[tuple[object, object]], stored: Sequence[Stored]) -> None:
    """A batch is committed. Never raises: its authors must still be answered."""
    ended = [id for _, result in outcomes if isinstance(result, Ended) for id in result.sessions]
    for tell_of, what in ((told.ended, ended), (told.committed, stored)):
        if what:
            try:
                tell_of(what)  # type: ignore[arg-type]  # each gets its own
            except Exception:
                log.exception("store.committed_failed")


def answer(told: Told, outcomes: Sequence[tuple[asyncio.Future[Any], Any]], stored: Sequence[Stored]) -> None:
    """Likewise, and then its authors are answered."""
    tell(told, outcomes, stored)
    for future, result in outcomes:
        if not future.done():
            if isinstance(result, Refuse):
                future.set_exception(result)
            else:
                future.set_result(result)


class Calls:
    """A part of `api.Store`. Whoever inherits it says how a function of the Tx is carried out."""

    def _call(self, job: Callable[[Tx], T]) -> Coroutine[Any, Any, T]:
        raise NotImplementedError

    def _call_as(self, account: str, job: Callable[[Tx], T]) -> Coroutine[Any, Any, T]:
        """Likewise, of what an account keeps or does. It may have been erased since it was asked; what was kept of it now
        would be kept for ever. Raises Refuse `account.gone`."""

        def carry_out(tx: Tx) -> T:
            if tx.account(account) is None:
                raise Refuse(ACCOUNT_GONE)
            tx.speak_as(account)
            return job(tx)

        return self._call(carry_out)

    async def open_session(
        self, account: str, secret: bytes, device: str, *, password: str = "", keep: AbstractSet[str] = frozenset()
    ) -> Entered:
        return await self._call(lambda tx: sessions.enter(tx, account, secret, device, password, keep))

    async def see_sessions(self, ids: Sequence[str]) -> None:
        await self._call(lambda tx: sessions.see(tx, ids))

    async def end_sessions(self, account: str, *, only: str = "", but: str = "") -> Ended:
        return await self._call(lambda tx: sessions.end(tx, account, only=only, but=but))

    async def change_password(self, account: str, session: str, *, old: str, new: str) -> Ended:
        return await self._call(lambda tx: sessions.change_password(tx, account, session, old, new))

    async def add_reset(self, handle: str, secret: bytes, expires_ms: int) -> None:
        await self._call(lambda tx: sessions.add_reset(tx, handle, secret, expires_ms))

    async def use_reset(self, secret: bytes, password: str, token: bytes, device: str) -> Entered:
        return await self._call(lambda tx: sessions.use_reset(tx, secret, password, token, device))

    async def disable(self, handle: str, *, disabled: bool) -> Ended:
        return await self._call(lambda tx: sessions.disable(tx, handle, disabled))

    async def set_block(
        self, account: str, wish: BlockWish, *, handle: str = "", member: str = "", block: str = ""
    ) -> BlockSet:
        return await self._call_as(account, lambda tx: blocks.set_block(tx, account, wish, handle, member, block))

    async def set_status(self, account: str, wish: StatusWish) -> Statuses:
        return await self._call_as(account, lambda tx: status.set_status(tx, account, wish))

    async def note_day(self, account: str) -> Statuses:
        return await self._call_as(account, lambda tx: status.note_day(tx, account))

    async def set_interests(self, account: str, community: str, rows: Sequence[InterestRow]) -> list[MyInterest]:
        return await self._call_as(account, lambda tx: tags.set_interests(tx, account, community, rows))

    async def dismiss(self, account: str, community: str, *, dismissed: bool) -> None:
        await self._call_as(account, lambda tx: tags.dismiss(tx, account, community, dismissed))

    async def create_invite(self, account: str, command: CreateInvite, secret: bytes) -> Invite:
        return await self._call_as(account, lambda tx: invites.create(tx, account, command, secret))

    async def revoke_invite(self, account: str, community: str, invite: str) -> None:
        await self._call_as(account, lambda tx: invites.revoke(tx, account, community, invite))

    async def invites(self, account: str, community: str) -> list[Invite]:
        return await self._call(lambda tx: invites.list_(tx, account, community))

    async def invited(self, account: str, community: str, secret: bytes) -> bool:
        return await self._call(lambda tx: invites.invited(tx, account, community, secret))

    async def set_draft(self, account: str, place: str, text: str, *, thread: int = 0) -> DraftState:
        return await self._call_as(account, lambda tx: drafts.set_draft(tx, account, place, thread, text))

    async def set_bookmark(self, account: str, room: str, seq: int, note: str) -> tuple[BookmarkRow, Bookmarked]:
        return await self._call_as(account, lambda tx: bookmarks.set_bookmark(tx, account, room, seq, note))

    async def remove_bookmark(self, account: str, room: str, seq: int) -> Bookmarked:
        return await self._call_as(account, lambda tx: bookmarks.remove_bookmark(tx, account, room, seq))

    async def set_notify(self, account: str, place: str, word: str, level: str, for_ms: int) -> NotifyChoice:
        return await self._call_as(account, lambda tx: notify.set_notify(tx, account, place, word, level, for_ms))

    async def choose_in_thread(self, account: str, room: str, root: int, level: str, for_ms: int) -> ThreadState:
        return await self._call_as(account, lambda tx: threads.choose(tx, account, room, root, level, for_ms))

    async def set_dnd(self, account: str, dnd: Dnd) -> Dnd:
        return await self._call_as(account, lambda tx: notify.set_dnd(tx, account, dnd))

    async def mark_inbox(self, account: str, number: int, *, back: bool) -> InboxState:
        return await self._call_as(account, lambda tx: inbox.mark(tx, account, number, back=back))

    async def recount_inbox(self, account: str) -> InboxState | None:
        return await self._call(lambda tx: inbox.state(tx, account) if tx.inbox_newest(account) else None)

    async def recount_room(self, account: str, room: str) -> Marker:
        return await self._call(lambda tx: markers.counted(tx.unread(account, room)))

    async def follow_thread(self, account: str, room: str, root: int) -> ThreadState:
        return await self._call_as(account, lambda tx: threads.follow(tx, account, room, root))

    async def unfollow_thread(self, account: str, room: str, root: int) -> ThreadState:
        return await self._call_as(account, lambda tx: threads.unfollow(tx, account, room, root))

    async def mark_thread(self, account: str, room: str, root: int, seq: int, *, back: bool) -> ThreadState:
        return await self._call_as(account, lambda tx: threads.mark(tx, account, room, root, seq, back=back))

    async def set_reach(
        self, account: str, community: str, *, directs: DirectsFrom | None = None, greetings: bool | None = None
    ) -> ReachSet:
        return await self._call_as(
            account, lambda tx: reach_rules.set_reach(tx, account, community, directs, greetings)
        )

    async def begin_erasure(self, account: str, keep: Keep, *, password: str, grace_ms: int) -> Begun:
        return await self._call(lambda tx: erasing.begin(tx, account, keep, password, grace_ms))

    async def erase_by_force(self, handle: str, keep: Keep) -> Begun:
        return await self._call(lambda tx: erasing.by_force(tx, handle, keep))

    async def erase_more(self) -> Erasure | None:
        return await self._call(erasing.step)

    async def trim(self, held: Held, upto: int) -> Trimmed | None:
        return await self._call(lambda tx: retention.trim(tx, held, upto))

    async def carry_away(self, after: str) -> Carried | None:
        return await self._call(lambda tx: retention.carry_away(tx, after))

    async def trusted(self, elapsed_ms: int) -> Time:
        return await self._call(lambda tx: retention.trusted(tx, elapsed_ms))
