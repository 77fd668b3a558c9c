"""The door of a community: what it says of itself, how one comes in, its rules, and what one sees from outside."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.communities import (
    BrowseCommunities,
    CommunityJoined,
    CommunityUpdated,
    JoinCommunity,
    LeaveCommunity,
    ReadCommunity,
    UpdateCommunity,
)
from among_protocol.house_rules import AcceptRules, ReadRules, RulesAccepted
from among_protocol.members import ListMembers
from among_protocol.moderation import DAY, BanMember, SilenceMember
from among_protocol.portrait import ProposePortrait
from among_protocol.preview import PreviewCommunity
from among_protocol.rooms import CreateRoom
from among_server.limits import PREVIEW_BYTES, PREVIEW_MESSAGES, PREVIEW_ROOMS
from tests.server.test_policy import cast_of
from tests.world import World, world_of


async def update(world: World, **settings):
    return (await world.founder("garden").ask(UpdateCommunity, community=world.id("garden"), **settings)).entry


# --- settings


async def test_a_change_is_one_entry_that_says_what_changed_and_nothing_else():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        entry = await update(world, name="The Garden", about="Beans", questions=["What do you grow?"])
        heard = await ann.hears(CommunityUpdated)
        assert heard == entry
        assert (heard.log, heard.by, heard.name, heard.about) == (
            world.id("garden"),
            world.founder("garden").member,
            "The Garden",
            "Beans",
        )
        assert (heard.door, heard.listed, heard.rules, heard.members_invite) == (None, None, None, None)
        card = (await ann.ask(ReadCommunity, community="garden")).community
        assert (card.name, card.about, card.door) == ("The Garden", "Beans", "open")
        found = (await ann.ask(BrowseCommunities, query="beans")).communities
        assert [one.slug for one in found] == ["garden"], "a search finds it by what it says now"


async def test_a_steward_tends_the_words_and_narrows_the_door_and_an_owner_does_the_rest():
    async with world_of() as world:
        (steward,) = await world.join("garden/hall", "steward-one")
        await world.promote(steward, "garden", "steward")
        garden = world.id("garden")
        tends: list[dict[str, Any]] = [{"about": "x"}, {"rules": "Be kind."}, {"questions": ["Why?"]}, {"door": "ask"}]
        for settings in tends:
            await steward.ask(UpdateCommunity, community=garden, **settings)
        await steward.ask(UpdateCommunity, community=garden, door="ask")  # as it is
        await steward.ask(UpdateCommunity, community=garden, door="invite")
        heads = world.heads()
        not_theirs: list[dict[str, Any]] = [
            {"name": "Mine"},
            {"listed": False},
            {"members_invite": True},
            {"door": "open"},
            {"door": "ask"},
        ]
        for settings in not_theirs:
            refused = await steward.refused(UpdateCommunity, community=garden, **settings)
            assert refused.code == codes.RIGHT_MISSING.code, settings
        assert world.heads() == heads
        await update(world, door="open")


async def test_who_is_silenced_changes_nothing():
    async with world_of() as world:
        (steward,) = await world.join("garden/hall", "steward-one")
        await world.promote(steward, "garden", "steward")
        garden, founder = world.id("garden"), world.founder("garden")
        await founder.ask(SilenceMember, community=garden, member=steward.member, reason="calm down", for_ms=DAY)
        refused = await steward.refused(UpdateCommunity, community=garden, about="x")
        assert refused.code == codes.SILENCED.code


async def test_only_one_by_invite_may_be_out_of_the_directory():
    async with world_of() as world:
        await world.join("garden/hall")
        founder, garden = world.founder("garden"), world.id("garden")
        for settings, field in (({"listed": False}, "listed"), ({"listed": False, "door": "ask"}, "listed")):
            refused = await founder.refused(UpdateCommunity, community=garden, **settings)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, field)
        await update(world, listed=False, door="invite")
        refused = await founder.refused(UpdateCommunity, community=garden, door="open")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "door")
        await update(world, listed=True, door="open")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"rules": "\u202egnirts"}, "rules"),
        ({"rules": "one\x1b[2Jtwo"}, "rules"),
        ({"questions": ["Why?", "two\nlines"]}, "questions[1]"),
        ({"questions": [" "]}, "questions[0]"),
        ({"name": " "}, "name"),
        ({"door": "ajar"}, "door"),
    ],
)
async def test_what_is_no_text_is_refused_with_its_field(settings, field):
    async with world_of() as world:
        await world.join("garden/hall")
        refused = await world.founder("garden").refused(UpdateCommunity, community=world.id("garden"), **settings)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, field)


# --- not there for others


async def test_auz_03_one_that_is_not_listed_is_there_for_its_members_alone():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.say("a secret")
        stranger = await world.person("stranger")
        await update(world, door="invite", listed=False, about="a canary", rules="another canary")
        garden = world.id("garden")
        start = len(stranger.frames)
        assert (await stranger.ask(BrowseCommunities)).communities == []
        for command, more in (
            (PreviewCommunity, {}),
            (JoinCommunity, {}),
            (JoinCommunity, {"rules": 1}),
            (ReadRules, {}),
            (ReadCommunity, {}),
            (ListMembers, {}),
            (LeaveCommunity, {}),
            (UpdateCommunity, {"about": "x"}),
            (AcceptRules, {"version": 1}),
        ):
            answers = set()
            for community in (garden, "garden", "nowhere"):
                if community == "garden" and command is ListMembers:
                    continue  # takes ids alone
                id = stranger.begin(command, id="the-same", community=community, **more)
                await stranger.answered(id)
                stranger.replies.pop(id)
                answers.add(stranger.raw.pop(id))
            assert len(answers) == 1, command
        await stranger.settled()
        assert b"canary" not in b"".join(stranger.frames[start:])
        assert (await ann.ask(PreviewCommunity, community="garden")).member
        assert (await ann.ask(ReadRules, community="garden")).text == "another canary"
        assert [one.slug for one in (await ann.ask(BrowseCommunities)).communities] == []


async def test_who_has_left_an_unlisted_one_finds_it_no_more():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await update(world, door="invite", listed=False)
        await ann.ask(LeaveCommunity, community="garden")
        assert (await ann.refused(JoinCommunity, community="garden")).code == codes.COMMUNITY_GONE.code
        assert (await ann.refused(PreviewCommunity, community="garden")).code == codes.COMMUNITY_GONE.code


# --- rules


async def test_who_joins_accepts_the_rules_that_hold():
    async with world_of() as world:
        await world.join("garden/hall")
        entry = await update(world, rules="Be kind.\nBe brief.")
        assert (entry.rules, entry.rules_version) == ("Be kind.\nBe brief.", 1)
        ann = await world.person("ann")
        for version in (0, 2):
            refused = await ann.refused(JoinCommunity, community="garden", rules=version)
            assert (refused.code, refused.field) == (codes.RULES_UNACCEPTED.code, "rules")
            assert " 1." in refused.message, "it names the version"
        seen = await ann.ask(PreviewCommunity, community="garden")
        assert (seen.rules, seen.rules_version, seen.rules_required) == ("Be kind.\nBe brief.", 1, True)
        joined = await ann.ask(JoinCommunity, community="garden", rules=seen.rules_version)
        assert isinstance(joined.entry, CommunityJoined)
        assert joined.entry.rules == 1
        card = await ann.ask(ReadCommunity, community="garden")
        assert (card.rules, card.accepted) == (1, 1)


async def test_rules_that_need_not_be_accepted_stand_in_nobodys_way():
    async with world_of() as world:
        await world.join("garden/hall")
        await update(world, rules="Be kind.", rules_required=False)
        ann, bob = await world.person("ann"), await world.person("bob")
        assert (await world.join_too(ann, "garden")).rules == 0
        assert (await bob.ask(JoinCommunity, community="garden", rules=1)).entry.rules == 1


async def test_rules_that_change_are_a_new_version_and_those_before_can_be_read():
    async with world_of() as world:
        await world.join("garden/hall")
        await update(world, rules="Be kind.")
        ann = await world.person("ann")
        await ann.ask(JoinCommunity, community="garden", rules=1)
        await ann.settled()
        assert (await update(world, rules="Be kind.")).rules_version == 1, "they are the same"
        assert (await update(world, rules="Be very kind.")).rules_version == 2
        assert (await ann.hears(CommunityUpdated, lambda event: event.rules_version == 2)).rules == "Be very kind."
        assert (await ann.ask(ReadCommunity, community="garden")).accepted == 1
        old = await ann.ask(ReadRules, community="garden", version=1)
        new = await ann.ask(ReadRules, community="garden")
        assert (old.text, old.version, old.newest, old.accepted) == ("Be kind.", 1, 2, 1)
        assert (new.text, new.version) == ("Be very kind.", 2)
        await ann.say("I may still speak", room=world.id("garden/hall"))
        assert (await ann.refused(AcceptRules, community="garden", version=1)).code == codes.RULES_GONE.code
        accepted = (await ann.ask(AcceptRules, community="garden", version=2)).entry
        assert isinstance(accepted, RulesAccepted)
        assert (accepted.log, accepted.community, accepted.version) == (ann.account, world.id("garden"), 2)
        assert (await ann.ask(ReadCommunity, community="garden")).accepted == 2
        assert (await update(world, rules="")).rules_version == 0
        assert (await ann.refused(ReadRules, community="garden")).code == codes.RULES_GONE.code
        assert (await ann.refused(AcceptRules, community="garden", version=2)).code == codes.RULES_GONE.code
        assert (await update(world, rules="Be kind.")).rules_version == 3, "a version is never used twice"


async def test_stewards_see_who_accepted_which_and_members_do_not():
    async with world_of() as world:
        await world.join("garden/hall", "cyd")
        await update(world, rules="Be kind.")
        ann = await world.person("ann")
        await ann.ask(JoinCommunity, community="garden", rules=1)
        founder, garden = world.founder("garden"), world.id("garden")
        seen = {one.handle: one.rules for one in (await founder.ask(ListMembers, community=garden)).members}
        assert seen == {"ann": 1, "cyd": 0, "founder-of-garden": 0}
        seen = {one.handle: one.rules for one in (await ann.ask(ListMembers, community=garden)).members}
        assert set(seen.values()) == {0}


# --- looking in


async def portrayed(world: World, text: str) -> None:
    founder, garden = world.founder("garden"), world.id("garden")
    await founder.ask(ProposePortrait, community=garden, section="about", base=0, text=text, merge=True)


async def test_an_open_community_shows_what_goes_on_in_its_open_rooms():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await world.join("garden/shed")
        cellar = await world.private_room("garden/cellar", ann)
        for number in range(PREVIEW_MESSAGES + 2):
            await ann.say(f"said {number}", room=world.id("garden/hall"))
        await ann.say("a canary", room=cellar)
        await portrayed(world, "Beans, and who grows them.")
        stranger = await world.person("stranger")
        seen = await stranger.ask(PreviewCommunity, community="garden")
        assert [room.slug for room in seen.rooms] == ["hall", "shed"]
        assert [one.body for one in seen.rooms[0].messages] == [f"said {n}" for n in range(2, PREVIEW_MESSAGES + 2)]
        (author,) = seen.people
        assert (author.handle, author.bio) == ("ann", "")
        assert {one.by for one in seen.rooms[0].messages} == {author.member}
        assert [(one.section, one.content.text) for one in seen.portrait] == [("about", "Beans, and who grows them.")]
        assert not seen.member
        assert b"canary" not in b"".join(stranger.frames)


@pytest.mark.parametrize("door", ["ask", "invite"])
async def test_auz_03_one_whose_door_is_not_open_shows_none_of_it(door):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.say("a canary")
        await portrayed(world, "a canary")
        await update(world, door=door, rules="Be kind.", questions=["Why?"])
        stranger = await world.person("stranger")
        seen = await stranger.ask(PreviewCommunity, community="garden")
        assert (seen.community.door, seen.rules, seen.rooms, seen.people) == (door, "Be kind.", [], [])
        assert seen.portrait == []
        assert seen.questions == (["Why?"] if door == "ask" else [])
        assert (await ann.ask(PreviewCommunity, community="garden")).questions == ["Why?"]
        expected = codes.ENTRY_ASKS if door == "ask" else codes.INVITE_NEEDED
        assert (await stranger.refused(JoinCommunity, community="garden", rules=1)).code == expected.code
        assert b"canary" not in b"".join(stranger.frames)


async def test_auz_03_whoever_is_banned_does_not_look_in():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder, garden = world.founder("garden"), world.id("garden")
        await founder.ask(BanMember, community=garden, member=bob.member, reason="rude")
        await bob.settled()
        await ann.say("a canary")
        seen = await bob.ask(PreviewCommunity, community="garden")
        assert (seen.rooms, seen.people) == ([], [])
        assert seen.community.name == "garden"
        assert b"canary" not in b"".join(bob.frames)


async def test_inp_05_a_preview_shows_so_much_and_no_more():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        founder, garden = world.founder("garden"), world.id("garden")
        for number in range(PREVIEW_ROOMS):
            await founder.ask(CreateRoom, community=garden, slug=f"room-{number}", topic=f"topic {number}")
        told = world.app.services.hello.limits
        assert (told.preview_rooms, told.preview_messages, told.preview_bytes) == (
            PREVIEW_ROOMS,
            PREVIEW_MESSAGES,
            PREVIEW_BYTES,
        )
        for _ in range(PREVIEW_MESSAGES):
            await ann.say("é" * 4_000)
        await founder.say("short", room=(await founder.ask(CreateRoom, community=garden, slug="last")).entry.room)
        seen = await (await world.person("stranger")).ask(PreviewCommunity, community="garden")
        assert len(seen.rooms) == PREVIEW_ROOMS
        said = [one.body for room in seen.rooms for one in room.messages]
        assert len(said) == PREVIEW_BYTES // 8_000
        assert sum(len(body.encode()) for body in said) <= PREVIEW_BYTES


async def test_a_door_that_closes_while_one_looks_in_shows_nothing(monkeypatch):
    async with world_of() as world:
        cast = await cast_of(world)
        stranger = cast.people["stranger"]
        look = world.app.store.authors

        async def slowly(community, refs):
            await update(world, door="ask")
            return await look(community, refs)

        monkeypatch.setattr(world.app.store, "authors", slowly)
        seen = await stranger.ask(PreviewCommunity, community="garden")
        assert (seen.rooms, seen.people) == ([], [])
