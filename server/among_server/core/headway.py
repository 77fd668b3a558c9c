"""Headway for the writer's thread, where the loop has much to write that can wait a moment.

A commit needs the interpreter's lock ten times, and sleeps while the disk flushes. The loop, with hundreds of sockets to
write to, is never idle: by itself it would keep the lock for five milliseconds each time, and on a machine whose cores
are all busy Linux lets it keep its core for about as long when the commit wakes up. So it gives both away early. With a
core to spare nobody waits for one, and giving way costs a third of a microsecond. See docs/adr/0042.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SWITCH = 0.00001  # seconds that another thread waits for the interpreter's lock meanwhile; Python's own 5 ms otherwise


def _nothing() -> None:
    """This system has no way to ask."""


class Headway:
    """What the loop's long pieces of work have in common: `begin`, `give_way` now and then, `end`."""

    def __init__(self) -> None:
        self._under_way = 0
        self._own = sys.getswitchinterval()
        self.give_way: Callable[[], None] = getattr(os, "sched_yield", _nothing)

    def begin(self) -> None:
        self._under_way += 1
        if self._under_way == 1:
            self._own = sys.getswitchinterval()
            sys.setswitchinterval(SWITCH)

    def end(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            sys.setswitchinterval(self._own)

    @contextmanager
    def made(self) -> Iterator[None]:
        """Around what another thread works at for long: neither it nor the loop waits for the other."""
        self.begin()
        try:
            yield
        finally:
            self.end()
