"""Starts what is measured and what measures: servers on one core, the generator on the other, all on loopback."""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .plan import Plan

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "bench" / ".build"  # compiled programs, plans, data; ignored by git
SERVER_CORE, GENERATOR_CORE = 0, 1
WIDE_OPEN = {  # budgets and deadlines are raised by configuration; nothing is passed by
    "AMONG_BUDGET": "1000000000",
    "AMONG_BUDGET_PER_SECOND": "1000000000",
    "AMONG_ADDRESS_BUDGET": "1000000000",
    "AMONG_ADDRESS_BUDGET_PER_SECOND": "1000000000",
    "AMONG_ADDRESS_CONNECTIONS": "1000000",
    "AMONG_ADDRESS_GUESTS": "1000000",
    "AMONG_GUESTS": "1000000",
    "AMONG_HANDSHAKE_MS": "120000",
    "AMONG_SIGN_IN_MS": "120000",
    "AMONG_LOG_LEVEL": "warning",
    "AMONG_LOG_FORMAT": "json",
    "AMONG_BACKLOG": "4096",
}


class BenchError(Exception):
    """A measurement that can't be taken; the sentence says why."""


def raise_file_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def pin(pid: int, core: int) -> None:
    """On a machine of one core, or without such a call, everything shares what there is."""
    if hasattr(os, "sched_setaffinity") and cores() > 1:
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(task.name), {core})


def native(name: str) -> Path | None:
    """A compiled program of ours, compiled when it is not newer than its source. None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    folder = ROOT / "bench"
    target = BUILD / name
    newest = max(path.stat().st_mtime for path in [*folder.glob("*.c"), *folder.glob("*.h")])
    if not target.exists() or target.stat().st_mtime < newest:
        BUILD.mkdir(exist_ok=True)
        made = BUILD / f"{name}-{os.getpid()}"  # tests side by side start it while one of them compiles it
        subprocess.run([compiler, "-O2", "-o", made, folder / f"{name}.c"], check=True)
        made.replace(target)
    return target


class Process:
    """A program with its stdin and stdout as pipes; it ends when its stdin does."""

    def __init__(self, command: Sequence[str | Path], core: int, env: dict[str, str] | None = None) -> None:
        raise_file_limit()
        self.name = " ".join(map(str, command))
        self.popen = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, **(env or {})},
        )
        self.pid = self.popen.pid
        pin(self.pid, core)  # before it has threads of its own: those inherit

    def line(self) -> str:
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        if not line:
            raise BenchError(f"{self.name} ended with {self.popen.wait()}")
        return line.strip()

    def tell(self, line: str) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def cpu(self) -> float:
        """Seconds of all its threads so far."""
        return time.clock_gettime((~self.pid << 3) | 2)  # Linux: the CPU clock of another process

    def rss(self) -> int:
        """Bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise BenchError("no VmRSS")

    def close(self, seconds: float = 20) -> None:
        assert self.popen.stdin is not None and self.popen.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.popen.stdin.close()
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        self.popen.stdout.close()


class Target(Process):
    """A server under measurement, and its port."""

    port: int = 0

    def stop(self) -> None:
        """As an operator does it, and wait for the end."""
        self.popen.send_signal(signal.SIGTERM)
        self.popen.wait(30)


@contextlib.contextmanager
def baseline(kind: str) -> Iterator[Target]:
    target = Target([sys.executable, "-m", "bench.baselines", kind], SERVER_CORE)
    try:
        target.port = int(target.line())
        yield target
    finally:
        target.close()


@contextlib.contextmanager
def among(data: Path, settings: dict[str, str] | None = None, port: int = 0) -> Iterator[Target]:
    """The server itself, as its operator starts it."""
    program = Path(sys.executable).with_name("among-server")
    command: list[str | Path] = [program, "serve", "--data", data, "--host", "127.0.0.1", "--port", str(port)]
    target = Target(command, SERVER_CORE, {**WIDE_OPEN, **(settings or {})})
    try:
        target.port = port_in(target)
        yield target
    finally:
        with contextlib.suppress(ProcessLookupError):
            target.popen.send_signal(signal.SIGTERM)
        target.close()


