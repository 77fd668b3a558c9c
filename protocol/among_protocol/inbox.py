"""The inbox: what was meant for me, wherever it was said: who mentioned me, who answered me, and what others did that
concerns me, as letting me in, or asking to quote me. Of many rooms one list, the newest first.

An item holds no words: it names an entry, whose text is looked up for each page. What I may not see at that moment, and
what was deleted, is not in the list, nor is what those say whom I block or mute, nor what tells of a private room that I
am no longer in. Only the newest are kept
(`limits.inbox`). A mention of everybody in a room is not in it: the room counts that.

Its read mark is a register of its own: reading a room does not move it, nor does this one move a room's marker.
"""

from typing import ClassVar

import msgspec

from .base import Command, Entry, Event, PageLimit, Seq, Shape
from .communities import CommunityJoined
from .edits import MessageRemoved
from .greeters import GreeterChanged
from .joining import JoinDeclined
from .messages import Glimpse
from .moderation import MemberBanned, MemberKicked, MemberSilenced, MemberUnbanned, MemberUnsilenced, RoleSet
from .portrait import PortraitDeclined, PortraitMerged
from .posts import PostRemoved
from .quotes import QuoteAnswered, QuoteAsked, QuoteWithdrawn
from .reports import ReportResolved
from .rooms import DirectOpened, RoomFollowed

InboxKind = str  # mention, reply, notice; unknown: as notice

# Entries of one's own log that belong there, where somebody else brought them about.
NOTICES = (
    CommunityJoined,
    JoinDeclined,
    RoomFollowed,
    DirectOpened,
    RoleSet,
    MemberKicked,
    MemberBanned,
    MemberUnbanned,
    MemberSilenced,
    MemberUnsilenced,
    MessageRemoved,
    PostRemoved,
    ReportResolved,
    PortraitMerged,
    PortraitDeclined,
    QuoteAsked,
    QuoteAnswered,
    QuoteWithdrawn,
    GreeterChanged,
)


class InboxItem(Shape, kw_only=True):
    number: Seq  # in this inbox: newer ones have higher numbers, with holes
    kind: InboxKind
    log: str  # the room; of a notice one's own account's
    seq: Seq  # the message, post or entry in it
    said: Glimpse | None = None  # of mentions and replies: what was said, as it is now


class InboxState(Shape, omit_defaults=False, kw_only=True):
    read: Seq  # everything up to this number is read
    unread: int  # items after it


class InboxPage(Shape, kw_only=True):
    items: list[InboxItem]  # newest first
    notices: list[msgspec.Raw] = []  # entries of one's own log that the items name
    read: Seq = 0  # everything up to this number is read
    unread: int = 0  # items after it
    complete: bool  # none is older than the last one


class InboxMoved(Event, tag="inbox.moved", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced, when the inbox is marked. And to every session, when something
    else than what it hears changes the count: what an item is about was deleted or is no longer kept, or somebody blocks or
    mutes, enters or leaves; or an edit mentions whom the message answers, who has it already. It is of all that the session has been given, and of nothing later; what `session.lagging` told of
    as left out counts as given. Where a mark was told with another count, it is told once more, also to who marked."""

    read: Seq  # everything up to this number is read
    unread: int  # items after it


class ReadInbox(Command, tag="inbox.read", kw_only=True):
    """What was meant for me, a page at a time."""

    Reply: ClassVar[type[Shape]] = InboxPage

    before: Seq | None = None  # older than this number
    limit: PageLimit = 50


class MarkInbox(Command, tag="inbox.mark", kw_only=True):
    """Everything up to `number` is read. Going back needs `unread: true`. The reply tells what is unread now."""

    Reply: ClassVar[type[Shape]] = InboxState

    number: Seq  # of an item; more than the newest means the newest
    unread: bool = False  # allows going back


def is_notice(entry: Entry) -> bool:
    """Whether an entry of one's own log tells what somebody else did. A client counts it as unread in the inbox when it
    comes, as it counts a message that mentions or answers one."""
    return isinstance(entry, NOTICES) and not entry.nonce and entry.by != (getattr(entry, "member", "") or None)
