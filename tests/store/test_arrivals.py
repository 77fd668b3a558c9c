"""What was kept lately lies in another table than the rest, and nobody can tell."""

from pathlib import Path

import pytest

from among_protocol.accounts import AccountCreated
from among_protocol.codes import NONCE_CONFLICT
from among_protocol.wire import JSON
from among_server.store.sqlite import SqliteStore, arrivals
from tests.store.town import Town, refused


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "NEW", 5)
    monkeypatch.setattr(arrivals, "MANY", 8)
    monkeypatch.setattr(arrivals, "PORTION", 3)
    monkeypatch.setattr(arrivals, "STEP", 2)


async def test_a_repeat_is_known_wherever_its_nonce_lies(tmp_path: Path):
    town = Town(SqliteStore(tmp_path / "data"))
    await town.store.open()
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    first = [await ann.says(room, f"{number}", nonce=f"n{number}") for number in range(20)]
    for restarted in (False, True):
        again = [await ann.says(room, f"{number}", nonce=f"n{number}") for number in range(20)]
        assert [answer.entry for answer in again] == [answer.entry for answer in first], restarted
        assert all(answer.repeat for answer in again)
        await refused(NONCE_CONFLICT, ann.says(room, "something else", nonce="n0"))
        await refused(NONCE_CONFLICT, ann.says(room, "something else", nonce="n19"))
        await town.store.close()
        town.store = SqliteStore(tmp_path / "data")
        await town.store.open()
    assert await town.bodies(room) == [f"{number}" for number in range(20)]
    await town.store.close()


async def test_what_arrived_first_is_moved_and_forgotten(tmp_path: Path):
    store = SqliteStore(tmp_path)
    town = Town(store)
    await store.open()
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    for number in range(20):
        await ann.says(room, f"{number}")
    await moved(store)
    assert await store._writer.call(lambda tx: len(tx.arrivals._new or ())) <= 5
    in_room = "pos >> 36 = (SELECT key FROM logs WHERE id = ?)"
    newest, oldest, left = await store._read(
        lambda db: db.execute(
            f"SELECT (SELECT max(pos) FROM entries WHERE {in_room}), (SELECT min(pos) FROM arrivals WHERE {in_room}),"
            " (SELECT count(*) FROM arrivals)",
            (room, room),
        ).fetchone()
    )
    assert newest + 1 == oldest
    assert 0 < left <= 5
    await store.close()


async def test_at_every_step_of_the_way_each_entry_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    moved_by_this_test_alone(monkeypatch)
    store = SqliteStore(tmp_path)
    town = Town(store)
    await store.open()
    ann = await town.person("ann")
    hall = await ann.founds("hall")
    rooms = [await ann.makes(hall, slug) for slug in ("general", "garden")]
    said = [f"{number}" for number in range(12)]
    for body in said:
        for room in rooms:
            await ann.says(room, body)
    steps = 0
    while await store._read(lambda db: db.execute("SELECT count(*) FROM arrivals").fetchone()) != (0,):
        await store._writer.call(lambda tx: tx.arrivals.step())
        steps += 1
        for room in rooms:
            assert await town.bodies(room) == said, steps
            page = await store.entries(room, 0, None, 200)
            assert len(page.entries) == page.head, steps
    assert steps > 12
    await store.close()


async def test_a_portion_that_was_on_the_way_when_the_server_stopped_arrives_after_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store = SqliteStore(tmp_path)
    town = Town(store)
    with monkeypatch.context() as patch:
        moved_by_this_test_alone(patch)
        await store.open()
        ann = await town.person("ann")
        room = await ann.makes(await ann.founds("hall"), "general")
        first = [await ann.says(room, f"{number}", nonce=f"n{number}") for number in range(5)]
        for _ in range(3):  # some are copied, and not deleted yet
            await store._writer.call(lambda tx: tx.arrivals.step())
        await store.close()
    town.store = store = SqliteStore(tmp_path)
    await store.open()
    again = [await ann.says(room, f"{number}", nonce=f"n{number}") for number in range(20)]
    assert [answer.entry for answer in again[:5]] == [answer.entry for answer in first]
    await moved(store)
    assert await town.bodies(room) == [f"{number}" for number in range(20)]
    await store.close()


def moved_by_this_test_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals.Arrivals, "due", lambda _: False)
    monkeypatch.setattr(arrivals.Arrivals, "pressing", lambda _: False)


async def test_what_comes_after_the_newest_was_erased_is_not_taken_for_what_was_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The number of an arrival that was the newest is given once more."""
    moved_by_this_test_alone(monkeypatch)
    store = SqliteStore(tmp_path)
    town = Town(store)
    await store.open()
    await town.person("ann")
    bob = await town.person("bob")
    for name in ("Bob", "Rob", "Bobby", "Robert"):
        await bob.renames(name)
    while not (way := await store._writer.call(lambda tx: list(tx.arrivals._way))) or way[0][2]:
        await store._writer.call(lambda tx: tx.arrivals.step())  # until all of a portion is copied
    await store.erase_by_force("bob", "words")
    while await store.erase_more() is not None:
        pass
    carol = await town.person("carol")
    await moved_to_the_end(store)
    kept = (await store.entries(carol.id, 0, None, 10)).entries
    assert [type(JSON.decode_entry(entry)) for entry in kept] == [AccountCreated]
    await store.close()


async def moved_to_the_end(store: SqliteStore) -> None:
    """Whatever is on the way, and another portion."""
    for _ in range(20):
        await store._writer.call(lambda tx: tx.arrivals.step())


async def moved(store: SqliteStore) -> None:
    """Everything that is due to be moved has been."""
    while await store._writer.call(lambda tx: tx.arrivals.due()):
        pass
