"""`among-server check-config`: the configuration as the server would take it, where each value came from, and what it
means. The output is TOML, and could be used as the file."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ..app import look_around
from ..config import Config, elsewhere, is_loopback
from ..store.api import StoreError
from . import settings
from .settings import Settings

HEAD = """\
# The configuration of an Among server, with every key at its default. Remove the # before what you change.
# Use it with --config FILE or AMONG_CONFIG=FILE. Any key may also be set as AMONG_<KEY> in the environment, which wins.
"""


def check(found: Settings) -> int:
    """Exit code: 0, 1 when a server would not start on the data. Raises ConfigError when something that a key names can't be used."""
    settings.look(found)
    try:
        look_around(Path(found.config.data))
    except (StoreError, OSError) as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 1
    rows = [(f"{key} = {toml(getattr(found.config, key))}", origin) for key, origin in found.origins.items()]
    width = min(40, max(len(line) for line, _ in rows))
    for line, origin in rows:
        print(f"{line:<{width}}  # {origin}")
    print()
    for about, what in meaning(found.config):
        print(f"# {about + ':':<11} {what}")
    return 0


def example() -> int:
    """Exit code: 0."""
    print(example_text(), end="")
    return 0


def example_text() -> str:
    """A file with every key, its unit, its default and its reason."""
    parts = [HEAD]
    for key in settings.FIELDS:
        unit, why = settings.explained(key)
        parts.append(f"\n# {why}\n# ({unit}: {settings.needs(key)})\n#{key} = {toml(settings.default(key))}\n")
    return "".join(parts)


def toml(value: object) -> str:
    """What this configuration holds are texts, whole numbers and lists of texts: there, JSON is TOML."""
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def meaning(config: Config) -> Iterator[tuple[str, str]]:
    """What an operator should know that these values amount to."""
    alone = is_loopback(config.host)
    where = f"port {config.port}" if config.port else "a free port"
    if alone:
        yield "reach", f"this machine alone, on {where} of {config.host}; a proxy on it may carry it further"
    else:
        yield "reach", f"whoever reaches {config.host}, {where}"
    sign_up = ("open" if alone else "invite") if config.sign_up == "auto" else config.sign_up
    yield (
        "sign-up",
        {
            "open": "everybody who reaches it may make an account",
            "invite": "with an invite: `among-server invite`",
            "closed": "nobody may make an account; the first one is made with the owner's link",
        }[sign_up],
    )
    ways = ["over loopback"]
    if config.trusted_proxies:
        ways.append(f"from the proxies {', '.join(config.trusted_proxies)}, which end TLS")
    if config.private_networks:
        ways.append(f"without TLS from {', '.join(config.private_networks)}")
    yield "passwords", "are taken " + "; ".join(ways)
    if not alone and not elsewhere([*config.trusted_proxies, *config.private_networks]):
        yield (
            "",
            "so nobody can sign in from another machine but through a proxy on this one: name yours in trusted_proxies",
        )
    if config.synchronous == "full":
        yield "kept", "what was acknowledged survives a power cut, on a disk that keeps what it was told to flush"
    else:
        yield "kept", "a power cut may undo what was acknowledged; clients are told `relaxed`"
    if config.metrics_token_file:
        yield "metrics", f"/metrics answers who has the token in {config.metrics_token_file}"
    else:
        yield "metrics", "/metrics answers who asks from this machine, and no proxy"
    yield "stopping", f"takes at most {config.grace_ms / 1000:g} s: whoever supervises it must wait longer than that"
