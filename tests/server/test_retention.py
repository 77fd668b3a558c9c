"""How long a room keeps what is said in it: who says so, who is told, and what becomes of it when the time is over."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from among_protocol import codes, view
from among_protocol.base import Entry
from among_protocol.codes import Refuse
from among_protocol.communities import CommunityUpdated, UpdateCommunity
from among_protocol.happenings import Up
from among_protocol.logs import LogPassed, ReadEntries, Sync, Synced
from among_protocol.markers import MarkerMoved, SetMarker
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.preview import PreviewCommunity
from among_protocol.retention import (
    RETENTION_DAYS,
    RETENTION_MESSAGES,
    Retention,
    RetentionSet,
    RoomTrimmed,
    SetRetention,
)
from among_protocol.rooms import FollowRoom, ListRooms, SetTopic, UnfollowRoom
from among_server.core import retention as sweeper
from among_server.limits import RETENTION_GRACE_MS
from among_server.store.moments import moment
from among_server.store.rules import retention as rules
from tests.held import HeldStore
from tests.world import Person, World, world_of

HOUR = 3_600.0


@pytest.fixture(autouse=True)
def no_grace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "grace" not in request.node.name:
        monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """By the time that rooms are trimmed by, so many days have passed."""

    def then(tx: Any, elapsed: int) -> str:
        at = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"

    monkeypatch.setattr(rules, "trusted", then)


async def trims(world: World) -> None:
    """The server has looked what is due, and done it."""
    await world.app.services.retaining.look(HOUR)
    await world.quiet()


async def test_everybody_in_the_room_is_told_how_long_it_keeps_what_is_said():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder = world.founder("garden")
        made = await founder.ask(SetRetention, room=ann.room, retention=Retention(days=30))
        heard = await bob.hears(RetentionSet)
        assert heard == made.entry
        assert (heard.by, heard.retention) == (founder.member, Retention(days=30))
        (hall,) = (await ann.ask(ListRooms, community=world.id("garden"))).rooms
        assert (hall.retention, hall.retention_since) == (Retention(days=30), heard.since)
        (card,) = (await ann.sync(cards=True)).communities
        assert card.rooms[0].retention == Retention(days=30)
        stranger = await world.person("stranger")
        seen = await stranger.ask(PreviewCommunity, community="garden")
        assert seen.rooms[0].retention == Retention(days=30)


async def test_a_community_says_it_for_its_rooms():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder = world.founder("garden")
        await founder.ask(UpdateCommunity, community="garden", retention=Retention(days=7))
        heard = await bob.hears(CommunityUpdated)
        assert heard.retention == Retention(days=7)
        stranger = await world.person("stranger")
        seen = await stranger.ask(PreviewCommunity, community="garden")
        assert (seen.community.retention, seen.rooms[0].retention) == (Retention(days=7), None)
        await world.promote(ann, "garden", "steward")
        refused = await ann.refused(UpdateCommunity, community="garden", retention=Retention())
        assert refused.code == codes.RIGHT_MISSING.code
        await founder.ask(UpdateCommunity, community="garden", retention=Retention())
        seen = await stranger.ask(PreviewCommunity, community="garden")
        assert seen.community.retention is None


async def test_inp_05_how_long_a_room_may_keep_what_is_said():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        founder = world.founder("garden")
        told = world.app.services.hello.limits
        assert (told.retention_days, told.retention_messages) == (RETENTION_DAYS, RETENTION_MESSAGES)
        most = Retention(days=told.retention_days, messages=told.retention_messages)
        await founder.ask(SetRetention, room=ann.room, retention=most)
        await founder.ask(UpdateCommunity, community="garden", retention=most)
        for more in (Retention(days=told.retention_days + 1), Retention(messages=told.retention_messages + 1), Retention(days=-1)):  # fmt: skip
            refused = await founder.refused(SetRetention, room=ann.room, retention=more)
            assert (refused.code, refused.field.startswith("retention.")) == (codes.FIELD_INVALID.code, True)
            refused = await founder.refused(UpdateCommunity, community="garden", retention=more)
            assert refused.code == codes.FIELD_INVALID.code


async def test_inp_05_the_grace_in_which_a_stricter_retention_removes_nothing(monkeypatch: pytest.MonkeyPatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.say("one")
        await ann.say("two")
        assert world.app.services.hello.limits.retention_grace_ms == RETENTION_GRACE_MS == 3 * 86_400_000
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(messages=1))
        later(monkeypatch, 2.99)
        await trims(world)
        assert len((await ann.ask(ReadMessages, room=ann.room)).messages) == 2
        later(monkeypatch, 3.01)
        await trims(world)
        assert [one.body for one in (await ann.ask(ReadMessages, room=ann.room)).messages] == ["two"]


async def test_what_is_removed_is_told_and_given_to_nobody(monkeypatch: pytest.MonkeyPatch):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.founder("garden").ask(SetTopic, room=ann.room, topic="news")
        for n in range(3):
            await ann.say(f"old {n}")
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(days=30))
        later(monkeypatch, 31)
        await trims(world)
        told = await bob.hears(RoomTrimmed)
        assert (told.floor, told.seq, told.left, told.topic) == (5, 6, 0, "news")
        page = await bob.ask(ReadMessages, room=bob.room)
        assert (page.messages, page.floor, page.complete) == ([], 5, True)
        entries = await bob.ask(ReadEntries, log=bob.room, after=0)
        assert (entries.floor, entries.head, len(entries.entries)) == (5, 6, 1)
        state = next(one for one in (await bob.sync(epoch=world.app.store.epoch, positions={bob.room: 2})).logs if one.log == bob.room)  # fmt: skip
        assert (state.status, state.reason, state.floor, state.unread) == ("reset", "floor", 5, 0)
        refused = await bob.refused(SendMessage, room=bob.room, body="as you said", reply_to=3)
        assert refused.code == codes.MESSAGE_GONE.code


async def test_who_comes_back_behind_the_floor_is_given_none_of_it_out_of_memory():
    """The newest entries are kept in memory for who was away shortly."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bob.lags()
        for n in range(5):
            await ann.say(f"canary {n}")
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(messages=1))
        await ann.settled_but(bob)
        await world.app.services.retaining.look(HOUR)
        await ann.settled_but(bob)
        bob.reads_again()
        await bob.settled()
        seen = [event.body for event in bob.heard if isinstance(event, MessageSent)]
        phone = await bob.again()
        await phone.sync(epoch=world.app.store.epoch, positions={bob.room: 4})
        await phone.settled()
        assert seen + [event.body for event in phone.heard if isinstance(event, MessageSent)] == ["canary 4"]


