"""Many small rooms, and commands that concern nobody else: what one message costs when its writes can't be shared."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from .drive import among, at_rate, baseline, closed, fsync_ms, opened
from .plan import COUNTS_NOWHERE, PING, TYPING, Plan, bare_plan
from .rows import Bench, Row, Runs, acked_per_cpu, acked_per_second, health, latency, median, peak_rss, per_write

# Kept messages a second in rooms of two, and what a relay that keeps nothing made on the machine for which that was set.
KEPT, RELAYED = 14_000, 29_000
TYPED = 1_000  # a second; each of the thousand as often as may be told, and twice more


def only_pings(plan: Plan) -> Plan:
    for connection in plan.connections:
        connection.room = COUNTS_NOWHERE
        connection.say = PING
    return plan


def inbound(bench: Bench) -> Iterator[Row]:
    """Decode, guards and reply to `session.ping` on a thousand connections."""
    world = bench.town()
    count = len(world.crowd)
    with ExitStack() as stack:
        bare = stack.enter_context(baseline("replies"))
        server = stack.enter_context(among(world.folder))
        theirs = stack.enter_context(opened(only_pings(bare_plan(count)), bare))
        ours = stack.enter_context(opened(only_pings(world.plan(world.crowd)), server))
        bench.say("inbound")
        a, b = Runs(), Runs()
        for _ in range(bench.repeats):
            a.add(bench.run(ours, closed(count)))
            b.add(bench.run(theirs, closed(count)))
        yield Row(
            name=f"inbound: ping on {count} connections",
            value=a.median(acked_per_cpu),
            unit="replies per server CPU-second",
            baseline=b.median(acked_per_cpu),
            against="recv loop that decodes and replies",
            at_least=1.2,
            note="; ".join(filter(None, ("one in flight on each", a.load, a.faults))),
            runs=a.each(acked_per_cpu),
            baseline_runs=b.each(acked_per_cpu),
        ).judge(sound=a.sound)


def pairs(bench: Bench) -> Iterator[Row]:
    """Two hundred rooms of two, two in flight in each: every message on disk before it is acknowledged."""
    world = bench.town()
    count = len(world.couples)
    with ExitStack() as stack:
        bare = stack.enter_context(baseline("broadcast"))
        server = stack.enter_context(among(world.folder))
        theirs = stack.enter_context(opened(bare_plan(count, room_of=2), bare))
        ours = stack.enter_context(opened(world.plan(world.couples), server))
        for each in (2, 8):
            bench.say(f"200 rooms of two, {each} in flight in each")
            a, b = Runs(), Runs()
            for _ in range(bench.repeats):
                a.add(bench.run(ours, closed(each * count // 2, authors=count)))
                b.add(bench.run(theirs, closed(each * count // 2, authors=count, own=True)))
            wait = f"ack p50 {a.median(latency('p50', what='ack')):.1f} ms, p99 {a.median(latency('p99', what='ack')):.1f} ms"
            per_core = f"{a.median(acked_per_cpu) / 1000:.1f} k per server CPU-second"
            yield Row(
                name=f"{count // 2} rooms of two, {each} in flight in each",
                value=a.median(acked_per_second),
                unit="kept messages a second",
                baseline=b.median(acked_per_second),
                against="broadcast relay that keeps nothing",
                at_least=round(KEPT / RELAYED, 2) if each == 2 else None,
                note="; ".join(filter(None, (f"{count} authors", wait, per_core, a.load, a.faults))),
                runs=a.each(acked_per_second),
                baseline_runs=b.each(acked_per_second),
            ).judge(sound=a.sound)


def durable(bench: Bench) -> Iterator[Row]:
    """Acknowledgements at five thousand messages a second over two hundred rooms, against the disk itself."""
    world = bench.town()
    count = len(world.couples)
    with among(world.folder) as server, opened(world.plan(world.couples), server) as ours:
        bench.say("acknowledgements at 5000 a second")
        runs, disk = Runs(), []
        for _ in range(bench.repeats):
            disk.append(fsync_ms(world.folder))
            runs.add(bench.run(ours, at_rate(5000, authors=count)))
        p50 = latency("p50", what="ack")
        fast_disk = median(disk) < 0.1
        p99 = f"p99 {runs.median(latency('p99', what='ack')):.1f} ms"
        yield Row(
            name="5000 kept messages a second over 200 rooms, ack p50",
            value=runs.median(p50),
            unit="ms",
            baseline=median(disk),
            against="fsync of 4 KiB, p50",
            at_most=2.0 if fast_disk else 8.0,
            of="value" if fast_disk else "ratio",
            work=True,
            note="; ".join(filter(None, (f"{count} authors", p99, runs.load, runs.faults))),
            runs=runs.each(p50),
            baseline_runs=disk,
        ).judge(sound=runs.sound)


def overload(bench: Bench) -> Iterator[Row]:
    """Three times what the server can keep, said without waiting: what is kept meanwhile, and whether health answers."""
    world = bench.town()
    count = len(world.couples)
    with among(world.folder) as server, opened(world.plan(world.couples), server) as ours:
        bench.say("three times the capacity")
        peak = acked_per_second(bench.run(ours, closed(4 * count, authors=count)))
        with health(server) as took, peak_rss(server) as rss:
            # Not through Bench.run: a disturbed run can't be repeated while its backlog drains.
            result = ours.run(
                at_rate(3 * peak, authors=count), warm=bench.warm, seconds=4 * bench.seconds, drain=60, refusals=True
            )
        faults = ("missing", "surplus", "holes", "lagging")
        sound = not any(result[fault] for fault in faults) and not result["streams"][0]["unanswered"]
        kept = acked_per_second(result)
        note = f"{count} authors, {3 * peak:.0f} offered a second; {result['refused']} refused as server.busy"
        note += f"; RSS at most {rss[0] >> 20} MiB; server {result['server_busy']:.0%} of its core"
        note += f"; drained {result['drain']:.1f} s after the last was said"
        yield Row(
            name="three times the capacity, kept meanwhile",
            value=kept,
            unit="messages a second",
            baseline=peak,
            against="the capacity",
            at_least=0.8,
            note=note,
        ).judge(sound=sound)
        yield Row(
            name="three times the capacity, health answers, p99",
            value=statistics.quantiles(took, n=100)[98],
            unit="ms",
            at_most=250.0,
            of="value",
            work=True,
            note=f"asked {len(took)} times; p50 {statistics.median(took):.0f} ms, at most {max(took):.0f} ms",
        ).judge(sound=sound)


def beside(bench: Bench) -> Iterator[Row]:
    """Small rooms beside a room of a thousand at its maximum."""
    world = bench.town()
    count = len(world.couples)
    everybody = range(len(world.tokens))
    with among(world.folder) as server, opened(world.plan(everybody), server) as ours:
        bench.say("small rooms beside a large one at its maximum")
        a, b = Runs(), Runs()
        quiet = at_rate(1000, authors=count)
        for _ in range(bench.pairs):
            a.add(bench.run(ours, quiet, closed(16, first=count)))
            b.add(bench.run(ours, quiet))
        p99 = latency("p99")
        large = a.median(lambda one: one["streams"][1]["window_sent"] / one["seconds"] * len(world.crowd))
        beside_it = f"the large room took {large / 1e6:.2f} M deliveries a second, {a.median(per_write):.1f} per write"
        p50 = f"p50 {a.median(latency('p50')):.1f} against {b.median(latency('p50')):.1f} ms"
        yield Row(
            name="200 rooms of two at 1000 a second, p99 beside a large room",
            value=a.median(p99),
            unit="ms",
            baseline=b.median(p99),
            against="the same without the large room",
            at_most=2.0,
            note="; ".join(
                filter(None, (f"{count} authors; 16 in flight in the large room", beside_it, p50, a.load, a.faults))
            ),
            runs=a.each(p99),
            baseline_runs=b.each(p99),
        ).judge(sound=a.sound and b.sound)


def flood(bench: Bench) -> Iterator[Row]:
    """Small rooms beside a thousand who all type in one room: what may be lost never slows what may not."""
    world = bench.town()
    count = len(world.couples)
    plan = world.plan(range(len(world.tokens)))
    for connection in plan.connections[count:]:
        connection.room = COUNTS_NOWHERE
        connection.say = TYPING % world.hall[0]
    with among(world.folder) as server, opened(plan, server) as ours:
        bench.say("small rooms beside a thousand who type")
        a, b = Runs(), Runs()
        quiet = at_rate(1000, authors=count)
        for _ in range(bench.pairs):
            a.add(bench.run(ours, quiet, at_rate(TYPED, authors=len(world.crowd), first=count)))
            b.add(bench.run(ours, quiet))
        p99 = latency("p99")
        p50 = f"p50 {a.median(latency('p50')):.1f} against {b.median(latency('p50')):.1f} ms"
        yield Row(
            name="200 rooms of two at 1000 a second, p99 beside a flood of typing",
            value=a.median(p99),
            unit="ms",
            baseline=b.median(p99),
            against="the same without it",
            at_most=1.25,
            note="; ".join(filter(None, (f"{TYPED} a second begin to type in a room of 1000", p50, a.load, a.faults))),
            runs=a.each(p99),
            baseline_runs=b.each(p99),
        ).judge(sound=a.sound and b.sound)
