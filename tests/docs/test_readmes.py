"""The first programs that anybody sees, those of the READMEs, answer as they stand there."""

import re
import sys
from pathlib import Path

import pytest

from among_protocol.aio import connect
from among_protocol.testing import PASSWORD, TestServer
from tests.docs.programs import running

ROOT = Path(__file__).parents[2]
HALL = "garden/hall"


@pytest.mark.parametrize(
    ("page", "said", "answer"), [("README.md", "ping", "pong"), ("protocol/README.md", "hello @ann", "Yes?")]
)
async def test_the_program_of_a_readme_answers(tmp_path: Path, page: str, said: str, answer: str):
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    async with TestServer() as server:
        await server.join(HALL, "ann", "bob")
        async with connect(server.url, handle="ann", password=PASSWORD) as ann:
            token = ann.token
        file = tmp_path / "program.py"
        file.write_text(program.replace("ws://127.0.0.1:8080/v1", server.url).replace("among_…", token), "utf-8")
        async with running([sys.executable, str(file)]):
            await server.here("ann", within=20)
            await server.says("bob", HALL, said)
            (heard,) = await server.heard(HALL, by="ann", within=20)
            assert heard.body == answer
