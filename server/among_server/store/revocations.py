"""What was revoked or erased, in a file beside the database: restoring an older backup must bring none of it back.

Rule 1: a line is on the disk before the transaction that revokes is committed, and is taken back when that failed:
who was told that somebody is not erased must not see them erased by a restore. It stays where nobody can say whether the
transaction is there, and where a kill came between the two. The next start can say: the transaction keeps its moment in
the database, too, and lines at the end that are of another one are taken back. A restore that comes before that start
counts them: the database may be what is broken.
Rule 2: a line names one secret by what is of no use to a thief. It can be replayed at any time, any number of times,
whatever the clocks said:

    session   the id of the session
    invite    the SHA-256 of the code, as it is kept (in hex)
    password  the SHA-256 of the hash that is no longer valid (in hex)
    reset     the SHA-256 of the code with which a password is set anew, as it is kept (in hex)
    account   the id of an account that was erased, and what is kept of it: `a_…:words`
    member    the id of a membership of whom nothing is kept, likewise, and the newest revision that went: `m_…:erase:7`
              (in older data without it); who has come back since has a newer one

Rule 3: the first line names the store, and since when everything that it revoked is here. The file is bounded: when it
holds too much, the oldest lines are dropped, but for what was erased, and that moment moves. On a full disk that waits.
About a backup from before that moment nobody knows what was revoked since, so `restore` ends every session that is in it. So it is with a line that nobody understands: it is set aside, in a
file beside, the others count, and that moment moves to the first line that came after it.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import structlog

from . import files
from .api import Revocable, StoreError

FILE = "revocations"
HEAD = "among revocations 1"
KEPT = 100_000  # lines after the oldest were dropped, when there are twice as many: seven megabytes

KINDS: tuple[Revocable, ...] = get_args(Revocable)
ERASED = ("account", "member")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\S+Z")
FAR = "~"  # after all times

log = structlog.get_logger(__name__)


class Revoked(NamedTuple):
    kind: Revocable
    name: str


class Known(NamedTuple):
    """What a file says."""

    store: str
    since: str  # RFC 3339
    lines: list[tuple[str, Revoked]]  # when, what
    strange: Sequence[str] = ()  # lines that are not understood: something was revoked, and nobody knows what
    sure: str = ""  # when the first that follows the last of those was written; empty: none does

    def covers(self, store: str, moment: str) -> bool:
        """Whether everything that this store revoked since then is here."""
        since = max(self.since, self.sure or FAR) if self.strange else self.since
        return self.store == store and since < moment


def name_of_password(hash: str) -> str:
    return hashlib.sha256(hash.encode()).hexdigest()


def read(path: Path) -> Known:
    """Raises StoreError when it is not such a file, OSError when it can't be read. A torn last line was never
    acknowledged, and is passed over."""
    head, *rest = path.read_bytes().decode("utf-8", "replace").split("\n")
    words = head.removeprefix(HEAD).split()
    if not head.startswith(HEAD) or len(words) != 3 or words[1] != "since":
        raise StoreError(f"{path} is not a list of revocations of this version: move it away to go on without it.")
    lines: list[tuple[str, Revoked]] = []
    strange: list[str] = []
    sure = ""
    for line in rest[:-1]:
        match line.split():
            case [moment, kind, name] if kind in KINDS and TIME.fullmatch(moment):
                lines.append((moment, Revoked(kind, name)))
                sure = sure or moment
            case _:
                strange.append(line)
                sure = ""
    return Known(words[0], words[2], lines, tuple(strange), sure)


class Revocations:
    """The file of one store. Only the thread that writes comes here."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._fd = -1
        self._size = 0  # bytes
        self._count = 0  # lines that may be dropped
        self._settled = (0, 0)  # both, without what `add` brought since `settle`

    def open(self, store: str, moment: str, committed: str | None = None) -> str:
        """Go on with the file of this store, or begin one that knows everything from this moment on. `committed`: when the last
        lines were written of which the database knows; None: it does not say. Gives when the last ones were; empty: there
        are none."""
        known = None
        if self.path.exists():
            try:
                known = read(self.path)
            except StoreError as error:
                log.warning("store.revocations_unreadable", error=str(error), moved_to=self._set_aside())
        if known is not None and known.store != store:
            log.warning("store.revocations_of_another_store", moved_to=self._set_aside())
            known = None
        if known is not None and known.strange:
            log.warning(
                "store.revocations_not_understood", lines=len(known.strange), moved_to=self._without(known, moment)
            )
        elif known is not None and committed is not None:
            known = self._without_uncommitted(known, committed)
        if known is None:
            self._write(store, moment, [])
        lines = known.lines if known else []
        self._begin(lines)
        return lines[-1][0] if lines else ""

    def _begin(self, lines: Sequence[tuple[str, Revoked]]) -> None:
        """To add to the file as it is at this name by now, which holds these lines."""
        self.close()
        self._fd = os.open(self.path, os.O_RDWR)
        self._count = sum(what.kind not in ERASED for _, what in lines)
        whole = os.pread(self._fd, os.fstat(self._fd).st_size, 0)
        self._size = whole.rfind(b"\n") + 1
        os.ftruncate(self._fd, self._size)
        self._settled = self._size, self._count

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def add(self, moment: str, revoked: Sequence[Revoked]) -> None:
        """On the disk when this returns, until `settle` or `take_back`. Raises OSError; then none of it is there."""
        if self._fd < 0:  # it could not be opened anew
            self._begin(read(self.path).lines)
        data = "".join(f"{moment} {kind} {name}\n" for kind, name in revoked).encode()
        try:
            files.put(self._fd, self._size, data)
            files.flush(self._fd)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise
        self._size += len(data)
        self._count += sum(kind not in ERASED for kind, _ in revoked)

    def settle(self) -> None:
        """What was added stays."""
        self._settled = self._size, self._count
        if self._count > 2 * KEPT:
            try:
                self._drop_oldest()
            except (OSError, StoreError) as error:  # it is tried again with the next line
                log.warning("store.revocations_too_many", error=str(error))

    def take_back(self) -> None:
        """What was added since `settle` was not revoked."""
        if self._size == self._settled[0]:
            return
        self._size, self._count = self._settled
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, self._size)
            files.flush(self._fd)

    def _drop_oldest(self) -> None:
        known = read(self.path)
        kept, since, more = [], known.since, self._count - KEPT
        for line in known.lines:
            if more > 0 and line[1].kind not in ERASED:
                more -= 1
                since = max(since, line[0])
            else:
                kept.append(line)
        try:
            self._write(known.store, since, kept)
        finally:  # of the two, whichever has the name now
            self._begin(read(self.path).lines)

    def _write(self, store: str, since: str, lines: Sequence[tuple[str, Revoked]]) -> None:
        text = "".join(f"{moment} {kind} {name}\n" for moment, (kind, name) in lines)
        files.write(self.path, f"{HEAD} {store} since {since}\n{text}".encode())

    def _without(self, known: Known, moment: str) -> str:
        """The lines that are not understood into a file beside, the others stay. Where a kill comes between, there are two
        such files."""
        aside = self._free("strange")
        files.write(aside, "".join(f"{line}\n" for line in known.strange).encode())
        self._write(known.store, max(known.since, known.sure or moment), known.lines)
        return str(aside)

    def _without_uncommitted(self, known: Known, committed: str) -> Known:
        """The lines that were written last are of one transaction: that of this moment, or one that is not there."""
        last = known.lines[-1][0] if known.lines else committed
        if last == committed:
            return known
        lines = known.lines[:]
        while lines and lines[-1][0] == last:
            lines.pop()
        self._write(known.store, known.since, lines)
        log.info("store.revocations_taken_back", lines=len(known.lines) - len(lines))
        return known._replace(lines=lines)

    def _set_aside(self) -> str:
        aside = self._free("old")
        self.path.rename(aside)
        return str(aside)

    def _free(self, what: str) -> Path:
        number = 1
        while (aside := self.path.with_name(f"{FILE}.{what}-{number}")).exists():
            number += 1
        return aside
