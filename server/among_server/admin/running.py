"""The server that runs on the data, as another process finds it: through the socket in the folder, which only its owner may
open. One JSON object a line, one line back. What is asked there for the operator is in control.py; here nothing of the
server itself is loaded, since a health check is made every few seconds.
"""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from .settings import DEFAULT, Settings, shortest

SOCKET = "control.sock"
WHERE = "where"  # what is asked: where does it listen?


class Where(msgspec.Struct):
    """What is read of the answer."""

    url: str = ""


def connected(data: Path, patience: float) -> socket.socket | None:
    """The way to the server that runs on this data, with `patience` seconds for each step; None when none runs. Raises OSError."""
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(patience)
    try:
        link.connect(str(shortest(data) / SOCKET))
    except BaseException as error:
        link.close()
        if isinstance(error, FileNotFoundError | ConnectionRefusedError):
            return None
        raise
    return link


def asked(link: socket.socket, request: bytes) -> bytes:
    """Its answer. Raises OSError."""
    link.sendall(request + b"\n")
    with link.makefile("rb") as reply:
        return reply.readline()


def address(settings: Settings, patience: float) -> tuple[str, int] | None:
    """Host and port of the server that is meant: as was said, for another may run on the data; else as the one that does
    says; else as one would listen that is started like this. None: nobody knows. Raises OSError when it gives no answer."""
    config, origins = settings.config, settings.origins
    said = (config.host, config.port) if config.port else None
    if said and (origins["port"] != DEFAULT or origins["host"] == "--host"):
        return said
    try:
        link = connected(Path(config.data), patience)
    except OSError:  # whoever asks may not open it, or something else has its name
        link = None
    if link is None:
        return said
    with link:
        answer = asked(link, msgspec.json.encode({"do": WHERE}))
    try:
        parts = urlsplit(msgspec.json.decode(answer, type=Where).url)
        host, port = parts.hostname, parts.port
    except ValueError:  # it ended, or is no server of ours
        return said
    return (host, port) if host and port else said
