"""A run: people in a town, a server that is killed under them, and at the end everything is held against the oracle."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from .book import Book, Event
from .choosers import Chooser
from .oracle import check, report
from .peer import Peer
from .process import PATIENCE, Server, halves, judged, on_disk
from .shown import Page, page_of
from .wishes import Person, Town
from .workload import Reader, Voice

PASSWORD = "correct horse"
PROMISED = 5.0  # seconds until a server that was killed is ready: the long form holds it to that
RESTART_WITHIN = 3 * PROMISED  # beside other tests, on a machine that may be slow
CLOSED_RESTARTING = 4000
ROOTS = 3  # threads that choosers choose among


class Storm:
    """One server and those who talk on it."""

    def __init__(
        self, server: Server, seed: int, *, clients: int, rooms: int, url: str = "", choosers: int = 0
    ) -> None:
        self.server = server
        self.url = url or server.url  # of the voices and readers: by way of something else, perhaps
        self.rng = random.Random(seed)
        self.book = Book()
        self.kills = 0
        self.slowest = 0.0  # seconds to ready, after a kill
        self.voices: list[Voice] = []
        self.readers: list[Reader] = []  # voices too
        self.choosers: list[Chooser] = []  # of the first of them
        self._clients = clients
        self._rooms = rooms
        self._choosers = choosers
        self._tasks: list[asyncio.Task[None]] = []

    async def settle_in(self) -> None:
        """Accounts, a community, rooms, and everybody in them; nothing of this is judged."""
        url = self.url
        people, town = await found_town(self.server.url, clients=self._clients, rooms=self._rooms)
        people = [await self._with_corner(person, town) for person in people]
        for index, person in enumerate(people):
            rng = random.Random(self.rng.random())
            voice = Voice(self.book, url, person, town, rng, binary=index % 2 == 1, moves=index > 0)
            self.voices.append(voice)
            if index % 4 == 1:  # a second device, which never writes
                self.readers.append(Reader(self.book, url, person, f"{person.name}'s other", binary=index % 8 == 1))
        self.readers += self.voices
        for reader in self.readers:
            if self.rng.random() < 0.5:  # the others begin where the logs are
                reader.at = dict.fromkeys([reader.person.account, reader.person.corner, town.community, *town.rooms], 0)
                reader.epoch = await epoch_of(self.server.url)
        self.book.history.explained = {*town.rooms, *(person.corner for person in people)}
        await self._let_choose(people[: self._choosers], town)
        self._tasks = [asyncio.create_task(reader.listen()) for reader in self.readers]
        self._tasks += [asyncio.create_task(chooser.listen()) for chooser in self.choosers]

    async def _let_choose(self, people: list[Person], town: Town) -> None:
        """A room in which nobody speaks any more, and who follows its threads."""
        room, roots = "", []
        for person in people:
            peer = await Peer.open(self.server.url)
            await peer.ask("session.sign_in", token=person.token)
            if not room:
                made = await peer.ask("room.create", community=town.community, slug="quiet", nonce="quiet")
                room = made["entry"]["room"]
                for number in range(ROOTS):
                    said = await peer.ask("message.send", room=room, body=f"root {number}", nonce=f"root {number}")
                    roots.append(said["entry"]["seq"])
            else:
                await peer.ask("room.follow", room=room, nonce="quiet")
            await peer.close()
            rng = random.Random(self.rng.random())
            self.choosers.append(Chooser(self.book, self.server.url, person, room, roots, rng))

    async def _with_corner(self, person: Person, town: Town) -> Person:
        peer = await Peer.open(self.server.url)
        await peer.ask("session.sign_in", token=person.token)
        self.book.people[person.account] = self.book.people[person.member] = person.name
        nonce = f"{person.name}-corner"
        made = await peer.ask("corner.update", community=town.community, title=person.name, nonce=nonce)
        await peer.close()
        corner = made["entry"]["log"]
        also = ((person.account, f"room.followed {corner}"),)
        attempt = self.book.asked(person.name, nonce, corner, "corner.updated", also=also)
        self.book.answered(attempt, {"type": "ok", "result": made})
        return person._replace(corner=corner)

    async def talk(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        for task in self._tasks:
            if task.done():
                task.result()

    async def kill(self) -> None:
        """kill -9, look at what is on the disk, and start again; now and then kill it in its start too."""
        await self.server.kill()
        self._judge()
        if self.rng.random() < 0.2:
            await self.server.spawn()
            await asyncio.sleep(self.rng.uniform(0, 0.8))
            await self.server.kill()
            self.kills += 1
            self._judge()
        self.slowest = max(self.slowest, await self.server.start())
        self.kills += 1

    def _judge(self) -> None:
        found = judged(self.server.data) + halves(self.server.data)
        assert found == [], f"after {self.kills + 1} kills: {found[:5]}"

    async def fall_silent(self) -> None:
        """Nothing new is asked; what was asked is decided, and heard by all."""
        for voice in self.voices:
            voice.quiet = True
        for chooser in self.choosers:
            chooser.quiet = True
        await until(lambda: all(voice.decided for voice in self.voices))
        await until(lambda: not any(chooser.busy for chooser in self.choosers))
        for reader in self.readers:
            await until(reader.has_all)

    async def read_all(self) -> None:
        """Every log as each who may read it reads it now, page by page."""
        for voice in self.voices:
            peer = await Peer.open(self.server.url, binary=not voice.binary)
            await peer.ask("session.sign_in", token=voice.person.token)
            founder = voice is self.voices[0]
            corners = [other.person.corner for other in self.voices]
            logs = [voice.person.account, *([voice.town.community, *voice.town.rooms, *corners] if founder else [])]
            for log in logs:
                self.book.final("the wire", log, await all_entries(peer, log))
            await peer.close()
        for chooser in self.choosers:
            await (await chooser.look()).close()
        await self._shown()

    async def _shown(self) -> None:
        """The rooms and corners as two of them are shown these, page by page."""
        for voice in self.voices[:2]:
            peer = await Peer.open(self.server.url, binary=voice.binary)
            await peer.ask("session.sign_in", token=voice.person.token)
            pages = self.book.history.pages[voice.name, voice.person.member] = {}
            corners = [other.person.corner for other in self.voices]
            for log in (*voice.town.rooms, *corners):
                pages[log] = await shown(peer, log, corner=log in corners)
            await peer.close()

    async def end(self) -> None:
        """Stop the server as an operator does: everybody is told to come back."""
        closed = [len(reader.codes) for reader in self.readers]
        assert await self.server.stop() == 0
        await until(lambda: all(len(one.codes) > had for one, had in zip(self.readers, closed, strict=True)))
        await self.leave()
        codes = {reader.name: reader.codes[-1] for reader in self.readers}
        assert set(codes.values()) == {CLOSED_RESTARTING}, codes

    async def leave(self) -> None:
        self._tasks += [ghost for voice in self.voices for ghost in voice.ghosts]
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    def verdict(self) -> None:
        """Hold everything against the promises."""
        for log, events in on_disk(self.server.data).items():
            self.book.final("the disk", log, events)
        found = check(self.book.history)
        assert not found, report(found)
        assert not self.book.problems, report(self.book.problems)
        assert self.server.complaints() == []
        assert self.slowest < RESTART_WITHIN, f"{self.slowest:.1f} s to ready"

    def summary(self) -> str:
        cuts = sum(voice.cuts for voice in self.voices)
        return f"{self.kills} kills, {cuts} cuts, {self.slowest:.2f} s to ready at most; {self.book.summary()}"


async def until(true: Callable[[], bool | Awaitable[bool]], within: float = PATIENCE) -> None:
    """Ask, now and then, until it is so."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        answer = true()
        if answer is True or (answer is not False and await answer):
            return
        assert loop.time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def found_town(url: str, *, clients: int, rooms: int, prefix: str = "voice") -> tuple[list[Person], Town]:
    """A community with open rooms, and clients who all follow them; the first one founded it."""
    people: list[Person] = []
    peers: list[Peer] = []
    made: list[str] = []
    community = ""
    for index in range(clients):
        peer = await Peer.open(url)
        name = f"{prefix}{index}"
        signed = await peer.ask("session.sign_up", handle=name, password=PASSWORD)
        if index == 0:
            created = await peer.ask("community.create", slug=f"{prefix}-town", name="Town", nonce=f"{name}-found")
            community = created["entry"]["log"]
            for number in range(rooms):
                room = await peer.ask(
                    "room.create", community=community, slug=f"room{number}", nonce=f"{name}-room{number}"
                )
                made.append(room["entry"]["room"])
            member = (await peer.ask("community.read", community=community))["member"]
        else:
            joined = await peer.ask("community.join", community=community, nonce=f"{name}-join")
            member = joined["entry"]["member"]
        people.append(Person(name, signed["token"], signed["account"]["id"], member))
        peers.append(peer)
    for peer in peers:
        await peer.close()
    return people, Town(community, made)


