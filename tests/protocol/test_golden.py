"""Frames as they were published are read, and mean what they meant (OPS-06)."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from among_protocol.base import Command, Event
from among_protocol.messages import MessageSent
from among_protocol.wire import JSON, MSGPACK

from . import gild

GOLDEN = gild.frames()
PACKED = gild.packed()


def says(read: Any, golden: Any, decode: Callable[..., Any]) -> bool:
    """Whether all that the golden frame says was understood; a struct may know more by now."""
    match read:
        case msgspec.Raw():
            return bool(decode(read) == golden)
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


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_frame_is_read(name: str):
    kind = gild.kinds()[name]
    for encoding, decode, data in (
        (JSON, msgspec.json.decode, JSON.encode(GOLDEN[name])),
        (MSGPACK, msgspec.msgpack.decode, PACKED[name]),
    ):
        read = decode(data, type=kind)
        assert says(read, GOLDEN[name], decode)
        if issubclass(kind, Command):
            assert encoding.decode_command(data) == read
        if issubclass(kind, Event):
            assert encoding.decode_server(data).event == read


def test_the_reading_is_held_to_the_word():
    """A field that was renamed, or dropped, would be noticed."""
    sent = GOLDEN["event message.sent"]
    read = msgspec.json.decode(JSON.encode(sent), type=MessageSent)
    assert says(read, sent, msgspec.json.decode)
    assert not says(read, {**sent, "seq": 8}, msgspec.json.decode)
    assert not says(read, {**sent, "type": "message.said"}, msgspec.json.decode)
    with pytest.raises(KeyError):
        says(read, {**sent, "text": "hi"}, msgspec.json.decode)


def test_there_is_a_golden_frame_of_everything():
    """A new kind: run `python -m tests.protocol.gild`. One that is gone: a client of version 1 still sends it."""
    assert set(GOLDEN) == set(PACKED) == set(gild.kinds())


def test_both_files_say_the_same():
    for name, data in PACKED.items():
        assert msgspec.msgpack.decode(data) == GOLDEN[name]
