"""`python -m among_protocol.kit`: exit codes, and what goes where."""

import json
import os
import socket
import sys
from pathlib import Path

import pytest

from among_protocol.kit.__main__ import main


def test_without_a_server_there_is_one_clear_line(capsys):
    assert main(["server"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1/v1", "nowhere", "ws://"])
def test_what_is_no_address_of_a_server_is_told_how_to_write_one(url, capsys):
    assert main(["server", url]) == 2
    assert "ws://HOST:PORT/v1" in capsys.readouterr().err


def test_a_server_that_is_not_there_could_not_be_tested(capsys):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        assert main(["server", f"ws://127.0.0.1:{sock.getsockname()[1]}/v1"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "cannot be reached" in said.err


def test_a_rule_that_is_none_is_told(capsys):
    assert main(["server", "ws://127.0.0.1:1/v1", "--only", "nonsense"]) == 2
    assert "--list" in capsys.readouterr().err


def test_the_address_may_stand_behind_the_rules(capsys):
    assert main(["server", "--only", "nonces", "sync", "ws://127.0.0.1:1/v1"]) == 2
    assert "cannot be reached" in capsys.readouterr().err


def test_the_rules_are_listed_with_their_checks(capsys):
    assert main(["server", "--list", "--only", "connection"]) == 0
    said = capsys.readouterr().out
    assert "connection.hello" in said
    assert "the_server_speaks_first" in said


@pytest.mark.parametrize("what", ["pipe", "/dev/zero", "film", "-"])
def test_what_is_no_list_of_accounts_at_all_is_told_at_once(tmp_path, capsys, monkeypatch, what):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "film").write_bytes(b"#" * (2 << 20))
    with Path("/dev/zero").open("r", encoding="utf-8") as endless:
        monkeypatch.setattr(sys, "stdin", endless)
        named = what if what == "-" else str(tmp_path / what)
        assert main(["server", "ws://127.0.0.1:1/v1", "--accounts", named]) == 2
    assert ("must hold" if what == "-" else "cannot be read") in capsys.readouterr().err


def test_accounts_that_are_too_few_are_told(tmp_path, capsys):
    (tmp_path / "accounts").write_text("ann secret\n")
    assert main(["server", "ws://127.0.0.1:1/v1", "--accounts", str(tmp_path / "accounts")]) == 2
    assert "4 lines" in capsys.readouterr().err


def test_with_json_on_stdout_nothing_else_is_there(monkeypatch, capsysbinary):
    import among_protocol.kit.server as kit
    from tests.kit.test_report import FAILED, report

    async def run(*_args, **_fields):
        return report(FAILED)

    monkeypatch.setattr(kit, "run", run)
    assert main(["server", "ws://127.0.0.1:1/v1", "--json", "-"]) == 1
    assert json.loads(capsysbinary.readouterr().out)["verdict"] == "not_conform"
