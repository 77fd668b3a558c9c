"""Any bytes: a command, or Malformed and nothing else (INP-02). The same for what a client reads."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol.base import Command
from among_protocol.codes import FIELD_INVALID, MALFORMED, UNKNOWN_COMMAND
from among_protocol.happenings import Positions
from among_protocol.logs import Sync
from among_protocol.messages import SendMessage
from among_protocol.session import Ping
from among_protocol.wire import COMMANDS, JSON, MSGPACK, Encoding, Frame, Malformed, tag_of

from .faults import a_client
from .model import Server

ENCODINGS = [pytest.param(encoding, id=encoding.subprotocol) for encoding in (JSON, MSGPACK)]
DEEP = 100_000

CORPUS: dict[str, bytes] = {
    "nothing": b"",
    "blank": b"   ",
    "null": b"null",
    "a number": b"7",
    "a string": b'"session.ping"',
    "a list": b"[]",
    "an empty object": b"{}",
    "deep lists": b"[" * DEEP,
    "deep lists, closed": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "deep in a field": b'{"type":"session.ping","id":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep in an unknown field": b'{"type":"session.ping","id":"1","x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep in an unknown command": b'{"type":"x.y","id":"1","x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "bad UTF-8": b'{"type":"session.ping","id":"\xff\xfe"}',
    "bad UTF-8 in an unknown field": b'{"type":"session.ping","id":"1","x":"\xff"}',
    "half of a character": b'{"type":"session.ping","id":"\xe2\x82"}',
    "a lone surrogate": b'{"type":"session.ping","id":"\\ud800"}',
    "a lone surrogate as bytes": b'{"type":"session.ping","id":"\xed\xa0\x80"}',
    "a surrogate and no other": b'{"type":"session.ping","id":"\\ud800\\u0041"}',
    "a huge number": b'{"type":"marker.set","id":"1","room":"r","seq":' + b"9" * 100_000 + b"}",
    "2^63": b'{"type":"marker.set","id":"1","room":"r","seq":9223372036854775808}',
    "-2^63": b'{"type":"marker.set","id":"1","room":"r","seq":-9223372036854775808}',
    "2^53": b'{"type":"marker.set","id":"1","room":"r","seq":9007199254740992}',
    "-1": b'{"type":"marker.set","id":"1","room":"r","seq":-1}',
    "1e400": b'{"type":"marker.set","id":"1","room":"r","seq":1e400}',
    "1.5": b'{"type":"marker.set","id":"1","room":"r","seq":1.5}',
    "NaN": b'{"type":"marker.set","id":"1","room":"r","seq":NaN}',
    "Infinity": b'{"type":"marker.set","id":"1","room":"r","seq":Infinity}',
    "a number as a string": b'{"type":"marker.set","id":"1","room":"r","seq":"1"}',
    "true for a number": b'{"type":"marker.set","id":"1","room":"r","seq":true}',
    "an object for a string": b'{"type":"message.send","id":"1","nonce":"n","room":"r","body":{"$ne":""}}',
    "a list for a string": b'{"type":"message.send","id":"1","nonce":"n","room":["r"],"body":"b"}',
    "null for a string": b'{"type":"message.send","id":"1","nonce":"n","room":"r","body":null}',
    "a missing field": b'{"type":"message.send","id":"1","nonce":"n","room":"r"}',
    "no id": b'{"type":"session.ping"}',
    "an empty id": b'{"type":"session.ping","id":""}',
    "a long id": b'{"type":"session.ping","id":"' + b"x" * 65 + b'"}',
    "an id that is a number": b'{"type":"session.ping","id":1}',
    "no type": b'{"id":"1"}',
    "a type that is a number": b'{"type":1,"id":"1"}',
    "a type that is null": b'{"type":null,"id":"1"}',
    "trailing": b'{"type":"session.ping","id":"1"} {}',
    "a second frame": b'{"type":"session.ping","id":"1"}\n{"type":"session.ping","id":"2"}',
    "cut off": b'{"type":"session.ping","id":"1"',
    "a byte order mark": b'\xef\xbb\xbf{"type":"session.ping","id":"1"}',
    "a comment": b'{"type":"session.ping","id":"1" /* hi */}',
    "single quotes": b"{'type':'session.ping','id':'1'}",
    "another key order of nothing": b'{"":""}',
    "an array of a million": b"[" + b"0," * 1_000_000 + b"0]",
    "control bytes": bytes(range(32)),
    "msgpack: deep": b"\x91" * DEEP,
    "msgpack: a map that promises four billion": b"\xdf\xff\xff\xff\xff",
    "msgpack: a string that promises four billion": b"\xdb\xff\xff\xff\xff",
    "msgpack: an extension": b"\xc7\x04\x01abcd",
    "msgpack: never used": b"\xc1",
    "msgpack: number keys": msgspec.msgpack.encode({1: 2}),
    "msgpack: bytes for a string": msgspec.msgpack.encode({"type": "session.ping", "id": b"1"}),
}


# An unknown field is skipped, not read: that nothing was found in it is as right as that something was.
UNREAD = {"deep in an unknown field", "bad UTF-8 in an unknown field"}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", sorted(set(CORPUS) - UNREAD))
def test_a_malformed_frame_is_malformed(encoding: Encoding, name: str):
    data = CORPUS[name]
    with pytest.raises(Malformed) as why:
        encoding.decode_command(data)
    assert why.value.code in (MALFORMED, UNKNOWN_COMMAND, FIELD_INVALID)
    assert len(why.value.message) < 500


def either(encoding: Encoding, data: bytes) -> Command | Malformed:
    """What a server makes of a frame; anything but these two would be raised."""
    try:
        return encoding.decode_command(data)
    except Malformed as why:
        malformed = why
    assert malformed.code in (MALFORMED, UNKNOWN_COMMAND, FIELD_INVALID)
    assert malformed.id is None or 0 < len(malformed.id) <= 64
    return malformed


def frame_or_malformed(encoding: Encoding, data: bytes) -> Frame | None:
    try:
        return encoding.decode_server(data)
    except Malformed:
        return None


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in CORPUS.items()])
def test_whatever_the_corpus_holds_nothing_else_escapes(encoding: Encoding, data: bytes):
    either(encoding, data)
    frame_or_malformed(encoding, data)


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=500)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_command_or_malformed(encoding: Encoding, data: bytes):
    either(encoding, data)
    frame_or_malformed(encoding, data)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = sorted({field for command in COMMANDS for field in command.__struct_encode_fields__})


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=150)
@given(
    type=st.sampled_from([tag_of(command) for command in COMMANDS]) | st.text(),
    fields=st.dictionaries(st.sampled_from(names), anything, max_size=6),
)
def test_any_fields_are_a_command_or_malformed(encoding: Encoding, type: str, fields: dict[str, object]):
    """Wrong types where others are expected: what injection through parsers begins with."""
    either(encoding, encoding.encode({"type": type, **fields}))


@settings(max_examples=300)
@given(data=st.data())
def test_a_command_with_bytes_changed_is_a_command_or_malformed(data: st.DataObject):
    for encoding in (JSON, MSGPACK):
        whole = bytearray(encoding.encode(SendMessage(id="1", nonce="n", room="r1", body="hello \u00e9\U0001f331")))
        for _ in range(data.draw(st.integers(1, 4))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        either(encoding, bytes(whole))
        frame_or_malformed(encoding, bytes(whole))


@settings(max_examples=300)
@given(frames=st.lists(st.binary(max_size=60) | st.sampled_from(sorted(CORPUS.values(), key=len)[:40]), max_size=12))
def test_a_client_survives_any_frames(frames: list[bytes]):
    wire = a_client(Server(), positions=Positions("e1", {"r1": 0}))
    wire.open()
    for data in frames:
        wire.client.received(data, wire.now)
        wire.deliver()
        wire.upload()


# --- what the refusal says


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_malformed_command_names_its_id_and_the_field(encoding: Encoding):
    data = encoding.encode({"type": "message.send", "id": "42", "nonce": "n", "room": "r", "body": 7})
    with pytest.raises(Malformed) as why:
        encoding.decode_command(data)
    assert (why.value.code, why.value.id, why.value.field) == (FIELD_INVALID, "42", "body")
    assert "$" not in why.value.message


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_path_of_a_nested_field_is_named(encoding: Encoding):
    data = encoding.encode({"type": "member.resolve", "id": "1", "members": [{"member": "m"}, {"member": 7}]})
    with pytest.raises(Malformed) as why:
        encoding.decode_command(data)
    assert why.value.field.endswith("member")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_unknown_command_is_called_that(encoding: Encoding):
    with pytest.raises(Malformed) as why:
        encoding.decode_command(encoding.encode({"type": "weather.ask", "id": "1"}))
    assert (why.value.code, why.value.id, why.value.field) == (UNKNOWN_COMMAND, "1", "type")
    assert "weather.ask" in why.value.message


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_event_is_no_command(encoding: Encoding):
    with pytest.raises(Malformed) as why:
        encoding.decode_command(encoding.encode({"type": "message.sent", "id": "1"}))
    assert why.value.code == UNKNOWN_COMMAND


def test_an_id_too_long_to_be_one_is_not_repeated():
    with pytest.raises(Malformed) as why:
        JSON.decode_command(JSON.encode({"type": "x.y", "id": "x" * 65}))
    assert why.value.id is None


def test_a_json_frame_is_no_msgpack_frame_and_the_other_way_round():
    ping = Ping(id="1")
    with pytest.raises(Malformed):
        JSON.decode_command(MSGPACK.encode(ping))
    with pytest.raises(Malformed):
        MSGPACK.decode_command(JSON.encode(ping))


def test_positions_have_a_bound():
    many = Sync(id="1", positions={f"r{number}": 1 for number in range(1001)})
    with pytest.raises(Malformed) as why:
        JSON.decode_command(JSON.encode(many))
    assert why.value.field == "positions"
