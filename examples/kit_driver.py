"""Puts the Python client before the conformance kit: `python -m among_protocol.kit client -- python examples/kit_driver.py`.

What a driver does is in docs/howto/check-a-server-or-client.md: it prints each message of the room, and says each line
of its standard input there.
"""

import asyncio
import json
import os
import sys

from among_protocol.aio import Among, ClientError, Refuse, connect
from among_protocol.messages import MessageSent

ROOM = os.environ["AMONG_ROOM"]


async def read(among: Among) -> None:
    async for event in among:
        if isinstance(event, MessageSent) and event.log == ROOM:
            print(json.dumps({"log": event.log, "seq": event.seq, "body": event.body}), flush=True)


async def write(among: Among) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        _ = among.sending(ROOM, line.rstrip("\n"))  # the next line does not wait for it


async def main() -> None:
    token, handle, password = (os.environ.get(f"AMONG_{name}", "") for name in ("TOKEN", "HANDLE", "PASSWORD"))
    async with connect(os.environ["AMONG_URL"], token=token, handle=handle, password=password) as among:
        done, _ = await asyncio.wait(
            {asyncio.create_task(read(among)), asyncio.create_task(write(among))}, return_when="FIRST_COMPLETED"
        )
        for task in done:
            task.result()


try:
    asyncio.run(main())
except (ClientError, Refuse) as error:
    sys.exit(str(error))
