"""The program of the how-to does what the page says."""

import asyncio
import re
import signal
from pathlib import Path

from tests.proof.peer import Peer
from tests.proof.process import on_disk, server_in
from tests.proof.storm import PASSWORD, found_town, until

from . import node

pytestmark = node.needed("among-protocol")
PAGE = node.ROOT / "docs/howto/use-the-javascript-client.md"


async def test_the_bot_of_the_how_to_answers_once_also_what_was_asked_while_it_was_away(tmp_path: Path):
    found = re.search(r"<!-- file: bot\.mjs -->\n```js\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    text = found[1].replace("'positions.", f"'{tmp_path}/positions.")
    script = node.script(text, "bot.mjs")
    async with server_in(tmp_path) as server:
        (ann, _), town = await found_town(server.url, clients=2, rooms=1)
        account = {"AMONG_URL": server.url, "AMONG_HANDLE": "voice1", "AMONG_PASSWORD": PASSWORD}
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_in", token=ann.token)

        def bodies() -> list[str]:
            return [entry["body"] for entry in on_disk(server.data)[town.rooms[0]] if entry["type"] == "message.sent"]

        async def bot(number: int, *, expect: list[str]) -> None:
            async with node.started(script, **account, AMONG_COMMUNITY=town.community) as process:
                assert process.stderr is not None
                await until((tmp_path / "positions.json").exists)
                await peer.ask("message.send", room=town.rooms[0], body=f"{number} @voice1", nonce=f"n{number}")
                await until(lambda: bodies() == expect)
                process.send_signal(signal.SIGTERM)
                async with asyncio.timeout(5):
                    assert await process.wait() == 0, (await process.stderr.read()).decode()

        await bot(1, expect=["1 @voice1", "> 1 @voice1"])
        await peer.ask("message.send", room=town.rooms[0], body="2 @voice1", nonce="n2")
        said = ["1 @voice1", "> 1 @voice1", "2 @voice1"]
        await until(lambda: bodies() == said)
        async with node.started(script, **account, AMONG_COMMUNITY=town.community) as process:
            await until(lambda: bodies() == [*said, "> 2 @voice1"])
            process.kill()  # perhaps before it kept its position
            await process.wait()
        await bot(3, expect=[*said, "> 2 @voice1", "3 @voice1", "> 3 @voice1"])
        await peer.close()
