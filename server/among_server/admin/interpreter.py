"""How the interpreter was built. One that was built without profile-guided optimisation runs the server a third slower.

Rules: what the build says of itself is believed. Not every build says it (Debian's does not, and is optimised), so where
nothing is said, Python's own work is timed against SQLite's: both are interpreters in C, so that how fast the machine is,
and how well it runs such programs, cancels out, and SQLite is the system's, whoever built Python.
"""

import sqlite3
import statistics
import sysconfig
import time
from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

SAID = ("--enable-optimizations", "--with-pydebug")  # what configure was told; the second undoes the first
# Python's time over SQLite's. Measured: 0.58 to 0.78 for Debian's 3.11, 1.05 to 1.41 for 3.11 to 3.13 built without.
SLOW = 0.9
ROUNDS = 60  # of a millisecond each, both in each: a machine that others use is slow for both


class Built(NamedTuple):
    options: str  # that the build was configured with; empty: not known
    times: float  # the time of Python's work over that of SQLite's, here and now

    @property
    def said(self) -> bool:
        """It says itself that it was optimised."""
        return SAID[0] in self.options and SAID[1] not in self.options

    @property
    def slow(self) -> bool:
        return not self.said and self.times >= SLOW


def built() -> Built:
    """Of the interpreter that runs this. Takes a tenth of a second."""
    return Built(str(sysconfig.get_config_var("CONFIG_ARGS") or ""), round(timed(), 2))


def timed(clock: Callable[[], float] = time.perf_counter) -> float:
    """The time that a piece of Python takes, over the time that a piece of SQL takes right after it: the median."""
    ratios = []
    with closing(sqlite3.connect(":memory:")) as db:
        for _ in range(ROUNDS):
            at = clock()
            _python()
            between = clock()
            db.execute(_SQL).fetchone()
            ratios.append((between - at) / (clock() - between))
    return statistics.median(ratios)


class _Thing:
    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def get(self) -> int:
        return self.number


def _python() -> int:
    total = 0
    for number in range(3_000):
        total += _Thing(number).get()
    return total


_SQL = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000) SELECT sum(x & 255) FROM n"
