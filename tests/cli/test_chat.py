"""The whole program as a process of its own, in plain lines: how it begins and ends."""

import asyncio
import io
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from among_cli.chat import _parting
from among_cli.plain import Plain

from .house import PATIENCE, House


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


class Chat:
    """The program, with what it wrote so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def types(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        await self.process.stdin.drain()

    async def until(self, text: str) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while not any(text in line for line in self.lines):
                line = await self.process.stdout.readline()
                assert line, self.lines
                self.lines.append(line.decode().rstrip("\n"))

    async def ends(self) -> tuple[int, str]:
        """The end of its input, its exit code, and what it said on standard error."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        out, err = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        self.lines += out.decode().splitlines()
        assert self.process.returncode is not None
        return self.process.returncode, err.decode()


@asynccontextmanager
async def chat(house: House, *argv: str, token: str = "") -> AsyncIterator[Chat]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AMONG_", "XDG_"))}
    environ |= {"AMONG_SERVER": house.url, "HOME": "/nonexistent", "PYTHONWARNINGS": "default"}
    if token:
        environ["AMONG_TOKEN"] = token
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "among_cli.main", *argv),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environ,
    )
    try:
        yield Chat(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_lines_in_lines_out(house):
    (ana,) = await house.join("garden/hall", "ana")
    bob = await house.person("bob")
    async with chat(house, "garden/hall", token=bob.among.token) as talk:
        await talk.until("You are in garden.")
        await talk.types("hello ana\n")
        await talk.until("bob  hello ana")
        await ana.types("hello bob")
        await talk.until("ana  hello bob")
        assert await talk.ends() == (0, "")
        assert [line[6:] for line in talk.lines if "hello" in line] == ["bob  hello ana  #1", "ana  hello bob  #2"]


async def test_a_plain_line_that_ends_in_a_backslash_goes_on_in_the_next(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, token=ana.among.token) as talk:
        await talk.types("one\\\n  two\\\n\nC:\\\\\nthe end\\\n")
        assert await talk.ends() == (0, "")
    await ana.sees("the end")
    assert ana.paper.said == ["one\n  two", "C:\\\\", "the end"]


async def test_what_is_piped_in_is_stored_before_it_ends(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, token=ana.among.token) as talk:
        await talk.types("".join(f"line {number}\n" for number in range(120)))
        assert await talk.ends() == (0, "")
    await ana.sees("line 119")
    assert ana.paper.said == [f"line {number}" for number in range(120)]


async def test_what_is_stored_and_has_not_come_back_yet_is_no_loss(house):
    (ana,) = await house.join("garden/hall", "ana")
    held = asyncio.Event()

    async def learn(people: object) -> None:
        await held.wait()

    ana.link.learn = learn  # nothing that happens is shown
    await ana.types("hello")
    await ana.link.voice.settled()
    assert [one.body for one in ana.model.outgoing.values()] == ["hello"]
    shown = io.StringIO()
    plain = Plain(io.TextIOWrapper(io.BytesIO()), shown, "none")
    await plain.run(ana.link)
    assert (_parting(ana.link, plain), shown.getvalue()) == (0, "")
    held.set()
    await ana.sees("hello")


async def test_what_is_not_stored_at_the_end_is_printed_and_told_by_the_code(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "garden", token=ana.among.token) as talk:
        await talk.until("Nothing has been said here yet.")
        await house.stop()
        await talk.until("Connection lost")
        await talk.types("can anybody hear me?\n")
        code, err = await talk.ends()
        assert (code, err) == (3, "")
        assert talk.lines[-2:] == ["Not confirmed by the server, which may or may not have it:", "can anybody hear me?"]


NOT_CONFIRMED = "Not confirmed by the server, which may or may not have it:"
NOT_READ = "What was piped in was not read to its end: what follows there is not sent."
LINES = [f"line {number}" for number in range(80)]


@asynccontextmanager
async def piped_in_without_a_server(house: House) -> AsyncIterator[Chat]:
    """The program, which has read fifty of eighty lines and waits for the server to come back."""
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "garden", token=ana.among.token) as talk:
        await talk.until("Nothing has been said here yet.")
        await house.stop()
        await talk.until("Connection lost")
        await talk.types("".join(f"{line}\n" for line in [*LINES[:50], "/help quit", *LINES[50:]]))
        await talk.until("leave (Ctrl-D does too)")
        yield talk


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 3), (signal.SIGHUP, 3), (signal.SIGINT, 130)])
async def test_who_is_told_to_leave_says_what_is_not_confirmed_and_what_was_not_read(house, number, code):
    async with piped_in_without_a_server(house) as talk:
        del talk.lines[:]
        talk.process.send_signal(number)
        assert await talk.ends() == (code, "")
    assert talk.lines[0] == NOT_CONFIRMED
    assert talk.lines[-1] == NOT_READ
    assert [line for line in talk.lines[1:-1] if line != "Not sent:"] in (LINES[:50], LINES[:51])


