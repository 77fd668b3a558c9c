"""Cards in the chat: who somebody is here, who one is oneself, and who sees what of it."""

from datetime import UTC

import pytest

from among_cli.card import card, hidden
from among_cli.cards import APART
from among_cli.lines import Labelled, Line, Told
from among_cli.plain_text import plain
from among_cli.render import rows
from among_protocol.cards import CommonPlace, MemberCard
from among_protocol.personas import (
    FormerHandle,
    OwnPersona,
    PersonaLink,
    PersonaPlace,
    PersonaWish,
    Shown,
    UpdatePersona,
)
from among_protocol.status import Status

from .corpus import CORPUS
from .house import House

MARTA = MemberCard(
    member="m_1",
    rev=3,
    place="c_1",
    handle="marta",
    display_name="Marta Souza",
    role="steward",
    pronouns="she/her",
    bio="Beans, and a shed.",
    at=PersonaPlace(name="Lisbon", grain="city"),
    links=[
        PersonaLink(label="Diary", url="https://diary.example/"),
        PersonaLink(label="Seeds", url="https://s.example/"),
    ],
    why="To learn what grows in shade.",
    intro="I keep an allotment.\nAsk me about beans.",
    interests=["beans", "film"],
    joined="2024-03",
    years=2,
    marks=["founding"],
    former=[FormerHandle(handle="slugs", since="2024-03-03T00:00:00.000Z", until="2025-01-03T00:00:00.000Z")],
    state="dnd",
    status=Status(emoji="🌱", text="in the garden", until="2026-01-31T16:00:00.000Z"),
    common=[CommonPlace(community="c_2", slug="library", name="Library")],
    shared=["film"],
)
BARE = MemberCard(member="m_2", rev=1, place="c_1", handle="bob", display_name="bob", state="offline")


def text(lines: list[Line]) -> list[str]:
    return [row for line in lines for row in plain(line)]


def test_a_card_has_a_row_for_all_that_it_says():
    assert text(card(MARTA, UTC, community="garden", more="muted by you")) == [
        "@marta  Marta Souza  she/her",
        "  ⊘ do not disturb · steward of garden · muted by you",
        "  🌱 in the garden  until 31 January 16:00",
        "  Beans, and a shed.",
        "",
        "  place: Lisbon",
        "  here for: To learn what grows in shade.",
        "  interests: beans · film",
        "  links: Diary  https://diary.example/",
        "    Seeds  https://s.example/",
        "  joined: March 2024 · 2 years  ✦ founding member",
        "  before: slugs  Mar 2024 – Jan 2025",
        "  in common: library  both into film",
        "",
        "  I keep an allotment.",
        "  Ask me about beans.",
    ]


def test_what_is_empty_has_no_row():
    assert text(card(BARE, UTC)) == ["@bob", "  ○ offline"]
    gone = MemberCard(member="m_2", rev=1, place="c_1", handle="bob", display_name="bob", left=True, last_seen="today")
    assert text(card(gone, UTC))[:2] == ["@bob", "  has left"]


@pytest.mark.parametrize("columns", [20, 40, 60, 100])
def test_a_card_fits_whatever_terminal(columns):
    for line in card(MARTA, UTC, community="garden"):
        for row in rows(line, columns):
            assert sum(len(span.text) for span in row) <= columns


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_that_somebody_says_of_themselves_leaves_its_row(hostile):
    one = MemberCard(
        member="m_1", rev=1, place="c_1", handle="eve", display_name=hostile, pronouns=hostile, bio=hostile, why=hostile,
        intro=hostile, at=PersonaPlace(name=hostile), links=[PersonaLink(label=hostile, url=hostile)], interests=[hostile],
        status=Status(emoji=hostile, text=hostile, until=hostile), former=[FormerHandle(handle=hostile, until=hostile)],
        joined=hostile, marks=[hostile], state=hostile, last_seen=hostile,
        common=[CommonPlace(community="c_2", slug=hostile, name=hostile)], shared=[hostile],
    )  # fmt: skip
    first, *rest = [row for line in card(one, UTC, community="garden") for row in rows(line, 60)]
    assert first[0].text == "@eve"
    for row in rest:
        shown = "".join(span.text for span in row)
        assert not shown or shown.startswith("  ")
        assert "\x1b" not in shown
        assert "\n" not in shown


