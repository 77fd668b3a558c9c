"""Blocking and muting: what it keeps from me, that the other notices nothing that names it, and that every device of mine
knows."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.blocks import Block, BlockChanged, BlockList, SetBlock
from among_protocol.communities import JoinCommunity, LeaveCommunity
from among_protocol.erasure import EraseAccount
from among_protocol.markers import SetMarker
from among_protocol.members import ResolveMembers
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.personas import FindMember, PersonaWish, UpdatePersona
from among_protocol.presence import PresenceChanged, SetPresence, StartTyping, TypingStarted, WatchPresence
from among_protocol.rooms import FollowRoom, OpenDirect, SetTopic, UnfollowRoom
from among_protocol.session import SignIn
from among_server.core.blocklists import AT_ONCE
from among_server.store.sqlite import SqliteStore
from tests.held import HeldStore
from tests.world import PASSWORD, Person, World, world_of


async def block(person: Person, handle: str, kind: str = "block") -> None:
    assert named(await person.ask(SetBlock, kind=kind, handle=handle)) == (handle, kind)


def named(block: Block | BlockChanged) -> tuple[str, str]:
    return block.handle, block.kind


async def listed(person: Person, **fields: Any) -> list[tuple[str, str]]:
    return [named(block) for block in (await person.sync(**fields)).blocks]


async def mentions(person: Person, room: str) -> int:
    sync = await person.sync()
    count: int = next(state.mentions for state in sync.logs if state.log == room)
    return count


async def state(watcher: Person, *members: str) -> list[str]:
    return [one.state for one in (await watcher.ask(WatchPresence, members=list(members))).members]


async def changes(watcher: Person) -> list[tuple[str, str]]:
    heard = await watcher.settled()
    return [(event.member, event.state) for event in heard if isinstance(event, PresenceChanged)]


# --- the register


async def test_every_device_of_mine_knows_whom_i_block_and_nobody_else_does():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await ann.device()
        count = len(bob.frames)
        await block(ann, "bob")
        assert named(await phone.hears(BlockChanged)) == ("bob", "block")
        assert not [event for event in await ann.settled() if isinstance(event, BlockChanged)], "the reply has said it"
        await block(phone, "bob", "mute")
        assert named(await ann.hears(BlockChanged)) == ("bob", "mute")
        await bob.settled()
        assert len(bob.frames) == count + 1, "the ping's reply and nothing else"
        assert (await bob.sync()).blocks == []
        for cards in (False, True):
            assert await listed(ann, cards=cards) == [("bob", "mute")]
        await block(ann, "BOB".lower(), "none")
        assert (await phone.sync()).blocks == []


async def test_who_comes_later_or_lags_has_the_last_value():
    async with world_of() as world:
        ann = await world.person("ann")
        for handle in ("dan", "bob"):
            await world.person(handle)
        phone = await ann.device()
        phone.lags()
        for kind in ("block", "mute"):
            await block(ann, "bob", kind)
        await block(ann, "dan")
        phone.reads_again()
        told = [named(event) for event in await phone.settled() if isinstance(event, BlockChanged)]
        assert told == [("bob", "mute"), ("dan", "block")]
        ann.leave()
        phone.leave()
        later = await ann.again()
        assert await listed(later) == [("bob", "mute"), ("dan", "block")]


async def test_somebody_is_named_by_handle_or_by_a_membership_that_i_may_see():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        assert named(await ann.ask(SetBlock, kind="mute", member=bob.member)) == ("bob", "mute")
        answers = set()
        for member in (eve.member, "m_nobody"):
            id = ann.begin(SetBlock, id="the-same", kind="block", member=member)
            await ann.answered(id)
            assert ann.replies.pop(id).code == codes.MEMBER_GONE.code
            answers.add(ann.raw.pop(id))
        assert len(answers) == 1
        for by, code in (
            ({"handle": "nobody-here"}, codes.ACCOUNT_GONE),
            ({"handle": "ann"}, codes.FIELD_INVALID),
            ({"member": ann.member}, codes.FIELD_INVALID),
            ({}, codes.FIELD_INVALID),
            ({"handle": "bob", "member": bob.member}, codes.FIELD_INVALID),
            ({"block": "b_none"}, codes.ACCOUNT_GONE),
        ):
            assert (await ann.refused(SetBlock, kind="block", **by)).code == code.code, by
        assert await listed(ann) == [("bob", "mute")]
        await ann.settled()
        told = b"".join(ann.frames).decode()
        assert bob.account not in told
        assert eve.account not in told


async def test_who_has_no_name_any_more_is_blocked_by_nobody():
    """It would be a block of all who have none."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(LeaveCommunity, community=world.id("garden"), keep="words")
        await ann.settled()
        refused = await ann.refused(SetBlock, member=bob.member, kind="block")
        assert (refused.code, refused.field) == (codes.MEMBER_GONE.code, "member")
        assert await listed(ann) == []


