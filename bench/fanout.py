"""One room of many: how much is delivered, how soon, and who is hurt when one reader stalls."""

from collections.abc import Iterator
from contextlib import ExitStack

from .drive import among, at_rate, baseline, closed, fsync_ms, opened
from .plan import bare_plan
from .rows import AUTHORS, SPEED, Bench, Row, Runs, latency, median, peak_rss, per_cpu, per_second, per_write

WHOLE = 1000  # messages a second into five thousand members
PER_CPU = {
    1: 1.3,
    4: 4.0,
    16: 14.0,
    64: 60.0,
}  # in flight: deliveries per CPU-second, at least so many times the baseline's
PER_SECOND = {16: 12.0, 64: 35.0}  # the same by the clock


def speed(bench: Bench) -> float:
    """What this machine is just now, as a part of the one for which the bounds were set: websockets.broadcast tells."""
    members, seconds = bench.size((1000, 1.0), smoke=(AUTHORS, bench.seconds))
    with baseline("broadcast") as bare, opened(bare_plan(members), bare) as theirs:
        return per_cpu(bench.run(theirs, closed(1, own=True), seconds=seconds)) / SPEED


def at_maximum(bench: Bench) -> Iterator[Row]:
    """Closed loops with 1, 4, 16 and 64 messages in flight, as many authors with one each."""
    world = bench.town()
    with ExitStack() as stack:
        bare = stack.enter_context(baseline("broadcast"))
        server = stack.enter_context(among(world.folder))
        theirs = stack.enter_context(opened(bare_plan(len(world.crowd)), bare))
        ours = stack.enter_context(opened(world.plan(world.crowd), server))
        for in_flight, per_cpu_at_least in PER_CPU.items():
            bench.say(f"fan-out, {in_flight} in flight")
            a, b = Runs(), Runs()
            for _ in range(bench.repeats):
                a.add(bench.run(ours, closed(in_flight)))
                b.add(bench.run(theirs, closed(in_flight, own=True)))
            authors = f"{in_flight} author{'s' * (in_flight > 1)} with one each"
            wait = f"p50 {a.median(latency('p50')):.1f} ms, p99 {a.median(latency('p99')):.1f} ms"
            joined = f"{a.median(per_write):.1f} messages per write"
            for unit, read, at_least in (
                ("per server CPU-second", per_cpu, per_cpu_at_least),
                ("a second", per_second, PER_SECOND.get(in_flight)),
            ):
                yield Row(
                    name=f"fan-out to {len(world.crowd)}, {in_flight} in flight",
                    value=a.median(read),
                    unit=f"deliveries {unit}",
                    baseline=b.median(read),
                    against="websockets.broadcast",
                    at_least=at_least,
                    note="; ".join(filter(None, (authors, joined, wait, a.load, a.faults))),
                    runs=a.each(read),
                    baseline_runs=b.each(read),
                ).judge(sound=a.sound)


def busy(bench: Bench) -> Iterator[Row]:
    """A thousand messages a second into a thousand members."""
    world = bench.town()
    with among(world.folder) as server, opened(world.plan(world.crowd), server) as ours:
        bench.say("1000 messages a second into 1000 members")
        runs = Runs()
        for _ in range(bench.repeats):
            runs.add(bench.run(ours, at_rate(1000, authors=50), seconds=2 * bench.seconds))
        note = "; ".join(
            filter(None, ("50 authors, durable, all delivered" if runs.sound else "", runs.load, runs.faults))
        )
        for share, at_most in (("p50", 25.0), ("p99", 80.0)):
            yield Row(
                name=f"1000 messages a second into {len(world.crowd)}, {share}",
                value=runs.median(latency(share)),
                unit="ms",
                at_most=at_most,
                of="value",
                work=True,
                note=note,
                runs=runs.each(latency(share)),
            ).judge(sound=runs.sound)


