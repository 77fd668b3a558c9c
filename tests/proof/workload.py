"""People who talk at random, over connections that end at random, and write down what happens (book.py).

A Reader comes back with the positions of what it heard. A Voice is a Reader who writes what it wishes (wishes.py): it keeps
what is undecided in order, and on the next connection asks for all of it again, under the same nonces, before it asks for
anything new.
"""

import asyncio
import random
from typing import Any

from .book import Book, Event
from .history import Connection, Notice
from .peer import UNREACHABLE, Lost, Peer
from .wishes import Intent, Person, Town, Wishes

WINDOW = 4  # undecided writes of one voice
PAUSE = 0.03  # seconds between two writes of one voice, on average
CUT = 0.01  # chance that a voice ends its own connection after a write
GHOST = 0.5  # chance that it then leaves the old one open for a while, with what was sent on it still to be read
AGAIN = 0.03  # chance that a write is sent twice at once
LIVE_WITHIN = 30.0  # seconds from connecting to `session.synced`


class Reader:
    """An account's device: its positions, over all its connections."""

    def __init__(self, book: Book, url: str, person: Person, name: str, *, binary: bool) -> None:
        self.book = book
        self.url = url
        self.person = person
        self.name = name
        self.binary = binary
        self.epoch = ""
        self.at: dict[str, int] = {}
        self.peer: Peer | None = None
        self.codes: list[int] = []  # with which its connections were closed
        self._items: Connection = []
        self._synced = asyncio.Event()
        self._promised: dict[str, int] = {}  # log -> head up to which the replay under way must be whole
        self._account_head = 0
        self._followed: dict[str, int] = {}  # by replayed entries: log -> where it begins
        self._overtaken: dict[str, int] = {}  # log -> entry whose `ok` came before it

    async def connect(self) -> Peer:
        """Connect, sign in, sync. Raises one of UNREACHABLE, or Lost."""
        self.peer = None
        self._synced.clear()
        self._followed.clear()
        self._overtaken.clear()
        peer = await Peer.open(self.url, self._heard, binary=self.binary)
        self._items = self.book.connection(self.name)
        try:
            await peer.ask("session.sign_in", token=self.person.token)
            positions = dict(self.at)
            sync = peer.begin(
                "session.sync", lambda reply: self._states(positions, reply), epoch=self.epoch, positions=positions
            )
            await peer.send(sync)
            async with asyncio.timeout(LIVE_WITHIN):
                await first(self._synced, peer.over)
            if peer.over.is_set():
                raise Lost
        except BaseException:
            await peer.cut()
            raise
        self.peer = peer
        return peer

    def _note(self, kind: Any, log: str, after: int = 0) -> None:
        self._items.append(Notice(kind, log, after))
        if kind == "closed":
            self.at.pop(log, None)
        elif kind != "whole":
            self.at[log] = after

    def _states(self, positions: dict[str, int], reply: Event | None) -> None:
        """What the server says to do about each log."""
        if reply is None or reply["type"] == "refused":
            self._synced.set()
            return
        result = reply["result"]
        same_epoch = self.epoch in ("", result["epoch"])
        self.epoch = result["epoch"]
        self._promised.clear()
        for state in result["logs"]:
            log, status, head = state["log"], state.get("status", "caught_up"), state.get("head", 0)
            if status == "gone":
                self._note("closed", log)
                continue
            if state.get("kind") == "account":
                self._account_head = head
            if status != "caught_up":
                self._note(status, log, head)
            elif log not in positions:
                self._note("opened", log, head)
            else:
                assert same_epoch, "caught_up across epochs"
                self._note("resumed", log, positions[log])
                self._promised[log] = head
        for log in [log for log in self.at if log not in {state["log"] for state in result["logs"]}]:
            self._note("closed", log)

    def _heard(self, event: Event) -> None:
        if event["type"] == "session.synced":
            for log, head in self._promised.items():
                self._note("whole", log, head)
            self._synced.set()
        elif event["type"] == "session.lagging":
            for log, after in event["logs"].items():
                self._note("lagging", log, after)
                self._overtaken.pop(log, None)  # who lags gets the reply alone
        elif "seq" in event and "log" in event:
            log = event["log"]
            if log not in self.at and log in self._followed:
                self._note("opened", log, self._followed.pop(log))
            self.book.heard(self._items, event)
            self.at[log] = event["seq"]
            if (event.get("from") or event["seq"]) <= self._overtaken.pop(log, 0):
                self.book.problems.append(f"{self.name} was answered before its own copy of {log} #{event['seq']}")
            if log == self.person.account:
                self._own(event)

    def _own(self, event: Event) -> None:
        """An entry of one's own log tells where others begin and end."""
        fresh = event["seq"] > self._account_head  # what sync replays is in its list of logs already
        match event["type"]:
            case "room.followed" if event["room"] not in self.at:
                if fresh:
                    self._note("opened", event["room"], event.get("head", 0))
                else:
                    self._followed[event["room"]] = event.get("head", 0)
            case "room.unfollowed":
                self._followed.pop(event["room"], None)
                if fresh:
                    self._note("closed", event["room"])
            case _:
                pass

    async def listen(self) -> None:
        """Be there, for ever, over any number of connections."""
        while True:
            try:
                peer = await self.connect()
                await self.while_live(peer)
                if not peer.ghost:
                    self.codes.append(await peer.ended())
            except (*UNREACHABLE, Lost):
                await asyncio.sleep(random.uniform(0.01, 0.1))
            finally:
                if self.peer is not None and not self.peer.over.is_set():
                    await self.peer.cut()

    async def while_live(self, peer: Peer) -> None:
        await peer.over.wait()

    async def has_all(self) -> bool:
        """Whether this reader has heard everything there is, as the server sees it."""
        if self.peer is None or self.peer.over.is_set():
            return False
        try:
            changed = await self.peer.ask("log.changed", epoch=self.epoch, positions=self.at)
        except Lost:
            return False
        return not changed.get("logs")


