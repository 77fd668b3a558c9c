"""Files that must survive a power cut and be read by nobody else: how they are made, flushed and handed over."""

import fcntl
import os
from pathlib import Path

FULL_FLUSH = getattr(fcntl, "F_FULLFSYNC", None)  # macOS, where a plain fsync does not reach the disk


def flush(fd: int) -> None:
    """What was written is on the disk."""
    if FULL_FLUSH is None:
        os.fsync(fd)
    else:
        fcntl.fcntl(fd, FULL_FLUSH)


def flush_file(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        flush(fd)
    finally:
        os.close(fd)


def flush_folder(folder: Path) -> None:
    """A file that was made or renamed is only sure to be there once its folder is flushed."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """For its owner alone, with all that is missing above it."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flush_folder(folder.parent)


def create(path: Path) -> int:
    """A new file that only its owner may read, open for writing. Raises FileExistsError."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)


def put(fd: int, at: int, content: bytes) -> None:
    """All of it, at this place."""
    while content:
        done = os.pwrite(fd, content, at)
        at, content = at + done, content[done:]


def write(path: Path, content: bytes) -> None:
    """The file has this content, or (after a power cut) the one that it had before."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(create(part), "wb") as out:
        out.write(content)
        out.flush()
        flush(out.fileno())
    part.replace(path)
    flush_folder(path.parent)


def hand_over(folder: Path, *paths: Path) -> None:
    """What an administrator made belongs to whom the folder belongs to: the server must be able to open it."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for path in paths:
            if path.exists():  # never what a link leads to: whoever owns the folder may have put it there
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
