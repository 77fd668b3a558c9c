"""The handshake and plain HTTP."""

import asyncio
import json
import threading

import pytest
from msgspec.structs import replace

from among_protocol import wire
from among_protocol.session import Hello
from among_server.handlers.session import now
from among_server.limits import HANDSHAKE_BYTES, IN_FLIGHT, SIGN_IN_WAIT_MS
from tests.wire.house import BINARY, TEXT, Over, Peer, framed, serving, until
from tests.world import PASSWORD

OURS = ("among.v1.json", "among.v1.msgpack")


@pytest.mark.parametrize(
    ("offered", "chosen", "opcode"),
    [
        ((), None, TEXT),
        ((OURS[0],), OURS[0], TEXT),
        ((OURS[1],), OURS[1], BINARY),
        ((OURS[1], OURS[0]), OURS[1], BINARY),
        (("among.v9.json", "mqtt", OURS[0]), OURS[0], TEXT),
    ],
)
async def test_the_subprotocol_names_the_encoding_and_hello_comes_first(tmp_path, offered, chosen, opcode):
    async with serving(tmp_path) as house:
        began = now()
        peer = await house.connect()
        await peer.shake(*offered)
        assert peer.status == 101
        assert peer.headers.get("sec-websocket-protocol") == chosen
        assert "sec-websocket-extensions" not in peer.headers
        frame = await peer.frame()
        assert frame.opcode == opcode
        encoding = wire.ENCODINGS[chosen or OURS[0]]
        hello = encoding.decode_server(frame.payload).event
        assert isinstance(hello, Hello)
        assert replace(hello, at="") == replace(house.app.services.hello, at="")
        assert began <= hello.at <= now(), "the time of the greeting, not that of the server's start"
        assert hello.durability in ("full", "memory")  # where the tests run on no disk
        assert hello.limits.in_flight == IN_FLIGHT


async def test_only_unknown_subprotocols_is_an_error_that_names_ours(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.connect()
        await peer.shake("among.v9.json", "mqtt")
        assert peer.status == 400
        body = (await peer.rest()).decode()
        assert all(name in body for name in OURS)


async def get(house, text):
    peer = await house.connect()
    await peer.request(text)
    return peer.status, peer.headers, await peer.rest()


async def test_plain_http(tmp_path):
    async with serving(tmp_path) as house:
        status, headers, body = await get(house, "GET /healthz HTTP/1.1\nHost: x\n\n")
        assert (status, headers["cache-control"]) == (200, "no-store")
        assert json.loads(body)["durability"] in ("full", "memory")  # as above
        status, headers, body = await get(house, "GET /readyz HTTP/1.1\nHost: x\n\n")
        assert (status, json.loads(body)["ready"]) == (200, True)
        assert len(body) == int(headers["content-length"])
        status, headers, head = await get(house, "HEAD /readyz HTTP/1.1\nHost: x\n\n")
        assert (status, head) == (200, b"")
        assert int(headers["content-length"]) == len(body)
        status, _, body = await get(house, "GET / HTTP/1.1\nHost: x\n\n")
        assert (status, b"/v1" in body) == (404, True)
        status, headers, _ = await get(house, "GET /v1 HTTP/1.1\nHost: x\n\n")
        assert (status, headers["upgrade"]) == (426, "websocket")
        await until(lambda: not house.app.listener.connections)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"])
async def test_only_get_and_head_are_served(tmp_path, method: str):
    """A probe that is set up wrong is not told that all is well."""
    async with serving(tmp_path) as house:
        for path in ("/healthz", "/readyz", "/metrics", "/feeds/garden/ann.atom", "/v1", "/"):
            status, headers, _ = await get(house, f"{method} {path} HTTP/1.1\nHost: x\n\n")
            assert (status, headers.get("allow")) == (405, "GET, HEAD"), path


async def test_ath_04_nothing_may_stand_in_the_query(tmp_path):
    async with serving(tmp_path) as house:
        for path in ("/v1?token=among_x", "/v1?"):
            peer = await house.connect()
            await peer.shake(path=path)
            assert peer.status == (400 if path[-1] != "?" else 101)


@pytest.mark.parametrize(
    "request_",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # somebody who expects TLS
        b"GET /v1 HTTP/0.9\r\n\r\n",
        b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        b"GET /v1 HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET /v1 HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /v1 HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n",
    ],
)
async def test_what_is_no_request_of_ours_is_shown_out(tmp_path, request_):
    async with serving(tmp_path) as house:
        peer = await house.connect()
        await peer.write(request_)
        answer = await peer.rest()
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer
        await until(lambda: not house.app.listener.connections)


