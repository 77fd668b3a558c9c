"""Recent conversations: where something was said last comes first, of all places; and pages around a moment."""

import itertools
from types import SimpleNamespace

import pytest

from among_protocol import codes
from among_protocol.communities import LeaveCommunity
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.messages import GLIMPSED, ReadMessages
from among_protocol.recent import RecentPage, RecentRooms
from among_protocol.rooms import FollowRoom, SetTopic, UnfollowRoom
from among_server.store.memory import tables
from tests.server.test_corners import publish
from tests.world import Person, World, world_of


async def recent(person: Person, **fields: object) -> RecentPage:
    page: RecentPage = await person.ask(RecentRooms, **fields)
    return page


@pytest.fixture(autouse=True)
def _each_write_has_a_millisecond_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    times = itertools.count(1_800_000_000_000)
    monkeypatch.setattr(tables, "time", SimpleNamespace(time_ns=lambda: next(times) * 1_000_000))


async def rooms_of(world: World, person: Person, count: int) -> list[str]:
    """Directs with so many others, who each wrote, one after the other."""
    rooms = []
    for number in range(count):
        other = await world.person(f"other-{number}")
        rooms.append(await world.direct(other, person))
        await other.say(f"number {number}", room=rooms[-1])
    return rooms


async def test_where_something_was_said_last_comes_first_across_communities_and_directs():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        await world.join_too(bob, "library")
        await bob.settled()
        desk, direct = world.id("library/desk"), await world.direct(ann, bob)
        await ann.say("first")
        await eve.say("second @bob")
        await ann.say("third", room=direct)
        page = await recent(bob)
        assert [(one.room.id, one.said.body) for one in page.rooms] == [
            (direct, "third"),
            (desk, "second @bob"),
            (bob.room, "first"),
        ]
        assert [(one.unread, one.mentions) for one in page.rooms] == [(1, 0), (1, 1), (1, 0)]
        assert page.next == ""
        card = page.rooms[0].room
        assert ([person.handle for person in card.people], card.kind, card.following) == (
            ["ann", "bob"],
            "direct",
            True,
        )
        assert card.member in {person.member for person in card.people if person.handle == "bob"}
        await bob.say("fourth", room=bob.room)
        assert [one.room.id for one in (await recent(bob)).rooms] == [bob.room, direct, desk]


async def test_what_was_said_last_is_as_it_is_now_and_its_number_stays():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("before")
        said = await ann.say("x" * (GLIMPSED + 1))
        (one,) = (await recent(bob)).rooms
        assert (one.said.seq, one.said.body, one.said.by) == (said.seq, "x" * GLIMPSED, ann.member)
        await ann.ask(EditMessage, room=ann.room, message=said.seq, body="edited")
        await world.founder("garden").ask(SetTopic, room=ann.room, topic="no message")
        (one,) = (await recent(bob)).rooms
        assert (one.said.seq, one.said.body, one.said.blank) == (said.seq, "edited", False)
        await ann.ask(DeleteMessage, room=ann.room, message=said.seq)
        (one,) = (await recent(bob)).rooms
        assert (one.said.seq, one.said.body, one.said.blank) == (said.seq, "", True)


async def test_a_post_is_shown_by_its_title():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann)
        await bob.ask(FollowRoom, room=post.log)
        (one,) = (await recent(bob)).rooms
        assert (one.room.kind, one.said.seq, one.said.body) == ("corner", post.seq, post.title)


async def test_only_followed_rooms_in_which_something_was_said_and_none_that_was_lost():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        private = await world.private_room("garden/cellar", ann, bob)
        assert (await recent(bob)).rooms == []
        await ann.say("in the hall")
        await ann.say("in the cellar", room=private)
        assert {one.room.id for one in (await recent(bob)).rooms} == {bob.room, private}
        await bob.ask(UnfollowRoom, room=bob.room)
        assert {one.room.id for one in (await recent(bob)).rooms} == {private}
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        assert (await recent(bob)).rooms == []


async def test_pages_go_on_where_the_last_one_ended():
    async with world_of() as world:
        bob = await world.person("bob")
        rooms = await rooms_of(world, bob, 5)
        found, after = [], ""
        for size in (2, 2, 1):
            page = await recent(bob, after=after, limit=2)
            assert len(page.rooms) == size
            found += [one.room.id for one in page.rooms]
            after = page.next
        assert after == ""
        assert found == rooms[::-1]


@pytest.mark.parametrize("cursor", ["x", "1", "²³.r_x", "-1.r_x", "9" * 40 + ".r_x", "12", "\x00"])
async def test_a_cursor_of_ones_own_making_is_refused_or_gives_ones_own(cursor):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("hi")
        id = bob.begin(RecentRooms, after=cursor)
        await bob.answered(id)
        reply = bob.replies[id]
        assert getattr(reply, "code", codes.FIELD_INVALID.code) == codes.FIELD_INVALID.code


async def test_auz_03_a_list_of_recent_rooms_tells_nothing_of_other_places():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        private = await world.private_room("garden/cellar", ann)
        await ann.say("canary-a")
        await ann.say("canary-b", room=private)
        await ann.say("canary-c", room=await world.direct(ann, bob))
        for after in ("", f"{2**45}.{private}", f"{2**45}.{ann.room}"):
            await recent(eve, after=after)
        assert not [frame for frame in eve.frames if b"canary" in frame or private.encode() in frame]


# --- pages around a moment


async def test_a_page_is_around_the_first_that_was_said_at_a_moment_or_later():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        said = [await ann.say(f"number {number}") for number in range(7)]
        page = await ann.ask(ReadMessages, room=ann.room, at=said[3].at, limit=3)
        assert [message.seq for message in page.messages] == [said[2].seq, said[3].seq, said[4].seq]
        assert not page.complete
        for early in ("1970-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"):
            page = await ann.ask(ReadMessages, room=ann.room, at=early, limit=2)
            assert [message.seq for message in page.messages] == [said[0].seq, said[1].seq]
        page = await ann.ask(ReadMessages, room=ann.room, at="2999-12-31T23:59:59+14:00", limit=2)
        assert [message.seq for message in page.messages] == [said[5].seq, said[6].seq]


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-01-31", "2026-01-31T09:00:00", "9999-12-31T23:59:59-14:00"])
async def test_a_moment_has_its_offset(moment):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        refused = await ann.refused(ReadMessages, room=ann.room, at=moment)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "at")


async def test_a_page_is_around_a_moment_or_a_number_and_not_both():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for fields in ({"around": 1}, {"before": 1}, {"after": 0}):
            refused = await ann.refused(ReadMessages, room=ann.room, at="2026-01-31T09:00:00Z", **fields)
            assert refused.field == "at"
