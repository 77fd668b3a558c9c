"""The law of a store, the part about personas: what one claims to be in a place, and the handles that one had there.

A claim is kept as one text (JSON), so that a field more costs no migration. Rows of members who never claimed a persona
hold their account's profile, kept up to date by rules/accounts.py.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from among_protocol.base import Time
from among_protocol.members import Persona
from among_protocol.personas import PersonaLink, PersonaPlace, Shown

from .own import BlockWish

if TYPE_CHECKING:
    from .rows import MemberRow


class Claim(Struct, frozen=True, omit_defaults=True):
    """What somebody says of themselves, beside handle and name; of an account, its profile."""

    bio: str = ""
    pronouns: str = ""
    place: PersonaPlace | None = None
    links: tuple[PersonaLink, ...] = ()
    why: str = ""
    intro: str = ""
    shown: Shown = field(default_factory=Shown)  # never of an account


NOTHING = Claim()


class Pace(Struct, frozen=True, omit_defaults=True):
    """How a member has changed lately: what cool-downs are judged by. All in Unix time, milliseconds."""

    changes: int = 0  # how often, ever
    edit_ms: int = 0  # the last one that was counted
    full_ms: int = 0  # when none of the counted ones weighs any longer
    mended: int = 0  # free ones since the last that was counted
    handle_ms: int = 0  # the last change of handle that was counted


STILL = Pace()


class Former(Struct, frozen=True):
    """A handle that a member had here."""

    handle: str
    since: Time  # empty: not known
    until: Time


def as_then(row: "MemberRow", past: Persona | None, *, all_seen: bool) -> Persona:
    """A revision of a persona. What is hidden now was never shown, but to who may see all: one that is not kept, or belongs
    to a hidden lineage, is as the present one."""
    shown = row.claim.shown
    if past is None or past.rev == row.rev or not (all_seen or shown.lineage == "members"):
        return row.persona()
    bio, pronouns = past.bio * (shown.bio == "members"), past.pronouns * (shown.pronouns == "members")
    return replace(past, bio=bio, pronouns=pronouns, left=row.left)


class PersonaTx(Protocol):
    """The part of `api.Tx`."""

    def kept_handles(self, place: str, looks: str, but: str, since: Time) -> list[str]:
        """The handles of this skeleton that are somebody's here, other than this member's: of those who are here, of those
        who left after `since`, and former ones given up after it."""
        ...

    def claimed_handles(self, looks: str) -> list[str]:
        """The handles of this skeleton by which somebody goes in some place now, by a claim there."""
        ...

    def name_looks(self, place: str, looks: str, but: str) -> bool:
        """Whether the display name of somebody who is here, other than this member, has this skeleton."""
        ...

    def lineage(self, member: str) -> list[Former]:
        """The handles that this member had here, newest first."""
        ...

    def told(self, member: str, since: int, before: int) -> list[int]:
        """The numbers of the entries in the place's log that told this member's revisions, from one on and before another."""
        ...

    def had_handle(self, place: str, handle: str) -> "list[MemberRow]":
        """Who went by this handle here and does no longer, or has left, the latest first."""
        ...

    def add_former(self, row: "MemberRow", former: Former) -> None: ...
    def drop_former(self, row: "MemberRow", former: Former) -> None: ...
    def begun_as(self, account: str, community: str) -> "list[MemberRow]":
        """Who this account is in the directs that were begun from its persona in this community; empty: from its profile."""
        ...

    def blockers(self, account: str, handle: str) -> list[tuple[str, BlockWish]]:
        """Who blocks or mutes this account under this handle, and which of the two."""
        ...

    def blocked_as(self, account: str) -> list[str]:
        """The handles under which somebody blocks or mutes this account."""
        ...


class PersonaStore(Protocol):
    """The part of `api.Store`."""

    async def member_in(self, account: str, place: str) -> "MemberRow | None":
        """Left or not."""
        ...

    async def lineage(self, member: str) -> list[Former]:
        """The handles that this member had here, newest first."""
        ...

    async def named(self, place: str, handle: str) -> "Sequence[MemberRow]":
        """Who goes by this handle here; then who did, or has left, the latest first."""
        ...
