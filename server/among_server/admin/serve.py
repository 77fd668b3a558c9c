"""`among-server serve`: run the server until it is told to stop. The first signal stops it cleanly, a later one at once."""

import asyncio
import contextlib
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from ..app import App
from ..config import ConfigError
from ..edge.sockets import CannotListen
from ..store.api import StoreError
from .control import end, listen
from .logging import loop_failed
from .plain import NotTaken, Plain
from .running import SOCKET
from .settings import Settings, look, token

log = structlog.get_logger()

ONE_ORDER = 0.5  # seconds in which signals are one: a terminal that is closed, and `timeout`, send two
DISK_FAILED = 3  # exit code: start again, and see what the disk really holds


def serve(settings: Settings) -> int:
    """Exit code: 0 stopped cleanly, 1 could not start, 3 stopped since the disk failed, 130 forced. Raises ConfigError when a key can't be followed."""
    look(settings)
    _all_streams()
    _more_files()
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415  # not on every platform

        loop_factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(run(settings))


def _all_streams() -> None:
    """Where a standard stream was closed before we began, nothing else may get its number: the loop ends the process as it
    closes a socket with one of these."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(opened)


def _say(line: str) -> None:
    """On standard output. Where nobody takes it, the log says it, too."""
    try:
        print(line, flush=True)
    except NotTaken:
        if isinstance(sys.stdout, Plain):
            sys.stdout.give_up()


def _more_files() -> None:
    """Every connection is an open file: as many as this user may have, where a shell or an engine gives fewer."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # macOS says infinity, and takes less
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def run(settings: Settings) -> int:
    """Start, wait for a signal, stop."""
    config = settings.config
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    told = -ONE_ORDER  # when the first signal came, by the loop's clock

    def signalled() -> None:
        nonlocal told
        if not stop.is_set():
            told = loop.time()
            stop.set()
        elif loop.time() - told > ONE_ORDER:
            log.warning("server.forced")
            os._exit(130)

    orders = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup: it goes on when the terminal is closed
        orders.append(signal.SIGHUP)
    for number in orders:
        loop.add_signal_handler(number, signalled)
    loop.set_exception_handler(loop_failed)
    code = 0

    def gave_up() -> None:
        nonlocal code
        if config.disk_failure == "exit":
            code = DISK_FAILED
            stop.set()

    app = App(config, metrics_token=token(config))
    app.store.gave_up = gave_up
    try:
        await app.start()
    except StoreError as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 1
    except CannotListen as error:
        raise ConfigError([settings.line(error.key, str(error))]) from None
    except OSError as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 1
    try:
        control = await listen(app, Path(config.data))
    except OSError as error:
        await app.stop()
        print(
            f"among-server: {Path(config.data) / SOCKET} can't be made: {error}. Move away what is there.",
            file=sys.stderr,
        )
        return 1
    _say(f"among-server: {app.url}")
    # What was made at start lives for ever, and hardly anything here forms cycles: the collector has better things to
    # do than to look at every session and tail a hundred times a second (a tenth of the time under load, measured).
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    await stop.wait()
    end(control, Path(config.data))
    await app.stop()
    return code
