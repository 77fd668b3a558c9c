"""People who talk at random, over connections that end at random, and write down what happens (book.py).

A Reader comes back with the positions of what it heard. A Voice is a Reader who writes: it keeps what is undecided in
order, and on the next connection asks for all of it again, under the same nonces, before it asks for anything new.
"""

import asyncio
import random
from dataclasses import dataclass
from typing import Any, NamedTuple

from .book import Book, Event
from .oracle import Connection, Notice
from .peer import UNREACHABLE, Lost, Peer

WINDOW = 4  # undecided writes of one voice
PAUSE = 0.03  # seconds between two writes of one voice, on average
CUT = 0.01  # chance that a voice ends its own connection after a write
GHOST = 0.5  # chance that it then leaves the old one open for a while, with what was sent on it still to be read
AGAIN = 0.03  # chance that a write is sent twice at once
REMEMBERED = 30  # of one's own messages, that may still be edited or taken back
RENAMES = 4  # of one voice: the first, and three mistakes mended
CHANGES = 8  # likewise, that are no renames
LIVE_WITHIN = 30.0  # seconds from connecting to `session.synced`


class Person(NamedTuple):
    name: str
    token: str
    account: str
    member: str
    corner: str = ""  # id of the room; empty: has none, and does nothing but talk


class Town(NamedTuple):
    """Where everybody is: a community and its rooms."""

    community: str
    rooms: list[str]


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
            if event["seq"] <= self._overtaken.pop(log, 0):
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


@dataclass(slots=True)
class Intent:
    """A write that somebody wants, until it is decided."""

    nonce: str
    type: str
    fields: dict[str, Any]
    log: str
    content: str
    also: tuple[tuple[str, str], ...] = ()  # what it writes beside this: log and content
    empties: int = 0  # what it takes back, by number


