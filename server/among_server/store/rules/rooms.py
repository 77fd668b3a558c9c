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
    ROOM_GONE,
    SLUG_LOOKALIKE,
    SLUG_TAKEN,
    Refuse,
)
from among_protocol.lookalikes import skeleton
from among_protocol.members import Persona
from among_protocol.rooms import (
    AddPerson,
    CreateRoom,
    DirectOpened,
    FollowRoom,
    OpenDirect,
    PersonAdded,
    PersonLeft,
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
from ..rows import MemberRow, RoomRow
from .blocks import apart, may_write
from .standing import may, may_act, present


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


def open_direct(tx: Tx, account: str, command: OpenDirect) -> Entry:
    own = tx.account(account)
    if own is None:
        raise Refuse(ACCOUNT_GONE)
    people = {own.id: own}
    for index, handle in enumerate(command.handles):
        other = tx.account_by_handle(handle)
        if other is None:
            raise Refuse(ACCOUNT_GONE, field=f"handles[{index}]")
        people[other.id] = other
    if len(people) < 2:
        raise Refuse(FIELD_INVALID, "A direct needs somebody other than yourself.", field="handles")
    if len(people) > DIRECT_PEOPLE:
        raise Refuse(LIMIT_REACHED, f"A direct has at most {DIRECT_PEOPLE} people.", field="handles")
    found = tx.direct(key(list(people)))
    back = found is not None and not tx.follows(account, found)
    if (found is None or back) and tx.directs_of(account) >= DIRECTS_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account has at most {DIRECTS_PER_ACCOUNT} directs.")
    if found is not None:
        if back:
            tx.follow(account, found)
        return _tell_direct(tx, account, found, tx.people(found), command.nonce)
    for id, other in people.items():
        full = tx.directs_of(id) >= DIRECTS_FROM_OTHERS
        blocked = apart(tx, (account, own.handle), (id, other.handle))
        if id != account and (full or other.disabled or blocked):
            raise Refuse(DIRECT_REFUSED, field="handles")  # which of these it is, is not for others to know
    room = RoomRow(id=tx.new_id("r"), kind="direct")
    tx.put_room(room)
    tx.add_direct(key(list(people)), room.id)
    members = []
    for row in people.values():
        member = MemberRow(
            id=tx.new_id("m"),
            account=row.id,
            place=room.id,
            rev=1,
            handle=row.handle,
            display_name=row.display_name,
            bio=row.bio,
        )
        tx.put_member(member)
        tx.follow(row.id, room.id)
        members.append(member)
    entries = [_tell_direct(tx, id, room.id, members, command.nonce if id == account else "") for id in people]
    return entries[0]


def visible(tx: Tx, account: str, room_id: str) -> tuple[RoomRow, MemberRow]:
    """The room, and who the account is in it. Raises Refuse `room.gone` when it may not see it."""
    room = tx.room(room_id)
    if room is not None:
        member = tx.membership(account, room.community or room.id)
        if member is not None and not member.left and (room.kind == "open" or tx.follows(account, room.id)):
            return room, member
    raise Refuse(ROOM_GONE, field="room")


def key(accounts: list[str]) -> str:
    """What names a direct: its people, whatever their order."""
    return hashlib.blake2b(" ".join(sorted(accounts)).encode(), digest_size=16).hexdigest()


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
        topic=room.topic,
    )
    tx.add(entry)
    return entry


def _tell_direct(tx: Tx, account: str, room: str, members: list[MemberRow], nonce: str) -> DirectOpened:
    mine = next(member.id for member in members if member.account == account)
    entry = DirectOpened(
        log=account,
        seq=tx.next(account),
        at=tx.now,
        nonce=nonce,
        room=room,
        head=tx.next(room) - 1,
        member=mine,
        people=[
            Persona(
                member=member.id, rev=member.rev, handle=member.handle, display_name=member.display_name, bio=member.bio
            )
            for member in members
        ],
    )
    tx.add(entry)
    return entry
