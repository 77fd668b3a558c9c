"""`among-server`: the operator's entry point."""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..config import Config, ConfigError, load


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
    invite.add_argument("--url", default="ws://127.0.0.1:8080/v1", help="the server, as members reach it")

    demo = commands.add_parser("demo", help="a server with a first community, and the terminal client in it")
    _common(demo)
    _listening(demo)
    demo.add_argument("--handle", help="who you are there (asked for when left out)")

    args = parser.parse_args(argv)
    try:
        given = {name: getattr(args, name, None) for name in ("data", "host", "port", "log_format", "log_level")}
        config = load(args.config, os.environ, given)
    except ConfigError as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 2
    return _run(args, config)


def _run(args: argparse.Namespace, config: Config) -> int:
    from . import logging, plain  # noqa: PLC0415  # --help and --version need none of it

    logging.configure(config)
    with contextlib.redirect_stdout(plain.Plain(sys.stdout)), contextlib.redirect_stderr(plain.Plain(sys.stderr)):
        return _carry_out(args, config)


def _carry_out(args: argparse.Namespace, config: Config) -> int:
    from . import demo, invite, serve  # noqa: PLC0415  # as above

    match args.command:
        case "serve":
            return serve.serve(config)
        case "invite":
            return invite.make(config, uses=args.uses, days=args.days, url=args.url)
        case _:
            return demo.demo(config, handle=args.handle)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="a TOML file; AMONG_<KEY> in the environment wins")
    parser.add_argument("--data", metavar="DIR", help="folder of all that must survive (data)")
    parser.add_argument("--log-format", choices=["auto", "json", "pretty"])
    parser.add_argument("--log-level", choices=["debug", "info", "warning", "error"])


def _listening(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="H", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, metavar="N", help="port; 0 picks a free one and prints it (8080)")


if __name__ == "__main__":
    sys.exit(main())
