"""Private rooms: for those who were added, and for nobody else a room at all."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.base import Command
from among_protocol.bookmarks import ListBookmarks, SetBookmark
from among_protocol.communities import JoinCommunity, LeaveCommunity, ReadCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.drafts import SetDraft
from among_protocol.edits import DeleteMessage, EditMessage, ReadHistory
from among_protocol.forwards import ForwardMessage
from among_protocol.logs import ReadEntries, Sync, SyncStarted
from among_protocol.markers import SetMarker
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.moderation import KickMember
from among_protocol.notify import SetNotify
from among_protocol.pins import AddPin, ListPins
from among_protocol.presence import StartTyping
from among_protocol.reactions import AddReaction, ReadReactions
from among_protocol.recent import RecentRooms
from among_protocol.rooms import (
    AddPerson,
    CreateRoom,
    FollowRoom,
    ListRooms,
    PersonAdded,
    PersonLeft,
    PersonRemoved,
    RemovePerson,
    RoomFollowed,
    RoomUnfollowed,
    SetTopic,
    TopicSet,
    UnfollowRoom,
)
from among_protocol.search import SearchMessages
from among_protocol.threads import FollowThread, ListThreads, MarkThread
from tests.held import HeldStore
from tests.server.test_inbox import followed
from tests.world import Person, World, world_of


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


# --- being taken out


async def in_the_cellar(world: World) -> tuple[Person, Person, Person, str]:
    """Who founded the place, two members, and the private room that all three are in."""
    ann, bob = await world.join("garden/hall", "ann", "bob")
    return world.founder("garden"), ann, bob, await world.private_room("garden/cellar", ann, bob)


async def test_who_is_taken_out_of_a_private_room_is_told_by_whom_and_the_room_is_too():
    async with world_of() as world:
        founder, ann, bob, cellar = await in_the_cellar(world)
        phone = await bob.device()
        done = (await founder.ask(RemovePerson, room=cellar, member=bob.member)).entry
        assert (done.log, done.by, done.member) == (cellar, founder.member, bob.member)
        assert await ann.hears(PersonRemoved) == done
        for device in (bob, phone):
            told = await device.hears(RoomUnfollowed)
            assert (told.log, told.room, told.by, told.nonce) == (bob.account, cellar, founder.member, "")


async def test_auz_04_who_is_taken_out_hears_nothing_later_on_any_device():
    async with world_of() as world:
        founder, ann, bob, cellar = await in_the_cellar(world)
        phone, late = await bob.device(), await bob.again()
        await ann.say("before", room=cellar)
        asked = [  # all in one batch of the writer
            founder.begin(RemovePerson, room=cellar, member=bob.member),
            *(ann.begin(SendMessage, room=cellar, body="after") for _ in range(3)),
        ]
        await founder.answered(asked[0])
        for id in asked[1:]:
            await ann.answered(id)
        await ann.ask(StartTyping, room=cellar)
        await ann.say("later", room=cellar)
        await late.sync()
        for device, bodies in ((bob, ["before"]), (phone, ["before"]), (late, [])):
            await device.settled()
            assert [event.body for event in device.heard if isinstance(event, MessageSent)] == bodies
            assert [event for event in device.heard if type(event).__name__ == "TypingStarted"] == []
        assert not any(log.hears(bob.session) for log in world.app.services.logs if log.id == cellar)


def of_the_room(room: str) -> tuple[tuple[type[Command], dict[str, Any]], ...]:
    """What one may ask where one is, about the first thing that was said there."""
    here = {"room": room}
    said, thread = {**here, "message": 4}, {**here, "thread": 4}
    return (
        (ReadMessages, here),
        (ReadMessages, {**here, "thread": 4}),
        (ListPins, here),
        (ListThreads, here),
        (FollowThread, thread),
        (MarkThread, {**thread, "seq": 5}),
        (ReadHistory, said),
        (ReadReactions, {**said, "emoji": "👍"}),
        (SearchMessages, {**here, "query": "canary"}),
        (SendMessage, {**here, "body": "hi"}),
        (EditMessage, {**said, "body": "ho"}),
        (DeleteMessage, said),
        (ForwardMessage, {**here, "origin": room, "message": 4}),
        (AddReaction, {**said, "emoji": "👍"}),
        (AddPin, said),
        (SetBookmark, said),
        (SetMarker, {**here, "seq": 4}),
        (SetDraft, {"place": room, "text": "hm"}),
        (SetNotify, {"place": room, "level": "all"}),
        (StartTyping, here),
        (SetTopic, {**here, "topic": "mine"}),
        (FollowRoom, here),
        (UnfollowRoom, here),
        (AddPerson, {**here, "member": "m_nobody"}),
        (RemovePerson, {**here, "member": "m_nobody"}),
        (ReadEntries, {"log": room, "after": 0}),
    )


@pytest.mark.parametrize("asked", [ReadCommunity, ListRooms])
async def test_auz_02_an_answer_under_way_tells_nothing_of_a_room_that_one_was_taken_out_of_meanwhile(asked):
    store = HeldStore()
    async with world_of(store) as world:
        (bob,) = await world.join("garden/hall", "bob")
        garden = world.id("garden")
        await bob.ask(UpdateCorner, community=garden)
        cellar = await world.private_room("garden/cellar", bob)
        hold = store.hold("followed_corners")
        id = bob.begin(asked, community=garden)
        await hold.is_asked(1)
        await world.founder("garden").ask(RemovePerson, room=cellar, member=bob.member)
        hold.let_go()
        rooms = (await bob.reply(id, asked.Reply)).rooms
        assert [room.kind for room in rooms] == ["open", "corner"]


@pytest.mark.parametrize("taken", [RemovePerson, KickMember])
async def test_auz_02_a_sync_under_way_tells_nothing_of_what_one_was_taken_out_of_meanwhile(taken):
    store = HeldStore()
    async with world_of(store) as world:
        (bob,) = await world.join("garden/hall", "bob")
        await world.join("library/desk")
        await bob.ask(JoinCommunity, community="library")
        garden, founder = world.id("garden"), world.founder("garden")
        await bob.ask(UpdateCorner, community=world.id("library"))
        cellar = await world.private_room("garden/cellar", bob)
        root = (await founder.ask(SendMessage, room=cellar, body="who has the key?")).entry
        await bob.ask(FollowThread, room=cellar, thread=root.seq)
        phone = await bob.again()
        hold = store.hold("followed_corners")
        id = phone.begin(Sync, cards=True)
        await hold.is_asked(1)
        where = {"room": cellar} if taken is RemovePerson else {"community": garden, "reason": "loud"}
        await founder.ask(taken, member=bob.member, **where)
        hold.let_go()
        told = await phone.reply(id, SyncStarted)
        assert cellar not in {room.id for card in told.communities for room in card.rooms}
        assert (garden in {card.community.id for card in told.communities}) == (taken is RemovePerson)
        assert told.threads == []


async def test_auz_02_for_who_was_taken_out_the_room_is_one_that_is_not_there():
    """In each answer, to the byte."""
    async with world_of() as world:
        founder, ann, bob, cellar = await in_the_cellar(world)
        said = await bob.say("canary", room=cellar)
        await ann.ask(SendMessage, room=cellar, body="canary, too", thread=said.seq)
        await founder.ask(RemovePerson, room=cellar, member=bob.member)
        await bob.settled()
        for (command, there), (_, nowhere) in zip(of_the_room(cellar), of_the_room("r_nowhere"), strict=True):
            answers = set()
            for fields in (there, nowhere):
                id = bob.begin(command, id="the-same", **fields)
                await bob.answered(id)
                refused = bob.replies.pop(id)
                assert getattr(refused, "kind", "") == "gone", command
                answers.add(bob.raw.pop(id))
            assert len(answers) == 1, answers


async def test_auz_03_what_one_has_for_oneself_tells_nothing_of_a_room_that_one_was_taken_out_of():
    async with world_of() as world:
        founder, ann, bob, cellar = await in_the_cellar(world)
        said = await bob.say("canary", room=cellar)
        for body, more in (("canary @bob", {}), ("canary", {"thread": said.seq}), ("canary", {"reply_to": said.seq})):
            await ann.ask(SendMessage, room=cellar, body=body, **more)
        await bob.ask(SetBookmark, room=cellar, message=said.seq)
        phone, start, view = await followed(world, await bob.device())
        assert view.rooms[cellar].following
        await founder.ask(RemovePerson, room=cellar, member=bob.member)
        await phone.settled()
        for event in phone.heard[start:]:
            view.apply(event)
        known = len(bob.frames)
        fresh = await bob.sync(cards=True)
        assert cellar not in view.rooms
        assert (view.threads, fresh.threads) == ({}, [])
        assert view.inbox == fresh.inbox
        assert cellar not in str(fresh)
        for command, fields in ((RecentRooms, {}), (ListThreads, {}), (ListRooms, {"community": world.id("garden")})):
            assert cellar not in str(await bob.ask(command, **fields))
        assert (await bob.ask(SearchMessages, query="canary")).hits == []
        (kept,) = (await bob.ask(ListBookmarks)).bookmarks
        assert kept.message is None
        assert b"canary" not in b"".join(bob.frames[known:])


async def test_who_was_taken_out_may_be_brought_in_again_and_reads_it_all():
    async with world_of() as world:
        founder, ann, bob, cellar = await in_the_cellar(world)
        for _ in range(world.app.services.hello.limits.brought_back + 2):  # none of these is a leaving
            await founder.ask(RemovePerson, room=cellar, member=bob.member)
            await ann.ask(AddPerson, room=cellar, member=bob.member)
        await founder.ask(RemovePerson, room=cellar, member=bob.member)
        await ann.say("meanwhile", room=cellar)
        await ann.ask(AddPerson, room=cellar, member=bob.member)
        await ann.say("hello again", room=cellar)
        assert (await bob.hears(MessageSent)).body == "hello again"
        page = await bob.ask(ReadMessages, room=cellar)
        assert [message.body for message in page.messages] == ["meanwhile", "hello again"]


async def test_somebody_is_taken_out_by_stewards_who_are_there_and_over_those_of_a_lower_role():
    async with world_of() as world:
        founder, ann, bob, cellar = await in_the_cellar(world)
        cyd, dan = await world.join("garden/hall", "cyd", "dan")
        heads = world.heads()
        for person, room, subject, code in (
            (ann, cellar, bob, codes.RIGHT_MISSING),
            (ann, cellar, ann, codes.RIGHT_MISSING),
            (cyd, cellar, bob, codes.ROOM_GONE),
            (ann, ann.room, bob, codes.RIGHT_MISSING),
            (founder, ann.room, bob, codes.ROOM_GONE),
            (founder, cellar, founder, codes.FIELD_INVALID),
            (founder, cellar, cyd, codes.MEMBER_GONE),
        ):
            refused = await person.refused(RemovePerson, room=room, member=subject.member)
            assert refused.code == code.code, (person.handle, subject.handle)
        direct = await world.direct(ann, dan)
        (persona,) = [one.member for one in (await ann.sync(cards=True)).directs[0].people if one.handle == "dan"]
        assert (await ann.refused(RemovePerson, room=direct, member=persona)).code == codes.ROOM_GONE.code
        assert {log: head for log, head in world.heads().items() if log in heads and log[0] != "a"} == {
            log: head for log, head in heads.items() if log[0] != "a"
        }
        for steward in (ann, cyd):
            await world.promote(steward, "garden", "steward")
        assert (await cyd.refused(RemovePerson, room=cellar, member=bob.member)).code == codes.ROOM_GONE.code
        assert (await ann.refused(RemovePerson, room=cellar, member=founder.member)).code == codes.OUTRANKED.code
        await ann.ask(RemovePerson, room=cellar, member=bob.member)
        await founder.ask(RemovePerson, room=cellar, member=ann.member)
        assert (await ann.refused(ReadMessages, room=cellar)).code == codes.ROOM_GONE.code


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
