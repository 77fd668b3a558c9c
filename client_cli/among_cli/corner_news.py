"""What is told of the corners that one follows, as lines. Pure."""

from typing import TYPE_CHECKING

from among_protocol.base import Entry
from among_protocol.corners import CornerUpdated
from among_protocol.messages import MessageSent
from among_protocol.posts import PostPublished

from .lines import Line, told
from .places import Room
from .words import glimpse

if TYPE_CHECKING:
    from .model import Model


def told_of(model: "Model", room: Room, event: Entry) -> list[Line]:
    """One that is followed: posts are told, and so is what is said about one's own, or to one."""
    room.head = max(room.head, event.seq)
    if isinstance(event, CornerUpdated):
        room.topic = event.title
    if not isinstance(event, PostPublished | MessageSent) or event.by == room.me:
        return []
    who = model.who(event.by, event.rev)
    folded = model.blocks.kind(who, event.by)
    called = room.me in event.mentions and not folded
    if event.seq > room.counted:
        room.counted = event.seq
        room.unread += 1
        room.mentions += called
    published = isinstance(event, PostPublished)
    if folded or not (published or called or room.owner == room.me):
        return []
    number, said = (event.seq, event.title) if isinstance(event, PostPublished) else (event.post, event.body)
    what = f" published #{number} in {room.title}: " if published else f" on #{number} in {room.title}: "
    answered = isinstance(event, MessageSent) and bool(room.me) and event.answers == room.me
    rings = model.attention.rings(
        said, room=room.id, community=room.community, direct=False, for_me=called or answered, at=event.at
    )
    quiet = model.appearances.appear(room.community) == "dnd"
    return [told(("mention", "» "), ("who", who), ("dim", what), glimpse(said), alert=rings and not quiet)]
