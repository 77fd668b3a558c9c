"""Being somebody in particular, at the terminal."""

import pytest

from among_cli.lines import Said
from among_protocol.accounts import UpdateAccount
from among_protocol.personas import PersonaLink, PersonaWish, UpdatePersona

from .house import House


async def test_who_joins_is_asked_who_they_want_to_be_and_shown_it_before(tmp_path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        bob = await house.person("bob")
        await bob.types("/create elsewhere")
        bob.paper.chooses = True
        bob.paper.answers = ["ana", "Ana", "", "", "y", "moss", "", "he/him", "The beans", "y"]
        told = await bob.types("/join garden")
        assert "Enter: bob, as everywhere. Or a handle: " in bob.paper.questions[0]
        assert any("somebody else" in line for line in told), "and asked again"
        assert "In garden you will be moss  moss  he/him  The beans" in told
        await ana.sees("moss joined garden")
        await bob.types("hello")
        await ana.sees("hello")


async def test_who_says_no_has_not_joined(tmp_path):
    async with House(tmp_path) as house:
        await house.join("garden/hall", "ana")
        bob = await house.person("bob")
        await bob.types("/create elsewhere")
        bob.paper.chooses = True
        bob.paper.answers = ["moss", "", "", "", "n"]
        assert (await bob.types("/join garden"))[-1] == "You did not join garden."
        assert [place.slug for place in bob.model.communities.values()] == ["elsewhere"]


async def test_who_is_nowhere_yet_has_just_said_who_they_are_and_is_not_asked_again(tmp_path):
    async with House(tmp_path) as house:
        await house.join("garden/hall", "ana")
        bob = await house.person("bob")
        bob.paper.chooses = True
        told = await bob.types("/join garden")
        assert "You are bob there; /me changes who you are in garden." in told


@pytest.mark.parametrize("door", ["open", "ask"])
async def test_a_newcomer_whose_name_somebody_has_is_asked_for_another(tmp_path, door: str):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        await ana.types("/me name bob")
        await ana.types(f"/community door {door}")
        bob = await house.person("bob")
        bob.paper.chooses = True
        word = [""] if door == "ask" else []
        bob.paper.answers = [*word, ""]
        told = await bob.types("/join garden")
        assert told[-2].startswith("This handle looks like one that belongs to somebody else")
        assert told[-1] == "You did not join garden."
        bob.paper.answers = [*word, "moss", "", "", "", "y"]
        told = await bob.types("/join garden")
        assert bob.paper.questions[-5] == "Who do you want to be in garden? A handle: "
        assert any("You have asked to be let into garden" in line or "You are in garden" in line for line in told)


@pytest.mark.parametrize("me", ["/me", "/me profile"])
async def test_a_number_leads_to_the_link_that_was_shown_or_nowhere(tmp_path, me):
    async with House(tmp_path) as house:
        (bob,) = await house.join("garden/hall", "bob")
        assert (await bob.types(f"{me} unlink 1"))[0].startswith(f"Look at your links first: {me} shows them")
        for name in ("one", "two", "three"):
            await bob.types(f"{me} link {name} https://example.org/{name}")
        left = [PersonaLink(label=name, url=f"https://example.org/{name}") for name in ("two", "three")]
        here = bob.link.model.here()
        if me == "/me" and here is not None:  # on another device
            await bob.link.among.ask(UpdatePersona, community=here.id, persona=PersonaWish(links=left))
        else:
            await bob.link.among.ask(UpdateAccount, links=left)
        assert await bob.types(f"{me} unlink 1") == [f"That link is gone. {me} shows those that are there."]
        assert (await bob.types(f"{me} unlink 4"))[0].startswith(f"Say {me} unlink NUMBER: you were shown 3")
        told = "\n".join(await bob.types(f"{me} unlink 2"))
        assert ("/two" in told, "/three" in told) == (False, True)


async def test_me_is_who_one_is_here_and_the_profile_is_what_one_is_elsewhere(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert (await bob.types("/me"))[0] == "@bob"
        first, *told = await bob.types("/me place city Lisbon")
        assert first.startswith("From now on you are somebody in particular in garden")
        assert any("Lisbon" in line for line in told)
        await bob.types("/me why To learn how to graft")
        for typed in ("https://example.org", "https://example.org my garden"):
            assert (await bob.types(f"/me link {typed}"))[-1].startswith("Say what it leads to, and the address: ")
        assert (await bob.types("/me link My garden http://example.org"))[-1].startswith("The address must be an https")
        told = await bob.types("/me link My garden https://example.org/bob")
        assert any("My garden" in line for line in told)
        assert any("To learn how to graft" in line for line in await ana.types("/whois bob"))
        assert not any("My garden" in line for line in await bob.types("/me unlink 1"))
        assert (await bob.types("/me profile"))[-1] == "@bob  bob  your profile, wherever you chose nothing else"
        assert (await bob.types("/me profile bio Digs"))[-1] == "  bio       Digs"
        assert not any("Digs" in line for line in await bob.types("/me"))
        assert any("Digs" in line for line in await bob.types("/me back"))
        assert (await bob.types("/me nonsense x"))[0].startswith("Say /me handle")
        assert (await bob.types("/me place 38.72, -9.13"))[0].startswith(
            "The field persona.place.name must be the name"
        )


async def test_a_former_handle_is_shown_with_what_was_said_and_leads_to_its_owner(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("I am bob")
        await ana.sees("I am bob")
        await bob.types("/me handle moss")
        await ana.sees("bob is now moss")
        assert (await ana.types("/whois @bob"))[0] == "@bob goes by @moss now."
        cyd = await house.person("cyd")
        await cyd.types("/join garden")
        (said,) = [line for line in cyd.paper.lines if isinstance(line, Said) and line.body == "I am bob"]
        assert (said.who, said.then) == ("moss", "bob")


async def test_who_goes_by_another_handle_here_is_spoken_to_alone_by_that_as_who_both_are_here(tmp_path):
    """No account is called so: it was answered that there is none, of somebody who had just said something."""
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/me handle fern")
        await bob.types("/me handle moss")
        await ana.types("/dm moss psst")
        await bob.sees("fern to you: psst")
        await bob.types("/dm fern yes?")
        await ana.sees("yes?")
        assert {room.title for room in bob.model.rooms.values() if room.kind == "direct"} == {"@fern"}
        assert await ana.types("/dm moss,nobody") == ["There is no such account."]


async def test_by_the_handle_of_an_account_it_is_the_account_that_is_spoken_to(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("/me handle moss")
        await ana.types("/dm bob psst")
        assert ana.model.room is not None
        assert ana.model.room.title == "@bob"
        assert (await ana.types("/dm moss"))[-1] == "There is no such account.", "a direct is no room of garden"


async def test_a_message_is_forwarded_to_who_goes_by_another_handle_here(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("/me handle moss")
        await ana.types("Water them in the evening")
        assert (await ana.types("/forward #1 @moss look"))[-1] == "Forwarded #1 to @moss."
        await bob.sees("look")
