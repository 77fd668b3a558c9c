"""Suggestions: which communities, for which reasons, and what no reason ever tells."""

import asyncio
import re

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from among_protocol import codes
from among_protocol.communities import BrowseCommunities, CreateCommunity, JoinCommunity, UpdateCommunity
from among_protocol.discovery import Discover, DismissCommunity, Reason
from among_protocol.finding import SearchMembers
from among_protocol.interests import InterestWish, SetInterests
from among_protocol.members import ListMembers
from among_protocol.moderation import BanMember
from among_protocol.tags import SearchTags
from among_server.limits import DISCOVERIES, DISCOVERY_SECONDS
from among_server.store.discovery import COUNTED, FLOOR, Facts, chosen
from among_server.store.rules import tags as tag_rules
from tests.world import Person, World, world_of


async def founds(person: Person, slug: str, *tags: str) -> str:
    made = await person.ask(CreateCommunity, slug=slug, name=slug, tags=list(tags))
    id: str = made.entry.log
    return id


async def says(person: Person, *tags: str, community: str = "") -> None:
    wishes = [InterestWish(tag=tag) for tag in tags]
    await person.ask(SetInterests, community=community, interests=wishes)


async def suggested(person: Person, **fields: object) -> dict[str, list[str]]:
    found = (await person.ask(Discover, **fields)).suggestions
    return {one.community.slug: [reason.tag or f"{reason.people}" for reason in one.reasons] for one in found}


async def test_communities_are_suggested_for_what_one_said():
    async with world_of() as world:
        ann, bob = await world.person("ann"), await world.person("bob")
        await founds(ann, "teahouse", "tea", "ceramics")
        await founds(ann, "darkroom", "film-photography")
        await founds(ann, "attic")
        assert await suggested(bob) == {}
        await says(bob, "pottery", "tea", "analog photography")
        assert await suggested(bob) == {"teahouse": ["ceramics", "tea"], "darkroom": ["analogue-photography"]}
        assert list(await suggested(bob, limit=1)) == ["teahouse"]
        await bob.ask(JoinCommunity, community="teahouse")
        assert await suggested(bob) == {"darkroom": ["analogue-photography"]}
        found = (await bob.ask(Discover)).suggestions[0]
        assert (found.community.name, found.community.tags) == ("darkroom", ["analogue-photography"])
        assert found.reasons == [Reason(kind="interest", tag="analogue-photography")]


async def test_what_one_said_in_any_community_counts_also_what_nobody_sees():
    async with world_of() as world:
        ann, (bob,) = await world.person("ann"), await world.join("garden/hall", "bob")
        await founds(ann, "circle", "depression")
        await says(bob, "depression", community=world.id("garden"))
        assert await suggested(bob) == {"circle": ["depression"]}
        assert await suggested(ann) == {}


async def test_what_is_dismissed_does_not_come_again_until_it_is_wanted():
    async with world_of() as world:
        ann, bob = await world.person("ann"), await world.person("bob")
        id = await founds(ann, "teahouse", "tea")
        await says(bob, "tea")
        await bob.ask(DismissCommunity, community="TEAHOUSE")
        await bob.ask(DismissCommunity, community=id)
        assert await suggested(bob) == {}
        assert await suggested(await bob.device()) == {}
        await bob.ask(DismissCommunity, community=id, again=True)
        assert list(await suggested(bob)) == ["teahouse"]
        refused = await bob.refused(DismissCommunity, community="nowhere")
        assert (refused.code, refused.field) == (codes.COMMUNITY_GONE.code, "community")


async def test_who_is_banned_is_not_invited():
    async with world_of() as world:
        ann, bob = await world.person("ann"), await world.person("bob")
        id = await founds(ann, "teahouse", "tea")
        await says(bob, "tea")
        await ann.ask(BanMember, community=id, handle="bob", reason="rude")
        assert await suggested(bob) == {}


