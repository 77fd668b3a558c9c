"""The last word of a server that stops: everybody comes back, and each at another time.

All who are connected are closed in one turn. If they came back like that, the new server would have thousands of
handshakes, sign-ins and syncs at once, before it has anything in its caches. So each is told a random time of its own.
"""

import random
from collections.abc import Collection

from among_protocol.codes import CloseCode
from among_protocol.session import Restarting

from ..core.frames import frame
from ..core.session import Session
from .connection import Connection

PER_SECOND = 500  # who come back; when all came at once, 300 a second were in, on two cores that they shared
SHORTEST = 250  # milliseconds: the few come back as soon as after any cut
LONGEST = 20_000  # likewise: nobody is to wait longer for a server that is long there


def send_away(connections: Collection[Connection]) -> None:
    """Close all of them. What each is told goes out with the close frame, in one write: it holds nothing up."""
    spread = spread_ms(len(connections))
    for connection in list(connections):
        told = _notice(connection.session, random.randint(0, spread))  # noqa: S311  # it spreads load, and hides nothing
        connection.close(CloseCode.RESTARTING, "the server is restarting", told)


def spread_ms(connected: int) -> int:
    """Over how long so many come back."""
    return max(SHORTEST, min(LONGEST, connected * 1_000 // PER_SECOND))


def _notice(session: Session | None, come_back_ms: int) -> bytes:
    """Nothing for who has not been greeted, and for who reads too slowly: they are told nothing until they keep up."""
    if session is None or session.lagging:
        return b""
    return frame(session.encoding, session.encoding.encode(Restarting(come_back_ms=come_back_ms)))
