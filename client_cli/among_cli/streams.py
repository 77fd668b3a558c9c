"""Standard input, output and error as they come from whoever starts the program: closed, of another encoding, with nobody at
the other end.

Rules: what can't be read or written is told once, like anything else that goes wrong; of what is told on standard error nothing
goes elsewhere, and where nobody reads it the program goes on.
"""

import contextlib
import io
import os
import sys
from typing import TextIO

from .safe_text import safe_text


def prepare() -> None:
    """What is read may be no text, and is then refused in one sentence; what is written may be more than an old terminal has.

    A stream that is closed gets its number back before a file or a connection takes it: using it fails, but for standard error."""
    for name, mode, way in (("stdin", "r", os.O_WRONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.open(os.devnull, way), mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # until the end
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if (
            isinstance(stream, io.TextIOWrapper) and stream.errors != errors
        ):  # it can't be changed once something was read
            stream.reconfigure(errors=errors)


def written(code: int) -> int:
    """The exit code, once all is written: at its end Python writes what is left, and nobody can tell any more what went wrong.
    Raises OSError."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has enough; what was done is told by the code
        drop(sys.stdout)
    return code


def drop(stream: TextIO) -> None:
    """What the stream does not take is given up, or Python would complain once more at its end."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def reason(error: OSError) -> str:
    """What went wrong, and with which file."""
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)


def tell(sentence: str) -> None:
    """On standard error, in one line; or not, where that is not taken."""
    with contextlib.suppress(OSError):
        print(f"among: {safe_text(sentence)}", file=sys.stderr, flush=True)
    drop(sys.stderr)
