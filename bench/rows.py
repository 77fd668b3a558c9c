"""A row of the table: what was measured, beside what it is held to; and what all measurements share."""

import math
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import Struct, field

from .drive import Generator, Result, Target, machine_cpu, whole
from .world import World, build

SPEED = 99_000  # deliveries per CPU-second of websockets.broadcast, on the machine for which the bounds were set
AUTHORS = 64  # the most that speak in one room at once: no crowd is smaller
DISTURBED = 0.15  # cores that other programs keep busy; above this a run says little

Form = Literal["full", "quick", "smoke"]  # smoke: as little as gets through all of the code, for whether it runs
T = TypeVar("T")


class Row(Struct, kw_only=True):
    """`at_least` and `at_most` bound the ratio where `of` says so, otherwise the value. Medians of the runs; `runs` and
    `baseline_runs` are in the order in which they ran, in turn.

    Where a bound is an amount of work in a time, it follows `speed`, what this machine made of SPEED in the same minutes:
    on a machine of half the speed a second is two."""

    name: str
    measurement: str = ""  # that it is of
    value: float
    unit: str
    baseline: float | None = None
    against: str = ""  # what the baseline is
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    of: Literal["ratio", "value"] = "ratio"
    holds: bool | None = None  # None: for the reader, held to nothing
    note: str = ""
    work: bool = False  # the bound is an amount of work in a time
    speed: float | None = None  # of this machine, 1 at most; None: the bound knows no machine
    sound: bool = True  # nothing else went wrong
    others_busy: float = 0.0  # cores that other programs kept busy during its runs, median
    runs: list[float] = field(default_factory=list)
    baseline_runs: list[float] = field(default_factory=list)

    def judge(self, *, sound: bool = True) -> "Row":
        """Fill in ratio and `holds`. `sound`: nothing else went wrong (all delivered, nobody lost)."""
        if self.baseline:
            self.ratio = self._ratio(self.baseline)
        self.sound = sound
        seen = self.ratio if self.of == "ratio" else self.value
        if self.at_least is None and self.at_most is None:
            return self
        within = seen is not None
        if seen is not None and self.at_least is not None:
            within = within and seen >= self.at_least * self.here
        if seen is not None and self.at_most is not None:
            within = within and seen <= self.at_most / self.here
        self.holds = within and sound
        return self

    def _ratio(self, baseline: float) -> float:
        """Of both sides run in turn, the median of each run to the one beside it: the machine drifts meanwhile, and two
        medians may be of two different minutes."""
        ratios = self._ratios()
        return median(ratios) if len(ratios) > 1 else self.value / baseline

    def _ratios(self) -> list[float]:
        if len(self.runs) != len(self.baseline_runs):
            return []
        return [ours / theirs for ours, theirs in zip(self.runs, self.baseline_runs, strict=True)]

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the median of the ratio lies with a certainty of 95 % or more, whatever their distribution: between two of the
        pairs, counted from either end. None: there are too few of them to say."""
        ratios = sorted(self._ratios())
        outside, left_out = 0.5 ** len(ratios), -1  # the chance that the median is below all of them
        while 2 * outside <= 0.05 and left_out + 1 < len(ratios) // 2:
            left_out += 1
            outside += math.comb(len(ratios), left_out + 1) * 0.5 ** len(ratios)
        return None if left_out < 0 else (ratios[left_out], ratios[-1 - left_out])

    @property
    def here(self) -> float:
        """By how much a bound follows this machine: 1 where it does not."""
        return self.speed if self.work and self.speed else 1.0

    def at(self, speed: float) -> "Row":
        """Judge it anew, on a machine of this speed."""
        self.speed = min(1.0, speed)
        return self.judge(sound=self.sound)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


class Runs:
    """The results of one setting, run several times."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    def add(self, result: Result) -> Result:
        self.results.append(result)
        return result

    def each(self, read: Callable[[Result], float]) -> list[float]:
        return [read(result) for result in self.results]

    def median(self, read: Callable[[Result], float]) -> float:
        return median(self.each(read))

    @property
    def sound(self) -> bool:
        return all(map(whole, self.results))

    @property
    def faults(self) -> str:
        """What went wrong, for the note."""
        names = ("missing", "surplus", "holes", "lagging", "lost", "refused")
        found = {name: sum(result[name] for result in self.results) for name in names}
        found["unanswered"] = sum(stream["unanswered"] for result in self.results for stream in result["streams"])
        return ", ".join(f"{name} {count}" for name, count in found.items() if count)

    @property
    def load(self) -> str:
        """How busy both cores were."""
        server, own = self.median(lambda one: one["server_busy"]), self.median(lambda one: one["own_busy"])
        return f"server {server:.0%} of its core, generator {own:.0%}"


def per_second(result: Result) -> float:
    return float(result["deliveries"] / result["seconds"])


def per_cpu(result: Result) -> float:
    return _of_cpu(result, "deliveries")


