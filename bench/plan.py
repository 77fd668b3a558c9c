"""What the generator is to do, as the lines that it reads: which connections, what each sends, what counts."""

from dataclasses import dataclass, field
from pathlib import Path

NUMBER = "##########"  # the generator writes a message's number here
MARKER = "|n|"  # before the number, in a message's text
BODY_BYTES = 64
EVENT = '{"type":"message.sent"'
PING = f'{{"type":"session.ping","id":"{NUMBER}"}}'
TYPING = f'{{"type":"typing.start","id":"{NUMBER}","room":"%s"}}'
COUNTS_NOWHERE = -1  # a room for connections that no message is delivered to


def body() -> str:
    return f"{MARKER}{NUMBER} ".ljust(BODY_BYTES, ".")


def nonce(index: int, run: str) -> str:
    """Begins with the connection's index: that is how the generator knows a connection's own messages."""
    return f"{index}-{run}-{NUMBER}"


def send_command(index: int, run: str, room: str) -> str:
    return f'{{"type":"message.send","id":"{NUMBER}","nonce":"{nonce(index, run)}","room":"{room}","body":"{body()}"}}'


def sent_event(index: int, run: str, room: str, member: str) -> str:
    """A `message.sent` as the server writes it, for servers that hand out what they are given."""
    return (
        f'{EVENT},"log":"{room}","seq":123456,"at":"2026-01-31T09:00:00.000Z","by":"{member}","rev":1,'
        f'"nonce":"{nonce(index, run)}","body":"{body()}"}}'
    )


@dataclass
class Connection:
    room: int = 0  # whose messages it is to receive, counted from 0
    sampled: bool = False  # reads messages, not only frames
    path: str = "/"
    setup: list[str] = field(default_factory=list)
    say: str = ""


@dataclass
class Plan:
    connections: list[Connection]
    protocol: str = ""
    done: str = ""  # a connection is ready when a frame has this text; empty: when it is upgraded
    event: str = EVENT  # how a delivery begins
    dense: bool = False  # messages carry numbers without a hole
    window: int = 100  # connections that are opened at the same time
    limit: float = 120  # seconds until all must be ready

    def write(self, path: Path, port: int) -> None:
        lines = [
            f"port {port}",
            f"window {self.window}",
            f"limit {self.limit}",
            f"dense {int(self.dense)}",
            f"marker {MARKER}",
            f"event {self.event}",
        ]
        if self.protocol:
            lines.append(f"protocol {self.protocol}")
        if self.done:
            lines.append(f"done {self.done}")
        for connection in self.connections:
            lines.append(f"conn {connection.room} {int(connection.sampled)} {connection.path}")
            lines += [f"setup {text}" for text in connection.setup]
            if connection.say:
                lines.append(f"say {connection.say}")
        path.write_text("\n".join(lines) + "\n", "utf-8")


def sampled(index: int, of: int, wanted: int = 50) -> bool:
    """Every so-manyth connection, so that early and late ones in the server's order are read alike."""
    return index % max(1, of // wanted) == 0


def bare_plan(count: int, *, room_of: int = 0, authors: int = 64, run: str = "base") -> Plan:
    """Connections to a baseline; `room_of`: so many to a room, 0 for all in one."""
    connections = []
    for index in range(count):
        room = index // room_of if room_of else 0
        log, member = f"r_{room:016d}", f"m_{index:016d}"
        connections.append(
            Connection(
                room=room,
                sampled=sampled(index, count),
                path=f"/{room}",
                say=sent_event(index, run, log, member) if room_of or index < authors else "",
            )
        )
    return Plan(connections)
