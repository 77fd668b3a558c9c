"""Pages of what is wanted of a log: what is left out is left out by every store alike, and the page says how far it
looked."""

import pytest

from among_server.ears import TALK, Ear, wants
from among_server.limits import MENTIONS
from among_server.store import api
from among_server.store.memory import store as in_memory
from among_server.store.sqlite import reads
from tests.store.town import Person, Town


async def talk(town: Town) -> tuple[str, list[Ear]]:
    """A room in which some are called, some are quoted, and topics are set; and the ears of its people."""
    ann, bob, cyd = await town.people("ann", "bob", "cyd")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    members: list[Ear] = [await person.joins(community) for person in (bob, cyd)]
    for number in range(8):
        await ann.says(room, f"{number}" + " @bob" * (number % 3 == 0) + " @cyd" * (number % 4 == 0))
        await bob.says(room, f'"{members[0]}" "{members[1]}"')
        if number % 3 == 2:
            await ann.sets_topic(room, f"{number} @bob")
    return room, [*members, TALK, "m_nobody"]


async def pages(town: Town, room: str, ear: Ear, after: int, until: int | None, limit: int) -> tuple[list[bytes], int]:
    """What comes from page to page, and the number of pages."""
    found: list[bytes] = []
    asked = 0
    while True:
        page = await town.store.wanted(room, ear, after, until, limit)
        asked += 1
        assert len(page.entries) <= limit
        found += page.entries
        if page.complete:
            assert page.upto == max(after, page.head if until is None else min(until, page.head))
            return found, asked
        assert page.upto > after
        after = page.upto


@pytest.mark.parametrize("limit", [1, 2, 200])
@pytest.mark.parametrize("look", [1, 3, 10_000])
async def test_what_is_wanted_is_the_log_without_the_rest(town: Town, limit: int, look: int, monkeypatch):
    for module in (in_memory, reads):
        monkeypatch.setattr(module, "LOOKED_THROUGH", look)
    room, ears = await talk(town)
    kept = [stored for stored in town.heard if stored.event.log == room]
    for ear in ears:
        for after, until in ((0, None), (5, None), (5, 12), (len(kept), None), (12, 5), (0, 99)):
            found, _ = await pages(town, room, ear, after, until, limit)
            last = len(kept) if until is None else until
            assert found == [one.json for one in kept[after:last] if wants(ear, one.event)]


async def test_a_long_stretch_without_anything_wanted_is_looked_through_piece_by_piece(town: Town, monkeypatch):
    for module in (in_memory, reads):
        monkeypatch.setattr(module, "LOOKED_THROUGH", 7)
    room, _ = await talk(town)
    assert await pages(town, room, "m_nobody", 0, None, 200) == (
        [],
        -(-sum(stored.event.log == room for stored in town.heard) // 7),
    )


async def test_a_page_of_what_is_wanted_is_bounded_in_bytes(town: Town):
    (ann,) = await town.people("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    for _ in range(30):
        await ann.says(room, "x" * 8000)
    page = await town.store.wanted(room, TALK, 0, None, 200)
    assert not page.complete
    assert api.PAGE_BYTES - 9000 < sum(map(len, page.entries)) <= api.PAGE_BYTES
    assert page.upto == len(page.entries)


async def test_nothing_is_wanted_of_a_log_that_is_not_there(town: Town):
    page = await town.store.wanted("r_nowhere", TALK, 0, None, 5)
    assert (page.entries, page.complete) == ([], True)


async def test_only_so_many_mentions_are_wanted_as_are_told(town: Town):
    people: list[Person] = await town.people(*(f"p{number:02}" for number in range(MENTIONS + 1)))
    community = await people[0].founds("hall")
    room = await people[0].makes(community, "general")
    members = [await person.joins(community) for person in people[1:]]
    await people[0].says(room, " ".join(f"@{person.handle}" for person in people))
    called = [len((await town.store.wanted(room, member, 0, None, 5)).entries) for member in members]
    assert sum(called) == MENTIONS - 1
