"""Tags, interests, who is found by what, and what is suggested: every store keeps and finds the same."""

from typing import Any

import pytest

from among_protocol.accounts import UpdateAccount
from among_protocol.codes import COMMUNITY_GONE, LIMIT_REACHED, RIGHT_MISSING, TAG_GONE
from among_protocol.communities import CreateCommunity, LeaveCommunity
from among_protocol.personas import PersonaWish, ShownWish, UpdatePersona
from among_protocol.tags import UpdateTag
from among_server.store.rules import tags as tag_rules
from among_server.store.tags import InterestRow
from tests.store.town import Person, Town, refused


async def founds(person: Person, slug: str, *tags: str) -> str:
    return (await person.do(CreateCommunity, slug=slug, name=slug, tags=list(tags))).log  # type: ignore[no-any-return]  # an id


async def says(person: Person, community: str, *tags: str, **fields: Any) -> list[str]:
    rows = [InterestRow(tag, **fields) for tag in tags]
    return [one.tag for one in await person.town.store.set_interests(person.id, community, rows)]


async def carried(town: Town, community: str) -> list[str]:
    return (await town.store.tags_of([community])).get(community, [])


async def known(town: Town, query: str, person: Person) -> list[str]:
    return [tag.tag for tag in await town.store.tags(query, person.id, 100)]


async def found(person: Person, community: str, query: str = "", interest: str = "", limit: int = 10) -> list[str]:
    rows = await person.town.store.find(community, person.id, query, interest, limit)
    return [one.member.handle for one in rows]


async def suggested(person: Person, limit: int = 10, chance: str = "today") -> dict[str, list[str]]:
    rows = await person.town.store.discover(person.id, limit, chance)
    return {one.community.slug: [reason.tag or f"{reason.people}" for reason in one.reasons] for one in rows}


async def test_what_a_community_carries_is_kept_in_its_order_and_means_what_is_meant_now(town: Town):
    ann, owner = await town.people("ann", "owner")
    hall = await founds(ann, "hall", "Zines", "brand new", "films", "tea")
    barn = await founds(ann, "barn", "brand new")
    await founds(ann, "mill")
    assert await carried(town, hall) == ["zines", "brand-new", "cinema", "tea"]
    assert await town.store.tags_of([barn, hall, "c_none"]) == {
        barn: ["brand-new"],
        hall: ["zines", "brand-new", "cinema", "tea"],
    }
    assert await known(town, "brand", owner) == ["brand-new"]


async def test_a_word_goes_with_the_last_who_carries_it(town: Town):
    ann, bob = await town.people("ann", "bob")
    hall = await founds(ann, "hall", "brand new")
    await bob.joins(hall)
    assert await says(bob, "", "brand-new", "tea") == ["brand-new", "tea"]
    assert await says(bob, "", "tea") == ["tea"]
    assert await known(town, "brand", bob) == ["brand-new"]
    await refused(TAG_GONE, says(bob, "", "nobody-has-this"))
    assert [one.tag for one in (await town.store.interests(bob.id))[bob.id]] == ["tea"], "refused, nothing changed"


async def test_interests_are_kept_for_each_place_in_their_order(town: Town):
    ann, bob = await town.people("ann", "bob")
    hall = await founds(ann, "hall")
    await refused(COMMUNITY_GONE, says(bob, hall, "tea"))
    await bob.joins(hall)
    await says(bob, hall, "zines", "film-photography", "depression", "zines")
    await says(bob, "", "tea")
    mine = await town.store.interests(bob.id)
    assert mine.keys() == {bob.id, hall}
    assert [(one.tag, one.shown, one.sensitive) for one in mine[hall]] == [
        ("zines", "members", False),
        ("analogue-photography", "members", False),
        ("depression", "nobody", True),
    ]
    assert [(one.tag, one.shown) for one in mine[bob.id]] == [("tea", "nobody")]
    await bob.leaves(hall)
    assert (await town.store.interests(bob.id)).keys() == {bob.id}
    await bob.joins(hall)
    assert (await town.store.interests(bob.id)) == mine
    assert await town.store.interests(ann.id) == await town.store.interests("a_none") == {}


