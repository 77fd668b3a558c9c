"""Backups of the database, and the way back.

Rule 1: a backup is of one moment, and writes nothing to the live files. The server runs on (copying.py says how).
Rule 2: what is restored is made ready in a hidden folder of the data folder, checked and flushed, before anything that is
there is touched. The few renames that follow stand under a mark, and while there is one no server starts.
Rule 3: a restored store has a new epoch, so whoever was further is told to begin anew, and nothing that was revoked
since is valid again (revocations.py).
"""

import contextlib
import errno
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from msgspec.structs import replace

from among_server import __version__

from .. import backups, files, revocations
from ..api import StoreError
from ..backups import Manifest, Progress, Restored, Taken
from ..erasing import GRACE
from ..pace import Pace
from ..rules import erasing
from . import copying, disk, index, schema
from .erasing import erasures
from .tx import SqliteTx

LEAST = 3_600_000  # milliseconds that an account's grace has left after a restore
LOOK = 10_000  # instructions of the database between two rests, while it is checked
RESTORING = ".restoring"
OURS = (schema.FILE, f"{schema.FILE}-wal", f"{schema.FILE}-shm", f"{schema.FILE}-journal", "owner-invite")
BESIDE = (
    index.FILE,
    f"{index.FILE}-wal",
    f"{index.FILE}-shm",
    "lock",
    "control.sock",
    "server.log",
    "demo-token",
    backups.FOLDER,
    revocations.FILE,
    RESTORING,
)


class SqliteBackups:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / schema.FILE

    def take(self, into: Path, progress: Progress = backups.unseen, pace: Pace | None = None) -> Taken:
        schema.look(self._folder)
        if not self._path.exists():
            raise StoreError(f"There are no data in {self._folder}: name the server's data folder with --data.")
        pace = pace or Pace()
        manifest = Manifest(taken_at=backups.now())
        names = backups.names_at(manifest.taken_at)
        with _told(into), copying.opened(self._path) as live:
            if not live.schema:
                raise StoreError(f"There are no data in {self._folder} yet: start the server once.")
            backups.room_for(live.bytes, into)
            with backups.staged(into, names) as (part, final):
                manifest.taken_at = live.copy(part / schema.FILE, pace, progress)
                _complete(part, manifest, pace)
            if into.absolute().parent == self._folder.absolute():
                files.hand_over(self._folder, into, final, *final.iterdir())
            return Taken(final, manifest)

    def verify(self, source: Path) -> Restored:
        manifest = backups.read_manifest(source)
        backups.check_sizes(source, manifest)
        with tempfile.TemporaryDirectory(prefix="among-verify-", dir=self._room_to_try()) as made:
            folder = Path(made)
            with _told(folder):
                backups.room_for(manifest.bytes, folder)
                at = _make_ready(source, manifest, folder, None, keep_sessions=True)
        return at

    def _room_to_try(self) -> Path | None:
        """Where a whole database has room: the folder for what is temporary, or the data's where that is memory, as in a
        container, which would be killed for it."""
        memory = disk.kind_of(Path(tempfile.gettempdir())).durability == "memory"
        return self._folder if memory and os.access(self._folder, os.W_OK | os.X_OK) else None

    def restore(self, source: Path, *, replace: bool, keep_sessions: bool) -> Restored:
        manifest = backups.read_manifest(source)
        backups.check_sizes(source, manifest)
        with _told(self._folder):
            backups.room_for(manifest.bytes, self._folder)
            files.make_folder(self._folder)
            lock = schema.Lock(self._folder)
            try:
                return self._restore(source, manifest, replace=replace, keep_sessions=keep_sessions)
            finally:
                lock.release()

    def _restore(self, source: Path, manifest: Manifest, *, replace: bool, keep_sessions: bool) -> Restored:
        """The lock of the folder is ours."""
        self._may_fill(replace=replace)
        ready = self._folder / RESTORING
        shutil.rmtree(ready, ignore_errors=True)
        ready.mkdir(mode=0o700)
        try:
            done = _make_ready(source, manifest, ready, self._known(), keep_sessions=keep_sessions)
            files.flush_folder(ready)
            aside = self._swap(ready)
        finally:
            shutil.rmtree(ready, ignore_errors=True)
        made = [self._path, self._folder / "lock", *([aside] if aside else [])]
        files.hand_over(self._folder, *made)
        return done._replace(aside=aside)

    def _may_fill(self, *, replace: bool) -> None:
        if wrong := schema.linked(self._folder):
            raise StoreError(wrong)
        there = {path.name for path in self._folder.iterdir()}
        if there & set(OURS) and not replace:
            raise StoreError(
                f"{self._folder} holds data already: choose another folder, or set them aside with --replace."
            )
        strange = sorted(
            name
            for name in there - {*OURS, *BESIDE, schema.UNFINISHED}
            if not name.startswith(("replaced-", f"{revocations.FILE}."))
        )
        if schema.FILE not in there and strange and not replace:
            raise StoreError(
                f"{self._folder} is neither empty nor a data folder ({strange[0]} is in it): choose another."
            )

    def _known(self) -> revocations.Known | None:
        with contextlib.suppress(FileNotFoundError):
            return revocations.read(self._folder / revocations.FILE)
        return None

    def _swap(self, ready: Path) -> Path | None:
        """The data that are there aside, those that are ready in their place."""
        there = [self._folder / name for name in OURS if (self._folder / name).exists()]
        mark = self._folder / schema.UNFINISHED
        begun = mark.exists()  # and interrupted: what it had set aside stays together with the rest
        name = mark.read_text("utf-8").strip() if begun else self._free_name() if there else ""
        aside = self._folder / name if name else None
        if aside is not None:
            aside.mkdir(mode=0o700, exist_ok=True)
        if not begun:
            files.write(mark, f"{name}\n".encode())
        for path in there:
            if aside is None or (aside / path.name).exists():
                path.unlink()  # put there by the restore that was interrupted
            else:
                path.rename(aside / path.name)
        if aside is not None:
            files.flush_folder(aside)
        (ready / schema.FILE).rename(self._path)
        files.flush_folder(self._folder)
        mark.unlink()
        files.flush_folder(self._folder)
        return aside

    def _free_name(self) -> str:
        names = backups.names_at(backups.now(), "replaced")
        return next(name for name in names if not (self._folder / name).exists())


