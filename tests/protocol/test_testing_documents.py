"""The page on testing bots: its files are run as they stand there, and what it names is there."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from among_protocol import testing
from among_protocol.testing.answers import ABSENT
from among_protocol.wire import tag_of

PAGE = (Path(__file__).parents[2] / "docs/howto/test-your-bot.md").read_text("utf-8")
FILE = re.compile(r"<!-- file: ([\w.]+) -->\n```python\n(.*?)```", re.DOTALL)


def test_the_bot_and_its_tests_pass_as_they_stand_on_the_page(tmp_path: Path):
    files = dict(FILE.findall(PAGE))
    assert set(files) == {"greeter.py", "test_greeter.py"}
    for name, text in files.items():
        tmp_path.joinpath(name).write_text(text, "utf-8")
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\nasyncio_mode = auto\npythonpath = .\n", "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "3 passed" in ran.stdout


def test_what_it_does_not_know_is_listed():
    told = {
        name
        for row in re.findall(r"^\| [^|]+ \| (`[a-z]+\.[a-z].*) \|$", PAGE, re.MULTILINE)
        for name in re.findall(r"`([a-z_.]+)`", row)
    }
    assert {tag_of(command) for command in ABSENT} <= told
    assert told - {tag_of(command) for command in ABSENT} == {"portrait.propose", "merge"}


async def test_every_lever_on_the_page_is_there():
    async with testing.TestServer() as server:
        for name in re.findall(r"`(?:await )?server\.(\w+)", PAGE):
            assert hasattr(server, name), name
        for name in re.findall(r"`(?:await )?server\.town\.(\w+)", PAGE):
            assert hasattr(server.town, name), name
        for name in re.findall(r"`(?:await )?server\.connections\[0\]\.(\w+)", PAGE):
            assert hasattr(server.town.connect(), name), name


async def test_it_serves_by_itself():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "among_protocol.testing", "garden/hall", "ann", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            first = (await process.stdout.readline()).decode()
            second = (await process.stdout.readline()).decode()
        assert re.match(r"ws://127\.0\.0\.1:\d+/v1  room garden/hall \(r_\w+\)\n", first)
        assert "ann: password" in second
    finally:
        process.terminate()
        await process.wait()
