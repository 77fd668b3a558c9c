"""Who one is in a community, and what one may do there."""

from typing import TYPE_CHECKING

from ... import codes
from ...codes import Refuse

if TYPE_CHECKING:
    from ..state import CommunityRow, MemberRow, Person
    from ..town import Town

RANKS = {"owner": 2, "steward": 1, "member": 0}


def present(town: "Town", person: "Person", community: str) -> "tuple[CommunityRow, MemberRow]":
    """The community, and who this is there. Raises Refuse `community.gone`."""
    row = town.community(community)
    member = None if row is None else town.member(person.id, row.id)
    if row is None or member is None or member.left:
        raise Refuse(codes.COMMUNITY_GONE, field="community")
    return row, member


def may_act(town: "Town", member: "MemberRow") -> None:
    """Whoever is silenced starts nothing. Raises Refuse `member.silenced`."""
    if member.silenced > town.clock.time():
        raise Refuse(codes.SILENCED, until=member.silenced)


def chief(town: "Town", member: "MemberRow") -> None:
    """Raises Refuse `right.missing` for who is neither owner nor steward, `member.silenced`."""
    if not RANKS[member.role]:
        raise Refuse(codes.RIGHT_MISSING)
    may_act(town, member)


def outranked(actor: "MemberRow", subject: "MemberRow") -> "MemberRow":
    """Who it is done to. Raises Refuse `member.outranked` where they are of the actor's own rank or above."""
    if RANKS[subject.role] >= RANKS[actor.role]:
        raise Refuse(codes.OUTRANKED, field="member")
    return subject
