"""The AsyncAPI document says all that the schema says, and reads back as it was meant."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from among_protocol.schema import asyncapi, golden, yaml
from among_protocol.wire import COMMANDS, ENCODINGS, EVENTS, tag_of
from tests.js import node

DOCUMENT = msgspec.yaml.decode(asyncapi.FILE.read_bytes())
MESSAGES = DOCUMENT["components"]["messages"]
HERE = "#/channels/v1/messages/"


def test_what_is_committed_reads_back_as_it_was_made():
    assert asyncapi.api() == DOCUMENT


def test_every_command_has_its_reply_and_every_event_is_sent():
    operations = DOCUMENT["operations"]
    assert list(operations) == [*map(tag_of, COMMANDS), *map(tag_of, EVENTS)]
    for command in map(tag_of, COMMANDS):
        asked = operations[command]
        assert (asked["action"], asked["messages"]) == ("receive", [{"$ref": HERE + command}])
        assert asked["reply"]["messages"] == [{"$ref": f"{HERE}{command}.ok"}, {"$ref": f"{HERE}refused"}]
    assert {operations[tag_of(event)]["action"] for event in EVENTS} == {"send"}


def test_both_encodings_are_named():
    channel = DOCUMENT["channels"]["v1"]
    asked = channel["bindings"]["ws"]["headers"]["properties"]["Sec-WebSocket-Protocol"]
    assert set(asked["enum"]) == set(channel["x-subprotocols"]) == set(ENCODINGS)
    frames = {name: ENCODINGS[name].binary for name in ENCODINGS}
    assert {name: told["frames"] == "binary" for name, told in channel["x-subprotocols"].items()} == frames


def test_every_reference_leads_somewhere():
    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            inner: set[str] = set().union(*map(references, value.values()))
            return inner | ({value["$ref"]} if isinstance(value.get("$ref"), str) else set())
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    for reference in references(DOCUMENT):
        found = DOCUMENT
        path = reference.removeprefix("#/").split("/")
        for step in path:
            found = found[step]


def schema_of(message: dict[str, Any]) -> dict[str, Any]:
    """A message's payload with what it refers to, for a validator that reads one document."""
    return {**message["payload"], "components": {"schemas": DOCUMENT["components"]["schemas"]}}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_examples_fit_and_are_golden_frames(name: str):
    message = MESSAGES[name]
    golden_frames = [frame.frame for frame in golden.frames()]
    assert message["examples"]
    for example in message["examples"]:
        Draft7Validator(schema_of(message)).validate(example["payload"])
        assert example["payload"] in golden_frames


JUDGE = """
import { readFileSync } from 'node:fs'
import { Parser } from '@asyncapi/parser'
import { parse } from '@stoplight/yaml' // with which the parser reads

const [, , file, how] = process.argv
const text = readFileSync(file, 'utf8')
const parts = all => Object.entries(all).map(([name, one]) => [name, JSON.stringify(one)])

function apart(document) {
  const { channels: { v1 }, operations, components } = document
  document.channels = {}
  for (const [name, one] of parts(operations)) {
    const messages = [...one.matchAll(/"#.channels.v1.messages.([^"]+)"/g)].map(([, message]) => [message, v1.messages[message]])
    document.channels[name] = { ...v1, messages: Object.fromEntries(messages) }
    operations[name] = JSON.parse(one.replaceAll('#/channels/v1', `#/channels/${name}`))
  }
  for (const [name, schema] of parts(components.schemas))
    components.schemas[name] = JSON.parse(schema, (_, value) => (value?.$ref ? {} : value))
  return document
}

const { document, diagnostics } = await new Parser().parse(how === 'whole' ? text : apart(parse(text)))
const wrong = diagnostics.map(({ severity, code, message, path }) => ({ severity, code, message, path: path.join('/') }))
const operations = document?.operations().all().map(one => [one.id(), one.action(), one.reply()?.messages().length ?? 0])
console.log(JSON.stringify({ wrong, operations }))
"""


async def judged(file: Path, how: Literal["apart", "whole"]) -> dict[str, Any]:
    """What AsyncAPI's own parser finds.

    It puts everything where it is referred to, the channel with all its messages into each operation, which takes it a
    minute. `apart` gives it a channel for each operation, and each schema without those that it refers to."""
    said: dict[str, Any] = json.loads(await node.run(node.script(JUDGE, "asyncapi.mjs"), file, how, within=240))
    # That 3.1 is out is told; 3.0 is what generators and viewers read.
    said["wrong"] = [one for one in said["wrong"] if one["code"] != "asyncapi-latest-version"]
    return said


def all_is_well(said: dict[str, Any]) -> None:
    assert said["wrong"] == []
    asked, told = ([tag_of(one), "receive", 2] for one in COMMANDS), ([tag_of(one), "send", 0] for one in EVENTS)
    assert said["operations"] == [*asked, *told]


@node.needed("@asyncapi/parser", "@stoplight/yaml")
async def test_asyncapis_own_parser_finds_nothing_wrong():
    """The long form, of the document as it is, is in tests/soak."""
    all_is_well(await judged(asyncapi.FILE, "apart"))


@node.needed("@asyncapi/parser", "@stoplight/yaml")
async def test_asyncapis_own_parser_finds_what_is_wrong_in_a_schema(tmp_path: Path):
    schema = deepcopy(DOCUMENT["components"]["schemas"]["MessageSent"])
    schema["properties"]["body"]["type"] = "words"
    document = {
        **DOCUMENT,
        "channels": {"v1": {}},
        "operations": {},
        "components": {"schemas": {"MessageSent": schema}},
    }
    file = tmp_path / "asyncapi.yaml"
    file.write_text(yaml.dumps(document), "utf-8")
    wrong = (await judged(file, "apart"))["wrong"]
    assert any(one["path"].endswith("MessageSent/properties/body/type") for one in wrong), wrong


# --- the YAML itself

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=10), plain, min_size=1, max_size=4))
def test_any_data_reads_back(data: dict[str, Any]):
    assert msgspec.yaml.decode(yaml.dumps(data).encode()) == data


@pytest.mark.parametrize(
    "text",
    ["no", "Off", "null", "~", "1", "1e3", "0x1", "12:30:45", "2026-01-31", "=", "<<", "- a", "a: b", "a #b", "", " a", "a\n",
     "a\n\nb", "a\n b", " a\nb", "a \nb", "\u2028", "a\u0085b", "\ufeff", "\U0001f331\x07", "\\", '"', "\ud7ff", "# a\nb"],
)  # fmt: skip
def test_texts_that_yaml_would_take_for_something_else_read_back(text: str):
    data = {"held": text, "listed": [text], "deep": [{"a": text}, [text]]}
    assert msgspec.yaml.decode(yaml.dumps(data).encode()) == data
    assert msgspec.yaml.decode(yaml.dumps({text: 1}).encode()) == {text: 1}


def test_what_json_cannot_say_is_refused():
    with pytest.raises(TypeError):
        yaml.dumps({"a": object()})
    with pytest.raises(ValueError, match="JSON"):
        yaml.dumps({"a": float("nan")})
