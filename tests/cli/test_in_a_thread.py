"""A thread that is opened: what is typed is said there, and what others say there stands on the screen."""

import asyncio

import pytest

from among_cli import drafting, thread_lines
from among_cli.lines import Rule, Said
from among_cli.places import Outgoing
from among_cli.render import outgoing
from among_cli.thread_lines import elsewhere
from among_cli.toolbar import toolbar
from among_protocol.drafts import SetDraft
from among_protocol.threads import ListThreads
from tests.cli.house import PATIENCE, House, Reader
from tests.cli.test_drafting import ALT_Q, drafts, none_left, shows
from tests.cli.test_line_ui import at_terminal


@pytest.fixture
async def house(tmp_path, monkeypatch):
    monkeypatch.setattr(thread_lines, "EVERY", 0.01)
    monkeypatch.setattr(thread_lines, "MARK_EVERY", 0.01)
    async with House(tmp_path) as house:
        yield house


async def at_a_thread(house: House) -> list[Reader]:
    """Ana and bob in a room; bob has opened the thread of what ana said."""
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("Who has beans?")
    await bob.sees("Who has beans?")
    await bob.types("/thread #1")
    return [ana, bob]


def shown(reader: Reader, body: str) -> Said:
    return [one for one in reader.paper.lines if isinstance(one, Said) and one.body == body][-1]


async def test_two_talk_in_a_thread_as_in_a_room(house):
    ana, bob = await at_a_thread(house)
    await bob.types("I have some")
    await ana.sees("bob answered in the thread of #1")
    assert "I have some" not in ana.paper.said, "it is said in the thread"
    await ana.types("/thread 1")
    await ana.types("How many?")
    await bob.sees("How many?")
    await bob.types("Plenty")
    await ana.sees("Plenty")
    for reader, body in ((bob, "How many?"), (ana, "Plenty"), (ana, "How many?")):
        assert not shown(reader, body).inside, "it is where one is"
        assert shown(reader, body).root == 1
    assert not any("answered" in line for line in bob.paper.told)
    assert [one.state for one in bob.model.outgoing.values()] == []


async def test_what_is_said_to_the_room_meanwhile_is_marked_as_such(house):
    ana, bob = await at_a_thread(house)
    await ana.types("Good evening")
    await bob.sees("Good evening")
    assert shown(bob, "Good evening").inside == "in the room"
    assert await bob.types("/thread") == ["Back in garden/hall."]
    await ana.types("Good night")
    await bob.sees("Good night")
    assert not shown(bob, "Good night").inside
    await bob.types("Good night, all")
    await ana.sees("Good night, all")
    assert shown(ana, "Good night, all").root == 0


async def test_what_comes_in_the_thread_counts_as_read_there(house):
    ana, bob = await at_a_thread(house)
    await bob.types("/follow #1")
    await ana.types("/thread 1 Anybody?")
    await bob.sees("Anybody?")

    async def unread() -> int:
        return (await bob.among.ask(ListThreads)).threads[0].unread

    async def read() -> None:
        """The marker goes by itself, once a second."""
        async with asyncio.timeout(PATIENCE):
            while await unread():
                pass

    await read()
    await bob.types("/away")
    await ana.types("/thread 1 Nobody?")
    await bob.sees("Nobody?")
    assert "new since you went away" in bob.paper.told
    assert await unread() == 1
    await bob.types("/back")
    await read()


async def test_a_rule_stands_where_something_new_begins_in_a_thread(house):
    ana, bob = await at_a_thread(house)
    await bob.types("I have some")
    await bob.sees("I have some")
    await bob.types("/thread")
    for text in ("How many?", "And peas?"):
        await ana.types(f"/thread 1 {text}")
    room = bob.model.find("garden/hall")[0]
    await bob.paper.until(lambda: room.head == 4)
    before = len(bob.paper.lines)
    await bob.types("/thread 1")
    page = bob.paper.lines[before:]
    (new,) = [at for at, one in enumerate(page) if isinstance(one, Rule) and one.text.startswith("new since")]
    assert isinstance(following := page[new + 1], Said)
    assert following.body == "How many?"
    before = len(bob.paper.lines)
    await bob.types("/thread 1")
    assert not any(isinstance(one, Rule) and one.text.startswith("new") for one in bob.paper.lines[before:])


async def test_an_answer_is_given_where_one_is(house):
    ana, bob = await at_a_thread(house)
    await ana.types("/thread 1 Anybody?")
    await bob.sees("Anybody?")
    await bob.types("/reply #2 Me")
    await ana.sees("Me")
    assert shown(ana, "Me").root == 1
    await bob.types("/thread")
    await bob.types("/reply #1 Me, too")
    await ana.sees("Me, too")
    assert shown(ana, "Me, too").root == 0


