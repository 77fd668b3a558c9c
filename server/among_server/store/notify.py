"""The law of a store, the part about what is worth a bell: registers of an account. What they mean is in the protocol, in
attention.py and dnd.py."""

from typing import Protocol

from msgspec import Struct

from among_protocol.dnd import Dnd
from among_protocol.notify import NotifyChoice


class NotifyRow(Struct):
    place: str  # a room or a community; empty: everywhere
    word: str  # folded; empty: none
    level: str  # all, mentions, nothing; inherit: nothing is chosen
    until_ms: int = 0  # Unix time; 0: it does not end by itself


class NotifyTx(Protocol):
    """The part of `api.Tx`."""

    def notify_rows(self, account: str) -> list[NotifyRow]:
        """By place and word, those of everywhere first; also what is over."""
        ...

    def put_notify(self, account: str, row: NotifyRow) -> None:
        """Add or replace; one that says `inherit` is removed."""
        ...

    def put_dnd(self, account: str, dnd: Dnd) -> None:
        """In place of what was there; one without times is removed."""
        ...


class NotifyStore(Protocol):
    """The part of `api.Store`. When somebody is not to be disturbed is told with their standing."""

    async def set_notify(self, account: str, place: str, word: str, level: str, for_ms: int) -> NotifyChoice:
        """What is chosen now. Raises Refuse: `room.gone` (as also for a community that is not there), `limit.reached`."""
        ...

    async def notify_choices(self, account: str) -> list[NotifyChoice]:
        """By place and word, those of everywhere first."""
        ...

    async def set_dnd(self, account: str, dnd: Dnd) -> Dnd:
        """Raises Refuse: `field.invalid` for a zone that this machine does not know."""
        ...
