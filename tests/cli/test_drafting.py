"""A line that is half written when one goes elsewhere: it waits in its room, on all devices."""

import pytest

from among_cli import drafting
from among_protocol.drafts import ListDrafts, SetDraft
from among_protocol.session import Ping

from .house import House, Reader
from .test_line_ui import Terminal, at_terminal

ALT_Q, CTRL_C = "\x1bq", "\x03"


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


async def drafts(reader: Reader) -> list[str]:
    return [one.text for one in (await reader.among.ask(ListDrafts)).drafts]


async def shows(terminal: Terminal, line: str) -> None:
    """In the prompt."""
    await terminal.out.when(lambda: terminal.ui.typed == line)


async def drafted(reader: Reader, phone: Reader, room: str, line: str) -> None:
    """On another device, and known here."""
    await phone.among.ask(SetDraft, place=room, text=line)
    await reader.paper.until(lambda: (room, 0) in reader.link.drafting.there)


async def none_left(reader: Reader) -> None:
    while await drafts(reader):
        pass


async def test_what_is_half_written_waits_in_its_room_and_comes_back(house):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("/room create shed")
    await ana.types("/go hall")
    async with at_terminal(ana) as terminal:
        terminal.press(f"half a li{ALT_Q}/go shed\r")
        await terminal.out.until("kept as your draft in")
        assert terminal.ui.typed == ""
        assert await drafts(ana) == ["half a li"]
        terminal.press("hello shed\r")
        await terminal.out.until("hello shed")
        assert await drafts(ana) == ["half a li"], "what is said elsewhere leaves it there"
        terminal.press("/go hall\r")
        await shows(terminal, "half a li")
        terminal.press("ne\r")
        await none_left(ana)
    await ana.link.voice.settled()
    await ana.types("/go shed")
    await ana.types("/go hall")
    assert ana.paper.said[-1] == "half a line"
    assert ana.paper.offered == []


async def test_a_draft_goes_on_another_device_and_a_line_that_is_given_up_takes_it_along(house):
    (ana,) = await house.join("garden/hall", "ana")
    phone = await house.signs_in("ana")
    ana.paper.typed = "/whois bo"
    await ana.link.drafting.left(ending=True)
    assert await drafts(phone) == [], "a command is no draft"
    ana.paper.typed = "//tmp is how paths begin"
    await ana.link.drafting.left(ending=True)
    assert await drafts(phone) == ["/tmp is how paths begin"]
    await phone.paper.until(lambda: bool(phone.link.drafting.there))
    await phone.types("/go garden/hall")
    await phone.paper.until(lambda: bool(phone.paper.offered))
    assert phone.paper.offered == ["//tmp is how paths begin"]
    await ana.types("/create meadow")
    async with at_terminal(ana) as terminal:
        terminal.press("/go garden/hall\r")
        await shows(terminal, "//tmp is how paths begin")
        terminal.press(CTRL_C)
        await none_left(phone)


