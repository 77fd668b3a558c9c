"""A peer who reads too slowly: nothing is queued for it, it is told what it missed, and the logs fill the hole."""

from among_protocol import wire
from among_protocol.base import Ok
from among_protocol.communities import LeaveCommunity
from among_protocol.logs import Lagging, ReadEntries, Sync
from among_protocol.markers import MarkerMoved, SetMarker
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.presence import PresenceChanged, SetPresence, WatchPresence
from among_protocol.rooms import FollowRoom, UnfollowRoom
from among_protocol.session import Ping
from tests.held import HeldStore
from tests.world import FULL, Person, world_of


async def made_whole(person: Person, room: str) -> list[int]:
    """What was heard of a room, with the holes filled that were told: from the position one has up to the number."""
    numbers: list[int] = []
    for event in person.heard:
        if isinstance(event, Lagging) and room in event.logs:
            while (after := numbers[-1] if numbers else 0) < event.logs[room]:
                page = await person.ask(ReadEntries, log=room, after=after, until=event.logs[room])
                numbers += [person.encoding.decode_entry(raw).seq for raw in page.entries]
        elif isinstance(event, MessageSent) and event.log == room:
            numbers.append(event.seq)
    return numbers


async def test_who_lags_is_left_out_and_told_and_whole_again():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (cyd,) = await world.join("garden/hall", "cyd", encoding=wire.MSGPACK)
        await ann.say("1")
        for person in (bob, cyd):
            await person.settled()
            person.lags()
        for number in range(2, 6):
            await ann.say(f"{number}")
        for person in (bob, cyd):
            assert person.buffered == 0
            person.reads_again()
            (told,) = await person.settled()
            assert told == Lagging(logs={person.room: 5})
        await ann.say("6")
        for person in (bob, cyd):
            await person.settled()
            assert person.numbers(person.room) == [1, 6]
            assert await made_whole(person, person.room) == [1, 2, 3, 4, 5, 6]


async def test_what_a_slow_peer_costs_is_bounded():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bob.stops_reading()
        for _ in range(40):
            await ann.say("long " * 1500)
        assert bob.session.lagging
        assert FULL < bob.buffered < FULL + 32_768
        bob.reads_again()
        await bob.settled()
        assert await made_whole(bob, bob.room) == list(range(1, 41))


async def test_who_missed_nothing_is_told_nothing():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bob.lags()
        await ann.say("elsewhere", room=await world.direct(ann, world.founder("garden")))
        bob.reads_again()
        assert await bob.settled() == []
        await ann.say("here")
        assert [event.body for event in await bob.settled()] == ["here"]


async def test_only_the_logs_that_went_on_are_named():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        await world.join("garden/shed")
        await bob.settled()
        bob.lags()
        await ann.say("hi", room=direct)
        bob.reads_again()
        assert await bob.settled() == [Lagging(logs={direct: 1})]


async def test_an_author_who_lags_gets_the_reply_alone():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        bob.lags()
        id = bob.begin(SendMessage, room=bob.room, body="hi")
        await world.quiet()
        bob.reads_again()
        assert isinstance(bob.replies[id], Ok)
        assert await bob.settled() == [Lagging(logs={bob.room: 1})]


async def test_the_only_listener_of_a_log_may_lag():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for person in (ann, world.founder("garden")):
            await person.ask(UnfollowRoom, room=bob.room)
        bob.lags()
        await ann.say("1")
        ann.leave()
        world.founder("garden").leave()
        bob.reads_again()
        await bob.settled()
        back = await ann.again()
        await back.say("2")
        await bob.hears(MessageSent)
        assert await made_whole(bob, bob.room) == [1, 2]


async def test_the_only_listener_of_a_log_may_have_come_while_lagging():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(UnfollowRoom, room=bob.room)
        phone = await bob.device()
        bob.lags()
        await phone.ask(FollowRoom, room=bob.room)
        for person in (phone, ann, world.founder("garden")):
            person.leave()
        bob.reads_again()
        await bob.settled()
        back = await ann.again()
        await back.say("hello?")
        assert (await bob.hears(MessageSent)).body == "hello?"


