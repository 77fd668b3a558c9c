"""Peers who read slowly, not at all, or say nothing: what they cost is bounded, and they are told why they were cut."""

import asyncio
import socket
import threading

import pytest

from among_protocol import wire
from among_protocol.codes import CloseCode
from among_server.edge.connection import WRITE_HIGH, Connection
from among_server.edge.listener import CLOSE_WAIT
from among_server.limits import IN_FLIGHT
from tests.wire.house import PING, PONG, House, Over, Peer, framed, serving, until

LONG = "long " * 1_500


async def fill(house: House, author: Peer, reader: Peer) -> int:
    """Talk until the server has noticed that the reader does not read, and once more; the number of the last message."""
    session = house.session(reader)
    while not session.lagging:
        assert await author.say(LONG) < 500
    return await author.say(LONG)


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_who_does_not_read_lags_is_told_and_is_whole_again(tmp_path, encoding):
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await house.person("ann"), await house.person("bob", encoding, receive=4_096)
        seq = await fill(house, ann, bob)
        connection = house.connection(bob)
        waits = connection._transport.get_write_buffer_size()
        for _ in range(20):
            seq = await ann.say(LONG)
        assert waits < WRITE_HIGH + 40_000
        assert connection._transport.get_write_buffer_size() <= waits, "more waits for who lags"
        has: list[int] = []
        while True:
            event = await bob.message()
            if event["type"] == "session.lagging":
                break
            has.append(event["seq"])
        assert has == list(range(1, len(has) + 1))
        assert event["logs"] == {bob.room: seq}
        await ann.say("live again")
        has = [has[-1]]
        while has[-1] < seq:
            page = await bob.result("log.entries", log=bob.room, after=has[-1], until=seq)
            has += [entry["seq"] for entry in page["entries"]]
        assert has == list(range(has[0], seq + 1))
        (live,) = [event for event in bob.heard if event["type"] == "message.sent"]
        assert (live["seq"], live["body"]) == (seq + 1, "live again")


async def test_a_replay_waits_for_who_does_not_read(tmp_path):
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann = await house.person("ann")
        for _ in range(300):
            await ann.say(LONG)
        bob = await house.guest(receive=4_096)
        await bob.result("session.sign_in", token=ann.token)
        id = await bob.begin("session.sync", epoch=house.app.store.epoch, positions={ann.room: 0})
        connection, session = house.connection(bob), house.session(bob)
        await until(lambda: session.lagging)
        await ann.result("session.ping")
        assert connection._transport.get_write_buffer_size() < WRITE_HIGH + (1 << 20) + 100_000
        numbers = []
        while (event := await bob.message())["type"] != "session.synced":
            if event["type"] == "message.sent":
                numbers.append(event["seq"])
        assert event["id"] == id
        assert numbers == list(range(1, 301))


async def test_who_does_not_read_is_not_read_from(tmp_path):
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await house.person("ann"), await house.person("bob", receive=4_096)
        await fill(house, ann, bob)
        id, payload = bob.encoded("message.send", nonce="n", room=bob.room, body="from who does not read")
        await bob.write(framed(payload))
        for _ in range(5):
            await ann.say("meanwhile")
        assert not [event for event in ann.heard if event.get("body") == "from who does not read"]
        reply = await bob.reply(id)
        assert reply["type"] == "ok"


async def test_a_stalled_peer_is_cut_after_its_deadline_and_told_why_when_it_comes_back(tmp_path):
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await house.person("ann"), await house.person("bob", receive=4_096)
        await fill(house, ann, bob)
        connection, listener = house.connection(bob), house.app.listener
        deadline = connection.stalled + house.app.config.stall_ms / 1_000
        listener.mind(connection, deadline - 0.1)
        assert connection in listener.connections
        listener.mind(connection, deadline + 0.1)
        await until(lambda: connection not in listener.connections)
        assert await bob.closed() == 1006
        back = await house.back(bob.token)
        assert back.heard[-1]["cut"] == 4001
        again = await house.back(bob.token)
        assert "cut" not in again.heard[-1], "told once"
        await ann.result("session.ping")


async def test_who_reads_again_in_time_is_not_cut(tmp_path):
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await house.person("ann"), await house.person("bob", receive=4_096)
        await fill(house, ann, bob)
        while (await bob.message())["type"] != "session.lagging":
            pass
        connection = house.connection(bob)
        assert connection.stalled == 0
        house.app.listener.mind(connection, connection.heard + 20)
        await bob.result("session.ping")


async def answered(connection: Connection) -> None:
    await until(lambda: not connection.pinged)


async def test_who_is_silent_is_pinged_and_then_shown_out(tmp_path):
    async with serving(tmp_path) as house:
        peers = [await house.person("ann"), await house.person("bob", wire.MSGPACK)]
        config, listener = house.app.config, house.app.listener
        for peer in peers:
            connection = house.connection(peer)
            silent = connection.heard + config.ping_ms / 1_000
            listener.mind(connection, silent - 0.1)
            listener.mind(connection, silent + 0.1)
            listener.mind(connection, silent + 0.2)
            listener.mind(connection, silent + config.deadline_ms / 1_000 - 0.1)
            while (frame := await peer.frame()).opcode != PING:
                pass
            assert frame.payload == b""
            if peer is peers[0]:  # answers, and falls silent again
                await peer.write(framed(b"", PONG))
                await answered(connection)
                silent = connection.heard + config.ping_ms / 1_000
                listener.mind(connection, silent + 0.1)
                assert (await peer.frame()).opcode == PING
            listener.mind(connection, silent + config.deadline_ms / 1_000 + 0.1)
            with pytest.raises(Over) as closed:
                await peer.message()
            assert closed.value.args == (4002,)


