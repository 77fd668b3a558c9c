"""Invites of a community: a secret that lets so many in, until some day, whatever its door. Stewards make them, and every
member where the community says so. An invite is worth as much as who made it: it ends with their membership, and with
their right to make it. It gives the role of a member, never more.

Like tokens, invites are secrets: their commands have no nonce, and a code is told once. After a lost answer, revoke the
invite that nobody has the code of (`invite.list`) and make another.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Command, Done, Entry, Id, OptionalReason, Shape, Time
from .moderation import DAY

LONGEST_INVITE = 366 * DAY
SHORTEST_INVITE = 60_000
INVITE_USES = 1_000

Uses = Annotated[int, Meta(ge=1, le=INVITE_USES)]
InviteTime = Annotated[int, Meta(ge=SHORTEST_INVITE, le=LONGEST_INVITE)]


class Invite(Shape, kw_only=True):
    """One that is valid, without its code."""

    invite: str  # its id
    at: Time
    by: str  # the membership of who made it
    left: int  # how many it still lets in
    uses: int  # how many it was made for
    until: Time  # when it ends by itself
    note: str = ""  # for whom it is


class InviteCreated(Entry, tag="invite.created", kw_only=True):
    """In the stewards' log. `by` made it."""

    words: ClassVar[tuple[str, ...]] = ("note",)

    invite: str  # its id
    uses: int  # how many it lets in
    until: Time  # when it ends by itself
    note: str = ""  # for whom it is


class InviteUsed(Entry, tag="invite.used", kw_only=True):
    """In the stewards' log. `by` came in with it."""

    invite: str  # its id


class InviteRevoked(Entry, tag="invite.revoked", kw_only=True):
    """In the stewards' log. `by` revoked it."""

    invite: str  # its id


class InviteMade(Shape, kw_only=True):
    hidden: ClassVar[frozenset[str]] = frozenset({"code"})

    invite: Invite  # as it is listed
    code: str  # told this once; in a link to the server it stands as `#community=SLUG&invite=CODE`


class CreateInvite(Command, tag="invite.create", kw_only=True):
    """Make an invite."""

    Reply: ClassVar[type[Shape]] = InviteMade

    community: Id
    uses: Uses = 1  # how many it lets in
    for_ms: InviteTime = 7 * DAY  # how long, in milliseconds
    note: OptionalReason = ""  # for whom it is; stewards read it


class InviteList(Shape, kw_only=True):
    invites: list[Invite]  # oldest first; all of them


class ListInvites(Command, tag="invite.list", kw_only=True):
    """The invites that are valid: for stewards all of the community, for members their own."""

    Reply: ClassVar[type[Shape]] = InviteList

    community: Id


class RevokeInvite(Command, tag="invite.revoke", kw_only=True):
    """End an invite: one's own, or as a steward any. It never comes back, not even with an older backup."""

    Reply: ClassVar[type[Shape]] = Done

    community: Id
    invite: Id  # its id, from `invite.list`