async def test_what_stewards_say_of_a_tag_holds_in_their_community(town: Town):
    ann, bob = await town.people("ann", "bob")
    hall, barn = await founds(ann, "hall"), await founds(ann, "barn")
    for place in (hall, barn):
        await bob.joins(place)
        await says(bob, place, "moss", found=True)
    await refused(RIGHT_MISSING, bob.do(UpdateTag, community=hall, tag="moss", into="botany"))
    await refused(RIGHT_MISSING, ann.do(UpdateTag, tag="moss", into="botany"))
    await ann.do(UpdateTag, community=hall, tag="moss", into="botany")
    assert [one.tag for one in (await town.store.interests(bob.id))[hall]] == ["botany"]
    assert await found(ann, hall, interest="botany") == await found(ann, hall, interest="plants") == ["bob"]
    assert await found(ann, hall, interest="moss") == ["bob"]  # which means the same here
    await says(bob, hall, "moss", "botany", found=True)
    assert await found(ann, hall, interest="botany") == ["bob"], "once, though both say so"
    await says(bob, hall, "moss", found=True)
    assert await found(ann, barn, interest="moss") == ["bob"]
    assert await found(ann, barn, interest="botany") == []
    await ann.do(UpdateTag, community=hall, tag="botany", sensitive=True)
    assert await found(ann, hall, interest="botany") == []
    await ann.do(UpdateTag, community=hall, tag="botany", sensitive=False)
    assert await found(ann, hall, interest="moss") == ["bob"]
    await ann.do(UpdateTag, community=hall, tag="moss", into="")
    assert await found(ann, hall, interest="botany") == []
    assert await found(ann, hall, interest="moss") == ["bob"]


