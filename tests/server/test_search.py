"""Searching what was said, as it is asked: what one may not read is never there, and so much is asked and no more."""

import asyncio
import sys
from typing import Any

import pytest

from among_protocol import codes
from among_protocol.base import HITS, QUERY_CHARS, QUERY_TERMS
from among_protocol.communities import LeaveCommunity
from among_protocol.messages import ReadMessages
from among_protocol.moderation import DAY, BanMember
from among_protocol.rooms import AddPerson, CreateRoom, UnfollowRoom
from among_protocol.search import Hit, MessageHits, SearchMessages
from among_server.core.headway import SWITCH
from among_server.limits import SEARCHES, TABLE
from tests.world import Person, World, until, world_of

CANARY = "kestrel-9041"


async def hits(person: Person, query: str = CANARY, **asked: Any) -> list[Hit]:
    page = await person.ask(SearchMessages, query=query, **asked)
    return page.hits  # type: ignore[no-any-return]  # a page


async def cellar(world: World, owner: Person, *others: Person) -> str:
    """A private room of the garden."""
    made = await owner.ask(CreateRoom, community=world.id("garden"), slug="cellar", kind="private")
    for other in others:
        await owner.ask(AddPerson, room=made.entry.room, member=other.member)
    return made.entry.room  # type: ignore[no-any-return]  # an id


async def test_a_hit_says_where_who_and_when_and_leads_to_the_message():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say(f"Behold the {CANARY}!")
        (hit,) = await hits(bob)
        assert (hit.room, hit.seq, hit.at, hit.by, hit.rev) == (ann.room, said.seq, said.at, ann.member, 1)
        assert (hit.community, hit.slug, hit.kind) == (world.id("garden"), "hall", "message")
        assert hit.snippet[hit.marks[0].start : hit.marks[0].end] == CANARY
        page = await bob.ask(ReadMessages, room=hit.room, around=hit.seq, limit=1)
        assert [one.seq for one in page.messages] == [hit.seq]


async def test_hello_says_that_one_can_search():
    async with world_of() as world:
        assert world.app.services.hello.search


async def test_auz_03_of_what_one_may_not_read_there_is_no_hit_no_count_and_no_cursor():
    async with world_of() as world:
        ann, bob, cyd, eve = await world.join("garden/hall", "ann", "bob", "cyd", "eve")
        founder = world.founder("garden")
        stranger = await world.person("stranger")
        room = await cellar(world, founder, bob)
        for number in range(30):
            await founder.say(f"{CANARY} {number}", room=room)
        assert len(await hits(bob, limit=50)) == 30
        nothing = await ann.ask(SearchMessages, query="nothing-of-the-kind")
        for person in (ann, cyd, stranger):
            page = await person.ask(SearchMessages, query=CANARY)
            assert (page.hits, page.complete, page.after) == (nothing.hits, nothing.complete, nothing.after)
        await bob.ask(UnfollowRoom, room=room)
        assert await hits(bob) == []
        await ann.say(CANARY)
        assert len(await hits(eve)) == 1
        await eve.ask(LeaveCommunity, community=world.id("garden"))
        assert await hits(eve) == []
        await founder.ask(BanMember, community=world.id("garden"), member=cyd.member, reason="out", for_ms=DAY)
        assert await hits(cyd) == []


async def test_auz_02_a_place_that_one_may_not_see_is_refused_as_one_that_there_is_not():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        founder = world.founder("garden")
        room = await cellar(world, founder)
        await world.join("library/desk")
        for there, nowhere in (
            ({"room": room}, {"room": "r_aaaaaaaaaaaaaaaa"}),
            ({"community": world.id("library")}, {"community": "c_aaaaaaaaaaaaaaaa"}),
            ({"query": f"x in:{room}"}, {"query": "x in:r_aaaaaaaaaaaaaaaa"}),
            ({"query": "x in:cellar"}, {"query": "x in:attic"}),
            ({"query": "x in:library"}, {"query": "x in:nowhere"}),
            ({"query": "x from:founder-of-library"}, {"query": "x from:nobody"}),
        ):
            one, other = [await ann.refused(SearchMessages, **{"query": "x", **asked}) for asked in (there, nowhere)]
            assert (one.code, one.field, one.kind) == (other.code, other.field, "gone")
            assert (
                one.message.replace(str(there.get("query", ""))[5:], "")
                == other.message.replace(str(nowhere.get("query", ""))[5:], "")
                or one.message.split()[:3] == other.message.split()[:3]
            )


async def test_who_loses_the_room_while_it_is_searched_is_not_given_it(monkeypatch):
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        founder = world.founder("garden")
        room = await cellar(world, founder, bob)
        await founder.say(CANARY, room=room)
        search = world.app.store.search

        async def slowly(account: str, asked: Any) -> Any:
            found = await search(account, asked)
            await bob.ask(UnfollowRoom, room=room)
            return found

        monkeypatch.setattr(world.app.store, "search", slowly)
        assert await hits(bob) == []
        refused = await bob.refused(SearchMessages, query=CANARY, room=room)
        assert refused.code == codes.ROOM_GONE.code


