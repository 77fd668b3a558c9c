"""When to connect again: exponential, with full jitter, so that those who were cut together do not come back together."""

import random

BASE = 0.25  # seconds; the bound of the first delay, doubled with each cut in a row
MOST = 30.0  # seconds
BELIEVED = 60_000  # milliseconds: who is told to stay away for longer does not
STABLE = 10.0  # seconds of being live after which a cut counts as the first one


class Backoff:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._cuts = 0  # in a row, of connections that were not stable
        self._live_at: float | None = None  # since when
        self._told = 0.0  # seconds that a server which goes wants us to stay away

    def live(self, now: float) -> None:
        """The connection is of use from now on."""
        if self._live_at is None:
            self._live_at = now

    def told(self, come_back_ms: int) -> None:
        """The connection is about to go: stay away for so long."""
        self._told = min(come_back_ms, BELIEVED) / 1000

    def lost(self, now: float) -> float:
        """The connection went: seconds until the next."""
        if self._live_at is not None and now - self._live_at >= STABLE:
            self._cuts = 0
        self._live_at = None
        bound = min(MOST, BASE * 2 ** min(self._cuts, 16))
        self._cuts += 1
        told, self._told = self._told, 0.0
        return max(told, self._rng.uniform(0, bound))
