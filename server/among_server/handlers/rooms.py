"""Rooms: making, listing, following, topics, people, directs. What they mean is in store/rules/rooms.py."""

import msgspec

from among_protocol.base import TOPIC_CHARS
from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.fields import handle, line
from among_protocol.rooms import (
    AddPerson,
    CreateRoom,
    FollowRoom,
    ListRooms,
    OpenDirect,
    RemovePerson,
    Room,
    Rooms,
    SetTopic,
    UnfollowRoom,
)

from ..core.context import Context
from ..core.people import Person
from ..store.rows import Appended, LogRow, RoomRow


async def create(context: Context, command: CreateRoom) -> Appended:
    slug = handle(command.slug, field="slug")
    topic = line(command.topic, field="topic", longest=TOPIC_CHARS, empty=True)
    return await context.append(msgspec.structs.replace(command, slug=slug, topic=topic))


async def list_rooms(context: Context, command: ListRooms) -> Rooms:
    context.member_of(command.community)
    log = await context.store.log(command.community) or LogRow(command.community, "community")
    rooms = await visible_rooms(context, context.person, command.community)
    context.member_of(command.community)  # still
    return Rooms(rooms=rooms, as_of=log.head)


async def follow(context: Context, command: FollowRoom) -> Appended:
    return await context.append(command)


async def unfollow(context: Context, command: UnfollowRoom) -> Appended:
    return await context.append(command)


async def set_topic(context: Context, command: SetTopic) -> Appended:
    topic = line(command.topic, field="topic", longest=TOPIC_CHARS, empty=True)
    return await context.append(msgspec.structs.replace(command, topic=topic))


async def add(context: Context, command: AddPerson) -> Appended:
    return await context.append(command)


async def remove(context: Context, command: RemovePerson) -> Appended:
    return await context.append(command)


async def open_direct(context: Context, command: OpenDirect) -> Appended:
    if bool(command.handles) == bool(command.members):
        raise Refuse(FIELD_INVALID, "Name the others either by handles or by members.", field="handles")
    handles = [handle(given, field=f"handles[{index}]") for index, given in enumerate(command.handles)]
    return await context.append(msgspec.structs.replace(command, handles=handles))


async def visible_rooms(context: Context, person: Person, community: str) -> list[Room]:
    """The rooms of a community that this person may see: open ones, the private ones that they are in, and the corners that
    they follow."""
    followed = [id for id, row in person.rooms.items() if row.community == community]
    heads = await _heads(context, person, followed)  # first: what the rooms show is at least as new
    rows = await _visible(context, person, community)
    others = [row.id for row in rows if row.id not in heads]
    if others:
        heads |= await _heads(context, person, others)
        rows = await _visible(context, person, community)
    return [shown(person, row, heads) for row in rows]


async def _visible(context: Context, person: Person, community: str) -> list[RoomRow]:
    rows = await context.store.rooms(community)
    if any(row.kind == "corner" and row.community == community for row in person.rooms.values()):
        rows = rows + await context.store.followed_corners(person.account.id, community)
    return [row for row in rows if still_seen(person, row)]  # after all was read


def still_seen(person: Person, room: RoomRow | Room) -> bool:
    """Of a room of a community where this person is: whether it is listed for them."""
    return room.kind == "open" or room.id in person.rooms


async def directs(context: Context, person: Person) -> list[Room]:
    ids = [id for id, row in person.rooms.items() if row.kind == "direct"]
    heads = await _heads(context, person, ids)  # first, as above
    cards = []
    for row, people in await context.store.directs(ids) if ids else []:
        room = shown(person, row, heads)
        room.people = people
        member = person.member_in(row)
        room.member = member.id if member is not None else ""
        if row.id in person.rooms:  # still
            cards.append(room)
    return cards


async def _heads(context: Context, person: Person, ids: list[str]) -> dict[str, int]:
    unread = await context.store.unread(person.account.id, ids) if ids else []
    return {row.log.id: row.log.head for row in unread}


def shown(person: Person, row: RoomRow, heads: dict[str, int]) -> Room:
    return Room(
        id=row.id,
        slug=row.slug,
        kind=row.kind,
        community=row.community,
        topic=row.topic,
        within=row.within,
        following=row.id in person.rooms,
        owner=row.owner,
        head=heads.get(row.id, 0),
        retention=row.retention,
        retention_since=row.retention_since,
    )
