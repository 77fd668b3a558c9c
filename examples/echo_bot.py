"""A bot that answers: it joins a community and says again, in each room it follows, what somebody said to it.

    python examples/echo_bot.py ws://127.0.0.1:8080/v1 echo-bot <password> garden --sign-up

It answers a message once, however often the connection is cut on the way: the nonce of an answer is made of the message.
What was said while it was not running it does not answer: for that it would keep `among.positions`.
"""

import argparse
import asyncio
import contextlib

from among_protocol.aio import connect
from among_protocol.messages import MessageSent


async def echo(url: str, handle: str, password: str, community: str, *, sign_up: bool) -> None:
    async with connect(url, handle=handle, password=password, sign_up=sign_up) as among:
        await among.join(community)
        async for event in among:
            if not isinstance(event, MessageSent) or among.mine(event):
                continue  # its own answers mention it, too
            if among.me(event.log) in event.mentions:
                await among.send(event.log, f"> {event.body}", nonce=f"echo-{event.log}-{event.seq}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Answers whoever mentions it.")
    for name in ("url", "handle", "password", "community"):
        parser.add_argument(name)
    parser.add_argument("--sign-up", action="store_true", help="make the account first")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(echo(**vars(parser.parse_args())))
