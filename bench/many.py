"""Many connections: what each costs when idle or when it wants little, and how soon all are back after a restart."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

from among_protocol.wire import JSON

from .drive import Target, among, at_rate, baseline, opened
from .plan import COUNTS_NOWHERE, Connection, Plan, bare_plan
from .rows import Bench, Row, Runs, cpu_per_message
from .world import DONE, heads, sign_in

FIRST = 500  # connections before the measurement begins, so that what the process needs once is not counted


def idle(bench: Bench) -> Iterator[Row]:
    """Signed in, synced, three rooms, and silent."""
    world = bench.city()
    count, first = len(world.crowd), bench.size(FIRST, smoke=8)

    def each(started: AbstractContextManager[Target], plan: Callable[[range], Plan]) -> float:
        with ExitStack() as stack:
            target = stack.enter_context(started)
            stack.enter_context(opened(plan(range(first)), target))
            time.sleep(bench.size(1, smoke=0))
            before = target.rss()
            stack.enter_context(opened(plan(range(first, count)), target))
            time.sleep(bench.size(2, smoke=0))
            return (target.rss() - before) / (count - first) / 1024

    bench.say("idle connections")
    bare = each(baseline("broadcast"), lambda people: bare_plan(len(people)))
    ours = each(among(world.folder), world.plan)
    yield Row(
        name=f"idle connection, signed in, three rooms, at {count}",
        value=ours,
        unit="KiB of RSS each",
        baseline=bare,
        against="websockets alone, no compression, no keepalive",
        at_most=20.0,
        of="value",
        note=f"growth of RSS from {first} to {count} connections",
    ).judge()


TALKERS = 100  # of the thousand in the room; all others are bots
RATE = 200  # messages a second


def bots(bench: Bench) -> Iterator[Row]:
    """A room of a thousand of whom nine hundred want only what calls them, against the hundred others alone."""
    world = bench.town()
    talkers = bench.size(TALKERS, smoke=32)
    people, rest = world.crowd[:talkers], world.crowd[talkers:]
    want = ',"want":{"profile":"calls","notices":[]}'
    quiet = [Connection(room=COUNTS_NOWHERE, path="/v1", setup=sign_in(world.tokens[person], want)) for person in rest]
    plan = Plan(quiet, protocol=JSON.subprotocol, done=DONE)
    stream = at_rate(RATE, authors=20)
    with among(world.folder) as server, opened(world.plan(people, authors=20), server) as ours:
        bench.say(f"{len(rest)} bots that wait to be called")
        a, b = Runs(), Runs()
        for _ in range(bench.repeats):
            b.add(bench.run(ours, stream, seconds=2 * bench.seconds))
            with opened(plan, server):
                a.add(bench.run(ours, stream, seconds=2 * bench.seconds))
    yield Row(
        name=f"a message to {talkers}, beside {len(rest)} bots that it does not call",
        value=a.median(cpu_per_message),
        unit="ms of server CPU a message",
        baseline=b.median(cpu_per_message),
        against=f"the same {talkers} alone",
        at_most=1.2,
        note="; ".join(filter(None, (f"{RATE} a second, 20 authors", a.load, a.faults))),
        runs=a.each(cpu_per_message),
        baseline_runs=b.each(cpu_per_message),
    ).judge(sound=a.sound)


def resume(bench: Bench) -> Iterator[Row]:
    """All leave at a restart, and come back at once with token and positions, some messages behind."""
    world = bench.city()
    count = len(world.crowd)
    bench.say("resume of 5000 after a restart")
    epoch, before = heads(world)
    with among(world.folder) as server, opened(world.plan(world.crowd), server) as ours:
        result = ours.run(at_rate(100, authors=20), warm=0.1, seconds=bench.size(2.0, smoke=0.2))
        missed = result["streams"][0]["sent"]
        port = server.port
        server.stop()
    plan = world.plan(world.crowd)
    for person, connection in zip(world.crowd, plan.connections, strict=True):
        mine = [world.community, *world.hall, world.accounts[person]]
        positions = json.dumps({log: before[log] for log in mine}, separators=(",", ":"))
        connection.setup = sign_in(world.tokens[person], f',"epoch":"{epoch}","positions":{positions}')
    plan.window = 1000
    begun = time.perf_counter()
    with among(world.folder, port=port) as server:
        up = time.perf_counter() - begun
        cpu = server.cpu()
        with opened(plan, server) as ours:
            cpu = server.cpu() - cpu
            ready = ours.ready
    whole = ready["replayed_least"] == ready["replayed_most"] == missed and not ready["holes"]
    replayed = f"each was sent the {missed} messages it had missed" if whole else f"not whole: {ready}"
    yield Row(
        name=f"resume of {count} after a restart",
        value=ready["seconds"],
        unit="s until all are caught up",
        at_most=60.0,
        of="value",
        note=f"{replayed}; tokens, no password; {cpu * 1000 / count:.2f} ms of server CPU each; start took {up:.1f} s",
    ).judge(sound=whole)
