"""The law of a store, the part about the invites of communities. They are secrets: known by their SHA-256 alone, without
numbers and nonces, and what is used up or revoked is noted outside of the database.

Whether one is valid is judged in the transaction that uses it: see rules/invites.py.
"""

from typing import Protocol

from msgspec import Struct

from among_protocol.base import Time
from among_protocol.invites import CreateInvite, Invite


class DoorInvite(Struct):
    id: str
    community: str
    member: str  # who made it
    at: Time
    uses: int  # that it was made for
    left: int
    until: Time
    note: str = ""


class InvitesTx(Protocol):
    """The part of `api.Tx`."""

    def door_invite(self, secret: bytes) -> DoorInvite | None: ...
    def door_invites(self, community: str) -> list[DoorInvite]:
        """All that are kept, oldest first."""
        ...

    def add_door_invite(self, secret: bytes, row: DoorInvite) -> None: ...
    def use_door_invite(self, id: str) -> None:
        """One use less; the last one ends it."""
        ...

    def end_door_invites(self, ids: list[str]) -> None:
        """For good; and with them who signed up with one and has not joined yet."""
        ...

    def end_owner_invites(self) -> None:
        """Those of the server that make an owner and never expire."""
        ...

    def admission(self, account: str, community: str) -> str:
        """The id of the invite with which this account signed up, if it has not joined there since."""
        ...

    def add_admission(self, account: str, community: str, invite: str) -> None: ...
    def remove_admission(self, account: str, community: str) -> None: ...


class InvitesStore(Protocol):
    """The part of `api.Store`."""

    async def create_invite(self, account: str, command: CreateInvite, secret: bytes) -> Invite:
        """Raises Refuse: `community.gone`, `right.missing`, `member.silenced`, `limit.reached`."""
        ...

    async def revoke_invite(self, account: str, community: str, invite: str) -> None:
        """Raises Refuse: `community.gone`, `invite.gone`."""
        ...

    async def invites(self, account: str, community: str) -> list[Invite]:
        """Valid ones: all for a steward, one's own for a member. Raises Refuse `community.gone`."""
        ...

    async def invited(self, account: str, community: str, secret: bytes) -> bool:
        """Whether this account may come in with this code, or because it signed up with one."""
        ...

    async def admission(self, account: str, community: str) -> str:
        """As that of the transaction."""
        ...
