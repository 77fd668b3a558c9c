"""The law of a bus. 1. What one node publishes, each node's `heard` gets, the publisher's included. 2. A bus may lose
or repeat batches; entries carry their numbers, and whoever misses one fetches it from the store. 3. It never holds the
truth."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ..store.rows import Stored


class Bus(Protocol):
    heard: Callable[[Sequence[Stored]], None]  # set once, before the first publish

    def publish(self, batch: Sequence[Stored]) -> None: ...
