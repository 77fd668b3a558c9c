"""Plain lines at a terminal: what is typed ahead of what it is meant for, and what rings."""

import asyncio
import fcntl
import os
import pty
import struct
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from among_cli.plain import Plain
from among_cli.settings import Alert

from .house import House, Reader, Tap


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


class Screen(Tap):
    """Standard output at a terminal of 80 columns."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd


class Terminal:
    """Lines in; what was written."""

    def __init__(self, fd: int, out: Tap) -> None:
        self._fd = fd
        self.out = out

    def types(self, text: str) -> None:
        os.write(self._fd, text.encode())


@asynccontextmanager
async def at_terminal(reader: Reader, alert: Alert = "bell", *, piped: bool = False) -> AsyncIterator[Terminal]:
    """The reader at a terminal of plain lines, in place of the screen of paper; `piped`: what is written goes elsewhere."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    source, out = os.fdopen(theirs, "r"), Tap() if piped else Screen(theirs)
    ui = Plain(source, out, alert)
    reader.link.screen = ui
    running = asyncio.create_task(ui.run(reader.link))
    try:
        yield Terminal(ours, out)
        os.write(ours, b"/quit\n")
        await asyncio.wait_for(running, 10)
    finally:
        reader.link.screen = reader.paper
        running.cancel()
        os.close(ours)  # first: it ends the thread that reads the other end
        source.close()


@pytest.mark.parametrize("typed", ["/dm nobody", "/gO attic", "/9"])
async def test_what_was_typed_ahead_for_a_room_that_one_did_not_get_to_is_said_in_no_other(house, typed):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.types(f"{typed}\nsecret\n/room topic Secret\nmore of it\n")
        await terminal.out.until(
            "Not done, since you are still in garden/hall:\nsecret\n/room topic Secret\nmore of it\n"
        )
        terminal.types("hello\n")
        await bob.sees("hello")
    assert bob.paper.said == ["hello"]


async def test_what_was_typed_ahead_for_a_room_that_one_got_to_is_said_there(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.types("/dm bob\nfor you alone\n")
        await bob.sees("ana to you: for you alone")
    assert bob.paper.said == []


async def test_the_end_that_was_typed_ahead_is_the_end(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with at_terminal(ana) as terminal:
        terminal.types("/go attic\nsecret\n\x04")
        await terminal.out.until("Not done, since you are still in garden/hall:\nsecret\n")


@pytest.mark.parametrize(
    ("alert", "piped", "ring"),
    [("bell", False, "\a"), ("osc9", False, "\x1b]9;bob: hello @ana\a"), ("none", False, ""), ("bell", True, "")],
)
async def test_a_mention_is_marked_and_rings_as_settled_at_a_terminal(house, alert, piped, ring):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana, alert, piped=piped) as terminal:
        await bob.types("nothing for you")
        await terminal.out.until(" bob  nothing for you  #1\n")
        await bob.types("hello @ana")
        await terminal.out.until(f" bob (for you)  hello @ana  #2\n{ring}")
        await bob.types("no more")
        await terminal.out.until(" bob  no more  #3\n")
    assert terminal.out.getvalue().count("\a") == bool(ring)


async def test_what_the_reader_wants_no_bell_for_is_marked_and_does_not_ring(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/notify nothing")
    async with at_terminal(ana) as terminal:
        await bob.types("hello @ana")
        await terminal.out.until(" bob (for you)  hello @ana")
    assert "\a" not in terminal.out.getvalue()


async def test_a_mention_elsewhere_rings_too(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/dm bob")
    async with at_terminal(ana) as terminal:
        await bob.types("hello @ana")
        await terminal.out.until("bob in garden/hall: hello @ana\n\a")


async def test_a_terminal_that_goes_while_a_password_is_asked_for_is_the_end_of_the_lines(house):
    (ana,) = await house.join("garden/hall", "ana")
    ours, theirs = pty.openpty()
    source, out = os.fdopen(theirs, "r"), Tap()
    ui = Plain(source, out, "none")
    ana.link.screen = ui
    running = asyncio.create_task(ui.run(ana.link))
    os.write(ours, b"/password\n")
    await out.until("Old password")
    os.close(ours)
    await asyncio.wait_for(running, 10)
    source.close()
    assert "Your password is as it was." in out.getvalue()
