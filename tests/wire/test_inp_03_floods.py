"""Floods of frames, before and after signing in: each is closed with its code, and costs the server little."""

import gc
import os
from contextlib import suppress
from pathlib import Path

import pytest

from among_server.core.budget import Bucket, Buckets
from among_server.limits import CONTROL_FRAMES, FRAGMENTS, FRAME_BYTES, UNFINISHED_MS, UNPAID_REFUSALS
from tests.wire.house import CONT, PING, PONG, TEXT, House, Peer, framed, serving, until

FLOOD = 4504
KINDS = ["guest", "member"]


async def somebody(house: House, kind: str) -> Peer:
    return await (house.guest() if kind == "guest" else house.person("ann"))


@pytest.mark.parametrize("kind", KINDS)
async def test_inp_03_as_many_fragments_as_there_may_be_and_one_more(tmp_path, kind):
    async with serving(tmp_path) as house:
        peer = await somebody(house, kind)
        id, payload = peer.encoded("session.ping", pad="x" * FRAGMENTS)
        pieces = [payload[:1], *(payload[n : n + 1] for n in range(1, FRAGMENTS - 1)), payload[FRAGMENTS - 1 :]]
        assert len(pieces) == FRAGMENTS
        stream = framed(pieces[0], TEXT, fin=False)
        stream += b"".join(framed(piece, CONT, fin=False) for piece in pieces[1:-1])
        await peer.write(stream + framed(pieces[-1], CONT))
        assert (await peer.reply(id))["type"] == "ok"
        await peer.write(stream + framed(b"", CONT, fin=False) + framed(pieces[-1], CONT))
        assert await peer.closed() == FLOOD
        await until(lambda: not house.app.listener.connections)
        assert house.app.listener.pieces == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_inp_03_as_many_pings_a_second_as_there_may_be_and_one_more(tmp_path, kind, opcode):
    async with serving(tmp_path) as house:
        peer = await somebody(house, kind)
        connection, listener = house.connection(peer), house.app.listener
        listener.mind(connection, listener.now())  # a second begins
        await peer.write(framed(b"", opcode) * CONTROL_FRAMES)
        await peer.result("session.ping") if opcode == PONG else await pongs(peer, CONTROL_FRAMES)
        listener.mind(connection, listener.now())
        await peer.write(framed(b"", opcode) * (CONTROL_FRAMES + 1))
        assert await peer.closed() == FLOOD


async def pongs(peer: Peer, count: int) -> None:
    for _ in range(count):
        assert (await peer.frame()).opcode == PONG


@pytest.mark.parametrize("fragmented", [False, True])
@pytest.mark.parametrize("kind", KINDS)
async def test_inp_03_a_message_is_finished_in_time_however_it_dribbles(tmp_path, kind, fragmented):
    async with serving(tmp_path, sign_in_ms=10 * UNFINISHED_MS) as house:
        peer = await somebody(house, kind)
        connection, listener = house.connection(peer), house.app.listener
        first = framed(b"x", TEXT, fin=False) if fragmented else framed(b"x" * 100)[:7]
        await peer.write(first)
        await until(lambda: connection.fragmented or connection.begun > 0)
        began = listener.pieces[connection].begun if fragmented else connection.begun
        listener.now = lambda: began + 20
        for count in range(1, 6):  # a byte now and then is a sign of life, and no more time
            await peer.write(framed(b"", CONT, fin=False) if fragmented else b"y")
            if fragmented:
                await until(lambda count=count: len(listener.pieces[connection]) == 1 + count)  # type: ignore[misc]  # bound now
            else:
                await until(lambda count=count: len(connection._buffer) == 7 + count)  # type: ignore[misc]  # bound now
        listener.mind(connection, began + UNFINISHED_MS / 1000 - 0.1)
        assert not connection.closing
        listener.mind(connection, began + UNFINISHED_MS / 1000 + 0.1)
        assert await peer.closed() == 4001


