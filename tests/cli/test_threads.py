"""Threads, as who sits at the terminal sees them."""

import pytest

from among_cli import thread_lines
from among_cli.changes import counted
from among_cli.lines import Line, Said, Told
from among_cli.plain_text import plain
from among_cli.render import rows
from among_protocol.messages import Thread
from tests.cli.house import House, Reader
from tests.cli.test_commands import bar
from tests.cli.test_reading import rang


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_lines, "EVERY", 0.01)


def laid(line: Line, columns: int = 60) -> list[str]:
    return ["".join(span.text for span in row) for row in rows(line, columns)]


async def test_a_thread_is_told_of_in_a_line_and_read_on_its_own(tmp_path):
    async with House(tmp_path) as house:
        ana, bob, cyd = await house.join("garden/hall", "ana", "bob", "cyd")
        await ana.types("Who has beans to spare?")
        for reader in (bob, cyd):
            await reader.sees("Who has beans")
        await bob.types("/thread #1 I have some")
        await cyd.sees("bob answered in the thread of #1 “Who has beans to spare?” · /thread 1")
        assert "I have some" not in cyd.paper.said, "it does not stand among the rest"
        await bob.sees("I have some")
        own = [one for one in bob.paper.lines if isinstance(one, Said)][-1]
        assert laid(own)[0] == "      ┌ in the thread of #1 “Who has beans to spare?”"
        assert plain(own)[0] == "  in the thread of #1 “Who has beans to spare?”"
        told = await cyd.types("/thread 1")
        assert told[0] == "the thread of #1"
        assert told[-1] == "you speak in this thread; /thread: back to the room"
        assert cyd.paper.said[-2:] == ["Who has beans to spare?", "I have some"]
        root = [one for one in cyd.paper.lines if isinstance(one, Said)][-2]
        assert laid(root)[-1].endswith("Who has beans to spare?  #1"), "what is said about it stands below"


async def test_an_edit_in_a_thread_that_is_not_on_the_screen_is_not_printed_among_the_rest(tmp_path):
    async with House(tmp_path) as house:
        ana, bob, cyd = await house.join("garden/hall", "ana", "bob", "cyd")
        await ana.types("Who has beans to spare?")
        for reader in (bob, cyd):
            await reader.sees("Who has beans")
        await bob.types("/thread #1 I have soem")
        await cyd.sees("bob answered in the thread of #1")
        await bob.sees("I have soem")
        await bob.edits("I have some")
        await bob.types("Good evening")
        await cyd.sees("Good evening")
        assert "I have some" not in cyd.paper.said


async def test_many_answers_are_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(thread_lines, "EVERY", 0.5)
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        for number in range(4):
            await bob.types(f"/thread 1 answer {number}")
        await ana.sees("3 answers in the thread of #1 “Who has beans?” · /thread 1")
        told = [line for line in ana.paper.told if "thread of #1" in line]
        assert len(told) == 2
        assert told[0].startswith("bob answered in the thread of #1")


