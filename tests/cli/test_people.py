"""Whoever is shown by a name is shown by their handle, which nobody can forge (CNT-03)."""

from among_cli import rooms
from among_cli.lines import Said
from among_protocol.rooms import OpenDirect

from .house import House, Reader


async def test_cnt_03_who_would_take_the_name_of_another_is_refused_and_shown_by_their_own_handle(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        (refused, *_) = await bob.types("/me name ana")
        assert "the name or handle of somebody else here" in refused
        await bob.types("/me name Ana, to my friends")
        await bob.types("it is me, ana")
        await ana.sees("it is me, ana")
        (said,) = [line for line in ana.paper.lines if isinstance(line, Said) and line.body == "it is me, ana"]
        assert said.who == "bob"
        told = [line for line in await ana.types("/members") if "ana" in line.lower()]
        assert sorted(line.split()[0] for line in told) == ["ana", "bob"]
        (whois, *_) = await ana.types("/whois bob")
        assert whois.split()[:2] == ["@bob", "Ana,"]


async def test_a_direct_goes_by_what_the_other_is_called_now(tmp_path):
    """One that was begun as who they are in a community: nothing is said in it, and nothing of its own tells."""
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert ana.model.room is not None
        opened = (await ana.among.ask(OpenDirect, members=[await member(ana, "bob")])).entry
        await bob.paper.until(lambda: opened.room in bob.model.rooms)
        await bob.types("/go @ana")
        assert bob.model.room is not None
        await ana.types("/me handle moss")
        await bob.paper.until(lambda: bob.model.room is not None and bob.model.room.title == "@moss")
        assert any(line.startswith("› 2 @moss") for line in await bob.types("/rooms"))
        await bob.types("/go hall")
        await ana.paper.until(lambda: opened.room in ana.model.rooms)
        await ana.types("/go @bob")
        await ana.types("psst")
        await bob.sees("» moss to you: psst")
        assert any("@moss" in line for line in await bob.types("/unread"))


async def member(reader: Reader, handle: str) -> str:
    room = reader.model.room
    assert room is not None
    found = await rooms.member_of(reader.link, room.community, handle)
    assert found is not None
    return found.member
