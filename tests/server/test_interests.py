"""Interests: what one says of oneself, who sees it, and that nobody is told."""

from among_protocol import codes
from among_protocol.communities import CreateCommunity, LeaveCommunity
from among_protocol.interests import InterestWish, ListInterests, SetInterests
from among_protocol.tags import UpdateTag
from tests.world import Person, world_of


def wishes(*tags: str) -> list[InterestWish]:
    return [InterestWish(tag=tag) for tag in tags]


async def mine(person: Person) -> dict[str, list[str]]:
    places = (await person.ask(ListInterests)).places
    return {place.community: [interest.tag for interest in place.interests] for place in places}


async def test_what_one_says_for_oneself_and_what_in_a_community_are_two_things():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        assert await mine(ann) == {"": []}
        heads, frames = world.heads(), len(bob.frames)
        own = await ann.ask(SetInterests, interests=wishes("tea", "Film photography"))
        assert [(one.tag, one.shown, one.found) for one in own.interests] == [
            ("tea", "nobody", False),
            ("analogue-photography", "nobody", False),
        ]
        here = await ann.ask(SetInterests, community=garden, interests=wishes("moss", "depression", "moss", "#MOSS"))
        assert [(one.tag, one.shown, one.chosen, one.sensitive) for one in here.interests] == [
            ("moss", "members", False, False),
            ("depression", "nobody", False, True),
        ]
        assert await mine(ann) == {"": ["tea", "analogue-photography"], garden: ["moss", "depression"]}
        await ann.ask(SetInterests, interests=[])
        assert await mine(ann) == {"": [], garden: ["moss", "depression"]}
        assert world.heads() == heads, "nothing is written into a log"
        await bob.settled()
        assert len(bob.frames) == frames + 1, "nobody is told"


async def test_what_was_said_somewhere_one_has_left_is_there_again_when_one_is_back():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        garden = world.id("garden")
        await ann.ask(SetInterests, community=garden, interests=wishes("moss"))
        await ann.ask(LeaveCommunity, community=garden)
        assert await mine(ann) == {"": []}
        refused = await ann.refused(SetInterests, community=garden, interests=wishes("tea"))
        assert refused.code == codes.COMMUNITY_GONE.code
        await world.join_too(ann, "garden")
        assert await mine(ann) == {"": [], garden: ["moss"]}


async def test_a_tag_that_becomes_sensitive_hides_who_had_not_chosen():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        chosen = [InterestWish(tag="moss", shown="members", found=True), InterestWish(tag="tea", found=True)]
        await ann.ask(SetInterests, community=garden, interests=chosen)
        for tag in ("moss", "tea"):
            await world.founder("garden").ask(UpdateTag, community=garden, tag=tag, sensitive=True)
        (_, here) = (await ann.ask(ListInterests)).places
        assert [(one.tag, one.shown, one.found, one.sensitive) for one in here.interests] == [
            ("moss", "members", True, True),
            ("tea", "nobody", False, True),
        ]


async def test_inp_05_interests_of_a_person_in_a_place():
    async with world_of() as world:
        ann = await world.person("ann")
        most = world.app.services.hello.limits.interests
        tags = ["tea", "moss", "chess", "go", "jazz", "lace", "maps", "rust", "bats"]
        await ann.ask(SetInterests, interests=wishes(*tags[:most]))
        assert len((await mine(ann))[""]) == most
        refused = await ann.refused(SetInterests, interests=wishes(*tags[: most + 1]))
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "interests")
        assert len((await mine(ann))[""]) == most


async def test_interests_are_tags_that_there_are_and_found_is_shown():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        refused = await ann.refused(SetInterests, interests=wishes("tea", "no-such-tag"))
        assert (refused.code, refused.field) == (codes.TAG_GONE.code, "interests")
        wish = InterestWish(tag="tea", shown="stewards", found=True)
        refused = await ann.refused(SetInterests, community=world.id("garden"), interests=[wish])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "interests[0].shown")
        assert await mine(ann) == {"": []}


async def test_every_device_reads_the_same():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        phone = await ann.device()
        await ann.ask(SetInterests, interests=wishes("tea"))
        assert await mine(phone) == {"": ["tea"]}
        made = await ann.ask(CreateCommunity, slug="pots", name="Pots", tags=["kombucha"])
        await phone.ask(SetInterests, community=made.entry.log, interests=wishes("kombucha"))
        assert await mine(ann) == {"": ["tea"], made.entry.log: ["kombucha"]}
