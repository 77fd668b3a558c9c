"""What stands in one's own log: where one came to be or is no more, and what others did to one."""

from typing import TYPE_CHECKING

from msgspec import structs

from among_protocol import communities, rooms
from among_protocol.accounts import AccountUpdated
from among_protocol.base import Entry
from among_protocol.joining import JoinDeclined
from among_protocol.moderation import Act, RoleSet
from among_protocol.reports import ReportResolved

from . import care, own_lines
from .lines import Line, told

if TYPE_CHECKING:
    from .model import Model


def told_of(model: "Model", event: Entry) -> list[Line]:
    match event:
        case Act() | ReportResolved() | JoinDeclined():
            community = model.communities.get(event.community)
            if isinstance(event, RoleSet) and community is not None:
                community.role, community.stewards = event.role, event.stewards
            line = care.to_me(model, event, community.slug if community else "", community.me if community else "")
            return [line] if line else []
        case AccountUpdated():
            assert model.account
            name, bio = event.display_name, event.bio
            model.account = structs.replace(model.account, handle=event.handle, display_name=name, bio=bio)
        case rooms.RoomFollowed():
            community = model.communities.get(event.community)
            room = model.rooms.get(event.room)
            if room is None and community is not None:
                name = f"@{model.who(event.owner)}" if event.owner else event.slug
                room = model.made(community, event.room, name, event.kind, event.topic)
                room.owner = event.owner
                room.retention, room.retention_since = event.retention, event.retention_since
            if room is not None:
                if not room.following:
                    model.counting.begins(room, room.id, event.head)
                room.following, room.head = True, max(room.head, event.head)
        case rooms.RoomUnfollowed():
            return _unfollowed(model, event)
        case communities.CommunityLeft():
            model.communities.pop(event.community, None)
            model.rooms = {id: room for id, room in model.rooms.items() if room.community != event.community}
            if model.room and model.room.id not in model.rooms:
                model.visit = None
        case rooms.DirectOpened() if event.room not in model.rooms:
            people, me = event.people, event.member
            model.direct(rooms.Room(id=event.room, slug="", kind="direct", member=me, people=people, head=event.head))
        case _:
            return own_lines.told(model, event)
    return []


def _unfollowed(model: "Model", event: rooms.RoomUnfollowed) -> list[Line]:
    """Told where it was somebody else's doing: they took one out of a private room."""
    room = model.rooms.get(event.room)
    if room is None:
        return []
    room.following, room.unread, room.mentions = False, 0, 0
    if room.kind != "open":
        del model.rooms[room.id]
    if room is model.room:
        model.visit = None
    if not event.by:
        return []
    return [told(("who", model.who(event.by, event.rev)), " removed you from ", ("place", room.title), ".", alert=True)]