@pytest.mark.parametrize(("kept", "numbers"), [(3, [(1, 5), (0, 6), (0, 7), (0, 8)]), (1, [(1, 6), (0, 7), (0, 8)])])
async def test_what_is_removed_while_somebody_comes_back_is_told_as_a_range(kept: int, numbers: list[tuple[int, int]]):
    """Also where nothing is left of what was to come."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(messages=kept))
        for n in range(5):
            await ann.say(f"{n}")
        phone = await bob.again()
        hold = store.hold("unread")
        phone.begin(Sync, epoch=store.epoch, positions={bob.room: 0})
        await hold.is_asked(1)
        await ann.say("once more")
        await world.app.services.retaining.look(HOUR)
        hold.let_go()
        await phone.settled()
        heard = [(one.first, one.seq) for one in phone.heard if isinstance(one, Entry | LogPassed)]
        assert heard == numbers


async def test_unread_mentions_that_were_removed_are_told_to_who_is_here():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for n in range(4):
            await ann.say(f"{n} @bob")
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(messages=1))
        await bob.settled()
        await trims(world)
        moved = await bob.hears(MarkerMoved)
        assert (moved.room, moved.unread, moved.mentions) == (bob.room, 1, 1)


async def test_auz_04_of_a_private_room_that_one_left_nothing_is_told_when_it_is_trimmed():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await world.founder("garden").ask(SetRetention, room=cellar, retention=Retention(messages=1))
        await ann.say("tea, @bob?", room=cellar)
        await bob.ask(UnfollowRoom, room=cellar)
        for n in range(3):
            await ann.say(f"{n}", room=cellar)
        await bob.settled()
        await trims(world)
        assert not [event for event in await bob.settled() if isinstance(event, MarkerMoved)]


async def test_a_device_in_the_middle_of_a_sync_is_told_what_is_unread_once_it_has_all():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for n in range(4):
            await ann.say(f"{n} @bob")
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(messages=1))
        phone = await bob.again()
        hold = store.hold("entries")
        phone.begin(Sync, epoch=store.epoch, positions={bob.room: 0})
        await hold.is_asked(1)
        await world.app.services.retaining.look(HOUR)
        await bob.hears(MarkerMoved)
        assert not phone.heard
        hold.let_go()
        await phone.hears(Synced)
        moved = await phone.hears(MarkerMoved)
        assert (moved.unread, moved.mentions) == (1, 1)


async def test_what_a_person_may_not_see_cannot_be_told_how_long_it_is_kept():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann)
        refused = await bob.refused(SetRetention, room=cellar, retention=Retention(days=1))
        assert refused.code == codes.ROOM_GONE.code
        refused = await ann.refused(SetRetention, room=cellar, retention=Retention(days=1))
        assert refused.code == codes.RIGHT_MISSING.code  # in it, and no steward
        await world.founder("garden").ask(SetRetention, room=cellar, retention=Retention(days=1))
        assert (await ann.hears(RetentionSet)).log == cellar


async def test_the_server_looks_by_itself_but_lets_everybody_come_back_first():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.say("one")
        await ann.say("two")
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(messages=1))
        retaining = world.app.services.retaining
        for seconds, floors in ((0.0, 0), (sweeper.SETTLE - 1, 0), (2.0, 1), (sweeper.LOOK - 1, 1)):
            world.clock.now += seconds
            retaining.sweep(world.clock.now)
            await world.quiet()
            assert retaining.trimmed == floors
        await ann.say("three")
        world.clock.now += 1.0
        retaining.sweep(world.clock.now)
        await world.quiet()
        assert retaining.trimmed == 2


async def test_a_disk_that_is_full_puts_it_off(monkeypatch: pytest.MonkeyPatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(messages=1))

        async def full(elapsed: int) -> str:
            raise Refuse(codes.STORAGE_UNAVAILABLE)

        monkeypatch.setattr(world.app.store, "trusted", full)
        retaining = world.app.services.retaining
        with capture_logs() as logs:
            retaining.sweep(world.clock.now)
            world.clock.now += sweeper.SETTLE
            retaining.sweep(world.clock.now)
            await world.quiet()
        assert [line["event"] for line in logs] == ["retention.put_off"]


async def test_dur_08_a_clock_far_ahead_is_told_and_removes_no_year(monkeypatch: pytest.MonkeyPatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.say("kept")
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(days=30))
        retaining, store = world.app.services.retaining, world.app.store
        await trims(world)
        tx = store._tx  # type: ignore[attr-defined]  # its clock
        begin = tx.begin

        def a_year_on() -> None:
            begin()
            tx.now_ms += 365 * 86_400_000
            tx.now = moment(tx.now_ms)

        monkeypatch.setattr(tx, "begin", a_year_on)
        monkeypatch.setattr(
            world.app.services, "wall", lambda: int((dt.datetime.now(dt.UTC).timestamp() + 365 * 86_400) * 1000)
        )
        with capture_logs() as logs:
            await retaining.look(HOUR)
        assert [line["event"] for line in logs] == ["retention.clock_ahead"]
        assert [one.body for one in (await ann.ask(ReadMessages, room=ann.room)).messages] == ["kept"]
        for _ in range(40):  # whoever does not look for forty hours has said so
            await retaining.look(HOUR)
        assert (await ann.ask(ReadMessages, room=ann.room)).messages == []


STEP = st.sampled_from(("say", "say", "say", "call", "mark", "back", "keep", "trim", "trim", "out", "edit", "sync"))


@given(story=st.lists(st.tuples(STEP, st.integers(0, 6)), min_size=3, max_size=40))
@settings(max_examples=40, deadline=None)
async def test_state_and_events_are_as_a_fresh_state_whatever_is_removed(story):
    """Counts, floors and what holds: a view that follows is as one that has just come."""
    patch = pytest.MonkeyPatch()
    patch.setattr(rules, "RETENTION_GRACE_MS", 0)
    try:
        async with world_of() as world:
            ann, bob = await world.join("garden/hall", "ann", "bob")
            founder = world.founder("garden")
            known = await _view(bob)
            for act, number in story:
                await _act(world, act, number, ann, bob, founder)
            await bob.settled()
            for event in bob.heard[known[1] :]:
                known[0].apply(event)
            fresh = (await _view(await bob.again()))[0]
            (recount,) = await world.app.store.unread(bob.account, [bob.room])
            for one in (known[0], fresh):
                state = one.logs[bob.room]
                assert (state.unread, state.mentions) == (recount.unread, recount.mentions)
            here, there = known[0].logs[bob.room], fresh.logs[bob.room]
            assert (here.floor, here.head, here.read) == (there.floor, there.head, there.read)
            rooms = [(one.rooms[bob.room].retention, one.rooms[bob.room].retention_since) for one in (known[0], fresh)]
            assert rooms[0] == rooms[1]
            places = [one.communities[world.id("garden")].community for one in (known[0], fresh)]
            assert places[0].retention == places[1].retention
            messages = (await bob.ask(ReadMessages, room=bob.room, limit=200)).messages
            read = max(there.read, there.floor)
            assert recount.unread == sum(one.seq > read for one in messages)
    finally:
        patch.undo()


async def _view(person: Person) -> tuple[view.View, int]:
    """What a client knows that has just come, and from which of its events on it follows."""
    known = view.View()
    sync = await person.sync(cards=True)
    await person.settled()
    hello = person.world.app.services.hello
    known.apply(Up(hello=hello, account=sync.account, session="s", cut=0, sync=sync, resumed=False))
    return known, len(person.heard)


async def _act(world: World, act: str, number: int, ann: Person, bob: Person, founder: Person) -> None:
    room = ann.room
    match act:
        case "say" | "call":
            await ann.say("hello" if act == "say" else "hello @bob")
        case "mark":
            await (await bob.device()).ask(SetMarker, room=room, seq=number)
        case "back":
            await (await bob.device()).ask(SetMarker, room=room, seq=number, unread=True)
        case "keep":
            bounds = Retention(messages=number) if number % 2 else None
            if number > 4:
                await founder.ask(UpdateCommunity, community="garden", retention=Retention(messages=number - 4))
            else:
                await founder.ask(SetRetention, room=room, retention=bounds)
        case "trim":
            await trims(world)
        case "out":
            await ann.ask(UnfollowRoom, room=room)
            await ann.ask(FollowRoom, room=room)
        case "edit":
            page = await ann.ask(ReadMessages, room=room, limit=1)
            if page.messages:
                from among_protocol.edits import EditMessage

                await ann.ask(EditMessage, room=room, message=page.messages[0].seq, body="hello again")
        case _:
            await bob.settled()
