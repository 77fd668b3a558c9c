"""Whatever is sent: a reply that the protocol knows, never a mistake of the server's, and the session lives on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_protocol import codes, wire
from among_protocol.codes import CloseCode
from among_protocol.session import Ping
from tests.fuzz import corpus
from tests.world import Person, world_of

CASES = [(wire.JSON, name, data) for name, data in corpus.JSON.items()] + [
    (wire.MSGPACK, name, data) for name, data in corpus.PACKED.items()
]


@pytest.mark.parametrize(
    ("encoding", "name", "data"), CASES, ids=[f"{encoding.subprotocol[9:]}: {name}" for encoding, name, _ in CASES]
)
async def test_inp_02_what_is_no_command_is_refused_and_the_session_lives_on(encoding, name, data):
    async with world_of() as world:
        person = Person(world, encoding)
        person.send(data)
        (refused,) = person.replies.values()
        assert refused.code in (codes.MALFORMED.code, codes.FIELD_INVALID.code, codes.UNKNOWN_COMMAND.code)
        assert refused.kind == "fix"
        assert len(refused.message) < 300
        person.raw.clear()
        await person.ask(Ping)


async def test_the_last_of_two_keys_counts():
    async with world_of() as world:
        person = Person(world)
        person.send(b'{"type":"session.ping","id":"1","id":"2"}')
        assert list(person.raw) == ["2"]


@given(data=st.binary(max_size=200), packed=st.booleans())
async def test_inp_02_any_bytes_have_one_answer(data, packed):
    async with world_of() as world:
        person = Person(world, wire.MSGPACK if packed else wire.JSON)
        person.send(data)
        await world.quiet()
        assert len(person.frames) == 1


async def test_who_is_wrong_too_often_is_shown_out_and_others_are_not():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for _ in range(10):
            ann.raw.clear()
            ann.send(b"{")
        assert ann.closed is CloseCode.MALFORMED
        await bob.say("I am still here")
