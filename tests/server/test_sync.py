"""Becoming whole: sync says for each log what it does, replays, says that it is done, and is live from exactly there."""

import msgspec
import pytest
from msgspec.structs import replace

from among_protocol import codes, wire
from among_protocol.base import Entry
from among_protocol.communities import ReadCommunity
from among_protocol.logs import LogState, Sync, Synced, SyncStarted
from among_protocol.messages import MessageSent, SendMessage
from among_server.core import replay
from among_server.limits import REPLAY_ENTRIES
from among_server.store.rows import Stored
from tests.held import HeldStore
from tests.world import Person, World, until, world_of


def state_of(started: SyncStarted, log: str) -> LogState:
    (state,) = [state for state in started.logs if state.log == log]
    return state


async def fill(world: World, author: Person, count: int) -> None:
    """Many messages at once, past the session."""
    said = [
        world.app.store.append(
            author.account, SendMessage(id="1", nonce=world.nonce(), room=author.room, body=f"{number}")
        )
        for number in range(count)
    ]
    for future in said:
        await future
    await until(lambda: not any(log.waiting for log in world.app.services.logs))


async def test_without_positions_one_is_told_where_everything_is_and_hears_what_comes():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("before @bob")
        other = await bob.again()
        started = await other.sync()
        assert started.epoch == world.app.store.epoch
        assert [(state.log, state.kind) for state in started.logs] == [
            (bob.account, "account"),
            (world.id("garden"), "community"),
            (bob.room, "room"),
        ]
        assert {state.log: state.head for state in started.logs} == {
            log: head for log, head in world.heads().items() if log in (bob.account, world.id("garden"), bob.room)
        }
        room = state_of(started, bob.room)
        assert (room.status, room.head, room.read, room.unread, room.mentions) == ("gap", 1, 0, 1, 1)
        assert (started.account, started.communities, started.directs) == (None, [], [])
        assert [type(event) for event in await other.settled()] == [Synced]
        await ann.say("after")
        assert [event.body for event in await other.settled()] == ["after"]


async def test_an_empty_log_is_caught_up():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        assert state_of(await bob.sync(), bob.room).status == "caught_up"


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
@pytest.mark.parametrize("position", [0, 1, 3, 5])
async def test_dur_10_from_a_position_everything_after_it_comes_then_the_end_then_what_is_new(position, encoding):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for number in range(1, 6):
            await ann.say(f"{number}")
        other = await bob.again(encoding)
        started = await other.sync(epoch=world.app.store.epoch, positions={bob.room: position})
        assert state_of(started, bob.room).status == "caught_up"
        await ann.say("6")
        heard = await other.settled()
        end = next(index for index, event in enumerate(heard) if isinstance(event, Synced))
        assert [event.seq for event in heard[:end] if event.log == bob.room] == list(range(position + 1, 6))
        assert [event.body for event in heard[end + 1 :]] == ["6"]
        assert [event for event in heard if isinstance(event, Entry) and event.log == bob.room] == (
            await bob.entries(bob.room)
        )[position:]


async def test_dur_10_a_position_that_means_nothing_here_is_a_reset_with_its_reason():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for number in range(5):
            await ann.say(f"{number}")
        tx = world.app.store._tx  # type: ignore[attr-defined]  # nothing purges yet
        tx.logs[bob.room] = replace(tx.logs[bob.room], floor=3)
        epoch = world.app.store.epoch
        expected = [
            ("another epoch", 4, "reset", "epoch"),
            ("", 4, "reset", "epoch"),
            (epoch, 6, "reset", "ahead"),
            (epoch, 2, "reset", "floor"),
            (epoch, 0, "reset", "floor"),
            (epoch, 3, "caught_up", ""),
            (epoch, 5, "caught_up", ""),
        ]
        for said, position, status, reason in expected:
            other = await bob.again()
            state = state_of(await other.sync(epoch=said, positions={bob.room: position}), bob.room)
            assert (state.status, state.reason, state.head, state.floor) == (status, reason, 5, 3)
            await other.settled()
            assert other.numbers(bob.room) == (list(range(position + 1, 6)) if status == "caught_up" else [])


