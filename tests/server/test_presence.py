"""Presence and typing: derived from sessions, told to those who share a place, never stored."""

from among_protocol import codes, wire
from among_protocol.base import Event
from among_protocol.codes import CloseCode
from among_protocol.communities import JoinCommunity, LeaveCommunity
from among_protocol.messages import MessageSent
from among_protocol.moderation import KickMember
from among_protocol.presence import PresenceChanged, SetPresence, StartTyping, TypingStarted, WatchPresence
from among_protocol.rooms import UnfollowRoom
from among_server.core import notices, presence
from tests.held import HeldStore
from tests.world import Person, world_of


async def states(watcher: Person, *members: str) -> list[tuple[str, str]]:
    watched = await watcher.ask(WatchPresence, members=list(members))
    return [(one.member, one.state) for one in watched.members]


async def changes(watcher: Person) -> list[tuple[str, str]]:
    heard = await watcher.settled()
    return [(event.member, event.state) for event in heard if isinstance(event, PresenceChanged)]


async def test_presence_is_that_of_the_liveliest_session():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        assert await states(ann, bob.member) == [(bob.member, "online")]
        phone = await bob.device()
        await bob.ask(SetPresence, state="away")
        assert await changes(ann) == []
        await phone.ask(SetPresence, state="away")
        assert await changes(ann) == [(bob.member, "away")]
        phone.leave()
        assert await changes(ann) == []
        bob.leave()
        assert await changes(ann) == [(bob.member, "offline")]
        await bob.again()
        assert await changes(ann) == [(bob.member, "online")]


async def test_who_is_invisible_looks_like_who_is_not_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(SetPresence, state="invisible")
        assert await states(ann, bob.member) == [(bob.member, "offline")]
        bob.leave()
        assert await changes(ann) == []


async def test_who_joins_while_online_is_online_there():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        bob = await world.person("bob")
        member = (await world.join_too(bob, "garden")).member
        assert await states(ann, member) == [(member, "online")]
        bob.leave()
        assert await changes(ann) == [(member, "offline")]


async def test_who_is_in_a_direct_is_online_there():
    async with world_of() as world:
        ann, bob = [await world.person(handle) for handle in ("ann", "bob")]
        room = await world.direct(ann, bob)
        said = await bob.say("hi", room=room)
        assert await states(ann, said.by) == [(said.by, "online")]


async def test_only_those_in_a_shared_place_are_watched():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        assert await states(eve, bob.member, "m_nobody", eve.member) == [(eve.member, "online")]
        bob.leave()
        assert await changes(eve) == []
        assert await states(ann, eve.member, bob.member, bob.member) == [(bob.member, "offline")]


async def test_auz_04_who_leaves_watches_nobody_there_and_is_watched_by_nobody():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await states(bob, ann.member)
        await states(ann, bob.member, cyd.member)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        assert await changes(ann) == [(bob.member, "offline")]
        await ann.ask(SetPresence, state="away")
        await bob.ask(SetPresence, state="away")
        assert await changes(bob) == []
        assert await changes(ann) == []
        assert await states(ann, bob.member) == [(bob.member, "offline")]
        await bob.ask(JoinCommunity, community="garden")
        assert await changes(ann) == [(bob.member, "away")]


async def test_watching_replaces_what_was_watched_and_ends_with_the_session():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await states(ann, bob.member)
        await states(ann, cyd.member)
        await bob.ask(SetPresence, state="away")
        assert await changes(ann) == []
        await states(ann)
        await cyd.ask(SetPresence, state="away")
        assert await changes(ann) == []
        await states(ann, cyd.member)
        ann.leave()
        await cyd.ask(SetPresence, state="online")
        assert ann.closed is CloseCode.SILENT


async def test_who_is_cut_while_asking_whom_to_watch_watches_nobody():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        hold = store.hold("seen")
        ann.begin(WatchPresence, members=[bob.member])
        await hold.is_asked(1)
        ann.leave()
        hold.let_go()
        await world.quiet()
        assert world.app.services.presence._watchers == {}
        await bob.ask(SetPresence, state="away")


async def test_auz_04_who_is_kicked_while_asking_whom_to_watch_sees_nobody_there():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        there = ann.session.person.members[direct].id  # type: ignore[union-attr]  # signed in
        hold = store.hold("seen")
        asked = ann.begin(WatchPresence, members=[bob.member, there])
        await hold.is_asked(1)
        await world.founder("garden").ask(KickMember, community=world.id("garden"), member=ann.member, reason="rude")
        hold.let_go()
        assert [one.member for one in (await ann.reply(asked, WatchPresence.Reply)).members] == [there]
        assert list(world.app.services.presence._watchers) == [there]


