"""Founding, finding, joining and leaving communities."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from among_protocol import codes
from among_protocol.base import Entry
from among_protocol.codes import CloseCode
from among_protocol.communities import (
    BrowseCommunities,
    CommunityJoined,
    CommunityLeft,
    CreateCommunity,
    JoinCommunity,
    LeaveCommunity,
    ReadCommunity,
)
from among_protocol.members import ListMembers, MemberJoined, MemberLeft
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.rooms import CreateRoom, ListRooms, SetTopic
from among_server.limits import JOIN_SECONDS, JOINS
from tests.held import HeldStore
from tests.world import until, world_of


async def test_who_founds_a_community_owns_it():
    async with world_of() as world:
        ann = await world.person("ann")
        made = await ann.ask(CreateCommunity, slug="Garden", name="The Garden", about="digging")
        id = made.entry.log
        assert (made.entry.slug, made.entry.seq) == ("garden", 1)
        card = await ann.ask(ReadCommunity, community="garden")
        assert card == await ann.ask(ReadCommunity, community=id)
        assert (card.role, card.rooms, card.as_of) == ("owner", [], 2)
        assert (card.community.name, card.community.about, card.community.members) == ("The Garden", "digging", 1)
        created, joined = await ann.entries(id)
        assert created == made.entry
        assert (joined.by, joined.role, joined.nonce) == (card.member, "owner", created.nonce)


async def test_whoever_founds_hears_the_community_live_from_its_start():
    async with world_of() as world:
        ann = await world.person("ann")
        made = await ann.ask(CreateCommunity, slug="garden", name="Garden")
        bob = await world.person("bob")
        await world.join_too(bob, "garden")
        assert (await ann.hears(MemberJoined, lambda event: event.handle == "bob")).log == made.entry.log
        told = next(event for event in ann.heard if isinstance(event, CommunityJoined))
        assert told.role == "owner"
        assert ann.numbers(made.entry.log) == list(range(told.head + 1, 4))


async def test_a_slug_is_taken_once_and_some_by_nobody():
    async with world_of() as world:
        ann = await world.person("ann")
        made = await ann.ask(CreateCommunity, slug="garden", name="Garden")
        wrong = {
            "garden": codes.SLUG_TAKEN,
            "GARDEN": codes.SLUG_TAKEN,
            made.entry.log: codes.HANDLE_RESERVED,  # or it would shadow the id
            ann.account: codes.HANDLE_RESERVED,  # or the id of an account would be a community's
            "system": codes.HANDLE_RESERVED,
            "two words": codes.FIELD_INVALID,
            "-garden": codes.FIELD_INVALID,
        }
        before = world.heads()
        for slug, code in wrong.items():
            refused = await ann.refused(CreateCommunity, slug=slug, name="Another")
            assert (refused.code, refused.field) == (code.code, "slug"), slug
        refused = await ann.refused(CreateCommunity, slug="other", name=" ")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "name")
        assert world.heads() == before


async def test_browsing_goes_by_slug_a_page_at_a_time():
    async with world_of() as world:
        ann = await world.person("ann")
        for slug, name in (("moss", "Mosses"), ("fern", "Ferns"), ("alga", "Algae"), ("tree", "Trees")):
            await ann.ask(CreateCommunity, slug=slug, name=name, about="GREEN" if slug != "alga" else "wet")
        page = await ann.ask(BrowseCommunities, limit=3)
        assert ([found.slug for found in page.communities], page.complete) == (["alga", "fern", "moss"], False)
        rest = await ann.ask(BrowseCommunities, limit=3, after="moss")
        assert ([found.slug for found in rest.communities], rest.complete) == (["tree"], True)
        for query, slugs in {
            "green": ["fern", "moss", "tree"],
            "ALGAE": ["alga"],
            "%": [],
            "_": [],
            "": ["alga"],
        }.items():
            found = await ann.ask(BrowseCommunities, query=query, limit=1 if not query else 50)
            assert [community.slug for community in found.communities] == slugs, query
        assert page.communities[0].members == 1


async def test_who_joins_follows_the_open_rooms_and_is_told_from_where():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await world.join("garden/shed")
        await world.private_room("garden/cellar", ann)
        await ann.say("before")
        bob = await world.person("bob")
        joined = await world.join_too(bob, "garden")
        assert joined.rooms == {world.id("garden/hall"): 1, world.id("garden/shed"): 0}
        assert joined.head == world.heads()[world.id("garden")]
        arrival = await ann.hears(MemberJoined, lambda event: event.handle == "bob")
        assert (arrival.by, arrival.rev) == (joined.member, 1)
        await ann.say("after")
        assert [event.body for event in await bob.settled() if isinstance(event, MessageSent)] == ["after"]


async def test_a_slug_is_folded_wherever_it_is_named():
    async with world_of() as world:
        await world.join("garden/hall")
        bob = await world.person("bob")
        joined = await world.join_too(bob, "GARDEN")
        assert joined.community == (await bob.ask(ReadCommunity, community="Garden")).community.id == world.id("garden")


async def test_joining_by_a_name_that_is_none():
    async with world_of() as world:
        ann = await world.person("ann")
        refused = await ann.refused(JoinCommunity, community="nowhere")
        assert (refused.code, refused.field) == (codes.COMMUNITY_GONE.code, "community")


async def test_joining_again_changes_nothing_and_tells_again():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.private_room("garden/cellar", bob)
        await bob.say("hi")
        heads = world.heads()
        again = await world.join_too(bob, "garden")
        assert again.member == bob.member
        moved = {log for log, head in world.heads().items() if head != heads[log]}
        assert moved == {bob.account}
        await bob.settled()
        await ann.say("still once")
        assert [event.body for event in await bob.settled()] == ["still once"]


async def test_joining_again_takes_no_right_away_in_a_private_room():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", bob)
        await bob.ask(SetTopic, room=cellar, topic="before")
        await world.join_too(bob, "garden")
        await bob.ask(SetTopic, room=cellar, topic="after")
        rooms = (await bob.ask(ListRooms, community=world.id("garden"))).rooms
        assert {room.slug: room.kind for room in rooms} == {"hall": "open", "cellar": "private"}


async def test_auz_04_who_leaves_hears_nothing_later_and_may_nothing_more():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await bob.device()
        garden = world.id("garden")
        left = await bob.ask(LeaveCommunity, community=garden)
        assert left.entry.log == bob.account
        assert (await ann.hears(MemberLeft)).by == bob.member
        assert (await phone.hears(CommunityLeft)).community == garden
        await ann.say("is he gone?")
        await ann.ask(JoinCommunity, community="garden")
        for device in (bob, phone):
            heard = [event for event in await device.settled() if isinstance(event, Entry)]
            assert [event for event in heard if event.log != bob.account] == []
            for command, fields in (
                (ReadCommunity, {"community": garden}),
                (ListMembers, {"community": garden}),
                (ListRooms, {"community": garden}),
                (CreateRoom, {"community": garden, "slug": "shed"}),
                (LeaveCommunity, {"community": garden}),
                (ReadMessages, {"room": bob.room}),
            ):
                refused = await device.refused(command, **fields)
                assert refused.code in (codes.COMMUNITY_GONE.code, codes.ROOM_GONE.code), command


async def test_who_comes_back_is_the_same_member_with_a_new_revision():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", bob)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        back = await world.join_too(bob, "garden")
        assert back.member == bob.member
        assert cellar not in back.rooms
        arrival = await ann.hears(MemberJoined, lambda event: event.rev == 2)
        assert (arrival.by, arrival.role) == (bob.member, "member")
        assert (await bob.refused(ReadMessages, room=cellar)).code == codes.ROOM_GONE.code
        await ann.say("welcome back")
        assert (await bob.hears(MessageSent)).body == "welcome back"


async def test_the_last_owner_stays_as_long_as_others_are_there():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        founder = world.founder("garden")
        garden = world.id("garden")
        refused = await founder.refused(LeaveCommunity, community=garden)
        assert refused.code == codes.LAST_OWNER.code
        await world.promote(bob, "garden", "owner")
        await founder.ask(LeaveCommunity, community=garden)
        back = await world.join_too(founder, "garden")
        assert back.role == "member", "an owner who left comes back as one"
        await founder.ask(LeaveCommunity, community=garden)
        await bob.ask(LeaveCommunity, community=garden)  # nobody is left behind
        assert (await bob.ask(BrowseCommunities, query="garden")).communities[0].members == 0


async def test_joining_twice_in_one_breath_begins_where_the_first_said():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        bob, cyd = [await world.person(handle) for handle in ("bob", "cyd")]
        first = bob.begin(JoinCommunity, community="garden")
        cyd.begin(JoinCommunity, community="garden")
        ann.begin(SendMessage, room=ann.room, body="hi both")
        bob.begin(JoinCommunity, community="garden")
        joined = (await bob.reply(first, JoinCommunity.Reply)).entry
        await bob.settled()
        assert (await cyd.hears(CommunityJoined)).head == joined.head + 1
        assert bob.numbers(world.id("garden")) == [joined.head + 1]
        assert bob.numbers(ann.room) == [1]


async def test_avl_07_however_many_rooms_one_joins_they_are_read_at_once_on_each_device():
    async with world_of() as world:
        await world.join("garden/hall")
        founder, bob = world.founder("garden"), await world.person("bob")
        phone = await bob.device()
        for number in range(20):
            await founder.ask(CreateRoom, community=world.id("garden"), slug=f"room{number}")
        founder.leave()  # nobody hears any of them, so that they have to be read
        store, read = world.app.store, []
        unread = store.unread

        async def counted(account: str, logs: list[str]) -> Any:
            read.append(len(logs))
            return await unread(account, logs)

        store.unread = counted  # type: ignore[method-assign,assignment]  # for as long as this world stands
        await bob.ask(JoinCommunity, community="garden")
        await world.quiet()
        assert {len(one.session.logs) for one in (bob, phone)} == {1 + 1 + 21}
        assert len(read) <= 2, read
        back = await world.person("cyd")
        await back.ask(JoinCommunity, community="garden")
        await back.ask(SendMessage, room=world.id("garden/hall"), body="hi all")
        for one in (bob, phone):
            assert [event.body for event in await one.settled() if isinstance(event, MessageSent)] == ["hi all"]


async def test_who_joins_where_the_disk_can_t_be_read_is_told_to_come_back_and_hears_all_then():
    store = HeldStore()
    async with world_of(store) as world:
        await world.join("garden/hall")
        bob = await world.person("bob")
        world.founder("garden").leave()  # nobody hears the community, so that it has to be read

        async def failing(account: str, logs: list[str]) -> None:
            raise OSError("the disk can't be read")

        store.unread = failing
        with capture_logs() as lines:
            bob.begin(JoinCommunity, community="garden")
            await until(lambda: bob.closed is not None)
            await world.quiet()
        assert bob.closed is CloseCode.STORAGE_LOST
        assert {line["event"] for line in lines if line["log_level"] == "error"} == {"replay.failed"}
        assert [log.id for log in world.app.services.logs] == []
        del store.unread
        back = await bob.device()
        await back.ask(SendMessage, room=world.id("garden/hall"), body="I am here")
        assert [event.body for event in await back.settled()] == ["I am here"]


@pytest.mark.parametrize("commands", [["join", "leave"], ["leave", "join"], ["leave", "join", "leave", "join"]])
async def test_joining_and_leaving_in_one_breath(commands):
    """Several in one batch: what one hears afterwards is what one is in afterwards."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        here = "leave" in commands[0]
        if not here:
            await bob.ask(LeaveCommunity, community=garden)
        for command in commands:
            bob.begin(JoinCommunity if command == "join" else LeaveCommunity, community=garden)
        bob_is_in = commands[-1] == "join"
        await bob.settled()
        await ann.say("who is here?")
        await ann.settled()
        assert [event.body for event in await bob.settled()] == (["who is here?"] if bob_is_in else [])


async def test_who_joins_and_leaves_in_a_loop_is_told_to_wait():
    async with world_of() as world:
        await world.join("garden/hall")
        bob, garden = await world.person("bob"), world.id("garden")
        for _ in range(JOINS):
            await world.join_too(bob, "garden")
            await bob.ask(LeaveCommunity, community=garden)
        heads = world.heads()
        refused = await bob.refused(JoinCommunity, community="garden")
        assert (refused.code, refused.kind) == (codes.RATE_LIMITED.code, "wait")
        assert JOIN_SECONDS * 1000 - 10 <= refused.retry_after_ms <= JOIN_SECONDS * 1000 + 10
        assert world.heads() == heads
        world.clock.now += JOIN_SECONDS
        for _ in range(3):
            assert (await bob.refused(JoinCommunity, community="nowhere")).code == codes.COMMUNITY_GONE.code
        await world.join_too(bob, "garden")
        assert (await bob.refused(JoinCommunity, community="garden")).code == codes.RATE_LIMITED.code
