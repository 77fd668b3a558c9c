"""Pages of messages and entries, read markers, unread counts and mentions."""

import asyncio

import pytest

from among_protocol.codes import ROOM_GONE
from among_protocol.messages import SendMessage
from among_server.limits import MENTIONS
from among_server.store import api, rows
from tests.store.town import Person, Town, refused


async def talk(town: Town, messages: int = 10) -> tuple[Person, Person, str]:
    """Ann and Bob in a room where Ann has said 1, 2, 3 ...; a topic is set after each third, so numbers have holes."""
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    await bob.joins(community)
    for n in range(1, messages + 1):
        await ann.says(room, str(n))
        if n % 3 == 0:
            await ann.sets_topic(room, f"after {n}")
    return ann, bob, room


# Messages 1 2 3 4 5 6 7 8 9 10 have the numbers 1 2 3 5 6 7 9 10 11 13; the head is 13.


@pytest.mark.parametrize(
    ("asked", "bodies", "complete"),
    [
        ({}, "1 2 3 4 5 6 7 8 9 10", True),
        ({"limit": 10}, "1 2 3 4 5 6 7 8 9 10", True),
        ({"limit": 4}, "7 8 9 10", False),
        ({"before": 10, "limit": 3}, "5 6 7", False),
        ({"before": 5, "limit": 3}, "1 2 3", True),
        ({"before": 1}, "", True),
        ({"before": 0}, "", True),
        ({"before": 99, "limit": 1}, "10", False),
        ({"after": 0, "limit": 3}, "1 2 3", False),
        ({"after": 9}, "8 9 10", True),
        ({"after": 4, "limit": 2}, "4 5", False),
        ({"after": 13}, "", True),
        ({"after": 99}, "", True),
        ({"after": 2, "before": 10}, "3 4 5 6 7", True),
        ({"after": 2, "before": 10, "limit": 2}, "3 4", False),
        ({"after": 3, "before": 5}, "", True),
        ({"after": 9, "before": 3}, "", True),
        ({"around": 7, "limit": 4}, "4 5 6 7", False),
        ({"around": 8, "limit": 4}, "5 6 7 8", False),
        ({"around": 1, "limit": 4}, "1 2 3 4", False),
        ({"around": 0, "limit": 2}, "1 2", False),
        ({"around": 13, "limit": 4}, "7 8 9 10", False),
        ({"around": 99, "limit": 4}, "7 8 9 10", False),
        ({"around": 7, "limit": 1}, "6", False),
        ({"around": 7, "limit": 20}, "1 2 3 4 5 6 7 8 9 10", True),
    ],
)
async def test_a_page_of_messages(town: Town, asked: dict[str, int], bodies: str, complete: bool):
    _, _, room = await talk(town)
    messages, done = await town.page(room, **asked)
    assert (" ".join(message.body for message in messages), done) == (bodies, complete)


async def test_a_page_says_what_it_is_of(town: Town):
    _, _, room = await talk(town)
    page = await town.store.messages(room, before=3, after=None, around=None, limit=5)
    assert page.as_of == 13
    message = page.messages[0]
    entry = (await town.log(room))[0]
    assert (message.seq, message.at, message.by, message.rev, message.nonce) == (
        (1, entry.at, entry.by, entry.rev, entry.nonce)
    )


async def test_nothing_is_read_of_a_log_that_is_not_there(town: Town):
    page = await town.store.messages("r_nowhere", before=None, after=None, around=None, limit=5)
    assert (page.messages, page.as_of, page.complete) == ([], 0, True)
    assert await town.store.entries("r_nowhere", 0, None, 5) == rows.Entries([], 0, 0, complete=True)
    assert await town.store.log("r_nowhere") is None
    assert await town.store.room("r_nowhere") is None
    assert await town.store.standing("a_nobody") is None
    assert await town.store.unread("a_nobody", ["r_nowhere"]) == []


@pytest.mark.parametrize(
    ("after", "until", "limit", "seqs", "complete"),
    [
        (0, None, 200, range(1, 14), True),
        (0, None, 5, range(1, 6), False),
        (8, None, 5, range(9, 14), True),
        (13, None, 5, range(0), True),
        (99, None, 5, range(0), True),
        (2, 6, 200, range(3, 7), True),
        (2, 6, 2, range(3, 5), False),
        (6, 2, 5, range(0), True),
        (10, 99, 5, range(11, 14), True),
    ],
)
async def test_a_page_of_entries(town: Town, after: int, until: int | None, limit: int, seqs: range, complete: bool):
    _, _, room = await talk(town)
    page = await town.store.entries(room, after, until, limit)
    kept = [stored.json for stored in town.heard if stored.event.log == room]
    assert page.entries == [kept[seq - 1] for seq in seqs]
    assert (page.head, page.floor, page.complete) == (13, 0, complete)


async def test_a_page_of_entries_is_bounded_in_bytes(town: Town):
    ann, _, room = await talk(town, 0)
    await asyncio.gather(*(ann.says(room, "x" * 8000) for _ in range(200)))
    page = await town.store.entries(room, 0, None, 200)
    assert not page.complete
    assert api.PAGE_BYTES - 9000 < sum(map(len, page.entries)) <= api.PAGE_BYTES
    assert len(await town.log(room)) == 200


