"""The kit's command line.

    python -m among_protocol.kit server ws://127.0.0.1:8080/v1
    python -m among_protocol.kit client -- COMMAND…

Exit code: 0 conform, 1 not, 2 could not test (one clear line says why). What is going on goes to stderr, the report to
stdout; with `--json -` or `--junit -` that alone is on stdout.
"""

import argparse
import asyncio
import importlib
import importlib.util
import io
import os
import shutil
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TextIO

from .. import plain_files
from .checks import CannotTest, Check, Checks, belongs
from .report import MARKS, Outcome, Painter, Report, as_json, as_junit, in_words
from .rules import PARTS, RULES, Side

ACCOUNTS_BYTES = 1 << 16  # of a file of accounts, at most: a few lines, in fact

CONFORM, NOT_CONFORM, COULD_NOT_TEST = 0, 1, 2


class Progress:
    """What people see while the kit works, on stderr: a line that changes, or, in a log, a line for each check."""

    def __init__(self, stream: TextIO) -> None:
        self.total = 0  # checks that there will be; 0: not known
        self._stream = stream
        self._paint = Painter(colour(stream))
        self._live = stream.isatty()
        self._done = self._failed = 0

    def tell(self, text: str) -> None:
        """What they should know because it takes long."""
        self.clear()
        print(text, file=self._stream, flush=True)

    def heard(self, one: Outcome) -> None:
        self._done += 1
        self._failed += one.verdict == "failed"
        mark = self._paint(one.verdict, MARKS[one.verdict])
        if not self._live:
            print(f"{mark} {one.rule}: {one.tries}", file=self._stream, flush=True)
            return
        of = f"/{self.total}" if self.total else ""
        failed = self._paint("failed", f"  {self._failed} failed") if self._failed else ""
        print(f"\r\033[K{mark} {self._done}{of} {one.rule}{failed}", end="", file=self._stream, flush=True)

    def clear(self) -> None:
        """Take the changing line away."""
        if self._live and self._done:
            print("\r\033[K", end="", file=self._stream, flush=True)


