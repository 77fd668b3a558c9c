"""Opening the file: connections with their settings, and the numbered steps that bring the tables up to date.

One connection writes and checkpoints; SQLite before 3.51.3 can corrupt a log that two of them do this to, so there is
a lock on the folder too. A step is a file in migrations/, applied in one transaction together with its number
(`PRAGMA user_version`). An applied step is never edited. Before the first step on a file that holds data, the file is
backed up. Everything here blocks, and runs on the writer's thread.
"""

import contextlib
import fcntl
import os
import secrets
import sqlite3
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Literal

import structlog
from msgspec import json

from among_protocol.lookalikes import skeleton

from .. import backups, revocations
from .. import files as disk
from ..api import StoreError
from ..finding import ends, folded
from .index import FILE as INDEX

Synchronous = Literal["full", "normal", "off"]

FILE = "among.db"
UNFINISHED = "restore-unfinished"  # in the folder while a restore puts its files in place
LOCK = "lock"
APPLICATION = 0x416D6E67  # "Amng" in the file's header: tells our file from another program's
WAITS = [0.01] * 10  # seconds: whoever looks whether a server runs holds the lock for a moment
OLDEST = (3, 38, 0)  # the first with STRICT tables and ->>
SAFEST = (3, 51, 3)  # the first in which several writers can't corrupt a write-ahead log
CHECKPOINT_PAGES = 4_000  # 16 MiB: hot pages are written back once for many commits
CACHE_KIB = 65_536  # of the writer: every page that a batch touches should be here

log = structlog.get_logger(__name__)


class Lock:
    """The folder is ours while this is open: a second server would number entries from stale memory."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            strange = path.is_symlink() or (path.exists() and not path.is_file())
            mend = ": it must be a plain file" if strange else ""  # else the disk or the user is what is wrong
            raise StoreError(f"{path} can't be opened ({error.strerror}){mend}.") from None
        for wait in WAITS:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(wait)
            else:
                return
        self.release()
        raise StoreError(f"Another server uses {folder}: stop it first, or choose another folder.")

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def make_file(folder: Path) -> None:
    """Where there is none, an empty one that only its owner may read."""
    path = folder / FILE
    if not path.exists():
        os.close(disk.create(path))


def open_writer(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    """The one connection that writes. The caller closes it."""
    db = sqlite3.connect(path, isolation_level=None, cached_statements=256, timeout=2.0)
    try:
        for setting in (
            "mmap_size = 0",
            "journal_mode = WAL",
            f"synchronous = {synchronous.upper()}",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            f"journal_size_limit = {CHECKPOINT_PAGES * 4096 * 2}",
            f"cache_size = -{CACHE_KIB}",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "secure_delete = ON",  # words that were deleted are not left in freed pages
        ):
            db.execute(f"PRAGMA {setting}")
        if sys.platform == "darwin":  # where a plain fsync does not reach the disk
            db.execute("PRAGMA fullfsync = ON")
            db.execute("PRAGMA checkpoint_fullfsync = ON")
    except BaseException:
        db.close()
        raise
    return db


def reader_uri(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


def set_up_reader(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA query_only = ON")
    db.execute("PRAGMA mmap_size = 0")


def sizes(path: Path) -> tuple[int, int]:
    """Bytes of the database and of its write-ahead log; 0 for what can't be looked at."""
    found = [0, 0]
    for index, file in enumerate((path, path.with_name(f"{path.name}-wal"))):
        with contextlib.suppress(OSError):
            found[index] = file.stat().st_size
    return found[0], found[1]