async def test_who_says_one_thing_in_a_thread_stays_in_the_room(house):
    ana, bob = await at_a_thread(house)
    await ana.types("/thread 1 Anybody?")
    await ana.types("Good evening")
    await bob.sees("Good evening")
    assert shown(bob, "Good evening").root == 0
    await ana.types("/thread 1 Nobdy?")
    await ana.sees("Nobdy?")
    await ana.edits("Nobody?")
    await bob.sees("Nobody?")


async def test_a_jump_to_the_room_leads_out_of_the_thread(house):
    ana, bob = await at_a_thread(house)
    await bob.types("/jump #1")
    await bob.types("Good evening")
    await ana.sees("Good evening")


async def test_what_one_began_in_the_room_is_not_said_in_the_thread_nor_the_other_way_round(house):
    ana, bob = await at_a_thread(house)
    await bob.types("/thread")
    async with at_terminal(bob) as terminal:
        terminal.press(f"half a li{ALT_Q}/thread 1\r")
        await terminal.out.until("kept as your draft in")
        await terminal.out.until("hall #1>")
        assert terminal.ui.typed == ""
        assert await drafts(bob) == ["half a li"]
        terminal.press(f"I have so{ALT_Q}/thread\r")
        await terminal.out.until("the thread of #1 in")
        await shows(terminal, "half a li")
        assert await drafts(bob) == ["half a li", "I have so"]
        terminal.press("ne\r")
        await ana.sees("half a line")
        while await drafts(bob) != ["I have so"]:
            pass
        terminal.press("/thread 1\r")
        await shows(terminal, "I have so")
        terminal.press("me\r")
        await ana.sees("bob answered in the thread of #1")
        await none_left(bob)
    assert shown(ana, "half a line").root == 0


async def test_what_was_begun_in_a_thread_waits_there_on_every_device(house, monkeypatch):
    monkeypatch.setattr(drafting, "REST", 0.01)
    _, bob = await at_a_thread(house)
    phone = await house.signs_in("bob")
    room = bob.room.id
    async with at_terminal(bob) as terminal:
        terminal.press("half a li")
        await phone.paper.until(lambda: (room, 1) in phone.link.drafting.there)
        await phone.types("/go garden/hall")
        assert phone.paper.offered == [], "it is none of the room"
        await phone.types("/thread 1")
        await phone.paper.until(lambda: bool(phone.paper.offered))
        assert phone.paper.offered == ["half a li"]
        await phone.among.ask(SetDraft, place=room, thread=1, text="half a line")
        await shows(terminal, "half a line")
        await phone.among.ask(SetDraft, place=room, thread=1, text="")
        await shows(terminal, "")
    bob.paper.typed = "and another"
    await bob.link.drafting.left(ending=True)
    assert bob.paper.told[-1] == "What you had begun is kept as your draft in the thread of #1 in garden/hall."
    assert await drafts(phone) == ["and another"]


async def test_who_is_in_a_thread_stays_there_when_the_room_is_read_anew(house):
    ana, bob = await at_a_thread(house)
    await bob.link._again(bob.model.find("garden/hall")[0])
    assert "You are still in the thread of #1: /thread 1 shows it as it is now." in bob.paper.told
    await bob.types("I have some")
    await ana.sees("bob answered in the thread of #1")


async def test_the_bar_says_where_what_is_typed_goes(house):
    _, bob = await at_a_thread(house)
    assert any("thread #1" in span.text for span in toolbar(bob.link, 60))
    await bob.types("/thread")
    await bob.types("/thread 1 I have some")
    assert not any("thread" in span.text for span in toolbar(bob.link, 60))


async def test_in_a_thread_too_people_one_mutes_are_folded(house):
    ana, bob = await at_a_thread(house)
    await bob.types("/mute ana")
    await bob.paper.until(lambda: bool(bob.model.blocks.kind("ana")))
    await ana.types("/thread 1 Kestrel")
    await bob.sees("1 message from someone you muted; /show")
    assert "Kestrel" not in bob.paper.said


