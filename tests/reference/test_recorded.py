"""What the reference shows is what a server says today, in either encoding; and it shows everything."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from among_protocol import effects, wire
from among_protocol.wire import COMMANDS, EVENTS, tag_of

from . import record
from .stage import SHOWN_START, Line, in_order

RECORDED: record.Takes = json.loads(record.FILE.read_text("utf-8"))
BY_TAG = {tag_of(command): command for command in COMMANDS}


async def test_a_server_still_says_what_was_recorded(tmp_path: Path):
    played = await record.record(tmp_path, wire.JSON)
    assert played == RECORDED, "run `make docs`, and look at what has changed"
    assert record.text(played) == record.FILE.read_text("utf-8")


async def test_both_encodings_say_the_same(tmp_path: Path):
    played = await record.record(tmp_path, wire.MSGPACK)
    assert played == {name: lines for name, lines in RECORDED.items() if name != "malformed"}


@pytest.mark.parametrize("command", BY_TAG)
def test_each_command_has_a_take_in_which_it_is_carried_out(command: str):
    lines = RECORDED[command]
    asked = [frame["id"] for _, what, frame in lines if what == ">" and frame["type"] == command]
    assert asked
    assert all(
        frame["type"] == "ok"
        for _, what, frame in lines
        if what == "<" and frame.get("id") in asked and "result" in frame
    )


def test_each_event_is_heard_somewhere():
    assert {tag_of(event) for event in EVENTS} - set(_types(RECORDED)) == set()


def test_each_class_of_refusal_but_for_our_own_mistakes_is_shown():
    classes = {
        frame["class"] for lines in RECORDED.values() for _, what, frame in lines if what == "<" and "class" in frame
    }
    assert classes == {"fix", "auth", "wait", "gone"}


def test_no_refusal_is_shown_that_is_not_told_of():
    for lines in RECORDED.values():
        asked = {
            (who, frame["id"]): frame["type"] for who, what, frame in lines if what == ">" and isinstance(frame, dict)
        }
        for who, what, frame in lines:
            if (
                what == "<"
                and frame["type"] == "refused"
                and (command := BY_TAG.get(asked.get((who, frame["id"]), "")))
            ):
                codes = effects.refusals(command, guest=False)
                assert frame["code"] in {code.code for code in codes}


def test_nothing_shown_differs_from_one_recording_to_the_next():
    """Ids, tokens and times have names; whatever else is random would be found here."""
    text = record.FILE.read_text("utf-8")
    assert '"id":"fence-' not in text
    assert "somebody" not in text
    days = {dt.date.fromisoformat(day) for day in re.findall(r"\b\d{4}-\d\d-\d\d\b", text)}
    assert all(0 <= (day - SHOWN_START.date()).days < 120 for day in days), sorted(days)


def test_a_count_of_the_inbox_has_one_place_whenever_it_is_told():
    sent, reply, entry, count = (
        ["bob", what, {"type": type}]
        for what, type in ((">", "post.publish"), ("<", "ok"), ("<", "post.published"), ("<", "inbox.moved"))
    )
    late: list[Line] = [sent, entry, reply, count, ["ann", "<", entry]]
    for early in ([sent, count, entry, reply, late[-1]], [sent, entry, count, reply, late[-1]], late):
        assert in_order(early) == late


def _types(value: Any) -> list[str]:
    match value:
        case dict():
            inner = [kind for part in value.values() for kind in _types(part)]
            return [*inner, value["type"]] if isinstance(value.get("type"), str) else inner
        case list():
            return [kind for part in value for kind in _types(part)]
        case _:
            return []
