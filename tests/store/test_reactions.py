"""Reactions as every store keeps them: over restarts, erasures and long pages."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from among_protocol.codes import MESSAGE_GONE, REACTED_ALREADY, REACTION_GONE
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage
from among_protocol.posts import DeletePost, PublishPost
from among_protocol.reactions import AddReaction, Reaction, ReactionAdded, ReactionRemoved, RemoveReaction
from among_server.store.api import PAGE_BYTES
from among_server.store.reactions import BYTES
from among_server.store.rules import RULES
from among_server.store.sqlite import SqliteStore, leftovers, reads
from among_server.store.sqlite.writer import Writer
from tests.store.replay import live, replayed
from tests.store.test_erasing import done, goes
from tests.store.test_laws import hall, rule_is
from tests.store.town import Person, Town, cut_off, refused

EMOJI = ["👍", "🎉", "🌱", "🦤"]


async def react(person: Person, room: str, message: int, emoji: str = "👍") -> Any:
    return await person.do(AddReaction, room=room, message=message, emoji=emoji)


async def shown(town: Town, room: str, reader: str = "") -> list[list[tuple[str, int, bool]]]:
    page = await town.store.messages(room, before=None, after=0, around=None, limit=200, reader=reader)
    return [[(one.emoji, one.count, one.mine) for one in message.reactions] for message in page.messages]


async def test_who_goes_with_their_words_takes_their_reactions_along_and_those_to_what_they_said(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "hi")
    await bob.says(room, "ho")
    first = await react(bob, room, 1)
    await bob.do(RemoveReaction, room=room, message=1, emoji="👍")
    for emoji in EMOJI:
        await react(bob, room, 1, emoji)
    await react(ann, room, 1)
    await react(ann, room, 2)
    await goes(bob, community, "erase")
    await done(town)
    assert await shown(town, room) == [[("👍", 1, False)], []]
    entries = await town.log(room)
    told = [one for one in entries if isinstance(one, ReactionRemoved) and not one.by]
    assert sorted((one.emoji, one.count) for one in told) == sorted([("👍", 1), *((emoji, 0) for emoji in EMOJI[1:])])
    assert [
        one.emoji for one in entries if one.by == first.by and isinstance(one, ReactionAdded | ReactionRemoved)
    ] == [""] * 6
    found = await town.store.reactors(room, 1, "", 0, 10, reader=ann.id)
    assert found is not None
    assert [one.by for one in found.reactors] == [await ann.member_in(community)]
    assert await town.store.reactors(room, 2, "", 0, 10, reader=ann.id) is None
    logs = [community, room, ann.id]
    assert (await replayed(town, logs)).reactions == (await live(town.store, logs)).reactions


async def test_who_goes_with_their_name_alone_leaves_their_reactions(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "hi")
    await react(bob, room, 1)
    await goes(bob, community, "words")
    await done(town)
    assert await shown(town, room) == [[("👍", 1, False)]]


async def test_a_post_that_is_blanked_takes_its_reactions_along(town: Town):
    community, _, (ann, bob) = await hall(town, "ann", "bob")
    post = await bob.do(PublishPost, community=community, title="On beans", body="They grow.")
    await react(ann, post.log, post.seq)
    (card,) = (await town.store.posts(post.log, None, 10)).posts
    assert card.reactions == [Reaction(emoji="👍", count=1)]
    await goes(bob, community, "erase")
    await done(town)
    assert (await town.store.posts(post.log, None, 10)).posts == []
    assert await town.store.reactors(post.log, post.seq, "", 0, 10, reader=ann.id) is None


async def test_what_is_no_message_of_this_room_has_no_reactions_to_read(town: Town):
    """A number may be as large as the protocol allows, and is not to lead into another room."""
    community, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "hi")
    corner = await ann.do(UpdateCorner, community=community)
    other = await ann.makes(community, "other")
    await ann.says(other, "ho")
    for log in (room, other, corner.log):
        for number in (0, 2, 2**36 + 1, 2**53 - 1, *(key << 36 | 1 for key in range(1, 16))):
            assert await town.store.reactors(log, number, "", 0, 10, reader=ann.id) is None
            assert await town.store.history(log, number, 0, 10) is None
    assert await town.store.reactors("r_nowhere", 1, "", 0, 10, reader=ann.id) is None


async def test_a_page_ends_earlier_where_what_it_is_reacted_to_with_is_long(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    _, room, (ann,) = await hall(town, "ann")
    for number in range(4):
        await ann.says(room, "hi")
        await react(ann, room, 2 * number + 1)
    (one, *_), _ = await town.page(room)
    for module in ("among_server.store.sqlite.reads", "among_server.store.memory.messages"):
        monkeypatch.setattr(f"{module}.PAGE_BYTES", 2 * (BYTES + 250))
    page, complete = await town.page(room, limit=4)
    assert (len(page), complete) == (2, False)
    assert one.reactions == page[0].reactions == [Reaction(emoji="👍", count=1)]
    assert PAGE_BYTES > 2 * (BYTES + 250)


async def test_who_changes_their_mind_in_one_batch_reacts_as_they_said_last(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "hi")
    steps = [(step, who) for step in (AddReaction, RemoveReaction) * 2 for who in (ann, bob)]
    steps += [(AddReaction, ann)]

    def at_once(tx: Any) -> list[int]:
        counts = []
        for number, (step, person) in enumerate(steps):
            tx.speak_as(person.id)
            command = step(id="1", nonce=f"{number}", room=room, message=1, emoji="👍")
            counts.append(RULES[step](tx, person.id, command).count)  # type: ignore[attr-defined]  # of each kind
        return counts

    assert await town.carry_out(at_once) == [1, 2, 1, 0, 1, 2, 1, 0, 1]
    assert await shown(town, room) == [[("👍", 1, False)]]
    found = await town.store.reactors(room, 1, "", 0, 10, reader=ann.id)
    assert found is not None
    assert [(one.by, one.seq) for one in found.reactors] == [(await ann.member_in(community), 10)]


async def test_of_a_reaction_whose_batch_failed_nothing_is_counted(town: Town, monkeypatch: pytest.MonkeyPatch):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "hi")
    await react(ann, room, 1)
    right = RULES[RemoveReaction]

    def wrong(tx: Any, account: str, command: RemoveReaction) -> Any:
        right(tx, account, command)
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        rule_is(broken, RemoveReaction, wrong)
        with capture_logs():
            answers = await asyncio.gather(
                bob.ask(AddReaction, room=room, message=1, emoji="🎉"),
                ann.ask(RemoveReaction, room=room, message=1, emoji="👍"),
                ann.says(room, "ho"),
                return_exceptions=True,
            )
    assert [isinstance(one, BaseException) for one in answers] == [False, True, False]
    assert await shown(town, room) == [[("🎉", 1, False), ("👍", 1, False)], []]
    assert (await react(bob, room, 1)).count == 2
    assert (await ann.do(RemoveReaction, room=room, message=1, emoji="👍")).count == 1


async def test_to_what_was_deleted_nobody_reacts_though_they_did_a_moment_before(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "hi")
    asked = [
        bob.ask(AddReaction, room=room, message=1, emoji="👍"),
        ann.ask(DeleteMessage, room=room, message=1),
        ann.ask(AddReaction, room=room, message=1, emoji="👍"),
        bob.ask(RemoveReaction, room=room, message=1, emoji="👍"),
    ]
    for one in asked[:2]:
        await one
    for one in asked[2:]:
        await refused(MESSAGE_GONE, one)
    assert await town.carry_out(lambda tx: tx.reactions(room, 1)) == {}
    member = await bob.member_in(community)
    assert await town.carry_out(lambda tx: tx.reaction(room, 1, "👍", member)) == 0


async def liked(people: list[Person], room: str, emojis: str) -> int:
    """A message that all of these react to with each of these."""
    seq: int = (await people[0].says(room, "hi")).entry.event.seq
    for person in people:
        for emoji in emojis:
            await react(person, room, seq, emoji)
    return seq


def nobody_tidies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is carried away after all was answered stays."""
    monkeypatch.setattr(Writer, "_tidy", lambda _: None)


