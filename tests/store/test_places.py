"""Communities, rooms and directs: who is in, who sees what, and what is told where."""

import pytest

from among_protocol.codes import (
    ACCOUNT_GONE,
    ADD_REFUSED,
    COMMUNITY_GONE,
    FIELD_INVALID,
    LAST_OWNER,
    LIMIT_REACHED,
    MEMBER_GONE,
    OUTRANKED,
    RIGHT_MISSING,
    ROOM_GONE,
    SLUG_LOOKALIKE,
    SLUG_TAKEN,
)
from among_protocol.communities import CommunityJoined, CommunityLeft
from among_protocol.members import MemberJoined, MemberLeft, MemberUpdated, PersonaRef
from among_protocol.messages import MessageSent
from among_protocol.moderation import SetRole
from among_protocol.rooms import (
    DirectOpened,
    OpenDirect,
    PersonAdded,
    PersonLeft,
    PersonRemoved,
    RoomCreated,
    RoomFollowed,
    RoomUnfollowed,
)
from among_server.limits import BROUGHT_BACK
from tests.store.town import Town, refused


async def test_a_founder_is_the_owner_and_follows_what_they_make(town: Town):
    ann = await town.person("ann")
    community = await ann.founds("hall", about="the town hall")
    room = await ann.makes(community, "general", topic="anything")
    standing = await town.store.standing(ann.id)
    assert standing is not None
    assert [(member.place, member.role, member.rev) for member in standing.members] == [(community, "owner", 1)]
    assert [(found.id, found.slug, found.topic) for found in standing.rooms] == [(room, "general", "anything")]
    found = await town.store.community("hall")
    assert found == await town.store.community(community)
    assert found is not None
    assert (found.about, found.members) == ("the town hall", 1)


