"""Coming back to two hundred rooms: a sync with what is unread and who mentioned one, and the list of recent rooms."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

from among_protocol.messages import SendMessage

from .drive import among, closed, opened
from .plan import COUNTS_NOWHERE, NUMBER, Plan
from .rows import Bench, Row, Runs, acked_per_cpu, latency
from .world import World, all_of, build
from .world import opened as store_of

SAID = 20  # messages in each room, half of which mention somebody
READERS = 5  # one of them speaks
SYNC_MS, RECENT_MS = 30.0, 30.0

ASKED = {
    "a sync with counts": f'{{"type":"session.sync","id":"{NUMBER}"}}',
    "a sync with counts and cards": f'{{"type":"session.sync","id":"{NUMBER}","cards":true}}',
    "a page of 50 recent rooms": f'{{"type":"room.recent","id":"{NUMBER}"}}',
    "a page of the inbox": f'{{"type":"inbox.read","id":"{NUMBER}"}}',
}


async def _talk(world: World) -> None:
    others = " ".join(f"@person{number:05d}" for number in range(1, READERS))
    async with store_of(world.folder) as store:
        await all_of(
            store.append(
                world.accounts[0],
                SendMessage(
                    id="0", nonce=f"{room}-{number}", room=room, body=f"{number} {others if number % 2 else ''}"
                ),
            )
            for room in world.hall
            for number in range(SAID)
        )


def _asking(world: World, say: str) -> Plan:
    """One reader, one question in flight: how long one waits."""
    plan = world.plan(list(world.crowd)[1:2])
    for connection in plan.connections:
        connection.room = COUNTS_NOWHERE
        connection.say = say
    return plan


def reading(bench: Bench) -> Iterator[Row]:
    rooms = bench.size(200, quick=20, smoke=2)
    bench.say("talking in many rooms")
    world = build(bench.folder / "reading", crowd=READERS, halls=rooms)
    asyncio.run(_talk(world))
    with ExitStack() as stack:
        server = stack.enter_context(among(world.folder))
        for name, say in ASKED.items():
            bench.say(name)
            generator = stack.enter_context(opened(_asking(world, say), server))
            runs = Runs()
            for _ in range(bench.repeats):
                runs.add(bench.run(generator, closed(1)))
            p50, p99 = runs.median(latency("p50", what="ack")), runs.median(latency("p99", what="ack"))
            yield Row(
                name=f"{name}, {rooms} rooms",
                value=p99,
                unit="ms at p99",
                at_most=RECENT_MS if "page" in name else SYNC_MS,
                of="value",
                note=f"p50 {p50:.1f} ms, {runs.median(acked_per_cpu):.0f} replies per server CPU-second; {runs.load}",
                runs=runs.each(latency("p99", what="ack")),
            ).judge(sound=runs.sound)
