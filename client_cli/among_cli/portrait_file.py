"""A portrait as a file of one's own: where it goes is the user's to say, and what is there already is not written over."""

import os
from pathlib import Path

from among_protocol.portrait import ExportedPortrait


class FileError(Exception):
    """It can't be written there; the sentence says why."""


def write(document: ExportedPortrait, path: Path, *, force: bool) -> Path:
    """Into a file that only its owner may read; where it is. Raises FileError: it is there already."""
    path = path.expanduser().absolute()
    how = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if force else os.O_EXCL)
    try:
        descriptor = os.open(path, how, 0o600)
    except FileExistsError:
        raise FileError(f"{path} is there already: name another file, or add --force.") from None
    except OSError as error:
        raise FileError(f"{path} can't be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(document.text)
    return path


def file_name(document: ExportedPortrait) -> str:
    """What the server calls it, where that is the name of a file and nothing else."""
    name = document.name
    plain = name.isascii() and name.replace(".", "").replace("-", "").replace("_", "").isalnum()
    suffix = "html" if document.media_type == "text/html" else "md"
    return name if plain and not name.startswith(".") else f"portrait.{suffix}"