async def test_any_byte_is_a_sign_of_life(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.person("ann")
        connection, listener = house.connection(peer), house.app.listener
        now = listener.now
        later = connection.heard + (house.app.config.ping_ms + house.app.config.deadline_ms) / 1_000 - 1
        listener.now = lambda: later
        await peer.write(framed(b"", PONG))
        await until(lambda: connection.heard == later)
        listener.mind(connection, later + 2)
        listener.now = now
        await peer.result("session.ping")


async def test_who_does_not_answer_a_close_is_dropped(tmp_path):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        connection, listener = house.connection(ann), house.app.listener
        for _ in range(10):
            await ann.write(framed(b"{"))
        await until(lambda: bool(connection.closing))
        listener.mind(connection, connection.closing + 4)
        assert connection in listener.connections
        listener.mind(connection, connection.closing + 6)
        await until(lambda: connection not in listener.connections)


async def test_who_keeps_sending_after_the_close_still_reads_why(tmp_path):
    """A socket that is closed with something unread resets the connection, and what was told may be lost."""
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        connection = house.connection(ann)
        await ann.write(framed(b"{") * 10)
        await until(lambda: bool(connection.closing))
        _, payload = ann.encoded("message.page", room=ann.room)
        for _ in range(10):
            await ann.write(framed(payload) * 500)
        assert await ann.closed() == 4500
        assert not ann.reset
        assert connection._buffer == b""


async def test_who_was_not_read_from_is_closed_like_anybody(tmp_path):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        connection = house.connection(ann)
        connection._pause(house.session(ann))
        await ann.write(framed(b"x"))
        connection.close(CloseCode.RESTARTING, "come back")
        assert await ann.closed() == 4000
        await until(lambda: connection not in house.app.listener.connections)


async def leaves_something_unread(house: House, author: Peer, reader: Peer) -> Connection:
    """Not so much that it lags: it is still read from."""
    connection = house.connection(reader)
    while connection._transport.get_write_buffer_size() < WRITE_HIGH // 2:
        assert await author.say(LONG) < 500
    assert not house.session(reader).lagging
    return connection


async def test_who_says_that_it_will_send_no_more_and_reads_nothing_has_left_and_is_dropped(tmp_path):
    """Its system goes on to acknowledge what is sent to it, for as long as it likes."""
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await house.person("ann"), await house.person("bob", receive=4_096)
        connection = await leaves_something_unread(house, ann, bob)
        session, listener = house.session(bob), house.app.listener
        bob.sock.shutdown(socket.SHUT_WR)
        await until(lambda: session.over)
        assert len(house.app.services.people) == 1, "only ann is here"
        waits = connection._transport.get_write_buffer_size()
        await ann.say("not for bob")
        assert connection._transport.get_write_buffer_size() == waits
        connection.close(CloseCode.SILENT, "whatever else comes to an end")
        listener.mind(connection, connection.closing + CLOSE_WAIT - 0.1)
        assert connection in listener.connections, "it may still read what it was sent"
        listener.mind(connection, connection.closing + CLOSE_WAIT + 0.1)
        await until(lambda: connection not in listener.connections)
        assert listener.aborted == {"close.unanswered": 1}


async def test_who_says_that_it_will_send_no_more_may_read_what_it_was_sent(tmp_path):
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await house.person("ann"), await house.person("bob", receive=4_096)
        connection = await leaves_something_unread(house, ann, bob)
        said = await ann.say("the end")
        bob.sock.shutdown(socket.SHUT_WR)
        await until(lambda: bool(connection.closing))
        assert [(await bob.message())["seq"] for _ in range(said)] == list(range(1, said + 1))
        assert await bob.closed() == 1006
        await until(lambda: connection not in house.app.listener.connections)


async def test_a_connection_that_closes_for_another_reason_waits_for_nobody_once_it_is_to_end(tmp_path):
    async with serving(tmp_path, send_buffer_kib=4) as house:
        ann, bob = await house.person("ann"), await house.person("bob", receive=4_096)
        connection = await leaves_something_unread(house, ann, bob)
        connection._transport.close()
        connection.close(CloseCode.DISABLED, "the account was disabled")
        await until(lambda: connection not in house.app.listener.connections)


async def test_who_is_not_read_from_is_not_taken_for_silent(tmp_path):
    """The disk hangs for a minute: who wrote meanwhile is still here, and is answered."""
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        connection, config, listener = house.connection(ann), house.app.config, house.app.listener
        disk = threading.Event()
        hangs = asyncio.ensure_future(house.app.store._writer.call(lambda _: disk.wait()))  # type: ignore[attr-defined]  # of SQLite
        try:
            ids = [
                await ann.begin("message.send", nonce=f"{number}", room=ann.room, body="hi")
                for number in range(IN_FLIGHT + 9)
            ]
            await until(lambda: house.session(ann).held_back)
            began = connection.heard
            for second in range(60):
                listener.mind(connection, began + second)
            assert not connection.closing
            assert not connection.pinged, "whose pong would not be read either"
        finally:
            disk.set()
        await hangs
        for id in ids:
            assert (await ann.reply(id))["type"] == "ok"
        silent = connection.heard + config.ping_ms / 1_000
        listener.mind(connection, silent + 0.1)
        assert connection.pinged, "and from here on its silence counts again"
