"""The law of a store, the part about reading: markers and counts, recent rooms, the inbox, what is worth a bell."""

from collections.abc import Sequence
from typing import Protocol

from among_protocol.markers import Marker

from .inbox import InboxStore, InboxTx
from .notify import NotifyStore, NotifyTx
from .recent import RecentStore
from .rows import Unread


class ReadingTx(NotifyTx, InboxTx, Protocol):
    """The part of `api.Tx`."""


class ReadingStore(NotifyStore, InboxStore, RecentStore, Protocol):
    """The part of `api.Store`."""

    async def unread(self, account: str, logs: Sequence[str]) -> list[Unread]:
        """For each log that exists, in the order given."""
        ...

    async def recount_room(self, account: str, room: str) -> Marker:
        """How far one room is read, by the writer in its turn: `committed` has been given all that is counted."""
        ...

    async def set_marker(self, account: str, room: str, seq: int, *, back: bool) -> Marker:
        """Forward only, unless `back`. A `seq` past the head means the head. What is counted is as of the head at that moment.
        Raises Refuse: `room.gone`."""
        ...
