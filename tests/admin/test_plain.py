"""What members write does nothing to the operator's terminal or log but show (CNT-02)."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest

from among_server.admin import main, plain
from among_server.admin.plain import Plain, deep, visible
from tests.cli.corpus import CORPUS, FORGED, obeyed

SPOKEN = """
import json, sys, structlog
from among_server.admin.logging import configure, loop_failed
from among_server.config import Config
configure(Config(log_format=sys.argv[1], log_level="debug"))
log = structlog.get_logger()
corpus = json.load(sys.stdin)
for text in corpus:
    log.info("said", handle=text, nested={text: [text, {"deep": (text,)}]}, raw=text.encode("utf-8", "surrogatepass"))
    log.info(text)
    for kind in (ValueError, RuntimeError, KeyError, OSError):
        try:
            try:
                raise kind(text)
            except kind as error:
                raise RuntimeError(text) from error
        except RuntimeError:
            log.exception("failed", text=text)
    loop_failed(None, {"message": text, "exception": OSError(text)})
"""
LINES_EACH = 7


def logged(form: str) -> str:
    """What the log says of the corpus, as the bytes that reach a terminal."""
    done = subprocess.run(
        [sys.executable, "-c", SPOKEN, form], input=json.dumps(CORPUS).encode(), capture_output=True, check=True
    )
    assert done.stdout == b""
    return done.stderr.decode("utf-8")


def test_cnt_02_a_log_in_json_is_one_line_for_each_event_and_obeys_nobody():
    raw = logged("json")
    assert obeyed(raw) == ""
    lines = raw.split("\n")[:-1]
    assert len(lines) == LINES_EACH * len(CORPUS)
    for line in lines:
        assert json.loads(line)["level"] in ("info", "error")


def test_cnt_02_a_log_for_eyes_has_one_line_at_the_edge_for_each_event_and_obeys_nobody():
    raw = logged("pretty")
    assert obeyed(raw) == ""
    lines = raw.split("\n")[:-1]
    assert len([line for line in lines if not line.startswith("    ")]) == LINES_EACH * len(CORPUS)
    assert not [line for line in lines if line.strip().startswith(FORGED)]


@pytest.mark.parametrize("text", CORPUS)
def test_cnt_02_what_is_shown_is_visible(text: str):
    assert obeyed(visible(text)) == ""
    assert "\n" not in visible(text)
    assert visible(visible(text)) == visible(text)
    assert obeyed(json.dumps(deep({text: [text]}), ensure_ascii=False)) == ""


def test_what_is_plain_stays_as_it_is():
    for text in ("ann", "Zoë Ångström", "日本", "नमस्ते", "a \\ b", "100 % \"fine\" 'too'"):
        assert visible(text) == text
    assert visible("a\nb\x1b[2J\u202e") == "a\\nb\\x1b[2J\\u202e"


@pytest.mark.parametrize("command", ["serve", "invite", "demo"])
def test_cnt_02_whatever_a_command_prints_goes_through_the_gate(command, monkeypatch, capsys, tmp_path):
    """The gate stands around all commands; here one prints all that is hostile."""

    def hostile(*_: object, **__: object) -> int:
        for text in CORPUS:
            sys.stdout.write(f"name: {text}\n")
            sys.stderr.write(f"error: {text}\n")
        return 0

    monkeypatch.setattr("among_server.admin.logging.configure", lambda config: None)
    monkeypatch.setattr(main, "_carry_out", hostile)
    assert main.main([command, "--data", str(tmp_path)]) == 0
    told = capsys.readouterr()
    for raw in (told.out, told.err):
        assert obeyed(raw) == ""
        assert "\\x1b" in raw


def test_nobody_among_the_operators_commands_goes_around_the_gate():
    from pathlib import Path

    around = ("__stdout__", "__stderr__", "os.write(", "stdout.buffer", "stderr.buffer")
    folder = Path(plain.__file__).parent
    assert [path.name for path in folder.glob("*.py") if any(way in path.read_text() for way in around)] == []


def test_the_gate_is_a_stream_like_another():
    out = io.StringIO()
    gate = Plain(out)
    gate.writelines(["one\x07 ", "two\n"])
    assert out.getvalue() == "one\\x07 two\n"
    assert not gate.isatty()


COMMANDS = [["--version"], ["--help"], ["check-config"], ["doctor", "--data", "."], ["serve", "--help"]]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("unbuffered", ["1", ""], ids=["as it comes", "at the end"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_nobody_takes_is_told_in_one_line(tmp_path: Path, command: list[str], unbuffered: str):
    with Path("/dev/full").open("w") as full:
        done = run(tmp_path, command, unbuffered, full)
    assert done.returncode == 1
    assert done.stderr == "among-server: standard output: No space left on device\n"


@pytest.mark.parametrize("unbuffered", ["1", ""], ids=["as it comes", "at the end"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_who_has_read_enough_is_told_nothing(tmp_path: Path, command: list[str], unbuffered: str):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        done = run(tmp_path, command, unbuffered, gone)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("unbuffered", ["1", ""], ids=["as it comes", "at the end"])
def test_a_complaint_that_nobody_takes_changes_no_exit_code(tmp_path: Path, unbuffered: str):
    with Path("/dev/full").open("w") as full:
        for code, command in ((2, ["nonsense"]), (1, ["health", "--port", "1"]), (0, ["--version"])):
            done = run(tmp_path, command, unbuffered, subprocess.PIPE, full)
            assert done.returncode == code, command


def run(
    folder: Path, command: list[str], unbuffered: str, out: TextIO | int, err: TextIO | int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "among_server.admin.main", *command],
        stdout=out,
        stderr=err,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        check=False,
    )
