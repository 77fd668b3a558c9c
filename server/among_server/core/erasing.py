"""What is left to do of those who go: a task that carries it on, step by step, while others talk.

It rests after each step for as long as the step took, so that it never has more than half of the writer; and it looks
now and then for what has come due: a grace that is over, a report that was answered. Then it has purged what was erased,
too: once a minute at most, for nobody can write meanwhile.
"""

import asyncio

import structlog

from among_protocol.codes import Refuse

from ..store.api import Store
from ..store.erasing import GRACE
from .people import People

LOOK = 60.0  # seconds between two looks for what has come due
TOLD = 20.0  # seconds of work between two lines in the log

log = structlog.get_logger()


class Erasing:
    def __init__(self, store: Store, people: People, tasks: set[asyncio.Task[None]]) -> None:
        self.steps = 0  # only ever grows, for whoever measures
        self._people = people
        self._store = store
        self._tasks = tasks
        self._working = False
        self._again = False
        self._purge = False  # the minute is over: what is erased may be purged
        self._purged_at = 0  # how many steps had been done by the last purge
        self._looked: float | None = None

    def wake(self) -> None:
        """There may be something to do."""
        self._again = True
        if not self._working:
            self._working = True
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def begun(self, account: str) -> None:
        """An account was erased: what is long is still to be done."""
        self._people.erased(account)
        self.wake()

    def sweep(self, now: float) -> None:
        """Once a minute, and at the start."""
        if self._looked is None or now - self._looked >= LOOK:
            self._looked = now
            self._purge = True
            self.wake()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        begun = told = loop.time()
        try:
            while self._again:
                self._again = False
                while True:
                    started = loop.time()
                    row = await self._store.erase_more()
                    if row is None:
                        break
                    self.steps += 1
                    if row.name.startswith(GRACE):
                        self._people.erased(row.account)
                    if loop.time() - told >= TOLD:
                        told = loop.time()
                        log.info("erasing.progress", of=row.name, steps=self.steps, seconds=int(told - begun))
                    await asyncio.sleep(loop.time() - started)
                if self._purge and self._purged_at != self.steps:
                    self._purge, done = False, self.steps
                    if await self._store.purge():
                        self._purged_at = done
        except Refuse as why:  # the disk is full, or we stop: what is left is kept, and looked at again
            log.info("erasing.put_off", why=why.message)
        except Exception:
            log.exception("erasing.failed")
        finally:
            self._working = False