async def test_two_who_go_by_one_handle_are_two_and_each_is_undone_by_the_id_of_the_entry():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await world.join("library/desk")
        await world.join_too(ann, "library")
        one, two = await world.person("one"), await world.person("two")
        for person, slug in ((one, "garden"), (two, "library")):
            await person.ask(JoinCommunity, community=slug, persona={"handle": "sam"})
        sams = [
            (await ann.ask(FindMember, community=world.id(slug), handle="sam")).member.member
            for slug in ("garden", "library")
        ]
        phone = await ann.device()
        first = await ann.ask(SetBlock, kind="block", member=sams[0])
        assert (first.handle, first.others) == ("sam", [sams[1]]), "who goes by it and is not meant"
        assert (await phone.hears(BlockChanged)).others == [sams[1]]
        second = await ann.ask(SetBlock, kind="mute", member=sams[1])
        assert (second.handle, second.others) == ("sam", [])
        assert second.id != first.id
        assert sorted(await listed(ann)) == [("sam", "block"), ("sam", "mute")]
        told = await phone.sync()
        assert {block.id for block in told.blocks} == {first.id, second.id}
        assert [block.others for block in told.blocks] == [[], []]
        undone = await ann.ask(SetBlock, kind="none", block=first.id)
        assert (undone.id, undone.handle, undone.kind, undone.others) == (first.id, "sam", "none", [sams[0]])
        assert await listed(ann) == [("sam", "mute")]
        assert not [id for id in (one.account, two.account) if id in b"".join(ann.frames).decode()]
        eve = await world.person("eve")
        assert (await eve.refused(SetBlock, kind="none", block=second.id)).code == codes.ACCOUNT_GONE.code


async def people_of_two_communities(world: World) -> tuple[Person, Person, Person]:
    """Somebody who is in garden and library, and two who are in none yet."""
    (ann,) = await world.join("garden/hall", "ann")
    await world.join("library/desk")
    await world.join_too(ann, "library")
    return ann, await world.person("bob"), await world.person("cyd")


async def joins(person: Person, slug: str, handle: str) -> str:
    """A community, under a handle of its own there; gives the membership."""
    entry = (await person.ask(JoinCommunity, community=slug, persona={"handle": handle})).entry
    return str(entry.member)


async def of(person: Person, other: Person, community: str) -> str:
    """Somebody's membership, as one finds it."""
    return str((await person.ask(FindMember, community=community, handle=other.handle)).member.member)


async def known(person: Person) -> dict[str, tuple[list[str], list[str]]]:
    """By handle, as it was told last: who is meant, and who only goes by it."""
    told = [event for event in await person.settled() if isinstance(event, BlockChanged)]
    return {event.handle: (event.members, event.others) for event in told}


async def test_the_list_names_who_is_meant_by_membership_wherever_i_am():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await ann.device()
        done = await ann.ask(SetBlock, kind="block", member=bob.member)
        assert done.members == (await phone.hears(BlockChanged)).members == [bob.member]
        assert [block.members for block in (await phone.sync()).blocks] == [[bob.member]]
        undone = await ann.ask(SetBlock, kind="none", block=done.id)
        assert (undone.members, undone.others) == ([], [])


async def test_whoever_comes_under_a_handle_of_my_list_and_is_somebody_else_is_not_taken_for_who_is_blocked():
    async with world_of() as world:
        ann, bob, cyd = await people_of_two_communities(world)
        sam = await joins(bob, "garden", "sam")
        await ann.ask(SetBlock, kind="block", member=sam)
        phone = await ann.device()
        await ann.settled()
        namesake = await joins(cyd, "library", "sam")
        for device in (ann, phone):
            assert await known(device) == {"sam": ([sam], [namesake])}
        await joins(bob, "library", "rob")
        assert await known(ann) == {}, "nobody learns who is who"