async def test_where_nobody_reads_what_is_not_confirmed_it_is_counted(house):
    async with piped_in_without_a_server(house) as talk:
        assert talk.process.stdout is not None
        talk.process.stdout._transport.close()  # type: ignore[attr-defined]  # as `head` does when it has its lines
        talk.process.send_signal(signal.SIGTERM)
        code, err = await talk.ends()
    assert code == 3
    assert re.fullmatch(
        "among: Broken pipe; of what you said: 5[01] not confirmed,( 1 not sent,)? the rest not read\n", err
    )


async def test_a_post_whose_end_never_came_is_given_back_and_said_nowhere(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "garden", token=ana.among.token) as talk:
        await talk.types("/corner post\nBeans\n\nThey are up.\n")
        assert await talk.ends() == (1, "")
    assert [line.strip() for line in talk.lines[-4:]] == ["Not sent:", "Beans", "", "They are up."]
    await ana.types("last")
    await ana.sees("last")
    assert ana.paper.said == ["last"]


async def test_a_line_that_was_to_go_on_is_not_said_by_who_is_told_to_leave(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "garden", token=ana.among.token) as talk:
        await talk.until("Nothing has been said here yet.")
        await talk.types("/help quit\nhalf of\\\n")
        await talk.until("leave (Ctrl-D does too)")
        talk.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(talk.process.wait(), PATIENCE) == 1
        await talk.ends()
    assert talk.lines[talk.lines.index("Not sent:") + 1].startswith("half of")


async def test_what_is_on_its_way_when_the_server_ends_the_session_may_have_arrived(house):
    (ana,) = await house.join("garden/hall", "ana")
    other = await house.signs_in("ana")
    house.doubts()
    await ana.types("hello?")
    await other.types("/revoke others")
    await ana.paper.until(lambda: not ana.link.voice.undecided)
    shown = io.StringIO()
    assert _parting(ana.link, Plain(io.TextIOWrapper(io.BytesIO()), shown, "none")) == 3
    assert shown.getvalue().splitlines()[:2] == [NOT_CONFIRMED, "hello?"]


async def test_a_server_that_ends_the_session_is_told(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "garden", token=ana.among.token) as talk:
        await talk.until("garden/hall")
        async with chat(house, "sign-out", token=ana.among.token) as other:
            assert await other.ends() == (0, "")
        await talk.until("The server ended this session")
        assert (await talk.ends())[0] == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)])
async def test_signals_end_it_cleanly(house, number, code):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "garden", token=ana.among.token) as talk:
        await talk.until("Nothing has been said here yet.")
        talk.process.send_signal(number)
        assert await asyncio.wait_for(talk.process.wait(), PATIENCE) == code
        assert (await talk.ends())[1] == ""


async def test_a_reader_that_has_enough_ends_it_cleanly(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "tail", "garden/hall", "--json", token=ana.among.token) as talk:
        bob = await house.person("bob")
        await bob.types("/join garden")
        assert talk.process.stdout is not None
        talk.process.stdout._transport.close()  # type: ignore[attr-defined]  # as `head` does when it has its lines
        while talk.process.returncode is None:
            await bob.types("more")
            await asyncio.wait({asyncio.ensure_future(talk.process.wait())}, timeout=0.02)
        assert talk.process.returncode == 0


async def test_without_a_terminal_and_an_account_it_says_what_to_do(house):
    async with chat(house) as talk:
        code, err = await talk.ends()
        assert code == 1
        assert err.startswith("among: you are not signed in to 127.0.0.1:")
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("room", "typed", "told"),
    [
        ("attic/hall", "hello\n", "There is no such community."),
        ("garden/hall", "/jion\n", "There is no command /jion."),
        ("garden/hall", "/go attic\n", "There is no room attic for you."),
    ],
)
async def test_what_a_script_pipes_in_and_cannot_be_done_is_told_by_the_code(house, room, typed, told):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, room, token=ana.among.token) as talk:
        await talk.types(typed)
        assert await talk.ends() == (1, "")
        assert any(line.startswith(told) for line in talk.lines)
        assert (talk.lines[-1] == NOT_READ) == (room == "attic/hall")


async def test_who_pipes_nothing_in_is_not_told_that_it_was_not_read(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "attic/hall", token=ana.among.token) as talk:
        assert await talk.ends() == (1, "")
        assert NOT_READ not in talk.lines


async def test_what_is_piped_in_for_a_room_that_one_did_not_get_to_is_said_in_no_other(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with chat(house, "garden/hall", token=ana.among.token) as talk:
        await talk.types("first\n/go attic\nsecret\n")
        assert await talk.ends() == (1, "")
        assert "This is the end: what follows was meant for another room." in talk.lines
    await ana.types("last")
    await ana.sees("last")
    assert ana.paper.said == ["first", "last"]
