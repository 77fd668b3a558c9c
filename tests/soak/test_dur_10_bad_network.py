"""DUR-04 and DUR-10 over a bad network, the long form: more people, more of it, and a server that is killed meanwhile."""

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.proof.process import server_in
from tests.proof.test_dur_01_library import judged_run
from tests.proof.test_dur_04_bad_network import storm_over

ROUNDS = 5


@pytest.mark.soak(seconds=90)
@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_dur_10_over_a_bad_network_for_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Any, turn: int
):
    async with server_in(tmp_path) as server:
        run = await storm_over(server, random.getrandbits(32), clients=20, seconds=30, kills=10)
    seen = await judged_run(tmp_path / "library", clients=12, kills=15, bad=True)
    record_property("kills", run.kills + 15)
    record_property("clients", 20 + 12)
    with capsys.disabled():
        sys.stdout.write(f"\n  round {turn + 1} of {ROUNDS}: clean. {run.summary()}; the library: {dict(seen)}")
        sys.stdout.flush()
