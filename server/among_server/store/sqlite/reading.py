"""What is read of how far one has read, of what was said lately and what was meant for one: a part of `api.Store`."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from among_protocol.inbox import InboxState
from among_protocol.markers import Marker
from among_protocol.notify import NotifyChoice

from ..api import Tx
from ..inbox import InboxRow
from ..recent import Place, RecentRow
from ..rows import Unread
from ..rules.markers import set_marker
from . import inbox, notify, reads, recent
from .readers import Readers

T = TypeVar("T")


class SqliteReading(Readers):
    """Whoever inherits it says how a function of the Tx is carried out."""

    def _call(self, job: Callable[[Tx], T]) -> Coroutine[Any, Any, T]:
        raise NotImplementedError

    async def set_marker(self, account: str, room: str, seq: int, *, back: bool) -> Marker:
        return await self._call(lambda tx: set_marker(tx, account, room, seq, back=back))

    async def unread(self, account: str, logs: Sequence[str]) -> list[Unread]:
        return await self._read(reads.unread, account, logs)

    async def recent(self, account: str, after: Place | None, limit: int) -> list[RecentRow]:
        return await self._read_logs(recent.rooms_of, recent.recent, account, after, limit)

    async def first_at(self, room: str, at: str) -> int:
        return await self._read(recent.first_at, room, at)

    async def inbox(self, account: str, before: int | None, limit: int) -> list[InboxRow]:
        return await self._read_logs(inbox.rooms_of, inbox.inbox, account, before, limit)

    async def inbox_state(self, account: str) -> InboxState:
        return await self._read(inbox.inbox_state, account)

    async def notify_choices(self, account: str) -> list[NotifyChoice]:
        return await self._read(notify.notify_choices, account)
