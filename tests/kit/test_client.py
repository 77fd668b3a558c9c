"""The kit judges clients: those that keep the rules conform, and each client that breaks one is caught."""

import asyncio
import json
import sys
from pathlib import Path

from among_protocol.kit.__main__ import main
from among_protocol.kit.client import carry_out, checks, run
from among_protocol.kit.report import Outcome, in_words
from among_protocol.kit.rules import RULES
from tests.js import node
from tests.kit.small_client import FAULTS, small

ROOT = Path(__file__).parents[2]
BROKEN = [(rule, fault) for rule, faults in FAULTS.items() for fault in faults]


def failures(outcomes: list[Outcome]) -> list[str]:
    return [f"{one.check}: {one.expected} -- {one.came}" for one in outcomes if one.verdict == "failed"]


async def test_a_small_client_that_keeps_every_rule_conforms():
    outcomes, notes = await carry_out(checks.chosen([]), small())
    assert failures(outcomes) == []
    assert notes == []


async def test_whoever_breaks_a_rule_is_caught():
    """All side by side: each of them keeps the kit waiting for what does not come. Where the machine is busy, what goes wrong in the
    rhythm of its tries may look right once; not three times."""

    async def caught(rule: str, fault: str) -> bool:
        outcomes, _ = await carry_out(checks.chosen([rule]), small(fault), patience=1.0)
        return bool(failures(outcomes))

    left = BROKEN
    for _ in range(3):
        found = await asyncio.gather(*(caught(rule, fault) for rule, fault in left))
        left = [one for one, noticed in zip(left, found, strict=True) if not noticed]
    assert left == []


def test_each_rule_of_a_client_is_checked_and_has_a_client_that_breaks_it():
    asked = {rule.id for rule in RULES.values() if rule.of("client") and rule.kit}
    assert {check.rule for check in checks.all} == asked
    assert set(FAULTS) == asked


async def test_our_python_client_conforms():
    report = await run([sys.executable, str(ROOT / "examples/kit_driver.py")])
    assert report.conforms, in_words(report)


@node.needed()
async def test_our_javascript_client_conforms():
    report = await run([str(node.path()), str(node.CLIENT / "driver.js")])
    assert report.conforms, in_words(report)


async def test_a_reader_is_asked_for_no_message():
    outcomes, _ = await carry_out(checks.chosen(["nonces", "logs.hole"]), small(), level="reader")
    assert {one.rule: one.verdict for one in outcomes}["nonces.again"] == "skipped"
    assert {one.rule: one.verdict for one in outcomes}["logs.hole"] == "passed"


# --- the command


def test_without_a_command_there_is_one_clear_line(capsys):
    assert main(["client"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_what_cannot_be_started_is_told(capsys):
    assert main(["client", "--", "/nowhere/client"]) == 2
    assert "cannot be started" in capsys.readouterr().err


def test_what_is_no_client_is_told_with_its_last_words(capsys):
    assert main(["client", "--", sys.executable, "-c", "import sys; sys.exit('I am a teapot')"]) == 2
    said = capsys.readouterr().err
    assert "did not sign in" in said
    assert "I am a teapot" in said


def test_a_report_of_a_process_in_json(capsys):
    command = [sys.executable, str(ROOT / "examples/kit_driver.py")]
    assert main(["client", "--quiet", "--json", "-", "--only", "logs.whole", "--", *command]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["side"], told["verdict"]) == ("client", "conform")
    assert [rule["id"] for rule in told["rules"]] == ["logs.whole"]


def test_lines_that_are_none_are_told(tmp_path: Path, capsys):
    driver = tmp_path / "driver.py"
    text = (ROOT / "examples/kit_driver.py").read_text("utf-8")
    driver.write_text(text.replace("print(json.dumps(", "print(repr("), "utf-8")
    assert (
        main(["client", "--quiet", "--patience", "3", "--only", "logs.whole", "--", sys.executable, str(driver)]) == 1
    )
    assert "lines of JSON" in capsys.readouterr().out


async def test_who_does_not_end_is_ended_and_told(monkeypatch):
    monkeypatch.setattr("among_protocol.kit.client.driver.ENDS_WITHIN", 0.2)
    text = (ROOT / "examples/kit_driver.py").read_text("utf-8")
    deaf = text.replace("sys.stdin.readline", "__import__('threading').Event().wait")
    async with asyncio.timeout(30):
        report = await run([sys.executable, "-c", deaf], only=["connection.ping"])
    assert "it was killed" in " ".join(report.notes)
