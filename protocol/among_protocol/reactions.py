"""A reaction: one emoji that a member puts to a message, and may take back.

Both are entries of the room's log, so that resume, history and export have them for nothing. They are no messages: they
count in no ordinal and call nobody. A post of a corner is reacted to as a message is, by its number.

Each says how many have reacted with that emoji from then on (`count`). So whoever shows a message is right without adding
up: the newest number wins, and what was told twice does no harm. For the same reason many that wait for the same writing
are told live as one event, `reaction.changed`, which covers their numbers; whoever reads the log finds each by itself.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Command, Entry, Id, PageLimit, Seq, Shape, Span, Write
from .members import PersonaRef
from .status import EmojiText

OneEmoji = Annotated[EmojiText, Meta(min_length=1)]
OptionalEmoji = EmojiText  # empty: any


class ReactionAdded(Entry, tag="reaction.added", kw_only=True):
    """In the room's log: `by` reacts to a message. It counts as no message."""

    words: ClassVar[tuple[str, ...]] = ("emoji",)

    message: Seq  # the number of the message, or of the post
    emoji: str  # exactly one
    author: Id  # membership of who said the message
    count: int  # how many react with this emoji from now on


class ReactionRemoved(Entry, tag="reaction.removed", kw_only=True):
    """In the room's log: `by` reacts with this no longer. Without `by` it is somebody of whom nothing is kept."""

    words: ClassVar[tuple[str, ...]] = ("emoji",)

    message: Seq  # the number of the message, or of the post
    emoji: str  # exactly one
    count: int  # how many react with this emoji from now on; 0: nobody


class ReactionChange(Shape, kw_only=True):
    """What became of one emoji at one message. Who both added and removed theirs is where it ended."""

    message: Seq  # the number of the message, or of the post
    emoji: str  # exactly one
    count: int  # how many react with this emoji after all of it
    author: str = ""  # membership of who said the message, where one of these entries added a reaction
    added: list[PersonaRef] = []  # who changed something, and reacts with it now
    removed: list[PersonaRef] = []  # who changed something, and does not


class ReactionsChanged(Span, tag="reaction.changed", kw_only=True):
    """Many reactions at once, live alone: it stands for the entries `from` to `seq`, each `reaction.added` or
    `reaction.removed`, which `log.entries` and a replay give one by one. It is no entry, but counts like one: a client's
    position goes on to `seq`."""

    changes: list[ReactionChange]  # in the order in which they were first touched


class Reaction(Shape, kw_only=True):
    """How a message is reacted to with one emoji."""

    emoji: str  # exactly one
    count: int  # how many members react with it
    mine: bool = False  # I am one of them


class ReactionAddWritten(Shape, kw_only=True):
    entry: ReactionAdded
    repeat: bool = False


class AddReaction(Write, tag="reaction.add", kw_only=True):
    """React to a message, or to a post of a corner, with one emoji: each member once with each. Whoever may not speak there
    may not react either."""

    Reply: ClassVar[type[Shape]] = ReactionAddWritten

    room: Id
    message: Seq  # the number of the message, or of the post
    emoji: OneEmoji  # any one emoji, and no other text


class ReactionRemoveWritten(Shape, kw_only=True):
    entry: ReactionRemoved
    repeat: bool = False


class RemoveReaction(Write, tag="reaction.remove", kw_only=True):
    """Take back one's own reaction. Whoever may not speak may do that too."""

    Reply: ClassVar[type[Shape]] = ReactionRemoveWritten

    room: Id
    message: Seq  # the number of the message, or of the post
    emoji: OneEmoji  # the one to take back


class Reactor(Shape, kw_only=True):
    """Somebody who reacts to a message."""

    seq: Seq  # the number of the entry that added it
    by: str  # the membership
    rev: int  # revision of their persona at that moment
    emoji: str  # with which they do


class Reactors(Shape, kw_only=True):
    reactors: list[Reactor]  # the oldest first
    as_of: Seq  # the room's head when they were read
    complete: bool  # nobody comes after the last one


class ReadReactions(Command, tag="reaction.read", kw_only=True):
    """Who reacts to a message, with which emoji, a page at a time. Whom one blocks or mutes is left out; the counts that come
    with a message are everybody's, and count them."""

    Reply: ClassVar[type[Shape]] = Reactors

    room: Id
    message: Seq  # the number of the message, or of the post
    emoji: OptionalEmoji = ""  # only these; empty: all
    after: Seq = 0  # the `seq` of the last one of the page before
    limit: PageLimit = 50


ReactionCommand = AddReaction | RemoveReaction | ReadReactions
ReactionWrite = AddReaction | RemoveReaction
ReactionEntry = ReactionAdded | ReactionRemoved
