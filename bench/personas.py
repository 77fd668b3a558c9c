"""Somebody changes who they are: one entry and one fan-out, however many rooms their community has and members it counts."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack

from .drive import among, at_rate, opened
from .plan import NUMBER, Plan, body, nonce
from .rows import AUTHORS, Bench, Row, Runs, cpu_per_message, latency
from .world import World, build

RATE = 20  # changes a second, all told to a thousand people
MEMBER_UPDATED = '{"type":"member.updated"'


def _changing(world: World) -> Plan:
    """A thousand members are there; each may say another line of themselves."""
    plan, run = world.plan(world.crowd), secrets.token_hex(3)
    plan.event = MEMBER_UPDATED
    for index, connection in enumerate(plan.connections):
        connection.say = (
            f'{{"type":"persona.update","id":"{NUMBER}","nonce":"{nonce(index, run)}",'
            f'"community":"{world.community}","persona":{{"bio":"{body()}"}}}}'
        )
    return plan


def personas(bench: Bench) -> Iterator[Row]:
    """A change of one's persona, in a community of many members and rooms and in one of one room; and a message."""
    members, rooms, here = bench.size((10_000, 200, 1_000), quick=(1_000, 20, 1_000), smoke=(AUTHORS + 8, 2, AUTHORS))
    bench.say("preparing two communities")
    large = build(bench.folder / "rooms", crowd=here, halls=rooms, others=members - here)
    small = build(bench.folder / "room", crowd=here)
    with ExitStack() as stack:
        many, one = (stack.enter_context(among(world.folder)) for world in (large, small))
        changing = stack.enter_context(opened(_changing(large), many))
        alone = stack.enter_context(opened(_changing(small), one))
        hall = stack.enter_context(among(bench.town().folder))
        talking = stack.enter_context(opened(bench.town().plan(bench.town().crowd), hall))
        bench.say("changes of personas")
        a, b, c = Runs(), Runs(), Runs()
        for _ in range(bench.repeats):
            a.add(bench.run(changing, at_rate(RATE, authors=here)))
            b.add(bench.run(alone, at_rate(RATE, authors=here)))
            c.add(bench.run(talking, at_rate(RATE, authors=50)))
    heard = f"{RATE} a second: p50 {a.median(latency('p50')):.1f}, p99 {a.median(latency('p99')):.1f} ms"
    for runs, against, at_most in (
        (b, f"one among {here} with one room", 1.25),
        (c, "a message to as many", 2.0),
    ):
        yield Row(
            name=f"a persona's change among {members} in {rooms} rooms, {here} there",
            value=a.median(cpu_per_message),
            unit="ms of server CPU",
            baseline=runs.median(cpu_per_message),
            against=against,
            at_most=at_most,
            note="; ".join(filter(None, (heard, a.load, a.faults))),
            runs=a.each(cpu_per_message),
            baseline_runs=runs.each(cpu_per_message),
        ).judge(sound=a.sound and runs.sound)
