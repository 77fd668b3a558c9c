"""The line mode at a real terminal: Enter is Enter at every moment, and another program has the terminal as it knows it."""

import asyncio
import fcntl
import os
import pty
import struct
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from prompt_toolkit.application import create_app_session, get_app_or_none
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.output.vt100 import Vt100_Output

from among_cli import composing
from among_cli.line_ui import LineUi
from among_cli.lines import told

from .house import House, Reader, Tap


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


class Out(Tap):
    """What the terminal gets, and what happens at the very moment when it does."""

    def __init__(self) -> None:
        super().__init__()
        self._moments: dict[str, Callable[[], None]] = {}

    def at(self, text: str, do: Callable[[], None]) -> None:
        """Once, while this is printed."""
        self._moments[text] = do

    def write(self, text: str) -> int:
        for moment in [moment for moment in self._moments if moment in text]:
            self._moments.pop(moment)()
        return super().write(text)


class Terminal:
    def __init__(self, ours: int, theirs: int, out: Out, ui: LineUi) -> None:
        self._ours = ours
        self._theirs = theirs
        self.out = out
        self.ui = ui

    def press(self, keys: str) -> None:
        """They are there, in whatever way the terminal takes them now, when this returns."""
        os.write(self._ours, keys.encode())
        while struct.unpack("i", fcntl.ioctl(self._theirs, termios.FIONREAD, b"1234"))[0] < len(keys):
            pass  # the kernel hands them over by itself, in no time

    @property
    def own(self) -> bool:
        """Whether it edits lines and makes a line feed of Enter, as programs that are not told otherwise expect."""
        mode = termios.tcgetattr(self._theirs)
        return bool(mode[0] & termios.ICRNL and mode[3] & termios.ICANON and mode[3] & termios.ECHO)


@pytest.fixture
def stopped(monkeypatch) -> asyncio.Event:
    """Set when it stops, as a shell then goes on with."""
    stopped = asyncio.Event()
    monkeypatch.setattr(os, "kill", lambda process, signal: stopped.set())
    return stopped


@asynccontextmanager
async def at_terminal(reader: Reader) -> AsyncIterator[Terminal]:
    ours, theirs = pty.openpty()
    out = Out()
    output = Vt100_Output(out, lambda: Size(24, 80), term="xterm-256color", enable_cpr=False)
    with os.fdopen(ours, "wb"), os.fdopen(theirs) as tty, create_app_session(input=Vt100Input(tty), output=output):
        ui = LineUi("none")
        terminal = Terminal(ours, theirs, out, ui)
        ui.link = reader.link
        reader.link.screen = ui
        running = asyncio.create_task(ui.run(reader.link))
        await out.until(">")
        try:
            yield terminal
        finally:
            ui.stop()
            await asyncio.wait_for(running, 10)
            reader.link.screen = reader.paper
            assert terminal.own, "as it was before"


async def test_enter_says_the_line_while_another_is_printed_above_it(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.out.at("a line", lambda: terminal.press("hello bob\r"))
        terminal.ui.show([told("a line")])
        await bob.sees("hello bob")


async def test_enter_says_the_line_before_the_next_prompt_is_there(house, monkeypatch):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        left = ["two\r"]

        def emptied() -> None:
            if left and get_app_or_none() is None:
                terminal.press(left.pop())

        monkeypatch.setattr(terminal.ui, "emptied", emptied)
        terminal.press("one\r")
        await bob.sees("two")
        assert bob.paper.said == ["one", "two"]


async def test_ctrl_c_gives_up_a_search_for_an_earlier_line(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("one\r")
        await bob.sees("one")
        terminal.press("half a line\x12on")
        await terminal.out.until("reverse-i-search")
        terminal.press("\x03two\r")
        await bob.sees("two")
        assert bob.paper.said == ["one", "two"]


async def test_a_question_over_the_prompt_leaves_what_stands_there(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("half a li")
        await terminal.out.until("half a li")
        asked = asyncio.create_task(terminal.ui.ask("Really? "))
        await terminal.out.until("Really?")
        terminal.press("yes\r")
        assert await asked == "yes"
        terminal.press("ne\r")
        await bob.sees("half a line")


async def test_an_editor_has_the_terminal_as_it_was(house, monkeypatch):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:

        async def edited(begin: str, editor: str) -> str:
            assert terminal.own
            return f"{begin} and more"

        monkeypatch.setattr(composing, "edited", edited)
        monkeypatch.setenv("VISUAL", "an editor")
        terminal.press("begun\x18\x05")
        await terminal.out.until("and more")
        terminal.press("\r")
        await bob.sees("begun and more")


async def test_a_shell_has_the_terminal_as_it_was_while_this_is_stopped(house, monkeypatch):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        stopped = asyncio.Event()

        def kill(process: int, signal: int) -> None:
            assert terminal.own
            stopped.set()

        monkeypatch.setattr(os, "kill", kill)
        terminal.press("half a li\x1a")
        await asyncio.wait_for(stopped.wait(), 10)
        terminal.press("ne\r")
        await bob.sees("half a line")


async def test_it_stops_at_a_question_too(house, stopped):
    (ana,) = await house.join("garden/hall", "ana")
    async with at_terminal(ana) as terminal:
        for ask, answer in ((terminal.ui.ask, "yes"), (terminal.ui.secret, "no one knows")):
            asked = asyncio.create_task(ask("Really? "))
            await terminal.out.until("Really?")
            terminal.press(f"{answer}\x1a")
            await asyncio.wait_for(stopped.wait(), 10)
            stopped.clear()
            terminal.press("\r")
            assert await asked == answer


async def test_it_stops_while_something_long_is_written(house, stopped, monkeypatch):
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    (ana,) = await house.join("garden/hall", "ana")
    async with at_terminal(ana) as terminal:
        written = asyncio.create_task(terminal.ui.compose(""))
        await terminal.out.until("|")
        terminal.press("A title\x1a")
        await asyncio.wait_for(stopped.wait(), 10)
        terminal.press("\x1b\r")
        assert await written == "A title"
