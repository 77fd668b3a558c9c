"""Portraits and quotes, as a store keeps them: alike in every backend, over restarts, and gone where they are to be gone."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from among_protocol.portrait import MergeProposal, Milestone, ProposePortrait
from among_protocol.quotes import AskQuote, ConsentToQuote, WithdrawQuote
from among_server.store.api import Tx
from among_server.store.rules import quotes as rules
from among_server.store.sqlite import SqliteStore
from tests.store.test_blanks import files_with
from tests.store.town import Person, Town

CANARY = "heron-5527"


async def quoted(town: Town) -> tuple[str, str, Person, Person]:
    """The hall, its room, Ann who owns it, and Bob, of whom there is a quote in its portrait (as of version 1)."""
    ann, bob = await town.people("ann", "bob")
    hall = await ann.founds("hall")
    room = await ann.makes(hall, "porch")
    await bob.joins(hall)
    said = (await bob.says(room, f"so to say, {CANARY}")).entry.event
    asked = await ann.do(AskQuote, community=hall, room=room, message=said.seq, text=CANARY)
    await bob.do(ConsentToQuote, community=hall, quote=asked.quote, agree=True)
    await ann.do(MergeProposal, community=hall, proposal=1)
    return hall, room, ann, bob


async def texts(town: Town, hall: str, version: int | None = None) -> list[str]:
    portrait = await town.store.portrait(hall, version)
    assert portrait is not None
    return [one.text for one in portrait.quotes]


async def test_a_version_has_of_each_section_the_newest_up_to_it(town: Town):
    (ann,) = await town.people("ann")
    hall = await ann.founds("hall")
    for section, base, text in (("about", 0, "one"), ("story", 0, "two"), ("about", 1, "three")):
        await ann.do(ProposePortrait, community=hall, section=section, base=base, text=text, merge=True)
    dated = [Milestone(date="2019", text="four")]
    await ann.do(ProposePortrait, community=hall, section="milestones", base=0, milestones=dated, merge=True)
    found = []
    for version in (0, 1, 2, 3, None):
        portrait = await town.store.portrait(hall, version)
        assert portrait is not None
        found.append([(one.section, one.version, one.content.text) for one in portrait.sections])
    assert found == [
        [],
        [("about", 1, "one")],
        [("about", 1, "one"), ("story", 2, "two")],
        [("about", 3, "three"), ("story", 2, "two")],
        [("about", 3, "three"), ("milestones", 4, ""), ("story", 2, "two")],
    ]
    assert await town.store.portrait(hall, 5) is None
    assert await town.store.portrait("c_nowhere", None) is None


async def test_a_message_that_is_deleted_takes_its_quotes_with_it(town: Town):
    hall, room, _, bob = await quoted(town)
    assert await texts(town, hall) == [CANARY]
    await town.carry_out(lambda tx: rules.forget_message(tx, room, 1))
    assert await texts(town, hall) == await texts(town, hall, 1) == []
    assert (await town.store.quotes(bob.id, hall)) == []
    portrait = await town.store.portrait(hall, None)
    assert portrait is not None
    assert portrait.version == 2


async def test_of_who_is_forgotten_nothing_is_quoted_and_nothing_waits(town: Town):
    hall, _, ann, bob = await quoted(town)
    await bob.do(ProposePortrait, community=hall, section="about", base=0, text=CANARY)
    await bob.do(AskQuote, community=hall, text=CANARY)
    await ann.do(ProposePortrait, community=hall, section="about", base=0, text="of somebody else")
    member = await bob.member_in(hall)

    def forget(tx: Tx) -> None:
        row = tx.member(member)
        assert row is not None
        rules.forget_author(tx, row)

    await town.carry_out(forget)
    assert await texts(town, hall) == await texts(town, hall, 1) == []
    assert (await town.store.quotes(bob.id, hall)) == []
    waiting = (await town.store.portrait_proposals(hall, "", 0, 10)).proposals
    assert [one.content.text for one in waiting] == ["of somebody else"]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Town]:
    town = Town(SqliteStore(folder, synchronous="off"))
    await town.store.open()
    try:
        yield town
    finally:
        with contextlib.suppress(Exception):
            await town.store.close()


async def test_prv_02_a_quote_that_was_taken_back_is_in_no_file_after_a_purge(tmp_path: Path):
    async with opened(tmp_path) as town:
        hall, room, _, bob = await quoted(town)
        assert files_with(tmp_path, CANARY) != []
        (mine,) = await town.store.quotes(bob.id, hall)
        await bob.do(WithdrawQuote, quote=mine.id)
        await town.blank(room, 1)  # where it was said
        assert await town.store.purge()
        assert files_with(tmp_path, CANARY) == []


async def test_a_quote_that_goes_is_reason_enough_for_a_purge(tmp_path: Path):
    async with opened(tmp_path) as town:
        hall, _, _, bob = await quoted(town)
        assert await town.store.purge()
        (mine,) = await town.store.quotes(bob.id, hall)
        store = town.store
        assert isinstance(store, SqliteStore)
        assert store._writer._purges.due_in is None
        await bob.do(WithdrawQuote, quote=mine.id)
        await town.carry_out(lambda _: None)  # the batch before is done with
        assert store._writer._purges.due_in is not None


async def test_portraits_quotes_and_what_waits_survive_a_restart(tmp_path: Path):
    async with opened(tmp_path) as town:
        hall, _, ann, bob = await quoted(town)
        await bob.do(ProposePortrait, community=hall, section="about", base=0, text="it waits", note="why")
        portrait = await town.store.portrait(hall, None)
        waiting = await town.store.portrait_proposals(hall, "", 0, 10)
    async with opened(tmp_path) as town:
        assert await town.store.portrait(hall, None) == portrait
        assert await town.store.portrait_proposals(hall, "", 0, 10) == waiting
        ann.town = town
        (one,) = waiting.proposals
        await ann.do(MergeProposal, community=hall, proposal=one.proposal)
        after = await town.store.portrait(hall, None)
        assert after is not None
        assert (after.version, after.sections[0].content.text) == (2, "it waits")
