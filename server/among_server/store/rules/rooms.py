"""Rooms: making, following, topics, private rooms and directs.

An open room is told in its community's log. A private one never is: whoever is in it learns of it in their own log.
"""

import hashlib

import msgspec

from among_protocol.base import Entry
from among_protocol.codes import (
    ACCOUNT_GONE,
    ADD_REFUSED,
    DIRECT_REFUSED,
    FIELD_INVALID,
    LIMIT_REACHED,
    MEMBER_GONE,
    RIGHT_MISSING,
    ROOM_GONE,
    SLUG_LOOKALIKE,
    SLUG_TAKEN,
    Refuse,
)
from among_protocol.lookalikes import skeleton
from among_protocol.rooms import (
    AddPerson,
    CreateRoom,
    DirectOpened,
    FollowRoom,
    OpenDirect,
    PersonAdded,
    PersonLeft,
    PersonRemoved,
    RemovePerson,
    RoomCreated,
    RoomFollowed,
    RoomUnfollowed,
    SetTopic,
    TopicSet,
    UnfollowRoom,
)

from ...limits import (
    BROUGHT_BACK,
    DIRECT_PEOPLE,
    DIRECTS_FROM_OTHERS,
    DIRECTS_PER_ACCOUNT,
    FOLLOWS_PER_ACCOUNT,
    ROOMS_PER_COMMUNITY,
)
from ...rights import Right
from ..api import Tx
from ..rows import AccountRow, MemberRow, RoomRow
from .blocks import apart, may_write
from .reach import reachable
from .standing import may, may_act, outrank, present


def create(tx: Tx, account: str, command: CreateRoom) -> Entry:
    community, member = present(tx, account, command.community)
    may(tx, member, Right.CREATE_ROOM)
    existing = tx.rooms(community.id)
    if any(room.slug == command.slug for room in existing):
        raise Refuse(SLUG_TAKEN, field="slug")
    if skeleton(command.slug) in {skeleton(room.slug) for room in existing}:
        raise Refuse(SLUG_LOOKALIKE, field="slug")
    if len(existing) >= ROOMS_PER_COMMUNITY:
        raise Refuse(LIMIT_REACHED, f"A community has at most {ROOMS_PER_COMMUNITY} rooms.")
    _may_follow_one_more(tx, account)
    room = RoomRow(id=tx.new_id("r"), kind=command.kind, community=community.id, slug=command.slug, topic=command.topic)
    tx.put_room(room)
    created = None
    if command.kind == "open":
        log = community.id
        created = RoomCreated(
            log=log,
            seq=tx.next(log),
            at=tx.now,
            by=member.id,
            rev=member.rev,
            nonce=command.nonce,
            room=room.id,
            slug=room.slug,
            topic=room.topic,
        )
        tx.add(created)
    else:  # the log of a private room tells all who are in it, so it begins with whoever made it
        log = room.id
        by, rev = member.id, member.rev
        tx.add(PersonAdded(log=log, seq=tx.next(log), at=tx.now, by=by, rev=rev, nonce=command.nonce, member=by))
    followed = _follow(tx, account, room, command.nonce)
    return created or followed


def follow(tx: Tx, account: str, command: FollowRoom) -> Entry:
    room, _ = visible(tx, account, command.room)
    if not tx.follows(account, room.id):
        _may_follow_one_more(tx, account)
    return _follow(tx, account, room, command.nonce)


def unfollow(tx: Tx, account: str, command: UnfollowRoom) -> Entry:
    room, member = visible(tx, account, command.room)
    if not tx.follows(account, room.id):
        raise Refuse(ROOM_GONE, field="room")
    tx.unfollow(account, room.id)
    if room.kind == "private":
        tx.add_departure(account, room.id)
        log = room.id
        tx.add(PersonLeft(log=log, seq=tx.next(log), at=tx.now, by=member.id, rev=member.rev, nonce=command.nonce))
    entry = RoomUnfollowed(log=account, seq=tx.next(account), at=tx.now, nonce=command.nonce, room=room.id)
    tx.add(entry)
    return entry


