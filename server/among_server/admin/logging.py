"""The operator's log: one line per event on stderr, JSON or for eyes. No secret is ever handed to it."""

import logging
import sys

import structlog

from ..config import Config

_TRACEBACK = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)


def configure(config: Config) -> None:
    """Set up structlog for this process."""
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
            # One line for each event: a traceback is a field, unless a person reads along. Never with the values of
            # variables: those are passwords, tokens and what people said.
            *([] if pretty else [structlog.processors.ExceptionRenderer(_TRACEBACK)]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, config.log_level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
