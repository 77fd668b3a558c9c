"""The law of a store, the part about what is pinned in a room: numbers alone. Who pinned what, and whose it is, is in the
entries that these are of."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from among_protocol.pins import Pin


class PinPage(NamedTuple):
    pins: list[Pin]  # what was pinned last comes first
    as_of: int
    complete: bool
    origins: Mapping[str, str] = {}  # rooms of which something is shown in these: their communities


class PinTx(Protocol):
    """The part of `api.Tx`."""

    def pins(self, room: str) -> list[int]:
        """The messages that are pinned there, in the order in which they were."""
        ...

    def add_pin(self, room: str, message: int, seq: int) -> None:
        """Pinned by this entry."""
        ...

    def remove_pin(self, room: str, message: int) -> None:
        """Nothing happens where it is not pinned."""
        ...


class PinStore(Protocol):
    """The part of `api.Store`."""

    async def pins(self, room: str, before: int | None, limit: int, *, places: Collection[str] = ()) -> PinPage:
        """Those pinned before this entry, with their messages as they are now, and what these show of other rooms of these
        communities. At most `limit` and about PAGE_BYTES, but one if there is any."""
        ...
