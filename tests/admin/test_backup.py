"""What a backup gives way to. All else of it is in tests/store and tests/proof."""

import os
import signal
from pathlib import Path
from threading import current_thread

import pytest

from among_server.admin import main
from among_server.store import backups
from among_server.store.backups import Manifest
from among_server.store.sqlite import backup as sqlite_backup


@pytest.mark.parametrize(("more", "steps_back"), [((), True), (("--fast",), False)], ids=["politely", "fast"])
def test_it_steps_back_for_the_server_unless_it_is_to_be_fast(
    more: tuple[str, ...], steps_back: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("among_server.admin.logging.configure", lambda config: None)
    steps: list[str] = []
    for name in ("sched_setscheduler", "nice"):
        monkeypatch.setattr(os, name, lambda *what: steps.append(current_thread().name), raising=False)
    assert main.main(["backup", "--data", str(tmp_path / "none"), *more]) == 1
    assert bool(steps) == steps_back
    assert current_thread().name not in steps, "nobody is left who could do it when the machine is busy"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_ends_it_in_its_midst_is_told_so_by_its_exit_code_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
):
    made: list[Path] = []

    def ended(source: Path, manifest: object, folder: Path, *_: object, **__: object) -> None:
        made.append(folder)
        signal.raise_signal(number)

    monkeypatch.setattr(sqlite_backup, "_make_ready", ended)
    monkeypatch.setattr("among_server.admin.logging.configure", lambda config: None)
    backups.write_manifest(tmp_path, Manifest(taken_at="2026-01-31T12:00:00.000Z"))
    default = signal.signal(signal.SIGHUP, lambda *_: None)  # which would end the tests
    try:
        with pytest.raises(SystemExit) as end:
            main.main(["restore", "--verify", str(tmp_path)])
    finally:
        signal.signal(signal.SIGHUP, default)
    assert end.value.code == 128 + number
    assert made
    assert not made[0].exists()


def test_ctrl_c_is_one_line_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """Also before the command has anything to be closed, and in one that has nothing."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("among_server.admin.logging.configure", interrupted)
    for command in ("backup", "accounts"):
        assert main.main([command, "--data", str(tmp_path)]) == 130
        assert capsys.readouterr() == ("", "among-server: interrupted\n")
