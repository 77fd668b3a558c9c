"""The law of a store, the part about searching what was said: what is found, by whom, in which order, and what of it is left."""

import asyncio
import time
from typing import Any

import pytest

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.messages import SendMessage
from among_protocol.moderation import DAY, BanMember, KickMember
from among_protocol.posts import DeletePost, EditPost, PublishPost
from among_protocol.query import QueryError, parse
from among_protocol.search import Hit
from among_server.store import search as law
from among_server.store.search import Asked, Found
from among_server.store.sqlite import SqliteStore, search
from among_server.store.words import Sought, Spaced, sought
from tests.store.town import Person, Town


async def found(person: Person, query: str, **asked: Any) -> Found:
    """What this person finds, once all is indexed."""
    await person.town.store.indexed()
    asked.setdefault("newest", True)
    understood = parse(query)
    return await person.town.store.search(person.id, Asked(understood, sought(understood), **asked))


async def hits(person: Person, query: str, **asked: Any) -> list[Hit]:
    return [row.hit for row in (await found(person, query, **asked)).hits]


async def finds(person: Person, query: str, **asked: Any) -> list[str]:
    return [hit.snippet for hit in await hits(person, query, **asked)]


async def refused(person: Person, query: str, **asked: Any) -> str:
    with pytest.raises(Refuse) as why:
        await found(person, query, **asked)
    return why.value.code.code


async def hall(town: Town, *handles: str) -> tuple[str, str, list[Person]]:
    """A community with a room, and people in both; the first has founded it."""
    people = await town.people(*handles)
    garden = await people[0].founds("garden")
    room = await people[0].makes(garden, "hall")
    for person in people[1:]:
        await person.joins(garden)
    return garden, room, people


# --- words


async def test_words_are_found_whatever_their_case_accents_and_order(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    for body in ("Crème brûlée for two", "no cream here", "The LAST brulee, a creme one"):
        await ann.says(room, body)
    assert await finds(bob, "creme BRÛLÉE") == ["The LAST brulee, a creme one", "Crème brûlée for two"]
    assert await finds(bob, "cream") == ["no cream here"]
    assert await finds(bob, "crem") == [], "a word is a whole word"
    assert await finds(bob, "crem*") == ["The LAST brulee, a creme one", "Crème brûlée for two"]
    assert await finds(bob, '"creme brulee"') == ["Crème brûlée for two"]
    assert await finds(bob, '"creme br"*') == ["Crème brûlée for two"]
    assert await finds(bob, "creme -two") == ["The LAST brulee, a creme one"]
    assert await finds(bob, 'brulee -"for two"') == ["The LAST brulee, a creme one"]


@pytest.mark.parametrize(
    ("body", "queries", "nothing"),
    [
        ("今日は良い天気です", ("天気", "今日", "です", "天", "良い天気", "す"), ("気天", "明日", "日良")),
        ("서울에서 만나요", ("서울", "만나", "에서"), ("부산", "요만")),
        ("ไปตลาดกัน", ("ตลาด",), ("บ้าน",)),
        ("हिन्दी में लिखा", ("हिन्दी", "में"), ("हिन्द",)),
        ("مرحباً بِكم", ("مرحبا", "بكم"), ("كم",)),
        ("Ångström naïve ﬁle Ⅷ", ("angstrom", "naive", "file", "viii"), ("angst",)),
        ("ГРЕЧКА ёлка", ("гречка", "елка"), ("греч",)),
        ("C++ e-mail 3.14 foo_bar @ann", ("c", "e-mail", '"3 14"', "foo_bar", "foo", "ann"), ("email", "314")),
        ("мама 天気 soup", ("天気 soup", '"天気 soup"', '"мама 天"*'), ('"soup 天気"',)),
        ("zero\u200bwidth so\u00adft", ("zerowidth", "soft"), ("zero",)),
    ],
)
async def test_every_script_is_found_by_its_words_or_parts(town: Town, body: str, queries: Any, nothing: Any):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, body)
    for query in queries:
        assert len(await hits(ann, query)) == 1, query
    for query in nothing:
        assert await hits(ann, query) == [], query


