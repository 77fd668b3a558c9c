"""The Node that tests run on is new enough, finds npm's packages, and says what went wrong."""

import pytest

from tests.js import node

pytestmark = node.needed()


async def test_node_has_a_websocket_of_its_own():
    assert await node.run("-p", "typeof WebSocket") == "function\n"


@node.needed("ws")
async def test_a_script_finds_the_packages_of_the_lock():
    script = node.script("import { WebSocket } from 'ws'; console.log(typeof WebSocket, process.argv[2])", "finds.mjs")
    assert await node.run(script, "an argument") == "function an argument\n"


async def test_a_script_that_throws_fails_the_test_with_what_it_said():
    with pytest.raises(AssertionError, match=r"ended with 1:(.|\n)*no such thing"):
        await node.run("-e", "throw new Error('no such thing')")
