"""The checks of a server, black-box: over WebSockets alone, against any server that speaks v1.

A module for each part of the rules. What a check is given is a `Scene`; `run` carries all out and gives the report.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence

from ... import __version__
from ..checks import Check, Fault, Skip, judged
from ..link import Ended, NoHandshake
from ..report import Outcome, Report
from . import (
    attention,
    cards,
    closing,
    connection,
    corners,
    door,
    edits,
    finding,
    frames,
    interest,
    keeping,
    keepsakes,
    leaving,
    limits,
    logs,
    newcomers,
    nonces,
    personas,
    portraits,
    reactions,
    reading,
    refusals,
    registers,
    retention,
    rooms,
    search,
    signing_in,
    status,
    sync,
    texts,
    threads,
)
from .ground import PATIENCE, PEOPLE, Ground, Scene, checks

LIMIT = 120.0  # seconds for one check, waits for budgets included
LIMIT_SLOW = 900.0

Tell = Callable[[str], None]
Heard = Callable[[Outcome], None]


async def run(
    url: str,
    *,
    only: Sequence[str] = (),
    slow: bool = False,
    invite: str = "",
    given: Sequence[tuple[str, str]] = (),
    patience: float = PATIENCE,
    tell: Tell = lambda _: None,
    heard: Heard = lambda _: None,
) -> Report:
    """Judge the server at this address. `tell` gets what people should know while they wait, `heard` each outcome.

    `patience`: seconds for a reply, where no budget is in the way. Raises CannotTest."""
    chosen = checks.chosen(only)
    began, at = time.monotonic(), dt.datetime.now(dt.UTC)
    ground = Ground(url, invite=invite, given=given, tell=tell, patience=patience)
    await ground.prepare()
    try:
        outcomes = await carry_out(chosen, ground, slow=slow, heard=heard)
        await ground.leave()
    finally:
        await ground.drop()
    return Report(
        side="server",
        subject=url,
        kit=__version__,
        at=at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        seconds=round(time.monotonic() - began, 3),
        outcomes=outcomes,
        server=str(ground.hello.get("server", "")),
        notes=[ground.left_behind()],
    )


async def carry_out(
    chosen: Sequence[Check[Scene]], ground: Ground, *, slow: bool = False, heard: Heard = lambda _: None
) -> list[Outcome]:
    """How these checks end, in their order: one after the other, but those that mostly wait, beside them."""
    outcomes: dict[str, Outcome] = {}

    async def judge(check: Check[Scene]) -> None:
        outcomes[check.name] = await _judge(check, ground, slow=slow)
        heard(outcomes[check.name])

    async with asyncio.TaskGroup() as beside:
        for check in chosen:
            if check.aside:
                beside.create_task(judge(check))
        for check in chosen:
            if not check.aside:
                await judge(check)
    return [outcomes[check.name] for check in chosen]


async def _judge(check: Check[Scene], ground: Ground, *, slow: bool) -> Outcome:
    scene = Scene(ground)

    async def work() -> None:
        if check.slow and not slow:
            raise Skip("takes minutes: asked with --slow")
        try:
            await check.run(scene)
        except (Ended, NoHandshake, OSError) as error:
            raise Fault("a connection that lives", str(error) or type(error).__name__) from None

    outcome = await judged(check, work(), lambda: scene.wire, limit=LIMIT_SLOW if check.slow else LIMIT)
    await scene.over()
    if outcome.verdict == "failed" and not check.aside:
        await ground.drop()
    return outcome


# Importing them fills `checks`.
PARTS = (
    attention, cards, closing, connection, corners, door, edits, finding, frames, interest, keeping, keepsakes, leaving, limits, logs,
    newcomers,
    nonces, personas,
    portraits,
    reactions, reading, refusals, registers, retention, rooms, search, signing_in, status, sync, texts, threads,
)  # fmt: skip

__all__ = ["PATIENCE", "PEOPLE", "Ground", "carry_out", "checks", "run"]
