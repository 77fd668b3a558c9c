"""Devices that choose, at random, which threads they follow and what is worth a bell in them, over connections that end at
random. That leaves no entry in any log, so each keeps for itself what may hold by now, and looks after every sync.

What was acknowledged holds. What was asked and not answered may hold or not: nobody knows until it is seen. The threads are
of a room in which nobody speaks, or others would bring one to follow them.
"""

import asyncio
import random
from collections.abc import Callable
from typing import NamedTuple

from .book import Book
from .peer import UNREACHABLE, Frame, Lost, Peer, Refused
from .wishes import Person

LEVELS = ("all", "mentions", "nothing", "inherit")
PAUSE = 0.02  # seconds between two choices, on average


class Choice(NamedTuple):
    follows: bool
    level: str


NOTHING = Choice(follows=False, level="inherit")
Asked = tuple[
    str, dict[str, str], Callable[[Choice], Choice | None]
]  # a command, and what it makes; None: it is refused


class Chooser:
    """One account's device."""

    def __init__(self, book: Book, url: str, person: Person, room: str, roots: list[int], rng: random.Random) -> None:
        self.book = book
        self.url = url
        self.person = person
        self.room = room
        self.rng = rng
        self.quiet = False  # wants nothing new
        self.busy = False
        self.done: set[str] = set()  # what was acknowledged, by the type of the command
        self._may: dict[int, set[Choice]] = {root: {NOTHING} for root in roots}

    async def listen(self) -> None:
        """Choose, for ever, over any number of connections."""
        while True:
            try:
                peer = await self.look()
                try:
                    await self._choose(peer)
                finally:
                    await peer.cut()
            except (*UNREACHABLE, Lost):
                await asyncio.sleep(self.rng.uniform(0.01, 0.1))

    @property
    def has_chosen(self) -> bool:
        """Whether something of each kind was acknowledged, or there is a problem."""
        return bool(self.book.problems) or self.done == {"thread.follow", "thread.unfollow", "notify.set"}

    async def look(self) -> Peer:
        """A new connection, with what holds by now held against what may. Raises one of UNREACHABLE, or Lost."""
        peer = await Peer.open(self.url)
        try:
            await peer.ask("session.sign_in", token=self.person.token)
            sync = await peer.ask("session.sync")
        except BaseException:
            await peer.cut()
            raise
        here = {state["thread"]: _choice(state) for state in sync.get("threads", []) if state["room"] == self.room}
        for root in self._may:
            self._holds(root, here.get(root, NOTHING), self._may[root])
        return peer

    async def _choose(self, peer: Peer) -> None:
        while not peer.over.is_set():
            await asyncio.sleep(self.rng.expovariate(1 / PAUSE))
            if not self.quiet:
                self.busy = True
                try:
                    await self._ask(peer, self.rng.choice(list(self._may)))
                finally:
                    self.busy = False

    async def _ask(self, peer: Peer, root: int) -> None:
        command, more, makes = self._wish()
        before = self._may[root]
        after = {made for one in before if (made := makes(one)) is not None}
        self._may[root] = before | after  # until it is answered
        where = {"place" if command == "notify.set" else "room": self.room}
        try:
            told = _choice(await peer.ask(command, **where, thread=root, **more), follows=command == "notify.set")
        except Refused as why:
            if why.code == "thread.gone":  # one lets nothing go, and chooses nothing, where one does not follow
                self._holds(root, NOTHING, {one for one in before if makes(one) is None})
            elif why.kind != "wait":
                self.book.problems.append(f"{self.person.name} was refused {command} of #{root}: {why}")
            return
        self.done.add(command)
        self._holds(root, told, after)

    def _wish(self) -> Asked:
        kind, level = self.rng.random(), self.rng.choice(LEVELS)
        if kind < 0.4:
            return "thread.follow", {}, lambda one: one if one.follows else Choice(follows=True, level="inherit")
        if kind < 0.6:
            return "thread.unfollow", {}, lambda one: NOTHING if one.follows else None
        return "notify.set", {"level": level}, lambda one: one._replace(level=level) if one.follows else None

    def _holds(self, root: int, now: Choice, may: set[Choice]) -> None:
        """This is so, says the server."""
        if now not in may:
            some = " or ".join(map(str, sorted(may)))
            self.book.problems.append(f"{self.person.name} was told of #{root}: {some or 'something'}, and it is {now}")
        self._may[root] = {now}


def _choice(state: Frame, *, follows: bool = False) -> Choice:
    return Choice(follows or state.get("following", False), state.get("level", "inherit"))
