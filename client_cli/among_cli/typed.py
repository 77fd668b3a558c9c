"""A line as it was typed: a command, or something to be said. Pure."""

from collections.abc import Collection, Iterable

from .lines import Line, note, problem
from .places import Room

NO_TEXT = "this is no UTF-8, and so no text"
MOVING = ("go", "dm", "join", "create")  # lead to another room; and a number alone


def is_text(line: str) -> bool:
    """Whether it was made of bytes that are UTF-8: of others Python makes surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in line)


def is_command(line: str) -> bool:
    """Whether the line is one, and not something to be said."""
    return line.startswith("/") and not line.startswith("//")


def split(line: str) -> tuple[str, str]:
    """The command's name and what follows it."""
    name, _, rest = line[1:].partition(" ")
    return name.lower(), rest.strip()


def moves(line: str, commands: Collection[str]) -> bool:
    """Whether the line leads to another room, or may have been meant to since it is no command: what is typed behind it is
    meant for there."""
    if not is_command(line.strip()):
        return False
    name, rest = split(line.strip())
    makes = name == "room" and rest.lower().startswith(("create", "private"))
    return makes or name in MOVING or name not in commands


def not_done(room: Room | None, lines: Iterable[str]) -> list[Line]:
    """These lines, which were meant for another room: one is still in this one."""
    where = f" in {room.title}" if room is not None else " nowhere"
    return [problem(f"Not done, since you are still{where}:"), *map(note, lines)]


def written(text: str) -> str:
    """The line that says this."""
    return f"/{text}" if text.startswith("/") else text


def spoken(line: str) -> str:
    """What the line says."""
    return line[1:] if line.startswith("//") else line
