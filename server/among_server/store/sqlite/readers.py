"""The connections that read, and what carries out a function on one of them: what each part of the store that reads is made of.

Rule: a read is one function on the thread of its connection, in one transaction where it asks more than once
(`rows.moment`). What it gives is of one commit, whatever is written, blanked or trimmed meanwhile.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from ..blanks import Blankings
from . import schema

READERS = 3  # connections; more than there are cores only helps when the disk is slow

T = TypeVar("T")


class Readers:
    def __init__(self, blankings: Blankings) -> None:
        self._blankings = blankings
        self._readers: list[aiosqlite.Connection] = []
        self._free: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()

    async def _open_readers(self, path: Path) -> None:
        """Raises OSError, sqlite3.Error."""
        for _ in range(READERS):
            reader = aiosqlite.connect(schema.reader_uri(path), uri=True, isolation_level=None)
            # Whoever fails to close a store has a bug; a process that never ends would hide it.
            reader._thread.daemon = True  # noqa: SLF001  # no public setting; the version is pinned
            reader = await reader
            self._readers.append(reader)
            await run(reader, schema.set_up_reader)
            self._free.put_nowait(reader)

    async def _close_readers(self) -> None:
        while self._readers:
            await self._readers.pop().close()

    async def _read(self, read: Callable[..., T], *named: Any, **options: Any) -> T:
        """A function of a connection, on the next one that is free."""
        reader = await self._free.get()
        try:
            return await run(reader, read, *named, **options)
        finally:
            self._free.put_nowait(reader)

    async def _read_log(self, log: str, read: Callable[..., T], *named: Any, **options: Any) -> T:
        """Likewise, but what was blanked in this log while it was read is not given: then it is read anew."""
        return await self._read_logs(lambda _: (log,), read, *named, **options)

    async def _read_logs(
        self, logs: Callable[[T], Iterable[str]], read: Callable[..., T], *named: Any, **options: Any
    ) -> T:
        """Likewise, of the logs that what was read says it is of."""
        reader = await self._free.get()
        try:
            while True:
                begun = self._blankings.count
                found = await run(reader, read, *named, **options)
                if not any(self._blankings.since(begun, log) for log in logs(found)):
                    return found
        finally:
            self._free.put_nowait(reader)


async def run(reader: aiosqlite.Connection, read: Callable[..., T], /, *named: Any, **options: Any) -> T:
    """One function on the connection's thread. aiosqlite has no public call for this; see ADR 3."""
    raw = reader._conn  # noqa: SLF001  # no public way to it; the version is pinned
    result: T = await reader._execute(partial(read, raw, *named, **options))  # type: ignore[no-untyped-call]  # noqa: SLF001  # no public call runs a function there; the version is pinned
    return result
