"""How fast that is done which can wait, beside a server whose people can't: in small pieces, with a rest after each.

What competes is the disk, which takes flushes one after the other, and the core. So a rest is a multiple of what the piece
took, and a slow or busy disk is left alone for longer; and no more is written in a second than any disk takes easily.
"""

import time
from collections.abc import Callable

REST = 4.0  # of the time that the piece took
RATE = 8e6  # bytes a second that are written at most


class Pace:
    """`fast`: there is no rest."""

    def __init__(
        self,
        *,
        fast: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fast = fast
        self._clock = clock
        self._sleep = sleep
        self._since = clock()

    def begin(self) -> None:
        """What came before counts for no piece."""
        self._since = self._clock()

    def rest(self, written: int = 0) -> None:
        """After a piece, in which so many bytes were written."""
        if not self._fast:
            took = self._clock() - self._since
            self._sleep(max(took * REST, written / RATE - took))
        self.begin()
