"""DUR-06, the long form: the disk is full at each of the first two hundred writes in turn, over and over."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.proof import shim
from tests.proof.test_dur_06_full_disk import run

TURNS = 200


@pytest.mark.soak(seconds=240)
@pytest.mark.skipif(bool(shim.unavailable()), reason=shim.unavailable())
async def test_dur_06_an_error_at_each_of_two_hundred_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Any
):
    def told(every: int) -> None:
        if every % 20 == 0:
            with capsys.disabled():
                sys.stdout.write(f"\n  each {every}th write fails, of {TURNS}")
                sys.stdout.flush()

    record_property("full disks", TURNS)
    await run(tmp_path, range(1, TURNS + 1), turn=told)
