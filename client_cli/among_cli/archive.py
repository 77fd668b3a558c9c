"""Everything of mine in a file: one JSON object a line, as the protocol's export.py says.

Rules: a new file that nobody else may read; nothing is overwritten. What is not whole has no name of its own: it is
beside, as `.part`, until the next try.
"""

import datetime as dt
import errno
import os
from collections.abc import Callable
from pathlib import Path

from among_protocol.aio import Among
from among_protocol.export import ExportAccount

from .room_part import opened


def named(handle: str, wished: str = "") -> Path:
    """The file that is wished for, or one that says whose it is and of which day."""
    if wished:
        return Path(wished).expanduser()
    return Path(f"among-export-{handle}-{dt.datetime.now(dt.UTC):%Y-%m-%d}.jsonl")


async def write(among: Among, path: Path, progress: Callable[[int, int], None]) -> int:
    """All of it, a page at a time, at the pace that the server allows; gives how many records. `progress` gets how many there
    are, and how many there will be, more or less. Raises OSError, Refuse."""
    part = beside(path)
    count, about, after = 0, 0, ""
    with opened(part) as out:
        out.truncate()  # what one that was broken off has left
        while True:
            page = await among.ask(ExportAccount, after=after)
            about = about or page.about
            for record in page.records:
                out.write(bytes(record) + b"\n")
            count += len(page.records)
            progress(count, about)
            after = page.next
            if not after:
                break
        out.flush()
        os.fsync(out.fileno())
        part.rename(path)  # with its lock: another export would rename what it has begun
    return count


def beside(path: Path) -> Path:
    """Where it is until it is whole. Raises FileExistsError: the file itself is there."""
    if path.exists():
        raise FileExistsError(errno.EEXIST, "it is there already", str(path))
    return path.with_name(f"{path.name}.part")
