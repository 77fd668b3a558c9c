"""What was kept lately lies in another table than the rest, and nobody can tell."""

from pathlib import Path

import pytest

from among_protocol.codes import NONCE_CONFLICT
from among_server.store.sqlite import SqliteStore, arrivals
from tests.store.town import Town, refused


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "NEW", 5)
    monkeypatch.setattr(arrivals, "MOVED", 3)


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
    # Another write: what is moved is moved after an answer, before the next is begun.
    remembered = await store._writer.call(lambda tx: len(tx.arrivals._new or ()))
    in_room = "pos >> 36 = (SELECT key FROM logs WHERE id = ?)"
    moved, waiting = await store._read(
        lambda db: db.execute(
            f"SELECT (SELECT max(pos) FROM entries WHERE {in_room}), (SELECT min(pos) FROM arrivals WHERE {in_room})",
            (room, room),
        ).fetchone()
    )
    (left,) = await store._read(lambda db: db.execute("SELECT count(*) FROM arrivals").fetchone())
    assert moved + 1 == waiting
    assert 0 < left <= 5
    assert remembered <= 5
    await store.close()
