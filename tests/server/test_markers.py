"""Read markers: forward only, but on request; every device of the account is told; the server counts."""

from among_protocol import codes
from among_protocol.markers import MarkerMoved, SetMarker
from among_protocol.rooms import FollowRoom, SetTopic, UnfollowRoom
from tests.world import Person, world_of


async def counts(person: Person, room: str = "") -> tuple[int, int, int]:
    states = (await person.sync()).logs
    await person.settled()
    state = next(state for state in states if state.log == (room or person.room))
    return state.read, state.unread, state.mentions


async def test_a_marker_moves_forward_and_back_only_when_asked_to():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for body in ("one", "two @bob", "three"):
            await ann.say(body)
        assert await counts(bob) == (0, 3, 1)
        moved = await bob.ask(SetMarker, room=bob.room, seq=2)
        assert (moved.room, moved.read, moved.unread, moved.mentions, moved.as_of) == (bob.room, 2, 1, 0, 3)
        stays = await bob.ask(SetMarker, room=bob.room, seq=1)
        assert (stays.read, stays.unread) == (2, 1)
        back = await bob.ask(SetMarker, room=bob.room, seq=1, unread=True)
        assert (back.read, back.unread, back.mentions) == (1, 2, 1)
        end = await bob.ask(SetMarker, room=bob.room, seq=99)
        assert (end.read, end.unread, end.mentions) == (3, 0, 0)
        assert await counts(bob) == (3, 0, 0)
        start = await bob.ask(SetMarker, room=bob.room, seq=0, unread=True)
        assert (start.read, start.unread, start.mentions) == (0, 3, 1)


async def test_every_other_device_is_told_and_nobody_else():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("hi")
        phone, unsynced = await bob.device(), await bob.again()
        await bob.settled()
        marker = await bob.ask(SetMarker, room=bob.room, seq=1)
        told = await phone.hears(MarkerMoved)
        assert (told.room, told.read, told.unread, told.mentions, told.as_of) == (marker.room, 1, 0, 0, 1)
        assert await bob.settled() == []
        assert [event for event in await ann.settled() if isinstance(event, MarkerMoved)] == []
        await world.quiet()
        assert unsynced.heard == []


async def test_ones_own_message_is_read_and_so_is_all_before_it():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("one")
        await ann.say("@bob")
        await bob.say("I read that")
        assert await counts(bob) == (3, 0, 0)
        assert await counts(ann) == (2, 1, 0)


async def test_only_messages_count():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        founder = world.founder("garden")
        await founder.ask(SetTopic, room=bob.room, topic="beans")
        assert await counts(bob) == (0, 0, 0)
        await founder.say("now")
        await founder.ask(SetTopic, room=bob.room, topic="peas")
        assert await counts(bob) == (0, 1, 0)


async def test_following_begins_with_everything_read():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(UnfollowRoom, room=bob.room)
        await ann.say("one @bob")
        await bob.ask(FollowRoom, room=bob.room)
        assert await counts(bob) == (1, 0, 0)
        await ann.say("two")
        assert await counts(bob) == (1, 1, 0)


async def test_a_direct_counts_for_each_of_its_people():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await world.direct(ann, bob)
        await ann.say("hi @bob", room=room)
        assert await counts(bob, room) == (0, 1, 1)
        assert await counts(ann, room) == (1, 0, 0)


async def test_a_marker_in_a_room_one_may_not_see():
    async with world_of() as world:
        await world.join("garden/hall", "ann")
        (eve,) = await world.join("library/desk", "eve")
        for room in (world.id("garden/hall"), "r_nowhere"):
            refused = await eve.refused(SetMarker, room=room, seq=0)
            assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "room")
