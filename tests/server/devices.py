"""A device as its owner has it: the core of the client and the view, with the server of a `World` behind them instead of a
socket. It may lose its connection, or fall behind, and come back with what it has."""

import asyncio
from collections.abc import Iterable
from random import Random
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from among_protocol.asking import Ask
from among_protocol.base import Command, Shape
from among_protocol.bookmarks import BookmarkChanged, Bookmarked
from among_protocol.client import Client
from among_protocol.codes import CloseCode
from among_protocol.communities import Membership
from among_protocol.drafts import DraftChanged
from among_protocol.happenings import Happening, Up
from among_protocol.reach import ReachChanged
from among_protocol.rooms import Room
from among_protocol.signing import Credentials
from among_protocol.status import Appearance
from among_protocol.view import View
from among_server.store.moments import moment
from tests.server.stories import Step, Town
from tests.store.test_threads import plain
from tests.world import Person, World, until

WAYS = st.lists(  # how the device of each of four is there for a while
    st.sampled_from(("keeps up", "reads late", "lags", "pauses", "is away")), min_size=4, max_size=4
)


class Link(Person):
    """One connection of a device."""

    def __init__(self, holder: "Device") -> None:
        super().__init__(holder.world, holder.core.encoding)
        self.holder = holder

    def _frame(self, payload: bytes) -> None:
        super()._frame(payload)
        self.holder.receive(payload)

    def _close(self, code: CloseCode, reason: str) -> None:
        super()._close(code, reason)
        self.holder.lose(code)


class Device:
    def __init__(self, owner: Person) -> None:
        self.world: World = owner.world
        self.core = Client(Credentials(token=owner.token), encoding=owner.encoding, rng=Random(1))
        self.view = View(self.core.whole.ahead)
        self.core.answered = self._answered
        # All that the view was told, and what its owner was answered; and how far their own log was known to go by then.
        self.told: list[tuple[Happening | Shape, int]] = []
        self.drafts: dict[tuple[str, int], tuple[str, str]] = {}  # which a view does not keep: by place and thread
        self.bookmarked: Bookmarked | None = None
        self.reach: dict[str, Any] = {}  # by community
        self.link: Link | None = None
        self.fell_behind = False
        self._sending = False

    def come(self) -> None:
        """There is a connection, from now on if there was none; the server speaks first."""
        if self.link is not None or self.over:
            return
        self.link = Link(self)
        self.core.connected(self.world.clock())
        self.receive(self.core.encoding.encode(self.world.app.services.hello))

    def falls_behind(self, way: str) -> None:
        """From now on, until it `catches_up`."""
        self.fell_behind = way != "keeps up"
        if self.link is None:
            return
        match way:
            case "reads late":
                self.link.stops_reading()
            case "lags":
                self.link.lags()
            case "pauses":
                self.core.pause()
            case "is away":
                self.link.leave()
            case _:
                pass

    def catches_up(self) -> None:
        self.come()
        if self.link is not None and not self.link.reads:
            self.link.reads_again()
        self.core.resume(self.world.clock())
        self._soon()

    def lose(self, code: int) -> None:
        if self.link is not None:
            self.link = None
            self._apply(self.core.lost(code, self.world.clock()))

    @property
    def over(self) -> bool:
        """Whether its account is gone."""
        return self.core.state == "stopped"

    @property
    def _has_all(self) -> bool:
        core = self.core
        live = core.state == "live" and not self._sending and not any(core._asks.all()) and not core.whole.ahead()
        return self.over or live

    async def is_whole(self) -> None:
        """It has all that the server has for it."""
        await self.world.quiet()
        while not self._has_all:
            await until(lambda: self._has_all)
            await self.world.quiet()

    def begin(self, command: Command) -> Ask:
        """Ask, and don't wait."""
        ask = self.core.ask(command, self.world.clock())
        self._soon()
        return ask

    def receive(self, payload: bytes) -> None:
        self._apply(self.core.received(payload, self.world.clock()))
        self._soon()

    def _soon(self) -> None:
        if not self._sending:
            self._sending = True  # in a turn of its own: the server is in the middle of something
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        self._sending = False
        assert not self.core.doomed, self.core.doomed
        for frame in self.core.outgoing():
            if self.link is not None:
                self.link.send(frame)

    def _answered(self, command: Command, reply: Shape) -> None:
        self._note(reply)
        self.view.answered(command, reply)

    def _note(self, told: Happening | Shape) -> None:
        mine = self.view.account.id if self.view.account is not None else ""
        head = self.view.logs[mine].head if mine in self.view.logs else 0
        self.told.append((told, max(head, self.core.whole.ahead().get(mine, 0))))

    def _apply(self, told: list[Happening]) -> None:
        for happening in told:
            self._note(happening)
            self.view.apply(happening)
            match happening:
                case Up(sync=sync):
                    self.drafts = {(one.place, one.thread): (one.fingerprint, one.at) for one in sync.drafts}
                    self.bookmarked = sync.bookmarks
                    self.reach = {one.community: one for one in sync.reach}
                case DraftChanged(place=place, thread=thread, fingerprint=fingerprint, at=at):
                    self.drafts.pop((place, thread), None)
                    if fingerprint:
                        self.drafts[place, thread] = (fingerprint, at)
                case BookmarkChanged(bookmarks=all_):
                    self.bookmarked = all_ if all_.count else None
                case ReachChanged(reach=reach):
                    self.reach[reach.community] = reach
                case _:
                    pass


