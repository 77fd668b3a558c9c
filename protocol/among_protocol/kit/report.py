"""The report of a run: in words for people, as JSON for programs, and as JUnit XML for what shows test results.

The JSON is the `Report` as it stands here, with the verdict, the counts and the rules' sentences beside it. Fields are
only ever added to it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal
from xml.etree import ElementTree as ET

import msgspec
from msgspec import Struct

from .rules import PARTS, RULES, Side

Verdict = Literal["passed", "failed", "skipped"]
MARKS: dict[str, str] = {"passed": "✓", "failed": "✗", "skipped": "–"}
COLOURS = {"passed": "32", "failed": "31", "skipped": "33", "faint": "2", "bold": "1"}
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one check ended."""

    rule: str  # id of the sentence that was checked
    check: str  # name of the check, stable
    tries: str  # what was tried, for people
    verdict: str  # passed, failed, skipped
    seconds: float
    expected: str = ""  # failed: what there should have been
    came: str = ""  # failed: what there was in its place
    frames: list[str] = []  # failed: what went over the wire before, oldest first, secrets left out
    why: str = ""  # skipped: why it could not be asked


class Report(Struct, frozen=True, kw_only=True):
    """Of one run of the kit."""

    side: Side  # server or client: who was asked
    subject: str  # URL of the server, command line of the client
    kit: str  # version of the kit
    at: str  # when it began, RFC 3339
    seconds: float
    outcomes: list[Outcome]
    notes: list[str] = []  # what people should know: what was left behind, how it was set up
    server: str = ""  # how the server named itself

    @property
    def counts(self) -> dict[str, int]:
        return {verdict: sum(one.verdict == verdict for one in self.outcomes) for verdict in MARKS}

    @property
    def conforms(self) -> bool:
        """Nothing failed, and something was found out."""
        return not self.counts["failed"] and bool(self.counts["passed"])

    def of(self, rule: str) -> list[Outcome]:
        return [one for one in self.outcomes if one.rule == rule]


class _RuleReport(Struct, kw_only=True):
    id: str
    text: str
    verdict: str
    checks: list[Outcome]


class _Document(Struct, kw_only=True):
    kit: str
    side: str
    subject: str
    server: str
    at: str
    seconds: float
    verdict: str  # conform, not_conform
    counts: dict[str, int]
    notes: list[str]
    rules: list[_RuleReport]


def verdict_of(outcomes: Iterable[Outcome]) -> str:
    """Of a rule: failed where a check of it failed, passed where one passed, skipped where none could be asked."""
    found = {one.verdict for one in outcomes}
    return "failed" if "failed" in found else "passed" if "passed" in found else "skipped"


def asked(report: Report) -> Iterator[str]:
    """The ids of the rules that were asked, in the order of the reference."""
    found = {one.rule for one in report.outcomes}
    return (id for id in RULES if id in found)


def as_json(report: Report) -> bytes:
    document = _Document(
        kit=report.kit,
        side=report.side,
        subject=report.subject,
        server=report.server,
        at=report.at,
        seconds=report.seconds,
        verdict="conform" if report.conforms else "not_conform",
        counts=report.counts,
        notes=report.notes,
        rules=[
            _RuleReport(id=id, text=RULES[id].text, verdict=verdict_of(report.of(id)), checks=report.of(id))
            for id in asked(report)
        ],
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def as_junit(report: Report) -> bytes:
    """A suite for each part, a case for each check."""
    root = ET.Element("testsuites", name=f"among.kit.{report.side}", time=f"{report.seconds:.3f}")
    _count(root, report.outcomes)
    for part in PARTS:
        outcomes = [one for one in report.outcomes if one.rule.split(".")[0] == part.id]
        if not outcomes:
            continue
        suite = ET.SubElement(root, "testsuite", name=part.title, timestamp=report.at)
        suite.set("time", f"{sum(one.seconds for one in outcomes):.3f}")
        _count(suite, outcomes)
        for one in outcomes:
            case = ET.SubElement(suite, "testcase", classname=one.rule, name=one.check, time=f"{one.seconds:.3f}")
            if one.verdict == "skipped":
                ET.SubElement(case, "skipped", message=_safe(one.why))
            elif one.verdict == "failed":
                failure = ET.SubElement(case, "failure", message=_safe(f"expected: {one.expected}"), type=one.rule)
                failure.text = _safe("\n".join(_failure(one)))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _count(element: ET.Element, outcomes: list[Outcome]) -> None:
    element.set("tests", str(len(outcomes)))
    element.set("failures", str(sum(one.verdict == "failed" for one in outcomes)))
    element.set("errors", "0")
    element.set("skipped", str(sum(one.verdict == "skipped" for one in outcomes)))


def _safe(text: str) -> str:
    return UNPRINTABLE.sub("\ufffd", text)


def _failure(one: Outcome) -> Iterator[str]:
    """A failed check, explained."""
    yield f"rule: {RULES[one.rule].text}"
    yield f"tried: {one.tries}"
    yield f"expected: {one.expected}"
    if one.came:
        yield f"came: {one.came}"
    if one.frames:
        yield "on the wire:"
        yield from (f"  {frame}" for frame in one.frames)


class Painter:
    """Colours, where there is somebody who sees them."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, style: str, text: str) -> str:
        return f"\033[{COLOURS[style]}m{text}\033[0m" if self.colour else text


def in_words(report: Report, *, colour: bool = False, width: int = 0) -> str:
    """A tree of the parts with a mark for each rule, then each failure explained, then the verdict. `width`: columns
    of the terminal, to which the rules are cut; 0: they are not."""
    paint = Painter(colour)
    lines: list[str] = []
    for part in PARTS:
        ids = [id for id in asked(report) if id.split(".")[0] == part.id]
        if ids:
            lines += ["", paint("bold", part.title)]
        for id in ids:
            verdict = verdict_of(report.of(id))
            text = RULES[id].text
            room = width - len(id) - 6
            text = f"{text[: room - 1]}…" if width and len(text) > room > 0 else text
            lines.append(f"  {paint(verdict, MARKS[verdict])} {id}  {paint('faint', text)}")
            lines += [f"    {paint('skipped', f'– {one.why}')}" for one in report.of(id) if one.verdict == "skipped"]
    failed = [one for one in report.outcomes if one.verdict == "failed"]
    for one in failed:
        lines += ["", paint("failed", f"✗ {one.rule}") + paint("faint", f"  ({one.check})")]
        lines += [f"  {line}" for line in _failure(one)]
    lines += ["", *(f"Note: {note}" for note in report.notes), _verdict(report, paint), ""]
    return "\n".join(lines)


def _verdict(report: Report, paint: Painter) -> str:
    counts = report.counts
    rules = list(asked(report))
    broken = sum(verdict_of(report.of(id)) == "failed" for id in rules)
    text = f"{len(rules)} rules, {len(report.outcomes)} checks in {report.seconds:.0f} s: {counts['passed']} passed"
    text += f", {counts['failed']} failed" if counts["failed"] else ""
    text += f", {counts['skipped']} skipped" if counts["skipped"] else ""
    if broken:
        return (
            paint("failed", f"NOT CONFORM: {broken} {'rule is' if broken == 1 else 'rules are'} broken.") + f" {text}."
        )
    if not report.conforms:
        return paint("skipped", "NOTHING FOUND OUT.") + f" {text}."
    return paint("passed", "CONFORM.") + f" {text}."
