"""What the user has settled, in a file and in the environment."""

import os

import pytest

from among_cli.address import DEFAULT
from among_cli.settings import Settings, SettingsError, read


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "among" / "config.toml"
    file.parent.mkdir()
    return file


def test_nothing_settled_is_the_default(tmp_path):
    assert read({"HOME": str(tmp_path)}) == Settings(DEFAULT, "bell")


def test_the_environment_goes_before_the_file(config, tmp_path):
    config.write_text('server = "chat.example"\nalert = "osc9"\n', "utf-8")
    assert read({"XDG_CONFIG_HOME": str(tmp_path)}) == Settings("chat.example", "osc9")
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "AMONG_SERVER": "other.example"}
    assert read(environ) == Settings("other.example", "osc9")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("server = ", "Invalid"),
        ("servre = 'x'", "servre"),
        ("alert = 'gong'", "bell, osc9, none"),
        ("alert = 1", "quotes"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_file(config, tmp_path, text, word):
    config.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=word) as error:
        read({"XDG_CONFIG_HOME": str(tmp_path)})
    assert str(config) in str(error.value)


@pytest.mark.parametrize("what", ["pipe", "device", "film", "folder"])
def test_what_is_no_configuration_at_all_is_told_at_once(config, tmp_path, what):
    match what:
        case "pipe":
            os.mkfifo(config)
        case "device":
            config.symlink_to("/dev/zero")
        case "film":
            config.write_bytes(b"#" * (2 << 20))
        case _:
            config.mkdir()
    with pytest.raises(SettingsError, match="can't be read: ") as error:
        read({"XDG_CONFIG_HOME": str(tmp_path)})
    assert str(config) in str(error.value)
