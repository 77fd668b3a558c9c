"""Frames: however they are cut, mixed or broken."""

import os
import random
import zlib

import msgspec
import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame as ReadFrame
from websockets.protocol import State
from websockets.uri import parse_uri

from among_protocol import wire
from among_server.core import frames
from among_server.limits import FRAME_BYTES, MALFORMED_FRAMES
from tests.wire.house import BINARY, CLOSE, CONT, PING, PONG, TEXT, House, Over, Peer, framed, serving, until

ENCODINGS = [wire.JSON, wire.MSGPACK]


def padded(peer: Peer, size: int) -> tuple[str, bytes]:
    """A ping that is exactly so many bytes, by a field that nobody knows."""
    id, payload = peer.encoded("session.ping", pad="")
    id, payload = peer.encoded("session.ping", id=id, pad="x" * (size - len(payload)))
    assert len(payload) == size
    return id, payload


async def test_many_frames_in_one_segment(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.guest()
        commands = [peer.encoded("session.ping") for _ in range(50)]
        await peer.write(b"".join(framed(payload) for _, payload in commands))
        for id, _ in commands:
            assert (await peer.message())["id"] == id


async def arrived(house: House, peer: Peer, size: int) -> None:
    """So many bytes of a frame are there."""
    connection = house.connection(peer)
    await until(lambda: len(connection._buffer) == size)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
@pytest.mark.parametrize("encoding", ENCODINGS, ids=["json", "msgpack"])
def test_a_frame_of_the_server_is_read_back_whatever_its_size(size, encoding):
    sent = frames.frame(encoding, b"x" * size)
    connection = ClientProtocol(parse_uri("ws://localhost"), max_size=None, state=State.OPEN)
    connection.receive_data(sent)
    (read,) = connection.events_received()
    assert isinstance(read, ReadFrame)
    assert (read.opcode, len(read.data), read.fin) == (BINARY if encoding.binary else TEXT, size, True)


@pytest.mark.parametrize("size", [50, 200, 70_000])
async def test_a_frame_that_comes_byte_by_byte(tmp_path, size):
    async with serving(tmp_path) as house:
        peer = await house.guest()
        id, payload = padded(peer, min(size, FRAME_BYTES))
        frame = framed(payload)
        start = 0
        for cut in (*range(1, 20), len(frame) - 1):
            await peer.write(frame[start:cut])
            await arrived(house, peer, cut)
            start = cut
        await peer.write(frame[start:])
        assert (await peer.reply(id))["type"] == "ok"
        await peer.result("session.ping")


async def test_random_frames_in_random_segments(tmp_path):
    """Whole and fragmented, small and large, with pings and pongs between, cut anywhere: all are answered, in order."""
    rng = random.Random(7)
    async with serving(tmp_path) as house:
        peer = await house.person("ann")
        stream, expected = b"", []
        for _ in range(60):
            id, payload = padded(peer, rng.choice([60, 125, 126, 127, 300, 30_000]))
            if rng.random() < 0.5:
                stream += framed(payload)
                expected.append(id)
                continue
            middle = rng.randrange(len(payload))
            stream += framed(payload[:middle], TEXT, fin=False)
            if rng.random() < 0.5:
                stream += framed(b"between", PING)
                expected.append("pong")
            stream += framed(b"", PONG) + framed(payload[middle:], CONT)
            expected.append(id)
        answers: list[str] = []
        while stream:
            cut = rng.choice([1, 5, 100, 5_000, 70_000])
            await peer.write(stream[:cut])
            stream = stream[cut:]
        while len(answers) < len(expected):
            frame = await peer.frame()
            answers.append("pong" if frame.opcode == PONG else msgspec.json.decode(frame.payload)["id"])
        assert answers == expected


@pytest.mark.parametrize("encoding", ENCODINGS, ids=["json", "msgpack"])
async def test_a_fragmented_message_is_one_command(tmp_path, encoding):
    async with serving(tmp_path) as house:
        peer = await house.guest(encoding)
        id, payload = peer.encoded("session.ping")
        await peer.write(framed(payload[:3], peer.opcode, fin=False) + framed(payload[3:7], CONT, fin=False))
        await peer.write(framed(b"are you there?", PING))
        pong = await peer.frame()
        assert (pong.opcode, pong.payload) == (PONG, b"are you there?")
        await peer.write(framed(payload[7:], CONT))
        assert (await peer.reply(id))["type"] == "ok"
        assert house.app.listener.pieces == {}
        await peer.result("session.ping")


async def test_a_ping_is_answered_and_a_pong_needs_no_answer(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.guest()
        await peer.write(framed(b"x" * 125, PING) + framed(b"unasked", PONG))
        pong = await peer.frame()
        assert (pong.opcode, pong.payload) == (PONG, b"x" * 125)
        await peer.result("session.ping")


@pytest.mark.parametrize("encoding", ENCODINGS, ids=["json", "msgpack"])
@pytest.mark.parametrize("pieces", [1, 2])
async def test_the_other_kind_of_frame_is_refused_ten_times(tmp_path, encoding, pieces):
    async with serving(tmp_path) as house:
        peer = await house.guest(encoding)
        _, payload = peer.encoded("session.ping")
        wrong = TEXT if encoding.binary else BINARY
        data = (
            framed(payload, wrong) if pieces == 1 else framed(payload[:3], wrong, fin=False) + framed(payload[3:], CONT)
        )
        for _ in range(MALFORMED_FRAMES):
            await peer.write(data)
            refused = await peer.message()
            assert (refused["code"], refused["id"]) == ("frame.malformed", None)
            assert ("binary" if encoding.binary else "text") in refused["message"]
        assert await peer.closed() == 4500


async def some_arrived(house: House, peer: Peer) -> None:
    connection = house.connection(peer)
    await until(lambda: bool(connection._buffer or connection.fragmented or connection.closing))


@pytest.mark.parametrize("fragmented", [False, True])
@pytest.mark.parametrize("together", [False, True])
async def test_a_frame_of_exactly_the_limit_and_one_byte_more(tmp_path, fragmented, together):
    async with serving(tmp_path) as house:
        for size in (FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1):
            peer = await house.guest()
            id, payload = padded(peer, size)
            half = size // 2
            data = (
                framed(payload[:half], TEXT, fin=False) + framed(payload[half:], CONT)
                if fragmented
                else framed(payload)
            )
            cut = len(data) if together else 1_000
            await peer.write(data[:cut])
            if not together:
                await some_arrived(house, peer)
                await peer.write(data[cut:])
            if size <= FRAME_BYTES:
                assert (await peer.reply(id))["type"] == "ok"
                await peer.result("session.ping")
            else:
                assert await peer.closed() == 1009


async def test_a_header_that_promises_too_much_is_enough(tmp_path):
    async with serving(tmp_path) as house:
        for size in (FRAME_BYTES + 1, 2**31, 2**63 - 1):
            peer = await house.guest()
            await peer.write(b"\x81\xff" + size.to_bytes(8, "big") + b"mask" + b"the beginning")
            assert await peer.closed() == 1009
        peer = await house.guest()
        await peer.write(b"\x81\xff" + (2**64 - 1).to_bytes(8, "big") + b"mask")
        assert await peer.closed() in (1002, 1009)


async def test_a_length_that_takes_more_bytes_than_it_needs_upsets_nothing(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.guest()
        commands = [peer.encoded("session.ping") for _ in range(3)]
        for _, payload in commands:
            frame = framed(payload, long=True)
            await peer.write(frame[:9])
            await arrived(house, peer, 9)
            await peer.write(frame[9:20])
            await arrived(house, peer, 20)
            await peer.write(frame[20:])
        for id, _ in commands:
            assert (await peer.reply(id))["type"] == "ok"


async def test_endless_fragments_are_bounded(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.guest()
        await peer.write(framed(b"x" * 30_000, TEXT, fin=False))
        try:
            for _ in range(10):
                await peer.write(framed(b"x" * 30_000, CONT, fin=False))
        except ConnectionError:
            pass
        # Which bound is met first, of a message or of a guest, is a matter of how much arrives at once.
        assert await peer.closed() in (1009, 4504, 1006)
        await until(lambda: not house.app.listener.connections)
        assert house.app.listener.pieces == {}


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (framed(b'{"type":"session.ping","id":"1"}', masked=False), 1002),
        (framed(b"x" * 200, masked=False), 1002),
        (framed(b"hello", PING, masked=False), 1002),
        (framed(b"x", 0x3), 1002),  # an opcode that is none
        (framed(b"x", TEXT | 0x40), 1002),  # a reserved bit
        (framed(b"x", CONT), 1002),  # goes on with nothing
        (framed(b"x", PING, fin=False), 1002),
        (framed(b"x" * 126, PING), 1002),
        (framed(b"x", TEXT, fin=False) + framed(b"x", TEXT), 1002),  # a new one inside
        (framed(b"\x03", CLOSE), 1002),
        (framed((5000).to_bytes(2, "big") + b"\xff\xfe", CLOSE), 1007),
    ],
    ids=lambda given: given if isinstance(given, int) else f"{len(given)} bytes, {given[0]:x}",  # masks are random
)
async def test_what_breaks_the_rules_is_told_which_and_shown_out(tmp_path, frame, code):
    async with serving(tmp_path) as house:
        peer = await house.guest()
        await peer.write(frame)
        assert await peer.closed() == code
        await until(lambda: not house.app.listener.connections)


async def test_inp_04_no_compression_is_agreed_to_and_what_is_compressed_is_not_unpacked(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.connect()
        await peer.shake(extensions="permessage-deflate; client_max_window_bits")
        assert (peer.status, peer.headers.get("sec-websocket-extensions")) == (101, None)
        deflated = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        bomb = deflated.compress(bytes(20 * FRAME_BYTES)) + deflated.flush(zlib.Z_SYNC_FLUSH)
        await peer.write(framed(bomb[:-4], TEXT | 0x40))
        assert await peer.closed() == 1002


@pytest.mark.parametrize("payload", [b"", (1000).to_bytes(2, "big"), (4321).to_bytes(2, "big") + "bye ✓".encode()])
async def test_a_close_is_answered_with_the_same_code_and_the_server_ends_the_connection(tmp_path, payload):
    async with serving(tmp_path) as house:
        peer = await house.person("ann")
        await peer.write(framed(payload, CLOSE))
        frame = await peer.frame()
        assert (frame.opcode, frame.payload[:2]) == (CLOSE, payload[:2])
        with pytest.raises(Over):
            await peer.frame()
        peer.close()
        await until(lambda: not house.app.listener.connections)
        assert len(house.app.services.people) == 0


async def test_what_comes_after_a_close_is_not_done(tmp_path):
    async with serving(tmp_path) as house:
        ann, bob = await house.person("ann"), await house.person("bob")
        _, payload = ann.encoded("message.send", nonce="late", room=ann.room, body="too late")
        await ann.write(framed(b"", CLOSE) + framed(payload) + framed(b"x", PING))
        assert await ann.closed() == 1005
        await bob.result("session.ping")
        assert not [event for event in bob.heard if event["type"] == "message.sent"]


async def test_who_is_cut_in_the_middle_of_anything_leaves_nothing_behind(tmp_path):
    async with serving(tmp_path) as house:
        for ending in (b"\x81", framed(b"x" * 300)[:100], framed(b"x", TEXT, fin=False), b""):
            peer = await house.person(f"person-{len(house.peers)}")
            await peer.write(ending)
            peer.sock.setsockopt(*LINGER)  # a reset
            peer.close()
            await until(lambda: not house.app.listener.connections)
        assert len(house.app.services.people) == 0
        assert house.app.listener.pieces == {}
        assert list(house.app.services.logs) == []


async def test_inp_02_noise_ends_the_connection_or_is_refused_and_harms_nobody(tmp_path):
    rng = random.Random(11)
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        for _ in range(40):
            peer = await house.guest()
            noise = rng.randbytes(rng.randrange(1, 3_000))
            try:
                await peer.write(noise if rng.random() < 0.5 else framed(noise, rng.choice([TEXT, BINARY, PING])))
                await peer.write(framed(b"", CLOSE))
            except ConnectionError:
                pass
            peer.sock.shutdown(1)
            await peer.closed()
        await until(lambda: len(house.app.listener.connections) == 1)
        await ann.result("session.ping")


def linger() -> tuple[int, int, bytes]:
    import socket
    import struct

    return socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)


LINGER = linger()
assert os.name == "posix"
