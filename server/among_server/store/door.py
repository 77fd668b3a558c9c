"""The law of a store, the part about the door of a community: its settings, its rules by version, who accepted which, and
what whoever looks in from outside may be shown.

A version of the rules, once written, is never changed.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from among_protocol.base import Time
from among_protocol.members import Persona, PersonaRef

from .rows import CommunityRow


class RulesRow(Struct):
    """One version of the rules of a community."""

    version: int
    text: str
    at: Time


class DoorTx(Protocol):
    """The part of `api.Tx`."""

    def put_community(self, row: CommunityRow) -> None:
        """Change what is said of it, and its settings; the count of its members stays."""
        ...

    def rules(self, community: str, version: int) -> RulesRow | None: ...
    def rules_written(self, community: str) -> int:
        """The highest version that there ever was; 0: there was none."""
        ...

    def add_rules(self, community: str, row: RulesRow) -> None: ...
    def accept(self, account: str, community: str, version: int) -> None: ...


class DoorStore(Protocol):
    """The part of `api.Store`."""

    async def rules(self, community: str, version: int) -> RulesRow | None: ...
    async def accepted(self, members: Sequence[str]) -> dict[str, int]:
        """Which version of the rules of their community these members accepted last; who accepted none is left out."""
        ...

    async def banned(self, account: str, community: str) -> bool:
        """Whether a ban holds now."""
        ...

    async def authors(self, community: str, refs: Sequence[PersonaRef]) -> list[Persona]:
        """Of this community, whoever asks: handle and name alone. In the order asked; an unknown revision gives the
        newest."""
        ...
