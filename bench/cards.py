"""A hundred cards in one round trip, each computed for who asks, beside a hundred personas that are resolved."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from .drive import among, closed, opened
from .plan import COUNTS_NOWHERE, NUMBER, Plan
from .rows import Bench, Row, Runs, acked_per_cpu, latency
from .world import World
from .world import opened as store_of

MANY = 100
ASKING = 4  # connections, one question in flight on each


async def _members(folder: Path, community: str) -> list[str]:
    async with store_of(folder) as store:
        return [one.member for one in await store.members(community, "", MANY)]


def _asking(world: World, say: str) -> Plan:
    plan = world.plan(list(world.crowd)[:ASKING])
    for connection in plan.connections:
        connection.room = COUNTS_NOWHERE
        connection.say = say
    return plan


def _named(members: Sequence[str], each: str) -> str:
    return ",".join(each % member for member in members)


def cards(bench: Bench) -> Iterator[Row]:
    world = bench.town()
    members = asyncio.run(_members(world.folder, world.community))
    refs = _named(members, '{"member":"%s"}')
    resolve = f'{{"type":"member.resolve","id":"{NUMBER}","members":[{refs}]}}'
    ids = _named(members, '"%s"')
    read = f'{{"type":"card.read","id":"{NUMBER}","members":[{ids}]}}'
    with ExitStack() as stack:
        server = stack.enter_context(among(world.folder))
        resolving = stack.enter_context(opened(_asking(world, resolve), server))
        reading = stack.enter_context(opened(_asking(world, read), server))
        bench.say("a hundred cards")
        a, b = Runs(), Runs()
        for _ in range(bench.repeats):
            a.add(bench.run(reading, closed(ASKING)))
            b.add(bench.run(resolving, closed(ASKING)))
    p50, p99 = a.median(latency("p50", what="ack")), a.median(latency("p99", what="ack"))
    yield Row(
        name=f"{MANY} cards in one round trip",
        value=a.median(acked_per_cpu),
        unit="replies per server CPU-second",
        baseline=b.median(acked_per_cpu),
        against=f"{MANY} personas resolved in one",
        at_least=0.1,
        note="; ".join(filter(None, (f"{ASKING} at once: p50 {p50:.1f}, p99 {p99:.1f} ms", a.load, a.faults))),
        runs=a.each(acked_per_cpu),
        baseline_runs=b.each(acked_per_cpu),
    ).judge(sound=a.sound)
