"""What is told of the corners that one follows, as lines. Pure."""

from typing import TYPE_CHECKING

from among_protocol.base import Entry
from among_protocol.corners import CornerUpdated
from among_protocol.counting import Heard
from among_protocol.edits import MessageDeleted
from among_protocol.messages import MessageSent
from among_protocol.posts import PostDeleted, PostPublished

from . import bell
from .lines import Line, Part, told
from .places import Room
from .words import glimpse

if TYPE_CHECKING:
    from .model import Model


def told_of(model: "Model", room: Room, event: Entry) -> list[Line]:
    """One that is followed: posts are told, and so is what is said about one's own, or to one."""
    room.head = max(room.head, event.seq)
    if isinstance(event, CornerUpdated):
        room.topic = event.title
    if isinstance(event, PostDeleted | MessageDeleted):
        return _deleted(model, room, event)
    if not isinstance(event, PostPublished | MessageSent):
        return []
    if event.by == room.me:
        model.counting.heard(room, Heard(room.id, event.seq, mine=True))
        return []
    who = model.who(event.by, event.rev)
    folded = model.blocks.kind(who, event.by)
    called = room.me in event.mentions and not folded
    model.counting.heard(room, Heard(room.id, event.seq, unread=True, mentions=called))
    published = isinstance(event, PostPublished)
    if folded or not (published or called or room.owner == room.me):
        return []
    number, said = (event.seq, event.title) if isinstance(event, PostPublished) else (event.post, event.body)
    what = f" published #{number} in {room.title}: " if published else f" on #{number} in {room.title}: "
    answered = isinstance(event, MessageSent) and bool(room.me) and event.answers == room.me
    rings = model.attention.wants(
        said, room=room.id, community=room.community, direct=False, for_me=called or answered, at=event.at
    ) and not bell.is_quiet(model, room.community, event.at)
    return [told(("mention", "» "), ("who", who), ("dim", what), glimpse(said), alert=rings)]


def _deleted(model: "Model", room: Room, event: PostDeleted | MessageDeleted) -> list[Line]:
    """A post is told of, and a comment where comments are: in one's own corner."""
    comment = isinstance(event, MessageDeleted)
    if model.visit is not None and isinstance(event, MessageDeleted):
        model.visit.deleted(room.id, event.message)
    if event.by == room.me or (comment and room.owner != room.me):
        return []
    who = Part("who", model.who(event.by, event.rev)) if event.by else Part("", "A steward")
    what = "a comment" if isinstance(event, MessageDeleted) else f"#{event.post}"
    return [told(who, ("dim", f" deleted {what} in {room.title}"))]
