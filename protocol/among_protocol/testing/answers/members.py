"""Who and what is there: communities, rooms, members, presence."""

from typing import TYPE_CHECKING

from ...base import Done
from ...communities import BrowseCommunities, Community, CommunityPage, Membership, ReadCommunity
from ...fields import tag
from ...members import ListMembers, MemberPage, Persona, PersonaRef, Personas, ResolveMembers
from ...presence import (
    MemberPresence,
    Presences,
    SetPresence,
    StartTyping,
    TypingStarted,
    WatchPresence,
)
from ...rooms import ListRooms, Room, Rooms
from ..names import apart
from .standing import RANKS, may_act, present

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import CommunityRow, Person, RoomRow
    from ..town import Town

TYPING_EVERY = 3.0  # seconds between two notices of one connection in one room


def browse(connection: "Connection", command: BrowseCommunities) -> CommunityPage:
    town, query = connection.town, command.query.casefold()
    wanted = {tag(word, field="tags") for word in command.tags}
    rows = sorted(town.communities.values(), key=lambda row: row.slug)
    if command.order == "newest":
        rows = list(town.communities.values())[::-1]
    slugs, after = [row.slug for row in rows], command.after.lower()
    if command.order == "newest":
        rows = rows[slugs.index(after) + 1 :] if after in slugs else [] if after else rows
        after = ""
    found = [
        row
        for row in rows
        if row.slug > after and query in f"{row.slug}\n{row.name}\n{row.about}".casefold() and wanted <= set(row.tags)
    ]
    page = [_community(town, row) for row in found[: command.limit]]
    return CommunityPage(communities=page, complete=len(found) <= command.limit)


def _community(town: "Town", row: "CommunityRow") -> Community:
    return Community(
        id=row.id, slug=row.slug, name=row.name, about=row.about, members=len(town.inside(row.id)), tags=row.tags
    )


def read(connection: "Connection", command: ReadCommunity) -> Membership:
    return membership(connection.town, connection.person, command.community)


def membership(town: "Town", person: "Person", community: str) -> Membership:
    """A community as one of its members sees it. Raises Refuse `community.gone`."""
    row, member = present(town, person, community)
    return Membership(
        community=_community(town, row),
        member=member.id,
        rev=member.rev,
        handle=member.handle,
        display_name=member.display_name,
        role=member.role,
        rooms=_rooms(town, person, row.id),
        as_of=town.logs[row.id].head,
        stewards=town.stewards_of(row.id) if RANKS[member.role] else "",
        silenced_until=member.silenced if member.silenced > town.clock.time() else "",
    )


def list_rooms(connection: "Connection", command: ListRooms) -> Rooms:
    town, person = connection.town, connection.person
    row, _ = present(town, person, command.community)
    return Rooms(rooms=_rooms(town, person, row.id), as_of=town.logs[row.id].head)


def _rooms(town: "Town", person: "Person", community: str) -> list[Room]:
    return [
        shown(town, person, room)
        for room in town.rooms.values()
        if room.community == community and (room.kind == "open" or room.id in person.logs)
    ]


def shown(town: "Town", person: "Person", row: "RoomRow") -> Room:
    """A room as this person sees it."""
    room = Room(
        id=row.id,
        slug=row.slug,
        kind=row.kind,
        community=row.community,
        topic=row.topic,
        within=row.within,
        owner=row.owner,
        following=row.id in person.logs,
        head=town.logs[row.id].head,
        retention=row.retention,
        retention_since=row.retention_since,
    )
    if row.kind == "direct":
        people = town.inside(row.id)
        room.people = [member.persona() for member in people]
        room.member = next(member.id for member in people if member.account == person.id)
    return room


def list_members(connection: "Connection", command: ListMembers) -> MemberPage:
    town = connection.town
    row, _ = present(town, connection.person, command.community)
    found = sorted(town.inside(row.id), key=lambda member: member.handle)
    found = [member for member in found if member.handle > command.after.lower()]
    page = [member.shown() for member in found[: command.limit]]
    return MemberPage(members=page, as_of=town.logs[row.id].head, complete=len(found) <= command.limit)


def resolve(connection: "Connection", command: ResolveMembers) -> Personas:
    found = [_persona(connection, ref) for ref in command.members]
    return Personas(personas=[persona for persona in found if persona is not None])


def _persona(connection: "Connection", ref: PersonaRef) -> Persona | None:
    """None for whom one may not see: who is in no place that one is in too."""
    town = connection.town
    row = town.members.get(ref.member)
    mine = None if row is None else town.member(connection.person.id, row.place)
    if row is None or mine is None or mine.left:
        return None
    return row.past.get(ref.rev) or row.persona()


def set_presence(connection: "Connection", command: SetPresence) -> Done:
    connection.presence = "offline" if command.state == "invisible" else command.state
    connection.town.refresh(connection.account)
    return Done()


def watch(connection: "Connection", command: WatchPresence) -> Presences:
    asked = [PersonaRef(member=member) for member in dict.fromkeys(command.members)]
    seen = [persona.member for persona in (_persona(connection, ref) for ref in asked) if persona is not None]
    connection.watching = set(seen)
    return Presences(members=[_presence(connection, id) for id in seen])


def _presence(connection: "Connection", member: str) -> MemberPresence:
    town = connection.town
    row = town.members[member]
    if row.left or apart(town, town.member(connection.account, row.place) or connection.person, row):
        return MemberPresence(member=member, state="offline")
    state, status = town.seen(row)
    return MemberPresence(member=member, state=state, status=status)


def typing(connection: "Connection", command: StartTyping) -> Done:
    town, now = connection.town, connection.town.clock.now()
    room, member = town.visible(connection.account, command.room)
    may_act(town, member)
    before = connection.typed.get(room.id)
    if before is not None and now - before < TYPING_EVERY:
        return Done()
    connection.typed[room.id] = now
    if town.seen(member)[0] == "offline":
        return Done()
    for other in town.connections:
        reader = town.people.get(other.account)
        if other is connection or reader is None or not other.synced or room.id not in other.logs:
            continue
        if not apart(town, town.member(reader.id, member.place) or reader, member):
            other.notice(TypingStarted(room=room.id, by=member.id))
    return Done()
