"""What will go is announced a year ahead, by its name, to programs and to people."""

from datetime import date

import pytest

from among_protocol import deprecated, schema
from among_protocol.schema import asyncapi
from among_protocol.session import Deprecation, Hello
from among_protocol.wire import COMMANDS, EVENTS, JSON, tag_of
from among_server.app import hello
from among_server.config import Config
from among_server.store.memory import MemoryStore

KINDS = {tag_of(command): command.__struct_encode_fields__ for command in COMMANDS}
KINDS |= {tag_of(event): event.__struct_encode_fields__ for event in EVENTS}
NAMES = {*KINDS, *(f"{kind}/{field}" for kind, fields in KINDS.items() for field in fields)}
GOING = (
    Deprecation(name="typing.start", since="2027-01-31", gone="2028-01-31", instead="typing.set"),
    Deprecation(name="message.send/body", since="2027-01-31", gone="2028-01-31"),
)


def wrong(going: Deprecation) -> str:
    """What is wrong with an announcement; empty when nothing is."""
    if going.name not in NAMES:
        return f"{going.name} is no command, event or field"
    if (date.fromisoformat(going.gone) - date.fromisoformat(going.since)).days < deprecated.NOTICE:
        return f"{going.name} would go less than {deprecated.NOTICE} days after it was told"
    return ""


def test_what_is_announced_exists_and_stays_for_a_year():
    assert [wrong(going) for going in deprecated.DEPRECATED if wrong(going)] == []
    assert len({going.name for going in deprecated.DEPRECATED}) == len(deprecated.DEPRECATED)


def test_an_announcement_of_nothing_or_too_late_is_wrong():
    assert [wrong(going) for going in GOING] == ["", ""]
    assert "no command" in wrong(Deprecation(name="message.shout", since="2027-01-31", gone="2029-01-31"))
    assert "less than 365 days" in wrong(Deprecation(name="message.send", since="2027-01-31", gone="2027-12-31"))


@pytest.fixture
def going(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deprecated, "DEPRECATED", GOING)


@pytest.mark.usefixtures("going")
async def test_hello_tells_what_will_go():
    store = MemoryStore()
    await store.open()
    told = JSON.decode_server(JSON.encode(hello(Config(), store))).event
    assert isinstance(told, Hello)
    assert told.deprecated == list(GOING)
    await store.close()


@pytest.mark.usefixtures("going")
def test_the_schema_marks_what_will_go():
    for defs in (schema.document()["$defs"], asyncapi.api()["components"]["schemas"]):
        assert defs["StartTyping"]["deprecated"] is True
        assert defs["SendMessage"]["properties"]["body"]["deprecated"] is True
        assert "deprecated" not in defs["SendMessage"]