async def test_the_same_day_the_same_order_and_not_the_same_for_everybody():
    async with world_of() as world:
        ann = await world.person("ann")
        for number in range(12):
            await founds(ann, f"tea-{number}", "tea")
        people = [await world.person(f"guest-{number}") for number in range(4)]
        orders = []
        for person in people:
            await says(person, "tea")
            orders.append(list(await suggested(person, limit=12)))
            assert list(await suggested(person, limit=12)) == orders[-1]
        assert len({tuple(order) for order in orders}) > 1
        assert len({tuple(sorted(order)) for order in orders}) == 1


async def test_inp_05_how_many_are_suggested():
    async with world_of() as world:
        ann = await world.person("ann")
        most = world.app.services.hello.limits.suggestions
        assert (await ann.ask(Discover, limit=most)).suggestions == []
        for limit in (0, most + 1):
            refused = await ann.refused(Discover, limit=limit)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "limit")


async def test_inp_05_how_many_are_dismissed(monkeypatch):
    monkeypatch.setattr(tag_rules, "DISMISSED_PER_ACCOUNT", 2)
    async with world_of() as world:
        ann = await world.person("ann")
        for slug in ("one", "two", "three"):
            await founds(ann, slug)
        await ann.ask(DismissCommunity, community="one")
        await ann.ask(DismissCommunity, community="two")
        await ann.ask(DismissCommunity, community="two")
        refused = await ann.refused(DismissCommunity, community="three")
        assert refused.code == codes.LIMIT_REACHED.code
        await ann.ask(DismissCommunity, community="one", again=True)
        await ann.ask(DismissCommunity, community="three")


async def test_who_looks_around_without_end_is_told_to_wait_and_before_that_so():
    async with world_of(budget=100_000) as world:
        ann = await world.person("ann")
        phone = await ann.device()
        told = [(await (ann, phone)[number % 2].ask(Discover)).budget for number in range(DISCOVERIES)]
        assert [budget is None for budget in told] == [number < DISCOVERIES / 2 for number in range(DISCOVERIES)]
        last = told[-1]
        assert last is not None
        assert (last.left, last.of, last.whose) == (0, DISCOVERIES, "discovery")
        refused = await ann.refused(Discover)
        assert (refused.code, refused.class_ if hasattr(refused, "class_") else refused.kind) == (
            codes.RATE_LIMITED.code,
            "wait",
        )
        assert 0 < refused.retry_after_ms <= DISCOVERY_SECONDS * 1000 + 1
        world.clock.now += DISCOVERY_SECONDS
        await phone.ask(Discover)


# --- what is chosen, and what it tells


def test_people_are_counted_up_to_a_few_and_where_it_is_sensitive_not_at_all_below_five():
    for people, told in (
        (0, None),
        (1, (1, False)),
        (3, (3, False)),
        (COUNTED, (COUNTED, False)),
        (40, (COUNTED, True)),
    ):
        reasons = chosen(Facts({}, {"c": people}, set()), 9, "").get("c", [])
        assert [(one.people, one.more) for one in reasons] == ([told] if told else [])
    for people in range(FLOOR):
        assert chosen(Facts({}, {"c": people}, {"c"}), 9, "") == {}
    for people in (FLOOR, FLOOR + 1, 400):
        assert chosen(Facts({}, {"c": people}, {"c"}), 9, "") == {"c": [Reason(kind="people", people=FLOOR, more=True)]}


def test_the_order_tells_no_more_than_the_reasons():
    """However many people there are behind a reason, whatever is told alike stands in the same order."""
    tags = {f"c{number}": ["tea"] for number in range(20)}
    orders = {
        tuple(chosen(Facts(tags, {f"c{at}": people}, {f"c{at}"}), 20, "today"))
        for at in range(20)
        for people in range(FLOOR)
    }
    assert len(orders) == 1


