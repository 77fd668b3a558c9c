"""Frames as each version had them are read for ever, and mean what they meant (OPS-06)."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from among_protocol.base import MAX_INT
from among_protocol.codes import ERROR_CODES
from among_protocol.messages import MessageSent
from among_protocol.schema import golden
from among_protocol.schema.golden import Frame
from among_protocol.wire import COMMANDS, EVENTS, JSON, MSGPACK, Encoding, UnknownEvent, tag_of

FRAMES = golden.frames()
COMMAND = {tag_of(command): command for command in COMMANDS}
EVENT = {tag_of(event): event for event in EVENTS}


def says(read: Any, golden: Any, decode: Callable[..., Any]) -> bool:
    """Whether all that the golden frame says was understood; a struct may know more by now."""
    match read:
        case msgspec.Raw():
            return bool(decode(read) == golden)
        case UnknownEvent():
            told = (read.type, read.log, read.seq, read.first)
            return told == (golden["type"], golden.get("log", ""), golden.get("seq", 0), golden.get("from", 0))
        case msgspec.Struct():
            names = {field.encode_name: field.name for field in msgspec.structs.fields(read)}
            config = read.__struct_config__
            said = dict(golden)
            tag = said.pop(config.tag_field, None) if config.tag_field else None
            return tag == config.tag and all(says(getattr(read, names[name]), said[name], decode) for name in said)
        case list():
            return len(read) == len(golden) and all(says(*pair, decode) for pair in zip(read, golden, strict=True))
        case _:
            return bool(read == golden)


def understood(frame: Frame, encoding: Encoding, data: bytes) -> Any:
    """What the library makes of it; of an `ok`, with what it holds."""
    if frame.kind == "command":
        return encoding.decode_command(data)
    read = encoding.decode_server(data)
    if read.ok is not None:
        result = encoding.decode_result(COMMAND[frame.of].Reply, read.ok.result)
        return msgspec.structs.replace(read.ok, result=result)
    return read.refused if read.refused is not None else read.event


@pytest.mark.parametrize("frame", [pytest.param(frame, id=frame.key) for frame in FRAMES])
def test_ops_06_a_golden_frame_is_read(frame: Frame):
    packed = bytes.fromhex(frame.msgpack)
    assert msgspec.msgpack.decode(packed) == frame.frame
    for encoding, decode, data in (
        (JSON, msgspec.json.decode, JSON.encode(frame.frame)),
        (MSGPACK, msgspec.msgpack.decode, packed),
    ):
        read = understood(frame, encoding, data)
        assert isinstance(read, UnknownEvent) == (frame.kind == "event" and frame.of not in EVENT)
        assert says(read, frame.frame, decode)


def test_ops_06_the_class_of_a_code_stays():
    told = {frame.of: frame.frame["class"] for frame in FRAMES if frame.kind == "refused"}
    assert {code: ERROR_CODES[code].kind for code in told} == told


def test_the_reading_is_held_to_the_word():
    """A field that was renamed, or dropped, would be noticed."""
    sent = next(frame.frame for frame in FRAMES if (frame.of, frame.variant) == ("message.sent", "full"))
    read = msgspec.json.decode(JSON.encode(sent), type=MessageSent)
    assert says(read, sent, msgspec.json.decode)
    assert not says(read, {**sent, "seq": 8}, msgspec.json.decode)
    assert not says(read, {**sent, "type": "message.said"}, msgspec.json.decode)
    with pytest.raises(KeyError):
        says(read, {**sent, "text": "hi"}, msgspec.json.decode)


def test_there_is_a_golden_frame_of_everything_with_and_without_what_may_be_left_out():
    """A new kind: run `make schema`. One that is gone: a client of version 1 still sends it."""
    shown = {(frame.kind, frame.of, frame.variant) for frame in FRAMES}
    assert shown >= {(one.kind, one.of, one.variant) for one in golden.made()}
    wanted = {("command", of) for of in COMMAND} | {("ok", of) for of in COMMAND}
    wanted |= {("event", of) for of in EVENT} | {("refused", code) for code in ERROR_CODES}
    assert {(kind, of) for kind, of, _ in shown} == wanted | {("event", "x.garden/watered")}
    assert len({frame.key for frame in FRAMES}) == len(FRAMES)


def test_a_full_frame_holds_every_field_at_another_value_than_its_default():
    for command in COMMANDS:
        (frame,) = (one for one in FRAMES if one.key.startswith(f"command {tag_of(command)}, full,"))
        read = JSON.decode_command(JSON.encode(frame.frame))
        assert set(frame.frame) == {*command.__struct_encode_fields__, "type"}
        literal = {field.name for field in msgspec.structs.fields(command) if "Literal" in str(field.type)}
        for field in msgspec.structs.fields(command):
            assert field.name in literal or getattr(read, field.name) != field.default, (command, field.name)


def test_the_numbers_are_of_every_width():
    """What a MessagePack library of one's own has to get right: more than what fits into a byte."""
    packed = "".join(frame.msgpack for frame in FRAMES)
    assert MSGPACK.encode(MAX_INT).hex() in packed
    assert MSGPACK.encode(70_012).hex() in packed
    assert MSGPACK.encode(300).hex() in packed


def test_frames_of_an_older_version_stay_and_what_is_new_comes_beside_them():
    old = msgspec.structs.replace(FRAMES[0], since="0.0.9", frame={"type": "session.sign_up"}, msgpack="80")
    same = msgspec.structs.replace(FRAMES[1], since="0.0.9")
    text = golden.text([old, same])
    frames = msgspec.json.decode(text, type=golden._File).frames
    assert frames[:2] == [old, same]
    assert FRAMES[0] in frames, "it holds more than the old one"
    assert FRAMES[1] not in frames, "the old one says it already"


def test_a_new_field_of_the_version_in_the_making_makes_its_frame_anew():
    kept = msgspec.structs.replace(FRAMES[0], msgpack="80")
    assert msgspec.json.decode(golden.text([kept]), type=golden._File).frames == FRAMES
