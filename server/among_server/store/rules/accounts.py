"""The profile: one edit is one entry in the account's log, and one in each community's where the account goes by it, but
where it is silenced: a name is words, too. There it changes once the silence has ended and one speaks again. In each of
these communities, and in the directs between accounts, it counts as a change of who one is there, so that nobody is told of
more than of a persona's.
"""

from msgspec.structs import replace

from among_protocol.accounts import AccountUpdated, UpdateAccount
from among_protocol.base import Entry
from among_protocol.codes import ACCOUNT_GONE, Refuse
from among_protocol.members import MemberUpdated

from ..api import Tx
from ..personas import STILL
from ..rows import AccountRow, MemberRow
from .personas import as_profile, check_name, forget, name_taken, paced_profile, profile, take_to_directs, told


def update(tx: Tx, account: str, command: UpdateAccount) -> Entry:
    row = tx.account(account)
    if row is None:
        raise Refuse(ACCOUNT_GONE)
    name = row.display_name if command.display_name is None else command.display_name
    renamed = name != row.display_name
    row = replace(row, display_name=name, claim=profile(row.claim, command))
    followers = [one for one in tx.memberships(account) if not one.claimed and one.silenced <= tx.now]
    for member in followers if renamed else ():
        community = tx.community(member.place)
        where = community.slug if community is not None else ""
        check_name(tx, replace(member, display_name=name), field="display_name", where=where)
    in_directs = max((one.pace for one in tx.begun_as(account, "")), key=lambda pace: pace.edit_ms, default=STILL)
    *followers, anywhere = paced_profile(tx, [*followers, MemberRow("", account, "", 0, "", "", pace=in_directs)])
    tx.put_account(row)
    claim = row.claim
    entry = AccountUpdated(
        log=account,
        seq=tx.next(account),
        at=tx.now,
        nonce=command.nonce,
        handle=row.handle,
        display_name=name,
        bio=claim.bio,
        pronouns=claim.pronouns,
        place=claim.place,
        links=list(claim.links),
        intro=claim.intro,
    )
    tx.add(entry)
    for member in followers:
        _update(tx, member, row)
    take_to_directs(tx, as_profile(row, anywhere))
    return entry


def speaks_again(tx: Tx, member: MemberRow) -> MemberRow:
    """A silence is over, by itself or before: who the member is now is told, where it changed meanwhile."""
    row = None if member.claimed else tx.account(member.account)
    if row is None or as_profile(row, member) == member or name_taken(tx, as_profile(row, member)):
        return member
    return _update(tx, member, row)


def _update(tx: Tx, member: MemberRow, row: AccountRow) -> MemberRow:
    changed = replace(as_profile(row, member), rev=member.rev + 1)
    forget(tx, member, changed)
    entry = told(tx, MemberUpdated, changed, "")
    tx.put_member(changed, told=entry.seq)
    tx.add(entry)
    take_to_directs(tx, changed)
    return changed