async def test_joining_follows_the_open_rooms(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    general, _ = await ann.makes(community, "general"), await ann.makes(community, "cellar", "private")
    await ann.says(general, "before bob")
    await bob.joins("hall")
    assert await bob.followed() == {general}
    assert await bob.unread(general) == (1, 0, 0)
    await ann.says(general, "after")
    assert await bob.unread(general) == (1, 1, 0)
    joined = (await town.log(bob.id))[-1]
    assert isinstance(joined, CommunityJoined)
    assert joined.rooms == {general: 1}
    assert isinstance((await town.log(community))[-1], MemberJoined)


async def test_joining_again_changes_nothing(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    first = await bob.joins(community)
    before = await town.log(community)
    assert await bob.joins(community) == first
    assert await town.log(community) == before
    found = await town.store.community(community)
    assert found is not None
    assert found.members == 2


async def test_who_comes_back_is_the_same_member_with_a_new_revision(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    member = await bob.joins(community)
    left = await bob.leaves(community)
    assert isinstance(left, CommunityLeft)
    assert await bob.followed() == set()
    found = await town.store.community(community)
    assert found is not None
    assert found.members == 1
    assert [row.handle for row in await town.store.members(community, "", 10)] == ["ann"]
    await refused(ROOM_GONE, bob.says(room, "hello?"))
    assert await bob.joins(community) == member
    standing = await town.store.standing(bob.id)
    assert standing is not None
    assert [(row.id, row.rev, row.left) for row in standing.members] == [(member, 2, False)]
    assert await bob.followed() == {room}
    tags = [type(entry) for entry in await town.log(community)]
    assert tags[-3:] == [MemberJoined, MemberLeft, MemberJoined]


async def test_the_last_owner_stays_while_others_are_there(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    await bob.joins(community)
    await refused(LAST_OWNER, ann.leaves(community))
    await bob.leaves(community)
    await ann.leaves(community)
    await refused(COMMUNITY_GONE, ann.leaves(community))


async def test_slugs_are_taken_once(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    await ann.makes(community, "general")
    await refused(SLUG_TAKEN, bob.founds("hall"))
    await refused(SLUG_TAKEN, ann.makes(community, "general", "private"))
    other = await bob.founds("barn")
    await bob.makes(other, "general")


async def test_members_make_no_rooms_and_set_no_topics_of_open_ones(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    await refused(COMMUNITY_GONE, bob.makes(community, "cellar"))
    await bob.joins(community)
    await refused(RIGHT_MISSING, bob.makes(community, "cellar"))
    await refused(RIGHT_MISSING, bob.sets_topic(room, "mine"))


async def test_a_private_room_is_gone_for_who_is_not_in_it(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    community = await ann.founds("hall")
    members = {person.handle: await person.joins(community) for person in (bob, cat)}
    before = await town.log(community)
    cellar = await ann.makes(community, "cellar", "private")
    for attempt in (bob.says(cellar, "?"), bob.follows(cellar), bob.unfollows(cellar), bob.sets_topic(cellar, "?")):
        await refused(ROOM_GONE, attempt)
    await refused(ROOM_GONE, bob.reads(cellar, 0))
    await refused(ROOM_GONE, bob.adds(cellar, members["bob"]))
    assert await town.log(community) == before, "a private room is never told in its community's log"
    await ann.adds(cellar, members["bob"])
    await bob.says(cellar, "now I may")
    await refused(ROOM_GONE, cat.says(cellar, "not I"))
    told = (await town.log(bob.id))[-1]
    assert isinstance(told, RoomFollowed)
    assert (told.room, told.kind, told.slug) == (cellar, "private", "cellar")


async def test_the_log_of_a_private_room_tells_who_is_in_it(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    community = await ann.founds("hall")
    members = {person.handle: await person.joins(community) for person in (ann, bob, cat)}
    cellar = await ann.makes(community, "cellar", "private")
    await ann.adds(cellar, members["bob"])
    await bob.adds(cellar, members["cat"])
    await bob.unfollows(cellar)
    await cat.leaves(community)
    assert [(type(entry), getattr(entry, "member", entry.by)) for entry in await town.log(cellar)] == [
        (PersonAdded, members["ann"]),
        (PersonAdded, members["bob"]),
        (PersonAdded, members["cat"]),
        (PersonLeft, members["bob"]),
        (PersonLeft, members["cat"]),
    ]
    await refused(ROOM_GONE, bob.says(cellar, "I left"))
    await cat.joins(community)
    await refused(ROOM_GONE, cat.says(cellar, "who comes back to the community is not back in here"))


async def test_who_is_taken_out_of_a_private_room_is_out_until_they_are_brought_in(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    community = await ann.founds("hall")
    members = {person.handle: await person.joins(community) for person in (ann, bob, cat)}
    cellar = await ann.makes(community, "cellar", "private")
    for handle in ("bob", "cat"):
        await ann.adds(cellar, members[handle])
    done = await ann.removes(cellar, members["bob"])
    assert isinstance(done, PersonRemoved)
    assert done == (await town.log(cellar))[-1]
    assert (done.by, done.member) == (members["ann"], members["bob"])
    told = (await town.log(bob.id))[-1]
    assert isinstance(told, RoomUnfollowed)
    assert (told.room, told.by) == (cellar, members["ann"])
    for attempt in (bob.says(cellar, "I am out"), bob.reads(cellar, 0), bob.unfollows(cellar), bob.follows(cellar)):
        await refused(ROOM_GONE, attempt)
    await refused(MEMBER_GONE, ann.removes(cellar, members["bob"]))
    for _ in range(BROUGHT_BACK + 1):  # none of these is a leaving of their own
        await ann.adds(cellar, members["bob"])
        await ann.removes(cellar, members["bob"])
    await cat.adds(cellar, members["bob"])
    await bob.says(cellar, "I am back")


async def test_only_stewards_take_somebody_out_and_nobody_of_their_own_rank(town: Town):
    ann, bob, cat, dan = await town.people("ann", "bob", "cat", "dan")
    community = await ann.founds("hall")
    members = {person.handle: await person.joins(community) for person in (ann, bob, cat, dan)}
    cellar, general = await ann.makes(community, "cellar", "private"), await ann.makes(community, "general")
    for handle in ("bob", "cat"):
        await ann.adds(cellar, members[handle])
    before = await town.log(cellar)
    await refused(RIGHT_MISSING, bob.removes(cellar, members["cat"]))
    await refused(RIGHT_MISSING, bob.removes(cellar, members["bob"]))
    await refused(ROOM_GONE, dan.removes(cellar, members["cat"]))
    for handle in ("bob", "dan"):
        await ann.do(SetRole, community=community, member=members[handle], role="steward")
    await refused(ROOM_GONE, dan.removes(cellar, members["cat"]))  # whoever keeps the peace, keeps it where they are
    for handle in ("ann", "dan"):
        await refused(OUTRANKED if handle == "ann" else MEMBER_GONE, bob.removes(cellar, members[handle]))
    await refused(FIELD_INVALID, bob.removes(cellar, members["bob"]))
    await refused(MEMBER_GONE, bob.removes(cellar, "m_nobody"))
    await refused(ROOM_GONE, ann.removes(general, members["cat"]))
    assert await town.log(cellar) == before
    await bob.removes(cellar, members["cat"])
    await ann.removes(cellar, members["bob"])


async def test_only_members_of_the_community_can_be_added(town: Town):
    ann, bob = await town.people("ann", "bob")
    community, other = await ann.founds("hall"), await bob.founds("barn")
    cellar, general = await ann.makes(community, "cellar", "private"), await ann.makes(community, "general")
    await refused(MEMBER_GONE, ann.adds(cellar, await bob.member_in(other)))
    await refused(MEMBER_GONE, ann.adds(cellar, "m_nobody"))
    await refused(ROOM_GONE, ann.adds(general, await ann.member_in(community)))
    member = await bob.joins(community)
    await bob.leaves(community)
    await refused(MEMBER_GONE, ann.adds(cellar, member))


async def test_the_same_people_have_the_same_direct(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    room = await ann.writes_to(bob)
    assert await bob.writes_to(ann) == room
    assert await ann.writes_to(bob, ann) == room
    assert await ann.writes_to(bob, cat) != room
    await bob.says(room, "hello @ann")
    assert await ann.unread(room) == (0, 1, 1)
    await refused(ROOM_GONE, cat.says(room, "hello"))
    told = (await town.log(bob.id))[1]
    assert isinstance(told, DirectOpened)
    ((row, people),) = await town.store.directs([await ann.founds("garden"), room, "nowhere"])
    assert (row.id, row.kind) == (room, "direct")
    assert sorted(told.people, key=lambda person: person.handle) == people
    assert [person.handle for person in people] == ["ann", "bob"]
    assert told.member == await bob.member_in(room)


async def test_a_direct_needs_somebody_else_whom_there_is(town: Town):
    ann = await town.person("ann")
    await refused(ACCOUNT_GONE, ann.ask(OpenDirect, handles=["nobody"]))
    await refused(FIELD_INVALID, ann.ask(OpenDirect, handles=["ann"]))


async def test_a_direct_that_is_unfollowed_comes_back_when_it_is_opened(town: Town):
    ann, bob = await town.people("ann", "bob")
    room = await ann.writes_to(bob)
    await bob.unfollows(room)
    await ann.says(room, "hello @bob")
    for attempt in (bob.says(room, "?"), bob.unfollows(room), bob.follows(room)):
        await refused(ROOM_GONE, attempt)
    standing = await town.store.standing(bob.id)
    assert standing is not None
    assert (standing.members, standing.rooms) == ([], [])
    assert await ann.writes_to(bob) == room, "whoever opens it brings nobody else back"
    await refused(ROOM_GONE, bob.says(room, "?"))
    assert await bob.writes_to(ann) == room
    assert await bob.unread(room) == (1, 0, 0)
    await bob.says(room, "hello")
    standing = await town.store.standing(bob.id)
    assert standing is not None
    assert ([member.place for member in standing.members], [row.id for row in standing.rooms]) == ([room], [room])


async def test_who_left_a_private_room_twice_is_brought_back_by_nobody(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    community = await ann.founds("hall")
    member, other = await bob.joins(community), await cat.joins(community)
    cellar = await ann.makes(community, "cellar", "private")
    for _ in range(2):
        await ann.adds(cellar, member)
        await bob.unfollows(cellar)
    before = await town.log(cellar)
    await refused(ADD_REFUSED, ann.adds(cellar, member))
    await bob.leaves(community)
    await bob.joins(community)
    await refused(ADD_REFUSED, ann.adds(cellar, member))
    assert await town.log(cellar) == before
    await ann.adds(await ann.makes(community, "attic", "private"), member)
    await ann.adds(cellar, other)


async def test_nobody_is_brought_into_a_room_by_who_is_blocked(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    community = await ann.founds("hall")
    member, other = await bob.joins(community), await cat.joins(community)
    cellar = await ann.makes(community, "cellar", "private")
    await ann.adds(cellar, other)
    await town.store.set_block(bob.id, "block", handle="ann")
    await refused(ADD_REFUSED, ann.adds(cellar, member))
    await cat.adds(cellar, member)
    await ann.adds(cellar, member)  # who is there already


async def test_no_short_name_looks_like_one_that_is_taken(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("modern")
    for slug in ("rnodern", "mod-ern", "m0dern"):
        await refused(SLUG_LOOKALIKE, bob.founds(slug))
    await ann.makes(community, "lounge")
    for slug, kind in (("l0unge", "open"), ("1ounge", "private"), ("lou.nge", "open")):
        await refused(SLUG_LOOKALIKE, ann.makes(community, slug, kind))
    await bob.makes(await bob.founds("barn"), "l0unge")


async def test_following_and_unfollowing_an_open_room(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    await bob.joins(community)
    await bob.unfollows(room)
    assert await bob.followed() == set()
    await refused(ROOM_GONE, bob.unfollows(room))
    await ann.says(room, "while bob is away")
    await bob.says(room, "one may speak without following")
    await bob.follows(room)
    await bob.follows(room)
    assert await bob.followed() == {room}
    assert await bob.unread(room) == (2, 0, 0)


async def test_limits_hold(town: Town, monkeypatch: pytest.MonkeyPatch):
    ann, bob = await town.people("ann", "bob")
    monkeypatch.setattr("among_server.store.rules.communities.COMMUNITIES_PER_ACCOUNT", 1)
    monkeypatch.setattr("among_server.store.rules.rooms.ROOMS_PER_COMMUNITY", 2)
    community = await ann.founds("hall")
    await refused(LIMIT_REACHED, ann.founds("barn"))
    await ann.makes(community, "one")
    await ann.makes(community, "two")
    await refused(LIMIT_REACHED, ann.makes(community, "three"))
    monkeypatch.setattr("among_server.store.rules.rooms.FOLLOWS_PER_ACCOUNT", 1)
    await bob.joins(community)
    (followed,) = await bob.followed()
    assert followed == (await town.store.rooms(community))[0].id
    await refused(LIMIT_REACHED, bob.follows((await town.store.rooms(community))[1].id))


async def test_a_new_name_is_told_everywhere_and_old_words_keep_the_old_one(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    member = await bob.joins(community)
    first = (await bob.says(room, "I am Bob")).entry.event
    await bob.renames("Robert")
    second = (await bob.says(room, "I am Robert")).entry.event
    told = (await town.log(community))[-1]
    assert isinstance(told, MemberUpdated)
    assert (told.by, told.rev, told.display_name) == (member, 2, "Robert")
    refs = [PersonaRef(member=member, rev=rev) for rev in (first.rev, second.rev, 0, 99)]
    names = [persona.display_name for persona in await town.store.personas(ann.id, refs)]
    assert names == ["Bob", "Robert", "Robert", "Robert"]
    account = await town.store.account(bob.id)
    assert account is not None
    assert account.display_name == "Robert"


async def test_personas_are_told_to_who_shares_the_place(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    community = await ann.founds("hall")
    refs = [PersonaRef(member=await bob.joins(community)), PersonaRef(member="m_nobody")]
    assert [persona.handle for persona in await town.store.personas(ann.id, refs)] == ["bob"]
    assert await town.store.personas(cat.id, refs) == []
    await bob.leaves(community)
    assert [persona.handle for persona in await town.store.personas(ann.id, refs)] == ["bob"], "old words keep a name"
    assert await town.store.personas(bob.id, refs) == []


async def test_members_are_listed_by_handle_a_page_at_a_time(town: Town):
    ann, *others = await town.people("ann", "dan", "bob", "cat")
    community = await ann.founds("hall")
    for person in others:
        await person.joins(community)
    assert [row.handle for row in await town.store.members(community, "", 3)] == ["ann", "bob", "cat"]
    assert [row.handle for row in await town.store.members(community, "cat", 3)] == ["dan"]
    assert (await town.store.members(community, "", 1))[0].role == "owner"


async def test_communities_are_found_by_their_words(town: Town):
    ann = await town.person("ann")
    for slug, about in (("barn", "HÄY and straw"), ("hall", "the Town's 100%"), ("mill", "")):
        await ann.founds(slug, about=about)

    async def found(query: str, after: str = "", limit: int = 10) -> list[str]:
        return [row.slug for row in await town.store.communities(query, after, limit)]

    assert await found("") == ["barn", "hall", "mill"]
    assert await found("", after="barn", limit=1) == ["hall"]
    assert await found("häy") == ["barn"]
    assert await found("ILL") == ["mill"]
    assert await found("%") == ["hall"]
    assert await found("nowhere") == []


async def test_who_makes_an_open_room_tells_the_community(town: Town):
    ann = await town.person("ann")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general", topic="all")
    made = (await town.log(community))[-1]
    assert isinstance(made, RoomCreated)
    assert (made.room, made.slug, made.topic, made.by) == (room, "general", "all", await ann.member_in(community))
    assert await town.log(room) == []
    assert not any(isinstance(stored.event, MessageSent) for stored in town.heard)
