"""A copy of a database that a server goes on writing to: ADR 44.

Rule 1: what takes long is done with nothing held. While anybody reads in one transaction the server can't begin its
write-ahead log anew, which makes each commit dearer and the checkpoint after it one long wait. So the file is gone over
three times, and what differs is copied: first all of it, then what has changed since, and only the third time, when that
is next to nothing, in a read transaction.
Rule 2: the copy is of the moment of a commit. During that transaction nothing gets into the file but what was committed
before it, and is in the log, too. File and log as they are then are what a crash would leave: opening the copy makes it
whole, whatever was half written when a page was read, and drops what was not committed.
Rule 3: never in the process of the server. Who closes a file drops all locks that the process has on it, SQLite's too.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .. import backups, files
from ..api import StoreError
from ..backups import Progress
from ..pace import Pace
from . import schema

PIECE = 256 << 10  # bytes that are looked at, written and flushed at a time
PAGE = 4 << 10  # bytes that are compared at a time, where a piece differs
HEADER = 32  # bytes of a log: they change when it is begun anew


@contextlib.contextmanager
def opened(path: Path) -> Iterator["Live"]:
    """The database at this path."""
    uri = schema.reader_uri(path)
    with (
        path.open("rb", buffering=0) as file,  # closed after the connection, as rule 3 wants it
        contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10.0)) as db,
    ):
        yield Live(path, file.fileno(), db)


class Live:
    """A database that may be in use."""

    def __init__(self, path: Path, file: int, db: sqlite3.Connection) -> None:
        self._path = path
        self._file = file
        self._db = db
        (self.schema,) = db.execute("PRAGMA user_version").fetchone()

    @property
    def bytes(self) -> int:
        return sum(schema.sizes(self._path))

    def copy(self, target: Path, pace: Pace, progress: Progress) -> str:
        """To a new file. Gives a moment: all that was committed before is in it."""
        with os.fdopen(files.create(target), "r+b", buffering=0) as copy:
            _match(self._file, copy.fileno(), pace, progress)
            _match(self._file, copy.fileno(), pace)
            moment = backups.now()
            self._db.execute("BEGIN")
            try:
                self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on it is open
                _match(self._file, copy.fileno(), pace)
                self._copy_log(target.with_name(f"{target.name}-wal"), pace)
            finally:
                self._db.execute("COMMIT")
        if not os.path.samestat(os.fstat(self._file), self._path.stat()):
            raise StoreError(f"Other data were put in place of {self._path} meanwhile: run the backup again.")
        _make_whole(target)
        return moment

    def _copy_log(self, target: Path, pace: Pace) -> None:
        """All that is in the log by now. It is begun anew meanwhile only if the file has all of it already: once."""
        path = self._path.with_name(f"{self._path.name}-wal")
        if not path.exists():
            return
        with path.open("rb", buffering=0) as log, os.fdopen(files.create(target), "r+b", buffering=0) as copy:
            begins = b""
            while begins != (found := os.pread(log.fileno(), HEADER, 0)):
                begins = found
                _match(log.fileno(), copy.fileno(), pace)


def _match(source: int, copy: int, pace: Pace, progress: Progress = backups.unseen) -> None:
    """All that is in the source by now is in the copy; what is there is not written. What the source grows by meanwhile
    is left out, or this might never end."""
    at, of = 0, os.fstat(source).st_size
    pace.begin()
    while at < of:
        read, written = pace.do(partial(_match_piece, source, copy, at))
        if not read:
            break
        at += read
        pace.rest(written)
        progress(min(at, of), of)
    os.ftruncate(copy, at)


def _match_piece(source: int, copy: int, at: int) -> tuple[int, int]:
    """How many bytes there are, and how many of them were written."""
    piece = os.pread(source, PIECE, at)
    return len(piece), _overwrite(copy, at, piece)


def _overwrite(copy: int, at: int, piece: bytes) -> int:
    """The piece is there, and on the disk: how many bytes of it were not. Flushed at once, lest the server's next flush has
    to wait for much of ours."""
    there = os.pread(copy, len(piece), at)
    if there == piece:
        return 0
    written = 0
    for start in range(0, len(piece), PAGE):
        page = piece[start : start + PAGE]
        if page != there[start : start + PAGE]:
            files.put(copy, at + start, page)
            written += len(page)
    os.fsync(copy)
    return written


def _make_whole(path: Path) -> None:
    """What the log beside it holds is put into it, as after a crash. It is one file then, which can also be read where
    nothing can be written."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")  # no index of the log beside it
        db.execute("PRAGMA synchronous = OFF")  # it is flushed before it gets its name
        db.execute("PRAGMA journal_mode = DELETE")
