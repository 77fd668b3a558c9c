"""One connection: bytes to frames, frames to dispatch, and the state of the socket to the session.

The handshake and everything rare (fragments, pings, closing, errors) is the library's sans-I/O protocol. Whole, final,
masked data frames, which are nearly all there is, are taken out of the stream here, always at a frame boundary, so the
two never disagree about where a frame begins. What is written are finished frames, straight to the transport, never
after a close frame.

A guest may send little: so many bytes and frames, and no longer than its deadlines. A message is finished in time, in
not too many frames, and pings are few. Whoever sends more is closed.

Back-pressure: a peer with too many commands under way, or one that does not read, is not read from either.
"""

import asyncio
from typing import TYPE_CHECKING, cast

import structlog
from msgspec.structs import replace
from websockets.datastructures import Headers
from websockets.frames import Close, Frame, Opcode
from websockets.server import ServerProtocol

from among_protocol import wire
from among_protocol.codes import MALFORMED, CloseCode
from among_protocol.malformed import Malformed

from ..core.addresses import Address
from ..core.context import Context
from ..core.frames import PING
from ..core.session import Session, nothing
from ..handlers.session import now
from ..limits import (
    CONTROL_FRAMES,
    FRAGMENTS,
    FRAME_BYTES,
    GUEST_BYTES,
    GUEST_FRAMES,
    IN_FLIGHT,
    UNPAID_REFUSALS,
)
from . import http
from .forwarded import peer_of
from .handshake import Handshake
from .library import Pieces, apply_mask, for_frames

if TYPE_CHECKING:
    from .listener import Listener

log = structlog.get_logger()

WRITE_HIGH = 65_536  # bytes in user space above which a connection lags

_TEXT = 0x81
_BINARY = 0x82
_PONG = 0x8A


