"""What a disk would hold after a power cut: the changes of the data's files as the process made them (shim.c writes them
down, in order, with all bytes), and a disk that is only sure to keep what was flushed.

- What was written to a file is sure once an `fsync` or `fdatasync` of it, begun later, has succeeded. Until then the
  disk may hold all of it, nothing, what came first, or any sectors of it.
- That a name is there, gone or changed is sure once its folder was flushed. Until then, likewise.
- A flush that failed loses what it was for, and no later flush of the same pages brings it back: only writing them again.

So one run of a server gives as many power cuts as one likes, each at any moment, each with any loss that is allowed.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

HEAD = struct.Struct("=c7xQQQQ")  # as in shim.c
SECTOR = 512  # bytes that a disk writes whole or not
Loss = Literal["all", "none", "the last", "any sectors"]
LOSSES: tuple[Loss, ...] = ("all", "none", "the last", "any sectors")
NOT_KEPT = ("-shm", "lock", ".sock")  # memory, and names without content


class Change(NamedTuple):
    """`what`: Open a new file, Write, Truncate, Sync, Folder sync (D), Failed sync, Rename, Unlink."""

    what: str
    inode: int
    at: int
    data: bytes
    more: str
    end: int  # of its record in the log: how long the log was when it had happened


def changes(log: Path) -> list[Change]:
    data, found, at = log.read_bytes(), [], 0
    while at < len(data):
        what, inode, where, size, more = HEAD.unpack_from(data, at)
        at += HEAD.size
        found.append(
            Change(
                what.decode(), inode, where, data[at : at + size], data[at + size : at + size + more].decode(),
                at + size + more,
            )
        )  # fmt: skip
        at += size + more
    return found


@dataclass(eq=False)
class File:
    kept: bytearray = field(default_factory=bytearray)
    waiting: list[Change] = field(default_factory=list)  # written, not flushed


def put(content: bytearray, at: int, data: bytes) -> None:
    if at > len(content):
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def do(content: bytearray, change: Change) -> None:
    """A write or a truncation takes place."""
    if change.what == "W":
        put(content, change.at, change.data)
    elif change.at < len(content):
        del content[change.at :]
    else:
        content.extend(bytes(change.at - len(content)))


class Disk:
    """Begins empty."""

    def __init__(self) -> None:
        self._files: dict[int, File] = {}  # by inode, as it is used now
        self._names: dict[str, File] = {}  # that are sure
        self._naming: list[tuple[Change, File | None]] = []  # not flushed

    def see(self, change: Change) -> None:
        match change.what:
            case "O":
                file = self._files[change.inode] = File()
                self._naming.append((change, file))
            case "R" | "U":
                self._naming.append((change, None))
            case "W" | "T":
                self._files[change.inode].waiting.append(change)
            case "S":
                file = self._files[change.inode]
                for written in file.waiting:
                    do(file.kept, written)
                file.waiting.clear()
            case "F":
                self._files[change.inode].waiting.clear()
            case "D":
                self._names = self._named(len(self._naming))
                self._naming.clear()
            case _:
                raise ValueError(change.what)

    def _named(self, count: int) -> dict[str, File]:
        """The names, with the first so many changes that are not sure."""
        names = dict(self._names)
        for change, file in self._naming[:count]:
            path = change.data.decode()
            if change.what == "O" and file is not None:
                names[path] = file
            elif path in names:
                moved = names.pop(path)
                if change.what == "R":
                    names[change.more] = moved
        return names

    def cut(self, folder: Path, loss: Loss, rng: random.Random) -> None:
        """The power goes now: what is found later, into a folder that is made."""
        share = {"all": 0.0, "none": 1.0}.get(loss, rng.random())
        folder.mkdir(parents=True)
        for path, file in self._named(round(share * len(self._naming))).items():
            if not path.endswith(NOT_KEPT):
                content = bytearray(file.kept)
                for change in self._survivors(file, loss, share, rng):
                    do(content, change)
                (folder / Path(path).name).write_bytes(content)

    @staticmethod
    def _survivors(file: File, loss: Loss, share: float, rng: random.Random) -> Iterator[Change]:
        if loss != "any sectors":
            yield from file.waiting[: round(share * len(file.waiting))]
            return
        for change in file.waiting:
            if change.what == "T":
                if rng.random() < 0.5:
                    yield change
                continue
            first = SECTOR - change.at % SECTOR
            for begin in [0, *range(first, len(change.data), SECTOR)]:
                end = first if begin == 0 else begin + SECTOR
                if rng.random() < 0.5:
                    yield change._replace(at=change.at + begin, data=change.data[begin:end])
