"""Who has not signed in: how many there may be, what they may send, and that they keep nobody else out.

`trusted_proxies=()` makes this machine's addresses count like any other's; 127.0.0.2 and its neighbours are as many
different ones as a test wants.
"""

import asyncio
import socket
import time
from typing import Any

import pytest

from among_protocol import wire
from among_server.limits import CONNECT_UNITS, GUEST_BYTES, GUEST_FRAMES
from tests.wire.house import TEXT, House, Peer, framed, serving, until
from tests.world import Clock

FLOOD = 4504
STEP = 0.1  # seconds that pass from one round to the next


async def come(house: House, address: str) -> Peer:
    """A TCP connection from an address of this machine."""
    sock = socket.socket()
    sock.setblocking(False)
    sock.bind((address, 0))
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", house.port))
    peer = Peer(sock)
    house.peers.append(peer)
    return peer


async def shaken(house: House, address: str) -> Peer:
    peer = await come(house, address)
    await peer.shake(wire.JSON.subprotocol)
    return peer


def many_addresses() -> bool:
    """Whether all of 127.0.0.0/8 is this machine, as on Linux."""
    with socket.socket() as sock:
        try:
            sock.bind(("127.0.0.2", 0))
        except OSError:
            return False
    return True


pytestmark = pytest.mark.skipif(not many_addresses(), reason="needs more than one loopback address")


async def test_avl_05_an_address_has_so_many_connections_and_no_more(tmp_path):
    async with serving(tmp_path, trusted_proxies=(), address_connections=3) as house:
        people = [await shaken(house, "127.0.0.2") for _ in range(3)]
        assert [peer.status for peer in people] == [101] * 3
        refused = await come(house, "127.0.0.2")
        assert (await refused.rest()).startswith(b"HTTP/1.1 429 ")
        assert (await shaken(house, "127.0.0.3")).status == 101
        people[0].close()
        await until(lambda: len(house.app.listener.connections) == 3)
        assert (await shaken(house, "127.0.0.2")).status == 101
        assert house.app.listener.addresses.refused == 1


async def test_avl_05_an_address_has_so_many_guests_and_no_more(tmp_path):
    async with serving(tmp_path, trusted_proxies=(), address_guests=2) as house:
        ann = await shaken(house, "127.0.0.2")
        await ann.result("session.sign_up", handle="ann", password="correct horse")
        guests = [await come(house, "127.0.0.2") for _ in range(2)]
        await until(lambda: len(house.app.listener.guests) == 2)
        refused = await come(house, "127.0.0.2")
        assert (await refused.rest()).startswith(b"HTTP/1.1 429 ")
        await guests[0].shake(wire.JSON.subprotocol)
        await guests[0].result("session.sign_up", handle="bob", password="correct horse")
        assert (await shaken(house, "127.0.0.2")).status == 101, "who signs in is no guest any more"
        guests[1].close()
        await until(lambda: len(house.app.listener.guests) == 1)
        assert (await shaken(house, "127.0.0.2")).status == 101, "nor is who has left"
        await ann.result("session.ping")


async def test_avl_05_the_oldest_guest_makes_room(tmp_path):
    async with serving(tmp_path, guests=3) as house:
        ann = await house.person("ann")
        guests = [await house.guest() for _ in range(3)]
        newest = await house.guest()
        assert await guests[0].rest() == b""
        for peer in (ann, guests[1], guests[2], newest):
            await peer.result("session.ping")
        assert house.app.listener.aborted["guests.too_many"] == 1


async def test_avl_05_connecting_again_and_again_costs_the_address(tmp_path):
    async with serving(
        tmp_path, trusted_proxies=(), address_budget=10 * CONNECT_UNITS, address_budget_per_second=1
    ) as house:
        for _ in range(10):
            peer = await shaken(house, "127.0.0.2")
            assert peer.status == 101
            peer.close()
        refused = await shaken(house, "127.0.0.2")
        assert refused.status == 429
        assert 1 <= int(refused.headers["retry-after"]) <= CONNECT_UNITS + 1
        assert (await shaken(house, "127.0.0.3")).status == 101


