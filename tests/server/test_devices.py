"""What one device of an account changes, its others are told: also when the one that asked is cut off meanwhile, or another is in
the middle of a sync."""

import inspect
import sys
from typing import Any

import pytest

from among_protocol.base import Command, Event
from among_protocol.blocks import BlockChanged, SetBlock
from among_protocol.bookmarks import BookmarkChanged, RemoveBookmark, SetBookmark
from among_protocol.dnd import DndChanged, DndTime, SetDnd
from among_protocol.drafts import DraftChanged, SetDraft
from among_protocol.inbox import InboxMoved, MarkInbox
from among_protocol.logs import Sync
from among_protocol.markers import MarkerMoved, SetMarker
from among_protocol.notify import NotifyChanged, SetNotify
from among_protocol.reach import ReachChanged, SetReach
from among_protocol.status import AppearanceChanged, SetStatus
from among_protocol.threads import FollowThread, MarkThread, ThreadChanged, UnfollowThread
from among_server.handlers import ROUTES
from tests.held import HeldStore
from tests.server.test_inbox import seen
from tests.world import Person, World, world_of

CHANGES: dict[type[Command], tuple[type[Event], dict[str, Any]]] = {
    SetMarker: (MarkerMoved, {"room": "", "seq": 1}),
    MarkInbox: (InboxMoved, {"number": 1}),
    FollowThread: (ThreadChanged, {"room": "", "thread": 2}),
    UnfollowThread: (ThreadChanged, {"room": "", "thread": 1}),
    MarkThread: (ThreadChanged, {"room": "", "thread": 1, "seq": 2}),
    SetNotify: (NotifyChanged, {"level": "mentions"}),
    SetDnd: (DndChanged, {"times": [DndTime(days=[1], begins="22:00", ends="23:00")]}),
    SetStatus: (AppearanceChanged, {"appear": "away"}),
    SetDraft: (DraftChanged, {"place": "", "text": "I think"}),
    SetBookmark: (BookmarkChanged, {"room": "", "message": 2}),
    RemoveBookmark: (BookmarkChanged, {"room": "", "message": 1}),
    SetReach: (ReachChanged, {"directs": "nobody"}),
    SetBlock: (BlockChanged, {"handle": "ann", "kind": "mute"}),
}

changes = pytest.mark.parametrize("command", CHANGES, ids=lambda command: command.__name__)


async def somebody_with_much(world: World) -> Person:
    """Mentioned, with a bookmark, and following a thread."""
    ann, bob = await world.join("garden/hall", "ann", "bob")
    await ann.say("tea, @bob?")
    await ann.say("or coffee?")
    await bob.ask(FollowThread, room=bob.room, thread=1)
    await bob.ask(SetBookmark, room=bob.room, message=1)
    await bob.settled()
    return bob


def fields(person: Person, command: type[Command]) -> dict[str, Any]:
    return {
        name: value or person.room if name in ("room", "place") else value
        for name, value in CHANGES[command][1].items()
    }


async def fails(*asked: Any) -> Any:
    raise RuntimeError


def told(person: Person, command: type[Command], since: int) -> list[Any]:
    return [event for event in person.heard[since:] if isinstance(event, CHANGES[command][0])]


@changes
async def test_it_is_told_though_the_device_that_asked_is_cut_off_meanwhile(command: type[Command]):
    store = HeldStore()
    async with world_of(store) as world:
        bob = await somebody_with_much(world)
        phone = await bob.device()
        hold = store.hold("writes")
        phone.begin(command, **fields(bob, command))
        phone.leave()
        hold.let_go()
        await bob.hears(CHANGES[command][0])


@changes
async def test_what_changes_while_a_sync_is_read_is_told_behind_its_answer(command: type[Command]):
    store = HeldStore()
    async with world_of(store) as world:
        bob = await somebody_with_much(world)
        phone = await bob.again()
        hold = store.hold("followed_threads")  # the last of what the answer is read from
        asked = phone.begin(Sync)
        await hold.is_asked(1)
        await bob.ask(command, **fields(bob, command))
        assert not told(phone, command, 0), "its answer would put it back"
        hold.let_go()
        await phone.settled()
        assert told(phone, command, 0)
        answer = phone.frames.index(phone.raw[asked])
        assert all(phone.encoding.decode_server(frame).event is None for frame in phone.frames[:answer])


async def test_of_many_changes_while_a_sync_is_read_the_last_is_told():
    store = HeldStore()
    async with world_of(store) as world:
        bob = await somebody_with_much(world)
        phone = await bob.again()
        hold = store.hold("followed_threads")
        asked = phone.begin(Sync)
        await hold.is_asked(1)
        for seq in (2, 1):
            await bob.ask(SetMarker, room=bob.room, seq=seq, unread=True)
        hold.let_go()
        state = next(one for one in (await phone.reply(asked, Sync.Reply)).logs if one.log == bob.room)
        await phone.settled()
        assert state.read == 0
        assert {event.read for event in told(phone, SetMarker, 0)} == {1}


