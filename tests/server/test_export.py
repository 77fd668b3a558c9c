"""Taking everything along, page by page: what a client can do wrong, and what it costs."""

import msgspec
import pytest

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.communities import LeaveCommunity
from among_protocol.dnd import DndTime, SetDnd
from among_protocol.export import ExportAccount, ExportedAttention
from among_protocol.inbox import MarkInbox
from among_protocol.notify import SetNotify
from among_protocol.wire import JSON
from among_server.handlers import export
from tests.world import Person, world_of


async def all_of(person: Person) -> list[bytes]:
    records, after = [], ""
    while True:
        page = await person.ask(ExportAccount, after=after)
        records += [bytes(record) for record in page.records]
        after = page.next
        if not after:
            return records


HARMLESS = ("registers", f"drafts:x.{'9' * 20}", "drafts:x.y")


@pytest.mark.parametrize(
    "after",
    [*HARMLESS, "nonsense", "places:", "places:1", "places:1.2.3", "own:x", "own:", "places:-1.0", "own:9" * 30],
)
async def test_a_cursor_of_ones_own_making_is_refused_or_harmless(after):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        id = ann.begin(ExportAccount, after=after)
        await ann.answered(id)
        reply = ann.replies[id]
        if after not in HARMLESS:
            assert (reply.code, reply.field) == (codes.FIELD_INVALID.code, "after")


async def test_a_cursor_of_somebody_else_gives_ones_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export, "EXPORTED", 3)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for n in range(9):
            await ann.say(f"ann {n}")
            await bob.say(f"bob {n}")
        after, cursors = "", []
        while True:
            page = await ann.ask(ExportAccount, after=after)
            after = page.next
            cursors.append(after)
            if not after:
                break
        for cursor in cursors:
            page = await bob.ask(ExportAccount, after=cursor)
            assert b"ann " not in b"".join(bytes(record) for record in page.records)


async def test_small_pages_come_to_the_same(monkeypatch: pytest.MonkeyPatch):
    async with world_of() as world:
        ann, _ = await world.join("garden/hall", "ann", "bob")
        await world.join_too(ann, "garden")
        for n in range(9):
            await ann.ask(UpdateAccount, display_name=f"Ann {n}")
            await ann.say(f"{n}")
        whole = await all_of(ann)
        monkeypatch.setattr(export, "EXPORTED", 3)
        small = await all_of(ann)
        entries = [record for record in whole if b'"record":"entry"' in record]
        assert sorted(record for record in small if b'"record":"entry"' in record) == sorted(entries)
        personas = [JSON._decoder_of(dict).decode(one) for one in small if b'"record":"membership"' in one]
        assert [one["rev"] for record in personas for one in record["personas"]] == list(range(1, 11))


async def test_where_one_was_and_chose_to_be_forgotten_nothing_is_left_to_take():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.say("hello")
        await ann.ask(LeaveCommunity, community=world.id("garden"), keep="erase")
        await world.quiet()
        told = b"".join(await all_of(ann))
        assert b"hello" not in told


async def test_it_costs_enough_to_be_slow_and_never_cuts_anybody():
    async with world_of(budget=100, budget_per_second=10) as world:
        (ann,) = await world.join("garden/hall", "ann")
        world.clock.now += 60
        ids = [ann.begin(ExportAccount) for _ in range(5)]
        for id in ids:
            await ann.answered(id)
        got = [getattr(ann.replies[id], "code", "ok") for id in ids]
        assert got == ["ok"] * 4 + [codes.RATE_LIMITED.code]
        assert ann.closed is None


async def test_prv_01_what_one_wants_to_be_called_for_is_taken_along():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.ask(SetNotify, place=ann.room, level="nothing")
        await ann.ask(SetNotify, word="canary-word", level="all")
        await ann.ask(SetDnd, times=[DndTime(begins="22:00", ends="07:00")], zone="Europe/Lisbon")
        await bob.say("hello @ann")
        await ann.ask(MarkInbox, number=1)
        (record,) = [one for one in await all_of(ann) if b'"record":"attention"' in one]
        told = msgspec.json.decode(record, type=ExportedAttention)
        assert [(one.place, one.word, one.level) for one in told.notify] == [
            ("", "canary-word", "all"),
            (ann.room, "", "nothing"),
        ]
        assert told.dnd is not None
        assert (told.dnd.zone, told.inbox) == ("Europe/Lisbon", 1)
        assert not [one for one in await all_of(bob) if b'"record":"attention"' in one or b"canary-word" in one]
