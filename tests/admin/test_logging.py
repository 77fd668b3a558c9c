"""The operator's log goes where nobody takes it: the server goes on, and says what was lost once it is taken again."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from among_protocol.aio import connect
from among_protocol.communities import CreateCommunity
from among_server.store.sqlite import trouble
from tests.world import PASSWORD

PATIENCE = 30.0  # seconds for anything at all


def on_a_full_disk() -> None:
    os.dup2(os.open("/dev/full", os.O_WRONLY), 2)


def in_a_pipe_that_nobody_reads() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, 2)


def closed() -> None:
    os.close(2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("log", [on_a_full_disk, in_a_pipe_that_nobody_reads, closed])
async def test_a_server_whose_log_is_taken_by_nobody_serves_and_stops_in_order(tmp_path: Path, log: Callable[[], None]):
    program = (sys.executable, "-m", "among_server.admin.main", "serve", "--data", str(tmp_path), "--port", "0")
    started = await asyncio.create_subprocess_exec(
        *program,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"AMONG_LOG_LEVEL": "debug"},
        preexec_fn=log,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            assert started.stdout is not None
            url = (await started.stdout.readline()).decode().removeprefix("among-server: ").strip()
            async with connect(url, handle="ann", password=PASSWORD, sign_up=True) as ann:
                assert (await ann.ask(CreateCommunity, slug="garden", name="Garden")).entry.seq == 1
            started.send_signal(signal.SIGTERM)
            assert await started.wait() == 0
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


SAID = """
import os, resource, structlog
from among_server.admin.logging import configure
from among_server.config import Config
configure(Config(log_format="json"))
log = structlog.get_logger()
"""


def said(code: str, log: Path) -> list[str]:
    """What is in a log after a process has written to it."""
    with log.open("wb") as stream:
        subprocess.run([sys.executable, "-c", SAID + code], stderr=stream, check=True)
    return log.read_text("utf-8").splitlines()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_what_was_lost_is_told_once_when_there_is_room_again(tmp_path: Path):
    code = """
log.info("before")
there = os.dup(2)
os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
for _ in range(3):
    log.error("lost")
os.dup2(there, 2)
log.info("after")
log.info("later")
"""
    lines = [json.loads(line) for line in said(code, tmp_path / "log")]
    assert [line["event"] for line in lines] == ["before", "after", "log.lost", "later"]
    assert lines[2]["lines"] == 3


def test_a_line_that_was_taken_in_part_does_not_run_into_the_next(tmp_path: Path):
    code = """
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20, most))
log.info("torn")
log.info("lost")
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
log.info("after")
"""
    torn, *lines = said(code, tmp_path / "log")
    assert len(torn) == 20
    assert [json.loads(line)["event"] for line in lines] == ["after", "log.lost"]
    assert json.loads(lines[1])["lines"] == 2


def test_trouble_with_the_disk_is_known_before_it_is_logged(monkeypatch: pytest.MonkeyPatch):
    """Whatever becomes of the line: /readyz says so."""

    class Broken:
        def error(self, *_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(trouble, "log", Broken())
    disk = trouble.Trouble()
    full = sqlite3.OperationalError("the disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    with pytest.raises(OSError, match="No space"):
        disk.begins(full)
    assert "the disk is full" in disk.why


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_server_whose_first_line_nobody_takes_serves_all_the_same(tmp_path: Path):
    command = [sys.executable, "-m", "among_server.admin.main", "serve", "--log-format", "json"]
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(
            [*command, "--data", str(tmp_path / "data"), "--port", "0"], stdout=full, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stderr is not None
        assert any('"server.listening"' in line for line in process.stderr)
        process.terminate()
        rest = process.stderr.read()
    assert '"server.stopped"' in rest
    assert "Traceback" not in rest
    assert process.returncode == 0