def check_library() -> None:
    """Raises StoreError when SQLite is too old to work; warns when it is older than one would wish."""
    if sqlite3.sqlite_version_info < OLDEST:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.38 or newer is needed (of Python's build).")
    if sqlite3.sqlite_version_info < SAFEST:
        log.warning(
            "store.sqlite_old",
            version=sqlite3.sqlite_version,
            wanted=".".join(map(str, SAFEST)),
            advice="safe while only this server opens the file; do not write to it with other programs",
        )


def lost(folder: Path) -> str:
    """What says that a database was here, where there is none, or an empty one; empty: nothing does, or it holds something.
    A first start makes the database before all else, so one that was killed leaves nothing of this."""
    path = folder / FILE
    if path.exists() and not (path.is_file() and path.stat().st_size == 0):
        return ""
    # SQLite would delete the write-ahead log of an empty file.
    beside = (revocations.FILE, INDEX, backups.FOLDER, f"{FILE}-wal")
    return next((name for name in beside if _holds(folder / name)), "")


def linked(folder: Path) -> str:
    """What is wrong where the database is a link to one, and a mend; empty: it is none. SQLite puts the write-ahead log
    beside the file itself: a backup that looks beside the link lacks what was written last, and two links to one file are
    two locks."""
    path = folder / FILE
    if not (path.is_symlink() and path.exists()):
        return ""
    return (
        f"{path} is a link: what was written last lies beside {path.resolve()}, where neither a backup nor a restore looks. "
        f"Stop the server, bring that file and those beside it ({FILE}-wal) back here, and link the whole folder instead."
    )


def _holds(path: Path) -> bool:
    if path.is_dir():  # of backups: it may be a disk of its own, which has other things in it from the beginning
        return any(backups.NAME.fullmatch(one.name) for one in path.iterdir())
    return path.exists() and path.stat().st_size > 0


def look_around(folder: Path) -> None:
    """What may forbid to open the folder for writing, as far as is seen without opening the database.

    Raises StoreError: a restore was interrupted, or the file is none, is gone or lost what it held."""
    mark = folder / UNFINISHED
    if mark.exists():
        aside = mark.read_text("utf-8").strip()
        raise StoreError(
            f"A restore into {folder} was interrupted: run it again, with --replace. "
            f"What was there before is in {folder / aside if aside else 'no other place: there was nothing'}."
        )
    path = folder / FILE
    if path.is_symlink() and not path.exists():
        raise StoreError(f"{path} leads to {path.readlink()}, where nothing is: is that disk mounted?")
    if wrong := linked(folder):
        raise StoreError(wrong)
    if beside := lost(folder):
        state = "is empty" if path.exists() else "is missing"
        raise StoreError(
            f"{path} {state}, and {beside} beside it is of a server that had data: they were lost, or are elsewhere (on a "
            "disk that is not mounted?). Bring them back, or restore a backup (`among-server restore BACKUP --replace`), or "
            "choose another folder for a new server."
        )
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is no plain file: choose another folder.")


def look(folder: Path) -> None:
    """Likewise, and into the database, before anything in the folder changes. The lock must be ours.

    Raises StoreError also when the file is not ours, or comes from a newer version."""
    look_around(folder)
    path = folder / FILE
    if not path.exists():
        return
    waiting = path.with_name(f"{FILE}-wal")
    alone = "" if waiting.exists() and waiting.stat().st_size else "&immutable=1"  # else reading would make files
    db = sqlite3.connect(reader_uri(path) + alone, uri=True, isolation_level=None)
    try:
        check(db, path)
    finally:
        db.close()


def check(db: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError when the file is not ours or comes from a newer version."""
    known = len(_steps())
    (at,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if tables and application != APPLICATION:
        raise StoreError(f"{path} is a database of another program: choose another folder.")
    if at > known:
        raise StoreError(
            f"{path} was written by a newer version of Among (schema {at}, this one knows {known}): "
            "run `pip install --upgrade among` and start again."
        )


def is_behind(db: sqlite3.Connection) -> bool:
    """Whether there are data of an older schema."""
    (at,) = db.execute("PRAGMA user_version").fetchone()
    return 0 < int(at) < len(_steps())


def migrate(db: sqlite3.Connection, path: Path, backup: Callable[[sqlite3.Connection, Path, int], Path] | None) -> None:
    """Bring the tables up to date, after a backup of data that are there. Raises StoreError as `check` does."""
    check(db, path)
    steps = _steps()
    (at,) = db.execute("PRAGMA user_version").fetchone()
    if at == len(steps):
        return
    if at and backup is not None:
        kept = backup(db, path, at + 1)
        log.info("store.backed_up", before=steps[at][0], backup=str(kept))
    _teach(db)
    for number, (name, script) in enumerate(steps[at:], at + 1):
        try:
            db.execute("PRAGMA foreign_keys = OFF")  # a step may make a table anew under those that refer to it
            db.executescript(
                f"BEGIN IMMEDIATE;\n{script}\nPRAGMA application_id = {APPLICATION};\nPRAGMA user_version = {number};"
            )
            lost = db.execute("PRAGMA foreign_key_check").fetchone()
            if lost is not None:
                raise StoreError(
                    f"{path} can't be brought up to date: in {name} a row of {lost[0]} lost its {lost[2]}."
                )
            db.execute("COMMIT")
        except (sqlite3.Error, StoreError):
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        finally:
            db.execute("PRAGMA foreign_keys = ON")
        if at:  # else there was nothing to be brought up to date
            log.info("store.migrated", step=name)


def _teach(db: sqlite3.Connection) -> None:
    """What the steps fill columns with."""
    db.create_function("skeleton", 1, skeleton, deterministic=True)
    db.create_function("folded", 1, folded, deterministic=True)
    db.create_function("ends", -1, lambda *texts: json.encode(sorted(ends(*texts))).decode(), deterministic=True)


def strange(db: sqlite3.Connection) -> list[str]:
    """What is wrong with tables, triggers and the like, as phrases: what none of our steps made, or made otherwise, could
    do anything."""
    (at,) = db.execute("PRAGMA user_version").fetchone()
    known = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _teach(known)
        for _, script in _steps()[:at]:
            known.executescript(script)
        ours = _objects(known)
    finally:
        known.close()
    found = _objects(db)
    missing = {one[:2] for one in ours} - {one[:2] for one in found}
    told = [f"{kind} {name} is not of Among" for kind, name, _ in sorted(found - ours)]
    return told + [f"{kind} {name} is missing" for kind, name in sorted(missing)]


def _objects(db: sqlite3.Connection) -> set[tuple[str, str, str]]:
    sql = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return {(kind, name, " ".join(text.split())) for kind, name, text in db.execute(sql)}


def identity(db: sqlite3.Connection) -> str:
    """Which store this is: made with it, and the same over restores. What was revoked is kept under it."""
    db.execute("INSERT OR IGNORE INTO meta (name, value) VALUES ('store', ?)", (f"st_{secrets.token_hex(8)}",))
    (store,) = db.execute("SELECT value FROM meta WHERE name = 'store'").fetchone()
    return str(store)


def revoked_at(db: sqlite3.Connection) -> str | None:
    """The moment of the last revocations that were committed; None: not known, since a restore came after them, or since a
    power cut may have undone what was acknowledged."""
    meta = dict(db.execute("SELECT name, value FROM meta"))
    return None if meta.get("open") == "relaxed" else meta.get("revoked")


def new_epoch() -> str:
    return f"e_{secrets.token_hex(8)}"


def epoch_of(db: sqlite3.Connection, synchronous: Synchronous, *, relaxed: bool) -> str:
    """The epoch of this store: made with it, and anew when what was acknowledged may have been lost.

    That is so when it was open with relaxed durability and nobody closed it."""
    meta = dict(db.execute("SELECT name, value FROM meta"))
    epoch = meta.get("epoch")
    if epoch is None or meta.get("open") == "relaxed":
        if epoch is not None:
            log.warning("store.epoch_changed", reason="it was not closed, and its durability is relaxed")
        epoch = new_epoch()
    state = "relaxed" if relaxed else "full"
    db.execute("PRAGMA synchronous = FULL")  # a power cut that undoes what is acknowledged must not undo this
    db.executemany("REPLACE INTO meta (name, value) VALUES (?, ?)", [("epoch", epoch), ("open", state)])
    db.execute(f"PRAGMA synchronous = {synchronous.upper()}")
    return epoch


def finish(db: sqlite3.Connection) -> None:
    """The last of the write connection: all is in the one file, and it was closed."""
    db.execute("REPLACE INTO meta (name, value) VALUES ('open', '')")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _steps() -> list[tuple[str, str]]:
    folder = files(__package__) / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1)), "migrations are numbered without a hole"
    return [(name, (folder / name).read_text("utf-8")) for name in names]
