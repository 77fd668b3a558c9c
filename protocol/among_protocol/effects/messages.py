"""What commands about messages bring about: saying something, changing it, reading what was said."""

from .. import codes
from .. import edits as ed
from .. import messages as ms
from ..base import Command
from .newcomers import TOLD_OF_NEWCOMERS
from .portraits import TAKEN_ALONG
from .told import NAMED, Effects, Told, Where

_THERE = (codes.ROOM_GONE, codes.MESSAGE_GONE)

MESSAGES: dict[type[Command], Effects] = {
    ms.SendMessage: Effects(
        (
            codes.ROOM_GONE, codes.MESSAGE_GONE, codes.SILENCED, codes.DIRECT_REFUSED, codes.POST_GONE,
            codes.COMMENT_REFUSED, codes.ROOM_MENTIONED_OFTEN,
        ),
        (Told(ms.MessageSent, Where.ROOM), *TOLD_OF_NEWCOMERS, *NAMED),
        ("body_bytes", "mentions", "room_mentions", "room_mention_ms", "newcomer_days", "key_chars", "threads"),
    ),
    ms.ReadMessages: Effects((codes.ROOM_GONE, codes.POST_GONE), (), ("page_entries",)),
    ed.EditMessage: Effects(
        (
            *_THERE, codes.RIGHT_MISSING, codes.SILENCED, codes.DIRECT_REFUSED, codes.LIMIT_REACHED, codes.POST_GONE,
            codes.COMMENT_REFUSED, codes.ROOM_MENTIONED_OFTEN,
        ),
        (Told(ed.MessageEdited, Where.ROOM), *NAMED),
        ("body_bytes", "mentions", "room_mentions", "room_mention_ms", "edits", "key_chars", "threads")),
    ed.DeleteMessage: Effects(
        (*_THERE, codes.RIGHT_MISSING, codes.SILENCED, codes.OUTRANKED),
        (Told(ed.MessageDeleted, Where.ROOM), Told(ed.MessageRemoved, Where.STEWARDS, "of a steward"),
         Told(ed.MessageRemoved, Where.THEIRS, "of a steward, while the author is there"), *TAKEN_ALONG), ("reason_chars",)),
    ed.ReadHistory: Effects(_THERE, (), ("page_entries",)),
}  # fmt: skip
