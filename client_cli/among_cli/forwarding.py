"""How a message stands on the screen that shows one of another room: whose that is, where, and what it says. Pure.

Rules: a credit stands above the message, where nothing that anybody types can stand; its text is behind a bar. A block or
mute of its author holds here, too.
"""

from typing import Protocol

from among_protocol.blocks import BlockList
from among_protocol.markup import veiled
from among_protocol.messages import Forwarded, Message, MessageSent

from .places import Room

MOST = 600  # characters of it that are shown; the whole is where it was said


class Known(Protocol):
    """What the model knows."""

    blocks: BlockList
    rooms: dict[str, Room]

    def who(self, member: str, rev: int = 0) -> str:
        """The handle of a member."""


def credit_of(model: Known, message: Message | MessageSent, number: str) -> tuple[str, str]:
    """Whose message it shows, and where that is; and what it says. Empty where it shows none. `number`: of that message."""
    origin = message.forwarded
    if origin is None or message.blank:
        return "", ""
    if not isinstance(origin, Forwarded) or origin.gone:
        return "forwarded from somewhere that you can't read", ""
    who, room = model.who(origin.by, origin.rev), model.rooms.get(origin.room)
    if model.blocks.kind(who, origin.by):
        return "forwarded from someone you blocked or muted", ""
    where = f" in {room.title} {number}" if room is not None else ""
    return f"forwarded from {who}{where}", "✗ deleted" if origin.blank else short(veiled(origin.body))


def short(said: str) -> str:
    """As much as is shown of it."""
    return f"{said[: MOST - 1]}…" if len(said) > MOST else said
