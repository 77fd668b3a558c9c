"""The tiny clients of the how-to, and their likes, against the real server: a bad network and a restart lose and double nothing."""

import random
import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from among_protocol.aio import Among, connect
from among_protocol.communities import CreateCommunity
from among_protocol.logs import ReadEntries
from among_protocol.messages import MessageSent
from among_protocol.rooms import CreateRoom
from among_protocol.session import ListSessions, RevokeOthers
from tests.docs.programs import EXAMPLES, Program, command, running
from tests.proof.proxy import Proxy
from tests.wire.house import House, serving
from tests.world import PASSWORD

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/howto/write-a-client.md").read_text("utf-8")
SHOWN = {"tiny_client.py": "python", "tiny_client.mjs": "js"}  # on the page, in blocks of this language
CLIENTS = [*SHOWN, "perl/client.pl"]
ACCOUNT = {"AMONG_HANDLE": "tiny", "AMONG_PASSWORD": PASSWORD}


def address(house: House) -> str:
    return f"ws://127.0.0.1:{house.port}/v1"


def person(house: House, handle: str) -> Among:
    return connect(address(house), handle=handle, password=PASSWORD, sign_up=True)


async def hall(ann: Among, tiny: Among) -> str:
    """A room with both of them in it."""
    garden = (await ann.ask(CreateCommunity, slug="garden", name="The garden")).entry.log
    room: str = (await ann.ask(CreateRoom, community=garden, slug="hall")).entry.room
    await tiny.join("garden")
    return room


async def talk(ann: Among, room: str, program: Program, when: str) -> None:
    """Both at once, and much of it."""
    for number in range(12):
        await ann.send(room, f"ann {when} {number} {'.' * 300}")
        program.say(f"tiny {when} {number} {'.' * 300}")


async def messages(ann: Among, room: str) -> list[MessageSent]:
    page = await ann.ask(ReadEntries, log=room, after=0)
    assert page.complete
    return [entry for entry in map(ann.decode, page.entries) if isinstance(entry, MessageSent)]


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_tiny_client_loses_and_doubles_nothing(client: str, tmp_path: Path):
    words = command(client)
    async with AsyncExitStack() as longer:
        async with serving(tmp_path) as house:
            ann = await longer.enter_async_context(person(house, "ann"))
            tiny = await longer.enter_async_context(person(house, "tiny"))
            room = await hall(ann, tiny)
            proxy = await longer.enter_async_context(Proxy(house.port, random.Random(7), ("cut", "reset")))
            program = await longer.enter_async_context(running(words, AMONG_URL=proxy.url, AMONG_ROOM=room, **ACCOUNT))
            program.say("I am here")
            assert (await program.prints())["body"] == "I am here"
            await talk(ann, room, program, "before")
        async with serving(tmp_path, port=house.port):
            await talk(ann, room, program, "after")
            proxy.calm()
            await program.hang_up()
            said = await messages(ann, room)
            sessions = (await tiny.ask(ListSessions)).sessions
    by_tiny = [f"tiny {when} {number} " for when in ("before", "after") for number in range(12)]
    assert [one.body.rstrip(".") for one in said if "ann" not in one.body] == ["I am here", *by_tiny]
    heard = [entry["seq"] for entry in program.printed]
    assert heard == [one.seq for one in said[: len(heard)]]
    assert program.printed[-1]["body"].startswith("tiny after 11 ")
    assert proxy.seen.total() > 0, "the network was not bad"
    assert len(sessions) == 2, "it signs in by its token after the first time"


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_tiny_client_stays_away_when_it_is_told_to(client: str, tmp_path: Path):
    words = command(client)
    async with serving(tmp_path) as house, person(house, "ann") as ann, person(house, "tiny") as tiny:
        place = {"AMONG_URL": address(house), "AMONG_ROOM": await hall(ann, tiny)}
        async with running(words, **place, **ACCOUNT) as program:
            program.say("I am here")
            await program.prints()
            await tiny.ask(RevokeOthers)
            assert "not to come back: 4501" in await program.gives_up()
        async with running(words, **place, AMONG_TOKEN="no such token") as program:
            assert "session.token_invalid" in await program.gives_up()


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_tiny_client_says_what_was_refused_and_goes_on(client: str, tmp_path: Path):
    words = command(client)
    async with serving(tmp_path) as house, person(house, "ann") as ann, person(house, "tiny") as tiny:
        place = {"AMONG_URL": address(house), "AMONG_ROOM": await hall(ann, tiny)}
        async with running(words, **place, AMONG_TOKEN=tiny.token) as program:
            program.say("")
            program.say("Said.")
            assert (await program.prints())["body"] == "Said."
            await program.hang_up()
            assert "Not said: field.invalid" in await program.complaint()


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_tiny_client_says_that_a_room_is_not_one_of_ours(client: str, tmp_path: Path):
    """Mistyped, or of a community that one is not in: one ended with a traceback, the other tried again for ever."""
    words = command(client)
    async with serving(tmp_path) as house, person(house, "tiny") as tiny:
        place = {"AMONG_URL": address(house), "AMONG_ROOM": "r_nowhere"}
        async with running(words, **place, AMONG_TOKEN=tiny.token) as program:
            complaint = await program.gives_up()
            assert "There is no such room, or it is not followed." in complaint
            assert len(complaint.splitlines()) == 1


@pytest.mark.parametrize(("client", "language"), SHOWN.items())
def test_the_page_shows_the_program_as_it_is(client: str, language: str):
    shown = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert shown == [(EXAMPLES / client).read_text("utf-8")]
