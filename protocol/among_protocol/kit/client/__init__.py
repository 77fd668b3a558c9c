"""The checks of a client, black-box: a scripted server on loopback, before which the client is started for each scenario.

A check plays one scenario on a `Stage`. What is true of every frame (everywhere.py) is looked for in all of them. The
contract of the client under test is in docs/howto/check-a-server-or-client.md.
"""

import asyncio
import datetime as dt
import shlex
import time
from collections.abc import Callable, Sequence
from typing import Literal

from msgspec.structs import replace

from ... import __version__
from ..checks import CannotTest, Check, Fault, judged
from ..report import Outcome, Report
from . import coming, everywhere, frames, reading, writing
from .driver import Driver, Process, Start
from .stage import PATIENCE, Stage, checks

Level = Literal["reader", "writer"]
LIMIT = 8  # times the patience that one scenario may take
SIDE_BY_SIDE = 12  # scenarios at once

Tell = Callable[[str], None]
Heard = Callable[[Outcome], None]


async def run(
    command: Sequence[str],
    *,
    only: Sequence[str] = (),
    slow: bool = False,
    level: Level = "writer",
    patience: float = PATIENCE,
    tell: Tell = lambda _: None,
    heard: Heard = lambda _: None,
) -> Report:
    """Judge the client that this command starts. `tell` gets what people should know while they wait, `heard` each
    outcome. `level`: whether it also says things. `patience`: seconds for whatever must come. Raises CannotTest."""
    del slow  # none of these takes minutes
    began, at = time.monotonic(), dt.datetime.now(dt.UTC)
    chosen = checks.chosen(only)
    start = Process.starter(command)
    await _try_out(start, patience)
    tell(f"{len(chosen)} scenarios, each with a client of its own")
    outcomes, notes = await carry_out(chosen, start, level=level, patience=patience, heard=heard)
    return Report(
        side="client",
        subject=shlex.join(command),
        kit=__version__,
        at=at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        seconds=round(time.monotonic() - began, 3),
        outcomes=outcomes,
        notes=notes,
    )


async def _try_out(start: Start, patience: float) -> None:
    """Raises CannotTest when the command is no client at all."""
    stage = Stage(start, patience=patience)
    await stage.ready()
    try:
        await stage.begin()
    except Fault as fault:
        why = fault.came if stage.driver is not None and stage.driver.ended else f"not within {patience:g} seconds"
        raise CannotTest(f"the client did not sign in and sync: {why}") from None
    finally:
        await stage.over()


async def carry_out(
    chosen: Sequence[Check[Stage]],
    start: Start,
    *,
    level: Level = "writer",
    patience: float = PATIENCE,
    heard: Heard = lambda _: None,
) -> tuple[list[Outcome], list[str]]:
    """How these checks end, in their order, and what else people should know."""
    free = asyncio.Semaphore(SIDE_BY_SIDE)
    found: dict[
        str, tuple[str, str]
    ] = {}  # by name of a check that looks everywhere: what was found in another scenario
    slow_to_end: list[str] = []

    async def judge(check: Check[Stage]) -> Outcome:
        async with free:
            stage = Stage(start, patience=patience, level=level)
            await stage.ready()
            outcome = await judged(check, check.run(stage), stage.frames, limit=LIMIT * patience)
            for name, look in everywhere.LOOKS.items():
                try:
                    look(stage)
                except Fault as fault:
                    found.setdefault(name, (fault.expected, f"{fault.came} (in {check.name})"))
            await stage.over()
            if stage.slow_to_end:
                slow_to_end.append(check.name)
            if check.name not in everywhere.LOOKS:
                heard(outcome)
            return outcome

    outcomes = await asyncio.gather(*(judge(check) for check in chosen))
    for number, outcome in enumerate(outcomes):
        if outcome.check in found and outcome.verdict != "failed":
            expected, came = found[outcome.check]
            outcomes[number] = replace(outcome, verdict="failed", expected=expected, came=came)
        if outcome.check in everywhere.LOOKS:
            heard(outcomes[number])
    notes = []
    if slow_to_end:
        notes.append(
            f"The client did not end within five seconds of the end of its input, in {len(slow_to_end)} of {len(chosen)} scenarios; it was killed."
        )
    return outcomes, notes


__all__ = [
    "PATIENCE",
    "Driver",
    "Level",
    "Process",
    "Stage",
    "Start",
    "carry_out",
    "checks",
    "coming",
    "frames",
    "reading",
    "run",
    "writing",
]
