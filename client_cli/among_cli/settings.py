"""What the user has settled: `$XDG_CONFIG_HOME/among/config.toml`, then the environment, which goes first.

server = "chat.example"     # also AMONG_SERVER
alert = "bell"              # or "osc9" (a notice of the terminal's window system), or "none"
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from among_protocol import plain_files

from .address import DEFAULT

FILE_BYTES = 1 << 20  # at most
Alert = Literal["bell", "osc9", "none"]


class Settings(NamedTuple):
    server: str = DEFAULT  # as written; see address.py
    alert: Alert = "bell"  # how a mention makes itself heard


class SettingsError(ValueError):
    """The file can't be used; the sentence says what to mend."""


def base(environ: Mapping[str, str], name: str, under: str) -> Path:
    """The XDG base directory of this name: as it is given, or what it is under one's home. Raises SettingsError."""
    given = environ.get(name, "")
    try:
        return Path(given) if given.startswith("/") else Path(environ.get("HOME") or Path.home()) / under
    except RuntimeError:
        raise SettingsError(f"nobody knows of a home of yours: set HOME, or {name}") from None


def read(environ: Mapping[str, str]) -> Settings:
    """What is settled, by file and environment. Raises SettingsError."""
    path = base(environ, "XDG_CONFIG_HOME", ".config") / "among" / "config.toml"
    try:
        table = tomllib.loads(plain_files.read(path, FILE_BYTES).decode("utf-8"))
    except FileNotFoundError:
        table = {}
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from None
    for name, value in table.items():
        if name not in Settings._fields:
            raise SettingsError(f"{path}: there is no setting {name}; there are {' and '.join(Settings._fields)}")
        if not isinstance(value, str):
            raise SettingsError(f"{path}: {name} must be a text in quotes")
    alert = table.get("alert", "bell")
    if alert not in get_args(Alert):
        raise SettingsError(f"{path}: alert is one of {', '.join(get_args(Alert))}")
    server = environ.get("AMONG_SERVER") or table.get("server", DEFAULT)
    return Settings(server, cast("Alert", alert))
