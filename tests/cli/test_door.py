"""Coming in, and keeping the door, as typed at the terminal."""

import pytest

from among_cli import address
from among_protocol.communities import UpdateCommunity

from .house import House, Reader


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


@pytest.fixture
async def ana(house) -> Reader:
    (ana,) = await house.join("garden/hall", "ana")
    reader: Reader = ana
    return reader


async def settle(ana: Reader, **settings) -> None:
    room = ana.model.room
    assert room is not None
    await ana.among.ask(UpdateCommunity, community=room.community, **settings)


async def test_rules_are_shown_and_nobody_joins_without_accepting_them(ana, house):
    await settle(ana, rules="Be kind.\nNo adverts.")
    bob = await house.person("bob")
    bob.paper.answers = ["n"]
    told = await bob.types("/join garden")
    assert told[-4:] == ["Its rules, version 1:", "  Be kind.", "  No adverts.", "You did not join garden."]
    assert await bob.types("/join garden") == [*told[:-1], "Nothing was done."], "who gives up has done nothing"
    assert not bob.model.communities
    bob.paper.answers = ["y"]
    assert "You are in garden. Rooms: hall." in await bob.types("/join garden")
    assert bob.model.room.title == "garden/hall"
    told = await bob.types("/rules")
    assert told == ["The rules of garden, version 1:", "  Be kind.", "  No adverts.", "You have accepted them."]


async def test_rules_that_change_are_told_and_accepted_later(ana, house):
    await settle(ana, rules="Be kind.")
    bob = await house.person("bob")
    bob.paper.answers = ["y"]
    await bob.types("/join garden")
    await ana.types("/community rules Be very kind.\nNo adverts.")
    await bob.sees("ana changed garden: its rules are version 2 now: /rules")
    await bob.types("I may still speak")
    await ana.sees("I may still speak")
    assert (await bob.types("/rules"))[-1] == "/rules accept says that you do."
    assert await bob.types("/rules accept") == ["You accept the rules of garden, version 2."]
    assert (await bob.types("/rules"))[-1] == "You have accepted them."
    assert await bob.types("/rules 1") == ["The rules of garden, version 1; version 2 holds now:", "  Be kind."]


async def test_who_asks_is_asked_one_by_one_and_let_in(ana, house):
    for line in ("/community question add What do you grow?", "/community question add Why?", "/community door ask"):
        await ana.types(line)
    bob = await house.person("bob")
    bob.paper.answers = ["Beans", "Because", "Ana knows me"]
    told = await bob.types("/join garden")
    assert told[-2] == "You have asked to be let into garden, and will hear what they say."
    assert bob.paper.questions[:2] == ["What do you grow? ", "Why? "]
    await ana.sees("garden, for stewards: bob asks to be let in: Ana knows me")
    told = await ana.types("/requests")
    assert [line.strip() for line in told[1:-1]] == [
        "What do you grow?",
        "Beans",
        "Why?",
        "Because",
        "«Ana knows me»",
    ]
    assert await bob.types("/join garden") == [
        "You have asked garden already, and are not answered yet. /withdraw garden"
    ]
    assert "bob is in garden now." in await ana.types("/accept bob")
    await bob.sees("You are in garden: its stewards let you in. /go garden")
    await bob.types("/go garden")
    await bob.types("Hello")
    await ana.sees("Hello")


async def test_who_is_declined_is_told_why(ana, house):
    await settle(ana, door="ask")
    bob = await house.person("bob")
    bob.paper.answers = [""]
    await bob.types("/join garden")
    await ana.sees("bob asks to be let in")
    assert await ana.types("/decline bob Say more.") == ["bob is not let into garden, and told why."]
    await bob.sees("The stewards of garden did not let you in. The reason: Say more. You may ask again after")
    (told,) = await bob.types("/join garden")
    assert told.startswith("The stewards of garden have declined; you may ask again after")
    assert await ana.types("/accept bob") == ["No bob asks to be let into garden. /requests lists who does."]