async def test_dur_10_what_is_not_there_or_not_mine_is_gone():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann)
        positions = dict.fromkeys((cellar, "r_nowhere", ann.account, "", "ü"), 0)
        started = await bob.sync(epoch=world.app.store.epoch, positions=positions)
        gone = [state for state in started.logs if state.status == "gone"]
        assert [state.log for state in gone] == list(positions)
        assert len({(state.kind, state.head, state.floor, state.read, state.reason) for state in gone}) == 1
        await bob.settled()
        assert bob.numbers(cellar) == []


@pytest.mark.parametrize(("missing", "status"), [(REPLAY_ENTRIES, "caught_up"), (REPLAY_ENTRIES + 1, "gap")])
async def test_as_much_is_replayed_as_hello_says(missing, status):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await fill(world, ann, missing + 1)
        assert world.app.services.hello.limits.replay_entries == REPLAY_ENTRIES
        other = await bob.again()
        started = await other.sync(epoch=world.app.store.epoch, positions={bob.room: 1})
        assert state_of(started, bob.room).status == status
        await ann.say("new")
        await other.settled()
        head = missing + 2
        assert other.numbers(bob.room) == (list(range(2, head + 1)) if status == "caught_up" else [head])


async def test_avl_02_who_is_brought_up_to_very_much_gets_so_many_pages_in_a_row_and_then_one_after_the_other(
    monkeypatch,
):
    for name, value in (("REPLAY_PAGES", 3), ("REPLAY_PAGES_PER_SECOND", 2), ("PAGE_ENTRIES", 5)):
        monkeypatch.setattr(replay, name, value)
    paused: list[float] = []
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")

        async def pause(seconds: float) -> None:
            paused.append(round(seconds, 1))
            world.clock.now += seconds

        monkeypatch.setattr(world.app.services.replay, "pause", pause)
        await fill(world, ann, 30)
        at = world.app.store.epoch
        for missing, pauses in ((15, []), (10, [0.5, 0.5])):
            other = await bob.again()
            await other.sync(epoch=at, positions={bob.room: 30 - missing})
            await other.settled()
            assert other.numbers(bob.room) == list(range(31 - missing, 31))
            assert paused == pauses
        await ann.sync(epoch=at, positions={ann.room: 20})
        assert paused == [0.5, 0.5], "nobody else waits"
        world.clock.now += 2
        other = await bob.again()
        await other.sync(epoch=at, positions={bob.room: 15})
        await other.settled()
        assert paused == [0.5, 0.5], "and with time they come back"


async def test_at_most_a_thousand_positions():
    async with world_of() as world:
        ann = await world.person("ann")
        positions = {f"r_{number}": 0 for number in range(world.app.services.hello.limits.positions)}
        assert len((await ann.sync(positions=positions)).logs) == len(positions) + 1
        refused = await ann.refused(Sync, positions={**positions, "one more": 0})
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "positions")


async def test_the_cards_tell_who_and_where_one_is():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", bob)
        direct = await world.direct(ann, bob)
        await world.join("library/desk")
        await world.join_too(bob, "library")
        started = await bob.sync(cards=True)
        assert (started.account.id, started.account.handle) == (bob.account, "bob")
        garden, library = sorted(started.communities, key=lambda card: card.community.slug)
        assert (garden.community.slug, garden.member, garden.role) == ("garden", bob.member, "member")
        assert [(room.slug, room.kind, room.following) for room in garden.rooms] == [
            ("hall", "open", True),
            ("cellar", "private", True),
        ]
        assert [room.id for room in garden.rooms] == [bob.room, cellar]
        assert library.as_of == world.heads()[world.id("library")]
        assert [room.id for room in started.directs] == [direct]