@pytest.mark.parametrize("size", [1_000, 20_000])
async def test_a_request_is_bounded_however_it_comes(tmp_path, size):
    async with serving(tmp_path) as house:
        peer = await house.connect()
        await peer.write(b"GET /v1 HTTP/1.1\r\n")
        try:
            for number in range(100):
                await peer.write(b"X-%d: %s\r\n" % (number, b"x" * size))
        except (ConnectionError, Over):
            pass
        answered = await peer.rest()
        assert answered == b"" or answered.startswith(b"HTTP/1.1 431 ")  # what is still under way resets the connection
        await until(lambda: not house.app.listener.connections)


async def test_the_first_frames_may_come_with_the_handshake(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.connect()
        id, payload = peer.encoded("session.ping")
        frame = framed(payload)
        await peer.shake(behind=frame[:-3])
        assert (await peer.message())["type"] == "hello"
        await peer.write(frame[-3:])
        assert (await peer.reply(id))["type"] == "ok"


async def test_who_never_finishes_the_handshake_or_signs_in_is_shown_out(tmp_path):
    async with serving(tmp_path) as house:
        silent, guest = await house.connect(), await house.guest()
        await silent.write(b"GET /v1 HTTP/1.1\r\n")
        person = await house.person("ann")
        listener = house.app.listener
        await until(lambda: len(listener.connections) == 3)
        config, begun = house.app.config, listener.now()
        for peer, after_ms in ((silent, config.handshake_ms), (guest, config.sign_in_ms)):
            for everybody in (silent, guest, person):
                if peer is silent or everybody is not silent:
                    listener.mind(house.connection(everybody), begun + after_ms / 1000 - 1)
            await guest.result("session.ping")
            for everybody in (peer, person):
                listener.mind(house.connection(everybody), begun + after_ms / 1000 + 1)
            if peer is silent:
                assert await silent.rest() == b""
        assert await guest.closed() == 4003
        await person.result("session.ping")


async def test_avl_05_who_waits_for_us_to_be_signed_in_is_not_late_but_for_a_minute_at_most(tmp_path):
    """The disk hangs: the answer to a sign-in is late, and not who asked for it."""
    async with serving(tmp_path) as house:
        await house.person("ann")
        idle, one, other = await house.guest(), await house.guest(), await house.guest()
        own, wait = house.app.config.sign_in_ms // 1000, SIGN_IN_WAIT_MS // 1000

        def sweeps(peer: Peer, first: int, last: int) -> bool:
            """So many seconds after it came; whether it was shown out."""
            connection = house.connection(peer)
            for second in range(first, last + 1):
                connection.heard = connection.born + second  # it answers pings
                house.app.listener.mind(connection, connection.born + second)
            return bool(connection.closing)

        disk = threading.Event()
        hangs = asyncio.ensure_future(house.app.store._writer.call(lambda _: disk.wait()))  # type: ignore[attr-defined]  # of SQLite
        try:
            ids = [await peer.begin("session.sign_in", handle="ann", password=PASSWORD) for peer in (one, other)]
            await until(lambda: all(house.session(peer).barrier for peer in (one, other)))
            assert sweeps(idle, 1, own + 1), "who asks for nothing is late"
            assert not sweeps(one, 1, wait + own - 1)
            assert not sweeps(other, 1, wait + own - 1)
            assert sweeps(other, wait + own + 1, wait + own + 1)
            assert await other.closed() == 4003
        finally:
            disk.set()
        await hangs
        assert (await one.reply(ids[0]))["type"] == "ok"


async def test_inp_05_a_request_of_exactly_the_limit_and_one_byte_more(tmp_path):
    async with serving(tmp_path) as house:
        request = (
            "GET /v1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nX-Pad: "
        )
        for size, status in ((HANDSHAKE_BYTES, 101), (HANDSHAKE_BYTES + 1, 431)):
            peer = await house.connect()
            await peer.write((request + "x" * (size - len(request)) + "\r\n\r\n").encode())
            while b"\r\n\r\n" not in peer._read:
                await peer.more()
            assert peer._read.startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    "request_",
    [
        "GET /v1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
        "GET /v1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: local\r\n host\r\n\r\n",
        "GET /v1 HTTP/2.0\r\n\r\n",
        "hello\r\n\r\n",
        "GET /caf\u00e9 HTTP/1.1\r\n\r\n",
    ],
    ids=["body", "chunks", "folded", "version", "no request", "not ascii"],
)
async def test_inp_05_a_request_that_cannot_be_read_is_answered(tmp_path, request_: str):
    async with serving(tmp_path) as house:
        peer = await house.connect()
        await peer.write(request_.encode())
        head, _, body = (await peer.rest()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert body.endswith(b".\n")
        assert house.app.listener.aborted["handshake.malformed"] == 1


async def test_inp_05_a_header_that_is_too_long_is_answered(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.connect()
        await peer.write(b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"x" * 9_000)
        head, _, body = (await peer.rest()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
        assert body == f"The request has more than {HANDSHAKE_BYTES} bytes.\n".encode()
