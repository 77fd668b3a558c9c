"""A backup and a restore that are killed before each of their steps in turn, and then tried again:
`python -m tests.store.interrupted FOLDER [MOST]`: at so many of them, at random; without a number at every one.

A step is whatever the system is asked for: a file opened, made, named, removed. Prints a line for each: what was left was not
as it must be, or `well`. A process of its own, with no threads, so that it may fork.
"""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from among_server.store import backups
from among_server.store.api import StoreError
from among_server.store.backups import Taken
from among_server.store.sqlite import schema
from among_server.store.sqlite.backup import SqliteBackups
from tests.store.forked import in_a_child
from tests.store.full import content, fill

STEPS = (
    "open",
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.truncate",
    "os.scandir",
    "sqlite3.connect",
    "fcntl.flock",
)


def in_a_process(work: Callable[[], object], kill_at: int = 0) -> tuple[int, int]:
    """How it ended, and how many steps it was. Killed before the one with this number."""

    def counted() -> int:
        steps = 0

        def step(event: str, _: object) -> None:
            nonlocal steps
            if event in STEPS:
                steps += 1
                if steps == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(step)
        work()
        return steps

    return in_a_child(counted)


def killed(work: Callable[[], object], at: int) -> None:
    ended, _ = in_a_process(work, at)
    assert ended == signal.SIGKILL, f"it ended with {ended}"


def done(work: Callable[[], object]) -> int:
    """In how many steps."""
    ended, count = in_a_process(work)
    assert ended == 0, f"it ended with {ended}"
    return count


def refuses(folder: Path) -> bool:
    """Whether no server starts on it."""
    try:
        schema.look(folder)
    except StoreError:
        return True
    return False


def backup(source: Path, folder: Path, at: int) -> str:
    """What is wrong after a backup of `source` was killed and made again."""
    before, into = content(source / schema.FILE), folder / "backups"
    killed(lambda: SqliteBackups(source).take(into), at)
    for taken in backups.listing(into):
        SqliteBackups(source).verify(taken.path)  # what has a backup's name is whole
    done(lambda: SqliteBackups(source).take(into))
    newest = backups.listing(into)[-1].path
    SqliteBackups(source).verify(newest)
    if content(newest / schema.FILE) != before or content(source / schema.FILE) != before:
        return "other content"
    return ""


def restore(source: Path, taken: Taken, folder: Path, at: int) -> str:
    """Likewise of a restore into `source`, which holds more than the backup."""
    data = folder / "data"
    shutil.copytree(source, data)
    old, new = content(data / schema.FILE), restored_content(taken, folder)
    killed(lambda: _restore(data, taken), at)
    if not refuses(data):
        now = content(data / schema.FILE) if (data / schema.FILE).exists() else ""
        if now not in (old, new):
            return "a server starts on something else"
    done(lambda: _restore(data, taken))
    if content(data / schema.FILE) != new:
        return "another content than the backup's"
    asides = [content(one / schema.FILE) for one in data.glob("replaced-*") if (one / schema.FILE).exists()]
    return "" if old in asides else "what was there before is gone"


def _restore(data: Path, taken: Taken) -> None:
    SqliteBackups(data).restore(taken.path, replace=True, keep_sessions=True)


def restored_content(taken: Taken, folder: Path) -> str:
    fresh = folder / "fresh"
    done(lambda: _restore(fresh, taken))
    return content(fresh / schema.FILE)


def main(folder: Path, most: int = 0) -> None:
    live, into = folder / "live", folder / "kept"
    asyncio.run(fill(live))
    taken = SqliteBackups(live).take(into)
    asyncio.run(fill(live, "again"))
    assert content(live / schema.FILE) != content(taken.path / schema.FILE)
    with contextlib.closing(sqlite3.connect(live / schema.FILE)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = folder / "whole"
    shutil.copytree(live, whole)
    kinds: dict[str, tuple[int, Callable[[Path, int], str]]] = {
        "backup": (
            done(lambda: SqliteBackups(live).take(folder / "counted")),
            lambda place, at: backup(live, place, at),
        ),
        "restore": (done(lambda: _restore(whole, taken)), lambda place, at: restore(live, taken, place, at)),
    }
    for kind, (count, trial) in kinds.items():
        every = range(1, count + 1)
        for at in sorted(random.sample(every, min(most, count))) if most else every:
            place = folder / f"{kind}-{at}"
            place.mkdir()
            sys.stdout.write(f"{kind} {at} {trial(place, at) or 'well'}\n")
            sys.stdout.flush()
            shutil.rmtree(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