class Connection(asyncio.Protocol):
    """A peer. Its transport, its session once the handshake is done, and its deadlines (loop time)."""

    __slots__ = (
        "_at", "_buffer", "_guest_bytes", "_guest_frames", "_handshake", "_library", "_listener", "_peer", "_transport", "address", "begun",
        "born", "closing", "context", "controls", "fragmented", "guest", "heard", "number", "pinged", "secure", "session",
        "stalled",
    )  # fmt: skip

    def __init__(self, listener: "Listener", number: int) -> None:
        self._listener = listener
        self._transport: asyncio.Transport
        self._handshake: Handshake | None = Handshake(self, listener)  # until the session begins
        self._library: ServerProtocol | None = None  # for frames that are not simple, which few connections have
        self._buffer, self._at = b"", 0  # not whole yet, or of a peer that is held back; and how much of it was taken
        self._peer = ""  # the address that connected; empty for a socket of this machine
        self._guest_bytes = 0  # that came before signing in, without the handshake
        self._guest_frames = 0  # of commands, likewise
        self.address: Address | None = None  # whose connection it is; None: not known yet, or nobody's who is counted
        self.guest = True  # has not signed in
        self.secure = False  # passwords may travel here; known once the request is read
        self.begun = 0.0  # since when the start of a frame waits for its rest; 0: none does
        self.controls = 0  # pings and pongs since the last sweep
        self.number = number
        self.session: Session | None = None
        self.context: Context | None = None
        self.born = self.heard = listener.now()
        self.pinged = False  # silent for long; the next sweep that finds no answer drops it
        self.stalled = 0.0  # since when the peer does not read; 0: it does
        self.closing = 0.0  # since when we wait for the peer to close; 0: we do not
        self.fragmented = False  # inside a message of several frames: the library counts them

    # --- what the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=WRITE_HIGH, low=WRITE_HIGH // 4)
        peer = peer_of(transport)
        self._peer = peer or ""
        if peer is None or self._listener.over or self._listener.full:
            self._listener.turn_away("gone" if peer is None else "stopping" if self._listener.over else "memory")
            self._transport.abort()
        elif not self._listener.enter(self, self._peer):
            self._transport.write(http.TOO_MANY)
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self.heard = self._listener.now()
        self.pinged = False
        if self.closing:
            return
        if self.session is None:
            if self._handshake is not None:
                self._handshake.receive(data)
        else:
            if self.guest:
                self._guest_bytes += len(data)
                if self._guest_bytes > GUEST_BYTES:
                    self.close(CloseCode.FLOOD, "more than a guest may send")
                    return
            self._buffer, self._at = self._buffer[self._at :] + data if self._buffer else data, 0
            if not self.session.held_back:
                self._read(self.session)

    def eof_received(self) -> bool:
        if not self.closing:
            if self._handshake is not None and self._handshake.later:
                return True  # an answer is on its way
            self._over()
        return False  # the transport closes itself, once the peer has read what it was sent

    def pause_writing(self) -> None:
        self.stalled = self._listener.now()
        if self.session is not None:
            self.session.pause()
            self._pause(self.session)

    def resume_writing(self) -> None:
        self.stalled = 0.0
        if self.session is not None and not self.closing:
            self.session.resume()
            self._again()

    def connection_lost(self, exc: Exception | None) -> None:
        self._listener.lost(self)
        # What refers to each other in a circle stays until the collector comes, and it hardly ever does.
        self._buffer = b""
        self._handshake = self._library = self.context = self.session = None

    # --- the handshake

    def refuse_request(self, *, too_large: bool) -> None:
        """What came can't be read as a request."""
        self._listener.aborted["handshake.too_large" if too_large else "handshake.malformed"] += 1
        self._transport.write(http.unanswered(too_large=too_large))
        self._end()

    def open(self, subprotocol: str, rest: bytes) -> None:
        """The handshake is done: the session begins, and the server speaks first. `rest` came behind the request."""
        encoding = wire.ENCODINGS[subprotocol or wire.JSON.subprotocol]
        self._handshake = None
        self._buffer = rest
        self.context = self._listener.begin(self, encoding, self._transport.write)
        self.session = self.context.session
        self.session.room_again = self._again
        self.session.hold_back = self._hold
        if not self.session.secure:
            log.debug("connection.insecure", connection=self.number, peer=self._peer)
        self.session.notice(replace(self.context.services.hello, at=now()))
        self.session.admitted = self._admitted
        if rest:
            self._read(self.session)

    def identify(self, headers: Headers) -> int:
        """By the request's headers: 0, or milliseconds until this address may have another. Raises Unreadable."""
        tls = self._transport.get_extra_info("ssl_object") is not None
        client = self._listener.peers.client(self._peer, headers, tls=tls)
        self.secure = client.secure
        return self._listener.claim(self, client.address)

    def _admitted(self) -> None:
        """Signed in: no guest any more, and none of a guest's limits."""
        self._listener.admit(self)
        if self.session is not None:
            self.session.admitted = nothing

    @property
    def gone(self) -> bool:
        """Nothing can be said to this peer any more."""
        return bool(self.closing) or self._transport.is_closing()

    def is_local(self) -> bool:
        """Whether the peer is on this machine."""
        return self._peer in ("", "::1") or self._peer.startswith("127.")

    def unread(self) -> int:
        """Bytes of ours that wait for the peer to read, and of the peer's that wait for the rest of a frame."""
        begun = len(self._buffer) if self._handshake is None else self._handshake.waiting
        return self._transport.get_write_buffer_size() + begun

    # --- frames

    def _read(self, session: Session) -> None:  # every frame comes this way: a call more would be dear
        """Take whole frames out of the buffer, as long as the peer may ask for more."""
        context = self.context
        assert context is not None
        data, position = self._buffer, self._at
        have = len(data)
        receive = self._listener.dispatch.receive if not self.guest else self._from_guest
        text_or_binary = _BINARY if session.encoding.binary else _TEXT
        while have - position >= 6 and not self.closing:
            if session.in_flight >= IN_FLIGHT:
                self._pause(session)
            if session.held_back:
                break
            first = data[position]
            size = data[position + 1] & 0x7F
            start = position + 6
            if size == 126:
                if have - position < 8:
                    break
                size = int.from_bytes(data[position + 2 : position + 4], "big")
                start = position + 8
            elif size == 127:
                if have - position < 14:
                    break
                size = int.from_bytes(data[position + 2 : position + 10], "big")
                start = position + 14
            if size > FRAME_BYTES or not data[position + 1] & 0x80:  # the library reads the header and says why
                self._hand_over(data[position:])
                position = have
                break
            end = start + size
            if end > have:
                break
            if first == text_or_binary and not self.fragmented:
                receive(context, apply_mask(data[start:end], data[start - 4 : start]))
            else:
                self._unusual(context, data[position:end])
            position = end
        if not self.closing:
            self._keep(data, position, held_back=session.held_back)

    def _keep(self, data: bytes, position: int, *, held_back: bool) -> None:
        """What is left from here on waits: for its rest, or for its turn. Then it is not cut off, which would be done again and again."""
        if position == len(data) or held_back:
            self.begun = 0.0
        elif position or not self.begun:
            self.begun = self._listener.now()
        self._buffer, self._at = (data, position) if held_back else (data[position:], 0)

    def _from_guest(self, context: Context, data: bytes) -> None:
        self._guest_frames += 1
        if self._guest_frames > GUEST_FRAMES:
            self.close(CloseCode.FLOOD, "more than a guest may ask")
        else:
            self._listener.dispatch.receive(context, data)

    def _unusual(self, context: Context, frame: bytes) -> None:
        """A whole frame that is no command in one piece. Of pings, pongs and closes there may not be many."""
        first = frame[0]
        if first & 0x08:
            self.controls += 1
            if self.controls > CONTROL_FRAMES:
                self.close(CloseCode.FLOOD, "too many pings")
                return
        if self.fragmented or first not in (_TEXT, _BINARY, _PONG):
            self._hand_over(frame)
        elif first != _PONG:
            self._wrong_opcode(context)

    def _hand_over(self, data: bytes) -> None:
        """Frames that are not simple are the library's."""
        library = self._library
        if library is None:
            library = self._library = for_frames()
        library.receive_data(data)
        events = library.events_received()
        # A message in one piece never comes here, so what the library gives is a part of one, or a control frame.
        for event in events:
            if isinstance(event, Frame):
                self._piece(event)
        if not self.closing:
            self.flush(library)

    def _piece(self, piece: Frame) -> None:
        if piece.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            assert self.context is not None
            self.fragmented = not piece.fin
            pieces = self._listener.pieces.get(self)
            if pieces is None:
                pieces = self._listener.pieces[self] = Pieces(self._listener.now())
            pieces.append(piece)
            if len(pieces) > FRAGMENTS:
                self.close(CloseCode.FLOOD, "a message in too many frames")
            elif piece.fin:
                del self._listener.pieces[self]
                if (pieces[0].opcode is Opcode.BINARY) is not self.context.session.encoding.binary:
                    self._wrong_opcode(self.context)
                else:
                    receive = self._from_guest if self.guest else self._listener.dispatch.receive
                    receive(self.context, b"".join([bytes(part.data) for part in pieces]))

    def _wrong_opcode(self, context: Context) -> None:
        encoding = context.session.encoding
        kind = "binary" if encoding.binary else "text"
        error = Malformed(MALFORMED, f"The subprotocol {encoding.subprotocol} travels in {kind} frames.")
        self._listener.dispatch.malformed(context, error)

    def flush(self, library: ServerProtocol) -> None:
        """Write what the library has to say."""
        for data in library.data_to_send():
            if data:  # an empty one means the end of the stream, which is `_end`'s
                self._transport.write(data)
        if library.close_expected() and not self.closing:
            self._end()

    def _pause(self, session: Session) -> None:
        if not session.held_back:
            session.held_back = True
            if not self._transport.is_closing():
                self._transport.pause_reading()

    def _hold(self) -> None:
        if self.session is not None:
            self._pause(self.session)

    def _again(self) -> None:
        """There is room again, for commands or for what answers them."""
        session = self.session
        if session is None or not session.held_back:
            return
        if (
            session.lagging
            or session.in_line
            or session.in_flight > IN_FLIGHT // 2
            or session.unpaid >= UNPAID_REFUSALS
        ):
            return
        session.held_back = False
        self._listener.loop.call_soon(self._read_on, session)

    def _read_on(self, session: Session) -> None:
        """What is here comes first, and what waits in the socket after it: a peer that is ahead of us fills no memory."""
        if self._buffer and not session.held_back and not self._transport.is_closing():
            self._read(session)
        if not session.held_back and not self._transport.is_closing():
            self._transport.resume_reading()

    def next_second(self) -> None:
        """What is bounded in a second is counted anew."""
        self.controls = 0
        if self.session is not None and self.session.unpaid:
            self.session.unpaid = 0
            self._again()

    # --- the end

    def ping(self) -> None:
        self.pinged = True
        self._transport.write(PING)

    def close(self, code: CloseCode, reason: str, last: bytes = b"") -> None:
        """Say why, then close. What was written before still goes out; `last`, a whole frame, with the close."""
        if self.closing:
            return
        if self._transport.is_closing():  # it failed, or was dropped: nobody can be told, and nothing is waited for
            self._listener.leave(self)
            self._transport.abort()
            return
        if self.session is not None:
            closed = self._listener.closed
            closed[code.value] = closed.get(code.value, 0) + 1
            log.debug("connection.closing", connection=self.number, code=int(code), reason=reason)
            payload = Close(int(code), reason).serialize()
            self._transport.write(last + b"\x88" + len(payload).to_bytes(1, "big") + payload)
        self._end()

    def abort(self, why: str) -> None:
        """Drop a peer that can't be told."""
        tell = log.debug if self.guest else log.info  # strangers don't fill the log
        tell("connection.aborted", connection=self.number, why=why, peer=self._peer)
        self._listener.aborted[why] += 1
        self._listener.leave(self)
        self._transport.abort()

    def _end(self) -> None:
        """Nothing may be written any more. What the peer still sends is read and dropped until it closes: a socket that
        is closed with something unread resets the connection, and the peer might lose what it was told."""
        self._over()
        if self._transport.can_write_eof():
            self._transport.write_eof()
            self._transport.resume_reading()
        else:  # TLS has no half-closed state
            self._transport.close()

    def _over(self) -> None:
        """Nobody is there to speak or to hear any more. Whoever does not go from here on is dropped by the sweep."""
        self.closing = self._listener.now()
        self._buffer = b""
        self.begun = 0.0
        self._listener.pieces.pop(self, None)
        self._listener.leave(self)