def test_ones_own_card_says_what_is_hidden_and_what_is_empty():
    mine = OwnPersona(
        member="m_1",
        rev=1,
        handle="bob",
        display_name="bob",
        intro="x",
        why="y",
        shown=Shown(intro="stewards", lineage="stewards", why="nobody", place="nobody"),
    )
    lines = text(hidden(mine))
    assert lines[1:3] == ["  stewards alone see intro and former handles", "  nobody but you sees why"]
    assert lines[3:] == ["  Still empty: bio, place and links.", "  /me bio I grow beans."]
    assert isinstance(hidden(mine)[1], Told)
    assert not any(isinstance(line, Labelled) for line in hidden(mine))


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


async def test_whois_and_me_show_cards(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/me bio I mend things.")
    shown = await ana.types("/whois bob")
    assert shown[:2] == ["@bob", "  ● online · in garden"]
    assert "  I mend things." in shown
    assert any(line.startswith("  joined: ") and "new here" in line for line in shown)
    own = await bob.types("/me")
    assert own[1] == "  ● online · you · in garden"
    assert "  Still empty: why, place, links and intro." in own
    assert "  /me bio I grow beans." in await ana.types("/me")
    await ana.types("/block bob")
    assert (await ana.types("/whois bob"))[1] == "  ○ offline · in garden · blocked by you"


async def test_a_preview_is_what_others_get(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/me bio canary")
    (told,) = await bob.types("/me show bio stewards")
    assert told == "Stewards alone of garden see your bio."
    seen = await bob.types("/me as-others")
    assert seen[0] == "as other members of garden see you"
    assert seen[1:-1] == await bob_as(house, "cleo")
    assert not any("canary" in line for line in seen)
    assert any("canary" in line for line in await bob.types("/me as-stewards"))
    assert any("canary" in line for line in await ana.types("/whois bob")), "who founded it is a steward"
    assert await bob.types("/me show bio nobody") == ["Nobody but you in garden sees your bio."]


async def test_who_goes_by_another_handle_is_told_what_it_does_not_hide(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    place = next(iter(bob.model.communities))
    await bob.among.ask(UpdatePersona, community=place, persona=PersonaWish(handle="moss"))
    assert (await bob.types("/me"))[-1].strip() == APART
    assert (await ana.types("/whois bob"))[:2] == ["@bob goes by @moss now.", "@moss  bob"]
    await bob.types("/invisible here")
    assert APART not in "".join(await bob.types("/me"))


async def bob_as(house: House, handle: str) -> list[str]:
    other = await house.person(handle)
    await other.types("/join garden")
    return await other.types("/whois bob")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/me show shoes members", "Say /me show FIELD members, stewards or nobody."),
        ("/me show bio everybody", "Say /me show FIELD members, stewards or nobody."),
        ("/me show lineage nobody", "Stewards always see former handles"),
        ("/me show common stewards", "Common ground is between members"),
        ("/whois nobody-here", "There is no such account."),
    ],
)
async def test_what_can_not_be_shown_says_why(house, typed, told):
    (ana,) = await house.join("garden/hall", "ana")
    assert told in (await ana.types(typed))[0]


async def test_who_is_in_no_community_sees_profiles(house):
    ana = await house.person("ana")
    bob = await house.person("bob")
    await bob.types("/me bio Grows beans.")
    assert await ana.types("/whois bob") == ["@bob", "  Grows beans."]
    assert (await bob.types("/me"))[0] == "@bob  bob  your profile, wherever you chose nothing else"
    assert "Go to a room of the community first" in (await ana.types("/me as-others"))[0]
