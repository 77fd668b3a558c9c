"""Finding in a large server: the directory, members, suggestions, while people talk."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from websockets.sync.client import connect
from websockets.typing import Subprotocol

from among_protocol.wire import JSON
from among_server.store.rows import AccountRow, CommunityRow, MemberRow
from among_server.store.rules import tags as tag_rules
from among_server.store.sqlite.tx import SqliteTx
from among_server.store.starter import starter
from among_server.store.tags import InterestRow

from .drive import Target, among, at_rate, opened
from .rows import Bench, Row, Runs, latency, meanwhile, median
from .world import World, build, newcomer, sign_in
from .world import opened as opened_store

LARGEST = 5  # one in so many personas is of the largest community; the others are spread
CURIOUS = 60  # accounts that look around
RATE = 1_000  # messages a second, over two hundred rooms
NAMES = (
    "Ana",
    "Bruno",
    "Chloë",
    "Dmitri",
    "Elif",
    "Fatima",
    "Goran",
    "Hanna",
    "Ines",
    "João",
    "Kenji",
    "Lúcia",
    "Mariam",
    "Núria",
)
FAMILIES = (
    "Almeida",
    "Berg",
    "Costa",
    "Dvořák",
    "Eriksen",
    "Fischer",
    "García",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
)


def size_of(bench: Bench) -> tuple[int, int]:
    """Communities and personas."""
    return bench.size((10_000, 100_000), quick=(1_000, 10_000), smoke=(20, 100))


def crowded(bench: Bench) -> tuple[World, list[str]]:
    """Two hundred rooms of two, and beside them a server of many; gives the tokens of who will look around."""
    communities, personas = size_of(bench)
    largest = personas // LARGEST
    world = build(bench.folder / "crowded", crowd=0, pairs=bench.couples)
    random = Random(1)
    words = [row.tag for row in starter().tags if not row.into]

    def community(tx: SqliteTx, number: int) -> None:
        row = CommunityRow(
            f"c_{number:016}", f"place-{number}", f"Place {number}", f"For whoever likes {random.choice(words)}."
        )
        tx.add_community(row)
        tx.set_tags(row.id, random.sample(words, 3))

    def persona(tx: SqliteTx, number: int) -> None:
        name = f"{random.choice(NAMES)} {random.choice(FAMILIES)}"
        account = AccountRow(
            f"a_{number:016}",
            f"{name.split(maxsplit=1)[0].lower()[:5].encode('ascii', 'ignore').decode()}x.{number}",
            name,
        )
        tx.add_account(account, "")
        place = f"c_{0 if number < largest else random.randrange(1, communities):016}"
        tx.put_member(MemberRow(f"m_{number:016}", account.id, place, 1, account.handle, name))
        tx.set_interests(account.id, place, [InterestRow(random.choice(words), "", True)])

    tokens = asyncio.run(_fill(world, communities, personas, community, persona, words, random))
    return world, tokens


async def _fill(
    world: World,
    communities: int,
    personas: int,
    community: Callable[[SqliteTx, int], None],
    persona: Callable[[SqliteTx, int], None],
    words: list[str],
    random: Random,
) -> list[str]:
    async with opened_store(world.folder) as store:
        for count, make in ((communities, community), (personas, persona)):
            for start in range(0, count, 500):

                def some(
                    tx: SqliteTx,
                    make: Callable[[SqliteTx, int], None] = make,
                    numbers: range = range(start, min(start + 500, count)),
                ) -> None:
                    for number in numbers:
                        make(tx, number)

                await store._call(some)  # as its own writes go
        people = await asyncio.gather(*(newcomer(store, 90_000 + number) for number in range(CURIOUS)))

        def join(tx: SqliteTx) -> None:
            for number, (account, _) in enumerate(people):
                id = f"m_curious{number:09}"
                tx.put_member(MemberRow(id, account.id, "c_0000000000000000", 1, account.handle, "Curious"))
                tag_rules.set_interests(tx, account.id, "", [InterestRow(tag) for tag in random.sample(words, 8)])

        await store._call(join)  # likewise
        return [token for _, token in people]


ASKED: dict[str, Callable[[Random], dict[str, object]]] = {
    "suggestions": lambda random: {"type": "community.discover"},
    "the directory": lambda random: {
        "type": "community.browse",
        **random.choice(
            (
                {"query": f"place {random.randrange(10_000)}"},
                {"tags": ["tea"]},
                {"order": "newest"},
                {"after": f"place-{random.randrange(9_999)}"},
            )
        ),
    },
    "member search": lambda random: {
        "type": "member.search",
        "community": "c_0000000000000000",
        "query": random.choice(
            (
                random.choice(NAMES)[:2],
                random.choice(FAMILIES),
                f"x.{random.randrange(20_000)}",
                "zzz",
                f"{random.choice(NAMES)} {random.choice(FAMILIES)}"[:9],
            )
        ),
    },
}


@contextmanager
def looking(target: Target, tokens: list[str]) -> Iterator[dict[str, list[float]]]:
    """Somebody looks around, each thing in turn, twenty a second; milliseconds of each."""
    took: dict[str, list[float]] = {what: [] for what in ASKED}
    random = Random(2)

    def look(over: threading.Event) -> None:
        for token in tokens:
            with connect(f"ws://127.0.0.1:{target.port}/v1", subprotocols=[Subprotocol(JSON.subprotocol)]) as link:
                link.send(sign_in(token)[0])
                while json.loads(link.recv()).get("id") != "s1":
                    pass
                for _ in range(30):
                    for what, ask in ASKED.items():
                        begun = time.perf_counter()
                        link.send(json.dumps({"id": what, **ask(random)}))
                        while (reply := json.loads(link.recv())).get("id") != what:
                            pass
                        assert reply["type"] == "ok", reply
                        took[what].append((time.perf_counter() - begun) * 1000)
                        over.wait(0.05)
                    if over.is_set():  # behind the first round: each is asked once at least
                        return

    with meanwhile(look):
        yield took


def finding(bench: Bench) -> Iterator[Row]:
    """Suggestions, the directory and member search on a large server, and what they cost those who talk."""
    bench.say("preparing a large server")
    world, tokens = crowded(bench)
    count = len(world.couples)
    took: dict[str, list[float]] = {what: [] for what in ASKED}
    with among(world.folder) as server, opened(world.plan(world.couples), server) as ours:
        bench.say("finding, beside talk")
        a, b = Runs(), Runs()
        repeats = bench.size(max(bench.repeats, 3), smoke=1)
        for turn in range(repeats):
            b.add(bench.run(ours, at_rate(RATE, authors=count)))
            with looking(server, tokens[turn::repeats]) as found:
                a.add(bench.run(ours, at_rate(RATE, authors=count), seconds=2 * bench.seconds))
            for what, each in found.items():
                took[what] += each
    size = "{} communities, {} personas".format(*size_of(bench))
    for what, each in took.items():
        each.sort()
        yield Row(
            name=f"{what}, p99, among {size}",
            value=each[len(each) * 99 // 100],
            unit="ms",
            at_most=20.0,
            of="value",
            work=True,
            note=f"p50 {median(each):.1f} ms, asked {len(each)} times while {RATE} messages a second are kept",
            runs=each,
        ).judge(sound=a.sound)
    p50, p99 = latency("p50", what="ack"), latency("p99", what="ack")
    yield Row(
        name=f"{RATE} kept messages a second beside somebody who looks around, ack p99",
        value=a.median(p99),
        unit="ms",
        baseline=b.median(p99),
        against="the same without",
        at_most=1.25,
        note="; ".join(filter(None, (f"p50 {a.median(p50):.1f} against {b.median(p50):.1f} ms", a.load, a.faults))),
        runs=a.each(p99),
        baseline_runs=b.each(p99),
    ).judge(sound=a.sound and b.sound)
