"""The operator's log goes where nobody takes it: the server goes on, and says what was lost once it is taken again."""

import asyncio
import contextlib
import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
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


def in_a_pipe_whose_reader_has_stopped() -> None:
    """It is full, and its other end stays open: in the process itself, for as long as that lives."""
    reader, writer = os.pipe()
    os.set_inheritable(reader, True)
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"." * 4096)
    os.set_blocking(writer, True)
    os.dup2(writer, 2)


def closed() -> None:
    os.close(2)


NOWHERE = [on_a_full_disk, in_a_pipe_that_nobody_reads, in_a_pipe_whose_reader_has_stopped, closed]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("log", NOWHERE)
async def test_a_server_whose_log_is_taken_by_nobody_serves_and_stops_in_order(tmp_path: Path, log: Callable[[], None]):
    program = (sys.executable, "-m", "among_server.admin.main", "serve", "--data", str(tmp_path), "--port", "0")
    started = await asyncio.create_subprocess_exec(
        *program,
        close_fds=False,
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


STUCK = """
from among_server.admin import logging
import sys
logging.WAITING = 100_000
for number in range(int(sys.argv[1])):
    log.info("said", number=number)
print("all was said", flush=True)
sys.stdin.readline()
log.info("later")
"""


@contextlib.contextmanager
def stuck(lines: int) -> Iterator[subprocess.Popen[str]]:
    """A process that has said so much, though nobody has read any of it yet."""
    with subprocess.Popen(
        [sys.executable, "-c", SAID + STUCK, str(lines)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        if not ready:
            process.kill()
        assert ready, "it waits for whoever reads its log"
        yield process


def test_whoever_logs_does_not_wait_for_who_reads_and_no_line_is_lost_for_that():
    with stuck(1_100) as process:
        _, log = process.communicate("\n", timeout=PATIENCE)
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["event"] for line in lines] == ["said"] * 1_100 + ["later"]
    assert [line["number"] for line in lines[:-1]] == list(range(1_100))
    assert process.returncode == 0


def test_what_is_more_than_may_wait_is_lost_and_told_once():
    with stuck(5_000) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        lines = [json.loads(process.stderr.readline())]
        while lines[-1]["event"] == "said":
            lines.append(json.loads(process.stderr.readline()))
        *said, lost = lines
        assert [line["number"] for line in said] == list(range(len(said)))
        assert (lost["event"], lost["lines"]) == ("log.lost", 5_000 - len(said))
        _, rest = process.communicate("\n", timeout=PATIENCE)
    assert [json.loads(line)["event"] for line in rest.splitlines()] == ["later"]


def test_a_process_ends_though_nobody_takes_its_last_lines():
    with stuck(1_100) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


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
    command += ["--data", str(tmp_path / "data"), "--port", "0"]
    env = {
        name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"
    }  # what is not taken is kept then
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(command, stdout=full, stderr=subprocess.PIPE, text=True, env=env) as process,
    ):
        assert process.stderr is not None
        assert any('"server.listening"' in line for line in process.stderr)
        process.terminate()
        rest = process.stderr.read()
    assert '"server.stopped"' in rest
    assert "Traceback" not in rest
    assert process.returncode == 0
