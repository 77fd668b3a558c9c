"""From a frame to its reply: exactly one for each command, whatever happens; and the order of what is written."""

import asyncio
import itertools

import msgspec
import pytest

from among_protocol import codes, wire
from among_protocol.base import Command, Done, Ok, Refused
from among_protocol.codes import Close, CloseCode
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.rooms import ListRooms
from among_protocol.session import Ping, SignIn
from among_server.core.dispatch import Route
from among_server.handlers import ROUTES
from among_server.limits import IN_FLIGHT, MALFORMED_FRAMES
from tests.held import HeldStore
from tests.world import Person, World, until, world_of

ENCODINGS = [wire.JSON, wire.MSGPACK]


def instead(world: World, command, handler) -> None:
    """This world's server answers a command in another way."""
    world.app.dispatch.routes = {**world.app.dispatch.routes, command: Route(handler, 1)}


async def test_every_command_has_exactly_one_reply():
    """World fails on a second one. Pages to one session are made one after the other."""
    store = HeldStore()
    async with world_of(store) as world:
        (ann,) = await world.join("garden/hall", "ann")
        before = set(ann.raw)
        hold = store.hold("messages")
        commands: list[tuple[type[Command], dict[str, str]]] = [
            (SendMessage, {"room": ann.room, "body": "hi"}),
            (ReadMessages, {"room": ann.room}),
            (SendMessage, {"room": "r_nowhere", "body": "hi"}),
            (Ping, {}),
            (ReadMessages, {"room": "r_nowhere"}),
        ]
        asked = [ann.begin(command, **fields) for command, fields in commands * 3]
        await until(lambda: len(ann.raw) - len(before) == 9)
        hold.let_go()
        await world.quiet()
        assert set(ann.raw) - before == set(asked)


async def test_an_id_is_free_again_once_it_is_answered():
    async with world_of() as world:
        guest = Person(world)
        for _ in range(3):
            id = guest.begin(Ping, id="mine")
            assert isinstance(guest.replies.pop(id), Ok)
            del guest.raw[id]


async def test_replies_may_overtake_each_other():
    store = HeldStore()
    async with world_of(store) as world:
        (ann,) = await world.join("garden/hall", "ann")
        hold = store.hold("messages")
        slow = ann.begin(ReadMessages, room=ann.room)
        await ann.ask(Ping)
        assert slow not in ann.raw
        hold.let_go()
        await ann.reply(slow, ReadMessages.Reply)


