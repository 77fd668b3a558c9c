"""The configuration: one frozen struct. A TOML file, then the environment (AMONG_<KEY>), then the command line.

Each key says its unit and its reason, from which docs/reference/configuration.md and the example file are made. No key
holds a secret: where one is needed, the key names a file. What may not be changed at all is in limits. How a key is
read, and what a wrong one is told, is in admin/settings.py.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

LEAST_MIB = 64  # what the server itself takes, with nobody there
MOST = 2**31 - 1  # of any number: what the system and every client can take
Positive = Annotated[int, Meta(gt=0, le=MOST)]
Port = Annotated[int, Meta(ge=0, le=65_535)]
ORIGIN = re.compile(r"(https?)://([^\s/?#@,]+)", re.IGNORECASE)  # scheme, host with its port
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DEAREST = 50  # units: what the dearest command costs; a smaller budget could never pay for it


def says(unit: str, why: str) -> Meta:
    """What a key is counted in, and why one would set it."""
    return Meta(description=why, extra={"unit": unit})


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    # --- where
    data: Annotated[
        str, Meta(min_length=1), says("folder", "the database and all else that must survive; made when it is missing")
    ] = "data"
    host: Annotated[
        str, Meta(min_length=1), says("address", "loopback by default: reachable from outside only when asked for")
    ] = "127.0.0.1"
    port: Annotated[Port, says("port", "0 picks a free one and prints it")] = 8080
    url: Annotated[
        str, says("ws:// or wss:// URL", "the server as its members reach it, for links; empty: as this machine does")
    ] = ""

    # --- who
    sign_up: Annotated[
        Literal["auto", "open", "invite", "closed"],
        says("choice", "who may make an account; auto: everybody on loopback, else those with an invite"),
    ] = "auto"
    community_invites: Annotated[
        Literal["join", "sign_up"],
        says(
            "choice",
            "sign_up: with an invite of a community, which its stewards make, one may also make an account; join: one "
            "needs an account first",
        ),
    ] = "join"
    trusted_proxies: Annotated[
        tuple[str, ...],
        says(
            "addresses or networks",
            "of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: passwords are taken where they say "
            "https; by default those on this machine",
        ),
    ] = ("127.0.0.0/8", "::1")
    private_networks: Annotated[
        tuple[str, ...],
        says(
            "addresses or networks",
            "passwords and tokens are taken from here without TLS, as from loopback: only where nobody can listen "
            "in between, such as a container's own bridge or a VPN",
        ),
    ] = ()
    allowed_origins: Annotated[
        tuple[str, ...],
        says("origins", "web pages of other hosts that may connect: https://chat.example, or * for any"),
    ] = ()

    # --- what is kept
    synchronous: Annotated[
        Literal["full", "normal"],
        says("choice", "normal is faster on slow disks, and a power cut may then undo what was acknowledged"),
    ] = "full"

    disk_failure: Annotated[
        Literal["exit", "read_only"],
        says("choice", "exit: with code 3, so that a supervisor starts it again; read_only: stay, for reading"),
    ] = "exit"

    erase_grace_hours: Annotated[
        int,
        Meta(ge=0, le=720),
        says(
            "hours",
            "from asking to erase an account to its erasure; signing in until then undoes it. 0: at once",
        ),
    ] = 72

    # --- what is told
    log_format: Annotated[
        Literal["auto", "json", "pretty"], says("choice", "auto: pretty on a terminal, else json")
    ] = "auto"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], says("choice", "the least that is worth a line")
    ] = "info"
    metrics_token_file: Annotated[
        str,
        says(
            "file",
            "its content is the bearer token for GET /metrics, from wherever; empty: /metrics answers loopback alone",
        ),
    ] = ""

    # --- how much
    budget: Annotated[
        int,
        Meta(ge=DEAREST, le=MOST),
        says("units", "what an account may spend at once: a burst of sixty messages; the dearest command costs 50"),
    ] = 300
    budget_per_second: Annotated[
        Positive, says("units per second", "what comes back: six messages a second, for ever")
    ] = 30
    address_budget: Annotated[
        int,
        Meta(ge=DEAREST, le=MOST),
        says("units", "what everybody at one address may spend at once: a hundred people of an office who come back"),
    ] = 10_000
    address_budget_per_second: Annotated[
        Positive, says("units per second", "what comes back: twenty accounts that never stop")
    ] = 600
    account_connections: Annotated[
        Positive, says("connections", "of one account at once; beyond it the one that was silent longest is closed")
    ] = 32
    address_connections: Annotated[
        Positive, says("connections", "of one address at once; raise it where a school sits behind one")
    ] = 300
    address_guests: Annotated[Positive, says("connections", "of one address that have not signed in yet")] = 64
    guests: Annotated[
        Positive,
        says("connections", "of all addresses that have not signed in yet; beyond it the oldest makes room"),
    ] = 10_000
    password_workers: Annotated[Positive, says("threads", "that hash passwords; each takes 19 MiB while it works")] = 2
    backlog: Annotated[
        Positive, says("connections", "that may wait to be accepted: after a restart everybody comes back at once")
    ] = 1_024
    memory_mib: Annotated[
        int,
        Meta(ge=0),
        says(
            "MiB",
            "near this much, newcomers are told to come later, and then those who read least are cut; "
            "0: the limit of the container, where there is one",
        ),
    ] = 0
    send_buffer_kib: Annotated[
        Positive, says("KiB", "of the kernel for each connection; what a slow reader has waiting beyond it is ours")
    ] = 128

    # --- how long
    ping_ms: Annotated[Positive, says("ms", "of silence, then the server pings; below what home routers forget")] = (
        25_000
    )
    deadline_ms: Annotated[Positive, says("ms", "of more silence, then the connection is dropped")] = 20_000
    stall_ms: Annotated[Positive, says("ms", "a peer that reads nothing for this long is cut")] = 10_000
    handshake_ms: Annotated[Positive, says("ms", "from connecting to the end of the request")] = 5_000
    sign_in_ms: Annotated[Positive, says("ms", "from connecting to signed in")] = 10_000
    grace_ms: Annotated[
        Positive,
        says("ms", "to finish what is in flight at shutdown; below the ten seconds after which Docker kills"),
    ] = 8_000
    window_percent: Annotated[
        int,
        Meta(ge=0, le=1000),
        says("%", "of what a flush of a large room cost, that the next one waits to be fuller; 0: never"),
    ] = 25
    window_max_ms: Annotated[int, Meta(ge=0, le=1000), says("ms", "and no longer than this")] = 10

    @property
    def erase_grace_ms(self) -> int:
        return self.erase_grace_hours * 3_600_000

    def members_url(self) -> str:
        """The server as its members reach it, for links."""
        return self.url or f"ws://127.0.0.1:{self.port}/v1"


class Mistake(msgspec.Struct, frozen=True):
    """What is wrong with the value of a key, and the mend."""

    key: str
    what: str


class ConfigError(Exception):
    """The configuration can't be used. One line for each mistake: the key, where it came from, and the mend."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


