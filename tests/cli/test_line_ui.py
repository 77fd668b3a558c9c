"""The line mode at a terminal made of a pipe: what is typed, and the very bytes that the terminal gets."""

import asyncio
import errno
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from among_cli.line_ui import LineUi
from among_cli.lines import Said, note, told
from among_cli.mistakes import MOST
from among_cli.settings import Alert
from among_protocol.aio import Among
from among_protocol.members import Persona
from among_protocol.messages import MessageSent
from among_protocol.presence import TypingStarted
from among_protocol.rooms import OpenDirect, TopicSet
from among_protocol.session import Ping

from .corpus import CORPUS, obeyed
from .house import House, Reader, Tap


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


class Output(Vt100_Output):
    """Moves the cursor by escapes alone, so that every backspace in the output is somebody else's."""

    def cursor_backward(self, amount: int) -> None:
        if amount:
            self.write_raw(f"\x1b[{amount}D")


class Terminal:
    """Keys in, bytes out."""

    def __init__(self, keys: PipeInput, out: Tap, ui: LineUi, running: asyncio.Task[None]) -> None:
        self.press = keys.send_text
        self.running = running
        self.out = out
        self.ui = ui


@asynccontextmanager
async def at_terminal(reader: Reader, alert: Alert = "bell") -> AsyncIterator[Terminal]:
    """The reader at a terminal of 80 columns, in place of the screen of paper."""
    out = Tap()
    output = Output(out, lambda: Size(24, 80), term="xterm-256color", enable_cpr=False)
    with create_pipe_input() as keys, create_app_session(input=keys, output=output):
        ui = LineUi(alert)
        ui.link = reader.link
        reader.link.screen = ui
        running = asyncio.create_task(ui.run(reader.link))
        await out.until(">")
        try:
            yield Terminal(keys, out, ui, running)
        finally:
            ui.stop()
            await asyncio.wait_for(running, 10)
            reader.link.screen = reader.paper


