"""The law of a store, the part about drafts: registers of an account. A place is a room or a community; thread 0 is none."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from among_protocol.base import Seq, Time
from among_protocol.drafts import DraftState


class DraftRow(Struct):
    place: str
    thread: Seq
    text: str
    fingerprint: str
    at: Time


class DraftsTx(Protocol):
    """The part of `api.Tx`."""

    def draft(self, account: str, place: str, thread: int) -> DraftRow | None: ...
    def drafts(self, account: str) -> int:
        """How many this account has."""
        ...

    def put_draft(self, account: str, row: DraftRow) -> None:
        """Add or replace; one without a text is removed."""
        ...


class DraftsStore(Protocol):
    """The part of `api.Store`."""

    async def set_draft(self, account: str, place: str, text: str, *, thread: int = 0) -> DraftState:
        """Raises Refuse: `room.gone` (as also for a community that is not there), `message.gone`, `field.invalid` (where there
        can be no such thread), `limit.reached`."""
        ...

    async def draft_states(self, account: str) -> list[DraftState]:
        """All of them, by place and thread."""
        ...

    async def drafts(
        self, account: str, after: tuple[str, int], limit: int, *, places: Sequence[str] = ()
    ) -> list[DraftRow]:
        """By place and thread, after these; or only in these places. At most `limit` and about PAGE_BYTES, but one if there is any."""
        ...
