"""Pages of messages: what is on them, and what they cost, whatever else stands in the log of the room."""

import itertools
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from among_protocol.messages import MessageSent, SendMessage
from among_protocol.reactions import AddReaction, RemoveReaction
from among_server.store.sqlite import SqliteStore, pages, reads
from tests.store.test_laws import hall
from tests.store.town import Person, Town

ASKED: dict[str, Any] = {
    "before": None, "after": None, "around": None, "post": None, "thread": None, "places": (), "reader": "",
}  # fmt: skip


async def react(person: Person, room: str, count: int, *, times: int = 1) -> None:
    """To the first message, and no more, so many times."""
    for _ in range(times):
        for command in (AddReaction, RemoveReaction)[:count]:
            await person.do(command, room=room, message=1, emoji="👍")


def expected(said: Sequence[int], *, before: int | None, after: int | None, limit: int) -> tuple[list[int], bool]:
    found = [seq for seq in said if (after is None or seq > after) and (before is None or seq < before)]
    return (found[:limit] if after is not None else found[-limit:]), len(found) <= limit


@pytest.mark.parametrize("stride", [1, 2, 5])
async def test_whatever_stands_between_a_page_has_what_was_said_to_the_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stride: int
):
    monkeypatch.setattr(pages, "STRIDE", stride)
    chance = random.Random(stride)
    town = Town(SqliteStore(tmp_path, synchronous="off"))
    await town.store.open()
    try:
        _, room, (ann,) = await hall(town, "ann")
        await ann.says(room, "root")
        for _ in range(12):
            for _ in range(chance.choice((0, 1, 1, 4))):
                await ann.says(room, "hi")
            for _ in range(chance.choice((0, 0, 3, 9))):
                await ann.do(SendMessage, room=room, thread=1, body="aside")
            await react(ann, room, 2, times=chance.choice((0, 0, 1, 5)))
        entries = await town.log(room)
        said = [entry.seq for entry in entries if isinstance(entry, MessageSent) and not entry.thread]
        edges = [None, *range(len(entries) + 3)]
        for before, after, limit in itertools.product(edges, edges, (1, 3, 50)):
            found = await town.store.messages(room, **{**ASKED, "before": before, "after": after}, limit=limit)
            told = ([one.seq for one in found.messages], found.complete)
            assert told == expected(said, before=before, after=after, limit=limit), (before, after, limit)
    finally:
        await town.store.close()


async def test_a_page_costs_what_it_shows_and_not_what_else_was_said_or_done_there(tmp_path: Path):
    town = Town(SqliteStore(tmp_path, synchronous="off"))
    await town.store.open()
    try:
        _, room, (ann,) = await hall(town, "ann")
        for _ in range(5):
            await ann.says(room, "hi")

        async def work(**wanted: Any) -> int:
            """Of SQLite's machine, in steps of ten."""

            def read(db: Any) -> int:
                steps: list[int] = []
                db.set_progress_handler(lambda: steps.append(1), 10)
                found = reads.messages(db, room, **{**ASKED, **wanted}, limit=5)
                db.set_progress_handler(None, 10)
                assert len(found.messages) == 5
                return len(steps)

            return await town.store._read(read)  # type: ignore[attr-defined,no-any-return]  # of SQLite

        async def between(times: int) -> None:
            await react(ann, room, 2, times=times)
            for _ in range(times):
                await ann.do(SendMessage, room=room, thread=1, body="aside")

        await between(200)
        few = await work()
        await between(800)
        assert await work() < 1.5 * few
        for _ in range(3):
            await ann.says(room, "hi")
        assert await work(after=3) < 3 * few
    finally:
        await town.store.close()
