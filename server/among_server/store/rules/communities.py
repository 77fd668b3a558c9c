"""Founding, joining and leaving: each is told in the community's log and in the account's own."""

import hashlib

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import (
    ACCOUNT_GONE,
    COMMUNITY_GONE,
    ENTRY_ASKS,
    FIELD_INVALID,
    INVITE_INVALID,
    INVITE_NEEDED,
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
from among_protocol.members import MemberJoined
from among_protocol.personas import PersonaWish

from ...limits import COMMUNITIES_PER_ACCOUNT
from ...rights import RIGHTS, Right
from ..api import Tx
from ..finding import folded
from ..own import TakenAlong
from ..rows import AccountRow, CommunityRow, MemberRow, RoomRow
from ..stewards import stewards_of
from .departure import depart, go, tell
from .forgetting import reclaimed, unname
from .greeters import arrived
from .house_rules import accepts
from .invites import by_which, use
from .moderation import may_join
from .personas import (
    as_profile,
    check,
    check_handle,
    forget,
    paced,
    rename,
    return_nameless,
    take_to_directs,
    told,
    was_there,
    wished,
)
from .rooms import room_for_follows
from .standing import present
from .tags import give
from .withdrawal import drop


def create(tx: Tx, account: str, command: CreateCommunity) -> Entry:
    founder = may_join_one_more(tx, account)
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
    _enter(tx, replace(_newcomer(tx, founder, row), role="owner"), [], command.nonce)
    return entry


def join(tx: Tx, account: str, command: JoinCommunity) -> Entry:
    secret = hashlib.sha256(command.invite.encode()).digest() if command.invite else None
    community, before, invite = found_for(tx, account, command.community, secret)
    if before is not None and not before.left:
        if command.persona is not None:
            raise Refuse(FIELD_INVALID, "You are a member: persona.update changes who you are there.", field="persona")
        return _again(tx, account, community, before, command.nonce)
    may_join(tx, account, community)
    if command.invite and not invite:
        raise Refuse(INVITE_INVALID, field="invite")
    if community.door != "open" and not invite:
        raise Refuse(ENTRY_ASKS if community.door == "ask" else INVITE_NEEDED, field="community")
    joiner = may_join_one_more(tx, account)
    accepted = accepts(community, command.rules)
    member = arriving(tx, joiner, community, command.persona)
    drop(tx, account, community.id)
    entry = admit(tx, member, community, accepted, command.nonce)
    if invite:
        use(tx, account, community, invite)
    return entry


def admit(tx: Tx, member: MemberRow, community: CommunityRow, accepted: int, nonce: str = "") -> CommunityJoined:
    """Let somebody in, who is `arriving`, of whom it was judged that they may. `nonce`: empty when it is somebody else's
    doing."""
    account = member.account
    if tx.ban(account, community.id) is not None:  # one that has ended by itself
        tx.remove_ban(account, community.id)
    if accepted:
        tx.accept(account, community.id, accepted)
    rooms = [room for room in tx.rooms(community.id) if room.kind == "open"]
    before = tx.membership(account, community.id)
    blocks: list[TakenAlong] = []
    if before is not None and before.handle:
        member = rename(tx, before, member, "")
        forget(tx, before, member)
    elif before is not None:
        blocks = return_nameless(tx, member)
    entry = _enter(tx, member, rooms[: max(0, room_for_follows(tx, account))], nonce, accepted)
    if blocks:
        tx.taken_along(blocks)
    if before is not None and before.handle:
        take_to_directs(tx, member)
    if before is None or not was_there(before):
        arrived(tx, account, community.id)
    return entry


def found_for(
    tx: Tx, account: str, named: str, secret: bytes | None = None
) -> tuple[CommunityRow, MemberRow | None, str]:
    """A community that this account may know of, who it is or was there, and the invite with which it may come in (its
    id; empty: none). Raises Refuse `community.gone`."""
    community = tx.community(named)
    before = None if community is None else tx.membership(account, community.id)
    invite = "" if community is None else by_which(tx, account, community, secret)
    if community is None or not (community.listed or invite or (before is not None and not before.left)):
        raise Refuse(COMMUNITY_GONE, field="community")
    return community, before, invite


def leave(tx: Tx, account: str, command: LeaveCommunity) -> Entry:
    if command.keep == "persona":
        return depart(tx, *_may_leave(tx, account, command.community), command.nonce)
    member = _former(tx, account, command.community)
    if member is None:
        present_one, community = _may_leave(tx, account, command.community)
        member = go(tx, present_one, community, command.nonce)
    tx.note_revoked("member", f"{member.id}:{command.keep}:{member.rev}")
    frozen = unname(tx, member, command.keep)
    return tell(tx, member, command.nonce, command.keep, frozen=frozen)


def _may_leave(tx: Tx, account: str, name: str) -> tuple[MemberRow, CommunityRow]:
    community, member = present(tx, account, name)
    if member.role == "owner" and tx.owners(community.id) == 1 and community.members > 1:
        raise Refuse(LAST_OWNER)
    return member, community


def _former(tx: Tx, account: str, name: str) -> MemberRow | None:
    """Who has left, by themselves or not."""
    community = tx.community(name)
    member = None if community is None else tx.membership(account, community.id)
    return member if member is not None and member.left and was_there(member) else None


def words(row: CommunityRow) -> str:
    """What a search for communities looks through."""
    return folded(f"{row.slug}\n{row.name}\n{row.about}")


def may_join_one_more(tx: Tx, account: str) -> AccountRow:
    row = tx.account(account)
    if row is None:
        raise Refuse(ACCOUNT_GONE)
    if len(tx.memberships(account)) >= COMMUNITIES_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account is in at most {COMMUNITIES_PER_ACCOUNT} communities.")
    return row


def arriving(tx: Tx, account: AccountRow, community: CommunityRow, wish: PersonaWish | None) -> MemberRow:
    """Who comes in. Raises Refuse where they may not be who they want to be.

    Who comes back is the same member, as the persona that they had claimed, and who is silenced as they were: always with a
    new revision, since whatever is still to be forgotten goes by those before it."""
    before = tx.membership(account.id, community.id)
    fresh = _newcomer(tx, account, community)
    if before is not None:
        if before.silenced > tx.now and before.handle:
            check_handle(tx, before)
            return replace(before, rev=before.rev + 1, left=False, left_at="", role="member")
        fresh = before if before.claimed else as_profile(account, before)
    if wish is not None:
        fresh = wished(fresh, wish)
    check(tx, before, fresh)
    if before is None or not was_there(before):
        return replace(fresh, rev=fresh.rev + (before is not None), left=False, since=tx.now)
    if wish is not None or fresh.handle != before.handle:
        fresh = paced(tx, before, fresh)
    return replace(fresh, rev=before.rev + 1, left=False, left_at="", role="member")


def _newcomer(tx: Tx, account: AccountRow, community: CommunityRow) -> MemberRow:
    """As in their profile."""
    id, name = tx.new_id("m"), account.display_name
    return MemberRow(id, account.id, community.id, 1, account.handle, name, account.claim, since=tx.now)


def _enter(tx: Tx, member: MemberRow, rooms: list[RoomRow], nonce: str, accepted: int = 0) -> CommunityJoined:
    joined = told(tx, MemberJoined, member, nonce, role=member.role)
    tx.put_member(member, told=joined.seq)
    reclaimed(tx, member)
    tx.add(joined)
    for room in rooms:
        tx.follow(member.account, room.id)
    return _tell(tx, member, rooms, nonce, accepted)


def _again(tx: Tx, account: str, community: CommunityRow, member: MemberRow, nonce: str) -> CommunityJoined:
    """Joining where one is already: told again in one's own log, and nothing changes."""
    return _tell(tx, member, tx.followed_in(account, community.id), nonce)


def _tell(tx: Tx, member: MemberRow, rooms: list[RoomRow], nonce: str, accepted: int = 0) -> CommunityJoined:
    stewards = stewards_of(member.place) if Right.STEWARDS in RIGHTS[member.role] else ""
    entry = CommunityJoined(
        log=member.account,
        seq=tx.next(member.account),
        at=tx.now,
        nonce=nonce,
        community=member.place,
        member=member.id,
        handle=member.handle,
        head=tx.next(member.place) - 1,
        role=member.role,
        rooms={room.id: tx.next(room.id) - 1 for room in rooms},
        stewards=stewards,
        stewards_head=tx.next(stewards) - 1 if stewards else 0,
        silenced_until=member.silenced if member.silenced > tx.now else "",
        rules=accepted,
    )
    tx.add(entry)
    return entry
