"""An upgrade that is killed before each of its statements in turn, and then run again:
`python -m tests.store.upgrades FIXTURE FOLDER [MOST]`: at so many of them, at random; without a number at every one.

Prints a line for each statement at which it was killed: what was left was not as without the kill, or `same`. A process
of its own, with no threads, so that it may fork.
"""

import itertools
import os
import random
import shutil
import signal
import sys
from pathlib import Path

from among_server.store.sqlite import backup, schema
from among_server.store.sqlite.backup import SqliteBackups
from tests.store.fixtures.make import load
from tests.store.forked import in_a_child
from tests.store.full import content

LATER = [
    """
    CREATE TABLE flowers (name TEXT PRIMARY KEY, petals INTEGER NOT NULL) STRICT;
    INSERT INTO flowers SELECT handle, key FROM accounts;
    ALTER TABLE accounts ADD COLUMN flower TEXT REFERENCES flowers;
    UPDATE accounts SET flower = handle;
    ALTER TABLE threads ADD COLUMN flower TEXT;
    UPDATE threads SET flower = 'rose';
    ALTER TABLE reactions ADD COLUMN petals INTEGER NOT NULL DEFAULT 0;
    UPDATE reactions SET petals = 5;
    """,
    """
    ALTER TABLE flowers RENAME COLUMN petals TO leaves;
    UPDATE flowers SET leaves = leaves + 1;
    CREATE INDEX flowers_leaves ON flowers (leaves);
    CREATE TABLE notify_anew AS SELECT * FROM notify;
    DROP TABLE notify;
    ALTER TABLE notify_anew RENAME TO notify;
    DELETE FROM thread_marks WHERE level = 'mentions';
    UPDATE pins SET seq = seq;
    DELETE FROM flowers WHERE name NOT IN (SELECT flower FROM accounts);
    """,
]


def with_later_steps() -> int:
    """As a version of the future, with two steps more; gives its schema."""
    known = schema._steps()
    steps = known + [(f"{len(known) + n:04}_later.sql", script) for n, script in enumerate(LATER, 1)]
    schema._steps = lambda: steps
    return len(steps)


def upgrade(folder: Path, kill_at: int = 0) -> int:
    """All that a start does to the file; how many statements it was. Killed before the one with this number."""
    path = folder / schema.FILE
    schema.look(folder)
    db = schema.open_writer(path, "full")
    numbers = itertools.count(1)

    def statement(_: str) -> None:
        if next(numbers) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    db.set_trace_callback(statement)
    schema.migrate(db, path, backup.before_step)
    schema.identity(db)
    schema.epoch_of(db, "full", relaxed=False)
    schema.finish(db)
    db.close()
    return next(numbers) - 1


def in_a_process(folder: Path, kill_at: int = 0) -> tuple[int, int]:
    """How it ended, and how many statements it was."""
    return in_a_child(lambda: upgrade(folder, kill_at))


def main(fixture: Path, folder: Path, most: int = 0) -> None:
    newest = with_later_steps()
    load(fixture, folder / "whole")
    steps = [f"among-before-{step:04}" for step in range(int(fixture.stem[-4:]) + 1, newest + 1)]
    before = content(folder / "whole" / schema.FILE)
    ended, count = in_a_process(folder / "whole")
    assert ended == 0
    after = content(folder / "whole" / schema.FILE)
    assert f"({newest},)" in after
    every = range(1, count + 1)
    for at in sorted(random.sample(every, most)) if most else every:
        place = folder / str(at)
        load(fixture, place)
        ended, _ = in_a_process(place, at)
        assert ended == signal.SIGKILL, f"it ended with {ended}"
        ended, _ = in_a_process(place)
        assert ended == 0, "run again, it must be done"
        wrong = []
        if content(place / schema.FILE) != after:
            wrong.append("other content")
        kept = sorted((place / "backups").iterdir())
        if (
            kept[0].name != steps[0] or len(kept) > 2 or any(path.name not in steps for path in kept)
        ):  # after a kill between two steps: both
            wrong.append(f"backups {kept}")
        if content(kept[0] / schema.FILE) != before:
            wrong.append("another backup")
        for path in kept:
            SqliteBackups(place).verify(path)
        sys.stdout.write(f"{at} {', '.join(wrong) or 'same'}\n")
        shutil.rmtree(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