def colour(stream: TextIO) -> bool:
    """Whether somebody sees colours there, and has not asked for none (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m among_protocol.kit",
        description="Check a server or a client against the protocol, rule by rule.",
        epilog="Exit code: 0 conform, 1 not conform, 2 could not test.",
    )
    sides = top.add_subparsers(dest="side", required=True, metavar="server|client")
    server = sides.add_parser("server", help="check a server", description="Check a server, over WebSockets alone.")
    server.add_argument("url", nargs="?", metavar="URL", help="ws://HOST:PORT/v1, or an invite link")
    server.add_argument("--invite", default="", metavar="CODE", help="to sign up with; must let in twelve people")
    server.add_argument(
        "--accounts",
        type=Path,
        metavar="FILE",
        help="use these accounts and make none: four lines HANDLE PASSWORD; - reads them from stdin",
    )
    server.add_argument(
        "--patience", type=float, default=15.0, metavar="SECONDS", help="for a reply; %(default)g unless given"
    )
    client = sides.add_parser("client", help="check a client", description="Put a scripted server before a client.")
    client.add_argument(
        "--level",
        choices=("reader", "writer"),
        default="writer",
        help="whether it also says things; %(default)s unless given",
    )
    client.add_argument(
        "--patience",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="for whatever must come; %(default)g unless given",
    )
    for side in (server, client):
        side.add_argument("--only", nargs="+", default=[], metavar="ID", help="rules, or whole parts of them")
        side.add_argument("--list", action="store_true", help="list the rules and their checks, and test nothing")
        side.add_argument("--slow", action="store_true", help="also what takes minutes")
        side.add_argument("--json", metavar="FILE", help="write the report as JSON; - is stdout")
        side.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML; - is stdout")
        side.add_argument("--quiet", action="store_true", help="say nothing while working")
    client.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="starts the client")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    if importlib.util.find_spec("websockets") is None:
        return _no(f"the kit needs websockets: {sys.executable} -m pip install 'among-protocol[client]'")
    try:
        if given.list:
            _list(given.side, given.only)
            return CONFORM
        progress = Progress(io.StringIO() if given.quiet else sys.stderr)
        try:
            report = asyncio.run(_run(given, progress))
        finally:
            progress.clear()
        _write(report, given)
    except CannotTest as why:
        return _no(str(why))
    except OSError as error:
        return _no(f"the report cannot be written: {error}")
    except KeyboardInterrupt:
        return _no("stopped; nothing was found out")
    return CONFORM if report.conforms else NOT_CONFORM


def _no(why: str) -> int:
    print(f"among_protocol.kit: {why}", file=sys.stderr)
    return COULD_NOT_TEST


def _run(given: argparse.Namespace, progress: Progress) -> Coroutine[Any, Any, Report]:
    """The run that was asked for. Raises CannotTest."""
    if given.side == "server":
        return _run_server(given, progress)
    return _run_client(given, progress)


async def _run_server(given: argparse.Namespace, progress: Progress) -> Report:
    from . import server  # noqa: PLC0415  # needs websockets

    if not given.url and given.only and "://" in given.only[-1]:  # --only takes all words behind it
        given.url = given.only.pop()
    if not given.url:
        raise CannotTest("name the server: python -m among_protocol.kit server ws://HOST:PORT/v1")
    url, _, invite = given.url.partition("#invite=")
    progress.total = len(server.checks.chosen(given.only))
    return await server.run(
        url,
        only=given.only,
        slow=given.slow,
        invite=given.invite or invite,
        given=_accounts(given.accounts, len(server.PEOPLE)) if given.accounts else [],
        patience=given.patience,
        tell=progress.tell,
        heard=progress.heard,
    )


async def _run_client(given: argparse.Namespace, progress: Progress) -> Report:
    """The module of the other side has the same shape: `checks`, and `run` with what `server.run` takes, too."""
    client = _client()
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        raise CannotTest("name the client: python -m among_protocol.kit client -- COMMAND")
    progress.total = len(client.checks.chosen(given.only))
    report: Report = await client.run(
        command,
        only=given.only,
        slow=given.slow,
        level=given.level,
        patience=given.patience,
        tell=progress.tell,
        heard=progress.heard,
    )
    return report


def _client() -> Any:
    """The checks of a client. Raises CannotTest while there are none."""
    if importlib.util.find_spec("among_protocol.kit.client") is None:
        raise CannotTest("the checks of a client are not in this version yet")
    return importlib.import_module("among_protocol.kit.client")


def _accounts(path: Path, number: int) -> list[tuple[str, str]]:
    """Handles and passwords out of a file. Raises CannotTest."""
    try:
        if str(path) == "-":
            text = sys.stdin.read(ACCOUNTS_BYTES)
        else:
            text = plain_files.read(path, ACCOUNTS_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotTest(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    found = [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]
    if len(found) < number or any(len(one) != 2 for one in found):
        raise CannotTest(f"{path} must hold {number} lines, each a handle, a space and a password")
    return [(one[0], one[1]) for one in found]


def _list(side: Side, only: Sequence[str]) -> None:
    """Every rule of this side, with its checks. Raises CannotTest."""
    from . import server  # noqa: PLC0415  # needs websockets

    checks: Checks[Any] = server.checks if side == "server" else _client().checks
    found: list[Check[Any]] = checks.chosen(only)
    paint = Painter(colour(sys.stdout))
    for part in PARTS:
        rules = [rule for rule in RULES.values() if rule.of(side) and belongs(rule.id, part.id)]
        rules = [rule for rule in rules if not only or any(belongs(rule.id, word) for word in only)]
        if rules:
            print(paint("bold", part.title))
        for rule in rules:
            print(f"  {rule.id}: {rule.text}")
            if not rule.kit:
                print(paint("faint", f"      not asked: {rule.why}"))
            for check in found:
                if check.rule == rule.id:
                    slow = " (--slow)" if check.slow else ""
                    print(paint("faint", f"      {check.name}{slow}: {check.tries}"))


def _write(report: Report, given: argparse.Namespace) -> None:
    """The report where it was asked for; in words on stdout, unless something else goes there. Raises OSError."""
    taken = False
    for path, data in ((given.json, as_json(report)), (given.junit, as_junit(report))):
        if path == "-":
            taken = True
            sys.stdout.buffer.write(data)
        elif path:
            Path(path).write_bytes(data)
    stream = sys.stderr if taken else sys.stdout
    if not (taken and given.quiet):
        width = shutil.get_terminal_size().columns if stream.isatty() else 0
        print(in_words(report, colour=colour(stream), width=width), file=stream)


if __name__ == "__main__":
    sys.exit(main())
