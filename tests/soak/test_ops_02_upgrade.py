"""OPS-02, in full: an upgrade from each released schema is killed before every one of its statements."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.test_ops_02_upgrade import ROOT, every_released_schema

pytestmark = pytest.mark.soak


def test_ops_02_a_kill_at_every_step_of_a_backup_and_a_restore_loses_nothing(tmp_path: Path):
    command = [sys.executable, "-m", "tests.store.interrupted", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.findall(r"^(?:backup|restore) \d+ (.*)$", done.stdout, re.MULTILINE)
    assert set(told) == {"well"}, done.stdout
    assert len(told) > 60, "it was hardly killed"


@every_released_schema
def test_ops_02_a_kill_at_every_statement_of_an_upgrade_changes_nothing_in_the_end(fixture: Path, tmp_path: Path):
    command = [sys.executable, "-m", "tests.store.upgrades", str(fixture), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.findall(r"^\d+ (.*)$", done.stdout, re.MULTILINE)
    assert set(told) == {"same"}, done.stdout
    assert len(told) > 30, "it was hardly killed"
