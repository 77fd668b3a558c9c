"""Newcomers in the terminal: the welcome, who greets, who may speak to whom alone."""

from pathlib import Path
from typing import Any

import pytest

from among_cli import newcomer_lines
from among_cli.lines import Line
from among_cli.model import Model
from among_cli.render import rows
from among_protocol.greeters import GreeterChanged, NewcomerSettled, NewcomerSpoke
from among_protocol.reach import Reach
from among_protocol.welcome import Welcome

from .corpus import CORPUS, obeyed, on_terminal
from .house import House


async def test_a_newcomer_is_welcomed_greeted_and_left_alone(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert "no welcome yet" in (await bob.types("/welcome"))[0]
        await ana.types("/welcome write Hello! Say what you grow.")
        await ana.types("/welcome rooms hall")
        assert "Nobody greets" in (await bob.types("/greet"))[0]
        await bob.types("/greet volunteer")
        await ana.sees("garden, for stewards: bob would like to greet newcomers: /greet yes bob")
        await ana.types("/greet yes bob")
        await bob.sees("You greet newcomers in garden from now on")
        assert "greets" in (await ana.types("/greet"))[0]
        eve = await house.person("eve")
        told = await eve.types("/join garden")
        assert "Welcome to garden" in told
        assert "  Hello! Say what you grow." in told
        assert "  Start in hall: /go hall" in told
        await eve.types("Hello, I grow peas.")
        await bob.sees("eve is new in garden and has spoken for the first time, in hall: /go hall, and say hello")
        assert await bob.types("/dm eve psst") == ["Nothing can be said to this person alone."]
        for turn in range(3):
            await bob.types(f"hello @eve {turn}")
            await eve.sees(f"hello @eve {turn}")
            await eve.types(f"thanks @bob {turn}")
            await bob.sees(f"thanks @bob {turn}")
        await bob.sees("You and eve talk with each other: your greeting worked.")
        await eve.types("/directs anyone here")
        await bob.types("/dm eve hello")
        await eve.sees("hello")
        await ana.types("/greet no bob You have done enough.")
        await bob.sees("You no longer greet newcomers in garden. The reason: You have done enough.")


async def test_who_may_speak_to_me_alone_is_shown_and_said(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        assert (await ana.types("/directs"))[0].startswith("Everywhere: anybody may")
        assert (await ana.types("/directs nobody"))[0].startswith("Everywhere: nobody may")
        assert (await ana.types("/directs known here"))[0].startswith("For who knows you from garden alone: only who")
        assert (await ana.types("/directs usual here"))[0].startswith(
            "For who knows you from garden alone: anybody may, but"
        )
        assert "No greeter is told" in (await ana.types("/greetings off"))[0]
        for line in (
            "/directs some",
            "/greetings maybe",
            "/greet yes",
            "/greet no nobody",
            "/welcome nonsense",
            "/welcome rooms attic",
        ):
            assert len(await ana.types(line)) == 1, line


@pytest.mark.parametrize("text", CORPUS)
def test_what_is_told_of_newcomers_never_steers_the_terminal(text: str):
    base: dict[str, Any] = {"log": "a", "seq": 1, "at": "", "community": "c", "member": "m"}
    events: list[newcomer_lines.ToMe] = [
        NewcomerSpoke(**base, room="r", message=1), NewcomerSettled(**base), GreeterChanged(**base, state="none", reason=text),
    ]  # fmt: skip
    told: list[Line] = [newcomer_lines.to_me(Model(), event, text) for event in events]
    told += newcomer_lines.welcome(Model(), text, Welcome(text=text, rooms=["r"]))
    told.append(newcomer_lines.directs(Reach(community="c", directs=text, greetings=True), text))
    assert all(obeyed(on_terminal(rows(line, 60))) == "" for line in told)
