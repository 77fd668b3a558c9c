"""Tags: what communities call themselves, what is found by it, and what a word means."""

import pytest

from among_protocol import codes, text
from among_protocol.communities import (
    BrowseCommunities,
    CommunityUpdated,
    CreateCommunity,
    ReadCommunity,
    UpdateCommunity,
)
from among_protocol.interests import InterestWish, SetInterests
from among_protocol.lookalikes import skeleton
from among_protocol.tags import SearchTags, TagUpdated, UpdateTag
from among_protocol.text import TextError
from among_server.store.starter import is_sensitive, starter
from among_server.store.stewards import stewards_of
from tests.world import Person, World, world_of


async def founds(person: Person, slug: str, *tags: str) -> str:
    made = await person.ask(CreateCommunity, slug=slug, name=slug, tags=list(tags))
    id: str = made.entry.log
    return id


async def browse(person: Person, *tags: str, **fields: object) -> list[str]:
    page = await person.ask(BrowseCommunities, tags=list(tags), **fields)
    return [community.slug for community in page.communities]


async def tags(person: Person, query: str, **fields: object) -> list[str]:
    return [tag.tag for tag in (await person.ask(SearchTags, query=query, **fields)).tags]


async def owner_of_the_server(world: World) -> Person:
    secret = "the owner's"
    from hashlib import sha256

    await world.app.store.add_invite(sha256(secret.encode()).digest(), owner=True)
    person = Person(world)
    await person.sign_up("operator-in-chief", invite=secret)
    await person.sync()
    return person


async def test_communities_are_found_by_what_they_are_about():
    async with world_of() as world:
        ann = await world.person("ann")
        made = await ann.ask(CreateCommunity, slug="garden", name="Garden", tags=["Gardening", "tea", "#Seed Saving"])
        assert made.entry.tags == ["gardening", "tea", "seed-saving"]
        await founds(ann, "teahouse", "Tea")
        await founds(ann, "attic")
        assert await browse(ann, "tea") == ["garden", "teahouse"]
        assert await browse(ann, "tea", "gardening") == ["garden"]
        assert await browse(ann, "TEA", query="house") == ["teahouse"]
        assert await browse(ann, "moss") == await browse(ann, "no-such-tag") == []
        assert (await ann.ask(ReadCommunity, community="garden")).community.tags == ["gardening", "tea", "seed-saving"]
        page = await ann.ask(BrowseCommunities)
        assert [community.tags for community in page.communities] == [[], ["gardening", "tea", "seed-saving"], ["tea"]]


async def test_the_newest_come_first_a_page_at_a_time():
    async with world_of() as world:
        ann = await world.person("ann")
        for slug in ("moss", "fern", "alga"):
            await founds(ann, slug, "botany")
        assert await browse(ann, "botany", order="newest", limit=2) == ["alga", "fern"]
        assert await browse(ann, order="newest", after="fern") == ["moss"]
        assert await browse(ann, order="newest", after="moss") == await browse(ann, order="newest", after="none") == []


async def test_a_search_for_communities_knows_no_accents():
    async with world_of() as world:
        ann = await world.person("ann")
        await ann.ask(CreateCommunity, slug="cafe", name="Café Ångström")
        assert await browse(ann, query="cafe ang") == await browse(ann, query="ÅNG") == ["cafe"]


async def test_a_synonym_is_what_it_means_and_a_lookalike_is_what_it_looks_like():
    async with world_of() as world:
        ann = await world.person("ann")
        made = await ann.ask(CreateCommunity, slug="one", name="One", tags=["Film photography", "pоetry", "p0etry"])
        assert made.entry.tags == ["analogue-photography", "poetry"]  # the о is Cyrillic
        assert await browse(ann, "film-photography") == ["one"]


async def test_a_new_word_comes_with_a_community_and_goes_with_it():
    async with world_of() as world:
        ann, bob = await world.person("ann"), await world.person("bob")
        assert await tags(bob, "kom") == []
        await founds(ann, "pots", "Kombucha Brewing")
        (found,) = (await bob.ask(SearchTags, query="KOM")).tags
        assert (found.tag, found.label, found.sensitive) == ("kombucha-brewing", "Kombucha Brewing", False)
        assert await tags(bob, "brew") == ["home-brewing", "kombucha-brewing"]


