"""The disk under the database: what its errors mean, whether it has room, and what kind it is.

An error is one of three: what was asked is wrong (of a statement, not of the disk); it may pass by itself (a full disk:
try again); or nobody can say any more what is on the disk, and nothing may be written until a restart. A flush that
failed is of the third kind: the system may have dropped what it could not write and will call the next flush a success.
"""

import contextlib
import os
import re
import sqlite3
from pathlib import Path
from typing import NamedTuple

from .. import files
from ..api import Durability

ROOM = 4 << 20  # bytes that a disk which was full must have before it counts as one with room
CHUNK = 256 << 10  # bytes

# Primary result codes that speak of a statement of ours, not of the database.
OURS = (
    0,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
    sqlite3.SQLITE_TOOBIG,
)
PASSING = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# The shared memory could not grow: a full disk too. At a commit it comes after the log was written.
NO_SHARED_ROOM = sqlite3.SQLITE_IOERR_SHMSIZE

NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d|smbfs|9p|virtiofs|afs|ceph|lustre|gpfs|beegfs|glusterfs|ocfs2|gfs2|fuse(blk|\..*)?"
)
MEMORY = re.compile(r"tmpfs|ramfs")
LAYER = re.compile(r"overlay|aufs")


class Kind(NamedTuple):
    """What a file system means for what is kept on it."""

    durability: Durability
    warning: str  # for the operator; empty when there is nothing to say


def is_disks(error: Exception) -> bool:
    """Whether the database failed, and not one command: then nothing of the batch can be trusted."""
    return isinstance(error, sqlite3.Error) and _primary(error) not in OURS


def may_pass(error: Exception) -> bool:
    """Whether there is sense in trying again without a restart."""
    return _primary(error) in PASSING or _extended(error) == NO_SHARED_ROOM


def leaves_doubt(error: Exception) -> bool:
    """Whether a commit that ended with this may be on the disk all the same. What a full disk has cut short is not:
    the frame that makes it a commit is the last that is written."""
    return _primary(error) not in PASSING


def _extended(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0))


def _primary(error: Exception) -> int:
    return _extended(error) & 0xFF


def check_room(folder: Path) -> None:
    """Raises OSError while there is no room worth the name, by quota or otherwise."""
    file = folder / "room"
    fd = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        file.unlink()
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(fd, 0, ROOM)
        else:
            os.pwrite(fd, bytes(ROOM), 0)
    finally:
        os.close(fd)


def write_again(file: Path) -> None:
    """Write what is in a file over itself, and flush it: for the write-ahead log of a server that was not closed.

    After a flush that failed, the system's cache may hold pages that are on no disk and count as written: whoever reads
    them after a restart believes in them, and no flush would ever reach them. Written once more they are like new, and
    this flush speaks of them. Whatever a cut in the middle leaves, is what was there before, or the same.
    """
    with contextlib.suppress(FileNotFoundError), file.open("r+b", buffering=0) as log:
        at = 0
        while chunk := os.pread(log.fileno(), CHUNK, at):
            files.put(log.fileno(), at, chunk)
            at += len(chunk)
        if at:
            os.fsync(log.fileno())


def kind(name: str) -> Kind:
    """What a file system of this name (as the system's table of mounts has it) is good for."""
    if NETWORK.fullmatch(name):
        return Kind("relaxed", f"the data are on {name}, where a flush and a lock are only as good as the far end")
    if MEMORY.fullmatch(name):
        return Kind("memory", f"the data are on {name}, which is gone when the machine restarts")
    if LAYER.fullmatch(name):
        return Kind("full", f"the data are on {name}, in a container's own layer, and go with the container")
    return Kind("full", "")


def file_system(folder: Path, mounts: str) -> str:
    """The name of the file system that a folder is on, by /proc/self/mountinfo; empty when that does not say."""
    longest, found = -1, ""
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), fields[4])
        if folder.is_relative_to(point) and len(point) >= longest:  # a later mount hides an earlier one
            longest, found = len(point), after.split(" ")[0]
    return found


def kind_of(folder: Path) -> Kind:
    """Of a folder that exists. Where there is no table of mounts (macOS), nothing is said."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return kind("")
    return kind(file_system(folder.resolve(), mounts))
