"""`among-server serve`: run the server until it is told to stop. The first signal stops it cleanly, a second at once."""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path

import structlog

from ..app import App
from ..config import Config
from ..store.api import StoreError
from .control import listen

log = structlog.get_logger()


def serve(config: Config) -> int:
    """Exit code: 0 stopped cleanly, 1 could not start, 130 forced."""
    try:
        import uvloop  # noqa: PLC0415  # not on every platform
    except ImportError:
        return asyncio.run(run(config))
    return asyncio.run(run(config), loop_factory=uvloop.new_event_loop) if sys.version_info >= (3, 12) else _run(config)


def _run(config: Config) -> int:
    import uvloop  # noqa: PLC0415  # not on every platform

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
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
    app = App(config)
    try:
        await app.start()
    except StoreError as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f"{config.host}:{config.port}"
        print(f"among-server: cannot listen on {where}: {error.strerror}. Is the port free?", file=sys.stderr)
        return 1
    print(f"among-server: ws://{_shown(config.host)}:{app.listener.port}/v1", flush=True)
    control = await listen(app, Path(config.data))
    gc.freeze()  # what was made at start lives for ever: the collector need not look at it again
    await stop.wait()
    control.close()
    await app.stop()
    return 0


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
