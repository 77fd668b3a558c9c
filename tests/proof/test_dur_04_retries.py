"""DUR-04: the same nonce gives the same result, on any socket, after any restart, at any time; other content is refused."""

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from among_protocol.codes import NONCE_CONFLICT, Refuse
from among_protocol.communities import CreateCommunity
from among_protocol.messages import SendMessage
from among_protocol.rooms import CreateRoom
from among_server.store.sqlite.arrivals import NEW
from among_server.store.sqlite.store import SqliteStore

from . import shim
from .book import Book
from .oracle import check, report
from .peer import UNREACHABLE, Lost, Peer, Refused
from .process import Server, on_disk, server_in
from .shim import Shim
from .storm import found_town
from .wishes import Intent, Person
from .workload import Reader


class Retrier:
    """Asks for each of its writes up to five times: at once, later, on other sockets; and again after everything."""

    def __init__(self, book: Book, server: Server, person: Person, rng: random.Random) -> None:
        self.book = book
        self.server = server
        self.person = person
        self.rng = rng

    async def repeat(self, intents: list[Intent]) -> None:
        """Several sockets, each asking for some of it, in any order; over and over until each is answered once."""
        wanted = [intent for intent in intents for _ in range(self.rng.randint(1, 5))]
        answered: set[str] = set()
        while wanted:
            self.rng.shuffle(wanted)
            sockets = self.rng.randint(1, 3)
            shares = [wanted[index::sockets] for index in range(sockets)]
            await asyncio.gather(*(self._socket(share, answered) for share in shares))
            wanted = [intent for intent in intents if intent.nonce not in answered]

    async def _socket(self, intents: list[Intent], answered: set[str]) -> None:
        try:
            peer = await Peer.open(self.server.url, binary=self.rng.random() < 0.5)
            try:
                await peer.ask("session.sign_in", token=self.person.token)
                for intent in intents:
                    await self._send(peer, intent, answered)
                    if self.rng.random() < 0.3:
                        await asyncio.sleep(self.rng.uniform(0, 0.02))
                if self.rng.random() < 0.7:  # else cut with the answers on their way
                    await peer.ask("session.ping")
            finally:
                await peer.cut()
        except (*UNREACHABLE, Lost):
            await asyncio.sleep(0.05)
        except Refused as why:
            if why.code != "server.stopping":
                raise

    async def _send(self, peer: Peer, intent: Intent, answered: set[str]) -> None:
        attempt = self.book.asked(self.person.name, intent.nonce, intent.log, intent.content)

        def reply(frame: dict[str, Any] | None) -> None:
            if self.book.answered(attempt, frame):
                answered.add(intent.nonce)

        await peer.send(peer.begin(intent.type, reply, nonce=intent.nonce, **intent.fields))


def saying(person: Person, rooms: list[str], count: int, begin: int = 0) -> list[Intent]:
    intents = []
    for number in range(begin, begin + count):
        nonce = f"{person.name}-{number}"
        room = rooms[number % len(rooms)]
        intents.append(Intent(nonce, "message.send", {"room": room, "body": nonce}, room, f"says {nonce}"))
    return intents


async def test_dur_04_a_storm_of_retries_writes_everything_once(tmp_path: Path):
    book = Book()
    rng = random.Random(random.getrandbits(32))
    async with server_in(tmp_path) as server:
        people, town = await found_town(server.url, clients=6, rooms=3)
        for person in people:
            book.people[person.account] = book.people[person.member] = person.name
        listener = Reader(book, server.url, people[0], "listener", binary=False)
        listening = asyncio.create_task(listener.listen())
        retriers = [Retrier(book, server, person, random.Random(rng.random())) for person in people]
        storm = asyncio.gather(*(one.repeat(saying(one.person, town.rooms, 30)) for one in retriers))
        for restart in (server.kill, server.stop, server.kill):
            await asyncio.sleep(rng.uniform(0.1, 0.4))
            await restart()
            await server.start()
        await storm
        # And once more, all of it, in another life of the server: nothing is new any more.
        had = len(book.history.attempts)
        await server.kill()
        await server.start()
        await asyncio.gather(*(one.repeat(saying(one.person, town.rooms, 30)) for one in retriers))
        again = [attempt for attempt in book.history.attempts[had:] if attempt.outcome != "info"]
        assert len(again) >= 6 * 30
        assert all(attempt.outcome == "ok" and attempt.repeat for attempt in again)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        assert await server.stop() == 0
        for log, events in on_disk(server.data).items():
            book.final("the disk", log, events)
    book.history.explained = set(town.rooms)
    book.history.in_order = book.history.settled = False  # sockets race, and the listener left before the end
    found = check(book.history)
    assert not found, report(found)
    assert book.problems == []
    assert sum(len(entries) for log, entries in book.history.finals["the disk"].items() if log in town.rooms) == 180


async def test_dur_04_other_content_under_a_used_nonce_is_refused(tmp_path: Path):
    async with server_in(tmp_path) as server:
        (ann, bob), town = await found_town(server.url, clients=2, rooms=2)
        hall, den = town.rooms
        first: Any = None
        for restart in (None, server.kill, server.stop):
            if restart is not None:
                await restart()
                await server.start()
            for binary in (False, True):
                peer = await Peer.open(server.url, binary=binary)
                await peer.ask("session.sign_in", token=ann.token)
                said = await peer.ask("message.send", room=hall, body="hi", nonce="n1")
                if first is None:
                    first = said.pop("entry")
                    assert said == {}  # not a repeat
                else:
                    assert said == {"entry": first, "repeat": True}
                await conflicts(peer, "message.send", room=hall, body="ho", nonce="n1")
                await conflicts(peer, "message.send", room=den, body="hi", nonce="n1")
                await conflicts(peer, "room.set_topic", room=hall, topic="hi", nonce="n1")
                await conflicts(peer, "room.unfollow", room=hall, nonce="n1")
                await peer.close()
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_in", token=bob.token)
        his = await peer.ask("message.send", room=hall, body="ho", nonce="n1")  # a nonce is its account's own
        assert (his["entry"]["seq"], his.get("repeat")) == (2, None)
        await peer.close()
        assert await server.stop() == 0
        rooms = {
            log: [event["body"] for event in events]
            for log, events in on_disk(server.data).items()
            if log in town.rooms
        }
    assert rooms == {hall: ["hi", "ho"]}


