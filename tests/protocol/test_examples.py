"""The examples do what they say, against the model of a server."""

import asyncio
import importlib.util
from pathlib import Path
from types import ModuleType

from among_protocol.messages import MessageSent, SendMessage

from .harbour import Harbour
from .model import AT, Server

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_the_echo_bot_answers_once():
    server = Server()
    async with asyncio.timeout(10), Harbour(server) as harbour:
        bot = asyncio.create_task(
            example("echo_bot").echo(harbour.url, "echo", "correct horse", "garden", sign_up=True)
        )
        while "c1" not in server.mine.get("a-echo", {}):
            await harbour.asked()
        for seq in (1, 2):
            body, mentions = ("hi @echo", ["m-a-echo"]) if seq == 1 else ("hi all", [])
            server.write(MessageSent(log="r1", seq=seq, at=AT, by="m-zoe", rev=1, body=body, mentions=mentions))
        await harbour.flush()
        while server.logs["r1"].head < 3:
            await harbour.asked()
        await harbour.ping()  # the bot has its own answer, which mentions it
        (connection,) = harbour.connections
        server.zoe_says("r1", "bye")
        await harbour.flush()
        await harbour.ping()
        assert sum(isinstance(command, SendMessage) for command in connection.told) == 1
        answer = server.logs["r1"].entries[2]
        assert isinstance(answer, MessageSent)
        assert (answer.by, answer.body, answer.nonce) == ("m-a-echo", "> hi @echo", "echo-r1-1")
        bot.cancel()
        await asyncio.wait([bot])
        assert bot.cancelled()
