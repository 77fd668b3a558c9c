"""What an operator is told whose user may not look at the data: they are the server's own user's alone."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from among_server.admin.main import main
from among_server.store.sqlite.schema import FILE

# What is said of the data of another; or where nobody can be another, of one's own that are closed all the same.
SAID, MEND = ("closed to user", "sudo -u") if os.geteuid() == 0 else ("though it belongs to user", "chmod -R u+rwX")
STRANGER = 65_534  # who owns nothing here
COMMANDS = [
    ["accounts"],
    ["invite"],
    ["owner-link"],
    ["reset", "ana"],
    ["disable", "ana"],
    ["enable", "ana"],
    ["erase", "ana", "--yes"],
    ["backup"],
    ["restore", "nowhere"],
]

Operator = Callable[[list[str]], int]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / FILE).write_bytes(b"of another user")
    return folder


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Operator]:
    """Runs a command as a user who may do nothing in the folders of this one."""
    if os.geteuid():
        tmp_path.chmod(0)  # whose own folder is closed is as much a stranger to what is in it
        yield main
        tmp_path.chmod(0o700)
        return

    def run(words: list[str]) -> int:
        os.seteuid(STRANGER)
        try:
            return main(words)
        finally:
            os.seteuid(0)

    yield run


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_whose_user_may_not_open_the_data_is_told_whose_they_are(
    data: Path, stranger: Operator, words: list[str], capsys: pytest.CaptureFixture[str]
):
    """It was called a crash, or an error with a number."""
    assert stranger([*words, "--data", str(data)]) == 1
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert not out
    assert line.startswith(f"among-server: {data}")
    assert SAID in line
    assert MEND in line


def test_the_doctor_tells_a_stranger_all_but_what_the_data_would_say(
    data: Path, stranger: Operator, capsys: pytest.CaptureFixture[str]
):
    assert stranger(["doctor", "--data", str(data), "--json"]) == 1
    found = {one["about"]: one for one in json.loads(capsys.readouterr().out)}
    assert SAID in found["data"]["what"]
    assert MEND in found["data"]["mend"]
    assert not {"database", "server"} & found.keys(), "nobody knows"
    assert {"Python", "open files", "reach"} <= found.keys()


@pytest.mark.skipif(os.geteuid() != 0, reason="a user's own file is not closed to them")
def test_a_database_closed_to_the_operator_in_an_open_folder_is_named(
    stranger: Operator, capsys: pytest.CaptureFixture[str]
):
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        data.chmod(0o755)
        (data / FILE).touch(0o600)
        assert stranger(["accounts", "--data", folder]) == 1
    assert capsys.readouterr().err.startswith(f"among-server: {data / FILE} belongs to user root, and is closed to ")


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can give a folder away")
def test_whose_own_data_are_closed_all_the_same_is_told_how_to_open_them(
    data: Path, stranger: Operator, capsys: pytest.CaptureFixture[str]
):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        own = Path(folder, "data")
        own.mkdir(mode=0o000)
        os.chown(own, STRANGER, -1)
        assert stranger(["accounts", "--data", str(own)]) == 1
        assert capsys.readouterr().err.endswith(f": chmod -R u+rwX {own}\n")