async def test_a_thread_is_unread_again_from_an_answer_on(house):
    ana, bob = await at_a_thread(house)
    assert await bob.types("/unread #1") == [
        "You don't follow the thread of #1, and nothing counts as unread there: /follow #1 first."
    ]
    await bob.types("I have some")
    for text in ("How many?", "And peas?"):
        await ana.types(f"/thread 1 {text}")
        await bob.sees(text)
    room = bob.model.find("garden/hall")[0]
    until = ", until you open it again or say something there."
    for number, new in ((4, 1), (3, 2)):
        told = await bob.types(f"/unread #{number}")
        assert told == [f"Unread in the thread of #1 from #{number} on: {new} new{until}"]
    assert not room.unread
    await ana.types("/thread 1 Well?")
    await bob.sees("Well?")
    assert (await bob.types("/threads"))[0].startswith("• #1  4 answers, 3 new"), "it is not read again at once"
    assert (await bob.types("/unread #1"))[0].startswith("Unread in the thread of #1 from #1 on")
    await bob.types("/thread")
    await bob.types("/go garden/hall")
    assert (await bob.types("/unread #5"))[0].startswith("Unread in the thread of #1 from #5 on: 1 new")
    assert (await bob.types("/unread #1"))[0].startswith("Unread from #1 on")
    await bob.types("/thread 1")
    assert (await bob.types("/threads"))[0].startswith("  #1  4 answers  ")


async def test_who_calls_everybody_in_a_thread_is_told_that_threads_do_not(house):
    ana, _ = await at_a_thread(house)
    await ana.types("/thread 1 beans for all, @room")
    await ana.sees("@room is only a word in a thread. Said to the room, stewards call everybody by it.")


