"""Reactions, as who sits at the terminal sees them."""

import asyncio
import json
from typing import Any

import pytest

from among_cli import one_shot, reaction_lines
from among_cli.changes import under
from among_cli.lines import Said
from among_cli.link import Cannot
from among_cli.opening import Entry, opened
from among_cli.places import Room
from among_cli.plain_text import plain
from among_cli.reaction_lines import Gathered
from among_cli.reactions import parsed
from among_cli.render import rows
from among_protocol.blocks import Block, BlockList
from among_protocol.members import PersonaRef
from among_protocol.reactions import (
    AddReaction,
    Reaction,
    ReactionAdded,
    ReactionChange,
    ReactionRemoved,
    ReactionsChanged,
)
from tests.cli.house import PASSWORD, House, Reader
from tests.cli.test_commands import bar


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaction_lines, "EVERY", 0.01)


def newest(reader: Reader) -> Said:
    return [one for one in reader.paper.lines if isinstance(one, Said)][-1]


async def test_one_reacts_and_takes_it_back_and_the_room_sees_who_did(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("The beans are up, and the slugs have not found them")
        await bob.sees("The beans are up")
        await bob.types("/react :seedling:")
        for reader in (ana, bob):
            await reader.sees("bob reacted 🌱 to #1 “The beans are up, and the slugs…”")
        await ana.types("/react #1 👍")
        await bob.sees("ana reacted 👍 to #1")
        assert (await bob.types("/react 1"))[-2:] == ["  🌱 bob", "  👍 ana"]
        assert (await bob.types("/react 🌱"))[-1] == "You took back 🌱 from #1.", "the same again takes it back"
        assert (await ana.types("/react - last 👍"))[-1] == "You took back 👍 from #1."
        assert (await ana.types("/react - 👍"))[-1] == "There is no such reaction of yours."
        assert (await ana.types("/react #1"))[-1] == "Nobody reacts to #1."


async def test_what_can_not_be_done_says_what_to_do(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert (await ana.types("/react"))[0].startswith("Say more: /react")
        assert (await ana.types("/react 👍"))[0].startswith("There is no such message")
        await bob.types("kestrel-9041")
        await ana.sees("kestrel-9041")
        assert (await ana.types("/react hello"))[0].startswith("One reacts with one emoji")
        assert (await ana.types("/react :nosuchthing:"))[0].startswith("There is no emoji :nosuchthing:")
        assert (await ana.types("/react 👍 👎"))[0].startswith("Say with what")
        assert (await ana.types("/react - #1"))[0].startswith("Say with what")
        assert await ana.types("/react #77 👍") == ["There is no message #77. The numbers stand behind the messages."]


async def test_without_a_number_one_reacts_to_the_last_message_of_what_one_looks_at(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        await ana.types("/thread #1 many, I mean")
        await bob.sees("ana answered in the thread of #1")
        assert (await bob.types("/react - 👍")) == ["There is no such reaction of yours."]
        await bob.types("/react 👍")
        await ana.sees("bob reacted 👍 to #1")
        await bob.types("/thread 1")
        await ana.types("The slugs are back")
        await bob.sees("The slugs are back")
        await bob.types("/react 🌱")
        await ana.sees("bob reacted 🌱 to #2")
        assert bar(bob).startswith(" garden/hall · thread #1 ")
        await bob.types("/thread")
        await bob.types("so be it")
        await ana.sees("so be it")
        assert bar(bob).startswith(" garden/hall  ")
        await bob.types("/react :bug:")
        await ana.sees("bob reacted 🐛 to #4")
        await ana.types("/edit never mind")
        await bob.sees("never mind")


@pytest.mark.parametrize(
    ("rest", "meant"),
    [
        ("👍", (False, "", "👍")),
        ("last 👍", (False, "", "👍")),
        ("#last 👍", (False, "", "👍")),
        ("#12 👍", (False, "#12", "👍")),
        ("12 :tea:", (False, "12", ":tea:")),
        ("- 👍", (True, "", "👍")),
        ("- #12 👍", (True, "#12", "👍")),
        ("#12", (False, "#12", "")),
        ("1️⃣", (False, "", "1️⃣")),
    ],
)
def test_what_is_meant_by_what_is_typed(rest, meant):
    assert parsed(rest) == meant


@pytest.mark.parametrize("rest", ["", "-", "- #12", "#12 👍 👎", "👍 #12"])
def test_what_is_typed_and_can_not_be_meant(rest):
    with pytest.raises(Cannot):
        parsed(rest)


async def test_how_a_message_is_reacted_to_stands_under_it(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("hi")
        await bob.sees("hi")
        for reader in (ana, bob):
            await reader.types("/react #1 👍")
        await bob.types("/react #1 🎉")
        await ana.types("/go hall")
        await ana.paper.until(lambda: bool(newest(ana).reactions))
        said = newest(ana)
        laid = ["".join(span.text for span in row) for row in rows(said, 60)]
        assert laid[1:] == ["      └ 👍 2 (you)  🎉 1"]
        assert plain(said)[1:] == ["  👍 2 (you)  🎉 1"]
        await ana.types("/delete #1")
        await bob.sees("ana deleted #1")
        await bob.types("/go hall")
        await bob.paper.until(lambda: newest(bob).blank)
        assert newest(bob).reactions == ""


async def test_one_reacts_to_a_post_and_it_stands_above_its_text(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        ana.paper.written = ["On beans\nThey grow."]
        await ana.types("/corner post")
        await bob.types("/corner @ana")
        assert (await bob.types("/corner react 👍"))[-1].startswith("Say to which, and with what: /corner react 7")
        assert (await bob.types("/corner react 2 :seedling:")) == ["You react to #2: /corner 2 shows how others do."]
        assert "  🌱 1 (you)" in await bob.types("/corner 2")
        await ana.types("/corner")
        assert "  🌱 1" in await ana.types("/corner 2")
        assert "You took back 🌱 from #2." in await bob.types("/corner react - 2 🌱")
        assert not any("🌱" in line for line in await bob.types("/corner 2"))


def test_many_reactions_fit_a_narrow_screen():
    reactions = [Reaction(emoji=chr(0x1F400 + number), count=1000 + number, mine=not number) for number in range(20)]
    said = Said("r1", 1, None, "ana", "hi", reactions=under(reactions))
    laid = ["".join(span.text for span in row) for row in rows(said, 60)]
    assert max(map(len, laid)) <= 60
    assert all(chr(0x1F400 + number) in "".join(laid) for number in range(20))
    assert all(row.startswith("      ") for row in laid[1:])


async def test_who_wrote_it_is_told_of_reactions_wherever_they_are_and_not_by_whom_they_block(tmp_path):
    async with House(tmp_path) as house:
        ana, bob, eve = await house.join("garden/hall", "ana", "bob", "eve")
        await ana.types("hi")
        for reader in (bob, eve):
            await reader.sees("hi")
        await ana.types("/room create shed")
        await ana.sees("garden/shed")
        await bob.types("/react #1 👍")
        await ana.sees("» bob reacted 👍 to your #1 in garden/hall")
        await ana.types("/mute eve")
        await eve.types("/react #1 🎉")
        await eve.sees("eve reacted 🎉")
        await bob.types("/react #1 🌱")
        await ana.sees("bob reacted 🌱 to your #1")
        assert not any("🎉" in line for line in ana.paper.told)
        assert ana.model.rooms[ana.link.among.room("garden/hall").id].mentions == 0


async def test_tail_prints_each_reaction_of_a_storm(tmp_path, capsys):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        room = ana.among.room("garden/hall").id
        said = await ana.among.send(room, "hi")
        async with opened(Entry(house.url, handle="bob", password=PASSWORD), house.saved) as script:
            tailing = asyncio.create_task(one_shot.tail(script, "garden/hall", start=1, count=4, as_json=True))
            await bob.paper.until(lambda: said.seq in {one.seq for one in bob.paper.lines if isinstance(one, Said)})
            live = house.logs.get(room)
            assert live is not None
            live.not_before, live.crowd = (
                asyncio.get_running_loop().time() + 0.3,
                3,
            )  # what comes until then goes out together
            about = {"room": room, "message": said.seq}
            await asyncio.gather(*(ana.among.ask(AddReaction, **about, emoji=emoji) for emoji in "👍🎉🌱"))
            async with asyncio.timeout(10):
                await tailing
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        assert [(one["type"], one["seq"]) for one in told] == [
            ("message.sent", 1), ("reaction.added", 2), ("reaction.added", 3), ("reaction.added", 4),
        ]  # fmt: skip
        assert [one["emoji"] for one in told[1:]] == ["👍", "🎉", "🌱"]


# --- what is told of many


class Someone:
    """As much of a model as is asked for."""

    def __init__(self) -> None:
        self.blocks = BlockList([Block(id="b1", handle="eve", kind="block")])
        self.visit = None
        self.room: Any = None

    def who(self, member: str, rev: int = 0) -> str:
        return member.removeprefix("m_")

    def knows(self, member: str, rev: int) -> bool:
        return True


def room_of(model: Someone) -> Room:
    room = model.room = Room("r1", "garden/hall", "open", "c1", "m_me")
    return room


def told(gathered: Gathered, model: Any) -> list[str]:
    return ["".join(part.text for part in line.parts) for line in gathered.told(model)]  # type: ignore[union-attr]  # all are told


def added(member: str, seq: int, count: int, emoji: str = "👍") -> ReactionAdded:
    return ReactionAdded(
        log="r1", seq=seq, at="", by=member, rev=1, message=1, emoji=emoji, author="m_ana", count=count
    )


def test_what_comes_soon_after_is_told_together_and_only_what_is_left_of_it():
    model, gathered = Someone(), Gathered()
    room = room_of(model)
    for number, member in enumerate(("m_ana", "m_bob", "m_eve"), 1):
        gathered.take(room, added(member, number + 1, number))
    gathered.take(room, added("m_bob", 5, 1, "🎉"))
    gathered.take(room, ReactionRemoved(log="r1", seq=6, at="", by="m_bob", rev=1, message=1, emoji="🎉", count=0))
    assert told(gathered, model) == ["ana and bob reacted 👍 to #1, 3 now"]
    assert not gathered
    gathered.take(room, ReactionRemoved(log="r1", seq=7, at="", by="m_bob", rev=1, message=1, emoji="👍", count=2))
    assert not gathered, "who takes something back is not told of"


def test_a_storm_is_one_line():
    model, gathered = Someone(), Gathered()
    room = room_of(model)
    people = [PersonaRef(member=f"m_p{number}", rev=1) for number in range(200)]
    for start in range(0, 200, 20):
        change = ReactionChange(
            message=1, emoji="🎉", count=start + 20, author="m_me", added=people[start : start + 20]
        )
        gathered.take(room, ReactionsChanged(log="r1", seq=start + 21, first=start + 2, changes=[change]))
    assert told(gathered, model) == ["p0, p1, p2 and 197 more reacted 🎉 to #1, 200 now"]
