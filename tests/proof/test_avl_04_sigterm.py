"""AVL-04: told to stop under load, the server loses nothing that it acknowledged, tells everybody to come back, and ends.

Five thousand clients are too many for a machine that also runs the other tests: here there are dozens, with as much in
flight as they are allowed and more.
"""

import asyncio
import contextlib
import random
import signal
import time
from pathlib import Path

from .book import Book, Event
from .oracle import check, report
from .peer import Lost, Peer
from .process import Server, judged, on_disk, server_in
from .storm import found_town, until
from .wishes import Person, Town

RESTARTING = 4000
GRACE = 8.0  # seconds, the server's default; Docker kills after ten


class Flood:
    """Somebody who sends without waiting for answers, until the connection ends."""

    def __init__(self, book: Book, person: Person, town: Town, *, binary: bool) -> None:
        self.book = book
        self.person = person
        self.town = town
        self.binary = binary
        self.code = 0
        self.sent = 0

    async def run(self, url: str) -> None:
        connection = self.book.connection(self.person.name)
        peer = await Peer.open(url, binary=self.binary)
        await peer.ask("session.sign_in", token=self.person.token)
        await peer.ask("session.sync")
        connection.clear()  # what it hears is not judged here
        try:
            while not peer.over.is_set():
                await self._send(peer)
                await asyncio.sleep(0)
        except Lost:
            pass
        self.code = await peer.ended()

    async def _send(self, peer: Peer) -> None:
        self.sent += 1
        room = self.town.rooms[self.sent % len(self.town.rooms)]
        nonce = f"{self.person.name}-{self.book.moment()}"
        attempt = self.book.asked(self.person.name, nonce, room, f"says {nonce}")

        def answered(frame: Event | None) -> None:
            self.book.answered(attempt, frame)

        await peer.send(peer.begin("message.send", answered, room=room, body=nonce, nonce=nonce))


async def stop_under_load(server: Server, book: Book, people: list[Person], town: Town) -> float:
    """Let everybody flood the server, stop it, and start it again. Gives the seconds that stopping took."""
    floods = [Flood(book, person, town, binary=index % 2 == 1) for index, person in enumerate(people)]
    quiet = [await Peer.open(server.url) for _ in range(20)]  # not signed in
    running = [asyncio.create_task(flood.run(server.url)) for flood in floods]
    await until(lambda: all(flood.sent > 5 for flood in floods))
    await asyncio.sleep(random.uniform(0.05, 0.5))
    began = time.monotonic()
    assert await server.stop() == 0
    took = time.monotonic() - began
    await asyncio.gather(*running)
    assert [flood.code for flood in floods] == [RESTARTING] * len(floods)
    assert [await peer.ended() for peer in quiet] == [RESTARTING] * len(quiet)
    return took


async def test_avl_04_stopping_under_load_answers_or_leaves_undone_and_loses_nothing(tmp_path: Path):
    book = Book()
    async with server_in(tmp_path) as server:
        people, town = await found_town(server.url, clients=16, rooms=4)
        for person in people:
            book.people[person.account] = book.people[person.member] = person.name
        for _ in range(4):
            assert await stop_under_load(server, book, people, town) < GRACE
            assert not (server.data / "among.db-wal").exists(), "all is in the one file"
            assert judged(server.data) == []
            await server.start()
        assert await server.stop() == 0
        for log, events in on_disk(server.data).items():
            book.final("the disk", log, events)
    book.history.explained = set(town.rooms)
    book.history.settled = False
    found = check(book.history)
    assert not found, report(found)
    assert book.problems == []
    assert server.complaints() == []
    outcomes = [attempt.outcome for attempt in book.history.attempts]
    assert outcomes.count("ok") > 200
    # Stopping is stricter than dying: what got no answer was not done.
    stored = {entry.nonce for log in town.rooms for entry in book.history.finals["the disk"][log]}
    undecided = {attempt.nonce for attempt in book.history.attempts if attempt.outcome == "info"}
    assert not undecided & stored, f"{len(undecided & stored)} of {len(undecided)} without an answer are there"


async def test_avl_04_who_reads_nothing_does_not_hold_it_up(tmp_path: Path):
    async with server_in(tmp_path) as server:
        people, town = await found_town(server.url, clients=2, rooms=1)
        deaf = await Peer.open(server.url, slow=True)
        await deaf.ask("session.sign_in", token=people[1].token)
        await deaf.ask("session.sync")
        deaf.link.transport.pause_reading()
        loud = await Peer.open(server.url)
        await loud.ask("session.sign_in", token=people[0].token)
        for number in range(400):
            await loud.ask("message.send", room=town.rooms[0], body="x" * 7900, nonce=f"n{number}")
        began = time.monotonic()
        assert await server.stop() == 0
        assert time.monotonic() - began < GRACE
        assert await loud.ended() == RESTARTING
        deaf.link.transport.resume_reading()
        await deaf.cut()
        assert sum(len(events) for log, events in on_disk(server.data).items() if log == town.rooms[0]) == 400


async def test_avl_04_a_second_signal_ends_it_at_once(tmp_path: Path):
    async with server_in(tmp_path, grace_ms=30_000) as server:
        people, town = await found_town(server.url, clients=2, rooms=1)
        deaf = await Peer.open(server.url, slow=True)
        await deaf.ask("session.sign_in", token=people[1].token)
        await deaf.ask("session.sync")
        deaf.link.transport.pause_reading()
        loud = await Peer.open(server.url)
        await loud.ask("session.sign_in", token=people[0].token)
        for number in range(400):
            await loud.ask("message.send", room=town.rooms[0], body="x" * 7900, nonce=f"n{number}")
        server.signal(signal.SIGTERM)
        assert await loud.ended() == RESTARTING  # it stops, and waits for the deaf one
        began = time.monotonic()
        ending = asyncio.ensure_future(server.ended())
        while not ending.done():
            with contextlib.suppress(ProcessLookupError):
                server.signal(signal.SIGTERM)
            await asyncio.wait([ending], timeout=0.1)
        assert ending.result() == 130
        assert time.monotonic() - began < 2
        await deaf.cut()
        assert judged(server.data) == []
        assert sum(len(events) for log, events in on_disk(server.data).items() if log == town.rooms[0]) == 400


async def test_avl_04_two_signals_at_once_are_one_order(tmp_path: Path):
    """A terminal that is closed sends them, by the kernel and by its shell, and so does `timeout`."""
    async with server_in(tmp_path) as server:
        people, _ = await found_town(server.url, clients=1, rooms=1)
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_in", token=people[0].token)
        server.signal(signal.SIGTERM)
        server.signal(signal.SIGHUP)
        assert await peer.ended() == RESTARTING
        assert await server.ended() == 0


async def test_avl_04_under_nohup_a_terminal_that_is_closed_ends_nothing(tmp_path: Path):
    async with server_in(tmp_path, prefix=["nohup"]) as server:
        peer = await Peer.open(server.url)
        server.signal(signal.SIGHUP)
        for _ in range(20):
            await peer.ask("session.ping")
        server.signal(signal.SIGTERM)
        assert await peer.ended() == RESTARTING
        assert await server.ended() == 0
