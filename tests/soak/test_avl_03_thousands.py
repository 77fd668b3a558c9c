"""AVL-03, the long form: five thousand come back at once after a crash."""

import resource
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.proof.test_avl_03_come_back import WITHIN, everybody_comes_back

THERE = 5000


@pytest.mark.soak(seconds=60)
async def test_avl_03_five_thousand_are_back_within_a_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Any
):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard > THERE + 200, f"{hard} open files are too few for this test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, THERE + 200), hard))
    took = await everybody_comes_back(tmp_path, members=THERE, at_once=1000)
    record_property("clients", THERE)
    with capsys.disabled():
        sys.stdout.write(f"\n  {THERE} were back after {took:.1f} s\n")
    assert took < WITHIN