async def test_what_was_found_is_marked_in_the_text_as_it_was_typed(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, f"{'before ' * 40}\nThe Crème, and a cre\u0300me\tbrûlée! {'after ' * 40}")
    for query, marked in (("creme", ["Crème", "crème"]), ('"creme brulee"', ["crème\tbrûlée"]), ("bru*", ["brûlée"])):
        (hit,) = await hits(ann, query)
        assert [hit.snippet[mark.start : mark.end] for mark in hit.marks] == [one.replace("\t", " ") for one in marked]
        assert len(hit.snippet) <= 160
        assert "\n" not in hit.snippet


# --- who finds what


async def test_auz_03_nobody_finds_what_they_may_not_read(town: Town):
    garden, room, (ann, bob, cyd, dan) = await hall(town, "ann", "bob", "cyd", "dan")
    eve = await town.person("eve")
    cellar = await ann.makes(garden, "cellar", "private")
    bob_there = await bob.joins(garden)
    await ann.adds(cellar, bob_there)
    await ann.says(room, "kestrel in the hall")
    await ann.says(cellar, "kestrel in the cellar")
    direct = await ann.writes_to(cyd)
    await ann.says(direct, "kestrel for cyd")
    assert await finds(bob, "kestrel") == ["kestrel in the cellar", "kestrel in the hall"]
    assert await finds(cyd, "kestrel") == ["kestrel for cyd", "kestrel in the hall"]
    assert await finds(dan, "kestrel") == ["kestrel in the hall"]
    assert await finds(eve, "kestrel") == []
    assert await refused(dan, "kestrel in:cellar") == await refused(dan, "kestrel in:nowhere") == codes.ROOM_GONE.code
    assert await refused(dan, "kestrel", room=cellar) == await refused(dan, "kestrel", room="r_none")
    assert await refused(eve, "kestrel", community=garden) == codes.COMMUNITY_GONE.code
    await bob.unfollows(cellar)
    assert await finds(bob, "kestrel") == ["kestrel in the hall"]
    await dan.leaves(garden)
    assert await finds(dan, "kestrel") == []
    await ann.do(KickMember, community=garden, member=bob_there, reason="out")
    assert await finds(bob, "kestrel") == []
    await ann.do(BanMember, community=garden, member=await cyd.joins(garden), reason="out", for_ms=DAY)
    assert await finds(cyd, "kestrel") == ["kestrel for cyd"]


async def test_auz_03_a_page_and_its_end_are_the_same_whatever_is_said_elsewhere(town: Town, monkeypatch):
    """The work that is done, and what is told of it, come from one's own places alone."""
    monkeypatch.setattr(law, "LOOKED", 4)
    garden, room, (ann, bob) = await hall(town, "ann", "bob")
    cellar = await ann.makes(garden, "cellar", "private")
    await ann.says(room, "one kestrel")
    for number in range(12):
        await ann.says(cellar, f"kestrel {number}")
    page = await found(bob, "kestrel")
    assert ([row.hit.snippet for row in page.hits], page.after) == (["one kestrel"], "")


async def test_what_somebody_says_whom_one_blocks_is_folded(town: Town):
    garden, room, (ann, bob, cyd) = await hall(town, "ann", "bob", "cyd")
    await bob.says(room, "kestrel")
    await town.store.set_block(ann.id, "block", handle="bob")
    assert [hit.folded for hit in await hits(ann, "kestrel")] == [True]
    assert [hit.folded for hit in await hits(cyd, "kestrel")] == [False]


# --- what became of it