async def test_at_most_two_hundred_are_watched():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        refused = await ann.refused(WatchPresence, members=[f"m_{number}" for number in range(201)])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "members")
        assert await states(ann, *["m_nobody"] * 199, ann.member) == [(ann.member, "online")]


async def typing(person: Person) -> list[str]:
    return [event.by for event in await person.settled() if isinstance(event, TypingStarted)]


async def test_typing_is_heard_by_those_who_follow_and_not_by_oneself():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        (dan,) = await world.join("garden/hall", "dan", encoding=wire.MSGPACK)
        phone = await ann.device()
        await cyd.ask(UnfollowRoom, room=cyd.room)
        await ann.ask(StartTyping, room=ann.room)
        assert await typing(ann) == []
        assert await typing(cyd) == []
        for person in (bob, dan, phone):
            assert await typing(person) == [ann.member]


async def test_typing_is_told_at_most_every_three_seconds():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await world.direct(ann, bob)
        for _ in range(3):
            await ann.ask(StartTyping, room=ann.room)
        assert await typing(bob) == [ann.member]
        world.clock.now += 2.9
        await ann.ask(StartTyping, room=ann.room)
        assert await typing(bob) == []
        await ann.ask(StartTyping, room=room)  # another room, another clock
        assert len(await typing(bob)) == 1
        world.clock.now += 0.2
        await ann.ask(StartTyping, room=ann.room)
        assert await typing(bob) == [ann.member]


async def test_typing_in_a_room_one_may_not_see():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        for room in (bob.room, "r_nowhere"):
            refused = await eve.refused(StartTyping, room=room)
            assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "room")
        assert await typing(bob) == []


async def test_typing_in_a_room_that_nobody_hears():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for person in (bob, ann, world.founder("garden")):
            await person.ask(UnfollowRoom, room=ann.room)
        await ann.ask(StartTyping, room=ann.room)
        assert await typing(bob) == []


async def test_typing_to_a_peer_who_does_not_read_is_lost_and_harms_nobody():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        bob.stops_reading()
        while not bob.session.lagging:  # typing alone fills what waits for him
            world.clock.now += 3
            await ann.ask(StartTyping, room=ann.room)
        full = bob.buffered
        world.clock.now += 3
        await ann.ask(StartTyping, room=ann.room)
        await ann.say("I am done")
        assert bob.buffered == full
        assert (await cyd.hears(MessageSent)).body == "I am done"


def of_typing(events: list[Event]) -> list[str]:
    return [event.by for event in events if isinstance(event, TypingStarted)]


async def test_avl_07_when_everybody_types_most_of_it_is_left_out_and_no_message(monkeypatch):
    monkeypatch.setattr(notices, "FEW", 2)
    async with world_of() as world:
        ann, bob, cyd, dot = await world.join("garden/hall", "ann", "bob", "cyd", "dot")
        world.app.services.logs.write_cost = 0.001  # four writes take four milliseconds: the next may come after eighty
        await bob.ask(StartTyping, room=bob.room)
        await cyd.ask(StartTyping, room=cyd.room)
        said = await cyd.say("hello")
        heard = await ann.settled()
        assert of_typing(heard) == [bob.member]
        assert [event.body for event in heard if isinstance(event, MessageSent)] == [said.body]
        assert world.app.services.notices.held_back == 1
        world.clock.now += 0.1
        await dot.ask(StartTyping, room=dot.room)
        assert of_typing(await ann.settled()) == [dot.member]


async def test_avl_07_one_room_in_which_everybody_types_leaves_the_others_theirs(monkeypatch):
    monkeypatch.setattr(notices, "FEW", 0)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        eve, fay = await world.join("library/desk", "eve", "fay")
        world.app.services.logs.write_cost = 0.001
        await bob.ask(StartTyping, room=bob.room)
        world.clock.now += 0.02  # enough for all rooms together, not for the same room again
        await ann.ask(StartTyping, room=ann.room)
        await fay.ask(StartTyping, room=fay.room)
        assert of_typing(await bob.settled()) == []
        assert of_typing(await eve.settled()) == [fay.member]


async def test_avl_07_who_comes_and_goes_without_end_is_told_of_now_and_then_and_rightly_in_the_end(monkeypatch):
    monkeypatch.setattr(notices, "FEW", 0)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await states(ann, bob.member)
        world.app.services.logs.write_cost = 0.01
        for state in ("away", "online", "away", "online", "away"):
            await bob.ask(SetPresence, state=state)
        assert await changes(ann) == [(bob.member, "away")]
        world.app.services.presence.catch_up()
        assert await changes(ann) == [], "there is no time for it yet"
        await bob.ask(SetPresence, state="invisible")
        world.clock.now += 1
        world.app.services.presence.catch_up()
        assert await changes(ann) == [(bob.member, "offline")]
        world.app.services.presence.catch_up()
        assert await changes(ann) == []


