"""What breaks those who speak an older version of the protocol is found before it is merged (OPS-06)."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from among_protocol import __version__, schema
from among_protocol.schema import __main__ as command
from among_protocol.schema import golden
from among_protocol.schema.compatible import breaks

NOW = schema.document()
Change = Callable[[dict[str, Any]], None]


def changed(change: Change) -> list[str]:
    """What a change of the schema is found to break."""
    new = copy.deepcopy(NOW)
    change(new)
    return breaks(NOW, new)


def field(of: str, name: str, **words: Any) -> Change:
    """A field of a definition gets these words of JSON Schema; None takes one away."""

    def change(new: dict[str, Any]) -> None:
        held = new["$defs"][of]["properties"].setdefault(name, {})
        held.update(words)
        for word in [word for word, value in words.items() if value is None]:
            del held[word]

    return change


def without(*path: str) -> Change:
    def change(new: Any) -> None:
        for step in path[:-1]:
            new = new[step]
        if isinstance(new, list):
            new.remove(path[-1])
        else:
            del new[path[-1]]

    return change


def required(of: str, name: str) -> Change:
    return lambda new: new["$defs"][of]["required"].append(name)


def no_field(of: str, name: str) -> Change:
    def change(new: dict[str, Any]) -> None:
        del new["$defs"][of]["properties"][name]
        if name in new["$defs"][of]["required"]:
            new["$defs"][of]["required"].remove(name)

    return change


def both(*changes: Change) -> Change:
    def change(new: dict[str, Any]) -> None:
        for one in changes:
            one(new)

    return change


def set_to(value: Any, *path: str) -> Change:
    def change(new: dict[str, Any]) -> None:
        for step in path[:-1]:
            new = new[step]
        new[path[-1]] = value

    return change


BREAKS: dict[str, tuple[Change, str]] = {
    "a subprotocol that is gone": (
        lambda new: new["subprotocols"].remove("among.v1.json"),
        "among.v1.json is not spoken any more",
    ),
    "a command that is gone": (without("commands", "message.send"), "command message.send is gone"),
    "an event that is gone": (without("events", "message.sent"), "event message.sent is gone"),
    "a code that is gone": (without("errors", "room.gone"), "error room.gone is gone"),
    "a close code that is gone": (without("closeCodes", "4001"), "close code 4001 is gone"),
    "a code of another class": (
        set_to("fix", "errors", "room.gone", "class"),
        "error room.gone has another `class`: 'gone' before, 'fix' now",
    ),
    "a close code that does not bring back": (
        set_to(False, "closeCodes", "4001", "comesBack"),
        "close code 4001 has another `comesBack`: True before, False now",
    ),
    "an entry that has no number any more": (
        set_to(False, "events", "message.sent", "numbered"),
        "event message.sent has another `numbered`: True before, False now",
    ),
    "a command that writes no more": (
        set_to(False, "commands", "message.send", "writes"),
        "command message.send has another `writes`: True before, False now",
    ),
    "a field of a command that is gone": (no_field("SendMessage", "body"), "command message.send: body is gone"),
    "a field of a command of another type": (
        field("SendMessage", "body", type="integer"),
        "command message.send: body may be string no longer",
    ),
    "a field of a command that must be there": (
        required("UpdateAccount", "bio"),
        "command account.update: bio must now be there",
    ),
    "a new field of a command that must be there": (
        both(field("SendMessage", "mood", type="string"), required("SendMessage", "mood")),
        "command message.send: mood is new and must be there",
    ),
    "a text of a command that may be less long": (
        field("SendMessage", "body", maxLength=7999),
        "command message.send: body has another `maxLength`: 8000 before, 7999 now",
    ),
    "a text of a command that must be longer": (
        field("SignUp", "password", minLength=8),
        "command session.sign_up: password has another `minLength`: 1 before, 8 now",
    ),
    "a number of a command that got a bound": (
        field("ReadEntries", "limit", maximum=100),
        "command log.entries: limit has another `maximum`: 200 before, 100 now",
    ),
    "a list of a command that may be less long": (
        field("WatchPresence", "members", maxItems=10),
        "command presence.watch: members has another `maxItems`: 200 before, 10 now",
    ),
    "a word of a command that is gone": (
        lambda new: new["$defs"]["SetRole"]["properties"]["role"]["enum"].remove("steward"),
        "command member.set_role: role may be 'steward' no longer",
    ),
    "null that a command may not be any more": (
        lambda new: new["$defs"]["UpdateAccount"]["properties"]["bio"]["anyOf"].pop(),
        "command account.update: bio may be null no longer",
    ),
    "a default that means something else": (
        field("ReadEntries", "limit", default=100),
        "command log.entries: limit means 100 when it is left out, and meant 200",
    ),
    "a struct within a command": (
        required("PersonaRef", "rev"),
        "command member.resolve: members[]: rev must now be there",
    ),
    "a word of JSON Schema that nobody weighed": (
        field("SendMessage", "body", pattern="^[a-z]+$"),
        "command message.send: body has another `pattern`: None before, '^[a-z]+$' now",
    ),
    "a field of an event that is gone": (no_field("MessageSent", "body"), "event message.sent: body is gone"),
    "a field of an event that may be left out": (
        without("$defs", "MessageSent", "required", "body"),
        "event message.sent: body may now be left out",
    ),
    "a new field of an event that must be there": (
        both(field("MessageSent", "mood", type="string"), required("MessageSent", "mood")),
        "event message.sent: mood is new and must be there",
    ),
    "an event that may be longer than old clients read": (
        field("MessageSent", "log", maxLength=128),
        "event message.sent: log has another `maxLength`: 64 before, 128 now",
    ),
    "null that old clients do not read": (
        set_to({"anyOf": [{"type": "string"}, {"type": "null"}]}, "$defs", "MessageSent", "properties", "body"),
        "event message.sent: body may now be null",
    ),
    "a limit of another type": (
        field("Limits", "rooms", type="string"),
        "event hello: limits: rooms may be integer no longer",
    ),
    "a limit that is gone": (no_field("Limits", "rooms"), "event hello: limits: rooms is gone"),
    "a set of words that is closed": (
        field("Refused", "class", type=None, enum=["fix", "auth"]),
        "refused: class may be string no longer",
    ),
    "a reply of another struct": (
        set_to({"$ref": "#/$defs/Done"}, "commands", "session.ping", "result"),
        "reply to command session.ping: at is gone",
    ),
    "a reply that may be something else": (
        lambda new: new["$defs"]["RoomMade"]["properties"]["entry"]["anyOf"].append({"$ref": "#/$defs/TopicSet"}),
        "reply to command room.create: entry may now be `room.topic_set`",
    ),
    "values of a map of another type": (
        lambda new: new["$defs"]["Lagging"]["properties"]["logs"].update(additionalProperties={"type": "string"}),
        "event session.lagging: logs[] may be integer no longer",
    ),
    "a refusal without its code": (no_field("Refused", "code"), "refused: code is gone"),
    "an ok without its budget": (no_field("Ok", "budget"), "ok: budget is gone"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_ops_06_what_breaks_is_found(name: str):
    change, said = BREAKS[name]
    assert said in changed(change)


def new_command(new: dict[str, Any]) -> None:
    new["$defs"]["PinMessage"] = copy.deepcopy(new["$defs"]["SendMessage"])
    new["commands"]["message.pin"] = {"command": {"$ref": "#/$defs/PinMessage"}, "result": {"$ref": "#/$defs/Done"}}


def new_event(new: dict[str, Any]) -> None:
    new["$defs"]["MessagePinned"] = pinned = copy.deepcopy(new["$defs"]["MessageSent"])
    pinned["properties"]["type"]["enum"] = ["message.pinned"]
    new["events"]["message.pinned"] = {"event": {"$ref": "#/$defs/MessagePinned"}, "numbered": True}
    new["$defs"]["EntryPage"]["properties"]["entries"]["items"]["anyOf"].append({"$ref": "#/$defs/MessagePinned"})


def renamed(new: dict[str, Any]) -> None:
    new["$defs"]["Saying"] = new["$defs"].pop("SendMessage")
    new["commands"]["message.send"]["command"] = {"$ref": "#/$defs/Saying"}


HOLDS: dict[str, Change] = {
    "nothing": lambda new: None,
    "a new command": new_command,
    "a new event": new_event,
    "a new code": set_to({"class": "fix", "message": "No."}, "errors", "poll.gone"),
    "a new subprotocol": lambda new: new["subprotocols"].append("among.v1.cbor"),
    "another sentence of a code": set_to("Nowhere.", "errors", "room.gone", "message"),
    "another description": set_to("Speak.", "$defs", "SendMessage", "description"),
    "a new field that may be left out": field("SendMessage", "mood", type="string", default=""),
    "a new field of an event that may be left out": field("MessageSent", "mood", type="string", default=""),
    "a longer text in a command": field("SendMessage", "body", maxLength=16_000),
    "a bound of a command that went": field("SendMessage", "body", maxLength=None),
    "a command's field that need not be there any more": without("$defs", "SendMessage", "required", "body"),
    "a new word in a command": lambda new: new["$defs"]["SetRole"]["properties"]["role"]["enum"].append("gardener"),
    "null in a command": set_to(
        {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}, "$defs", "SendMessage", "properties", "body"
    ),
    "another name of a struct": renamed,
}


@pytest.mark.parametrize("name", HOLDS)
def test_what_may_change_is_left_alone(name: str):
    assert changed(HOLDS[name]) == []


def test_ops_06_the_comparison_gets_to_every_field():
    new, marked = copy.deepcopy(NOW), set()
    for of, told in new["$defs"].items():
        for name, held in told.get("properties", {}).items() if of != "UnknownEvent" else ():
            for one in held.get("anyOf", [held]):
                if "$ref" not in one and "anyOf" not in one:
                    one["mark"] = f"{of}.{name}"
                    marked.add(one["mark"])
    said = "\n".join(breaks(NOW, new))
    assert {mark for mark in marked if f"'{mark}' now" not in said} == set()
    assert len(marked) > 400


def test_the_protocol_breaks_nothing_that_was_published(capsys: pytest.CaptureFixture[str]):
    assert list(command.RELEASED.glob("*.json"))
    assert command.main(["--compatible"]) == 0, capsys.readouterr().out


def test_what_was_published_by_the_changelog_is_kept():
    changes = (schema.FOLDER.parents[1] / "CHANGELOG.md").read_text("utf-8")
    versions = dict(re.findall(r"^## \[([\d.]+)\] - (\S+)", changes, re.MULTILINE))
    assert __version__ in versions
    published = {version for version, day in versions.items() if day != "Unreleased"}
    kept = {file.stem for file in command.RELEASED.glob("*.json")}
    assert kept >= published
    assert kept - published <= {__version__}, "a version that nobody has may not hold anybody"


def test_a_break_is_told_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    older = copy.deepcopy(NOW)
    older["commands"]["message.shout"] = older["commands"]["message.send"]
    (tmp_path / "0.0.9.json").write_text(json.dumps(older))
    frame = golden.frames()[0]
    lines = [f"{'0' * 64} {frame.key}", f"{'0' * 64} command message.shout, full, 0.0.9"]
    (tmp_path / "0.0.9.sha256").write_text("".join(f"{line}\n" for line in lines))
    monkeypatch.setattr(command, "RELEASED", tmp_path)
    assert command.main(["--compatible"]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "since 0.0.9: command message.shout is gone",
        f"since 0.0.9: golden frame '{frame.key}' was changed",
        "since 0.0.9: golden frame 'command message.shout, full, 0.0.9' was removed",
    ]
    assert "stability.md" in told.err


def test_what_is_released_is_kept_and_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "RELEASED", tmp_path / "released")
    assert command.main(["--release"]) == 0
    assert command.main(["--compatible"]) == 0
    monkeypatch.setattr(command, "__version__", "9.9.9")  # from now on its golden frames are held, too
    assert command.main(["--compatible"]) == 0
    (digests,) = (tmp_path / "released").glob("*.sha256")
    digests.write_text(digests.read_text("utf-8").replace("command message.send, full,", "command message.send, most,"))
    assert command.main(["--compatible"]) == 1
