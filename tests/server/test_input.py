"""Whatever is sent: a reply that the protocol knows, never a mistake of the server's, and the session lives on."""

import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_protocol import codes, wire
from among_protocol.codes import CloseCode
from among_protocol.session import Ping
from tests.world import Person, world_of

ROTTEN = {
    "nothing": b"",
    "a nest": b"[" * 100_000,
    "a closed nest": b"[" * 30_000 + b"]" * 30_000,
    "a nest of objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a nest in an unknown field": b'{"type":"session.ping","id":"1","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "bad UTF-8": b'{"type":"session.ping","id":"\xff\xfe"}',
    "a cut UTF-8 sequence": b'{"type":"session.ping","id":"\xe2\x82"}',
    "an encoded surrogate": b'{"type":"session.ping","id":"\xed\xa0\x80"}',
    "an escaped surrogate": b'{"type":"session.ping","id":"\\ud800"}',
    "a huge number": b'{"type":"log.entries","id":"1","log":"r","after":' + b"9" * 60_000 + b"}",
    "a number past 64 bits": b'{"type":"log.entries","id":"1","log":"r","after":18446744073709551616}',
    "a number past a double's": b'{"type":"log.entries","id":"1","log":"r","after":9007199254740993}',
    "less than nothing": b'{"type":"log.entries","id":"1","log":"r","after":-1}',
    "a fraction": b'{"type":"log.entries","id":"1","log":"r","after":1.5}',
    "infinity": b'{"type":"log.entries","id":"1","log":"r","after":1e400}',
    "not a number": b'{"type":"log.entries","id":"1","log":"r","after":NaN}',
    "something behind": b'{"type":"session.ping","id":"1"} {}',
    "a list": b'[{"type":"session.ping","id":"1"}]',
    "null": b"null",
    "an id that is none": b'{"type":"session.ping","id":null}',
    "a type that is none": b'{"type":["session.ping"],"id":"1"}',
    "a type that is long": b'{"type":"' + b"x" * 60_000 + b'","id":"1"}',
    "a null byte": b'{"type":"session.ping","id":"1"}\x00',
    "a mark of byte order": b'\xef\xbb\xbf{"type":"session.ping","id":"1"}',
    "another encoding": msgspec.msgpack.encode({"type": "session.ping", "id": "1"}),
}
ROTTEN_PACKED = {
    "nothing": b"",
    "a nest": b"\x91" * 60_000,
    "a nest of maps": b"\x81\xa1a" * 20_000 + b"\xc0",
    "a list that is said to be huge": b"\xdd\xff\xff\xff\xff",
    "a map that is said to be huge": b"\xdf\xff\xff\xff\xff",
    "a text that is said to be huge": b"\xdb\xff\xff\xff\xffabc",
    "bytes that are said to be huge": b"\xc6\xff\xff\xff\xff",
    "an unknown extension": b"\xc7\x01\x63x",
    "a time that is none": b"\xd7\xff" + b"\xff" * 8,
    "a byte that is never used": b"\xc1",
    "bad UTF-8": b"\x82\xa4type\xacsession.ping\xa2id\xa2\xff\xfe",
    "a number past a double's": msgspec.msgpack.encode(
        {"type": "log.entries", "id": "1", "log": "r", "after": 2**64 - 1}
    ),
    "a float": b"\x84\xa4type\xablog.entries\xa2id\xa11\xa3log\xa1r\xa5after\xcb" + struct.pack(">d", 1.5),
    "a key that is no text": b"\x81\x01\x02",
    "something behind": msgspec.msgpack.encode({"type": "session.ping", "id": "1"}) + b"\x00",
    "another encoding": b'{"type":"session.ping","id":"1"}',
}
CASES = [(wire.JSON, name, data) for name, data in ROTTEN.items()] + [
    (wire.MSGPACK, name, data) for name, data in ROTTEN_PACKED.items()
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
