"""Counts that only ever grow, for whoever measures. One thread adds to each; any may read, and at worst is one behind."""

from bisect import bisect_left
from collections.abc import Iterator


class Histogram:
    """How many values were at most as large as each bound, and their sum."""

    __slots__ = ("_bounds", "_counts", "sum")

    def __init__(self, *bounds: float) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, int]]:
        """Cumulative, with the bound as text; the last is `+Inf`, and counts all."""
        return list(self._cumulative())

    def _cumulative(self) -> Iterator[tuple[str, int]]:
        total = 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            total += count
            yield bound, total


class StoreCounts:
    """What a store did. The writer adds."""

    def __init__(self) -> None:
        self.batches = Histogram(1, 4, 16, 64, 256, 1024)  # commands in one transaction
        self.commits = Histogram(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # seconds of one
        self.database_bytes = 0  # of the files, as they were at most a second before the last batch
        self.wal_bytes = 0


class SearchCounts:
    """Of the index of what was said. Its thread sets them; the loop says since when something waits."""

    def __init__(self) -> None:
        self.up = True  # it can be written
        self.indexed = 0  # texts since the start, edits among them
        self.to_index = 0  # texts that are still to be indexed for the first time
        self.refilling = False  # a part of it is missing, and is made anew
        self.upto_ms = 0  # Unix time: all that was said until then is indexed
        self.waiting_since = 0.0  # monotonic seconds: something committed then is not indexed yet; 0: nothing waits
