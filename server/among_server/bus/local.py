"""The bus of a single node: whoever publishes is the only one to hear, at once."""

from collections.abc import Callable, Sequence

from ..store.rows import Stored


class LocalBus:
    def __init__(self) -> None:
        self.heard: Callable[[Sequence[Stored]], None] = lambda batch: None

    def publish(self, batch: Sequence[Stored]) -> None:
        self.heard(batch)
