"""Out of a community, by one's own wish or not: out of its rooms too. The community's log tells the two alike."""

from typing import TYPE_CHECKING

from ...communities import CommunityLeft
from ...members import MemberLeft
from ...rooms import PersonLeft

if TYPE_CHECKING:
    from ..state import MemberRow
    from ..town import Town


def depart(town: "Town", member: "MemberRow", nonce: str = "") -> CommunityLeft:
    """`nonce`: of who leaves; empty when it is somebody else's doing. Gives the entry in the account's own log."""
    account, log, at = member.account, member.place, town.clock.time()
    member.left, member.role = True, "member"
    town.leaves(member)
    by, rev = member.id, member.rev
    for room in [room for room in town.rooms.values() if room.community == log]:
        if room.id in town.people[account].logs:
            town.ends(account, room.id)
            if room.kind == "private":
                town.write(PersonLeft(log=room.id, seq=town.next(room.id), at=at, by=by, rev=rev, nonce=nonce))
    town.ends(account, town.stewards_of(log))
    town.ends(account, log)
    town.write(MemberLeft(log=log, seq=town.next(log), at=at, by=by, rev=rev, nonce=nonce))
    return town.write(CommunityLeft(log=account, seq=town.next(account), at=at, nonce=nonce, community=log))
