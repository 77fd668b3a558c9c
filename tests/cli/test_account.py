"""One's own account from the chat: sessions, the password, whom one does not want to hear."""

import asyncio
import io
import os
import pty

import pytest

from among_cli.complete import candidates
from among_cli.lines import Line, Rule, Said, Told
from among_cli.model import Model
from among_cli.plain import Plain
from among_cli.visit import FOLDED, Visit
from among_protocol.aio import Stopped
from among_protocol.blocks import Block, BlockChanged
from among_protocol.members import Persona
from among_protocol.presence import TypingStarted
from among_protocol.rooms import Room
from among_protocol.session import Ping

from .house import PASSWORD, House, Tap
from .test_line_ui import at_terminal
from .test_model import ANA, BOB, CLEO, HALL, TOOLS, model, page, sent

__all__ = ["model"]  # a fixture

NEW = "another horse"
MUTED = "1 message from someone you muted; /show"


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


# ---- sessions


async def test_sessions_are_listed_with_numbers_and_ended_by_them(house):
    ana = await house.person("ana")
    phone = await house.signs_in("ana")
    told = await ana.types("/sessions")
    assert told[0].startswith("  1 terminal")
    assert told[0].endswith("here now  this one")
    assert told[1].startswith("  2 terminal")
    assert told[2] == "/revoke NUMBER ends one of them, /revoke others all but this one."
    assert await ana.types("/revoke 2") == ["Session 2 has ended: whoever used it is signed out."]
    with pytest.raises(Stopped):
        await phone.among.ask(Ping)
    assert await ana.types("/revoke 2") == ["There is no such session of yours."]
    assert len(await ana.types("/sessions")) == 1


async def test_everywhere_else_is_ended_at_once(house):
    ana = await house.person("ana")
    for _ in range(2):
        await house.signs_in("ana")
    assert await ana.types("/revoke others") == ["2 sessions ended. You are signed in here alone."]
    assert await ana.types("/revoke OTHERS") == ["0 sessions ended. You are signed in here alone."]


async def test_only_what_was_numbered_is_revoked(house):
    ana = await house.person("ana")
    assert await ana.types("/revoke 1") == ["Look at them first: /sessions numbers them."]
    await ana.types("/sessions")
    for wrong in ("0", "2", "-1", "all", "1 2"):
        assert "with a number out of /sessions" in (await ana.types(f"/revoke {wrong}"))[0], wrong
    assert candidates(ana.link, "/revoke o") == ("o", ["others"])


# ---- the password


async def test_a_password_is_changed_when_both_were_the_same(house):
    ana = await house.person("ana")
    await house.signs_in("ana")
    for answers, told in (
        ([], "Your password is as it was."),
        ([PASSWORD, NEW], "Your password is as it was."),
        ([PASSWORD, NEW, "other"], "The two were not the same: your password is as it was."),
        (["wrong horse", NEW, NEW], "The old password is not right."),
        ([PASSWORD, "short", "short"], "A password has at least 8 characters. (new)"),
        ([PASSWORD, NEW, NEW], "Your password is changed. 1 session elsewhere ended."),
        ([NEW, PASSWORD, PASSWORD], "Your password is changed."),
    ):
        ana.paper.secrets = answers
        assert await ana.types("/password") == [told]


async def test_at_a_terminal_nothing_of_a_password_is_shown(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("/password\r")
        await terminal.out.until("Old password")
        await bob.types("meanwhile")
        await terminal.out.until("meanwhile")
        for answer, question in ((PASSWORD, "New password"), (NEW, "Once more"), (NEW, "Your password is changed.")):
            terminal.press(f"{answer}\r")
            await terminal.out.until(question)
        terminal.press("it is me\r")
        await bob.sees("it is me")
        shown = terminal.out.getvalue()
    for secret in (PASSWORD, NEW, "*" * 4):
        assert secret not in shown
    await house.signs_in("ana", NEW)


@pytest.mark.parametrize("keys", ["\x03", "\x04", "\r"])
async def test_at_a_terminal_one_gives_up_with_any_of_the_usual_keys(house, keys):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    async with at_terminal(ana) as terminal:
        terminal.press("/password\r")
        await terminal.out.until("Old password")
        terminal.press(keys)
        await terminal.out.until("Your password is as it was.")
        terminal.press("still here\r")
        await bob.sees("still here")


async def test_without_a_terminal_the_answers_are_the_next_lines(house):
    ana = await house.person("ana")
    out = io.StringIO()
    ui = Plain(io.StringIO(f"/password\n{PASSWORD}\n{NEW}\n{NEW}\n/password\n"), out, "none")
    ana.link.screen = ui
    await asyncio.wait_for(ui.run(ana.link), 10)
    assert "Your password is changed." in out.getvalue()
    assert "Your password is as it was." in out.getvalue(), "the lines ended before the answers came"
    await house.signs_in("ana", NEW)


async def test_in_plain_lines_a_terminal_does_not_echo_a_password(house):
    ana = await house.person("ana")
    ours, theirs = pty.openpty()
    source, out = os.fdopen(theirs, "r"), Tap()
    try:
        ui = Plain(source, out, "none")
        ana.link.screen = ui
        running = asyncio.create_task(ui.run(ana.link))
        os.write(ours, b"/password\n")
        for answer, question in ((PASSWORD, "Old"), (NEW, "New"), (NEW, "Once more")):
            await out.until(question)
            os.write(ours, f"{answer}\n".encode())
        await out.until("Your password is changed.")
        os.write(ours, b"/quit\n")
        await asyncio.wait_for(running, 10)
        echoed = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)  # first: it ends the thread that reads the other end
        source.close()
    assert "/password" in echoed
    assert "/quit" in echoed
    assert PASSWORD not in echoed
    assert NEW not in echoed


