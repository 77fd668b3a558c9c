"""What was read of a room so far, in a file beside the one that it is for: a line of JSON for what is read, then one for each
piece of it. Whoever was cut off goes on behind the last of them.

Rules: a line counts once it is whole, and what comes behind the last whole one is cut off. Only a file of one's own that
nobody else may read is gone on with. Whoever writes it holds its lock.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

import msgspec
from msgspec import Struct

from among_protocol.export import Transcript
from among_protocol.members import Persona
from among_protocol.messages import Message

T = TypeVar("T")

FORM = 1  # version of the lines


class Begun(Struct, kw_only=True):
    """What is read."""

    form: int = FORM
    reader: str  # account whose rights it is read with
    about: Transcript  # without messages and personas
    roots: list[int] = []  # of threads, in order, which stand on no page of the room: no longer kept, or by a pin alone


class Piece(Struct, kw_only=True, omit_defaults=True):
    """Some messages, oldest first, each behind those of the piece before."""

    at: int  # what comes up to this number of the room is read
    within: int = 0  # of its thread only what comes up to this number; 0: all of it
    messages: list[Message] = []
    people: list[tuple[str, int, Persona]] = []  # who wrote them or is quoted: membership, revision, and who that was
    places: dict[str, str] = {}  # titles of the rooms, by id, that something is shown of


class Part:
    """A file of it. Raises OSError: also where another program writes it now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = opened(path)
        self.begun: Begun | None = None
        self.at = self.within = 0  # of the last piece
        self.count = 0  # messages
        try:
            self._take_up()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def begin(self, begun: Begun) -> None:
        """From the start, whatever is there."""
        self._file.seek(0)
        self._file.truncate()
        self.begun, self.at, self.within, self.count = begun, 0, 0, 0
        self._write(begun)

    def add(self, piece: Piece) -> None:
        self._write(piece)
        self._went(piece)

    def pieces(self) -> Iterator[Piece]:
        """All of them, from the first one on."""
        self._file.seek(0)
        self._file.readline()
        while (piece := _line(self._file, Piece)) is not None:
            yield piece

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

    def _take_up(self) -> None:
        """What is whole."""
        self.begun = _line(self._file, Begun)
        whole = self._file.tell() if self.begun is not None else 0
        while self.begun is not None and (piece := _line(self._file, Piece)) is not None:
            self._went(piece)
            whole = self._file.tell()
        self._file.seek(whole)
        self._file.truncate()

    def _write(self, line: Struct) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()

    def _went(self, piece: Piece) -> None:
        self.at, self.within = piece.at, piece.within
        self.count += len(piece.messages)


def _line(file: BinaryIO, kind: type[T]) -> T | None:
    line = file.readline()
    try:
        return msgspec.json.decode(line, type=kind) if line.endswith(b"\n") else None
    except msgspec.DecodeError:  # torn by a power cut, or of another version
        return None


def opened(path: Path) -> BinaryIO:
    """With its lock. One that others made or may read is made anew."""
    how = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    fd = os.open(path, how, 0o600)
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077 or found.st_nlink > 1:
        os.close(fd)
        path.unlink()
        fd = os.open(path, how | os.O_EXCL, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        raise BlockingIOError(errno.EWOULDBLOCK, "another export writes it now", str(path)) from None
    return os.fdopen(fd, "r+b")
