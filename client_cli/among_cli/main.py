"""`among`: reads the command line, does what it says, and turns whatever goes wrong into one line and an exit code.

Rules: nobody ever sees a traceback for something that can happen to them. What goes to standard error went through
`safe_text`. 0: done. 1: refused. 2: not understood. 3: not reachable, or not known whether it was done. 130: Ctrl-C.
"""

import argparse
import asyncio
import io
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from among_protocol import codes
from among_protocol.aio import Among, ClientError, Refuse, Stopped, Unreachable
from among_protocol.text import TextError

from . import address, arguments, corner_once, one_shot, search_once, settings
from .opening import Entry, NotSignedIn, chosen, opened, password_in
from .safe_text import safe_text
from .saved import Saved

OK, REFUSED, USAGE, UNSURE, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: list[str] | None = None) -> int:
    """The exit code."""
    given = arguments.parse(sys.argv[1:] if argv is None else argv)
    _bear_any_bytes()
    try:
        return _written(_run(given))
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # the shell's prompt begins a line of its own
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()  # whoever read has enough
        return OK
    except (Refuse, one_shot.NotThere, NotSignedIn, Stopped) as error:
        return _fail(error.message if isinstance(error, Refuse) else str(error), REFUSED)
    except (address.AddressError, settings.SettingsError, TextError) as error:
        return _fail(str(error), USAGE)
    except Unreachable as error:
        return _fail(f"cannot reach {given.where}{f' ({error})' if str(error) else ''}", UNSURE)
    except (TimeoutError, ClientError) as error:
        return _fail(f"no answer in time; it is not known whether this was done {error}".rstrip(), UNSURE)
    except EOFError:
        return _fail("not signed in", REFUSED)
    except OSError as error:
        _drop_output()
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error), REFUSED)
    except Exception as error:
        if os.environ.get("AMONG_DEBUG"):
            raise
        kind = type(error).__name__
        return _fail(
            f"a mistake in this program ({kind}: {error}); AMONG_DEBUG=1 shows where. Please report it", UNSURE
        )


def _bear_any_bytes() -> None:
    """What is read may be no text, and is then refused in one sentence; what is written may be more than an old terminal has."""
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _written(code: int) -> int:
    """The exit code, once all is written: at its end Python writes what is left, and nobody can tell any more what went wrong."""
    if sys.stdout is not None:
        sys.stdout.flush()
    return code