# ---- blocking and muting


async def test_whom_one_blocks_is_listed_undone_and_known_to_every_device(house):
    ana, _ = await house.join("garden/hall", "ana", "eve")
    phone = await house.person("", token=ana.among.token)
    assert await ana.types("/blocked") == ["You block and mute nobody."]
    assert "no directs between you" in (await ana.types("/block @Eve"))[0]
    await phone.paper.until(lambda: phone.model.blocks.kinds() == {"eve": "block"})
    assert await phone.types("/blocked") == ["  1 eve              blocked"]
    assert (await ana.types("/whois eve"))[1].endswith("blocked by you")
    assert candidates(ana.link, "/unblock ") == ("", ["eve"])
    assert await ana.types("/dm eve hello") == ["You have blocked eve: /unblock eve first."]
    assert "they notice nothing" in (await phone.types("/mute eve"))[0]
    await ana.paper.until(lambda: ana.model.blocks.kinds() == {"eve": "mute"})
    assert await ana.types("/unmute eve") == ["You see eve again as you see others."]
    assert await ana.types("/unblock eve") == ["You neither block nor mute eve. /blocked lists whom you do."]
    assert await ana.types("/block nobody-here") == ["There is no such account."]
    assert await ana.types("/block ana") == ["You can't block or mute yourself."]
    assert await ana.types("/dm ana") == ["A direct needs somebody other than yourself."]


async def test_two_people_of_one_handle_are_two_in_the_list_and_the_one_who_was_not_meant_is_read(house):
    (ana,) = await house.join("garden/hall", "ana")
    house_of = [await house.person(handle) for handle in ("sam-1", "sam-2", "bea")]
    one, two, bea = house_of
    for person in (one, bea):
        await person.types("/join garden")
    await ana.types("/create library")
    await two.types("/join library")
    await one.types("/me handle sam")  # in the garden, and
    await two.types("/me handle sam")  # somebody else, in the library
    await ana.types("/go garden/hall")
    await ana.types("/block sam")
    await one.types("buy my beans")
    await ana.sees("1 message from someone you blocked; /show")
    await ana.types("/go library/hall")
    await two.types("a new book is here")
    await ana.sees("a new book is here")
    (listed,) = await ana.types("/blocked")
    assert listed == "  1 sam              blocked  but not the other by this name where you are"
    await ana.types("/mute sam")  # here it is the other one
    await two.types("and one more")
    await ana.paper.until(lambda: ana.model.visit is not None and bool(ana.model.visit.folded))
    assert [line.split()[1:] for line in await ana.types("/blocked")] in (
        [["sam", "blocked"], ["sam", "muted"]],
        [["sam", "muted"], ["sam", "blocked"]],
    )
    assert "2 people in your list go by sam" in (await ana.types("/unblock sam"))[0]
    muted = 1 + [block.kind for block in ana.model.blocks].index("mute")
    assert await ana.types(f"/unmute {muted}") == ["You see sam again as you see others."]
    await two.types("the last one")
    await ana.sees("the last one")
    later = await house.person("", token=ana.among.token)
    assert [(block.handle, block.kind, len(block.others)) for block in later.model.blocks] == [("sam", "block", 1)]


async def test_what_somebody_blocked_says_is_folded_and_rings_nothing(house):
    ana, eve = await house.join("garden/hall", "ana", "eve")
    await ana.types("/block eve")
    await eve.types("@ana listen")
    await ana.sees("1 message from someone you blocked; /show")
    assert "@ana listen" not in ana.paper.said
    await ana.types("/show")
    assert ana.paper.said == ["@ana listen"]
    assert not any(line.alert for line in ana.paper.lines if isinstance(line, Said | Told))
    room = ana.model.room
    assert room is not None
    assert ana.among.logs[room.id].mentions == 0
    assert ana.among.blocks == {"eve": "block"}


