"""`among-server`: the operator's entry point."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..config import ConfigError
from .settings import Settings, read


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed with a sentence, 2 wrong use or configuration."""
    parser = argparse.ArgumentParser(prog="among-server", description="The chat server of Among.")
    parser.add_argument("--version", action="version", version=f"among-server {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the server")
    _common(serve)
    _listening(serve)

    invite = commands.add_parser("invite", help="make an invite link; works while the server is stopped")
    _common(invite)
    invite.add_argument("--uses", type=int, default=1, metavar="N", help="how many may sign up with it (1)")
    invite.add_argument("--days", type=int, default=7, metavar="N", help="days that it is valid (7)")
    invite.add_argument("--url", metavar="URL", help="the server, as members reach it (the key `url`)")

    owner = commands.add_parser("owner-link", help="a link that makes its bearer an owner of the server; works once")
    _common(owner)
    owner.add_argument("--days", type=int, default=7, metavar="N", help="days that it is valid (7)")
    owner.add_argument("--url", metavar="URL", help="the server, as its owner reaches it (the key `url`)")

    check = commands.add_parser("check-config", help="the configuration, where it came from, and what it means")
    _common(check)
    _listening(check)
    check.add_argument("--example", action="store_true", help="print a file with every key, its default and reason")

    doctor = commands.add_parser("doctor", help="look over data, machine and server; works in any state of them")
    _common(doctor)
    _listening(doctor)
    doctor.add_argument("--json", action="store_true", help="one JSON array, for programs")

    health = commands.add_parser("health", help="ask the running server whether it is ready: exit code 0 or 1")
    _common(health)
    _listening(health)

    demo = commands.add_parser("demo", help="a server with a first community, and the terminal client in it")
    _common(demo)
    _listening(demo)
    demo.add_argument("--handle", help="who you are there (asked for when left out)")

    args = parser.parse_args(argv)
    try:
        given = {name: getattr(args, name, None) for name in ("data", "host", "port", "log_format", "log_level")}
        return _run(args, read(args.config, os.environ, given))
    except ConfigError as error:
        for line in error.lines:
            print(f"among-server: {line}", file=sys.stderr)
        return 2


def _run(args: argparse.Namespace, settings: Settings) -> int:
    if args.command == "health":  # asked every few seconds: it loads nothing of the server
        from . import health  # noqa: PLC0415  # as said

        return health.health(settings.config)

    from . import check_config, demo, doctor, invite, logging, serve  # noqa: PLC0415  # --help needs none of it

    config = settings.config
    logging.configure(config)
    match args.command:
        case "serve":
            return serve.serve(settings)
        case "invite":
            return invite.make(config, uses=args.uses, days=args.days, url=args.url)
        case "owner-link":
            return invite.make(config, uses=1, days=args.days, url=args.url, owner=True)
        case "check-config":
            return check_config.example() if args.example else check_config.check(settings)
        case "doctor":
            return doctor.doctor(settings, json=args.json)
        case _:
            return demo.demo(config, handle=args.handle)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="a TOML file (also AMONG_CONFIG); AMONG_<KEY> in the environment wins",
    )
    parser.add_argument("--data", metavar="DIR", help="folder of all that must survive (data)")
    parser.add_argument("--log-format", metavar="F", help="auto, json or pretty")
    parser.add_argument("--log-level", metavar="L", help="debug, info, warning or error")


def _listening(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="H", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", metavar="N", help="port; 0 picks a free one and prints it (8080)")


if __name__ == "__main__":
    sys.exit(main())
