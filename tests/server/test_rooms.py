"""Open rooms: making, following, topics."""

import pytest

from among_protocol import codes
from among_protocol.logs import Sync
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.rooms import (
    CreateRoom,
    FollowRoom,
    ListRooms,
    RoomCreated,
    RoomFollowed,
    RoomUnfollowed,
    SetTopic,
    TopicSet,
    UnfollowRoom,
)
from tests.held import HeldStore
from tests.world import world_of


async def test_members_hear_of_a_new_open_room_and_its_maker_follows_it():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        founder = world.founder("garden")
        made = await founder.ask(CreateRoom, community=world.id("garden"), slug="Shed", topic="  tools  ")
        heard = await ann.hears(RoomCreated, lambda event: event.slug == "shed")
        assert heard == made.entry
        assert (heard.topic, heard.by) == ("tools", founder.member)
        followed = await founder.hears(RoomFollowed, lambda event: event.room == heard.room)
        assert (followed.slug, followed.kind, followed.topic, followed.head) == ("shed", "open", "tools", 0)
        rooms = (await ann.ask(ListRooms, community=world.id("garden"))).rooms
        assert {room.slug: room.following for room in rooms} == {"hall": True, "shed": False}


async def test_a_slug_is_taken_once_in_its_community():
    async with world_of() as world:
        await world.join("garden/hall")
        await world.join("library/hall")  # another community, another hall
        founder = world.founder("garden")
        for slug in ("hall", "HALL"):
            refused = await founder.refused(CreateRoom, community=world.id("garden"), slug=slug)
            assert (refused.code, refused.field) == (codes.SLUG_TAKEN.code, "slug")
        refused = await founder.refused(CreateRoom, community=world.id("garden"), slug="two words")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "slug")


async def test_following_starts_exactly_at_the_head_that_is_told():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(UnfollowRoom, room=bob.room)
        for number in range(3):
            await ann.say(f"before {number}")
        phone = await bob.device()
        assert bob.room not in [state.log for state in (await phone.sync()).logs]
        await bob.ask(FollowRoom, room=bob.room)
        await ann.say("after")
        for device in (bob, phone):
            told = await device.hears(RoomFollowed, lambda event: event.head == 3)
            assert (told.slug, told.kind, told.community) == ("hall", "open", world.id("garden"))
            await device.settled()
            assert device.numbers(bob.room) == [4]


async def test_unfollowing_ends_it_for_every_device_and_may_be_undone():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await bob.device()
        await bob.ask(UnfollowRoom, room=bob.room)
        assert (await phone.hears(RoomUnfollowed)).room == bob.room
        await ann.say("unheard")
        for device in (bob, phone):
            assert [event for event in await device.settled() if isinstance(event, MessageSent)] == []
        refused = await bob.refused(UnfollowRoom, room=bob.room)
        assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "room")
        await bob.say("but it may still be written to")
        assert [event for event in await bob.settled() if isinstance(event, MessageSent)] == []
        await bob.ask(FollowRoom, room=bob.room)
        await ann.say("heard")
        assert [event.body for event in await phone.settled() if isinstance(event, MessageSent)] == ["heard"]


async def test_following_again_tells_again_and_doubles_nothing():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(FollowRoom, room=bob.room)
        await bob.settled()
        await ann.say("once")
        assert [event.body for event in await bob.settled()] == ["once"]


@pytest.mark.parametrize(
    "commands",
    [[UnfollowRoom, FollowRoom], [UnfollowRoom, FollowRoom, UnfollowRoom], [UnfollowRoom, FollowRoom] * 2],
    ids=len,
)
async def test_following_and_unfollowing_in_one_breath(commands):
    """In one batch, with messages between: the last word counts, and following begins at the head that is told."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.settled()
        start = len(bob.heard)
        for number, command in enumerate(commands):
            bob.begin(command, room=bob.room)
            ann.begin(SendMessage, room=ann.room, body=f"{number}")
        await bob.settled()
        await ann.say("last")
        await bob.settled()
        told = [event for event in bob.heard[start:] if isinstance(event, RoomFollowed | RoomUnfollowed)]
        assert len(told) == len(commands)
        begins = told[-1].head if isinstance(told[-1], RoomFollowed) else len(commands) + 1
        assert bob.numbers(bob.room, start) == list(range(begins + 1, len(commands) + 2))


async def test_a_room_that_is_left_while_it_is_being_joined_is_not_heard():
    """Nobody hears the room, so joining it waits for the store."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for person in (bob, ann, world.founder("garden")):
            await person.ask(UnfollowRoom, room=bob.room)
        hold = store.hold("unread")
        await bob.ask(FollowRoom, room=bob.room)
        await hold.is_asked(1)
        await bob.ask(UnfollowRoom, room=bob.room)
        hold.let_go()
        await world.quiet()
        await ann.say("is anybody here?")
        assert [event for event in await bob.settled() if isinstance(event, MessageSent)] == []
        assert world.app.services.logs.get(bob.room) is None


@pytest.mark.parametrize("instead", ["hears it", "unfollows", "syncs"])
async def test_no_answer_comes_before_its_entry_in_a_room_that_is_only_being_joined(instead):
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for person in (bob, ann, world.founder("garden")):
            await person.ask(UnfollowRoom, room=bob.room)
        hold = store.hold("unread")
        await bob.ask(FollowRoom, room=bob.room)
        await hold.is_asked(1)
        asked = [bob.begin(SendMessage, room=bob.room, body=body) for body in ("one", "two")]
        await bob.settled_but(ann)
        row = await store.log(bob.room)
        assert row is not None
        assert row.head == len(asked), "they are committed"
        assert not any(id in bob.raw for id in asked), "and wait"
        if instead == "unfollows":
            await bob.ask(UnfollowRoom, room=bob.room)
        elif instead == "syncs":
            bob.begin(Sync)
        hold.let_go()
        for number, id in enumerate(asked, 1):
            reply = await bob.reply(id, SendMessage.Reply)
            assert reply.entry.seq == number
            heard = [event.seq for event in bob.heard[: bob.before[id]] if isinstance(event, MessageSent)]
            assert instead != "hears it" or heard[-1] >= number
        assert not bob.session.answers


async def test_topics_are_for_those_with_the_right_in_open_rooms():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        refused = await ann.refused(SetTopic, room=ann.room, topic="mine now")
        assert refused.code == codes.RIGHT_MISSING.code
        await world.promote(ann, "garden", "steward")
        written = await ann.ask(SetTopic, room=ann.room, topic="beans")
        heard = await bob.hears(TopicSet)
        assert heard == written.entry
        assert (heard.log, heard.topic, heard.by) == (bob.room, "beans", ann.member)
        rooms = (await bob.ask(ListRooms, community=world.id("garden"))).rooms
        assert [(room.topic, room.head) for room in rooms] == [("beans", heard.seq)]
        await ann.ask(SetTopic, room=ann.room, topic="")
        refused = await ann.refused(SetTopic, room=ann.room, topic="two\nlines")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "topic")


async def test_rooms_are_made_by_stewards_and_owners():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        refused = await ann.refused(CreateRoom, community=world.id("garden"), slug="shed")
        assert refused.code == codes.RIGHT_MISSING.code
        await world.promote(ann, "garden", "steward")
        await ann.ask(CreateRoom, community=world.id("garden"), slug="shed")