def network(text: str) -> Network:
    """An address (as a network of one) or a network. Raises ValueError with the mend."""
    try:
        found = ipaddress.ip_network(text)
    except ValueError as error:
        if "host bits" in str(error):
            raise ValueError(
                f'"{text}" has host bits set: {ipaddress.ip_network(text, strict=False)} is meant'
            ) from None
        raise ValueError(f'"{text}" is no address (192.0.2.7) and no network (192.0.2.0/24)') from None
    if found.prefixlen == 0:
        raise ValueError(f'"{text}" is everybody: name the addresses')
    return found


def networks(given: Sequence[str]) -> list[Network]:
    """Addresses and networks that were judged already."""
    return [network(entry) for entry in given]


def is_loopback(host: str) -> bool:
    """Whether a server that listens on this address is reached from its own machine alone."""
    return host in ("localhost", "::1") or host.startswith("127.")


def elsewhere(networks_: Sequence[str]) -> list[str]:
    """Those that are not of this machine alone."""
    return [entry for entry in networks_ if not network(entry).is_loopback]


def judge(config: Config) -> Iterator[Mistake]:
    """What the types can't say: a value that its type takes, and that still can't be meant, whatever the other keys say."""
    yield from [Mistake("data", "is no path of a folder")] if "\0" in config.data else []
    for key in ("trusted_proxies", "private_networks"):
        for entry in getattr(config, key):
            try:
                network(entry)
            except ValueError as error:
                yield Mistake(key, str(error))
    for origin in config.allowed_origins:
        if origin != "*" and not ORIGIN.fullmatch(origin):
            yield Mistake("allowed_origins", f'"{origin}" is no origin: write https://chat.example, without a path')
    if config.send_buffer_kib > 1 << 20:
        yield Mistake("send_buffer_kib", f"{config.send_buffer_kib} is more than a gibibyte for each connection")
    if 0 < config.memory_mib < LEAST_MIB:
        yield Mistake("memory_mib", f"{config.memory_mib} is too little to start with: at least {LEAST_MIB}, or 0")
    if config.url:
        try:
            parts = urlsplit(config.url)
            named = bool(parts.hostname) and parts.port != 0
        except ValueError:  # brackets that don't close, a port that is none
            parts, named = urlsplit(""), False
        if (
            parts.scheme not in ("ws", "wss")
            or not named
            or parts.query
            or parts.fragment
            or not config.url.isprintable()
        ):
            yield Mistake("url", f'"{config.url}" is no URL like wss://chat.example.org/v1')
        elif parts.path != "/v1":
            yield Mistake("url", f'"{config.url}" leads nowhere: the path is /v1')
