"""What an account has for itself alone, in every store: sessions, its password, codes to set one, whom it blocks."""

import asyncio
import time

import pytest

from among_protocol.codes import (
    ACCOUNT_DISABLED,
    ACCOUNT_GONE,
    BAD_CREDENTIALS,
    DIRECT_REFUSED,
    FIELD_INVALID,
    HANDLE_TAKEN,
    MEMBER_GONE,
    RESET_INVALID,
    SIGN_IN_REQUIRED,
    Refuse,
)
from among_protocol.personas import PersonaWish, UpdatePersona
from among_protocol.rooms import OpenDirect
from among_server.store.memory import MemoryStore
from among_server.store.own import Blocks, Ended, block_id
from tests.store.town import Person, Town, refused

LATER = 2**52  # Unix time in ms that no test sees


async def blocks(person: Person) -> Blocks:
    standing = await person.town.store.standing(person.id)
    assert standing is not None
    return standing.blocks


# --- sessions


async def test_sessions_of_an_account_end_one_by_one_all_or_all_but_one(town: Town):
    ann, bob = await town.people("ann", "bob")
    one, two, three = [
        (await town.store.open_session(ann.id, secret, secret.decode())).opened for secret in (b"1", b"2", b"3")
    ]
    other = (await town.store.open_session(bob.id, b"4", "4")).opened
    assert {row.id for row in await town.store.sessions(ann.id)} == {one.id, two.id, three.id}
    assert (await town.store.end_sessions(ann.id, only=two.id)).sessions == [two.id]
    assert (await town.store.end_sessions(ann.id, only=two.id)).sessions == []
    assert (await town.store.end_sessions(ann.id, only=other.id)).sessions == [], "it is somebody else's"
    assert (await town.store.end_sessions(ann.id, but=three.id)).sessions == [one.id]
    assert await town.store.sessions(ann.id) == [three]
    assert (await town.store.end_sessions(ann.id)).sessions == [three.id]
    assert [await town.store.session(secret) for secret in (b"1", b"2", b"3")] == [None] * 3
    assert await town.store.session(b"4") == other
    assert await town.store.sessions("a_nobody") == []


async def test_a_sign_of_life_is_written_once_an_hour(town: Town, monkeypatch: pytest.MonkeyPatch):
    ann = await town.person("ann")
    opened = (await town.store.open_session(ann.id, b"1", "")).opened
    assert opened.seen_ms > 0
    assert [state.seen_ms for state in await town.store.account_states("", 10)] == [opened.seen_ms]
    await asyncio.sleep(0.002)
    await town.store.see_sessions([opened.id, "s_nowhere"])
    assert await town.store.session(b"1") == opened
    monkeypatch.setattr("among_server.store.rules.sessions.SEEN_EVERY", 0)
    await town.store.see_sessions([opened.id])
    row = await town.store.session(b"1")
    assert row is not None
    assert row.seen_ms > opened.seen_ms
    await town.store.end_sessions(ann.id)
    await town.store.see_sessions([opened.id])
    assert [state.seen_ms for state in await town.store.account_states("", 10)] == [row.seen_ms], "though it has ended"


async def test_who_was_let_in_by_a_password_must_have_the_one_of_now(town: Town):
    ann = await town.person("ann")
    session = (await town.store.open_session(ann.id, b"1", "", password="hash of ann")).opened
    assert (await town.store.change_password(ann.id, session.id, old="hash of ann", new="new")).sessions == []
    await refused(BAD_CREDENTIALS, town.store.open_session(ann.id, b"2", "", password="hash of ann"))
    await town.store.open_session(ann.id, b"2", "", password="new")
    await refused(BAD_CREDENTIALS, town.store.open_session("a_nobody", b"3", "", password="new"))


