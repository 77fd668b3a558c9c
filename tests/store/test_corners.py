"""Corners, posts and drafts, as every store keeps them, and over restarts."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from among_protocol.codes import LIMIT_REACHED, ROOM_GONE
from among_protocol.corners import UpdateCorner
from among_protocol.messages import SendMessage
from among_protocol.posts import DeletePost, EditPost, PublishPost
from among_server.store.rules import posts as rules
from among_server.store.rules import rooms as room_rules
from among_server.store.sqlite import SqliteStore, leftovers, reads
from among_server.store.sqlite.writer import Writer
from tests.store.replay import live, replayed
from tests.store.town import Person, Town, cut_off, numbers, refused


async def hall(town: Town) -> tuple[Person, Person, str]:
    ann, bob = await town.people("ann", "bob")
    hall = await ann.founds("hall")
    await bob.joins(hall)
    return ann, bob, hall


async def test_all_that_a_first_post_makes_is_one_write(town: Town):
    ann, bob, hall_ = await hall(town)
    before = len(town.batches)
    post = await bob.do(PublishPost, community=hall_, title="On beans", body="They grow.")
    (batch,) = town.batches[before:]
    assert [(type(one.event).__name__, one.event.log) for one in batch] == [
        ("RoomFollowed", bob.id), ("CornerUpdated", post.log), ("PostPublished", post.log),
    ]  # fmt: skip
    assert {one.event.nonce for one in batch} == {post.nonce}
    assert numbers(await town.log(post.log)) == [1, 2]
    assert await bob.unread(post.log) == (2, 0, 0)
    assert await ann.unread(post.log) == (0, 1, 0)


async def test_a_post_that_can_not_be_followed_by_its_author_is_not_there_at_all(town: Town, monkeypatch):
    _, bob, hall_ = await hall(town)
    monkeypatch.setattr(room_rules, "FOLLOWS_PER_ACCOUNT", 0)
    for command, fields in ((PublishPost, {"title": "x", "body": "y"}), (UpdateCorner, {})):
        await refused(LIMIT_REACHED, bob.ask(command, community=hall_, **fields))
    assert await town.store.corners(hall_, "", 10) == []


async def test_corners_are_kept_apart_from_the_rooms_that_a_community_has(town: Town, monkeypatch):
    ann, bob, hall_ = await hall(town)
    monkeypatch.setattr(room_rules, "ROOMS_PER_COMMUNITY", 1)
    for person in (ann, bob):
        await person.do(UpdateCorner, community=hall_)
    await ann.makes(hall_, "porch")
    assert [room.slug for room in await town.store.rooms(hall_)] == ["porch"]
    assert [room.kind for room in await town.store.followed_corners(ann.id, hall_)] == ["corner"]
    assert await town.store.followed_corners(ann.id, "c_nowhere") == []


async def test_who_joins_again_is_told_of_every_room_that_they_follow(town: Town):
    ann, bob, hall_ = await hall(town)
    corner = (await ann.do(UpdateCorner, community=hall_)).log
    await bob.follows(corner)
    again = await bob.joins(hall_)
    assert again
    joined = (await town.log(bob.id))[-1]
    assert corner in joined.rooms  # type: ignore[attr-defined]  # the last entry is the one of joining
    await bob.leaves(hall_)
    assert await bob.followed() == set()


async def test_posts_versions_and_comments_are_what_the_log_tells(town: Town):
    ann, bob, hall_ = await hall(town)
    first = await bob.do(PublishPost, community=hall_, title="One", body="First @ann")
    second = await bob.do(PublishPost, community=hall_, title="Two", body="Second")
    for post in (first, second, first):
        await ann.do(SendMessage, room=first.log, body="hm", post=post.seq)
    edited = await bob.do(EditPost, room=first.log, post=first.seq, body="First, again")
    cards = await town.store.posts(first.log, None, 10)
    assert [(card.title, card.lead, card.comments) for card in cards.posts] == [
        ("Two", "Second", 1), ("One", "First, again", 2),
    ]  # fmt: skip
    assert (cards.as_of, cards.complete) == (edited.seq, True)
    for version, body in ((None, "First, again"), (first.seq, "First @ann"), (edited.seq, "First, again")):
        post = await town.store.post(first.log, first.seq, version)
        assert post is not None
        assert (post.body, [one.seq for one in post.versions]) == (body, [first.seq, edited.seq])
    for seq, version in ((second.seq, first.seq), (first.seq, second.seq), (edited.seq, None), (1, None), (99, None)):
        assert await town.store.post(first.log, seq, version) is None
    assert await town.store.post("r_nowhere", 1, None) is None
    assert await town.store.posts("r_nowhere", None, 10) == ([], 0, True)
    logs = [ann.id, bob.id, hall_, first.log]
    assert await replayed(town, logs) == await live(town.store, logs)


async def test_comments_are_paged_both_ways_and_around_one(town: Town):
    ann, bob, hall_ = await hall(town)
    first = await bob.do(PublishPost, community=hall_, title="One", body="First")
    second = await bob.do(PublishPost, community=hall_, title="Two", body="Second")
    said = [
        (await ann.do(SendMessage, room=first.log, body=f"{number}", post=post.seq)).seq
        for number, post in enumerate([first, second] * 5)
    ]

    async def page(**asked: int | None) -> tuple[list[str], bool]:
        wanted = {"before": None, "after": None, "around": None, "limit": 3, **asked}
        found = await town.store.messages(first.log, post=first.seq, **wanted)  # type: ignore[arg-type]  # built above
        return [message.body for message in found.messages], found.complete

    assert await page() == (["4", "6", "8"], False)
    assert await page(before=said[4]) == (["0", "2"], True)
    assert await page(after=0) == (["0", "2", "4"], False)
    assert await page(after=said[4]) == (["6", "8"], True)
    assert await page(around=said[4]) == (["2", "4", "6"], False)
    assert await page(limit=5) == (["0", "2", "4", "6", "8"], True)


async def test_a_deleted_post_leaves_its_number_and_nothing_that_it_said(town: Town):
    ann, bob, hall_ = await hall(town)
    first = await bob.do(PublishPost, community=hall_, title="canary", body="canary")
    second = await bob.do(PublishPost, community=hall_, title="Two", body="Second")
    await bob.do(EditPost, room=first.log, post=first.seq, body="canary, again")
    await ann.do(SendMessage, room=first.log, body="hm", post=first.seq)
    counts = [await person.unread(first.log) for person in (ann, bob)]
    await bob.do(DeletePost, room=first.log, post=first.seq)
    assert [await person.unread(first.log) for person in (ann, bob)] == counts
    entries = await town.log(first.log)
    assert numbers(entries) == list(range(1, 7))
    assert "canary" not in str([msgspec.json.encode(entry) for entry in entries])
    assert [card.seq for card in (await town.store.posts(first.log, None, 10)).posts] == [second.seq]
    page = await town.store.messages(first.log, before=None, after=None, around=None, limit=9, post=first.seq)
    assert page.messages == []
    for version in (None, first.seq, 4):
        assert await town.store.post(first.log, first.seq, version) is None
    logs = [ann.id, bob.id, hall_, first.log]
    assert await replayed(town, logs) == await live(town.store, logs)


async def test_thousands_of_comments_on_a_deleted_post_are_nowhere_at_once_and_their_rows_go_a_few_at_a_time(
    tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(leftovers, "STEP", 4)
    monkeypatch.setattr(Writer, "_tidy", lambda _: None)
    town = Town(SqliteStore(tmp_path / "data"))
    await town.store.open()
    _, bob, hall_ = await hall(town)
    kept, gone = [await bob.do(PublishPost, community=hall_, title=title, body="They grow.") for title in "ab"]
    for post, count in ((kept, 3), (gone, 11)):
        for number in range(count):
            await bob.do(SendMessage, room=post.log, body=f"{number}", post=post.seq)
    await bob.do(DeletePost, room=gone.log, post=gone.seq)

    async def left(town: Town) -> int:
        sql = "SELECT count(*) FROM post_parts WHERE kind = 'comment'"
        return await town.carry_out(lambda tx: int(tx._db.execute(sql).fetchone()[0]))

    assert await left(town) == 3 + 7
    nothing = await town.store.messages(
        gone.log, before=None, after=None, around=None, limit=50, post=gone.seq, thread=None, places=(), reader=""
    )
    assert nothing.messages == []
    await town.carry_out(lambda tx: tx.carry_leftovers_away())
    assert await left(town) == 3 + 3
    cut_off(tmp_path / "data", tmp_path / "left")
    await town.store.close()
    monkeypatch.undo()
    town = Town(SqliteStore(tmp_path / "left"))
    await town.store.open()
    async with asyncio.timeout(30):
        while await town.carry_out(lambda tx: tx.leftovers()):
            pass
    assert await left(town) == 3, "the next server carries away what a kill left of them"
    await town.store.close()


async def test_prv_02_what_a_post_and_a_draft_said_is_in_no_file_after_the_purge(tmp_path: Path):
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    _, bob, hall_ = await hall(town)
    canary = "canary-of-the-post"
    post = await bob.do(PublishPost, community=hall_, title=canary, body=f"{canary} " * 900)
    await bob.do(EditPost, room=post.log, post=post.seq, body=f"{canary} again " * 900)
    await town.store.set_draft(bob.id, hall_, f"{canary} draft " * 900)
    await town.store.set_draft(bob.id, hall_, "")
    await bob.do(DeletePost, room=post.log, post=post.seq)
    assert await town.store.purge()
    assert files_with(tmp_path, canary) == []
    await town.store.close()


def files_with(folder: Path, text: str) -> list[str]:
    return [file.name for file in folder.iterdir() if text.encode() in file.read_bytes()]


async def test_a_draft_is_the_last_that_was_set(town: Town):
    ann, bob, hall_ = await hall(town)
    room = await ann.makes(hall_, "porch")
    store = town.store
    first = await store.set_draft(ann.id, room, "one")
    second = await store.set_draft(ann.id, room, "two")
    assert first.fingerprint != second.fingerprint
    await store.set_draft(ann.id, hall_, "post")
    rows = await store.drafts(ann.id, ("", 0), 10)
    assert [(row.place, row.text) for row in rows] == [(hall_, "post"), (room, "two")]
    assert [(row.place, row.fingerprint) for row in await store.draft_states(ann.id)] == [
        (row.place, row.fingerprint) for row in rows
    ]
    assert [row.text for row in await store.drafts(ann.id, (hall_, 0), 10)] == ["two"]
    assert [row.text for row in await store.drafts(ann.id, ("", 0), 1)] == ["post"]
    assert [row.text for row in await store.drafts(ann.id, ("", 0), 10, places=[room, "r_x"])] == ["two"]
    assert await store.drafts(bob.id, ("", 0), 10) == []
    for number, place in enumerate((room, "r_nowhere", bob.id)):
        await refused(ROOM_GONE, store.set_draft((await town.person(f"eve-{number}")).id, place, "x"))
    root = (await ann.do(SendMessage, room=room, body="beans?")).seq
    await store.set_draft(ann.id, room, "in a thread", thread=root)
    found = [(row.thread, row.text) for row in await store.drafts(ann.id, (room, 0), 10)]
    assert found == [(root, "in a thread")]
    assert [(one.place, one.thread) for one in await store.draft_states(ann.id)] == [
        (hall_, 0),
        (room, 0),
        (room, root),
    ]
    await store.set_draft(ann.id, room, "", thread=root)
    await store.set_draft(ann.id, room, "")
    assert [row.place for row in await store.drafts(ann.id, ("", 0), 10)] == [hall_]
    await ann.do(PublishPost, community=hall_, title="x", body="y")
    assert await store.draft_states(ann.id) == []


async def test_corners_and_drafts_survive_a_restart(tmp_path: Path):
    town = Town(SqliteStore(tmp_path, synchronous="off"))
    await town.store.open()
    ann, bob, hall_ = await hall(town)
    await bob.do(UpdateCorner, community=hall_, title="Beans", comments="nobody", public=True)
    post = await bob.do(PublishPost, community=hall_, title="One", body="First")
    await bob.do(EditPost, room=post.log, post=post.seq, title="Uno")
    await town.store.set_draft(bob.id, hall_, "next")
    before = (
        await town.store.corners(hall_, "", 10),
        await town.store.posts(post.log, None, 10),
        await town.store.post(post.log, post.seq, None),
        await town.store.drafts(bob.id, ("", 0), 10),
    )
    await town.store.close()
    town.store = SqliteStore(tmp_path, synchronous="off")
    await town.store.open()
    assert before == (
        await town.store.corners(hall_, "", 10),
        await town.store.posts(post.log, None, 10),
        await town.store.post(post.log, post.seq, None),
        await town.store.drafts(bob.id, ("", 0), 10),
    )
    assert (await bob.do(PublishPost, community=hall_, title="Two", body="Second")).log == post.log
    await town.store.close()


def test_a_post_begins_with_whole_lines_where_that_leaves_something():
    assert rules.lead("\n\n short \n") == "short"
    assert rules.lead("x" * 1000) == "x" * 280
    assert rules.lead("line one\n" + "y" * 1000) == "line one\n" + "y" * 271
    assert rules.lead("a" * 200 + "\n" + "y" * 1000) == "a" * 200


async def test_a_page_of_comments_costs_what_it_shows_and_not_what_else_is_said_on_the_post(tmp_path: Path):
    store = SqliteStore(tmp_path, synchronous="off")
    town = Town(store)
    await store.open()
    try:
        _, bob, hall_ = await hall(town)
        post = await bob.do(PublishPost, community=hall_, title="On beans", body="They grow.")
        asked = {"post": post.seq, "thread": None, "around": None, "limit": 5, "places": (), "reader": ""}

        async def work(**wanted: Any) -> int:
            """Of SQLite's machine, in steps of ten."""

            def read(db: Any) -> int:
                steps: list[int] = []
                db.set_progress_handler(lambda: steps.append(1), 10)
                found = reads.messages(db, post.log, **{"before": None, "after": None, **asked, **wanted})
                db.set_progress_handler(None, 10)
                assert len(found.messages) == 5
                return len(steps)

            return await store._read(read)

        async def comments(count: int) -> None:
            for number in range(count):
                await bob.do(SendMessage, room=post.log, body=f"{number}", post=post.seq)

        await comments(8)
        few = await work() + await work(after=0)
        await comments(200)
        assert await work() + await work(after=0) < 2 * few
    finally:
        await store.close()
