"""Leaving a community with a choice: what others hear of it and can still find out, and coming back."""

import pytest

from among_protocol import codes, wire
from among_protocol.communities import CommunityLeft, JoinCommunity, LeaveCommunity
from among_protocol.members import MemberForgotten, MemberLeft, PersonaRef, ResolveMembers
from among_protocol.messages import ReadMessages
from among_protocol.moderation import BanMember, KickMember, SilenceMember
from among_protocol.personas import ReadPersona
from among_protocol.reports import FileReport, ListReports, ResolveReport
from among_protocol.status import SetStatus
from among_protocol.view import View
from tests.server.devices import Device
from tests.world import Person, world_of


async def leaves(person: Person, community: str, keep: str) -> CommunityLeft:
    entry: CommunityLeft = (await person.ask(LeaveCommunity, community=community, keep=keep)).entry
    return entry


async def who(by: Person, member: str, rev: int = 0) -> tuple[str, bool]:
    (found,) = (await by.ask(ResolveMembers, members=[PersonaRef(member=member, rev=rev)])).personas
    return found.handle, found.left


async def bodies(by: Person, room: str) -> list[str]:
    return [message.body for message in (await by.ask(ReadMessages, room=room)).messages]


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_everybody_hears_whom_to_forget_after_they_have_left(encoding):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob", encoding=encoding)
        await bob.say("hello")
        await ann.settled()
        left = await leaves(bob, world.id("garden"), "erase")
        heard = [event for event in await ann.settled() if isinstance(event, MemberLeft | MemberForgotten)]
        assert [type(event) for event in heard] == [MemberLeft, MemberForgotten]
        assert {event.by for event in heard} == {bob.member}
        assert [event.erased for event in heard if isinstance(event, MemberForgotten)] == [True]
        assert (left.keep, left.frozen) == ("erase", False)
        assert await who(ann, bob.member, 1) == ("", True)
        assert await bodies(ann, ann.room) == [""]


async def test_auz_04_who_leaves_hears_nothing_more_whatever_they_kept():
    async with world_of() as world:
        for number, keep in enumerate(("persona", "words", "erase")):
            ann, bob = await world.join("garden/hall", f"ann-{number}", f"bob-{number}")
            phone = await bob.device()
            await leaves(bob, world.id("garden"), keep)
            await bob.settled()
            await phone.settled()
            start = len(bob.heard), len(phone.heard)
            await ann.say("secret")
            await bob.settled()
            await phone.settled()
            assert (bob.heard[start[0] :], phone.heard[start[1] :]) == ([], [])
            refused = await bob.refused(ReadMessages, room=ann.room)
            assert refused.code == codes.ROOM_GONE.code


async def test_a_client_that_follows_forgets_too():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        view = View()
        for event in await ann.entries(world.id("garden")):
            view.apply(event)
        assert view.personas[bob.member, 1].handle == "bob"
        await leaves(bob, world.id("garden"), "words")
        for event in await ann.settled():
            view.apply(event)
        assert (view.personas[bob.member, 1].handle, view.personas[bob.member, 1].left) == ("", True)


@pytest.mark.parametrize(("keep", "left"), [("persona", ["", "dnd"]), ("words", [""]), ("erase", [""])])
async def test_how_one_appeared_goes_with_the_persona(keep, left):
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        device = Device(bob)
        device.come()
        await bob.ask(SetStatus, appear="away")
        await bob.ask(SetStatus, community=world.id("garden"), appear="dnd")
        await leaves(bob, world.id("garden"), keep)
        await device.is_whole()
        told = (await bob.sync()).appearances
        assert [one.appear if one.community else "" for one in told] == left
        assert device.view.appearances == {one.community: one for one in told}


async def test_a_client_that_comes_later_never_hears_the_name():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob-of-the-hill")
        await ann.settled()
        await leaves(bob, world.id("garden"), "words")
        await ann.settled()
        (cyd,) = await world.join("garden/hall", "cyd")
        await cyd.entries(world.id("garden"))
        await cyd.entries(cyd.room)
        late = await ann.again()
        await late.sync(positions=dict.fromkeys([world.id("garden"), ann.room], 0), epoch=world.app.store.epoch)
        await late.settled()
        assert not [frame for frame in (*cyd.frames, *late.frames) if b"bob-of-the-hill" in frame]


async def test_who_comes_back_is_who_they_were_and_has_their_words():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.say("hello")
        await leaves(bob, world.id("garden"), "words")
        await ann.settled()
        joined = await world.join_too(bob, "garden")
        assert joined.member == bob.member
        assert await who(ann, bob.member, 1) == ("bob", False)
        assert await bodies(ann, ann.room) == ["hello"]


