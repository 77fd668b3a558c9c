"""Servers to compare with: the few lines that everybody writes first. They know no accounts and keep nothing.

Each relays what a connection says to all connections on the same path. The generator sends them the bytes of a real
event, so they hand out exactly what the server does; they neither decode nor encode it.

    python -m bench.baselines broadcast|ready|joined|replies     prints the port, serves until stdin closes
"""

import argparse
import asyncio
import logging
import sys
from collections import defaultdict
from typing import Any

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from among_protocol.session import Pong
from among_protocol.wire import JSON

rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)


def path_of(connection: ServerConnection) -> str:
    assert connection.request is not None
    return connection.request.path


async def relay_by_broadcast(connection: ServerConnection) -> None:
    """The library's own way to many: `websockets.broadcast`."""
    room = rooms[path_of(connection)]
    room.add(connection)
    try:
        async for message in connection:
            broadcast(room, message)
    finally:
        room.discard(connection)


def frame_of(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + payload
    return b"\x81\x7e" + size.to_bytes(2, "big") + payload


async def relay_ready_frames(connection: ServerConnection) -> None:
    """One frame made by hand for all, and one write to each transport."""
    room = rooms[path_of(connection)]
    room.add(connection)
    try:
        while True:
            frame = frame_of(await connection.recv(decode=False))
            for member in room:
                member.transport.write(frame)
    finally:
        room.discard(connection)


class Joiner:
    """What the design alone reaches: frames that arrive while a flush is due leave in one write per member."""

    def __init__(self, room: set[ServerConnection]) -> None:
        self.room = room
        self.waiting: list[bytes] = []
        self.due = False
        self.free_at = 0.0  # loop time; the next flush waits a quarter of what the last one cost

    def push(self, frame: bytes) -> None:
        self.waiting.append(frame)
        if not self.due:
            self.due = True
            loop = asyncio.get_running_loop()
            loop.call_at(max(self.free_at, loop.time()), self.flush)

    def flush(self) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        joined = b"".join(self.waiting)
        self.waiting.clear()
        self.due = False
        for member in self.room:
            member.transport.write(joined)
        now = loop.time()
        self.free_at = now + min(0.25 * (now - begun), 0.01)


joiners: dict[str, Joiner] = {}


async def relay_joined(connection: ServerConnection) -> None:
    path = path_of(connection)
    room = rooms[path]
    room.add(connection)
    joiner = joiners.setdefault(path, Joiner(room))
    try:
        while True:
            joiner.push(frame_of(await connection.recv(decode=False)))
    finally:
        room.discard(connection)


async def reply(connection: ServerConnection) -> None:
    """A `recv` loop that decodes each command and answers it."""
    async for message in connection:
        assert isinstance(message, str)
        command = JSON.decode_command(message.encode())
        await connection.send(JSON.ok(command.id, Pong(at="2026-01-31T09:00:00.000Z")).decode())


KINDS: dict[str, Any] = {
    "broadcast": relay_by_broadcast,
    "ready": relay_ready_frames,
    "joined": relay_joined,
    "replies": reply,
}


async def main(kind: str) -> None:
    # As the server does: no compression, no keepalive task for each connection.
    async with serve(
        KINDS[kind],
        "127.0.0.1",
        0,
        compression=None,
        ping_interval=None,
        backlog=1024,
    ) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        loop = asyncio.get_running_loop()
        done = asyncio.Event()
        loop.add_reader(sys.stdin.fileno(), done.set)
        await done.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    logging.disable()  # a generator that leaves is no news
    uvloop.run(main(parser.parse_args().kind))
