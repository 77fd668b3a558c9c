"""The configuration: one frozen struct. A TOML file, then the environment (AMONG_<FIELD>), then the command line.

Each field says its unit and its reason. What may not be changed at all is in limits.py.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Positive = Annotated[int, Meta(gt=0)]
Port = Annotated[int, Meta(ge=0, le=65_535)]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    data: str = "data"  # folder of the database and all else that must survive
    host: str = "127.0.0.1"  # loopback: reachable from outside only when asked for
    port: Port = 8080  # 0 picks a free one and prints it
    sign_up: Literal["auto", "open", "invite", "closed"] = "auto"  # auto: open on loopback, else by invite
    synchronous: Literal["full", "normal"] = "full"  # normal: faster on slow disks, and a power cut may undo an `ok`
    disk_failure: Literal["exit", "read_only"] = (
        "exit"  # exit: with code 3, so that a supervisor starts it again (ADR 10)
    )
    trusted_proxies: list[str] = []  # addresses whose connections carry TLS of their own
    log_format: Literal["auto", "json", "pretty"] = "auto"  # auto: pretty on a terminal
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    budget: Positive = 300  # units a session may spend at once: a burst of sixty messages
    budget_per_second: Positive = 30  # units that come back: six messages a second, for ever
    ping_ms: Positive = 25_000  # silence after which the server pings; below what home routers forget
    deadline_ms: Positive = 20_000  # more silence, and the connection is dropped
    stall_ms: Positive = 10_000  # a peer that reads nothing for this long is cut
    sign_in_ms: Positive = 15_000  # from connecting to signed in
    window_percent: Annotated[int, Meta(ge=0, le=1000)] = 25  # of a flush's cost that the next one waits to be fuller
    window_max_ms: Annotated[int, Meta(ge=0, le=1000)] = 10  # and no longer than this
    send_buffer_kib: Positive = 128  # of the kernel, per connection: the rest of a slow reader's backlog
    password_workers: Positive = 2  # threads that hash passwords; each takes 19 MiB while it works
    backlog: Positive = 1_024  # connections that may wait to be accepted: everybody comes back at once
    grace_ms: Positive = 8_000  # to finish what is in flight at shutdown; below the ten seconds that Docker gives


class ConfigError(Exception):
    """The configuration can't be used; one line that names the key and the mend."""


def load(file: Path | None, environ: Mapping[str, str], given: Mapping[str, object]) -> Config:
    """File, then environment, then command line. Raises ConfigError."""
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values.update(tomllib.loads(file.read_text()))
        except OSError as error:
            raise ConfigError(f"cannot read {file}: {error.strerror}") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file} is not TOML: {error}") from None
    for field in msgspec.structs.fields(Config):
        text = environ.get(f"AMONG_{field.name.upper()}")
        if text is not None:
            values[field.name] = text.split(",") if field.name == "trusted_proxies" else text
    values.update({name: value for name, value in given.items() if value is not None})
    try:
        return msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"configuration: {error}") from None
