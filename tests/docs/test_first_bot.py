"""The tutorial of the first bot: each of its programs is run as it stands there, against the real server, too."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from among_protocol.aio import Among, connect
from among_protocol.communities import CreateCommunity
from among_protocol.members import MemberJoined
from among_protocol.messages import MessageSent
from among_protocol.rooms import CreateRoom
from tests.docs.programs import appears, running
from tests.wire.house import House, serving
from tests.world import PASSWORD

PAGE = (Path(__file__).parents[2] / "docs/tutorial/first-bot.md").read_text("utf-8")
PARTS: dict[str, tuple[str, str]] = {
    part: (name, text)
    for name, part, text in re.findall(r"<!-- file: ([\w.]+), part: (\w+) -->\n```python\n(.*?)```", PAGE, re.DOTALL)
}


def write(folder: Path, part: str) -> Path:
    file = folder / PARTS[part][0]
    file.write_text(PARTS[part][1], "utf-8")
    return file


def url(house: House) -> str:
    return f"ws://127.0.0.1:{house.port}/v1"


async def commons(ann: Among) -> str:
    """A community with a hall; the hall."""
    made = (await ann.ask(CreateCommunity, slug="commons", name="Commons")).entry.log
    room: str = (await ann.ask(CreateRoom, community=made, slug="hall")).entry.room
    return room


async def hears(ann: Among, body: str) -> None:
    """Somebody else says just this next."""
    async with asyncio.timeout(20):
        async for event in ann:
            if isinstance(event, MessageSent) and not ann.mine(event):
                assert event.body == body
                return


async def is_there(ann: Among, community: str) -> None:
    """Somebody has joined."""
    async with asyncio.timeout(20):
        async for event in ann:
            if isinstance(event, MemberJoined) and event.by != ann.me(community):
                return


def test_no_program_on_the_page_is_left_out():
    assert set(PARTS) == {"answers", "remembers", "tests"}
    assert len(re.findall(r"^```python$", PAGE, re.MULTILINE)) == len(PARTS)


async def test_the_bot_answers_and_later_remembers(tmp_path: Path):
    async with (
        serving(tmp_path / "data") as house,
        connect(url(house), handle="ann", password=PASSWORD, sign_up=True) as ann,
    ):
        room = await commons(ann)
        community = ann.rooms[room].community
        first = [sys.executable, str(write(tmp_path, "answers")), url(house), "commons", PASSWORD]
        async with running(first):
            await is_there(ann, community)
            await ann.send(room, "hello @karma")
            await hears(ann, "Yes?")
        file = str(tmp_path / "karma.json")
        second = [sys.executable, str(write(tmp_path, "remembers")), url(house), "commons"]
        async with running([*second, PASSWORD, file]):
            await appears(Path(file))
            await ann.send(room, "@bob++ for the soup, @karma")
            await hears(ann, "bob: 1")
        await ann.send(room, "@bob++ again")
        async with running([*second, "", file]):
            await hears(ann, "bob: 2")
            await ann.send(room, "@karma?")
            await hears(ann, "  2  bob")


def test_its_tests_pass(tmp_path: Path):
    write(tmp_path, "remembers")
    write(tmp_path, "tests")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "4 passed" in ran.stdout
