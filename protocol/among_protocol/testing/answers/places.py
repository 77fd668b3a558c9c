"""Communities, rooms and directs: founding, joining, leaving, and what is said in them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ... import codes, text
from ...base import ABOUT_CHARS, DIRECT_PEOPLE, NAME_CHARS, TOPIC_CHARS, Entry
from ...codes import Refuse
from ...communities import (
    CommunityCreated,
    CommunityJoined,
    CommunityLeft,
    CreateCommunity,
    JoinCommunity,
    LeaveCommunity,
)
from ...fields import handle, line, tag
from ...lookalikes import skeleton
from ...members import MemberJoined, Role
from ...personas import PersonaWish
from ...rooms import (
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
from ..names import apart, may_write
from ..state import CommunityRow, MemberRow, RoomRow
from . import blocks, personas
from .departure import depart, forget, left
from .standing import RANKS, chief, may_act, outranked, present

if TYPE_CHECKING:
    from ..state import Person
    from ..town import Town


# --- communities


def found(town: "Town", person: "Person", command: CreateCommunity) -> CommunityCreated:
    slug = handle(command.slug, field="slug")
    name = line(command.name, field="name", longest=NAME_CHARS)
    about = line(command.about, field="about", longest=ABOUT_CHARS, empty=True)
    if text.is_reserved(slug):
        raise Refuse(codes.HANDLE_RESERVED, field="slug")
    if town.community(slug) is not None:
        raise Refuse(codes.SLUG_TAKEN, field="slug")
    if skeleton(slug) in (skeleton(row.slug) for row in town.communities.values()):
        raise Refuse(codes.SLUG_LOOKALIKE, field="slug")
    tags = list(dict.fromkeys(tag(word, field="tags") for word in command.tags))
    row = CommunityRow(town.new_id("community", slug), slug, name, about, tags)
    town.communities[row.id] = row
    town.log(row.id, "community")
    town.log(town.stewards_of(row.id), "stewards")
    entry = town.write(
        CommunityCreated(
            log=row.id,
            seq=1,
            at=town.clock.time(),
            nonce=command.nonce,
            slug=slug,
            name=name,
            about=about,
            tags=tags,
        )
    )
    _enter(town, person, row, "owner", command.nonce)
    return entry


def join(town: "Town", person: "Person", command: JoinCommunity) -> CommunityJoined:
    row = town.community(command.community)
    if row is None:
        raise Refuse(codes.COMMUNITY_GONE, field="community")
    member = town.member(person.id, row.id)
    if (found := town.banned(person.id, row.id)) is not None:
        sentence = f"You may not join {row.slug}. The reason given: {found.reason}"
        raise Refuse(codes.BANNED, sentence, field="community", until=found.until)
    if member is not None and not member.left:
        if command.persona is not None:
            raise Refuse(codes.FIELD_INVALID, "You are a member: persona.update changes who you are.", field="persona")
        rooms = [room for room in town.rooms.values() if room.community == row.id and room.id in person.logs]
        return _joined(town, person, member, rooms, command.nonce)
    return _enter(town, person, row, "member", command.nonce, command.persona)


def leave(town: "Town", person: "Person", command: LeaveCommunity) -> CommunityLeft:
    row = town.community(command.community)
    former = None if row is None else town.member(person.id, row.id)
    if former is not None and former.left and command.keep != "persona":
        forget(town, former, words=command.keep == "erase")
        return left(town, former, command.nonce, command.keep)
    row, member = present(town, person, command.community)
    owners = sum(other.role == "owner" for other in town.inside(row.id))
    if member.role == "owner" and owners == 1 and len(town.inside(row.id)) > 1:
        raise Refuse(codes.LAST_OWNER)
    return depart(town, member, command.nonce, command.keep)


def _enter(
    town: "Town", person: "Person", row: CommunityRow, role: Role, nonce: str, wish: PersonaWish | None = None
) -> CommunityJoined:
    """Who comes back is the same member, with a new revision of the persona."""
    member = town.member(person.id, row.id)
    if member is None:
        fresh = MemberRow("", person.id, row.id, person.handle, person.display_name, person.claim, role=role)
        fresh = personas.wished(town, fresh, wish)
        member = replace(fresh, id=town.new_id("member", person.handle), joined=town.clock.time())
        town.members[member.id] = member
    else:
        fresh = member if member.claimed else personas.as_profile(person, member)
        personas.become(member, personas.wished(town, fresh, wish))
        member.left, member.role = False, role
    personas.tell(town, MemberJoined, member, nonce, role=role)
    rooms = [room for room in town.rooms.values() if room.community == row.id and room.kind == "open"]
    stewards = [town.stewards_of(row.id)] if RANKS[role] else []
    for log in (row.id, *stewards, *(room.id for room in rooms)):
        town.begins(person.id, log)
    entry = _joined(town, person, member, rooms, nonce)
    blocks.met(town, member)
    return entry


def _joined(town: "Town", person: "Person", member: MemberRow, rooms: list[RoomRow], nonce: str) -> CommunityJoined:
    stewards = town.stewards_of(member.place) if RANKS[member.role] else ""
    entry = town.write(
        CommunityJoined(
            log=person.id,
            seq=town.next(person.id),
            at=town.clock.time(),
            nonce=nonce,
            community=member.place,
            member=member.id,
            handle=member.handle,
            head=town.logs[member.place].head,
            role=member.role,
            rooms={room.id: town.logs[room.id].head for room in rooms},
            stewards=stewards,
            stewards_head=town.logs[stewards].head if stewards else 0,
            silenced_until=member.silenced if member.silenced > town.clock.time() else "",
        )
    )
    town.hears(person.id)
    town.refresh(person.id)
    return entry


# --- rooms


def make_room(town: "Town", person: "Person", command: CreateRoom) -> Entry:
    slug = handle(command.slug, field="slug")
    topic = line(command.topic, field="topic", longest=TOPIC_CHARS, empty=True)
    community, member = present(town, person, command.community)
    chief(town, member)
    others = [room.slug for room in town.rooms.values() if room.community == community.id]
    if slug in others:
        raise Refuse(codes.SLUG_TAKEN, field="slug")
    if skeleton(slug) in map(skeleton, others):
        raise Refuse(codes.SLUG_LOOKALIKE, field="slug")
    room = RoomRow(town.new_id("room", slug), slug, command.kind, community.id, topic)
    town.rooms[room.id] = room
    town.log(room.id, "room")
    at, nonce, by, rev = town.clock.time(), command.nonce, member.id, member.rev
    if command.kind == "private":  # its log tells all who are in it, so it begins with whoever made it
        town.write(PersonAdded(log=room.id, seq=1, at=at, by=by, rev=rev, nonce=nonce, member=by))
        return _follow(town, person, room, nonce)
    created = town.write(
        RoomCreated(
            log=community.id,
            seq=town.next(community.id),
            at=at,
            by=by,
            rev=rev,
            nonce=nonce,
            room=room.id,
            slug=slug,
            topic=topic,
        )
    )
    _follow(town, person, room, nonce)
    return created


def follow(town: "Town", person: "Person", command: FollowRoom) -> RoomFollowed:
    room, _ = town.visible(person.id, command.room)
    return _follow(town, person, room, command.nonce)


def unfollow(town: "Town", person: "Person", command: UnfollowRoom) -> RoomUnfollowed:
    room, member = town.visible(person.id, command.room)
    if room.id not in person.logs:
        raise Refuse(codes.ROOM_GONE, field="room")
    town.ends(person.id, room.id)
    if room.kind == "private":
        town.departures[person.id, room.id] += 1
    at, nonce = town.clock.time(), command.nonce
    if room.kind == "private":
        left = PersonLeft(log=room.id, seq=town.next(room.id), at=at, by=member.id, rev=member.rev, nonce=nonce)
        town.write(left)
    return town.write(RoomUnfollowed(log=person.id, seq=town.next(person.id), at=at, nonce=nonce, room=room.id))


def set_topic(town: "Town", person: "Person", command: SetTopic) -> TopicSet:
    topic = line(command.topic, field="topic", longest=TOPIC_CHARS, empty=True)
    room, member = town.visible(person.id, command.room)
    if room.kind == "corner":
        raise Refuse(codes.RIGHT_MISSING, "The title of a corner is its owner's: corner.update.")
    if room.kind == "open":
        chief(town, member)
    may_act(town, member)
    if room.kind == "direct":
        may_write(town, room)
    room.topic = topic
    return town.write(
        TopicSet(
            log=room.id,
            seq=town.next(room.id),
            at=town.clock.time(),
            by=member.id,
            rev=member.rev,
            nonce=command.nonce,
            topic=topic,
        )
    )


def add(town: "Town", person: "Person", command: AddPerson) -> PersonAdded:
    room, member = town.visible(person.id, command.room)
    if room.kind != "private":
        raise Refuse(codes.ROOM_GONE, "Only private rooms have people who were added.", field="room")
    may_act(town, member)
    other = town.members.get(command.member)
    if other is None or other.left or other.place != room.community:
        raise Refuse(codes.MEMBER_GONE, field="member")
    newcomer = town.people[other.account]
    if room.id not in newcomer.logs and (
        town.departures[newcomer.id, room.id] > town.limits.brought_back or apart(town, member, other)
    ):
        raise Refuse(codes.ADD_REFUSED, field="member")
    entry = town.write(
        PersonAdded(
            log=room.id,
            seq=town.next(room.id),
            at=town.clock.time(),
            by=member.id,
            rev=member.rev,
            nonce=command.nonce,
            member=other.id,
        )
    )
    if room.id not in newcomer.logs:
        _follow(town, newcomer, room, command.nonce if newcomer is person else "")
    return entry


def remove(town: "Town", person: "Person", command: RemovePerson) -> PersonRemoved:
    room, member = town.visible(person.id, command.room)
    if room.kind != "private":
        raise Refuse(codes.ROOM_GONE, "Only private rooms have people who were added.", field="room")
    chief(town, member)
    if command.member == member.id:
        raise Refuse(codes.FIELD_INVALID, "You leave a room yourself by `room.unfollow`.", field="member")
    other = town.members.get(command.member)
    if other is None or other.left or other.place != room.community or room.id not in town.people[other.account].logs:
        raise Refuse(codes.MEMBER_GONE, field="member")
    outranked(member, other)
    town.ends(other.account, room.id)
    at, by, rev, nonce = town.clock.time(), member.id, member.rev, command.nonce
    seq = town.next(room.id)
    entry = town.write(PersonRemoved(log=room.id, seq=seq, at=at, by=by, rev=rev, nonce=nonce, member=other.id))
    log = other.account
    town.write(RoomUnfollowed(log=log, seq=town.next(log), at=at, by=by, rev=rev, room=room.id))
    return entry


def follow_room(town: "Town", person: "Person", room: RoomRow, nonce: str) -> None:
    """Unless they do."""
    if room.id not in person.logs:
        _follow(town, person, room, nonce)


def _follow(town: "Town", person: "Person", room: RoomRow, nonce: str) -> RoomFollowed:
    town.begins(person.id, room.id)
    entry = town.write(
        RoomFollowed(
            log=person.id,
            seq=town.next(person.id),
            at=town.clock.time(),
            nonce=nonce,
            room=room.id,
            head=town.logs[room.id].head,
            community=room.community,
            slug=room.slug,
            kind=room.kind,
            topic=room.topic,
            retention=room.retention,
            retention_since=room.retention_since,
            owner=room.owner,
        )
    )
    town.hears(person.id)
    return entry


# --- directs


def open_direct(town: "Town", person: "Person", command: OpenDirect) -> DirectOpened:
    if bool(command.handles) == bool(command.members):
        raise Refuse(codes.FIELD_INVALID, "Name the others either by handles or by members.", field="handles")
    field = "members" if command.members else "handles"
    within, people = _personas(town, person, command) if command.members else ("", _accounts(town, person, command))
    if len(people) < 2:
        raise Refuse(codes.FIELD_INVALID, "A direct needs somebody other than yourself.", field=field)
    if len(people) > DIRECT_PEOPLE:
        raise Refuse(codes.LIMIT_REACHED, f"A direct has at most {DIRECT_PEOPLE} people.", field=field)
    for room in town.rooms.values():
        there = {member.account for member in town.inside(room.id)}
        if room.kind == "direct" and room.within == within and there == people.keys():
            town.begins(person.id, room.id)  # it may have been unfollowed
            return _opened(town, person, room, command.nonce)
    if any(id != person.id and apart(town, people[person.id], people[id]) for id in people):
        raise Refuse(codes.DIRECT_REFUSED, field=field)
    room = RoomRow(town.new_id("direct", " ".join(command.handles or command.members)), "", "direct", within=within)
    town.rooms[room.id] = room
    town.log(room.id, "room")
    for account, one in people.items():
        id = town.new_id("member", f"{one.handle} {room.id}")
        town.members[id] = MemberRow(id, account, room.id, one.handle, one.display_name, one.claim)
        town.begins(account, room.id)
    told = [_opened(town, town.people[id], room, command.nonce if id == person.id else "") for id in people]
    for row in town.inside(room.id):
        blocks.came(town, row)
    return told[0]  # who asks is the first of them


def _accounts(town: "Town", person: "Person", command: OpenDirect) -> "dict[str, Person | MemberRow]":
    people: dict[str, Person | MemberRow] = {person.id: person}
    for index, given in enumerate(command.handles):
        folded = handle(given, field=f"handles[{index}]")
        other = next((one for one in town.people.values() if one.handle == folded), None)
        if other is None:
            raise Refuse(codes.ACCOUNT_GONE, field=f"handles[{index}]")
        people[other.id] = other
    return people


def _personas(town: "Town", person: "Person", command: OpenDirect) -> "tuple[str, dict[str, Person | MemberRow]]":
    people: dict[str, Person | MemberRow] = {}
    within = ""
    for index, id in enumerate(command.members):
        row = town.members.get(id)
        mine = None if row is None else town.member(person.id, row.place)
        if row is None or row.left or mine is None or mine.left or row.place not in town.communities:
            raise Refuse(codes.MEMBER_GONE, field=f"members[{index}]")
        if within and row.place != within:
            raise Refuse(codes.FIELD_INVALID, "These are not all of one community.", field=f"members[{index}]")
        may_act(town, mine)
        within = row.place
        people.setdefault(person.id, mine)
        people[row.account] = row
    return within, people


def _opened(town: "Town", person: "Person", room: RoomRow, nonce: str) -> DirectOpened:
    members = town.inside(room.id)
    entry = town.write(
        DirectOpened(
            log=person.id,
            seq=town.next(person.id),
            at=town.clock.time(),
            nonce=nonce,
            room=room.id,
            head=town.logs[room.id].head,
            member=next(member.id for member in members if member.account == person.id),
            people=[member.persona() for member in members],
            within=room.within,
            topic=room.topic,
        )
    )
    town.hears(person.id)
    return entry
