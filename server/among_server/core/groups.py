"""Those who hear a part of a log: a group for each part, so that what nobody in it wants costs it nothing.

Rule 1: a group has one number, `given`: whatever is wanted up to there, all in it were given, and were told of what was
left out up to there. The next entry covers what follows `given`. Who has more than that is told some of it twice, as a
range, which loses nothing; who has less is told of the rest on joining. So a group is told as a whole, in all encodings,
before anybody else gets a turn.
Rule 2: whoever wants a frame of their own pays for encoding it; where an entry covers only itself, the frame is everybody's.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from among_protocol.logs import LogPassed
from among_protocol.wire import Encoding

from ..ears import Ear, all_hear, ears_of, wants
from .frames import frame

if TYPE_CHECKING:
    from .log import Flush, Item, Outbox

Listeners = dict["Outbox", Callable[[bytes], None]]
Part = tuple[Listeners, bytes]  # a buffer, and who is to get it


class Group:
    """All who hear one part of one log."""

    __slots__ = ("before", "given", "listeners")

    def __init__(self, given: int) -> None:
        self.given = given  # rule 1
        self.before = given  # what it was before the last flush
        self.listeners: dict[Encoding, Listeners] = {}

    def __bool__(self) -> bool:
        return any(self.listeners.values())


class Groups:
    """All groups of one log."""

    __slots__ = ("_groups", "_log", "ears")

    def __init__(self, log: str) -> None:
        self._log = log
        self.ears: dict[Outbox, Ear] = {}  # of all who hear a part, those who are yet to listen too
        self._groups: dict[Ear, Group] = {}

    def listeners(self) -> Iterator[tuple[Encoding, Listeners]]:
        for group in list(self._groups.values()):
            yield from group.listeners.items()

    def given(self, ear: Ear) -> int:
        """Rule 1; -1 when nobody hears this part."""
        group = self._groups.get(ear)
        return -1 if group is None else group.given

    def join(self, outbox: "Outbox", ear: Ear, after: int, missing: Sequence["Item"] = ()) -> None:
        """Listen; `missing` was flushed after the number that this outbox has."""
        given, frames = after, []
        for item in missing:
            if wants(ear, item.event):
                frames.append(item.covering(given + 1, outbox.encoding))
                given = item.seq
        group = self._groups.get(ear)
        if group is None:
            group = self._groups[ear] = Group(given)
        elif given < group.given:
            frames.append(told(outbox.encoding, self._log, given + 1, group.given))
        self.ears[outbox] = ear
        group.listeners.setdefault(outbox.encoding, {})[outbox] = outbox.write
        if frames:
            outbox.write(b"".join(frames))

    def leave(self, outbox: "Outbox", flush: "Flush | None") -> int | None:
        """The newest number that this outbox has; None when it did not listen."""
        ear = self.ears.pop(outbox, None)
        group = None if ear is None else self._groups.get(ear)
        if ear is None or group is None or group.listeners.get(outbox.encoding, {}).pop(outbox, None) is None:
            return None
        if not group:
            del self._groups[ear]
        return group.given if flush is None or flush.reach(outbox) is None else group.before

    def give(self, items: Sequence["Item"]) -> list[Part]:
        """What is flushed now: the part of each group. From here on it counts as given."""
        groups = self._groups
        wanted: dict[Ear, list[Item]] = {}
        for item in items:
            for ear in groups if all_hear(item.event) else ears_of(item.event):
                if ear in groups:
                    wanted.setdefault(ear, []).append(item)
        parts: list[Part] = []
        for ear, mine in wanted.items():
            group = groups[ear]
            for encoding, listeners in group.listeners.items():
                if listeners:
                    given, frames = group.given, []
                    for item in mine:
                        frames.append(item.covering(given + 1, encoding))
                        given = item.seq
                    parts.append((listeners, b"".join(frames)))
            group.before, group.given = group.given, mine[-1].seq
        return parts

    def catch_up(self, flushed: int) -> Iterator[int]:
        """Tell each group how far its log has come; yields how many were told, of one group after the other. Others may
        have their turn there, unless a flush begins in it: this is not for while one is under way."""
        for group in list(self._groups.values()):
            if group.given < flushed:
                given, group.given = group.given, flushed
                for encoding, listeners in group.listeners.items():
                    data = told(encoding, self._log, given + 1, flushed)
                    for write in list(listeners.values()):
                        write(data)
                yield sum(map(len, group.listeners.values()))


def passed(log: str, first: int, last: int) -> LogPassed:
    """These numbers were left out."""
    return LogPassed(log=log, seq=last, first=first if first < last else 0)


def told(encoding: Encoding, log: str, first: int, last: int) -> bytes:
    return frame(encoding, encoding.encode(passed(log, first, last)))