async def test_who_is_out_is_told_of_before_what_was_committed_with_it_and_before_the_answer(town: Town):
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("garden"), "hall")
    session = (await town.store.open_session(ann.id, b"1", "")).opened
    order: list[object] = []
    town.store.ended = lambda ids: order.append(list(ids))
    town.store.committed = lambda stored: order.append("heard")
    ending = asyncio.ensure_future(town.store.end_sessions(ann.id))
    ending.add_done_callback(lambda _: order.append("answered"))
    await asyncio.sleep(0)  # it has been asked
    await asyncio.gather(ending, ann.says(room, "hello"))
    assert order[0] == [session.id]
    if isinstance(town.store, MemoryStore):  # which takes both in one batch
        assert order == [[session.id], "heard", "answered"]
    await town.store.end_sessions(ann.id)
    await refused(ACCOUNT_GONE, town.store.disable("nobody", disabled=True))
    await town.store.disable("ann", disabled=False)
    assert [told for told in order if isinstance(told, list)] == [[session.id]], "of nobody, nothing is told"


# --- passwords


async def test_a_new_password_ends_all_sessions_but_the_one_that_asked(town: Town):
    ann = await town.person("ann")
    mine, *others = [(await town.store.open_session(ann.id, secret, "")).opened for secret in (b"1", b"2", b"3")]
    ended = await town.store.change_password(ann.id, mine.id, old="hash of ann", new="new")
    assert sorted(ended.sessions) == sorted(row.id for row in others)
    assert await town.store.sessions(ann.id) == [mine]
    assert await town.store.password_hash("ann") == (ann.id, "new")


async def test_a_change_from_a_password_that_is_no_more_changes_nothing(town: Town):
    ann = await town.person("ann")
    mine, other = [(await town.store.open_session(ann.id, secret, "")).opened for secret in (b"1", b"2")]
    answers = await asyncio.gather(
        *(town.store.change_password(ann.id, mine.id, old="hash of ann", new=f"new {n}") for n in range(3)),
        return_exceptions=True,
    )
    assert answers[0] == Ended([other.id])
    assert [answer.code for answer in answers[1:] if isinstance(answer, Refuse)] == [BAD_CREDENTIALS] * 2
    assert await town.store.password_hash("ann") == (ann.id, "new 0")
    await refused(SIGN_IN_REQUIRED, town.store.change_password(ann.id, other.id, old="new 0", new="x"))
    assert await town.store.password_hash("ann") == (ann.id, "new 0")


# --- codes to set a password


