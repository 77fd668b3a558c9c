"""What lies between a client and the model of a server: a wire on which everything can go wrong, and a reader who
notices. The wire is moved by hand, frame by frame; time is a number. Nothing waits, nothing sleeps."""

import random
from collections import deque

from among_protocol.base import Entry
from among_protocol.client import Client
from among_protocol.happenings import Closed, Down, Happening, Opened, Positions, Reset, Up
from among_protocol.signing import Credentials
from among_protocol.testing import Connection, Novelty
from among_protocol.wire import JSON, Encoding, UnknownEvent

from .model import Server


def a_client(
    server: Server, *, positions: Positions | None = None, from_start: bool = False, encoding: Encoding = JSON
) -> "Wire":
    """Ann's, with a token."""
    server.hand_out("t", "ann")
    rng = random.Random(1)
    return Wire(
        server,
        Client(Credentials(token="t"), encoding=encoding, positions=positions, from_start=from_start, rng=rng),
    )


class Reader:
    """Takes what the client gives, and holds it to its word: from where a log was opened, every number once and in
    order, each entry the one that is really there; or an explicit Reset, for a reason that is true."""

    def __init__(self, server: Server, named: dict[str, int]) -> None:
        self.server = server
        self.named = named  # logs with a position from before
        self.epoch = server.epoch
        self.at: dict[str, int] = {}
        self.bodies: dict[str, list[str]] = {}
        self.resets: list[Reset] = []
        self.reasons = {"epoch", "ahead", "floor"}  # that may be true
        self.told: list[Happening] = []
        self.ups = 0

    def take(self, told: list[Happening]) -> None:
        self.told += told
        for happening in told:
            match happening:
                case Up():
                    self.epoch = happening.sync.epoch
                    self.ups += 1
                case Opened():
                    assert happening.log not in self.at, "opened twice"
                    self.at[happening.log] = happening.after
                case Closed():
                    assert happening.log in self.at or happening.log in self.named, "closed what was not open"
                    self.at.pop(happening.log, None)
                case Reset():
                    assert happening.had == self.at.get(happening.log, self.named.get(happening.log))
                    # A page that the server would not give, three times: then the client goes on without it.
                    assert happening.reason in self.reasons | ({"hole"} if self.server.bugs >= 3 else set())
                    self.at[happening.log] = happening.after
                    self.resets.append(happening)
                case Entry() | UnknownEvent() if happening.log:
                    self._entry(happening)
                case _:
                    pass

    def _entry(self, entry: Entry | UnknownEvent) -> None:
        assert entry.log in self.at, f"an entry of {entry.log}, which is not open"
        at = self.at[entry.log]
        begins = entry.first or entry.seq
        assert begins <= at + 1 <= entry.seq, f"{entry.log}: had {at}, was given {begins}-{entry.seq}"
        real = self.server.said[self.epoch, entry.log, entry.seq]
        if isinstance(entry, UnknownEvent):
            assert isinstance(real, Novelty)
        else:
            assert entry == real
        self.at[entry.log] = entry.seq
        self.bodies.setdefault(entry.log, []).append(str(getattr(entry, "body", "")))


class Wire:
    """One client, and the connection that it has at the moment, if any."""

    def __init__(self, server: Server, client: Client) -> None:
        self.server = server
        self.client = client
        self.reader = Reader(server, dict(client.whole.positions.logs))
        self.now = 1000.0
        self.up: deque[bytes] = deque()  # frames of the client that the server has not seen yet
        self.connection: Connection | None = None
        self.downs: list[Down] = []

    @property
    def down(self) -> deque[bytes]:
        return self.connection.out if self.connection is not None else deque()

    # --- what may happen

    def open(self) -> None:
        """The client connects, when it wants to."""
        if self.connection is None and self.client.state == "down":
            self.now = max(self.now, self.client.retry_at or self.now)
            self.connection = self.server.connect(self.client.encoding)
            self.client.connected(self.now)

    def cut(self, code: int = 1006) -> None:
        """The connection goes; what was on the wire goes with it."""
        if self.connection is not None:
            if self.connection in self.server.connections:
                self.server.connections.remove(self.connection)
            self.connection = None
            self.up.clear()
            told = self.client.lost(code, self.now)
            self.downs += [happening for happening in told if isinstance(happening, Down)]
            self.reader.take(told)

    def deliver(self, count: int = 1) -> None:
        """So many frames reach the client."""
        for _ in range(min(count, len(self.down))):
            self.reader.take(self.client.received(self.down.popleft(), self.now))

    def upload(self, count: int = 1) -> None:
        """So many frames reach the server."""
        self.up.extend(self.client.outgoing())
        for _ in range(min(count, len(self.up))):
            if self.connection is not None:
                self.connection.received(self.up.popleft())

    def drop(self, index: int) -> None:
        if index < len(self.down):
            del self.down[index]

    def repeat(self, index: int) -> None:
        if index < len(self.down):
            self.down.insert(index, self.down[index])

    def delay(self, index: int, by: int) -> None:
        if index < len(self.down):
            frame = self.down[index]
            del self.down[index]
            self.down.insert(index + by, frame)

    def lag(self) -> None:
        """What comes live is left out from here on, since the client reads too slowly."""
        if self.connection is not None:
            self.connection.lag()

    def catch_up(self) -> None:
        if self.connection is not None:
            self.connection.catch_up()

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.client.tick(self.now)
        self._ends()

    def _ends(self) -> bool:
        """Whether one of the two has ended the connection."""
        if self.connection is not None and self.client.doomed:
            self.cut()
            return True
        if self.connection is not None and self.connection.closed is not None and not self.down:
            self.cut(self.connection.closed)
            return True
        return False

    # --- and then all is well

    def settle(self, *, nudge: bool = True) -> None:
        """From here on nothing goes wrong: until the client wants nothing any more.

        A last frame that was dropped is one that nobody can know of; so every log gets one more."""
        self.client.resume(self.now)
        self.catch_up()
        self._calm()
        for log in list(self.server.mine["a-ann"]) if nudge else []:
            self.server.gilded(log)
        self._calm()

    def _calm(self) -> None:
        for _ in range(2000):
            self.open()
            self.upload(1000)
            moved = bool(self.down)
            self.deliver(1000)
            if self._ends() or moved or self.client.state == "stopped":
                if self.client.state == "stopped":
                    return
                continue
            if self.client.urgent or self.up:
                continue
            if self.client.state == "live" and not self.client.asking and not self.wants_more():
                return
            wake = self.client.wake()
            assert wake is not None
            self.wait(max(0.0, wake - self.now))
        raise AssertionError("it does not settle")

    def wants_more(self) -> bool:
        return any(log.open and log.until > log.at for log in self.client.whole.logs.values())

    def whole(self) -> None:
        """The client has given all there is, of all that is its account's, and of nothing else."""
        mine = self.server.mine[self.client.whole.account]
        assert self.reader.at == {id: self.server.logs[id].head for id in mine}
        assert dict(self.client.whole.positions.logs) == self.reader.at
