"""Each measurement, as small as it gets, still runs: nothing is said here about speed."""

import itertools
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench import report
from bench.__main__ import MEASUREMENTS, measure
from bench.drive import ROOT, native
from bench.rows import Bench, Row

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the time of another process is read as Linux tells it")

# Those that are no rows of the table, and are started by themselves.
PROGRAMS = {
    "retention": ["--repeats", "1", "--count", "1000", "--seconds", "0.1", "--in-flight", "4"],
    "store_writer": ["--rounds", "1", "--seconds", "0.1", "--in-flight", "8"],
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Its towns are built once for all of them."""
    return Bench(tmp_path_factory.mktemp("bench"), form="smoke")


def kind(row: Row) -> str:
    """A row without what depends on the form."""
    return re.sub(r"\d[\d,]*", "#", f"{row.name} ({row.unit})")


def right(row: Row) -> bool:
    return row.sound and math.isfinite(row.value)


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_a_measurement_runs_and_nothing_goes_wrong_in_it(name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch):
    if name == "ceiling" and native("source") is None:
        pytest.skip("no C compiler")
    monkeypatch.setattr("bench.drive.pin", lambda *_: None)  # tests side by side share all cores
    rows = list(MEASUREMENTS[name](bench))
    if not all(map(right, rows)):  # where others take the cores, nothing may be left of a run so short
        rows = list(MEASUREMENTS[name](bench))
    assert list(itertools.filterfalse(right, rows)) == []
    shown = {kind(row) for row in report.read().rows if row.measurement == name}
    assert shown <= {kind(row) for row in rows}, f"measure it anew: --again {name}"


def test_each_row_of_the_latest_table_is_of_a_measurement():
    assert {row.measurement for row in report.read().rows} <= set(MEASUREMENTS)


def test_the_picture_and_the_page_are_made_of_the_latest_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plot = pytest.importorskip("bench.plot", reason="the extra `bench` is not here", exc_type=ImportError)
    latest, page = report.read(), report.PAGE.read_text("utf-8")
    (tmp_path / "page.md").write_text(page, "utf-8")
    monkeypatch.setattr(plot, "PICTURE", tmp_path / "picture.png")
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    plot.draw(latest)
    report.publish(latest)
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "page.md").read_text("utf-8") == page, "python -m bench --plot writes it anew"


def test_what_cannot_be_measured_fails_and_spares_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(_: Bench) -> list[Row]:
        raise ValueError("broken")

    slow = Row(name="slow", value=2, unit="ms", at_most=1, of="value").judge()
    late = Row(name="late", value=1, unit="ms", at_most=1, of="value").judge(sound=False)
    monkeypatch.setitem(MEASUREMENTS, "ceiling", broken)
    monkeypatch.setitem(MEASUREMENTS, "idle", lambda _: iter([slow, late]))
    found = measure(["ceiling", "idle"], form="smoke", repeats=0, data=tmp_path / "data", command="", patience=0)
    assert [(row.name, row.measurement, row.holds) for row in found.rows] == [
        ("ceiling", "ceiling", False),
        ("slow", "idle", None),  # of so little the numbers mean nothing
        ("late", "idle", False),
    ]
    assert found.rows[0].note == "not measured: ValueError: broken"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_benchmark_of_its_own_runs_and_reports_no_error(name: str):
    command = [sys.executable, "-m", f"bench.{name}", *PROGRAMS[name]]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "error" not in ran.stdout + ran.stderr
    assert len(re.findall(r"\d", ran.stdout)) > 10


def test_each_benchmark_of_its_own_is_run_here():
    alone = {path.stem for path in (ROOT / "bench").glob("*.py") if "\ndef main(" in path.read_text("utf-8")}
    assert alone - {"__main__"} == set(PROGRAMS)
