"""Editing and deleting, as who sits at the terminal sees it."""

from dataclasses import replace

from among_cli.changes import number_of, seq_of
from among_cli.lines import Line, Said
from among_cli.plain_text import plain
from among_cli.referring import about
from among_cli.render import rows
from tests.cli.house import House, Reader


async def test_what_one_said_is_edited_and_everybody_sees_how(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("helo all")
        await bob.sees("helo all")
        await ana.edits("hello all")
        await bob.sees("hello all")
        edit = _last(bob.paper.lines)
        assert plain(edit)[0].endswith("ana edited #1:  hello all")
        await bob.types("not mine")
        await ana.sees("not mine")
        assert await ana.types("/edit #3 but mine") == ["Only who said it may edit it."]
        await ana.types("/edit #1 hello, everybody")
        await bob.sees("hello, everybody")
        before = len(bob.paper.said)
        told = await bob.types("/history 1")
        assert (told[0], told[-1]) == ("what #1 said, oldest first", "end of what it said")
        assert bob.paper.said[before:] == ["helo all", "hello all", "hello, everybody"]
        assert (await bob.types("/history one"))[0].startswith("Say which one")
        assert (await bob.types("/history #3"))[0] == "#3 was never edited."


async def test_an_edit_without_a_text_gives_back_what_was_said(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert (await ana.types("/edit"))[0].startswith("You have said nothing here lately")
        await ana.types("one\n  two")
        await ana.sees("one")
        await bob.types("three")
        await ana.sees("three")
        await ana.types("/edit")
        assert ana.paper.offered == ["/edit #1 one\n  two"]
        assert await ana.types("/edit #2") == ["Only who said it may edit it."]
        await ana.types(f"{ana.paper.offered[0]}!")
        await bob.sees("one\n  two!")
        assert (await ana.types("/edit #1 " + "x" * 8001))[0].startswith("Too long: 8,001 of")
        assert (await ana.types("/reply #2 " + "x" * 8001))[0].startswith("Too long: 8,001 of")


async def test_a_number_names_a_message_with_and_without_a_mark(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        for text in ("one", "two"):
            await ana.types(text)
            await bob.sees(text)
        await ana.types("/edit 1 first")
        await bob.sees("first")
        assert _last(bob.paper.lines).seq == 1
        await ana.types("/edit #last 3 beans are mine")
        await bob.sees("3 beans are mine")
        assert _last(bob.paper.lines).seq == 2
        await ana.types("/edit last of all, beans")
        await bob.sees("last of all, beans")
        assert await ana.types("/edit 77 beans are mine") == [
            "There is no message #77. The numbers stand behind the messages. If 77 begins the text: /edit #last 77 beans are mine"
        ]
        for line in ("/edit 1", "/edit #last"):
            await ana.types(line)
        assert ana.paper.offered == ["/edit #1 first", "/edit #2 last of all, beans"]
        assert "".join(span.text for span in about(ana.link, "/edit 1 fir", 60)) == "┌ ana #1: first"
        assert about(ana.link, "/go 1 ", 60) == []


async def test_who_is_blocked_is_not_heard_by_editing(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("first")
        await bob.sees("first")
        await ana.sees("first")
        await ana.types("/block bob")
        await ana.paper.until(lambda: "bob" in ana.model.blocks.kinds())
        await bob.types("/edit kestrel")
        await bob.types("next")
        await ana.paper.until(lambda: ana.model.visit is not None and 3 in ana.model.visit.said)
        assert not any("kestrel" in line for line in [*ana.paper.said, *ana.paper.told])


async def test_what_one_deletes_is_gone_also_from_the_memory_of_the_clients(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("kestrel-9041")
        await ana.sees("kestrel-9041")
        assert (await bob.types("/delete"))[0].startswith("Say more")
        await bob.types("/delete #1")
        await ana.sees("bob deleted #1")
        await bob.sees("bob deleted #1")
        for reader in (ana, bob):
            visit = reader.model.visit
            assert visit is not None
            assert "kestrel" not in str(vars(visit))
        assert (await bob.types("/edit once more"))[0].startswith("You have said nothing here lately")
        await ana.types("/go hall")
        await ana.paper.until(lambda: any(isinstance(one, Said) and one.blank for one in ana.paper.lines))
        (shown,) = [one for one in ana.paper.lines if isinstance(one, Said) and one.blank]
        assert ["".join(span.text for span in row).split(maxsplit=1)[1] for row in rows(shown, 60)] == [
            "bob        ✗ deleted  #1"
        ]
        assert plain(shown)[0].endswith("bob  ✗ deleted  #1")


async def test_what_is_deleted_is_gone_from_answers_forwards_and_lists_too(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/room create shed")
        await ana.types("/go hall")
        await bob.types("@ana kestrel by the pond")
        await ana.sees("@ana kestrel by the pond")
        await bob.types("/reply #1 I mean it")
        await ana.sees("I mean it")
        await ana.types("/bookmark #1")
        await house.store.indexed()
        for line in ("/inbox", "/bookmarks", "/search pond"):
            assert "kestrel" in "\n".join(await ana.types(line))
        assert on_screen(ana)[2].quote == "bob #1: @ana kestrel by the pond"
        await bob.types("/forward #1 shed")
        await ana.types("/go shed")
        await ana.paper.until(lambda: any(one.shown for one in on_screen(ana).values()))
        await bob.types("/delete #1")
        await ana.paper.until(lambda: all("kestrel" not in one.shown for one in on_screen(ana).values()))
        await bob.sees("bob deleted #1")
        assert on_screen(bob)[2].quote == "bob #1: ✗ deleted"
        assert "kestrel" not in str([on_screen(ana), on_screen(bob), ana.link.lists, bob.link.lists])


async def test_a_steward_deletes_and_says_why(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("buy this")
        await ana.sees("buy this")
        assert await ana.types("/delete #1") == ["Say why: whoever wrote it is told. /delete #1 REASON"]
        await ana.types("/delete #1 An advert")
        await bob.sees("ana deleted a message of yours in hall. The reason: An advert")
        await bob.sees("A steward deleted #1")
        await ana.sees("You deleted #1")


def test_a_number_means_the_message_beside_which_it_stands():
    """In a long room too, where others end in the same digits, and however long ago it was on the screen."""
    shown = [1, 123, 9_999, 12_123, 22_123]
    assert [seq_of(number_of(seq)) for seq in shown] == shown
    assert [seq_of(number) for number in ("7", "x", "#", "#-1", "#" + "9" * 20, "#007")] == [7, 0, 0, 0, 0, 0]


async def test_a_long_room_names_what_is_no_longer_on_the_screen_by_all_of_its_number(tmp_path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        assert ana.model.visit is not None
        old = Said(room=ana.model.visit.room.id, seq=12_123, at=None, who="bob", body="beans", number=number_of(12_123))
        ana.model.visit.said[22_123] = replace(old, seq=22_123, body="peas", number=number_of(22_123))
        assert about_text(ana, f"/reply {old.number} yes") == ""
        ana.model.visit.said[12_123] = old
        assert about_text(ana, f"/reply {old.number} yes") == "┌ bob #12123: beans"
        assert about_text(ana, "/react 123 👍") == "", "message 123 is meant, which is long ago"


async def test_an_answer_stands_under_what_it_answers(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who waters the beans?")
        await bob.sees("Who waters the beans?")
        assert (await bob.types("/reply So do I."))[0].startswith("Say which one, and what")
        await bob.types("/reply #1 I do, every day")
        await ana.sees("I do, every day")
        said = [one for one in ana.paper.lines if isinstance(one, Said)][-1]
        laid = ["".join(span.text for span in row) for row in rows(said, 60)]
        assert laid[0] == "      ┌ ana #1: Who waters the beans?"
        assert laid[1].endswith("bob        » I do, every day  #2"), "an answer stands out like a mention"
        assert plain(said)[0] == "  in answer to ana #1: Who waters the beans?"
        await ana.types("/delete #1")
        await bob.sees("ana deleted #1")
        await bob.types("/go hall")
        await bob.paper.until(lambda: bool(bob.paper.lines) and "✗ deleted" in _last(bob.paper.lines).quote)


def about_text(reader: Reader, typed: str) -> str:
    return "".join(span.text for span in about(reader.link, typed, 79))


def on_screen(reader: Reader) -> dict[int, Said]:
    assert reader.model.visit is not None
    return reader.model.visit.said


def _last(lines: list[Line]) -> Said:
    return [one for one in lines if isinstance(one, Said)][-1]


async def test_an_edit_waits_for_what_one_said_last(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("good morning")
        await ana.sees("good morning")
        await ana.types("hello wrld")
        assert await ana.types("/edit hello world") == [
            "What you said last is still on its way. Try again once it stands there."
        ]
        await ana.sees("hello wrld")
        await ana.types("/edit hello world")
        await bob.sees("hello world")
        assert on_screen(bob)[1].body == "good morning"


async def test_what_was_deleted_is_told_by_its_number_whatever_one_wants_of_it(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/room create tools")
        await ana.types("/go hall")
        await ana.types("The pond is frozen")
        await ana.types("/delete #1")
        await bob.sees("ana deleted #1")
        for line in (
            "/reply #1 Is it?",
            "/react #1 👍",
            "/react #1",
            "/history #1",
            "/bookmark #1",
            "/forward #1 tools",
        ):
            assert await bob.types(line) == ["#1 was deleted."], line
        for line in ("/edit #1", "/edit #1 nearly", "/delete #1", "/pin #1"):
            assert await ana.types(line) == ["#1 was deleted."], line
        assert (await ana.types("/edit 1 spade"))[0].startswith("#1 was deleted. If 1 begins the text: ")
        assert not bob.model.outgoing, "nothing waits that can't be sent"


async def test_a_deletion_in_a_thread_that_was_never_shown_is_not_told_in_the_room(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who has beans?")
        await ana.types("/thread 1 I have")
        await bob.sees("answered in the thread of #1")
        await ana.types("/delete #2")
        await ana.types("Good evening")
        await bob.sees("Good evening")
        assert not any("deleted" in line for line in bob.paper.told)


async def test_who_deletes_what_was_said_in_a_thread_is_told_that_it_is_gone(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        await bob.types("/thread 1 Cheap watches")
        await ana.sees("answered in the thread of #1")
        await ana.types("/delete #2 An advert")
        await ana.sees("You deleted #2")
