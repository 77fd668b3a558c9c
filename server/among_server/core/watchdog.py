"""The watchdog: notices when the loop has not come round for a while, and says what it was doing.

The loop leaves a mark ten times a second; a thread looks at it as often. When the mark is old, the stack of the loop's
thread says which command is under way and where it stands: places, never values. That costs the message path nothing.
One line for each stall, another when it has become long, and no more than a few in a minute.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from pathlib import PurePath
from time import monotonic
from types import FrameType

import structlog

from among_protocol.wire import tag_of

from ..counts import Histogram

log = structlog.get_logger()

TICK = 0.1  # seconds between two marks
STALL = 0.2  # seconds late: worth a warning
LONG = 1.0  # seconds late: an error
LINES = 6  # in a minute
DEPTH = 5  # places of the stack that are told

_STEP = "Running.step"  # of core/dispatch: what runs every handler
_OUTSIDE = ("asyncio/runners.py", "asyncio/base_events.py")  # beyond these, it is the loop itself


class Watchdog:
    """Of one loop. `lag` is how late its marks were."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.lag = Histogram(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)  # seconds
        self.stalls = 0  # more than STALL
        self._loop = loop
        self._mark = 0.0  # monotonic: when the loop last came round
        self._told = 0  # lines about the stall under way
        self._lines: list[float] = []  # when the last ones were written
        self._unsaid = 0  # stalls without a line since
        self._timer: asyncio.TimerHandle | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="among-watchdog", daemon=True)
        self._watched = 0  # the loop's thread

    def start(self) -> None:
        """On the loop."""
        self._watched = threading.get_ident()
        self._mark = monotonic()
        self._timer = self._loop.call_later(TICK, self._tick)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._timer is not None:
            self._timer.cancel()
            self._thread.join()

    def _tick(self) -> None:
        now = monotonic()
        late = max(0.0, now - self._mark - TICK)
        self.lag.add(late)
        if late > STALL:
            self.stalls += 1
        self._mark = now
        self._told = 0
        self._timer = self._loop.call_later(TICK, self._tick)

    # --- on the thread
    def _watch(self) -> None:
        while not self._over.wait(TICK):
            mark = self._mark
            late = monotonic() - mark - TICK
            if late < STALL or self._told == 2 or (self._told and late < LONG):
                continue
            frame = sys._current_frames().get(self._watched)  # noqa: SLF001  # the only way, and documented
            if frame is None or self._mark != mark:
                continue
            self._told = 2 if late >= LONG else 1
            command, at = told(frame)
            del frame  # it holds what people said
            self._say(late, command, at)

    def _say(self, late: float, command: str, at: list[str]) -> None:
        now = monotonic()
        self._lines = [line for line in self._lines if now - line < 60]
        if len(self._lines) >= LINES:
            self._unsaid += 1
            return
        self._lines.append(now)
        say: Callable[..., object] = log.error if late >= LONG else log.warning
        say("loop.stalled", ms=int(late * 1000), command=command, at=at, unsaid=self._unsaid)
        self._unsaid = 0


def told(frame: FrameType) -> tuple[str, list[str]]:
    """The command under way, and where it stands, innermost first. Both empty when the loop waits: then it was the
    process that did not run, because the machine was busy or it was stopped."""
    command = ""
    at: list[str] = []
    here: FrameType | None = frame
    while here is not None:
        file = here.f_code.co_filename
        if file.endswith(_OUTSIDE):
            break
        if len(at) < DEPTH:
            at.append(f"{'/'.join(PurePath(file).parts[-2:])}:{here.f_lineno} {here.f_code.co_name}")
        if here.f_code.co_qualname == _STEP:
            command = tag_of(type(here.f_locals["self"].command))
        here = here.f_back
    if here is frame or (at and at[0].split(":")[0].endswith("selectors.py")):
        return "", []
    return command, at
