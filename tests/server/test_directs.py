"""Directs: a room of a few people, outside any community; its people are fixed."""

import inspect
from collections.abc import Callable
from typing import Any

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.communities import LeaveCommunity
from among_protocol.logs import ReadEntries
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.presence import PresenceChanged, WatchPresence
from among_protocol.rooms import (
    AddPerson,
    DirectOpened,
    FollowRoom,
    OpenDirect,
    RoomUnfollowed,
    SetTopic,
    UnfollowRoom,
)
from tests.world import world_of


async def test_a_direct_is_told_to_its_people_and_heard_by_all_of_them():
    async with world_of() as world:
        ann, bob = [await world.person(handle) for handle in ("ann", "bob")]
        opened = (await ann.ask(OpenDirect, handles=["Bob"])).entry
        told = await bob.hears(DirectOpened)
        assert told.room == opened.room
        assert told.member != opened.member
        assert sorted(person.handle for person in told.people) == ["ann", "bob"]
        said = await bob.say("hi", room=told.room)
        assert (said.by, said.seq) == (told.member, 1)
        assert (await ann.hears(MessageSent)).body == "hi"


async def test_the_nonce_of_who_asked_stands_in_their_own_log_alone():
    """It tells one's own devices what was theirs; in the log of somebody else it would tell them so, too."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.ask(OpenDirect, handles=["bob"], nonce="mine")
        cellar = await world.private_room("garden/cellar", ann)
        await ann.ask(AddPerson, room=cellar, member=bob.member, nonce="mine-too")
        await bob.settled()
        assert [event for event in bob.heard if getattr(event, "nonce", "").startswith("mine")] == []
        assert [event.nonce for event in await bob.entries(bob.account)][-2:] == ["", ""]
        assert (await ann.entries(ann.account))[-2].nonce == "mine"


async def test_the_same_people_always_give_the_same_direct():
    async with world_of() as world:
        ann, bob, cyd = [await world.person(handle) for handle in ("ann", "bob", "cyd")]
        room = await world.direct(ann, bob)
        heads = world.heads()
        for person, handles in ((ann, ["bob"]), (bob, ["ann"]), (ann, ["bob", "ann", "BOB"])):
            assert (await person.ask(OpenDirect, handles=handles)).entry.room == room
        moved = {log: head - heads[log] for log, head in world.heads().items() if head != heads[log]}
        assert moved == {ann.account: 2, bob.account: 1}, "it is told again to who asked, and to nobody else"
        assert await world.direct(ann, bob, cyd) != room
        assert await cyd.ask(OpenDirect, handles=["bob", "ann"]) != room


async def test_a_sync_reads_the_cards_of_many_directs_as_it_does_those_of_one(monkeypatch):
    async with world_of() as world:
        ann, *others = [await world.person(handle) for handle in ("ann", "bob", "cyd", "dan")]
        reads: list[str] = []

        def counted(name: str, read: Callable[..., Any]) -> Callable[..., Any]:
            def reading(*given: Any, **named: Any) -> Any:
                reads.append(name)
                return read(*given, **named)

            return reading

        for name, read in inspect.getmembers(world.app.store, inspect.iscoroutinefunction):
            monkeypatch.setattr(world.app.store, name, counted(name, read))
        told = []
        for other in others:
            await world.direct(ann, other)
            reads.clear()
            started = await ann.sync(cards=True)
            await ann.settled()
            told.append(sorted(reads))
            met = [[person.handle for person in direct.people] for direct in started.directs]
            assert met == [["ann", one.handle] for one in others[: len(told)]]
            assert all(direct.member for direct in started.directs)
        assert told == [told[0]] * len(others)


async def test_a_direct_needs_somebody_else_and_only_those_there_are():
    async with world_of() as world:
        ann = await world.person("ann")
        heads = world.heads()
        refused = await ann.refused(OpenDirect, handles=["ann"])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "handles")
        refused = await ann.refused(OpenDirect, handles=["ann", "nobody-here"])
        assert (refused.code, refused.field) == (codes.ACCOUNT_GONE.code, "handles[1]")
        refused = await ann.refused(OpenDirect, handles=["ann", "no body"])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "handles[1]")
        assert world.heads() == heads


async def test_who_unfollows_a_direct_is_not_troubled_by_it_until_they_open_it_again():
    async with world_of() as world:
        ann, bob, cyd = [await world.person(handle) for handle in ("ann", "bob", "cyd")]
        room = await world.direct(ann, bob, cyd)
        await ann.say("hello", room=room)
        phone = await bob.device()
        (card,) = (await bob.sync(cards=True)).directs
        await ann.ask(WatchPresence, members=[card.member])
        await bob.settled()
        await bob.ask(UnfollowRoom, room=room)
        assert (await phone.hears(RoomUnfollowed)).room == room
        assert (await ann.hears(PresenceChanged)).state == "offline"
        heads = world.heads()
        await ann.say("@bob, are you there?", room=room)
        await ann.ask(SetTopic, room=room, topic="Where is Bob?")
        for device in (bob, phone):
            assert [event for event in await device.settled() if isinstance(event, MessageSent)] == []
            for command, fields in (
                (SendMessage, {"body": "hi"}),
                (ReadMessages, {}),
                (UnfollowRoom, {}),
                (FollowRoom, {}),
            ):
                assert (await device.refused(command, room=room, **fields)).code == codes.ROOM_GONE.code
            assert (await device.refused(ReadEntries, log=room, after=0)).code == codes.LOG_GONE.code
        for fresh in (bob, await bob.again()):
            synced = await fresh.sync(cards=True)
            assert (synced.directs, [state.log for state in synced.logs]) == ([], [bob.account])
        assert [log for log, head in world.heads().items() if head != heads[log]] == [room]
        opened = (await bob.ask(OpenDirect, handles=["ann", "cyd"])).entry
        assert (opened.room, opened.member, opened.topic) == (room, card.member, "Where is Bob?")
        assert (await ann.hears(PresenceChanged)).state == "online"
        said = await ann.say("there you are", room=room)
        assert (await phone.hears(MessageSent)).seq == said.seq == opened.head + 1
        (state,) = [state for state in (await bob.sync()).logs if state.log == room]
        assert (state.unread, state.mentions) == (1, 0), "what was said meanwhile is not unread"
        page = await bob.ask(ReadMessages, room=room)
        assert [message.body for message in page.messages] == ["hello", "@bob, are you there?", "there you are"]


async def test_nobody_enters_a_direct():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("garden/hall", "eve")
        room = await world.direct(ann, bob)
        heads = world.heads()
        assert (await ann.refused(AddPerson, room=room, member=eve.member)).code == codes.ROOM_GONE.code
        for command, fields in (
            (FollowRoom, {"room": room}),
            (SendMessage, {"room": room, "body": "hi"}),
            (SetTopic, {"room": room, "topic": "hi"}),
            (AddPerson, {"room": room, "member": eve.member}),
        ):
            assert (await eve.refused(command, **fields)).code == codes.ROOM_GONE.code
        assert (await eve.refused(ReadEntries, log=room, after=0)).code == codes.LOG_GONE.code
        assert world.heads() == heads


async def test_a_direct_outlives_the_community_where_one_met():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await world.direct(ann, bob)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await ann.say("still there?", room=room)
        assert (await bob.hears(MessageSent)).body == "still there?"


async def test_the_cards_show_a_direct_as_it_is_now():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await world.direct(ann, bob)
        await ann.ask(SetTopic, room=room, topic="secrets")
        await ann.say("hi", room=room)
        await ann.ask(UpdateAccount, display_name="Ann")
        for device in (bob, await bob.again()):
            (card,) = (await device.sync(cards=True)).directs
            assert (card.id, card.kind, card.topic, card.head, card.following) == (room, "direct", "secrets", 3, True)
            assert {person.display_name for person in card.people} == {"Ann", "bob"}
            me = next(person for person in card.people if person.member == card.member)
            assert me.handle == "bob"
            assert sorted(person.handle for person in card.people) == ["ann", "bob"]
