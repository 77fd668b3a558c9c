"""What commands about pins, bookmarks and forwards bring about."""

from .. import bookmarks as bm
from .. import codes
from .. import forwards as fw
from .. import messages as ms
from .. import pins as pn
from ..base import Command
from .newcomers import TOLD_OF_NEWCOMERS
from .told import NAMED, STORED, Effects, Told, Where

_PINNING = (codes.ROOM_GONE, codes.RIGHT_MISSING, codes.SILENCED, codes.DIRECT_REFUSED)

KEEPSAKES: dict[type[Command], Effects] = {
    fw.ForwardMessage: Effects(
        (
            codes.ROOM_GONE, codes.MESSAGE_GONE, codes.FORWARD_REFUSED, codes.SILENCED, codes.DIRECT_REFUSED,
            codes.POST_GONE, codes.COMMENT_REFUSED, codes.ROOM_MENTIONED_OFTEN,
        ),
        (Told(ms.MessageSent, Where.ROOM), *TOLD_OF_NEWCOMERS, *NAMED),
        ("body_bytes", "mentions", "room_mentions", "room_mention_ms", "newcomer_days", "key_chars", "threads"),
    ),
    pn.AddPin: Effects(
        (*_PINNING, codes.MESSAGE_GONE, codes.PINNED_ALREADY, codes.LIMIT_REACHED),
        (Told(pn.PinAdded, Where.ROOM),),
        ("pins",),
    ),
    pn.RemovePin: Effects((*_PINNING, codes.PIN_GONE), (Told(pn.PinRemoved, Where.ROOM),)),
    pn.ListPins: Effects((codes.ROOM_GONE,), (), ("page_entries", "pins")),
    bm.SetBookmark: Effects(
        (codes.ROOM_GONE, codes.MESSAGE_GONE, codes.LIMIT_REACHED, *STORED),
        (Told(bm.BookmarkChanged, Where.DEVICES),),
        ("bookmarks", "note_chars"),
    ),
    bm.RemoveBookmark: Effects((codes.BOOKMARK_GONE, *STORED), (Told(bm.BookmarkChanged, Where.DEVICES),)),
    bm.ListBookmarks: Effects((), (), ("page_entries", "bookmarks")),
}  # fmt: skip
