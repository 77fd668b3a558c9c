"""Any bytes: a command, or Malformed and nothing else (INP-02). The same for what a client reads."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol.base import POSITIONS, Command
from among_protocol.codes import FIELD_INVALID, FIELD_TOO_LONG, MALFORMED, UNKNOWN_COMMAND, ErrorCode
from among_protocol.happenings import Positions
from among_protocol.logs import Sync
from among_protocol.malformed import Malformed
from among_protocol.messages import SendMessage
from among_protocol.session import Ping
from among_protocol.wire import COMMANDS, JSON, MSGPACK, Encoding, Frame, tag_of
from tests.fuzz.corpus import EITHER

from .faults import a_client
from .model import Server

ENCODINGS = [pytest.param(encoding, id=encoding.subprotocol) for encoding in (JSON, MSGPACK)]
CODES = (MALFORMED, UNKNOWN_COMMAND, FIELD_INVALID, FIELD_TOO_LONG)
# An unknown field is skipped, not read: that nothing was found in it is as right as that something was.
UNREAD = {"deep in an unknown field", "bad UTF-8 in an unknown field"}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", sorted(set(EITHER) - UNREAD))
def test_a_malformed_frame_is_malformed(encoding: Encoding, name: str):
    data = EITHER[name]
    with pytest.raises(Malformed) as why:
        encoding.decode_command(data)
    assert why.value.code in CODES
    assert len(why.value.message) < 500


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("type", "code"), [(7, MALFORMED), (None, MALFORMED), ("no.such", UNKNOWN_COMMAND)])
def test_whoever_gives_an_id_finds_it_in_the_refusal(encoding: Encoding, type: object, code: ErrorCode):
    with pytest.raises(Malformed) as why:
        encoding.decode_command(encoding.encode({"type": type, "id": "x"}))
    assert (why.value.code, why.value.id, why.value.field) == (code, "x", "type")


def either(encoding: Encoding, data: bytes) -> Command | Malformed:
    """What a server makes of a frame; anything but these two would be raised."""
    try:
        return encoding.decode_command(data)
    except Malformed as why:
        malformed = why
    assert malformed.code in CODES
    assert malformed.id is None or 0 < len(malformed.id) <= 64
    return malformed


def frame_or_malformed(encoding: Encoding, data: bytes) -> Frame | None:
    try:
        return encoding.decode_server(data)
    except Malformed:
        return None


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in EITHER.items()])
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
@given(frames=st.lists(st.binary(max_size=60) | st.sampled_from(sorted(EITHER.values(), key=len)[:40]), max_size=12))
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
def test_a_text_that_is_too_long_is_told_apart_from_one_that_is_wrong(encoding: Encoding):
    command = {"type": "message.send", "id": "1", "nonce": "n", "room": "r", "body": "x" * 8001}
    with pytest.raises(Malformed) as why:
        encoding.decode_command(encoding.encode(command))
    assert (why.value.code, why.value.field) == (FIELD_TOO_LONG, "body")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_out_of_bounds_is_told_in_words_for_people(encoding: Encoding):
    page: dict[str, object] = {"type": "message.page", "id": "1", "room": "r"}
    for command, sentence in (
        ({"type": "message.search", "id": "1", "query": "x" * 401}, "At most 400 characters."),
        ({"type": "message.search", "id": "1", "query": ""}, "This must not be empty."),
        ({"type": "direct.open", "id": "1", "handles": ["x"]}, "At least 3 characters."),
        ({**page, "limit": 201}, "At most 200."),
        ({**page, "limit": 0}, "At least 1."),
        ({"type": "dnd.set", "id": "1", "times": [{"begins": "1:00", "ends": "2:00"}] * 99}, "At most 7 of these."),
    ):
        with pytest.raises(Malformed) as why:
            encoding.decode_command(encoding.encode(command))
        assert why.value.message == sentence


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_field_that_is_missing_is_named(encoding: Encoding):
    for command, field in (
        ({"type": "message.send", "id": "1", "nonce": "n", "room": "r"}, "body"),
        ({"type": "member.resolve", "id": "1", "members": [{"member": "m"}, {"rev": 1}]}, "members[1].member"),
    ):
        with pytest.raises(Malformed) as why:
            encoding.decode_command(encoding.encode(command))
        assert (why.value.code, why.value.field) == (FIELD_INVALID, field)


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
    many = Sync(id="1", positions={f"r{number}": 1 for number in range(POSITIONS + 1)})
    with pytest.raises(Malformed) as why:
        JSON.decode_command(JSON.encode(many))
    assert why.value.field == "positions"
