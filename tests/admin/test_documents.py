"""The operator's pages are true: each command line in them is run, on a server that runs and data that are there."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
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


RUN = [sys.executable, "-m", "among_server.admin.main"]


class Machine:
    """The folders of the pages, below a temporary one, with a server that runs on the data and a backup of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "var/lib/among"
        self.server = subprocess.Popen(
            [*RUN, "serve", "--data", self.data, "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.server.stdout is not None
        assert self.server.stdout.readline().startswith("among-server: ")
        self.do("backup", "--fast", "--data", str(self.data), "--to", str(root / "first"))
        (first,) = (root / "first").iterdir()
        for name in (NAMED, UPGRADED):
            (root / name[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(first, root / name[1:])

    def do(self, *command: str) -> None:
        done = subprocess.run([*RUN, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{shlex.join(command)}: {done.stderr}"
        assert done.stdout

    def moved(self, word: str) -> str:
        if word == "/data":
            return str(self.data)
        return f"{self.root}{word}" if word.startswith(("/var/", "/srv/")) else word

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait(20)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.stop()
    assert machine.server.stdout is not None
    machine.server.stdout.close()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_does_what_the_page_says(page: str, machine: Machine):
    """In the order of the page, which is a story."""
    for command in filter(None, map(ours, lines(page))):
        if "restore" in command and "--verify" not in command:
            machine.stop()  # as the page says
        machine.do(*map(machine.moved, command))


def test_what_is_run_is_all_there_is():
    """Other lines are other programs' and are not run; a new one is to be thought about here."""
    others = {line for page in PAGES for line in lines(page) if not ours(line)}
    assert others == {"pip install --upgrade among"}
    assert sum(bool(ours(line)) for page in PAGES for line in lines(page)) >= 10


def test_every_option_is_on_the_page(capsys: pytest.CaptureFixture[str]):
    page = PAGES["back-up-and-restore"]
    for command in ("backup", "restore"):
        assert program.main([command, "--help"]) == 0
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
