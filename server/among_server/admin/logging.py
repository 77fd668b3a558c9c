"""The operator's log: one line per event on stderr, JSON or for eyes. No secret is ever handed to it.

An exception is told by its kind and by where it happened, never with the values of variables. What it says is told only
of kinds whose words are the system's or ours: a `KeyError` or a `ValueError` quotes what somebody wrote, which may be a
password. Whatever still comes in from outside is shown, not obeyed (plain.py).

To log never fails and never waits: whoever does so is in the middle of something else. What a full disk, a pipe that nobody
reads or a terminal that is closed did not take is lost, and counted; so is what a reader that has stopped leaves no room for.
"""

import atexit
import contextlib
import errno
import logging
import select
import sys
import threading
import traceback
from collections import deque
from io import FileIO
from time import monotonic
from types import TracebackType
from typing import Any, TextIO

import structlog

from ..config import Config
from ..store.api import StoreError
from .plain import deep

FRAMES = 20  # the innermost ones, of each exception
WAITING = 1_048_576  # bytes of lines that wait for who reads them; some thousand lines
LAST = 1.0  # seconds that the end of the process waits for who reads: what supervises it kills soon after the grace
_SPEAK = (OSError, RuntimeError, AssertionError, StoreError)  # and what the database says

log = structlog.get_logger()


def configure(config: Config) -> None:
    """Set up structlog for this process, and let what nobody catches end up in it."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    pretty = config.log_format == "pretty" or (config.log_format == "auto" and terminal)
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=terminal, exception_formatter=structlog.dev.plain_traceback)
        if pretty
        else structlog.processors.JSONRenderer()
    )
    lines = Lines(sys.stderr)
    atexit.register(lines.flush, LAST)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception,
            _plain,
            *([_indented] if pretty else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, config.log_level.upper())),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _crashed
    threading.excepthook = lambda told: log.critical(
        "thread.crashed", thread=_name(told.thread), exc_info=told.exc_value
    )
    sys.unraisablehook = lambda told: log.error("object.failed", exc_info=told.exc_value)


class Lines:
    """Where finished lines go, from any thread. Not through the stream's buffer: that would keep what was not taken, and
    fail once more as the process ends. `stream` is None where standard error was closed before we began: all is lost.

    Nobody waits for who reads them. Where there is room a line is written at once. Where there is none, as in a pipe whose
    reader has stopped, it waits with those behind it, and a thread waits for the room."""

    def __init__(self, stream: TextIO | None) -> None:
        self._file: FileIO | None = None
        with contextlib.suppress(OSError):
            self._file = FileIO(stream.fileno(), "wb", closefd=False) if stream is not None else None
        self._encoding = (stream and stream.encoding) or "utf-8"
        self._lock = threading.RLock()
        self._waiting: deque[tuple[bytes, int]] = deque()  # what is left of lines, and how many are lost with each
        self._size = 0  # bytes that wait
        self._lost = 0  # lines that nobody was told of yet
        self._begun = False  # the first line that waits was taken in part
        self._torn = False  # the last one was, and the rest of it is lost
        self._writing = False
        self._telling = 0  # so many lost lines are what the next line tells of
        self._thread: threading.Thread | None = None

    def msg(self, line: str) -> None:
        data = f"{line}\n".encode(self._encoding, "backslashreplace")
        with self._lock:
            if self._waiting and self._size + len(data) > WAITING:
                self._lost += 1
                return
            self._waiting.append((data, self._telling or 1))
            self._size += len(data)
            self._write()
            if self._waiting and not self._writing and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="among-log", daemon=True)
                with contextlib.suppress(RuntimeError):  # the process ends
                    self._thread.start()

    debug = info = warning = warn = error = critical = exception = msg

    def flush(self, seconds: float) -> None:
        """Wait for room for what waits, so long and no longer."""
        end = monotonic() + seconds
        while self._waiting and self._has_room(max(0.0, end - monotonic())):
            with self._lock:
                self._write()

    def _run(self) -> None:
        while True:
            self._has_room(None)
            with self._lock:
                self._write()
                if not self._waiting:
                    self._thread = None
                    return

    def _has_room(self, seconds: float | None) -> bool:
        """Whether a piece would be taken at once; waits so long for it, or for ever."""
        try:
            return self._file is None or bool(select.select([], [self._file], [], seconds)[1])
        except (OSError, ValueError):  # it is closed: to write tells
            return True

    def _write(self) -> None:
        """What waits, as far as there is room; and then, how many were lost."""
        if self._writing:  # whoever does goes on with this line
            return
        self._writing = True
        try:
            while self._waiting and self._has_room(0):
                if self._piece() and self._lost and not self._waiting:
                    self._telling, self._lost = self._lost, 0
                    log.warning("log.lost", lines=self._telling)  # comes by here, and may be lost as well
                    self._telling = 0
        finally:
            self._writing = False

    def _piece(self) -> bool:
        """The next piece of the first line that waits. Whether it was taken; else the line is lost."""
        data, lost = self._waiting.popleft()
        self._size -= len(data)
        try:
            if self._file is None:
                raise OSError(errno.EBADF, "closed")
            if self._torn:
                self._file.write(b"\n")
                self._torn = False
            left = data[self._file.write(data[: select.PIPE_BUF]) or 0 :]  # a pipe with room takes so much at once
        except OSError:
            self._lost += lost
            self._torn |= self._begun
            self._begun = False
            return False
        self._begun = bool(left)
        if left:
            self._waiting.appendleft((left, lost))
            self._size += len(left)
        return True


def loop_failed(_: object, context: dict[str, Any]) -> None:
    """For the event loop: something went wrong that nobody waited for. Its objects are not told, since they may hold
    anything."""
    log.error("loop.failed", what=str(context.get("message", "")), exc_info=context.get("exception"))


def told(error: BaseException) -> list[dict[str, object]]:
    """An exception and those that it came from, the outermost first."""
    chain: list[dict[str, object]] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = traceback.extract_tb(cause.__traceback__)[-FRAMES:]
        one: dict[str, object] = {"type": type(cause).__name__}
        if isinstance(cause, _SPEAK) or type(cause).__module__ == "sqlite3":
            one["says"] = str(cause)
        one["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append(one)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return chain


def _exception(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    error = event.pop("exc_info", None)
    if error is True or isinstance(error, tuple):
        error = sys.exc_info()[1] if error is True else error[1]
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


def _plain(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    return {key: deep(value) for key, value in event.items()}


def _indented(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """For eyes: a line for each place. Only an event begins at the left edge."""
    if "exception" in event:
        lines: list[str] = []
        for one in event["exception"]:
            lines.append(f"    {one['type']}{': ' if 'says' in one else ''}{one.get('says', '')}")
            lines += [f"        {place}" for place in one["at"]]
        event["exception"] = "\n".join(lines)
    return event


def _crashed(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
    else:
        log.critical("crashed", exc_info=error)


def _name(thread: threading.Thread | None) -> str:
    return thread.name if thread is not None else ""
