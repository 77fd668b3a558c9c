"""Writing at a terminal: several lines, code, answering and changing what was said, by keys."""

import os
import stat

import pytest

from among_cli.helping import KEYS, TOPICS, topic
from among_cli.keys import in_code
from among_cli.plain import goes_on
from among_cli.referring import answering
from among_cli.render import rows

from .house import House, Reader
from .test_line_ui import at_terminal

UP, ALT_R, EDITOR = "\x1b[A", "\x1br", "\x18\x05"


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


async def said(by: Reader, to: Reader, *texts: str) -> None:
    for text in texts:
        await by.types(text)
        for one in (by, to):
            await one.sees(text)


@pytest.mark.parametrize("key", ["\n", "\x1b\r", "\x1b\n"])
async def test_a_key_begins_a_new_line_and_enter_says_all(house, key):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press(f"one{key}two{key}three\r")
        await bob.sees("one\ntwo\nthree")


async def test_a_colour_among_what_is_pasted_does_nothing(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("one \x1b[31mtwo\x1b[0m\r")
        await bob.sees("one two")


async def test_enter_goes_on_within_a_code_block_until_it_is_closed(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("```py\rx = 1\r\r    y\r```\r")
        await bob.sees("```py\nx = 1\n\n    y\n```")
    opened = ("```", "```py", "```\na", "/reply #1 ```", "/edit #last ```", "/reply 1 ```\na\n\n", "/edit ```")
    assert all(in_code(text) for text in opened)
    closed = ("", "/edit", "```\na\n```", "``` a b", "> ```", "a ```", "/edit #1 ```py\na\n```", "//x ```")
    assert not any(in_code(text) for text in closed)


async def test_code_that_one_has_said_is_changed_and_said_anew(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await said(ana, bob, "```py\nx = 1\n```")
    async with at_terminal(ana) as terminal:
        terminal.press(f"{UP}\x1b[A\x05!\r")  # at the end of the second line
        await bob.sees("```py\nx = 1!\n```")


async def test_up_changes_what_one_said_last(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await said(ana, bob, "helo\nall")
    await said(bob, ana, "hi")
    async with at_terminal(ana) as terminal:
        terminal.press(UP)
        await terminal.out.until("┌ ana #1: helo")
        assert terminal.ui.typed == "/edit #1 helo\nall"
        terminal.press(" of you\r")
        await bob.sees("helo\nall of you")


async def test_up_is_the_line_before_where_there_is_nothing_to_change_or_something_is_typed(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("/drop\r")
        await terminal.out.until("Nothing was refused.")
        terminal.press(f"{UP}ped\r")
        await terminal.out.until("Did you mean /drop?")
        terminal.press("\x03hello\r")
        await bob.sees("hello")
        terminal.press("\x15x")
        terminal.press(f"{UP}!\r")
        await bob.sees("hello!")


async def test_alt_r_answers_the_newest_of_the_others_and_then_the_one_before(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await said(bob, ana, "first", "second")
    await said(ana, bob, "mine")
    async with at_terminal(ana) as terminal:
        terminal.press(f"so what{ALT_R}")
        await terminal.out.until("┌ bob #2: second")
        assert terminal.ui.typed == "/reply #2 so what"
        terminal.press(ALT_R)
        await terminal.out.until("first")
        assert terminal.ui.typed == "/reply #1 so what"
        terminal.press(f"\x03//so what{ALT_R}{ALT_R}?\r")
        await bob.sees("/so what?")
        assert bob.model.visit is not None
        assert max(bob.model.visit.said.values(), key=lambda one: one.seq).quote == "bob #1: first"


async def test_a_command_is_made_no_answer(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await said(bob, ana, "first")
    lines = ("/delete #1", "//x", "/reply #1 x", "x")
    assert [answering(ana.link, line) for line in lines] == ["/delete #1", "/reply #1 /x", "/reply #1 x", "/reply #1 x"]


async def test_there_is_nobody_to_answer(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press(f"hello{ALT_R}\r")
        await bob.sees("hello")
        assert bob.paper.said == ["hello"]


async def test_what_a_line_is_about_hides_what_a_spoiler_hides(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await said(bob, ana, "It was ||kestrel||")
    async with at_terminal(ana) as terminal:
        terminal.press("/delete #1")
        await terminal.out.until("┌ bob #1: It was [spoiler]")
        assert "kestrel" not in terminal.out.getvalue()


async def test_edit_gives_back_in_the_prompt_unless_something_else_is_typed(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await said(ana, bob, "one")
    async with at_terminal(ana) as terminal:
        terminal.press("/edit\r")
        await terminal.out.until("┌ ana #1: one")
        assert terminal.ui.typed == "/edit #1 one"
        terminal.press("\x03two")
        await terminal.out.until("two")
        terminal.ui.offer("/edit #1 one")
        await terminal.out.until("/edit #1 one")
        assert terminal.ui.typed == "two"


async def test_one_goes_on_in_the_editor_that_one_has(house, tmp_path, monkeypatch):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    editor, seen = tmp_path / "editor", tmp_path / "seen"
    editor.write_text(f'#!/bin/sh\ncp "$1" {seen}\nprintf "one\\ntwo\\n" > "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with at_terminal(ana) as terminal:
        terminal.press(f"begun{EDITOR}")
        await terminal.out.until("Name your editor first")
        assert terminal.ui.typed == "begun"
        monkeypatch.setitem(os.environ, "EDITOR", str(editor))
        terminal.press(EDITOR)
        await terminal.out.until("two")
        assert seen.read_text() == "begun"
        terminal.press("!\r")
        await bob.sees("one\ntwo!")


async def test_a_long_text_leaves_room_for_the_others(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    lines = "\n".join(f"row {number}." for number in range(40))
    async with at_terminal(ana) as terminal:
        terminal.press(f"\x1b[200~{lines}\x1b[201~")
        await terminal.out.until("row 39.")
        assert "row 31." in terminal.out.getvalue()
        assert "row 5." not in terminal.out.getvalue()
        terminal.press("\r")
        await bob.sees(lines)


async def test_page_up_shows_what_was_said_before(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with at_terminal(ana) as terminal:
        terminal.press("\x1b[5~")
        await terminal.out.until("This is where the room begins.")


async def test_help_tells_keys_and_marks(house):
    (ana,) = await house.join("garden/hall", "ana")
    told = "\n".join(await ana.types("/help keys"))
    assert all(key in told and about in told for key, about in KEYS)
    assert "||so||" in "\n".join(await ana.types("/help writing"))
    assert all(len(rows(line, 59)) == 1 for name in TOPICS for line in topic(name))  # sixty columns, but for the last
    assert "keys" in "\n".join(await ana.types("/help"))


def test_a_plain_line_goes_on_where_it_ends_in_one_backslash():
    assert [goes_on(line) for line in ("a\\", "a\\\\", "a", "", "\\")] == [True, False, False, False, True]
