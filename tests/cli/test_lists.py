"""A number leads to what stood there when the list was shown, or nowhere: never to what took its place."""

from pathlib import Path

import pytest

from among_protocol.blocks import SetBlock
from among_protocol.posts import PublishPost
from among_server.store.rules import retention as rules

from .house import House
from .test_kept import removed
from .test_search import indexed


@pytest.fixture
async def house(tmp_path: Path):
    async with House(tmp_path) as house:
        yield house


async def test_a_room_keeps_its_number_until_they_are_numbered_again(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    assert bob.model.room is not None
    await bob.types("/2")
    assert bob.paper.told[-1] == "There is no room 2; /rooms numbers them."
    await ana.types("/room create tools")
    await bob.paper.until(lambda: len(bob.model.rooms) == 2)
    await bob.types("/rooms")
    await ana.types("/room create attic")
    await bob.paper.until(lambda: len(bob.model.rooms) == 3)
    await bob.types("/2")
    assert bob.model.room.title == "garden/tools"
    assert await bob.types("/room info 1") != []
    assert await bob.types("/3") == ["There is no room 3; /rooms numbers them."]
    assert any("attic" in line for line in await bob.types("/rooms"))
    await bob.types("/create library")
    await bob.types("/rooms")
    await bob.types("/leave garden persona")
    gone = ["What stood at 3 is no longer there for you; /rooms numbers your rooms anew."]
    assert await bob.types("/3") == gone
    assert await bob.types("/go 3") == gone


async def test_whom_one_unblocks_is_who_stood_at_the_number(house: House):
    (ana,) = await house.join("garden/hall", "ana")
    for name in ("bob", "cyd", "eve"):
        await house.person(name)
        await ana.types(f"/block {name}")
    assert (await ana.types("/unblock 1"))[0].startswith("You neither block nor mute 1.")
    assert [line.split()[1] for line in await ana.types("/blocked")] == ["bob", "cyd", "eve"]
    phone = await house.signs_in("ana")
    await phone.among.ask(SetBlock, handle="bob", kind="none")
    await ana.paper.until(lambda: len(list(ana.model.blocks)) == 2)
    assert await ana.types("/unblock 2") == ["You see cyd again as you see others."]
    assert (await ana.types("/unblock 1"))[0].startswith("What stood at 1 is undone already;")
    assert [one.handle for one in ana.model.blocks] == ["eve"]


async def test_a_question_is_dropped_that_was_shown_under_its_number(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/role bob owner")
    await bob.sees("owner")
    assert (await bob.types("/community question drop 1"))[0].endswith("/community numbers them.")
    for question in ("Why?", "What?", "Since when?"):
        await ana.types(f"/community question add {question}")
    await bob.types("/community")
    await ana.types("/community question drop 1")
    assert (await bob.types("/community question drop 1"))[0].startswith("What stood at 1 is not asked any more")
    told = await bob.types("/community question drop 2")
    assert [line for line in told if "asks" in line] == ["  asks 1 Since when?"]


async def test_a_quote_is_taken_out_that_stood_at_its_number(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/quote me I came for the beans.")
    await ana.types("/portrait merge 1")
    assert await ana.types("/portrait takeout 1 An advert.") == [
        "There is no such quote on the screen: /portrait numbers them."
    ]
    await ana.types("/portrait")
    await bob.types("/quotes")
    await bob.types("/quotes withdraw 1")
    await bob.types("/quote me I stay for the people.")
    await ana.types("/portrait merge 2")
    await ana.types("/portrait proposals")
    assert (await ana.types("/portrait takeout 1 An advert."))[0].startswith("There is no such quote")
    assert any("I stay for the people." in line for line in await ana.types("/portrait"))


async def test_a_hit_that_is_no_longer_kept_leads_nowhere_but_to_what_is_pinned(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for text in ("beans to spare", "nothing else", "the newest"):
        await bob.types(text)
        await ana.sees(text)
    await indexed(house)
    await ana.types("/search beans")
    assert len(await ana.types("/search x in:attic")) == 1
    assert any("beans to spare" in line for line in await ana.types("/hit 1")), "what was refused numbers nothing"
    await ana.types("/bookmark 1 mine")
    await ana.types("/bookmarks")
    await ana.types("/pin #1")
    await ana.types("/room keep 1")
    await removed(house, ana)
    await ana.sees("removed")
    assert any("beans to spare" in line for line in await ana.types("/pins"))
    for way in ("/go hit 1", "/go bookmark 1"):
        assert "this" in await ana.types(way), "its pin keeps it"
    assert any("beans to spare" in line for line in await ana.types("/hit 1"))
    await ana.types("/unpin #1")
    for way in ("/go hit 1", "/go bookmark 1"):
        assert await ana.types(way) == ["#1 in garden/hall is no longer kept."]
    assert await ana.types("/hit 1") == ["What stood at 1 is no longer kept."]


async def test_a_post_is_gone_to_whatever_is_said_about_it(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    assert ana.model.room is not None
    community = ana.model.room.community
    for title in ("On beans", "On peas"):
        await bob.among.ask(PublishPost, community=community, title=title, body="They climb.")
    await ana.types("/corner @bob")
    await ana.types("/comment 2 Like weeds!")
    await indexed(house)
    await ana.types("/search climb")
    posts = [line for line in ana.paper.told if line.startswith("   On ")]
    assert len(posts) == 2
    for number, title in enumerate(posts, 1):
        assert any(title.strip() in line for line in await ana.types(f"/go hit {number}")), title
