"""`among-server`: the operator's entry point."""

import argparse
import contextlib
import errno
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from among_protocol.safe_text import safe_text

from ..config import ConfigError
from .arguments import parser
from .plain import NotTaken, Plain
from .settings import Settings, closed, read

if TYPE_CHECKING:  # only a backup needs it
    from ..store.pace import Aside

KEYS = ("data", "host", "port", "log_format", "log_level", "url")  # of the configuration, where a command takes them
# What a backup loads, in pieces of about the same size, each after what it needs: whether that starves is asked between them.
LOADED = (
    "sqlite3",
    "ssl",
    "asyncio",
    "structlog",
    "among_protocol.text",
    "among_protocol.emoji",
    "among_protocol.wire",
    "among_server.store.words",
    "among_server.store.api",
    "among_server.store.sqlite.store",
    "websockets.server",
    "among_server.handlers.session",
    "among_server.edge.atom",
    "among_server.edge.http",
    "among_server.app",
    "among_server.admin.serve",
)


# The commands that look at what the server keeps.
ON_DATA = ("invite", "owner-link", "backup", "restore", "accounts", "reset", "disable", "enable", "erase")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed with a sentence, 2 wrong use or configuration, 130 interrupted."""
    out, err = Plain(sys.stdout), Plain(sys.stderr, complaints=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = _judged(argv)
            out.flush()
        except NotTaken as error:
            code = 1
            out.give_up()
            if error.errno != errno.EPIPE:  # else whoever read has enough
                print(f"among-server: standard output: {error.strerror}", file=err)
    return code


def _judged(argv: Sequence[str] | None) -> int:
    try:
        args = parser().parse_args(argv)
    except SystemExit as over:  # all is said: --help, --version, wrong use
        return int(over.code or 0)
    if args.command == "serve":  # until the server itself minds its signals, there is nothing to be closed
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        given = {name: getattr(args, name, None) for name in KEYS}
        return _run(args, read(args.config, os.environ, given))
    except ConfigError as error:
        for line in error.lines:
            print(f"among-server: {safe_text(line)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("among-server: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT


def _run(args: argparse.Namespace, settings: Settings) -> int:
    if args.command == "health":  # asked every few seconds: it loads nothing of the server
        from . import health  # noqa: PLC0415  # it alone is loaded

        return health.health(settings)

    if args.command in ON_DATA and (shut := closed(Path(settings.config.data))) and not getattr(args, "verify", False):
        print(f"among-server: {safe_text(shut.why)}: {safe_text(shut.mend)}", file=sys.stderr)
        return 1

    aside = _aside() if args.command == "backup" and not args.fast else None

    from . import logging  # noqa: PLC0415  # --help and --version need none of it

    logging.configure(settings.config)
    return _carry_out(args, settings, aside)


def _aside() -> "Aside":
    """Who does what can wait for the server, which answers people. It loads the rest, too: that takes half a second of a core."""
    from ..store.pace import Aside  # noqa: PLC0415  # only a backup needs it

    aside = Aside()
    for name in LOADED:
        aside.do(partial(import_module, name))
    return aside


def _carry_out(args: argparse.Namespace, settings: Settings, aside: "Aside | None") -> int:  # noqa: C901  # a table of commands
    from ..store import pace  # noqa: PLC0415  # --help and --version need none of it
    from . import accounts, backup, check_config, demo, doctor, invite, serve  # noqa: PLC0415  # --help and --version need none of it

    config = settings.config

    match args.command:
        case "serve":
            return serve.serve(settings)
        case "invite":
            return invite.make(config, uses=args.uses, days=args.days)
        case "backup":
            return backup.take(
                config, into=args.to, keep=args.keep, pace=pace.Pace(fast=args.fast, aside=aside), as_json=args.json
            )
        case "restore" if args.verify:
            return backup.verify(config, args.source, as_json=args.json)
        case "restore":
            options = {"replace": args.replace, "keep_sessions": args.keep_sessions}
            return backup.restore(config, args.source, **options, as_json=args.json)
        case "accounts":
            return accounts.list_accounts(config, as_json=args.json)
        case "reset":
            return accounts.reset(config, args.handle, hours=args.hours)
        case "disable" | "enable":
            return accounts.disable(config, args.handle, disabled=args.command == "disable")
        case "erase":
            return accounts.erase(config, args.handle, words=args.words, sure=args.yes)
        case "owner-link":
            return invite.make(config, uses=1, days=args.days, owner=True)
        case "check-config":
            return check_config.example() if args.example else check_config.check(settings)
        case "doctor":
            return doctor.doctor(settings, json=args.json)
        case _:
            return demo.demo(settings, file=args.config, handle=args.handle)


if __name__ == "__main__":
    sys.exit(main())
