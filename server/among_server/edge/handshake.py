"""The request that a connection begins with: gathered, handed to the library as a whole, and answered.

A request has one answer, and then either the session begins or the connection ends. An answer may take a while (a feed is
read from the store): what comes meanwhile is dropped, and the deadline of the handshake holds.
"""

from typing import TYPE_CHECKING

from websockets.exceptions import InvalidMessage
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from ..limits import HANDSHAKE_BYTES
from . import http
from .library import for_handshake

if TYPE_CHECKING:
    from .connection import Connection
    from .listener import Listener


class Handshake:
    """Of one connection, until its session begins."""

    __slots__ = ("_connection", "_data", "_listener", "_received", "later")

    def __init__(self, connection: "Connection", listener: "Listener") -> None:
        self._connection = connection
        self._listener = listener
        self._data = b""  # of the request, so far
        self._received = False  # the request is here
        self.later = False  # its answer is on its way

    @property
    def waiting(self) -> int:
        """Bytes that wait for the rest of the request."""
        return len(self._data)

    def receive(self, data: bytes) -> None:
        if self._received:
            return
        request, end, rest = (self._data + data).partition(b"\r\n\r\n")  # the library gets no frames: they are ours
        if len(request) > HANDSHAKE_BYTES:
            self._connection.refuse_request(too_large=True)
            return
        if not end:
            self._data = request
            return
        self._received, self._data = True, b""
        library = for_handshake()
        library.receive_data(request + end)
        for event in library.events_received():
            if isinstance(event, Request) and library.handshake_exc is None:
                http.answer(library, event, self._connection, self, self._listener)
        if isinstance(library.handshake_exc, InvalidMessage):  # which the library leaves without an answer
            self._connection.refuse_request(too_large=False)
            return
        self._connection.flush(library)
        if library.state is OPEN:
            self._connection.open(library.subprotocol or "", rest)

    def answer(self, library: ServerProtocol, response: Response) -> None:
        """An answer that took a while. Nobody may be there to hear it."""
        self.later = False
        if self._connection.gone:
            return
        library.send_response(response)
        self._connection.flush(library)
