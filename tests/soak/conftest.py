"""What `make soak` says meanwhile and at its end: plain lines, on a terminal and in a log.

A test says how long it takes about (`@pytest.mark.soak(seconds=90)`; once, where it is repeated), and what it did
(`record_property("kills", 50)`): numbers are added up.
"""

import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import pytest

BEAT = 60.0  # seconds between two signs of life of a long test
UNKNOWN = 60.0  # seconds of a test that says nothing


class Progress:
    """Of one run. Expectations are those of another machine, so what is to come is scaled by what has been."""

    def __init__(self, tests: dict[str, float], show: Any) -> None:
        self.tests = tests  # to run: expected seconds
        self.show = show
        self.began = time.monotonic()
        self.expected = self.took = 0.0  # of those that are over
        self.done: Counter[str] = Counter()  # what was done, of all kinds
        self.problems: list[str] = []
        self.over = 0

    def left(self) -> float:
        rest = sum(list(self.tests.values())[self.over :])
        return rest * (self.took / self.expected if self.expected else 1.0)

    def begins(self, id: str) -> None:
        since = spoken(time.monotonic() - self.began)
        self.show(
            f"soak: {self.over + 1} of {len(self.tests)}, {since} so far, about {spoken(self.left())} to go: {id}"
        )

    def ends(self, report: pytest.TestReport, seconds: float) -> None:
        self.over += 1
        self.expected += self.tests.get(report.nodeid, UNKNOWN)
        self.took += seconds
        for name, value in report.user_properties:
            if isinstance(value, int):
                self.done[name] += value
        if report.failed:
            self.problems.append(report.nodeid)

    def summary(self) -> Iterator[str]:
        yield f"{self.over} of {len(self.tests)} tests in {spoken(time.monotonic() - self.began)}"
        yield "done: " + (", ".join(f"{value:,} {name}" for name, value in sorted(self.done.items())) or "nothing")
        yield f"problems: {len(self.problems)}" if self.problems else "problems: none"
        yield from (f"  {id}" for id in self.problems)


def spoken(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


KEY = pytest.StashKey[Progress]()


def pytest_collection_finish(session: pytest.Session) -> None:
    here = [item for item in session.items if item.get_closest_marker("soak") is not None]
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if not here or terminal is None or session.config.option.collectonly:
        return

    def show(line: str) -> None:
        terminal.ensure_newline()
        terminal.write_line(line)

    tests = {item.nodeid: expected(item) for item in here}
    session.config.stash[KEY] = Progress(tests, show)


def expected(item: pytest.Item) -> float:
    marker = item.get_closest_marker("soak")
    return float(marker.kwargs.get("seconds", UNKNOWN)) if marker is not None else UNKNOWN


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    progress = item.config.stash.get(KEY, None)
    if progress is None:
        return (yield)
    progress.begins(item.nodeid)
    began, over = time.monotonic(), threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            progress.show(f"soak: still at {item.nodeid}, for {spoken(time.monotonic() - began)}")

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        return (yield)
    finally:
        over.set()
        beating.join()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report: Any = yield
    progress = item.config.stash.get(KEY, None)
    if progress is not None and (report.when == "call" or report.outcome != "passed"):
        progress.ends(report, report.duration)
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    progress = config.stash.get(KEY, None)
    if progress is not None:
        terminalreporter.write_sep("=", "soak")
        for line in progress.summary():
            terminalreporter.write_line(line)
