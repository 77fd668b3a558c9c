"""The example programs as processes: what they are told on standard input, and what they print."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.js import node

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE = 30.0  # seconds for anything at all


def missing(name: str) -> str:
    """Why an example can't be run here; empty when it can."""
    if name.endswith(".mjs"):
        return node.missing("ws")
    if name.endswith(".pl"):
        perl = shutil.which("perl")
        if not perl or subprocess.run([perl, "-MMojolicious", "-e1"], capture_output=True, check=False).returncode:
            return "needs Perl with Mojolicious: apt install libmojolicious-perl"
    return ""


def command(name: str) -> list[str]:
    """How an example is run; skips the test where what it needs is not there."""
    if why := missing(name):
        pytest.skip(why)
    runner = {".py": sys.executable, ".mjs": str(node.path()), ".pl": "perl"}[Path(name).suffix]
    return [runner, str(EXAMPLES / name)]


class Program:
    """One that runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.printed: list[Any] = []  # lines of standard output, as objects

    def say(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())

    async def prints(self) -> Any:
        """The next line of standard output."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await self._process.stdout.readline()
        assert line, f"it has ended: {await self.complaint()}"
        self.printed.append(msgspec.json.decode(line))
        return self.printed[-1]

    async def hang_up(self) -> None:
        """Standard input ends; all that it still prints is read, and it must end well."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write_eof()
        async with asyncio.timeout(PATIENCE):
            async for line in self._process.stdout:
                self.printed.append(msgspec.json.decode(line))
            assert await self._process.wait() == 0, await self.complaint()

    async def gives_up(self) -> str:
        """It ends by itself, and not well; what it says about that."""
        async with asyncio.timeout(PATIENCE):
            assert await self._process.wait() != 0
        return await self.complaint()

    async def complaint(self) -> str:
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode()


@contextlib.asynccontextmanager
async def running(words: list[str], **environment: str) -> AsyncIterator[Program]:
    """A program, with these variables, which is gone afterwards whatever happened."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AMONG_")}
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=kept | environment,
    )
    try:
        yield Program(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def appears(file: Path) -> None:
    """Wait until a program has written this file."""
    async with asyncio.timeout(PATIENCE):
        while not file.exists():  # noqa: ASYNC110, ASYNC240  # nobody tells when a file appears
            await asyncio.sleep(0.01)