async def test_an_edit_is_found_by_what_it_says_now(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    said = await ann.says(room, "the red kestrel")
    await found(ann, "red")
    edit = await ann.edits(room, said.entry.event.seq, "the blue kestrel")
    assert await finds(ann, "red") == []
    (hit,) = await hits(ann, "blue")
    assert (hit.seq, hit.edited, hit.at) == (said.entry.event.seq, edit.seq, said.entry.event.at)
    assert [hit.snippet for hit in await hits(ann, "has:edit")] == ["the blue kestrel"]


async def test_what_is_deleted_is_found_no_more_even_before_the_index_hears_of_it(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    said = (await ann.says(room, "kestrel")).entry.event
    await ann.says(room, "another kestrel")
    assert len(await hits(ann, "kestrel")) == 2
    await ann.deletes(room, said.seq)
    query = parse("kestrel")
    at_once = await town.store.search(ann.id, Asked(query, sought(query)))
    assert [row.hit.snippet for row in at_once.hits] == ["another kestrel"]
    assert await finds(ann, "kestrel") == ["another kestrel"]


async def test_posts_and_comments_are_found_and_their_titles(town: Town):
    garden, room, (ann, bob) = await hall(town, "ann", "bob")
    post = await ann.do(PublishPost, community=garden, title="On kestrels", body="They hover. " * 30)
    comment = await bob.do(SendMessage, room=post.log, body="lovely creatures", post=post.seq)
    (hit,) = await hits(ann, "creatures has:comment")
    assert (hit.kind, hit.post, hit.seq) == ("comment", post.seq, comment.seq)
    (hit,) = await hits(bob, "kestrels has:post")
    assert (hit.kind, hit.title, hit.slug) == ("post", "On kestrels", "")
    assert [hit.title[mark.start : mark.end] for mark in hit.title_marks] == ["kestrels"]
    await ann.do(EditPost, room=post.log, post=post.seq, title="On falcons")
    assert await hits(bob, "kestrels has:post") == []
    (hit,) = await hits(bob, "falcons hover")
    assert hit.edited
    await ann.do(DeletePost, room=post.log, post=post.seq)
    assert await hits(bob, "falcons") == []
    assert await hits(bob, "hover") == []


# --- filters


async def test_filters_narrow_it_down(town: Town):
    garden, room, (ann, bob, cyd) = await hall(town, "ann", "bob", "cyd")
    shed = await ann.makes(garden, "shed")
    library = await bob.founds("library")
    await ann.joins(library)
    desk = await bob.makes(library, "desk")
    one = (await ann.says(room, "kestrel one @bob")).entry.event
    await bob.says(room, "kestrel two https://example.org")
    await ann.says(shed, "kestrel three")
    await bob.says(desk, "kestrel four")
    await bob.do(SendMessage, room=room, body="indeed", reply_to=one.seq)
    assert await finds(ann, "has:reply") == ["indeed"]
    assert await finds(ann, "kestrel from:ann") == ["kestrel three", "kestrel one @bob"]
    assert await finds(ann, "kestrel from:me") == ["kestrel three", "kestrel one @bob"]
    assert await finds(ann, "kestrel from:bob") == ["kestrel four", "kestrel two https://example.org"]
    assert await finds(ann, "kestrel from:@bob -in:library") == ["kestrel two https://example.org"]
    assert await finds(ann, "kestrel -from:bob") == ["kestrel three", "kestrel one @bob"]
    assert await finds(ann, "from:ann from:bob in:hall -indeed") == [
        "kestrel two https://example.org",
        "kestrel one @bob",
    ]
    assert await finds(ann, "has:mention in:garden/hall") == ["kestrel one @bob"]
    assert await finds(ann, "kestrel in:library") == ["kestrel four"]
    assert await finds(ann, f"kestrel in:{library}") == await finds(ann, f"kestrel in:{desk}") == ["kestrel four"]
    assert await finds(ann, "kestrel in:library in:shed") == ["kestrel four", "kestrel three"]
    assert await finds(ann, "kestrel -in:hall -in:shed") == ["kestrel four"]
    assert await finds(ann, "kestrel", community=library) == ["kestrel four"]
    assert await finds(ann, "kestrel in:hall", community=garden) == [
        "kestrel two https://example.org",
        "kestrel one @bob",
    ]
    assert await finds(ann, "kestrel", room=shed) == ["kestrel three"]
    assert await finds(ann, "mentions:bob") == ["kestrel one @bob"]
    assert await finds(bob, "mentions:me") == ["kestrel one @bob"]
    assert await finds(ann, "has:link") == ["kestrel two https://example.org"]
    assert await finds(ann, "kestrel -has:link -has:mention") == ["kestrel four", "kestrel three"]
    assert await finds(ann, f"kestrel in:hall before:{one.seq + 1}") == ["kestrel one @bob"]
    assert await finds(ann, f"kestrel in:garden/hall after:{one.seq}") == ["kestrel two https://example.org"]
    today = one.at[:10]
    assert len(await finds(ann, f"kestrel after:{today}")) == 4
    assert await finds(ann, f"kestrel before:{today}") == []
    assert await finds(ann, "kestrel before:2020-02") == []
    assert await refused(ann, "kestrel from:nobody") == codes.MEMBER_GONE.code
    assert await refused(ann, "kestrel before:2") == codes.FIELD_INVALID.code


async def test_what_mentions_a_whole_room_is_found_by_that(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    later = (await ann.says(room, "kestrel two")).entry.event
    await ann.says(room, "kestrel one @room")
    await ann.edits(room, later.seq, "kestrel two @room")
    await bob.says(room, "kestrel three, where @room is a word")  # which a member may not
    await ann.says(room, "kestrel four @bob")
    assert (
        await finds(bob, "mentions:room")
        == await finds(bob, "mentions:@room in:hall")
        == [
            "kestrel one @room",
            "kestrel two @room",
        ]
    )
    assert await finds(bob, "kestrel has:mention") == ["kestrel four @bob", "kestrel one @room", "kestrel two @room"]
    assert await finds(bob, "kestrel has:mention -mentions:room") == ["kestrel four @bob"]
    assert await finds(bob, "mentions:me") == ["kestrel four @bob"], "who names one"
    assert await refused(bob, "kestrel from:room") == codes.MEMBER_GONE.code


async def test_directs_are_found_by_whom_one_talks_with(town: Town):
    _, room, (ann, bob, cyd) = await hall(town, "ann", "bob", "cyd")
    direct = await ann.writes_to(bob)
    await ann.says(direct, "kestrel alone")
    await ann.says(room, "kestrel aloud")
    assert await finds(ann, "kestrel in:@bob") == ["kestrel alone"]
    assert await refused(ann, "kestrel in:@cyd") == codes.ROOM_GONE.code
    assert await finds(bob, "kestrel from:ann in:@ann") == ["kestrel alone"]


# --- order and pages


async def pages(person: Person, query: str, **asked: Any) -> list[str]:
    told: list[str] = []
    after = ""
    for _ in range(200):
        page = await found(person, query, after=after, **asked)
        told += [row.hit.snippet for row in page.hits]
        after = page.after
        if not after:
            return told
    raise AssertionError("there is no end")


@pytest.mark.parametrize("looked", [3, 600])
async def test_page_for_page_all_is_found_once_newest_first(town: Town, monkeypatch, looked: int):
    monkeypatch.setattr(law, "LOOKED", looked)
    _, room, (ann,) = await hall(town, "ann")
    for number in range(23):
        await ann.says(room, f"kestrel {number}")
        if number % 3 == 0:
            await ann.says(room, "kestrels")
    expected = [f"kestrel {number}" for number in reversed(range(23))]
    for limit in (1, 4, 50):
        assert await pages(ann, "kestrel", limit=limit) == expected
    assert sorted(await pages(ann, "kestrel", limit=4, newest=False)) == sorted(expected)


async def test_the_best_come_first_page_for_page(town: Town, monkeypatch):
    monkeypatch.setattr(law, "RANKED", 6)
    _, room, (ann,) = await hall(town, "ann")
    bodies = [
        "kestrel kestrel kestrel",
        f"a kestrel and then {'very much else that has nothing to do with it ' * 5}",
        "kestrel",
        "nothing",
        "kestrel kestrel",
    ]
    for body in bodies:
        await ann.says(room, body)
    ranked = [one[:20] for one in await pages(ann, "kestrel", limit=2, newest=False)]
    assert ranked == ["kestrel kestrel kest", "kestrel kestrel", "kestrel", "a kestrel and then v"]
    assert [one[:20] for one in await pages(ann, "kestrel", limit=3, newest=False)] == ranked


async def test_what_is_said_between_two_pages_of_the_best_is_on_neither(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    for number in range(3):
        await ann.says(room, f"kestrel {number}")
    first = await found(ann, "kestrel", newest=False, limit=1)
    for _ in range(5):
        await ann.says(room, "kestrel kestrel, later")
    after, late = first.after, []
    while after:
        page = await found(ann, "kestrel", newest=False, limit=1, after=after)
        late += [row.hit.snippet for row in page.hits]
        after = page.after
    assert sorted([first.hits[0].hit.snippet, *late]) == ["kestrel 0", "kestrel 1", "kestrel 2"]


@pytest.mark.parametrize("newest", [True, False])
async def test_inp_06_what_there_is_no_time_to_show_is_on_the_next_page(town: Town, monkeypatch, newest: bool):
    monkeypatch.setattr(law, "SHOWN_SECONDS", 0.0)
    monkeypatch.setattr(law, "deadline", lambda seconds, *_: lambda: not seconds)
    monkeypatch.setattr(search, "deadline", lambda seconds, *_: lambda: not seconds)
    _, room, (ann,) = await hall(town, "ann")
    for number in range(5):
        await ann.says(room, f"kestrel {number}")
    assert sorted(await pages(ann, "kestrel", limit=3, newest=newest)) == [f"kestrel {number}" for number in range(5)]
    if isinstance(town.store, SqliteStore):
        assert len((await found(ann, "kestrel", limit=3, newest=newest)).hits) == 1


async def test_inp_06_who_has_found_nothing_yet_looks_for_longer(town: Town, monkeypatch):
    monkeypatch.setattr(law, "WORK_SECONDS", 0.0)
    monkeypatch.setattr(search, "deadline", lambda seconds, *_: lambda: not seconds)
    _, room, (ann,) = await hall(town, "ann")
    for body in ("a red kestrel", "the red kestrel", "kestrel, red", "kestrel: red"):
        await ann.says(room, body)
    first = await finds(ann, '"red kestrel"')
    monkeypatch.setattr(law, "SECONDS", 0.0)
    without_time = await finds(ann, '"red kestrel"')
    if isinstance(town.store, SqliteStore):
        assert (first, without_time) == (["the red kestrel"], [])
    assert await pages(ann, '"red kestrel"') == ["the red kestrel", "a red kestrel"]


async def test_inp_06_texts_are_weighed_while_there_is_time(town: Town, monkeypatch):
    weighed: list[str] = []

    def score(_: Sought, words: Spaced) -> float:
        weighed.append(words.text)
        return 1.0

    monkeypatch.setattr(Sought, "score", score)
    monkeypatch.setattr(search, "deadline", lambda seconds, *_: lambda: len(weighed) >= 2)
    _, room, (ann,) = await hall(town, "ann")
    for number in range(5):
        await ann.says(room, f"kestrel {number}")
    await found(ann, "kestrel", newest=False)
    assert len(weighed) == (2 if isinstance(town.store, SqliteStore) else 5)


@pytest.mark.parametrize("terms", [1, 4, 2_000])
async def test_inp_06_of_many_words_in_many_places_some_are_looked_up_and_all_count(
    town: Town, monkeypatch, terms: int
):
    monkeypatch.setattr(search, "TERMS", terms)
    looked_up: list[str] = []
    expression = search._Search._expression

    def told(self: Any, *asked: Any) -> str:
        looked_up.extend(found := expression(self, *asked).split(" AND "))
        return " AND ".join(found)

    monkeypatch.setattr(search._Search, "_expression", told)
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    direct = await ann.writes_to(bob)
    for where in (room, direct):
        await ann.says(where, "a kestrel in the cold morning")
        await ann.says(where, "a kestrel in the evening")
    assert await finds(ann, 'kestrel cold mor* "in the"') == ["a kestrel in the cold morning"] * 2
    if isinstance(town.store, SqliteStore):
        assert len([one for one in looked_up if one[2] == "w"]) <= max(2, terms)  # one in each place, at least


async def test_a_cursor_is_good_for_its_own_search_and_account_alone(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    for number in range(3):
        await ann.says(room, f"kestrel {number}")
    page = await found(ann, "kestrel", limit=1)
    assert page.after
    for person, query, after in (
        (ann, "other", page.after),
        (bob, "kestrel", page.after),
        (ann, "kestrel", "AAAA"),
        (ann, "kestrel", "é"),
    ):
        assert await refused(person, query, after=after, limit=1) == codes.FIELD_INVALID.code
    changed = page.after[:-3] + ("AAA" if not page.after.endswith("AAA") else "BBB")
    assert await refused(ann, "kestrel", after=changed, limit=1) == codes.FIELD_INVALID.code


async def test_many_search_and_speak_at_once(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(_says(ann, room, f"kestrel {number}"))
            group.create_task(found(ann, "kestrel"))
    assert len(await hits(ann, "kestrel", limit=50)) == 20


async def _says(person: Person, room: str, body: str) -> None:
    await person.says(room, body)


HOSTILE = [
    '"', '""', '"*', '"""" "', "AND", "a AND", "NEAR(a b)", "OR OR", "NOT a", "(a", "a)", "((((", "^a", "terms:a", "{a b}:c",
    "-", "--", "*", "a*b", "%", "_", "';DROP TABLE said;--", "a\\", '"a "b" c"', "x" * 400, "\u4e2d" * 400, "\u4e2d\u6587 " * 16,
    "ab* " * 16, '"a b" ' * 16, "\U0001f600 \U0001f600", "a\u0300" * 200, "\u200b", "from:me " * 8 + "a", "in:hall " * 8 + "a",
    "a:b:c:d", "https://a.b/c?d=e#f", "\ufdfa" * 100, "before:2026-01-01T25:00 a", "words_0 MATCH 1", "0wa", "1wkestrel",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
async def test_inp_06_a_hostile_search_is_answered_or_refused_in_little_time(town: Town, query: str):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "a kestrel, ab and so on: \u4e2d\u6587")
    await town.store.indexed()
    began = time.process_time()  # other programs may be busy
    try:
        understood = parse(query)
        await town.store.search(ann.id, Asked(understood, sought(understood)))
    except (QueryError, Refuse) as why:
        code = why.code if isinstance(why, Refuse) else codes.FIELD_INVALID
    else:
        code = codes.FIELD_INVALID
    assert code in (codes.FIELD_INVALID, codes.ROOM_GONE, codes.MEMBER_GONE)
    assert time.process_time() - began < 1.0


async def test_a_number_is_of_a_room_that_is_named_also_where_there_is_no_other(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    for body in ("kestrel one", "kestrel two", "kestrel three"):
        await ann.says(room, body)
    for query in ("kestrel before:2", "kestrel before:2 in:garden"):
        assert await refused(ann, query) == codes.FIELD_INVALID.code
    for query in ("kestrel before:2 in:garden/hall", f"kestrel before:2 in:{room}"):
        assert await finds(ann, query) == ["kestrel one"]


async def test_where_there_are_directs_alone_a_number_is_of_the_only_one(town: Town):
    bob, cat = await town.people("bob", "cat")
    direct = await bob.writes_to(cat)
    for body in ("kestrel one", "kestrel two"):
        await bob.says(direct, body)
    assert await finds(bob, "kestrel before:2") == ["kestrel one"]
