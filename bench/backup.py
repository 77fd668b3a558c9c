"""A backup of the live server, one after the other without a pause: what it costs those who talk meanwhile."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .drive import BenchError, among, at_rate, opened
from .rows import Bench, Row, Runs, latency, meanwhile, median
from .world import World, build

RATE = 2000  # messages a second, over two hundred rooms
PADDING = 200  # megabytes


def backing_up(data: Path, into: Path, took: list[float]) -> Callable[[threading.Event], None]:
    """As an operator does it, again and again; the seconds that each took. The last is stopped, and leaves nothing."""
    program = Path(sys.executable).with_name("among-server")
    command: list[str | Path] = [program, "backup", "--data", data, "--to", into, "--keep", "1", "--json"]

    def again(over: threading.Event) -> None:
        while not over.is_set():
            begun = time.perf_counter()
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
                while process.poll() is None and not over.wait(0.05):
                    pass
                if process.poll() is None:
                    process.terminate()
                elif process.returncode:
                    raise BenchError(f"the backup failed: {process.stderr.read() if process.stderr else ''}")
                else:
                    took.append(time.perf_counter() - begun)

    return again


def archive(bench: Bench) -> World:
    """Two hundred rooms of two, and as much beside them as a server has after a year."""
    world = build(bench.folder / "archive", crowd=0, pairs=bench.couples)
    with contextlib.closing(sqlite3.connect(world.folder / "among.db", isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE padding (id INTEGER PRIMARY KEY, data BLOB)")
        db.execute("BEGIN")
        for _ in range(bench.size(PADDING, quick=PADDING // 10, smoke=1)):
            db.execute("INSERT INTO padding (data) VALUES (randomblob(1000000))")
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return world


def backup(bench: Bench) -> Iterator[Row]:
    """Acknowledgements while the store is backed up, against the same without."""
    bench.say("preparing a store to back up")
    world = archive(bench)
    count = len(world.couples)
    size = (world.folder / "among.db").stat().st_size
    rates = at_rate(bench.size(RATE, smoke=100), authors=count)  # a backup waits for who writes
    took: list[float] = []
    backups = backing_up(world.folder, bench.folder / "backups", took)
    with among(world.folder) as server, opened(world.plan(world.couples), server) as ours:
        bench.say("one backup, to know how long it takes")
        with meanwhile(backups) as work:
            while not (took or work.done()):
                bench.run(ours, rates)
        bench.say("acknowledgements during backups")
        a, b = Runs(), Runs()
        for _ in range(bench.size(3, smoke=1)):
            # With all of its parts: what it does last isn't what it does first.
            whole = bench.size(1.3 * max(took), smoke=bench.seconds)
            b.add(bench.run(ours, rates, seconds=whole))
            with meanwhile(backups):
                a.add(bench.run(ours, rates, seconds=whole))
        p50, p99 = latency("p50", what="ack"), latency("p99", what="ack")
        yield Row(
            name=f"{RATE} kept messages a second during backups, ack p99",
            value=a.median(p99),
            unit="ms",
            baseline=b.median(p99),
            against="the same without a backup",
            at_most=1.2,
            note="; ".join(
                filter(
                    None,
                    (
                        f"{len(took)} backups of {size / 1e6:.0f} MB without a pause, each {median(took):.1f} s",
                        f"p50 {a.median(p50):.1f} against {b.median(p50):.1f} ms",
                        "others are busy since the backup counts as one",
                        a.faults,
                    ),
                )
            ),
            runs=a.each(p99),
            baseline_runs=b.each(p99),
        ).judge(sound=a.sound and b.sound)
