"""The live side of one log: its newest frames, and who is listening.

Rule 1: only the event loop touches a Log; every mutator is a plain def, and nothing awaits between reading and writing.
Rule 2: a Log knows no accounts, rights or sockets; only outboxes.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec.structs import replace

from among_protocol import wire
from among_protocol.base import Entry
from among_protocol.retention import RoomTrimmed
from among_protocol.wire import Encoding

from ..ears import WHOLE, Ear, wants
from ..store.rows import Stored
from .frames import frame
from .groups import Groups, Listeners, Part

TAIL_ENTRIES = 256  # newest entries kept of a log with listeners, for who comes back after a short absence
TAIL_BYTES = 262_144  # and no more than this of their JSON


class Outbox(Protocol):
    """A connection, as a log sees it."""

    encoding: Encoding
    write: Callable[[bytes], None]  # takes finished frames, never blocks


class Item:
    """An entry in the tail, with the frames that were needed so far."""

    __slots__ = ("_json", "_msgpack", "event", "first", "json", "seq")

    def __init__(self, stored: Stored) -> None:
        self.event: Entry = stored.event
        self.json = stored.json
        self.seq = stored.event.seq
        self.first = stored.event.first or self.seq  # the first number that it covers
        self._json: bytes | None = None
        self._msgpack: bytes | None = None

    def frame(self, encoding: Encoding) -> bytes:
        if encoding is wire.JSON:
            if self._json is None:
                self._json = frame(encoding, self.json)
            return self._json
        if self._msgpack is None:
            self._msgpack = frame(encoding, encoding.encode(self.event))
        return self._msgpack

    def become(self, stored: Stored) -> None:
        """It was blanked."""
        self.event, self.json = stored.event, stored.json
        self._json = self._msgpack = None

    def covering(self, first: int, encoding: Encoding) -> bytes:
        """The frame for those who were given nothing from a number on."""
        if first >= self.first:
            return self.frame(encoding)
        return frame(encoding, encoding.encode(replace(self.event, first=first)))


class Flush:
    """A flush of a large log, while it runs."""

    __slots__ = ("before", "members", "remaining", "stale", "started")

    def __init__(self, before: int, parts: list[Part], started: float) -> None:
        self.before = before  # what those have whom it has not reached yet
        self.remaining = [(dict(listeners), buffer) for listeners, buffer in parts]  # whom it has not reached
        self.members = sum(len(listeners) for listeners, _ in parts)
        self.stale = False  # what is being written holds an entry that has been blanked since
        self.started = started  # loop time

    def reach(self, outbox: Outbox) -> bytes | None:
        """Take an outbox out of turn: what it is to be written; None when it was reached before."""
        for listeners, buffer in self.remaining:
            if listeners.pop(outbox, None) is not None:
                return buffer
        return None


class Log:
    """One log on this node."""

    __slots__ = ("_early", "_tail_bytes", "apart", "away", "crowd", "effects", "flush", "flushed", "gathering", "head", "held", "id", "joining", "listeners", "not_before", "pending", "tail", "waiting")  # fmt: skip

    def __init__(self, id: str) -> None:
        self.id = id
        self.head = -1  # newest number applied; -1: not known yet, see `known`
        self.flushed = -1  # newest number that was written, or is being written, to all who listen
        self.tail: deque[Item] = deque()  # newest entries, up to `head`
        self.pending: list[Item] = []  # those after `flushed`
        self.listeners: dict[Encoding, Listeners] = {}  # to all of it
        self.apart: Groups | None = None  # those who hear a part of it; None: nobody does
        self.joining: dict[Outbox, int] = {}  # who has more than was flushed, up to a number: they listen from there
        self.away = 0  # sessions that lag: they listen again when they have read what they have
        self.flush: Flush | None = None
        self.held: list[tuple[int, Outbox, bytes]] = []  # replies that must follow their entry
        self.effects: list[tuple[int, Callable[[], None]]] = []  # what must happen after an entry was written
        self.not_before = 0.0  # loop time: the window
        self.gathering: asyncio.TimerHandle | None = None  # it goes on as long
        self.crowd = 0  # entries, as many as gather here of late
        self.waiting = False  # queued for a flush, or a flush runs
        self._early: dict[int, Stored] = {}  # applied while the head was not known
        self._tail_bytes = 0

    def known(self, head: int) -> None:
        """The head, as read from the store after this Log was made; entries that came meanwhile count."""
        if self.head >= 0:
            return
        early, self._early = self._early, {}
        self.head = self.flushed = max(head, *early, 0)
        newest: list[Item] = []  # without a hole: an older one may be there that was blanked
        for seq in sorted(early):
            item = Item(early[seq])
            if newest and item.first > newest[-1].seq + 1:
                newest.clear()
            newest.append(item)
        if newest and newest[-1].seq == self.head:  # or the store knows of more, which the tail would lack
            for item in newest:
                self._keep(item)

    def apply(self, stored: Stored) -> bool:
        """Take the next entry; False when there is nothing to flush. Raises Hole when entries are missing before it."""
        seq = stored.event.seq
        if self.head < 0:
            self._early[seq] = stored
            return False
        if seq <= self.head:
            self._again(stored)
            return False
        item = Item(stored)
        if item.first > self.head + 1:
            raise Hole(self, self.head, seq)
        self.head = seq
        self._keep(item)
        self.pending.append(item)
        return True

    def _again(self, stored: Stored) -> None:
        """It was blanked, or says less now. Nobody is written the old one from here on, but for who is in the middle of a flush: see `stale`."""
        seq = stored.event.seq
        for item in self.tail:
            if item.seq == seq:
                self._tail_bytes += len(stored.json) - len(item.json)
                item.become(stored)
        if self.flush is not None and self.flush.before < seq <= self.flushed:
            self.flush.stale = True

    @property
    def stale(self) -> bool:
        """Whether the text of an entry that was blanked is still on its way to somebody."""
        return self.flush is not None and self.flush.stale

    def _keep(self, item: Item) -> None:
        tail = self.tail
        tail.append(item)
        self._tail_bytes += len(item.json)
        while (len(tail) > TAIL_ENTRIES or self._tail_bytes > TAIL_BYTES) and tail[0].seq <= self.flushed:
            self._tail_bytes -= len(tail.popleft().json)
        if type(item.event) is RoomTrimmed:
            self._trim(item.event.floor)

    def _trim(self, floor: int) -> None:
        """What is no longer kept is given to nobody who comes back; what is not flushed yet goes out as it came."""
        tail = self.tail
        while tail and tail[0].seq <= min(floor, self.flushed):
            self._tail_bytes -= len(tail.popleft().json)

    def since(self, after: int) -> list[Item] | None:
        """Flushed entries after a number; None when the tail does not reach back that far."""
        if after >= self.flushed:
            return []
        if not self.tail or self.tail[0].first > after + 1:
            return None
        return [item for item in self.tail if after < item.seq <= self.flushed]

    def join(self, outbox: Outbox, after: int, ear: Ear = WHOLE) -> bool:
        """Listen from `after` on: what was flushed since is written now, the rest comes live. False when the tail
        does not reach back: read from the store, and try again from there."""
        if after > self.flushed:
            self.joining[outbox] = after
            if ear:
                self._groups().ears[outbox] = ear
            return True
        missing = self.since(after)
        if missing is None:
            return False
        if ear:
            self._groups().join(outbox, ear, after, missing)
            return True
        if missing:
            outbox.write(b"".join([item.frame(outbox.encoding) for item in missing]))
        self.listeners.setdefault(outbox.encoding, {})[outbox] = outbox.write
        return True

    def _groups(self) -> Groups:
        if self.apart is None:
            self.apart = Groups(self.id)
        return self.apart

    def leave(self, outbox: Outbox) -> int | None:
        """Stop listening. The newest number that this outbox was written; None when it did not listen."""
        if self.listeners.get(outbox.encoding, {}).pop(outbox, None) is not None:
            if self.flush is not None and self.flush.reach(outbox) is not None:
                return self.flush.before
            return self.flushed
        had = self.joining.pop(outbox, None)
        if self.apart is not None:
            given = self.apart.leave(outbox, self.flush)
            had = given if had is None else had
            if not self.apart.ears:
                self.apart = None
        return had

    def hears(self, outbox: Outbox) -> bool:
        return (
            outbox in self.listeners.get(outbox.encoding, ())
            or outbox in self.joining
            or (self.apart is not None and outbox in self.apart.ears)
        )

    def quiet(self, after: int, ear: Ear) -> bool:
        """Whether one may listen from a number on, and need not be told of anything that was flushed after it."""
        missing = self.since(after)
        if missing is None or (self.apart is not None and self.apart.given(ear) > after):
            return False
        return not any(wants(ear, item.event) for item in missing)

    def everybody(self) -> Iterator[tuple[Encoding, Listeners]]:
        """All who hear any of it."""
        yield from self.listeners.items()
        if self.apart is not None:
            yield from self.apart.listeners()

    @property
    def members(self) -> int:
        return sum(map(len, self.listeners.values())) + (len(self.apart.ears) if self.apart is not None else 0)

    def admit(self) -> None:
        """Who joined ahead of a flush listens from here on: it ended at their number."""
        for outbox, after in list(self.joining.items()):
            if after <= self.flushed:
                del self.joining[outbox]
                ear = self.apart.ears.get(outbox, WHOLE) if self.apart is not None else WHOLE
                if ear:
                    self._groups().join(outbox, ear, after)
                else:
                    self.listeners.setdefault(outbox.encoding, {})[outbox] = outbox.write

    @property
    def idle(self) -> bool:
        """Whether nobody would miss this Log."""
        return not (self.waiting or self.away or self.joining or self.apart is not None or any(self.listeners.values()))


class Hole(Exception):
    """Entries before this one did not arrive on this node."""

    def __init__(self, log: Log, have: int, got: int) -> None:
        super().__init__(f"log {log.id}: have {have}, got {got}")
