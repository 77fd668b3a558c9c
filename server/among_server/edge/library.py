"""What the library is asked for: the handshake, and frames that are not simple. Everything else is connection.py's."""

import logging
from collections.abc import Sequence

from websockets.exceptions import NegotiationError
from websockets.frames import Frame
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from among_protocol import wire

from ..limits import FRAME_BYTES

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the C extension
    from websockets.utils import apply_mask

__all__ = ["Pieces", "apply_mask", "for_frames", "for_handshake"]

SUBPROTOCOLS = [Subprotocol(name) for name in wire.ENCODINGS]

_quiet = logging.getLogger("among.websockets")  # the library's own lines say nothing that ours do not
_quiet.disabled = True


def for_handshake() -> ServerProtocol:
    return ServerProtocol(subprotocols=SUBPROTOCOLS, select_subprotocol=_select, max_size=FRAME_BYTES, logger=_quiet)


def for_frames() -> ServerProtocol:
    """After the handshake."""
    return ServerProtocol(state=OPEN, max_size=FRAME_BYTES, logger=_quiet)


class Pieces(list[Frame]):
    """The frames so far of a message of several, and since when (loop time)."""

    __slots__ = ("begun",)

    def __init__(self, begun: float) -> None:
        super().__init__()
        self.begun = begun


def _select(_: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Ours, in the order of the client's wish; none asked for means JSON; only unknown ones is an error."""
    if not offered:
        return None
    for name in offered:
        if name in wire.ENCODINGS:
            return name
    raise NegotiationError("no known subprotocol; this server speaks " + ", ".join(wire.ENCODINGS))
