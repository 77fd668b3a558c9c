"""The portrait of a community: proposed by members, merged or declined by stewards.

A section is changed against the version of it that its author read; where it has changed since, nothing is overwritten
unseen: the proposal waits on, and a steward who has read both may merge it in so many words.
"""

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import FIELD_INVALID, LIMIT_REACHED, PORTRAIT_CHANGED, PROPOSAL_GONE, Refuse
from among_protocol.portrait import (
    Content,
    DeclineProposal,
    MergeProposal,
    PortraitDeclined,
    PortraitMerged,
    PortraitProposed,
    PortraitUpdated,
    ProposePortrait,
)

from ...limits import PROPOSALS_PER_COMMUNITY, PROPOSALS_PER_MEMBER, QUOTES_PER_PORTRAIT
from ...rights import RIGHTS, Right
from ..api import Tx
from ..portrait import ProposalRow, VersionRow
from ..rows import MemberRow
from ..stewards import stewards_of
from .standing import may, may_act, present


def propose(tx: Tx, account: str, command: ProposePortrait) -> Entry:
    community, member = present(tx, account, command.community)
    if command.merge:
        may(tx, member, Right.PORTRAIT)
    else:
        may_act(tx, member)
    content = Content(text=command.text, milestones=command.milestones)
    now = tx.portrait_section(community.id, command.section)
    _is_of(now, command.base)
    if content == (now.content if now else Content()):
        raise Refuse(FIELD_INVALID, "This is what the section says already.", field="text")
    if not command.merge:
        _may_propose_one_more(tx, account, community.id)
    row = ProposalRow(
        community=community.id,
        number=tx.portrait(community.id).proposal + 1,
        at=tx.now,
        account=account,
        by=member.id,
        rev=member.rev,
        section=command.section,
        base=command.base,
        content=content,
        note=command.note,
    )
    tx.add_proposal(row)
    log = stewards_of(community.id)
    nonce = command.nonce if Right.STEWARDS in RIGHTS[member.role] else ""
    tell_proposed(tx, row, log, by=member.id, rev=member.rev, nonce=nonce)
    if command.merge:
        return _merge(tx, member, row, command.nonce)
    return tell_proposed(tx, row, account, nonce=command.nonce)


def merge(tx: Tx, account: str, command: MergeProposal) -> Entry:
    community, steward = present(tx, account, command.community)
    may(tx, steward, Right.PORTRAIT)
    row = tx.proposal(community.id, command.proposal)
    if row is None:
        raise Refuse(PROPOSAL_GONE, field="proposal")
    if not row.quote:
        _is_of(tx.portrait_section(community.id, row.section), row.base if command.base is None else command.base)
    elif len(tx.quotes_merged(community.id)) >= QUOTES_PER_PORTRAIT:
        raise Refuse(LIMIT_REACHED, f"A portrait has at most {QUOTES_PER_PORTRAIT} quotes.")
    entry = _merge(tx, steward, row, command.nonce)
    tx.add(
        PortraitMerged(
            log=row.account,
            seq=tx.next(row.account),
            at=tx.now,
            nonce=command.nonce if row.account == account else "",
            community=row.community,
            proposal=row.number,
            version=entry.version,
        )
    )
    return entry


def decline(tx: Tx, account: str, command: DeclineProposal) -> Entry:
    """Whoever may not answer proposals sees their own alone."""
    community, member = present(tx, account, command.community)
    row = tx.proposal(community.id, command.proposal)
    steward = Right.PORTRAIT in RIGHTS[member.role]
    if row is None or not (steward or row.account == account):
        raise Refuse(PROPOSAL_GONE, field="proposal")
    if row.account != account:
        may(tx, member, Right.PORTRAIT)
        if not command.reason:
            raise Refuse(FIELD_INVALID, "Say why: somebody took the trouble to write it.", field="reason")
    tx.remove_proposal(community.id, row.number)
    if row.quote:
        tx.remove_quote(row.quote)
    log = stewards_of(community.id)
    told = PortraitDeclined(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce if steward else "",
        community=community.id,
        proposal=row.number,
        reason=command.reason,
    )
    tx.add(told)
    heard = PortraitDeclined(
        log=row.account,
        seq=tx.next(row.account),
        at=tx.now,
        nonce=command.nonce if row.account == account else "",
        community=community.id,
        proposal=row.number,
        reason=command.reason,
    )
    tx.add(heard)
    return told if steward else heard


def _is_of(now: VersionRow | None, base: int) -> None:
    """Raises Refuse where the section has changed since that version, or never was of it."""
    if (now.version if now else 0) != base:
        raise Refuse(PORTRAIT_CHANGED, field="base")


def _may_propose_one_more(tx: Tx, account: str, community: str) -> None:
    if tx.proposals(community, account) >= PROPOSALS_PER_MEMBER:
        raise Refuse(
            LIMIT_REACHED, f"At most {PROPOSALS_PER_MEMBER} of your changes wait for the stewards; take one back first."
        )
    if tx.proposals(community) >= PROPOSALS_PER_COMMUNITY:
        raise Refuse(
            LIMIT_REACHED, f"As many as {PROPOSALS_PER_COMMUNITY} changes wait for the stewards: let them answer some."
        )


def tell_proposed(
    tx: Tx, row: ProposalRow, log: str, *, by: str = "", rev: int = 0, nonce: str = ""
) -> PortraitProposed:
    entry = PortraitProposed(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=by,
        rev=rev,
        nonce=nonce,
        community=row.community,
        proposal=row.number,
        section=row.section,
        base=row.base,
        content=None if row.quote else row.content,
        quote=row.quote,
        note=row.note,
    )
    tx.add(entry)
    return entry


def _merge(tx: Tx, steward: MemberRow, row: ProposalRow, nonce: str) -> PortraitUpdated:
    """A version more; told to the stewards and to all. Whoever proposed it is told by whoever asks for this."""
    community = row.community
    version = VersionRow(
        community=community,
        version=tx.portrait(community).version + 1,
        at=tx.now,
        section=row.section,
        by=steward.id,
        rev=steward.rev,
        author=row.by,
        author_rev=row.rev,
        content=row.content,
        note=row.note,
    )
    tx.remove_proposal(community, row.number)
    tx.add_version(version)
    quote = tx.quote(row.quote) if row.quote else None
    if quote is not None:
        tx.put_quote(replace(quote, state="merged", version=version.version))
    log = stewards_of(community)
    tx.add(
        PortraitMerged(
            log=log,
            seq=tx.next(log),
            at=tx.now,
            by=steward.id,
            rev=steward.rev,
            nonce=nonce,
            community=community,
            proposal=row.number,
            version=version.version,
        )
    )
    entry = PortraitUpdated(
        log=community,
        seq=tx.next(community),
        at=tx.now,
        by=steward.id,
        rev=steward.rev,
        nonce=nonce,
        version=version.version,
        section=row.section,
        author=row.by,
        author_rev=row.rev,
    )
    tx.add(entry)
    return entry
