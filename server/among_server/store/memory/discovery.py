"""What suggestions are made of, as the reference has it: see discovery.py."""

from among_protocol.discovery import Suggestion
from among_protocol.messages import MessageSent

from ..discovery import LAST_SAID, Facts, chosen, suggested
from .directory import card
from .tx import MemoryTx


def discover(tx: MemoryTx, account: str, limit: int, chance: str) -> list[Suggestion]:
    communities = [one for one in tx.communities if _may_be(tx, account, one)]
    mine = {said.tag for place in tx.all_interests(account).values() for said in place}
    carried = tx.all_tags_of(communities)
    tags = {one: [tag for tag in sorted(carried[one]) if tag in mine] for one in carried}
    talked = _talked_with(tx, account)
    people = {one: sum(tx.here(other, one) and shows(tx, other, one) for other in talked) for one in communities}
    sensitive = {
        one
        for one in communities
        if any(tx.tag_rows[tag].sensitive or tx.everywhere(tag).sensitive for tag in tx.tags_of(one))
    }
    reasons = chosen(Facts({one: found for one, found in tags.items() if found}, people, sensitive), limit, chance)
    return suggested(reasons, {one: card(tx, one) for one in reasons})


def shows(tx: MemoryTx, account: str, community: str) -> bool:
    """Whether somebody lets people elsewhere be told that one of those they talk with is there."""
    row = tx.membership(account, community)
    return row is not None and row.claim.shown.elsewhere == "members"


def _may_be(tx: MemoryTx, account: str, community: str) -> bool:
    ban = tx.ban(account, community)
    return (
        tx.listed(community)
        and tx.communities[community].door != "invite"
        and not tx.here(account, community)
        and (account, community) not in tx.dismissed
        and not (ban is not None and ban.holds(tx.now))
    )


def _talked_with(tx: MemoryTx, account: str) -> set[str]:
    found: set[str] = set()
    for room in tx.followed(account):
        head = tx.logs[room].head
        kept = [tx.entries.get((room, seq)) for seq in range(max(head - LAST_SAID, 0) + 1, head + 1)]
        said = [one.stored.event for one in kept if one is not None]
        authors = {tx.members[one.by].account for one in said if isinstance(one, MessageSent)}
        if account in authors:
            found |= authors - {account}
    return found
