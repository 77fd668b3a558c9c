"""The profile: one edit is one entry in the account's log, and one in each community's, but where one is silenced: a
name is words, too. There it changes once the silence has ended and one speaks again.
"""

import msgspec

from among_protocol.accounts import AccountUpdated, UpdateAccount
from among_protocol.base import Entry
from among_protocol.codes import ACCOUNT_GONE, Refuse
from among_protocol.members import MemberUpdated

from ..api import Tx
from ..rows import AccountRow, MemberRow


def update(tx: Tx, account: str, command: UpdateAccount) -> Entry:
    row = tx.account(account)
    if row is None:
        raise Refuse(ACCOUNT_GONE)
    name = row.display_name if command.display_name is None else command.display_name
    bio = row.bio if command.bio is None else command.bio
    row = msgspec.structs.replace(row, display_name=name, bio=bio)
    tx.put_account(row)
    entry = AccountUpdated(
        log=account,
        seq=tx.next(account),
        at=tx.now,
        nonce=command.nonce,
        handle=row.handle,
        display_name=name,
        bio=bio,
    )
    tx.add(entry)
    for member in tx.memberships(account):
        if member.silenced <= tx.now:
            _update(tx, member, row)
    return entry


def speaks_again(tx: Tx, member: MemberRow) -> MemberRow:
    """A silence is over, by itself or before: who the member is now is told, where it changed meanwhile."""
    row = tx.account(member.account)
    if row is None or (row.display_name, row.bio) == (member.display_name, member.bio):
        return member
    return _update(tx, member, row)


def _update(tx: Tx, member: MemberRow, row: AccountRow) -> MemberRow:
    changed = msgspec.structs.replace(member, rev=member.rev + 1, display_name=row.display_name, bio=row.bio)
    tx.put_member(changed)
    place = member.place
    told = MemberUpdated(
        log=place,
        seq=tx.next(place),
        at=tx.now,
        by=member.id,
        rev=changed.rev,
        handle=member.handle,
        display_name=row.display_name,
        bio=row.bio,
    )
    tx.add(told)
    return changed
