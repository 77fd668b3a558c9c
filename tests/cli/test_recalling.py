"""What comes live about a message that is not on the screen says which one that is."""

import pytest

from among_cli import reaction_lines, thread_lines
from among_cli.lines import Said, Told
from among_protocol.messages import Message
from tests.cli.house import House, Reader


@pytest.fixture
async def house(tmp_path, monkeypatch):
    monkeypatch.setattr(thread_lines, "EVERY", 0.01)
    monkeypatch.setattr(reaction_lines, "EVERY", 0.01)
    async with House(tmp_path) as house:
        yield house


async def come_later(house: House, said: list[str]) -> list[Reader]:
    """Ana has said this long ago: it is not on the screen of anybody who comes in now."""
    ana, bob, cyd = await house.join("garden/hall", "ana", "bob", "cyd")
    for text in [*said, *(f"more {number}" for number in range(31))]:
        await ana.types(text)
    await ana.link.voice.settled()
    for reader in (ana, bob, cyd):
        await reader.types("/create meadow" if reader is ana else "/join meadow")
        await reader.types("/go garden/hall")
        reader.paper.lines.clear()
    return [ana, bob, cyd]


def counted(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers that are looked up for this reader from now on."""
    read, asked = reader.link.recalling._read, list[int]()

    async def counting(room: str, seq: int) -> Message | None:
        asked.append(seq)
        return await read(room, seq)

    monkeypatch.setattr(reader.link.recalling, "_read", counting)
    return asked


def quotes(reader: Reader) -> list[str]:
    return [one.quote for one in reader.paper.lines if isinstance(one, Said) and one.quote]


async def test_an_answer_quotes_what_is_not_on_the_screen(house):
    ana, bob, cyd = await come_later(house, ["Who has beans?"])
    await bob.types("/reply #1 I have")
    for reader in (ana, cyd):
        await reader.sees("I have")
        assert quotes(reader) == ["ana #1: Who has beans?"]
    (told,) = [one for one in ana.paper.lines if isinstance(one, Said)]
    assert told.mention, "it is for her"
    await ana.types("/edit #1 Who has peas?")
    await cyd.types("/reply #1 I, too")
    await bob.sees("I, too")
    assert quotes(bob)[-1] == "ana #1: Who has peas?"


async def test_reactions_pins_and_threads_name_what_is_not_on_the_screen(house):
    ana, bob, cyd = await come_later(house, ["Who has beans?", "And peas?", "Good seeds: http://seeds.example"])
    await bob.types("/react #1 👍")
    await cyd.sees("bob reacted 👍 to #1 “Who has beans?”")
    await bob.types("/thread #2 I have")
    await cyd.sees("bob answered in the thread of #2 “And peas?”")
    await ana.types("/pin #3")
    await cyd.sees("ana pinned #3 of ana: Good seeds: http://seeds.example")


async def test_a_message_is_looked_up_once_and_few_of_them_in_a_second(house, monkeypatch):
    ana, bob, cyd = await come_later(house, [f"bean {number}" for number in range(8)])
    asked = counted(cyd, monkeypatch)
    for _ in range(3):
        await bob.types("/reply #1 yes")
    await bob.link.voice.settled()
    await ana.types("now")
    await cyd.sees("now")
    assert asked == [1]
    assert quotes(cyd) == ["ana #1: bean 0"] * 3
    then = cyd.among.now() + 1.0
    monkeypatch.setattr(cyd.among, "now", lambda: then)
    for number in range(2, 9):
        await bob.types(f"/reply #{number} yes")
    await bob.link.voice.settled()
    await ana.types("then")
    await cyd.sees("then")
    assert asked[1:] == [2, 3, 4, 5, 6]
    assert quotes(cyd)[-2:] == ["#7", "#8"]


async def test_what_people_said_whom_one_mutes_is_not_quoted_either(house):
    _, bob, cyd = await come_later(house, ["Kestrel"])
    await cyd.types("/mute ana")
    await cyd.paper.until(lambda: bool(cyd.model.blocks.kind("ana")))
    await bob.types("/reply #1 oh")
    await bob.types("/react #1 👍")
    await cyd.sees("bob reacted 👍 to #1")
    assert not any("Kestrel" in str(line) for line in cyd.paper.lines if isinstance(line, Said | Told))
