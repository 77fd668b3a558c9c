"""Every command, event and reply, in both encodings: there and back, with the same names, whatever it holds."""

from functools import cache
from typing import Any, get_args, get_overloads, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol import replies, wire
from among_protocol.base import Budget, Command, Entry, Event, Ok, Refused, Shape, Write
from among_protocol.messages import Message, MessageSent, SendMessage, SentWritten
from among_protocol.rooms import RoomUnfollowed
from among_protocol.wire import COMMANDS, ENTRIES, EVENTS, JSON, MSGPACK, WRITES, Encoding, UnknownEvent, tag_of

ENCODINGS = [pytest.param(encoding, id=encoding.subprotocol) for encoding in (JSON, MSGPACK)]
RESULTS = list(dict.fromkeys(command.Reply for command in COMMANDS))


def of_info(info: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    """Any value that a field of this type may hold."""
    match info:
        case msgspec.inspect.Metadata():
            return of_info(info.type)
        case msgspec.inspect.StrType():
            return st.text(min_size=info.min_length or 0, max_size=min(info.max_length or 20, 20))
        case msgspec.inspect.IntType():
            return st.integers(info.ge or 0, info.le if info.le is not None else 2**53 - 1)
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.NoneType():
            return st.none()
        case msgspec.inspect.LiteralType():
            return st.sampled_from(info.values)
        case msgspec.inspect.RawType():
            return st.just(msgspec.Raw(b""))
        case msgspec.inspect.UnionType():
            return st.one_of([of_info(one) for one in info.types])
        case msgspec.inspect.ListType():
            return st.lists(of_info(info.item_type), min_size=info.min_length or 0, max_size=3)
        case msgspec.inspect.DictType():
            return st.dictionaries(of_info(info.key_type), of_info(info.value_type), max_size=3)
        case msgspec.inspect.StructType():
            return st.deferred(lambda: frames(info.cls))
        case _:
            raise NotImplementedError(info)


@cache
def frames(struct: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of a struct."""
    fields = msgspec.inspect.type_info(struct)
    assert isinstance(fields, msgspec.inspect.StructType)
    return st.builds(struct, **{field.name: of_info(field.type) for field in fields.fields})


def without_raw(structs: list[type[Shape]]) -> list[type[Shape]]:
    return [struct for struct in structs if "Raw" not in repr(msgspec.inspect.type_info(struct))]


# One frame in both encodings: making it up takes ten times as long as sending it.


@pytest.mark.parametrize("struct", COMMANDS)
@settings(max_examples=10)
@given(data=st.data())
def test_every_command_arrives_as_it_was_sent(struct: type[Command], data: st.DataObject):
    command = data.draw(frames(struct))
    for encoding in (JSON, MSGPACK):
        assert encoding.decode_command(encoding.encode(command)) == command


@pytest.mark.parametrize("struct", EVENTS)
@settings(max_examples=10)
@given(data=st.data())
def test_every_event_arrives_as_it_was_sent(struct: type[Event], data: st.DataObject):
    event = data.draw(frames(struct))
    for encoding in (JSON, MSGPACK):
        frame = encoding.decode_server(encoding.encode(event))
        assert frame == (event, None, None)
        if isinstance(event, Entry):
            assert encoding.decode_entry(encoding.encode(event)) == event


@pytest.mark.parametrize("shape", without_raw(RESULTS))
@settings(max_examples=10)
@given(data=st.data())
def test_every_result_arrives_as_it_was_sent(shape: type[Shape], data: st.DataObject):
    result, budget = data.draw(frames(shape)), data.draw(st.none() | frames(Budget))
    for encoding in (JSON, MSGPACK):
        _, ok, _ = encoding.decode_server(encoding.ok("7", result, budget))
        assert ok is not None
        assert (ok.id, ok.budget) == ("7", budget)
        assert encoding.decode_result(shape, ok.result) == result


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(refused=frames(Refused))
def test_every_refusal_arrives_as_it_was_sent(encoding: Encoding, refused: Refused):
    assert encoding.decode_server(encoding.encode(refused)) == (None, None, refused)


ANY = st.one_of([*map(frames, COMMANDS), *map(frames, EVENTS)])


@settings(max_examples=200)
@given(frame=ANY | frames(Refused))
def test_both_encodings_say_the_same_with_the_same_names(frame: Any):
    assert msgspec.json.decode(JSON.encode(frame)) == msgspec.msgpack.decode(MSGPACK.encode(frame))


@given(sent=frames(MessageSent), repeat=st.booleans(), budget=st.none() | frames(Budget))
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_reply_around_an_encoded_entry_is_the_reply_around_the_entry(
    encoding: Encoding, sent: MessageSent, repeat: bool, budget: Budget | None
):
    whole = encoding.ok("7", SentWritten(entry=sent, repeat=repeat), budget)
    around = encoding.ok_written("7", encoding.encode(sent), repeat, budget)
    decode = msgspec.msgpack.decode if encoding.binary else msgspec.json.decode
    assert decode(around) == decode(whole)


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=100)
@given(frame=ANY, extra=st.dictionaries(st.text().map("x_".__add__), st.integers(0, 9) | st.text(), max_size=3))
def test_unknown_fields_are_ignored(encoding: Encoding, frame: Any, extra: dict[str, Any]):
    more = encoding.encode({**msgspec.to_builtins(frame), **extra})
    if isinstance(frame, Command):
        assert encoding.decode_command(more) == frame
    else:
        assert encoding.decode_server(more).event == frame


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(type=st.text(min_size=1).map("x.".__add__), log=st.text(), seq=st.integers(0, 2**53 - 1))
def test_an_event_of_an_unknown_type_survives_with_its_number(encoding: Encoding, type: str, log: str, seq: int):
    data = encoding.encode({"type": type, "log": log, "seq": seq, "from": 1, "gold": [1, {"a": None}]})
    unknown = UnknownEvent(type=type, log=log, seq=seq, first=1)
    assert encoding.decode_server(data) == (unknown, None, None)
    assert encoding.decode_entry(data) == unknown


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_event_of_a_known_type_in_a_new_form_survives_with_its_number(encoding: Encoding):
    data = encoding.encode({"type": "message.sent", "log": "r1", "seq": 4, "at": "now", "body": {"parts": []}})
    assert encoding.decode_server(data).event == UnknownEvent(type="message.sent", log="r1", seq=4)


def test_what_is_at_its_default_is_left_out():
    sent = MessageSent(log="r1", seq=1, at="t", body="hi")
    assert JSON.encode(sent) == b'{"type":"message.sent","log":"r1","seq":1,"at":"t","body":"hi"}'


def test_a_range_is_named_from():
    sent = MessageSent(log="r1", seq=3, first=2, at="t", body="hi")
    assert b'"from":2' in JSON.encode(sent)
    refused = Refused(id=None, code="x.y", kind="fix", message="no")
    assert b'"class":"fix"' in JSON.encode(refused)


def test_every_command_has_a_reply_of_its_own():
    for command in COMMANDS:
        assert issubclass(command.Reply, Shape)
        assert command.Reply is not Shape


def test_every_write_has_a_nonce_and_replies_with_its_entry():
    assert set(WRITES) == {command for command in COMMANDS if issubclass(command, Write)}
    for command in WRITES:
        fields = {field.name: field.type for field in msgspec.structs.fields(command.Reply)}
        assert set(fields) == {"entry", "repeat"}, command
        assert set(getattr(fields["entry"], "__args__", [fields["entry"]])) <= set(ENTRIES)


def test_types_are_a_noun_and_a_verb_and_unique():
    tags = [*map(tag_of, COMMANDS), *map(tag_of, EVENTS)]
    assert len(set(tags)) == len(tags)
    assert all(len(tag.split(".")) == 2 for tag in tags if tag != "hello")


def test_no_field_holds_just_anything():
    """msgspec recurses through Any without a bound, and nothing would check what it holds."""
    for struct in (*COMMANDS, *EVENTS, *RESULTS, Refused, Ok):
        assert "AnyType" not in repr(msgspec.inspect.type_info(struct)), struct


def test_numbers_stay_exact_where_the_only_number_is_a_double():
    for command in (SendMessage, *COMMANDS):
        for field in msgspec.inspect.type_info(command).fields:  # type: ignore[attr-defined]  # of a struct
            if isinstance(field.type, msgspec.inspect.IntType):
                assert field.type.le is not None, (command, field.name)
                assert field.type.le <= 2**53 - 1, (command, field.name)


def test_the_encodings_are_named_by_their_subprotocols():
    assert set(wire.ENCODINGS) == {"among.v1.json", "among.v1.msgpack"}
    assert JSON.binary is False
    assert MSGPACK.binary is True


def test_the_pairing_for_type_checkers_is_that_of_the_structs():
    """replies.py says it again, since a ClassVar can't be a type parameter."""

    def call() -> None:
        """What typing keeps overloads under: a module and a name."""

    call.__module__, call.__qualname__ = replies.__name__, "Asking.__call__"
    paired = {}
    for overload in get_overloads(call):
        hints = get_type_hints(overload)
        command = get_args(hints["command"])[0]
        paired[command] = get_args(hints["return"])[2]
    own = {"SignIn", "SignUp", "ResetPassword", "Sync"}  # the client's own business
    assert paired == {command: command.Reply for command in COMMANDS if command.__name__ not in own}


def test_a_message_as_it_is_now_and_as_it_was_sent_name_the_same_things_alike():
    now, sent = ({field.encode_name for field in msgspec.structs.fields(one)} for one in (Message, MessageSent))
    assert now - {"edited", "edited_at", "quote", "reactions", "below"} <= sent


def test_an_entry_without_anything_of_its_own_is_one():
    entry = RoomUnfollowed(log="a", seq=1, at="t", room="r1")
    assert JSON.decode_entry(JSON.encode(entry)) == entry
