"""The law of a store, the part about who asked to be let in. What they said is in the entry of the stewards' log; here is
that they wait, and as whom they would join."""

from typing import Protocol

from msgspec import Struct

from among_protocol.base import Time
from among_protocol.joining import JoinRequest


class RequestRow(Struct):
    """Of one account in one community: a request that waits for an answer, or one that was declined lately."""

    community: str
    account: str
    seq: int  # of its entry in the stewards' log
    wish: bytes  # the `join.ask` itself as JSON, without what only its reply needed
    declined: Time = ""  # may ask again after that; empty: it waits

    def waits(self) -> bool:
        return not self.declined


class JoiningTx(Protocol):
    """The part of `api.Tx`."""

    def request(self, account: str, community: str) -> RequestRow | None: ...
    def request_of(self, community: str, seq: int) -> RequestRow | None:
        """One that waits, by its number in the stewards' log."""
        ...

    def requests_of(self, account: str) -> int:
        """How many of this account wait, everywhere."""
        ...

    def requests_in(self, community: str) -> int:
        """How many wait there."""
        ...

    def put_request(self, row: RequestRow) -> None:
        """Add, or put in place of the one of this account there."""
        ...

    def remove_request(self, account: str, community: str) -> None: ...


class JoiningStore(Protocol):
    """The part of `api.Store`."""

    async def requests(self, community: str, after: int, limit: int) -> list[JoinRequest]:
        """Those that wait, oldest first, after a number in the stewards' log."""
        ...

    async def request(self, account: str, community: str) -> RequestRow | None: ...
