"""By whom an account can be spoken to alone: a register of its own, and what it stops."""

from among_protocol.codes import COMMUNITY_GONE, LIMIT_REACHED, Refuse
from among_protocol.reach import DirectsFrom, Reach

from ...limits import REACHES_PER_ACCOUNT
from ..api import Tx
from ..greeting import ReachSet
from .greeters import is_new


def set_reach(tx: Tx, account: str, community: str, directs: DirectsFrom | None, greetings: bool | None) -> ReachSet:
    """What is None stays as it was. A community is named by its id, which only who has seen it knows: by a short name one
    could try out which there are."""
    row = tx.community(community) if community else None
    if community and (row is None or row.id != community):
        raise Refuse(COMMUNITY_GONE, field="community")
    before = tx.reach(account, community)
    reach = Reach(
        community=community,
        directs=before.directs if directs is None else directs,
        greetings=before.greetings if greetings is None else greetings,
    )
    if reach != before:
        if before not in (said := tx.reaches(account)) and len(said) >= REACHES_PER_ACCOUNT:
            raise Refuse(LIMIT_REACHED, f"You have said this of {REACHES_PER_ACCOUNT} communities, and that is all.")
        tx.put_reach(account, reach)
    return ReachSet(reach, tx.reaches(account))


def reachable(tx: Tx, account: str, by: str, within: str) -> bool:
    """Whether this account lets the other open a direct with it: as a member of a community, or else as the account.

    Nothing is looked at that would tell two people more of each other than the names say under which they meet: within a
    community that community alone, and of the account only where it goes by its own handle."""
    everywhere = tx.reach(account, "").directs
    if everywhere == "nobody":
        return False
    if tx.share_direct(account, by, within):
        return True
    if everywhere == "known":
        return False
    if within:
        member = tx.membership(account, within)
        return member is not None and _lets_in(tx, account, within, member.id)
    met = tx.met(account, by)
    return not met or any(_lets_in(tx, account, community, member) for community, member in met)


def _lets_in(tx: Tx, account: str, community: str, member: str) -> bool:
    said = tx.reach(account, community).directs
    return said == "anyone" if said else is_new(tx, member) is None
