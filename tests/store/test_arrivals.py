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
