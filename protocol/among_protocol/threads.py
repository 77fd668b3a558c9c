"""A thread: what is said about one message of a room, its root, beside what is said to the room.

It is no place of its own. What is said in a thread is a message of the room like all others, in the same log and for
the same audience, that names its root (`thread` of `message.send`). But the room does not count it as unread, and its
pages do not show it: they tell of the thread in short, and `message.page` with `thread` pages it. A thread stays when
its root is deleted, and so it may go on. A thread has no threads, and a corner has none: there one comments on posts.

Who follows a thread is told what is unread in it. Whoever follows the room comes to follow a thread by speaking in it, by
being mentioned in it, when somebody whom they neither block nor mute is the first to speak in the thread of something that
they said, or by `thread.follow`; and no longer follows it once they unfollow it or the room. Of more than `limits.threads` one
is let go: of those to which others brought one (`own` is false) the one in which one had no part for longest; only where
there is none, of all. So nobody can push out what one follows by one's own doing.

Following is a register of the account: it has no number, all of it is in every sync, in the order of when one last had a
part in it, and other devices are told. What one chose as worth a bell in a thread (notify.py) is a part of it, and ends with
it. What follows from an entry is told by that entry alone (following.py).

What counts, and where. A message in a thread never counts as unread of the room, and never moves the room's marker. One
in a thread that one follows counts as unread there, deleted ones too, unless it is one's own: that moves the marker of the
thread to itself. What retention removed counts until one has read on, as what was deleted does; a thread of which nothing is
kept when a room is trimmed, and its root is not pinned either, is gone, for who follows it as well. A mention in a thread
counts twice: as a mention in the thread, and as one in the room. `@room` in a thread is a word like any other.
"""

from typing import ClassVar

from msgspec.structs import asdict

from .base import Command, Event, Id, KeyText, PageLimit, Seq, Shape, Time
from .messages import Quoted, Thread
from .notify import NotifyLevel


class ThreadState(Shape, kw_only=True):
    """A thread as I follow it."""

    room: str
    thread: Seq  # number of its root
    following: bool = False  # with that:
    head: Seq = 0  # number of the newest message in it; 0: nothing was said in it yet
    read: Seq = 0  # everything in it up to this number is read
    unread: int = 0  # messages in it after that
    mentions: int = 0  # of what was said in it after that, how much mentions me
    as_of: Seq = 0  # number in the room's log up to which all this holds
    level: NotifyLevel = "inherit"  # what I chose as worth a bell there; inherit: nothing, and the room decides
    until: Time = ""  # that choice ends by itself then; empty: it does not
    own: bool = False  # by my own doing: I spoke in it, followed it, or chose something there; of too many it goes last


class ThreadChanged(Event, tag="thread.changed", kw_only=True):
    """To every other session of the account that has synced: one follows a thread from now on, or no longer, has read it
    so far, or has chosen what is worth a bell there."""

    room: str
    thread: Seq  # number of its root
    following: bool = False  # with that:
    part: bool = False  # by this one has a part in it: of one's threads it comes last from now on
    head: Seq = 0  # number of the newest message in it; 0: nothing was said in it yet
    read: Seq = 0  # everything in it up to this number is read
    unread: int = 0  # messages in it after that
    mentions: int = 0  # of what was said in it after that, how much mentions one
    as_of: Seq = 0  # number in the room's log up to which all this holds: what comes after it may have come before this
    level: NotifyLevel = "inherit"  # what one chose as worth a bell there; inherit: nothing, and the room decides
    until: Time = ""  # that choice ends by itself then; empty: it does not
    own: bool = False  # by one's own doing: one spoke in it, asked to follow it, or chose something there; of too many it goes last


def changed(state: ThreadState, *, part: bool = False) -> ThreadChanged:
    """As others are told of it: how somebody follows a thread from now on."""
    return ThreadChanged(**asdict(state), part=part)


class FollowThread(Command, tag="thread.follow", kw_only=True):
    """Follow the thread of a message, whether or not anything is said in it yet, in a room that one follows. What is there is
    read."""

    Reply: ClassVar[type[Shape]] = ThreadState

    room: Id
    thread: Seq  # number of its root


class UnfollowThread(Command, tag="thread.unfollow", kw_only=True):
    """No longer follow a thread. Speaking or being mentioned in it later means following it anew."""

    Reply: ClassVar[type[Shape]] = ThreadState

    room: Id
    thread: Seq  # number of its root


class MarkThread(Command, tag="thread.mark", kw_only=True):
    """Everything in a thread up to `seq` is read. Going back needs `unread: true`. The reply tells where the marker is now."""

    Reply: ClassVar[type[Shape]] = ThreadState

    room: Id
    thread: Seq  # number of its root
    seq: Seq  # everything in it up to this number is read; more than the room's head means that
    unread: bool = False  # allows going back


class ThreadCard(Thread, kw_only=True):
    """A thread in a list."""

    room: str
    thread: Seq  # number of its root
    root: Quoted | None = None  # what it hangs from, as it is now; null: that is no longer kept


class ThreadPage(Shape, kw_only=True):
    threads: list[ThreadCard]  # the one in which something was said last comes first
    next: KeyText = ""  # for `after`, to ask on; empty: these were the last


class ListThreads(Command, tag="thread.list", kw_only=True):
    """The threads of a room; or those that I follow, wherever they are, and in which something was said.

    One in which something is said while one pages moves to the front: it may be on no page or on two."""

    Reply: ClassVar[type[Shape]] = ThreadPage

    room: Id | None = None  # left out: those that I follow
    after: KeyText = ""  # `next` of the page before; empty: from the newest
    limit: PageLimit = 50


ThreadCommand = FollowThread | UnfollowThread | MarkThread | ListThreads
