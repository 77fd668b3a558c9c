"""The committed schema is that of the structs, and says what travels."""

from pathlib import Path
from typing import Any

import pytest

from among_protocol import schema
from among_protocol.codes import ERROR_CODES
from among_protocol.wire import COMMANDS, EVENTS, tag_of

from . import gild

DOCUMENT = schema.document()
DEFS = DOCUMENT["$defs"]


def test_the_committed_schema_is_fresh():
    assert schema.main(["--check"]) == 0, "run `make schema`, and look at what has changed"


def test_a_stale_schema_is_shown_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(schema, "FILE", tmp_path / "schema" / "v1.json")
    assert schema.main(["--check"]) == 1
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0
    schema.FILE.write_text(schema.text().replace('"message.send"', '"message.say"'))
    capsys.readouterr()
    assert schema.main(["--check"]) == 1
    assert '-    "message.say": {' in capsys.readouterr().out


def test_outside_a_checkout_there_is_nothing_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schema, "FILE", tmp_path / "schema" / "v1.json")
    assert schema.main([]) == 2
    assert not schema.FILE.exists()


def test_everything_is_named():
    assert list(DOCUMENT["commands"]) == [tag_of(command) for command in COMMANDS]
    assert list(DOCUMENT["events"]) == [tag_of(event) for event in EVENTS]
    assert set(DOCUMENT["errors"]) == set(ERROR_CODES)


def test_every_reference_leads_somewhere():
    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            inner: set[str] = set().union(*map(references, value.values()))
            return inner | ({value["$ref"]} if isinstance(value.get("$ref"), str) else set())
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    assert {reference.removeprefix("#/$defs/") for reference in references(DOCUMENT)} <= set(DEFS)


def test_what_is_passed_on_as_bytes_is_described_as_what_it_holds():
    assert {"$ref": "#/$defs/SentWritten"} in DEFS["Ok"]["properties"]["result"]["anyOf"]
    assert {"$ref": "#/$defs/MessageSent"} in DEFS["EntryPage"]["properties"]["entries"]["items"]["anyOf"]


def fits(value: Any, rule: dict[str, Any]) -> bool:
    """As much of JSON Schema as the document uses."""
    if "$ref" in rule:
        return fits(value, DEFS[rule["$ref"].removeprefix("#/$defs/")])
    if "anyOf" in rule or "oneOf" in rule:
        return any(fits(value, one) for one in rule.get("anyOf", rule.get("oneOf", [])))
    if "enum" in rule:
        return value in rule["enum"]
    match rule.get("type"):
        case "object":
            properties, more = rule.get("properties", {}), rule.get("additionalProperties", {})
            return (
                isinstance(value, dict)
                and set(rule.get("required", [])) <= set(value)
                and len(value) <= rule.get("maxProperties", len(value))
                and all(fits(held, properties.get(name, more)) for name, held in value.items())
            )
        case "array":
            items = rule.get("items", {})
            return (
                isinstance(value, list)
                and rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value))
                and all(fits(held, items) for held in value)
            )
        case "string":
            return isinstance(value, str) and rule.get("minLength", 0) <= len(value) <= rule.get(
                "maxLength", len(value)
            )
        case "integer":
            return isinstance(value, int) and rule.get("minimum", value) <= value <= rule.get("maximum", value)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case _:
            return rule == {}


@pytest.mark.parametrize("name", gild.frames())
def test_every_golden_frame_fits_the_schema(name: str):
    kind = gild.kinds()[name].__name__
    assert fits(gild.frames()[name], {"$ref": f"#/$defs/{kind}"})


def test_frames_that_do_not_fit_are_told_apart():
    frame = gild.frames()["command message.send"]
    assert fits(frame, {"$ref": "#/$defs/Command"})
    assert not fits({**frame, "body": 7}, {"$ref": "#/$defs/Command"})
    assert not fits({**frame, "type": "message.say"}, {"$ref": "#/$defs/Command"})
    assert not fits({name: value for name, value in frame.items() if name != "nonce"}, {"$ref": "#/$defs/Command"})
    assert fits({"type": "weather.changed"}, {"$ref": "#/$defs/ServerFrame"})
