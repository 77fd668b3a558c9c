"""DUR-04 and DUR-10 over a network that is bad (proxy.py): delayed, in crumbs, stuck, cut in the middle of a frame, reset,
and with every command said twice. Nothing is lost, doubled or out of order."""

import asyncio
import gc
import random
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .peer import UNREACHABLE, Lost, Peer
from .process import Server, server_in
from .proxy import TROUBLES, Proxy, Trouble
from .storm import Storm, found_town
from .test_dur_01_library import judged_run


async def test_dur_04_over_a_bad_network_the_library_loses_and_doubles_nothing(tmp_path: Path):
    seen = await judged_run(tmp_path, clients=6, kills=2, bad=True)
    assert seen.total() >= 4, f"the network was too good: {seen}"


async def storm_over(server: Server, seed: int, *, clients: int, seconds: float, kills: int) -> Storm:
    """People who share no code with the library, over a bad network."""
    async with Proxy(server.port, random.Random(seed)) as proxy:
        run = Storm(server, seed, clients=clients, rooms=3, url=proxy.url)
        run.book.history.copied = True
        try:
            await run.settle_in()
            for _ in range(kills + 1):
                await run.talk(seconds / (kills + 1))
                if run.kills < kills:
                    await run.kill()
            proxy.calm()
            await run.fall_silent()
            await run.read_all()
            await run.end()
            run.verdict()
            assert proxy.seen.total() >= 4, f"the network was too good: {proxy.seen}"
        except BaseException as error:
            error.add_note(f"seed {seed}; {run.summary()}; {proxy.seen}\nthe server's last words:\n{server.tail()}")
            raise
        finally:
            await run.leave()
    return run


async def test_dur_10_over_a_bad_network_everybody_hears_everything_once(tmp_path: Path):
    async with server_in(tmp_path) as server:
        await storm_over(server, random.getrandbits(32), clients=6, seconds=3, kills=1)


@pytest.mark.parametrize("turns", range(4))
async def test_the_bad_network_leaves_no_connection_behind(turns: int):
    """Also of those who come just as it ends."""
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as far:
        for _ in range(10):
            async with Proxy(far.sockets[0].getsockname()[1], random.Random(7)) as proxy:
                near = [socket.create_connection(("127.0.0.1", urlsplit(proxy.url).port or 0)) for _ in range(5)]
                for _ in range(turns):
                    await asyncio.sleep(0)
            for one in near:
                one.close()
    gc.collect()  # a socket that nobody closed is told of now, which fails


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_the_bad_network_does(tmp_path: Path, trouble: Trouble):
    """Each trouble happens, and a peer sees nothing else of it than what it may see."""
    async with server_in(tmp_path) as server:
        (ann,), town = await found_town(server.url, clients=1, rooms=1)
        async with Proxy(server.port, random.Random(7), [trouble]) as proxy:
            lost = 0
            for number in range(200):
                if trouble != "none" and proxy.seen[trouble] >= 2:
                    break
                try:
                    async with asyncio.timeout(5):
                        peer = await Peer.open(proxy.url)
                        await peer.ask("session.sign_in", token=ann.token)
                        for turn in range(20):
                            nonce = f"n{number}-{turn}"
                            await peer.ask("message.send", room=town.rooms[0], body="hi", nonce=nonce)
                        await peer.close()
                except (*UNREACHABLE, Lost):
                    lost += 1
                if trouble == "none":
                    break
            assert (proxy.seen[trouble] >= 2) == (trouble != "none")
            assert (lost > 0) == (trouble in ("cut", "reset")) or trouble.startswith("stall")
        assert await server.stop() == 0
