"""The threads that one follows, as known now. Pure: from what a sync states, entries and `thread.changed` move it on, by the
rules that threads.py says.

Entries and `thread.changed` may overtake each other, and say themselves which comes after which: what was said later than
an event tells of is carried out again after it. That one has left a room is an entry of one's own log, and may come late as
well: a thread of which one was told when that entry was known to be there is one that is followed since.
"""

from collections import deque
from collections.abc import Collection, Iterable
from copy import copy
from typing import NamedTuple

from msgspec.structs import replace

from .base import THREADS
from .edits import MessageEdited
from .messages import MessageSent
from .threads import ThreadChanged, ThreadState, changed

Named = tuple[str, int]  # a thread: its room, and the number of its root

RECENT = 10_000  # entries, of all threads, that are remembered for an event that they overtake


class _Heard(NamedTuple):
    """What an entry means for whoever hears it."""

    thread: Named
    seq: int
    mine: bool  # I said it
    called: bool  # it mentions me, and that counts
    about_me: bool  # it begins the thread of something that I said, and I neither block nor mute who did
    message: bool  # and no edit of one


class Following(dict[Named, ThreadState]):
    """The one in which one had no part for longest comes first."""

    def __init__(self) -> None:
        super().__init__()
        self._recent: deque[_Heard] = deque(maxlen=RECENT)
        self._ended: dict[Named, int] = {}  # threads that one has unfollowed: as of this number of the room
        self._since: dict[Named, int] = {}  # how far one's own log was known to go when it was told of

    def stated(self, states: Iterable[ThreadState]) -> None:
        """As the server states it."""
        self.clear()
        self._recent.clear()
        self._ended.clear()
        self._since.clear()
        self.update({(state.room, state.thread): copy(state) for state in states})

    def said(self, sent: MessageSent, me: str, *, mentioned: bool, shunned: bool = False) -> None:
        """Something new was said in a thread. `me`: who I am there. `mentioned`: it mentions me, and that counts. `shunned`: I
        block or mute who said it."""
        thread, mine = (sent.log, sent.thread), sent.by == me
        about_me = bool(me) and sent.root_by == me and not mine and not shunned
        self._hear(_Heard(thread, sent.seq, mine, mentioned, about_me, message=True))

    def edited(self, edit: MessageEdited) -> None:
        """What was said in a thread mentions me from now on, and that counts."""
        thread = (edit.log, edit.thread)
        self._hear(_Heard(thread, edit.seq, mine=False, called=True, about_me=False, message=False))

    def changed(self, event: ThreadChanged, since: int = 0) -> None:
        """Here, or on another device of mine. `since`: how far my own log is known to go by now."""
        thread = (event.room, event.thread)
        _remember(self._since, thread, since)
        state = ThreadState(**{name: getattr(event, name) for name in ThreadState.__struct_fields__})
        self._ended.pop(thread, None)
        if not event.following:
            self.pop(thread, None)
            _remember(self._ended, thread, event.as_of)
        elif event.part or thread not in self:
            self._part(state)
        else:
            self[thread] = state
        for heard in [one for one in self._recent if one.thread == thread and one.seq > event.as_of]:
            self._apply(heard)

    def answered(self, state: ThreadState, *, part: bool = False, since: int = 0) -> None:
        """The answer to what I asked myself. `part`: to `thread.follow`. `since`: as with `changed`."""
        self.changed(changed(state, part=part), since)

    def chose(self, thread: Named, level: str, until: str) -> None:
        """The answer to what I chose myself as worth a bell in a thread that I follow."""
        if thread in self:
            self[thread] = replace(self[thread], level=level, until=until, own=True)

    def ended(self, rooms: Iterable[str], by: int = 0) -> None:
        """Who no longer follows a room follows none of its threads. `by`: so says this entry of my own log."""
        gone = set(rooms)
        for one in [one for one in self if one[0] in gone]:
            if not by or self._since.get(one, 0) < by:
                del self[one]

    def begins(self, room: str, at: int) -> None:
        """One follows the room from this number on, and may have heard more of it already: who paused meanwhile."""
        for heard in [one for one in self._recent if one.thread[0] == room and one.seq > at]:
            self._hear_again(heard)

    def trimmed(self, room: str, floor: int, pins: Collection[int] = ()) -> None:
        """Nothing is kept of this room up to this number but these: what was said no later in a thread is gone, and then the
        thread, unless its root stays."""
        for thread, state in [(one, self[one]) for one in self if one[0] == room]:
            if max(state.head, state.thread) <= floor and state.thread not in pins:
                del self[thread]

    def _hear(self, heard: _Heard) -> None:
        self._recent.append(heard)
        self._hear_again(heard)

    def _hear_again(self, heard: _Heard) -> None:
        before = self.get(heard.thread)
        if heard.seq > (before.as_of if before is not None else self._ended.get(heard.thread, 0)):
            self._apply(heard)

    def _apply(self, heard: _Heard) -> None:
        room, root = heard.thread
        before, part = self.get(heard.thread), heard.mine or heard.called or heard.about_me
        if before is None and not part:
            return
        now = (
            copy(before)
            if before is not None
            else ThreadState(room=room, thread=root, following=True, read=heard.seq - 1)
        )
        now.as_of = heard.seq
        now.head = heard.seq if heard.message else now.head
        if heard.mine:
            now.read, now.unread, now.mentions, now.own = heard.seq, 0, 0, True
        else:
            now.unread += heard.message
            now.mentions += heard.called
        if part:
            self._part(now)
        else:
            self[heard.thread] = now

    def _part(self, state: ThreadState) -> None:
        self.pop((state.room, state.thread), None)
        self[state.room, state.thread] = state
        while len(self) > THREADS:
            del self[next((one for one, known in self.items() if not known.own), next(iter(self)))]


def _remember(numbers: dict[Named, int], thread: Named, number: int) -> None:
    """Of so many threads at most; the oldest go first."""
    numbers.pop(thread, None)
    numbers[thread] = number
    while len(numbers) > RECENT:
        del numbers[next(iter(numbers))]
