"""Private rooms: for those who were added, and for nobody else a room at all."""

import pytest

from among_protocol import codes
from among_protocol.communities import LeaveCommunity
from among_protocol.logs import ReadEntries
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.rooms import (
    AddPerson,
    CreateRoom,
    FollowRoom,
    ListRooms,
    PersonAdded,
    PersonLeft,
    RoomFollowed,
    SetTopic,
    TopicSet,
    UnfollowRoom,
)
from tests.world import world_of


async def test_a_private_room_is_told_to_those_in_it_and_to_nobody_else():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        community = world.heads()[world.id("garden")]
        cellar = await world.private_room("garden/cellar", bob)
        assert world.heads()[world.id("garden")] == community
        assert [event for event in await ann.settled() if "cellar" in str(event)] == []
        told = next(event for event in bob.heard if isinstance(event, RoomFollowed) and event.room == cellar)
        assert (told.kind, told.slug, told.head) == ("private", "cellar", 2)
        for person, seen in ((bob, ["hall", "cellar"]), (ann, ["hall"])):
            rooms = (await person.ask(ListRooms, community=world.id("garden"))).rooms
            assert [room.slug for room in rooms] == seen
        first, second = await bob.entries(cellar)
        founder = world.founder("garden").member
        assert (first.by, first.member) == (founder, founder)
        assert (second.by, second.member) == (founder, bob.member)


async def test_who_is_added_hears_the_room_from_then_on_and_may_read_what_was():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann)
        await ann.say("before bob", room=cellar)
        added = await ann.ask(AddPerson, room=cellar, member=bob.member)
        assert (added.entry.by, added.entry.member) == (ann.member, bob.member)
        await ann.say("after", room=cellar)
        await bob.settled()
        told = next(event for event in bob.heard if isinstance(event, RoomFollowed) and event.room == cellar)
        assert bob.numbers(cellar) == [told.head + 1]
        page = await bob.ask(ReadMessages, room=cellar)
        assert [message.body for message in page.messages] == ["before bob", "after"]
        assert (
            await world.founder("garden").hears(PersonAdded, lambda event: event.member == bob.member)
        ).log == cellar


async def test_all_who_are_in_it_have_the_same_say():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await ann.ask(SetTopic, room=cellar, topic="wine")
        assert (await bob.hears(TopicSet)).topic == "wine"


async def test_auz_04_who_leaves_a_private_room_is_out_for_good():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await bob.ask(UnfollowRoom, room=cellar)
        assert (await ann.hears(PersonLeft)).by == bob.member
        await ann.say("is he gone?", room=cellar)
        assert [event for event in await bob.settled() if isinstance(event, MessageSent)] == []
        for command in (FollowRoom, UnfollowRoom, ReadMessages):
            assert (await bob.refused(command, room=cellar)).code == codes.ROOM_GONE.code
        assert (await bob.refused(SendMessage, room=cellar, body="hi")).code == codes.ROOM_GONE.code
        assert (await bob.refused(ReadEntries, log=cellar, after=0)).code == codes.LOG_GONE.code
        await ann.ask(AddPerson, room=cellar, member=bob.member)  # but others may bring him back
        await ann.say("hello again", room=cellar)
        assert (await bob.hears(MessageSent)).body == "hello again"


async def test_who_leaves_the_community_leaves_its_private_rooms():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        assert (await ann.hears(PersonLeft)).log == cellar
        await ann.say("is he gone?", room=cellar)
        assert [event for event in await bob.settled() if isinstance(event, MessageSent)] == []


async def test_only_members_of_the_community_are_added_and_only_to_private_rooms():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        (eve,) = await world.join("library/desk", "eve")
        cellar = await world.private_room("garden/cellar", ann)
        await cyd.ask(LeaveCommunity, community=world.id("garden"))
        heads = world.heads()
        for member in (eve.member, cyd.member, "m_nobody"):
            refused = await ann.refused(AddPerson, room=cellar, member=member)
            assert (refused.code, refused.field) == (codes.MEMBER_GONE.code, "member")
        refused = await ann.refused(AddPerson, room=ann.room, member=bob.member)
        assert refused.code == codes.ROOM_GONE.code
        refused = await bob.refused(AddPerson, room=cellar, member=bob.member)
        assert refused.code == codes.ROOM_GONE.code
        assert world.heads() == heads


async def test_adding_who_is_there_already_is_told_and_doubles_nothing():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await ann.ask(AddPerson, room=cellar, member=bob.member)
        await bob.settled()
        await ann.say("once", room=cellar)
        assert [event.body for event in await bob.settled()] == ["once"]


@pytest.mark.parametrize("kind", ["open", "private"])
async def test_a_slug_is_one_rooms_whatever_its_kind(kind):
    async with world_of() as world:
        await world.join("garden/hall")
        await world.private_room("garden/cellar")
        for slug in ("hall", "cellar"):
            refused = await world.founder("garden").refused(
                CreateRoom, community=world.id("garden"), slug=slug, kind=kind
            )
            assert refused.code == codes.SLUG_TAKEN.code
