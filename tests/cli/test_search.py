"""Searching at a terminal: hits with numbers, what was looked for marked, more of them, and what stood around one."""

import json
from datetime import timedelta, timezone

import pytest

from among_cli.lines import Rule, Said
from among_cli.plain_text import plain
from among_protocol.blocks import SetBlock
from among_protocol.posts import PublishPost
from among_protocol.rooms import CreateRoom

from .house import House
from .test_one_shot import among


@pytest.fixture
async def house(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("AMONG_TOKEN", raising=False)
    async with House(tmp_path) as house:
        monkeypatch.setenv("AMONG_SERVER", house.url)
        yield house


async def indexed(house: House) -> None:
    await house.store.indexed()


async def test_hits_are_numbered_and_marked_and_lead_to_what_stood_around(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for words in ("the beans are up", "no news", "beans and more beans", "good night"):
        await bob.types(words)
        await ana.sees(words)
    await indexed(house)
    told = await ana.types("/search new beans from:bob")
    assert [line.split("  ")[0] for line in told[::2][:2]] == [" 1 garden/hall", " 2 garden/hall"]
    assert told[1] == "   *beans* and more *beans*"
    assert told[3] == "   the *beans* are up"
    assert told[0].endswith("#3")
    assert told[4] == "/hit 1 shows what was said around the first, /go hit 1 goes there."
    around = await ana.types("/hit 1")
    assert around[1:5] == [
        "  bob the beans are up  #1",
        "  bob no news  #2",
        "\u203a bob beans and more beans  #3",
        "  bob good night  #4",
    ]
    assert around[-1] == "/go hit 1 goes there."
    assert await ana.types("/go hit 9") == ["There is no number 9: /search numbers what it finds."]
    await ana.types("/create shed")
    assert (await ana.types("/hit 1"))[1] == "  bob the beans are up", "a number would be of the open room"
    ana.paper.lines.clear()
    await ana.types("/go hit 2")
    assert ana.model.room is not None
    assert ana.model.room.title == "garden/hall"
    assert Rule("this", "mention") in ana.paper.lines
    assert [one.body for one in ana.paper.lines if isinstance(one, Said)] == [
        "the beans are up", "no news", "beans and more beans", "good night",
    ], "once"  # fmt: skip
    assert await ana.types("/hit 9") == ["There is no number 9: /search numbers what it finds."]
    assert await ana.types("/search cabbage") == ["Nothing is found by cabbage."]
    assert await ana.types("/more") == ["That is all there is."]


async def test_what_a_spoiler_hides_stays_hidden_in_lists(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("@ana the film: ||the butler|| did it")
    await ana.sees("@ana the film: ||the butler|| did it")
    await indexed(house)
    for line in ("/search film", "/hit 1", "/inbox", "/recent"):
        told = "\n".join(await ana.types(line))
        assert "did it" in told, line
        assert "butler" not in told, line


async def test_a_page_goes_on_and_numbers_too(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for number in range(11):
        await bob.types(f"beans {number}")
    await ana.sees("beans 10")
    await indexed(house)
    assert await ana.types("/more") == ["Search for something first: /search WORDS."]
    told = await ana.types("/search new beans")
    assert told[-1] == "/hit 1 shows what was said around the first, /go hit 1 goes there; more: /more"
    told = await ana.types("/more")
    assert [line[:3] for line in told[:-1:2]] == [" 9 ", "10 ", "11 "]
    assert "\u203a bob beans 0  #1" in await ana.types("/hit 11")


async def test_what_is_found_fits_sixty_columns(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types(f"beans {'and other vegetables of the season ' * 8}")
    await ana.sees(f"beans {'and other vegetables of the season ' * 8}".strip())
    await indexed(house)
    before = len(ana.paper.lines)
    await ana.types("/search beans")
    rows = [row for line in ana.paper.lines[before:] for row in plain(line, 60)]
    assert all(len(row) <= 60 for row in rows)
    assert len(rows) <= 6


async def test_posts_directs_and_who_is_blocked(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    assert ana.model.room is not None
    community = ana.model.room.community
    await bob.among.ask(PublishPost, community=community, title="On beans", body="They climb.\n\n" * 40)
    await bob.types("/dm ana beans between us")
    await ana.sees("beans between us")
    await indexed(house)
    told = await ana.types("/search climb")
    assert "a post" in told[0]
    assert told[1] == "   On beans"
    around = await ana.types("/hit 1")
    assert around[1] == "On beans"
    assert around[-2].startswith("/corner @bob shows the corner")
    assert "#2 On beans" in await ana.types("/go hit 1")
    assert any("@bob" in line for line in await ana.types("/search beans in:@bob"))
    await ana.among.ask(SetBlock, handle="bob", kind="block")
    told = await ana.types("/search climb")
    assert told[1] == "   (folded: you block who said it; /hit 1 shows it)"


async def test_what_is_wrong_with_a_search_is_said(house: House):
    (ana,) = await house.join("garden/hall", "ana")
    for line, says in {
        "/search from:nobody x": "Nobody goes by nobody where you are.",
        "/search x in:attic": "There is no room attic that you may read.",
        "/search b*": "At least 2 characters stand before a *.",
        "/search before:soon x": "'soon' is no day, as 2026-01-31, and no number of a message.",
    }.items():
        assert (await ana.types(line))[-1] == says


async def test_a_day_is_that_of_the_screen(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("beans")
    await ana.sees("beans")
    await indexed(house)
    assert ana.model.visit is not None
    said = ana.model.visit.newest["bob"].at
    assert said is not None
    for hours in (-14, 14):  # where it is another day
        ana.model.zone = timezone(timedelta(hours=hours))
        day = said.astimezone(ana.model.zone).date()
        for when in (f"after:{day}", f"before:{day + timedelta(days=1)}", "after:yesterday"):
            assert (await ana.types(f"/search beans {when}"))[1] == "   *beans*", when
        assert await ana.types(f"/search beans before:{day}") == [f"Nothing is found by beans before:{day}."]


async def test_find_shows_people_rooms_and_communities(house: House):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await house.join("hallway/desk", "cyd")
    assert bob.model.room is not None
    await ana.among.ask(CreateRoom, community=bob.model.room.community, slug="great-hall", topic="Feasts")
    await ana.paper.until(lambda: any(room.short == "great-hall" for room in ana.model.rooms.values()))
    told = await ana.types("/find hall")
    assert sorted(line.split()[0] for line in told) == ["garden/great-hall", "garden/hall", "hallway"]


async def test_in_scripts_a_hit_is_a_line(house: House, capsys):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for words in ("the beans are up", "beans\x1b[2J"[:5], "more beans"):
        await bob.types(words)
        await ana.sees(words)
    await indexed(house)
    assert await among("--handle", "ana", "search", "--new", "beans", "from:bob") == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.partition("  ")[0] for row in rows] == ["garden/hall#3", "garden/hall#2", "garden/hall#1"]
    assert rows[0].endswith("bob: more beans")
    assert await among("--handle", "ana", "search", "--json", "--limit", "1", "--new", "beans") == 0
    (found,) = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert (found["place"], found["handle"], found["seq"], found["snippet"]) == ("garden/hall", "bob", 3, "more beans")
    assert await among("--handle", "ana", "search", "cabbage") == 0
    assert capsys.readouterr().out == ""
    assert await among("--handle", "ana", "search", "from:nobody", "x") == 1
    assert "Nobody goes by nobody" in capsys.readouterr().err
