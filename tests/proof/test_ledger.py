"""The ledger tells the truth about which promises are proven, and no proof passes by being skipped."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger import NAMED, Row, id_of, load

ROOT = Path(__file__).parents[2]
COUNTS = {"DUR": 12, "AVL": 8, "INP": 7, "AUZ": 7, "ATH": 6, "CNT": 7, "PRV": 2, "OPS": 7, "SUP": 1, "CON": 3}
IDS = [f"{area}-{number:02}" for area, count in COUNTS.items() for number in range(1, count + 1)]
PROMISES = ROOT / "docs/explanation/guarantees.md"


@pytest.fixture(scope="module")
def ledger() -> dict[str, Row]:
    return load()


@pytest.fixture(scope="module")
def tests() -> dict[str, Path]:
    """Every test whose name holds an id, and its file. Read, not collected, so that a part of a run can check it too."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and id_of(node.name):
                found[node.name] = path
    return found


def test_the_ledger_lists_every_id_and_no_other(ledger: dict[str, Row]):
    assert list(ledger) == IDS


def test_every_state_has_its_reason(ledger: dict[str, Row]):
    for id, row in ledger.items():
        assert (row.state in ("later", "skipped")) == bool(row.reason), id
        assert (row.state == "short") == bool(row.long or row.lacks), id
        assert all(len(reason) > 10 for reason in (*row.skips.values(), *filter(None, [row.reason, row.lacks]))), id


def test_what_counts_as_proven_has_a_test_in_every_run(ledger: dict[str, Row], tests: dict[str, Path]):
    proven = {id_of(test) for test, path in tests.items() if path.parent.name != "soak"}
    assert [id for id, row in ledger.items() if row.state != "later" and id not in proven] == []
    assert sorted(id for id in proven & ledger.keys() if ledger[id].state == "later") == [], (
        "tests are there: tell so in the ledger"
    )


def test_every_test_that_names_an_id_names_one_of_the_ledger(ledger: dict[str, Row], tests: dict[str, Path]):
    assert [test for test in tests if id_of(test) not in ledger] == []


def test_tests_that_may_be_skipped_exist(ledger: dict[str, Row], tests: dict[str, Path]):
    for id, row in ledger.items():
        for test in row.skips:
            assert id_of(test) == id
            assert test in tests


def test_long_forms_exist(ledger: dict[str, Row], tests: dict[str, Path]):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for id, row in ledger.items():
        if row.long:
            target = re.fullmatch(r"make (\w+)", row.long)
            assert target is not None, id
            assert f"\n{target[1]}:" in makefile
            assert any(id_of(test) == id for test, path in tests.items() if path.parent.name == "soak"), id


def promises() -> list[tuple[str, ...]]:
    """The rows of the table: about, promise, settings, proof, command."""
    rows = [line for line in PROMISES.read_text("utf-8").splitlines() if re.match(r"\| [A-Z]", line)][1:]
    assert len(rows) > 5, "the table has moved: mend this test"
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


def test_only_what_is_proven_is_promised(ledger: dict[str, Row]):
    for about, promise, settings, proof, command in promises():
        ids = re.findall(r"[A-Z]{3}-\d\d", proof)
        assert ids, f"{about}: what proves it?"
        assert [id for id in ids if ledger[id].state == "later"] == [], about
        assert promise, about
        assert settings, about
        assert re.match(r"`make \w+", command), about


def test_the_command_beside_a_promise_repeats_each_of_its_proofs(tests: dict[str, Path]):
    always = {
        f"{path.relative_to(ROOT)} {test}": id_of(test) for test, path in tests.items() if "soak" not in path.parts
    }
    missed, seen = [], 0
    for about, _, _, proof, command in promises():
        words = re.search(r"make test ARGS=\"-k (?:'([^']+)'|(\w+))\"", command)
        if words is None:  # whole folders of tests, or another target
            continue
        seen += 1
        chosen = (words[1] or words[2]).split(" or ")
        run = {id for test, id in always.items() if any(word in test for word in chosen)}
        missed += [f"{about}: {id}" for id in re.findall(r"[A-Z]{3}-\d\d", proof) if id not in run]
    assert seen > 30
    assert missed == []


SKIPPING = """
import pytest

@pytest.mark.skip
def test_dur_01_without_leave(): ...
@pytest.mark.skipif(True, reason="here")
def test_dur_10_without_leave_either(): ...
@pytest.mark.xfail
def test_auz_01_expected_to_fail(): raise AssertionError
def test_dur_12_skips_itself(): pytest.skip("no")
@pytest.mark.skip
def test_dur_02_may_be_skipped(): ...
@pytest.mark.skip
def test_of_something_else(): ...
def test_dur_01_that_runs(): ...
"""
SKIPPED_WHOLE = "import pytest\npytest.importorskip('no_such_module')\ndef test_dur_01_x(): ...\n"
MAY_BE_SKIPPED_WHOLE = SKIPPED_WHOLE.replace("dur_01", "dur_02")


def test_a_proof_that_is_skipped_without_leave_fails_the_run(tmp_path: Path, ledger: dict[str, Row]):
    assert ledger["DUR-02"].state == "skipped"
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.ledger"]\n')
    (tmp_path / "test_single.py").write_text(SKIPPING)
    (tmp_path / "test_whole.py").write_text(SKIPPED_WHOLE)
    (tmp_path / "test_other.py").write_text(MAY_BE_SKIPPED_WHOLE)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    done = subprocess.run(
        [*command, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": "true", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    failed = {
        match[0]
        for line in done.stdout.splitlines()
        if line.startswith(("FAILED", "ERROR"))
        for match in [NAMED.search(line)]
        if match
    }
    assert failed == {
        "test_dur_01_without_leave",
        "test_dur_10_without_leave_either",
        "test_auz_01_expected_to_fail",
        "test_dur_12_skips_itself",
        "test_dur_01_x",  # with its whole file
    }
    assert re.search(r"2 failed, 1 passed, 3 skipped, 3 errors", done.stdout), done.stdout