async def test_avl_05_a_guest_sends_so_many_bytes_and_no_more(tmp_path):
    async with serving(tmp_path) as house:
        guest, member = await house.guest(), await house.person("ann")
        parts = [framed(b" " * (GUEST_BYTES // 4 - 14), long=True) for _ in range(4)]
        assert sum(map(len, parts)) == GUEST_BYTES
        for peer in (guest, member):
            for part in parts:
                await peer.write(part)
                assert (await peer.message())["code"] == "frame.malformed"
        await member.result("session.ping")
        await guest.write(b"\x81")
        assert await guest.closed() == FLOOD


async def test_avl_05_a_guest_asks_so_often_and_no_more(tmp_path):
    async with serving(tmp_path) as house:
        guest, other = await house.guest(), await house.guest()
        for _ in range(GUEST_FRAMES):
            await guest.result("session.ping")
        await guest.begin("session.ping")
        assert await guest.closed() == FLOOD
        for _ in range(GUEST_FRAMES - 1):
            await other.result("session.ping")
        await other.result("session.sign_up", handle="ann", password="correct horse")
        for _ in range(10):
            await other.result("session.ping")


async def half_open(peer: Peer) -> None:
    """Says nothing at all."""


async def half_shaken(peer: Peer) -> None:
    await peer.write(b"GET /v1 HTTP/1.1\r\nHost: x\r\n")


async def never_signed_in(peer: Peer) -> None:
    await peer.shake(wire.JSON.subprotocol)


async def endless_fragments(peer: Peer) -> None:
    await peer.shake(wire.JSON.subprotocol)
    await peer.write(framed(b"{", TEXT, fin=False))


async def half_a_frame(peer: Peer) -> None:
    await peer.shake(wire.JSON.subprotocol)
    await peer.write(framed(b"x" * 500)[:20])


WAYS: dict[str, Any] = {
    "half open": half_open,
    "half a handshake": half_shaken,
    "never signed in": never_signed_in,
    "endless fragments": endless_fragments,
    "half a frame": half_a_frame,
}
DRIBBLE = {"half a handshake": b"X", "endless fragments": framed(b"", 0x0, fin=False), "half a frame": b"x"}


@pytest.mark.parametrize("way", WAYS)
async def test_avl_05_slow_guests_are_shown_out_at_their_deadline_and_keep_nobody_out(tmp_path, way):
    """Sixty-four from each of five addresses, with a byte now and then; somebody signs in within a second throughout.

    For the server time passes from round to round, with a look at all of them in each: as much as it takes until all are there
    is none."""
    settings: dict[str, Any] = {"trusted_proxies": (), "handshake_ms": 1_500, "sign_in_ms": 1_500}
    settings["address_budget"] = 1_000_000
    async with serving(tmp_path, **settings) as house:
        clock = Clock()
        clock.now = house.app.listener.now()
        house.app.services.now = house.app.listener.now = clock
        ann = await house.person("ann")
        slow = [await come(house, f"127.0.0.{2 + number % 5}") for number in range(320)]
        for peer in slow:
            await WAYS[way](peer)
        assert len(house.app.listener.guests) == 320
        late = await come(house, "127.0.0.2")
        assert (await late.rest()).startswith(b"HTTP/1.1 429 ")
        longest, alive, begun = 0.0, list(slow), clock.now
        while house.app.listener.guests:
            clock.now += STEP
            await house.app.listener._mind_all()
            at = time.monotonic()
            good = await house.back(ann.token)
            longest = max(longest, time.monotonic() - at)
            good.close()
            for peer in alive[:]:
                try:
                    if way in DRIBBLE:
                        peer.sock.send(DRIBBLE[way])
                except OSError:
                    alive.remove(peer)
            assert clock.now - begun < 15, "the deadline holds for who dribbles, too"
        assert longest < 1.0
        in_time = {1006, 4003, *([4504] if way == "endless fragments" else [])}  # or too many, on a fast machine
        for peer in slow:
            assert await peer.closed() in in_time
        await ann.result("session.ping")
        await until(lambda: len(house.app.listener.connections) == 1)
        assert len(house.app.listener.addresses) == 1
