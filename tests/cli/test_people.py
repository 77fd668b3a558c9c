"""Whoever is shown by a name is shown by their handle, which nobody can forge (CNT-03)."""

from among_cli.lines import Said

from .house import House


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