async def test_the_room_shows_under_its_root_how_much_is_said(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        await bob.types("/thread 1 me, @ana")
        await ana.sees("me, @ana")
        await ana.types("/go hall")
        root = [one for one in ana.paper.lines if isinstance(one, Said)][-1]
        assert laid(root)[-1] == "      └ 1 answer, 1 new, 1 for you · /thread 1"
        assert plain(root)[-1] == "  1 answer, 1 new, 1 for you · /thread 1"
        assert all(len(row) <= 60 for row in laid(root))


async def test_who_is_meant_hears_of_it_in_another_room(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        await ana.types("/room create shed")
        await bob.types("/thread 1 look, @ana")
        await ana.sees("» bob in a thread of garden/hall: look, @ana")
        assert ana.model.unread() == (1, 1)
        await ana.types("/go")
        assert ana.model.room is not None
        assert ana.model.room.title == "garden/hall"


async def test_what_rings_in_a_thread_is_chosen_as_in_the_room(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        for text in ("Who has beans?", "And seeds?"):
            await ana.types(text)
            await bob.sees(text)
        await ana.types("/create library")
        room = ana.model.find("garden/hall")[0]

        async def hears(text: str) -> tuple[list[str], bool]:
            """What ana is told of it, and whether that rings."""
            seen, before = len(ana.paper.lines), room.head
            await bob.types(text)
            await ana.paper.until(lambda: room.head > before)
            lines = [one for one in ana.paper.lines[seen:] if isinstance(one, Told)]
            return ["".join(part.text for part in one.parts) for one in lines], any(one.alert for one in lines)

        called = (["» bob in a thread of garden/hall: @ana"], True)
        assert await hears("/thread 1 @ana") == called
        await ana.types("/dnd 00:00-00:00 in UTC")
        assert await hears("/thread 1 @ana") == (called[0], False), "not to be disturbed, by the clock"
        await ana.types("/dnd none")
        await ana.types("/notify garden/hall nothing")
        assert await hears("/thread 1 @ana") == ([], False)
        await ana.types("/notify garden/hall all")
        assert await hears("/thread 1 I do") == (["» bob in a thread of garden/hall: I do"], True)
        await ana.types("/go garden/hall")
        await ana.types("/unfollow #1")
        await ana.types("/go library")
        assert await hears("/thread 1 who else?") == ([], False), "a thread that she does not follow"
        assert await hears("/thread 1 @ana") == called


async def test_a_thread_that_one_follows_is_told_of_in_another_room(tmp_path):
    async with House(tmp_path) as house:
        ana, bob, cyd = await house.join("garden/hall", "ana", "bob", "cyd")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        await ana.types("/create library")
        await cyd.types("/create meadow")
        await bob.types("/thread 1 I do")
        await ana.sees("» bob answered in the thread of #1 in garden/hall · /threads")
        assert not [line for line in ana.paper.lines if isinstance(line, Told) and line.alert]
        await ana.types("/notify garden nothing")
        await bob.types("/thread 1 or so I think")
        await bob.types("@cyd hello")
        await cyd.sees("» bob in garden/hall: @cyd hello")
        assert not any("thread" in line for line in cyd.paper.told), "who does not follow it"
        await ana.paper.until(lambda: ana.model.find("garden/hall")[0].head == 4)
        assert len([line for line in ana.paper.told if "answered" in line]) == 1, "nothing, where one chose so"


async def test_a_thread_in_a_direct_is_told_of_as_the_direct_is(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("/dm ana hello")
        await ana.sees("» bob to you: hello")
        await bob.types("/thread 1 are you there?")
        await ana.sees("» bob to you, in a thread: are you there?")
        (line,) = [line for line in ana.paper.lines if isinstance(line, Told) and "in a thread" in str(line)]
        assert line.alert


async def test_a_thread_is_known_after_a_jump_and_from_the_inbox(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        for number in range(40):
            await ana.types(f"/thread 1 answer {number}")
        await ana.types("/thread 1 for you, @bob")
        await bob.sees("for you, @bob")
        await bob.types("/create library")
        await bob.types("/inbox")
        before = len(bob.paper.said)
        told = await bob.types("/go inbox 1")
        shown = bob.paper.said[before:]
        assert "the thread of #1" in told
        assert told[-3:] == [
            "this",
            "Older answers: /thread #1 older",
            "you speak in this thread; /thread: back to the room",
        ]
        assert shown[-1] == "for you, @bob"
        assert "Who has beans?" in shown, "under what it is about"
        await bob.types("/thread 42 thank you")
        await ana.sees("bob answered in the thread of #1")
        told = await bob.types("/jump #3")
        assert told[0] == "the thread of #1"
        assert "The newest answers: /thread #1" in told
        assert "Older answers: /thread #1 older" not in told
        assert bob.model.visit is not None
        assert bob.model.visit.root_of(20) == 1
        await bob.types("/go garden/hall")
        await bob.types("/jump #1")
        root = [one for one in bob.paper.lines if isinstance(one, Said)][-1]
        assert laid(root)[-1].endswith(" · /thread 1")


async def test_the_threads_that_one_follows_are_listed_with_what_is_new(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert (await ana.types("/threads"))[0].startswith("You follow no thread")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        await bob.types("/thread 1 I do")
        await ana.sees("bob answered")
        assert (await ana.types("/threads"))[0] == "• #1  1 answer, 1 new  ana: Who has beans?"
        await ana.types("/thread 1")
        assert (await ana.types("/threads"))[0] == "  #1  1 answer  ana: Who has beans?"
        assert (await bob.types("/threads here"))[0] == "  #1  1 answer  ana: Who has beans?"
        await ana.types("/unfollow #1")
        assert (await ana.types("/threads"))[0].startswith("You follow no thread")
        assert (await ana.types("/threads here"))[0].startswith("  #1  1 answer")
        assert (await ana.types("/follow 1"))[0].startswith("You follow the thread of #1")
        assert (await ana.types("/threads more"))[0].startswith("There are no more")
        assert (await ana.types("/threads everywhere"))[0].startswith("Say /threads")


async def beans_and_seeds(house: House) -> tuple[Reader, Reader]:
    """Ana asked two things in the hall and one in a direct, and is in tools; bob answered all three in their threads."""
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for text in ("Who has beans?", "And seeds?"):
        await ana.types(text)
        await bob.sees(text)
    await ana.types("/dm bob Or for me alone?")
    await bob.sees("for me alone")
    await ana.types("/room create tools")
    for text in ("/thread 1 I have", "/thread 1 some", "/thread 2 none, @ana", "/dm ana", "/thread 1 all of it"):
        await bob.types(text)
    await ana.paper.until(lambda: len(ana.model.thread_news()) == 3)
    return ana, bob


async def typed(reader: Reader, line: str) -> list[str]:
    """What is told of it, and not of what somebody else says meanwhile."""
    return [told for told in await reader.types(line) if " answered in the thread of " not in told]


async def goes_on(reader: Reader) -> tuple[str, str]:
    """They go where something is new: the room, and the thread."""
    told = await typed(reader, "/go")
    room = reader.model.room
    assert room is not None
    await reader.paper.until(lambda: not room.has_news)
    return room.title, next((line for line in told if line.startswith("the thread")), "")


async def test_what_is_new_in_threads_is_told_wherever_what_is_unread_is(tmp_path):
    async with House(tmp_path) as house:
        ana, _ = await beans_and_seeds(house)
        before = len(ana.paper.lines)
        assert await typed(ana, "/unread") == [
            "  1 garden/hall     1 for you, 3 in threads",
            "    garden/hall#2  1 new, 1 for you  ana: And seeds?",
            "    garden/hall#1  2 new  ana: Who has beans?",
            "    @bob#1  1 new  ana: Or for me alone?",
            "/go garden/hall#2 goes to the first of these threads.",
        ]
        assert all(len(row) <= 60 for line in ana.paper.lines[before:] for row in laid(line))
        told = await typed(ana, "/rooms")
        assert "  1 hall            1 for you, 3 in threads" in told
        assert any(line.startswith("  3 @bob") and "1 in threads" in line for line in told)
        assert "new in 1 room, 3 threads, 1 for you" in bar(ana, 100)
        narrow = bar(ana, 60)
        assert "/inbox 1 · /unread · " in narrow
        assert "garden/tools" in narrow
        await typed(ana, "/read all")
        assert await typed(ana, "/unread") == ["Nothing is unread."]
        assert "new in" not in bar(ana, 100)


async def test_the_bar_tells_of_threads_alone_at_sixty_columns(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await typed(ana, "Who has beans?")
        await bob.sees("Who has beans?")
        await typed(bob, "/thread 1 I have")
        await ana.sees("bob answered")
        assert "new in 1 thread" in bar(ana, 60)
        assert "garden/hall" in bar(ana, 60)
        assert (await typed(ana, "/unread"))[-1] == "/thread 1 goes to that thread."
        await typed(ana, "/thread 1")
        assert "new in" not in bar(ana, 60)


async def test_one_goes_on_to_the_threads_with_something_new_after_the_rooms(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await beans_and_seeds(house)
        await typed(bob, "/go tools")
        await typed(bob, "/go hall")
        await typed(bob, "Good evening")
        await ana.paper.until(lambda: ana.model.find("garden/hall")[0].unread == 1)
        assert [await goes_on(ana) for _ in range(4)] == [
            ("garden/hall", ""),
            ("garden/hall", "the thread of #2"),
            ("@bob", "the thread of #1"),
            ("garden/hall", "the thread of #1"),
        ]
        assert await typed(ana, "/go") == ["Nothing is unread elsewhere. /rooms lists your rooms."]


async def test_one_goes_to_a_thread_by_its_room_and_number(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await beans_and_seeds(house)
        await typed(bob, "/go hall")
        await typed(bob, "And that is all")
        await typed(ana, "/go garden/hall#1")
        assert ana.model.room is not None
        assert ana.model.room.title == "garden/hall"
        assert ana.paper.said[-3:] == ["Who has beans?", "I have", "some"]
        told = await typed(ana, "/go hall#6")
        assert "this" in told, "nothing is said about it: the room"
        assert "the thread of #1" in await typed(ana, "/go #3"), "where that was said"
        await typed(ana, "/unfollow #2")
        assert "the thread of #2" in await typed(ana, "/go hall#2")
        assert await typed(ana, "/go hall#77") == ["There is no message #77 in garden/hall."]
        assert (await typed(ana, "/go shed#1"))[0].startswith("There is no room shed for you.")


async def test_threads_are_read_with_their_room_or_with_all(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await beans_and_seeds(house)
        await typed(ana, "/go hall")
        assert {"Read: garden/hall and 2 threads.", "Read: 2 threads."} & {*await typed(ana, "/read")}
        assert [one.room for one in ana.model.thread_news()] == [ana.model.find("@bob")[0].id]
        again = await house.person("ana", token=ana.among.token)
        assert len(again.model.thread_news()) == 1, "the server knows"
        assert "Nothing was unread." in await typed(ana, "/read")
        assert {"Read: @bob and 1 thread.", "Read: 1 thread."} & {*await typed(ana, "/read all")}
        assert await typed(ana, "/read all") == ["Nothing was unread."]
        await again.paper.until(lambda: not again.model.thread_news())
        await typed(bob, "/thread 1 and more")
        await ana.paper.until(lambda: len(ana.model.thread_news()) == 1)


async def test_a_number_of_the_thread_leads_to_it_too(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await typed(ana, "Who has beans?")
        await bob.sees("Who has beans?")
        await typed(bob, "/thread 1 I do")
        await ana.sees("bob answered")
        await typed(ana, "/thread #2 how many?")
        await bob.sees("ana answered in the thread of #1")
        await typed(bob, "/thread #3")
        assert bob.paper.said[-3:] == ["Who has beans?", "I do", "how many?"]


async def test_what_can_not_be_done_says_what_to_do(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert (await typed(ana, "/thread"))[0].startswith("Say which one: /thread #12")
        assert (await typed(ana, "/thread hello"))[0].startswith("Say which one: /thread #12")
        assert (await typed(ana, "/thread 77"))[0].startswith("There is no message #77.")
        assert await typed(ana, "/follow #77") == ["There is no such message."]
        await typed(bob, "hello")
        await ana.sees("hello")
        assert await typed(ana, "/follow 007") == [
            "There is no message #007 on the screen. Somebody's corner goes by @: /follow @007"
        ]
        assert await typed(ana, "/unfollow #1") == ["There is no such thread among those that you follow."]
        assert "Nothing is said about it yet." in await typed(ana, "/thread 1")
        assert (await typed(ana, "/thread #1 " + "x" * 8001))[0].startswith("Too long: 8,001 of")


async def test_what_rings_is_chosen_for_a_thread(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await typed(ana, "Who has beans?")
        await bob.sees("Who has beans?")
        assert (await typed(bob, "/notify #1 all"))[0].startswith("You don't follow the thread of #1")
        await typed(bob, "/follow #1")
        await typed(bob, "/notify garden/hall nothing")
        rang(bob)
        await typed(ana, "/thread 1 look here, @bob")
        await bob.sees("look here")
        assert not rang(bob), "what holds for the room holds in its threads"
        assert (await typed(bob, "/notify #1 all"))[0] == "the thread of #1: everything that is said rings."
        assert (await typed(bob, "/notify #1"))[0].startswith(
            "the thread of #1: everything that is said rings (chosen for the thread)."
        )
        told = await typed(bob, "/notify")
        assert "garden/hall #1       all" in told
        assert told[-1] == "garden/hall: nothing rings (chosen for garden/hall)."
        rang(bob)
        await typed(ana, "/thread 1 and here")
        await bob.sees("and here")
        assert rang(bob)
        await typed(bob, "/notify #1 usual")
        assert (await typed(bob, "/notify #1"))[0] == "the thread of #1: nothing rings (chosen for garden/hall)."


async def test_what_rings_is_told_of_threads_that_there_can_be(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        for words in ("Who has beans?", "Never mind", "/delete #2", "/thread #1 I have"):
            await typed(ana, words)
        await bob.sees("ana answered in the thread of #1")
        await typed(bob, "/thread #1")
        none = "There is no message #77 here. The numbers stand behind the messages: #12."
        for words in ("/notify #77", "/notify #77 all", "/notify #77 nothing for 2h"):
            assert await typed(bob, words) == [none]
        assert await typed(bob, "/notify #3") == [
            "There is no message #3 here. The numbers stand behind the messages: #12."
        ]
        assert await typed(bob, "/notify #2") == ["#2 is deleted, and nothing was said about it: it has no thread."]
        for number in ("#1", "#4"):
            assert (await typed(bob, f"/notify {number}"))[0].startswith("the thread of #1: only what mentions")
        await typed(ana, "/thread #4 and again")
        await typed(ana, "/notify #4 nothing")
        assert (await typed(ana, "/notify #5"))[0].startswith("the thread of #1: nothing rings")


async def test_what_rings_in_a_thread_that_one_does_not_follow_is_told_wherever_it_is_asked(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await typed(ana, "Who has beans?")
        await bob.sees("Who has beans?")
        await typed(bob, "/notify garden/hall all")
        told = "the thread of #1: only what mentions or answers you rings (you don't follow it: /follow #1)."
        assert await typed(bob, "/notify #1") == [told]
        assert (await typed(bob, "/thread #1"))[-2] == told
        await typed(bob, "/notify garden nothing for 2h")
        await typed(bob, "/notify garden/hall usual")
        (asked,) = await typed(bob, "/notify #1")
        assert asked.startswith(
            "the thread of #1: nothing rings (you don't follow it: /follow #1; chosen for garden until "
        )
        (asked,) = await typed(bob, "/notify garden/hall")
        assert asked.startswith("garden/hall: nothing rings (chosen for garden until ")
        assert (await typed(bob, "/notify garden"))[0].startswith("garden: nothing rings (chosen for garden until ")
        assert await typed(bob, "/notify everywhere") == [
            "everywhere: what mentions or answers you, or has a word that you wait for, rings (nothing was chosen)."
        ]
        await typed(bob, "/follow #1")
        assert not any("rings" in line for line in await typed(bob, "/thread #1")), "who follows it knows"


async def test_in_a_thread_too_nothing_is_older_than_its_beginning(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await typed(ana, "Who has beans?")
        await bob.sees("Who has beans?")
        for number in range(3):
            await typed(bob, f"/thread 1 bean {number}")
        await bob.link.voice.settled()
        await typed(ana, "/thread 1")
        assert "This is where the thread of #1 begins." in await typed(ana, "/thread 1 older")
        assert "This is where the thread of #1 begins." in await typed(ana, "/older")
        await typed(ana, "/thread")
        assert "This is where the room begins." in await typed(ana, "/older")


async def test_who_is_blocked_is_not_told_of_in_threads(tmp_path):
    async with House(tmp_path) as house:
        ana, bob, cyd = await house.join("garden/hall", "ana", "bob", "cyd")
        await cyd.types("Who has beans?")
        for reader in (ana, bob):
            await reader.sees("Who has beans?")
        await typed(ana, "/block bob")
        await ana.paper.until(lambda: bool(ana.model.blocks.kind("bob")))
        await typed(bob, "/thread 1 kestrel @ana")
        await cyd.types("next")
        await ana.sees("next")
        told = await typed(ana, "/thread 1")
        assert "1 of people whom you blocked or muted." in told
        assert not any("kestrel" in line or "bob answered" in line for line in [*ana.paper.said, *ana.paper.told])


def test_how_much_is_said_in_few_words():
    thread = Thread(messages=1, head=3, at="2026-01-31T09:00:00.000Z")
    assert counted(thread) == "1 answer"
    thread.messages, thread.unread, thread.mentions = 12, 3, 1
    assert counted(thread) == "12 answers, 3 new, 1 for you"
