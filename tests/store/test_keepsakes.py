"""Pins, bookmarks, forwards and calls to everybody, as the law of the store has them: what goes when somebody goes, what a
reader is given who had begun before a deletion, and what that costs."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from among_protocol.communities import LeaveCommunity
from among_protocol.forwards import ForwardMessage
from among_protocol.messages import SendMessage
from among_protocol.pins import AddPin
from among_server.store.sqlite import bookmarks as sqlite_bookmarks
from among_server.store.sqlite import pins as sqlite_pins
from among_server.store.sqlite import reads, schema
from tests.store.test_blanks import CANARY, files_with, opened
from tests.store.test_erasing import done, erased
from tests.store.test_laws import hall
from tests.store.town import Person, Town


async def kept(town: Town, author: Person, owner: Person, community: str, room: str) -> tuple[str, int]:
    """Something that its author said is pinned, forwarded and bookmarked; gives the room that it was forwarded to."""
    said = (await author.do(SendMessage, room=room, body=CANARY)).seq
    shed = await owner.makes(community, "shed")
    await owner.do(AddPin, room=room, message=said)
    await owner.do(ForwardMessage, room=shed, origin=room, message=said)
    await town.store.set_bookmark(owner.id, room, said, "mine")
    return shed, said


async def shown(town: Town, owner: Person, community: str, room: str, shed: str) -> str:
    """All that the store tells of it."""
    page: dict[str, Any] = {"before": None, "after": None, "around": None, "limit": 10}
    told = [
        await town.store.pins(room, None, 10),
        await town.store.bookmarks(owner.id, None, 10),
        await town.store.messages(shed, **page, places=[community]),
    ]
    return json.encode(told).decode()


async def test_prv_02_what_is_erased_is_pinned_forwarded_and_bookmarked_no_more(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    shed, said = await kept(town, bob, ann, community, room)
    assert (await shown(town, ann, community, room, shed)).count(CANARY) == 3
    await bob.do(LeaveCommunity, community=community, keep="erase")
    await done(town)
    assert CANARY not in await shown(town, ann, community, room, shed)
    assert (await town.store.pins(room, None, 10)).pins == []
    (one,) = (await town.store.bookmarks(ann.id, None, 10)).found
    assert one.bookmark.message is not None
    assert (one.bookmark.message.blank, one.bookmark.note, one.bookmark.seq) == (True, "mine", said)


async def test_prv_02_an_account_that_is_erased_leaves_no_bookmark_and_no_trace_of_what_did_not_call_it(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    said = (await ann.do(SendMessage, room=room, body="hi")).seq
    await town.store.set_bookmark(bob.id, room, said, CANARY)
    await town.store.set_block(bob.id, "mute", handle="ann")
    await ann.do(SendMessage, room=room, body="tea, @room")
    await erased(bob)
    await done(town)
    assert (await town.store.bookmarked(bob.id)).count == 0
    assert await town.carry_out(lambda tx: tx.bookmarked(bob.id).count) == 0
    assert (await town.store.bookmarks(ann.id, None, 10)).found == []


@pytest.mark.parametrize("read", ["messages", "pins", "bookmarks"])
async def test_who_was_reading_meanwhile_does_not_get_the_old_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: str
):
    """Also where the deletion is in another log than the one that is read."""
    reading, go_on = threading.Event(), threading.Event()
    module: Any = {"messages": reads, "pins": sqlite_pins, "bookmarks": sqlite_bookmarks}[read]
    right = getattr(module, read)

    def slow(*named: Any, **options: Any) -> Any:
        found = right(*named, **options)
        reading.set()
        assert go_on.wait(10)
        return found

    async with opened(tmp_path) as town:
        community, room, (ann, bob) = await hall(town, "ann", "bob")
        shed, said = await kept(town, bob, ann, community, room)
        page: dict[str, Any] = {"before": None, "after": None, "around": None, "limit": 10}
        asked: dict[str, Callable[[], Any]] = {
            "messages": lambda: town.store.messages(shed, **page, places=[community]),
            "pins": lambda: town.store.pins(room, None, 10),
            "bookmarks": lambda: town.store.bookmarks(ann.id, None, 10),
        }
        monkeypatch.setattr(module, read, slow)
        under_way = asyncio.ensure_future(asked[read]())
        await asyncio.to_thread(reading.wait, 10)
        await bob.deletes(room, said)
        go_on.set()
        assert CANARY not in json.encode(await under_way).decode()


class Lost(set[str]):
    """Communities that somebody loses as soon as one has looked whether they are there."""

    def __contains__(self, community: object) -> bool:
        there = super().__contains__(community)
        self.discard(str(community))
        return there


async def test_of_what_is_shown_it_is_told_where_it_is_of_also_when_that_is_lost_meanwhile(tmp_path: Path):
    """On the loop, while a thread of the store's reads."""
    async with opened(tmp_path) as town:
        community, room, (ann, bob) = await hall(town, "ann", "bob")
        shed, _ = await kept(town, bob, ann, community, room)
        page: dict[str, Any] = {"before": None, "after": None, "around": None, "limit": 10}
        found = await town.store.messages(shed, **page, places=Lost({community}))
        shown = [one.forwarded for one in found.messages if one.forwarded is not None]
        assert [found.origins[one.room] for one in shown if not one.gone] == [community]


