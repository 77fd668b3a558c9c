"""Who one is in a community, and whether one may: judged inside the transaction that writes."""

from among_protocol.base import Time
from among_protocol.codes import COMMUNITY_GONE, OUTRANKED, RIGHT_MISSING, SILENCED, Refuse

from ...rights import RANKS, RIGHTS, Right
from ..api import Tx
from ..rows import CommunityRow, MemberRow


def present(tx: Tx, account: str, community: str) -> tuple[CommunityRow, MemberRow]:
    """The community, by id or slug, and who the account is in it. Raises Refuse `community.gone` when it is not there."""
    row = tx.community(community)
    member = None if row is None else tx.membership(account, row.id)
    if row is None or member is None or member.left:
        raise Refuse(COMMUNITY_GONE, field="community")
    return row, member


def may(tx: Tx, member: MemberRow, right: Right) -> None:
    """Raises Refuse `right.missing` or `member.silenced`."""
    if right not in RIGHTS[member.role]:
        raise Refuse(RIGHT_MISSING)
    may_act(tx, member)


def outrank(actor: MemberRow, subject: MemberRow) -> None:
    """Nobody acts on somebody of their own rank or above. Raises Refuse `member.outranked`."""
    if RANKS[subject.role] >= RANKS[actor.role]:
        raise Refuse(OUTRANKED, field="member")


def may_act(tx: Tx, member: MemberRow) -> None:
    """Whoever is silenced starts nothing. Raises Refuse `member.silenced`."""
    if member.silenced > tx.now:
        raise silenced(member)


def silenced(member: MemberRow) -> Refuse:
    sentence = f"You may read here, and speak again after {spoken(member.silenced)}."
    return Refuse(SILENCED, sentence, until=member.silenced)


def spoken(time: Time) -> str:
    """A moment as a sentence says it, whoever shows it."""
    return f"{time[:16].replace('T', ' ')} UTC"
