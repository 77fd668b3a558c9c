"""What is told of a community one is in: who comes and goes, which rooms there are, how it changes."""

from typing import TYPE_CHECKING

from among_protocol import communities, members, rooms
from among_protocol.base import Entry
from among_protocol.moderation import RoleSet
from among_protocol.portrait import PortraitUpdated

from . import care, portrait_page
from .lines import Line, Part, told
from .places import NOBODY, Community

if TYPE_CHECKING:
    from .model import Model


def told_of(model: "Model", community: Community, event: Entry) -> list[Line]:
    before = model.who(event.by)
    match event:
        case rooms.RoomCreated():
            room = model.rooms.get(event.room) or model.made(community, event.room, event.slug, "open", event.topic)
            where = Part("place", room.short)
            line = told(("who", before), ("dim", " made the room "), where, ("dim", f": /go {room.short}"))
        case PortraitUpdated():
            line = portrait_page.to_all(event, model.who(event.author, event.author_rev))
        case communities.CommunityUpdated():
            community.changed(event)
            line = told(("who", before), ("dim", f" changed {community.slug}: "), *care.changed(event))
        case members.MemberJoined():
            model.know(members.persona_of(event))
            line = told(("who", model.who(event.by)), ("dim", f" joined {community.slug}"))
        case members.MemberLeft():
            line = told(("who", before), ("dim", f" left {community.slug}"))
        case RoleSet() if event.member != community.me:
            who = Part("who", model.who(event.member))
            line = told(who, ("dim", " is now "), care.a_role(event.role), ("dim", f" of {community.slug}"))
        case members.MemberForgotten():
            said = " and of what they said" if event.erased else ""
            line = told(("who", NOBODY), ("dim", f" of {community.slug}: nothing is kept of who they were{said}"))
        case members.MemberUpdated():
            return renamed(model, event, community.me)
        case _:
            return []
    return [line] if event.by != community.me else []


def renamed(model: "Model", event: members.MemberUpdated, me: str) -> list[Line]:
    """Somebody goes by another handle, here or in a direct."""
    before = model.who(event.by)
    model.know(members.persona_of(event))
    if model.who(event.by) == before or event.by == me:
        return []
    return [told(("who", before), ("dim", " is now "), ("who", model.who(event.by)))]
