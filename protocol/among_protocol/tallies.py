"""How messages are reacted to, as far as somebody looks at them. Pure: what was shown and what happens come in.

1. Whatever was shown of a message is of a number of its room's log, and what comes with a later number changes it, whether it
   comes after it or has overtaken it.
2. A change says how many react from then on. It is set, never added, so what is told twice or in short does no harm.
3. Where numbers were left out, something may have changed: what was known of that room is forgotten, and to be read again.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .base import Entry, Seq
from .edits import MessageDeleted
from .happenings import Closed, Happening, Opened, Reset
from .logs import LogPassed
from .messages import Message, MessageSent
from .posts import Post, PostCard, PostDeleted, PostPublished
from .reactions import Reaction, ReactionAdded, ReactionRemoved, ReactionsChanged

MESSAGES = 5_000  # whose reactions are kept at most, of all rooms; those of the room that moved last go last


class Heard(NamedTuple):
    """The last that came of one emoji."""

    seq: Seq
    many: int  # who react with it from then on
    mine: bool | None  # None: it stays as it was
    mine_seq: Seq  # the number with which that was told


class Tally:
    """Of one message."""

    __slots__ = ("as_of", "heard", "reactions")

    def __init__(self, as_of: Seq, reactions: Iterable[Reaction] = ()) -> None:
        self.as_of = as_of  # what comes with a later number is not in it yet
        self.heard: dict[str, Heard] = {}  # by emoji: that came with later ones
        self.reactions = {one.emoji: one for one in reactions}

    def renewed(self, as_of: Seq, reactions: Iterable[Reaction]) -> "Tally":
        """As it was shown since; and what has come already, and is not in that, holds on."""
        fresh = Tally(as_of, reactions)
        for emoji, heard in self.heard.items():
            if heard.seq > as_of:
                fresh.set(heard.seq, emoji, heard.many, mine=heard.mine if heard.mine_seq > as_of else None)
        return fresh

    def set(self, seq: Seq, emoji: str, count: int, *, mine: bool | None) -> None:
        """`mine`: None where it stays as it was."""
        last = self.heard.get(emoji) if mine is None else None
        self.heard[emoji] = Heard(seq, count, mine, seq) if last is None else last._replace(seq=seq, many=count)
        before = self.reactions.pop(emoji, None)
        if count > 0:
            kept = before is not None and before.mine
            self.reactions[emoji] = Reaction(emoji=emoji, count=count, mine=kept if mine is None else mine)


class Tallies:
    """Of all messages that were shown."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[Seq, Tally]] = {}  # the room that moved last is the last one
        self._kept = 0

    def shown(self, room: str, messages: Iterable[Message | PostCard | Post], as_of: Seq) -> None:
        """These were read, as of a number of the room's log."""
        there = self._rooms.get(room, {})
        for message in messages:
            known = there.get(message.seq)
            if known is None:
                self._keep(room, message.seq, Tally(as_of, message.reactions))
            elif known.as_of <= as_of:
                self._keep(room, message.seq, known.renewed(as_of, message.reactions))

    def of(self, room: str, message: Seq) -> list[Reaction] | None:
        """The most frequent first; None where it is not known, and to be read."""
        tally = self._rooms.get(room, {}).get(message)
        return None if tally is None else sorted(tally.reactions.values(), key=lambda one: (-one.count, one.emoji))

    def apply(self, happening: Happening, me: Callable[[str], str]) -> None:
        """Follow what has arrived. `me`: the membership that I am in a room."""
        match happening:
            case ReactionsChanged():
                self._changed(happening, me(happening.log))
            case LogPassed() | Opened() | Reset() | Closed():
                self._forget(happening.log)
            case Entry():
                self._entry(happening, me)
            case _:
                pass

    def _entry(self, entry: Entry, me: Callable[[str], str]) -> None:
        if entry.first and entry.first < entry.seq:
            self._forget(entry.log)
        match entry:
            case MessageSent() | PostPublished() if entry.seq not in self._rooms.get(entry.log, {}):
                self._keep(entry.log, entry.seq, Tally(entry.seq))
            case MessageDeleted() | PostDeleted():
                message = entry.message if isinstance(entry, MessageDeleted) else entry.post
                self._keep(entry.log, message, Tally(entry.seq))
            case ReactionAdded() | ReactionRemoved() if not entry.blank:
                mine = isinstance(entry, ReactionAdded) if entry.by == me(entry.log) else None
                self._set(entry.log, entry.message, entry.seq, entry.emoji, entry.count, mine=mine)
            case _:
                pass

    def _changed(self, event: ReactionsChanged, me: str) -> None:
        for one in event.changes:
            added = any(who.member == me for who in one.added)
            removed = any(who.member == me for who in one.removed)
            mine = added if added or removed else None
            self._set(event.log, one.message, event.seq, one.emoji, one.count, mine=mine)

    def _set(self, room: str, message: Seq, seq: Seq, emoji: str, count: int, *, mine: bool | None) -> None:
        tally = self._rooms.get(room, {}).get(message)
        if tally is not None and seq > tally.as_of:
            tally.set(seq, emoji, count, mine=mine)

    def _keep(self, room: str, message: Seq, tally: Tally) -> None:
        there = self._rooms[room] = self._rooms.pop(room, {})
        self._kept += message not in there
        there[message] = tally
        while self._kept > MESSAGES:
            oldest = next(iter(self._rooms))
            self._rooms[oldest].pop(next(iter(self._rooms[oldest])))
            self._kept -= 1
            if not self._rooms[oldest]:
                del self._rooms[oldest]

    def _forget(self, room: str) -> None:
        self._kept -= len(self._rooms.pop(room, ()))
