"""Every implementation of `store/api.py`, each held to the same suite."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from among_server.store import search as law
from among_server.store.api import Store
from among_server.store.memory import MemoryStore
from among_server.store.sqlite import SqliteStore, arrivals, following, index, ledger, search, tx, writer
from tests.store.town import Town


def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is held in memory, or waits for something, is moved on after a few rows instead of thousands."""
    monkeypatch.setattr(arrivals, "NEW", 4)
    monkeypatch.setattr(arrivals, "MANY", 8)
    monkeypatch.setattr(arrivals, "PORTION", 3)
    monkeypatch.setattr(arrivals, "STEP", 2)
    monkeypatch.setattr(ledger, "MIRRORED", 3)
    monkeypatch.setattr(tx, "MESSAGES", 2)
    monkeypatch.setattr(writer, "BATCH", 5)
    monkeypatch.setattr(index, "VOLUME_BITS", 2)
    monkeypatch.setattr(following, "BATCH", 3)
    monkeypatch.setattr(following, "LISTED", 2)
    monkeypatch.setattr(search, "CHUNKS", (1, 2))
    for bound in ("SECONDS", "SHOWN_SECONDS", "WORK_SECONDS"):
        monkeypatch.setattr(law, bound, 10.0)  # since each text takes statements of its own


@pytest.fixture(params=["memory", "sqlite", "sqlite with little memory"])
async def town(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    if request.param.endswith("little memory"):
        little_memory(monkeypatch)
    store: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path, synchronous="off")
    town = Town(store)
    await store.open()
    yield town
    await store.close()
