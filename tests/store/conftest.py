"""Every implementation of `store/api.py`, each held to the same suite."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from among_server.store.api import Store
from among_server.store.memory import MemoryStore
from among_server.store.sqlite import SqliteStore
from tests.store.town import Town


@pytest.fixture(params=["memory", "sqlite"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    store: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "data")
    town = Town(store)
    await store.open()
    yield town
    await store.close()
