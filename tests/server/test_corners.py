"""A corner: one's own room in a community, who finds it, who follows it, what it does not do to anybody else."""

from typing import Any

from among_protocol import codes
from among_protocol.communities import JoinCommunity, LeaveCommunity, ReadCommunity
from among_protocol.corners import Corner, CornerUpdated, ListCorners, UpdateCorner
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.moderation import DAY, SilenceMember
from among_protocol.posts import PostPublished, PublishPost
from among_protocol.rooms import AddPerson, FollowRoom, ListRooms, RoomFollowed, SetTopic, UnfollowRoom
from tests.world import Person, World, world_of


async def publish(world: World, person: Person, title: str = "On beans", body: str = "They grow.") -> PostPublished:
    entry: PostPublished = (await person.ask(PublishPost, community=world.id("garden"), title=title, body=body)).entry
    return entry


async def corners(world: World, person: Person, **fields: Any) -> list[Corner]:
    found: list[Corner] = (await person.ask(ListCorners, community=world.id("garden"), **fields)).corners
    return found


async def test_a_corner_is_made_by_its_first_post_and_its_owner_follows_it():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await ann.device()
        post = await publish(world, ann)
        followed = await phone.hears(RoomFollowed)
        assert (followed.room, followed.kind, followed.owner, followed.community) == (
            post.log, "corner", ann.member, world.id("garden"),
        )  # fmt: skip
        opened = await phone.hears(CornerUpdated)
        assert (opened.seq, opened.by, opened.comments, opened.public) == (1, ann.member, "members", False)
        assert (await phone.hears(PostPublished)).body == "They grow."
        assert await bob.settled() == [], "nobody is told who did not ask"
        (corner,) = await corners(world, bob)
        assert (corner.room, corner.handle, corner.latest, corner.following) == (post.log, "ann", post.at, False)
        again = await publish(world, ann, "More", "They grow on.")
        assert (again.log, again.seq) == (post.log, 3)
        assert len(await corners(world, bob)) == 1


async def test_a_corner_is_made_and_changed_by_its_owner_alone_a_field_at_a_time():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        made = (await ann.ask(UpdateCorner, community=garden, title="  Beans & more ")).entry
        assert (made.title, made.comments, made.public) == ("Beans & more", "members", False)
        changed = (await ann.ask(UpdateCorner, community=garden, comments="nobody", public=True)).entry
        assert (changed.log, changed.seq, changed.title, changed.comments, changed.public) == (
            made.log, 2, "Beans & more", "nobody", True,
        )  # fmt: skip
        (corner,) = await corners(world, bob)
        assert (corner.title, corner.comments, corner.public, corner.latest) == ("Beans & more", "nobody", True, "")
        mine = (await bob.ask(UpdateCorner, community=garden)).entry
        assert mine.log != made.log, "everybody's is their own"
        for person in (ann, bob):
            refused = await person.refused(SetTopic, room=made.log, topic="Mine now")
            assert refused.code == codes.RIGHT_MISSING.code
        assert (await bob.refused(AddPerson, room=made.log, member=ann.member)).code == codes.ROOM_GONE.code


async def test_corners_are_listed_by_handle_a_page_at_a_time_or_by_whose_they_are():
    async with world_of() as world:
        people = await world.join("garden/hall", "ann", "bob", "cyd", "dan")
        for person in people[:3]:
            await publish(world, person)
        page = await people[3].ask(ListCorners, community=world.id("garden"), limit=2)
        assert ([one.handle for one in page.corners], page.complete) == (["ann", "bob"], False)
        rest = await people[3].ask(ListCorners, community=world.id("garden"), limit=2, after="bob")
        assert ([one.handle for one in rest.corners], rest.complete) == (["cyd"], True)
        named = [people[1].member, people[3].member, "m_nobody"]
        assert [one.handle for one in await corners(world, people[0], members=named)] == ["bob"]


async def test_corners_are_not_among_the_rooms_but_for_those_that_one_follows():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann)
        garden = world.id("garden")
        assert [room.slug for room in (await bob.ask(ListRooms, community=garden)).rooms] == ["hall"]
        await bob.ask(FollowRoom, room=post.log)
        for rooms in (
            (await bob.ask(ListRooms, community=garden)).rooms,
            (await bob.ask(ReadCommunity, community="garden")).rooms,
            (await bob.sync(cards=True)).communities[0].rooms,
        ):
            hall, corner = rooms
            assert (corner.id, corner.kind, corner.owner, corner.slug, corner.following, corner.head) == (
                post.log, "corner", ann.member, "", True, 2,
            )  # fmt: skip
        (cyd,) = await world.join("garden/hall", "cyd")
        assert post.log not in (await cyd.sync()).logs, "who joins follows open rooms alone"
        assert [room.slug for room in (await cyd.ask(ListRooms, community=garden)).rooms] == ["hall"]


async def test_who_follows_a_corner_hears_its_posts_and_comments_and_counts_both():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        first = await publish(world, ann)
        await bob.ask(FollowRoom, room=first.log)
        second = await publish(world, ann, body="For @bob.")
        assert (await bob.hears(PostPublished)).seq == second.seq
        await cyd.ask(SendMessage, room=first.log, body="Fine!", post=second.seq)
        assert (await bob.hears(MessageSent)).post == second.seq
        (state,) = [one for one in (await bob.sync()).logs if one.log == first.log]
        assert (state.kind, state.unread, state.mentions) == ("room", 2, 1)
        (state,) = [one for one in (await ann.sync()).logs if one.log == first.log]
        assert (state.unread, state.read) == (1, second.seq), "one's own post is read"
        await bob.ask(UnfollowRoom, room=first.log)
        assert (await bob.ask(ListRooms, community=world.id("garden"))).rooms[-1].slug == "hall"


async def test_who_leaves_follows_no_corner_of_the_place_any_more_and_none_is_listed_of_theirs():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann)
        await bob.ask(FollowRoom, room=post.log)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await publish(world, ann)
        assert not [event for event in await bob.settled() if isinstance(event, PostPublished)]
        assert post.log not in [state.log for state in (await bob.sync()).logs]
        await bob.ask(JoinCommunity, community="garden")
        await ann.ask(LeaveCommunity, community=world.id("garden"))
        assert await corners(world, bob) == []
        refused = await bob.refused(SendMessage, room=post.log, body="Come back!", post=post.seq)
        assert refused.code == codes.COMMENT_REFUSED.code
        await ann.ask(JoinCommunity, community="garden")
        again = await publish(world, ann, "Back", "Here I am.")
        assert again.log == post.log, "who comes back has their corner again"
        assert post.log in [state.log for state in (await ann.sync()).logs]


async def test_who_is_silenced_makes_no_corner_and_posts_nothing():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        await world.founder("garden").ask(SilenceMember, community=garden, member=bob.member, reason="loud", for_ms=DAY)
        for command, fields in ((UpdateCorner, {}), (PublishPost, {"title": "x", "body": "y"})):
            assert (await bob.refused(command, community=garden, **fields)).code == codes.SILENCED.code
        assert await corners(world, ann) == []


async def test_a_write_of_a_corner_sent_twice_is_one():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        asked = {"community": world.id("garden"), "title": "Once", "body": "Only once.", "nonce": "once"}
        first = await ann.ask(PublishPost, **asked)
        second = await ann.ask(PublishPost, **asked)
        assert (second.entry, second.repeat) == (first.entry, True)
        refused = await ann.refused(PublishPost, **{**asked, "body": "Something else."})
        assert refused.code == codes.NONCE_CONFLICT.code
        assert len(await ann.entries(first.entry.log)) == 2
