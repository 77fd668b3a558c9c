"""The report says the same in words, as JSON and as JUnit XML, and no secret in any of them."""

import json
from xml.etree import ElementTree as ET

from among_protocol.kit.checks import shown
from among_protocol.kit.report import Outcome, Report, as_json, as_junit, in_words
from among_protocol.kit.rules import RULES

PASSED = Outcome(rule="connection.hello", check="speaks_first", tries="Listen.", verdict="passed", seconds=0.1)
FAILED = Outcome(
    rule="nonces.repeat",
    check="says_it_twice",
    tries="Say it twice.",
    verdict="failed",
    seconds=0.2,
    expected="`repeat`",
    came="a \x1b second entry",
    frames=["ann → {}", "ann ← {}"],
)
SKIPPED = Outcome(rule="sync.gap", check="a_thousand", tries="Many.", verdict="skipped", seconds=0, why="too many")


def report(*outcomes: Outcome) -> Report:
    at = "2026-01-31T09:00:00.000Z"
    return Report(side="server", subject="ws://x/v1", kit="1", at=at, seconds=1.5, outcomes=list(outcomes))


def test_a_failure_is_told_with_the_sentence_and_what_was_sent_and_came():
    text = in_words(report(PASSED, FAILED, SKIPPED))
    assert "✓ connection.hello" in text
    assert "✗ nonces.repeat" in text
    assert "– sync.gap" in text
    for line in (RULES["nonces.repeat"].text, "expected: `repeat`", "second entry", "ann → {}", "too many"):
        assert line in text
    assert "NOT CONFORM: 1 rule is broken." in text
    assert "\033" not in in_words(report(PASSED, SKIPPED))


def test_a_run_that_found_nothing_out_is_not_called_conform():
    assert not report(SKIPPED).conforms
    assert report(PASSED, SKIPPED).conforms
    assert not report(PASSED, FAILED).conforms


def test_the_json_holds_the_verdict_and_each_check_under_its_rule():
    told = json.loads(as_json(report(PASSED, FAILED, SKIPPED)))
    assert told["verdict"] == "not_conform"
    assert told["counts"] == {"passed": 1, "failed": 1, "skipped": 1}
    rules = {rule["id"]: rule for rule in told["rules"]}
    assert list(rules) == ["connection.hello", "nonces.repeat", "sync.gap"]
    assert rules["nonces.repeat"]["text"] == RULES["nonces.repeat"].text
    assert rules["nonces.repeat"]["checks"][0]["frames"] == ["ann → {}", "ann ← {}"]


def test_the_junit_counts_cases_in_a_suite_for_each_part():
    root = ET.fromstring(as_junit(report(PASSED, FAILED, SKIPPED)))
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "1")
    cases = {case.get("name"): case for case in root.iter("testcase")}
    failure = cases["says_it_twice"].find("failure")
    assert failure is not None
    assert "expected: `repeat`" in str(failure.get("message"))
    assert "ann → {}" in str(failure.text)
    assert cases["a_thousand"].find("skipped") is not None


def test_no_secret_is_shown():
    frame = {"type": "session.sign_in", "token": "among_abc", "nested": [{"password": "hunter2", "handle": "ann"}]}
    text = shown(frame)
    assert "among_abc" not in text
    assert "hunter2" not in text
    assert "ann" in text
