"""DUR-01: what was acknowledged survives `kill -9`, in one order, for everybody. The long form is in tests/soak."""

import asyncio
import random
from pathlib import Path

from .peer import Peer
from .process import Server, judged, server_in
from .storm import RESTART_WITHIN, found_town, storm


async def test_dur_01_kills_under_load_lose_and_double_nothing(tmp_path: Path):
    async with server_in(tmp_path) as server:
        run = await storm(server, random.getrandbits(32), clients=12, rooms=6, kills=6)
    assert run.kills >= 6


async def test_dur_01_a_kill_in_the_very_first_start_leaves_data_that_start(tmp_path: Path):
    for number in range(6):
        server = Server(tmp_path / str(number))
        try:
            await server.spawn()
            await asyncio.sleep(random.uniform(0.1, 0.6))
            await server.kill()
            if (server.data / "among.db").exists():
                assert judged(server.data) == []
            assert await server.start() < RESTART_WITHIN
            people, town = await found_town(server.url, clients=1, rooms=1)
            peer = await Peer.open(server.url)
            await peer.ask("session.sign_in", token=people[0].token)
            said = await peer.ask("message.send", room=town.rooms[0], body="hi", nonce="n1")
            assert said["entry"]["seq"] == 1
            await peer.close()
            assert (server.data / "owner-invite").read_text().strip(), "nobody could own this server"
            assert await server.stop() == 0
        finally:
            await server.give_up()
