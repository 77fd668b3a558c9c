"""Proofs are bounded in time: one that waits for what never happens fails, and the others still run."""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

LONGEST = 100.0  # seconds of one test; the soak has its own bound


@pytest.hookimpl
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if (
            isinstance(item, pytest.Function)
            and item.path.parent == Path(__file__).parent
            and inspect.iscoroutinefunction(item.obj)
        ):
            item.obj = _bounded(item.obj)


def _bounded(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(*named: Any, **fixtures: Any) -> None:
        async with asyncio.timeout(LONGEST):
            await test(*named, **fixtures)

    return bounded
