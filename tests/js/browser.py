"""A headless Chromium with one page, over its DevTools protocol; and a server of the project's files for it to load.

with files() as origin, started() as chromium:
    async with page(chromium, f"{origin}/examples/browser.html") as tab:
        await tab.run("document.title")                  # the value, once its promise is kept
        await tab.until("document.images.length === 3")
"""

import asyncio
import base64
import contextlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from . import node

PATIENCE = 30.0  # seconds for anything at all
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--remote-debugging-port=0",
    "--window-size=1100,700",
)


@cache
def path() -> str:
    return next(filter(None, map(shutil.which, NAMES)), "")


def needed() -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path(), reason="needs Chromium: Debian's package chromium, or Chrome")


class _Files(SimpleHTTPRequestHandler):
    extensions_map = {".html": "text/html", ".js": "text/javascript", "": "application/octet-stream"}

    def log_message(self, *told: Any) -> None:
        pass


@contextlib.contextmanager
def files() -> Iterator[str]:
    """The project's folder as a web site; its origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(node.ROOT)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Tab:
    """The page. Only one thing is asked of it at a time."""

    def __init__(self, link: ClientConnection) -> None:
        self._link = link
        self._ids = count(1)
        self.session = ""
        self.errors: list[str] = []  # what no code of the page has caught

    async def ask(self, method: str, **params: Any) -> Any:
        id = next(self._ids)
        frame: dict[str, Any] = {"id": id, "method": method, "params": params}
        await self._link.send(json.dumps(frame | ({"sessionId": self.session} if self.session else {})))
        async with asyncio.timeout(PATIENCE):
            while True:
                told = json.loads(await self._link.recv())
                if told.get("method") == "Runtime.exceptionThrown":
                    self.errors.append(str(told["params"]["exceptionDetails"].get("exception", {}).get("description")))
                if told.get("id") == id:
                    assert "error" not in told, told
                    return told["result"]

    async def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        told = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        failed = told.get("exceptionDetails", {})
        assert not failed, failed.get("exception", {}).get("description", failed)
        return told["result"].get("value")

    async def until(self, script: str) -> None:
        """Ask, now and then, until it is so."""
        async with asyncio.timeout(PATIENCE):
            while not await self.run(script):  # noqa: ASYNC110  # a page has no event of ours
                await asyncio.sleep(0.03)

    async def picture(self) -> bytes:
        """What it looks like, as PNG."""
        return base64.b64decode((await self.ask("Page.captureScreenshot"))["data"])


@contextlib.contextmanager
def started() -> Iterator[str]:
    """A browser; the address of its DevTools. It is gone afterwards whatever happened."""
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [path(), *FLAGS, *root, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        drain = threading.Thread(target=process.stderr.read)
        try:
            address = ""
            while not address.startswith("ws://"):
                line = process.stderr.readline()
                assert line, "Chromium has ended"
                address = line.decode().rpartition("DevTools listening on ")[2].strip()
            drain.start()  # else its complaints would fill the pipe
            yield address
        finally:
            process.kill()
            process.wait()
            if drain.ident is not None:
                drain.join()
            process.stderr.close()


@contextlib.asynccontextmanager
async def page(chromium: str, url: str) -> AsyncIterator[Tab]:
    """A page of its own, with storage of its own, once it is loaded."""
    async with connect(chromium, max_size=None, ping_interval=None, proxy=None) as link:
        tab = Tab(link)
        context = await tab.ask("Target.createBrowserContext", disposeOnDetach=True)
        target = await tab.ask("Target.createTarget", url="about:blank", **context)
        tab.session = (await tab.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True))["sessionId"]
        await tab.ask("Runtime.enable")
        await tab.ask("Page.navigate", url=url)
        await tab.until(f"document.readyState === 'complete' && location.href === {json.dumps(url)}")
        yield tab