async def test_i_come_to_where_somebody_of_my_list_is_or_a_namesake():
    async with world_of() as world:
        ann, bob, cyd = await people_of_two_communities(world)
        await world.join("yard/desk")
        sam, met = await joins(bob, "garden", "sam"), await joins(bob, "yard", "sam")
        await ann.ask(SetBlock, kind="block", member=sam)
        await ann.ask(LeaveCommunity, community=world.id("library"))
        namesake = await joins(cyd, "library", "sam")
        await ann.settled()
        await world.join_too(ann, "yard")
        assert await known(ann) == {"sam": (sorted([sam, met]), [])}
        await world.join_too(ann, "library")
        assert await known(ann) == {"sam": (sorted([sam, met]), [namesake])}


async def test_a_block_follows_a_rename_and_still_knows_who_only_goes_by_it():
    async with world_of() as world:
        ann, bob, cyd = await people_of_two_communities(world)
        sam, namesake = await joins(bob, "garden", "sam"), await joins(cyd, "library", "rob")
        await ann.ask(SetBlock, kind="mute", member=sam)
        await ann.settled()
        await bob.ask(UpdatePersona, community=world.id("garden"), persona=PersonaWish(handle="rob"))
        assert await known(ann) == {"sam": ([], []), "rob": ([sam], [namesake])}


async def test_what_is_told_of_a_list_while_more_happens_is_what_holds_at_last():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, cyd = await people_of_two_communities(world)
        sam = await joins(bob, "garden", "sam")
        await ann.ask(SetBlock, kind="block", member=sam)
        await ann.settled()
        hold = store.hold("meant")
        await joins(cyd, "library", "sam")
        await hold.is_asked(1)
        await cyd.ask(UpdatePersona, community=world.id("library"), persona=PersonaWish(handle="tom"))
        hold.let_go()
        assert await known(ann) == {"sam": ([sam], [])}


