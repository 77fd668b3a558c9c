"""Out of a community, by one's own wish or not: out of its rooms too. The community's log tells the two alike."""

from msgspec.structs import replace

from among_protocol.communities import CommunityLeft
from among_protocol.members import Keep, MemberLeft
from among_protocol.rooms import PersonLeft

from ..api import Tx
from ..rows import CommunityRow, MemberRow
from . import greeters
from .ends import end_those_of


def depart(tx: Tx, member: MemberRow, community: CommunityRow, nonce: str) -> CommunityLeft:
    """`nonce`: of who leaves; empty when it is somebody else's doing. Gives the entry in the account's own log."""
    go(tx, member, community, nonce)
    return tell(tx, member, nonce)


def go(tx: Tx, member: MemberRow, community: CommunityRow, nonce: str) -> MemberRow:
    """All but what their own log says of it. Gives the member as they are then."""
    account, log = member.account, community.id
    end_those_of(tx, member)
    member = replace(member, left=True, role="member", left_at=tx.now)
    tx.put_member(member)
    by, rev = member.id, member.rev
    greeters.gone(tx, member)
    for room in tx.followed_in(account, log):
        tx.unfollow(account, room.id)
        if room.kind == "private":
            tx.add(PersonLeft(log=room.id, seq=tx.next(room.id), at=tx.now, by=by, rev=rev, nonce=nonce))
    tx.add(MemberLeft(log=log, seq=tx.next(log), at=tx.now, by=by, rev=rev, nonce=nonce))
    return member


def tell(tx: Tx, member: MemberRow, nonce: str, keep: Keep = "persona", *, frozen: bool = False) -> CommunityLeft:
    """In the own log of who left."""
    log = member.account
    entry = CommunityLeft(
        log=log, seq=tx.next(log), at=tx.now, nonce=nonce, community=member.place, keep=keep, frozen=frozen
    )
    tx.add(entry)
    return entry
