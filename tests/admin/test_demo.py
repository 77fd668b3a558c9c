"""`make run`: a server and a client in one terminal, and neither outlives it."""

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from among_server.admin.arguments import parser
from among_server.admin.demo import SERVE, serving
from among_server.admin.main import KEYS
from among_server.admin.settings import read

COMMAND = [sys.executable, "-m", "among_server.admin.main", "demo", "--handle", "ana"]
PATIENCE = 60


class Demo:
    def __init__(self, process: asyncio.subprocess.Process, terminal: asyncio.StreamReader, keys: int) -> None:
        self.process = process
        self._keys = keys
        self._terminal = terminal

    def types(self, text: str) -> None:
        os.write(self._keys, text.encode())

    async def shows(self, text: str) -> str:
        """All that was shown up to this."""
        async with asyncio.timeout(PATIENCE):
            return (await self._terminal.readuntil(text.encode())).decode()


@asynccontextmanager
async def demo(folder: Path, port: int = 0) -> AsyncIterator[Demo]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AMONG_")}
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--data", str(folder / "data"), "--port", str(port),
        stdin=theirs, stdout=theirs, stderr=theirs, env=environ | {"TERM": "xterm", "HOME": str(folder)},
    )  # fmt: skip
    os.close(theirs)
    terminal = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(terminal), os.fdopen(ours, "rb", buffering=0)
    )
    try:
        yield Demo(process, terminal, ours)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE)
        transport.close()


def test_its_server_has_the_configuration_that_was_given(tmp_path: Path):
    file = tmp_path / "among.toml"
    file.write_text('url = "wss://chat.example.org/v1"\nlog_level = "warning"\nlog_format = "json"\n')
    given = {"data": str(tmp_path / "data"), "port": "0", "log_level": "debug"}
    config = read(file, {}, given).config
    args = parser().parse_args(serving(config, file)[len(SERVE) - 1 :])
    assert read(args.config, {}, {key: getattr(args, key, None) for key in KEYS}).config == config


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
async def test_a_closed_window_stops_client_and_server(tmp_path: Path, number: signal.Signals):
    async with demo(tmp_path) as first:
        found = re.search(r"Server: ws://127\.0\.0\.1:(\d+)/v1", await first.shows("hall>"))
        assert found
        port = int(found[1])
        first.process.send_signal(number)
        first.process.send_signal(number)  # a window that is closed says it twice
        assert await asyncio.wait_for(first.process.wait(), PATIENCE) == 128 + number
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    async with demo(tmp_path, port) as second:
        await second.shows("hall>")


async def test_why_the_server_did_not_start_is_said_at_once(tmp_path: Path):
    taken = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        async with demo(tmp_path, port) as first:
            await first.shows(f"{port} is in use on 127.0.0.1: stop what listens there, or choose another port")
            assert await asyncio.wait_for(first.process.wait(), PATIENCE) == 1
    assert (tmp_path / "data/server.log").stat().st_mode & 0o777 == 0o600, "what it says of people is not for others"


def test_where_nobody_can_be_asked_it_says_how_to_say_who_one_is(tmp_path: Path):
    done = subprocess.run(
        [*COMMAND[:-2], "--data", str(tmp_path / "data"), "--port", "0"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--handle" in done.stderr


async def test_who_founds_it_has_a_session_with_a_name(tmp_path: Path):
    async with demo(tmp_path) as first:
        await first.shows("hall>")
        first.types("/sessions\r")
        assert "unnamed" not in await first.shows("this one")


async def test_a_folder_that_can_hold_no_data_is_named(tmp_path: Path):
    """It was called a crash."""
    (tmp_path / "data").write_text("a file")
    async with demo(tmp_path) as first:
        await first.shows("data is not a folder: remove it, or choose another folder")
        assert await asyncio.wait_for(first.process.wait(), PATIENCE) == 2
