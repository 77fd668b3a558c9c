"""DUR-01 through the library: whatever happens to the server, each entry is given once, and each write done once."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from among_protocol import wire
from among_protocol.aio import Among, Closed, Happening, Opened, Reset, connect
from among_protocol.base import Entry
from among_protocol.logs import ReadEntries
from among_protocol.messages import SentWritten

from .book import Book
from .history import Notice
from .oracle import check, report
from .process import Server, on_disk, server_in
from .proxy import Proxy, Trouble
from .storm import found_town, until
from .wishes import Person, Town

AT_ONCE = 3  # writes of one person under way


def plain(entry: Any) -> dict[str, Any]:
    """As it is on the wire."""
    event: dict[str, Any] = msgspec.json.decode(wire.JSON.encode(entry))
    return event


class Caller:
    """A program that uses the library as its documentation says, and notes what it is given."""

    def __init__(self, book: Book, among: Among, person: Person, town: Town) -> None:
        self.book = book
        self.among = among
        self.person = person
        self.town = town
        self.items = book.connection(person.name)  # one, over all connections of the library
        self.opened: list[str] = []
        self.resets: list[Reset] = []
        self.quiet = asyncio.Event()

    async def listen(self) -> None:
        async for happening in self.among:
            self._take(happening)

    def _take(self, happening: Happening) -> None:
        match happening:
            case Opened():
                self.opened.append(happening.log)
                self.items.append(Notice("opened", happening.log, happening.after))
            case Reset():
                self.resets.append(happening)
                self.items.append(Notice("reset", happening.log, happening.after))
            case Closed():
                self.items.append(Notice("closed", happening.log))
            case Entry():
                self.book.heard(self.items, plain(happening))
            case _:
                pass

    async def talk(self, rng: random.Random) -> None:
        """Until it is quiet, then until all is answered."""
        running: set[asyncio.Task[None]] = set()
        count = 0
        while not self.quiet.is_set():
            if len(running) < AT_ONCE:
                count += 1
                running.add(asyncio.create_task(self._send(f"{self.person.name}-{count}", rng.choice(self.town.rooms))))
            else:
                _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.quiet.wait(), rng.expovariate(1 / 0.02))
        await asyncio.gather(*running)

    async def _send(self, nonce: str, room: str) -> None:
        attempt = self.book.asked(self.person.name, nonce, room, f"says {nonce}")
        written: SentWritten = await self.among.sending(room, nonce, nonce=nonce)
        self.book.acknowledged(attempt, plain(written.entry), repeat=written.repeat)


def reached(among: Among, log: str, head: int) -> Callable[[], bool]:
    return lambda: among.positions.logs.get(log, 0) >= head


async def run(
    server: Server,
    book: Book,
    people: list[Person],
    town: Town,
    *,
    kills: int,
    url: str = "",
    last: Callable[[], None] = lambda: None,
) -> list[Caller]:
    """All talk while the server is killed so often. `url`: by way of something else; `last` is called before the end,
    in which everything must arrive."""
    rng = random.Random(random.getrandbits(32))
    callers: list[Caller] = []
    all_have_talked = asyncio.Barrier(len(people))

    async def live(index: int, person: Person) -> None:
        encoding: Literal["json", "msgpack"] = "msgpack" if index % 2 else "json"
        async with connect(
            url or server.url, token=person.token, from_start=True, encoding=encoding, open_within=None
        ) as among:
            caller = Caller(book, among, person, town)
            callers.append(caller)
            listening = asyncio.create_task(caller.listen())
            await caller.talk(random.Random(rng.random()))
            await all_have_talked.wait()
            for log in (person.account, town.community, *town.rooms):
                head = (await among.ask(ReadEntries, log=log, after=0, limit=1)).head
                await until(reached(among, log, head))
        await listening

    living = [asyncio.create_task(live(index, person)) for index, person in enumerate(people)]
    await until(lambda: len(callers) == len(people))
    for _ in range(kills):
        await asyncio.sleep(rng.uniform(0.3, 1.0))
        await server.kill()
        await server.start()
    await asyncio.sleep(0.3)
    last()
    for caller in callers:
        caller.quiet.set()
    await asyncio.gather(*living)
    return callers


async def judged_run(folder: Path, *, clients: int, kills: int, bad: bool = False) -> Counter[Trouble]:
    """The library's word held against the oracle. `bad`: over a network that is. Gives what happened there."""
    book = Book()
    seen: Counter[Trouble] = Counter()
    async with server_in(folder) as server:
        people, town = await found_town(server.url, clients=clients, rooms=3)
        for person in people:
            book.people[person.account] = book.people[person.member] = person.name
        async with Proxy(server.port, random.Random(random.getrandbits(32))) as proxy:
            url, last = (proxy.url, proxy.calm) if bad else ("", lambda: None)
            callers = await run(server, book, people, town, kills=kills, url=url, last=last)
            seen += proxy.seen
        assert await server.stop() == 0
        for log, events in on_disk(server.data).items():
            book.final("the disk", log, events)
    book.history.explained = set(town.rooms)
    found = check(book.history)
    assert not found, report(found)
    assert all(attempt.outcome == "ok" for attempt in book.history.attempts)
    for caller in callers:
        assert caller.resets == []
        own = [log for log in caller.opened if log.startswith("w_")]  # the stewards' log, for who founded it
        assert len(own) == (caller.person is people[0])
        assert sorted(caller.opened) == sorted([caller.person.account, town.community, *own, *town.rooms])
    return seen


async def test_dur_01_the_library_gives_each_entry_once_and_writes_each_once(tmp_path: Path):
    await judged_run(tmp_path, clients=6, kills=3)