async def test_a_code_is_used_up_by_one_of_fifty_at_once(town: Town):
    ann = await town.person("ann")
    before = (await town.store.open_session(ann.id, b"before", "")).opened
    await town.store.add_reset("ANN", b"code", LATER)
    answers = await asyncio.gather(
        *(town.store.use_reset(b"code", f"new {n}", f"token {n}".encode(), "d") for n in range(50)),
        return_exceptions=True,
    )
    (won,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert {answer.code for answer in answers if isinstance(answer, Refuse)} == {RESET_INVALID}
    assert won.sessions == [before.id]
    assert await town.store.sessions(ann.id) == [won.opened]
    assert await town.store.password_hash("ann") == (ann.id, f"new {answers.index(won)}")
    assert await town.store.reset(b"code") is None


async def test_a_code_ends_by_time_by_a_newer_one_and_by_a_new_password(town: Town):
    ann = await town.person("ann")
    mine = (await town.store.open_session(ann.id, b"1", "")).opened
    await town.store.add_reset("ann", b"late", time.time_ns() // 1_000_000 - 1)
    await refused(RESET_INVALID, town.store.use_reset(b"late", "x", b"t", ""))
    await town.store.add_reset("ann", b"older", LATER)
    await town.store.add_reset("ann", b"newer", LATER)
    await refused(RESET_INVALID, town.store.use_reset(b"older", "x", b"t", ""))
    await town.store.change_password(ann.id, mine.id, old="hash of ann", new="new")
    await refused(RESET_INVALID, town.store.use_reset(b"newer", "x", b"t", ""))
    await refused(RESET_INVALID, town.store.use_reset(b"unknown", "x", b"t", ""))
    await refused(ACCOUNT_GONE, town.store.add_reset("nobody", b"code", LATER))
    assert await town.store.password_hash("ann") == (ann.id, "new")
    assert await town.store.sessions(ann.id) == [mine]


# --- disabled


async def test_a_disabled_account_keeps_what_it_has_and_lets_nobody_in(town: Town):
    ann, bob = await town.people("ann", "bob")
    mine = (await town.store.open_session(ann.id, b"1", "")).opened
    room = await ann.writes_to(bob)
    await town.store.add_reset("ann", b"code", LATER)
    assert (await town.store.disable("Ann", disabled=True)).sessions == [mine.id]
    assert (await town.store.disable("ann", disabled=True)).sessions == [mine.id]
    row = await town.store.session(b"1")
    assert row is not None
    assert row.disabled
    await refused(ACCOUNT_DISABLED, town.store.open_session(ann.id, b"2", "", password="hash of ann"))
    await refused(ACCOUNT_DISABLED, town.store.use_reset(b"code", "x", b"t", ""))
    await refused(DIRECT_REFUSED, bob.says(room, "hello?"))
    assert [(state.handle, state.disabled) for state in await town.store.account_states("", 9)] == [
        ("ann", True),
        ("bob", False),
    ]
    await town.store.disable("ann", disabled=False)
    assert await town.store.session(b"1") == mine
    await bob.says(room, "welcome back")
    await town.store.use_reset(b"code", "x", b"t", "")
    await refused(ACCOUNT_GONE, town.store.disable("nobody", disabled=True))


async def test_accounts_are_listed_by_handle_a_page_at_a_time(town: Town):
    people = await town.people("cat", "ann", "bob")
    first = {person.handle: (await town.log(person.id))[0].at for person in people}
    page = await town.store.account_states("", 2)
    assert [(state.handle, state.opened, state.seen_ms) for state in page] == [
        ("ann", first["ann"], 0),
        ("bob", first["bob"], 0),
    ]
    assert [state.handle for state in await town.store.account_states("bob", 2)] == ["cat"]
    assert await town.store.account_states("cat", 2) == []


# --- blocks


async def test_a_block_is_kept_under_the_name_it_was_set_for(town: Town):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    community = await bob.founds("garden")
    await ann.joins(community)
    assert await blocks(ann) == {}
    done = await town.store.set_block(ann.id, "block", handle="BOB")
    assert (done.account, done.handle, done.blocks) == (bob.id, "bob", {(bob.id, "bob"): "block"})
    assert await blocks(ann) == done.blocks
    done = await town.store.set_block(ann.id, "mute", member=await bob.member_in(community))
    assert done.blocks == {(bob.id, "bob"): "mute"}
    await town.store.set_block(ann.id, "block", handle="cat")
    assert await blocks(ann) == {(bob.id, "bob"): "mute", (cat.id, "cat"): "block"}
    assert await blocks(bob) == {}
    await town.store.set_block(ann.id, "none", handle="bob")
    await town.store.set_block(ann.id, "none", handle="bob")
    assert await blocks(ann) == {(cat.id, "cat"): "block"}


async def test_nobody_is_blocked_whom_one_may_not_see(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await bob.founds("garden")
    member = await bob.member_in(community)
    await refused(MEMBER_GONE, town.store.set_block(ann.id, "block", member=member))
    await refused(MEMBER_GONE, town.store.set_block(ann.id, "block", member="m_nobody"))
    await refused(ACCOUNT_GONE, town.store.set_block(ann.id, "block", handle="nobody"))
    await refused(FIELD_INVALID, town.store.set_block(ann.id, "block", handle="ann"))
    await ann.joins(community)
    await town.store.set_block(ann.id, "block", member=member)
    await ann.leaves(community)
    await refused(MEMBER_GONE, town.store.set_block(ann.id, "none", member=member))
    await town.store.set_block(ann.id, "none", handle="bob")
    assert await blocks(ann) == {}


async def test_a_list_means_memberships_and_not_those_of_namesakes_where_one_is_oneself(town: Town):
    ann, one, two, three = await town.people("ann", "one", "two", "three")
    garden, library, far = await one.founds("garden"), await two.founds("library"), await three.founds("far")
    for community in (garden, library):
        await ann.joins(community)
    for person, community in ((one, garden), (two, library), (three, far)):
        await person.do(UpdatePersona, community=community, persona=PersonaWish(handle="sam"))
    first, second = await one.member_in(garden), await two.member_in(library)
    assert await town.store.meant(ann.id) == ({}, {})
    done = await town.store.set_block(ann.id, "block", member=first)
    assert (done.account, done.handle) == (one.id, "sam")
    assert await town.store.meant(ann.id) == ({(one.id, "sam"): [first]}, {"sam": [second]}), "nobody far away"
    await town.store.set_block(ann.id, "mute", member=second)
    assert await town.store.meant(ann.id) == ({(one.id, "sam"): [first], (two.id, "sam"): [second]}, {})
    await town.store.set_block(ann.id, "none", block=block_id(ann.id, (one.id, "sam")))
    assert await town.store.meant(ann.id) == ({(two.id, "sam"): [second]}, {"sam": [first]})
    await refused(ACCOUNT_GONE, town.store.set_block(ann.id, "none", block=block_id(ann.id, (one.id, "sam"))))
    await two.do(UpdatePersona, community=library, persona=PersonaWish(handle="tom"))
    assert await town.store.meant(ann.id) == ({(two.id, "tom"): [second]}, {"sam": [first]}), "under the new name, too"
    await ann.leaves(garden)
    assert await town.store.meant(ann.id) == ({(two.id, "tom"): [second]}, {})


async def test_by_a_handle_that_stands_twice_in_the_list_the_elder_account_is_meant(town: Town):
    ann, one, two = await town.people("ann", "one", "two")
    garden, library = await one.founds("garden"), await two.founds("library")
    for community in (garden, library):
        await ann.joins(community)
    for person, community in ((one, garden), (two, library)):
        await person.do(UpdatePersona, community=community, persona=PersonaWish(handle="sam"))
    for person, community in ((two, library), (one, garden)):
        await town.store.set_block(ann.id, "mute", member=await person.member_in(community))
    undone = await town.store.set_block(ann.id, "none", handle="sam")
    assert undone.account == one.id


async def test_a_handle_that_somebody_has_in_a_direct_begun_here_is_taken(town: Town, monkeypatch: pytest.MonkeyPatch):
    """Who has left with their persona is still called so there, however long ago that was."""
    ann, bob, cyd = await town.people("ann", "bob", "cyd")
    garden = await cyd.founds("garden")
    for person in (ann, bob):
        await person.joins(garden)
    await ann.do(UpdatePersona, community=garden, persona=PersonaWish(handle="tom"))
    await ann.do(OpenDirect, members=[await bob.member_in(garden)])
    await ann.leaves(garden)
    monkeypatch.setattr("among_server.store.rules.personas.HANDLE_REST_MS", 0)
    await refused(HANDLE_TAKEN, bob.do(UpdatePersona, community=garden, persona=PersonaWish(handle="tom")))
    await cyd.do(UpdatePersona, community=garden, persona=PersonaWish(handle="tom"))


async def test_a_block_and_what_it_refuses_in_one_breath(town: Town):
    ann, bob = await town.people("ann", "bob")
    room = await ann.writes_to(bob)
    before = bob.says(room, "before")
    block = asyncio.ensure_future(town.store.set_block(ann.id, "block", handle="bob"))
    await asyncio.sleep(0)  # it has been asked
    after = bob.says(room, "after")
    await asyncio.gather(before, block)
    await refused(DIRECT_REFUSED, after)
    assert await town.bodies(room) == ["before"]
    assert (await bob.do(OpenDirect, handles=["ann"])).room == room, "what was said stays to be read"


async def test_a_mention_counts_unless_one_is_blocked_or_the_other_is_muted(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("garden")
    room = await ann.makes(community, "hall")
    await bob.joins(community)
    await bob.follows(room)
    await town.store.set_block(ann.id, "mute", handle="bob")
    await bob.says(room, "@ann")
    await ann.says(room, "@bob")
    assert (await ann.unread(room))[2] == 0
    assert (await bob.unread(room))[2] == 1
    await town.store.set_block(ann.id, "block", handle="bob")
    await ann.says(room, "@bob")
    assert (await bob.unread(room))[2] == 1
