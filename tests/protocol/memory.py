"""Who is at home on a server in memory, and what they wait for."""

import asyncio
from typing import Any, Literal

from among_protocol.aio import Among, connect
from among_protocol.testing import TestServer

HALL = "garden/hall"


def as_(server: TestServer, handle: str, encoding: Literal["json", "msgpack"] = "json") -> Among:
    return connect(server.url, token=server.token(handle), encoding=encoding)


async def until(among: Among, kind: type[Any]) -> Any:
    async with asyncio.timeout(10):
        async for event in among:
            if isinstance(event, kind):
                return event
    raise AssertionError("it has ended")
