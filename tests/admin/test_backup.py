"""What a backup gives way to. All else of it is in tests/store and tests/proof."""

import os
from pathlib import Path
from threading import current_thread

import pytest

from among_server.admin import main


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


def test_ctrl_c_is_one_line_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """Also before the command has anything to be closed, and in one that has nothing."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("among_server.admin.logging.configure", interrupted)
    for command in ("backup", "accounts"):
        assert main.main([command, "--data", str(tmp_path)]) == 130
        assert capsys.readouterr() == ("", "among-server: interrupted\n")
