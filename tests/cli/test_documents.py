"""What can be typed is in the documents, and what is in the documents can be typed."""

import re
from pathlib import Path

from among_cli import arguments, settings
from among_cli.commands import NAMED, WORDS

ROOT = Path(__file__).parents[2]
FIRST_HOUR = (ROOT / "docs/tutorial/first-hour.md").read_text("utf-8")
PATHS = ("metrics", "healthz", "readyz", "feeds", "data", "tmp")  # that begin with a slash, too
SCRIPTS = (ROOT / "docs/howto/scripts.md").read_text("utf-8")


def test_every_command_of_the_chat_is_in_the_first_hour_and_no_other():
    typed = set(re.findall(r"(?:`|^)/([a-z]+)", FIRST_HOUR, re.MULTILINE))
    assert typed == set(NAMED)
    assert set(re.findall(r"^/room ([a-z]+)", FIRST_HOUR, re.MULTILINE)) == set(WORDS["room"])


def test_what_the_how_to_pages_type_is_a_command():
    pages = {path.name: path.read_text("utf-8") for path in (ROOT / "docs/howto").glob("*.md")}
    typed = {
        (name, command)
        for name, page in pages.items()
        for command in re.findall(r"(?:(?<!\w)`|^(?:> )?)/([a-z]+)(?=[ `\n])", page, re.MULTILINE)
    }
    assert len({name for name, _ in typed}) > 8
    assert sorted((name, command) for name, command in typed if command not in NAMED and command not in PATHS) == []


def test_every_setting_is_in_the_first_hour():
    (table,) = re.findall(r"```toml\n(.*?)```", FIRST_HOUR, re.DOTALL)
    assert set(re.findall(r"^([a-z]+) =", table, re.MULTILINE)) == set(settings.Settings._fields)


def test_every_form_and_option_for_scripts_is_documented_and_no_other():
    asked = set(re.findall(r"(--[a-z][a-z-]+)", SCRIPTS))
    known = set(re.findall(r"(--[a-z][a-z-]+)", "".join(_helps())))
    assert asked <= known
    assert known - asked == {"--help", "--version", "--plain"}
    assert all(f"{command}" in SCRIPTS for command in arguments.COMMANDS if command != "chat")


def _helps() -> list[str]:
    whole = arguments.parser()
    (some,) = [action.choices for action in whole._actions if isinstance(action.choices, dict)]
    return [whole.format_help(), *(one.format_help() for one in some.values())]
