"""What comes and goes while a sync is under way, or while a peer does not read it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from among_protocol.base import Command, Entry
from among_protocol.communities import CommunityJoined, CommunityLeft, JoinCommunity, LeaveCommunity
from among_protocol.logs import Sync, Synced
from among_protocol.messages import MessageSent
from among_protocol.rooms import FollowRoom, OpenDirect, UnfollowRoom
from among_server.store.rows import Stored
from tests.held import HeldStore
from tests.server.hearing import Story
from tests.server.test_sync import fill
from tests.world import FULL, Person, World, until, world_of


async def in_the_middle_of_a_sync(
    world: World, store: HeldStore, person: Person
) -> tuple[Person, Callable[[], Awaitable[None]]]:
    """Another device of this person, that waits for the first page of what it lacks; and how it goes on."""
    other = await person.again()
    hold = store.hold("entries")
    positions = dict.fromkeys([person.account, *([person.room] if person.room else [])], 0)
    other.begin(Sync, epoch=store.epoch, positions=positions)
    await hold.is_asked(1)

    async def go_on() -> None:
        hold.let_go()
        await other.settled()

    return other, go_on


async def test_a_place_that_is_joined_during_a_sync_is_heard_after_one_is_told():
    store = HeldStore()
    async with world_of(store) as world:
        ann, cyd = await world.join("garden/hall", "ann", "cyd")
        await ann.say("before")
        bob = await world.person("bob")
        other, go_on = await in_the_middle_of_a_sync(world, store, bob)
        joined = await world.join_too(bob, "garden")
        await ann.say("meanwhile")
        await go_on()
        await ann.say("after")
        await other.settled()
        heard = [event for event in other.heard if isinstance(event, Entry)]
        told = next(index for index, event in enumerate(heard) if isinstance(event, CommunityJoined))
        begins = {joined.community: joined.head, **joined.rooms}
        for log, head in begins.items():
            numbers = [event.seq for event in heard[told + 1 :] if event.log == log]
            assert numbers == list(range(head + 1, world.heads()[log] + 1)), log
        assert {event.log for event in heard[:told]} <= {bob.account}
        assert cyd.numbers(cyd.room) == [1, 2, 3]


async def test_a_place_that_is_left_during_a_sync_is_heard_no_more():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("before")
        other, go_on = await in_the_middle_of_a_sync(world, store, bob)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await ann.say("after")
        await go_on()
        assert any(isinstance(event, CommunityLeft) for event in other.heard)
        assert other.numbers(bob.room) == []
        await ann.say("later")
        assert [event for event in await other.settled() if isinstance(event, MessageSent)] == []


@pytest.mark.parametrize(
    "commands", [[UnfollowRoom, FollowRoom], [UnfollowRoom], [UnfollowRoom, FollowRoom] * 2], ids=len
)
async def test_a_room_that_comes_and_goes_during_a_sync(commands):
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for number in range(3):
            await ann.say(f"{number}")
        other, go_on = await in_the_middle_of_a_sync(world, store, bob)
        for command in commands:
            await bob.ask(command, room=bob.room)
            await ann.say("meanwhile")
        await go_on()
        await ann.say("after")
        await other.settled()
        numbers = other.numbers(bob.room)
        assert numbers == list(range(numbers[0], numbers[-1] + 1)) if numbers else True
        assert (numbers[-1:] == [world.heads()[bob.room]]) is (commands[-1] is FollowRoom)


async def test_what_is_read_for_who_left_meanwhile_is_not_sent():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("before")
        other = await bob.again()
        hold = store.hold("entries")
        other.begin(Sync, epoch=store.epoch, positions={bob.room: 0})
        await hold.is_asked(1)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        hold.let_go()
        await other.settled()
        assert other.numbers(bob.room) == []


async def test_a_room_that_is_followed_and_left_again_during_a_sync_is_not_heard():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(UnfollowRoom, room=bob.room)
        other, go_on = await in_the_middle_of_a_sync(world, store, bob)
        await bob.ask(FollowRoom, room=bob.room)
        await bob.ask(UnfollowRoom, room=bob.room)
        await go_on()
        await ann.say("unheard")
        await other.settled()
        assert other.numbers(bob.room) == []


async def test_a_sync_while_a_room_is_being_joined_does_not_mix_with_that(monkeypatch):
    monkeypatch.setattr("among_server.core.log.TAIL_ENTRIES", 0)
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for person in (bob, ann, world.founder("garden")):
            await person.ask(UnfollowRoom, room=bob.room)
        await ann.say("1")
        unread, entries = store.hold("unread"), store.hold("entries")
        await bob.ask(FollowRoom, room=bob.room)
        await unread.is_asked(1)
        await ann.say("2")
        await ann.say("3")
        unread.let_go()
        await entries.is_asked(1)
        start = len(bob.heard)
        id = bob.begin(Sync, epoch=store.epoch, positions={bob.room: 0})
        await bob.answered(id)
        await entries.is_asked(2)
        entries.let_go()
        await bob.settled()
        await ann.say("4")
        await bob.settled()
        assert bob.numbers(bob.room, start) == [1, 2, 3, 4]


async def test_syncing_again_while_others_talk_keeps_the_order():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("1")
        await bob.settled()
        start = len(bob.heard)
        hold = store.hold("entries")
        bob.begin(Sync, epoch=store.epoch, positions={bob.room: 0})
        await hold.is_asked(1)
        await ann.say("2")
        hold.let_go()
        await bob.settled()
        assert bob.numbers(bob.room, start) == [1, 2]


async def test_a_log_that_came_and_went_while_it_was_looked_up_is_heard():
    """Two look up the same log; one of them joins and leaves before the other's answer is there."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for person in (ann, bob, world.founder("garden")):
            await person.ask(UnfollowRoom, room=ann.room)
        hold = store.hold("unread")
        await ann.ask(FollowRoom, room=ann.room)
        await hold.is_asked(1)
        await bob.ask(FollowRoom, room=bob.room)
        await hold.is_asked(2)
        hold.let_one_go(-1)
        await until(lambda: bob.room in bob.session.logs)
        bob.leave()
        hold.let_go()
        await world.quiet()
        await ann.say("hello?")
        assert (await ann.hears(MessageSent)).body == "hello?"


