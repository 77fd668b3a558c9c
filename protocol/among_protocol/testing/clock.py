"""The time of a test server: it stands still until a test moves it, or it runs."""

import datetime as dt
import time

from ..base import Time

START = dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def unix_ms(at: Time) -> int:
    """A moment, as Unix time in milliseconds."""
    return (dt.datetime.fromisoformat(at) - EPOCH) // dt.timedelta(milliseconds=1)


class Clock:
    """`Clock()` stands still, so that a test sees the same times whenever it runs; `Clock(running=True)` goes on by
    itself. Both can be moved forward."""

    def __init__(self, start: dt.datetime = START, *, running: bool = False) -> None:
        self._start = start
        self._since = time.monotonic() if running else None
        self._moved = 0.0

    def now(self) -> float:
        """Seconds since it was made."""
        return self._moved + (0.0 if self._since is None else time.monotonic() - self._since)

    def advance(self, seconds: float) -> None:
        """So much time passes at once."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._moved += seconds

    def time(self, later: float = 0.0) -> Time:
        """The moment, or one so many seconds later, as it is written on the wire."""
        at = self._start + dt.timedelta(seconds=self.now() + later)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
