"""What the terminal client does about a mistake of its own while it has the screen: it says so in one line, and goes on.

prompt_toolkit would show the traceback and wait for a key. Nobody can make anything of that; and where the terminal is gone,
waiting fails as well, which is shown in its turn, and so on until the memory is full.
"""

import asyncio
import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MOST = 20  # of one run: what goes wrong again and again has no end by itself
GONE = (errno.EIO, errno.EBADF, errno.ENXIO)  # what a terminal says that was closed


class Mistakes:
    """`say` shows a sentence, `stop` ends the program in order."""

    def __init__(self, say: Callable[[str], None], stop: Callable[[], None]) -> None:
        self._say = say
        self._stop = stop
        self._told: set[str] = set()
        self._count = 0

    def happened(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """As the loop tells of it."""
        error = context.get("exception")
        if error is None:  # a task that was not waited for, and the like
            return
        self._count += 1
        if self._count > MOST or (isinstance(error, OSError) and error.errno in GONE):
            self._stop()
            return
        what = f"{type(error).__name__}: {error}"
        if what not in self._told:
            self._told.add(what)
            self._say(f"Something went wrong in this program, which goes on: {what}")

    @contextmanager
    def minded(self) -> Iterator[None]:
        """In here, nobody else is told of any."""
        loop = asyncio.get_running_loop()
        before = loop.get_exception_handler()
        loop.set_exception_handler(self.happened)
        try:
            yield
        finally:
            loop.set_exception_handler(before)
