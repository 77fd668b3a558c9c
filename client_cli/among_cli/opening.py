"""Signing in with what was given or saved, and the connection that comes of it.

Rules: what was said explicitly goes first: a password file, then AMONG_TOKEN, then what is saved; whoever gives a
handle means that account. A token that was got is saved, never shown; one that the server no longer takes is forgotten.
"""

import errno
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from among_protocol import codes, text
from among_protocol.aio import Among, Down, Refuse, Unreachable, connect

from . import address
from .safe_text import safe_text
from .saved import Account, Saved

DEVICE = "terminal"  # name of the session, as its owner sees it
WITHIN = 10.0  # seconds for the first connection, where nothing else is said
PASSWORD_BYTES = 4_096  # of a file with a password, at most


class NotSignedIn(Exception):
    """There is nothing to sign in with; the sentence says what to do."""


class Entry(NamedTuple):
    """What one signs in with."""

    server: str
    token: str = ""
    handle: str = ""
    password: str = ""
    sign_up: bool = False
    name: str | None = None
    invite: str = ""
    reset: str = ""  # a code to set the password with
    saved: Account | None = None  # whose token it is, when it was a saved one


def chosen(
    server: address.Address,
    handle: str,
    password_file: str,
    *,
    sign_up: bool,
    environ: Mapping[str, str],
    saved: Saved,
) -> Entry:
    """What to sign in with, as given or saved. Raises NotSignedIn, OSError (the password file), TextError."""
    handle = text.handle(handle) if handle else ""
    account = saved.get(server.server, handle)
    if handle and password_file and (sign_up or account is None):
        password = password_in(password_file)
        return Entry(server.server, handle=handle, password=password, sign_up=sign_up, invite=server.invite)
    if not handle and (token := environ.get("AMONG_TOKEN", "").strip()):
        return Entry(server.server, token=token)
    if account is None:
        who = f"as {handle} " if handle else ""
        raise NotSignedIn(
            f"you are not signed in {who}to {address.shown(server.server)}: run `among` in a terminal once,"
            " set AMONG_TOKEN, or give --handle and --password-file"
        )
    return Entry(server.server, token=account.token, saved=account)


def password_in(file: str) -> str:
    """Of a pipe too, as a shell makes of `<(pass among)`. Raises OSError also for what holds no password but may never end."""
    with Path(file).open("rb") as source:
        content = source.read(PASSWORD_BYTES + 1)
    if len(content) > PASSWORD_BYTES:
        raise OSError(errno.EFBIG, f"it holds more than {PASSWORD_BYTES} bytes, so no password", file)
    try:
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise OSError(errno.EILSEQ, "it is not UTF-8", file) from None


@asynccontextmanager
async def opened(entry: Entry, saved: Saved, *, within: float | None = None) -> AsyncIterator[Among]:
    """The connection, signed in; `within`: seconds. Raises Refuse, Unreachable (with the reason, as far as known), Stopped."""
    among = connect(
        entry.server,
        token=entry.token,
        handle=entry.handle,
        password=entry.password,
        sign_up=entry.sign_up,
        display_name=entry.name,
        invite=entry.invite or None,
        reset=entry.reset,
        device=DEVICE,
        open_within=WITHIN if within is None else within,
    )
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(among)
        except Refuse as refused:
            if entry.saved and refused.code == codes.TOKEN_INVALID:
                saved.forget(entry.saved)
            raise
        except Unreachable:
            reasons = [event.reason async for event in among if isinstance(event, Down)]
            raise Unreachable(next(filter(None, reversed(reasons)), "")) from None
        _save(entry, among, saved)
        yield among


def _save(entry: Entry, among: Among, saved: Saved) -> None:
    try:
        if entry.handle or entry.reset:
            saved.keep(Account(entry.server, among.account.handle, among.token))
        elif entry.saved:
            saved.choose(entry.saved)
    except OSError as error:
        print(
            f"among: the token could not be saved, so you will be asked again: {safe_text(str(error))}", file=sys.stderr
        )
