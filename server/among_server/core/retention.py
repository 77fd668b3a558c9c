"""What rooms keep no longer: a task that looks once an hour for what is due, moves floors, and has the store carry away
what lies below them, step by step, while others talk.

It rests after each step for as long as the step took, and longer while writes wait, so that it is never in their way; and
the store purges what was carried away. When a server is stopped or killed meanwhile, the next one goes on with it.
"""

import asyncio
import datetime as dt
from collections.abc import Callable

import structlog

from among_protocol.base import Time
from among_protocol.codes import Refuse

from ..store.api import Store
from ..store.retention import Held
from .recounts import Recounts

SETTLE = 300.0  # seconds after the start until the first look: whoever comes back comes first
LOOK = 3_600.0  # seconds between two looks
ROOMS = 100  # looked up at once
BUSY = 9  # times as long a rest, while writes wait
LONG = 20.0  # seconds of carrying away that are told in the log
LATE_HOURS = 24  # by which the trusted time may be behind the clock before the operator is told

log = structlog.get_logger()


class Retaining:
    def __init__(
        self,
        store: Store,
        recounts: Recounts,
        tasks: set[asyncio.Task[None]],
        wall: Callable[[], int],
    ) -> None:
        self.trimmed = 0  # floors moved; these two only ever grow, for whoever measures
        self.steps = 0
        self._store = store
        self._recounts = recounts
        self._tasks = tasks
        self._wall = wall
        self._working = False
        self._looked: float | None = None  # the steady clock's seconds, as of the last look, or the start
        self._next = 0.0

    def sweep(self, now: float) -> None:
        """Every few seconds, by a steady clock."""
        if self._looked is None:
            self._looked, self._next = now, now + SETTLE
        if now >= self._next and not self._working:
            elapsed, self._looked, self._next = now - self._looked, now, now + LOOK
            self._working = True
            task = asyncio.get_running_loop().create_task(self._work(elapsed))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, elapsed: float) -> None:
        try:
            await self.look(elapsed)
        except Refuse as why:  # the disk is full, or we stop: it is looked at again
            log.info("retention.put_off", why=why.message)
        except Exception:
            log.exception("retention.failed")
        finally:
            self._working = False

    async def look(self, elapsed: float) -> None:
        """All that is due by now, in all rooms; `elapsed`: seconds since the look before. Raises Refuse."""
        store = self._store
        now = await store.trusted(int(elapsed * 1000))
        self._compare(now)
        after, steps = "", self.steps
        while True:
            rooms, after = await store.held(after, ROOMS)
            for held in rooms:
                if held.since <= now:
                    await self._trim(held, now)
            if not after:
                break
        await self._carry_away()
        if self.steps != steps:
            await store.purge()

    async def _trim(self, held: Held, now: Time) -> None:
        """What a room has too much, as often as it takes."""
        while True:
            due = await self._store.due(held, now)
            done = await self._store.trim(held, due.upto) if due.upto else None
            if done is None:
                return
            self.trimmed += 1
            self._recounts.stale(done.counted, held.room)
            if due.complete:
                return
            await asyncio.sleep(0)

    def _compare(self, now: Time) -> None:
        """Tell the operator of a clock that says something else than the steady one."""
        behind = self._wall() / 1000 - dt.datetime.fromisoformat(now).timestamp()
        if behind > LATE_HOURS * 3_600:
            advice = "look at the clock; if it is right, nothing is to be done: rooms catch up, a day in an hour"
            log.warning("retention.clock_ahead", hours=int(behind / 3_600), by=now, advice=advice)

    async def _carry_away(self) -> None:
        loop = asyncio.get_running_loop()
        after, begun = "", loop.time()
        while True:
            started = loop.time()
            step = await self._store.carry_away(after)
            if step is None:
                break
            self.steps += 1
            if step.done:
                after = step.room
            took = loop.time() - started
            await asyncio.sleep(took * (BUSY if self._store.backlog else 1))
        if loop.time() - begun > LONG:
            log.info("retention.carried_away", steps=self.steps, seconds=int(loop.time() - begun))
