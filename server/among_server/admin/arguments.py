"""What `among-server` may be told on the command line."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  # argparse has no other name for it


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="among-server", description="The chat server of Among.")
    made.add_argument("--version", action="version", version=f"among-server {__version__}")
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _serving(commands)
    _looking(commands)
    _people(commands)
    _keeping(commands)
    return made


def _serving(commands: "Commands") -> None:
    """The server itself."""
    serve = commands.add_parser("serve", help="run the server")
    _common(serve)
    _listening(serve)

    health = commands.add_parser("health", help="ask the running server whether it is ready: exit code 0 or 1")
    _common(health)
    _listening(health)

    demo = commands.add_parser("demo", help="a server with a first community, and the terminal client in it")
    _common(demo)
    _listening(demo)
    demo.add_argument("--handle", help="who you are there (asked for when left out)")


def _looking(commands: "Commands") -> None:
    """Whether all is well."""
    check = commands.add_parser("check-config", help="the configuration, where it came from, and what it means")
    _common(check)
    _listening(check)
    check.add_argument("--example", action="store_true", help="print a file with every key, its default and reason")

    doctor = commands.add_parser("doctor", help="look over data, machine and server; works in any state of them")
    _common(doctor)
    _listening(doctor)
    doctor.add_argument("--json", action="store_true", help="one JSON array, for programs")


def _people(commands: "Commands") -> None:
    """Who may come in, and how."""
    invite = commands.add_parser("invite", help="make an invite link; works while the server is stopped")
    _common(invite)
    invite.add_argument("--uses", type=int, default=1, metavar="N", help="how many may sign up with it (1)")
    invite.add_argument("--days", type=int, default=7, metavar="N", help="days that it is valid (7)")
    invite.add_argument("--url", metavar="URL", help="the server, as members reach it (the key `url`)")

    accounts = commands.add_parser("accounts", help="list the accounts: handle, opened, last seen, state")
    _common(accounts)
    accounts.add_argument("--json", action="store_true", help="one JSON object per line")

    reset = commands.add_parser("reset", help="make a one-time link with which somebody sets a new password")
    _common(reset)
    reset.add_argument("handle", metavar="HANDLE")
    reset.add_argument("--hours", type=int, default=24, metavar="N", help="hours that it is valid (24)")
    reset.add_argument("--url", metavar="URL", help="the server, as members reach it (the key `url`)")

    disable = commands.add_parser("disable", help="sign an account out everywhere, and let nobody sign in as it")
    _common(disable)
    disable.add_argument("handle", metavar="HANDLE")

    enable = commands.add_parser("enable", help="let a disabled account be used again")
    _common(enable)
    enable.add_argument("handle", metavar="HANDLE")

    erase = commands.add_parser("erase", help="erase an account for good, as its owner could: for legal requests")
    _common(erase)
    erase.add_argument("handle", metavar="HANDLE")
    erase.add_argument(
        "--words", action="store_true", help="what it wrote goes, too; else it stays under nobody's name"
    )
    erase.add_argument("--yes", action="store_true", help="don't ask for the handle once more")

    owner = commands.add_parser("owner-link", help="a link that makes its bearer an owner of the server; works once")
    _common(owner)
    owner.add_argument("--days", type=int, default=7, metavar="N", help="days that it is valid (7)")
    owner.add_argument("--url", metavar="URL", help="the server, as its owner reaches it (the key `url`)")


def _keeping(commands: "Commands") -> None:
    """The data."""
    backup = commands.add_parser("backup", help="copy the data, while the server runs or not")
    _common(backup)
    backup.add_argument("--to", type=Path, metavar="DIR", help="where backups are collected (DATA/backups)")
    backup.add_argument("--keep", type=int, metavar="N", help="remove older ones there, but for the newest N")
    backup.add_argument("--fast", action="store_true", help="without rests, at the cost of those who talk meanwhile")
    backup.add_argument("--json", action="store_true", help="the result as JSON, for programs")

    restore = commands.add_parser("restore", help="put a backup in place, or try it; the server is stopped meanwhile")
    restore.add_argument("source", type=Path, metavar="BACKUP", help="the folder of one backup")
    _common(restore)
    restore.add_argument("--verify", action="store_true", help="only try it: restore to a temporary folder and check")
    restore.add_argument("--replace", action="store_true", help="set aside the data that are there; nothing is deleted")
    restore.add_argument("--keep-sessions", action="store_true", help="also where nobody knows what was revoked since")
    restore.add_argument("--json", action="store_true", help="the result as JSON, for programs")


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
