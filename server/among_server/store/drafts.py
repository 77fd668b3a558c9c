"""The law of a store, the part about drafts: registers of an account. A place is a room or a community."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from among_protocol.base import Time
from among_protocol.drafts import DraftState


class DraftRow(Struct):
    place: str
    text: str
    fingerprint: str
    at: Time


class DraftsTx(Protocol):
    """The part of `api.Tx`."""

    def draft(self, account: str, place: str) -> DraftRow | None: ...
    def drafts(self, account: str) -> int:
        """How many this account has."""
        ...

    def put_draft(self, account: str, row: DraftRow) -> None:
        """Add or replace; one without a text is removed."""
        ...


class DraftsStore(Protocol):
    """The part of `api.Store`."""

    async def set_draft(self, account: str, place: str, text: str) -> DraftState:
        """Raises Refuse: `room.gone` (as also for a community that is not there), `limit.reached`."""
        ...

    async def draft_states(self, account: str) -> list[DraftState]:
        """All of them, by place."""
        ...

    async def drafts(self, account: str, after: str, limit: int, *, places: Sequence[str] = ()) -> list[DraftRow]:
        """By place, after a place; or only of these. At most `limit` and about PAGE_BYTES, but one if there is any."""
        ...