@pytest.mark.parametrize("read", ["unread", "followed_threads", "entries"])
async def test_what_is_said_and_marked_in_the_middle_of_a_sync_is_counted_once(read: str):
    store = HeldStore()
    async with world_of(store) as world:
        bob = await somebody_with_much(world)
        (cyd,) = await world.join("garden/hall", "cyd")
        phone = await bob.again()
        hold = store.hold(read)
        asked = phone.begin(Sync, cards=True, epoch=store.epoch, positions={bob.room: 0})
        await hold.is_asked(1)
        for body in ("so, @bob?", "well?"):
            await cyd.say(body)
        await bob.ask(SetMarker, room=bob.room, seq=1)
        await bob.ask(MarkInbox, number=1)
        hold.let_go()
        started = await phone.reply(asked, Sync.Reply)
        await phone.settled()
        view = seen(world, started, phone.heard)
        now = await phone.sync()
        (state,) = [one for one in now.logs if one.log == bob.room]
        mine = view.logs[bob.room]
        assert (mine.read, mine.unread, mine.mentions) == (state.read, state.unread, state.mentions)
        assert view.inbox == now.inbox


async def test_a_device_that_asks_during_its_own_sync_ends_with_what_it_asked():
    store = HeldStore()
    async with world_of(store) as world:
        bob = await somebody_with_much(world)
        hold = store.hold("followed_threads")
        asked = bob.begin(Sync)
        await hold.is_asked(1)
        await bob.ask(SetMarker, room=bob.room, seq=2)
        start = len(bob.heard)
        hold.let_go()
        await bob.settled()
        assert bob.frames.index(bob.raw[asked]) < len(bob.frames) - 1
        assert {event.read for event in told(bob, SetMarker, start)} == {2}


async def test_a_device_that_lags_is_told_of_nothing_older_than_what_it_asked_itself():
    async with world_of() as world:
        bob = await somebody_with_much(world)
        phone = await bob.device()
        phone.lags()
        await bob.ask(SetMarker, room=bob.room, seq=1)
        phone.begin(SetMarker, room=bob.room, seq=2)
        await bob.settled_but(phone)
        start = len(phone.heard)
        phone.reads_again()
        await phone.settled()
        assert [event.read for event in told(phone, SetMarker, start)] == [2]


async def test_a_sync_tells_a_device_that_lags_all_that_it_would_have_been_told():
    async with world_of() as world:
        bob = await somebody_with_much(world)
        phone = await bob.device()
        phone.lags()
        await bob.ask(SetMarker, room=bob.room, seq=1)
        asked = phone.begin(Sync)
        await bob.settled_but(phone)
        start = len(phone.heard)
        phone.reads_again()
        state = next(one for one in (await phone.reply(asked, Sync.Reply)).logs if one.log == bob.room)
        await phone.settled()
        assert state.read == 1
        assert not told(phone, SetMarker, start)


async def test_a_sync_that_fails_holds_nothing_back(monkeypatch: pytest.MonkeyPatch):
    async with world_of() as world:
        bob = await somebody_with_much(world)
        phone = await bob.device()
        with monkeypatch.context() as broken:
            broken.setattr(world.app.store, "unread", fails)
            assert (await phone.refused(Sync)).kind == "bug"
        world.mistakes.clear()
        await bob.ask(SetDraft, place=bob.room, text="so")
        await phone.hears(DraftChanged)


async def test_two_changes_at_once_of_whom_one_blocks_both_hold():
    """What is looked up to tell of the one is there after the other."""
    store = HeldStore()
    async with world_of(store) as world:
        bob = await somebody_with_much(world)
        await world.join("garden/hall", "cyd")
        phone = await bob.device()
        hold = store.hold("meant")
        for device, handle in ((bob, "ann"), (phone, "cyd")):
            device.begin(SetBlock, handle=handle, kind="block")
        await hold.is_asked(2)
        hold.let_one_go(-1)
        hold.let_go()
        await bob.settled()
        person = world.app.services.people.get(bob.account)
        assert person is not None
        assert {handle for _, handle in person.blocks} == {"ann", "cyd"}


async def test_who_blocks_and_ceases_to_at_once_is_told_what_holds():
    store = HeldStore()
    async with world_of(store) as world:
        bob = await somebody_with_much(world)
        phone, tablet = await bob.device(), await bob.device()
        hold = store.hold("meant")
        for device, kind in ((bob, "block"), (tablet, "none")):
            device.begin(SetBlock, handle="ann", kind=kind)
        await hold.is_asked(2)
        start = len(phone.heard)
        hold.let_one_go(-1)
        hold.let_go()
        await bob.settled()
        assert [event.kind for event in told(phone, SetBlock, start)][-1] == "none"


def test_every_command_of_which_devices_are_told_is_looked_at():
    asked = {ROUTES[command].handler.__module__ for command in CHANGES}
    modules = {route.handler.__module__ for route in ROUTES.values()}
    assert asked == {module for module in modules if "tell_devices" in inspect.getsource(sys.modules[module])}