def set_topic(tx: Tx, account: str, command: SetTopic) -> Entry:
    room, member = visible(tx, account, command.room)
    if room.kind == "corner":
        raise Refuse(RIGHT_MISSING, "The title of a corner is its owner's, by `corner.update`.")
    if room.kind == "open":
        may(tx, member, Right.SET_TOPIC)
    may_act(tx, member)
    if room.kind == "direct":
        may_write(tx, room, member)
    tx.put_room(msgspec.structs.replace(room, topic=command.topic))
    entry = TopicSet(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        topic=command.topic,
    )
    tx.add(entry)
    return entry


def add(tx: Tx, account: str, command: AddPerson) -> Entry:
    room, member = visible(tx, account, command.room)
    if room.kind != "private":
        raise Refuse(ROOM_GONE, "Only private rooms have people who were added.", field="room")
    may(tx, member, Right.ADD_PERSON)
    other = tx.member(command.member)
    if other is None or other.left or other.place != room.community:
        raise Refuse(MEMBER_GONE, field="member")
    fresh = not tx.follows(other.account, room.id)
    if fresh:
        _may_be_added(tx, room, member, other)
    entry = PersonAdded(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        member=other.id,
    )
    tx.add(entry)
    if fresh:
        _follow(tx, other.account, room, command.nonce if other.account == account else "")
    return entry


def remove(tx: Tx, account: str, command: RemovePerson) -> Entry:
    room, member = visible(tx, account, command.room)
    if room.kind != "private":
        raise Refuse(ROOM_GONE, "Only private rooms have people who were added.", field="room")
    may(tx, member, Right.REMOVE_PERSON)
    if command.member == member.id:
        raise Refuse(FIELD_INVALID, "You leave a room yourself by `room.unfollow`.", field="member")
    other = tx.member(command.member)
    if other is None or other.left or other.place != room.community or not tx.follows(other.account, room.id):
        raise Refuse(MEMBER_GONE, field="member")
    outrank(member, other)
    tx.unfollow(other.account, room.id)
    by, rev = member.id, member.rev
    entry = PersonRemoved(
        log=room.id, seq=tx.next(room.id), at=tx.now, by=by, rev=rev, nonce=command.nonce, member=other.id
    )
    tx.add(entry)
    log = other.account
    tx.add(RoomUnfollowed(log=log, seq=tx.next(log), at=tx.now, by=by, rev=rev, room=room.id))
    return entry


def open_direct(tx: Tx, account: str, command: OpenDirect) -> Entry:
    own = tx.account(account)
    if own is None:
        raise Refuse(ACCOUNT_GONE)
    within, people = _personas(tx, account, command.members) if command.members else ("", _accounts(tx, own, command))
    field = "members" if within else "handles"
    if len(people) < 2:
        raise Refuse(FIELD_INVALID, "A direct needs somebody other than yourself.", field=field)
    if len(people) > DIRECT_PEOPLE:
        raise Refuse(LIMIT_REACHED, f"A direct has at most {DIRECT_PEOPLE} people.", field=field)
    name = key([one.id for one in people.values()])
    found = tx.direct(name)
    back = found is not None and not tx.follows(account, found)
    if (found is None or back) and tx.directs_of(account) >= DIRECTS_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account has at most {DIRECTS_PER_ACCOUNT} directs.")
    if found is not None:
        if back:
            tx.follow(account, found)
        return _tell_direct(tx, account, found, within, tx.people(found), command.nonce)
    for id, other in people.items():
        if id != account:
            row = tx.account(id)
            full = tx.directs_of(id) >= DIRECTS_FROM_OTHERS
            blocked = apart(tx, (account, people[account].handle), (id, other.handle))
            closed = not reachable(tx, id, account, within)
            if row is None or full or row.disabled or blocked or closed:
                raise Refuse(DIRECT_REFUSED, field=field)  # which of these it is, is not for others to know
    room = RoomRow(id=tx.new_id("r"), kind="direct", within=within)
    tx.put_room(room)
    tx.add_direct(name, room.id)
    members = []
    for id, one in people.items():
        member = MemberRow(tx.new_id("m"), id, room.id, 1, one.handle, one.display_name, one.claim)
        tx.put_member(member)
        tx.follow(id, room.id)
        members.append(member)
    entries = [_tell_direct(tx, id, room.id, within, members, command.nonce if id == account else "") for id in people]
    return entries[0]


