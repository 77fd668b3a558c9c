"""Plain lines at a terminal: what is typed ahead of what it is meant for, and what rings."""

import asyncio
import os
import pty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from among_cli.plain import Plain

from .house import House, Reader, Tap


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


class Terminal:
    """Lines in; what was written."""

    def __init__(self, fd: int, out: Tap) -> None:
        self._fd = fd
        self.out = out

    def types(self, text: str) -> None:
        os.write(self._fd, text.encode())


@asynccontextmanager
async def at_terminal(reader: Reader) -> AsyncIterator[Terminal]:
    """The reader at a terminal of plain lines, in place of the screen of paper."""
    ours, theirs = pty.openpty()
    source, out = os.fdopen(theirs, "r"), Tap()
    ui = Plain(source, out)
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