async def test_tags_are_found_while_one_types():
    async with world_of() as world:
        ann = await world.person("ann")
        assert await tags(ann, "#Analogue p") == ["analogue-photography"]
        assert await tags(ann, "film") == ["analogue-photography", "cinema", "animation"]  # synonyms of these
        assert (await tags(ann, "photo"))[0] == "photography"
        assert await tags(ann, "%") == await tags(ann, "_") == await tags(ann, "a-z*") == []
        page = await ann.ask(SearchTags, limit=3)
        assert (len(page.tags), page.complete) == (3, False)
        assert [tag.sensitive for tag in (await ann.ask(SearchTags, query="anx")).tags] == [True]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Film  Photography", "film-photography"),
        ("#tea", "tea"),
        ("C++", "c++"),
        ("node.js", "node.js"),
        ("茶", "茶"),
        ("Straße", "strasse"),
        ("ＴＥＡ", "tea"),
        ("می\u200cخواهم", "میخواهم"),
        ("हिन्दी", "हिन्दी"),
        ("snake_case", "snake-case"),
    ],
)
def test_a_tag_in_any_script(given, kept):
    assert text.tag(given) == kept
    assert text.tag(kept) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "#",
        "-",
        " ",
        "a!b",
        "a/b",
        "a,b",
        "😀",
        "\u202eabc",
        "a\x00b",
        "\u0301",
        "+",
        ".",
        "a-.b",
        "\u3164",
        "x" * 33,
    ],
)
def test_what_is_no_tag(given):
    with pytest.raises(TextError):
        text.tag(given)


async def test_inp_05_tags_of_a_community():
    async with world_of() as world:
        ann = await world.person("ann")
        most = world.app.services.hello.limits.tags
        await founds(ann, "much", *(f"word{chr(97 + number)}" for number in range(most)))
        refused = await ann.refused(CreateCommunity, slug="more", name="More", tags=["tea"] * (most + 1))
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "tags")
        refused = await ann.refused(CreateCommunity, slug="more", name="More", tags=["a/b"])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "tags")


async def test_inp_05_the_length_of_a_tag():
    async with world_of() as world:
        ann = await world.person("ann")
        most = world.app.services.hello.limits.tag_chars
        await founds(ann, "long", "é" * most)
        refused = await ann.refused(CreateCommunity, slug="longer", name="L", tags=["é" * (most + 1)])
        assert (refused.code, refused.field.partition("[")[0]) == (codes.FIELD_TOO_LONG.code, "tags")
        refused = await ann.refused(SetInterests, interests=[InterestWish(tag="ﬃ" * most)])  # longer once it is folded
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "interests[0].tag")


async def test_stewards_say_what_a_tag_means_in_their_community():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden, founder = world.id("garden"), world.founder("garden")
        refused = await ann.refused(UpdateTag, community=garden, tag="moss", into="botany")
        assert refused.code == codes.RIGHT_MISSING.code
        entry = (await founder.ask(UpdateTag, community=garden, tag="Moss", into="plants")).entry
        assert (entry.tag, entry.into, entry.sensitive, entry.log) == ("moss", "botany", False, stewards_of(garden))
        assert [one for one in await founder.settled() if isinstance(one, TagUpdated)]
        assert not [one for one in await ann.settled() if isinstance(one, TagUpdated)]
        mine = await bob.ask(SetInterests, community=garden, interests=[InterestWish(tag="moss")])
        assert [interest.tag for interest in mine.interests] == ["botany"]
        assert await tags(bob, "mos") == ["moss"]  # elsewhere it is what it was
        await founder.ask(UpdateTag, community=garden, tag="moss", into="")
        again = await bob.ask(SetInterests, community=garden, interests=[InterestWish(tag="moss")])
        assert [interest.tag for interest in again.interests] == ["moss"]


async def test_the_owner_of_the_server_merges_everywhere_and_takes_it_back():
    async with world_of() as world:
        ann, owner = await world.person("ann"), await owner_of_the_server(world)
        await founds(ann, "pots", "kombucha")
        await founds(ann, "jars", "scoby-care")
        refused = await ann.refused(UpdateTag, tag="scoby-care", into="kombucha")
        assert refused.code == codes.RIGHT_MISSING.code
        entry = (await owner.ask(UpdateTag, tag="scoby-care", into="kombucha")).entry
        assert (entry.log, entry.into) == (owner.account, "kombucha")
        assert await browse(ann, "kombucha") == await browse(ann, "scoby-care") == ["jars", "pots"]
        assert await tags(ann, "scob") == ["kombucha"]
        await owner.ask(UpdateTag, tag="kombucha", into="fermentation")  # and takes along what meant it
        assert await browse(ann, "scoby-care") == await browse(ann, "fermentation") == ["jars", "pots"]
        refused = await owner.refused(UpdateTag, tag="fermentation", into="scoby-care")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "into")
        await owner.ask(UpdateTag, tag="kombucha", into="")
        assert await browse(ann, "kombucha") == ["pots"]