def _of_cpu(result: Result, what: str) -> float:
    """For each second of the server's: nothing of a run in which it had none."""
    used = result["server_cpu"]
    return float(result[what] / used) if used else 0.0


def cpu_per_message(result: Result) -> float:
    """Milliseconds of the server."""
    return float(1000 * result["server_cpu"] / max(1, result["streams"][0]["sent"]))


def acked_per_second(result: Result) -> float:
    return float(result["acked"] / result["seconds"])


def acked_per_cpu(result: Result) -> float:
    return _of_cpu(result, "acked")


def per_write(result: Result) -> float:
    """Deliveries in one system call of the server; those that write to the disk are counted too, so rather more."""
    return float(result["deliveries"] / max(1, result["server_writes"]))


def latency(share: str, stream: int = 0, what: str = "delivery") -> Callable[[Result], float]:
    """Milliseconds."""

    def read(result: Result) -> float:
        return float(result["streams"][stream][what][share])

    return read


class Bench:
    """How long, how often, and the data directories, each made once."""

    def __init__(self, folder: Path, *, form: Form = "full", repeats: int = 0) -> None:
        self.folder = folder
        self.form = form
        self.patience = 0.0  # seconds left for waiting, and for repeating disturbed runs
        self.others_busy: list[float] = []  # of each run: cores that other programs kept busy meanwhile
        self.repeats = repeats or self.size(5, quick=2, smoke=1)
        # Of runs with and without a disturbance, in turn.
        self.pairs = self.size(max(7, self.repeats), quick=self.repeats + 1, smoke=1)
        self.seconds = self.size(3.0, quick=1.0, smoke=0.2)
        self.warm = self.size(1.0, quick=0.4, smoke=0.1)
        self.couples = self.size(200, smoke=4)  # rooms of two
        self._worlds: dict[str, World] = {}

    def size(self, full: T, *, smoke: T, quick: T | None = None) -> T:
        """How much of something there is in this form; `quick` where that is less than in full."""
        return {"full": full, "quick": full if quick is None else quick, "smoke": smoke}[self.form]

    def town(self) -> World:
        """A hall of a thousand, and two hundred rooms of two others."""
        return self._world("town", crowd=self.size(1000, smoke=AUTHORS), pairs=self.couples)

    def city(self) -> World:
        """Five thousand people who all follow the same three rooms."""
        return self._world("city", crowd=self.size(5000, smoke=AUTHORS), halls=3)

    def _world(self, name: str, **people: int) -> World:
        if name not in self._worlds:
            self.say(f"preparing {name}")
            self._worlds[name] = build(self.folder / name, **people)
        return self._worlds[name]

    def say(self, what: str) -> None:
        print(f"  {what} …", file=sys.stderr, flush=True)

    def run(self, generator: Generator, *streams: str, seconds: float = 0, warm: float = 0, stalls: int = 0) -> Result:
        """One run. While patience lasts, one that other programs disturbed is waited out and repeated, whatever its
        result, on either side of a comparison."""
        tries: list[Result] = []
        while not tries or (tries[-1]["others_busy"] > DISTURBED and self.patience > 0):
            begun = time.monotonic()
            wait_for_quiet(min(30.0, self.patience))
            waited = time.monotonic() - begun
            tries.append(
                generator.run(*streams, seconds=seconds or self.seconds, warm=warm or self.warm, stalls=stalls)
            )
            self.patience -= waited if len(tries) == 1 else time.monotonic() - begun
        best = min(tries, key=lambda one: float(one["others_busy"]))
        self.others_busy.append(best["others_busy"])
        return best


@contextmanager
def meanwhile(work: Callable[[threading.Event], None]) -> Iterator[Future[None]]:
    """Something else goes on, until the event is set at the end. What it raises is raised then, and not lost in a thread."""
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work, over)
        try:
            yield done
        finally:
            over.set()
        done.result()


@contextmanager
def health(target: Target) -> Iterator[list[float]]:
    """How long `/healthz` takes to answer, in milliseconds, asked twenty times a second meanwhile."""
    took: list[float] = []

    def ask(over: threading.Event) -> None:
        while not over.wait(0.05):
            begun = time.perf_counter()
            with socket.create_connection(("127.0.0.1", target.port), timeout=30) as link:
                link.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                while link.recv(4096):
                    pass
            took.append((time.perf_counter() - begun) * 1000)

    with meanwhile(ask):
        yield took


def wait_for_quiet(at_most: float) -> None:
    """Until other programs leave the machine alone; all of ours are idle now."""
    until = time.monotonic() + at_most
    while time.monotonic() < until:
        before = machine_cpu()
        time.sleep(0.3)
        if (machine_cpu() - before) / 0.3 < DISTURBED:
            return


@contextmanager
def peak_rss(target: Target) -> Iterator[list[int]]:
    """Its largest resident size meanwhile, in bytes."""
    seen = [target.rss()]

    def look(over: threading.Event) -> None:
        while not over.wait(0.05):
            seen[0] = max(seen[0], target.rss())

    with meanwhile(look):
        yield seen
