"""How the reference changes what it remembers: `_put` and `_drop` are the only way, and note how to undo it, so a command
that fails by a mistake of ours leaves no trace."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from ..moments import moment
from ..rows import Stored


class Kept(NamedTuple):
    stored: Stored
    ordinal: int  # messages in the log up to and including this entry
    author: str  # the account that asked for it


class Tables:
    def __init__(self) -> None:
        self.now = ""
        self.now_ms = 0
        self.stored: list[Stored] = []  # of this batch
        self._undo: list[Callable[[], object]] = []

    def begin(self) -> None:
        """From here on a mistake is undone."""
        self.now_ms = time.time_ns() // 1_000_000
        self.now = moment(self.now_ms)
        self._undo.clear()

    @property
    def has_written(self) -> bool:
        return bool(self._undo)

    def undo(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _put(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        if key in table:
            before = table[key]
            self._undo.append(lambda: table.update({key: before}))
        else:
            self._undo.append(lambda: table.pop(key))
        table[key] = row

    def _drop(self, table: dict[Any, Any], key: Any) -> None:
        if key in table:
            row = table.pop(key)
            self._undo.append(lambda: table.update({key: row}))
