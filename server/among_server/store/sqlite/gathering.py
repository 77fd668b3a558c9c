"""When the writer's next batch begins: what it waits for, so that a commit carries more, and leaves more to others.

Rule 1: an idle writer waits for nothing: what comes is committed at once.
Rule 2: when something waits already as a batch ends, the next one begins after a rest as long as the last one worked. What
comes meanwhile shares its commit, and whoever reads or searches gets the core (docs/adr/0045).
Rule 3: in a crowd, it waits a moment for those who come back from the last batch, lest the first of them get a commit of
their own: a commit costs as much as dozens of messages.
"""

from collections.abc import Sized
from time import monotonic, sleep, thread_time

CROWD = 48  # commands in a batch, from which on those who come back are waited for
PATIENCE = 0.5  # of what the last batch took
REST = 1.0  # times what the last batch worked
LONGEST = 0.005  # seconds
GLANCE = 0.0003  # seconds between two looks at what waits


class Gathering:
    """Only the writer's thread comes here. `waiting`: what is to be written, which grows meanwhile."""

    def __init__(self, waiting: Sized) -> None:
        self._waiting = waiting
        self._began = (0.0, 0.0)  # monotonic, and of this thread
        self._count = 0  # of the last batch: commands
        self._seconds = 0.0  # that it took
        self._worked = 0.0  # seconds of the core
        self._straight = False  # something waited already when it ended

    def wait(self) -> None:
        """Before a batch."""
        if self._count >= CROWD:
            until = monotonic() + min(self._seconds * PATIENCE, LONGEST)
            while len(self._waiting) < self._count * 3 // 4 and monotonic() < until:
                sleep(GLANCE)
        elif self._straight:
            sleep(min(self._worked * REST, LONGEST))

    def begins(self) -> None:
        """A batch."""
        self._began = monotonic(), thread_time()

    def ends(self, commands: int) -> float:
        """And everybody in it is answered. Gives the seconds that it took."""
        wall, core = self._began
        self._count, self._seconds, self._worked = commands, monotonic() - wall, thread_time() - core
        self._straight = len(self._waiting) > 0
        return self._seconds
