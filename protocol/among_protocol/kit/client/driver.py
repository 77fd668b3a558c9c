"""A client under test, as the kit holds it: lines out, lines in, an end. `Process` is one that was started."""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from ..checks import CannotTest

ENDS_WITHIN = 5.0  # seconds after the end of its input
KEPT = 20  # lines of its standard error


class Driver(Protocol):
    """One run of a client."""

    printed: list[str]  # lines of its output, so far
    ended: str  # how it ended; empty while it runs
    news: Callable[[], None]  # to be called when there is more of either

    async def say(self, line: str) -> None:
        """A line of its input."""

    async def over(self) -> bool:
        """Its input ends. Whether it ended in time by itself."""

    def complaints(self) -> list[str]:
        """The last it said on its standard error."""


Start = Callable[[Mapping[str, str]], Awaitable[Driver]]  # with these words in its environment


class Process:
    """COMMAND, as the contract in docs/howto/check-a-server-or-client.md says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.printed: list[str] = []
        self.ended = ""
        self.news: Callable[[], None] = _nothing
        self._process = process
        self._errors: deque[str] = deque(maxlen=KEPT)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._listen_to_errors())]

    @classmethod
    def starter(cls, command: Sequence[str]) -> Start:
        async def start(words: Mapping[str, str]) -> Driver:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    env={**os.environ, **words},
                    start_new_session=True,
                    limit=2**20,
                )
            except OSError as error:
                raise CannotTest(f"{command[0]} cannot be started: {error.strerror}") from None
            return cls(process)

        return start

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.printed.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            self.news()
        code = await self._process.wait()
        self.ended = f"it ended with exit code {code}"
        self.news()

    async def _listen_to_errors(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self._errors.append(line.decode("utf-8", "replace").rstrip())

    async def say(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(f"{line}\n".encode())
            await self._process.stdin.drain()

    async def over(self) -> bool:
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError, OSError):
            self._process.stdin.close()
        in_time = True
        try:
            async with asyncio.timeout(ENDS_WITHIN):
                await self._process.wait()
        except TimeoutError:
            in_time = False
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # whatever it started itself, too
        await self._process.wait()
        await asyncio.wait(self._tasks, timeout=1)
        for task in self._tasks:
            task.cancel()
        return in_time

    def complaints(self) -> list[str]:
        return list(self._errors)


def _nothing() -> None:
    pass
