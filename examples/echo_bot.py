"""A bot that answers: it joins a community and says again, in each room it follows, what somebody said to it.

    python examples/echo_bot.py ws://127.0.0.1:8080/v1 echo-bot <password> garden --sign-up

It answers a message once, however often the connection is cut on the way: the nonce of an answer is made of the message.
What was said while it was not running it does not answer: for that it would keep `among.positions`.

`want="calls"` makes it cheap wherever it is: of a busy room the server sends it the messages that mention it, and not the
thousands that don't; `notices=[]` spares it who is typing. Directs come whole, and are answered whole.
"""

import argparse
import asyncio
import contextlib

from among_protocol.aio import Among, connect
from among_protocol.messages import MessageSent


async def echo(url: str, handle: str, password: str, community: str, *, sign_up: bool) -> None:
    async with connect(url, handle=handle, password=password, sign_up=sign_up, want="calls", notices=[]) as among:
        await among.join(community)
        async for event in among:
            if isinstance(event, MessageSent) and is_for_me(among, event):
                await among.send(event.log, f"> {event.body}", nonce=f"echo-{event.log}-{event.seq}")


def is_for_me(among: Among, event: MessageSent) -> bool:
    """Its own answers mention it, too; and a server that knows nothing of `want` sends everything."""
    if among.mine(event):
        return False
    room = among.rooms.get(event.log)
    return among.me(event.log) in event.mentions or (room is not None and room.kind == "direct")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Answers whoever mentions it.")
    for name in ("url", "handle", "password", "community"):
        parser.add_argument(name)
    parser.add_argument("--sign-up", action="store_true", help="make the account first")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(echo(**vars(parser.parse_args())))
