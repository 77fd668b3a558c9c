"""How fast that is done which can wait, beside a server whose people can't: in small pieces, with a rest after each.

What competes is the disk, which takes flushes one after the other, and the core. So a rest is a multiple of what the piece
took, and a slow or busy disk is left alone for longer; no more is written in a second than any disk takes easily; and the
pieces are done aside, by a thread that gets a core when nobody else wants it.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")

REST = 4.0  # of the time that the piece took
RATE = 8e6  # bytes a second that are written at most
PATIENCE = 10.0  # seconds for which a core is waited for, before what was got for it counts
SHARE = 20.0  # seconds that are waited for one second of a core, at most
HEARD = 0.5  # seconds after which a signal is heard at the latest, that came just before it was waited


class Turns(NamedTuple):
    """What a thread has had of the cores, in seconds."""

    ran: float
    waited: float  # ready to run, while others did


def starves(turns: Turns) -> bool:
    """Whether what gives way would not be done in any time: somebody always wants the core."""
    return turns.waited > PATIENCE + SHARE * turns.ran


def turns_of(thread: int) -> Turns:
    """By the system's number of the thread; nothing where the system does not tell."""
    with contextlib.suppress(OSError, ValueError):
        ran, waited, _ = Path(f"/proc/self/task/{thread}/schedstat").read_text("ascii").split()
        return Turns(int(ran) / 1e9, int(waited) / 1e9)
    return Turns(0.0, 0.0)


def give_way() -> None:
    """This thread: who wants the core gets it at once. There is no way back, but for administrators."""
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except (AttributeError, OSError):  # only Linux has it, and some containers forbid it
        os.nice(19)  # elsewhere of the whole process


def _nobody_cares() -> None:
    pass


def _done_by(pool: ThreadPoolExecutor, work: Callable[[], T], called_away: Callable[[], None]) -> T:
    """`called_away`: told when a signal ends the wait before the work is done. The work is over all the same when this is:
    nobody closes a file under it."""
    done = None
    try:
        done = pool.submit(work)
        while not wait([done], HEARD).done:
            pass
        return done.result()
    except BaseException:  # or it failed, and hears of it no more
        called_away()
        raise
    finally:
        wait([done] if done is not None else [])


class Aside:
    """A thread that gives way, until that starves it: then whoever asks does the work, as anybody would."""

    def __init__(self, turns: Callable[[int], Turns] = turns_of) -> None:
        self.over = False  # it starved
        self._turns = turns
        self._thread = 0  # the system's number
        self._pool = ThreadPoolExecutor(1, initializer=self._begin)

    def _begin(self) -> None:
        self._thread = threading.get_native_id()
        give_way()

    def do(self, work: Callable[[], T], called_away: Callable[[], None] = _nobody_cares) -> T:
        if self.over:
            return work()
        try:
            return _done_by(self._pool, work, called_away)
        finally:
            self.look()

    def look(self) -> bool:
        """Whether it is over. In the midst of long work, too."""
        self.over = self.over or starves(self._turns(self._thread))
        return self.over


class Pace:
    """`fast`: there is no rest. `aside`: who does the pieces, if not the caller."""

    def __init__(
        self,
        *,
        fast: bool = False,
        aside: Aside | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fast = fast
        self._aside = aside
        self._clock = clock
        self._sleep = sleep
        self._since = clock()

    def begin(self) -> None:
        """What came before counts for no piece."""
        self._since = self._clock()

    def do(self, piece: Callable[[], T]) -> T:
        return self._aside.do(piece) if self._aside is not None else piece()

    def rest(self, written: int = 0) -> None:
        """After a piece, in which so many bytes were written."""
        if not self._fast:
            took = self._clock() - self._since
            self._sleep(max(took * REST, written / RATE - took))
        self.begin()

    def do_all(self, long: Callable[[Callable[[], bool]], T | None]) -> T:
        """What can't be cut in pieces, but calls what it is given now and then, and gives nothing when that said to stop:
        it is begun anew then, by whoever may. Never by who asks, who hears the signals: one that came while SQLite calls
        would be lost in there."""
        aside = self._aside if self._aside is not None and not self._aside.over else None
        left = threading.Event()  # nobody waits for it any more

        def between() -> bool:
            self.rest()
            return left.is_set() or (aside is not None and aside.look())

        work = partial(long, between)
        if aside is not None:
            done = aside.do(work, left.set)
        else:
            with ThreadPoolExecutor(1) as pool:
                done = _done_by(pool, work, left.set)
        return done if done is not None else self.do_all(long)