def before_step(db: Connection, path: Path, number: int) -> Path:
    """What is there before a step of the schema; made anew when the step is tried again. Nobody talks yet, so that it is
    done in one go, over the connection that nobody else uses."""
    into = path.parent / backups.FOLDER
    manifest = Manifest(taken_at=backups.now(), reason="upgrade")
    with _told(path.parent):
        backups.room_for(sum(schema.sizes(path)), into)
        with backups.staged(into, [f"among-before-{number:04}"], replace=True) as (part, final):
            os.close(files.create(part / schema.FILE))
            with contextlib.closing(sqlite3.connect(part / schema.FILE, isolation_level=None)) as copy:
                copy.execute("PRAGMA locking_mode = EXCLUSIVE")  # no files beside it
                copy.execute("PRAGMA synchronous = OFF")  # it is flushed before it gets its name
                db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file
            _complete(part, manifest, Pace(fast=True))
    return final


def _complete(part: Path, manifest: Manifest, pace: Pace) -> None:
    """Look whether the copy is whole, and say in the manifest what it is. Raises StoreError."""
    path = part / schema.FILE
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as copy:
        pace.begin()
        found = pace.do_all(partial(_checked, copy))
        if found != "ok":
            raise StoreError(f"The database is damaged ({found}): no backup was made of it. Keep those you have.")
        _describe(copy, manifest)
    manifest.server = f"among/{__version__}"
    manifest.files = {schema.FILE: backups.described(path, pace)}
    backups.write_manifest(part, manifest)


