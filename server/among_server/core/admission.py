"""How much may wait to be written. Beyond it a write is refused at once, before it changes anything, and whoever asked
is not read from until there is room again: so an overload stays in the senders' sockets, what was taken is answered
soon, and the work goes into writing rather than into refusing.

And how much is taken in one turn of the loop: a peer with much under way waits for the next one, or a crowd that never
waits would be read from for half a second at a time, and nobody else be answered.

Who is held back waits in line: the one that has waited longest is read from first.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from among_protocol.codes import BUSY, Refuse

from ..limits import IN_FLIGHT, WAITING_WRITES
from .session import Session

AFTER_MS = 1_000  # what a refusal asks the client to wait
TURN = 512  # writes in one turn of the loop; beyond it one takes from those alone who have few under way
FEW = 4  # commands under way


class Admission:
    """`waiting` tells how many writes wait for the store now."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        self._waiting = waiting
        self._line: deque[Session] = deque()
        self._taken = 0  # writes in this turn of the loop

    def __len__(self) -> int:
        """How many sessions are held back."""
        return len(self._line)

    def admit(self, session: Session) -> None:
        """Raises Refuse `server.busy` when too much waits already."""
        if self._waiting() >= WAITING_WRITES:
            self._hold_back(session)
            raise Refuse(BUSY, retry_after_ms=AFTER_MS)
        self._taken += 1
        if self._taken == 1:
            asyncio.get_running_loop().call_soon(self._next_turn)
        elif self._taken > TURN and session.in_flight > FEW:
            self._hold_back(session)  # what it sent beyond this one waits

    def _next_turn(self) -> None:
        self._taken = 0
        self.more_room()

    def _hold_back(self, session: Session) -> None:
        if not session.in_line:
            session.in_line = True
            self._line.append(session)
            session.hold_back()

    def more_room(self) -> None:
        """Some of what waited was written: read on from as many as there is room for."""
        if not self._line:
            return
        room = WAITING_WRITES - self._waiting()
        if room < WAITING_WRITES // 2:
            return
        # Each may bring as much as it may have under way, and all of it is read in one turn of the loop.
        for _ in range(min(len(self._line), max(1, room // IN_FLIGHT))):
            session = self._line.popleft()
            session.in_line = False
            if not session.over:
                session.room_again()