def _accounts(tx: Tx, own: AccountRow, command: OpenDirect) -> dict[str, AccountRow | MemberRow]:
    """The people of a direct between accounts, by account, oneself first."""
    people: dict[str, AccountRow | MemberRow] = {own.id: own}
    for index, handle in enumerate(command.handles):
        other = tx.account_by_handle(handle)
        if other is None:
            raise Refuse(ACCOUNT_GONE, field=f"handles[{index}]")
        people[other.id] = other
    return people


def _personas(tx: Tx, account: str, ids: list[str]) -> tuple[str, dict[str, AccountRow | MemberRow]]:
    """The community, and the people of a direct between personas there, by account, oneself first."""
    people: dict[str, AccountRow | MemberRow] = {}
    within = ""
    for index, id in enumerate(ids):
        other = tx.member(id)
        mine = None if other is None else tx.membership(account, other.place)
        if other is None or other.left or mine is None or mine.left or tx.room(other.place) is not None:
            raise Refuse(MEMBER_GONE, field=f"members[{index}]")
        if within and other.place != within:
            raise Refuse(FIELD_INVALID, "These are not all of one community.", field=f"members[{index}]")
        may_act(tx, mine)
        within = other.place
        people.setdefault(account, mine)
        people[other.account] = other
    return within, people


def visible(tx: Tx, account: str, room_id: str, *, field: str = "room") -> tuple[RoomRow, MemberRow]:
    """The room, and who the account is in it. Raises Refuse `room.gone` when it may not see it."""
    room = tx.room(room_id)
    if room is not None:
        member = tx.membership(account, room.community or room.id)
        if member is not None and not member.left and (room.for_all or tx.follows(account, room.id)):
            return room, member
    raise Refuse(ROOM_GONE, field=field)


def follow_own(tx: Tx, member: MemberRow, room: RoomRow, nonce: str, *, new: bool = False) -> None:
    """Whoever writes in their own corner follows it. `new`: it is made. Raises Refuse `limit.reached`."""
    if new or not tx.follows(member.account, room.id):
        _may_follow_one_more(tx, member.account)
        if new:
            tx.put_room(room)
        _follow(tx, member.account, room, nonce)


def key(people: list[str]) -> str:
    """What names a direct: its people, accounts or memberships, whatever their order."""
    return hashlib.blake2b(" ".join(sorted(people)).encode(), digest_size=16).hexdigest()


def room_for_follows(tx: Tx, account: str) -> int:
    """How many more rooms of communities this account may follow."""
    return FOLLOWS_PER_ACCOUNT - len(tx.followed(account)) + tx.directs_of(account)


def _may_follow_one_more(tx: Tx, account: str) -> None:
    if room_for_follows(tx, account) <= 0:
        raise Refuse(LIMIT_REACHED, f"An account follows at most {FOLLOWS_PER_ACCOUNT} rooms.")


def _may_be_added(tx: Tx, room: RoomRow, member: MemberRow, other: MemberRow) -> None:
    """Raises Refuse, the same for all reasons: which of them it is, is not for others to know."""
    if (
        tx.departures(other.account, room.id) > BROUGHT_BACK
        or apart(tx, (member.account, member.handle), (other.account, other.handle))
        or room_for_follows(tx, other.account) <= 0
    ):
        raise Refuse(ADD_REFUSED, field="member")


def _follow(tx: Tx, account: str, room: RoomRow, nonce: str) -> RoomFollowed:
    if not tx.follows(account, room.id):
        tx.follow(account, room.id)
    entry = RoomFollowed(
        log=account,
        seq=tx.next(account),
        at=tx.now,
        nonce=nonce,
        room=room.id,
        head=tx.next(room.id) - 1,
        community=room.community,
        slug=room.slug,
        kind=room.kind,
        topic=room.topic if room.kind != "corner" else "",  # a title goes with its owner, and this log is another's
        owner=room.owner,
        retention=room.retention,
        retention_since=room.retention_since,
    )
    tx.add(entry)
    return entry


def _tell_direct(tx: Tx, account: str, room: str, within: str, members: list[MemberRow], nonce: str) -> DirectOpened:
    row = tx.room(room)
    mine = next(member.id for member in members if member.account == account)
    entry = DirectOpened(
        log=account,
        seq=tx.next(account),
        at=tx.now,
        nonce=nonce,
        room=room,
        head=tx.next(room) - 1,
        member=mine,
        people=[member.persona() for member in members],
        within=within,
        topic=row.topic if row is not None else "",
    )
    tx.add(entry)
    return entry
