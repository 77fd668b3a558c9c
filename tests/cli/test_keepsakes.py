"""Pins, bookmarks, forwards and permalinks, as who sits at the terminal sees them."""

import pytest

from among_cli import keepsakes
from among_cli.lines import Line, Rule, Said
from among_cli.link import Cannot
from among_cli.plain_text import plain
from among_cli.render import rows
from among_protocol.posts import PublishPost
from tests.cli.house import House


def _last(lines: list[Line]) -> Said:
    return [one for one in lines if isinstance(one, Said)][-1]


def laid(line: Line, columns: int = 60) -> list[str]:
    return ["".join(span.text for span in row).rstrip() for row in rows(line, columns)]


async def test_what_is_pinned_is_listed_with_who_said_it(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("Water them in the evening, never at noon")
        await ana.sees("Water them in the evening, never at noon")
        assert await bob.types("/pin #1") == [
            "Your role does not carry the right to do this. /members shows who is steward or owner."
        ]
        assert (await bob.types("/pins"))[-1] == "Nothing is pinned here."
        await ana.types("/pin #1")
        await bob.sees("ana pinned #1 of bob: Water them in the evening, never at noon")
        start = len(bob.paper.lines)
        told = await bob.types("/pins")
        assert told[0] == "pinned in garden/hall"
        assert told[1].startswith("#1 bob  pinned by ana, ")
        assert told[2] == "   Water them in the evening, never at noon"
        for line in bob.paper.lines[start:]:
            assert all(len(row) <= 60 for row in laid(line))
        assert await ana.types("/pin #1") == ["This message is pinned already."]
        await ana.types("/unpin 1")
        await bob.sees("ana unpinned #1")
        assert (await ana.types("/unpin it"))[0].startswith("Say which one: /unpin #12")
        assert await ana.types("/unpin #1") == ["There is no such pin."]


async def test_pins_go_on_page_by_page_in_each_room_by_itself(tmp_path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        for number in range(1, 13):
            await ana.types(f"message {number}")
        await ana.sees("message 12")
        for number in range(1, 13):
            await ana.types(f"/pin {number}")
        assert await ana.types("/pins more") == ["There are no more. /pins begins again."]
        told = await ana.types("/pins")
        assert len(told) == 22, "it fits a screen"
        assert told[-1] == "There are more: /pins more"
        await ana.types("/room create shed")
        assert await ana.types("/pins more") == ["There are no more. /pins begins again."]
        await ana.types("/go hall")
        told = await ana.types("/pins more")
        assert told[0] == "more pinned in garden/hall"
        assert told[2::2] == ["   message 2", "   message 1"]
        assert await ana.types("/pins more") == ["There are no more. /pins begins again."]
        assert await ana.types("/pins all") == ["Say /pins, or /pins more."]


async def test_a_bookmark_is_found_again_from_anywhere_and_dropped(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("The key is under the pot")
        await bob.sees("The key is under the pot")
        assert (await bob.types("/bookmarks"))[0].startswith("You have no bookmarks")
        assert (await bob.types("/bookmark #1 for Sunday"))[0].startswith("Bookmarked #1.")
        told = await bob.types("/bookmarks")
        assert told[0] == "your bookmarks: 1"
        assert told[1].startswith(" 1 garden/hall #1  ")
        assert told[2:4] == ["   for Sunday", "   ana: The key is under the pot"]
        assert told[4] == "/go bookmark 1 goes to the first, /bookmarks drop 1 takes it away."
        await bob.types("/create meadow")
        await bob.types("/go bookmark 1")
        assert bob.model.room is not None
        assert bob.model.room.title == "garden/hall"
        assert "this" in [line.text for line in bob.paper.lines if isinstance(line, Rule)]
        assert (await bob.types("/go bookmark 7"))[0].startswith("Say which one")
        await ana.types("/delete #1")
        await bob.sees("ana deleted #1")
        told = await bob.types("/bookmarks")
        assert told[3] == "   ana: ✗ deleted"
        assert (await bob.types("/bookmarks drop 2"))[0].startswith("Say which one")
        assert await bob.types("/bookmarks drop 1") == ["Bookmark 1 is gone."]
        assert (await bob.types("/bookmarks drop 1"))[0].startswith("Say which one")
        assert (await bob.types("/bookmarks"))[0].startswith("You have no bookmarks")


async def test_a_forward_shows_whose_words_they_are_and_no_text_can_pose_as_one(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/room create shed")
        await ana.sees("garden/shed")
        await bob.paper.until(lambda: any(room.title == "garden/shed" for room in bob.model.rooms.values()))
        await bob.types("/go shed")
        await bob.sees("garden/shed")
        await ana.types("/go hall")
        await ana.types("Water them in the evening, and never at noon, or they will burn")
        await ana.sees("Water them in the evening, and never at noon, or they will burn")
        assert (await ana.types("/forward #1")) == [
            "Say where to: /forward #12 ROOM (or @HANDLE, or ROOM#5 for a thread there), with a comment if you like. /rooms has yours."
        ]
        assert await ana.types("/forward #1 shed as I said") == ["Forwarded #1 to garden/shed."]
        await bob.sees("as I said")
        said = _last(bob.paper.lines)
        assert laid(said) == [
            "      ┌ forwarded from ana in garden/hall #1",
            "      │ Water them in the evening, and never at noon, or",
            "      │ they will burn",
            f"{said.at:%H:%M} ana          as I said  #1",
        ]
        assert plain(said)[:2] == [
            "  forwarded from ana in garden/hall #1:",
            "  | Water them in the evening, and never at noon, or they will burn",
        ]
        await ana.types("/forward #1 shed")
        await bob.paper.until(lambda: _last(bob.paper.lines).seq == 2)
        assert laid(_last(bob.paper.lines))[-1].endswith("(forwarded)  #2")
        assert (await ana.types("/forward #1 shed#x"))[0].startswith("A thread is named by its room and number")
        told = await ana.types("/forward #1 shed#2 for the thread")
        assert told == ["Forwarded #1 to garden/shed, in the thread of #2."]
        await bob.sees("ana answered in the thread of #2")
        await bob.types("/thread #2")
        await bob.sees("for the thread")
        await ana.types("/delete #1")
        await bob.types("/go shed")
        await bob.paper.until(lambda: _last(bob.paper.lines).shown == "✗ deleted")
        await bob.types("┌ forwarded from ana: I owe bob a cake")
        await ana.types("/go shed")
        await ana.sees("┌ forwarded from ana: I owe bob a cake")
        assert laid(_last(ana.paper.lines))[0][:5] == f"{_last(ana.paper.lines).at:%H:%M}", (
            "a message begins with a time"
        )


async def test_a_forward_to_somebody_alone_opens_the_direct_and_both_see_whose_words_they_are(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Water them in the evening")
        for reader in (ana, bob):
            await reader.sees("Water them in the evening")
        assert (await ana.types("/forward #7 @bob"))[0].startswith("There is no message #7.")
        assert len(bob.model.rooms) == 1, "no direct is opened for nothing"
        assert await ana.types("/forward #1 @bob") == ["Forwarded #1 to @bob."]
        await bob.sees("» ana to you: (forwarded)")
        await bob.types("/go @ana")
        await bob.paper.until(lambda: _last(bob.paper.lines).shown == "Water them in the evening")
        assert laid(_last(bob.paper.lines))[0] == "      ┌ forwarded from ana in garden/hall #1"
        assert await bob.types("/forward #1 garden/hall") == [
            "What was said in a private room or a direct stays there."
        ]


async def test_a_forward_that_is_pinned_or_bookmarked_is_listed_with_what_it_shows(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("Water them in the evening")
        await ana.sees("Water them in the evening")
        await ana.types("/room create shed")
        await ana.sees("garden/shed")
        await ana.types("/go hall")
        await ana.types("/forward #1 shed as I said")
        await ana.types("/go shed")
        await ana.sees("as I said")
        await ana.types("/pin #1")
        await ana.types("/bookmark #1")
        credit = [" ┌ forwarded from bob in garden/hall #1", " │ Water them in the evening"]
        assert (await ana.types("/pins"))[2:] == [*credit, "   as I said"]
        assert (await ana.types("/bookmarks"))[2:5] == [*credit, "   ana: as I said"]
        await bob.types("/delete #1")
        assert (await ana.types("/pins"))[2:4] == [credit[0], " │ ✗ deleted"]


async def test_what_one_may_not_read_is_forwarded_without_a_word(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        (cleo,) = await house.join("library/desk", "cleo")
        await ana.types("kestrel-9041")
        await ana.sees("kestrel-9041")
        await ana.types("/dm cleo hello")
        await cleo.sees("hello")
        await ana.types("/go garden/hall")
        await ana.types("/forward #1 @cleo look")
        await cleo.types("/go @ana")
        await cleo.sees("look")
        said = _last(cleo.paper.lines)
        assert laid(said)[0] == "      ┌ forwarded from somewhere that you can't read"
        assert "kestrel" not in str(cleo.paper.lines)
        await bob.types("/block ana")


async def test_a_link_leads_to_what_was_said_with_what_stood_around_it(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        for number in range(1, 4):
            await ana.types(f"message {number}")
            await bob.sees(f"message {number}")
        (given,) = await ana.types("/link #2")
        assert given.startswith("among://127.0.0.1:")
        assert "/garden/hall/2?epoch=e_" in given
        assert (await ana.types("/link 77"))[0] == "There is no message #77. The numbers stand behind the messages."
        start = len(bob.paper.lines)
        await bob.types(f"/link {given}")
        shown = bob.paper.lines[start:]
        assert isinstance(shown[0], Rule)
        assert [one.body for one in shown if isinstance(one, Said)] == ["message 1", "message 2", "message 3"]
        at = next(index for index, one in enumerate(shown) if isinstance(one, Said) and one.body == "message 2")
        assert plain(shown[at - 1]) == ["This is the one:"]
        assert [one.number for one in shown if isinstance(one, Said)] == ["#1", "#2", "#3"]
        await bob.types("/thread 2 so I read")
        await ana.sees("bob answered")
        await bob.types("/create meadow")
        start = len(bob.paper.lines)
        await bob.types(f"/link {given}")
        numbers = {(one.number, one.thread) for one in bob.paper.lines[start:] if isinstance(one, Said)}
        assert numbers == {("", "")}, "what is typed by a number is about the open room"
        await bob.types(f"/go {given}")
        assert bob.model.room is not None
        assert bob.model.room.title == "garden/hall"
        await bob.sees("This is the one:")
        old = given.partition("?")[0] + "?epoch=e_before"
        assert "older than the data" in (await bob.types(f"/link {old}"))[0]
        assert "another server" in (await bob.types("/link among://example.org/garden/hall/2"))[0]
        assert "There is no message #99" in (await bob.types(f"/link {given.replace('/2?', '/99?')}"))[0]
        assert "no room garden/cellar" in (await bob.types(f"/link {given.replace('/hall/', '/cellar/')}"))[0]
        assert (await bob.types("/link among://nonsense"))[0].startswith("This is no permalink")


async def test_a_program_that_is_begun_with_a_link_shows_what_it_leads_to(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("The key is under the pot")
        await bob.sees("The key is under the pot")
        (given,) = [line for line in await ana.types("/link #1") if line.startswith("among://")]
        await bob.types("/create meadow")
        assert await keepsakes.start(bob.link, given.split("/", 3)[3])
        await bob.sees("This is the one:")
        assert bob.model.room is not None
        community = bob.model.room.community
        assert not await keepsakes.start(bob.link, "garden/hall"), "a room is no message"
        post = (await ana.among.ask(PublishPost, community=community, title="On beans", body="They grow.")).entry
        for link in (f"garden/@ana/{post.seq}", f"{post.log}/{post.seq}"):
            bob.paper.lines.clear()
            assert await keepsakes.start(bob.link, f"{link}?epoch={ana.among.epoch}")
            await bob.sees("They grow.")
            with pytest.raises(Cannot, match="older than the data"):
                await keepsakes.start(bob.link, f"{link}?epoch=e_before")


async def test_the_link_of_a_direct_is_by_its_id(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/dm bob hello")
        await bob.sees("hello")
        await ana.types("/go @bob")
        await ana.sees("hello")
        (given,) = [line for line in await ana.types("/link #1") if line.startswith("among://")]
        assert "/r_" in given
        start = len(bob.paper.lines)
        await bob.types(f"/link {given}")
        assert [one.body for one in bob.paper.lines[start:] if isinstance(one, Said)] == ["hello"]


async def test_everybody_is_called_and_who_may_not_is_told_that_it_is_a_word(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("tea, @room")
        await bob.sees("tea, @room")
        assert _last(bob.paper.lines).mention
        await bob.types("who is in the @room?")
        await ana.sees("who is in the @room?")
        assert not _last(ana.paper.lines).mention
        await bob.paper.until(lambda: any("@room is only a word here" in one for one in bob.paper.told))
