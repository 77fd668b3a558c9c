"""What it costs who writes, while a room is trimmed: `python -m bench.retention`.

Fifty thousand messages are removed from a room, again and again from another one, while people write in a closed loop; and
the same without it, in turn. The ratios are what to trust.
"""

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import structlog
import uvloop

from among_protocol.messages import SendMessage
from among_protocol.retention import Retention, SetRetention
from among_server.core.budget import Buckets
from among_server.core.people import People
from among_server.core.recounts import Recounts
from among_server.core.retention import Retaining
from among_server.store.rules import retention as rules
from among_server.store.sqlite import SqliteStore

from .store_writer import BODY, ROOMS, Run, drive, town

LOADED = 1_000  # messages that are asked for at once, while a room is filled


async def fill(store: SqliteStore, account: str, room: str, count: int) -> None:
    numbers = itertools.count()
    for _ in range(0, count, LOADED):
        wanted = [
            SendMessage(id="1", nonce=f"{room[2:10]}{next(numbers)}", room=room, body=BODY) for _ in range(LOADED)
        ]
        await asyncio.gather(*(store.append(account, one) for one in wanted))


async def measured(folder: Path, in_flight: int, seconds: float, repeats: int, count: int) -> None:
    store = SqliteStore(folder)
    await store.open()
    accounts, rooms = await town(store)
    numbers = itertools.count()

    def send(who: int, nonce: str) -> Any:
        index = who % len(accounts)
        return store.append(accounts[index], SendMessage(id="1", nonce=f"{next(numbers)}-{nonce}", room=rooms[index], body=BODY))  # fmt: skip

    tasks: set[asyncio.Task[None]] = set()
    nobody = People(store, Buckets(1, 1.0, 1), time.monotonic)
    retaining = Retaining(store, Recounts(store, nobody, tasks), tasks, lambda: time.time_ns() // 1_000_000)
    quiet: list[Run] = []
    busy: list[Run] = []
    took: list[float] = []
    for number in range(repeats):
        owner, room = accounts[2 * (ROOMS - 1 - number)], rooms[2 * (ROOMS - 1 - number)]
        await fill(store, owner, room, count)
        quiet.append(await drive(send, in_flight, seconds))
        await store.append(owner, SetRetention(id="1", nonce="keep", room=room, retention=Retention(messages=1)))
        began, steps = time.perf_counter(), retaining.steps
        look = asyncio.create_task(retaining.look(3_600.0))
        busy.append(await drive(send, in_flight, seconds))
        alongside = retaining.steps - steps
        await look
        assert retaining.steps > steps, "nothing was removed"
        took.append(time.perf_counter() - began)
        print(
            f"{number + 1}: removed {count:,} in {took[-1]:.1f} s, {alongside} steps of it while others wrote",
            file=sys.stderr,
        )
    await store.close()
    tell("nothing is removed", quiet)
    tell("a room is trimmed", busy)
    for name in ("rate", "p50", "p99"):
        ratios = [getattr(b, name) / getattr(a, name) for a, b in zip(quiet, busy, strict=True)]
        print(f"{name}: {statistics.median(ratios):.2f} of that without ({', '.join(f'{one:.2f}' for one in ratios)})")


def tell(what: str, runs: Sequence[Run]) -> None:
    rate, p50, p99 = (statistics.median(getattr(run, name) for run in runs) for name in ("rate", "p50", "p99"))
    print(f"{what}: {rate:,.0f} messages/s, acknowledged in {p50:.1f} ms (p50), {p99:.1f} ms (p99)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--count", type=int, default=50_000)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(rules, "RETENTION_GRACE_MS", 0),  # or nothing goes for three days
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(measured(Path(folder), given.in_flight, given.seconds, given.repeats, given.count))


if __name__ == "__main__":
    main()
