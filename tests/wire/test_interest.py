"""A bot made with the library, on a real server: what it wants comes, over cuts and restarts, and its positions go on."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from among_protocol import backoff
from among_protocol.aio import Among, Refuse, connect
from among_protocol.codes import FIELD_INVALID
from among_protocol.communities import CreateCommunity
from among_protocol.messages import MessageSent
from among_protocol.presence import StartTyping, TypingStarted
from among_protocol.rooms import CreateRoom, SetTopic
from among_protocol.session import Ping
from among_server.app import App
from among_server.core.session import Session
from tests.protocol.test_examples import example

from .house import serving, until

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coming back takes no time that a test would have to wait for."""
    monkeypatch.setattr(backoff, "MOST", 0.001)


def person(app: App, handle: str, **options: Any) -> Among:
    return connect(app.url, handle=handle, password=PASSWORD, sign_up=True, **options)


async def hall(ann: Among) -> str:
    """A room, made by its owner."""
    garden = await ann.ask(CreateCommunity, slug="garden", name="Garden")
    room: str = (await ann.ask(CreateRoom, community=garden.entry.log, slug="hall")).entry.room
    return room


async def hears(among: Among, count: int = 1) -> list[str]:
    """The next messages."""
    found: list[str] = []
    async with asyncio.timeout(10):
        async for event in among:
            assert not isinstance(event, TypingStarted)
            if isinstance(event, MessageSent):
                found.append(event.body)
                if len(found) == count:
                    break
    return found


def sessions(app: App, handle: str) -> list[Session]:
    people = [connection.session for connection in app.listener.connections]
    return [one for one in people if one is not None and one.person is not None and one.person.account.handle == handle]


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_bot_gets_what_calls_it_over_a_cut_and_a_restart(tmp_path: Path, encoding: Any):
    async with serving(tmp_path) as house, person(house.app, "ann") as ann:
        room = await hall(ann)
        less: dict[str, Any] = {"want": "calls", "notices": [], "encoding": encoding}
        async with person(house.app, "robin", **less) as bot:
            await bot.join("garden")
            token = bot.token
            for body in ("one", "two @robin", "three", "four @robin"):
                await ann.send(room, body)
            await ann.ask(StartTyping, room=room)
            assert await hears(bot, 2) == ["two @robin", "four @robin"]
            for connection in list(house.app.listener.connections):
                if connection.session in sessions(house.app, "robin"):
                    connection.abort("cut by a test")
            for body in ("five @robin", "six", "seven @robin"):
                await ann.send(room, body)
            assert await hears(bot, 2) == ["five @robin", "seven @robin"]
            await ann.send(room, "eight")
            await ann.ask(SetTopic, room=room, topic="tea")
            await house.app.services.logs.catch_up()
            await bot.ask(Ping)
            waiting = asyncio.create_task(hears(bot))
            await until(lambda: bot.positions.logs[room] == 9)  # what was left out was told, and counts
            waiting.cancel()
            kept = bot.positions
        await ann.send(room, "nine @robin")
        await ann.send(room, "ten")
        async with connect(house.app.url, token=token, positions=kept, **less) as bot:
            assert await hears(bot) == ["nine @robin"]
            await ann.send(room, "eleven @robin")
            assert await hears(bot) == ["eleven @robin"]


async def test_a_profile_that_there_is_not_is_refused_by_connect(tmp_path: Path):
    async with serving(tmp_path) as house:
        with pytest.raises(Refuse) as refused:
            async with person(house.app, "robin", want="gossip"):
                pass
        assert (refused.value.code, refused.value.field) == (FIELD_INVALID, "want.profile")


async def test_many_logs_that_are_passed_at_once_stop_no_bot(tmp_path: Path):
    """More than its queue holds, and none of it is handed on."""
    async with serving(tmp_path) as house, person(house.app, "ann") as ann:
        room = await hall(ann)
        async with person(house.app, "robin", want="calls", queue=4) as bot:
            await bot.join("garden")
            await ann.send(room, "first @robin")
            assert await hears(bot) == ["first @robin"]
            (session,) = sessions(house.app, "robin")
            for number in range(20):
                await ann.send(room, f"{number}")
                await house.app.services.logs.catch_up()
            await until(lambda: bot._full)
            waiting = asyncio.create_task(hears(bot))
            await ann.send(room, "hi @robin")
            assert await waiting == ["hi @robin"]
            assert not session.over


async def test_the_echo_bot_is_sent_what_calls_it_and_answers(tmp_path: Path):
    async with serving(tmp_path) as house, person(house.app, "ann") as ann:
        room = await hall(ann)
        url = house.app.url
        bot = asyncio.create_task(example("echo_bot").echo(url, "echo", PASSWORD, "garden", sign_up=True))
        await until(lambda: any(room in session.logs for session in sessions(house.app, "echo")))
        before = house.app.services.logs.writes
        await ann.send(room, "to nobody")
        assert house.app.services.logs.writes - before == 1
        await ann.send(room, "hello @echo")
        assert await hears(ann, 3) == ["to nobody", "hello @echo", "> hello @echo"]
        direct = await ann.direct("echo")
        await ann.send(direct.id, "psst")
        assert await hears(ann, 2) == ["psst", "> psst"]
        bot.cancel()
        await asyncio.wait([bot])