async def epoch_of(url: str) -> str:
    peer = await Peer.open(url)
    await peer.close()
    return str(peer.hello["epoch"])


async def all_entries(peer: Peer, log: str, *, after: int = 0, **more: Any) -> list[Event]:
    """A log's entries, page by page."""
    entries: list[Event] = []
    while True:
        page = await peer.ask("log.entries", log=log, after=after, **more)
        entries += page["entries"]
        if page["complete"]:
            return entries
        assert page["entries"], "a page that is not complete is not empty"
        after = entries[-1]["seq"]


async def shown(peer: Peer, room: str, *, corner: bool) -> Page:
    """Everything that is there, as it is shown."""
    messages = await newest_first(peer, "message.page", "messages", room=room)
    for root in [one["seq"] for one in messages if one.get("below")]:
        messages += await newest_first(peer, "message.page", "messages", room=room, thread=root)
    if corner:
        messages += await newest_first(peer, "post.page", "posts", room=room)
    return page_of(messages, await newest_first(peer, "pin.list", "pins", room=room))


async def newest_first(peer: Peer, type: str, what: str, **more: Any) -> list[Event]:
    found: list[Event] = []
    before: dict[str, int] = {}
    while True:
        page = await peer.ask(type, **before, **more)
        found += page[what]
        if page["complete"]:
            return found
        before["before"] = min(one["seq"] for one in page[what])


async def storm(
    server: Server,
    seed: int,
    *,
    clients: int,
    rooms: int,
    kills: int,
    told: Callable[[str], object] = str,
    until_done: Callable[[Book], bool] = lambda _: True,
) -> Storm:
    """Talk and kill, and judge it all; they talk on until enough is done. The server must run; it is stopped at the end."""
    run = Storm(server, seed, clients=clients, rooms=rooms, choosers=min(clients, 4))
    try:
        await run.settle_in()
        await run.talk(0.5)
        while run.kills < kills:
            await run.talk(run.rng.uniform(0.05, 1.0))
            await run.kill()
            told(run.summary())
        await run.talk(0.3)
        await until(lambda: until_done(run.book) and all(chooser.has_chosen for chooser in run.choosers))
        await run.fall_silent()
        await run.read_all()
        await run.end()
        run.verdict()
    except BaseException as error:
        error.add_note(f"seed {seed}; {run.summary()}\nthe server's last words:\n{server.tail()}")
        raise
    finally:
        await run.leave()
    return run