async def test_a_place_that_is_left_while_one_lags_is_not_heard_afterwards():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await bob.device()
        bob.lags()
        await phone.ask(LeaveCommunity, community=world.id("garden"))
        await ann.say("unheard")
        bob.reads_again()
        assert await bob.settled() == [Lagging(logs={bob.account: world.heads()[bob.account]})]
        await ann.say("unheard too")
        assert await bob.settled() == []
        assert world.app.services.logs.get(bob.room).away == 0  # type: ignore[union-attr]  # ann hears it


async def test_a_place_that_is_joined_while_one_lags_is_heard_afterwards():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(UnfollowRoom, room=bob.room)
        await ann.say("1")
        phone = await bob.device()
        await bob.settled()
        bob.lags()
        followed = await phone.ask(FollowRoom, room=bob.room)
        await ann.say("2")
        bob.reads_again()
        (told,) = await bob.settled()
        assert told.logs == {bob.account: followed.entry.seq, bob.room: 2}
        await ann.say("3")
        assert [event.seq for event in await bob.settled()] == [3]


async def test_a_tail_that_is_too_much_is_the_beginning_of_lagging():
    """Joining a log writes what its tail holds; that alone may be more than a peer takes."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        other = await bob.again()
        hold = store.hold("unread")
        positions = {bob.room: 0}
        id = other.begin(Sync, epoch=store.epoch, positions=positions)
        await hold.is_asked(1)  # it has seen heads of 0, so all that follows comes out of the tail
        for _ in range(12):
            await ann.say("long " * 1500)
        other.stops_reading()
        hold.let_go()
        await ann.settled_but(other)
        assert other.session.lagging
        full = other.buffered
        for _ in range(12):
            await ann.say("long " * 1500)
        assert other.buffered == full, "more was queued for who lags"
        other.reads_again()
        await other.settled()
        assert id in other.raw
        assert await made_whole(other, bob.room) == list(range(1, 25))


async def test_notices_are_lost_on_who_lags_and_replies_are_not():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(WatchPresence, members=[ann.member])
        bob.lags()
        await ann.ask(SetPresence, state="away")
        id = bob.begin(Ping)
        await world.quiet()
        bob.reads_again()
        assert [event for event in await bob.settled() if isinstance(event, PresenceChanged)] == []
        assert isinstance(bob.replies[id], Ok)


async def test_a_marker_is_a_register_whose_last_value_is_told_afterwards():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        for number in range(3):
            await ann.say(f"{number}")
        await ann.say("hi", room=direct)
        phone = await bob.device()
        await phone.settled()
        phone.lags()
        for room, seq in ((bob.room, 1), (direct, 1), (bob.room, 3), (bob.room, 2)):
            await bob.ask(SetMarker, room=room, seq=seq)
        phone.reads_again()
        told = {event.room: event.read for event in await phone.settled() if isinstance(event, MarkerMoved)}
        assert told == {bob.room: 3, direct: 1}
        assert len([event for event in phone.heard if isinstance(event, MarkerMoved)]) == 2
        await bob.ask(SetMarker, room=bob.room, seq=0, unread=True)
        assert (await phone.hears(MarkerMoved)).read == 0


async def test_who_lags_again_and_again_has_everything_in_the_end():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for number in range(40):
            if number % 13 == 0:
                bob.reads_again()
                bob.stops_reading()
            await ann.say("long " * 1500)
        bob.reads_again()
        await ann.say("last")
        await bob.settled()
        assert await made_whole(bob, bob.room) == list(range(1, 42))
        assert sum(isinstance(event, Lagging) for event in bob.heard) == 3


async def test_who_leaves_while_lagging_leaves_nothing_behind():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bob.lags()
        await ann.say("hi")
        for person in (ann, bob, world.founder("garden")):
            person.leave()
        await world.quiet()
        assert list(world.app.services.logs) == []