@pytest.mark.parametrize("post", [False, True], ids=["message", "post"])
async def test_of_thousands_who_reacted_to_what_is_gone_nothing_tells(
    town: Town, monkeypatch: pytest.MonkeyPatch, post: bool
):
    """Not even while rows of it are left."""
    monkeypatch.setattr(leftovers, "STEP", 4)
    nobody_tidies(monkeypatch)
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    if post:
        room, seq = (
            (said := await ann.do(PublishPost, community=community, title="On beans", body="They grow.")).log,
            said.seq,
        )
        for emoji in "🐟🐠🐡🦈🐙🦀":
            await react(bob, room, seq, emoji)
        await ann.do(DeletePost, room=room, post=seq)
    else:
        seq = await liked([ann, bob], room, "🐟🐠🐡🦈🐙🦀")
        await ann.deletes(room, seq)
    member = await bob.member_in(community)
    assert await town.carry_out(lambda tx: (tx.reactions(room, seq), tx.reaction(room, seq, "🐠", member))) == ({}, 0)
    assert await town.store.reactors(room, seq, "", 0, 10, reader=ann.id) is None
    await refused(MESSAGE_GONE, react(ann, room, seq, "🦋"))
    await refused(MESSAGE_GONE, bob.ask(RemoveReaction, room=room, message=seq, emoji="🐠"))
    await goes(bob, community, "erase")
    await done(town)
    logs = [community, room, ann.id]
    assert (await replayed(town, logs)).reactions == (await live(town.store, logs)).reactions


