"""Random stories, the long form: ten times as many as in every run, since few of them show what is still wrong.

Processes of their own tell them, side by side. What fails is printed as it was drawn, with a line that repeats it, and is
told again first by whatever tells such stories next.
"""

import re
import subprocess
import sys
from typing import Any

import pytest

from tests.store.test_ops_02_upgrade import ROOT

PASSED = re.compile(r"- (\d+) passing, \d+ failing")
# One story after the other is no sign of life: each kind of them is one test, that takes minutes on a slow machine.
LONG = ("--hypothesis-profile=soak", "-o", "faulthandler_timeout=3600")
BRIEF = ("--quiet", "--show-capture=no", "--hypothesis-show-statistics")
BESIDE = ("--numprocesses=auto", "--maxprocesses=4", "--dist=worksteal")


@pytest.mark.soak(seconds=160)
def test_what_clients_know_and_count_whatever_people_do(record_property: Any):
    files = ("tests/server/test_stories.py", "tests/server/test_counts_follow.py", "-k", "test_stories or whatever")
    command = [sys.executable, "-m", "pytest", *files, *LONG, *BRIEF, *BESIDE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = sum(int(many) for many in PASSED.findall(done.stdout))
    record_property("stories", told)
    assert done.returncode == 0, done.stdout + done.stderr
    assert told > 1_000, done.stdout