async def test_a_page_of_messages_is_bounded_in_bytes(town: Town):
    ann, _, room = await talk(town, 0)
    first = (await asyncio.gather(*(ann.says(room, "x" * 8000) for _ in range(40))))[0].entry.event.seq
    for asked in ({}, {"after": 0}, {"before": first + 40}, {"around": first + 20}, {"after": 0, "before": first + 40}):
        messages, complete = await town.page(room, limit=200, **asked)
        assert api.PAGE_BYTES / 3 < sum(len(message.body) for message in messages) < api.PAGE_BYTES
        assert not complete
    assert len((await town.page(room, limit=1))[0]) == 1


async def test_unread_counts_messages_and_nothing_else(town: Town):
    _, bob, room = await talk(town)
    assert await bob.unread(room) == (0, 10, 0)
    assert await bob.reads(room, 7) == (7, 4, 0)
    assert await bob.reads(room, 8) == (8, 4, 0), "a topic is not a message"
    assert await bob.unread(room) == (8, 4, 0)


async def test_a_marker_moves_forward_only_unless_told_back(town: Town):
    _, bob, room = await talk(town)
    await bob.reads(room, 9)
    assert await bob.reads(room, 2) == (9, 3, 0)
    assert await bob.reads(room, 2, back=True) == (2, 8, 0)
    assert await bob.reads(room, 0, back=True) == (0, 10, 0)
    assert await bob.reads(room, 999) == (13, 0, 0)
    await refused(ROOM_GONE, bob.reads("r_nowhere", 1))


async def test_ones_own_message_is_read(town: Town):
    ann, bob, room = await talk(town)
    assert await ann.unread(room) == (13 - 0, 0, 0)
    await bob.says(room, "I read all that")
    assert await bob.unread(room) == (14, 0, 0)
    assert await ann.unread(room) == (13, 1, 0)


async def test_a_count_says_up_to_which_number_it_holds(town: Town):
    """Whatever it is that was said there, and also where the marker stays."""
    ann, bob, room = await talk(town)
    for seq, back in ((3, False), (1, False), (2, True), (99, False)):
        assert (await town.store.set_marker(bob.id, room, seq, back=back)).as_of == 13
    await ann.sets_topic(room, "as of now")
    assert (await town.store.set_marker(bob.id, room, 0, back=True)).as_of == 14
    assert (await town.store.recount_room(bob.id, room)).as_of == 14
    empty = await ann.makes(await ann.founds("barn"), "loft")
    assert (await town.store.set_marker(ann.id, empty, 5, back=False)).as_of == 0


async def test_a_count_holds_what_is_written_before_it_in_one_batch_and_nothing_later(town: Town):
    ann, bob, room = await talk(town)
    said = [ann.says(room, "@bob, before")]
    marked = asyncio.ensure_future(town.store.set_marker(bob.id, room, 0, back=True))
    await asyncio.sleep(0)  # it is asked
    said.append(ann.says(room, "@bob, after"))
    await asyncio.gather(*said)
    count = await marked
    assert (count.unread, count.mentions, count.as_of) == (11, 1, 14)


async def test_mentions_count_where_they_ring(town: Town):
    ann, bob = await town.people("ann", "bob")
    cat = await town.person("cat")
    community = await ann.founds("hall")
    room, cellar = await ann.makes(community, "general"), await ann.makes(community, "cellar", "private")
    member = await bob.joins(community)
    said = await ann.do(SendMessage, room=room, body="@bob @BOB, @cat and @ann: hello")
    assert said.mentions == [member, await ann.member_in(community)]
    assert await bob.unread(room) == (0, 1, 1)
    assert await ann.unread(room) == (1, 0, 0), "nobody mentions oneself"
    assert (await cat.joins(community)) != ""
    assert await cat.unread(room) == (1, 0, 0)
    hidden = await ann.do(SendMessage, room=cellar, body="@bob does not see this")
    assert hidden.mentions == []
    await ann.says(room, "@bob again")
    await ann.says(room, "and no one")
    assert await bob.unread(room) == (0, 3, 2)
    assert await bob.reads(room, 1) == (1, 2, 1)
    assert await bob.reads(room, 2) == (2, 1, 0)
    assert await bob.reads(room, 0, back=True) == (0, 3, 2)
    await bob.leaves(community)
    assert (await ann.do(SendMessage, room=room, body="@bob is gone")).mentions == []


async def test_a_message_rings_for_so_many_and_no_more(town: Town):
    ann = await town.person("ann")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    others = await town.people(*(f"p{n:02}" for n in range(MENTIONS + 2)))
    for person in others:
        await person.joins(community)
    body = " ".join(f"@{person.handle}" for person in others)
    said = await ann.do(SendMessage, room=room, body=body)
    assert len(said.mentions) == MENTIONS
    assert await others[0].unread(room) == (0, 1, 1)
    assert await others[-1].unread(room) == (0, 1, 0)


async def test_unread_of_many_logs_comes_in_the_order_asked(town: Town):
    ann, bob, room = await talk(town)
    standing = await town.store.standing(ann.id)
    assert standing is not None
    community = standing.members[0].place
    found = await town.store.unread(bob.id, [bob.id, "r_nowhere", room, community])
    assert [(row.log.id, row.log.kind, row.unread) for row in found] == [
        (bob.id, "account", 0),
        (room, "room", 10),
        (community, "community", 0),
    ]