async def test_what_there_is_no_tag_for():
    async with world_of() as world:
        owner = await owner_of_the_server(world)
        for fields, field in (({"tag": "no-such"}, "tag"), ({"tag": "tea", "into": "no-such"}, "into")):
            refused = await owner.refused(UpdateTag, **fields)
            assert (refused.code, refused.field) == (codes.TAG_GONE.code, field)
        refused = await owner.refused(UpdateTag, tag="tea", into="TEA")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "into")


def test_the_tags_that_a_server_has_from_the_start():
    rows = starter().tags
    assert 300 > len([row for row in rows if not row.into]) > 150
    looks: dict[str, str] = {}
    for row in rows:
        assert text.tag(row.tag) == row.tag
        other = looks.setdefault(skeleton(row.tag), row.tag)
        assert other == row.tag, f"{row.tag} looks like {other}"
        if not row.sensitive:
            assert not is_sensitive(row.tag), row.tag
        if row.into:
            assert row.into in {one.tag for one in rows}
    assert {row.tag for row in rows if row.sensitive} >= {"health", "faith", "sexuality", "politics", "depression"}


@pytest.mark.parametrize("tag", ["living-with-hiv", "gay-gamers", "exmormons", "union-organising", "mental-wellness"])
def test_a_new_word_is_sensitive_where_one_of_its_words_is(tag):
    assert is_sensitive(tag)


async def test_what_a_community_brings_in_is_sensitive_by_its_words():
    async with world_of() as world:
        ann = await world.person("ann")
        await founds(ann, "peers", "Lupus warriors", "juggling")
        (found,) = (await ann.ask(SearchTags, query="lupus")).tags
        assert found.sensitive


async def test_what_a_community_is_about_is_changed_by_its_stewards():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden, founder = world.id("garden"), world.founder("garden")
        assert (await ann.refused(UpdateCommunity, community=garden, tags=["tea"])).code == codes.RIGHT_MISSING.code
        await founder.ask(UpdateCommunity, community=garden, tags=["Tea", "films", "Bean poles"])
        told = await bob.hears(CommunityUpdated)
        assert (told.tags, told.name) == (["tea", "cinema", "bean-poles"], None)
        assert await browse(bob, "bean-poles") == ["garden"]
        await founder.ask(UpdateCommunity, community=garden, about="Beans")
        assert (await bob.ask(ReadCommunity, community=garden)).community.tags == ["tea", "cinema", "bean-poles"]
        await founder.ask(UpdateCommunity, community=garden, tags=[])
        assert await browse(bob, "tea") == []
        assert await tags(bob, "bean-p") == []
        refused = await founder.refused(UpdateCommunity, community=garden, tags=["a/b"])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "tags")


async def test_auz_03_a_word_of_an_unlisted_community_is_known_to_its_members_alone():
    async with world_of() as world:
        ann, eve = await world.person("ann"), await world.person("eve")
        hidden = await founds(ann, "hideaway", "canaryword")
        await ann.ask(UpdateCommunity, community=hidden, door="invite", listed=False)
        await founds(ann, "shop", "tea")
        before = len(eve.frames)
        assert await tags(eve, "canary") == []
        assert "canaryword" not in await tags(eve, "", limit=200)
        assert await browse(eve, "canaryword") == []
        for refused in (
            await eve.refused(SetInterests, interests=[InterestWish(tag="canaryword")]),
            await eve.refused(SetInterests, interests=[InterestWish(tag="canarywords")]),
        ):
            assert refused.code == codes.TAG_GONE.code
        told = b"".join(eve.frames[before:])
        assert b"hideaway" not in told
        assert hidden.encode() not in told
        assert await tags(ann, "canary") == ["canaryword"]
        made = await eve.ask(CreateCommunity, slug="other", name="Other", tags=["canaryword"])
        assert made.entry.tags == ["canaryword"]  # as any new word
        await ann.ask(UpdateCommunity, community=hidden, listed=True)
        assert await browse(eve, "canaryword") == ["hideaway", "other"]
