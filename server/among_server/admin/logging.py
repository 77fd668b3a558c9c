"""The operator's log: one line per event on stderr, JSON or for eyes. No secret is ever handed to it.

An exception is told by its kind and by where it happened, never with the values of variables. What it says is told only
of kinds whose words are the system's or ours: a `KeyError` or a `ValueError` quotes what somebody wrote, which may be a
password. Whatever still comes in from outside is shown, not obeyed (plain.py).
"""

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

import structlog

from ..config import Config
from ..store.api import StoreError
from .plain import deep

FRAMES = 20  # the innermost ones, of each exception
_SPEAK = (OSError, RuntimeError, AssertionError, StoreError)  # and what the database says

log = structlog.get_logger()


def configure(config: Config) -> None:
    """Set up structlog for this process, and let what nobody catches end up in it."""
    pretty = config.log_format == "pretty" or (config.log_format == "auto" and sys.stderr.isatty())
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if pretty
        else structlog.processors.JSONRenderer()
    )
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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _crashed
    threading.excepthook = lambda told: log.critical(
        "thread.crashed", thread=_name(told.thread), exc_info=told.exc_value
    )
    sys.unraisablehook = lambda told: log.error("object.failed", exc_info=told.exc_value)


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
