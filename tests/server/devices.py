"""A device as its owner has it: the core of the client and the view, with the server of a `World` behind them instead of a
socket. It may lose its connection, and come back with what it has."""

import asyncio
from random import Random
from typing import Any

from msgspec.structs import replace

from among_protocol.bookmarks import BookmarkChanged, Bookmarked
from among_protocol.client import Client
from among_protocol.codes import CloseCode
from among_protocol.drafts import DraftChanged
from among_protocol.happenings import Happening, Up
from among_protocol.reach import ReachChanged
from among_protocol.rooms import Room
from among_protocol.signing import Credentials
from among_protocol.status import Appearance
from among_protocol.view import View
from tests.world import Person, World, until


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
        self.view = View()
        self.drafts: dict[str, tuple[str, str]] = {}  # which a view does not keep: by place
        self.bookmarked: Bookmarked | None = None
        self.reach: dict[str, Any] = {}  # by community
        self.link: Link | None = None
        self._sending = False

    def come(self) -> None:
        """There is a connection, from now on if there was none; the server speaks first."""
        if self.link is not None or self.over:
            return
        self.link = Link(self)
        self.core.connected(self.world.clock())
        self.receive(self.core.encoding.encode(self.world.app.services.hello))

    def go(self) -> None:
        """The connection is cut."""
        if self.link is not None:
            self.link.leave()

    def lose(self, code: int) -> None:
        if self.link is not None:
            self.link = None
            self._apply(self.core.lost(code, self.world.clock()))

    @property
    def over(self) -> bool:
        """Whether its account is gone."""
        return self.core.state == "stopped"

    async def is_whole(self) -> None:
        """It has all that the server has for it."""
        await self.world.quiet()
        await until(
            lambda: self.over or (self.core.state == "live" and not self._sending and not any(self.core._asks.all()))
        )

    def receive(self, payload: bytes) -> None:
        self._apply(self.core.received(payload, self.world.clock()))
        if not self._sending:
            self._sending = True  # in a turn of its own: the server is in the middle of something
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        self._sending = False
        assert not self.core.doomed, self.core.doomed
        for frame in self.core.outgoing():
            if self.link is not None:
                self.link.send(frame)

    def _apply(self, told: list[Happening]) -> None:
        for happening in told:
            self.view.apply(happening)
            match happening:
                case Up(sync=sync):
                    self.drafts = {one.place: (one.fingerprint, one.at) for one in sync.drafts}
                    self.bookmarked = sync.bookmarks
                    self.reach = {one.community: one for one in sync.reach}
                case DraftChanged(place=place, fingerprint=fingerprint, at=at):
                    self.drafts.pop(place, None)
                    if fingerprint:
                        self.drafts[place] = (fingerprint, at)
                case BookmarkChanged(bookmarks=all_):
                    self.bookmarked = all_ if all_.count else None
                case ReachChanged(reach=reach):
                    self.reach[reach.community] = reach
                case _:
                    pass


NOTHING_CHOSEN = Appearance(community="", appear="auto", last_seen="hidden", status=None)


def known(device: Device) -> dict[str, Any]:
    """What its owner knows by it, but for the counts: two that are whole know the same, however they came by it."""
    view = device.view
    cards = {id: replace(one, rooms=[], as_of=0) for id, one in view.communities.items()}
    return {
        "account": view.account,
        "communities": {id: replace(one, community=replace(one.community, members=0)) for id, one in cards.items()},
        "rooms": {id: _plain(room) for id, room in view.rooms.items()},
        "blocks": [(one.id, one.handle, one.kind) for one in view.blocks],
        "appearances": {id: one for id, one in view.appearances.items() if one != NOTHING_CHOSEN},
        "choices": view.attention.choices,
        "words": sorted(view.attention.words),
        "dnd": view.attention.dnd if view.attention.dnd and view.attention.dnd.times else None,
        "reach": {id: one for id, one in device.reach.items() if one.directs or not one.greetings},
        "drafts": device.drafts,
        "bookmarked": device.bookmarked,
    }


def _plain(room: Room) -> Room:
    """What it is called is told to those who follow it."""
    people = sorted(room.people, key=lambda person: person.member)
    return replace(room, head=0, people=people, topic=room.topic if room.following else "")