async def test_a_number_of_who_asks_elsewhere_lets_nobody_in_here(ana, house):
    await settle(ana, door="ask")
    await ana.types("/create books")
    await settle(ana, door="ask")
    bob, cleo = await house.person("bob"), await house.person("cleo")
    for reader, place in ((bob, "garden"), (cleo, "books")):
        reader.paper.answers = [""]
        await reader.types(f"/join {place}")
        await ana.sees(f"{place}, for stewards: {reader.among.account.handle} asks to be let in")
    number = (await ana.types("/requests"))[0].split()[0]
    await ana.types("/go garden")
    assert await ana.types(f"/accept {number}") == [
        f"The number {number} that you saw is of books: /go books first. /requests lists those of garden."
    ]
    assert (await ana.types("/requests"))[0].split()[0] == number, "it is somebody else's here"
    assert "bob is in garden now." in await ana.types(f"/accept {number}")


async def test_what_was_asked_is_taken_back(ana, house):
    await settle(ana, door="ask")
    bob = await house.person("bob")
    bob.paper.answers = [""]
    await bob.types("/join garden")
    assert await bob.types("/withdraw garden") == ["You no longer ask to be let into garden."]
    assert await ana.types("/requests") == ["Nobody waits to be let into garden."]


async def test_who_waits_is_told_of_when_a_steward_comes_back(ana, house):
    await settle(ana, door="ask")
    for handle in ("bob", "cyd"):
        one = await house.person(handle)
        one.paper.answers = [""]
        await one.types("/join garden")
    from among_cli import doorkeeping  # what the start of the chat does

    await doorkeeping.waiting(ana.link)
    await ana.sees("garden, for stewards: 2 ask to be let in. /requests")


async def test_a_link_leads_in_whatever_the_door(ana, house):
    await settle(ana, door="invite", listed=False)
    told = await ana.types("/invite 2 2d for bob")
    link = next(line for line in told if line.startswith("ws://"))
    meant = address.parse(link)
    assert (meant.server, meant.community) == (house.url, "garden")
    bob, cyd = await house.person("bob"), await house.person("cyd")
    assert await bob.types("/join garden") == ["There is no such community."]
    assert "You are in garden. Rooms: hall." in await bob.types(f"/join {link}")
    await ana.sees("garden, for stewards: bob came in with an invite")
    (row, _) = await ana.types("/invites")
    assert row.startswith("  1 1 of 2 left, until ")
    assert row.endswith("for bob")
    assert await ana.types("/invite revoke 1") == ["Invite 1 lets nobody in any more."]
    assert await cyd.types(f"/join {link}") == ["There is no such community."]
    (told,) = await cyd.types("/join ws://127.0.0.1:1/v1#community=garden&invite=x")
    assert told.startswith("That is on another server")


async def test_one_by_invite_says_so(ana, house):
    await settle(ana, door="invite")
    bob = await house.person("bob")
    assert await bob.types("/join garden") == ["One comes into garden with an invite alone."]
    told = await bob.types(f"/join {address.with_invite(house.url, 'garden', 'wrong')}")
    assert told == ["This invite is no longer valid, and one comes into garden with an invite alone."]


async def test_an_open_one_is_looked_into_from_outside(ana, house):
    await settle(ana, rules="Be kind.", about="Beans, mostly")
    await ana.types("The beans are up.\nAll of them.")
    await ana.sees("The beans are up.")
    bob = await house.person("bob")
    assert await bob.types("/preview garden") == [
        "garden  Garden  1 member, open to all",
        "  Beans, mostly",
        "Its rules, version 1:",
        "  Be kind.",
        "  hall",
        "    ana: The beans are up. All of them.",
        "/join garden",
    ]


async def test_settings_are_shown_and_changed(ana, house):
    bob = await house.person("bob")
    await bob.types("/join garden")
    told = await ana.types("/community name The Garden")
    assert told == [
        "garden  The Garden  2 members",
        "  about  –",
        "  tags   –",
        "  door   open to all",
        "  rules  none",
        "  keeps  for ever",
    ]
    await bob.sees("ana changed garden: it is called The Garden now")
    await ana.types("/community question add Why?")
    await ana.types("/community question add What?")
    assert (await ana.types("/community question drop 1"))[-1] == "  asks 1 What?"
    assert (await bob.types("/community about Mine"))[
        -1
    ] == "Your role does not carry the right to do this. /members shows who is steward or owner."
    (told,) = await ana.types("/community colour green")
    assert told.startswith("Say /community name, about or rules TEXT; ")
    (told,) = await ana.types("/community listed no")
    assert "door `invite`" in told