def _checked(db: Connection, stop: Callable[[], bool]) -> str | None:
    """What SQLite finds wrong, or `ok`; nothing when it was stopped."""
    db.set_progress_handler(stop, LOOK)
    try:
        (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return None
    finally:
        db.set_progress_handler(None, 0)
    return str(found)


def _describe(db: Connection, manifest: Manifest) -> None:
    meta = dict(db.execute("SELECT name, value FROM meta"))
    manifest.store, manifest.epoch = meta.get("store", ""), meta.get("epoch", "")
    (manifest.schema,) = db.execute("PRAGMA user_version").fetchone()
    (manifest.accounts,) = db.execute("SELECT count(*) FROM accounts").fetchone()
    manifest.logs, manifest.entries = db.execute("SELECT count(*), coalesce(sum(head), 0) FROM heads").fetchone()


def _make_ready(
    source: Path, manifest: Manifest, folder: Path, known: revocations.Known | None, *, keep_sessions: bool
) -> Restored:
    """The database of the backup in `folder`, checked, brought up to date, in a new epoch, with nothing revoked in it."""
    path = folder / schema.FILE
    expected = manifest.files.get(schema.FILE)
    if expected is None:
        raise StoreError(f"{source} holds no {schema.FILE}: this backup is damaged, take another one.")
    backups.copy(source / schema.FILE, path, expected)
    with contextlib.closing(schema.open_writer(path, "full")) as db:
        schema.check(db, source / schema.FILE)
        _judge(db, source, manifest)
        schema.migrate(db, path, None)
        covered = known is not None and bool(manifest.store) and known.covers(manifest.store, manifest.taken_at)
        mine = known is not None and known.store == manifest.store
        revoked, locked = _revoke_again(db, known) if known is not None and mine else (0, [])
        ended = 0 if covered or keep_sessions else _end_all(db)
        _wait_on(db, manifest.taken_at)
        erased = _erase_again(db, known, manifest.taken_at) if known is not None and mine else 0
        epoch = schema.new_epoch()
        # Whoever restores looks at the clock (retention.py), and the list of revocations is of another life.
        db.execute("DELETE FROM meta WHERE name IN ('trusted_ms', 'revoked')")
        db.executemany("REPLACE INTO meta (name, value) VALUES (?, ?)", [("epoch", epoch), ("open", "")])
        (at,) = db.execute("PRAGMA user_version").fetchone()
        schema.finish(db)
    files.flush_file(path)
    return Restored(manifest, at, epoch, None, covered, revoked, locked, ended, erased)


def _judge(db: Connection, source: Path, manifest: Manifest) -> None:
    """Raises StoreError when the database is not whole, or not the one of the manifest."""
    found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
    found += schema.strange(db)[:3]
    found += [f"a row of {row[0]} points nowhere" for row in db.execute("PRAGMA foreign_key_check").fetchmany(3)]
    seen = Manifest(taken_at=manifest.taken_at)
    _describe(db, seen)
    found += [
        f"its {what} is {getattr(seen, what)!r}, the manifest says {getattr(manifest, what)!r}"
        for what in ("store", "epoch", "schema", "accounts", "logs", "entries")
        if getattr(seen, what) != getattr(manifest, what)
    ]
    if found:
        raise StoreError(f"{source} is damaged ({'; '.join(found)}): take another backup.")


def _revoke_again(db: Connection, known: revocations.Known) -> tuple[int, list[str]]:
    """How many secrets the backup would have brought back, and the handles of those left without a password."""
    names: dict[str, set[str]] = {kind: set() for kind in revocations.KINDS}
    for _, (kind, name) in known.lines:
        names[kind].add(name)
    changed = {
        handle: account
        for account, handle, hash in db.execute(
            "SELECT key, handle, hash FROM accounts JOIN passwords ON account = key"
        )
        if names["password"] and revocations.name_of_password(hash) in names["password"]
    }
    sessions = [(id,) for (id,) in db.execute("SELECT id FROM sessions") if id in names["session"]]
    both = "SELECT secret FROM invites UNION ALL SELECT secret FROM door_invites"
    invites = [(secret,) for (secret,) in db.execute(both) if secret.hex() in names["invite"]]
    resets = [(secret,) for (secret,) in db.execute("SELECT secret FROM resets") if secret.hex() in names["reset"]]
    db.execute("BEGIN IMMEDIATE")
    db.executemany("DELETE FROM sessions WHERE id = ?", sessions)
    db.executemany("DELETE FROM resets WHERE secret = ?", resets)
    db.executemany("DELETE FROM invites WHERE secret = ?", invites)
    db.executemany("DELETE FROM door_invites WHERE secret = ?", invites)
    db.execute("DELETE FROM admissions")  # of whoever signed up and had not joined: the invite may be revoked since
    passwords = [(account,) for account in changed.values()]
    db.executemany("UPDATE passwords SET hash = '' WHERE account = ?", passwords)  # which no password opens
    db.execute("COMMIT")
    return len(sessions) + len(invites) + len(changed) + len(resets), sorted(changed)


ENDED = ("sessions", "invites", "door_invites", "admissions", "resets")


def _end_all(db: Connection) -> int:
    return sum(db.execute(f"DELETE FROM {table}").rowcount for table in ENDED)  # noqa: S608  # ours


def _wait_on(db: Connection, taken_at: str) -> None:
    """Who was about to go when the backup was taken has as much time as they had then, or an hour: they may have signed in
    since, which is noted nowhere, and nobody could sign in before it is done here. If they were erased since, it is noted.
    The time by which their grace goes is in the backup, too; in older data it is the clock's, as of then."""
    tx = SqliteTx(db, lambda moment, revoked: None)
    try:
        tx.now_ms = int(datetime.fromisoformat(taken_at).timestamp() * 1000)
    except ValueError:
        raise StoreError(f"The manifest's taken_at is no time ({taken_at}): this backup is damaged.") from None
    db.execute("BEGIN IMMEDIATE")
    for row in erasures(db):
        if row.name.startswith(GRACE):
            tx.put_erasure(replace(row, due_ms=max(row.due_ms, tx.served() + LEAST)))
    tx.keep_served()
    tx.flush()
    db.execute("COMMIT")


def _erase_again(db: Connection, known: revocations.Known, taken_at: str) -> int:
    """How much of what the backup would have brought back was erased since: it is erased to the end, before anybody sees
    it. What is under way in the backup itself goes on, too."""
    tx = SqliteTx(db, lambda moment, revoked: None)
    done = 0

    def carry_out(work: Callable[[SqliteTx], object]) -> bool:
        now = time.time_ns() // 1_000_000
        tx.now_ms, tx.now = now, backups.now()
        db.execute("BEGIN IMMEDIATE")
        found = work(tx)
        tx.flush()
        db.execute("COMMIT")
        tx.stored.clear()
        return bool(found)

    for moment, (kind, name) in known.lines:
        if kind in revocations.ERASED:
            done += carry_out(partial(erasing.again, kind=kind, name=name, since=moment > taken_at))
    while carry_out(erasing.step):
        pass
    return done


@contextlib.contextmanager
def _told(where: Path) -> Iterator[None]:
    """What the disk or the database says, as a sentence for the operator."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(f"The disk of {where} is full. Nothing was left behind.") from error
        at = f" ({error.filename})" if error.filename else ""
        raise StoreError(f"{where} can't be used: {error.strerror}{at}.") from error
    except sqlite3.Error as error:
        code = int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise StoreError(f"The disk of {where} is full. Nothing was left behind.") from error
        if code == sqlite3.SQLITE_IOERR:
            raise StoreError(f"A disk is full or fails ({error}). Nothing was left behind.") from error
        raise StoreError(f"The database can't be copied or read: {error}.") from error
