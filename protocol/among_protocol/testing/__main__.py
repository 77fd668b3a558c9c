"""A server in memory by itself, for programs in any language: `python -m among_protocol.testing ROOM HANDLE...`."""

import argparse
import asyncio
import contextlib

from .clock import Clock
from .server import PASSWORD, TestServer


async def serve(room: str, handles: list[str], port: int) -> None:
    """Until it is stopped."""
    async with TestServer(clock=Clock(running=True), port=port) as server:
        await server.join(room, *handles)
        print(f"{server.url}  room {room} ({server.id_of(room)})", flush=True)
        for handle in handles:
            print(f"  {handle}: password {PASSWORD!r}, token {server.token(handle)}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m among_protocol.testing", description=__doc__)
    parser.add_argument("room", nargs="?", default="garden/hall", help="COMMUNITY/ROOM (garden/hall)")
    parser.add_argument("handle", nargs="*", default=["ann", "bob"], help="who is in it (ann bob)")
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1 (any that is free)")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(given.room, given.handle, given.port))


if __name__ == "__main__":
    main()
