"""A writer that says on stdout what was acknowledged, until it is killed: `python -m tests.store.killed FOLDER`."""

import asyncio
import os
import sys
from pathlib import Path

from among_protocol.messages import SendMessage
from among_server.store.sqlite import SqliteStore
from tests.store.town import Town

IN_FLIGHT = 16


async def main(folder: Path) -> None:
    town = Town(SqliteStore(folder))
    await town.store.open()
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    say(f"{ann.id} {room}")

    async def talk(who: int) -> None:
        for n in range(1_000_000):
            nonce = f"{who}-{n}"
            said = await ann.ask(SendMessage, room=room, body=f"{n}", nonce=nonce)
            say(f"{nonce} {said.entry.event.seq}")

    await asyncio.gather(*(talk(who) for who in range(IN_FLIGHT)))


def say(line: str) -> None:
    """Past Python's buffers, which a kill would empty."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
