"""Standard input that is no text, and standard output that takes not everything, or nothing: the program as a process."""

import asyncio
import os
import sys

import pytest

from .house import PATIENCE, House

CLOSED = "among: standard input or standard output is closed\n"
NOT_READ = "among: Bad file descriptor; of what you said: the rest not read\n"


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


async def run(
    house: House, token: str, *argv: str, given: bytes = b"", locale: str = "UTF-8", into: str = ""
) -> tuple[int | None, str, str]:
    """The exit code, and what was written; `into`: to this file in place of standard output, or what the shell does with streams."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AMONG_", "XDG_"))}
    environ |= {"AMONG_SERVER": house.url, "AMONG_TOKEN": token, "HOME": "/nonexistent", "PYTHONIOENCODING": locale}
    end = f" > {into}" if into.startswith("/") else f" {into}"
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", f'exec "$@"{end}', "sh", sys.executable, "-m", "among_cli.main", *argv),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environ,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(given), PATIENCE)
    except TimeoutError:
        process.kill()
        raise
    return process.returncode, out.decode(locale.partition(":")[0]), err.decode()


@pytest.mark.parametrize("locale", ["UTF-8:strict", "UTF-8:surrogateescape"])
@pytest.mark.parametrize("bad", [b"caf\xff\n", b"/search caf\xff\n"])
async def test_a_line_that_is_no_text_is_refused_in_one_sentence_and_the_next_is_said(house, bad, locale):
    (ana,) = await house.join("garden/hall", "ana")
    code, out, err = await run(
        house, ana.among.token, "chat", "garden/hall", given=b"hi\n" + bad + b"bye\n", locale=locale
    )
    assert (code, err) == (1, "")
    assert "This is no UTF-8, and so no text." in out
    await ana.sees("bye")
    assert ana.paper.said == ["hi", "bye"]


async def test_a_text_that_is_none_is_not_understood_by_whatever_standard_input_does(house):
    (ana,) = await house.join("garden/hall", "ana")
    code, _, err = await run(house, ana.among.token, "send", "garden/hall", "-", given=b"\xff", locale="UTF-8:strict")
    assert (code, err) == (2, "among: this is no UTF-8, and so no text\n")


async def test_an_old_terminal_gets_what_it_has_no_letter_for_by_number(house):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("beans 🌱 are up")
    await ana.sees("beans 🌱 are up")
    code, out, err = await run(
        house, ana.among.token, "tail", "garden/hall", "--count", "1", "--from", "1", locale="latin-1"
    )
    assert (code, err) == (0, "")
    assert "beans \\U0001f331 are up" in out


async def test_output_that_is_not_taken_is_told_in_one_line(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("beans")
    await ana.types("@bob beans")
    await bob.sees("@bob beans")
    code, _, err = await run(house, ana.among.token, "sessions", into="/dev/full")
    assert (code, err) == (1, "among: No space left on device\n")


@pytest.mark.parametrize(
    ("argv", "closed", "code"),
    [
        (["sessions"], "<&-", 0),
        (["sessions"], "2>&-", 0),
        (["send", "garden/hall", "hi"], "<&- >&- 2>&-", 0),
        (["send", "garden/hall", "-"], "<&-", 1),
        (["corner", "garden", "post"], "<&-", 1),
        (["sessions"], ">&-", 1),
        (["tail", "garden/hall", "--from", "1", "--count", "1"], ">&-", 1),
        (["tail", "garden/hall", "--from", "1", "--count", "1", "--json"], ">&-", 1),
        (["export", "-"], ">&-", 1),
        (["--help"], ">&-", 1),
        (["chat", "garden/hall"], "<&-", 0),
        (["chat", "garden/hall"], ">&-", 1),
    ],
)
async def test_streams_that_are_closed_are_told_in_one_line_where_they_are_needed(house, argv, closed, code):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("beans")
    await ana.sees("beans")
    ended, _, err = await run(house, ana.among.token, *argv, into=closed)
    assert (ended, err.removeprefix(NOT_READ)) == (code, CLOSED if code else "")


async def test_what_is_told_on_standard_error_goes_nowhere_else(house):
    (ana,) = await house.join("garden/hall", "ana")
    assert await run(house, ana.among.token, "send", "attic/hall", "hi", into="2>&-") == (1, "", "")
    assert await run(house, ana.among.token, "send", "attic/hall", "hi", into="2>/dev/full") == (1, "", "")


async def test_help_that_is_not_taken_is_told_in_one_line(house):
    code, _, err = await run(house, "", "--help", into="/dev/full")
    assert (code, err) == (1, "among: No space left on device\n")
