"""The operator's pages are true: each command line in them is run, on a server that runs and data that are there."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from among_server.admin import main as program

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / f"docs/howto/{name}.md").read_text("utf-8") for name in ("back-up-and-restore", "upgrade")}
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED = "/var/backups/among/among-2026-01-31T090000Z"
UPGRADED = "/var/lib/among/backups/among-before-0002"


def lines(page: str) -> list[str]:
    """Every command line of a page, from all its forms."""
    found = []
    for kind, text in FENCE.findall(PAGES[page]):
        if kind == "sh":
            found += text.splitlines()
        elif kind == "cron":
            found += [" ".join(line.split()[5:]) for line in text.splitlines()]
        elif kind == "ini":
            found += re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    return found


def ours(line: str) -> list[str]:
    """What is behind `among-server`, wherever it is run; empty for another program's line."""
    words = shlex.split(line.partition(" > ")[0])
    return words[words.index("among-server") + 1 :] if "among-server" in words else []


ALL = [(page, line) for page in PAGES for line in lines(page) if ours(line)]


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Paths of the pages, below a temporary folder, with a server that runs on the data."""
    run = [sys.executable, "-m", "among_server.admin.main"]
    data = tmp_path / "var/lib/among"
    server = subprocess.Popen(
        [*run, "serve", "--data", data, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdout is not None
    assert server.stdout.readline().startswith("among-server: ")
    subprocess.run([*run, "backup", "--data", data, "--to", tmp_path / "first"], check=True, capture_output=True)
    (first,) = (tmp_path / "first").iterdir()
    for name in (NAMED, UPGRADED):
        (tmp_path / name[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(first, tmp_path / name[1:])

    def move(word: str) -> str:
        if word == "/data":
            return str(data)
        if word == "--replace" or "/srv/" in word:  # the page says: stop it first
            server.terminate()
            server.wait(20)
        return f"{tmp_path}{word}" if word.startswith(("/var/", "/srv/")) else word

    yield move
    server.terminate()
    server.wait(20)
    server.stdout.close()


@pytest.mark.parametrize(("page", "line"), ALL, ids=[line for _, line in ALL])
def test_every_command_line_does_what_the_page_says(page: str, line: str, moved: Callable[[str], str]):
    command = [moved(word) for word in ours(line)]
    done = subprocess.run(
        [sys.executable, "-m", "among_server.admin.main", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_what_is_run_is_all_there_is():
    """Other lines are other programs' and are not run; a new one is to be thought about here."""
    others = {line for page in PAGES for line in lines(page) if not ours(line)}
    assert others == {"pip install --upgrade among"}
    assert len(ALL) >= 9


def test_every_option_is_on_the_page(capsys: pytest.CaptureFixture[str]):
    page = PAGES["back-up-and-restore"]
    for command in ("backup", "restore"):
        with pytest.raises(SystemExit):
            program.main([command, "--help"])
        told = set(re.findall(r"(--[a-z-]+)", capsys.readouterr().out))
        common = {"--help", "--config", "--log-format", "--log-level"}
        assert {option for option in told - common if option not in page} == set()


def test_the_units_are_units():
    units = [text for kind, text in FENCE.findall(PAGES["back-up-and-restore"]) if kind == "ini"]
    assert len(units) == 2
    for text in units:
        unit = configparser.RawConfigParser(strict=True)
        unit.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
        unit.read_string(text)
        assert unit.has_section("Unit")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_accepts_the_units(tmp_path: Path):
    names = ("among-backup.service", "among-backup.timer")
    units = [text for kind, text in FENCE.findall(PAGES["back-up-and-restore"]) if kind == "ini"]
    for name, text in zip(names, units, strict=True):
        (tmp_path / name).write_text(text.replace("ExecStart=among-server", f"ExecStart={sys.executable}"))
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