async def test_inp_05_communities_that_do_not_fit_a_sync_are_named(monkeypatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for slug in ("library", "harbour"):
            await world.join(f"{slug}/desk")
            await world.join_too(ann, slug)
        assert (await ann.sync(cards=True)).later == []
        most = len(msgspec.json.encode((await ann.sync(cards=True)).communities[0]))
        monkeypatch.setattr("among_server.handlers.logs.SYNC_BYTES", most)
        assert len((await ann.sync(cards=True)).communities) == 2, "what is beyond the limit is the last"
        monkeypatch.setattr("among_server.handlers.logs.SYNC_BYTES", most - 1)
        started = await ann.sync(cards=True)
        told = {card.community.id for card in started.communities}
        assert len(told) == 1, "one at least"
        assert told | set(started.later) == {world.id(slug) for slug in ("garden", "library", "harbour")}
        for community in started.later:
            assert (await ann.ask(ReadCommunity, community=community)).community.id == community


@pytest.mark.parametrize("answers", range(5))
async def test_what_is_said_during_a_sync_comes_after_what_was_said_before_it(answers, monkeypatch):
    """At each step of the sync somebody talks; more is said than the tail holds."""
    monkeypatch.setattr("among_server.core.log.TAIL_ENTRIES", 2)
    monkeypatch.setattr("among_server.core.replay.PAGE_ENTRIES", 3)
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await fill(world, ann, 7)
        other = await bob.again()
        hold = store.hold("entries")
        id = other.begin(Sync, epoch=store.epoch, positions={bob.room: 0})
        for answer in range(answers):
            await hold.is_asked(answer + 1)
            for _ in range(3):
                await ann.say("meanwhile")
            hold.let_one_go()
        hold.let_go()
        await ann.say("at the end")
        await other.settled()
        assert other.numbers(bob.room) == list(range(1, 7 + 3 * answers + 2))
        assert [event.id for event in other.heard if isinstance(event, Synced)] == [id]


async def test_two_syncs_at_once_are_done_one_after_the_other():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await fill(world, ann, 3)
        other = await bob.again()
        hold = store.hold("entries")
        ids = [other.begin(Sync, epoch=store.epoch, positions={bob.room: at}) for at in (0, 2, 0)]
        await hold.is_asked(1)
        await ann.say("meanwhile")
        hold.let_go()
        told = [event.id if isinstance(event, Synced) else event.seq for event in await other.settled()]
        assert told == [1, 2, 3, 4, ids[0], 3, 4, ids[1], 1, 2, 3, 4, ids[2]]
        await ann.say("live")
        assert [event.body for event in await other.settled()] == ["live"]


async def test_syncing_again_begins_anew_like_on_a_new_connection():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("one")
        await bob.settled()
        await bob.sync(epoch=world.app.store.epoch, positions={bob.room: 0})
        assert [event.body for event in await bob.settled() if isinstance(event, MessageSent)] == ["one"]
        await ann.say("two")
        assert [event.body for event in await bob.settled()] == ["two"]


async def test_who_has_not_synced_hears_nothing():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        other = await bob.again()
        await ann.say("hi")
        await world.direct(ann, bob)
        await world.quiet()
        assert other.heard == []


async def test_a_log_that_is_forgotten_while_another_is_replayed_is_heard_all_the_same(monkeypatch):
    """The first log waits for the store; the second is let go by its last listener meanwhile."""
    monkeypatch.setattr("among_server.core.log.TAIL_ENTRIES", 2)
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        await fill(world, ann, 3)
        other = await bob.again()
        hold = store.hold("entries")
        other.begin(Sync, epoch=store.epoch, positions={other.room: 0})
        await hold.is_asked(1)
        for _ in range(5):
            await ann.say("meanwhile")
        hold.let_one_go()  # by now the tail does not reach back to the third
        await hold.is_asked(2)
        for person in (bob, ann, world.founder("garden")):
            person.leave()
        hold.let_go()
        await other.settled()
        back = await ann.again()
        for room in (direct, ann.room):
            await back.say("hello?", room=room)
            assert (await other.hears(MessageSent, lambda event: event.body == "hello?")).log == room
        assert other.numbers(ann.room) == list(range(1, 10))


async def test_a_head_that_the_store_knows_before_it_was_heard_makes_no_double(monkeypatch):
    """The store's answer may be newer than what this node has heard."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("one")
        other = await bob.again()
        late: list[Stored] = []
        deliver = world.app.services.logs.deliver
        monkeypatch.setattr(world.app.services.logs, "deliver", late.extend)  # what was committed is on its way
        ann.begin(SendMessage, room=ann.room, body="two")
        await until(lambda: bool(late))
        await other.sync(epoch=store.epoch, positions={bob.room: 0})
        await other.hears(Synced)
        monkeypatch.undo()
        deliver(late)
        await ann.say("three")
        for person in (other, bob, ann):
            await person.settled()
        assert other.numbers(bob.room) == bob.numbers(bob.room) == [1, 2, 3]
