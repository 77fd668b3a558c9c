"""Founding, joining and leaving: each is told in the community's log and in the account's own."""

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import (
    ACCOUNT_GONE,
    COMMUNITY_GONE,
    HANDLE_TAKEN,
    LAST_OWNER,
    LIMIT_REACHED,
    SLUG_LOOKALIKE,
    SLUG_TAKEN,
    Refuse,
)
from among_protocol.communities import (
    CommunityCreated,
    CommunityJoined,
    CreateCommunity,
    JoinCommunity,
    LeaveCommunity,
)
from among_protocol.members import MemberJoined, Role

from ...limits import COMMUNITIES_PER_ACCOUNT
from ...rights import RIGHTS, Right
from ..api import Tx
from ..finding import folded
from ..rows import AccountRow, CommunityRow, MemberRow, RoomRow
from ..stewards import stewards_of
from .departure import depart
from .moderation import may_join
from .rooms import room_for_follows
from .standing import present
from .tags import give


def create(tx: Tx, account: str, command: CreateCommunity) -> Entry:
    founder = _may_join_one_more(tx, account)
    if tx.community(command.slug) is not None:
        raise Refuse(SLUG_TAKEN, field="slug")
    if tx.community_looks_taken(command.slug):
        raise Refuse(SLUG_LOOKALIKE, field="slug")
    row = CommunityRow(id=tx.new_id("c"), slug=command.slug, name=command.name, about=command.about)
    tx.add_community(row)
    tags = give(tx, row.id, command.tags)
    entry = CommunityCreated(
        log=row.id,
        seq=tx.next(row.id),
        at=tx.now,
        nonce=command.nonce,
        slug=row.slug,
        name=row.name,
        about=row.about,
        tags=tags,
    )
    tx.add(entry)
    _enter(tx, founder, row, "owner", [], command.nonce)
    return entry


def join(tx: Tx, account: str, command: JoinCommunity) -> Entry:
    community = tx.community(command.community)
    if community is None:
        raise Refuse(COMMUNITY_GONE, field="community")
    before = tx.membership(account, community.id)
    if before is not None and not before.left:
        return _again(tx, account, community, before, command.nonce)
    lapsed = may_join(tx, account, community)
    joiner = _may_join_one_more(tx, account)
    other = tx.member_by_handle(community.id, joiner.handle)
    if other is not None:
        raise Refuse(HANDLE_TAKEN)
    rooms = [room for room in tx.rooms(community.id) if room.kind == "open"]
    if lapsed:
        tx.remove_ban(account, community.id)
    return _enter(tx, joiner, community, "member", rooms[: max(0, room_for_follows(tx, account))], command.nonce)


def leave(tx: Tx, account: str, command: LeaveCommunity) -> Entry:
    community, member = present(tx, account, command.community)
    if member.role == "owner" and tx.owners(community.id) == 1 and community.members > 1:
        raise Refuse(LAST_OWNER)
    return depart(tx, member, community, command.nonce)


def words(row: CommunityRow) -> str:
    """What a search for communities looks through."""
    return folded(f"{row.slug}\n{row.name}\n{row.about}")


def _may_join_one_more(tx: Tx, account: str) -> AccountRow:
    row = tx.account(account)
    if row is None:
        raise Refuse(ACCOUNT_GONE)
    if len(tx.memberships(account)) >= COMMUNITIES_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account is in at most {COMMUNITIES_PER_ACCOUNT} communities.")
    return row


def _enter(
    tx: Tx, account: AccountRow, community: CommunityRow, role: Role, rooms: list[RoomRow], nonce: str
) -> CommunityJoined:
    """Who comes back is the same member, with a new revision of the persona; who is silenced comes back as they were."""
    before = tx.membership(account.id, community.id)
    rev = before.rev + 1 if before else 1
    member = MemberRow(
        id=before.id if before else tx.new_id("m"),
        account=account.id,
        place=community.id,
        rev=rev,
        handle=account.handle,
        display_name=account.display_name,
        bio=account.bio,
        role=role,
        silenced=before.silenced if before else "",
    )
    if before is not None and before.silenced > tx.now:
        member = replace(before, left=False, role=role)
    tx.put_member(member)
    log = community.id
    joined = MemberJoined(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=nonce,
        handle=member.handle,
        display_name=member.display_name,
        bio=member.bio,
        role=role,
    )
    tx.add(joined)
    for room in rooms:
        tx.follow(account.id, room.id)
    return _tell(tx, member, rooms, nonce)


def _again(tx: Tx, account: str, community: CommunityRow, member: MemberRow, nonce: str) -> CommunityJoined:
    """Joining where one is already: told again in one's own log, and nothing changes."""
    followed = set(tx.followed(account))
    rooms = [room for room in tx.rooms(community.id) if room.id in followed]
    return _tell(tx, member, rooms, nonce)


def _tell(tx: Tx, member: MemberRow, rooms: list[RoomRow], nonce: str) -> CommunityJoined:
    stewards = stewards_of(member.place) if Right.STEWARDS in RIGHTS[member.role] else ""
    entry = CommunityJoined(
        log=member.account,
        seq=tx.next(member.account),
        at=tx.now,
        nonce=nonce,
        community=member.place,
        member=member.id,
        head=tx.next(member.place) - 1,
        role=member.role,
        rooms={room.id: tx.next(room.id) - 1 for room in rooms},
        stewards=stewards,
        stewards_head=tx.next(stewards) - 1 if stewards else 0,
        silenced_until=member.silenced if member.silenced > tx.now else "",
    )
    tx.add(entry)
    return entry