async def test_who_is_found_by_characters(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat.anselm")
    hall, barn = await founds(ann, "hall"), await founds(ann, "barn")
    await bob.joins(hall)
    await cat.joins(hall)
    await bob.renames("Robert the Anvil and the very long name that nobody reads to its end")
    assert await found(ann, hall, "an") == ["bob", "ann", "cat.anselm"]  # and, ann, anselm
    assert await found(ann, hall, "an", limit=2) == ["bob", "ann"]
    assert await found(ann, hall, "nn") == ["ann"]
    assert await found(ann, hall, "n") == ["bob"]  # where a word begins
    assert await found(ann, hall, "the very long name that nobody reads") == ["bob"]
    assert await found(ann, hall, "the very long name that nobody reads it") == []
    assert await found(ann, barn, "bob") == await found(ann, "c_none", "bob") == []
    await bob.do(UpdateAccount, display_name="Bo")
    assert await found(ann, hall, "robert") == []
    await bob.leaves(hall)
    assert await found(ann, hall, "bo") == []
    await bob.joins(hall)
    assert await found(ann, hall, "bo") == ["bob"]


async def test_who_is_blocked_is_found_by_no_interest(town: Town):
    ann, bob = await town.people("ann", "bob")
    hall = await founds(ann, "hall")
    await bob.joins(hall)
    await says(bob, hall, "tea", found=True)
    for one, other in ((ann, "bob"), (bob, "ann")):
        await town.store.set_block(one.id, "block", handle=other)
        assert await found(ann, hall, interest="tea") == []
        await town.store.set_block(one.id, "none", handle=other)
        assert await found(ann, hall, interest="tea") == ["bob"]


async def test_what_is_suggested_and_what_is_not(town: Town, monkeypatch: pytest.MonkeyPatch):
    ann, bob = await town.people("ann", "bob")
    hall, barn = await founds(ann, "hall", "tea", "films"), await founds(ann, "barn", "tea")
    mill = await founds(ann, "mill", "moss")
    assert await suggested(bob) == {}
    await says(bob, "", "movies", "tea")
    assert await suggested(bob) == {"hall": ["cinema", "tea"], "barn": ["tea"]}
    assert await suggested(bob, 1) == {"hall": ["cinema", "tea"]}
    await town.store.dismiss(bob.id, "hall", dismissed=True)
    assert await suggested(bob) == {"barn": ["tea"]}
    await bob.joins(barn)
    assert await suggested(bob) == {}
    await says(bob, barn, "moss")
    assert await suggested(bob) == {"mill": ["moss"]}
    await bob.leaves(barn)
    assert await suggested(bob) == {"barn": ["tea"]}
    await town.store.dismiss(bob.id, hall, dismissed=False)
    assert (await suggested(bob)).keys() == {"hall", "barn"}
    monkeypatch.setattr(tag_rules, "DISMISSED_PER_ACCOUNT", 1)
    await town.store.dismiss(bob.id, mill, dismissed=True)
    await refused(LIMIT_REACHED, town.store.dismiss(bob.id, hall, dismissed=True))
    await refused(COMMUNITY_GONE, town.store.dismiss(bob.id, "nowhere", dismissed=True))


async def test_the_directory_by_words_and_tags_and_age(town: Town):
    ann = await town.person("ann")
    for slug, tags in (("moss", ["botany", "tea"]), ("fern", ["plants"]), ("alga", [])):
        await ann.do(CreateCommunity, slug=slug, name=slug.title(), about=f"Grüne {slug}", tags=tags)

    async def browse(query: str = "", after: str = "", limit: int = 9, **more: Any) -> list[str]:
        return [one.slug for one in await town.store.communities(query, after, limit, **more)]

    assert await browse() == ["alga", "fern", "moss"]
    assert await browse(newest=True) == ["alga", "fern", "moss"]
    assert await browse(newest=True, limit=1, after="alga") == ["fern"]
    assert await browse("grune f") == ["fern"]
    assert await browse(tags=["botany"]) == await browse(tags=["plants"]) == ["fern", "moss"]
    assert await browse(tags=["botany", "tea"]) == ["moss"]
    assert await browse(tags=["botany"], newest=True) == ["fern", "moss"]
    assert await browse(tags=["none"]) == await browse(newest=True, after="none") == []
    (card,) = await town.store.communities("", "fern", 1)
    assert card.tags == ["botany", "tea"]


async def test_people_whom_one_talks_with_count_where_they_show_that_they_are(town: Town):
    ann, bob, cat, dan = await town.people("ann", "bob", "cat", "dan")
    hall = await founds(ann, "hall")
    room = await ann.makes(hall, "general")
    barn, circle = await founds(dan, "barn"), await founds(dan, "circle", "depression")
    for one in (bob, cat):
        for place in (hall, barn, circle):
            await one.joins(place)
    for one in (ann, bob):
        await one.says(room, "hello")
    shown = PersonaWish(shown=ShownWish(elsewhere="members"))
    assert await suggested(ann) == {}, "nobody let themselves be counted"
    for place in (barn, circle):
        await bob.do(UpdatePersona, community=place, persona=shown)
    await cat.do(UpdatePersona, community=barn, persona=shown)
    assert await suggested(ann) == {"barn": ["1"]}, "cat has not talked, and one is too few where it is sensitive"
    await cat.says(room, "hello")
    assert await suggested(ann) == {"barn": ["2"]}
    assert await suggested(dan) == {}
    direct = await dan.writes_to(ann)
    await dan.says(direct, "who answers?")
    assert await suggested(ann) == {"barn": ["2"]}, "whom one did not answer, one does not talk with"
    await bob.leaves(barn)
    assert await suggested(ann) == {"barn": ["1"]}
    await cat.do(UpdatePersona, community=barn, persona=PersonaWish(shown=ShownWish(elsewhere="nobody")))
    assert await suggested(ann) == {}


async def test_a_former_handle_finds_who_does_not_hide_it(town: Town):
    ann, bob = await town.people("ann", "bob")
    hall = await founds(ann, "hall")
    await bob.joins(hall)
    await bob.do(UpdatePersona, community=hall, persona=PersonaWish(handle="robert", display_name="Rob"))
    rows = await town.store.find(hall, ann.id, "bo", "", 9)
    assert [(one.member.handle, one.former) for one in rows] == [("robert", "bob")]
    assert await found(ann, hall, "rob") == ["robert"]
    await bob.do(UpdatePersona, community=hall, persona=PersonaWish(shown=ShownWish(lineage="stewards")))
    assert await found(ann, hall, "bo") == []


async def test_nobody_is_counted_by_what_they_said_as_one_who_is_sealed(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("among_server.store.rules.forgetting.SEALED_MS", 0)
    ann, bob = await town.people("ann", "bob")
    hall, den = await founds(ann, "hall"), await founds(bob, "den")
    room = await ann.makes(hall, "general")
    await bob.do(UpdatePersona, community=den, persona=PersonaWish(shown=ShownWish(elsewhere="members")))
    await bob.joins(hall)
    await ann.says(room, "hello")
    await bob.says(room, "hello")
    assert await suggested(ann) == {"den": ["1"]}
    await bob.do(LeaveCommunity, community=hall, keep="words")
    assert await suggested(ann) == {"den": ["1"]}, "for as long as coming back makes them the same member"
    while await town.store.erase_more() is not None:
        pass
    assert await suggested(ann) == {}
