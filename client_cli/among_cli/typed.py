"""A line as it was typed: a command, or something to be said. Pure."""


def is_command(line: str) -> bool:
    """Whether the line is one, and not something to be said."""
    return line.startswith("/") and not line.startswith("//")


def split(line: str) -> tuple[str, str]:
    """The command's name and what follows it."""
    name, _, rest = line[1:].partition(" ")
    return name.lower(), rest.strip()


def written(text: str) -> str:
    """The line that says this."""
    return f"/{text}" if text.startswith("/") else text


def spoken(line: str) -> str:
    """What the line says."""
    return line[1:] if line.startswith("//") else line
