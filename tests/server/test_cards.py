"""Who somebody is, on one card: each field for those for whom its owner means it, and for nobody else."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import convert
from msgspec.structs import replace

from among_protocol import codes, wire
from among_protocol.blocks import SetBlock
from among_protocol.cards import MemberCard, ReadCards
from among_protocol.communities import JoinCommunity, LeaveCommunity
from among_protocol.finding import SearchMembers
from among_protocol.interests import InterestWish, SetInterests
from among_protocol.members import ListMembers, PersonaRef, ResolveMembers
from among_protocol.messages import ReadMessages
from among_protocol.moderation import KickMember
from among_protocol.personas import FindMember, PersonaLink, PersonaWish, PlaceWish, ShownWish, UpdatePersona
from among_protocol.presence import SetPresence, WatchPresence
from among_protocol.preview import PreviewCommunity
from among_protocol.status import NewStatus, SetStatus
from among_protocol.tags import SearchTags
from among_server.handlers.cards import tenure
from among_server.store.status import DAY_MS
from tests.world import Person, World, world_of

FIELDS = ("bio", "pronouns", "place", "links", "why", "intro")
ALL = PersonaWish(
    bio="canary bio",
    pronouns="canary/they",
    place=PlaceWish(name="canary place", grain="city"),
    links=[PersonaLink(label="canary", url="https://canary.example/")],
    why="canary why",
    intro="canary intro\nin two lines",
)


async def card(viewer: Person, member: str, as_: str = "") -> MemberCard | None:
    cards = (await viewer.ask(ReadCards, members=[member], as_=as_)).cards
    return cards[0] if cards else None


async def claims(person: Person, world: World, community: str = "garden", **shown: str) -> None:
    await person.ask(
        UpdatePersona, community=world.id(community), persona=replace(ALL, shown=convert(shown, ShownWish))
    )


def seen(card: MemberCard | None) -> set[str]:
    assert card is not None
    return {name for name in (*FIELDS[:2], "at", *FIELDS[3:]) if getattr(card, name)}


async def test_a_card_has_all_that_somebody_says_of_themselves():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await claims(bob, world)
        await bob.ask(SetStatus, status=NewStatus(emoji="🌱", text="here"), last_seen="shown")
        await world.quiet()
        got = await card(ann, bob.member)
        assert got is not None
        assert (got.member, got.rev, got.place, got.handle) == (bob.member, 2, world.id("garden"), "bob")
        assert (got.display_name, got.bio, got.pronouns, got.role) == ("bob", ALL.bio, ALL.pronouns, "member")
        assert got.at is not None
        assert (got.at.name, got.at.grain, got.why, got.intro) == ("canary place", "city", ALL.why, ALL.intro)
        assert [(link.label, link.url) for link in got.links] == [("canary", "https://canary.example/")]
        assert (got.state, got.last_seen, got.marks) == ("online", "today", ["new", "founding"])
        assert got.status is not None
        assert (got.status.emoji, got.status.text) == ("🌱", "here")
        assert len(got.joined) == len("2026-01")
        assert (got.changes, got.common, got.former, got.left) == (0, [], [], False)


@pytest.mark.parametrize("audience", ["members", "stewards", "nobody"])
@pytest.mark.parametrize("field", FIELDS)
async def test_auz_03_a_field_is_on_the_card_of_those_for_whom_it_is(field, audience):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder = world.founder("garden")
        await claims(bob, world, **{field: audience})
        name = "at" if field == "place" else field
        whole = {"bio", "pronouns", "at", "links", "why", "intro"}
        assert seen(await card(bob, bob.member)) == whole
        assert seen(await card(founder, bob.member)) == whole - ({name} if audience == "nobody" else set())
        assert seen(await card(ann, bob.member)) == whole - ({name} if audience != "members" else set())


async def test_auz_03_of_what_is_hidden_no_path_shows_anything():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        await world.join_too(bob, "library")
        await claims(bob, world, **dict.fromkeys(FIELDS, "nobody"))
        await bob.ask(SetStatus, community=world.id("library"), status=NewStatus(text="canary"))
        await bob.say("hello")
        await world.quiet()
        for person in (ann, world.founder("garden")):
            await person.ask(ListMembers, community=world.id("garden"))
            await person.ask(ResolveMembers, members=[PersonaRef(member=bob.member)])
            await person.ask(WatchPresence, members=[bob.member])
            await card(person, bob.member)
            await person.entries(world.id("garden"))
            for where in ({"query": "canary"}, {"query": "bob"}):
                await person.ask(SearchMembers, community=world.id("garden"), **where)
            await person.ask(FindMember, community=world.id("garden"), handle="bob")
            await person.ask(PreviewCommunity, community="garden")
            await person.ask(ReadMessages, room=bob.room)
            await person.sync(cards=True)
            await person.settled()
            assert not any(b"canary" in frame for frame in person.frames), person.handle
        assert any(b"canary" in frame for frame in bob.frames)
        await eve.ask(PreviewCommunity, community="garden")
        assert b"canary" not in b"".join(eve.frames).replace(b'"text":"canary"', b""), "of the library alone"


async def test_auz_03_a_hidden_lineage_is_on_the_stewards_card_alone_and_finds_nobody():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "canary-bob")
        garden = world.id("garden")
        hide = ShownWish(lineage="stewards")
        await bob.ask(
            UpdatePersona, community=garden, persona=PersonaWish(handle="moss", display_name="Moss", shown=hide)
        )
        await ann.settled()
        before = len(ann.frames)
        for viewer, former in ((ann, []), (world.founder("garden"), ["canary-bob"]), (bob, ["canary-bob"])):
            got = await card(viewer, bob.member)
            assert got is not None
            assert (got.handle, [one.handle for one in got.former]) == ("moss", former)
        await ann.ask(SearchMembers, community=garden, query="canary")
        refused = await ann.refused(FindMember, community=garden, handle="canary-bob")
        assert refused.code == codes.MEMBER_GONE.code
        await ann.ask(ResolveMembers, members=[PersonaRef(member=bob.member, rev=1)])
        assert not any(b"canary" in frame for frame in ann.frames[before:])


async def test_a_card_of_a_place_that_one_is_not_in_is_not_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        assert await card(eve, bob.member) is None
        answers = [await eve.ask(ReadCards, members=[member]) for member in (bob.member, "m_nobody")]
        assert answers[0] == answers[1]
        page = await ann.ask(ReadCards, members=[bob.member, eve.member, "m_nobody", ann.member, bob.member])
        assert [one.member for one in page.cards] == [bob.member, ann.member]
        await ann.ask(LeaveCommunity, community=world.id("garden"))
        assert await card(ann, bob.member) is None
        there = await card(bob, ann.member)
        assert there is not None
        assert there.left


@pytest.mark.parametrize("steward", [False, True], ids=["member", "steward"])
async def test_whom_one_blocks_reads_what_all_hear_and_a_steward_reads_it_as_ever(steward):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        if steward:
            await world.promote(ann, "garden", "steward")
        await claims(bob, world)
        await bob.ask(SetStatus, status=NewStatus(text="here"), last_seen="shown")
        await bob.ask(SetBlock, handle="ann", kind="block")
        await world.quiet()
        got = await card(ann, bob.member)
        assert seen(got) == ({"bio", "pronouns", "at", "links", "why", "intro"} if steward else {"bio", "pronouns"})
        assert got is not None
        assert (got.state, got.status, got.last_seen) == ("offline", None, "")
        mine = await card(bob, ann.member)
        assert mine is not None
        assert (mine.state, mine.last_seen) == ("offline", "")


async def shows(person: Person, world: World, *places: str) -> None:
    for place in places:
        await person.ask(
            UpdatePersona, community=world.id(place), persona=PersonaWish(shown=ShownWish(common="members"))
        )


async def test_common_ground_is_named_where_both_let_both_be_named():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk")
        await world.join("darkroom/red")
        for person, place in itertools.product((ann, bob), ("library", "darkroom")):
            await world.join_too(person, place)

        async def named() -> tuple[list[str], list[str]]:
            both = [await card(one, other.member) for one, other in ((ann, bob), (bob, ann))]
            first, second = [[place.slug for place in one.common] for one in both if one is not None]
            return first, second

        assert await named() == ([], [])
        await shows(ann, world, "garden", "library", "darkroom")
        assert await named() == ([], [])
        await shows(bob, world, "library")
        assert await named() == ([], []), "where they meet is not named beside it"
        await shows(bob, world, "garden")
        assert await named() == (["library"], ["library"])
        await shows(bob, world, "darkroom")
        assert await named() == (["darkroom", "library"], ["darkroom", "library"])
        await bob.ask(SetBlock, handle="ann", kind="block")
        assert await named() == ([], [])
        await bob.ask(SetBlock, handle="ann", kind="none")
        await ann.ask(LeaveCommunity, community=world.id("library"))
        assert await named() == (["darkroom"], ["darkroom"])
        own = await card(ann, ann.member)
        assert own is not None
        assert own.common == []


async def test_auz_03_stewards_see_how_often_a_persona_changed_and_never_where_else_somebody_is():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder = world.founder("garden")
        await world.join("library/desk")
        for person in (bob, founder):
            await world.join_too(person, "library")
        await shows(founder, world, "garden", "library")
        await shows(bob, world, "library")
        await claims(bob, world)
        got = await card(founder, bob.member)
        assert got is not None
        assert got.changes > 0
        assert got.common == []
        other = await card(ann, bob.member)
        assert other is not None
        assert other.changes == 0


async def test_interests_are_on_the_card_of_those_for_whom_they_are_and_shared_where_both_show_them():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder, garden = world.founder("garden"), world.id("garden")
        tags = [tag.tag for tag in (await ann.ask(SearchTags, query="")).tags if not tag.sensitive][:3]
        shown = dict(zip(tags, ("members", "stewards", "nobody"), strict=True))
        wishes = [InterestWish(tag=tag, shown=audience) for tag, audience in shown.items()]
        await bob.ask(SetInterests, community=garden, interests=wishes)
        for viewer, many in ((ann, 1), (founder, 2), (bob, 3)):
            got = await card(viewer, bob.member)
            assert got is not None
            assert (got.interests, got.shared) == (tags[:many], [])
        mine = [InterestWish(tag=tag, shown="members") for tag in tags]
        for viewer in (ann, founder):
            await viewer.ask(SetInterests, community=garden, interests=mine)
            got = await card(viewer, bob.member)
            assert got is not None
            assert got.shared == tags[:1], "of what one shows to stewards alone nothing is told by it either"
        await ann.ask(SetInterests, community=garden, interests=[InterestWish(tag=tags[0], shown="nobody")])
        got = await card(ann, bob.member)
        assert got is not None
        assert got.shared == []


AUDIENCES = st.sampled_from(["members", "stewards", "nobody"])


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    shown=st.fixed_dictionaries(
        dict.fromkeys(FIELDS, AUDIENCES) | {"lineage": st.sampled_from(["members", "stewards"])}
    ),
    appear=st.sampled_from(["auto", "away", "dnd", "invisible"]),
    last_seen=st.sampled_from(["shown", "hidden"]),
    text=st.sampled_from(["", "canary"]),
)
async def test_a_preview_is_to_the_byte_what_others_get(shown, appear, last_seen, text):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder = world.founder("garden")
        await claims(bob, world, **shown)
        await bob.ask(SetStatus, appear=appear, last_seen=last_seen, status=NewStatus(text=text))
        await world.quiet()
        for as_, viewer in (("members", ann), ("stewards", founder)):
            preview, real = await card(bob, bob.member, as_), await card(viewer, bob.member)
            assert wire.JSON.encode(preview) == wire.JSON.encode(real), as_


async def test_only_ones_own_card_is_seen_as_others_see_it():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        refused = await ann.refused(ReadCards, members=[ann.member, bob.member], as_="members")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "members")
        assert (await ann.ask(ReadCards, members=["m_nobody"], as_="stewards")).cards == []


async def test_who_is_invisible_is_offline_on_their_card_and_a_status_is_over_when_it_is():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(SetStatus, appear="dnd", status=NewStatus(text="soon over", for_ms=60_000))
        got = await card(ann, bob.member)
        assert got is not None
        assert (got.state, got.status is not None) == ("dnd", True)
        wall = world.app.services.wall
        world.app.services.wall = lambda: wall() + 61_000
        await bob.ask(SetStatus, appear="invisible")
        got = await card(ann, bob.member)
        assert got is not None
        assert (got.state, got.status) == ("offline", None)
        await bob.ask(SetPresence, state="away")
        own = await card(bob, bob.member)
        assert own is not None
        assert own.state == "offline", "as others see it"


async def test_inp_05_at_most_a_hundred_cards_and_what_does_not_fit_is_named(monkeypatch):
    async with world_of() as world:
        people = await world.join("garden/hall", "ann", "bob", "cyd")
        ann = people[0]
        most = world.app.services.hello.limits.cards
        refused = await ann.refused(ReadCards, members=[f"m_{number}" for number in range(most + 1)])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "members")
        await ann.ask(ReadCards, members=[f"m_{number}" for number in range(most)])
        for person in people:
            await claims(person, world)
        members = [person.member for person in people]
        monkeypatch.setattr("among_server.handlers.cards.CARDS_BYTES", 700)
        page = await ann.ask(ReadCards, members=members)
        assert [one.member for one in page.cards] == members[:1]
        assert page.later == members[1:]
        rest = await ann.ask(ReadCards, members=page.later)
        assert [one.member for one in rest.cards] == members[1:2], "one at least"


async def test_the_largest_cards_fit_the_frame_that_is_told(monkeypatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.ask(
            UpdatePersona,
            community=world.id("garden"),
            persona=PersonaWish(
                bio="𝕏" * 500,
                why="𝕏" * 250,
                intro="𝕏" * 2000,
                links=[PersonaLink(label="𝕏" * 40, url="https://x.example/" + "x" * 220)] * 5,
            ),
        )
        got = await ann.ask(ReadCards, members=[ann.member])
        assert len(wire.JSON.encode(got)) < world.app.services.hello.limits.cards_bytes / 4


async def test_who_was_removed_while_they_asked_gets_nothing():
    from tests.held import HeldStore

    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        hold = store.hold("cards")
        id = ann.begin(ReadCards, members=[bob.member])
        await hold.is_asked(1)
        await world.founder("garden").ask(KickMember, community=world.id("garden"), member=ann.member, reason="rude")
        hold.let_go()
        assert (await ann.reply(id, ReadCards.Reply)).cards == []


@pytest.mark.parametrize(
    ("days", "since_opened", "marks", "years"),
    [
        (0, 0, ["new", "founding"], 0),
        (13, 27, ["new", "founding"], 0),
        (14, 28, [], 0),
        (366, 28, [], 1),
        (800, 5, ["founding"], 2),
    ],
)
def test_tenure(days, since_opened, marks, years):
    opened = "2020-01-01T00:00:00.000Z"
    joined = f"2020-01-{1 + since_opened:02}T00:00:00.000Z"
    now = int((18_262 + since_opened + days) * DAY_MS)
    assert tenure(joined, opened, now) == ("2020-01", years, marks)
    assert tenure("", opened, now) == ("", 0, [])


async def test_who_comes_back_is_no_newcomer():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        before = await card(ann, bob.member)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await bob.ask(JoinCommunity, community="garden")
        after = await card(ann, bob.member)
        assert before is not None
        assert after is not None
        assert after.joined == before.joined
