"""The screen without a screen: lines in on standard input, lines out on standard output.

For screen readers, pipes and dumb terminals: no colours, no columns, nothing is ever redrawn; a terminal rings. One's own lines come back
when they are stored, which is how one hears that they are. What was typed behind a line that was to lead to another room
and did not is shown, and not done; where lines are piped in, that is the end.
"""

import asyncio
import contextlib
import io
import select
import termios
import threading
from collections.abc import Callable, Iterator
from typing import TextIO

from . import commands
from .bell import ringing
from .lines import Line, note, problem
from .link import Link
from .plain_text import columns_of, plain
from .safe_text import safe_text
from .settings import Alert
from .typed import moves, not_done

MOST_UNDECIDED = 50  # lines on their way before the next one is read
PASTED = 0.1  # seconds within which the next piece of something pasted comes, and what is in a pipe


class Plain:
    """A Screen; see link.py."""

    drafts = False
    stands = False

    def __init__(self, source: TextIO, out: TextIO, alert: Alert) -> None:
        self._source = source
        self._out = out
        self._alert: Alert = alert if out.isatty() else "none"  # a file or a pipe gets text alone
        self.asks = source.isatty()  # what is read from elsewhere was written before anything is asked
        self.refused = False  # something that was read could not be done
        self._more = False  # of what is piped in there may be more than was read
        self._begun: list[str] = []  # lines that go on in the next
        self._left: list[str] = []  # of something long, whose end never came
        self._stopped = asyncio.Event()  # no more is read
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._wanted = threading.Semaphore(0)  # lines
        self._reading = False

    async def run(self, link: Link) -> None:
        """Take lines until they end or the user leaves."""
        while not self._stopped.is_set():
            line = await self._another()
            if line is None and self._stopped.is_set():
                await asyncio.sleep(PASTED)
                self._more = not (self.asks or self._lines.empty())
                return
            self._more = not (self.asks or line is None)
            if line is None and not self._begun:
                return
            self._begun += [] if line is None else [line]
            if line is not None and goes_on(line):
                self._begun[-1] = line[:-1]
            elif not await self._take(link) or line is None or link.quit.is_set():
                self._more = False
                return

    async def _take(self, link: Link) -> bool:
        """Do what the lines say; whether what follows them may be done."""
        whole, room = "\n".join(self._begun), link.model.room
        self._begun.clear()
        done = await commands.take(link, whole)
        self.refused |= not done
        if not done and moves(whole, commands.NAMED) and link.model.room is room:
            if not self.asks:
                self.show([problem("This is the end: what follows was meant for another room.")])
                return False
            if ahead := await self._typed_ahead():
                self.show(not_done(room, ahead))
        if link.voice.undecided > MOST_UNDECIDED:
            await self._pause(link)
        return True

    async def _pause(self, link: Link) -> None:
        """Until fewer lines are on their way; or one is to stop."""
        waits = [asyncio.create_task(one) for one in (link.voice.settled(MOST_UNDECIDED), self._stopped.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()

    @property
    def draft(self) -> str:
        """What was read and not done."""
        waiting = [self._lines.get_nowait() for _ in range(self._lines.qsize())]
        return "\n".join([*self._left, *self._begun, *(line for line in waiting if line is not None)])

    @property
    def cut(self) -> bool:
        """Of what is piped in there may be something that nobody has read."""
        return self._more if self._reading else not self.asks and _any(self._source)

    async def _typed_ahead(self) -> list[str]:
        """Take the lines that stand at the terminal already, and what is pasted with them."""
        ahead: list[str] = []
        with contextlib.suppress(EOFError):
            while await self._is_next():
                ahead.append(await self._next())
        return ahead

    async def _is_next(self) -> bool:
        """Whether a line is there, or comes in a moment."""
        if not _ready(self._source):
            await asyncio.sleep(PASTED)
        return _ready(self._source)

    def _begin(self) -> None:
        """Read, from when somebody first wants a line."""
        if self._reading:
            return
        self._reading = True
        loop = asyncio.get_running_loop()

        def put(line: str | None) -> None:
            loop.call_soon_threadsafe(self._lines.put_nowait, line)

        # A thread of its own, which nobody waits for: reading a terminal can't be interrupted.
        threading.Thread(target=_read, args=(self._source, self._wanted, put), daemon=True).start()

    async def secret(self, question: str) -> str:
        """The next line, without echo where it is typed."""
        self._put(question)
        with _silent(self._source):
            line = await self._next()
        if self._source.isatty():
            print(file=self._out)
        return line

    async def ask(self, question: str) -> str:
        """The next line."""
        self._put(safe_text(question))
        return await self._next()

    def _put(self, question: str) -> None:
        print(question, end="" if self._source.isatty() else "\n", file=self._out, flush=True)

    async def _next(self) -> str:
        """A line beside those that `run` takes: that one is done with its own, or has not begun."""
        line = await self._line()
        if line is None:
            self._lines.put_nowait(None)  # for whoever waits for the next line, too
            raise EOFError
        return line

    async def _another(self) -> str | None:
        """The next line. Where it does not come at once, all that is piped in so far was read."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PASTED):
                return await self._line()
        self._more = False
        return await self._lines.get()

    async def _line(self) -> str | None:
        """The next line; None at the end."""
        self._begin()
        self._wanted.release()
        return await self._lines.get()

    def offer(self, line: str) -> bool:
        """It can't be changed where it stands, but said anew."""
        self.show([note("Say it anew; this is what it says:"), note(line)])
        return False

    def withdraw(self, line: str) -> bool:
        """Nothing of it stands anywhere."""
        return False

    def half(self, *, ending: bool) -> str:
        """A line is entered, or it is none."""
        return ""

    async def compose(self, begin: str) -> str:
        """The next lines, up to one that is a dot. What it begins with is shown, and is there unless it is written anew."""
        print(
            "Write it, first line the title. A line that is only a dot ends it; one that is only !q gives it up.",
            file=self._out,
        )
        if begin.strip("# "):
            print("An = alone at the start stands for all that is there already:", file=self._out)
            self.show([note(line) for line in begin.splitlines()])
        self._out.flush()
        written: list[str] = []
        while True:
            try:
                line = await self._next()
            except EOFError:
                self._left += written
                raise
            if line == "!q":
                raise EOFError
            if line == ".":
                return "\n".join(written)
            written.append(begin.rstrip("\n") if line == "=" and not written else line)

    def stop(self) -> None:
        """End the wait for a line, and for what is on its way."""
        self._stopped.set()
        self._lines.put_nowait(None)

    def show(self, lines: list[Line]) -> None:
        """Print these lines. Raises BrokenPipeError when nobody reads them any more."""
        columns = columns_of(self._out)
        for line in lines:
            for text in plain(line, columns):
                print(text, file=self._out)
        print(ringing(self._alert, lines), end="", file=self._out, flush=True)

    def refresh(self) -> None:
        """There is nothing beside the lines."""

    def flush(self) -> None:
        """Nothing ever waits."""


def goes_on(line: str) -> bool:
    """Whether the next line is of the same message: it ends in a backslash, and not in two."""
    return line.endswith("\\") and not line.endswith("\\\\")


@contextlib.contextmanager
def _silent(source: TextIO) -> Iterator[None]:
    """The terminal shows nothing of what is typed; another source shows nothing anyway."""
    if not source.isatty():
        yield
        return
    number = source.fileno()
    before = termios.tcgetattr(number)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(number, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(number, termios.TCSADRAIN, before)


def _ready(source: TextIO) -> bool:
    """Whether a line stands at the terminal, or its end."""
    return bool(select.select([source], [], [], 0)[0])


def _any(source: TextIO) -> bool:
    """Whether something stands there that can be read."""
    with contextlib.suppress(OSError):
        return isinstance(source.buffer, io.BufferedReader) and _ready(source) and bool(source.buffer.peek(1))
    return False


def _read(source: TextIO, wanted: threading.Semaphore, put: Callable[[str | None], None]) -> None:
    """Read a line whenever one is wanted, and nothing ahead; None at the end."""
    with contextlib.suppress(RuntimeError):  # the program has ended
        with contextlib.suppress(OSError, ValueError):  # nothing more can be read, as where the source was closed
            while wanted.acquire() and (line := source.readline()):
                put(line.rstrip("\r\n"))
        put(None)
