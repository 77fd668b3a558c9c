"""How long a room keeps what is said, as it is typed and as it is told."""

from pathlib import Path

import pytest

from among_cli import kept
from among_protocol.retention import FOR_EVER, Retention
from among_server.store import retention as law
from among_server.store.rules import retention as rules

from .house import House, Reader


@pytest.mark.parametrize(
    ("typed", "retention", "told"),
    [
        ("30d", Retention(days=30), "30 days"),
        ("1d", Retention(days=1), "1 day"),
        ("2 weeks", None, ""),
        ("2w", Retention(days=14), "14 days"),
        ("30 days", Retention(days=30), "30 days"),
        ("500", Retention(messages=500), "the newest 500 messages"),
        ("1", Retention(messages=1), "the newest message alone"),
        ("30d 500", Retention(days=30, messages=500), "30 days, and no more than the newest 500 messages"),
        (
            "500 messages, 30 days",
            Retention(days=30, messages=500),
            "30 days, and no more than the newest 500 messages",
        ),
        ("forever", FOR_EVER, "for ever"),
        ("30d pins too", Retention(days=30, pinned=False), "30 days, pins too"),
        ("pins too", None, ""),
        ("2h", None, ""),
        ("0", None, ""),
        ("1 2", None, ""),
        ("", None, ""),
    ],
)
def test_what_is_typed_is_what_is_meant(typed: str, retention: Retention | None, told: str):
    assert kept.asked(typed) == retention
    if retention is not None:
        assert kept.said(retention) == told


async def removed(house: House, reader: Reader) -> None:
    """The server has looked, and removed what is due."""
    assert house._app is not None
    await house._app.services.retaining.look(3_600.0)


async def test_everybody_in_the_room_sees_how_long_it_keeps_what_is_said(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/room keep 30d")
        await bob.sees("ana set how long this room keeps what is said: 30 days; nothing is removed before ")
        told = await bob.types("/room info")
        assert told[0] == "garden/hall  open"
        assert told[2].startswith("  keeps  30 days; nothing is removed before ")
        assert all(len(line) <= 80 for line in told)
        assert await bob.types("/room keep 7d") == [
            "Your role does not carry the right to do this. /members shows who is steward or owner."
        ]
        for unclear in ("/room keep a while", "/room keep"):
            assert (await ana.types(unclear))[0].startswith("Say /room keep 30d (days), 500")


async def test_a_room_keeps_as_its_community_says(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/community keep 90d")
        await bob.sees("ana changed garden: its rooms keep what is said for 90 days; nothing is removed before ")
        assert any(line.startswith("  keeps  90 days (as garden says)") for line in await bob.types("/room info"))
        await ana.types("/room keep forever")
        await bob.sees("keeps what is said: for ever")
        assert await bob.types("/room info") == ["garden/hall  open", "  topic  –", "  keeps  for ever"]
        await ana.types("/room keep community")
        await bob.sees("as the community says")
        await ana.types("/room keep 30d")
        await ana.types("/room keep forever")
        await bob.paper.until(lambda: "ana set how long this room keeps what is said: for ever" in bob.paper.told[-1:])
        await ana.types("/community keep forever")
        await bob.sees("its rooms keep what is said for ever")
        assert bob.paper.told[-1] == "ana changed garden: its rooms keep what is said for ever"


async def test_what_was_removed_is_told_and_kept_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        for n in range(3):
            await ana.types(f"old {n}")
        await bob.sees("old 2")
        await ana.types("/room keep 1")
        await ana.sees("the newest message alone")
        await removed(house, ana)
        await bob.sees("Older messages were removed: this room keeps the newest message alone.")
        assert bob.model.visit is not None
        assert [one.body for one in bob.model.visit.said.values()] == ["old 2"]
        assert (await bob.types("/older"))[-1].startswith("What was said before is no longer kept.")
        cleo = await house.person("cleo")
        told = await cleo.types("/join garden")
        assert "What was said before is no longer kept. /room info says for how long it is." in told
        assert "old 2" in cleo.paper.said
        assert "  begins what was said before is no longer kept" in await cleo.types("/room info")


async def test_what_is_named_by_its_number_and_no_longer_kept_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        for line in ("old", "the rules", "asked", "/pin #2", "last"):
            await ana.types(line)
        await ana.types("/thread 3 answer")
        link = (await ana.types("/link #1"))[0]
        await ana.types("/room keep 1")
        await ana.sees("the newest message alone")
        await removed(house, ana)
        await bob.sees("Older messages were removed")
        for line in ("/jump #1", "/link #1", f"/link {link}", f"/go {link}", "/notify #1", "/thread 1"):
            assert (await bob.types(line))[0].startswith("#1"), line
            assert "is no longer kept." in bob.paper.told[-1], line
        before = len(bob.paper.said)
        await bob.types("/jump #2")
        assert bob.paper.said[before:] == ["the rules", "last"], "a pin keeps it"
        assert await bob.types("/link #99") == ["There is no message #99. The numbers stand behind the messages."]
        (listed, _) = await bob.types("/threads here")
        assert listed.endswith("#3  1 answer  what it began with is no longer kept")


async def test_who_was_away_is_told_that_something_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("old")
        await bob.sees("old")
        await ana.types("/room keep 1")
        await bob.sees("the newest message alone")
        await house.stop()
        await house.start()
        await ana.types("between")
        await ana.sees("between")
        await removed(house, ana)
        assert law.STEP > 1
        await bob.sees("Older messages were removed: this room keeps the newest message alone.")