async def test_a_replay_waits_for_a_peer_who_does_not_read(monkeypatch):
    monkeypatch.setattr("among_server.core.replay.PAGE_ENTRIES", 3)
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for _ in range(60):
            await ann.say("long " * 1500)
        other = await ann.again()
        other.stops_reading()
        other.begin(Sync, epoch=world.app.store.epoch, positions={ann.room: 0})
        await ann.settled_but(other)
        page = 3 * 8_000
        assert FULL < other.buffered < FULL + page, "more than a page was queued"
        while not any(isinstance(event, Synced) for event in other.heard):
            other.reads_again()
            other.stops_reading()
            await ann.settled_but(other)
        other.reads_again()
        await ann.say("live")
        await other.settled()
        assert other.numbers(ann.room) == list(range(1, 62))


async def test_the_end_of_a_sync_is_not_lost_on_a_peer_who_lags():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for _ in range(12):
            await ann.say("long " * 1500)
        other = await bob.again()
        other.stops_reading()
        id = other.begin(Sync, epoch=world.app.store.epoch, positions={bob.room: 0})
        await ann.settled_but(other)
        assert other.session.lagging
        other.reads_again()
        assert (await other.hears(Synced)).id == id
        assert other.numbers(bob.room) == list(range(1, 13))


async def test_a_sync_that_never_ends_because_the_peer_left_is_over():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await fill(world, ann, 500)
        other = await ann.again()
        other.lags()
        other.begin(Sync, epoch=world.app.store.epoch, positions={ann.room: 0})
        assert world.app.dispatch.running
        other.leave()
        await world.quiet()
        assert not world.app.dispatch.running


@pytest.mark.parametrize("act", ["leave", "join", "unfollow", "follow", "direct"])
@pytest.mark.parametrize("position", [None, 0])
async def test_a_sync_that_knows_more_than_was_heard(act, position, monkeypatch):
    """The store has committed a change of one's standing, and what it committed is still on its way to the loop."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk")
        if act == "follow":
            await bob.ask(UnfollowRoom, room=bob.room)
        other = await bob.again()
        late: list[Stored] = []
        heard = world.app.store.committed
        monkeypatch.setattr(world.app.store, "committed", late.extend)
        acts: dict[str, tuple[type[Command], dict[str, Any]]] = {
            "leave": (LeaveCommunity, {"community": world.id("garden")}),
            "join": (JoinCommunity, {"community": "library"}),
            "unfollow": (UnfollowRoom, {"room": bob.room}),
            "follow": (FollowRoom, {"room": bob.room}),
            "direct": (OpenDirect, {"handles": ["ann"]}),
        }
        command, fields = acts[act]
        bob.begin(command, **fields)
        await until(lambda: bool(late))
        positions = {} if position is None else dict.fromkeys([bob.account, world.id("garden"), bob.room], position)
        started = await other.sync(epoch=world.app.store.epoch, positions=positions, cards=True)
        story = Story(bob.account, started, positions)
        await other.hears(Synced)
        monkeypatch.undo()
        heard(late)
        await world.quiet()
        for room in (world.id("garden/hall"), world.id("library/desk")):
            await world.founder("garden" if room == bob.room else "library").say("after", room=room)
        await other.settled()
        for event in other.heard:
            story.hear(event)
        mine = {state.log: state.head for state in (await bob.sync()).logs}
        assert story.at == mine


async def test_a_community_that_is_left_while_its_card_is_read_is_not_told_of():
    store = HeldStore()
    async with world_of(store) as world:
        (ann,) = await world.join("garden/hall", "ann")
        other = await ann.again()
        hold = store.hold("personas")  # the last that a card waits for, before it is looked at who is still there
        asked = other.begin(Sync, cards=True)
        await hold.is_asked(1)
        await ann.ask(LeaveCommunity, community=world.id("garden"))
        hold.let_go()
        assert (await other.reply(asked, Sync.Reply)).communities == []
