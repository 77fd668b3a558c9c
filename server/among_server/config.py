"""The configuration: one frozen struct. A TOML file, then the environment (AMONG_<FIELD>), then the command line.

Each field says its unit and its reason. What may not be changed at all is in limits.py.
"""

import ipaddress
import re
import tomllib
from collections.abc import Mapping, Sequence
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
    # Addresses or networks of proxies, whose X-Forwarded-For and X-Forwarded-Proto are believed.
    trusted_proxies: tuple[str, ...] = ("127.0.0.0/8", "::1")  # a proxy on the same machine
    private_networks: tuple[str, ...] = ()  # where passwords may travel without TLS: a bridge of containers, a VPN
    allowed_origins: tuple[
        str, ...
    ] = ()  # web pages of other hosts that may connect: https://chat.example, or * for any
    log_format: Literal["auto", "json", "pretty"] = "auto"  # auto: pretty on a terminal
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    budget: Positive = 300  # units an account may spend at once: a burst of sixty messages
    budget_per_second: Positive = 30  # units that come back: six messages a second, for ever
    ping_ms: Positive = 25_000  # silence after which the server pings; below what home routers forget
    deadline_ms: Positive = 20_000  # more silence, and the connection is dropped
    stall_ms: Positive = 10_000  # a peer that reads nothing for this long is cut
    handshake_ms: Positive = 5_000  # from connecting to the end of the request
    sign_in_ms: Positive = 10_000  # from connecting to signed in
    account_connections: Positive = 32  # at once; beyond this the one that was silent longest is closed
    address_budget: Positive = 10_000  # units everybody at one address may spend at once: a hundred who come back
    address_budget_per_second: Positive = 600  # units that come back: twenty accounts that never stop
    address_connections: Positive = 300  # at once; raise it where a school sits behind one address
    address_guests: Positive = 64  # of these, not signed in yet
    guests: Positive = 10_000  # not signed in yet, from all addresses; beyond this the oldest is dropped
    window_percent: Annotated[int, Meta(ge=0, le=1000)] = 25  # of a flush's cost that the next one waits to be fuller
    window_max_ms: Annotated[int, Meta(ge=0, le=1000)] = 10  # and no longer than this
    send_buffer_kib: Positive = 128  # of the kernel, per connection: the rest of a slow reader's backlog
    password_workers: Positive = 2  # threads that hash passwords; each takes 19 MiB while it works
    backlog: Positive = 1_024  # connections that may wait to be accepted: everybody comes back at once
    grace_ms: Positive = 8_000  # to finish what is in flight at shutdown; below the ten seconds that Docker gives

    def __post_init__(self) -> None:
        """Raises ValueError for what its type does not show."""
        networks(self.trusted_proxies, field="trusted_proxies")
        networks(self.private_networks, field="private_networks")
        for origin in self.allowed_origins:
            if origin != "*" and not ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"allowed_origins: {origin!r} is no origin: write https://chat.example, without a path"
                )


_LISTS = ("trusted_proxies", "private_networks", "allowed_origins")  # in the environment with commas between

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ORIGIN = re.compile(r"(https?)://([^\s/?#@,]+)", re.IGNORECASE)  # scheme, host with its port


def networks(given: Sequence[str], *, field: str) -> list[Network]:
    """Addresses and networks, as they were written. Raises ValueError."""
    found: list[Network] = []
    for word in given:
        try:
            found.append(ipaddress.ip_network(word))
        except ValueError as error:
            raise ValueError(f"{field}: {error}: write an address or a network, 10.0.0.7 or 10.0.0.0/8") from None
    return found


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
            values[field.name] = (
                [word.strip() for word in text.split(",") if word.strip()] if field.name in _LISTS else text
            )
    values.update({name: value for name, value in given.items() if value is not None})
    try:
        return msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"configuration: {error}") from None
