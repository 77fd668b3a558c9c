"""What cards are made of, in every store: read in one moment, of whom one may see."""

from among_protocol.cards import CommonPlace
from among_protocol.moderation import BanMember, UnbanMember
from among_protocol.personas import PersonaWish, ShownWish, UpdatePersona
from among_server.store.cards import CardRow
from among_server.store.status import StatusWish
from tests.store.town import Person, Town


async def cards(person: Person, *members: str) -> list[CardRow]:
    return await person.town.store.cards(person.id, members)


async def lets(person: Person, community: str, common: str) -> None:
    shown = ShownWish(common=common)  # type: ignore[arg-type]  # as given
    await person.do(UpdatePersona, community=community, persona=PersonaWish(shown=shown))


async def test_a_card_tells_when_somebody_came_and_when_the_place_began(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("garden")
    await bob.joins(community)
    await bob.leaves(community)
    member = await bob.joins(community)
    mine = await ann.member_in(community)
    founder, other = await cards(ann, mine, member)
    log = await town.log(community)
    assert (founder.opened, founder.joined) == (log[0].at, log[1].at)
    assert (other.opened, other.joined) == (log[0].at, log[2].at), "the first time counts"
    assert [row.seen.member.id for row in await cards(bob, member, "m_nobody", member, mine)] == [member, mine]


async def test_who_was_banned_before_they_ever_came_came_when_they_came(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("garden")
    await ann.do(BanMember, community=community, handle="bob", reason="known elsewhere")
    (ban,) = await town.store.bans(community, None, 10)
    banned = ban.persona.member
    (row,) = await cards(ann, banned)
    assert (row.joined, row.seen.member.left) == ("", True)
    await ann.do(UnbanMember, community=community, member=banned)
    assert await bob.joins(community) == banned
    (row,) = await cards(ann, banned)
    joined = next(entry for entry in await town.log(community) if entry.by == banned)
    assert row.joined == joined.at


async def test_a_card_of_a_direct_has_no_tenure(town: Town):
    ann, bob = await town.people("ann", "bob")
    room = await ann.writes_to(bob)
    (row,) = await cards(ann, await bob.member_in(room))
    assert (row.joined, row.former, row.common) == ("", [], [])
    assert row.opened == ""


async def test_common_ground_is_of_places_that_both_let_be_named(town: Town):
    ann, bob = await town.people("ann", "bob")
    places = [await ann.founds(slug) for slug in ("garden", "library", "archive")]
    members = [await bob.joins(place) for place in places]
    for place in places:
        await lets(ann, place, "members")
    for place in places[:2]:
        await lets(bob, place, "members")

    async def named(person: Person, member: str) -> list[str]:
        (row,) = await cards(person, member)
        return [place.slug for place in row.common]

    assert await named(ann, members[0]) == ["library"]
    assert await named(ann, members[1]) == ["garden"]
    assert await named(ann, members[2]) == [], "where bob lets nothing be named"
    (row,) = await cards(bob, await ann.member_in(places[0]))
    assert row.common == [CommonPlace(community=places[1], slug="library", name="Library")]
    await lets(bob, places[2], "members")
    assert await named(ann, members[0]) == ["archive", "library"]
    await town.store.set_block(bob.id, "block", handle="ann")
    assert await named(ann, members[0]) == []
    (row,) = await cards(ann, members[0])
    assert (row.seen.apart, row.seen.shuts_out) == (True, True)
    (row,) = await cards(bob, await ann.member_in(places[0]))
    assert (row.seen.apart, row.seen.shuts_out) == (True, False)


async def test_a_card_knows_how_a_member_appears(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("garden")
    member = await bob.joins(community)
    await town.store.set_status(bob.id, StatusWish(community, appear="dnd"))
    (row,) = await cards(ann, member)
    assert row.seen.appear == "dnd"
