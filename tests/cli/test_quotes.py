"""Quotes in the terminal: asking somebody, seeing what one is asked for, agreeing, and taking it back."""

from pathlib import Path

import pytest

from among_cli import portrait_page
from among_cli.lines import Line
from among_cli.render import rows
from among_protocol.quotes import QuoteAsked, QuoteWithdrawn

from .corpus import CORPUS, obeyed, on_terminal
from .house import House


async def test_somebody_is_asked_agrees_and_is_quoted_until_they_take_it_back(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, cleo = await house.join("garden/hall", "ana", "bob", "cleo")
        await ana.types("Who likes beans?")
        await bob.types("I stayed for the people.")
        await cleo.sees("I stayed for the people.")
        assert "bob is asked." in (await cleo.types("/quote bob stayed for the people"))[0]
        await bob.sees("cleo would like to quote you in the portrait of garden: /quotes")
        told = await bob.types("/quotes")
        assert "     “stayed for the people”" in told
        assert "    ana  Who likes beans?" in told
        assert "  » bob  I stayed for the people." in told
        await bob.types("/quotes yes 1 I stayed for the people here.")
        await ana.sees("bob proposes a change: Quotes")
        assert "  + “I stayed for the people here.”" in await ana.types("/portrait proposals")
        await ana.types("/portrait merge 1")
        await cleo.sees("Quotes of the portrait was written anew, by bob")
        told = await cleo.types("/portrait")
        assert "  “I stayed for the people here.”" in told
        assert "      — bob  (1)" in told
        assert "in the portrait" in (await bob.types("/quotes"))[1]
        assert "gone from every version" in (await bob.types("/quotes withdraw 1"))[0]
        assert not any("stayed" in line for line in await cleo.types("/portrait"))


async def test_who_says_no_is_left_in_peace(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("beans")
        await ana.sees("beans")
        await ana.types("/quote bob")
        await bob.sees("would like to quote you")
        await bob.types("/quotes")
        assert "not to be" in (await bob.types("/quotes no 1"))[0]
        assert await ana.types("/quote bob") == ["Nobody can be asked for this quote."]


async def test_ones_own_words_are_offered_and_a_steward_takes_them_out(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("/quote me I came for the beans.")
        await ana.types("/portrait merge 1")
        await ana.types("/portrait")
        await ana.types("/portrait takeout 1 It reads as an advert.")
        await bob.sees("A quote of yours was taken out of the portrait of garden. The reason: It reads as an advert.")


async def test_what_is_typed_wrong_is_told(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        for line in ("/quote bob", "/quotes yes 1", "/quotes yes", "/quotes maybe 1", "/portrait takeout 1 x"):
            assert len(await ana.types(line)) == 1, line


@pytest.mark.parametrize("text", CORPUS)
def test_what_is_told_of_quotes_never_steers_the_terminal(text: str):
    asked = QuoteAsked(log="a", seq=1, at="", community="c", quote="q", member="m", asker="n", room="r", message=1)
    taken = QuoteWithdrawn(log="a", seq=1, at="", community="c", quote="q", reason=text)
    told: list[Line] = [portrait_page.to_me(event, text, text) for event in (asked, taken)]
    assert all(obeyed(on_terminal(rows(line, 60))) == "" for line in told)
