"""What is made for machines is that of the structs, valid by its own rules, and says what travels."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from among_protocol import schema
from among_protocol.codes import ERROR_CODES
from among_protocol.schema import __main__ as command
from among_protocol.schema import golden
from among_protocol.wire import COMMANDS, EVENTS, JSON, tag_of

DOCUMENT = schema.document()
DEFS = DOCUMENT["$defs"]
FRAMES = {frame.key: frame for frame in golden.frames()}


SHARED = Registry().with_resource("urn:among", DRAFT202012.create_resource({"$defs": DEFS})).crawl()


@cache
def validator(definition: str) -> Draft202012Validator:
    """All look into one registry: else each would go through the whole schema for its first reference."""
    return Draft202012Validator({"$ref": f"urn:among#/$defs/{definition}"}, registry=SHARED)


COMMAND, SERVER_FRAME = validator("Command"), validator("ServerFrame")


def test_what_is_committed_is_fresh():
    assert command.main(["--check"]) == 0, "run `make schema`, and look at what has changed"


def test_what_is_stale_is_shown_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "schema" / "v1.json"
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(command, "FOLDER", tmp_path / "schema")
    monkeypatch.setattr(command, "FILES", {file: command.schema})
    assert command.main(["--check"]) == 1
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
    file.write_text(command.schema().replace('"message.send"', '"message.say"'))
    capsys.readouterr()
    assert command.main(["--check"]) == 1
    assert '-    "message.say": {' in capsys.readouterr().out


def test_outside_a_checkout_there_is_nothing_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "FOLDER", tmp_path / "schema")
    assert command.main([]) == 2
    assert not (tmp_path / "schema").exists()


def test_everything_is_named():
    assert list(DOCUMENT["commands"]) == [tag_of(command) for command in COMMANDS]
    assert list(DOCUMENT["events"]) == [tag_of(event) for event in EVENTS]
    assert set(DOCUMENT["errors"]) == set(ERROR_CODES)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(DOCUMENT)


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


@pytest.mark.parametrize("key", FRAMES)
def test_every_golden_frame_fits_the_schema(key: str):
    frame, said = FRAMES[key], FRAMES[key].frame
    assert msgspec.msgpack.decode(bytes.fromhex(frame.msgpack)) == said, "what fits in one encoding fits in both"
    (COMMAND if frame.kind == "command" else SERVER_FRAME).validate(said)
    match frame.kind:
        case "ok":
            result = DOCUMENT["commands"][frame.of]["result"]["$ref"].removeprefix("#/$defs/")
            validator("Ok").validate(said)
            validator(result).validate(said["result"])
        case "refused":
            validator("Refused").validate(said)
        case "event" if frame.of in DOCUMENT["events"]:
            validator(DOCUMENT["events"][frame.of]["event"]["$ref"].removeprefix("#/$defs/")).validate(said)


def test_frames_that_do_not_fit_are_told_apart():
    (key,) = (key for key in FRAMES if key.startswith("command message.send, full"))
    frame = FRAMES[key].frame
    COMMAND.validate(frame)
    COMMAND.validate({**frame, "mood": "new fields are no mistake"})
    without_nonce = {name: value for name, value in frame.items() if name != "nonce"}
    for wrong in ({**frame, "body": 7}, {**frame, "type": "message.say"}, {**frame, "body": "x" * 8001}, without_nonce):
        with pytest.raises(ValidationError):
            COMMAND.validate(wrong)
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(
                JSON.encode(wrong), type=COMMANDS[[tag_of(one) for one in COMMANDS].index("message.send")]
            )
    SERVER_FRAME.validate({"type": "weather.changed"})