async def test_prv_02_after_a_purge_nothing_of_it_is_in_any_file(tmp_path: Path):
    async with opened(tmp_path) as town:
        community, room, (ann, bob) = await hall(town, "ann", "bob")
        shed, said = await kept(town, bob, ann, community, room)
        assert files_with(tmp_path, CANARY)
        await bob.deletes(room, said)
        assert await town.store.purge()
        assert files_with(tmp_path, CANARY) == []
        assert (await town.page(shed))[0][0].forwarded is not None


async def test_a_page_costs_as_many_statements_however_much_is_on_it(tmp_path: Path):
    async with opened(tmp_path) as town:
        community, room, (ann, bob) = await hall(town, "ann", "bob")
        rooms = [room, *[await ann.makes(community, f"room-{number}") for number in range(4)]]
        target = await ann.makes(community, "target")

        async def more(count: int) -> None:
            for number in range(count):
                place = rooms[number % len(rooms)]
                said = (await ann.do(SendMessage, room=place, body=f"{number}")).seq
                await ann.edits(place, said, f"{number}!")
                answer = (await ann.do(SendMessage, room=place, body="yes", reply_to=said)).seq
                await town.store.set_bookmark(ann.id, place, answer, "")
                await ann.do(ForwardMessage, room=target, origin=place, message=said)
                if place == room:
                    await ann.do(AddPin, room=room, message=answer)

        page: dict[str, Any] = {
            "before": None,
            "after": None,
            "around": None,
            "limit": 200,
            "post": None,
            "thread": None,
            "reader": "",
        }

        def statements() -> list[int]:
            counts = []
            uri = schema.reader_uri(tmp_path / schema.FILE)
            with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
                for read in (
                    lambda: sqlite_bookmarks.bookmarks(db, ann.id, None, 200, [community]),
                    lambda: sqlite_pins.pins(db, room, None, 200, [community]),
                    lambda: reads.messages(db, target, **page, places=[community]),
                ):
                    asked: list[str] = []
                    db.set_trace_callback(asked.append)
                    read()
                    db.set_trace_callback(None)
                    counts.append(len(asked))
            return counts

        await more(5)
        few = statements()
        await more(60)
        assert statements() == few
        assert max(few) <= 16


async def test_a_page_looks_up_only_what_hangs_from_its_own_messages(tmp_path: Path):
    """Of two messages in a thread that are far apart: what is said, edited and answered between them costs nothing."""
    async with opened(tmp_path) as town:
        community, room, (ann, bob) = await hall(town, "ann", "bob")
        asked: dict[str, Any] = {"before": None, "after": None, "around": None, "limit": 2, "post": None, "reader": ""}

        async def thread(between: int) -> int:
            """In which one thing is said, and then another after so many messages of the room."""
            root = (await ann.says(room, "root")).entry.event.seq
            early = await bob.do(SendMessage, room=room, body="early", thread=root)
            await bob.edits(room, early.seq, "early!")
            for number in range(between):
                said = (await ann.says(room, f"{number}")).entry.event.seq
                await ann.edits(room, said, f"{number}!")
                await bob.do(SendMessage, room=room, body="yes", thread=said)
            await ann.do(SendMessage, room=room, body="late", thread=root)
            return root

        def work(root: int) -> int:
            """Steps of the database for a page of it."""
            steps: list[None] = []
            uri = schema.reader_uri(tmp_path / schema.FILE)
            with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
                db.set_progress_handler(lambda: steps.append(None), 1)
                page = reads.messages(db, room, **asked, places=[community], thread=root)
            assert [one.body for one in page.messages] == ["early!", "late"]
            return len(steps)

        near, far = await thread(0), await thread(100)
        assert work(far) <= work(near) * 1.2
