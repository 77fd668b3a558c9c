"""The command line: what may be given, and what it means. Pure."""

import argparse
import contextlib
import difflib
from importlib.metadata import version

FORMATS = ("html", "md", "json")  # of a room
VALUED = ("--server", "--handle", "--password-file")  # options that take the next word
DESCRIPTION = "The terminal client of Among. Without a command it opens the chat."
EPILOG = """\
exit codes: 0 done, 1 refused, 2 not understood, 3 not reachable or not confirmed
environment: AMONG_SERVER, AMONG_TOKEN, NO_COLOR; settings: ~/.config/among/config.toml"""


def parser() -> argparse.ArgumentParser:
    """All that `among` takes."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--server", metavar="URL", help="address of the server, or a link")
    common.add_argument("--handle", help="which account, where several are saved; or who signs in")
    common.add_argument("--password-file", metavar="FILE", help="sign in with the password in it (needs --handle)")
    common.add_argument("--sign-up", action="store_true", help="make the account first (needs --password-file)")
    whole = argparse.ArgumentParser(
        prog="among",
        description=DESCRIPTION,
        epilog=EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"among {version('among')}")
    some = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)

    chat = some.add_parser("chat", parents=[common], help="open the chat (what happens without a command)")
    chat.add_argument("room", nargs="?", default="", metavar="COMMUNITY/ROOM", help="where to begin, or a link")
    chat.add_argument("--plain", action="store_true", help="plain lines: for screen readers and dumb terminals")

    send = some.add_parser("send", parents=[common], help="say something; done once it is stored")
    send.add_argument("room", metavar="COMMUNITY/ROOM")
    send.add_argument("text", nargs="+", metavar="TEXT", help="what to say; - reads it from standard input")
    send.add_argument("--json", action="store_true", help="print the stored entry")
    send.add_argument("--nonce", default="", help="a key of your own: sent again with the same one, it is stored once")
    send.add_argument("--wait", type=_seconds, default=30.0, metavar="SECONDS", help="how long to try (30)")

    tail = some.add_parser("tail", parents=[common], help="print what is said, as it is said")
    tail.add_argument("room", metavar="COMMUNITY/ROOM")
    tail.add_argument("--json", action="store_true", help="every entry as one JSON object per line")
    tail.add_argument("--from", type=_number, dest="start", metavar="SEQ", help="begin with the entry of this number")
    tail.add_argument("--count", type=_number, metavar="N", help="stop after so many lines")

    unread = some.add_parser("unread", parents=[common], help="the rooms with something new")
    unread.add_argument("--json", action="store_true", help="one JSON object per line")

    _search(some.add_parser("search", parents=[common], help="find what was said, wherever you may read"))

    join = some.add_parser("join", parents=[common], help="join a community")
    join.add_argument("community", metavar="COMMUNITY", help="its short name, or a link that leads there")
    join.add_argument("--rules", type=_number, default=0, metavar="VERSION", help="accept its rules, of this version")
    join.add_argument("--answer", action="append", default=[], metavar="TEXT", help="to a question; may be repeated")

    corner = some.add_parser("corner", parents=[common], help="read corners, or publish what stands on standard input")
    corner.add_argument("community", metavar="COMMUNITY")
    corner.add_argument("what", nargs="?", default="", metavar="post|@HANDLE", help="left out: who has a corner")
    corner.add_argument("number", nargs="?", type=_number, metavar="N", help="read this post of theirs")
    corner.add_argument("--title", default="", help="of the post; else its first line is")
    corner.add_argument(
        "--nonce", default="", help="a key of your own: sent again with the same one, it is published once"
    )
    corner.add_argument("--json", action="store_true", help="one JSON object per line")
    portrait = some.add_parser("portrait", parents=[common], help="print the portrait of a community, as a document")
    portrait.add_argument("community", metavar="COMMUNITY")
    portrait.add_argument("--html", action="store_true", help="as an HTML page; without it, as Markdown")
    portrait.add_argument("--version", dest="version_", type=_number, metavar="N", help="as it was in this version")
    portrait.add_argument(
        "--out", default="", metavar="FILE", help="write it to this file instead, for you alone to read"
    )
    portrait.add_argument("--force", action="store_true", help="replace the file where it is there already")

    sessions = some.add_parser("sessions", parents=[common], help="where you are signed in")
    sessions.add_argument("--json", action="store_true", help="one JSON object per line")

    _export(some.add_parser("export", parents=[common], help="write everything of yours, or a room, to a file"))

    reset = some.add_parser("reset", parents=[common], help="set a new password with the operator's link")
    reset.add_argument("link", nargs="?", default="", metavar="LINK", help="asked for when left out")

    some.add_parser("sign-out", parents=[common], help="end this session and forget its token")
    return whole


def _export(export: argparse.ArgumentParser) -> None:
    export.add_argument(
        "what",
        nargs="?",
        default="",
        metavar="FILE|COMMUNITY/ROOM",
        help="among-export-HANDLE-DATE.jsonl by default; - is stdout",
    )
    export.add_argument("--format", choices=FORMATS, default="", help="of a room: a page to read, or for programs")
    export.add_argument(
        "--out", default="", metavar="FILE", help="of a room: among-COMMUNITY-ROOM-DATE by default; - is stdout"
    )


def _search(search: argparse.ArgumentParser) -> None:
    search.add_argument("query", nargs="+", metavar="WORDS", help="in quotes; also 'from:ana in:garden/hall -not'")
    search.add_argument("--new", action="store_true", help="the newest first; without it, the best of the newest")
    search.add_argument("--limit", type=_number, default=20, metavar="N", help="so many at most (20)")
    search.add_argument("--json", action="store_true", help="one JSON object per line")


COMMANDS = (
    "chat",
    "send",
    "tail",
    "unread",
    "search",
    "join",
    "corner",
    "portrait",
    "sessions",
    "export",
    "reset",
    "sign-out",
)


def parse(argv: list[str]) -> argparse.Namespace:
    """What was given. Exits with code 2, as argparse does, when it is not understood."""
    # Not as defaults of the parser: a command's own parser would set them again over what stands before the command.
    defaults = argparse.Namespace(server="", handle="", password_file="", sign_up=False)
    whole = parser()
    given, more = whole.parse_known_args(with_command(argv), defaults)
    if given.command == "chat" and any(not word.startswith("-") for word in more):  # a room is one word
        meant = "".join(f" Did you mean {name}?" for name in difflib.get_close_matches(given.room, COMMANDS, 1))
        whole.error(f"there is no command {given.room!r}.{meant}")
    if more:
        whole.error(f"unrecognized arguments: {' '.join(more)}")
    return given


def with_command(argv: list[str]) -> list[str]:
    """`among garden/hall` is short for `among chat garden/hall`."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        if argv[at] in ("-h", "--help", "--version"):
            return argv
        if argv[at] == "--plain":  # the chat's own; all that follows is, too
            break
        at += 2 if argv[at] in VALUED else 1
    if at < len(argv) and argv[at] in COMMANDS:
        return argv
    return [*argv[:at], "chat", *argv[at:]]


def _seconds(given: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < (value := float(given)) < 1e6:
            return value
    raise argparse.ArgumentTypeError(f"seconds, more than 0, not {given!r}")


def _number(given: str) -> int:
    if not given.isdecimal() or not 0 < int(given) < 2**53:
        raise argparse.ArgumentTypeError(f"a number from 1 up, not {given!r}")
    return int(given)