def light(bench: Bench) -> Iterator[Row]:
    """Few messages: nothing waits for a window. Fifty a second against ready-made frames, twenty against broadcast."""
    world = bench.town()
    with ExitStack() as stack:
        server = stack.enter_context(among(world.folder))
        ours = stack.enter_context(opened(world.plan(world.crowd), server))
        for rate, kind, at_most in ((50, "ready", 1.3), (20, "broadcast", 1.0)):
            bare = stack.enter_context(baseline(kind))
            theirs = stack.enter_context(opened(bare_plan(len(world.crowd)), bare))
            bench.say(f"{rate} messages a second")
            a, b, disk = Runs(), Runs(), []
            for _ in range(bench.repeats):
                disk.append(fsync_ms(world.folder, 100) if kind == "broadcast" else 0.0)
                a.add(bench.run(ours, at_rate(rate, authors=20), seconds=2 * bench.seconds))
                b.add(bench.run(theirs, at_rate(rate, authors=20, own=True), seconds=2 * bench.seconds))
            what = "ready-made frames" if kind == "ready" else "websockets.broadcast + one fsync"
            p99 = f"p99 {a.median(latency('p99')):.1f} ms against {b.median(latency('p99')):.1f}"
            with_disk = f"fsync {median(disk):.2f} ms" if kind == "broadcast" else ""
            yield Row(
                name=f"{rate} messages a second into {len(world.crowd)}, p50",
                value=a.median(latency("p50")),
                unit="ms",
                baseline=b.median(latency("p50")) + median(disk),
                against=what,
                at_most=at_most,
                note="; ".join(filter(None, ("20 authors", p99, with_disk, a.load, a.faults))),
                runs=a.each(latency("p50")),
                baseline_runs=b.each(latency("p50")),
            ).judge(sound=a.sound)


def large(bench: Bench) -> Iterator[Row]:
    """Five thousand members and a thousand messages a second, five million deliveries; fewer on a slower machine."""
    world = bench.city()
    part = min(1.0, speed(bench))
    offered = round(WHOLE * part)
    with among(world.folder) as server, opened(world.plan(world.crowd), server) as ours:
        bench.say(f"{offered} messages a second into 5000 members")
        runs = Runs()
        for _ in range(bench.repeats):
            runs.add(bench.run(ours, at_rate(offered, authors=50), seconds=2 * bench.seconds))
        first, second = runs.median(latency("p50", what="first_half")), runs.median(latency("p50", what="second_half"))
        drain = runs.median(lambda one: one["drain"])
        steady = drain <= 1 and second <= 2 * first
        spread = f"p50 {runs.median(latency('p50')):.0f} ms, p99 {runs.median(latency('p99')):.0f} ms"
        halves = f"p50 of each half {first:.0f} and {second:.0f} ms, all out {drain * 1000:.0f} ms after the last"
        row = Row(
            name=f"{WHOLE} messages a second into {len(world.crowd)}, stable",
            value=runs.median(per_second),
            unit="deliveries a second",
            baseline=float(offered * len(world.crowd)),
            against=f"offered: {offered} a second, as this machine is worth",
            at_least=0.99,
            speed=part,
            note="; ".join(filter(None, (f"{offered} a second", "50 authors", spread, halves, runs.load, runs.faults))),
            runs=runs.each(per_second),
        ).judge(sound=runs.sound)
        row.holds = bool(row.holds) and steady
        yield row


def stalled(bench: Bench) -> Iterator[Row]:
    """One of a thousand stops reading: the others must not feel it. A hundred do: what the server holds for each."""
    world = bench.town()
    count = len(world.crowd)
    rate, fill = (
        at_rate(1000, authors=50),
        bench.size(3.0, smoke=0.1),
    )  # seconds until the kernel's buffers are full and the server's fill
    with among(world.folder, {"AMONG_STALL_MS": "120000"}) as server, opened(world.plan(world.crowd), server) as ours:
        bench.say("one stalled reader")
        with_one, without = Runs(), Runs()
        for _ in range(bench.pairs):
            without.add(bench.run(ours, rate, warm=fill))
            with_one.add(bench.run(ours, rate, warm=fill, stalls=1))
        yield Row(
            name=f"one stalled reader among {count}, p99 of the others",
            value=with_one.median(latency("p99")),
            unit="ms",
            baseline=without.median(latency("p99")),
            against="the same without it",
            at_most=1.2,
            note="; ".join(filter(None, ("1000 messages a second, 50 authors", with_one.load, with_one.faults))),
            runs=with_one.each(latency("p99")),
            baseline_runs=without.each(latency("p99")),
        ).judge(sound=with_one.sound and without.sound)
        many = bench.size(100, smoke=4)
        with peak_rss(server) as before:
            ours.run(rate, warm=fill, seconds=bench.seconds)
        with peak_rss(server) as after:
            result = ours.run(rate, warm=fill, seconds=bench.seconds, stalls=many)
        lagging = "" if not result["lagging"] else f"lagging {result['lagging']}"
        yield Row(
            name="memory held for a stalled reader",
            value=(after[0] - before[0]) / many / 1024,
            unit="KiB each",
            at_most=256.0,
            of="value",
            note="; ".join(filter(None, (f"peak RSS with {many} stalled less the peak without", lagging))),
        ).judge()