async def test_neither_who_searches_nor_who_talks_waits_for_the_others_slice_of_the_interpreter(monkeypatch):
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        search, own, meanwhile = world.app.store.search, sys.getswitchinterval(), []

        async def seen(account: str, asked: Any) -> Any:
            meanwhile.append(sys.getswitchinterval())
            return await search(account, asked)

        monkeypatch.setattr(world.app.store, "search", seen)
        await hits(bob)
        assert meanwhile == [pytest.approx(SWITCH)]
        assert sys.getswitchinterval() == pytest.approx(own)


async def test_inp_05_how_long_a_search_is_and_how_many_are_found():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        told = world.app.services.hello.limits
        assert (told.query_chars, told.query_terms, told.hits) == (QUERY_CHARS, QUERY_TERMS, HITS)
        assert {TABLE[name].value for name in ("query_chars", "query_terms", "hits")} == {
            QUERY_CHARS,
            QUERY_TERMS,
            HITS,
        }
        await ann.ask(SearchMessages, query="😀x" * (QUERY_CHARS // 2))
        refused = await ann.refused(SearchMessages, query="😀" * (QUERY_CHARS + 1))
        assert refused.field == "query"
        await ann.ask(SearchMessages, query="a " * QUERY_TERMS)
        refused = await ann.refused(SearchMessages, query="a " * (QUERY_TERMS + 1))
        assert (refused.code, str(QUERY_TERMS) in refused.message) == (codes.FIELD_INVALID.code, True)
        for number in range(HITS + 1):
            world.clock.now += 10
            await ann.say(f"{CANARY} {number}")
        assert len(await hits(ann, limit=HITS)) == HITS
        for limit in (0, HITS + 1):
            refused = await ann.refused(SearchMessages, query=CANARY, limit=limit)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "limit")


async def test_inp_05_so_many_searches_of_an_account_are_under_way_and_no_more(monkeypatch):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        assert world.app.services.hello.limits.searches == TABLE["searches"].value == SEARCHES
        await ann.say(CANARY)
        search, go_on = world.app.store.search, asyncio.Event()
        begun: list[str] = []

        async def held(account: str, asked: Any) -> Any:
            begun.append(account)
            await go_on.wait()
            return await search(account, asked)

        monkeypatch.setattr(world.app.store, "search", held)
        devices = [await ann.device() for _ in range(SEARCHES)]  # of which each searches for one thing after the other
        asked = [one.begin(SearchMessages, query=CANARY) for one in devices]
        await until(lambda: len(begun) == SEARCHES)
        refused = await ann.refused(SearchMessages, query=CANARY)
        assert refused.code == codes.SEARCH_UNAVAILABLE.code
        assert refused.retry_after_ms
        of_bob = bob.begin(SearchMessages, query=CANARY)
        await until(lambda: len(begun) > SEARCHES)
        go_on.set()
        pages = [await one.reply(id, MessageHits) for one, id in zip(devices, asked, strict=True)]
        pages += [await bob.reply(of_bob, MessageHits)]
        assert [len(page.hits) for page in pages] == [1] * (SEARCHES + 1)
        assert len(await hits(ann)) == 1
        assert not world.app.services.searches


async def test_inp_05_how_much_of_a_word_stands_before_its_star():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        least = world.app.services.hello.limits.prefix_least
        refused = await ann.refused(SearchMessages, query="b" * (least - 1) + "*")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "query")
        assert str(least) in refused.message
        await ann.ask(SearchMessages, query="b" * least + "*")


@pytest.mark.parametrize(
    "query", ["", "before:soon x", "from: x", "a*", "-x", "before:2026-01-01", "in:hall", "!!!", "has:teeth"]
)
async def test_a_search_that_means_nothing_is_refused_with_what_to_do(query: str):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        refused = await ann.refused(SearchMessages, query=query)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "query")
        assert len(refused.message) > 10


async def test_what_one_searches_is_in_no_log():
    assert "canary" not in repr(SearchMessages(id="1", query="canary"))
    assert "canary" not in repr(
        Hit(room="r", seq=1, kind="message", at="", by="m", rev=1, snippet="canary", title="canary")
    )


async def test_inp_06_words_of_a_search_engine_are_words_here():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.say('NEAR AND OR NOT terms: {a} ^b "quoted" a*b 100% _under_')
        for query in (
            "near",
            "AND",
            "or not",
            "terms:",
            "{a}",
            "^b",
            '"quoted"',
            "a*b",
            "100%",
            "_under_",
            "near(and",
            "'a'",
        ):
            assert len(await hits(ann, query)) == 1, query
