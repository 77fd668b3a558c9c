"""What the tests of the server in memory begin with."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from among_protocol.testing import TestServer

from .memory import HALL


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    """With two in its hall."""
    async with asyncio.timeout(20), TestServer() as server:
        await server.join(HALL, "ann", "bob")
        yield server
