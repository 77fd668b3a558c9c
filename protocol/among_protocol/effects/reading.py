"""What commands about reading bring about: read markers, the inbox, what is worth a bell."""

from .. import codes
from .. import dnd as dn
from .. import inbox as ib
from .. import markers as mk
from .. import notify as n
from .. import presence as p
from .. import threads as th
from ..base import Command
from .told import STORED, Effects, Told, Where

READING: dict[type[Command], Effects] = {
    mk.SetMarker: Effects((codes.ROOM_GONE, *STORED), (Told(mk.MarkerMoved, Where.DEVICES),)),
    ib.ReadInbox: Effects((), (), ("page_entries", "inbox", "inbox_of_one")),
    ib.MarkInbox: Effects(STORED, (Told(ib.InboxMoved, Where.DEVICES),), ("inbox",)),
    n.SetNotify: Effects(
        (codes.ROOM_GONE, codes.THREAD_GONE, codes.LIMIT_REACHED, *STORED),
        (
            Told(n.NotifyChanged, Where.DEVICES),
            Told(th.ThreadChanged, Where.DEVICES, "in place of that, of a choice for a thread"),
        ),
        ("notify_choices", "notify_words", "notify_word_chars", "notify_choice_ms"),
    ),
    dn.SetDnd: Effects(
        STORED,
        (
            Told(dn.DndChanged, Where.DEVICES),
            Told(p.PresenceChanged, Where.WATCHERS, "when they see you as another than before"),
        ),
        ("dnd_times", "key_chars"),
    ),
}
