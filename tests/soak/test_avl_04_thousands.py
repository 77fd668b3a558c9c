"""AVL-04, the long form: thousands are there when the server is told to stop, and all of them are told to come back."""

import asyncio
import random
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from among_server.edge.restarting import PER_SECOND
from tests.proof.book import Book, Event
from tests.proof.oracle import check, report
from tests.proof.peer import Peer
from tests.proof.process import on_disk, server_in
from tests.proof.storm import found_town, until
from tests.proof.test_avl_04_sigterm import GRACE, RESTARTING, Flood

THERE = 5000


@pytest.mark.soak(seconds=60)
async def test_avl_04_thousands_are_told_to_come_back(tmp_path: Path, record_property: Any):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard > THERE + 200, f"{hard} open files are too few for this test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, THERE + 200), hard))
    book = Book()
    async with server_in(tmp_path, account_connections=THERE) as server:
        people, town = await found_town(server.url, clients=16, rooms=4)
        for person in people:
            book.people[person.account] = book.people[person.member] = person.name
        there: list[Peer] = []
        told: list[int] = []  # milliseconds after which to come back

        def take(event: Event) -> None:
            if event["type"] == "session.restarting":
                told.append(event["come_back_ms"])

        for begin in range(0, THERE, 100):
            there += await asyncio.gather(*(Peer.open(server.url, take) for _ in range(begin, begin + 100)))
            await asyncio.gather(
                *(
                    peer.ask("session.sign_in", token=people[index % 16].token)
                    for index, peer in enumerate(there[begin:])
                )
            )
        floods = [Flood(book, person, town, binary=index % 2 == 1) for index, person in enumerate(people)]
        running = [asyncio.create_task(flood.run(server.url)) for flood in floods]
        await until(lambda: all(flood.sent > 5 for flood in floods))
        await asyncio.sleep(random.uniform(0.5, 1))
        began = time.monotonic()
        assert await server.stop() == 0
        took = time.monotonic() - began
        await asyncio.gather(*running)
        codes = [await peer.ended() for peer in there]
        for log, events in on_disk(server.data).items():
            book.final("the disk", log, events)
    book.history.settled = False
    found = check(book.history)
    assert not found, report(found)
    assert [flood.code for flood in floods] == [RESTARTING] * len(floods)
    assert codes == [RESTARTING] * THERE
    assert len(told) == THERE
    busiest = max(Counter(wait // 1000 for wait in told).values())
    assert busiest < 1.5 * PER_SECOND, "nobody comes back to a crowd"
    record_property("clients", THERE)
    record_property("messages", sum(flood.sent for flood in floods))
    assert took < GRACE
