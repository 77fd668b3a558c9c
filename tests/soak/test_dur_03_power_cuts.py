"""DUR-03, the long form: two thousand power cuts, of ten runs."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.proof import shim
from tests.proof.test_dur_03_power import run_of

RUNS = 10
CUTS = 200  # of each


@pytest.mark.soak(seconds=60)
@pytest.mark.skipif(bool(shim.unavailable()), reason=shim.unavailable())
@pytest.mark.parametrize("turn", range(RUNS))
async def test_dur_03_two_thousand_power_cuts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Any, turn: int
):
    run = await run_of(tmp_path)
    run.verdict(CUTS)
    record_property("power cuts", CUTS)
    record_property("messages", len(run.acknowledged))
    with capsys.disabled():
        sys.stdout.write(
            f"\n  run {turn + 1} of {RUNS}: {CUTS} power cuts, {len(run.acknowledged)} acknowledged, clean"
        )
        sys.stdout.flush()