async def test_a_line_put_aside_comes_back_when_another_is_done(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press(f"I know that{ALT_Q}")
        await terminal.out.until("put aside: I know that")
        terminal.press("/whois bob\r")
        await shows(terminal, "I know that")
        terminal.press(" he does\r")
        await bob.sees("I know that he does")
        assert await drafts(ana) == []


async def test_what_one_rests_over_is_kept_whatever_happens_to_the_client(house, monkeypatch):
    monkeypatch.setattr(drafting, "REST", 0.01)
    (ana,) = await house.join("garden/hall", "ana")
    phone = await house.signs_in("ana")
    room = ana.model.room.id
    async with at_terminal(ana) as terminal:
        terminal.press("/whois bo")
        await shows(terminal, "/whois bo")
        terminal.press(f"{CTRL_C}half a li")
        await phone.paper.until(lambda: (room, 0) in phone.link.drafting.there)
        assert await drafts(phone) == ["half a li"], "and no command"
        assert terminal.ui.typed == "half a li"
        terminal.press("ne")
        while await drafts(phone) != ["half a line"]:
            pass
        assert "kept as your draft" not in terminal.out.getvalue(), "nobody is disturbed while they write"
        terminal.press("\r")
        await none_left(phone)


async def test_what_was_written_on_elsewhere_follows_into_a_prompt_that_nobody_touched(house, monkeypatch):
    monkeypatch.setattr(drafting, "REST", 0.01)
    (ana,) = await house.join("garden/hall", "ana")
    phone = await house.signs_in("ana")
    room = ana.model.room.id
    async with at_terminal(ana) as terminal:
        terminal.press("half")
        await phone.paper.until(lambda: (room, 0) in phone.link.drafting.there)
        await phone.among.ask(SetDraft, place=room, text="half a line")
        await shows(terminal, "half a line")
        monkeypatch.setattr(drafting, "REST", 600)
        terminal.press(" of mine")
        await phone.among.ask(SetDraft, place=room, text="half of another")
        await ana.link.among.ask(Ping)
        assert terminal.ui.typed == "half a line of mine"
        terminal.press("\r")
        await shows(terminal, "")
        await ana.link.voice.settled()
        await ana.among.ask(Ping)
        assert await drafts(phone) == ["half of another"], "it was another one that was said"


async def test_what_can_not_be_kept_is_shown(house):
    (ana,) = await house.join("garden/hall", "ana")
    ana.paper.typed = "x" * 200_000
    await ana.link.drafting.left(ending=True)
    assert ana.paper.told[-2:] == ["This could not be kept as your draft in garden/hall:", "x" * 200_000]


async def test_in_plain_lines_nothing_is_offered(house, monkeypatch):
    (ana,) = await house.join("garden/hall", "ana")
    ana.paper.typed = "half a line"
    await ana.link.drafting.left(ending=True)
    monkeypatch.setattr(ana.paper, "drafts", False)
    await ana.types("/create meadow")
    await ana.types("/go garden/hall")
    await ana.types("/members")
    assert ana.paper.offered == []


async def test_a_draft_that_was_said_on_another_device_leaves_the_prompt(house):
    (ana,) = await house.join("garden/hall", "ana")
    phone = await house.signs_in("ana")
    room = ana.model.room.id
    await ana.types("/create meadow")
    for line in ("half a line", "half a line\nand more"):
        await drafted(ana, phone, room, line)
        async with at_terminal(ana) as terminal:
            terminal.press("/go garden/hall\r")
            await shows(terminal, line)
            await phone.among.ask(SetDraft, place=room, text="")
            await shows(terminal, "")
            terminal.press("/go meadow\r")
            await terminal.out.when(lambda: ana.model.room.title == "meadow/hall")


async def test_a_draft_that_one_has_written_on_stays_and_takes_no_other_along(house):
    (ana,) = await house.join("garden/hall", "ana")
    phone = await house.signs_in("ana")
    room = ana.model.room.id
    await drafted(ana, phone, room, "half a li")
    await ana.types("/create meadow")
    async with at_terminal(ana) as terminal:
        terminal.press("/go garden/hall\r")
        await shows(terminal, "half a li")
        terminal.press("ne")
        await shows(terminal, "half a line")
        await phone.among.ask(SetDraft, place=room, text="")
        while (room, 0) in ana.link.drafting.there:
            await ana.among.ask(Ping)
        assert terminal.ui.typed == "half a line"
        await phone.among.ask(SetDraft, place=room, text="another")
        terminal.press("\r")
        await shows(terminal, "")
        await ana.link.voice.settled()
        await ana.among.ask(Ping)
        assert await drafts(phone) == ["another"]


async def test_a_draft_that_was_said_elsewhere_while_one_was_away_leaves_the_prompt(house):
    (ana,) = await house.join("garden/hall", "ana")
    phone = await house.signs_in("ana")
    await drafted(ana, phone, ana.model.room.id, "half a line")
    await ana.types("/create meadow")
    await ana.types("/go garden/hall")
    await ana.paper.until(lambda: ana.paper.offered == ["half a line"])
    ana.link.drafting.stated([])
    assert ana.paper.withdrawn == ["half a line"]
    ana.link.drafting.stated([])
    assert ana.paper.withdrawn == ["half a line"]