async def test_what_nobody_else_sees_says_nothing_of_whom_i_block():
    """Joining where one is already, and opening a direct again, is told to nobody: nor that somebody blocked did so."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = (await ann.ask(OpenDirect, handles=["bob"])).entry.room
        cyd = await world.person("cyd")
        await ann.ask(OpenDirect, handles=["bob", "cyd"])
        for handle in ("bob", "cyd"):
            await block(ann, handle, "mute")
        await ann.settled()
        await bob.ask(JoinCommunity, community="garden")
        await bob.ask(UnfollowRoom, room=direct)
        await bob.ask(OpenDirect, handles=["ann"])
        await bob.ask(OpenDirect, handles=["ann", "cyd"])
        await cyd.settled()
        assert await known(ann) == {}


async def test_a_direct_that_is_opened_with_a_namesake_tells_who_is_meant():
    async with world_of() as world:
        ann, bob, cyd = await people_of_two_communities(world)
        sam, namesake = await joins(bob, "garden", "sam"), await joins(cyd, "library", "sam")
        await ann.ask(SetBlock, kind="mute", member=sam)
        await ann.settled()
        opened = (await cyd.ask(OpenDirect, members=[(await of(cyd, ann, world.id("library")))])).entry
        mine = next(one.member for one in opened.people if one.handle == "sam")
        assert await known(ann) == {"sam": ([sam], sorted([namesake, mine]))}


async def test_who_comes_back_under_another_handle_has_it_in_their_directs_too():
    async with world_of() as world:
        ann, bob, cyd = await people_of_two_communities(world)
        sam = await joins(bob, "garden", "sam")
        garden = world.id("garden")
        direct = (await bob.ask(OpenDirect, members=[await of(bob, ann, garden)])).entry
        there = next(one.member for one in direct.people if one.handle == "sam")
        await ann.ask(SetBlock, kind="mute", member=sam)
        await ann.ask(LeaveCommunity, community=garden)
        await bob.ask(LeaveCommunity, community=garden)
        await ann.settled()
        await joins(bob, "garden", "rob")
        assert await known(ann) == {"sam": ([], []), "rob": ([there], [])}
        assert sorted(await listed(ann)) == [("rob", "mute"), ("sam", "mute")]
        found = (await ann.ask(ResolveMembers, members=[{"member": there}])).personas
        assert [persona.handle for persona in found] == ["rob"]


async def test_when_somebody_blocked_is_erased_a_namesake_who_is_not_stays_apart_from_who_is_left():
    async with world_of(erase_grace_hours=0) as world:
        ann, bob, cyd = await people_of_two_communities(world)
        dan = await world.person("dan")
        await world.join("yard/desk")
        await world.join_too(ann, "yard")
        sams = [await joins(person, slug, "sam") for person, slug in ((bob, "garden"), (cyd, "library"), (dan, "yard"))]
        for sam in sams[:2]:
            await ann.ask(SetBlock, kind="block", member=sam)
        await ann.settled()
        await bob.ask(EraseAccount, password=PASSWORD, handle="bob", keep="words")
        await world.quiet()
        told = [event for event in await ann.settled() if isinstance(event, BlockChanged)]
        assert [(event.kind, event.members, event.others) for event in told][-1] == ("block", [sams[1]], [sams[2]])


async def test_who_is_blocked_while_the_list_is_read_is_told_as_blocked():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, cyd = await people_of_two_communities(world)
        phone = await ann.device()
        sam = await joins(bob, "garden", "sam")
        await ann.ask(SetBlock, kind="block", member=sam)
        await ann.settled()
        hold = store.hold("meant")
        namesake = await joins(cyd, "library", "sam")
        await hold.is_asked(1)
        asked = ann.begin(SetBlock, kind="block", member=namesake)
        await hold.is_asked(2)
        hold.let_one_go(-1)
        await ann.answered(asked)
        hold.let_go()
        await phone.settled()
        lists = BlockList(event for event in phone.heard if isinstance(event, BlockChanged))
        assert (lists.kind("sam", sam), lists.kind("sam", namesake), lists.others("sam")) == (
            "block",
            "block",
            frozenset(),
        )


async def test_however_many_have_a_handle_in_their_list_few_lists_are_read_at_once():
    store = HeldStore()
    async with world_of(store) as world:
        people = await world.join("garden/hall", "ann", "eve", "fay", "gus")
        bob = await world.person("bob")
        for person in people:
            await block(person, "bob")
            await person.settled()
        hold = store.hold("meant")
        joined = (await bob.ask(JoinCommunity, community="garden")).entry
        await hold.is_asked(AT_ONCE)
        await bob.settled_but(people[0])
        assert hold.asked == AT_ONCE < len(people)
        hold.let_go()
        for person in people:
            assert await known(person) == {"bob": ([joined.member], [])}


def test_a_view_counts_no_mention_by_somebody_blocked_whom_it_knows_by_membership_alone():
    blocks = BlockList(
        [
            Block(id="b1", handle="sam", kind="block", members=["m1", "m2"]),
            Block(id="b2", handle="tom", kind="mute", members=["m3"]),
        ]
    )
    assert [blocks.of(member) for member in ("m1", "m2", "m3", "m4", "")] == ["block", "block", "mute", "", ""]
    blocks.apply(BlockChanged(id="b1", handle="sam", kind="block", members=["m2"]))
    assert [blocks.of(member) for member in ("m1", "m2", "m3")] == ["", "block", "mute"]
    blocks.apply(BlockChanged(id="b2", handle="tom", kind="none"))
    assert [blocks.of(member) for member in ("m1", "m2", "m3")] == ["", "block", ""]


def test_a_list_that_is_followed_tells_who_is_meant():
    blocks = BlockList(
        [Block(id="b1", handle="sam", kind="mute", others=["m2"]), Block(id="b3", handle="bob", kind="x")]
    )
    assert (blocks.kind("sam"), blocks.kind("sam", "m1"), blocks.kind("sam", "m2")) == ("mute", "mute", "")
    assert blocks.kind("bob") == "block", "a word of the future folds"
    blocks.apply(BlockChanged(id="b2", handle="sam", kind="block"))
    assert (blocks.kind("sam", "m2"), len(blocks.named("sam")), blocks.shared("sam")) == ("block", 2, True)
    blocks.apply(BlockChanged(id="b2", handle="sam", kind="none", others=["m2"]))
    assert (blocks.kind("sam", "m2"), blocks.kind("sam")) == ("", "mute")
    blocks.apply(BlockChanged(id="b1", handle="sam", kind="none"))
    assert blocks.kinds() == {"bob": "block"}
    assert (blocks.kind("sam"), bool(blocks), blocks.shared("sam")) == ("", True, False)


# --- directs


async def test_a_block_refuses_directs_between_the_two_whoever_blocks():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        room = await world.direct(ann, bob)
        larger = await world.direct(ann, bob, cyd)
        await block(ann, "bob")
        before = world.heads()
        for person, other in ((ann, bob), (bob, ann)):
            for text in ("hello?", f"@{other.handle}"):
                assert (await person.refused(SendMessage, room=room, body=text)).code == codes.DIRECT_REFUSED.code
            assert (await person.refused(SetTopic, room=room, topic="hello?")).code == codes.DIRECT_REFUSED.code
        assert world.heads() == before
        await bob.say("to both of you", room=larger)  # others listen there: the client folds
        await block(ann, "bob", "none")
        await bob.say("hello again", room=room)


@pytest.mark.parametrize("kept", [True, False], ids=["sqlite", "memory"])
async def test_who_takes_another_handle_is_still_blocked_in_a_direct_that_outlives_the_community(tmp_path, kept):
    async with world_of(SqliteStore(tmp_path, synchronous="off") if kept else None) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        room = (await ann.ask(OpenDirect, members=[bob.member])).entry.room
        await ann.ask(SetBlock, member=bob.member, kind="block")
        await ann.ask(LeaveCommunity, community=garden)
        await bob.ask(UpdatePersona, community=garden, persona=PersonaWish(handle="robert"))
        assert (await bob.refused(SendMessage, room=room, body="me again")).code == codes.DIRECT_REFUSED.code
        assert {"bob", "robert"} <= (await known(ann)).keys()
        await bob.ask(StartTyping, room=room)
        assert [event for event in await ann.settled() if isinstance(event, MessageSent | TypingStarted)] == []
        assert [entry.handle for entry in (await ann.sync()).blocks] == ["bob", "robert"]


@pytest.mark.parametrize("keep", ["erase", "words"])
@pytest.mark.parametrize("kind", ["block", "mute"])
async def test_who_is_forgotten_and_comes_back_under_another_handle_is_blocked_as_before(tmp_path, keep, kind):
    async with world_of(SqliteStore(tmp_path, synchronous="off")) as world:
        ann, bob, eve = await world.join("garden/hall", "ann", "bob", "eve")
        garden = world.id("garden")
        await ann.ask(SetBlock, member=bob.member, kind=kind)
        await bob.ask(LeaveCommunity, community=garden, keep=keep)
        await world.quiet()
        await bob.ask(JoinCommunity, community=garden, persona=PersonaWish(handle="robert"))
        await bob.ask(FollowRoom, room=ann.room)
        said = await bob.say("@ann @eve, it is me", room=ann.room)
        assert await mentions(ann, ann.room) == 0
        assert await mentions(eve, ann.room) == 1
        assert set(said.mentions) == {ann.member, eve.member}
        if kind == "block":
            assert (await bob.refused(OpenDirect, members=[ann.member])).code == codes.DIRECT_REFUSED.code
        heard = [*await ann.settled(), *await bob.settled(), *await eve.settled()]
        assert not [event for event in heard if isinstance(event, BlockChanged)], "nobody is told"
        await ann.ask(SetBlock, member=bob.member, kind="none")
        await bob.say("@ann, really", room=ann.room)
        assert await mentions(ann, ann.room) == 1


async def test_who_comes_back_is_blocked_by_nobody_who_blocks_them_under_a_name_from_elsewhere(tmp_path):
    async with world_of(SqliteStore(tmp_path, synchronous="off")) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk", "eve")
        await world.join_too(ann, "library")
        wish = PersonaWish(handle="librarian")
        there = (await bob.ask(JoinCommunity, community=world.id("library"), persona=wish)).entry
        await ann.ask(SetBlock, member=there.member, kind="block")
        await bob.ask(LeaveCommunity, community=world.id("garden"), keep="erase")
        await world.quiet()
        await bob.ask(JoinCommunity, community=world.id("garden"), persona=PersonaWish(handle="robert"))
        assert await listed(ann) == [("librarian", "block")]


async def test_a_direct_that_is_new_is_refused_in_the_same_words_for_every_reason():
    async with world_of() as world:
        ann, bob, cyd, dan = [await world.person(handle) for handle in ("ann", "bob", "cyd", "dan")]
        await block(ann, "bob")
        await block(bob, "cyd")
        await world.app.store.disable("dan", disabled=True)
        answers = set()
        for other in ("ann", "cyd", "dan"):  # blocks me; blocked by me; disabled
            id = bob.begin(OpenDirect, id="the-same", handles=[other])
            await bob.answered(id)
            assert bob.replies.pop(id).code == codes.DIRECT_REFUSED.code
            answers.add(bob.raw.pop(id))
        assert len(answers) == 1
        assert (await bob.refused(OpenDirect, handles=["ann", "cyd"])).code == codes.DIRECT_REFUSED.code
        await cyd.ask(OpenDirect, handles=["ann"])
        assert dan.closed is None


async def test_somebody_else_may_bring_two_together_who_block_each_other():
    async with world_of() as world:
        ann, bob, cyd = [await world.person(handle) for handle in ("ann", "bob", "cyd")]
        await block(ann, "bob")
        room = await world.direct(cyd, ann, bob)
        await bob.say("hello all", room=room)
        assert (await ann.hears(MessageSent)).body == "hello all"


# --- mentions


@pytest.mark.parametrize(("kind", "who"), [("block", "reader"), ("block", "author"), ("mute", "reader")])
async def test_a_mention_does_not_count_and_its_author_can_not_tell(kind, who):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await (block(ann, "bob", kind) if who == "reader" else block(bob, "ann", kind))
        said = await bob.say("@ann hi")
        assert said.mentions == [ann.member], "in the log it stands as ever: all read the same"
        assert await ann.hears(MessageSent) == said
        assert await mentions(ann, ann.room) == 0
        await (block(ann, "bob", "none") if who == "reader" else block(bob, "ann", "none"))
        await bob.say("@ann hi again")
        assert await mentions(ann, ann.room) == 1


async def test_who_mutes_is_still_read_as_ever():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await block(ann, "bob", "mute")
        await ann.say("@bob hi")
        assert await mentions(bob, bob.room) == 1
        room = await world.direct(bob, ann)
        await bob.say("@ann psst", room=room)
        marker = await ann.ask(SetMarker, room=room, seq=0)
        assert (marker.unread, marker.mentions) == (1, 0)


# --- presence


async def test_neither_sees_whether_the_other_is_there():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        assert await state(ann, bob.member) == ["online"]
        assert await state(bob, ann.member, cyd.member) == ["online", "online"]
        await block(ann, "bob")
        assert await changes(ann) == [(bob.member, "offline")]
        assert await changes(bob) == [(ann.member, "offline")], "as if she had gone"
        for person in (ann, bob):
            await person.ask(SetPresence, state="away")
        assert await changes(ann) == []
        assert await changes(bob) == []
        assert await state(ann, bob.member) == ["offline"]
        assert await state(bob, ann.member, cyd.member) == ["offline", "online"]
        assert await state(cyd, ann.member, bob.member) == ["away", "away"]
        bob.leave()
        assert await changes(ann) == []
        await bob.again()
        assert await changes(ann) == []
        await block(ann, "bob", "none")
        assert await changes(ann) == [(bob.member, "online")]


async def test_two_who_block_each_other_are_apart_until_both_have_ceased():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await state(ann, bob.member)
        await block(ann, "bob")
        await block(bob, "ann")
        assert await changes(ann) == [(bob.member, "offline")]
        await block(ann, "bob", "none")
        assert await changes(ann) == []
        assert await state(ann, bob.member) == ["offline"]
        await block(bob, "ann", "mute")
        assert await changes(ann) == [(bob.member, "online")]


async def test_who_is_muted_is_seen_as_ever():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await block(ann, "bob", "mute")
        assert await state(ann, bob.member) == ["online"]
        assert await state(bob, ann.member) == ["online"]


@pytest.mark.parametrize("kept", [True, False], ids=["sqlite", "memory"])
async def test_who_is_forgotten_and_comes_back_under_another_handle_is_not_seen_by_who_is_there(tmp_path, kept):
    async with world_of(SqliteStore(tmp_path, synchronous="off") if kept else None) as world:
        ann, bob, eve = await world.join("garden/hall", "ann", "bob", "eve")
        garden = world.id("garden")
        for one, other in ((ann, bob), (eve, bob), (bob, ann)):
            await state(one, other.member)
        await ann.ask(SetBlock, member=bob.member, kind="block")
        await bob.ask(LeaveCommunity, community=garden, keep="erase")
        await world.quiet()
        await ann.settled()
        await eve.settled()
        await bob.settled()
        await bob.ask(JoinCommunity, community=garden, persona=PersonaWish(handle="robert"))
        await bob.ask(FollowRoom, room=ann.room)
        for asked in ("away", "online"):
            await bob.ask(SetPresence, state=asked)
            await ann.ask(SetPresence, state=asked)
        await bob.ask(StartTyping, room=ann.room)
        heard = await ann.settled()
        assert [event for event in heard if isinstance(event, PresenceChanged | TypingStarted)] == []
        assert await changes(bob) == []
        assert (bob.member, "away") in await changes(eve)
        assert await state(ann, bob.member) == ["offline"]
        assert await state(bob, ann.member) == ["offline"]
        assert await listed(ann) == [("bob", "block"), ("robert", "block")]
        await ann.ask(SetBlock, member=bob.member, kind="none")
        assert await changes(ann) == [(bob.member, "online")]
        assert await changes(bob) == [(ann.member, "online")]


async def test_who_is_forgotten_and_comes_back_while_another_device_of_the_blocker_comes_is_not_seen_there():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        await ann.ask(SetBlock, member=bob.member, kind="block")
        await bob.ask(LeaveCommunity, community=garden, keep="erase")
        await world.quiet()
        ann.leave()
        await world.quiet()
        standing = store.hold("standing")
        phone = Person(world)
        id = phone.begin(SignIn, token=ann.token)
        await standing.is_asked(1)  # read before bob comes back, and heard after it
        await bob.ask(JoinCommunity, community=garden, persona=PersonaWish(handle="robert"))
        standing.let_go()
        await phone.reply(id, SignIn.Reply)
        assert await state(phone, bob.member) == ["offline"]


async def test_who_takes_a_name_under_which_one_blocks_them_seems_to_go():
    """And the other way round: to them, who blocks them goes."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk")
        await world.join_too(ann, "library")
        library = world.id("library")
        there = (await bob.ask(JoinCommunity, community=library, persona=PersonaWish(handle="robert"))).entry
        await ann.ask(SetBlock, member=there.member, kind="block")
        assert await state(ann, bob.member) == ["online"]
        assert await state(bob, ann.member) == ["online"], "she blocks another, as far as she knows"
        await bob.ask(LeaveCommunity, community=library)
        await bob.ask(UpdatePersona, community=world.id("garden"), persona=PersonaWish(handle="robert"))
        assert await changes(ann) == [(bob.member, "offline")]
        assert await changes(bob) == [(ann.member, "offline")]
        assert await state(ann, bob.member) == ["offline"]
        await ann.ask(SetBlock, member=bob.member, kind="none")
        assert await changes(ann) == [(bob.member, "online")]


