"""The JavaScript client in Node against the real server, which is killed under it: nothing is lost, doubled or reordered."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from tests.proof.peer import UNREACHABLE, Lost, Peer
from tests.proof.process import PATIENCE, on_disk, server_in
from tests.proof.proxy import TROUBLES, Proxy
from tests.proof.storm import found_town, until
from tests.proof.wishes import Person

from . import node

pytestmark = node.needed()

SAID = 120  # messages of each of the two who talk


class Driver:
    """protocol/js/driver.js: what is written to it is said, and what it heard it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.heard: list[dict[str, Any]] = []
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.heard.append(json.loads(line))

    def say(self, body: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(body.encode() + b"\n")

    async def end(self) -> tuple[int | None, str]:
        """Nothing more will be said. The exit code, and what it complained of."""
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        self._process.stdin.close()
        async with asyncio.timeout(5):
            await self._process.wait()
            await self._reader
        return self._process.returncode, (await self._process.stderr.read()).decode()


async def another(url: str, person: Person, room: str) -> None:
    """Somebody else who talks, with a client of her own, over the same cuts."""
    peer: Peer | None = None
    for number in range(SAID):
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    if peer is None:
                        peer = await Peer.open(url)
                        await peer.ask("session.sign_in", token=person.token)
                    await peer.ask("message.send", room=room, body=f"other {number}", nonce=f"other-{number}")
                    break
                except (*UNREACHABLE, Lost):
                    if peer is not None:
                        await peer.cut()
                    peer = None
                    await asyncio.sleep(0.02)
    if peer is not None:
        await peer.close()


async def talk(folder: Path, *, bad: bool) -> Counter[str]:
    rng = random.Random(random.getrandbits(32))
    async with server_in(folder) as server, Proxy(server.port, rng, TROUBLES[1:]) as proxy:
        people, town = await found_town(server.url, clients=2, rooms=1)
        room = town.rooms[0]
        environ = {
            "AMONG_URL": proxy.url if bad else server.url,
            "AMONG_TOKEN": people[1].token,
            "AMONG_COMMUNITY": town.community,
            "AMONG_ROOM": room,
        }
        async with node.started(node.CLIENT / "driver.js", **environ) as process:
            driver = Driver(process)
            driver.say("first")
            await until(lambda: len(driver.heard) == 1)
            other = asyncio.create_task(another(server.url, people[0], room))
            for number in range(SAID):
                driver.say(f"mine {number}")
                if number in (SAID // 3, SAID // 3 * 2):
                    await asyncio.sleep(rng.uniform(0, 0.3))
                    await server.kill()
                    await server.start()
                await asyncio.sleep(rng.uniform(0, 0.02))
            await other
            more = 0
            while bad and not proxy.seen:  # whatever is in store for the connection needs more of it
                driver.say(f"mine {SAID + more}")
                more += 1
                await asyncio.sleep(0.01)
            proxy.calm()
            said = 1 + 2 * SAID + more
            await until(lambda: len(driver.heard) >= said)
            assert await driver.end() == (0, "")
        kept = on_disk(server.data)[room]
        assert driver.heard == [entry for entry in kept if entry["type"] == "message.sent"], "each, once, in order"
        mine = [entry["body"] for entry in kept if entry.get("by") == people[1].member and "body" in entry]
        assert mine == ["first", *(f"mine {number}" for number in range(SAID + more))], "each said once, in order"
        return Counter({str(trouble): count for trouble, count in proxy.seen.items()})


async def test_a_server_that_is_killed_costs_nothing(tmp_path: Path):
    await talk(tmp_path, bad=False)


async def test_a_bad_network_costs_nothing(tmp_path: Path):
    seen = await talk(tmp_path, bad=True)
    assert seen.total() > 0, "the network was too good"


@node.needed("among-protocol")
async def test_a_program_uses_all_of_it(tmp_path: Path):
    """story.mjs: signing up, asking, refusals, positions over a restart of the program, a slow reader, the end."""
    async with server_in(tmp_path) as server:
        await node.run("--test", Path(__file__).with_name("story.mjs"), AMONG_URL=server.url)