async def test_writes_reach_the_store_in_the_order_in_which_they_came():
    """One of them has to look something up first; those behind it wait for it."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        lookup = asyncio.get_running_loop().create_future()

        async def send(context, command):
            if command.body == "0":
                await lookup
            return await context.append(command)

        instead(world, SendMessage, send)
        ids = [ann.begin(SendMessage, room=ann.room, body=f"{number}") for number in range(5)]
        await bob.say("I need not wait")
        assert not set(ids) & set(ann.raw)
        lookup.set_result(None)
        for id in ids:
            await ann.answered(id)
        heard = [event.body for event in await bob.settled() if isinstance(event, MessageSent)]
        assert heard == ["I need not wait", "0", "1", "2", "3", "4"]


async def test_a_write_that_fails_at_its_lookup_lets_those_behind_it_on():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        lookup = asyncio.get_running_loop().create_future()

        async def send(context, command):
            if command.body == "0":
                await lookup
            return await context.append(command)

        instead(world, SendMessage, send)
        ids = [ann.begin(SendMessage, room=ann.room, body=f"{number}") for number in range(3)]
        lookup.set_exception(codes.Refuse(codes.ROOM_GONE))
        for id in ids:
            await ann.answered(id)
        assert [type(ann.replies[id]) for id in ids] == [Refused, Ok, Ok]
        assert [event.body for event in await bob.settled()] == ["1", "2"]


@pytest.mark.parametrize("encoding", ENCODINGS, ids=["json", "msgpack"])
async def test_a_frame_that_is_no_command_is_refused_with_what_could_be_read(encoding):
    async with world_of() as world:
        guest = Person(world, encoding)
        encode = encoding.encode
        wrong = [
            (b"", codes.MALFORMED, None, ""),
            (encode([1, 2]), codes.MALFORMED, None, ""),
            (encode("session.ping"), codes.MALFORMED, None, ""),
            (encode({"type": "session.ping"})[:-1], codes.MALFORMED, None, ""),
            (encode({"id": "1"}), codes.UNKNOWN_COMMAND, "1", "type"),
            (encode({"type": "session.hello", "id": "2"}), codes.UNKNOWN_COMMAND, "2", "type"),
            (encode({"type": "nobody.knows", "id": "x" * 65}), codes.UNKNOWN_COMMAND, None, "type"),
            (encode({"type": "session.ping", "id": ""}), codes.FIELD_INVALID, None, "id"),
            (encode({"type": "session.ping", "id": "x" * 65}), codes.FIELD_TOO_LONG, None, "id"),
            (encode({"type": "session.ping"}), codes.FIELD_INVALID, None, "id"),
            (encode({"type": "message.send", "id": "3", "nonce": "n", "room": 7}), codes.FIELD_INVALID, "3", "room"),
        ]
        for frame, code, id, field in wrong:
            guest.replies.clear()
            guest.raw.clear()
            guest.send(frame)
            (refused,) = guest.replies.values()
            assert (refused.code, refused.id, refused.field) == (code.code, id, field), frame
            guest.session.malformed = 0
        await guest.ask(Ping)


async def test_ten_malformed_frames_and_it_is_over():
    async with world_of() as world:
        assert world.app.services.hello.limits.malformed_frames == MALFORMED_FRAMES == 10
        guest = Person(world)
        for number in range(MALFORMED_FRAMES):
            assert guest.closed is None
            guest.raw.clear()
            guest.send(b"{")
            if number == 5:
                await guest.ask(Ping)  # does not make up for it
        assert guest.closed is CloseCode.MALFORMED
        assert not codes.comes_back(guest.closed)


async def test_a_command_of_another_version_ends_nothing():
    async with world_of() as world:
        guest = Person(world)
        for number in range(30):
            guest.send(b'{"type":"future.thing","id":"f%d"}' % number)
            assert guest.replies[f"f{number}"].code == codes.UNKNOWN_COMMAND.code
        assert guest.closed is None
        guest.send(b'{"type":"session.ping","id":"p","future":{"field":[1]}}')
        assert isinstance(guest.replies["p"], Ok)


@pytest.mark.parametrize("late", [False, True])
async def test_a_handler_that_fails_is_one_line_in_the_log_and_a_bug_to_the_client(late, capsys):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        capsys.readouterr()

        async def ping(context, command):
            if late:
                await context.store.community("garden")
            raise ZeroDivisionError("secret of the server")

        instead(world, Ping, ping)
        refused = await ann.refused(Ping)
        assert (refused.code, refused.kind) == (codes.INTERNAL.code, "bug")
        assert "secret" not in ann.raw[str(refused.id)].decode()
        assert world.mistakes.pop() == codes.INTERNAL.message
        assert capsys.readouterr().out.count("command.failed") == 1
        assert (await ann.say("still alive")).seq == 1
        assert world.app.dispatch.running == 0


async def test_a_handler_may_end_the_connection():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")

        async def ping(context, command):
            raise Close(CloseCode.STORAGE_LOST, "not to be trusted")

        instead(world, Ping, ping)
        ann.begin(Ping)
        assert ann.closed is CloseCode.STORAGE_LOST
        assert world.app.services.people.get(ann.account) is None


async def test_who_stops_refuses_what_comes_and_ends_what_is_under_way():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        writes = store.hold("writes")
        under_way = ann.begin(SendMessage, room=ann.room, body="in time")
        world.app.dispatch.stopping = True
        refused = await ann.refused(SendMessage, room=ann.room, body="too late")
        assert (refused.code, refused.kind) == (codes.STOPPING.code, "wait")
        assert refused.retry_after_ms > 0
        writes.let_go()
        await ann.reply(under_way, SendMessage.Reply)
        await world.quiet()
        assert [event.body for event in bob.heard if isinstance(event, MessageSent)] == ["in time"]


async def test_what_waits_behind_a_barrier_is_refused_before_who_stops_goes_on():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        lookup = asyncio.get_running_loop().create_future()

        async def send(context, command):
            await lookup
            return await context.append(command)

        instead(world, SendMessage, send)
        ids = [ann.begin(SendMessage, room=ann.room, body="hi") for _ in range(3)]
        stopped = asyncio.ensure_future(world.app.dispatch.stop())
        await asyncio.sleep(0)
        lookup.set_result(None)
        await stopped
        await until(lambda: not any(log.waiting for log in world.app.services.logs))
        assert [type(ann.replies[id]) for id in ids] == [Ok, Refused, Refused]


async def test_what_waits_behind_a_barrier_counts_as_in_flight_and_is_answered():
    """More stay unread in the socket until there is room, so there must be room when all were refused."""
    store = HeldStore()
    async with world_of(store) as world:
        (ann,) = await world.join("garden/hall", "ann")
        other = Person(world)
        room_again = []
        other.session.room_again = lambda: room_again.append(other.session.in_flight)
        other.session.held_back = True
        hold = store.hold("session")
        other.begin(SignIn, token="wrong")
        ids = [other.begin(ListRooms, community=world.id("garden")) for _ in range(IN_FLIGHT - 1)]
        assert other.session.in_flight == IN_FLIGHT
        hold.let_go()
        for id in ids:
            await other.answered(id)
            assert other.replies[id].code == codes.SIGN_IN_REQUIRED.code
        assert other.session.in_flight == 0
        assert room_again[-1] == 0, "nobody was told that there is room again"


async def test_a_connection_that_ends_ends_what_it_asked():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        writes = store.hold("writes")
        for number in range(3):
            ann.begin(SendMessage, room=ann.room, body=f"{number}")
        ann.leave()  # World fails when something is written to her now
        writes.let_go()
        heard = [event.body for event in await bob.settled() if isinstance(event, MessageSent)]
        assert heard == ["0", "1", "2"]
        assert world.app.dispatch.running == 0


async def test_everything_at_once_from_many():
    """Whatever they wait for, all are answered, and everybody hears the same in the same order."""
    async with world_of() as world:
        people = await world.join("garden/hall", *[f"person-{number}" for number in range(6)])
        people += await world.join("garden/hall", "packed", encoding=wire.MSGPACK)
        asked = []
        for number, person in itertools.product(range(10), people):
            kind = (Ping, ListRooms, SendMessage)[(number + person.session.number) % 3]
            fields = {
                Ping: {},
                ListRooms: {"community": world.id("garden")},
                SendMessage: {"room": person.room, "body": f"{person.handle} {number}"},
            }[kind]
            asked.append((person, person.begin(kind, **fields)))
            if number % 3 == 0:
                await asyncio.sleep(0)
        for person, id in asked:
            await person.answered(id)
            assert isinstance(person.replies[id], Ok)
        stories = [
            [msgspec.to_builtins(event) for event in await person.settled() if isinstance(event, MessageSent)]
            for person in people
        ]
        assert len(stories[0]) > 20
        assert all(story == stories[0] for story in stories)


async def test_done_is_an_empty_result():
    assert wire.JSON.ok("1", Done()) == b'{"type":"ok","id":"1","result":{}}'
    assert len(ROUTES) == len(wire.COMMANDS)
