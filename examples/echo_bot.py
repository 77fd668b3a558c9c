"""A bot that answers: it joins a community and says again, in each room it follows, what somebody said to it.

    python examples/echo_bot.py ws://127.0.0.1:8080/v1 echo-bot <password> garden --sign-up

It answers each message once, even when it is stopped or cut off halfway: the nonce of an answer is made of the message.
"""

import argparse
import asyncio

from among_protocol.aio import connect
from among_protocol.messages import MessageSent


async def echo(url: str, handle: str, password: str, community: str, *, sign_up: bool) -> None:
    async with connect(url, handle=handle, password=password, sign_up=sign_up) as among:
        await among.join(community)
        async for event in among:
            if isinstance(event, MessageSent) and among.me(event.log) in event.mentions:
                await among.send(event.log, f"> {event.body}", nonce=f"echo-{event.log}-{event.seq}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Answers whoever mentions it.")
    for name in ("url", "handle", "password", "community"):
        parser.add_argument(name)
    parser.add_argument("--sign-up", action="store_true", help="make the account first")
    asyncio.run(echo(**vars(parser.parse_args())))
