"""What commands about reactions bring about."""

from .. import codes
from .. import reactions as rx
from ..base import Command
from .told import NAMED, Effects, Told, Where

_ON_MESSAGE = (codes.ROOM_GONE, codes.MESSAGE_GONE)
_MANY = Told(
    rx.ReactionsChanged, Where.ROOM, "live, instead of the entry, when more reactions there go out at the same moment"
)

REACTIONS: dict[type[Command], Effects] = {
    rx.AddReaction: Effects(
        (
            *_ON_MESSAGE,
            codes.SILENCED,
            codes.DIRECT_REFUSED,
            codes.POST_GONE,
            codes.COMMENT_REFUSED,
            codes.REACTED_ALREADY,
            codes.LIMIT_REACHED,
        ),
        (Told(rx.ReactionAdded, Where.ROOM), _MANY, *NAMED),
        ("reactions", "emoji_chars"),
    ),
    rx.RemoveReaction: Effects(
        (*_ON_MESSAGE, codes.REACTION_GONE), (Told(rx.ReactionRemoved, Where.ROOM), _MANY), ("emoji_chars",)
    ),
    rx.ReadReactions: Effects(_ON_MESSAGE, (), ("page_entries", "emoji_chars")),
}
