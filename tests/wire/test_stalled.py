"""A reader that stalls (AVL-01): what waits for it stays small, it is cut in time, and nobody else notices.

The clock is the real one, so the deadline is a short one here; tests/soak has the ten seconds that are the default.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from among_server.edge import listener
from tests.wire.house import House, Peer, framed, serving, until

LONG = "long " * 1_500  # bytes: 7500
HELD = 256 * 1024  # bytes of user space that one peer may cost
STALL_MS = 400
SWEEP = 0.1  # seconds


async def reads_nothing(peer: Peer) -> None:
    await asyncio.Event().wait()


async def reads_a_byte_now_and_then(peer: Peer) -> None:
    """A byte a second, as the default deadline has it; here the deadline is shorter, and so is the second."""
    while True:
        await asyncio.sleep(STALL_MS / 10_000)
        await asyncio.get_running_loop().sock_recv(peer.sock, 1)


@pytest.mark.parametrize("reading", [reads_nothing, reads_a_byte_now_and_then])
async def test_avl_01_a_stalled_reader_costs_little_is_cut_and_loses_nothing(
    tmp_path, monkeypatch, reading: Callable[[Peer], Awaitable[None]]
):
    monkeypatch.setattr(listener, "SWEEP", SWEEP)
    async with serving(tmp_path, send_buffer_kib=4, stall_ms=STALL_MS) as house:
        ann, carol = await house.person("ann"), await house.person("carol")
        bob = await house.person("bob", receive=4_096)
        connection, connections = house.connection(bob), house.app.listener.connections
        slowly = asyncio.ensure_future(reading(bob))
        stalled = held = 0.0
        said = 0
        while connection in connections and said < 5_000:
            said = await ann.say(LONG)
            while (await carol.message())["seq"] != said:
                pass
            held = max(held, connection._transport.get_write_buffer_size())
            stalled = stalled or (connection.stalled and time.monotonic())
        took = time.monotonic() - stalled
        slowly.cancel()
        assert connection not in connections
        assert held <= HELD
        assert took >= STALL_MS / 1_000
        assert took < STALL_MS / 1_000 + SWEEP + 1.0  # a second for a busy machine
        await whole_again(house, bob, said)


async def whole_again(house: House, bob: Peer, said: int) -> None:
    """Comes back, is told why it was cut, and has everything from the start."""
    back = await house.back(bob.token)
    assert back.heard.pop()["cut"] == 4001
    has: list[int] = []
    while len(has) < said:
        page = await back.result("log.entries", log=back.room, after=len(has))
        has += [entry["seq"] for entry in page["entries"]]
    assert has == list(range(1, said + 1))


ASKED: dict[str, str] = {"log.entries": "log", "message.page": "room"}


async def asks_for_much(house: House, peer: Peer, command: str) -> list[str]:
    """Sixty-four large answers, none of which it reads; gives their ids."""
    asked = [peer.encoded(command, **{ASKED[command]: peer.room}, after=0, limit=200) for _ in range(64)]
    await peer.write(b"".join(framed(payload) for _, payload in asked))
    session = house.session(peer)
    await until(lambda: session.lagging)
    return [id for id, _ in asked]


async def with_much_said(house: House) -> tuple[Peer, Peer]:
    ann = await house.person("ann")
    for _ in range(200):
        await ann.say(LONG)
    return ann, await house.person("bob", receive=4_096)


@pytest.mark.parametrize("command", ASKED)
async def test_avl_01_who_asks_for_much_and_reads_nothing_costs_one_page(tmp_path, command):
    """Large answers to one peer are made one after the other, each when the one before was read."""
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await with_much_said(house)
        ids = await asks_for_much(house, bob, command)
        held = 0
        for _ in range(50):
            await ann.say("meanwhile")
            held = max(held, house.connection(bob)._transport.get_write_buffer_size())
        assert held <= HELD
        for id in ids:  # and all are answered when it reads
            assert (await bob.reply(id))["type"] == "ok"
        assert not house.session(bob).large


async def test_who_is_cut_while_large_answers_wait_leaves_nothing_under_way(tmp_path):
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await with_much_said(house)
        await asks_for_much(house, bob, "message.page")
        house.connection(bob).abort("test")
        await until(lambda: not house.app.dispatch.running)
        await ann.say("still here")


async def test_avl_04_who_stops_does_not_wait_for_large_answers_that_nobody_reads(tmp_path):
    async with serving(tmp_path, send_buffer_kib=4, grace_ms=600_000) as house:
        _, bob = await with_much_said(house)
        await asks_for_much(house, bob, "message.page")
        answered = asyncio.ensure_future(house.app.listener._answered())
        house.app.listener.refuse_what_waits()
        async with asyncio.timeout(10):
            await answered
        assert house.session(bob).in_flight == 0