def _drop_output() -> None:
    """What standard output does not take is given up, or Python would complain once more at its end."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(given: argparse.Namespace) -> int:
    settled = settings.read(os.environ)
    if given.command == "chat" and address.is_link(given.room):
        given.server, given.room = given.room, ""
    if given.command == "join" and address.is_link(given.community):
        given.server = given.community
    if given.command == "reset" and given.link:
        given.server = given.link
    server = address.parse(given.server or settled.server)
    given.where = address.shown(server.server)
    given.invite = server.invite if server.community else ""
    if given.command == "chat" and server.community:
        given.room = server.community
    if given.command == "join" and address.is_link(given.community):
        given.community = server.community
    if given.command == "chat" and server.place:
        given.room = server.place
    saved = Saved.of(os.environ)
    if given.sign_up and not (given.handle and given.password_file):
        return _fail("--sign-up needs --handle and --password-file", USAGE)

    def entry() -> Entry:
        return chosen(server, given.handle, given.password_file, sign_up=given.sign_up, environ=os.environ, saved=saved)

    match given.command:
        case "chat":
            return _chat(given, server, entry, saved, settled.alert)
        case "reset":
            return _reset(given, server, saved)
        case "sign-out":
            return _sign_out(entry(), saved)
        case _:
            within = given.wait if given.command == "send" else None
            return _signed_in(entry, saved, _one_shot(given), again=bool(given.password_file), within=within)


def _text(words: str) -> str:
    """What was given, from the command line or standard input. Raises TextError: it is no text."""
    if any("\ud800" <= char <= "\udfff" for char in words):  # what Python makes of such bytes
        raise TextError("this is no UTF-8, and so no text")
    return words


def _signed_in(
    entry: Callable[[], Entry],
    saved: Saved,
    work: Callable[[Among], Awaitable[None]],
    *,
    again: bool,
    within: float | None,
) -> int:
    """`again`: there is a password for when the saved token is void, and by then forgotten. `within`: seconds for all of it;
    None: the connection has its usual time, and the rest all that it takes."""
    until = None if within is None else time.monotonic() + within
    try:
        return asyncio.run(_once(entry(), saved, work, until))
    except Refuse as refused:
        if refused.code != codes.TOKEN_INVALID or not again:
            raise
    return asyncio.run(_once(entry(), saved, work, until))


def _one_shot(given: argparse.Namespace) -> Callable[[Among], Awaitable[None]]:
    match given.command:
        case "send":
            words = _text(sys.stdin.read() if given.text == ["-"] else " ".join(given.text))
            return lambda among: one_shot.send(
                among, given.room, words.strip("\n"), nonce=given.nonce, as_json=given.json
            )
        case "tail":
            return lambda among: one_shot.tail(
                among, given.room, start=given.start, count=given.count, as_json=given.json
            )
        case "unread":
            return lambda among: one_shot.unread(among, as_json=given.json)
        case "search":
            query = _text(" ".join(given.query))
            return lambda among: search_once.search(
                among, query, newest=given.new, limit=given.limit, as_json=given.json
            )
        case "corner":
            words = _text(sys.stdin.read()) if given.what == "post" else ""
            options = {"title": given.title, "nonce": given.nonce, "json": given.json, "words": words}
            return lambda among: corner_once.corner(among, given.community, given.what, given.number, options)
        case "portrait":
            return lambda among: one_shot.portrait(
                among, given.community, html=given.html, version=given.version_, out=given.out, force=given.force
            )
        case "export" if given.format or given.out:
            if not given.what:
                raise one_shot.NotThere("name the room: `among export COMMUNITY/ROOM --format html`")
            return lambda among: one_shot.export_room(among, given.what, form=given.format, out=given.out)
        case "export":
            if given.what.startswith("@") or ("/" in given.what and not Path(given.what).expanduser().parent.is_dir()):
                raise one_shot.NotThere(f"a room is taken along in a form: `among export {given.what} --format html`")
            return lambda among: one_shot.export(among, given.what)
        case "sessions":
            return lambda among: one_shot.sessions(among, as_json=given.json)
        case _:
            return lambda among: one_shot.join(
                among, given.community, rules=given.rules, answers=given.answer, invite=given.invite
            )


async def _once(
    entry: Entry, saved: Saved, work: Callable[[Among], Awaitable[None]], until: float | None = None
) -> int:
    """`until`: when it is given up, by the loop's clock. Raises TimeoutError (then it is not known whether it is done)."""
    within = None if until is None else max(0.0, until - asyncio.get_running_loop().time())
    async with opened(entry, saved, within=within) as among, asyncio.timeout_at(until):
        await work(among)
    return OK


def _chat(
    given: argparse.Namespace, server: address.Address, entry: Callable[[], Entry], saved: Saved, alert: settings.Alert
) -> int:
    from .asking import ask_reset, ask_who  # noqa: PLC0415  # only who chats pays for what draws the screen: a tenth of a second
    from .chat import chat  # noqa: PLC0415  # only who chats pays for what draws the screen

    if server.reset:
        account = ask_reset(server, saved)
        server = server._replace(reset="")
        given.handle = account.handle
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    plain = given.plain or not terminal or os.environ.get("TERM") == "dumb"
    for last_try in (False, True):
        try:
            chosen_entry = entry()
        except NotSignedIn:
            if not sys.stdin.isatty():
                raise
            account = ask_who(server, given.handle, saved)
            chosen_entry = Entry(server.server, token=account.token, saved=account)
        try:
            return asyncio.run(chat(chosen_entry, saved, given.room, given.invite, plain=plain, alert=alert))
        except Refuse as refused:
            if refused.code != codes.TOKEN_INVALID or not chosen_entry.saved or last_try:
                raise
            saved.forget(chosen_entry.saved)
            print("You were signed out here. Sign in again.")
    raise AssertionError("the second try returns or raises")


def _reset(given: argparse.Namespace, server: address.Address, saved: Saved) -> int:
    """Set a password with the operator's code; a file with the new one in it takes the place of the questions."""
    from .asking import ask_reset  # noqa: PLC0415  # what asks questions is needed here and on the first start alone

    password = password_in(given.password_file) if given.password_file else ""
    ask_reset(server, saved, password)
    return OK


def _sign_out(entry: Entry, saved: Saved) -> int:
    """End the session on the server; the token goes from this machine in any case."""
    try:
        return asyncio.run(_once(entry, saved, one_shot.sign_out))
    except Unreachable:
        return _fail(
            "the server could not be reached: the token is gone from here, the session there is not ended", UNSURE
        )
    finally:
        if entry.saved:
            saved.forget(entry.saved)


def _fail(sentence: str, code: int) -> int:
    print(f"among: {safe_text(sentence)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