class Voice(Reader):
    """Somebody who talks."""

    def __init__(
        self, book: Book, url: str, person: Person, town: Town, rng: random.Random, *, binary: bool, moves: bool
    ) -> None:
        super().__init__(book, url, person, person.name, binary=binary)
        self.town = town
        self.rng = rng
        self.moves = moves  # follows and leaves rooms now and then
        self.pending: list[Intent] = []
        self.quiet = False  # wants nothing new
        self.cuts = 0  # made by itself
        self.ghosts: list[asyncio.Task[None]] = []
        self._following = set(town.rooms)
        self._count = 0
        self._said: list[tuple[str, int]] = []  # room and number, of one's own that may be edited
        self._handle, self._bio = person.name, ""  # who one is
        self._changes = 0  # of who one is, so far

    @property
    def decided(self) -> bool:
        return not self.pending

    async def while_live(self, peer: Peer) -> None:
        for intent in list(self.pending):
            await self._send(peer, intent)
        while not peer.over.is_set():
            if not self.quiet and len(self.pending) < WINDOW:
                intent = self._wish()
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
                    self._done(intent, attempt.seq)

        await peer.send(peer.begin(intent.type, answered, nonce=intent.nonce, **intent.fields))

    def _done(self, intent: Intent, seq: int) -> None:
        """What one knows by it, for what one may wish next."""
        fields, log = intent.fields, intent.log
        match intent.type:
            case "room.follow":
                self._following.add(fields["room"])
            case "room.unfollow":
                self._following.discard(fields["room"])
            case "message.send":
                self._said = [*self._said[1 - REMEMBERED :], (log, seq)]
            case "message.delete":
                self._said = [said for said in self._said if said != (log, fields["message"])]
            case "post.publish":
                if (log, seq) not in self.book.posts:  # as it is after a restore, where this is asked for again
                    self.book.posts.append((log, seq))
            case "post.delete":
                self.book.posts[:] = [post for post in self.book.posts if post != (log, fields["post"])]
            case "persona.update":
                self._handle = fields["persona"].get("handle", self._handle)
                self._bio = fields["persona"].get("bio", self._bio)
            case _:
                pass

    def go_on_from(self, logs: dict[str, list[Event]]) -> None:
        """The server holds these logs, of an older moment: one is who one was then, and has said what is there."""
        own = [event for events in logs.values() for event in events if event.get("by") == self.person.member]
        said = {(event["log"], event["seq"]) for event in own if event["type"] == "message.sent"}
        self._said = [one for one in self._said if one in said]
        persona = next((event for event in reversed(own) if event["type"] == "member.updated"), {})
        self._handle, self._bio = persona.get("handle", self.person.name), persona.get("bio", "")
        done = {event.get("nonce") for event in own}
        for intent in self.pending:
            if intent.type == "persona.update" and intent.nonce not in done:
                changed = {"handle": self._handle, "bio": self._bio} | intent.fields["persona"]
                intent.content = f"is {changed['handle']}: {changed['bio']}"

    def _wish(self) -> Intent:
        self._count += 1
        nonce = f"{self.name}-{self._count}"
        more = self._more(nonce) if self.person.corner else None
        return more or self._talk(nonce)

    def _more(self, nonce: str) -> Intent | None:
        """Beside talking: edit and take back, write in corners and about them, be somebody else."""
        kind, corner = self.rng.random(), self.person.corner
        words = f"{nonce} " + "lorem ipsum " * self.rng.choice((0, 1, 4, 400))
        going = {one.fields.get("post") for one in self.pending if one.type == "post.delete"}
        posts = [post for log, post in self.book.posts if log == corner and post not in going]
        if kind < 0.08 and self._said:
            room, seq = self.rng.choice(self._said)
            fields = {"room": room, "message": seq, "body": nonce}
            return Intent(nonce, "message.edit", fields, room, f"edits #{seq}: {nonce}")
        if kind < 0.13 and self._said:
            room, seq = self.rng.choice(self._said)
            return Intent(nonce, "message.delete", {"room": room, "message": seq}, room, f"deletes #{seq}", empties=seq)
        if kind < 0.17:
            fields = {"community": self.town.community, "title": nonce, "body": words}
            return Intent(nonce, "post.publish", fields, corner, f"publishes {nonce}: {words}")
        if kind < 0.20 and posts:
            seq = self.rng.choice(posts)
            fields = {"room": corner, "post": seq, "body": words}
            return Intent(nonce, "post.edit", fields, corner, f"edits #{seq}: {words}")
        if kind < 0.22 and posts:
            seq = self.rng.choice(posts)
            return Intent(nonce, "post.delete", {"room": corner, "post": seq}, corner, f"deletes #{seq}", empties=seq)
        if kind < 0.28 and self.book.posts:
            room, seq = self.rng.choice(self.book.posts)
            return Intent(nonce, "message.send", {"room": room, "post": seq, "body": words}, room, f"says {words}")
        if (
            kind < 0.32
            and self._changes < RENAMES + CHANGES
            and not any(one.type == "persona.update" for one in self.pending)
        ):
            return self._somebody_else(nonce)
        return None

    def _somebody_else(self, nonce: str) -> Intent:
        """First by other handles, as often as a mistake may be mended; then with other words about oneself."""
        self._changes += 1
        community = self.town.community
        if self._changes <= RENAMES:
            handle = f"{self.name}-{'bdgk'[self._changes - 1]}"
            fields = {"community": community, "persona": {"handle": handle}}
            also = ((self.person.account, f"renamed {handle}"),)
            return Intent(nonce, "persona.update", fields, community, f"is {handle}: {self._bio}", also)
        fields = {"community": community, "persona": {"bio": nonce}}
        return Intent(nonce, "persona.update", fields, community, f"is {self._handle}: {nonce}")

    def _talk(self, nonce: str) -> Intent:
        room = self.rng.choice(self.town.rooms)
        kind = self.rng.random()
        if kind < 0.03 and self.moves and not any(one.type.endswith("follow") for one in self.pending):
            verb = "room.unfollow" if room in self._following else "room.follow"
            return Intent(nonce, verb, {"room": room}, self.person.account, f"{verb}ed {room}")
        if kind < 0.06:  # the founder may; the others are refused
            return Intent(nonce, "room.set_topic", {"room": room, "topic": nonce}, room, f"topic {nonce}")
        if kind < 0.08:  # refused: too long
            return Intent(nonce, "message.send", {"room": room, "body": "x" * 8001}, room, "says too much")
        body = f"{nonce} " + "lorem ipsum " * self.rng.choice((0, 1, 1, 4, 200))
        return Intent(nonce, "message.send", {"room": room, "body": body}, room, f"says {body}")
