"""The law of a store, the part about the portraits of communities: their versions, and the proposals that wait.

A version changes one section; the portrait as of a version is, for each section, the newest version up to it. Versions
are never changed. Proposals have numbers of their own in each community, so that they tell nothing of the stewards' log.
"""

from typing import NamedTuple, Protocol

from msgspec import Struct

from among_protocol.base import Time
from among_protocol.portrait import Content, Portrait, PortraitVersion, Proposal, Section


class PortraitRow(NamedTuple):
    """How far the portrait of a community has come."""

    version: int = 0
    proposal: int = 0  # number of the last one


class VersionRow(Struct):
    community: str
    version: int
    at: Time
    section: Section
    by: str  # the steward's membership
    rev: int
    author: str  # membership of whoever proposed it
    author_rev: int
    content: Content
    note: str = ""


class ProposalRow(Struct):
    community: str
    number: int
    at: Time
    account: str  # who proposed it
    by: str  # membership of theirs
    rev: int
    section: Section
    base: int  # version that gave the section what the author read
    content: Content
    note: str = ""
    quote: str = ""  # its id, instead of a content


class Proposals(NamedTuple):
    """A page of what waits."""

    proposals: list[Proposal]
    complete: bool


class PortraitTx(Protocol):
    """The part of `api.Tx`."""

    def portrait(self, community: str) -> PortraitRow: ...
    def portrait_section(self, community: str, section: Section) -> VersionRow | None:
        """The version that gave the section what it says."""
        ...

    def add_version(self, row: VersionRow) -> None:
        """The next one of its community."""
        ...

    def proposal(self, community: str, number: int) -> ProposalRow | None: ...
    def proposals(self, community: str, account: str = "") -> int:
        """How many wait, of this account or of all."""
        ...

    def proposals_by(self, account: str, community: str) -> list[int]:
        """Those of this account that wait, by number."""
        ...

    def add_proposal(self, row: ProposalRow) -> None:
        """The next one of its community."""
        ...

    def remove_proposal(self, community: str, number: int) -> None: ...


class PortraitStore(Protocol):
    """The part of `api.Store`."""

    async def portrait(self, community: str, version: int | None) -> Portrait | None:
        """As of a version, or as it is now; None where there is no such version. A community is there."""
        ...

    async def portrait_versions(self, community: str, before: int | None, limit: int) -> list[PortraitVersion]:
        """Newest first, before a version."""
        ...

    async def portrait_proposals(self, community: str, account: str, after: int, limit: int) -> Proposals:
        """Those that wait, oldest first, after a number; of this account, or of all where none is named. At most `limit`
        and about api.PAGE_BYTES, but one if there is any."""
        ...
