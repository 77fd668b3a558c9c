"""Commands over a socket: many at once, all answered, in the order of their start; and back-pressure when it is too much."""

import asyncio

import pytest

from among_protocol import wire
from among_server.limits import IN_FLIGHT
from tests.wire.house import framed, serving, until
from tests.world import PASSWORD


async def test_more_commands_than_fit_in_flight_are_all_answered(tmp_path):
    async with serving(tmp_path) as house:
        ann, bob = await house.person("ann"), await house.person("bob", wire.MSGPACK)
        sent = IN_FLIGHT * 5
        commands = [
            ann.encoded("message.send", nonce=f"n-{number}", room=ann.room, body=f"{number}") for number in range(sent)
        ]
        await ann.write(b"".join(framed(payload) for _, payload in commands))
        replies: dict[str, int] = {}
        while len(replies) < sent:
            message = await ann.message()
            if message["type"] == "ok":
                assert message["id"] not in replies
                replies[message["id"]] = message["result"]["entry"]["seq"]
        assert [replies[id] for id, _ in commands] == list(range(1, sent + 1)), "written in the order of their start"
        await bob.result("session.ping")
        while len(heard := [event["body"] for event in bob.heard if event["type"] == "message.sent"]) < sent:
            bob.heard.append(await bob.message())
        assert heard == [f"{number}" for number in range(sent)]


async def test_no_more_than_in_flight_are_taken_from_the_socket(tmp_path, monkeypatch):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        session = house.session(ann)
        most = 0
        receive = house.app.dispatch.receive

        def counted(context, data):
            nonlocal most
            receive(context, data)
            most = max(most, session.in_flight)

        monkeypatch.setattr(house.app.dispatch, "receive", counted)
        commands = [ann.encoded("message.page", room=ann.room) for _ in range(IN_FLIGHT * 4)]
        await ann.write(b"".join(framed(payload) for _, payload in commands))
        for id, _ in commands:
            await ann.reply(id) if id not in {event.get("id") for event in ann.heard} else None
        assert most == IN_FLIGHT
        assert session.in_flight == 0


async def test_who_is_ahead_of_the_server_waits_in_their_socket_and_fills_no_memory(tmp_path, monkeypatch):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        (connection,) = [one for one in house.app.listener.connections if one.session is house.session(ann)]
        most = 0
        receive = house.app.dispatch.receive

        def measured(context, data):
            nonlocal most
            receive(context, data)
            most = max(most, connection.unread())

        monkeypatch.setattr(house.app.dispatch, "receive", measured)
        commands = [ann.encoded("draft.set", place=ann.room, text="x" * 1_000) for _ in range(IN_FLIGHT * 64)]
        everything = b"".join(framed(payload) for _, payload in commands)
        sending = asyncio.create_task(ann.write(everything))
        for id, _ in commands:
            assert (await ann.message())["id"] == id
        await sending
        assert len(everything) > 4_000_000
        assert most < 400_000, "what is read at once, and a few answers"


@pytest.mark.parametrize("way", ["right", "wrong"])
async def test_what_is_sent_behind_a_sign_in_is_answered_however_much_it_is(tmp_path, way):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        other = await house.guest()
        commands = [
            other.encoded("session.sign_in", handle="ann", password=PASSWORD if way == "right" else "wrong horse"),
            *[other.encoded("message.page", room=ann.room) for _ in range(IN_FLIGHT * 3)],
        ]
        await other.write(b"".join(framed(payload) for _, payload in commands))
        replies = [await other.message() for _ in commands]
        assert replies[0]["id"] == commands[0][0]
        assert {reply["type"] for reply in replies} == {"ok" if way == "right" else "refused"}
        assert sorted(reply["id"] for reply in replies) == sorted(id for id, _ in commands)


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_a_conversation(tmp_path, encoding):
    async with serving(tmp_path) as house:
        ann, bob = await house.person("ann", encoding), await house.person("bob")
        assert await ann.say("hi @bob 😀") == 1
        event = await bob.message()
        assert (event["type"], event["body"], event["log"], event["seq"]) == ("message.sent", "hi @bob 😀", ann.room, 1)
        (copy,) = [event for event in ann.heard if event["type"] == "message.sent"]
        assert copy == event
        page = await bob.result("log.entries", log=bob.room, after=0)
        assert page["entries"] == [event]


async def test_signing_out_closes_every_connection_of_the_session(tmp_path):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        phone = await house.back(ann.token)
        assert (await ann.ask("session.sign_out"))["type"] == "ok"
        assert await ann.closed() == 4501
        assert await phone.closed() == 4501
        other = await house.guest()
        refused = await other.ask("session.sign_in", token=ann.token)
        assert refused["code"] == "session.token_invalid"
        await until(lambda: len(house.app.listener.connections) == 1)
