"""Reading, as who sits at the terminal does it: what is new, other places in a room, the inbox, what rings."""

import time

import pytest

from among_cli.lines import Line, Rule, Said, Told
from among_cli.notify import local_zone
from among_cli.plain_text import plain
from among_cli.reading import when_typed
from among_cli.render import rows
from among_cli.toolbar import toolbar
from among_protocol.dnd import DndTime
from tests.world import until

from .house import House, Reader


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


def rang(reader: Reader) -> bool:
    """Whether something rang since the last time."""
    lines, reader.paper.lines = reader.paper.lines, []
    return any(isinstance(line, Said | Told) and line.alert for line in lines)


def fits(lines: list[Line], columns: int = 60) -> bool:
    return all(sum(len(span.text) for span in row) <= columns for line in lines for row in rows(line, columns))


async def test_recent_rooms_show_where_and_what_at_sixty_columns(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/create library")
    await bob.types("a book " * 40)
    await bob.link.voice.settled()
    said = time.time_ns() // 10**6
    await until(lambda: time.time_ns() // 10**6 > said)  # of one millisecond none is the later
    await ana.types("The beans are up, @bob")
    await bob.paper.until(lambda: bob.model.unread() == (1, 1))
    await ana.types("/dm bob see you at six")
    await bob.paper.until(lambda: bob.model.unread()[0] == 2)
    told = await bob.types("/recent")
    assert [line.split("  ")[-2 if "new" in line else -1].strip() for line in told[::2]] == [
        "@ana",
        "garden/hall",
        "library/hall",
    ]
    assert told[1].strip() == "ana: see you at six"
    assert "1 new, 1 for you" in told[2]
    assert fits(bob.paper.lines[-6:])
    assert await bob.types("/recent more") == ["There is no more; /recent begins anew."]


async def test_unread_from_a_message_on_stays_so_until_one_comes_back(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for number in range(3):
        await ana.types(f"number {number}")
    await bob.sees("number 2")
    told = await bob.types("/unread #2")
    assert told[0].startswith("Unread from #2 on: 2 new")
    room = bob.model.room
    assert (room.read, room.unread) == (1, 2)
    assert bob.model.marker() is None, "it is not read again at once"
    await ana.types("number 3")
    await bob.sees("number 3")
    assert bob.model.marker() is None
    await bob.types("/go hall")
    await bob.paper.until(lambda: bob.model.room.unread == 0)
    assert (await bob.types("/unread nothing"))[0].startswith("There is no message nothing")
    for command in ("/unread #999", "/jump #999"):
        assert await bob.types(command) == ["There is no message #999. The numbers stand behind the messages."]
    assert bob.model.visit.marks


async def test_what_is_unread_again_stays_so_on_another_device_that_shows_the_room(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for number in range(3):
        await ana.types(f"number {number}")
    await bob.sees("number 2")
    other = await house.person("bob", token=bob.among.token)
    await other.types("/go garden/hall")
    await other.paper.until(lambda: other.model.room.unread == 0)
    await bob.types("/unread #2")
    await other.paper.until(lambda: other.model.room.unread == 2)
    assert other.model.marker() is None, "the screen that shows it does not read it"
    await ana.types("number 3")
    await other.sees("number 3")
    assert other.model.marker() is None
    await other.types("seen")
    await bob.paper.until(lambda: bob.model.room.unread == 0)


async def test_one_jumps_to_the_first_unread_to_a_number_to_a_day_and_on(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for number in range(40):
        await ana.types(f"number {number}")
    await bob.sees("number 39")
    bob.paper.lines.clear()
    await bob.types("/jump #5")
    shown = bob.paper.said
    assert shown[0] == "number 0"
    assert len(shown) == 30
    rules = [line.text for line in bob.paper.lines if isinstance(line, Rule)]
    assert "#5" in rules
    assert rules[-1] == "more: /jump more"
    bob.paper.lines.clear()
    await bob.types("/jump more")
    assert bob.paper.said == [f"number {number}" for number in range(30, 40)]
    assert [line.text for line in bob.paper.lines if isinstance(line, Rule)][-1] == "these are the newest"
    bob.paper.lines.clear()
    await bob.types("/jump 2000-01-01")
    assert bob.paper.said[0] == "number 0"
    await bob.types("/unread #31")
    bob.paper.lines.clear()
    await bob.types("/jump unread")
    assert "unread from here on" in [line.text for line in bob.paper.lines if isinstance(line, Rule)]
    await bob.types("/reply #5 so it was")
    await ana.sees("so it was")
    assert (await bob.types("/jump somewhere"))[0].startswith("Say /jump unread")


async def test_a_jump_says_that_there_is_more_only_where_there_is(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for number in range(3):
        await ana.types(f"number {number}")
    await bob.sees("number 2")
    await ana.types("/pin #1")  # an entry of the room, and no message
    await ana.types("/thread #1 aside")
    await bob.paper.until(lambda: bob.model.room.head == 5)
    await bob.types("/jump #2")
    assert [line.text for line in bob.paper.lines if isinstance(line, Rule)][-1] == "these are the newest"
    assert (await bob.types("/jump more"))[0].startswith("There is no more.")


def rules(lines: list[Line]) -> list[str]:
    return [line.text for line in lines if isinstance(line, Rule)]


async def say(reader: Reader, many: int) -> None:
    """So many messages, which say which they are."""
    for number in range(many):
        await reader.types(f"number {number}")
    await reader.link.voice.settled()


async def behind(house, many):
    """Ana and bob; bob is in the hall while she says so much in tools."""
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/room create tools")
    await bob.types("/go tools")
    await bob.types("/go hall")
    await say(ana, many)
    return [ana, bob]


async def comes_to(reader: Reader, room: str, unread: int) -> list[Line]:
    """They go to a room where so much is new; what is shown then."""
    await reader.paper.until(lambda: reader.model.find(room)[0].unread == unread)
    reader.paper.lines.clear()
    await reader.types(f"/go {room}")
    return [*reader.paper.lines]


async def test_what_is_further_up_than_the_page_stays_unread_until_one_has_been_there(house, monkeypatch):
    monkeypatch.setattr("among_cli.link.MOST", 20)
    ana, bob = await behind(house, 26)
    shown = await comes_to(bob, "tools", 26)
    room = bob.model.room
    news = [line.text for line in shown if isinstance(line, Rule) and line.style == "mention"]
    assert news == ["26 new, 6 of them further up: /jump unread"]
    assert bob.paper.told[-1] == "6 unread messages are further up: /jump unread, or /read"
    assert bob.paper.said[0] == "number 6"
    assert fits(shown)
    await ana.types("one more")
    await bob.sees("one more")
    assert bob.model.marker() is None, "nothing is read that was never on the screen"
    assert room.unread == 27
    bob.paper.lines.clear()
    await bob.types("/jump unread")
    assert bob.paper.said == [f"number {number}" for number in range(6)], "all that was not shown"
    assert rules(bob.paper.lines)[-2:] == ["unread from here on", "what came after it stands above"]
    await bob.paper.until(lambda: room.unread == 0)
    await ana.types("another")
    await bob.sees("another")
    assert room.unread == 0, "from now on it is read as it comes"
    bob.paper.lines.clear()
    await bob.types("/jump unread")
    assert "new when you came" in rules(bob.paper.lines)
    assert bob.paper.said[0] == "number 0"


async def test_what_is_unread_further_up_is_read_by_as_much_as_was_shown(house, monkeypatch):
    monkeypatch.setattr("among_cli.link.MOST", 20)
    monkeypatch.setattr("among_cli.reading.MOST", 10)
    ana, bob = await behind(house, 45)
    await comes_to(bob, "tools", 45)
    room = bob.model.room
    await bob.types("/jump #25")
    assert bob.model.marker() is None, "that is the midst of it"
    await bob.types("/jump unread")
    assert rules(bob.paper.lines)[-1] == "more: /jump unread"
    await bob.paper.until(lambda: room.unread == 35)
    await bob.types("/go hall")
    await comes_to(bob, "tools", 35)
    for _ in range(2):
        await bob.types("/jump unread")
    assert rules(bob.paper.lines)[-1] == "what came after it stands above"
    await bob.paper.until(lambda: room.unread == 0)


async def test_who_looks_back_as_far_as_the_first_unread_has_read_all(house, monkeypatch):
    monkeypatch.setattr("among_cli.link.MOST", 20)
    ana, bob = await behind(house, 60)
    await comes_to(bob, "tools", 60)
    await bob.types("/older")
    assert bob.model.marker() is None
    await bob.types("/older")
    await bob.paper.until(lambda: bob.model.room.unread == 0)


@pytest.mark.parametrize("does", ["/read", "I have read enough"])
async def test_who_says_so_or_speaks_has_read_what_is_further_up(house, monkeypatch, does):
    monkeypatch.setattr("among_cli.link.MOST", 20)
    ana, bob = await behind(house, 26)
    await comes_to(bob, "tools", 26)
    await bob.types(does)
    await bob.paper.until(lambda: bob.model.room.unread == 0)
    await ana.types("and so on")
    await bob.sees("and so on")
    assert bob.model.room.unread == 0


async def test_one_jumps_to_what_was_new_when_one_came_though_it_is_read_since(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/thread #1 nothing is here yet")
    await ana.types("/room create tools")
    await bob.types("/go tools")
    assert await bob.types("/jump unread") == ["Nothing is unread here, and nothing was when you came."]
    await bob.types("well then")
    await ana.sees("well then")
    await bob.types("/go hall")
    await ana.types("/thread #1 aside")  # which has the number behind the last one that was read
    await say(ana, 40)
    shown = await comes_to(bob, "tools", 40)
    assert [rule[:10] for rule in rules(shown)][-1] == "new since "
    await bob.paper.until(lambda: bob.model.room.unread == 0)
    bob.paper.lines.clear()
    await bob.types("/jump unread")
    assert rules(bob.paper.lines)[-2:] == ["new when you came", "more: /jump more"]
    begin = bob.paper.lines.index(Rule("new when you came", "mention"))
    following = bob.paper.lines[begin + 1]
    assert isinstance(following, Said)
    assert following.body == "number 0"
    await bob.types("/go hall")
    assert await bob.types("/jump unread") == ["Nothing is unread here, and nothing was when you came."]


async def test_the_inbox_is_a_list_that_leads_to_what_was_said(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/create library")
    await ana.types("The beans are up, @bob")
    await bob.paper.until(lambda: bob.link.among.inbox.unread == 1)
    await bob.sees("» ana in garden/hall")
    await bob.paper.until(lambda: "/inbox 1" in "".join(span.text for span in toolbar(bob.link, 80)))
    told = await bob.types("/inbox")
    assert told[0].startswith("•")
    assert "ana mentioned you in garden/hall: The beans are up, @bob" in told[0]
    await bob.paper.until(lambda: bob.link.among.inbox.unread == 0)
    assert (await bob.types("/inbox"))[0].startswith(" ")
    assert told[-1] == "/go inbox 1 goes to the first"
    await bob.types("/go inbox 1")
    assert bob.model.room.title == "garden/hall"
    assert "this" in [line.text for line in bob.paper.lines if isinstance(line, Rule)]
    assert await bob.types("/go inbox 7") == ["There is no 7 in it; /inbox numbers what there is."]
    assert await ana.types("/inbox") == ["Your inbox is empty."]


async def test_what_others_did_stands_in_the_inbox_in_words(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/room private cellar")
    await ana.types("/room add bob")
    await ana.types("/role bob steward")
    await bob.paper.until(lambda: bob.link.among.inbox.unread == 2)
    told = await bob.types("/inbox")
    told = [line for line in told if line.startswith("•")]  # beside what is told as it happens
    assert "steward" in told[0]
    assert told[1].endswith("You were brought into garden/cellar")
    assert (await bob.types("/go inbox 1"))[0].startswith("It leads nowhere")
    await bob.types("/go inbox 2")
    assert bob.model.room.title == "garden/cellar"
    await ana.types("/dm bob")
    await bob.paper.until(lambda: bob.link.among.inbox.unread == 1)
    await bob.types("/inbox")
    await bob.types("/go inbox 1")
    assert bob.model.room.title == "@ana"
    await bob.types("/leave garden persona")
    assert (await bob.types("/go inbox 3"))[0].startswith("You are not in that room any more")


async def test_what_rings_is_chosen_for_a_room_a_community_and_everywhere(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/create library")

    async def hears(text: str) -> bool:
        rang(bob)
        before = bob.model.find("garden/hall")[0].head
        await ana.types(text)
        await bob.paper.until(lambda: bob.model.find("garden/hall")[0].head > before)
        return rang(bob)

    assert not await hears("one")
    assert await hears("two @bob")
    assert (await bob.types("/notify garden/hall all"))[0] == "garden/hall: everything that is said rings."
    assert await hears("three")
    assert (await bob.types("/notify garden nothing for 2h"))[0].startswith("garden: nothing rings. Until ")
    assert await hears("four")
    await bob.types("/notify garden/hall usual")
    assert not await hears("five @bob")
    assert bob.model.find("garden/hall")[0].mentions == 2, "it counts all the same"
    await bob.types("/notify garden usual")
    await bob.types("/notify word Beans")
    assert await hears("BEANS!")
    assert "words that you wait for: beans" in await bob.types("/notify")
    assert await bob.types("/notify word -beans") == ["You no longer wait for the word beans."]
    assert not await hears("beans again")
    assert (await bob.types("/notify"))[0].startswith("It is as usual")
    for wrong in ("/notify loud", "/notify nowhere all", "/notify all for ever", "/notify word"):
        assert (await bob.types(wrong))[0].startswith(("Say ", "There is no"))


async def test_an_edit_that_mentions_one_from_now_on_rings_like_a_mention(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("The beans are up")
    await bob.sees("The beans are up")
    rang(bob)
    await ana.edits("The beans are up, @bob")
    await bob.sees("The beans are up, @bob")
    shown = [one for one in bob.paper.lines if isinstance(one, Said)][-1]
    assert "".join(span.text for span in rows(shown, 60)[0]).startswith(f"{shown.at:%H:%M} ana        » ")
    assert rang(bob)
    await ana.edits("The beans and peas are up, @bob")
    await bob.sees("and peas")
    assert not rang(bob), "it did before"
    await bob.types("/create library")
    await ana.types("And the slugs")
    await ana.link.voice.settled()
    await ana.edits("And the slugs, @bob")
    await bob.sees("» ana edited #4 in garden/hall: And the slugs, @bob")
    assert rang(bob)
    await bob.types("/notify garden nothing")
    await ana.types("Slugs")
    await ana.link.voice.settled()
    await ana.edits("Slugs, @bob")
    room = bob.model.find("garden/hall")[0]
    await bob.paper.until(lambda: room.head == 7)
    assert not rang(bob)


async def test_an_answer_to_one_stands_out_when_one_comes_back_too(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("Who has beans?")
    await bob.sees("Who has beans?")
    await bob.types("/reply #1 I have")
    await ana.sees("I have")
    await ana.types("/reply #2 How many?")
    await bob.sees("How many?")
    for reader, body in ((ana, "I have"), (bob, "How many?")):
        reader.paper.lines.clear()
        await reader.types("/go garden/hall")
        marked = [one.body for one in reader.paper.lines if isinstance(one, Said) and one.mention and not one.mine]
        assert marked == [body]


async def test_an_answer_to_one_rings_and_stands_out_like_a_mention(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("who has beans?")
    await ana.sees("who has beans?")
    rang(bob)
    await ana.types("/reply #1 I have")
    await bob.sees("I have")
    (said,) = [line for line in bob.paper.lines if isinstance(line, Said) and line.body == "I have"]
    assert said.alert
    assert said.mention
    assert any("»" in text for text in plain(said, 60)) or "".join(plain(said, 60))


async def test_nothing_rings_by_night_and_the_other_device_knows(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    told = await bob.types("/dnd 00:00-00:00 in UTC")
    assert told[0].startswith("Nothing rings at these times: 00:00-00:00 in UTC.")
    rang(bob)
    await ana.types("@bob")
    await bob.sees("@bob")
    assert not rang(bob)
    assert bob.model.attention.dnd.times == [DndTime(begins="00:00", ends="00:00")]
    assert "not to be disturbed: 00:00-00:00 in UTC" in await bob.types("/notify")
    await bob.types("/dnd 22:00-7:00 mon-fri; 14:00-16:00 sat,sun in Europe/Lisbon")
    assert [(one.begins, one.ends, one.days) for one in bob.model.attention.dnd.times] == [
        ("22:00", "07:00", [1, 2, 3, 4, 5]),
        ("14:00", "16:00", [6, 7]),
    ]
    assert await bob.types("/dnd none") == ["No time of the day is quiet any more."]
    rang(bob)
    await ana.types("@bob again")
    await bob.sees("@bob again")
    assert rang(bob)
    for wrong in ("/dnd 25:00-07:00", "/dnd 22:00-07:00 someday", "/dnd 22:00", "/dnd 22:00-07:00 in Mars/Olympus"):
        assert await bob.types(wrong)
    for wrong in ("mon-", "-fri", "mon-fri-"):
        (told,) = await bob.types(f"/dnd 22:00-07:00 {wrong}")
        assert told.startswith("Days are mon, tue, wed, thu, fri, sat, sun, or mon-fri. Say /dnd 22:00-07:00"), wrong
    assert bob.model.attention.dnd is None or bob.model.attention.dnd.times == []


async def test_a_choice_on_one_device_holds_on_the_other(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    phone = await house.signs_in("bob")
    await bob.types("/notify garden/hall nothing")
    await phone.paper.until(lambda: bool(phone.model.attention.choices))
    rang(phone)
    await ana.types("@bob")
    await phone.paper.until(lambda: phone.model.find("garden/hall")[0].head > 0)
    assert not rang(phone)


@pytest.mark.parametrize(
    "typed", ["2026-01-31", "2026-01-31 09:00", "today", "yesterday", "yesterday 08:15", "2026-01-31t09:00z"]
)
def test_a_moment_is_typed_in_ones_own_zone(typed):
    found = when_typed(typed, None)
    assert found is not None
    assert found.tzinfo is not None


@pytest.mark.parametrize("typed", ["", "soon", "31.1.2026", "2026-13-01", "9" * 400])
def test_what_is_no_moment_is_none(typed):
    assert when_typed(typed, None) is None


def test_the_zone_of_this_machine_has_a_name(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Lisbon")
    assert local_zone() == "Europe/Lisbon"
