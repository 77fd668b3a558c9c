"""An entry is an envelope that never changes, and a body that can be emptied once."""

from typing import get_origin

import msgspec
import pytest
from msgspec import NODEFAULT
from msgspec.structs import fields

from among_protocol.base import Entry
from among_protocol.blank import blanked
from among_protocol.rooms import DirectOpened
from among_protocol.schema.golden import full
from among_protocol.wire import ENTRIES, JSON, MSGPACK, tag_of

ENVELOPE = {field.name for field in fields(Entry)}


@pytest.mark.parametrize("kind", ENTRIES, ids=tag_of)
def test_a_body_is_of_fields_that_can_be_empty_and_none_of_the_envelope(kind: type[Entry]):
    own = {field.name: field for field in fields(kind)}
    assert set(kind.words) <= set(own) - ENVELOPE
    for name in kind.words:
        field = own[name]
        assert field.default is None or field.default == "" or get_origin(field.type) is list or field.type is str
        assert field.default_factory in (NODEFAULT, list)


@pytest.mark.parametrize("kind", ENTRIES, ids=tag_of)
def test_blanking_empties_the_body_and_changes_nothing_else(kind: type[Entry]):
    entry = msgspec.convert(full(kind), kind)
    left = blanked(entry)
    assert left.blank
    assert not entry.blank
    for field in fields(kind):
        value = getattr(left, field.name)
        if field.name in kind.words:
            assert not value
        elif field.name != "blank":
            assert value == getattr(entry, field.name)
    for encoding in (JSON, MSGPACK):
        assert encoding.decode_entry(encoding.encode(left)) == left
    assert blanked(left) == left


def test_what_is_left_of_two_does_not_hang_together():
    one, other = (blanked(msgspec.convert(full(DirectOpened), DirectOpened)) for _ in range(2))
    assert one.people == other.people == []
    assert one.people is not other.people
