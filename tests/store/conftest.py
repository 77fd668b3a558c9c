"""Every implementation of `store/api.py`, each held to the same suite."""

from collections.abc import AsyncIterator

import pytest

from tests.store.town import Town
from tests.stores import STORES, new_store


@pytest.fixture(params=STORES)
async def town(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    with new_store(request.param) as store:
        town = Town(store)
        await store.open()
        yield town
        await store.close()
