"""How one appears, from the chat: a status with an emoji and an end, do not disturb, invisible, back."""

import pytest

from among_cli.emoji_names import NAMES, named
from among_protocol.emoji import emoji

from .house import House


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


async def test_a_status_is_set_shown_and_ended(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    (told,) = await bob.types("/status :seedling: in the garden for 2h")
    assert told.startswith("Your status: 🌱 in the garden  until ")
    (line,) = [line for line in await ana.types("/members") if "bob" in line]
    assert line.endswith("🌱 in the garden")
    assert (await bob.types("/status"))[0].split()[:5] == ["everywhere", "auto", "🌱", "in", "the"]
    assert await bob.types("/status none") == ["You have no status."]
    assert await bob.types("/status here ☕") == ["Your status in garden: ☕"]
    assert [line.split() for line in await bob.types("/status")] == [
        ["everywhere", "auto", "none"],
        ["garden", "inherit", "☕"],
    ]
    assert await bob.types("/status here none") == ["You have no status in garden."]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/status for 2h", "Say /status :coffee: back soon for 2h"),
        ("/status :no_such_thing: x", "There is no emoji :no_such_thing:"),
        ("/status x for 9999w", "a year at most"),
        ("/status x for 1000000h", "Say for how long as"),
        ("/status x for 2x", "Say for how long as"),
        ("/dnd there", "Say /dnd, or /dnd here"),
        ("/away for 2h", "Say /away; /back ends it."),
        ("/seen maybe", "Say /seen shown or /seen hidden"),
    ],
)
async def test_what_can_not_be_done_says_what_can(house, typed, told):
    ana = await house.person("ana")
    assert told in (await ana.types(typed))[0]


async def test_a_sentence_that_ends_like_a_length_of_time_is_one(house):
    ana = await house.person("ana")
    (told,) = await ana.types("/status up for grabs")
    assert told == "Your status: up for grabs"


async def test_nothing_rings_for_who_is_not_to_be_disturbed(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")

    def rang() -> bool:
        return any(getattr(line, "alert", False) for line in ana.paper.lines)

    await ana.types("/dnd here")
    await bob.types("@ana hello")
    await ana.sees("@ana hello")
    assert not rang()
    await ana.types("/back here")
    await bob.types("@ana once more")
    await ana.sees("@ana once more")
    assert rang()


async def test_who_is_invisible_is_offline_to_others_and_back_when_they_say_so(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")

    async def of_bob() -> str:
        (line,) = [line for line in await ana.types("/members") if "bob" in line]
        return str(line.split()[1])

    assert await of_bob() == "online"
    (told,) = await bob.types("/invisible")
    assert told.startswith("You are invisible")
    await ana.paper.until(lambda: "offline" in ana.model.presence.values())
    assert await of_bob() == "offline"
    assert await bob.types("/status here I am") == [
        "You are invisible there: a new status would tell that you are here. Be visible first."
    ]
    await bob.types("/dnd here")
    await ana.paper.until(lambda: "dnd" in ana.model.presence.values())
    assert await bob.types("/back") == ["You are here. In garden you chose otherwise: /back here."]
    await bob.types("/back here")
    await ana.paper.until(lambda: "online" in ana.model.presence.values())


async def test_whether_others_see_when_one_was_here(house):
    (ana,) = await house.join("garden/hall", "ana")
    assert await ana.types("/seen shown") == ["Others see when you were here last, no finer than a day."]
    assert await ana.types("/seen hidden here") == ["Others in garden do not see when you were here."]
    assert ana.model.appearances.of("").last_seen == "shown"


async def test_what_another_device_chose_holds_here_too(house):
    ana = await house.person("ana")
    laptop = await house.signs_in("ana")
    await laptop.types("/dnd")
    await ana.paper.until(lambda: ana.model.appearances.appear() == "dnd")
    third = await house.signs_in("ana")
    assert third.model.appearances.appear() == "dnd"


def test_every_name_names_one_emoji():
    assert all(emoji(one) == one for one in NAMES.values())
    assert (named(":coffee:"), named(":hot_beverage:"), named("🌱"), named(":COFFEE:")) == ("☕", "☕", "🌱", "☕")
    assert [named(typed) for typed in (":nothing:", "::", ":", "x", ":latin_small_letter_a:")] == [None] * 5