def port_in(target: Target) -> int:
    """The port in the address that the server prints when it listens."""
    while True:
        line = target.line()
        for word in line.replace("/", " ").replace(",", " ").replace('"', " ").split():
            host, _, port = word.rpartition(":")
            if host and port.isdigit() and int(port) > 0:
                return int(port)


Result = dict[str, Any]


def machine_cpu() -> float:
    """Seconds that all cores together have worked, since the machine started."""
    try:
        user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text("ascii").split()[1:9])
    except OSError:
        return 0.0
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


class Generator(Process):
    """The generator with its connections open."""

    def __init__(self, plan: Plan, target: Target, name: str = "plan") -> None:
        BUILD.mkdir(exist_ok=True)
        self.target = target
        self.unstalled = len(plan.connections)  # those from here on have stalled and are gone
        path = BUILD / f"{name}-{os.getpid()}-{target.port}.txt"
        plan.write(path, target.port)
        program = native("generator")
        command: list[str | Path] = [program, path] if program else [sys.executable, "-m", "bench.fallback", path]
        super().__init__(command, GENERATOR_CORE)
        try:
            self.ready: Result = json.loads(self.line())
        finally:
            path.unlink()
        if self.ready["ready"] != self.ready["of"]:
            self.close()
            raise BenchError(f"only {self.ready['ready']} of {self.ready['of']} are ready: {self.ready['error']}")

    def run(
        self,
        *streams: str,
        warm: float = 0.5,
        seconds: float = 2.0,
        drain: float = 15.0,
        stalls: int = 0,
        refusals: bool = False,
    ) -> Result:
        """One run; see generator.c for the streams. `stalls`: so many that were never stalled before stop reading, and
        are gone afterwards. Raises BenchError when connections were lost, or commands refused without `refusals`."""
        self.unstalled -= stalls
        head = f"run warm={warm} seconds={seconds} drain={drain} pid={self.target.pid}"
        if stalls:
            head += f" stall={self.unstalled} stalls={stalls}"
        begun, used = time.monotonic(), self.cpu() + self.target.cpu()
        machine = machine_cpu()
        self.tell(" ; ".join([head, *streams]))
        result: Result = json.loads(self.line())
        elsewhere = machine_cpu() - machine - (self.cpu() + self.target.cpu() - used)
        result["others_busy"] = max(0.0, elsewhere / (time.monotonic() - begun))
        result["server_busy"] = result["server_cpu"] / result["seconds"]
        result["own_busy"] = result["own_cpu"] / result["seconds"]
        if result["lost"] or (result["refused"] and not refusals):
            raise BenchError(f"lost {result['lost']}, refused {result['refused']}: {result['error']}")
        return result


def whole(result: Result) -> bool:
    """Everything that was said reached everybody, once, in order, and was answered."""
    faults = ("missing", "surplus", "holes", "lagging", "lost", "refused")
    return not any(result[fault] for fault in faults) and not any(one["unanswered"] for one in result["streams"])


def closed(in_flight: int, *, authors: int = 0, first: int = 0, own: bool = False) -> str:
    """So many messages always under way; each author says the next when the last was acknowledged."""
    how = " own=1" if own else ""
    return f"closed first={first} count={authors or in_flight} in_flight={in_flight}{how}"


def at_rate(per_second: float, *, authors: int, first: int = 0, own: bool = False) -> str:
    """So many messages a second, whatever comes back."""
    how = " own=1" if own else ""
    return f"open first={first} count={authors} rate={per_second}{how}"


def opened(plan: Plan, target: Target) -> contextlib.closing[Generator]:
    return contextlib.closing(Generator(plan, target))


def fsync_ms(folder: Path, times: int = 200) -> float:
    """Median of writing four KiB and having them on disk, where the data lies."""
    path = folder / f"fsync-{os.getpid()}"
    took = []
    with path.open("wb") as file:
        for _ in range(times):
            file.write(b"\0" * 4096)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - begun)
    path.unlink()
    return sorted(took)[times // 2] * 1000