async def test_avl_07_who_changes_all_the_time_is_seen_as_they_were_last_a_moment_later(monkeypatch):
    monkeypatch.setattr(presence, "LOOKS", 2)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await states(ann, bob.member)
        world.app.services.presence.catch_up()
        for state in ("away", "online", "away", "online", "invisible"):
            await bob.ask(SetPresence, state=state)
        assert await changes(ann) == [(bob.member, "away"), (bob.member, "online")]
        world.app.services.presence.catch_up()
        assert await changes(ann) == [(bob.member, "offline")]
        for state in ("away", "online"):
            await bob.ask(SetPresence, state=state)
        assert await changes(ann) == [(bob.member, "away")], "the sweep has looked, too"
        bob.leave()
        assert await changes(ann) == [(bob.member, "offline")], "who goes is gone at once"


async def test_avl_07_who_comes_and_goes_all_the_time_is_seen_now_and_then_and_as_they_are_in_the_end(monkeypatch):
    monkeypatch.setattr(presence, "LOOKS", 2)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await states(ann, bob.member)
        world.app.services.presence.catch_up()
        phone = bob
        for _ in range(6):
            phone.leave()
            phone = await phone.again()
        assert await changes(ann) == [(bob.member, "offline"), (bob.member, "online")] * 2 + [(bob.member, "offline")]
        await phone.ask(StartTyping, room=bob.room)
        assert [event for event in await ann.settled() if isinstance(event, TypingStarted)] == [], "nor as typing"
        world.app.services.presence.catch_up()
        assert await changes(ann) == [(bob.member, "online")]
        tablet = await phone.device()
        await phone.ask(SetPresence, state="away")
        for _ in range(4):
            tablet.leave()
            tablet = await tablet.again()
        tablet.leave()
        assert await changes(ann) == [], "nor when another device does"
        world.app.services.presence.catch_up()
        assert await changes(ann) == [(bob.member, "away")]


async def test_avl_07_a_sweep_looks_at_some_of_those_who_change_all_the_time_and_then_at_the_others(monkeypatch):
    monkeypatch.setattr(presence, "LOOKS", 0)
    monkeypatch.setattr(presence, "SWEPT", 1)
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await states(ann, bob.member, cyd.member)
        world.app.services.presence.catch_up()
        for person in (bob, cyd):
            for state in ("away", "online", "away", "online"):
                await person.ask(SetPresence, state=state)
        assert await changes(ann) == [(bob.member, "away"), (cyd.member, "away")]
        for person in (bob, cyd):
            world.app.services.presence.catch_up()
            assert await changes(ann) == [(person.member, "online")]
        world.app.services.presence.catch_up()
        assert await changes(ann) == []


async def test_avl_07_nobody_is_looked_at_who_appears_as_before(monkeypatch):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await bob.device()
        monkeypatch.setattr(world.app.services.presence, "refresh", None)
        await bob.ask(SetPresence, state="online")
        await bob.ask(SetPresence, state="away")  # the phone is as it was
        await bob.ask(SetPresence, state="away")
        monkeypatch.undo()
        await states(ann, bob.member)
        await phone.ask(SetPresence, state="away")
        assert await changes(ann) == [(bob.member, "away")]


async def test_avl_07_a_notice_to_many_is_told_to_all_and_nobody_waits_for_all_of_it(monkeypatch):
    monkeypatch.setattr(notices, "TURN", 1)
    async with world_of() as world:
        bob, *others = await world.join("garden/hall", "bob", "ann", "cyd", "dot", "fay")
        for other in others:
            await states(other, bob.member)
        await bob.ask(StartTyping, room=bob.room)
        told = [of_typing(other.heard) for other in others]
        assert [] in told, "somebody is not told yet, and the next command was answered"
        for other in others:
            assert await other.hears(TypingStarted) == TypingStarted(room=bob.room, by=bob.member)
        await bob.ask(SetPresence, state="away")
        for other in others:
            assert await other.hears(PresenceChanged) == PresenceChanged(member=bob.member, state="away")


async def test_who_leaves_while_a_notice_goes_round_is_told_nothing_more(monkeypatch):
    monkeypatch.setattr(notices, "TURN", 1)
    async with world_of() as world:
        bob, *others = await world.join("garden/hall", "bob", "ann", "cyd", "dot")
        await bob.ask(StartTyping, room=bob.room)
        late = [other for other in others if not of_typing(other.heard)]
        assert late
        log = world.app.services.logs.get(bob.room)
        assert log is not None
        for _, listeners in log.everybody():
            listeners.clear()  # as when all of them were put out in this moment
        await bob.settled()
        assert [of_typing(other.heard) for other in late] == [[]] * len(late)