async def rows_of_reactions(town: Town) -> int:
    found: int = await town.carry_out(lambda tx: tx._db.execute("SELECT count(*) FROM reactions").fetchone()[0])
    return found


async def test_thousands_who_reacted_to_what_is_gone_are_carried_away_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leftovers, "STEP", 5)
    nobody_tidies(monkeypatch)
    town = Town(SqliteStore(tmp_path, synchronous="off"))
    await town.store.open()
    try:
        _, room, people = await hall(town, "ann", "bob", "cat")
        kept = await liked(people, room, "🐟🐠")
        gone = await liked(people, room, "🐟🐠🐡🦈🐙🦀🦞🦐")
        few = await liked(people[:2], room, "🐟🐠")
        await people[0].deletes(room, few)
        assert not await town.carry_out(lambda tx: tx.leftovers()), "few go at once"
        await people[0].deletes(room, gone)
        left = [await rows_of_reactions(town)]
        while await town.carry_out(lambda tx: tx.leftovers()):
            await town.carry_out(lambda tx: tx.carry_leftovers_away())
            left.append(await rows_of_reactions(town))
        assert left == [25, 20, 15, 10, 6, 6]
        assert sum(count for _, count, _ in (await shown(town, room))[kept - 1]) == 6
    finally:
        await town.store.close()