async def test_what_stands_apart_or_lets_nobody_in_is_not_suggested():
    async with world_of() as world:
        ann, bob = await world.person("ann"), await world.person("bob")
        ids = {slug: await founds(ann, slug, "tea") for slug in ("opened", "asked", "invited", "unlisted")}
        await ann.ask(UpdateCommunity, community=ids["asked"], door="ask")
        await ann.ask(UpdateCommunity, community=ids["invited"], door="invite")
        await ann.ask(UpdateCommunity, community=ids["unlisted"], door="invite", listed=False)
        await says(bob, "tea")
        assert (await suggested(bob)).keys() == {"opened", "asked"}
        for named in ("unlisted", ids["unlisted"], "nowhere"):
            refused = await bob.refused(DismissCommunity, community=named)
            assert (refused.code, refused.field) == (codes.COMMUNITY_GONE.code, "community")


ASKED = ("discover", "search", "words", "tags", "browse", "say", "list")
EVERYTHING = [(what, choice) for what in ASKED for choice in range(8)]
SECRET = "depression"  # which nobody in the garden shows


@given(
    asked=st.lists(
        st.tuples(st.sampled_from(ASKED), st.integers(0, 7)),
        min_size=1,
        max_size=12,
    ),
    hidden=st.lists(st.tuples(st.sampled_from(["", "stewards", "nobody"]), st.booleans()), min_size=3, max_size=3),
)
@settings(max_examples=10, deadline=None, phases=[Phase.generate])
def test_auz_03_an_observer_learns_no_interest_that_was_not_shown_by_differences_either(asked, hidden):
    """Two worlds, alike but that in one of them three people have a sensitive interest which they don't show: whatever an
    observer asks, both answer the same."""

    async def answers(carried: bool) -> list[str]:
        async with world_of(budget=1_000_000) as world:
            *people, eve = await world.join("garden/hall", "ann", "bob", "cyd", "eve")
            await founds(people[0], "circle", SECRET, "tea")
            await people[1].ask(JoinCommunity, community="circle")
            for person, (shown, found) in zip(people, hidden, strict=True):
                wishes = [InterestWish(tag="moss", found=True)]
                if carried:
                    wishes.append(InterestWish(tag=SECRET, shown=shown, found=found and not shown))
                await person.ask(SetInterests, community=world.id("garden"), interests=wishes)
                await person.ask(SetInterests, interests=[InterestWish(tag=SECRET)] if carried else [])
                await person.say("hello")
            await eve.say("hello")
            start = len(eve.frames)
            for what, choice in [*asked, *EVERYTHING]:
                await _ask(eve, world, what, choice)
            await eve.settled()
            names = {one: f"id{number}" for number, one in enumerate(_ids(world))}
            told = [frame.decode() for frame in eve.frames[start:]]
            return [_plain(frame, names) for frame in told]

    with asyncio.Runner() as runner:
        assert runner.run(answers(True)) == runner.run(answers(False))


async def _ask(eve: Person, world: World, what: str, choice: int) -> None:
    tag = (SECRET, "moss", "tea", "bereavement")[choice % 4]
    garden = world.id("garden")
    match what:
        case "discover":
            await eve.ask(Discover)
        case "search":
            await eve.ask(SearchMembers, community=garden, interest=tag, query="ann" if choice > 5 else "")
        case "words":
            await eve.ask(SearchMembers, community=garden, query=("a", "bob", "depr", "cyd")[choice % 4])
        case "tags":
            await eve.ask(SearchTags, query=("", "dep", "m", "t")[choice % 4])
        case "browse":
            await eve.ask(BrowseCommunities, tags=[tag])
        case "say":
            place = garden if choice > 3 else ""
            await eve.ask(SetInterests, community=place, interests=[InterestWish(tag=tag)])
        case _:
            await eve.ask(ListMembers, community=garden)


def _ids(world: World) -> list[str]:
    tx = world.app.store._tx  # type: ignore[attr-defined]  # looks inside the reference
    return [*tx.logs, *tx.members]


def _plain(frame: str, names: dict[str, str]) -> str:
    frame = re.sub(r"\b[acrmsw]_[a-z2-7]{16}\b", lambda found: names.get(found.group(), "another"), frame)
    return re.sub(r'"at":"[^"]*"', "", frame)
