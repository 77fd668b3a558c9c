"""The live side of every log: its newest frames, who is listening, and how one entry reaches them all.

Rule 1: only the event loop touches a Log; every mutator is a plain def, and nothing awaits between reading and writing.
Rule 2: a Log knows no accounts, rights or sockets; only outboxes.
Rule 3: encode once, join once, write once: an entry becomes one finished frame per encoding, what waits for a log
becomes one buffer of at most 32 KiB, and each member gets that buffer in one write.
Rule 4: members come and go at a known number, never inside a buffer, so nobody gets a double or a hole.
Rule 5: a reply never overtakes the entry that it speaks of.

The window: an idle log flushes at once. While a flush of a large log runs, entries wait for its end and then for a
part of what it cost; the next flush carries them all. So one message waits for nothing, and many share their writes.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from among_protocol import wire
from among_protocol.base import Entry
from among_protocol.wire import Encoding

from ..store.api import Stored
from .frames import frame

TAIL_ENTRIES = 256  # newest entries kept of a log with listeners, for who comes back after a short absence
TAIL_BYTES = 262_144  # and no more than this of their JSON
BUFFER_BYTES = 32_768  # of one joined buffer: small enough that one burst can't make a whole room lag
CHUNK = 256  # members written to before other work gets its turn
SMALL = 8  # members; a log this small needs no window


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


class Flush:
    """A flush of a large log, while it runs."""

    __slots__ = ("before", "buffers", "members", "remaining", "started")

    def __init__(self, log: "Log", before: int, buffers: dict[Encoding, bytes], started: float) -> None:
        self.before = before  # what those have whom it has not reached yet
        self.buffers = buffers
        self.remaining = {encoding: dict(log.listeners[encoding]) for encoding in buffers}  # whom it has not reached
        self.members = log.members
        self.started = started  # loop time

    def reach(self, outbox: Outbox) -> bool:
        """Take an outbox out of turn; False when it was reached before."""
        return self.remaining.get(outbox.encoding, {}).pop(outbox, None) is not None


class Log:
    """One log on this node."""

    __slots__ = ("_early", "_tail_bytes", "away", "effects", "flush", "flushed", "head", "held", "id", "joining", "listeners", "not_before", "pending", "tail", "waiting")  # fmt: skip

    def __init__(self, id: str) -> None:
        self.id = id
        self.head = -1  # newest number applied; -1: not known yet, see `known`
        self.flushed = -1  # newest number that was written, or is being written, to all who listen
        self.tail: deque[Item] = deque()  # newest entries, up to `head`
        self.pending: list[Item] = []  # those after `flushed`
        self.listeners: dict[Encoding, dict[Outbox, Callable[[bytes], None]]] = {}
        self.joining: dict[Outbox, int] = {}  # who has more than was flushed, up to a number: they listen from there
        self.away = 0  # sessions that lag: they listen again when they have read what they have
        self.flush: Flush | None = None
        self.held: list[tuple[int, Outbox, bytes]] = []  # replies that must follow their entry
        self.effects: list[tuple[int, Callable[[], None]]] = []  # what must happen after an entry was written
        self.not_before = 0.0  # loop time: the window
        self.waiting = False  # queued for a flush, or a flush runs
        self._early: list[Stored] = []  # applied while the head was not known
        self._tail_bytes = 0

    def known(self, head: int) -> None:
        """The head, as read from the store after this Log was made; entries that came meanwhile count."""
        if self.head >= 0:
            return
        early, self._early = self._early, []
        self.head = self.flushed = max(head, early[-1].event.seq if early else 0)
        if early and early[-1].event.seq == self.head:  # or the store knows of more, which the tail would lack
            for stored in early:
                self._keep(Item(stored))

    def apply(self, stored: Stored) -> bool:
        """Take the next entry; False when there is nothing to flush. Raises Hole when entries are missing before it."""
        seq = stored.event.seq
        if self.head < 0:
            self._early.append(stored)
            return False
        if seq <= self.head:
            return False
        item = Item(stored)
        if item.first > self.head + 1:
            raise Hole(self, self.head, seq)
        self.head = seq
        self._keep(item)
        self.pending.append(item)
        return True

    def _keep(self, item: Item) -> None:
        tail = self.tail
        tail.append(item)
        self._tail_bytes += len(item.json)
        while (len(tail) > TAIL_ENTRIES or self._tail_bytes > TAIL_BYTES) and tail[0].seq <= self.flushed:
            self._tail_bytes -= len(tail.popleft().json)

    def since(self, after: int) -> list[Item] | None:
        """Flushed entries after a number; None when the tail does not reach back that far."""
        if after >= self.flushed:
            return []
        if not self.tail or self.tail[0].first > after + 1:
            return None
        return [item for item in self.tail if after < item.seq <= self.flushed]

    def join(self, outbox: Outbox, after: int) -> bool:
        """Listen from `after` on: what was flushed since is written now, the rest comes live. False when the tail
        does not reach back: read from the store, and try again from there."""
        if after > self.flushed:
            self.joining[outbox] = after
            return True
        missing = self.since(after)
        if missing is None:
            return False
        if missing:
            outbox.write(b"".join([item.frame(outbox.encoding) for item in missing]))
        self.listeners.setdefault(outbox.encoding, {})[outbox] = outbox.write
        return True

    def leave(self, outbox: Outbox) -> int | None:
        """Stop listening. The newest number that this outbox was written; None when it did not listen."""
        if self.listeners.get(outbox.encoding, {}).pop(outbox, None) is None:
            return self.joining.pop(outbox, None)
        if self.flush is not None and self.flush.reach(outbox):
            return self.flush.before
        return self.flushed

    def hears(self, outbox: Outbox) -> bool:
        return outbox in self.listeners.get(outbox.encoding, ()) or outbox in self.joining

    @property
    def members(self) -> int:
        return sum(map(len, self.listeners.values()))

    def admit(self) -> None:
        """Who joined ahead of a flush listens from here on: it ended at their number."""
        for outbox, after in list(self.joining.items()):
            if after <= self.flushed:
                del self.joining[outbox]
                self.listeners.setdefault(outbox.encoding, {})[outbox] = outbox.write

    @property
    def idle(self) -> bool:
        """Whether nobody would miss this Log."""
        heard = self.waiting or self.away or self.joining or any(self.listeners.values())
        return self.head >= 0 and not heard


class Hole(Exception):
    """Entries before this one did not arrive on this node."""

    def __init__(self, log: Log, have: int, got: int) -> None:
        super().__init__(f"log {log.id}: have {have}, got {got}")


class Logs:
    """All live logs of this node, and their flushes: first come, first served."""

    def __init__(self, *, window: float, window_max: float) -> None:
        self.window = window  # part of a flush's cost that the next one waits
        self.window_max = window_max  # seconds
        self.flushes = 0  # these only ever grow, for whoever measures
        self.entries = 0
        self.large_flushes = 0  # those that go out in chunks
        self.large_flush_seconds = 0.0
        self.writes = 0
        self.deliveries = 0  # entries x members
        self.on_hole: Callable[[Log], None] = lambda log: None
        self._logs: dict[str, Log] = {}
        self._dirty: deque[Log] = deque()
        self._scheduled = False
        self._write_cost = 7e-6  # seconds per member of a large flush, smoothed

    def __iter__(self) -> Iterator[Log]:
        return iter(self._logs.values())

    def get(self, id: str) -> Log | None:
        return self._logs.get(id)

    def open(self, id: str) -> Log:
        """The Log, made if need be; its head may not be known yet."""
        log = self._logs.get(id)
        if log is None:
            log = self._logs[id] = Log(id)
        return log

    def forget(self, log: Log) -> None:
        """Drop a Log that nobody listens to."""
        if log.idle and self._logs.get(log.id) is log:
            del self._logs[log.id]

    def deliver(self, batch: Sequence[Stored]) -> None:
        """Entries were committed, in this order. Called before their authors are answered."""
        for stored in batch:
            log = self._logs.get(stored.event.log)
            if log is None:
                continue
            try:
                fresh = log.apply(stored)
            except Hole:
                self.on_hole(log)
                continue
            if fresh and not log.waiting:
                log.waiting = True
                self._dirty.append(log)
        if self._dirty and not self._scheduled:
            self._scheduled = True
            # Two turns of the loop: the authors' handlers go on in the next one, so their replies are held here by the
            # time of the flush, and leave in the same system call as their own copy.
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._flush_dirty)

    def reply_after(self, id: str, seq: int, outbox: Outbox, reply: bytes) -> None:
        """Write a reply, but not before the entry that it speaks of, where this outbox hears that log."""
        log = self._logs.get(id)
        if log is not None and log.hears(outbox):
            if seq > log.flushed:
                log.held.append((seq, outbox, reply))
                return
            if log.flush is not None and log.flush.reach(outbox):
                outbox.write(log.flush.buffers[outbox.encoding])
        outbox.write(reply)

    def after(self, id: str, seq: int, effect: Callable[[], None]) -> None:
        """Do something once the entry has been written to those who listen; at once when nobody does."""
        log = self._logs.get(id)
        if log is None or not log.waiting or seq <= log.flushed:
            effect()
        else:
            log.effects.append((seq, effect))

    def _flush_dirty(self) -> None:
        self._scheduled = False
        loop = asyncio.get_running_loop()
        now = loop.time()
        dirty, self._dirty = self._dirty, deque()
        for log in dirty:
            if log.not_before > now:
                loop.call_at(log.not_before, self._flush, log)
            else:
                self._flush(log)

    def _flush(self, log: Log) -> None:
        before = log.flushed
        items = _buffer(log.pending, min(log.joining.values()) if log.joining else None)
        log.pending = log.pending[len(items) :] if len(items) < len(log.pending) else []
        log.flushed = items[-1].seq
        buffers: dict[Encoding, bytes] = {}
        members = 0
        for encoding, listeners in log.listeners.items():
            if listeners:
                members += len(listeners)
                frames = [item.frame(encoding) for item in items]
                buffers[encoding] = b"".join(frames) if len(frames) > 1 else frames[0]
        self.flushes += 1
        self.entries += len(items)
        self.writes += members
        self.deliveries += members * len(items)
        if members > CHUNK:
            self._start(log, before, buffers)
            log.admit()
            return
        self._write(log, buffers)
        if log.joining:
            log.admit()
        if members > SMALL:
            self._finish(log, members * self._write_cost)
        elif log.effects or log.pending:
            self._finish(log, 0.0)
        else:
            log.waiting = False
            if not members:
                self.forget(log)  # all who listened have left meanwhile

    def _write(self, log: Log, buffers: dict[Encoding, bytes]) -> None:
        """A log of few members, in one go. An author gets the copy and the replies in one write."""
        held = self._due(log) if log.held else None
        for encoding, buffer in buffers.items():
            for outbox, write in list(log.listeners[encoding].items()):
                if held and outbox in held:
                    write(buffer + held.pop(outbox))
                else:
                    write(buffer)
        if held:
            for outbox, replies in held.items():
                outbox.write(replies)

    def _start(self, log: Log, before: int, buffers: dict[Encoding, bytes]) -> None:
        """A large log: in chunks, with other work between them; authors with a waiting reply come first."""
        loop = asyncio.get_running_loop()
        log.flush = flush = Flush(log, before, buffers, loop.time())
        for outbox, replies in self._due(log).items():
            outbox.write(buffers[outbox.encoding] + replies if flush.reach(outbox) else replies)
        self._chunk(log, flush)

    def _chunk(self, log: Log, flush: Flush) -> None:
        loop = asyncio.get_running_loop()
        room = CHUNK
        for encoding, members in flush.remaining.items():
            buffer = flush.buffers[encoding]
            take = min(room, len(members))
            room -= take
            for _ in range(take):
                if members:  # a write may have made one leave
                    members.popitem()[1](buffer)
        if any(flush.remaining.values()):
            loop.call_soon(self._chunk, log, flush)
        else:
            loop.call_soon(self._end, log, flush)  # the loop makes the last chunk's system calls before that

    def _end(self, log: Log, flush: Flush) -> None:
        log.flush = None
        cost = asyncio.get_running_loop().time() - flush.started
        self.large_flushes += 1
        self.large_flush_seconds += cost
        self._write_cost += (cost / flush.members - self._write_cost) * 0.1
        self._finish(log, cost)

    def _due(self, log: Log) -> dict[Outbox, bytes]:
        """The replies whose entries are going out now, joined for each outbox; they are held no longer."""
        due: dict[Outbox, bytes] = {}
        held, log.held = log.held, []
        for row in held:
            if row[0] <= log.flushed:
                due[row[1]] = due[row[1]] + row[2] if row[1] in due else row[2]
            else:
                log.held.append(row)
        return due

    def _finish(self, log: Log, cost: float) -> None:
        if cost:
            log.not_before = asyncio.get_running_loop().time() + min(cost * self.window, self.window_max)
        if log.effects:
            effects, log.effects = log.effects, []
            for seq, effect in effects:
                if seq <= log.flushed:
                    effect()
                else:
                    log.effects.append((seq, effect))
        if not log.pending:
            log.waiting = False
            self.forget(log)  # likewise
            return
        self._dirty.append(log)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._flush_dirty)


def _buffer(pending: list[Item], until: int | None) -> list[Item]:
    """As many of the waiting entries as fit one buffer, and none after the number given; at least one."""
    if len(pending) == 1:
        return pending
    size = 0
    for index, item in enumerate(pending):
        size += len(item.json)
        if index and (size > BUFFER_BYTES or (until is not None and item.seq > until)):
            return pending[:index]
    return pending
