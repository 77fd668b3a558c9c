"""The ledger's rules (ledger.toml), as a plugin of pytest: a promise's test never passes by not running.

A test whose name holds an id, `test_dur_01_…`, proves a part of the row with that id in the ledger. Where such a test
is skipped, or expected to fail, and the ledger does not allow it, the test has failed, on whatever machine.
"""

import re
import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

FILE = Path(__file__).with_name("ledger.toml")
NAMED = re.compile(r"\btest_([a-z]{3})_(\d\d)_\w+")


class Row(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One promise, and what proves it.

    `green`: all of it, in every run. `short`: a smaller form in every run; `long` says where the long one is run, and
    `lacks` what is not shown yet. `later`: nothing yet, and the `reason`. `skipped`: like green, but its tests may be
    skipped on some machines, for the `reason`.
    """

    what: Annotated[str, msgspec.Meta(min_length=10)]
    state: Literal["green", "short", "later", "skipped"]
    long: str = ""  # a command
    lacks: str = ""
    reason: str = ""
    skips: dict[str, str] = {}  # single tests that may be skipped, and why

    def may_skip(self, test: str) -> bool:
        return self.state == "skipped" or test in self.skips


def load() -> dict[str, Row]:
    return msgspec.convert(tomllib.loads(FILE.read_text("utf-8")), dict[str, Row])


def id_of(test: str) -> str:
    """The id in a test's name, or in its path; empty when there is none."""
    found = NAMED.search(test)
    return f"{found[1].upper()}-{found[2]}" if found else ""


def forbidden(test: str) -> str:
    """Why this test may not be skipped; empty when it may."""
    id = id_of(test)
    row = load().get(id)
    if not id or (row is not None and row.may_skip(test)):
        return ""
    return f"{test} proves {id} and was skipped: {FILE.name} does not allow that"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped:
        why = forbidden(getattr(item, "originalname", None) or item.name)
        if why:
            report.longrepr = f"{why}\n{report.longrepr}"
            report.outcome = "failed"
            report.__dict__.pop("wasxfail", None)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole file that is skipped skips the tests in it."""
    report = yield
    if report.outcome == "skipped" and collector.path.is_file():
        tests = {match[0] for match in NAMED.finditer(collector.path.read_text("utf-8"))}
        whys = [why for why in map(forbidden, sorted(tests)) if why]
        if whys:
            report.longrepr = "\n".join(whys)
            report.outcome = "failed"
    return report
