"""The law of a store, the part about threads.

1. What is said in a thread is a message of its room. It has a number in the room's log and no ordinal there, but one in
   its thread: there messages are counted 1, 2, 3 ..., and what was deleted still counts.
2. Unread is a difference of ordinals. A marker is a number of the room's log and the ordinal up to there, kept with the
   fact that an account follows the thread, and for no longer; so is what it chose as worth a bell there.
3. A mention in a thread is kept twice: as one in the room, and as one in the thread.
4. Who no longer follows a room follows none of its threads.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import asdict

from among_protocol.base import Time
from among_protocol.messages import Quoted, Thread
from among_protocol.threads import ThreadCard, ThreadState

from .moments import moment

BYTES = 400  # of a thread that is told of with its root, about

Named = tuple[str, int]  # a thread: its room, and the number of its root


class ThreadRow(Struct):
    """A thread in which something was said."""

    room: str
    root: int
    messages: int  # the ordinal of the newest
    head: int  # its number in the room's log
    at: Time  # when it was said
    speakers: list[str]  # the first memberships that spoke in it


class ThreadMark(NamedTuple):
    """How far an account that follows a thread has read it, and what it chose there."""

    seq: int  # everything up to this number of the room's log
    ordinal: int  # messages in the thread up to there
    level: str = "inherit"  # what is worth a bell: all, mentions, nothing; inherit: nothing is chosen
    until_ms: int = 0  # Unix time at which that ends by itself; 0: it does not
    own: bool = False  # it follows it by its own doing, and not by that of others

    def at(self, seq: int, ordinal: int) -> "ThreadMark":
        """Read so far, and the choice stays."""
        return self._replace(seq=seq, ordinal=ordinal)


class Place(NamedTuple):
    """Where a page goes on: after a thread in which something was said last at this time."""

    at: Time
    room: str
    root: int


class ThreadsTx(Protocol):
    """The part of `api.Tx`."""

    def thread(self, room: str, root: int) -> ThreadRow | None: ...
    def put_thread(self, row: ThreadRow) -> None:
        """Add or change: the message `row.head`, which was added, is the newest in it."""
        ...

    def said_in(self, room: str, root: int, upto: int) -> int:
        """How many messages of a thread there are up to this number."""
        ...

    def thread_mark(self, account: str, room: str, root: int) -> ThreadMark | None:
        """None: the account does not follow it."""
        ...

    def thread_marks(self, account: str) -> list[Named]:
        """The threads that this account follows, in the order in which they are let go: first those to which others brought it,
        and of both the one in which it had no part for longest."""
        ...

    def put_thread_mark(self, account: str, room: str, root: int, mark: ThreadMark, *, part: bool) -> None:
        """Follow, with this marker and choice; or change them. `part`: it has a part in it now, and so it is the last of its threads."""
        ...

    def drop_thread_mark(self, account: str, room: str, root: int) -> None:
        """Follow it no longer."""
        ...

    def mention_in(self, account: str, room: str, root: int, seq: int) -> None:
        """This entry of the thread mentions somebody."""
        ...

    def mentions_in(self, account: str, room: str, root: int, after: int) -> int:
        """How many entries do, after this number."""
        ...


class ThreadsStore(Protocol):
    """The part of `api.Store`."""

    async def follow_thread(self, account: str, room: str, root: int) -> ThreadState:
        """Raises Refuse: `room.gone`, `message.gone`, `field.invalid`."""
        ...

    async def unfollow_thread(self, account: str, room: str, root: int) -> ThreadState:
        """Raises Refuse: `room.gone`, `thread.gone`."""
        ...

    async def mark_thread(self, account: str, room: str, root: int, seq: int, *, back: bool) -> ThreadState:
        """Forward only, unless `back`. A `seq` past the room's head means that. Raises Refuse: `room.gone`, `thread.gone`."""
        ...

    async def choose_in_thread(self, account: str, room: str, root: int, level: str, for_ms: int) -> ThreadState:
        """What is worth a bell there; for so many milliseconds, or until it is changed (0). Raises Refuse: `room.gone`,
        `thread.gone`."""
        ...

    async def followed_threads(self, account: str) -> list[ThreadState]:
        """Those that it follows, the one in which it had no part for longest first."""
        ...

    async def thread_of(self, room: str, seq: int) -> int:
        """The root of the thread in which this was said; 0: it was said in none."""
        ...

    async def threads(self, account: str, room: str | None, after: Place | None, limit: int) -> Sequence[ThreadCard]:
        """Of a room, or those that this account follows: where something was said last comes first."""
        ...


def state(
    room: str, root: int, mark: ThreadMark | None, row: ThreadRow | None, mentions: int, as_of: int
) -> ThreadState:
    """A thread for who has this marker in it, and is mentioned so often after that. `row`: None, where nothing was said yet."""
    if mark is None:
        return ThreadState(room=room, thread=root, as_of=as_of)
    return ThreadState(
        room=room,
        thread=root,
        following=True,
        head=row.head if row is not None else 0,
        read=mark.seq,
        unread=_unread(row, mark) if row is not None else 0,
        mentions=mentions,
        as_of=as_of,
        level=mark.level,
        until=moment(mark.until_ms) if mark.until_ms else "",
        own=mark.own,
    )


def below(row: ThreadRow, mark: ThreadMark | None, mentions: int) -> Thread:
    """A thread in short, for who has this marker in it and is mentioned so often after that."""
    told = Thread(messages=row.messages, head=row.head, at=row.at, speakers=row.speakers)
    if mark is not None:
        told.following, told.read, told.mentions = True, mark.seq, mentions
        told.unread = _unread(row, mark)
    return told


def card(room: str, root: int, thread: Thread, said: Quoted | None) -> ThreadCard:
    """The same in a list. `said`: what it hangs from; None, where that is no longer kept."""
    return ThreadCard(**asdict(thread), room=room, thread=root, root=said)


def _unread(row: ThreadRow, mark: ThreadMark) -> int:
    return row.messages - mark.ordinal
