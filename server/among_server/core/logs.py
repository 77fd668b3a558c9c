"""How an entry reaches all who listen to its log: the flushes of all live logs of this node.

Rule 1: encode once, join once, write once: an entry becomes one finished frame per encoding, what waits for a log
becomes one buffer of at most 32 KiB, and each member gets that buffer in one write. A storm of reactions is told in short.
Rule 2: members come and go at a known number, never inside a buffer, so nobody gets a double or a hole.
Rule 3: a reply never overtakes the entry that it speaks of.
Rule 4: a large log is written to in chunks; where others have something to say, they get their turn often, and the
writer's thread goes before the next chunk.

The window: an idle log flushes at once. While a flush of a large log runs, entries wait for its end and then for a
part of what it cost; the next flush carries them all. So one message waits for nothing, and many share their writes. As soon as
as many have gathered as do of late there is nobody left to wait for (`docs/adr/0048-when-all-are-there-nobody-waits.md`).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from ..store.rows import Stored
from .groups import Part
from .headway import Headway
from .log import Flush, Hole, Item, Log, Outbox
from .storms import joined

BUFFER_BYTES = 32_768  # of one joined buffer: small enough that one burst can't make a whole room lag
CHUNK = 128  # members written to before other work gets its turn
SHARED_CHUNK = 8  # the same, while other logs have something to say too
SHARED = 0.05  # seconds that they are expected to go on for
SMALL = 8  # members; a log this small needs no window


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
        self.write_cost = 7e-6  # seconds per member of a large flush, smoothed
        self._others = 0.0  # loop time until which large logs share
        self.headway = Headway()

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
            elif log.gathering is not None and len(log.pending) >= log.crowd:
                log.gathering.cancel()
                log.gathering = None
                self._dirty.append(log)
        if self._dirty and not self._scheduled:
            self._scheduled = True
            # Two turns of the loop: the authors' handlers go on in the next one, and their replies leave with their copy.
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._flush_dirty)

    def reply_after(self, id: str, seq: int, outbox: Outbox, reply: bytes) -> None:
        """Write a reply, but not before the entry that it speaks of, where this outbox hears that log; nor before nobody
        is written any more what that entry has deleted."""
        log = self._logs.get(id)
        if log is not None and (log.stale or log.hears(outbox)):
            if seq > log.flushed:
                log.held.append((seq, outbox, reply))
                return
            if log.flush is not None and (copy := log.flush.reach(outbox)) is not None:
                outbox.write(copy)
        outbox.write(reply)

    def after(self, id: str, seq: int, effect: Callable[[], None]) -> None:
        """Do something once the entry has been written to those who listen; at once when nobody does."""
        log = self._logs.get(id)
        if log is None or not log.waiting or seq <= log.flushed:
            effect()
        else:
            log.effects.append((seq, effect))

    async def catch_up(self) -> None:
        """Tell all who hear a part of a log how far it has come, where that was left out: what they would otherwise
        have to be told of when they come back. Others get their turn meanwhile."""
        told = 0
        for log in list(self._logs.values()):
            for few in log.apart.catch_up(log.flushed) if log.apart is not None and log.flush is None else ():
                told += few
                if told >= SHARED_CHUNK:
                    told = 0
                    await asyncio.sleep(0)
                    if log.flush is not None:
                        break

    def _flush_dirty(self) -> None:
        self._scheduled = False
        now = (loop := asyncio.get_running_loop()).time()
        dirty, self._dirty = self._dirty, deque()
        for log in dirty:
            if log.not_before > now and len(log.pending) < log.crowd:
                log.gathering = loop.call_at(log.not_before, self._flush_in_time, log)
            else:
                self._flush(log, now)

    def _flush_in_time(self, log: Log) -> None:
        log.gathering = None
        self._flush(log, asyncio.get_running_loop().time())

    def _flush(self, log: Log, now: float) -> None:
        before = log.flushed
        items = _buffer(log.pending, min(log.joining.values()) if log.joining else None)
        log.pending = log.pending[len(items) :] if len(items) < len(log.pending) else []
        log.flushed = items[-1].seq
        log.crowd = max(len(items), log.crowd - 1)
        told = joined(items)
        parts: list[Part] = []
        members = 0
        for encoding, listeners in log.listeners.items():
            if listeners:
                members += len(listeners)
                frames = [one.frame(encoding) for one in told]
                parts.append((listeners, b"".join(frames) if len(frames) > 1 else frames[0]))
        self.flushes += 1
        self.entries += len(items)
        self.deliveries += members * len(items)
        if log.apart is not None:
            few = log.apart.give(items)
            members += sum(len(listeners) for listeners, _ in few)
            parts += few
        self.writes += members
        if members > CHUNK:
            self._start(log, before, parts)
            log.admit()
            return
        self._others = now + SHARED
        self._write(log, parts)
        if log.joining:
            log.admit()
        if members > SMALL:
            self._finish(log, members * self.write_cost)
        elif log.effects or log.pending:
            self._finish(log, 0.0)
        else:
            log.waiting = False
            if not members:
                self.forget(log)  # all who listened have left meanwhile

    def _write(self, log: Log, parts: list[Part]) -> None:
        """A log of few members, in one go. An author gets the copy and the replies in one write."""
        held = self._due(log) if log.held else None
        for listeners, buffer in parts:
            for outbox, write in list(listeners.items()):
                if held and outbox in held:
                    write(buffer + held.pop(outbox))
                else:
                    write(buffer)
        if held:
            for outbox, replies in held.items():
                outbox.write(replies)

    def _start(self, log: Log, before: int, parts: list[Part]) -> None:
        """A large log: in chunks, with other work between them; authors with a waiting reply come first."""
        loop = asyncio.get_running_loop()
        log.flush = flush = Flush(before, parts, loop.time())
        self.headway.begin()
        for outbox, replies in self._due(log).items():
            copy = flush.reach(outbox)
            outbox.write(replies if copy is None else copy + replies)
        self._chunk(log, flush)

    def _chunk(self, log: Log, flush: Flush) -> None:
        loop = asyncio.get_running_loop()
        self.headway.give_way()
        room = SHARED_CHUNK if loop.time() < self._others else CHUNK
        for members, buffer in flush.remaining:
            take = min(room, len(members))
            room -= take
            for _ in range(take):
                if members:  # a write may have made one leave
                    members.popitem()[1](buffer)
        if any(members for members, _ in flush.remaining):
            loop.call_soon(self._chunk, log, flush)
        else:
            loop.call_soon(self._end, log, flush)  # the loop makes the last chunk's system calls before that

    def _end(self, log: Log, flush: Flush) -> None:
        log.flush = None
        self.headway.end()
        cost = asyncio.get_running_loop().time() - flush.started
        self.large_flushes += 1
        self.large_flush_seconds += cost
        self.write_cost += (cost / flush.members - self.write_cost) * 0.1
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
