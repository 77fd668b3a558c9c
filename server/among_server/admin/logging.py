"""The operator's log: one line per event on stderr, JSON or for eyes. No secret is ever handed to it.

An exception is told by its kind and by where it happened, never with the values of variables. What it says is told only
of kinds whose words are the system's or ours: a `KeyError` or a `ValueError` quotes what somebody wrote, which may be a
password. Whatever still comes in from outside is shown, not obeyed (plain.py).

To log never fails: whoever does so is in the middle of something else. What a full disk, a pipe that nobody reads or a
terminal that is closed did not take is lost, and counted.
"""

import logging
import sys
import threading
import traceback
from io import FileIO
from types import TracebackType
from typing import Any, TextIO

import structlog

from ..config import Config
from ..store.api import StoreError
from .plain import deep

FRAMES = 20  # the innermost ones, of each exception
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
    fail once more as the process ends. `stream` is None where standard error was closed before we began: all is lost."""

    def __init__(self, stream: TextIO | None) -> None:
        self._file = FileIO(stream.fileno(), "wb", closefd=False) if stream is not None else None
        self._encoding = (stream and stream.encoding) or "utf-8"
        self._lock = threading.RLock()
        self._lost = 0  # lines that nobody was told of yet
        self._torn = False  # the last line was taken in part
        self._telling = False

    def msg(self, line: str) -> None:
        with self._lock:
            if not self._write(line):
                self._lost += 1
            elif self._lost and not self._telling:
                lost, self._telling = self._lost, True
                log.warning("log.lost", lines=lost)  # comes by here, and may be lost as well
                self._telling = False
                if self._lost == lost:
                    self._lost = 0

    debug = info = warning = warn = error = critical = exception = msg

    def _write(self, line: str) -> bool:
        """Whether all of it was taken."""
        data = f"{line}\n".encode(self._encoding, "backslashreplace")
        if self._torn:
            data = b"\n" + data
        try:
            while data and self._file is not None and (taken := self._file.write(data)):
                data = data[taken:]
                self._torn = bool(data)
        except OSError:
            return False
        return not data


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