async def test_who_is_blocked_is_told_what_everybody_is_told(house):
    ana, eve = await house.join("garden/hall", "ana", "eve")
    await eve.types("/dm ana hello")
    await eve.sees("hello")
    await ana.types("/block eve")
    told = len(eve.paper.lines)
    await eve.types("are you there?")
    await eve.sees("Not sent: Nothing can be said to this person alone.")
    assert not any("block" in line for line in eve.paper.told[told:])


def test_what_comes_live_is_folded_into_one_line_until_somebody_else_speaks(model: Model):
    visit = _open(model)
    model.blocks.stated([Block(handle="bob", kind="mute")])
    assert _shown(model.apply(sent(1, "one", mentions=[ANA]))) == [MUTED]
    assert model.apply(sent(2, "two")) == []
    assert _shown(model.apply(sent(3, "hi", by=CLEO))) == ["hi"]
    assert _shown(model.apply(sent(4, "three"))) == [MUTED]
    assert _shown(visit.unfold()) == ["one", "two", "three"]
    assert _shown(visit.unfold()) == ["Nothing is folded here."]
    assert _shown(model.apply(sent(5, "four"))) == [MUTED], "what was shown is not in the way of the next"
    assert model.marker() == (HALL, 5), "folded is read"


def test_a_page_folds_each_run_and_keeps_what_belongs_between(model: Model):
    room = model.rooms[HALL]
    room.read = 1
    model.blocks.stated([Block(handle="bob", kind="block")])
    model.open(room)
    visit = model.visit
    assert visit is not None
    shown = page(1, 2, 3, 4)
    shown.messages[3].by = CLEO
    lines = model.page(visit, shown)
    assert _shown(lines) == [
        "1 message from someone you blocked; /show",
        "2 messages from someone you blocked; /show",
        "line 4",
    ]
    assert [line.text for line in lines if isinstance(line, Rule)][1].startswith("new since")
    assert [one.body for one in visit.folded] == ["line 1", "line 2", "line 3"]


def test_several_people_are_folded_together(model: Model):
    model.open(model.rooms[HALL])
    visit = model.visit
    assert visit is not None
    model.blocks.stated([Block(handle="bob", kind="block"), Block(handle="cleo", kind="mute")])
    shown = page(1, 2)
    shown.messages[1].by = CLEO
    assert _shown(model.page(visit, shown))[-1] == "2 messages from people you blocked or muted; /show"


def test_elsewhere_nothing_is_seen_of_a_mention_by_somebody_muted(model: Model):
    _open(model)
    model.blocks.apply(BlockChanged(handle="bob", kind="mute"))
    assert model.apply(sent(1, "@ana", room=TOOLS, mentions=[ANA])) == []
    assert model.rooms[TOOLS].mentions == 0
    model.blocks.apply(BlockChanged(handle="bob", kind="none"))
    assert len(model.apply(sent(2, "@ana", room=TOOLS, mentions=[ANA]))) == 1


def test_what_somebody_muted_says_to_me_alone_rings_nothing(model: Model):
    _open(model)
    people = [Persona(member=f"m-{handle}", rev=1, handle=handle, display_name=handle) for handle in ("me", "bob")]
    model.direct(Room(id="r-bob", slug="", kind="direct", member="m-me", people=people))
    assert len(model.apply(sent(1, "psst", room="r-bob"))) == 1
    model.blocks.apply(BlockChanged(handle="bob", kind="mute"))
    assert model.apply(sent(2, "psst", room="r-bob")) == []


def test_that_somebody_muted_writes_is_not_shown(model: Model):
    _open(model)
    model.blocks.apply(BlockChanged(handle="bob", kind="mute"))
    for member in (BOB, CLEO):
        model.apply(TypingStarted(room=HALL, by=member), 1.0)
    assert model.writing(1.0) == ["cleo"]


def test_of_a_flood_the_newest_is_kept(model: Model):
    visit = _open(model)
    model.blocks.stated([Block(handle="bob", kind="block")])
    for seq in range(1, FOLDED + 10):
        model.apply(sent(seq, f"{seq}"))
    assert [one.seq for one in visit.folded] == list(range(10, FOLDED + 10))


def _open(model: Model) -> Visit:
    """The hall is open, with nothing on the screen yet."""
    model.open(model.rooms[HALL])
    visit = model.visit
    assert visit is not None
    model.page(visit, page())
    return visit


def _shown(lines: list[Line]) -> list[str]:
    """What stands there, but for rules."""
    return [
        line.body if isinstance(line, Said) else "".join(part.text for part in line.parts)
        for line in lines
        if isinstance(line, Said | Told)
    ]
