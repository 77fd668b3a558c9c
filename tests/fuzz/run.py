"""`make fuzz`: look for bytes that break what targets.py promises. ARGS="--seconds 600 --target stream".

Led by coverage: by atheris where it is installed (extra `fuzz`), else by a small fuzzer of our own (mutate.py), which is
slower and needs nothing. What breaks a promise is written to found/, where every run of the tests tries it again; an
input that takes longer than SLOW is named at the end.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz import corpus
from tests.fuzz.mutate import Fuzzer
from tests.fuzz.targets import TARGETS, seeds

SLOW = 0.050  # seconds for any one input


def keep(target: str, data: bytes) -> Path:
    """Write down what broke a target."""
    path = corpus.FOUND / f"{target}-{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    return path


def slowest(target: str) -> tuple[float, bytes]:
    """Of the corpus: the best of three, so that a busy machine is not what is measured."""
    worst, which = 0.0, b""
    for data in seeds(target):
        took = min(_timed(target, data) for _ in range(3))
        if took > worst:
            worst, which = took, data
    return worst, which


def _timed(target: str, data: bytes) -> float:
    began = time.perf_counter()
    TARGETS[target](data)
    return time.perf_counter() - began


def ours(target: str, seconds: float) -> bool:
    fuzzer = Fuzzer(TARGETS[target], seeds(target))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        broken = fuzzer.run(200)
        if broken is not None:
            data, error = broken
            sys.stdout.write(f"  {target}: {type(error).__name__}: {error}\n  kept as {keep(target, data)}\n")
            return False
    sys.stdout.write(f"  {target}: {fuzzer.tried} inputs, {len(fuzzer.corpus)} kept, {len(fuzzer.seen)} places seen\n")
    return True


def by_atheris(target: str, seconds: float) -> bool:
    """In a process of its own: atheris ends the one that it runs in."""
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(seeds(target)):
            if len(data) <= 70_000:
                Path(folder, str(number)).write_bytes(data)
        prefix = f"-artifact_prefix={corpus.FOUND}/{target}-"
        command = [sys.executable, "-m", "tests.fuzz.by_atheris", target, folder, prefix]
        command += [f"-max_total_time={seconds:.0f}", "-max_len=70000", "-timeout=5", "-print_final_stats=1"]
        done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True, env=os.environ)
    stats = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line or "cov:" in line][-1:]
    sys.stdout.write(f"  {target}: {' '.join(stats)}\n")
    if done.returncode:
        sys.stdout.write(done.stderr[-3000:])
    return done.returncode == 0


def main() -> int:
    """Exit code: 0 nothing found, 1 something."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each target (60)")
    parser.add_argument("--target", choices=list(TARGETS), action="append", default=[])
    parser.add_argument("--ours", action="store_true", help="our own fuzzer, also where atheris is installed")
    given = parser.parse_args()
    try:
        import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # not on every platform  # noqa: F401

        run = ours if given.ours else by_atheris
    except ImportError:
        run = ours
    sys.stdout.write(f"fuzzing by {'atheris' if run is by_atheris else 'our own fuzzer'}\n")
    sound = True
    for target in given.target or TARGETS:
        sound = run(target, given.seconds) and sound
        took, data = slowest(target)
        sys.stdout.write(f"  {target}: slowest of the corpus {took * 1e3:.1f} ms: {data[:60]!r}\n")
        sound = sound and took < SLOW
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
