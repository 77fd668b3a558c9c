"""Finding: communities that one may like, what one cares for, people in a community; and tags while one types them."""

import pytest

from among_cli import commands
from among_cli.complete import candidates
from among_cli.render import rows
from among_protocol.communities import CreateCommunity
from among_protocol.discovery import Reason

from .house import House, Reader


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


@pytest.fixture
async def ana(house: House) -> Reader:
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for slug, tags in (("darkroom", ["film photography"]), ("teahouse", ["Tea", "pottery"]), ("attic", [])):
        await bob.among.ask(CreateCommunity, slug=slug, name=slug.title(), about="For all.", tags=tags)
    return ana


async def test_what_is_suggested_says_why_and_is_joined_by_its_number(ana):
    assert "  /interests +tea +film-photography" in await ana.types("/discover")
    said = await ana.types("/interests +tea ceramics +analog-photography")
    assert said == ["For yourself: #tea, #ceramics and #analogue-photography. /discover goes by it."]
    told = await ana.types("/discover")
    assert told[:4] == [
        " 1 teahouse         Teahouse, 1 member",
        "  because you said #ceramics and #tea",
        "  For all.",
        "  #tea #ceramics",
    ]
    assert told[4] == " 2 darkroom         Darkroom, 1 member"
    assert await ana.types("/discover not 2") == ["No more of darkroom. /discover again darkroom undoes that."]
    assert not [line for line in await ana.types("/discover") if "darkroom" in line]
    assert await ana.types("/discover again darkroom") == ["darkroom may be suggested again."]
    await ana.types("/discover")
    assert "You are in darkroom" in (await ana.types("/join 2"))[0]
    assert await ana.types("/join 9") == ["There is no number 9: /discover and /communities number what they list."]
    assert await ana.types("/discover what") == ["Say /discover, /discover not NUMBER, or /discover again NAME."]


async def test_the_directory_by_words_tags_and_age(ana):
    told = await ana.types("/communities #Tea")
    assert [line for line in told if line.startswith(" 1")] == [" 1 teahouse         Teahouse, 1 member"]
    assert [line[:12] for line in await ana.types("/communities new") if line[:3].strip().isdecimal()] == [
        " 1 attic    ",
        " 2 teahouse ",
        " 3 darkroom ",
        " 4 garden   ",
    ]
    assert await ana.types("/communities #no/tag") == [
        "A tag has words of letters and digits, joined by -, as in film-photography."
    ]
    assert await ana.types("/communities dark #tea") == ["None has 'dark #tea' in it."]


async def test_who_sees_what_one_cares_for(ana):
    assert await ana.types("/interests here +moss +depression") == [
        "garden  what you say there",
        "  #moss             members see it",
        "  #depression       only you see it, sensitive",
    ]
    assert "  #moss             members see it and find you" in await ana.types("/interests found moss")
    assert "  #moss             stewards see it" in await ana.types("/interests show moss stewards")
    assert "  #moss             members see it and find you" in await ana.types("/interests found moss")
    assert "  #moss             members see it" in await ana.types("/interests found moss no")
    told = await ana.types("/interests show depression members")
    assert "  #depression       members see it, sensitive" in told
    assert "  #depression       members see it, sensitive" in await ana.types("/interests")
    assert await ana.types("/interests found tea") == ["You have not said #tea in garden: /interests here +tea"]
    assert await ana.types("/interests +no-such-tag") == ["There is no tag no-such-tag."]
    told = await ana.types("/interests +tea +chess +go +jazz +lace +maps +rust +bats +moss")
    assert told == ["At most 8 in one place: drop one with -TAG."]
    assert await ana.types("/interests here -moss -depression") == ["Nothing."]


async def test_stewards_say_what_a_tag_means(ana, house):
    assert await ana.types("/tag moss means plants") == ["#moss means #botany in garden."]
    assert "  #botany           members see it" in await ana.types("/interests here +moss")
    assert await ana.types("/tag #botany sensitive") == ["#botany is sensitive in garden."]
    assert "  #botany           only you see it, sensitive" in await ana.types("/interests")
    assert await ana.types("/tag botany sensitive no") == ["#botany is not sensitive in garden."]
    assert await ana.types("/tag moss means itself") == ["#moss means itself in garden."]
    assert (await ana.types("/tag everywhere moss means botany"))[0].startswith("What holds everywhere")
    assert (await ana.types("/tag moss"))[0].startswith("Say /tag NAME means OTHER")
    assert "  tags   #tea #bean-poles" in await ana.types("/community tags +tea Bean-Poles")
    assert "  tags   #bean-poles" in await ana.types("/community tags -tea")


async def test_people_are_found(ana, house):
    await house.person("zed")
    await ana.types("/interests here +moss")
    assert await ana.types("/find #moss") == ["Nobody in garden is found by #moss."]
    await ana.types("/interests found moss")
    assert await ana.types("/find #moss") == ["  ana              owner"]
    assert await ana.types("/find bo") == ["  bob              "]
    assert await ana.types("/find #a #b") == ["One #interest at a time."]
    assert await ana.types("/find zed") == ["Nobody in garden is found by zed."]


async def test_tab_completes_tags_by_any_of_their_words(ana):
    commands.typed(ana.link, "/communities #photo")
    await ana.paper.until(lambda: bool(ana.link.tags.get("ph")))
    assert candidates(ana.link, "/communities #photo") == (
        "#photo",
        ["#photography", "#analogue-photography", "#street-photography"],
    )
    assert candidates(ana.link, "/interests +te +photo")[1][0] == "+photography"
    assert candidates(ana.link, "/interests he") == ("he", ["here"])
    assert candidates(ana.link, "/interests") == ("/interests", ["/interests"])
    assert candidates(ana.link, "/find photo") == ("photo", [])


async def test_it_fits_sixty_columns(ana):
    lines = ana.paper.lines
    lines.clear()
    for line in (
        "/discover",
        "/interests +tea",
        "/interests",
        "/discover",
        "/communities",
        "/interests here +moss",
        "/help",
    ):
        await ana.types(line)
    for line in lines:
        for row in rows(line, 60):
            assert sum(len(span.text) for span in row) <= 60


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (Reason(kind="people", people=1), "one person you talk with is there"),
        (Reason(kind="people", people=3), "three people you talk with are there"),
        (Reason(kind="people", people=5, more=True), "five people or more you talk with are there"),
    ],
)
def test_people_are_counted_in_words(reason, told):
    from among_cli.discovery import _people

    assert _people(reason) == told
