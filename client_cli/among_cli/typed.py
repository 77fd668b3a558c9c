"""What was typed: a command, or something to be said; and why it is not taken. Pure."""

import math
from collections.abc import Collection, Iterable

from among_protocol import text
from among_protocol.codes import FIELD_INVALID, FIELD_TOO_LONG, RIGHT_MISSING, Refuse

from .lines import Line, note, problem
from .places import Room

NO_TEXT = "this is no UTF-8, and so no text"
# Fields that are all of what one has typed: nobody asks which of them is meant.
TYPED = ("body", "query", "reason", "handles", "member", "members")
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
    """Whether the line leads to another room or thread, or may have been meant to since it is no command: what is typed behind
    it is meant for there."""
    if not is_command(line.strip()):
        return False
    name, rest = split(line.strip())
    makes = name == "room" and rest.lower().startswith(("create", "private"))
    opens = name == "thread" and (not rest or rest.removeprefix("#").isdecimal())
    return makes or opens or name in MOVING or name not in commands


def not_done(room: Room | None, lines: Iterable[str]) -> list[Line]:
    """These lines, which were meant for another room: one is still in this one."""
    where = f" in {room.title}" if room is not None else " nowhere"
    return [problem(f"Not done, since you are still{where}:"), *map(note, lines)]


def refusal(refused: Refuse) -> str:
    """The reason as the server gave it, and which field it is about, where that is not all that one typed; or who may do what
    one may not."""
    if refused.code == RIGHT_MISSING and refused.message == RIGHT_MISSING.message:
        return f"{refused.message} /members shows who is steward or owner."
    which = refused.field
    tells = refused.code in (FIELD_INVALID, FIELD_TOO_LONG) and which not in TYPED and which not in refused.message
    return f"{refused.message} ({refused.field})" if tells else refused.message


def to_wait(error: TimeoutError) -> str:
    """Why what was asked still waited then, and how long it would have; empty where it did not."""
    told = error.__context__.__cause__ if error.__context__ is not None else None
    return f"{told.message} Try again in {math.ceil(told.retry_after_ms / 1000)} s." if isinstance(told, Refuse) else ""


def handle_in(word: str) -> str:
    """The handle that the word is, with or without an @. Raises TextError."""
    try:
        return text.handle(word.strip().removeprefix("@"))
    except text.TextError as error:
        raise text.TextError(f"a handle has {error}") from None


def written(words: str) -> str:
    """The line that says this."""
    return f"/{words}" if words.startswith("/") else words


def spoken(line: str) -> str:
    """What the line says."""
    return line[1:] if line.startswith("//") else line
