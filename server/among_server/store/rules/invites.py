"""Invites of a community: who may make them, and whether one is valid.

An invite is worth as much as who made it: it is valid as long as they are a member who may make invites. So nobody who
was removed, or lost the right, lets others in; and who leaves, leaves none behind.
"""

from among_protocol.base import Entry
from among_protocol.codes import INVITE_GONE, LIMIT_REACHED, RIGHT_MISSING, Refuse
from among_protocol.invites import CreateInvite, Invite, InviteCreated, InviteRevoked, InviteUsed

from ...limits import INVITES_PER_COMMUNITY, INVITES_PER_MEMBER
from ...rights import RIGHTS, Right
from ..api import Tx
from ..invites import DoorInvite
from ..rows import CommunityRow, MemberRow
from ..stewards import stewards_of
from .moderation import later
from .standing import may_act, present


def create(tx: Tx, account: str, command: CreateInvite, secret: bytes) -> Invite:
    community, member = present(tx, account, command.community)
    if not _may_invite(community, member):
        raise Refuse(RIGHT_MISSING)
    may_act(tx, member)
    rows = tx.door_invites(community.id)
    over = [row.id for row in rows if row.until <= tx.now]
    valid = [row for row in rows if row.until > tx.now]
    if len(valid) >= INVITES_PER_COMMUNITY:
        raise Refuse(LIMIT_REACHED, f"A community has at most {INVITES_PER_COMMUNITY} invites: revoke one first.")
    if Right.INVITE not in RIGHTS[member.role] and sum(row.member == member.id for row in valid) >= INVITES_PER_MEMBER:
        raise Refuse(LIMIT_REACHED, f"A member has at most {INVITES_PER_MEMBER} invites: revoke one first.")
    if over:
        tx.end_door_invites(over)
    row = DoorInvite(
        id=tx.new_id("i"),
        community=community.id,
        member=member.id,
        at=tx.now,
        uses=command.uses,
        left=command.uses,
        until=later(tx, command.for_ms),
        note=command.note,
    )
    tx.add_door_invite(secret, row)
    log = stewards_of(community.id)
    tx.add(
        InviteCreated(
            log=log,
            seq=tx.next(log),
            at=tx.now,
            by=member.id,
            rev=member.rev,
            invite=row.id,
            uses=row.uses,
            until=row.until,
            note=row.note,
        )
    )
    return _shown(row)


def revoke(tx: Tx, account: str, community: str, invite: str) -> None:
    """Whoever is silenced may end their own: it is no word of theirs."""
    place, member = present(tx, account, community)
    if not any(row.id == invite for row in _visible(tx, place, member)):
        raise Refuse(INVITE_GONE, field="invite")
    tx.end_door_invites([invite])
    log = stewards_of(place.id)
    tx.add(InviteRevoked(log=log, seq=tx.next(log), at=tx.now, by=member.id, rev=member.rev, invite=invite))


def list_(tx: Tx, account: str, community: str) -> list[Invite]:
    place, member = present(tx, account, community)
    return [_shown(row) for row in _visible(tx, place, member) if _is_valid(tx, place, row)]


def invited(tx: Tx, account: str, community: str, secret: bytes) -> bool:
    place = tx.community(community)
    return place is not None and bool(by_which(tx, account, place, secret))


def by_which(tx: Tx, account: str, community: CommunityRow, secret: bytes | None) -> str:
    """The id of the invite with which this account may come in: that of this code, or one that it signed up with.
    Empty: there is none."""
    row = usable(tx, secret) if secret is not None else None
    if row is not None and row.community == community.id:
        return row.id
    return tx.admission(account, community.id)


def usable(tx: Tx, secret: bytes) -> DoorInvite | None:
    row = tx.door_invite(secret)
    place = None if row is None else tx.community(row.community)
    return row if row is not None and place is not None and _is_valid(tx, place, row) else None


def use(tx: Tx, account: str, community: CommunityRow, invite: str) -> None:
    """Whoever came in with it is a member by now."""
    if tx.admission(account, community.id):  # what it was used for when they signed up
        tx.remove_admission(account, community.id)
    else:
        tx.use_door_invite(invite)
    member = tx.membership(account, community.id)
    log = stewards_of(community.id)
    by, rev = (member.id, member.rev) if member is not None else ("", 0)
    entry: Entry = InviteUsed(log=log, seq=tx.next(log), at=tx.now, by=by, rev=rev, invite=invite)
    tx.add(entry)


def _may_invite(community: CommunityRow, member: MemberRow) -> bool:
    return community.members_invite or Right.INVITE in RIGHTS[member.role]


def _is_valid(tx: Tx, community: CommunityRow, row: DoorInvite) -> bool:
    maker = tx.member(row.member)
    return (
        row.left > 0 and row.until > tx.now and maker is not None and not maker.left and _may_invite(community, maker)
    )


def _visible(tx: Tx, community: CommunityRow, member: MemberRow) -> list[DoorInvite]:
    rows = tx.door_invites(community.id)
    return rows if Right.INVITE in RIGHTS[member.role] else [row for row in rows if row.member == member.id]


def _shown(row: DoorInvite) -> Invite:
    return Invite(invite=row.id, at=row.at, by=row.member, left=row.left, uses=row.uses, until=row.until, note=row.note)
