"""docs/reference/recorded.json, made anew: `python -m tests.reference.record`, with `--check` to compare.

A take a line: its name, and what was said, as the reference prints it.
"""

import asyncio
import datetime as dt
import difflib
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from among_protocol import wire
from among_protocol.wire import Encoding

from .scenario import everything
from .stage import Line, named, stage

FILE = Path(__file__).parents[2] / "docs/reference/recorded.json"

Takes = dict[str, list[Line]]


async def record(folder: Path, encoding: Encoding) -> Takes:
    """The whole scenario, played on a server of its own."""
    start = dt.datetime.now(dt.UTC)
    async with stage(folder, encoding) as play:
        await everything(play)
    return named(play, start)


def text(takes: Takes) -> str:
    """A frame a line, so that a difference is read easily."""
    parts = []
    for name, lines in takes.items():
        rows = ",\n".join("  " + msgspec.json.encode(line).decode() for line in lines)
        parts.append(f"{msgspec.json.encode(name).decode()}: [\n{rows}\n]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(arguments: Sequence[str]) -> int:
    """Exit code: 0 written or fresh, 1 stale."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        fresh = text(asyncio.run(record(Path(folder), wire.JSON)))
    if "--check" not in arguments:
        FILE.write_text(fresh, "utf-8")
        return 0
    kept = FILE.read_text("utf-8")
    if kept == fresh:
        return 0
    lines = difflib.unified_diff(
        kept.splitlines(), fresh.splitlines(), FILE.name, "as a server says it", lineterm="", n=1
    )
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stderr.write("among: the recordings are stale. Run `make docs`, and look at what has changed.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
