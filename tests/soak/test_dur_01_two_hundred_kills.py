"""DUR-01, the long form: two hundred kills, fifty people, twenty rooms. Minutes; a line for each kill."""

import random
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.proof.process import server_in
from tests.proof.storm import PROMISED, storm

ROUNDS = 4
KILLS = 50  # in each round, on a store of its own: a history must fit in memory


@pytest.mark.soak(seconds=150)
@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_dur_01_two_hundred_kills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Any, turn: int
):
    began = time.monotonic()

    def told(summary: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  round {turn + 1} of {ROUNDS}, {time.monotonic() - began:.0f} s: {summary}")
            sys.stdout.flush()

    async with server_in(tmp_path) as server:
        run = await storm(server, random.getrandbits(32), clients=50, rooms=20, kills=KILLS, told=told)
    told(f"clean. {run.summary()}\n")
    record_property("kills", run.kills)
    record_property("clients", 50)
    assert run.kills >= KILLS
    assert run.slowest < PROMISED, f"{run.slowest:.1f} s to ready"
