"""The law in `store/api.py`, one number after the other. Restarts and disks are in test_sqlite.py."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from among_protocol.base import Entry, Write
from among_protocol.codes import DIRECT_REFUSED, INTERNAL, RIGHT_MISSING, ROOM_GONE, STOPPING, Refuse
from among_protocol.communities import JoinCommunity, LeaveCommunity
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.rooms import OpenDirect, SetTopic, TopicSet
from among_server.store.api import Tx
from among_server.store.rows import Stored
from among_server.store.rules import RULES, Rule
from tests.store.town import Person, Town, numbers, refused


async def hall(town: Town, *handles: str) -> tuple[str, str, list[Person]]:
    """A community with an open room, and people in it; the first is its owner."""
    people = await town.people(*handles)
    community = await people[0].founds("hall")
    room = await people[0].makes(community, "general")
    for person in people[1:]:
        await person.joins(community)
    return community, room, people


def rule_is(monkeypatch: pytest.MonkeyPatch, command: type[Write], rule: Rule) -> None:
    monkeypatch.setitem(RULES, command, rule)


# 1. The numbers of a log are 1, 2, 3 ... without a hole, in commit order.


async def test_the_numbers_of_every_log_are_dense(town: Town):
    community, room, people = await hall(town, "ann", "bob", "cat")
    other = await people[0].makes(community, "other")
    await asyncio.gather(*(random.choice(people).says(random.choice([room, other]), f"{n}") for n in range(100)))
    logs = [community, room, other, *(person.id for person in people)]
    for log in logs:
        entries = await town.log(log)
        assert numbers(entries) == list(range(1, len(entries) + 1))
        assert [stored.event for stored in town.heard if stored.event.log == log] == entries
        row = await town.store.log(log)
        assert row is not None
        assert row.head == len(entries)
        assert row.ordinal == sum(isinstance(entry, MessageSent) for entry in entries)


async def test_a_refused_command_leaves_no_hole(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    asked = []
    for n in range(10):
        asked += [ann.says(room, f"{n}"), bob.ask(SetTopic, room=room, topic="not mine to set")]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(answer, Refuse) for answer in answers] == [False, True] * 10
    assert await town.bodies(room) == [str(n) for n in range(10)]
    assert numbers(await town.log(room)) == list(range(1, 11))


# 2. `committed` is called on the loop, once for each batch, in commit order, before any future is resolved.


async def test_everybody_hears_before_the_author_is_answered(town: Town):
    _, room, people = await hall(town, "ann", "bob")
    loop = asyncio.get_running_loop()
    asked: dict[str, asyncio.Future[Any]] = {}
    early: list[str] = []
    order: list[str] = []

    def hear(stored: Sequence[Stored]) -> None:
        assert asyncio.get_running_loop() is loop
        early.extend(entry.event.nonce for entry in stored if asked[entry.event.nonce].done())
        order.extend(entry.event.nonce for entry in stored)

    town.store.committed = hear
    for n in range(300):
        asked[f"n{n}"] = people[n % 2].says(room, f"{n}", nonce=f"n{n}")
        asked[f"n{n}"].add_done_callback(lambda _, n=n: order.append(f"answer n{n}"))  # type: ignore[misc]  # bound now
        if n % 50 == 0:
            await asked[f"n{n}"]
    await asyncio.gather(*asked.values())
    assert early == []
    assert [said for said in order if said.startswith("n")] == [f"n{n}" for n in range(300)]
    assert [said for said in order if not said.startswith("n")] == [f"answer n{n}" for n in range(300)]


async def test_what_is_heard_is_what_is_kept_and_answered(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    answer = await ann.says(room, "hello")
    assert town.heard[-1] == answer.entry
    page = await town.store.entries(room, 0, None, 10)
    assert page.entries == [answer.entry.json]


async def test_a_batch_without_entries_is_not_announced(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    before = len(town.batches)
    await ann.reads(room, 0)
    await refused(RIGHT_MISSING, bob.sets_topic(room, "no"))
    assert len(town.batches) == before
    assert all(town.batches)


async def test_a_listener_that_fails_does_not_keep_the_author_waiting(town: Town):
    _, room, (ann,) = await hall(town, "ann")

    def hear(stored: Sequence[Stored]) -> None:
        raise RuntimeError("a mistake of the listener's")

    town.store.committed = hear
    with capture_logs() as logs:
        await ann.says(room, "hello")
    assert [entry["event"] for entry in logs] == ["store.committed_failed"]


# 3. An append that fails, fails alone, and has changed nothing.


async def test_a_rule_that_breaks_fails_alone_and_leaves_nothing(town: Town, monkeypatch: pytest.MonkeyPatch):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    right = RULES[SetTopic]

    def wrong(tx: Tx, account: str, command: SetTopic) -> Entry:
        """Writes a bit of everything that is held back or mirrored, and then breaks."""
        right(tx, account, command)
        RULES[SendMessage](tx, account, SendMessage(id="1", nonce="inner", room=command.room, body="@bob"))
        RULES[LeaveCommunity](tx, bob.id, LeaveCommunity(id="1", nonce="inner", community=community))
        raise ZeroDivisionError

    rule_is(monkeypatch, SetTopic, wrong)
    with capture_logs() as logs:
        first, broken, second = await asyncio.gather(
            ann.says(room, "before"),
            ann.ask(SetTopic, room=room, topic="broken"),
            ann.says(room, "after"),
            return_exceptions=True,
        )
    assert isinstance(broken, Refuse)
    assert broken.code == INTERNAL
    assert not isinstance(first, BaseException)
    assert not isinstance(second, BaseException)
    assert [entry["event"] for entry in logs] == ["store.write_failed"]
    assert await town.bodies(room) == ["before", "after"]
    assert [stored.event.seq for stored in town.heard if stored.event.log == room] == [1, 2]
    found = await town.store.room(room)
    assert found is not None
    assert found.topic == ""
    assert await bob.unread(room) == (0, 2, 0)
    await bob.says(room, "I never left")
    rule_is(monkeypatch, SetTopic, right)
    assert (await ann.sets_topic(room, "mended")).seq == 4


async def test_a_rule_that_writes_and_then_refuses_is_a_mistake_of_ours(town: Town, monkeypatch: pytest.MonkeyPatch):
    _, room, (ann,) = await hall(town, "ann")
    right = RULES[SetTopic]

    def wrong(tx: Tx, account: str, command: SetTopic) -> Entry:
        right(tx, account, command)
        raise Refuse(RIGHT_MISSING)

    rule_is(monkeypatch, SetTopic, wrong)
    with capture_logs() as logs:
        await refused(INTERNAL, ann.sets_topic(room, "new"))
    assert [entry["event"] for entry in logs] == ["store.write_failed"]
    assert await town.log(room) == []


async def test_an_answer_nobody_waits_for_any_more_holds_up_nobody(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    forgotten = ann.says(room, "one")
    forgotten.cancel()
    await ann.says(room, "two")
    assert await town.bodies(room) == ["one", "two"]


# 5. An append may write to several logs: all or nothing.


async def test_joining_is_told_in_both_logs_or_in_none(town: Town, monkeypatch: pytest.MonkeyPatch):
    community, _, _ = await hall(town, "ann")
    bob = await town.person("bob")
    before = await town.log(community)
    right = RULES[JoinCommunity]

    def wrong(tx: Tx, account: str, command: JoinCommunity) -> Entry:
        right(tx, account, command)
        raise ZeroDivisionError

    rule_is(monkeypatch, JoinCommunity, wrong)
    with capture_logs():
        await refused(INTERNAL, bob.joins(community))
    assert await town.log(community) == before
    assert len(await town.log(bob.id)) == 1
    assert await bob.followed() == set()
    rule_is(monkeypatch, JoinCommunity, right)
    await bob.joins(community)
    assert len(await town.log(community)) == len(before) + 1
    assert len(await town.log(bob.id)) == 2


async def test_a_direct_is_told_to_all_or_to_none(town: Town, monkeypatch: pytest.MonkeyPatch):
    ann, bob, cat = await town.people("ann", "bob", "cat")
    monkeypatch.setattr("among_server.store.rules.rooms.DIRECTS_FROM_OTHERS", 1)
    await cat.writes_to(bob)
    await refused(DIRECT_REFUSED, ann.ask(OpenDirect, handles=["cat"]))
    assert [len(await town.log(person.id)) for person in (ann, bob, cat)] == [1, 2, 2]


# 7. Standing is judged inside the transaction that writes, never before it.


async def test_who_leaves_and_speaks_in_one_breath_is_not_heard(town: Town):
    community, room, (_, bob) = await hall(town, "ann", "bob")
    left, said = await asyncio.gather(
        bob.ask(LeaveCommunity, community=community), bob.says(room, "and another thing"), return_exceptions=True
    )
    assert not isinstance(left, BaseException)
    assert isinstance(said, Refuse)
    assert said.code == ROOM_GONE
    await refused(ROOM_GONE, bob.reads(room, 0))


async def test_who_joins_and_speaks_in_one_breath_is_heard(town: Town):
    community, room, _ = await hall(town, "ann")
    bob = await town.person("bob")
    await asyncio.gather(bob.ask(JoinCommunity, community=community), bob.says(room, "hello"))
    assert await town.bodies(room) == ["hello"]


# 8. Appends take effect in the order in which they were asked.


async def test_what_is_asked_first_comes_first(town: Town):
    _, room, people = await hall(town, "ann", "bob", "cat")
    asked = []
    for n in range(200):
        asked.append(people[n % 3].says(room, str(n)))
        if n == 70:
            await asyncio.sleep(0)
    answers = await asyncio.gather(*asked)
    assert [answer.entry.event.seq for answer in answers] == list(range(1, 201))


async def test_topics_end_as_the_last_one_asked(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await asyncio.gather(*(ann.sets_topic(room, str(n)) for n in range(20)))
    found = await town.store.room(room)
    assert found is not None
    assert found.topic == "19"
    assert [entry.topic for entry in await town.log(room) if isinstance(entry, TopicSet)] == [str(n) for n in range(20)]


# 9. Reads see everything whose append has resolved.


async def test_what_was_answered_can_be_read_at_once(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    for n in range(1, 30):
        await ann.says(room, f"{n} @bob")
        log, page = await asyncio.gather(town.store.log(room), town.page(room, limit=1))
        assert log is not None
        assert log.head == n
        assert page[0][0].seq == n
        assert await bob.unread(room) == (0, n, n)
    assert await bob.member_in(community) == await bob.joins(community)


async def test_closing_finishes_what_was_asked(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    asked = [ann.says(room, str(n)) for n in range(500)]
    await town.store.close()
    answers = await asyncio.gather(*asked)
    assert [answer.entry.event.seq for answer in answers] == list(range(1, 501))
    assert len([stored for stored in town.heard if stored.event.log == room]) == 500
    await refused(STOPPING, ann.says(room, "too late"))