async def test_dur_04_what_was_said_thousands_of_messages_ago_is_known_after_a_kill(tmp_path: Path):
    """The newest nonces are kept in one place, older ones are moved to another: a restart forgets neither."""
    async with server_in(tmp_path) as server:
        (ann,), town = await found_town(server.url, clients=1, rooms=1)
        (hall,) = town.rooms
        nonces = [f"n{number}" for number in range(NEW + 100)]
        first = await say_all(server.url, ann, hall, nonces)
        assert [answer.get("repeat") for answer in first] == [None] * len(nonces)
        for restart in (None, server.kill, server.stop):
            if restart is not None:
                await restart()
                await server.start()
            asked = [*nonces[:100], *nonces[-100:]]  # moved by now, and not yet
            again = await say_all(server.url, ann, hall, asked)
            assert again == [{**answer, "repeat": True} for answer in (*first[:100], *first[-100:])]
            peer = await Peer.open(server.url)
            await peer.ask("session.sign_in", token=ann.token)
            for nonce in (nonces[0], nonces[-1]):
                await conflicts(peer, "message.send", room=hall, body="ho", nonce=nonce)
            await peer.close()
        assert await server.stop() == 0
        assert [event["nonce"] for event in on_disk(server.data)[hall] if event["type"] == "message.sent"] == nonces


async def say_all(url: str, person: Person, room: str, nonces: list[str]) -> list[dict[str, Any]]:
    """One message for each nonce, many under way at once; the results in the order asked."""
    peer = await Peer.open(url)
    await peer.ask("session.sign_in", token=person.token)
    answers: list[dict[str, Any]] = []
    for begin in range(0, len(nonces), 500):
        some = nonces[begin : begin + 500]
        answers += await asyncio.gather(
            *(peer.ask("message.send", room=room, body=f"says {nonce}", nonce=nonce) for nonce in some)
        )
    await peer.close()
    return answers


async def conflicts(peer: Peer, type: str, **fields: str) -> None:
    with pytest.raises(Refused) as refused:
        await peer.ask(type, **fields)
    assert (refused.value.code, refused.value.kind, refused.value.field) == ("nonce.conflict", "fix", "nonce")


@pytest.mark.skipif(bool(shim.unavailable()), reason=shim.unavailable())
async def test_dur_04_a_day_later_the_first_result_still_stands(tmp_path: Path):
    async with server_in(tmp_path) as server:
        (ann,), town = await found_town(server.url, clients=1, rooms=1)
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_in", token=ann.token)
        first = (await peer.ask("message.send", room=town.rooms[0], body="hi", nonce="n1"))["entry"]
        await peer.close()
        assert await server.stop() == 0
        clock = Shim(tmp_path, server)
        for days in (1.1, 3650, -2):
            clock.clock(days=days)
            await server.start()
            peer = await Peer.open(server.url)
            assert peer.hello["at"][:10] != first["at"][:10], "the clock was not moved"
            await peer.ask("session.sign_in", token=ann.token)
            again = await peer.ask("message.send", room=town.rooms[0], body="hi", nonce="n1")
            assert again == {"entry": first, "repeat": True}
            await conflicts(peer, "message.send", room=town.rooms[0], body="ho", nonce="n1")
            await peer.close()
            assert await server.stop() == 0


class ShiftedTime:
    """The writer's clock, some days off."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.asked = 0

    def time_ns(self) -> int:
        self.asked += 1
        return time.time_ns() + self.days * 86_400 * 10**9


async def test_dur_04_no_clock_decides_how_long_a_nonce_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def store_at(days: int) -> tuple[SqliteStore, ShiftedTime]:
        clock = ShiftedTime(days)
        monkeypatch.setattr("among_server.store.sqlite.writer.time", clock)
        store = SqliteStore(tmp_path / "data")
        await store.open()
        return store, clock

    store, _ = await store_at(0)
    ann = await store.create_account("ann", "Ann", "-")
    made = await store.append(ann.id, CreateCommunity(id="1", nonce="c", slug="garden", name="Garden"))
    room = await store.append(ann.id, CreateRoom(id="2", nonce="r", community=made.entry.event.log, slug="hall"))
    send = SendMessage(id="3", nonce="n1", room=room.entry.event.room, body="hi")  # type: ignore[attr-defined]  # an open room
    first = await store.append(ann.id, send)
    assert not first.repeat
    await store.close()
    for days in (1, 400, 36_500, -400):
        store, clock = await store_at(days)
        again = await store.append(ann.id, send)
        assert (again.entry.json, again.repeat) == (first.entry.json, True)
        with pytest.raises(Refuse) as refused:
            await store.append(ann.id, msgspec.structs.replace(send, body="ho"))
        assert refused.value.code is NONCE_CONFLICT
        assert clock.asked, "the writer's clock is not this one any more: mend the test"
        await store.close()
