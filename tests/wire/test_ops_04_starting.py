"""Before the store is open: the port is there, says why nobody is let in, and hands over without a gap."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from among_server.app import App
from among_server.config import Config
from among_server.store.api import StoreError
from among_server.store.sqlite import schema
from tests.proof.process import Server, free_port
from tests.store.fixtures.make import HERE, load

SHAKE = (
    b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def asked(port: int, request: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    body = await reader.read() if status != 101 else b""
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return status, body


@pytest.fixture
async def migrating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[App, int, threading.Event]]:
    """A server on data of an older version, whose migration waits; what lets it go on is the last of the three."""
    load(min(HERE.glob("schema-*.sql")), tmp_path / "data")
    begun, go_on, migrate = asyncio.Event(), threading.Event(), schema.migrate
    loop, port = asyncio.get_running_loop(), free_port()

    def slowly(*given):
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(10)
        migrate(*given)

    monkeypatch.setattr(schema, "migrate", slowly)
    app = App(Config(data=str(tmp_path / "data"), port=port))
    starting = asyncio.create_task(app.start())
    await begun.wait()
    yield app, port, go_on
    go_on.set()
    with contextlib.suppress(StoreError):
        await starting
        await app.stop()


async def test_ops_04_while_the_data_are_brought_up_to_date_nobody_is_let_in(migrating):
    _, port, go_on = migrating
    why = "migrating: the data are being brought up to date for this version"
    for request, expected in (
        (b"GET /healthz HTTP/1.1\r\n\r\n", 200),
        (b"GET /readyz HTTP/1.1\r\n\r\n", 503),
        (b"GET /metrics HTTP/1.1\r\n\r\n", 503),
        (SHAKE, 503),
        (b"x" * 9_000, 503),
    ):
        status, body = await asked(port, request)
        assert (status, json.loads(body)) == (expected, {"ready": False, "why": why})
    late = await asyncio.open_connection("127.0.0.1", port)
    go_on.set()
    assert await late[0].read() == b"", "whoever asked nothing is let go"
    late[1].close()
    for _ in range(1_000):  # one after the other, over the hand-over: each is answered
        status, body = await asked(port, b"GET /readyz HTTP/1.1\r\n\r\n")
        if status == 200:
            break
        assert json.loads(body)["why"] in (why, "the server is starting")
    assert (await asked(port, SHAKE))[0] == 101


async def test_ops_04_a_migration_that_fails_leaves_the_port_free(migrating, monkeypatch):
    app, port, go_on = migrating
    monkeypatch.setattr(
        schema, "_steps", lambda: [("0001_first.sql", ""), ("0002_broken.sql", "SELECT x FROM nowhere;")]
    )
    go_on.set()
    for _ in range(1_000):
        try:
            await asked(port, b"GET /readyz HTTP/1.1\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            break
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    assert not hasattr(app, "listener")


TOLD = """
import os, signal
import {module} as there
before = there.{function}
def told(*given):
    os.kill(os.getpid(), signal.SIGTERM)
    return before(*given)
there.{function} = told
"""


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("among_server.admin.logging", "configure"),  # the first that a server does
        ("among_server.admin.serve", "_more_files"),
        ("among_server.store.sqlite.schema", "migrate"),
    ],
)
async def test_ops_04_told_to_stop_while_it_starts_it_ends_well(tmp_path: Path, module: str, function: str):
    server = Server(tmp_path)
    server.patch(TOLD.format(module=module, function=function))
    await server.spawn()
    assert await server.ended() == 0
    assert server.complaints() == []
