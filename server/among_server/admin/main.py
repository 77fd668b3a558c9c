"""`among-server`: the operator's entry point."""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..config import Config, ConfigError, load

URL = "ws://127.0.0.1:8080/v1"


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
    invite.add_argument("--url", default=URL, help="the server, as members reach it")

    accounts = commands.add_parser("accounts", help="list the accounts: handle, opened, last seen, state")
    _common(accounts)
    accounts.add_argument("--json", action="store_true", help="one JSON object per line")

    reset = commands.add_parser("reset", help="make a one-time link with which somebody sets a new password")
    _common(reset)
    reset.add_argument("handle", metavar="HANDLE")
    reset.add_argument("--hours", type=int, default=24, metavar="N", help="hours that it is valid (24)")
    reset.add_argument("--url", default=URL, help="the server, as members reach it")

    disable = commands.add_parser("disable", help="sign an account out everywhere, and let nobody sign in as it")
    _common(disable)
    disable.add_argument("handle", metavar="HANDLE")

    enable = commands.add_parser("enable", help="let a disabled account be used again")
    _common(enable)
    enable.add_argument("handle", metavar="HANDLE")

    demo = commands.add_parser("demo", help="a server with a first community, and the terminal client in it")
    _common(demo)
    _listening(demo)
    demo.add_argument("--handle", help="who you are there (asked for when left out)")

    backup = commands.add_parser("backup", help="copy the data, while the server runs or not")
    _common(backup)
    backup.add_argument("--to", type=Path, metavar="DIR", help="where backups are collected (DATA/backups)")
    backup.add_argument("--keep", type=int, metavar="N", help="remove older ones there, but for the newest N")
    backup.add_argument("--json", action="store_true", help="the result as JSON, for programs")

    restore = commands.add_parser("restore", help="put a backup in place, or try it; the server is stopped meanwhile")
    restore.add_argument("source", type=Path, metavar="BACKUP", help="the folder of one backup")
    _common(restore)
    restore.add_argument("--verify", action="store_true", help="only try it: restore to a temporary folder and check")
    restore.add_argument("--replace", action="store_true", help="set aside the data that are there; nothing is deleted")
    restore.add_argument("--keep-sessions", action="store_true", help="also where nobody knows what was revoked since")
    restore.add_argument("--json", action="store_true", help="the result as JSON, for programs")

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
    from . import accounts, backup, demo, invite, serve  # noqa: PLC0415  # as above

    match args.command:
        case "serve":
            return serve.serve(config)
        case "invite":
            return invite.make(config, uses=args.uses, days=args.days, url=args.url)
        case "backup":
            return backup.take(config, into=args.to, keep=args.keep, as_json=args.json)
        case "restore" if args.verify:
            return backup.verify(config, args.source, as_json=args.json)
        case "restore":
            options = {"replace": args.replace, "keep_sessions": args.keep_sessions}
            return backup.restore(config, args.source, **options, as_json=args.json)
        case "accounts":
            return accounts.list_accounts(config, as_json=args.json)
        case "reset":
            return accounts.reset(config, args.handle, hours=args.hours, url=args.url)
        case "disable" | "enable":
            return accounts.disable(config, args.handle, disabled=args.command == "disable")
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