@pytest.mark.parametrize("steps", [0, 1, 2])
async def test_the_next_server_carries_away_what_a_kill_left_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
):
    monkeypatch.setattr(leftovers, "STEP", 4)
    with monkeypatch.context() as held:
        nobody_tidies(held)
        town = Town(SqliteStore(tmp_path / "data"))
        await town.store.open()
        _, room, people = await hall(town, "ann", "bob")
        await people[0].deletes(room, await liked(people, room, "🐟🐠🐡🦈🐙🦀🦞🦐"))
        for _ in range(steps):
            await town.carry_out(lambda tx: tx.carry_leftovers_away())
        cut_off(tmp_path / "data", tmp_path / "left")
        await town.store.close()
    town = Town(SqliteStore(tmp_path / "left"))
    await town.store.open()
    try:
        assert await rows_of_reactions(town) == 12 - 4 * steps
        async with asyncio.timeout(30):
            while await town.carry_out(lambda tx: tx.leftovers()):
                pass
    finally:
        await town.store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "left/among.db")) as db:
        for table in ("reactions", "unreacted"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # ours


async def test_what_one_does_not_react_with_can_not_be_taken_back_twice(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "hi")
    await react(ann, room, 1)
    await refused(REACTION_GONE, bob.ask(RemoveReaction, room=room, message=1, emoji="👍"))
    await react(bob, room, 1)
    await bob.do(RemoveReaction, room=room, message=1, emoji="👍")
    await refused(REACTION_GONE, bob.ask(RemoveReaction, room=room, message=1, emoji="👍"))
    await refused(REACTED_ALREADY, ann.ask(AddReaction, room=room, message=1, emoji="👍"))


async def test_a_storm_in_one_batch_costs_a_look_for_each_and_writes_together(tmp_path: Path):
    """A statement for each row is what a batch is there to avoid."""
    store = SqliteStore(tmp_path, synchronous="off")
    town = Town(store)
    await store.open()
    try:
        _, room, people = await hall(town, *(f"p{number}" for number in range(24)))
        await people[0].says(room, "hi")

        async def statements(step: Any, some: list[Person]) -> int:
            def storm(tx: Any) -> int:
                asked: list[str] = []
                tx._db.set_trace_callback(asked.append)
                for person in some:
                    tx.speak_as(person.id)
                    RULES[step](tx, person.id, step(id="1", nonce="", room=room, message=1, emoji="👍"))
                tx.flush()
                tx._db.set_trace_callback(None)
                return len([sql for sql in asked if not sql.startswith("--")])

            return await town.carry_out(storm)

        await statements(AddReaction, people[:2])
        few, many = await statements(AddReaction, people[2:5]), await statements(AddReaction, people[5:])
        assert many - few == len(people[5:]) - 3, "one each: whether they react so already"
        few, many = await statements(RemoveReaction, people[:3]), await statements(RemoveReaction, people[3:])
        assert few == many
        assert await shown(town, room) == [[]]
    finally:
        await store.close()


async def test_reactions_survive_a_restart(tmp_path: Path):
    town = Town(SqliteStore(tmp_path, synchronous="off"))
    await town.store.open()
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "hi")
    first = await react(bob, room, 1)
    await react(ann, room, 1)
    await town.store.close()
    again = Town(SqliteStore(tmp_path, synchronous="off"))
    await again.store.open()
    try:
        member = await Person(again, bob.id, "bob").member_in(community)
        assert await shown(again, room, member) == [[("👍", 2, True)]]
        later = Person(again, bob.id, "bob")
        await refused(REACTED_ALREADY, later.ask(AddReaction, room=room, message=1, emoji="👍"))
        assert (await later.do(AddReaction, room=room, message=1, emoji="👍", nonce=first.nonce)) == first
        assert (await later.do(RemoveReaction, room=room, message=1, emoji="👍")).count == 1
    finally:
        await again.store.close()


async def test_a_page_costs_what_it_shows_and_not_what_else_the_room_reacts_to(tmp_path: Path):
    store = SqliteStore(tmp_path, synchronous="off")
    town = Town(store)
    await store.open()
    try:
        _, room, (ann,) = await hall(town, "ann")
        for _ in range(60):
            await ann.says(room, "hi")

        async def work() -> int:
            """Of SQLite's machine, in steps of ten, for a page of five."""

            def read(db: Any) -> int:
                steps: list[int] = []
                db.set_progress_handler(lambda: steps.append(1), 10)
                reads.messages(
                    db, room, before=6, after=None, around=None, limit=5, post=None, thread=None, places=(), reader=""
                )
                db.set_progress_handler(None, 10)
                return len(steps)

            return await store._read(read)

        for number in range(1, 6):
            await react(ann, room, number)
        before = await work()
        for number in range(6, 61):
            for emoji in EMOJI:
                await react(ann, room, number, emoji)
        assert await work() <= before + 2
    finally:
        await store.close()


async def test_a_page_costs_as_many_statements_with_reactions_as_without(tmp_path: Path):
    """Not one for each message: a page is read often, and of two hundred."""
    store = SqliteStore(tmp_path, synchronous="off")
    town = Town(store)
    await store.open()
    try:
        _, room, (ann,) = await hall(town, "ann")
        for _ in range(30):
            await ann.says(room, "hi")

        async def statements() -> int:
            def read(db: Any) -> int:
                told: list[str] = []
                db.set_trace_callback(told.append)
                page = reads.messages(
                    db, room, before=None, after=0, around=None, limit=30, post=None, thread=None, places=(), reader=""
                )
                db.set_trace_callback(None)
                assert len(page.messages) == 30
                return len(told)

            return await store._read(read)

        before = await statements()
        for number in range(1, 31):
            for emoji in EMOJI:
                await react(ann, room, number, emoji)
        assert await statements() == before
    finally:
        await store.close()
