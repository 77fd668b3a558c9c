"""Newcomers: the welcome they get, who is told of them, and by whom they can be spoken to alone."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.blocks import SetBlock
from among_protocol.communities import JoinCommunity, LeaveCommunity, UpdateCommunity
from among_protocol.greeters import (
    GreeterChanged,
    ListGreeters,
    NewcomerSettled,
    NewcomerSpoke,
    SetGreeter,
)
from among_protocol.moderation import BanMember, KickMember
from among_protocol.personas import PersonaWish
from among_protocol.reach import ReachChanged, SetReach
from among_protocol.rooms import OpenDirect
from among_protocol.welcome import ReadWelcome, SetWelcome, WelcomeGiven, WelcomeSet
from among_server.store.rules import greeters as rules
from among_server.store.stewards import stewards_of
from tests.world import Person, World, world_of


async def greeter_in(world: World, *others: str) -> tuple[Person, ...]:
    """Ann is a steward of the garden, Bob greets there; and others, who came before he did."""
    ann, bob, *rest = await world.join("garden/hall", "ann", "bob", *others)
    await world.promote(ann, "garden", "steward")
    await bob.ask(SetGreeter, community=world.id("garden"), state="volunteers")
    await ann.ask(SetGreeter, community=world.id("garden"), member=bob.member, state="greets")
    for person in (ann, bob, *rest):
        await person.settled()
    return ann, bob, *rest


async def newcomer(world: World, handle: str = "eve") -> Person:
    (eve,) = await world.join("garden/hall", handle)
    return eve


async def told(person: Person, kind: type[Any]) -> list[Any]:
    return [event for event in await person.settled() if isinstance(event, kind)]


# --- welcome


async def test_a_newcomer_gets_the_welcome_once_with_the_rooms_to_start_in():
    async with world_of() as world:
        ann, *_ = await greeter_in(world)
        garden = world.id("garden")
        await ann.ask(SetWelcome, community=garden, text="Hello!\n\nSay who you are.", rooms=[ann.room])
        eve = await world.person("eve")
        await world.join_too(eve, "garden")
        (given,) = await told(eve, WelcomeGiven)
        assert (given.log, given.text, given.rooms) == (eve.account, "Hello!\n\nSay who you are.", [ann.room])
        await eve.ask(LeaveCommunity, community=garden)
        await world.join_too(eve, "garden")
        assert await told(eve, WelcomeGiven) == [], "it was said once"
        assert (await eve.ask(ReadWelcome, community=garden)).text.startswith("Hello!")
        (entry,) = [one for one in await ann.entries(stewards_of(garden)) if isinstance(one, WelcomeSet)]
        assert entry.by == ann.member


async def test_without_a_welcome_nothing_is_said():
    async with world_of() as world:
        await world.join("garden/hall")
        eve = await world.person("eve")
        await world.join_too(eve, "garden")
        assert await told(eve, WelcomeGiven) == []


async def test_the_welcome_is_the_stewards_and_leads_to_open_rooms_alone():
    async with world_of() as world:
        ann, bob = await greeter_in(world)
        garden = world.id("garden")
        assert (await bob.refused(SetWelcome, community=garden, text="x")).code == codes.RIGHT_MISSING.code
        cellar = await world.private_room("garden/cellar", ann)
        await world.join("library/desk")
        for room in (cellar, world.id("library/desk"), "r_nowhere"):
            refused = await ann.refused(SetWelcome, community=garden, rooms=[ann.room, room])
            assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "rooms[1]")


# --- greeters


async def test_who_volunteers_greets_once_a_steward_agrees():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        garden = world.id("garden")
        await world.promote(ann, "garden", "steward")
        written = (await bob.ask(SetGreeter, community=garden, state="volunteers")).entry
        assert (written.log, written.state) == (bob.account, "volunteers")
        assert (await ann.hears(GreeterChanged)).by == bob.member
        for who, seen in ((ann, ["volunteers"]), (bob, ["volunteers"]), (cyd, [])):
            assert [one.state for one in (await who.ask(ListGreeters, community=garden)).greeters] == seen
        for who in (bob, cyd):
            refused = await who.refused(SetGreeter, community=garden, member=bob.member, state="greets")
            assert refused.code == codes.RIGHT_MISSING.code
        await ann.ask(SetGreeter, community=garden, member=bob.member, state="greets")
        heard = await cyd.hears(GreeterChanged)
        assert (heard.log, heard.member, heard.state, heard.by, heard.reason) == (garden, bob.member, "greets", "", "")
        (one,) = (await cyd.ask(ListGreeters, community=garden)).greeters
        assert (one.persona.handle, one.state) == ("bob", "greets")


async def test_nobody_is_volunteered_by_others():
    async with world_of() as world:
        ann, _, cyd = await greeter_in(world, "cyd")
        garden = world.id("garden")
        for state, code in (("volunteers", codes.RIGHT_MISSING), ("greets", codes.GREETER_GONE)):
            refused = await ann.refused(SetGreeter, community=garden, member=cyd.member, state=state)
            assert refused.code == code.code


async def test_a_steward_takes_it_away_and_says_why():
    async with world_of() as world:
        ann, bob, cyd = await greeter_in(world, "cyd")
        away = {"community": world.id("garden"), "member": bob.member, "state": "none"}
        assert (await ann.refused(SetGreeter, **away)).field == "reason"
        assert (await cyd.refused(SetGreeter, **away, reason="x")).code == codes.RIGHT_MISSING.code
        await ann.ask(SetGreeter, **away, reason="writes to people alone")
        heard = await bob.hears(GreeterChanged, lambda event: event.log == bob.account)
        assert (heard.state, heard.reason, heard.by) == ("none", "writes to people alone", "")
        assert (await cyd.hears(GreeterChanged)).reason == ""
        await (await newcomer(world)).say("hi")
        assert await told(bob, NewcomerSpoke) == []


@pytest.mark.parametrize("how", ["leave", "kick", "ban"])
async def test_who_is_no_member_greets_nobody(how):
    async with world_of() as world:
        ann, bob = await greeter_in(world)
        garden = world.id("garden")
        if how == "leave":
            await bob.ask(LeaveCommunity, community=garden)
            await bob.ask(JoinCommunity, community="garden")
        else:
            command = KickMember if how == "kick" else BanMember
            await ann.ask(command, community=garden, member=bob.member, reason="x")
        assert (await ann.ask(ListGreeters, community=garden)).greeters == []
        await (await newcomer(world)).say("hi")
        assert await told(bob, NewcomerSpoke) == []


# --- newcomers


async def test_the_first_message_of_a_newcomer_is_told_to_greeters_and_to_nobody_else():
    async with world_of() as world:
        ann, bob, cyd = await greeter_in(world, "cyd")
        eve = await newcomer(world)
        said = await eve.say("hello, I am new")
        (flag,) = await told(bob, NewcomerSpoke)
        assert (flag.log, flag.member, flag.room, flag.message) == (bob.account, eve.member, eve.room, said.seq)
        await eve.say("and I have a question")
        assert await told(bob, NewcomerSpoke) == []
        for who in (ann, cyd, eve):
            assert await told(who, NewcomerSpoke) == []
        await cyd.say("hi")  # came before there was a greeter
        assert await told(bob, NewcomerSpoke) == []


async def test_what_is_said_in_private_is_told_to_no_greeter():
    async with world_of() as world:
        ann, bob = await greeter_in(world)
        eve = await newcomer(world)
        cellar = await world.private_room("garden/cellar", eve)
        await eve.say("psst", room=cellar)
        direct = await world.direct(eve, ann)
        await eve.say("psst", room=direct)
        assert await told(bob, NewcomerSpoke) == []
        await eve.say("hello")
        assert len(await told(bob, NewcomerSpoke)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_who_wants_no_greeting_gets_none_and_nobody_is_told(when):
    async with world_of() as world:
        _, bob = await greeter_in(world)
        eve = await world.person("eve")
        wish = {"community": world.id("garden"), "greetings": False}
        if when == "before":
            await eve.ask(SetReach, **wish)
        joined = await world.join_too(eve, "garden")
        if when == "after":
            await eve.ask(SetReach, **wish)
        await eve.say("hello", room=bob.room)
        heard = await bob.settled()
        assert [event for event in heard if isinstance(event, NewcomerSpoke)] == []
        assert joined.member


@pytest.mark.parametrize("who", ["greeter", "newcomer"])
async def test_a_block_hides_newcomers_from_greeters(who):
    async with world_of() as world:
        _, bob = await greeter_in(world)
        eve = await newcomer(world)
        if who == "greeter":
            await bob.ask(SetBlock, kind="block", member=eve.member)
        else:
            await eve.ask(SetBlock, kind="block", member=bob.member)
        await eve.say("hello")
        assert await told(bob, NewcomerSpoke) == []


async def test_after_three_exchanges_the_greeter_is_told_once_that_it_worked():
    async with world_of() as world:
        ann, bob = await greeter_in(world)
        eve = await newcomer(world)
        await eve.say("hello")
        for number in range(5):
            await bob.say("@eve welcome!")
            await bob.say("@eve are you there?")  # once more by the same one is no exchange
            await eve.say("thank you @bob")
            assert len(await told(bob, NewcomerSettled)) == (number == 2)
        for who in (ann, eve):
            assert await told(who, NewcomerSettled) == []


async def test_after_two_weeks_nobody_is_new_any_more(monkeypatch):
    async with world_of() as world:
        _, bob = await greeter_in(world)
        eve = await newcomer(world)
        monkeypatch.setattr(rules, "NEWCOMER_DAYS", 0)
        await eve.say("hello")
        assert await told(bob, NewcomerSpoke) == []
        await bob.ask(OpenDirect, handles=["eve"])


# --- who may be spoken to alone


async def test_a_newcomer_is_not_spoken_to_alone_until_they_open_that():
    async with world_of() as world:
        ann, bob = await greeter_in(world)
        eve = await newcomer(world)
        for who in (ann, bob):
            refused = await who.refused(OpenDirect, handles=["eve"])
            assert (refused.code, refused.field) == (codes.DIRECT_REFUSED.code, "handles")
        group = await ann.refused(OpenDirect, handles=["bob", "eve"])
        assert group.code == codes.DIRECT_REFUSED.code
        await eve.ask(OpenDirect, handles=["bob"])  # whom they speak to themselves, they know
        await bob.ask(OpenDirect, handles=["eve"])
        assert (await ann.refused(OpenDirect, handles=["eve"])).code == codes.DIRECT_REFUSED.code
        await eve.ask(SetReach, community=world.id("garden"), directs="anyone")
        await ann.ask(OpenDirect, handles=["eve"])


async def test_leaving_the_community_is_no_way_around_it():
    async with world_of() as world:
        _, _, cyd = await greeter_in(world, "cyd")
        eve = await newcomer(world)
        await cyd.ask(LeaveCommunity, community=world.id("garden"))
        assert (await cyd.refused(OpenDirect, handles=["eve"])).code == codes.DIRECT_REFUSED.code
        assert eve.member


async def test_who_shares_another_community_is_not_kept_out():
    async with world_of() as world:
        ann, _ = await greeter_in(world)
        await world.join("library/desk")
        eve = await newcomer(world)
        for person in (ann, eve):
            await world.join_too(person, "library")
        await ann.ask(OpenDirect, handles=["eve"])


@pytest.mark.parametrize(
    ("said", "stranger", "known"), [("anyone", True, True), ("known", False, True), ("nobody", False, False)]
)
async def test_what_is_said_for_everywhere_holds_for_everybody(said, stranger, known):
    async with world_of() as world:
        eve, ann, bob = [await world.person(handle) for handle in ("eve", "ann", "bob")]
        await eve.ask(OpenDirect, handles=["bob", "ann"])
        await eve.ask(SetReach, directs=said)
        other = await world.person("dan")
        for who, may in ((other, stranger), (bob, known)):
            if may:
                await who.ask(OpenDirect, handles=["eve"])
            else:
                assert (await who.refused(OpenDirect, handles=["eve"])).code == codes.DIRECT_REFUSED.code
        await eve.ask(OpenDirect, handles=["dan"])  # oneself one may always
        assert ann.account


async def test_a_direct_that_there_is_stays_open():
    async with world_of() as world:
        ann, eve = [await world.person(handle) for handle in ("ann", "eve")]
        direct = await world.direct(ann, eve)
        await eve.ask(SetReach, directs="nobody")
        await ann.say("still here", room=direct)
        await ann.ask(OpenDirect, handles=["eve"])


async def test_it_is_a_register_in_every_sync_told_to_ones_own_devices_and_to_nobody_else():
    async with world_of() as world:
        ann, bob = await greeter_in(world)
        phone = await bob.device()
        garden = world.id("garden")
        await bob.ask(SetReach, community=garden, directs="known")
        kept = await bob.ask(SetReach, community=garden, greetings=False)
        assert (kept.directs, kept.greetings) == ("known", False)
        heard = await told(phone, ReachChanged)
        assert heard[-1].reach == kept
        assert await told(bob, ReachChanged) == []
        assert (await bob.sync()).reach == [kept]
        assert (await ann.sync()).reach == []
        await bob.ask(SetReach, community=garden, directs="", greetings=True)
        assert (await bob.sync()).reach == []


async def test_what_cannot_be_said_is_refused_by_name():
    async with world_of() as world:
        ann = await world.person("ann")
        assert (await ann.refused(SetReach, community="c_nowhere", directs="known")).code == codes.COMMUNITY_GONE.code
        refused = await ann.refused(SetReach, greetings=False)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "greetings")


async def test_nobody_learns_by_its_name_that_a_hidden_community_is_there():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        garden, eve = world.id("garden"), await world.person("eve")
        await world.founder("garden").ask(UpdateCommunity, community=garden, door="invite", listed=False)
        for name in ("garden", "nowhere"):
            assert (await eve.refused(SetReach, community=name, directs="known")).code == codes.COMMUNITY_GONE.code
        await ann.ask(SetReach, community=garden, directs="known")


async def test_a_name_of_ones_own_tells_nobody_where_else_one_is():
    """Whether a direct with the account can be opened does not depend on where it is under another name."""
    async with world_of() as world:
        ann, _ = await greeter_in(world)
        eve = await world.person("eve")
        await eve.ask(JoinCommunity, community="garden", persona=PersonaWish(handle="rose"))
        await ann.ask(OpenDirect, handles=["eve"])


async def test_within_the_community_a_newcomer_is_left_alone_whatever_else_they_share():
    async with world_of() as world:
        ann, _ = await greeter_in(world)
        await world.join("library/desk")
        eve = await newcomer(world)
        for person in (ann, eve):
            await world.join_too(person, "library")
        await world.direct(eve, ann)
        within = {"members": [eve.member]}
        assert (await ann.refused(OpenDirect, **within)).code == codes.DIRECT_REFUSED.code
        await eve.ask(OpenDirect, members=[ann.member])
        await ann.ask(OpenDirect, **within)
