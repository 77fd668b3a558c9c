"""What one does not want to see, outside the open room: people whom one blocks or mutes, and what spoilers hide."""

import pytest

from among_cli.keepsakes import permalink
from among_cli.words import FOLDED
from among_protocol.posts import PublishPost

from .house import House, Reader
from .test_corner import post


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


async def muted(house: House) -> tuple[Reader, Reader]:
    """Ana, who has muted bob; they are in garden/hall."""
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/mute bob")
    return ana, bob


async def test_comments_of_whom_one_mutes_are_folded_under_a_post(house: House):
    ana, bob = await muted(house)
    await post(ana, "Beans\nThey grow.")
    await bob.types("/corner @ana 2")
    await bob.types("/comment 2 kestrel")
    assert FOLDED in await ana.types("/corner @ana 2")
    assert "kestrel" not in ana.paper.said


async def test_what_stands_around_a_link_or_a_hit_is_folded_too(house: House):
    ana, bob = await muted(house)
    await bob.types("kestrel")
    await ana.types("beans")
    await bob.sees("beans")
    await house.store.indexed()
    assert ana.model.room is not None
    room, before = ana.model.room, len(ana.paper.said)
    link = permalink(ana.link, room, 2)
    await ana.types("/search beans")
    around = await ana.types("/hit 1")
    assert any(FOLDED in line for line in around)
    assert FOLDED in await ana.types(f"/link among://{link.host}/{link.community}/{link.room}/2")
    assert not any("kestrel" in line for line in [*around, *ana.paper.said[before:]])


async def test_of_a_pin_of_whom_one_mutes_the_text_is_folded(house: House):
    ana, bob = await muted(house)
    await bob.types("kestrel")
    await bob.sees("kestrel")
    await ana.types("/pin #1")
    assert (await ana.types("/pins"))[2] == f"   {FOLDED}"


async def test_around_what_one_may_be_quoted_with_nothing_is_shown_that_is_hidden(house: House):
    ana, bob = await muted(house)
    (cleo,) = [await house.person("cleo")]
    await cleo.types("/join garden")
    await bob.types("kestrel")
    await cleo.types("the ||butler|| did it")
    await ana.types("I like ||beans||")
    await cleo.sees("I like ||beans||")
    await cleo.types("/quote ana")
    await ana.sees("would like to quote you")
    told = "\n".join(await ana.types("/quotes"))
    assert FOLDED in told
    assert "did it" in told
    assert "  » ana  I like ||beans||" in told, "one's own words, as they would be quoted"
    assert "kestrel" not in told
    assert "butler" not in told


async def test_a_hit_that_is_a_post_hides_what_its_spoilers_hide(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    assert ana.model.room is not None
    long = "beans ||kestrel" + " kestrel" * 300 + "||"
    await ana.among.ask(PublishPost, community=ana.model.room.community, title="Beans", body=long)
    await house.store.indexed()
    await bob.types("/search beans")
    told = "\n".join(await bob.types("/hit 1"))
    assert "beans" in told
    assert "kestrel" not in told


async def test_who_reports_a_message_is_not_shown_what_it_hides(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("the ||butler|| did it")
    await bob.sees("the ||butler|| did it")
    told = "\n".join(await bob.types("/report ana It tells the end."))
    assert "did it" in told
    assert "butler" not in told
