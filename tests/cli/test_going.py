"""Leaving with a choice, taking everything along, and erasing an account, as they are typed."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from among_cli.archive import beside
from among_cli.room_part import opened
from among_protocol.messages import ReadMessages

from .house import PASSWORD, PATIENCE, House, Reader

T = TypeVar("T")

PAUSE = 0.05  # seconds between two looks


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(tmp_path) as house:
        yield house


async def test_two_at_once_into_one_file_are_one_and_a_refusal(house: House, tmp_path: Path):
    (ana,) = await house.join("garden/hall", "ana")
    file = tmp_path / "mine.jsonl"
    with opened(beside(file)) as other:  # which is still at it
        other.write(b"half of it")
        assert "another export writes it now" in (await ana.types(f"/me export {file}"))[-1]
        assert not file.exists()
    await ana.types(f"/me export {file}")
    assert json.loads(file.read_text().splitlines()[0])["record"] == "archive"


async def bodies(person: Reader, room: str) -> list[str]:
    page = await person.among.ask(ReadMessages, room=room)
    return [message.body for message in page.messages]


async def test_leaving_asks_what_stays_and_says_what_each_means(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    assert bob.model.room is not None
    room = bob.model.room.id
    await bob.types("hello")
    bob.paper.answers = ["2"]
    told = await bob.types("/leave garden")
    assert [line.split()[:2] for line in told[1:4]] == [["1", "persona"], ["2", "words"], ["3", "erase"]]
    assert "your words stay, under nobody's name" in told[-2]
    assert all(len(line) <= 80 for line in told)
    await ana.paper.until(lambda: ana.model.who(bob_of(ana), 1) == "a former member")
    assert await bodies(ana, room) == ["hello"]


async def soon(look: Callable[[], Awaitable[T]], right: Callable[[T], bool]) -> None:
    """What is to be erased goes in the server's own time: look until that is seen."""
    for _ in range(int(PATIENCE / PAUSE)):
        if right(await look()):
            return
        await asyncio.sleep(PAUSE)
    pytest.fail("it has not come to that")


def bob_of(ana: Reader) -> str:
    assert ana.model.room is not None
    known = ana.model._personas
    return next(member for member, _ in known if member != ana.model.room.me)


async def test_to_erase_ones_words_one_types_where(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    assert bob.model.room is not None
    room = bob.model.room.id
    await bob.types("hello")
    bob.paper.answers = ["3", "gard"]
    assert await bob.types("/leave garden") != []
    assert bob.model.communities, "still there: what was typed was not the name"
    bob.paper.answers = ["erase", "garden"]
    await bob.types("/leave garden")
    await bob.paper.until(lambda: not bob.model.communities)
    await soon(lambda: bodies(ana, room), lambda said: said == [""])


@pytest.mark.parametrize("answers", [[], ["4"], ["maybe"]])
async def test_who_does_not_choose_stays(house: House, answers: list[str]):
    _, bob = await house.join("garden/hall", "ana", "bob")
    bob.paper.answers = answers
    told = await bob.types("/leave garden")
    assert "still in garden" in told[-1]
    assert bob.model.communities


async def test_everything_of_mine_is_a_file_that_is_mine_alone(house: House, tmp_path: Path):
    _, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("hello")
    file = tmp_path / "out" / "mine.jsonl"
    file.parent.mkdir()
    told = await bob.types(f"/me export {file}")
    assert str(file) in told[-1], told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert records[0]["record"] == "archive"
    assert records[0]["account"]["handle"] == "bob"
    assert "hello" in [one["entry"].get("body") for one in records if one["record"] == "entry"]
    assert "is there already" in (await bob.types(f"/me export {file}"))[0]
    assert [path.name for path in file.parent.iterdir()] == ["mine.jsonl"]


async def test_erasing_an_account_takes_a_choice_the_handle_and_the_password(house: House):
    _, bob = await house.join("garden/hall", "ana", "bob")
    for answers in ([], ["all"], ["words", "ana"], ["words", "bob"]):
        bob.paper.answers, bob.paper.secrets = list(answers), []
        told = await bob.types("/me erase")
        assert "othing was erased" in told[-1]
        assert all(len(line) <= 80 for line in told)
    bob.paper.answers, bob.paper.secrets = ["words", "bob"], ["a guess"]
    assert "password is not right" in (await bob.types("/me erase"))[-1]
    assert not bob.link.quit.is_set()


async def test_who_signs_in_while_the_account_waits_to_be_erased_is_told_that_it_stays(house: House):
    _, bob = await house.join("garden/hall", "ana", "bob")
    bob.paper.answers, bob.paper.secrets = ["words", "bob"], [PASSWORD]
    told = await bob.types("/me erase")
    assert "Signing in until then keeps it." in told[-1]
    back = await house.signs_in("bob")
    await back.sees("Your account was to be erased. You have signed in, so it stays")
    again = await house.signs_in("bob")
    assert not [line for line in again.paper.told if "erased" in line], "it was called off once"


async def test_who_comes_back_is_told_what_still_waits_to_be_erased(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("something bad")
    await ana.sees("something bad")
    await ana.types("/report bob It is bad.")
    told = await bob.types("/leave garden erase")
    assert "it goes then" in told[-1]
    before, waits = "What you wanted erased when you left ", "waits: it was reported"
    assert any(before in line for line in await bob.types("/join garden"))
    await soon(lambda: bob.types("/me"), lambda told: any(before + waits in line for line in told))
    await ana.types("/reports")
    await ana.types("/resolve 1 declined")
    await soon(lambda: bob.types("/me"), lambda told: not any(before in line for line in told))
