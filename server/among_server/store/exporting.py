"""The law of a store, the part about taking everything along: what an account has that no other read gives.

A read of the account's own. What it is made of is a page by its place, so that the same page can be asked for again.
"""

from typing import NamedTuple, Protocol

from among_protocol.members import Persona

from .rows import MemberRow

EXPORTED = 200  # rows of a page


class WrittenPage(NamedTuple):
    """Entries that an account caused, by its nonces, in other logs than its own: as kept bytes."""

    entries: list[bytes]
    last: str  # the nonce of the last one that was looked at
    complete: bool


class ExportStore(Protocol):
    """The part of `api.Store`."""

    async def all_memberships(self, account: str) -> list[MemberRow]:
        """In communities and directs, left or not, the oldest places first."""
        ...

    async def revisions(self, member: str, after: int, limit: int) -> list[Persona]:
        """Those that are kept, after a number, the oldest first."""
        ...

    async def markers(self, account: str) -> list[tuple[str, int]]:
        """Room and number, by room."""
        ...

    async def dismissals(self, account: str) -> list[str]:
        """Communities that are not to be suggested to it."""
        ...

    async def asked(self, account: str) -> list[tuple[str, int]]:
        """Where it asks to be let in, or did lately: the community, and the number in its stewards' log."""
        ...

    async def written(self, account: str, after: str, limit: int) -> WrittenPage:
        """What it wrote, after a nonce, and what is still given (retention.py). At most `limit` and about PAGE_BYTES, but one if there is any."""
        ...

    async def writings(self, account: str) -> int:
        """How many nonces it has used."""
        ...
