"""A message: an entry in a room's log, named by its room and its number.

Two ways to read: entries from a position (logs.py), to resume or mirror; and messages as they are now, a page at a
time with the position that the page is of, to show them.
"""

from typing import ClassVar

from .base import BodyText, Command, Entry, Id, MomentText, PageLimit, Rev, Seq, Shape, Time, Write
from .reactions import Reaction

QUOTED = 120  # code points of a message that are quoted
GLIMPSED = 280  # code points of what was said, in a list of rooms or of mentions
SPEAKERS = 5  # of a thread, that are named with it


class Origin(Shape, kw_only=True):
    """A message that another one shows: where it is, and whose."""

    room: str  # where it was said
    seq: Seq  # its number in that room's log
    by: str  # the author's membership, in the place that the room belongs to
    rev: Rev  # revision of the author's persona when they said it


class MessageSent(Entry, tag="message.sent", kw_only=True):
    """In the room's log: `by` said this. A message is named by its room and its `seq`."""

    words: ClassVar[tuple[str, ...]] = ("body", "forwarded")

    body: str  # the text, as it was sent; may be empty where it shows another message
    mentions: list[str] = []  # memberships that the body mentions, as the server understood it
    mentions_room: bool = False  # it mentions everybody who is there: `@room`, by somebody who may
    post: Seq = 0  # in a corner: the number of the post that it comments on
    reply_to: Seq = 0  # number of the message in this room that it answers; 0: none
    forwarded: Origin | None = None  # the message that it shows, of another room
    answers: str = ""  # membership of who said what it answers, or wrote the post; empty: nobody else who may read it
    thread: Seq = 0  # number of the message whose thread it is said in, and then it is not unread in the room; 0: none
    root_by: str = ""  # of the first one in a thread: the membership of who said its root, and follows it from now on


class SentWritten(Shape, kw_only=True):
    entry: MessageSent
    repeat: bool = False


class SendMessage(Write, tag="message.send", kw_only=True):
    """Say something in a room, in a thread of it, or about a post of a corner. The `ok` comes after the message is on disk,
    and after one's own live copy of it."""

    Reply: ClassVar[type[Shape]] = SentWritten

    room: Id
    body: BodyText  # the text; `@handle` mentions somebody
    post: Seq = 0  # in a corner, and only there: the number of the post that it comments on
    reply_to: Seq = 0  # number of the message in this room that it answers; 0: none
    thread: Seq = 0  # number of the message in whose thread to say it; 0: to the room


class Quoted(Shape, kw_only=True):
    """A message that another one answers, as it is now: it is looked up for each page, and kept with nothing."""

    seq: Seq  # its number in the room's log
    by: str  # the author's membership
    rev: int  # revision of the author's persona at that moment
    body: str  # how its text begins: at most 120 code points
    blank: bool = False  # what it said was deleted


class Forwarded(Origin, kw_only=True):
    """A message that another one shows, as it is now: it is looked up for each page and reader, and kept with nothing."""

    at: Time = ""  # when it was said
    body: str = ""  # its text by now
    edited: Seq = 0  # number of its newest edit in its room's log; 0: never
    blank: bool = False  # what it said was deleted
    gone: bool = False  # it is not there for whoever asks: nothing of it is told


class Glimpse(Shape, kw_only=True):
    """Something that was said, as it is now, in a list of such things: a message, or a post by its title."""

    seq: Seq  # its number in the room's log
    at: Time
    by: str  # the author's membership
    rev: int  # revision of the author's persona at that moment
    body: str  # how its text begins: at most 280 code points
    blank: bool = False  # what it said was deleted


class Thread(Shape, kw_only=True):
    """What was said in the thread of a message, in short, for whoever asks."""

    messages: int  # how many there are, deleted ones too
    head: Seq  # number of the newest of them in the room's log
    at: Time  # when that was said
    speakers: list[str] = []  # memberships of the first who spoke in it, at most 5
    following: bool = False  # I follow it; with that:
    read: Seq = 0  # everything in it up to this number is read
    unread: int = 0  # messages in it after that
    mentions: int = 0  # of what was said in it after that, how much mentions me


class Message(Shape, kw_only=True):
    """A message as it is now."""

    seq: Seq  # its number in the room's log: its name
    at: Time
    by: str  # the author's membership
    rev: int  # revision of the author's persona at that moment
    body: str  # the text, as it was sent or last edited
    nonce: str = ""  # of the author's command
    mentions: list[str] = []  # memberships that the body mentions
    mentions_room: bool = False  # it mentions everybody who is there
    blank: bool = False  # what it said was deleted: its text is empty, and its number stays
    edited: Seq = 0  # number of its newest edit in the room's log; 0: never
    edited_at: Time = ""  # when that was
    post: Seq = 0  # in a corner: the number of the post that it comments on
    reply_to: Seq = 0  # number of the message that it answers; 0: none
    quote: Quoted | None = None  # with `reply_to`: that message; null: it is no longer kept
    forwarded: Forwarded | None = None  # the message that it shows, of another room
    reactions: list[Reaction] = []  # how it is reacted to, the most frequent first; of a blank one nothing
    thread: Seq = 0  # number of the message whose thread it is said in; 0: none
    below: Thread | None = None  # the thread that hangs from it; null: there is none


class MessagePage(Shape, kw_only=True):
    messages: list[Message]  # oldest first
    as_of: Seq  # the room's head when the page was read
    complete: bool  # nothing is left in the direction asked for (for `around` and `between`: in either)
    floor: Seq = 0  # what was said up to this number is no longer kept: retention.py


class ReadMessages(Command, tag="message.page", kw_only=True):
    """A page of messages: the newest, or those `before`, `after`, between the two, or `around` a number or a moment. What is
    said in a thread is on the pages of that `thread` alone; those of the room tell of each thread in short, with its root. Around a number that was said in a thread is a page of it.

    `before` and `after` exclude the number itself; `around` includes it and takes about half from each side, and so does
    `at`, around the first that was said then or later. A page of long messages holds fewer than asked for; `complete`
    alone tells whether there are more. What is kept below the floor for its pin is on the page `around` its own number alone."""

    Reply: ClassVar[type[Shape]] = MessagePage

    room: Id
    before: Seq | None = None  # older than this number
    after: Seq | None = None  # newer than this number
    around: Seq | None = None  # this one, and those next to it
    at: MomentText | None = None  # likewise, of the first one at this moment or after it: RFC 3339, with its offset
    post: Seq | None = None  # only the comments on this post of a corner
    thread: Seq | None = None  # only what is said in the thread of this message
    limit: PageLimit = 50
