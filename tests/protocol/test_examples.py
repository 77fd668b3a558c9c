"""The examples do what they say, against the server in memory."""

import asyncio
import importlib.util
from pathlib import Path
from types import ModuleType

from among_protocol.messages import SendMessage
from among_protocol.testing import TestServer

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_the_echo_bot_answers_once():
    async with TestServer() as server:
        await server.join("garden/hall", "zoe")
        bot = asyncio.create_task(example("echo_bot").echo(server.url, "echo", "correct horse", "garden", sign_up=True))
        await server.here("echo")
        await server.until(lambda: "echo" in {member.handle for member in server.town.inside(garden(server))})
        asked = await server.says("zoe", "garden/hall", "hi @echo")
        await server.says("zoe", "garden/hall", "hi all")
        (answer,) = await server.heard("garden/hall", by="echo")
        assert (answer.body, answer.nonce) == ("> hi @echo", f"echo-{asked.log}-{asked.seq}")
        await server.ping()  # the bot has its own answer, which mentions it
        await server.says("zoe", "garden/hall", "bye @echo")
        await server.heard("garden/hall", by="echo", count=2)
        assert sum(isinstance(command, SendMessage) for command in server.asked("echo")) == 2
        bot.cancel()
        await asyncio.wait([bot])
        assert bot.cancelled()


def garden(server: TestServer) -> str:
    community = server.town.community("garden")
    assert community is not None
    return community.id
