"""What a run leaves: a table for the eye, `results/latest.json` for everything else."""

import datetime as dt
import importlib.metadata
import os
import platform
import sqlite3
import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct, field

import among_server
from among_server.admin import interpreter

from .drive import ROOT, BenchError, native
from .rows import DISTURBED, Form, Row

LATEST = ROOT / "bench" / "results" / "latest.json"
LIBRARIES = ("websockets", "uvloop", "msgspec", "aiosqlite")


class Header(Struct, kw_only=True):
    date: str  # UTC
    command: str
    seconds: float = 0.0  # the whole run
    form: Form
    machine: str
    system: str
    python: str
    python_times: float = 0.0  # time of its work over that of SQLite's, by admin/interpreter; 0: not known
    python_slow: bool = False  # built without profile-guided optimisation: rates are a third lower with it
    server: str
    commit: str
    libraries: dict[str, str]
    sqlite: str
    generator: str
    fsync_ms: float  # p50 of the disk that holds the data
    others_busy: float = 0.0  # cores that other programs kept busy during the runs, median: little, or think again
    took: dict[str, float] = field(default_factory=dict)  # seconds, by measurement
    again: dict[str, str] = field(
        default_factory=dict
    )  # measurements that were made later than the rest: when, and of what


class Report(Struct, kw_only=True):
    header: Header
    rows: list[Row]


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} × {names[0] if names else platform.machine()}"


def commit() -> str:
    """What is measured; `-dirty` where something differs from it but for what is written about measurements."""

    def git(*asked: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, text=True, check=False)

    same = git("diff", "--quiet", "HEAD", "--", ".", ":!bench/results", ":!docs").returncode == 0
    return git("describe", "--always").stdout.strip() + ("" if same else "-dirty")


def header(*, command: str, form: Form, fsync: float) -> Header:
    built = interpreter.built()
    return Header(
        date=dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M"),
        command=command,
        form=form,
        machine=processor(),
        system=f"{platform.system()} {platform.release().split('-')[0]}",
        python=platform.python_version(),
        python_times=built.times,
        python_slow=built.slow,
        server=among_server.__version__,
        commit=commit(),
        libraries={name: importlib.metadata.version(name) for name in LIBRARIES},
        sqlite=sqlite3.sqlite_version,
        generator="C" if native("generator") else "Python (slower than the server: values are lower bounds)",
        fsync_ms=round(fsync, 3),
    )


def number(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value / 1e6:.2f} M"
    if abs(value) >= 1e4:
        return f"{value / 1e3:.0f} k"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def bound(row: Row) -> str:
    times = " ×" if row.of == "ratio" else ""
    parts = []
    if row.at_least is not None:
        parts.append(f"≥ {row.at_least:,g}{times}")
        if row.here < 1:
            parts.append(f"(here {number(row.at_least * row.here)})")
    if row.at_most is not None:
        parts.append(f"≤ {row.at_most:,g}{times}")
        if row.here < 1:
            parts.append(f"(here {number(row.at_most / row.here)})")
    return " ".join(parts)


HEADINGS = ("what", "measured", "", "beside it", "ratio", "held to", "holds")


def cells(row: Row) -> tuple[str, ...]:
    beside = "" if row.baseline is None else f"{number(row.baseline)} ({row.against})"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
    if row.ratio is not None and row.interval is not None:
        ratio += " ({:.2f} to {:.2f})".format(*row.interval)
    holds = {True: "yes", False: "NO", None: ""}[row.holds]
    if holds and row.others_busy > DISTURBED:
        holds += " (disturbed)"
    measured = number(row.value) if row.unit else "not measured"  # the note says why
    return row.name, measured, row.unit, beside, ratio, bound(row), holds


def table(rows: list[Row]) -> str:
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def markdown(rows: list[Row]) -> str:
    """The same, for a document."""
    lines = ["| what | measured | beside it | ratio | held to | holds |", "|---|---|---|---|---|---|"]
    for row in rows:
        what, measured, unit, beside, ratio, held, holds = cells(row)
        lines.append(f"| {what} | {measured} {unit} | {beside} | {ratio} | {held} | {holds} |")
    return "\n".join(lines)


PAGE = ROOT / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- written by python -m bench --plot -->", "<!-- end -->"


def publish(report: Report) -> None:
    """Put the table into the document, with what it was measured on."""
    of = report.header
    libraries = ", ".join(f"{name} {version}" for name, version in of.libraries.items())
    python = f"Python {of.python}{' built without optimisation' if of.python_slow else ''}"
    on = (
        f"`{of.command}` on {of.date} UTC, commit {of.commit}: {of.machine}, {of.system}, {python}, {libraries}, "
        f"SQLite {of.sqlite}, fsync p50 {of.fsync_ms:.2f} ms; generator in {of.generator}."
    )
    if of.others_busy > DISTURBED:
        on += f" Other programs kept {of.others_busy:.1f} cores busy meanwhile, so only ratios mean something."
    for name, when in of.again.items():
        on += f" *{name}* was measured again on {when}."
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{on}\n\n{markdown(report.rows)}\n\n{END}{after}", "utf-8")


def notes(rows: list[Row]) -> str:
    return "\n".join(f"{row.name} ({row.unit}): {row.note}" for row in rows if row.note)


def write(report: Report) -> None:
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def place(latest: Report, name: str) -> int:
    """Where the rows of one measurement stand. Raises BenchError where there is none."""
    for at, row in enumerate(latest.rows):
        if row.measurement == name:
            return at
    raise BenchError(f"the latest table has no row of {name}: measure all of it first")


def again(latest: Report, result: Report, name: str) -> Report:
    """The latest report, in which the rows of one measurement are those of another run. Raises BenchError."""
    at = place(latest, name)
    others = [row for row in latest.rows if row.measurement != name]
    latest.rows = [*others[:at], *result.rows, *others[at:]]
    latest.header.again[name] = f"{result.header.date} UTC, commit {result.header.commit}"
    return latest


def read() -> Report:
    return msgspec.json.decode(LATEST.read_bytes(), type=Report)