async def first(*events: asyncio.Event) -> None:
    """Wait until one of them has happened."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


class Voice(Reader):
    """Somebody who talks."""

    def __init__(
        self, book: Book, url: str, person: Person, town: Town, rng: random.Random, *, binary: bool, moves: bool
    ) -> None:
        super().__init__(book, url, person, person.name, binary=binary)
        self.town = town
        self.rng = rng
        self.wishes = Wishes(person, town, rng, moves=moves)
        self.pending: list[Intent] = []
        self.quiet = False  # wants nothing new
        self.cuts = 0  # made by itself
        self.ghosts: list[asyncio.Task[None]] = []

    @property
    def decided(self) -> bool:
        return not self.pending

    async def while_live(self, peer: Peer) -> None:
        for intent in list(self.pending):
            await self._send(peer, intent)
        while not peer.over.is_set():
            if not self.quiet and len(self.pending) < WINDOW:
                intent = self.wishes.next(self.book, self.pending)
                self.pending.append(intent)
                await self._send(peer, intent)
                if self.rng.random() < AGAIN:
                    await self._send(peer, intent)
                if self.rng.random() < CUT:
                    self.cuts += 1
                    await self._leave(peer)
                    return
            await asyncio.sleep(self.rng.expovariate(1 / PAUSE))

    async def _leave(self, peer: Peer) -> None:
        """Cut the connection, or forget it, as who changes networks does: the server goes on believing in it."""
        if self.rng.random() < GHOST:
            peer.ghost = True
            self.peer = None
            self.ghosts.append(asyncio.create_task(self._bury(peer)))
        else:
            await peer.cut()

    async def _bury(self, peer: Peer) -> None:
        try:
            await asyncio.sleep(self.rng.uniform(0, 0.5))
        finally:
            await peer.cut()

    async def _send(self, peer: Peer, intent: Intent) -> None:
        attempt = self.book.asked(
            self.name, intent.nonce, intent.log, intent.content, also=intent.also, empties=intent.empties
        )

        def answered(reply: Event | None) -> None:
            decided = self.book.answered(attempt, reply)
            if attempt.outcome == "ok" and self.at.get(attempt.log, attempt.seq) < attempt.seq:
                self._overtaken[attempt.log] = attempt.seq
            if decided and intent in self.pending:
                self.pending.remove(intent)
                if attempt.outcome == "ok":
                    self.wishes.done(self.book, intent, attempt.seq)

        await peer.send(peer.begin(intent.type, answered, nonce=intent.nonce, **intent.fields))

    def go_on_from(self, logs: dict[str, list[Event]]) -> None:
        """The server holds these logs, of an older moment."""
        self.wishes.go_on_from(logs, self.pending)