async def come(devices: Iterable[Device]) -> list[Device]:
    """All of them are here, and whole."""
    all_ = list(devices)
    for device in all_:
        device.catches_up()
    for _ in range(2):  # what one asks for may be news for another
        for device in all_:
            await device.is_whole()
    return all_


async def beside_new_ones(
    town: Town, before: list[Step], during: list[Step], after: list[Step], ways: list[str]
) -> list[tuple[Device, Device]]:
    """A device of each who is in the town, there from `before` on and in its way `during`, and beside it one that is new in
    the end; but for those whose account is gone."""
    await town.tell(before)
    owners = list(town.people.values())
    devices = await come(map(Device, owners))
    for device, way in zip(devices, ways, strict=True):
        device.falls_behind(way)
    await town.tell(during)
    for device in devices:
        device.catches_up()
    await town.tell(after)
    await come(devices)
    pairs = list(zip(devices, await come(map(Device, owners)), strict=True))
    assert all(device.over == new.over for device, new in pairs)
    return [(device, new) for device, new in pairs if not device.over]


NOTHING_CHOSEN = Appearance(community="", appear="auto", last_seen="hidden", status=None)


def known(device: Device) -> dict[str, Any]:
    """What its owner knows by it, but for what is unread: two that are whole know the same, however they came by it."""
    view = device.view
    now = moment(device.world.app.services.wall())
    return {
        "account": view.account,
        **places(device, view.communities, view.rooms),
        "blocks": [(one.id, one.handle, one.kind) for one in view.blocks],
        "appearances": {id: one for id, one in view.appearances.items() if one != NOTHING_CHOSEN},
        "choices": {place: one for place, one in view.attention.choices.items() if not one.until or one.until > now},
        "words": sorted(view.attention.words),
        "dnd": view.attention.dnd if view.attention.dnd and view.attention.dnd.times else None,
        "reach": {id: one for id, one in device.reach.items() if one.directs or not one.greetings},
        "drafts": device.drafts,
        "bookmarked": device.bookmarked,
    }


def places(device: Device, communities: dict[str, Membership], rooms: dict[str, Room]) -> dict[str, Any]:
    """What is known of communities and rooms, without what nobody is told of each time it changes."""
    now = moment(device.world.app.services.wall())
    cards = {
        id: replace(one, rooms=[], as_of=0, silenced_until=one.silenced_until * (one.silenced_until > now))
        for id, one in communities.items()
    }
    return {
        "communities": {id: replace(one, community=replace(one.community, members=0)) for id, one in cards.items()},
        "rooms": {id: _plain(room) for id, room in rooms.items()},
    }


def meant(device: Device) -> dict[str, set[str]]:
    """By entry of the list of whom its owner blocks: memberships."""
    return {block.id: {*block.members, *block.others} for block in device.view.blocks}


def counted(device: Device) -> dict[str, Any]:
    """What is unread, by it, in the rooms and the threads that its owner follows, and in the inbox."""
    view = device.view
    rooms = [view.logs[id] for id, log in device.core.whole.logs.items() if log.kind == "room" and log.open]
    return {
        "rooms": {state.log: (state.read, state.unread, state.mentions) for state in rooms},
        "threads": sorted(plain(view.threads.values())),
        "inbox": view.inbox,
    }


def _plain(room: Room) -> Room:
    """What it is called, and how long it keeps what is said, is told to those who follow it."""
    people = sorted(room.people, key=lambda person: person.member)
    told = {} if room.following else {"topic": "", "retention": None, "retention_since": ""}
    return replace(room, head=0, people=people, **told)