async def test_that_the_other_writes_is_not_told_either():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await block(ann, "bob")
        for one, other in ((ann, bob), (bob, ann)):
            await one.ask(StartTyping, room=one.room)
            assert [event.by for event in await other.settled() if isinstance(event, TypingStarted)] == []
            assert [event.by for event in await cyd.settled() if isinstance(event, TypingStarted)] == [one.member]


# --- while things happen


async def test_a_block_that_is_set_while_another_device_comes_is_known_to_it():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        writes, standing = store.hold("writes"), store.hold("standing")
        ann.begin(SetBlock, kind="block", handle="bob")
        ann.leave()
        phone = Person(world)
        id = phone.begin(SignIn, token=ann.token)
        await standing.is_asked(1)  # read before the block is kept, and heard after it
        writes.let_go()
        await world.app.store.see_sessions([])
        standing.let_go()
        await phone.reply(id, SignIn.Reply)
        assert await listed(phone) == [("bob", "block")]
        assert await state(phone, bob.member) == ["offline"]


async def test_nothing_is_kept_of_who_has_gone():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await state(ann, bob.member)
        await block(ann, "bob")
        await _all_leave(world, ann, bob)
        presence = world.app.services.presence
        assert (presence._absent, presence._here, presence._watchers) == ({}, {}, {})


async def _all_leave(world: World, *people: Person) -> None:
    for person in (*people, world.founder("garden")):
        person.leave()
    await world.quiet()
