"""The law of a store, the part about quotes: who said what, and whether they agree to be quoted.

The words of a quote are in its row and nowhere else: once the row is removed, or lets go of them, they are gone.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from among_protocol.base import Time
from among_protocol.portrait import Quote

# asked: its author has not answered. refused: they said no, and the words are forgotten. agreed: it waits for the
# stewards. merged: it is in the portrait.
QuoteState = Literal["asked", "refused", "agreed", "merged"]


class QuoteRow(Struct):
    id: str
    community: str
    account: str  # whose words they are
    member: str  # membership of theirs
    rev: int  # of their persona, when they said it, or agreed to words of their own
    asker: str  # account that asked
    asker_member: str  # membership of theirs
    asked: Time
    said: Time
    text: str
    room: str = ""  # with a message
    message: int = 0
    state: QuoteState = "asked"
    proposal: int = 0  # once it was agreed to
    version: int = 0  # of the portrait, that took it in

    def shown(self) -> Quote:
        return Quote(
            quote=self.id,
            member=self.member,
            rev=self.rev,
            at=self.said,
            text=self.text,
            room=self.room,
            message=self.message,
            version=self.version,
        )


class QuotesTx(Protocol):
    """The part of `api.Tx`."""

    def quote(self, id: str) -> QuoteRow | None: ...
    def quotes_of(self, account: str, community: str) -> list[QuoteRow]:
        """Whose words are this account's, oldest first."""
        ...

    def quotes_asked_by(self, account: str, community: str) -> int:
        """How many that this account asked others for wait for their answer."""
        ...

    def quotes_merged(self, community: str) -> list[QuoteRow]:
        """Those in its portrait, in the order in which they came in."""
        ...

    def quotes_from(self, room: str, message: int) -> list[QuoteRow]: ...
    def put_quote(self, row: QuoteRow) -> None:
        """Add or change."""
        ...

    def remove_quote(self, id: str) -> None: ...


class QuotesStore(Protocol):
    """The part of `api.Store`."""

    async def quotes(self, account: str, community: str) -> Sequence[QuoteRow]:
        """Whose words are this account's, oldest first."""
        ...