async def test_what_is_typed_is_said(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("hello bob\r")
        await bob.sees("hello bob")
        await bob.types("hello ana")
        await terminal.out.until("hello ana")


async def test_a_pasted_text_of_several_lines_is_one_message(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("\x1b[200~one\r\ntwo\nthree\x1b[201~\r")
        await bob.sees("one\ntwo\nthree")
        terminal.press("four\x1b\rfive\r")
        await bob.sees("four\nfive")


async def test_of_a_long_paragraph_that_is_pasted_with_its_line_feed_the_end_is_seen(house):
    """The prompt showed the empty line behind it, and nothing else."""
    (ana,) = await house.join("garden/hall", "ana")
    async with at_terminal(ana) as terminal:
        terminal.press(f"\x1b[200~{'bean ' * 300}the end\n\x1b[201~")
        await terminal.out.until("the end")
        terminal.press("\x1b\rmore")  # and of what is above what one goes on with
        await terminal.out.until("more")
        terminal.press("\x03")


async def test_a_mistyped_command_leaves_the_prompt_and_the_arrow_up_brings_it_back(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        for typed, why in (("/jion garden", "Did you mean /join?"), ("/kick", "Say more: /kick HANDLE REASON")):
            terminal.press(f"{typed}\r")
            await terminal.out.until(why)
            assert terminal.ui.draft == ""
        terminal.press("hello\r")
        await bob.sees("hello")
        assert bob.paper.said == ["hello"], "what is typed next hangs on nothing"
        terminal.press("/room topc Beans\r")
        await terminal.out.until("Say /room create NAME")
        terminal.press("\x1b[A" + "\x1b[D" * len("c Beans") + "i\r")  # back, and mended where it was wrong
        await bob.sees("set the topic: Beans")


async def test_what_cannot_be_said_stays_in_the_prompt_with_the_reason(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press(f"\x1b[200~{'x' * 8001}\x1b[201~\r")
        await terminal.out.until("Too long: 8,001 of")
        assert len(terminal.ui.draft) == 8001
        terminal.press("\x7f\r")
        await bob.sees("x" * 8000)
        assert terminal.ui.draft == ""


async def test_what_is_refused_stands_above_the_prompt_with_the_reason_once(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/dm bob")
    await bob.types("/block ana")
    async with at_terminal(ana) as terminal:
        terminal.press("hello?\r")
        await terminal.out.until("Not sent: ")
        terminal.press("/go garden/hall\r")
        await terminal.out.until("Not sent in @bob: ")
        terminal.press("/drop\r")
        await terminal.out.until("Given up: hello?")
        assert "Your text is kept" not in terminal.out.getvalue(), "which is for a screen on which nothing stands"


async def test_tab_completes_what_is_typed(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.sees("bob joined garden")
    async with at_terminal(ana) as terminal:
        terminal.press("hello @bo\tand all\r")
        await bob.sees("hello @bob and all")


@pytest.mark.parametrize("keys", ["/quit\r", "\x04"])
async def test_quitting_and_the_end_of_input_leave(house, keys):
    ana = await house.person("ana")
    async with at_terminal(ana) as terminal:
        terminal.press(keys)
        await asyncio.wait_for(terminal.running, 10)


async def test_lines_that_wait_for_a_command_are_not_lost_by_leaving(house):
    (ana,) = await house.join("garden/hall", "ana")
    async with at_terminal(ana) as terminal:
        await house.stop()
        await terminal.out.until("Connection lost")
        terminal.press("/members\rhello\rand more\r\x04")
        await asyncio.wait_for(terminal.running, 10)
        assert terminal.ui.draft == "hello\nand more"


async def test_what_was_meant_for_a_room_that_one_did_not_get_to_is_said_in_no_other(house, monkeypatch):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    ask, typed = Among._ask, asyncio.Event()

    async def slowly(among: Among, command: Any, /, **fields: Any) -> Any:
        if command is OpenDirect:
            await typed.wait()
        return await ask(among, command, **fields)

    monkeypatch.setattr(Among, "_ask", slowly)
    async with at_terminal(ana) as terminal:
        terminal.press("/dm nobody\rsecret\r")
        await terminal.out.when(lambda: terminal.ui._lines.qsize() == 1)
        typed.set()
        await terminal.out.until("Not done, since you are still in garden/hall:")
        terminal.press("hello\r")
        await bob.sees("hello")
    assert bob.paper.said == ["hello"]
    assert "secret" in terminal.out.getvalue().rpartition("Not done")[2]


async def test_ctrl_c_gives_the_line_up_and_says_how_to_leave(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("never mind\x03better\r")
        await bob.sees("better")
        assert bob.paper.said == ["better"]
        terminal.press("\x03")
        await terminal.out.until("Ctrl-D or /quit leaves.")


@pytest.mark.parametrize(("alert", "ring"), [("bell", "\a"), ("osc9", "\x1b]9;bob: hello @ana\a"), ("none", "")])
async def test_a_mention_rings_as_settled(house, alert, ring):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana, alert) as terminal:
        await bob.types("nothing for you")
        await terminal.out.until("nothing for you")
        assert "\a" not in terminal.out.getvalue()
        await bob.types("hello @ana")
        await terminal.out.until("hello")
        if ring:
            await terminal.out.until(ring)
        terminal.press("x")
        await terminal.out.until("x")
        assert terminal.out.getvalue().count("\a") == bool(ring)


async def test_what_is_on_its_way_stands_above_the_prompt(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        await house.stop()
        await terminal.out.until("Connection lost")
        terminal.press("are you there?\r")
        await terminal.out.until("…")
        await house.start()
        await bob.sees("are you there?")
        await terminal.out.until("Back.")


async def test_cnt_01_nothing_hostile_reaches_the_terminal_by_any_way(house):
    """Names, topics, bodies, refusals, who writes: live, in notices, in the bar, in the prompt, in completions."""
    (ana,) = await house.join("garden/hall", "ana")
    room = ana.model.room
    assert room is not None
    async with at_terminal(ana, "osc9") as terminal:
        for number, text in enumerate(CORPUS):
            member = f"m-hostile-{number}"
            ana.model.know(Persona(member=member, rev=1, handle=text, display_name=text, bio=text))
            at, seq = "2026-07-14T14:03:00.000Z", room.head + 1
            topic = TopicSet(log=room.id, seq=seq, at=at, by=member, rev=1, topic=text)
            sent = MessageSent(log=room.id, seq=seq + 1, at=text, by=member, rev=1, body=text, mentions=[room.me])
            lines = [*ana.model.apply(topic), *ana.model.apply(sent), told(text, ("who", text), alert=True)]
            assert any(isinstance(line, Said) for line in lines)
            terminal.ui.show(lines)
            ana.model.apply(TypingStarted(room=room.id, by=member), ana.among.now())
            room.title = f"garden/{text}"
            _ = ana.link.voice.say(room, "x")
            ana.model.outgoing[next(reversed(ana.model.outgoing))].state = "failed"
            ana.model.outgoing[next(reversed(ana.model.outgoing))].reason = text
            terminal.press("@\t")
            terminal.ui.refresh()
        terminal.press("\x03")
        terminal.ui.show([told("the end of it")])
        await terminal.out.until("the end of it")
        shown = terminal.out.getvalue()
    assert obeyed(_without_the_prompts_own(shown)) == ""


def _without_the_prompts_own(raw: str) -> str:
    """The output without what prompt_toolkit itself sends to draw a prompt, and without our own notice and bell."""
    raw = re.sub(r"\x1b\[[0-9;]*[ABCDHJKm]|\x1b\[\?(?:1|7|12|25|2004)[hl]|\x1b\[[0-9] q", "", raw)
    raw = re.sub(r"\x1b\]9;([^\x07]*)\x07", r"\1", raw)
    return raw.replace("\r", "")


def goes_wrong(error: Exception) -> None:
    """In a callback of the loop, as a key, or what is drawn, would."""

    def wrong() -> None:
        raise error

    asyncio.get_running_loop().call_soon(wrong)


async def test_a_terminal_that_is_gone_is_told_in_no_traceback(house, monkeypatch):
    (ana,) = await house.join("garden/hall", "ana")

    def gone(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    told: list[object] = []
    async with at_terminal(ana) as terminal:
        with monkeypatch.context() as patched:
            patched.setattr("among_cli.line_ui.print_formatted_text", gone)
            asyncio.get_running_loop().set_exception_handler(lambda _, what: told.append(what))
            terminal.ui.show([note("kept")])
            await ana.among.ask(Ping)  # by then it was tried
    assert told == []


async def test_a_mistake_of_the_program_is_one_line_and_one_goes_on(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        for _ in range(3):
            goes_wrong(ValueError("wrong ANSI code"))
        await terminal.out.until("Something went wrong in this program, which goes on: ValueError")
        terminal.press("still here\r")
        await bob.sees("still here")
        assert terminal.out.getvalue().count("Something went wrong") == 1
        assert "Traceback" not in terminal.out.getvalue()
        assert "Press ENTER" not in terminal.out.getvalue()


@pytest.mark.parametrize(
    "error", [ValueError("again"), OSError(errno.EIO, "the terminal is gone")], ids=["again", "gone"]
)
async def test_what_goes_wrong_without_end_ends_the_program(house, error: Exception):
    (ana,) = await house.join("garden/hall", "ana")
    async with at_terminal(ana) as terminal:
        for _ in range(MOST + 1):
            goes_wrong(error)
        await asyncio.wait_for(asyncio.shield(terminal.running), 10)
