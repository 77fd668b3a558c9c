"""New data for tests, as a plugin of pytest: the tables are made step by step once, and copied from then on.

To go through all the steps takes a fifteenth of a second, and a thousand tests begin with an empty store. Data that are
there already are brought up to date step by step as ever, and so are those of every process that tests start.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

from among_server.store.sqlite import schema

step_by_step = schema.migrate


def copied(db: sqlite3.Connection, path: Path, backup: Callable[[sqlite3.Connection, Path, int], Path] | None) -> None:
    """As `schema.migrate`."""
    is_file = isinstance(db, sqlite3.Connection)  # and not what stands for one in a test of broken disks
    if is_file and db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as tables:
            tables.deserialize(_tables(tuple(schema._steps())))
            tables.backup(db)
    step_by_step(db, path, backup)


@cache
def _tables(steps: tuple[tuple[str, str], ...]) -> bytes:
    """An empty database that is up to date with these steps."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        step_by_step(db, Path("memory"), None)
        return db.serialize()


def pytest_configure() -> None:
    schema.migrate = copied


def pytest_unconfigure() -> None:
    schema.migrate = step_by_step
