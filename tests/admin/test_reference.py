"""The reference tells of everything that the protocol has, and its links lead somewhere."""

import re
from xml.etree import ElementTree as ET

import pytest

from among_protocol import meanings
from among_protocol.base import Ok, Refused
from among_protocol.codes import ERROR_CODES, CloseCode
from among_protocol.effects import EFFECTS
from among_protocol.kit.rules import PARTS, RULES
from among_protocol.session import Limits
from among_protocol.wire import COMMANDS, EVENTS, tag_of
from among_server.admin import reference
from among_server.admin.reference import life, protocol
from among_server.admin.reference.shapes import anchor

PAGE = protocol.page()
ANCHORS = re.findall(r'<a id="([^"]+)"></a>', PAGE)
OBJECTS = [
    struct
    for struct in meanings.within(*COMMANDS, *EVENTS, *(command.Reply for command in COMMANDS), Ok, Refused)
    if struct.__struct_fields__ and "repeat" not in struct.__struct_fields__
]


def section(id: str) -> str:
    """From an anchor to the next heading."""
    return re.split(r"^#", PAGE.split(f'<a id="{id}"></a>', 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_the_committed_pages_are_fresh():
    assert reference.main(["--check"]) == 0, "run `make docs`, and look at what has changed"


def test_an_anchor_is_there_once():
    assert sorted(ANCHORS) == sorted(set(ANCHORS))


def test_links_within_the_page_lead_somewhere():
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL), re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^) ]+)", PAGE)) - set(ANCHORS) - slugs == set()


def test_every_rule_is_printed_under_its_anchor_and_every_part_has_a_section():
    for rule in RULES.values():
        assert rule.text in section(rule.anchor)
    assert all(any(rule.startswith(f"{part.id}.") for rule in RULES) for part in PARTS)


@pytest.mark.parametrize("command", COMMANDS, ids=tag_of)
def test_every_command_tells_its_fields_refusals_events_and_limits(command):
    told = section(anchor("command", tag_of(command)))
    for field in set(meanings.of_fields(command)) - {"id", "nonce"}:
        assert f"| `{field}` |" in told
    for code in EFFECTS[command].refusals:
        assert f"`{code.code}`" in told or "(#any-refusal)" in told
    for effect in EFFECTS[command].events:
        assert f"`{tag_of(effect.event)}`" in told
        assert effect.where.value in told
    for limit in EFFECTS[command].limits:
        assert f"`{limit}`" in told
    assert "**Answers**" in told


@pytest.mark.parametrize("event", EVENTS, ids=tag_of)
def test_every_event_tells_its_fields(event):
    told = section(anchor("event", tag_of(event)))
    entry = section("entries-head")
    for field in meanings.of_fields(event):
        assert f"| `{field}` |" in told or f"| `{field}` |" in entry


@pytest.mark.parametrize("struct", [one for one in OBJECTS if one is not Limits], ids=lambda struct: struct.__name__)
def test_every_object_inside_tells_its_fields(struct):
    if struct in COMMANDS or struct in EVENTS:
        return
    told = section(anchor("object", struct.__name__))
    for field in meanings.of_fields(struct):
        assert f"| `{field}` |" in told


def test_the_drawing_has_the_states_that_the_page_tells_of_and_all_of_it_is_on_the_paper():
    drawn = ET.fromstring(life.svg())
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}text")) > len(life.STATES)
    for state in life.STATES:
        assert f"| {state.name} |" in PAGE
        assert state.x + state.width < life.WIDTH
        assert state.y + state.height < life.HEIGHT
    assert "](life.svg)" in PAGE


def test_every_code_limit_and_word_is_told():
    assert {anchor("error", code) for code in ERROR_CODES} <= set(ANCHORS)
    assert {anchor("close", int(code)) for code in CloseCode} <= set(ANCHORS)
    assert {anchor("limit", name) for name in Limits.__struct_fields__} <= set(ANCHORS)
    for name, known in meanings.words().items():
        row = PAGE.split(f'<a id="{anchor("words", name)}"></a>')[1].split("\n")[0]
        assert all(word in row for word in known.words)


def test_every_limit_that_a_client_can_meet_is_met_somewhere():
    """Either a command says that it bears on it, or it is of the connection as a whole, or of feeds."""
    whole = {
        "frame_bytes", "in_flight", "malformed_frames", "fragments", "unfinished_ms", "control_frames", "budget",
        "budget_per_second", "address_budget", "address_budget_per_second", "address_connections", "address_guests", "guests",
        "connect_units", "handshake_bytes", "handshake_ms", "sign_in_ms", "sign_in_wait_ms", "unpaid_refusals",
        "account_unpaid_refusals", "address_unpaid_refusals", "waiting_writes", "feed_posts", "feed_bytes", "feed_units",
    }  # fmt: skip
    named = {name for effects in EFFECTS.values() for name in effects.limits}
    assert set(Limits.__struct_fields__) == named | whole