@pytest.mark.parametrize("fragmented", [False, True])
async def test_inp_03_while_nobody_listens_no_time_to_finish_a_message_goes_by(tmp_path, fragmented):
    async with serving(tmp_path) as house:
        peer = await house.person("ann")
        connection, listener = house.connection(peer), house.app.listener
        await peer.write(framed(b"x", TEXT, fin=False) if fragmented else framed(b"x" * 100)[:7])
        await until(lambda: connection.fragmented or connection.begun > 0)
        began = listener.pieces[connection].begun if fragmented else connection.begun
        connection._hold()
        late = began + 2 * UNFINISHED_MS / 1000
        listener.mind(connection, late)
        connection._again()
        listener.mind(connection, late + 1)
        assert not connection.closing
        connection.heard = late + UNFINISHED_MS / 1000
        listener.mind(connection, late + UNFINISHED_MS / 1000 + 0.1)
        assert await peer.closed() == 4001


async def test_inp_03_who_finishes_each_message_may_begin_another_at_any_time(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.person("ann")
        connection, listener = house.connection(peer), house.app.listener
        for _ in range(3):
            id, payload = peer.encoded("session.ping")
            frame = framed(payload)
            await peer.write(frame[:5])
            await until(lambda: connection.begun > 0)
            await peer.write(frame[5:])
            await peer.reply(id)
            assert connection.begun == 0
            listener.mind(connection, listener.now() + 20)


@pytest.mark.parametrize("kind", KINDS)
async def test_inp_03_empty_messages_are_malformed_and_ten_are_the_end(tmp_path, kind):
    async with serving(tmp_path) as house:
        peer = await somebody(house, kind)
        await peer.write(framed(b"") * 5_000)
        assert await peer.closed() == 4500


UNPAID: dict[str, tuple[str, dict[str, object]]] = {
    "beyond the budget": ("session.ping", {}),
    "of no known type": ("session.pong", {}),
    "with a wrong field": ("log.entries", {"log": 7}),
}


@pytest.mark.parametrize("why", UNPAID)
async def test_inp_03_refusals_that_cost_nothing_are_few_in_a_second(tmp_path, why):
    """No budget bounds them: one account in a loop would keep the server from everybody else."""
    kind, fields = UNPAID[why]
    async with serving(tmp_path) as house:
        ann, bob = await house.person("ann"), await house.person("bob")
        connection, session, listener = house.connection(ann), house.session(ann), house.app.listener
        listener.mind = lambda connection, now: None  # type: ignore[method-assign]  # a second is over when we say so
        if why == "beyond the budget":
            session.bucket = Bucket(1, 0.000_1, listener.now())
            await ann.result("session.ping")
        connection.next_second()
        sent = [ann.encoded(kind, **fields) for _ in range(2 * UNPAID_REFUSALS + 1)]
        await ann.write(b"".join(framed(payload) for _, payload in sent))
        for part in (sent[:UNPAID_REFUSALS], sent[UNPAID_REFUSALS : 2 * UNPAID_REFUSALS], sent[2 * UNPAID_REFUSALS :]):
            for id, _ in part:  # each is answered, in its second
                assert (await ann.reply(id))["type"] == "refused"
            await bob.result("session.ping")
            assert session.unpaid == len(part)
            assert session.held_back is (len(part) == UNPAID_REFUSALS)
            connection.next_second()
        assert not session.held_back


def seldom(count: int) -> Buckets[str]:
    """So many, and no more for a long time."""
    return Buckets(count, 0.000_1, 10)


@pytest.mark.parametrize("whose", ["account", "address"])
async def test_inp_03_refusals_that_cost_nothing_are_few_on_all_connections_together(tmp_path, whose):
    """As many connections as one may have would else do what a single one may not."""
    async with serving(tmp_path) as house:
        bob, ann = await house.person("bob"), await house.person("ann")
        others = [await (house.back(ann.token) if whose == "account" else house.person(f"friend{n}")) for n in range(2)]
        crowd, listener = [ann, *others], house.app.listener
        listener.mind = lambda connection, now: None  # type: ignore[method-assign]  # a second is over when we say so
        for peer in crowd:
            house.connection(peer).next_second()
            house.session(peer).address = "192.0.2.7" if whose == "address" else ""
        setattr(listener.dispatch, f"{whose}_refusals", seldom(100))
        answered = (UNPAID_REFUSALS, 100 - UNPAID_REFUSALS + 1, 1)  # and of each one more, which finds out
        for peer, count in zip(crowd, answered, strict=True):
            sent = [peer.encoded("session.pong") for _ in range(UNPAID_REFUSALS)]
            await peer.write(b"".join(framed(payload) for _, payload in sent))
            for id, _ in sent[:count]:
                assert (await peer.reply(id))["type"] == "refused"
            assert house.session(peer).held_back
            peer.heard = [id for id, _ in sent[count:]]
        assert (await bob.ask("session.pong"))["type"] == "refused"
        assert not house.session(bob).held_back, "nobody else is"
        await bob.result("session.ping")
        setattr(listener.dispatch, f"{whose}_refusals", seldom(1_000))
        for peer in crowd:
            left, peer.heard = peer.heard, []
            house.connection(peer).next_second()
            for id in left:
                assert (await peer.reply(id))["type"] == "refused", "nothing is lost"
            assert not house.session(peer).held_back


async def test_inp_03_no_more_is_read_of_who_is_gone(tmp_path):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        connection, session = house.connection(ann), house.session(ann)
        connection._transport.abort()
        connection.data_received(framed(ann.encoded("session.pong")[1]) * 1_000)  # came with the end, in one piece
        assert session.unpaid == UNPAID_REFUSALS


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


ATTACKS = {
    "a frame that is too large": (b"\x81\xff" + (FRAME_BYTES + 1).to_bytes(8, "big") + b"mask" + b"x" * 60_000, 1009),
    "a frame that never ends": (b"\x81\xff" + FRAME_BYTES.to_bytes(8, "big") + b"mask" + b"x" * 60_000, None),
    "fragments that never end": (framed(b"x" * 30_000, TEXT, fin=False) + framed(b"", CONT, fin=False) * 100, None),
    "more fragments than fit": (framed(b"x", TEXT, fin=False) + framed(b"", CONT, fin=False) * 20_000, FLOOD),
    "fragments that are too large": (framed(b"x" * 40_000, TEXT, fin=False) + framed(b"x" * 40_000, CONT), 1009),
    "pings": (framed(b"x" * 125, PING) * 10_000, FLOOD),
    "empty messages": (framed(b"") * 20_000, 4500),
}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="counts memory as Linux tells it")
@pytest.mark.parametrize("attack", ATTACKS)
async def test_inp_03_forty_attackers_cost_the_server_less_than_five_mebibytes_each(tmp_path, attack):
    """Signed in, which is when they may send most. The peers of the test are in the same process, and count as well."""
    stream, code = ATTACKS[attack]
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        attackers = [await house.back(ann.token) for _ in range(20)]
        guests = [await house.guest() for _ in range(20)]
        gc.collect()
        before = resident()
        for peer in (*attackers, *guests):
            with suppress(ConnectionError):
                await peer.write(stream)
        if code is None:
            others = house.app.listener.connections - {house.connection(ann)}
            await until(lambda: all(one.begun or one.fragmented for one in others))
        else:
            for peer in (*attackers, *guests):
                assert await peer.closed() in (code, FLOOD, 1006)
        assert resident() - before < 40 * 5 * 1024 * 1024
        assert resident() - before < 40 * 1024 * 1024, "far less, in fact: a mebibyte each, the test's own included"
        await ann.result("session.ping")
