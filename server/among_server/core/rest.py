"""Whether somebody who is here is not to be disturbed by the clock, for presence: worked out once for all places that they
are in, and not again before it may change."""

from datetime import UTC, datetime, timedelta

from among_protocol.dnd import Dnd, changes_at, is_on

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = 1 << 62  # milliseconds


class Rest:
    """Of one account. Only what others are shown is looked at."""

    __slots__ = ("_begins", "_dnd", "_ends", "_on")

    def __init__(self, dnd: Dnd | None) -> None:
        self._dnd = dnd if dnd is not None and dnd.shown and dnd.times else None
        self._begins = self._ends = 0  # Unix time in ms between which it is known
        self._on = False

    def at(self, now_ms: int) -> tuple[bool, int]:
        """Whether it is on, and when that may change: Unix time in milliseconds; 0: never."""
        if self._dnd is None:
            return False, 0
        if not self._begins <= now_ms < self._ends:
            moment = EPOCH + timedelta(milliseconds=now_ms)
            change = changes_at(self._dnd, moment)
            self._on, self._begins = is_on(self._dnd, moment), now_ms
            self._ends = NEVER if change is None else (change - EPOCH) // timedelta(milliseconds=1)
        return self._on, self._ends if self._ends < NEVER else 0
