"""The generator's own ceiling: what it reads from a C program that does nothing but send."""

import sys
from collections.abc import Iterator
from contextlib import closing

from .drive import BUILD, SERVER_CORE, Generator, Target, native
from .plan import bare_plan, sent_event
from .rows import AUTHORS, Bench, Row


def ceiling(bench: Bench) -> Iterator[Row]:
    program = native("source")
    if program is None:
        print("no C compiler: the generator is Python, and is itself the limit", file=sys.stderr)
        return
    members = bench.size(1000, smoke=AUTHORS)
    seconds = max(bench.seconds, 0.5)  # the source is never idle, so it waits longest where others want its core
    bench.say("the generator's ceiling")
    event = BUILD / "event.json"
    event.write_text(sent_event(0, "base", f"r_{0:016d}", f"m_{0:016d}").replace("#", "9"), "utf-8")
    target = Target([program, event, str(members)], SERVER_CORE)
    with closing(target):
        target.port = int(target.line())
        with closing(Generator(bare_plan(members), target)) as reader:
            assert target.line() == "ready"
            for joined in (1, 4, 16, 64):
                target.tell(f"go {joined} {seconds + bench.warm + bench.size(1.0, smoke=0.3)}")
                result = reader.run(warm=bench.warm, seconds=seconds, drain=0.01)
                target.line()
                bench.others_busy.append(result["others_busy"])
                rate = result["deliveries"] / result["seconds"]
                yield Row(
                    name=f"C program, {joined} joined in one send to {members}",
                    value=rate,
                    unit="deliveries a second",
                    note=f"the generator's ceiling; source {result['server_busy']:.0%} of its core, "
                    f"generator {result['own_busy']:.0%}",
                ).judge(sound=rate > 0)
