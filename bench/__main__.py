"""`python -m bench`: measures everything that the server is held to, prints a table, writes results/latest.json.

--quick          shorter and fewer runs: two to three minutes
--smoke          as little as gets through all of it, in half a minute: whether it runs; the numbers mean nothing
--repeats N      runs of each side; five without it, two with --quick
--only NAME      one measurement; may be given again; prints, and leaves latest.json alone
--again NAME     one measurement anew, whose rows take their places in latest.json
--list           the measurements, each with a sentence
--data DIR       where data directories are made (default: bench/.build/data); the disk under it is the one measured
--patience S     seconds for waiting until other programs are quiet, and for repeating what they disturbed
--plot           draw docs/explanation/performance.png from latest.json, and write the table in performance.md anew
"""

import argparse
import fcntl
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import alike, backup, cards, ceiling, fanout, finding, many, personas, reading, report, search, small, storm
from .drive import BUILD, BenchError, cores, fsync_ms
from .rows import DISTURBED, Bench, Form, Row

MEASUREMENTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "fanout": fanout.at_maximum,
    "ceiling": ceiling.ceiling,
    "busy": fanout.busy,
    "storm": storm.storm,
    "light": fanout.light,
    "large": fanout.large,
    "inbound": small.inbound,
    "idle": many.idle,
    "bots": many.bots,
    "durable": small.durable,
    "pairs": small.pairs,
    "beside": small.beside,
    "flood": small.flood,
    "overload": small.overload,
    "resume": many.resume,
    "stalled": fanout.stalled,
    "cards": cards.cards,
    "personas": personas.personas,
    "reading": reading.reading,
    "backup": backup.backup,
    "finding": finding.finding,
    "search": search.search,
    "alike": alike.alike,
}

WORK = frozenset(
    {"busy", "durable", "pairs", "overload", "finding", "reading", "search"}
)  # bounds that are so much work in a time


@contextmanager
def alone() -> Iterator[None]:
    """Two benchmarks on the same two cores would measure each other. Raises BenchError."""
    with Path(tempfile.gettempdir(), f"among-bench-{os.getuid()}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BenchError("another benchmark runs on this machine: wait for its end") from None
        yield


def measure(names: list[str], *, form: Form, repeats: int, data: Path, command: str, patience: float) -> report.Report:
    data.mkdir(parents=True, exist_ok=True)
    bench = Bench(data, form=form, repeats=repeats)
    begun = time.monotonic()
    written = report.Report(header=report.header(command=command, form=form, fsync=fsync_ms(data)), rows=[])
    if cores() < 2:
        print("one core: server and generator share it, and ratios mean little", file=sys.stderr)
    try:
        for name in names:
            at = time.monotonic()
            try:
                seen = len(bench.others_busy)
                bench.patience += patience / len(names)
                speeds = [fanout.speed(bench)] if name in WORK and form != "smoke" else []
                rows = list(MEASUREMENTS[name](bench))
                if speeds:
                    speeds.append(fanout.speed(bench))
                    rows = [row.at(statistics.mean(speeds)) if row.work else row for row in rows]
                for row in rows:
                    row.measurement = name
                    if form == "smoke":
                        row.holds = None if row.sound else False
                    row.others_busy = round(statistics.median(bench.others_busy[seen:] or [0.0]), 3)
                written.rows += rows
            except Exception as error:  # a quarter of an hour of other rows must not be lost with it
                said = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
                said = said.replace(f"{data.resolve()}/", "")
                failed = Row(name=name, measurement=name, value=0, unit="", holds=False, note=f"not measured: {said}")
                written.rows.append(failed)
                print(f"{name}: {said}", file=sys.stderr)
            written.header.took[name] = round(time.monotonic() - at, 1)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    written.header.others_busy = round(statistics.median(bench.others_busy or [0.0]), 3)
    written.header.seconds = round(time.monotonic() - begun, 1)
    return written


def sentence(measurement: Callable[[Bench], Iterator[Row]]) -> str:
    """What it measures, in a line: the first of its own words, else of its module's."""
    told = (measurement.__doc__ or "").strip() or (sys.modules[measurement.__module__].__doc__ or "").strip()
    return told.partition("\n")[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    smaller = parser.add_mutually_exclusive_group()
    smaller.add_argument("--quick", dest="form", action="store_const", const="quick", default="full")
    smaller.add_argument("--smoke", dest="form", action="store_const", const="smoke", default="full")
    parser.add_argument("--repeats", type=int, default=0)
    parser.add_argument("--only", action="append", choices=list(MEASUREMENTS), default=[])
    parser.add_argument("--again", choices=list(MEASUREMENTS))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--data", type=Path, default=BUILD / "data")
    parser.add_argument("--patience", type=float, default=0)
    parser.add_argument("--plot", action="store_true")
    given = parser.parse_args()
    if given.again and (given.form != "full" or given.only):
        parser.error("--again takes its place in the whole table: without --quick, --smoke and --only")
    if given.list:
        for name, measurement in MEASUREMENTS.items():
            print(f"{name:10}{sentence(measurement)}")
        return 0
    if given.plot:
        if given.form != "full" or given.repeats or given.only or given.again:
            parser.error("--plot draws what was measured before: give it alone")
        from .plot import draw  # matplotlib is an extra

        latest = report.read()
        draw(latest)
        report.publish(latest)
        return 0
    asked = [
        *([f"--{given.form}"] if given.form != "full" else []),
        *([f"--repeats {given.repeats}"] if given.repeats else []),
    ]
    command = " ".join(["python -m bench", *asked])
    try:
        with alone():
            if given.again:
                report.place(report.read(), given.again)  # or all of it would be measured for nothing
            result = measure(
                [given.again] if given.again else given.only or list(MEASUREMENTS),
                form=given.form,
                repeats=given.repeats,
                data=given.data,
                command=command,
                patience=given.patience,
            )
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(report.table(result.rows))
    print()
    print(report.notes(result.rows))
    if result.header.others_busy > DISTURBED:
        print(
            f"\nOther programs kept {result.header.others_busy:.2f} cores busy meanwhile: measure again when they don't."
        )
    if not given.only and given.form != "smoke":
        report.write(report.again(report.read(), result, given.again) if given.again else result)
        print(f"\n{report.LATEST}")
    return 0 if all(row.holds is not False for row in result.rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