async def test_a_ban_and_a_silence_bind_whatever_was_erased():
    async with world_of() as world:
        bob, cyd = await world.join("garden/hall", "bob", "cyd")
        owner = world.founder("garden")
        garden = world.id("garden")
        await owner.ask(SilenceMember, community=garden, member=cyd.member, reason="loud", for_ms=60_000)
        await owner.ask(BanMember, community=garden, member=bob.member, reason="rude")
        await leaves(bob, garden, "erase")
        await leaves(cyd, garden, "erase")
        await world.quiet()
        assert (await bob.refused(JoinCommunity, community=garden)).code == codes.BANNED.code
        back = await world.join_too(cyd, "garden")
        assert back.silenced_until


async def test_a_steward_can_ban_who_has_gone_without_a_name():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        owner, garden = world.founder("garden"), world.id("garden")
        await leaves(bob, garden, "erase")
        await owner.ask(BanMember, community=garden, member=bob.member, reason="rude")
        refused = await bob.refused(JoinCommunity, community=garden)
        assert refused.code == codes.BANNED.code


async def test_who_was_kicked_chooses_afterwards_and_a_stranger_has_nothing_to_choose():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        stranger = await world.person("stranger")
        owner, garden = world.founder("garden"), world.id("garden")
        await owner.ask(KickMember, community=garden, member=bob.member, reason="rude")
        await leaves(bob, garden, "words")
        assert await who(ann, bob.member) == ("", True)
        for place in (garden, "c_nowhere"):
            refused = await stranger.refused(LeaveCommunity, community=place, keep="erase")
            assert refused.code == codes.COMMUNITY_GONE.code


async def test_what_was_reported_is_told_to_wait_and_goes_with_the_answer():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        owner, garden = world.founder("garden"), world.id("garden")
        bad = await bob.say("something bad")
        await bob.say("something else")
        await ann.ask(FileReport, room=ann.room, message=bad.seq, reason="bad")
        assert (await leaves(bob, garden, "erase")).frozen
        await ann.settled()
        assert await bodies(ann, ann.room) == ["something bad", ""]
        await world.join_too(bob, "garden")
        assert (await bob.ask(ReadPersona, community=garden)).going == "held", "coming back does not call it off"
        (report,) = (await owner.ask(ListReports, community=garden)).reports
        await owner.ask(ResolveReport, community=garden, report=report.seq, outcome="acted")
        await ann.settled()
        assert await bodies(ann, ann.room) == ["", ""]
        assert (await bob.ask(ReadPersona, community=garden)).going == ""


async def test_who_comes_back_at_once_is_told_that_their_words_are_still_going(monkeypatch):
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        await bob.say("hello")
        garden = world.id("garden")
        monkeypatch.setattr(world.app.services.erasing, "wake", lambda: None)  # nobody has got to it yet
        await leaves(bob, garden, "erase")
        await world.join_too(bob, "garden")
        assert (await bob.ask(ReadPersona, community=garden)).going == "going"
        while await world.app.store.erase_more() is not None:
            pass
        assert (await bob.ask(ReadPersona, community=garden)).going == ""


async def test_what_was_left_first_is_still_told_of_after_less_was_left_a_second_time():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        owner, garden = world.founder("garden"), world.id("garden")
        bad = await bob.say("something bad")
        await ann.ask(FileReport, room=ann.room, message=bad.seq, reason="bad")
        await leaves(bob, garden, "erase")
        await world.join_too(bob, "garden")
        await leaves(bob, garden, "words")
        await world.join_too(bob, "garden")
        await ann.settled()
        assert (await bob.ask(ReadPersona, community=garden)).going == "held", "of the first time"
        (report,) = (await owner.ask(ListReports, community=garden)).reports
        await owner.ask(ResolveReport, community=garden, report=report.seq, outcome="acted")
        await ann.settled()
        assert await bodies(ann, ann.room) == [""]
        assert (await bob.ask(ReadPersona, community=garden)).going == ""


async def test_nobody_learns_from_it_that_two_members_are_one():
    """The events of two places that one account leaves have nothing in common but the time."""
    async with world_of() as world:
        bob, _ = await world.join("garden/hall", "bob", "ann")
        (cyd,) = await world.join("meadow/hut", "cyd")
        meadow = await world.join_too(bob, "meadow")
        await cyd.settled()
        await leaves(bob, world.id("meadow"), "erase")
        told = [event for event in await cyd.settled() if isinstance(event, MemberLeft | MemberForgotten)]
        assert {event.by for event in told} == {meadow.member}
        assert bob.member not in f"{told}"
        assert bob.account not in f"{told}"
