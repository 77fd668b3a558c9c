"""What may be typed behind `among`, and what it means."""

import pytest

from among_cli.arguments import parse


def test_without_a_command_it_is_the_chat():
    given = parse(["garden/hall"])
    assert (given.command, given.room, given.server, given.handle, given.plain) == (
        "chat",
        "garden/hall",
        "",
        "",
        False,
    )
    assert parse([]).command == "chat"
    assert parse(["--plain"]).plain
    assert parse(["--handle", "ana", "--server=chat.example", "--plain", "garden"]).room == "garden"
    assert parse(["chat", "send"]).room == "send", "a room may be called like a command"


@pytest.mark.parametrize(
    "argv", [["--server", "s", "--handle", "h", "send", "r", "t"], ["send", "--server", "s", "--handle", "h", "r", "t"]]
)
def test_common_options_stand_before_or_behind_the_command(argv):
    given = parse(argv)
    assert (given.command, given.server, given.handle, given.room, given.text) == ("send", "s", "h", "r", ["t"])


def test_the_text_of_a_message_may_look_like_anything():
    assert parse(["send", "garden/hall", "hello", "there"]).text == ["hello", "there"]
    assert parse(["send", "garden/hall", "--", "--json"]).text == ["--json"]
    assert parse(["send", "garden/hall", "-"]).text == ["-"]


def test_tail_takes_a_beginning_and_a_count():
    given = parse(["tail", "garden/hall", "--json", "--from", "7", "--count", "3"])
    assert (given.json, given.start, given.count) == (True, 7, 3)


@pytest.mark.parametrize(
    "argv",
    [
        ["send", "garden/hall"],
        ["tail"],
        ["tail", "garden/hall", "--from", "0"],
        ["tail", "garden/hall", "--count", "-1"],
        ["send", "garden/hall", "hi", "--wait", "soon"],
        ["one", "two"],
        ["--nonsense"],
    ],
)
def test_what_is_not_understood_is_code_2(argv, capsys):
    with pytest.raises(SystemExit) as end:
        parse(argv)
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("usage: among")


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["send", "--help"], ["--version"]])
def test_help_is_code_0(argv, capsys):
    with pytest.raises(SystemExit) as end:
        parse(argv)
    assert end.value.code == 0
    assert capsys.readouterr().out != ""


def test_a_command_that_is_none_is_named(capsys):
    with pytest.raises(SystemExit):
        parse(["--server", "s", "sned", "garden/hall", "hi", "there"])
    assert "there is no command 'sned'. Did you mean send?" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parse(["garden/hall", "--json"])
    assert "unrecognized arguments: --json" in capsys.readouterr().err


@pytest.mark.parametrize("wait", ["0", "soon", "nan"])
def test_a_time_that_is_none_is_told_as_people_say_it(wait, capsys):
    with pytest.raises(SystemExit):
        parse(["send", "garden/hall", "hi", "--wait", wait])
    assert capsys.readouterr().err.endswith(f"argument --wait: seconds, more than 0, not '{wait}'\n")
