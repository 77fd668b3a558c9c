"""The page on the Python client: its examples run, and nothing public is left out."""

import ast
import asyncio
import inspect
import re
import sys
from pathlib import Path
from types import CodeType
from typing import Any

import msgspec
import pytest

from among_protocol import aio, happenings
from among_protocol.aio import Among, connect
from among_protocol.aio.sending import Sending
from among_protocol.testing import PASSWORD, TestServer
from tests.docs.programs import running

PAGE = (Path(__file__).parents[2] / "docs/howto/use-the-python-client.md").read_text("utf-8")
BLOCKS = re.findall(r"(<!-- run: whole -->\n)?```python\n(.*?)```", PAGE, re.DOTALL)


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def names() -> set[str]:
    """Everything that somebody may write who uses it."""
    told = {name: thing for name, thing in vars(happenings).items() if inspect.isclass(thing)}
    fields = {
        field
        for thing in told.values()
        if thing.__module__ == happenings.__name__ and issubclass(thing, msgspec.Struct) and thing is not aio.Positions
        for field in thing.__struct_fields__
    }
    here = {name for name, thing in told.items() if thing.__module__ == happenings.__name__}
    asked = set(inspect.signature(connect).parameters)
    return set(aio.__all__) - {"Happening"} | here | fields | asked | public(Among) - {"core", "view"} | public(Sending)


def test_every_public_name_is_on_the_page():
    assert {name for name in names() if not re.search(rf"\b{name}\b", PAGE)} == set()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(?:await )?among\.(\w+)", PAGE))))
def test_what_the_page_says_of_it_is_there(name: str):
    assert hasattr(Among, name)


async def test_the_first_example_hears_what_is_said(tmp_path: Path):
    (example,) = [text for whole, text in BLOCKS if whole]
    async with TestServer() as server:
        await server.join("garden/hall", "ann", "bob")
        program = tmp_path / "example.py"
        program.write_text(example.replace("ws://127.0.0.1:8080/v1", server.url), "utf-8")
        async with running([sys.executable, str(program)]) as ran:
            (hello,) = await server.heard("garden/hall", by="ann", within=20)
            assert hello.body == "Hello, garden."
            await server.says("bob", "garden/hall", '"hello, ann"')
            assert await ran.prints() == "hello, ann"


async def test_the_other_examples_run_as_they_stand(capsys: pytest.CaptureFixture[str]):
    async with TestServer() as server:
        await server.join("garden/hall", "ann", "bob")
        await server.says("bob", "garden/hall", "Nice weather.")
        async with connect(server.url, handle="ann", password=PASSWORD) as among, asyncio.timeout(20):
            while not among.live:
                await anext(among)
            there: dict[str, Any] = {"among": among, "hall": among.room("garden/hall")}
            for _, text in (block for block in BLOCKS if not block[0]):
                code = compile(text, "example", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                assert isinstance(code, CodeType)
                waits = eval(code, there)
                if inspect.iscoroutine(waits):
                    await waits
            said = [message.body for message in server.messages("garden/hall", by="ann")]
            assert said == ["Indeed.", "On its way."]
            assert there["positions"] == among.positions
    printed = capsys.readouterr().out
    for line in ("1 Nice weather.", "room.gone gone", "sending On its way."):
        assert line in printed
