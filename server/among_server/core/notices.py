"""What travels beside the log may take a small part of the loop's time, and no more: a room of thousands in which
everybody types must slow nobody down who talks. What is over is dropped (typing) or told later (presence); entries
never are. And nobody waits for all of one: a few are told in each turn of the loop.
"""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice

from .headway import Headway

FEW = 16  # writes that are never too many
TURN = 16  # writes in one turn of the loop
OF_ONE = 0.05  # part of the loop's time that the notices of one room, or of one member, may take
OF_ALL = 0.15  # and those of all together


class Notices:
    """`write_cost`: seconds that one write takes, as measured by the fan-out."""

    def __init__(self, now: Callable[[], float], write_cost: Callable[[], float], headway: Headway) -> None:
        self._headway = headway
        self._now = now
        self._write_cost = write_cost
        self._all = 0.0  # loop time from which on there is time for notices again
        self._each: dict[str, float] = {}  # likewise, of a room or a member
        self.held_back = 0  # only ever grows, for whoever measures

    def may(self, id: str, writes: int) -> bool:
        """Whether a notice of this room or member, to so many, may go out now; then its time is taken."""
        if writes <= FEW:
            return True
        now = self._now()
        if now < self._all or now < self._each.get(id, 0.0):
            self.held_back += 1
            return False
        cost = writes * self._write_cost()
        self._all = now + cost / OF_ALL
        if len(self._each) > 1_000:
            self._each = {id: until for id, until in self._each.items() if until > now}
        self._each[id] = now + cost / OF_ONE
        return True

    def spread(self, telling: Iterator[object]) -> None:
        """Tell all of them, a step of `telling` for each, in turns with whatever else there is. Who leaves meanwhile is
        the iterator's business."""
        self._headway.begin()
        self._tell(telling)

    def _tell(self, telling: Iterator[object]) -> None:
        self._headway.give_way()
        more = False
        try:
            more = sum(1 for _ in islice(telling, TURN)) == TURN
        finally:
            if more:
                asyncio.get_running_loop().call_soon(self._tell, telling)
            else:
                self._headway.end()
