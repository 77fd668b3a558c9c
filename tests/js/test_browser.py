"""The client in a browser, unchanged: a page of another host, the real server, and a restart of it in between."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proof.process import Server, on_disk, server_in
from tests.proof.storm import PASSWORD, found_town

from . import browser

pytestmark = browser.needed()

TALK = """(async () => {
  const { connect } = await import('/protocol/js/client.js');
  const among = await connect(URL, { token: TOKEN });
  window.among = among;
  window.heard = [];
  (async () => {
    for await (const event of among) if (event.type === 'message.sent') heard.push([event.seq, event.body, among.mine(event)]);
  })();
  await among.ask('message.send', { room: ROOM, body: 'before' });
  return true;
})()"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[str]:
    with browser.started() as address:
        yield address


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with browser.files() as origin:
        yield origin


def filled(script: str, **values: Any) -> str:
    for name, value in values.items():
        script = script.replace(name, json.dumps(value))
    return script


def house(folder: Path, origin: str) -> Any:
    return server_in(folder, allowed_origins=origin)


async def test_a_page_talks_over_a_restart_of_the_server(tmp_path: Path, chromium: str, origin: str):
    async with house(tmp_path, origin) as server, browser.page(chromium, f"{origin}/examples/") as tab:
        (ann,), town = await found_town(server.url, clients=1, rooms=1)
        assert await tab.run(filled(TALK, URL=server.url, TOKEN=ann.token, ROOM=town.rooms[0]))
        await tab.until("heard.length === 1")
        await server.kill()
        await tab.until("!among.live")
        await tab.run(filled("void among.ask('message.send', { room: ROOM, body: 'meanwhile' })", ROOM=town.rooms[0]))
        await server.start()
        await tab.until("heard.length === 2")
        await tab.run("among.close()")
        kept = [entry for entry in on_disk(server.data)[town.rooms[0]] if entry["type"] == "message.sent"]
        assert await tab.run("heard") == [[entry["seq"], entry["body"], True] for entry in kept]
        assert [entry["body"] for entry in kept] == ["before", "meanwhile"]
        assert tab.errors == []


async def test_a_page_that_the_server_does_not_name_may_not_connect(tmp_path: Path, chromium: str, origin: str):
    script = """(async () => {
      const { connect } = await import('/protocol/js/client.js');
      return connect(URL, { token: 't', within: 500 }).then(() => 'in', (error) => error.code);
    })()"""
    async with house(tmp_path, "http://127.0.0.1:1") as server, browser.page(chromium, f"{origin}/examples/") as tab:
        assert await tab.run(filled(script, URL=server.url)) == "client.unreachable"


async def sign_in(tab: browser.Tab, server: Server, handle: str) -> None:
    script = """{
      const { url, handle, password } = document.getElementById('door').elements;
      [url.value, handle.value, password.value] = [URL, HANDLE, PASSWORD];
      document.getElementById('door').requestSubmit();
    }"""
    await tab.run(filled(script, URL=server.url, HANDLE=handle, PASSWORD=PASSWORD))


async def test_the_example_page_signs_in_reads_and_writes(tmp_path: Path, chromium: str, origin: str):
    url = f"{origin}/examples/browser.html"
    async with house(tmp_path, origin) as server, browser.page(chromium, url) as tab:
        await found_town(server.url, clients=2, rooms=2)
        await sign_in(tab, server, "nobody")
        await tab.until("document.querySelector('#door .trouble').textContent.includes('handle and password')")
        tmp_path.joinpath("door.png").write_bytes(await tab.picture())
        await sign_in(tab, server, "voice1")
        await tab.until("document.querySelectorAll('button.room').length === 2")
        await tab.run("document.querySelector('button.room').click()")
        await tab.until("document.getElementById('say')?.hidden === false")
        say = """{
          document.getElementById('say').elements.body.value = TEXT;
          document.getElementById('say').requestSubmit();
        }"""
        there = "[...document.querySelectorAll('#log li:not(.sending) p')].map((one) => one.textContent)"
        await tab.run(filled(say, TEXT="hello <b>there</b>"))
        await tab.until(f"({there}).length === 1")
        await server.kill()
        await tab.until("document.getElementById('link').className === 'away'")
        await tab.run(filled(say, TEXT="while it was away"))
        await server.start()
        await tab.until(f"({there}).length === 2")
        assert await tab.run(there) == ["hello <b>there</b>", "while it was away"]
        assert await tab.run("document.querySelectorAll('#log b, #log li.sending').length") == 0
        tmp_path.joinpath("house.png").write_bytes(await tab.picture())
        assert tab.errors == []
        await tab.run("{ window.old = true; location.reload() }")
        await tab.until("!window.old && document.querySelectorAll('button.room').length === 2")
        await tab.run("document.getElementById('leave').click()")
        await tab.until("document.getElementById('door')?.hidden === false && !sessionStorage.length")
