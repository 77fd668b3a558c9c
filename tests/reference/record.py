"""docs/reference/recorded.json, made anew: `python -m tests.reference.record`.

A take a line: its name, and what was said, as the reference prints it.
"""

import asyncio
import datetime as dt
import logging
import tempfile
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


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        FILE.write_text(text(asyncio.run(record(Path(folder), wire.JSON))), "utf-8")


if __name__ == "__main__":
    main()
