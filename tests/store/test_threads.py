"""Threads: what is said in one is a message of its room that the room does not count. Every store counts it as one does
oneself, whatever is said, edited, deleted, followed, left, blocked and marked, in any order."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from among_protocol import codes, following
from among_protocol.base import THREADS
from among_protocol.codes import Refuse
from among_protocol.edits import MessageEdited
from among_protocol.following import Following
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.pins import AddPin, RemovePin
from among_protocol.threads import ThreadState, changed
from among_protocol.wire import JSON
from among_server.limits import THREADS_PER_ACCOUNT
from among_server.store.api import PAGE_BYTES, Store
from among_server.store.rules import threads as rules
from among_server.store.threads import Place
from tests.store.town import Person, Town, refused
from tests.stores import LITTLE, new_store


async def answers(person: Person, room: str, root: int, body: str) -> Any:
    return await person.do(SendMessage, room=room, body=body, thread=root)


async def hall(town: Town, *handles: str) -> tuple[str, list[Person]]:
    """People in a room."""
    first, *others = await town.people(*handles)
    community = await first.founds("garden")
    room = await first.makes(community, "hall")
    for other in others:
        await other.joins(community)
        await other.follows(room)
    return room, [first, *others]


async def mine(person: Person) -> dict[int, tuple[int, int, int]]:
    """The threads that somebody follows, by root: read, unread, mentions."""
    states = await person.town.store.followed_threads(person.id)
    return {one.thread: (one.read, one.unread, one.mentions) for one in states}


async def test_a_message_in_a_thread_is_an_entry_of_the_room_that_the_room_does_not_count(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event
    said = await answers(bob, room, root.seq, "I have")
    assert (said.seq, said.thread, said.root_by) == (root.seq + 1, root.seq, root.by)
    again = await answers(ann, room, root.seq, "Fine")
    assert (again.thread, again.root_by) == (root.seq, "")
    assert [entry.seq for entry in await town.log(room)] == [1, 2, 3]
    assert await bob.unread(room) == (0, 1, 0)
    assert await ann.unread(room) == (1, 0, 0)


async def test_pages_of_a_room_tell_of_a_thread_in_short_and_those_of_the_thread_hold_it(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event
    said = []
    for number in range(5):
        said.append(await answers(bob, room, root.seq, f"answer {number}"))
        await ann.says(room, f"other {number}")
    last = said[-1]
    who = await ann.member_in((await town.store.room(room)).community)
    page = await town.store.messages(room, before=None, after=None, around=None, limit=50, reader=who)
    assert [message.body for message in page.messages] == ["Who has beans?", *(f"other {one}" for one in range(5))]
    told = page.messages[0].below
    assert (told.messages, told.head, told.at, told.speakers) == (5, last.seq, last.at, [last.by])
    assert (told.following, told.read, told.unread, told.mentions) == (True, root.seq, 5, 0)
    assert [message.below for message in page.messages[1:]] == [None] * 5
    asked: dict[str, Any] = {"before": None, "after": None, "around": None, "thread": root.seq}
    assert await bodies(town, room, **asked, limit=2) == (["answer 3", "answer 4"], False)
    assert await bodies(town, room, **asked | {"before": last.seq}, limit=9) == (
        [f"answer {one}" for one in range(4)],
        True,
    )
    assert await bodies(town, room, **asked | {"after": root.seq}, limit=1) == (["answer 0"], False)
    assert await bodies(town, room, **asked | {"around": root.seq + 3}, limit=3) == (
        ["answer 0", "answer 1", "answer 2"],
        False,
    )
    for none in (root.seq + 1, root.seq + 2, 0, 99, 2**53 - 1):
        assert await bodies(town, room, **asked | {"thread": none}, limit=9) == ([], True)


async def bodies(town: Town, room: str, **asked: Any) -> tuple[list[str], bool]:
    page = await town.store.messages(room, **asked)
    return [message.body for message in page.messages], page.complete


async def test_a_page_with_many_threads_is_no_larger_than_others(town):
    room, (ann,) = await hall(town, "ann")
    for _ in range(200):
        root = (await ann.says(room, "x" * 300)).entry.event.seq
        await answers(ann, room, root, "y")
    page = await town.store.messages(room, before=None, after=None, around=None, limit=200)
    assert 1 < len(page.messages) < 200
    assert not page.complete
    assert sum(len(message.body) + 400 for message in page.messages) <= PAGE_BYTES


async def test_a_thread_hangs_from_a_message_of_the_room_and_from_nothing_else(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    inside = await answers(bob, room, root, "I have")
    topic = await ann.sets_topic(room, "Beans")
    deleted = (await ann.says(room, "never mind")).entry.event.seq
    await ann.deletes(room, deleted)
    for nothing in (topic.seq, deleted, 99, 2**53 - 1):
        await refused(codes.MESSAGE_GONE, answers(bob, room, nothing, "what?"))
        await refused(codes.MESSAGE_GONE, town.store.follow_thread(bob.id, room, nothing))
    await refused(codes.FIELD_INVALID, answers(ann, room, inside.seq, "deeper"))
    with pytest.raises(Refuse, match=f"name the root, {root}"):
        await town.store.follow_thread(ann.id, room, inside.seq)


async def test_a_thread_stays_and_goes_on_when_its_root_is_deleted(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    await answers(bob, room, root, "I have")
    await ann.deletes(room, root)
    await answers(bob, room, root, "Still have")
    (card,) = await town.store.threads(bob.id, room, None, 9)
    assert (card.root.blank, card.root.body, card.messages) == (True, "", 2)
    page = await town.store.messages(room, before=None, after=None, around=None, limit=9)
    assert [(message.blank, message.below.messages) for message in page.messages] == [(True, 2)]
    asked: dict[str, Any] = {"before": None, "after": None, "around": None, "thread": root}
    assert await bodies(town, room, **asked, limit=9) == (["I have", "Still have"], True)
    assert await mine(ann) == {root: (root, 2, 0)}


async def test_who_said_the_root_speaks_or_is_mentioned_follows_and_nobody_else(town):
    room, (ann, bob, cat, dan) = await hall(town, "ann", "bob", "cat", "dan")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    first = await answers(bob, room, root, "Ask @cat")
    assert await mine(ann) == {root: (first.seq - 1, 1, 0)}
    assert await mine(bob) == {root: (first.seq, 0, 0)}
    assert await mine(cat) == {root: (first.seq - 1, 1, 1)}
    assert await mine(dan) == {}
    assert await cat.unread(room) == (0, 1, 1), "a mention in a thread is one in the room too"
    edit = await bob.edits(room, first.seq, "Ask @cat or @dan")
    assert await mine(dan) == {root: (edit.seq - 1, 0, 1)}
    assert await dan.unread(room) == (0, 1, 1)


async def choices(person: Person) -> dict[int, str]:
    return {
        one.thread: one.level for one in await person.town.store.followed_threads(person.id) if one.level != "inherit"
    }


async def test_what_is_worth_a_bell_in_a_thread_is_chosen_for_as_long_as_one_follows_it(town):
    room, (ann, bob, _) = await hall(town, "ann", "bob", "cat")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    store = town.store
    await refused(codes.THREAD_GONE, store.choose_in_thread(ann.id, room, root, "all", 0))
    await refused(codes.ROOM_GONE, store.choose_in_thread(ann.id, "r_nowhere", root, "all", 0))
    await answers(bob, room, root, "I have")
    told = await store.choose_in_thread(ann.id, room, root, "nothing", 60_000)
    assert (told.level, told.unread, bool(told.until)) == ("nothing", 1, True)
    await answers(bob, room, root, "Fine, @ann")
    await answers(ann, room, root, "Thanks")
    await store.mark_thread(ann.id, room, root, 0, back=True)
    (state,) = await store.followed_threads(ann.id)
    assert (state.level, state.until, state.unread, state.mentions) == ("nothing", told.until, 3, 1), (
        "it counts as ever"
    )
    told = await store.choose_in_thread(ann.id, room, root, "inherit", 60_000)
    assert (told.level, told.until) == ("inherit", "")
    marked = await store.mark_thread(ann.id, room, root, 0, back=True)
    assert b"level" not in JSON.encode(marked), "what is as ever is left out"
    for end in (
        lambda: store.unfollow_thread(ann.id, room, root),
        lambda: ann.unfollows(room),
    ):
        await store.choose_in_thread(ann.id, room, root, "all", 0)
        assert (await choices(ann), await choices(bob)) == ({root: "all"}, {})
        await end()
        await ann.follows(room)
        await answers(bob, room, root, "Still there, @ann?")
        assert list(await mine(ann)) == [root]
        assert await choices(ann) == {}, "who follows it anew has chosen nothing"


async def test_nobody_whom_one_shuns_makes_one_follow_the_thread_of_what_one_said(town):
    room, (ann, bob, cat, dan) = await hall(town, "ann", "bob", "cat", "dan")
    await town.store.set_block(ann.id, "block", handle="bob")
    await town.store.set_block(ann.id, "mute", handle="cat")
    await town.store.set_block(dan.id, "block", handle="ann")
    roots = [(await ann.says(room, "Who has beans?")).entry.event for _ in range(3)]
    first = [await answers(who, room, root.seq, "I have") for who, root in zip((bob, cat, dan), roots, strict=True)]
    assert [entry.root_by for entry in first] == [root.by for root in roots], "nobody is told of a block"
    told = {roots[2].seq: (first[2].seq - 1, 1, 0)}
    assert await mine(ann) == told, "it goes by one's own list alone, which one's devices know"


async def test_ones_own_message_reads_the_thread_and_leaves_the_room_alone(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    await answers(bob, room, root, "one")
    await bob.says(room, "to all")
    last = await answers(ann, room, root, "two")
    assert await mine(ann) == {root: (last.seq, 0, 0)}
    assert await ann.unread(room) == (root, 1, 0)


async def test_a_marker_moves_forward_and_back_only_when_asked_to(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    said = [(await answers(bob, room, root, f"@ann {number}")).seq for number in range(3)]
    store = town.store

    async def marked(seq: int, *, back: bool = False) -> tuple[int, int, int]:
        state = await store.mark_thread(ann.id, room, root, seq, back=back)
        assert (state.room, state.thread, state.following) == (room, root, True)
        return state.read, state.unread, state.mentions

    assert await marked(said[1]) == (said[1], 1, 1)
    assert await marked(said[0]) == (said[1], 1, 1)
    assert await marked(said[0], back=True) == (said[0], 2, 2)
    assert await marked(99) == (said[2], 0, 0)
    assert await marked(0, back=True) == (0, 3, 3)
    assert await mine(ann) == {root: (0, 3, 3)}
    assert await ann.unread(room) == (root, 0, 3)


async def test_a_thread_is_followed_and_no_longer_as_one_says(town):
    room, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    state = await town.store.follow_thread(cat.id, room, root)
    assert (state.following, state.read, state.unread) == (True, root, 0), "nothing is said in it yet"
    await answers(bob, room, root, "I have")
    assert await mine(cat) == {root: (root, 1, 0)}
    state = await town.store.unfollow_thread(cat.id, room, root)
    assert (state.following, state.unread) == (False, 0)
    assert await mine(cat) == {}
    await refused(codes.THREAD_GONE, town.store.unfollow_thread(cat.id, room, root))
    await refused(codes.THREAD_GONE, town.store.mark_thread(cat.id, room, root, 1, back=False))
    await answers(bob, room, root, "more")
    assert await mine(cat) == {}
    called = await answers(bob, room, root, "@cat?")
    assert await mine(cat) == {root: (called.seq - 1, 1, 1)}


async def test_who_does_not_follow_the_room_follows_none_of_its_threads(town):
    room, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    await answers(bob, room, root, "I have, @cat")
    await cat.unfollows(room)
    assert await mine(cat) == {}
    await answers(cat, room, root, "I follow nothing")
    await answers(bob, room, root, "and I call @cat")
    assert await mine(cat) == {}
    with pytest.raises(Refuse, match="follow that first"):
        await town.store.follow_thread(cat.id, room, root)
    await cat.follows(room)
    assert await mine(cat) == {}
    head = (await town.store.log(room)).head
    assert (await town.store.follow_thread(cat.id, room, root)).read == head
    community = (await town.store.room(room)).community
    await cat.leaves(community)
    assert await mine(cat) == {}
    await refused(codes.ROOM_GONE, town.store.follow_thread(cat.id, room, root))
    await refused(codes.ROOM_GONE, town.store.unfollow_thread(cat.id, room, root))
    await refused(codes.ROOM_GONE, town.store.mark_thread(cat.id, room, root, 1, back=False))


async def test_a_block_hides_a_mention_in_a_thread_and_lets_nobody_follow(town):
    room, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    for one, other, kind in ((cat, bob, "block"), (cat, bob, "mute"), (bob, cat, "block")):
        await town.store.set_block(one.id, kind, handle=other.handle)
        await answers(bob, room, root, "@cat")
        assert await mine(cat) == {}
        assert (await cat.unread(room))[2] == 0
        await town.store.set_block(one.id, "none", handle=other.handle)


async def test_inp_05_of_too_many_threads_the_one_without_a_part_for_longest_is_let_go(town, monkeypatch):
    monkeypatch.setattr(rules, "THREADS_PER_ACCOUNT", 3)
    room, (ann, bob) = await hall(town, "ann", "bob")
    roots = [(await bob.says(room, f"root {number}")).entry.event.seq for number in range(5)]
    for root in roots[:3]:
        await answers(ann, room, root, "mine")
    await answers(bob, room, roots[1], "not a part of ann's")
    await answers(ann, room, roots[0], "a part")
    await town.store.follow_thread(ann.id, room, roots[3])
    assert list(await mine(ann)) == [roots[2], roots[0], roots[3]]
    await answers(ann, room, roots[4], "mine")
    assert list(await mine(ann)) == [roots[0], roots[3], roots[4]]


async def test_whoever_brings_somebody_to_threads_pushes_out_none_that_they_follow_themselves(town, monkeypatch):
    monkeypatch.setattr(rules, "THREADS_PER_ACCOUNT", 3)
    room, (ann, bob) = await hall(town, "ann", "bob")
    roots = [(await ann.says(room, f"root {number}")).entry.event.seq for number in range(8)]
    await town.store.follow_thread(ann.id, room, roots[0])
    for root in roots[1:4]:
        await answers(bob, room, root, "to you, ann")
    assert list(await mine(ann)) == [roots[0], *roots[2:4]], "the older of those to which others brought her"
    await answers(bob, room, roots[2], "@ann")
    await town.store.choose_in_thread(ann.id, room, roots[3], "nothing", 0)
    await answers(ann, room, roots[4], "mine")
    assert list(await mine(ann)) == [roots[0], roots[3], roots[4]], "nor what she chose something in"
    for root in roots[5:]:
        await answers(bob, room, root, "@ann")
    assert list(await mine(ann)) == [roots[0], roots[3], roots[4]]
    assert [state.own for state in await town.store.followed_threads(ann.id)] == [True, True, True]
    await town.store.unfollow_thread(ann.id, room, roots[3])
    await answers(bob, room, roots[5], "@ann")
    assert [(state.thread, state.own) for state in await town.store.followed_threads(ann.id)] == [
        (roots[0], True),
        (roots[4], True),
        (roots[5], False),
    ]


async def test_threads_are_listed_by_when_something_was_said_a_page_at_a_time(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    direct = await ann.writes_to(bob)
    roots = {
        (place, (await ann.says(place, f"root in {place}")).entry.event.seq)
        for place in (room, direct)
        for _ in range(4)
    }
    for place, root in sorted(roots, key=lambda one: one[1]):
        await answers(bob, place, root, "x")
    await ann.edits(room, min(root for place, root in roots if place == room), "another root")
    for person, where, wanted in (
        (ann, None, roots),
        (ann, room, {one for one in roots if one[0] == room}),
        (bob, None, roots),
    ):
        whole = await town.store.threads(person.id, where, None, 100)
        assert {(card.room, card.thread) for card in whole} == wanted
        assert [card.at for card in whole] == sorted((card.at for card in whole), reverse=True)
        paged, after = [], None
        while page := await town.store.threads(person.id, where, after, 3):
            paged += page
            after = Place(page[-1].at, page[-1].room, page[-1].thread)
        assert paged == list(whole)
    (cat,) = await town.people("cat")
    assert list(await town.store.threads(cat.id, None, None, 9)) == []


async def test_what_a_root_says_now_is_listed(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    await answers(bob, room, root, "I have")
    await ann.edits(room, root, "Who has peas?")
    (card,) = await town.store.threads(bob.id, None, None, 9)
    assert (card.root.body, card.root.seq, card.root.blank) == ("Who has peas?", root, False)
    assert (card.messages, card.following, card.unread) == (1, True, 0)


async def trimmed(town: Town, room: str, floor: int, *, pins: bool = False) -> None:
    """Retention removes all up to this number; `pins`: but what is pinned."""
    await town.carry_out(lambda tx: tx.put_floor(room, floor, pins=pins))
    after = ""
    while (step := await town.store.carry_away(after)) is not None:
        after = step.room if step.done else after


async def test_a_thread_outlives_its_root_and_what_was_said_first_in_it(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    said = [(await answers(bob, room, root, f"{number}")).seq for number in range(4)]
    await ann.says(room, "to all")
    await trimmed(town, room, said[1])
    assert await mine(ann) == {root: (root, 4, 0)}, "what is removed counts until one has read on"
    (card,) = await town.store.threads(ann.id, room, None, 9)
    assert (card.root, card.messages, card.head) == (None, 4, said[3])
    asked: dict[str, Any] = {"before": None, "after": None, "around": None, "thread": root}
    assert await bodies(town, room, **asked, limit=9) == (["2", "3"], True)
    await answers(bob, room, root, "it goes on")
    assert (await town.store.mark_thread(ann.id, room, root, said[2], back=False)).unread == 2
    assert (await town.store.mark_thread(ann.id, room, root, 0, back=True)).unread == 3, "of what is kept"


async def test_a_thread_of_which_nothing_is_kept_is_gone(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "Who has beans?")).entry.event.seq
    last = await answers(bob, room, root, "@ann")
    silent = (await ann.says(room, "and peas?")).entry.event.seq
    await town.store.follow_thread(bob.id, room, silent)
    later = (await ann.says(room, "and now?")).entry.event.seq
    await answers(bob, room, later, "now")
    known = Following()
    known.stated(await town.store.followed_threads(ann.id))
    await trimmed(town, room, silent)
    known.trimmed(room, silent)
    assert last.seq < silent
    assert set(await mine(ann)) == {later} == {thread for _, thread in known}
    assert set(await mine(bob)) == {later}
    assert [card.thread for card in await town.store.threads(ann.id, room, None, 9)] == [later]
    await refused(codes.MESSAGE_GONE, answers(bob, room, root, "too late"))
    await refused(codes.THREAD_GONE, town.store.mark_thread(ann.id, room, root, 1, back=False))


async def test_a_thread_is_there_while_its_root_is_kept_for_its_pin(town):
    """One in which something was said before, after, and nothing at all: each is followed, and opened by its root."""
    room, (ann, bob) = await hall(town, "ann", "bob")
    old, new, silent = [(await ann.says(room, body)).entry.event.seq for body in ("old", "new", "silent")]
    await answers(bob, room, old, "@ann")
    await town.store.follow_thread(bob.id, room, silent)
    await ann.edits(room, old, "old, edited")
    for root in (old, new, silent):
        await ann.do(AddPin, room=room, message=root)
    floor = (await ann.says(room, "to all")).entry.event.seq
    await answers(bob, room, new, "after")
    before = [await mine(person) for person in (ann, bob)]
    known = Following()
    known.stated(await town.store.followed_threads(bob.id))
    await trimmed(town, room, floor, pins=True)
    known.trimmed(room, floor, [old, new, silent])
    assert [await mine(person) for person in (ann, bob)] == before
    assert {thread for _, thread in known} == {old, new, silent}
    cards = {card.thread: card for card in await town.store.threads(ann.id, room, None, 9)}
    assert {root: card.root.body for root, card in cards.items()} == {old: "old, edited", new: "new"}
    asked: dict[str, Any] = {"before": None, "after": None, "around": None, "limit": 9}
    assert await bodies(town, room, **asked, thread=new) == (["after"], True)
    assert await bodies(town, room, **asked, thread=old) == ([], True)
    await answers(ann, room, old, "it goes on")
    await answers(ann, room, silent, "now")
    assert await bodies(town, room, **asked, thread=old) == (["it goes on"], True)
    assert (await mine(bob))[old][1:] == (1, 0)
    assert (await mine(bob))[silent][1:] == (1, 0)


async def test_a_thread_goes_with_the_pin_of_its_root_when_the_room_is_trimmed_again(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "root")).entry.event.seq
    await answers(bob, room, root, "said")
    await ann.do(AddPin, room=room, message=root)
    await ann.says(room, "to all")
    await trimmed(town, room, 3, pins=True)
    await ann.do(RemovePin, room=room, message=root)
    (card,) = await town.store.threads(ann.id, room, None, 9)
    assert card.root is None
    await trimmed(town, room, 4, pins=True)
    assert await mine(ann) == {}
    assert list(await town.store.threads(ann.id, room, None, 9)) == []


async def test_what_is_pinned_out_of_a_thread_is_known_as_said_there(town):
    room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await ann.says(room, "root")).entry.event.seq
    said = (await answers(bob, room, root, "pinned")).seq
    lost = (await answers(bob, room, root, "lost")).seq
    await ann.do(AddPin, room=room, message=said)
    await town.carry_out(lambda tx: tx.put_floor(room, lost, pins=True))
    for _ in range(2):
        assert [await town.store.thread_of(room, seq) for seq in (said, lost)] == [root, 0]
        await trimmed(town, room, lost, pins=True)


# --- counts are those of a recount

HANDLES = ("ann", "bob", "cat")
WORDS = ("hello", "@ann", "@bob", "@cat and @ann", "@bob, @cat")
ACTS = (
    "say", "say", "answer", "answer", "answer", "answer", "edit", "delete", "follow", "unfollow", "mark", "unread", "mark room",
    "block", "none", "enter", "quit", "leave", "join", "choose",
)  # fmt: skip
LEVELS = ("all", "mentions", "nothing", "inherit")
STEP = st.tuples(st.sampled_from(HANDLES), st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 9))


class Counted:
    """Three people in a community with an open and a private room. Each has what one can tell oneself of the threads that
    they follow, from what they hear."""

    def __init__(self, store: Store) -> None:
        self.town = Town(store)
        self.heard = 0
        self.threads = {handle: Following() for handle in HANDLES}
        self.blocks: set[tuple[str, str]] = set()
        self.called: dict[str, set[tuple[str, int]]] = {handle: set() for handle in HANDLES}
        self.people: dict[str, Person] = {}
        self.members: dict[str, str] = {}

    async def open(self) -> None:
        await self.town.store.open()
        self.people = dict(zip(HANDLES, await self.town.people(*HANDLES), strict=True))
        ann, bob, cat = self.people.values()
        self.community = await ann.founds("garden")
        self.rooms = [await ann.makes(self.community, "hall"), await ann.makes(self.community, "cellar", "private")]
        for person in (bob, cat):
            await ann.adds(self.rooms[1], await person.joins(self.community))
        for person in self.people.values():
            self.members[person.handle] = await person.member_in(self.community)

    async def step(self, who: str, act: str, one: int, two: int) -> None:
        person, room, store, other = self.people[who], self.rooms[one], self.town.store, HANDLES[two % 3]
        follows = {handle: await one.followed() for handle, one in self.people.items()}
        threads = self.threads[who]
        root = list(threads)[two % len(threads)] if threads else (room, 1)
        ask: dict[str, Callable[[], Any]] = {
            "say": lambda: person.says(room, WORDS[two % 5]),
            "answer": lambda: answers(person, room, 1 + two, WORDS[(one + two) % 5]),
            "edit": lambda: person.edits(room, 1 + two, WORDS[one + 2]),
            "delete": lambda: person.deletes(room, 1 + two, "rude"),
            "follow": lambda: store.follow_thread(person.id, room, 1 + two),
            "unfollow": lambda: store.unfollow_thread(person.id, room, 1 + two),
            "mark": lambda: store.mark_thread(person.id, *root, two, back=False),
            "unread": lambda: store.mark_thread(person.id, *root, two, back=True),
            "choose": lambda: store.choose_in_thread(person.id, *root, LEVELS[two % 4], 60_000 * one),
            "mark room": lambda: person.reads(room, two),
            "block": lambda: store.set_block(person.id, "block", handle=other),
            "none": lambda: store.set_block(person.id, "none", handle=other),
            "enter": lambda: person.follows(room),
            "quit": lambda: person.unfollows(room),
            "leave": lambda: person.leaves(self.community),
            "join": lambda: person.joins(self.community),
        }
        with contextlib.suppress(Refuse):
            done = await ask[act]()
            if isinstance(done, ThreadState):
                self._change(who, done, part=act == "follow")
            if act in ("block", "none"):
                self.blocks = self.blocks - {(who, other)} | ({(who, other)} if act == "block" else set())
        self._hear(follows)
        for handle, one_of_them in self.people.items():
            self.threads[handle].ended(set(self.rooms) - await one_of_them.followed())

    def _change(self, who: str, state: ThreadState, *, part: bool = False) -> None:
        self.threads[who].changed(changed(state, part=part))

    def _hear(self, follows: dict[str, set[str]]) -> None:
        new, self.heard = self.town.heard[self.heard :], len(self.town.heard)
        for stored in new:
            entry = stored.event
            if not isinstance(entry, MessageSent | MessageEdited) or entry.blank:
                continue
            named = entry.mentions if isinstance(entry, MessageSent) else entry.mentions_new
            for who, me in self.members.items():
                author = next(handle for handle, member in self.members.items() if member == entry.by)
                deaf, shunned = bool({(who, author), (author, who)} & self.blocks), (who, author) in self.blocks
                mentioned = me in named and author != who and not deaf
                if mentioned:
                    self.called[who].add((entry.log, entry.seq))
                if entry.thread and entry.log in follows[who]:
                    if isinstance(entry, MessageSent):
                        self.threads[who].said(entry, me, mentioned=mentioned, shunned=shunned)
                    elif mentioned:
                        self.threads[who].edited(entry)

    async def recount(self) -> None:
        logs = {room: await self.town.log(room) for room in self.rooms}
        for who, person in self.people.items():
            for room, log in logs.items():
                sent = [entry for entry in log if isinstance(entry, MessageSent)]
                read, unread, mentions = await person.unread(room)
                assert unread == sum(entry.seq > read and not entry.thread for entry in sent)
                assert mentions == sum(log == room and seq > read for log, seq in self.called[who])
            states = await self.town.store.followed_threads(person.id)
            known = list(self.threads[who].values())
            assert plain(states) == plain(known), "who hears the entries knows what the store tells"
            for state in states:
                inside = [entry for entry in logs[state.room] if getattr(entry, "thread", 0) == state.thread]
                assert state.unread == sum(isinstance(one, MessageSent) and one.seq > state.read for one in inside)
                calls = {(one.log, one.seq) for one in inside} & self.called[who]
                assert state.mentions == sum(seq > state.read for _, seq in calls)
            cards = {
                (card.room, card.thread): card for card in await self.town.store.threads(person.id, None, None, 500)
            }
            for state in states:
                card = cards.get((state.room, state.thread))
                if card is not None:
                    assert (card.read, card.unread, card.mentions) == (state.read, state.unread, state.mentions)


def plain(states: Iterable[ThreadState]) -> list[tuple[object, ...]]:
    """Without the number up to which it is known."""
    named = ("room", "thread", "following", "head", "read", "unread", "mentions", "level", "until", "own")
    return [tuple(getattr(one, name) for name in named) for one in states]


async def _tell(store: Store, story: list[tuple[str, str, int, int]]) -> None:
    counted = Counted(store)
    await counted.open()
    try:
        for number, step in enumerate(story):
            await counted.step(*step)
            if number % 7 == 6:
                await counted.recount()
        await counted.recount()
    finally:
        await store.close()


@pytest.mark.parametrize("kind", ["memory", LITTLE])
@pytest.mark.parametrize("most", [2, THREADS])
@given(story=st.lists(STEP, min_size=5, max_size=50))
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_counts_are_those_of_a_recount_and_of_who_hears_the_entries(
    kind: str, most: int, story: list[tuple[str, str, int, int]]
):
    with new_store(kind) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "THREADS_PER_ACCOUNT", most)
        patch.setattr(following, "THREADS", most)
        asyncio.run(_tell(store, story))


def test_clients_let_go_of_as_many_as_the_server():
    assert THREADS_PER_ACCOUNT == THREADS
