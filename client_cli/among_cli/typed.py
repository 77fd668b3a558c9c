"""A line as it was typed: a command, or something to be said. Pure."""

from collections.abc import Collection

MOVING = ("go", "dm", "join", "create")  # lead to another room; and a number alone


def is_command(line: str) -> bool:
    """Whether the line is one, and not something to be said."""
    return line.startswith("/") and not line.startswith("//")


def split(line: str) -> tuple[str, str]:
    """The command's name and what follows it."""
    name, _, rest = line[1:].partition(" ")
    return name.lower(), rest.strip()


def moves(line: str, commands: Collection[str]) -> bool:
    """Whether the line leads to another room or thread, or may have been meant to since it is no command: what is typed behind
    it is meant for there."""
    if not is_command(line.strip()):
        return False
    name, rest = split(line.strip())
    makes = name == "room" and rest.lower().startswith(("create", "private"))
    opens = name == "thread" and (not rest or rest.removeprefix("#").isdecimal())
    return makes or opens or name in MOVING or name not in commands


def written(text: str) -> str:
    """The line that says this."""
    return f"/{text}" if text.startswith("/") else text


def spoken(line: str) -> str:
    """What the line says."""
    return line[1:] if line.startswith("//") else line
