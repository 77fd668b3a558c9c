"""Moments, as the wire writes them, and a clock that nobody sets."""

from datetime import UTC, datetime
from time import monotonic

from among_protocol.base import Time


def moment(ms: int) -> Time:
    """Unix time in milliseconds."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"


class OwnClock:
    """In milliseconds: what it was told it is, and from then on what a steady clock says has passed."""

    def __init__(self, ms: int) -> None:
        self._ms, self._since = ms, monotonic()

    @property
    def now_ms(self) -> int:
        return self._ms + int((monotonic() - self._since) * 1000)
