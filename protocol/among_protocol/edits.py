"""What becomes of a message later: its author edits it, its author or a steward deletes it.

Both are entries of the room's log that name the message by its number, so that who mirrors a log needs nothing else. An
edit adds a version, and the versions before stay to be seen. A deletion empties the message and all its versions where
they are kept (`blank`): nobody is given the text any more, whichever way they ask.
"""

from typing import ClassVar

from .base import BodyText, Command, Entry, Id, OptionalReason, PageLimit, Seq, Shape, Time, Write
from .moderation import Act


class MessageEdited(Entry, tag="message.edited", kw_only=True):
    """In the room's log: `by` has changed what they said. It counts as no message, and is read with the one it changes."""

    words: ClassVar[tuple[str, ...]] = ("body",)

    message: Seq  # the number of the message
    body: str  # the text from now on
    mentions: list[str] = []  # memberships that it mentions from now on
    mentions_new: list[str] = []  # of them, those that no version mentioned before: it counts for them as a mention
    mentions_room: bool = False  # it mentions everybody who is there from now on
    mentions_room_new: bool = False  # and no version did before: it counts for them as a mention
    thread: Seq = 0  # number of the message whose thread it is said in; 0: none


class MessageDeleted(Entry, tag="message.deleted", kw_only=True):
    """In the room's log: the message is blank from now on, and so are its edits. Without `by` a steward has deleted it."""

    message: Seq  # the number of the message


class MessageRemoved(Act, tag="message.removed", kw_only=True):
    """A steward (`by`) has deleted a message of this member. Not what it said."""

    room: str
    message: Seq  # its number in the room


class EditWritten(Shape, kw_only=True):
    entry: MessageEdited
    repeat: bool = False


class EditMessage(Write, tag="message.edit", kw_only=True):
    """Change what one said. Mentions are found anew, and whoever may not speak may not edit either: in a corner, who may not
    comment there."""

    Reply: ClassVar[type[Shape]] = EditWritten

    room: Id
    message: Seq  # the number of one's own message
    body: BodyText  # the text; `@handle` mentions somebody


class DeleteWritten(Shape, kw_only=True):
    entry: MessageDeleted
    repeat: bool = False


class DeleteMessage(Write, tag="message.delete", kw_only=True):
    """Delete what one said; for stewards, what somebody of a lower role said in a room of theirs, with the reason, which
    the author is told. It can't be undone."""

    Reply: ClassVar[type[Shape]] = DeleteWritten

    room: Id
    message: Seq  # the number of the message
    reason: OptionalReason = ""  # of a steward: needed


class Version(Shape, kw_only=True):
    """What a message said, from a moment on."""

    seq: Seq  # of the message, or of the edit, in the room's log
    at: Time
    body: str  # the text
    mentions: list[str] = []  # memberships that it mentions


class MessageHistory(Shape, kw_only=True):
    versions: list[Version]  # oldest first: what was said, then each edit
    complete: bool  # nothing comes after the last one


class ReadHistory(Command, tag="message.history", kw_only=True):
    """What a message said before it was edited, a page at a time."""

    Reply: ClassVar[type[Shape]] = MessageHistory

    room: Id
    message: Seq  # the number of the message
    after: Seq = 0  # the `seq` of the last one of the page before
    limit: PageLimit = 50


EditCommand = EditMessage | DeleteMessage | ReadHistory
EditEntry = MessageEdited | MessageDeleted | MessageRemoved
EditWrite = EditMessage | DeleteMessage
