"""What one has begun to write, listed: where it was begun, going on with it, and giving it up."""

from among_protocol.drafts import SetDraft

from .house import House
from .test_drafting import drafts, shows
from .test_line_ui import at_terminal


async def test_what_one_began_is_listed_and_gone_on_with_from_anywhere(tmp_path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        assert (await ana.types("/drafts"))[0].startswith("You have no drafts")
        phone = await house.signs_in("ana")
        await ana.types("Who has beans?")
        hall, garden = ana.room.id, ana.room.community
        at = ""
        for place, thread, text in (
            (hall, 0, "half a"),
            (hall, 1, "I have **so"),
            (garden, 0, "# On beans\n\nThey gr"),
        ):
            before = at
            while at == before:  # in another millisecond
                at = (await phone.among.ask(SetDraft, place=place, thread=thread, text=text)).at
        await ana.paper.until(lambda: len(ana.link.drafting.there) == 3)
        await ana.types("/create meadow")
        told = await ana.types("/drafts")
        assert told[0] == "your drafts: 3"
        assert told[1:-1:3] == [" 1 your corner in garden", " 2 the thread of #1 in garden/hall", " 3 garden/hall"]
        assert told[2:-1:3] == ["   # On beans They gr", "   I have **so", "   half a"]
        assert (await ana.types("/go draft 1"))[0].startswith("That is for your corner in garden: /corner post")
        await ana.types("/go draft 3")
        await ana.paper.until(lambda: ana.paper.offered == ["half a"])
        await ana.types("/go meadow/hall")
        await ana.types("/go draft 2")
        await ana.paper.until(lambda: ana.paper.offered[-1] == "I have **so")
        assert ana.model.visit is not None
        assert ana.model.visit.thread == 1


async def test_the_draft_of_a_room_that_one_only_passes_is_not_said_in_its_thread(tmp_path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        phone = await house.signs_in("ana")
        await ana.types("Who has beans?")
        hall = ana.room.id
        await ana.types("/create meadow")
        for thread, text in ((0, "Good mor"), (1, "I have so")):
            await phone.among.ask(SetDraft, place=hall, thread=thread, text=text)
        await ana.paper.until(lambda: len(ana.link.drafting.there) == 2)
        async with at_terminal(ana) as terminal:
            terminal.press("/go garden/hall\r")
            await shows(terminal, "Good mor")
            await ana.types("/thread 1")
            await shows(terminal, "I have so")
            terminal.press("me\r")
            await shows(terminal, "")
            await ana.link.voice.settled()
            while await drafts(phone) != ["Good mor"]:
                pass


async def test_a_draft_is_given_up_by_its_number(tmp_path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        await ana.types("Who has beans?")
        hall = ana.room.id
        await ana.among.ask(SetDraft, place=hall, thread=1, text="I have so")
        await ana.types("/drafts")
        for wrong in ("/go draft 2", "/drafts drop", "/drafts drop 0", "/drafts drop x"):
            assert (await ana.types(wrong))[0].startswith("Say which one")
        assert (await ana.types("/drafts all"))[0] == "Say /drafts, or /drafts drop NUMBER."
        assert await ana.types("/drafts drop 1") == ["Draft 1 is gone."]
        assert await drafts(ana) == []
        assert (await ana.types("/drafts drop 1"))[0].startswith("Say which one")
        await ana.types("/thread 1")
        assert ana.paper.offered == []
