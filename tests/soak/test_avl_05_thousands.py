"""AVL-05, the long form: five thousand strangers who never sign in, in four ways, and one who does."""

import asyncio
import contextlib
import resource
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from tests.proof.peer import Peer
from tests.proof.process import server_in
from tests.proof.storm import found_town
from tests.wire.house import CONT, TEXT, framed

STRANGERS = 5000
ADDRESSES = 90  # of this machine; no more than sixty-four strangers may come from each
HANDSHAKE, SIGN_IN, CLOSING, SWEEPS = 5.0, 10.0, 5.0, 5.0  # seconds
HALF = b"GET /v1 HTTP/1.1\r\nHost: x\r\n"
WHOLE = HALF + (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
WAYS = [  # what is said at first, and what is said again and again
    (b"", b""),
    (HALF, b"X"),
    (WHOLE, b""),
    (WHOLE + framed(b"{", TEXT, fin=False), framed(b"", CONT, fin=False)),
]


def resident(pid: int) -> int:
    """Bytes of a process in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * resource.getpagesize()


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.soak(seconds=60)
async def test_avl_05_thousands_of_strangers_keep_nobody_out(tmp_path: Path, record_property: Any):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard > STRANGERS + 300, f"{hard} open files are too few for this test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, STRANGERS + 300), hard))
    loop = asyncio.get_running_loop()
    async with server_in(tmp_path, trusted_proxies="", address_budget=1_000_000) as server:
        (person, *_), _ = await found_town(server.url, clients=2, rooms=1)
        before = resident(server.pid)
        strangers: list[tuple[socket.socket, bytes]] = []
        waits: list[float] = []

        async def good() -> None:
            began = time.monotonic()
            peer = await Peer.open(server.url)
            await peer.ask("session.sign_in", token=person.token)
            waits.append(time.monotonic() - began)
            await peer.close()

        for number in range(STRANGERS):
            sock = socket.socket()
            sock.setblocking(False)
            sock.bind((f"127.0.1.{1 + number % ADDRESSES}", 0))
            await loop.sock_connect(sock, ("127.0.0.1", server.port))
            first, again = WAYS[number % len(WAYS)]
            with contextlib.suppress(ConnectionError):
                await loop.sock_sendall(sock, first)
            strangers.append((sock, again))
            if number % 100 == 0:
                await good()
        cost = resident(server.pid) - before
        came = time.monotonic()
        while descriptors(server.pid) > 100:
            await good()
            for sock, again in strangers:
                with contextlib.suppress(OSError):
                    sock.send(again)
            assert time.monotonic() - came < HANDSHAKE + SIGN_IN + CLOSING + SWEEPS
        for sock, _ in strangers:
            sock.close()
        await good()
        record_property("strangers", STRANGERS)
        assert max(waits) < 1
        assert cost < STRANGERS * 32 * 1024
