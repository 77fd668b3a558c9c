"""Finding somebody in a community: whom, by what, and what nobody is found by."""

import pytest

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.blocks import SetBlock
from among_protocol.communities import LeaveCommunity
from among_protocol.finding import SearchMembers
from among_protocol.interests import InterestWish, SetInterests
from among_server.store.finding import ends, folded
from tests.world import Person, World, world_of


async def found(person: Person, world: World, query: str = "", **fields: object) -> list[str]:
    page = await person.ask(SearchMembers, community=world.id("garden"), query=query, **fields)
    return [one.member.handle for one in page.found]


async def named(person: Person, name: str) -> None:
    await person.ask(UpdateAccount, display_name=name)


async def test_who_is_found_by_which_characters():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "anna", "bob", "cyd.hanna")
        await named(bob, "José Ångström")
        await named(cyd, "Владимир 山田")
        for query, handles in {
            "ann": ["anna", "cyd.hanna"],  # where a word begins comes first
            "ANNA": ["anna", "cyd.hanna"],
            "hann": ["cyd.hanna"],
            "jose": ["bob"],
            "JOSÉ": ["bob"],
            "ang": ["bob"],
            "sé ån": ["bob"],  # across words
            "влад": ["cyd.hanna"],
            "ДИМИР": ["cyd.hanna"],
            "山": ["cyd.hanna"],
            "田": [],  # one character: where a word begins
            "山田": ["cyd.hanna"],
            "a": ["bob", "anna"],  # by what follows it
            "％": [],
            "%": [],
            "_": [],
            "*": [],
            "[a-z]": [],
            "a%a": [],
            "ann\\": [],
            '"': [],
            "founder-of-garden": ["founder-of-garden"],
            "founder-of-gardens": [],
        }.items():
            assert await found(ann, world, query) == handles, query


async def test_a_name_that_was_changed_is_found_by_the_new_one_alone():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await named(bob, "Robert")
        assert await found(ann, world, "robe") == ["bob"]
        await named(bob, "Bobby")
        assert await found(ann, world, "robe") == []
        assert await found(ann, world, "obb") == ["bob"]


async def test_who_has_left_is_not_found_and_who_is_back_is():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(LeaveCommunity, community="garden")
        assert await found(ann, world, "bob") == []
        refused = await bob.refused(SearchMembers, community=world.id("garden"), query="ann")
        assert refused.code == codes.COMMUNITY_GONE.code
        await world.join_too(bob, "garden")
        assert await found(ann, world, "bob") == ["bob"]


async def test_there_is_something_to_look_for():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for query in ("", "  ", "\u0301"):
            refused = await ann.refused(SearchMembers, community=world.id("garden"), query=query)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "query")


async def test_inp_05_how_many_are_found():
    async with world_of() as world:
        (ann, *_) = await world.join("garden/hall", "ann", *(f"bee{number:02}" for number in range(26)))
        page = await ann.ask(SearchMembers, community=world.id("garden"), query="bee")
        assert (len(page.found), page.complete) == (25, False)
        page = await ann.ask(SearchMembers, community=world.id("garden"), query="bee", limit=26)
        assert (len(page.found), page.complete) == (26, True)
        most = world.app.services.hello.limits.found
        assert (await ann.ask(SearchMembers, community=world.id("garden"), query="bee", limit=most)).complete
        for limit in (0, most + 1):
            refused = await ann.refused(SearchMembers, community=world.id("garden"), query="bee", limit=limit)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "limit")


async def cares(person: Person, world: World, tag: str, **fields: object) -> None:
    wish = InterestWish(tag=tag, **fields)  # type: ignore[arg-type]  # as a client gives them
    await person.ask(SetInterests, community=world.id("garden"), interests=[wish])


async def test_only_who_wants_to_be_found_by_an_interest_is():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await cares(bob, world, "moss", found=True)
        await cares(cyd, world, "moss")
        assert await found(ann, world, interest="moss") == ["bob"]
        assert await found(ann, world, interest="Moss") == ["bob"]
        assert await found(ann, world, "bo", interest="moss") == ["bob"]
        assert await found(ann, world, "cy", interest="moss") == []
        assert await found(ann, world, interest="tea") == []
        assert await found(ann, world, interest="no-such-tag") == []
        await cares(bob, world, "tea", found=True)
        assert await found(ann, world, interest="moss") == []


async def test_a_sensitive_interest_finds_who_said_twice_that_it_may():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await cares(bob, world, "depression", found=True)
        await cares(cyd, world, "depression", found=True, shown="members")
        assert await found(ann, world, interest="depression") == ["cyd"]


@pytest.mark.parametrize("blocker", ["ann", "bob"])
async def test_who_blocks_me_or_is_blocked_is_not_found_by_an_interest(blocker):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await cares(bob, world, "moss", found=True)
        one, other = (ann, "bob") if blocker == "ann" else (bob, "ann")
        await one.ask(SetBlock, kind="mute", handle=other)
        assert await found(ann, world, interest="moss") == ["bob"]
        await one.ask(SetBlock, kind="block", handle=other)
        assert await found(ann, world, interest="moss") == []
        assert await found(ann, world, "bob") == ["bob"]  # as everybody sees in the list


def test_ends_of_a_text():
    assert ends("Ana-Li") == {(0, "ana-li"), (1, "na-li"), (1, "a-li"), (1, "-li"), (0, "li"), (1, "i")}
    assert ends("ana li", "ANA") == {
        (0, "ana li"),
        (1, "na li"),
        (1, "a li"),
        (0, "li"),
        (1, "i"),
        (0, "ana"),
        (1, "na"),
        (1, "a"),
    }


def test_a_text_that_folds_into_very_much_costs_little():
    assert len(ends("\ufdfa" * 64)) < 100
    assert folded("ﬃ Ⅷ ㎏ Ｊｏｓé ẞ") == "ffi viii kg jose ss"
