"""A storm of reactions as its readers are told of it: those that wait for the same flush of a log, one behind the other, go out
as one event that covers their numbers (`reaction.changed`).

Rule 1: only what is flushed is joined. The tail and the store keep each entry, so whoever joins, comes back or reads the log
may begin at any number.
Rule 2: nothing is lost: the event says for each emoji how many react after all of it, and for everybody who changed
something whether they react with it now.
"""

from collections.abc import Sequence
from typing import Protocol

from among_protocol.base import Entry
from among_protocol.members import PersonaRef
from among_protocol.reactions import ReactionAdded, ReactionChange, ReactionRemoved, ReactionsChanged
from among_protocol.wire import Encoding

from .frames import frame
from .log import Item

_REACTIONS: frozenset[type[Entry]] = frozenset({ReactionAdded, ReactionRemoved})


class Told(Protocol):
    """What a flush writes: a frame for each encoding."""

    def frame(self, encoding: Encoding) -> bytes: ...


class Storm:
    """Some reactions, as one event."""

    __slots__ = ("event",)

    def __init__(self, run: Sequence[Item]) -> None:
        changes: dict[tuple[int, str], _Change] = {}
        for item in run:
            entry = item.event
            assert isinstance(entry, ReactionAdded | ReactionRemoved)
            if not entry.blank:
                key = (entry.message, entry.emoji)
                (changes.get(key) or changes.setdefault(key, _Change())).take(entry)
        told = [change.told(*key) for key, change in changes.items()]
        self.event = ReactionsChanged(log=run[0].event.log, seq=run[-1].seq, first=run[0].first, changes=told)

    def frame(self, encoding: Encoding) -> bytes:
        return frame(encoding, encoding.encode(self.event))


class _Change:
    """What becomes of one emoji at one message."""

    __slots__ = ("author", "count", "who")

    def __init__(self) -> None:
        self.count = 0
        self.author = ""
        self.who: dict[str, tuple[int, bool]] = {}  # by membership: revision, reacts with it now

    def take(self, entry: ReactionAdded | ReactionRemoved) -> None:
        self.count = entry.count
        if isinstance(entry, ReactionAdded):
            self.author = entry.author
        if entry.by:
            self.who[entry.by] = (entry.rev, isinstance(entry, ReactionAdded))

    def told(self, message: int, emoji: str) -> ReactionChange:
        change = ReactionChange(message=message, emoji=emoji, count=self.count, author=self.author)
        change.added = [PersonaRef(member=by, rev=rev) for by, (rev, reacts) in self.who.items() if reacts]
        change.removed = [PersonaRef(member=by, rev=rev) for by, (rev, reacts) in self.who.items() if not reacts]
        return change


def joined(items: Sequence[Item]) -> Sequence[Told]:
    """What is flushed, as it is told."""
    if len(items) < 2 or _REACTIONS.isdisjoint([item.event.__class__ for item in items]):
        return items
    told: list[Told] = []
    run: list[Item] = []
    for item in items:
        if item.event.__class__ in _REACTIONS:
            run.append(item)
        else:
            told += _short(run)
            told.append(item)
            run = []
    return told + _short(run)


def _short(run: list[Item]) -> list[Told]:
    return [Storm(run)] if len(run) > 1 else [*run]
