"""AVL-03: the server dies with everybody connected, and starts again: all come back at once, in parallel and without
back-off, each hears what it has missed and nothing twice, and nobody's password is hashed.

Here there are hundreds; `make soak` has five thousand.
"""

import asyncio
import re
import time
import urllib.request
from pathlib import Path

from .peer import UNREACHABLE, Frame, Lost, Peer
from .process import server_in
from .storm import found_town

WITHIN = 60.0  # seconds


class Member:
    """Somebody who follows a room, dies with the server, and comes back with their position."""

    def __init__(self, token: str, room: str) -> None:
        self.token = token
        self.room = room
        self.heard: list[int] = []  # numbers of the room's entries
        self.epoch = ""
        self.peer: Peer | None = None
        self.caught_up = asyncio.Event()

    def _take(self, event: Frame) -> None:
        if event.get("log") == self.room:
            self.heard.append(event["seq"])
        elif event["type"] == "session.synced":
            self.caught_up.set()

    async def come(self, url: str) -> None:
        """Try until one is in, as an eager client does."""
        while True:
            try:
                self.peer = await Peer.open(url, self._take)
                await self.peer.ask("session.sign_in", token=self.token)
                self.caught_up.clear()
                positions = {self.room: self.heard[-1]} if self.heard else {}
                await self.peer.ask("session.sync", epoch=self.peer.hello["epoch"], positions=positions)
                await self.caught_up.wait()
            except (*UNREACHABLE, Lost):
                await asyncio.sleep(0.05)
            else:
                return


async def everybody_comes_back(folder: Path, *, members: int, at_once: int) -> float:
    """Gives the seconds from the start of the new server until the last was caught up."""
    async with server_in(folder, account_connections=members) as server:
        people, town = await found_town(server.url, clients=8, rooms=1)
        (room,) = town.rooms
        crowd = [Member(people[index % len(people)].token, room) for index in range(members)]
        gate = asyncio.Semaphore(at_once)

        async def come(member: Member) -> None:
            async with gate:
                await member.come(server.url)

        await asyncio.gather(*(come(member) for member in crowd))
        author = await Peer.open(server.url)
        await author.ask("session.sign_in", token=people[0].token)
        for number in range(20):
            await author.ask("message.send", room=room, nonce=f"before-{number}", body=f"before {number}")
        head = (await author.ask("log.entries", log=room, after=0, limit=1))["head"]
        await server.kill()
        await asyncio.gather(*(member.peer.ended() for member in crowd if member.peer is not None))
        await server.start()
        author = await Peer.open(server.url)
        await author.ask("session.sign_in", token=people[0].token)
        for number in range(20):
            await author.ask("message.send", room=room, nonce=f"after-{number}", body=f"after {number}")
        began = time.monotonic()
        await asyncio.gather(*(come(member) for member in crowd))
        took = time.monotonic() - began
        for member in crowd:
            expected = list(range(member.heard[0], head + 21))
            assert member.heard == expected, "everything once, and in order"
        address = server.url.replace("ws://", "http://").replace("/v1", "/metrics")
        numbers = await asyncio.to_thread(lambda: urllib.request.urlopen(address, timeout=10).read().decode())
        hashed = re.search(r"^among_passwords_hashed_total (\S+)$", numbers, re.MULTILINE)
        assert hashed is not None
        assert float(hashed[1]) == 0, "who comes back with a token costs no hash"
        assert server.complaints() == []
        await asyncio.gather(*(member.peer.cut() for member in crowd if member.peer is not None))
        await author.close()
    return took


async def test_avl_03_hundreds_are_back_after_a_crash_and_have_missed_nothing(tmp_path: Path):
    assert await everybody_comes_back(tmp_path, members=300, at_once=300) < WITHIN
