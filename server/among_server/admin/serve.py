"""`among-server serve`: run the server until it is told to stop. The first signal stops it cleanly, a second at once."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from ..app import App
from ..config import Config
from ..store.api import StoreError
from .control import listen
from .logging import loop_failed

log = structlog.get_logger()

DISK_FAILED = 3  # exit code: start again, and see what the disk really holds


def serve(config: Config) -> int:
    """Exit code: 0 stopped cleanly, 1 could not start, 3 stopped since the disk failed, 130 forced."""
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(ImportError):  # not on every platform
        import uvloop  # noqa: PLC0415  # as above

        loop_factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(run(config))


async def run(config: Config) -> int:
    """Start, wait for a signal, stop."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def signalled() -> None:
        if stop.is_set():
            log.warning("server.forced")
            os._exit(130)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, signalled)
    loop.set_exception_handler(loop_failed)
    code = 0

    def gave_up() -> None:
        nonlocal code
        if config.disk_failure == "exit":
            code = DISK_FAILED
            stop.set()

    app = App(config)
    app.store.gave_up = gave_up
    try:
        await app.start()
    except StoreError as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f"{config.host}:{config.port}"
        print(f"among-server: cannot listen on {where}: {error.strerror}. Is the port free?", file=sys.stderr)
        return 1
    print(f"among-server: {app.url}", flush=True)
    control = await listen(app, Path(config.data))
    # What was made at start lives for ever, and hardly anything here forms cycles: the collector has better things to
    # do than to look at every session and tail a hundred times a second (a tenth of the time under load, measured).
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    await stop.wait()
    control.close()
    await app.stop()
    return code
