"""What a backup is on the disk, whatever the store: a folder with a manifest, which says what else belongs to it.

    among-2026-01-31T090000Z/     made under a hidden name, and renamed when all of it is on the disk
        manifest.json             a Manifest: what it is of, and each other file's size and SHA-256
        among.db                  the database, at one moment

Rule 1: what has a backup's name is whole. What is under way, or left of a process that was killed, is hidden (`.among-…`).
Rule 2: nothing is overwritten. Only what this module wrote is ever removed, by name, file by file.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import msgspec

from among_protocol import plain_files

from . import files
from .api import StoreError
from .pace import Pace

MANIFEST = "manifest.json"
FOLDER = "backups"  # in the data folder, where nothing else is said
NAME = re.compile(r"among-\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?|among-before-\d{4}")
BLOCK = 1 << 20  # bytes
MANIFEST_BYTES = 1 << 20  # at most: a kilobyte, in fact

Reason = Literal["asked", "upgrade"]
Progress = Callable[[int, int], None]  # done, of: in bytes


class File(msgspec.Struct):
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, kw_only=True):
    among_backup: int = 1  # version of this form
    reason: Reason = "asked"
    taken_at: str  # RFC 3339: all that was acknowledged before is in it
    server: str = ""  # that wrote it
    store: str = ""  # which one; the same over restores and upgrades
    epoch: str = ""
    schema: int = 0
    accounts: int = 0
    logs: int = 0
    entries: int = 0  # in all logs together
    files: dict[str, File] = {}

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


class Taken(NamedTuple):
    path: Path
    manifest: Manifest


class Restored(NamedTuple):
    manifest: Manifest
    schema: int  # after the upgrade to this version
    epoch: str  # the new one
    aside: Path | None  # where the data are that were there before
    known: bool  # what was revoked since the backup is known, and was revoked again
    revoked: int  # secrets that the backup would have brought back
    locked: list[str]  # handles whose password was changed since: nobody knows the new one here, and the old is none
    ended: int  # sessions and invites that were ended since nobody knows
    erased: int = 0  # accounts and members that were erased since, and are again


class Backups(Protocol):
    """Backups of the data in one folder. All of it blocks. Raises StoreError with a sentence that says what to do."""

    def take(self, into: Path, progress: Progress, pace: Pace | None = None) -> Taken:
        """Of the live store, or of one that nobody uses, as a new folder in `into`. Without a pace it is made gently."""
        ...

    def verify(self, source: Path) -> Restored:
        """Restore into a temporary folder, and look at every page of it; nothing is left."""
        ...

    def restore(self, source: Path, *, replace: bool, keep_sessions: bool) -> Restored:
        """Into the data folder, which must be empty, or is set aside with `replace`. In a new epoch.

        Without knowing what was revoked since the backup, its sessions and invites are ended unless `keep_sessions`."""
        ...


def unseen(done: int, of: int) -> None:
    """Nobody watches the progress."""


def now() -> str:
    moment = datetime.now(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def names_at(moment: str, what: str = "among") -> Iterator[str]:
    """Names of this moment, for the first that is free."""
    name = f"{what}-{moment[:19].replace(':', '')}Z"
    yield name
    yield from (f"{name}-{number}" for number in range(2, 100))


@contextlib.contextmanager
def staged(into: Path, names: Iterable[str], *, replace: bool = False) -> Iterator[tuple[Path, Path]]:
    """A hidden folder, and the name that it gets when all went well; it is gone otherwise. The first name that is free,
    or the first one with `replace`."""
    files.make_folder(into)
    _tidy(into)
    part, final = _reserve(into, names, replace=replace)
    held = os.open(part, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield part, final
        for path in sorted(part.iterdir()):
            files.flush_file(path)
        files.flush_folder(part)
        if replace and final.exists():
            remove(final)
        part.rename(final)
        files.flush_folder(into)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    finally:
        os.close(held)


def _reserve(into: Path, names: Iterable[str], *, replace: bool) -> tuple[Path, Path]:
    for name in names:
        part, final = into / f".{name}.part", into / name
        try:
            part.mkdir(mode=0o700)
        except FileExistsError:
            continue
        if replace or not final.exists():
            return part, final
        part.rmdir()
    raise StoreError(f"Another backup of the same name is being made in {into}: wait for its end.")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    with os.fdopen(files.create(folder / MANIFEST), "wb") as out:
        out.write(data)


def read_manifest(folder: Path) -> Manifest:
    """Raises StoreError when this is no backup, or one of a form that this version does not know."""
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(plain_files.read(path, MANIFEST_BYTES), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(_no_backup(folder)) from None
    except OSError as error:
        raise StoreError(f"{path} can't be read: {error.strerror}.") from None
    except msgspec.DecodeError as error:
        raise StoreError(f"{path} is damaged ({error}): this backup can't be used, take another one.") from None
    if manifest.among_backup != 1:
        raise StoreError(f"{folder} was made by a newer version of Among: run `pip install --upgrade among` first.")
    if any("/" in name or name.startswith(".") for name in manifest.files):
        raise StoreError(f"{path} names files outside of the backup: it can't be used.")
    return manifest


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """A first look, before anything is copied. Raises StoreError."""
    for name, file in manifest.files.items():
        path = folder / name
        found = path.stat().st_size if path.is_file() else -1
        if found != file.bytes:
            state = "is missing" if found < 0 else f"has {found} bytes instead of {file.bytes}"
            raise StoreError(f"{path} {state}: this backup is damaged, take another one.")


def copy(source: Path, target: Path, expected: File) -> None:
    """A file of a backup, to a new file. Raises StoreError when its content is not what the manifest says."""
    digest = hashlib.sha256()
    with source.open("rb") as taken, os.fdopen(files.create(target), "wb") as out:
        while block := taken.read(BLOCK):
            digest.update(block)
            out.write(block)
        out.flush()
        files.flush(out.fileno())
    if digest.hexdigest() != expected.sha256:
        raise StoreError(f"{source} is not as it was written (its SHA-256 differs): take another backup.")


def described(path: Path, pace: Pace) -> File:
    digest = hashlib.sha256()
    pace.begin()
    with path.open("rb", buffering=0) as file:
        while pace.do(lambda: _take_in(digest, file.read(BLOCK))):
            pace.rest()
    return File(path.stat().st_size, digest.hexdigest())


def _take_in(digest: "hashlib._Hash", block: bytes) -> int:
    digest.update(block)
    return len(block)


def listing(into: Path) -> list[Taken]:
    """The backups in a folder, oldest first."""
    found = []
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for path in into.iterdir():
            if NAME.fullmatch(path.name):
                with contextlib.suppress(StoreError):
                    found.append(Taken(path, read_manifest(path)))
    return sorted(found, key=lambda taken: (taken.manifest.taken_at, taken.path.name))


def prune(into: Path, taken: Taken, keep: int) -> list[Path]:
    """Remove the oldest of this store's, but for so many. Those before an upgrade stay, and the one that was just taken,
    whatever the clock said when the others were."""
    held = os.open(into, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)  # another may be at it, and both would remove the same
        others = [one.path for one in _asked_for(into, taken.manifest.store) if one.path.name != taken.path.name]
        gone = others[: max(0, len(others) + 1 - keep)]
        for path in gone:
            remove(path)
    finally:
        os.close(held)
    return gone


def of_the_future(into: Path, store: str) -> list[Path]:
    """Those that a clock dated which was ahead, or is behind now: they count as the newest until then."""
    return [one.path for one in _asked_for(into, store) if one.manifest.taken_at > now()]


def _asked_for(into: Path, store: str) -> list[Taken]:
    return [one for one in listing(into) if one.manifest.store == store and one.manifest.reason == "asked"]


def remove(path: Path) -> None:
    """A backup. A file in it that is not ours stays, under the hidden name."""
    if path.is_symlink():
        return  # not written by a backup, and what it leads to is somebody's
    read_manifest(path)
    names = (f".{path.name}{number}.gone" for number in ("", *(f"-{number}" for number in range(2, 100))))
    hidden = next(hidden for name in names if not (hidden := path.with_name(name)).exists())
    path.rename(hidden)
    _empty(hidden)


def _empty(hidden: Path) -> None:
    """The manifest goes last, since it says what is ours."""
    with contextlib.suppress(StoreError):
        for name in (*read_manifest(hidden).files, MANIFEST):
            (hidden / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        hidden.rmdir()


def room_for(wanted: int, folder: Path) -> None:
    """Raises StoreError when so many bytes would fill the disk."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    needed = wanted + wanted // 20 + 4 * BLOCK  # and room to spare: who else writes there must not find it full
    if free < needed:
        raise StoreError(
            f"There is no room in {folder}: {size(needed)} are needed and {size(free)} are free. Nothing was written."
        )


def size(count: int) -> str:
    """Bytes, for people."""
    for unit, of in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= of:
            return f"{count / of:.1f} {unit}"
    return f"{count} bytes"


def _tidy(into: Path) -> None:
    """What killed processes left. One that is at work holds a lock on its folder; a moment passes before it does."""
    for part in into.glob(".among-*.part"):
        with contextlib.suppress(OSError):
            held = os.open(part, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                still = os.path.samestat(os.fstat(held), part.stat())  # else it got its name, and this is another's
                if still and (time.time() - part.stat().st_mtime > 10 or any(part.iterdir())):
                    shutil.rmtree(part, ignore_errors=True)
            finally:
                os.close(held)
    for hidden in into.glob(".among-*.gone"):
        if not hidden.is_symlink():
            with contextlib.suppress(OSError):
                _empty(hidden)


def _no_backup(folder: Path) -> str:
    if not folder.exists():
        return f"There is no backup at {folder}."
    inside = listing(folder)
    if inside:
        return f"{folder} holds backups: name one of them. The newest is {inside[-1].path}"
    return f"{folder} is not a backup of Among: it has no {MANIFEST}."
