"""The one gate between what strangers wrote and the operator's terminal: what could do something there is shown instead.

Names, errors and tracebacks may hold anything. A control character comes out as `\\x1b`, a bidirectional one as `\\u202e`,
so that it can be seen and does nothing. Everything that `among-server` prints and logs goes through here.
"""

import contextlib
import errno
import io
import os
import re
from collections.abc import Iterator
from typing import Any, TextIO

_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]")  # fmt: skip


def visible(text: str, *, lines: bool = False) -> str:
    """The text with nothing in it that is not to be seen. `lines`: line feeds stay; else they are shown, too."""
    text = _UNSAFE.sub(_shown, text)
    return text if lines else text.replace("\n", "\\n")


def deep(value: Any) -> Any:
    """The same for all text in a value of the log."""
    match value:
        case str():
            return visible(value)
        case dict():
            return {visible(str(key)): deep(part) for key, part in value.items()}
        case list() | tuple():
            return [deep(part) for part in value]
        case None | bool() | int() | float():
            return value
        case _:
            return visible(repr(value))


class NotTaken(OSError):
    """Who reads what is printed does not take it: a full disk, a pipe whose reader is gone, a stream that was closed."""


class Plain(io.TextIOBase):
    """A stream of text in front of another; None: it was closed before we began.

    To write raises NotTaken. With `complaints` it does not: where nobody takes those there is nobody to complain to, and the exit
    code tells all the same."""

    def __init__(self, out: TextIO | None, *, complaints: bool = False) -> None:
        self._out = out
        self._complaints = complaints

    def write(self, text: str) -> int:
        if self._out is not None:
            with self._taking():
                self._out.write(visible(text, lines=True))
        elif not self._complaints:
            raise NotTaken(errno.EBADF, "it is closed")
        return len(text)

    def flush(self) -> None:
        if self._out is not None:
            with self._taking():
                self._out.flush()

    @contextlib.contextmanager
    def _taking(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._complaints:
                raise NotTaken(error.errno, error.strerror) from error
            self.give_up()

    def give_up(self) -> None:
        """What was not taken is lost: Python would try once more as the process ends, and its failure would be our exit code."""
        if self._out is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._out.fileno())
            os.close(nowhere)

    @property
    def encoding(self) -> str:  # type: ignore[override]  # of a stream without text it is None
        return self._out.encoding if self._out is not None else "utf-8"

    def isatty(self) -> bool:
        return self._out is not None and self._out.isatty()

    def fileno(self) -> int:
        if self._out is None:
            raise NotTaken(errno.EBADF, "it is closed")
        return self._out.fileno()


def _shown(found: re.Match[str]) -> str:
    code = ord(found.group())
    if found.group() == "\t":
        return "\\t"
    if found.group() == "\r":
        return "\\r"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
