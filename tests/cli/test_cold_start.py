"""From nothing to the first words in three steps, in the real program at a real terminal of 60 columns: signing up,
accepting the rules, speaking. Nobody has to know more than the link."""

import asyncio
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from among_cli.address import with_invite
from among_protocol.communities import UpdateCommunity
from among_protocol.invites import CreateInvite

from .house import PASSWORD, PATIENCE, House

COLUMNS = 60
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>()][0-9A-B]?)")


class Terminal:
    """Keys in, and what stood on the screen at some time."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._raw = b""
        self._news = asyncio.Event()
        self._read = 0  # of what was shown
        asyncio.get_running_loop().add_reader(fd, self._ready)

    @property
    def shown(self) -> str:
        return ESCAPES.sub("", self._raw.decode(errors="replace"))

    def _ready(self) -> None:
        try:
            self._raw += os.read(self._fd, 65_536)
        except OSError:  # the program is gone
            asyncio.get_running_loop().remove_reader(self._fd)
        self._news.set()

    async def shows(self, text: str) -> None:
        """Wait until this comes, after what came before."""
        async with asyncio.timeout(PATIENCE * 3):
            while (at := self.shown.find(text, self._read)) < 0:
                self._news.clear()
                await self._news.wait()
        self._read = at + len(text)

    def enters(self, text: str) -> None:
        os.write(self._fd, f"{text}\r".encode())


@asynccontextmanager
async def among(folder: Path, *argv: str) -> AsyncIterator[Terminal]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AMONG_", "XDG_"))}
    environ |= {"XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "TERM": "xterm"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "among_cli.main", *argv),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environ,
        start_new_session=True,
    )
    os.close(theirs)
    terminal = Terminal(ours)
    try:
        yield terminal
    finally:
        asyncio.get_running_loop().remove_reader(ours)
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(ours)


async def signs_up(terminal: Terminal, handle: str) -> None:
    """The first step: as little as an account takes."""
    for question, answer in (
        ("Do you have an account there? [y/n]", "n"),
        ("Handle", handle),
        ("Name to show", ""),
        ("Password:", PASSWORD),
        ("Once more:", PASSWORD),
    ):
        await terminal.shows(question)
        terminal.enters(answer)


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


async def test_from_a_link_to_the_first_words_in_three_steps(house, tmp_path):
    (ana,) = await house.join("garden/hall", "ana")
    garden = ana.model.room.community
    await ana.among.ask(UpdateCommunity, community=garden, door="invite", listed=False, rules="Be kind.")
    made = await ana.among.ask(CreateInvite, community=garden)
    async with among(tmp_path / "mine", with_invite(house.url, "garden", made.code)) as terminal:
        await signs_up(terminal, "bob")  # one
        await terminal.shows("Be kind.")
        await terminal.shows("Do you accept these rules? [y/n]")
        terminal.enters("y")  # two
        await terminal.shows("You are in garden.")
        await terminal.shows("hall>")
        terminal.enters("Hello, garden!")  # three
        await ana.sees("Hello, garden!")
        await terminal.shows("Hello, garden!")


async def test_from_the_address_of_a_server_to_the_first_words_in_three_steps(house, tmp_path):
    (ana,) = await house.join("garden/hall", "ana")
    async with among(tmp_path / "mine", house.url) as terminal:
        await signs_up(terminal, "bob")  # one
        await terminal.shows("garden")
        await terminal.shows(">")
        terminal.enters("/join garden")  # two
        await terminal.shows("You are in garden.")
        await terminal.shows("hall>")
        terminal.enters("Hello, garden!")  # three
        await ana.sees("Hello, garden!")
