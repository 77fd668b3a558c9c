"""Any bytes in a frame are a command or Malformed, and nothing else. Any bytes on a connection are taken as RFC 6455 has it,
the same however they are cut, and are answered, refused or closed, never by an exception.

A target is a function of bytes; it raises when that is not so. The parser of frames is held to what the library, which
reads every frame by itself, makes of the same bytes.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, NamedTuple

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from among_protocol import wire
from among_protocol.codes import ERROR_CODES
from among_protocol.malformed import Malformed
from among_server.app import hello
from among_server.config import Config
from among_server.core.budget import Bucket
from among_server.core.session import Session
from among_server.edge.connection import Connection
from among_server.edge.forwarded import Peers
from among_server.limits import FRAME_BYTES
from among_server.store.memory import MemoryStore
from tests.fuzz import corpus


def decode(data: bytes) -> None:
    """The bytes of a frame, as a server and as a client reads them."""
    for encoding in (wire.JSON, wire.MSGPACK):
        malformed = None
        try:
            command = encoding.decode_command(data)
        except Malformed as why:
            malformed = why
        else:
            assert encoding.decode_command(encoding.encode(command)) == command
        if malformed is not None:
            assert ERROR_CODES[malformed.code.code] is malformed.code
            assert malformed.id is None or 0 < len(malformed.id) <= 64
            assert 0 < len(malformed.message) < 500
        with suppress(Malformed):
            encoding.decode_server(data)


class Transport:
    """What a connection writes to, and asks of a transport."""

    def __init__(self) -> None:
        self.written = b""
        self.ended = False

    def write(self, data: bytes) -> None:
        assert not self.ended, "something was written after the end"
        self.written += data

    def write_eof(self) -> None:
        self.ended = True

    def abort(self) -> None:
        self.ended = True

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return self.ended

    def get_extra_info(self, name: str) -> Any:
        return ("127.0.0.1", 1) if name == "peername" else None

    def set_write_buffer_limits(self, high: int, low: int) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


HELLO = hello(Config(), MemoryStore())


class Ear:
    """A listener and its dispatch, as far as a connection sees them: writes down what it is handed."""

    def __init__(self) -> None:
        self.heard: list[bytes | None] = []  # payloads; None: of the other kind
        self.dispatch: Any = self
        self.connections: set[Any] = set()
        self.pieces: dict[Any, list[Frame]] = {}
        self.config = Config()
        self.peers = Peers(self.config)
        self.stopping = self.over = self.full = False
        self.short = ""
        self.metrics_token = b"open sesame, says the fuzzer"
        self.metrics = SimpleNamespace(text=lambda: b"")
        self.aborted: Counter[str] = Counter()
        self.closed: Counter[int] = Counter()

    def now(self) -> float:
        return 1.0

    def begin(self, connection: Connection, encoding: wire.Encoding, write: Callable[[bytes], None]) -> Any:
        session = Session(
            number=1, encoding=encoding, bucket=Bucket(1, 1, 0.0), secure=True, write=write, close=connection.close
        )
        return SimpleNamespace(session=session, services=SimpleNamespace(hello=HELLO))

    def receive(self, context: Any, data: bytes) -> None:
        self.heard.append(bytes(data))

    def malformed(self, session: Session, error: Malformed) -> None:
        self.heard.append(None)

    def health(self) -> dict[str, object]:
        return {"ready": True}

    def enter(self, connection: Connection, peer: str) -> bool:
        return True

    def claim(self, connection: Connection, address: str) -> int:
        return 0

    def turn_away(self, why: str) -> None: ...
    def leave(self, connection: Connection) -> None: ...
    def lost(self, connection: Connection) -> None: ...


def _connected(ear: Ear) -> tuple[Connection, Transport]:
    listener: Any = ear
    transport: Any = Transport()
    connection = Connection(listener, 1)
    connection.connection_made(transport)
    return connection, transport


class Outcome(NamedTuple):
    heard: list[bytes | None]
    written: bytes
    over: bool
    waits: int = 0  # bytes of a frame whose rest has not come


def _read(stream: bytes, cuts: list[int], encoding: wire.Encoding) -> Outcome:
    """A stream behind the handshake, in segments that end at the cuts."""
    ear = Ear()
    connection, transport = _connected(ear)
    connection._library = None
    connection.guest = False  # how much a guest may send, and how often anybody may ping, is tested elsewhere:
    connection.controls = -(10**9)  # here one reading is held against another
    connection.context = ear.begin(connection, encoding, transport.write)
    connection.session = connection.context.session
    start = 0
    for cut in (*cuts, len(stream)):
        if cut > start:
            connection.data_received(stream[start:cut])
            start = cut
    return Outcome(ear.heard, transport.written, bool(connection.closing), len(connection._buffer))


def _by_the_library(stream: bytes, encoding: wire.Encoding) -> Outcome:
    library = ServerProtocol(state=OPEN, max_size=FRAME_BYTES)
    library.receive_data(stream)
    heard: list[bytes | None] = []
    pieces: list[Frame] = []
    for frame in library.events_received():
        if not isinstance(frame, Frame) or frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            continue
        pieces.append(frame)
        if frame.fin:
            right = (pieces[0].opcode is Opcode.BINARY) is encoding.binary
            heard.append(b"".join(bytes(piece.data) for piece in pieces) if right else None)
            pieces = []
    return Outcome(heard, b"".join(library.data_to_send()), library.close_expected())


def stream(data: bytes) -> None:
    """Frames. The first byte chooses the encoding and how the rest is cut."""
    how, rest = (data[0], data[1:]) if data else (0, b"")
    encoding = wire.MSGPACK if how & 1 else wire.JSON
    whole = _read(rest, [], encoding)
    step = 1 + (how >> 1) % 17
    cut = _read(rest, list(range(step, min(len(rest), 600), step)), encoding)
    assert cut == whole, "read otherwise when it comes in other segments"
    theirs = _by_the_library(rest, encoding)
    if theirs.over and not whole.over:  # the library judges a head at once, we a frame that is there
        assert 0 < whole.waits <= FRAME_BYTES + 14
        assert theirs.written.startswith(whole.written)
        theirs = theirs._replace(written=whole.written, over=False)
    assert whole._replace(waits=0) == theirs, "read otherwise than the library reads it"


def request(data: bytes) -> None:
    """What comes before the handshake, and with it."""
    ear = Ear()
    connection, transport = _connected(ear)
    middle = len(data) // 2
    for part in (data[:middle], data[middle:]):
        connection.data_received(part)
    if transport.written:
        assert transport.written.startswith(b"HTTP/1.1 ")
        if not transport.written.startswith(b"HTTP/1.1 101"):
            assert connection.closing
            assert ear.heard == []


TARGETS: dict[str, Callable[[bytes], None]] = {"decode": decode, "stream": stream, "request": request}


def seeds(target: str) -> list[bytes]:
    """The corpus of a target: what is kept by hand, and what was found."""
    match target:
        case "decode":
            kept = [*corpus.EITHER.values(), *corpus.JSON.values(), *corpus.PACKED.values()]
            kept += [encoding.encode({"type": wire.tag_of(command), "id": "1"}) for encoding in (wire.JSON, wire.MSGPACK) for command in wire.COMMANDS]  # fmt: skip
        case "stream":
            kept = [bytes([how]) + data for data in corpus.STREAMS.values() for how in (0, 3, 22)]
        case _:
            kept = list(corpus.REQUESTS.values())
    return [*kept, *corpus.found(target)]
