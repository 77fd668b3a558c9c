"""What is told of a message later: that it was edited or deleted. And how a message is named by who reads it. Pure.

Rules: what stands on the screen can't be taken back, so a line says what has changed, and of which message. The text of
what was deleted is kept nowhere from then on.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
from typing import Protocol

from among_protocol.base import Entry
from among_protocol.blocks import BlockList
from among_protocol.edits import MessageDeleted, MessageEdited
from among_protocol.messages import QUOTED, Message, MessageSent, Thread
from among_protocol.pins import PinAdded, PinRemoved
from among_protocol.reactions import Reaction
from among_protocol.retention import RetentionSet, RoomTrimmed

from . import forwarding, kept
from .lines import Line, Part, Said, told
from .moment import moment
from .places import Community, Room
from .visit import Visit
from .words import glimpse


class Known(Protocol):
    """What the model knows."""

    zone: tzinfo | None
    visit: Visit | None
    blocks: BlockList
    rooms: dict[str, Room]
    communities: dict[str, Community]

    def who(self, member: str, rev: int = 0) -> str:
        """The handle of a member."""


def number_of(seq: int) -> str:
    """How a message is named on the screen: whole, or what is typed could mean another one."""
    return f"#{seq}"


def seq_of(number: str) -> int:
    """The message that is meant by a number; 0: it is none."""
    digits = number.removeprefix("#")
    return int(digits) if digits.isdecimal() and digits[0] != "0" and len(digits) <= 15 else 0


def marked(model: Known, message: Message | MessageSent, said: Said) -> Said:
    """With its number, and what became of it."""
    edit = message.edited if isinstance(message, Message) else 0
    number, quote = number_of(message.seq), quote_of(model, message)
    origin = number_of(message.forwarded.seq) if message.forwarded is not None else ""
    credit, shown = forwarding.credit_of(model, message, origin)
    reacted = under(message.reactions) if isinstance(message, Message) else ""
    said = replace(
        said,
        number=number,
        edited=edit > 0,
        blank=message.blank,
        quote=quote,
        credit=credit,
        shown=shown,
        shows=(message.forwarded.room, message.forwarded.seq) if message.forwarded is not None else ("", 0),
        reactions=reacted,
        thread=in_short(message.below, number) if isinstance(message, Message) and message.below is not None else "",
    )
    return model.visit.now(said, edit) if model.visit is not None else said


def in_short(thread: Thread, number: str) -> str:
    """What is said in a thread, by the number of its root."""
    return f"{counted(thread)} · /thread {number.removeprefix('#')}"


def counted(thread: Thread) -> str:
    """How much is said in a thread, and what of it is new."""
    told = [f"{thread.messages} answer{'s' if thread.messages != 1 else ''}"]
    told += [f"{thread.unread} new"] if thread.unread else []
    told += [f"{thread.mentions} for you"] if thread.mentions else []
    return ", ".join(told)


def under(reactions: Iterable[Reaction]) -> str:
    """How a message is reacted to, in a row."""
    return "  ".join(f"{one.emoji} {one.count}{' (you)' if one.mine else ''}" for one in reactions)


def quote_of(model: Known, message: Message | MessageSent) -> str:
    """What a message answers, as far as it is known. A block or mute holds here too."""
    if not message.reply_to or message.blank:
        return ""
    quote = message.quote if isinstance(message, Message) else None
    if quote is not None:
        who, blank = model.who(quote.by, quote.rev), quote.blank
        folded = model.blocks.kind(who, quote.by)
        body = glimpse(quote.body, cut=len(quote.body) >= QUOTED, most=QUOTED)
    else:
        here = model.visit.at_hand(message.reply_to) if model.visit is not None else None
        who, blank, folded = (here.who, here.blank, here.folded) if here is not None else ("", False, "")
        body = glimpse(here.body, most=QUOTED) if here is not None else ""
    number = number_of(message.reply_to)
    if not who or folded:
        return number
    return f"{who} {number}: {'✗ deleted' if blank else body}"


def told_of(model: Known, room: Room, event: Entry) -> list[Line]:
    """In the open room."""
    visit = model.visit if model.visit is not None and model.visit.room is room else None
    match event:
        case MessageEdited():
            before = visit.said.get(event.message) if visit is not None else None
            if visit is not None:
                visit.edited(event.message, event.body, event.seq)
            folded = model.blocks.kind(model.who(event.by), event.by)
            opened = visit is not None and visit.thread == event.thread
            inside = event.thread and not opened and before is None and room.me not in event.mentions_new
            return [] if folded or inside else [_edited(model, room, event, before)]
        case MessageDeleted():
            root = visit.roots.get(event.message, 0) if visit is not None else 0
            if model.visit is not None:
                model.visit.deleted(room.id, event.message)
            mine = visit is not None and event.message in visit.deleting
            if root and not mine:  # said in a thread, and never on the screen
                return []
            steward = "You" if mine else "A steward"
            who = Part("who", model.who(event.by, event.rev)) if event.by else Part("", steward)
            return [told(who, ("dim", f" deleted {number_of(event.message)}"))]
        case PinAdded() | PinRemoved():
            return [_pinned(model, visit, event)]
        case RetentionSet():
            room.retention, room.retention_since = event.retention, event.since
            place = model.communities.get(room.community)
            default = place.retention if place is not None else None
            return [kept.set_to(event, default, model.who(event.by, event.rev), model.zone)]
        case RoomTrimmed():
            room.floor = event.floor
            if visit is not None:
                visit.trim(event.floor)
            return [kept.removed(event)]
        case _:
            return []


def _edited(model: Known, room: Room, event: MessageEdited, before: Said | None) -> Said:
    """The message again, with what has changed."""
    return Said(
        room=room.id,
        seq=event.message,
        at=moment(event.at, model.zone),
        who=model.who(event.by),
        body=event.body,
        mine=event.by == room.me,
        number=number_of(event.message),
        edited=True,
        was=before.body if before is not None else "",
    )


def _pinned(model: Known, visit: Visit | None, event: PinAdded | PinRemoved) -> Line:
    """With how the message begins, where that is at hand."""
    who, number = Part("who", model.who(event.by, event.rev)), number_of(event.message)
    if isinstance(event, PinRemoved):
        return told(who, ("dim", f" unpinned {number}"))
    said = visit.at_hand(event.message) if visit is not None else None
    begins = glimpse(said.body) if said is not None and not said.folded else ""
    whose = Part("who", model.who(event.author, event.author_rev))
    return told(who, ("dim", f" pinned {number} of "), whose, f": {begins}" if begins else "")