async def test_a_refused_line_says_where_it_was_to_be_said(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/dm ana")
    direct = bob.model.find("@ana")[0].id
    await bob.types("/go garden/hall")
    hall = bob.model.find("garden/hall")[0].id

    def says(room: str, thread: int = 0) -> str:
        one = Outgoing("n", room, "hello", state="failed", reason="No.", thread=thread)
        return "".join(span.text for span in outgoing(one, "bob", 60, elsewhere(bob.model, one))[-1]).strip()

    assert says(hall) == "✗ Not sent: No.  /retry or /drop"
    assert says(direct) == "✗ Not sent in @ana: No.  /retry or /drop"
    assert says(hall, 1).startswith("✗ Not sent in the thread of #1: No.")
    assert says(direct, 1).startswith("✗ Not sent in the thread of #1 of @ana: No.")
    await ana.types("Who has beans?")
    await bob.sees("Who has beans?")
    await bob.types("/thread 1")
    assert says(hall, 1).startswith("✗ Not sent: No.")
    assert says(hall).startswith("✗ Not sent in the room: No.")


async def test_a_day_begins_with_a_rule_in_a_thread_and_a_history_too(house):
    ana, bob = await at_a_thread(house)
    await ana.types("/thread 1 Anybody?")
    await bob.sees("Anybody?")
    await ana.types("/edit #1 Who has peas?")
    await bob.sees("Who has peas?")
    at = shown(bob, "Anybody?").at
    assert at is not None
    day = Rule(f"{at:%A} {at.day} {at:%B %Y}")
    for command in ("/thread #1", "/history #1"):
        bob.paper.lines.clear()
        await bob.types(command)
        assert bob.paper.lines.count(day) == 1
        (first,) = [place for place, one in enumerate(bob.paper.lines) if one == day]
        assert not any(isinstance(one, Said) for one in bob.paper.lines[:first]), "also what the thread hangs from"


async def test_an_edit_says_where_it_is_of_where_one_is_not_there(house):
    ana, bob = await at_a_thread(house)
    await ana.types("/thread 1 Anybody?")
    await bob.sees("Anybody?")
    await ana.types("/edit #2 Anybody, @bob?")
    await bob.sees("Anybody, @bob?")
    assert not shown(bob, "Anybody, @bob?").inside
    await ana.sees("Anybody, @bob?")
    assert shown(ana, "Anybody, @bob?").inside == "in the thread of #1 “Who has beans?”"
    await ana.types("/edit #1 Who has peas?")
    await bob.sees("Who has peas?")
    assert not shown(bob, "Who has peas?").inside, "the thread hangs from it"
    await ana.types("Good evening")
    await bob.sees("Good evening")
    await ana.edits("Good night")
    await bob.sees("Good night")
    assert shown(bob, "Good night").inside == "in the room"
    await ana.sees("Good night")
    assert not shown(ana, "Good night").inside


async def far_behind(house: House, many: int) -> list[Reader]:
    """Ana and bob, who follows a thread and has left it; ana says so much there. Bob knows of it."""
    ana, bob = await at_a_thread(house)
    await bob.types("I have some")
    await bob.sees("I have some")
    await bob.types("/thread")
    await says_there(ana, *(f"number {number}" for number in range(many)))
    await bob.paper.until(lambda: new_there(bob) == many)
    return [ana, bob]


async def says_there(reader: Reader, *bodies: str) -> None:
    for body in bodies:
        await reader.types(f"/thread 1 {body}")
    await reader.link.voice.settled()


def new_there(reader: Reader) -> int:
    (state,) = reader.model.threads.values()
    return state.unread


async def looks(reader: Reader, line: str) -> tuple[list[str], list[str]]:
    """They type this: what of the thread is shown then, and the rules and notes beside it."""
    before, told = len(reader.paper.lines), await reader.types(line)
    lines = reader.paper.lines[before:]
    return [one.body for one in lines if isinstance(one, Said) and one.root], told


async def test_what_is_further_up_in_a_thread_stays_unread_until_one_has_been_there(house, monkeypatch):
    monkeypatch.setattr("among_cli.threads.MOST", 20)
    ana, bob = await far_behind(house, 26)
    said, told = await looks(bob, "/thread 1")
    assert "26 new, 6 of them further up: /jump unread" in told
    assert "6 unread messages are further up: /jump unread, or /read" in told
    assert said[0] == "number 6"
    await says_there(ana, "one more")
    await bob.sees("one more")
    assert thread_lines.marker(bob.model) is None, "nothing is read that was never on the screen"
    assert new_there(bob) == 27
    assert (await bob.types("/unread"))[-1] == "/jump unread goes to what is new in that thread."
    assert (await bob.types("/go"))[-1].startswith("Nothing is unread elsewhere.")
    said, told = await looks(bob, "/jump unread")
    assert said == [f"number {number}" for number in range(6)], "all that was not shown"
    assert told[-2:] == ["unread from here on", "what came after it stands above"]
    await bob.paper.until(lambda: new_there(bob) == 0)
    await says_there(ana, "another")
    await bob.paper.until(lambda: "another" in bob.paper.said and new_there(bob) == 0)


async def test_what_is_further_up_in_a_thread_is_read_by_as_much_as_was_shown(house, monkeypatch):
    monkeypatch.setattr("among_cli.threads.MOST", 10)
    ana, bob = await far_behind(house, 55)
    monkeypatch.setattr("among_cli.threads.PAGE", 20)
    await bob.types("/thread 1")
    await bob.types("/jump #20")
    assert thread_lines.marker(bob.model) is None, "that is the midst of it"
    said, told = await looks(bob, "/jump unread")
    assert (said[0], told[-1]) == ("number 0", "more: /jump unread")
    await bob.paper.until(lambda: new_there(bob) == 45)
    await bob.types("/thread")
    said, told = await looks(bob, "/thread 1")
    assert "45 new, 35 of them further up: /jump unread" in told, "the same when one comes again"


async def test_who_looks_back_in_a_thread_as_far_as_the_first_unread_has_read_all(house, monkeypatch):
    monkeypatch.setattr("among_cli.threads.MOST", 20)
    ana, bob = await far_behind(house, 60)
    await bob.types("/thread 1")
    await bob.types("/older")
    assert thread_lines.marker(bob.model) is None
    await bob.types("/older")
    await bob.paper.until(lambda: new_there(bob) == 0)


@pytest.mark.parametrize("does", ["/read", "I have read enough"])
async def test_who_says_so_or_speaks_has_read_what_is_further_up_in_a_thread(house, monkeypatch, does):
    monkeypatch.setattr("among_cli.threads.MOST", 20)
    ana, bob = await far_behind(house, 26)
    await bob.types("/thread 1")
    await bob.types(does)
    await bob.paper.until(lambda: new_there(bob) == 0)
    await says_there(ana, "and so on")
    await bob.paper.until(lambda: "and so on" in bob.paper.said and new_there(bob) == 0)


@pytest.mark.parametrize("does", ["/unread #5", "/away"])
async def test_one_jumps_to_what_counts_as_new_in_the_thread_though_it_was_shown(house, does):
    ana, bob = await far_behind(house, 4)
    await bob.types("/thread 1")
    await bob.paper.until(lambda: new_there(bob) == 0)
    await bob.types(does)
    if does == "/away":
        await says_there(ana, "Nobody?")
    new = {"/unread #5": "number 2", "/away": "Nobody?"}[does]
    await bob.paper.until(lambda: new_there(bob) > 0 and new in bob.paper.said)
    before = len(bob.paper.lines)
    await bob.types("/jump unread")
    page = bob.paper.lines[before:]
    (at,) = [at for at, one in enumerate(page) if isinstance(one, Rule) and one.text == "unread from here on"]
    assert isinstance(following := page[at + 1], Said)
    assert following.body == new
