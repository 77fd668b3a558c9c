"""How much may wait to be written. Beyond it a write is refused at once, before it changes anything, and whoever asked
is not read from until there is room again: so an overload stays in the senders' sockets, what was taken is answered
soon, and the work goes into writing rather than into refusing.

Who is held back waits in line: the one that has waited longest is read from first.
"""

from collections import deque
from collections.abc import Callable

from among_protocol.codes import BUSY, Refuse

from ..limits import IN_FLIGHT, WAITING_WRITES
from .session import Session

AFTER_MS = 1_000  # what a refusal asks the client to wait


class Admission:
    """`waiting` tells how many writes wait for the store now."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        self._waiting = waiting
        self._line: deque[Session] = deque()

    def __len__(self) -> int:
        """How many sessions are held back."""
        return len(self._line)

    def admit(self, session: Session) -> None:
        """Raises Refuse `server.busy` when too much waits already."""
        if self._waiting() >= WAITING_WRITES:
            if not session.in_line:
                session.in_line = True
                self._line.append(session)
                session.hold_back()
            raise Refuse(BUSY, retry_after_ms=AFTER_MS)

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
