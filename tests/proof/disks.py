"""People who write on a server whose disk fails, and what must be so afterwards.

What was acknowledged is there, once. What was refused for certain (`storage.unavailable`) is not. What nobody knows
(`storage.uncertain`) is there once or not at all, and asking again settles it.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .book import Event
from .peer import Peer, Refused
from .process import Server, judged, on_disk
from .storm import all_entries, found_town
from .wishes import Person, Town

UNAVAILABLE, UNCERTAIN = "storage.unavailable", "storage.uncertain"


class Scribe:
    """Somebody who writes one after the other, and never asks again by itself."""

    def __init__(self, person: Person, town: Town) -> None:
        self.person = person
        self.room = town.rooms[0]
        self.bodies: dict[str, str] = {}  # of all that was asked
        self.kept: list[str] = []
        self.refused: list[str] = []  # for certain
        self.doubted: list[str] = []
        self.order: list[bool] = []  # whether each was kept
        self.codes: set[str] = set()  # with which it was refused
        self.seqs: dict[str, int] = {}  # of what was kept
        self.heard: Callable[[str], object] = str  # called with the nonce of each that is acknowledged

    async def write(self, url: str, count: int, *, size: int = 0) -> None:
        """So many messages, each of at least so many bytes."""
        peer = await Peer.open(url)
        await peer.ask("session.sign_in", token=self.person.token)
        for _ in range(count):
            await self._say(peer, f"{self.person.name}-{len(self.order)}.", size)
        await peer.close()

    async def ask_again(self, url: str) -> None:
        """For all that was not acknowledged, under its nonce."""
        peer = await Peer.open(url)
        await peer.ask("session.sign_in", token=self.person.token)
        asked = [*self.refused, *self.doubted]
        self.refused, self.doubted = [], []
        for nonce in asked:
            await self._say(peer, nonce, 0)
        await peer.close()

    async def _say(self, peer: Peer, nonce: str, size: int) -> None:
        body = self.bodies.setdefault(nonce, nonce.ljust(size, "x"))
        try:
            said = await peer.ask("message.send", room=self.room, body=body, nonce=nonce)
        except Refused as refused:
            if refused.code not in (UNAVAILABLE, UNCERTAIN) or refused.kind != "wait":
                raise
            self.codes.add(refused.code)
            (self.doubted if refused.code == UNCERTAIN else self.refused).append(nonce)
            self.order.append(False)
        else:
            assert self.seqs.setdefault(nonce, said["entry"]["seq"]) == said["entry"]["seq"]
            self.kept.append(nonce)
            self.order.append(True)
            self.heard(nonce)


async def settled_server(folder: Path, *, data: Path | None = None, **settings: Any) -> tuple[Server, list[Scribe]]:
    """A server that has stopped well, and people who are going to write."""
    server = Server(folder, **settings)
    server.data = data or server.data
    await server.start()
    people, town = await found_town(server.url, clients=3, rooms=1)
    assert await server.stop() == 0
    return server, [Scribe(person, town) for person in people]


async def all_write(server: Server, scribes: list[Scribe], count: int, *, size: int = 0) -> None:
    await asyncio.gather(*(scribe.write(server.url, count, size=size) for scribe in scribes))


async def http(server: Server, path: str) -> tuple[int, Any]:
    """A plain GET: status, document."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return int(head.split()[1]), json.loads(body)


async def is_ready(server: Server) -> bool:
    return (await http(server, "/readyz"))[0] == 200


async def reading_goes_on(server: Server, scribes: list[Scribe]) -> list[Event]:
    """Signing in by token too: nothing is written for it. Gives what is in the room."""
    peer = await Peer.open(server.url)
    await peer.ask("session.sign_in", token=scribes[0].person.token)
    await peer.ask("session.sync")
    entries = await all_entries(peer, scribes[0].room)
    await peer.close()
    assert {entry["nonce"] for entry in entries} >= {nonce for scribe in scribes for nonce in scribe.kept}
    return entries


def told(server: Server, *events: str) -> list[str]:
    """Which of these events its log tells, in order."""
    lines = [json.loads(line) for line in server.log.read_text("utf-8").splitlines() if line.startswith("{")]
    return [line["event"] for line in lines if line["event"] in events]


def true_on_disk(server: Server, scribes: list[Scribe]) -> set[str]:
    """As the next start will find it: each as it was told. Gives what is there of what was in doubt."""
    assert judged(server.data) == []
    events = on_disk(server.data).get(scribes[0].room, [])
    nonces = [event["nonce"] for event in events]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert len(nonces) == len(set(nonces))
    for scribe in scribes:
        assert set(scribe.kept) <= set(nonces), "acknowledged and gone"
        assert set(scribe.refused) & set(nonces) == set(), "refused and there"
    return set(nonces) & {nonce for scribe in scribes for nonce in scribe.doubted}
