"""`among-server accounts`, `disable`, `enable`, `reset`: what only an operator can do with an account.

A link to set a password is shown once and kept as its SHA-256 alone. What members chose is printed through `safe_text`.
None of these makes a store where there is none: a mistyped folder is a mistake, not a new server.
"""

import datetime as dt
import hashlib
import json
import secrets
import sys
import time

import msgspec

from among_protocol.safe_text import safe_text

from ..app import has_data
from ..config import Config
from ..store.api import StoreError
from ..store.own import AccountState
from .control import PAGE, AddReset, Answer, Disable, EraseAccount, ListAccounts, Request, ask

MOST_HOURS = 8_760  # a year


def reset(config: Config, handle: str, *, hours: int) -> int:
    """Print a link that sets a new password. Exit code: 0, 1 when it could not be made, 2 for wrong use."""
    if not 1 <= hours <= MOST_HOURS:
        return _fail(f"--hours is from 1 to {MOST_HOURS:,}", 2)
    code = secrets.token_urlsafe(24)
    expires = int((time.time() + hours * 3_600) * 1000)
    secret = hashlib.sha256(code.encode()).digest()
    answer = _asked(config, AddReset(handle=_folded(handle), secret=secret, expires_ms=expires))
    if answer is None:
        return 1
    until = dt.datetime.fromtimestamp(expires / 1000, dt.UTC)
    print(
        f"Hand this to {safe_text(_folded(handle))} in person or over a channel you trust. It works once, until"
        f" {until:%Y-%m-%d %H:%M} UTC,\nsets a new password and ends all sessions: among --server LINK",
        file=sys.stderr,
    )
    print(f"{config.url or answer.url or config.members_url()}#reset={code}")
    return 0


def disable(config: Config, handle: str, *, disabled: bool) -> int:
    """Nobody signs in as this account from now on, or one may again. Exit code: 0, or 1 when it could not be done."""
    if _asked(config, Disable(handle=_folded(handle), disabled=disabled)) is None:
        return 1
    name = safe_text(_folded(handle))
    undo = f"Undo it: among-server enable {name}"
    print(
        f"{name} is disabled: signed out everywhere, and refused. {undo}" if disabled else f"{name} is enabled again."
    )
    return 0


def erase(config: Config, handle: str, *, words: bool, sure: bool) -> int:
    """The account goes for good, with its name everywhere. Exit code: 0, 1 when it could not be done or was not meant."""
    name = safe_text(_folded(handle))
    what = "and all that it wrote goes" if words else "what it wrote stays, under nobody's name"
    if not sure:
        print(f"This erases {name} for good: {what}. Nobody can undo it.", file=sys.stderr)
        if not sys.stdin.isatty():
            return _fail("say --yes where nobody can be asked", 1)
        print("Type the handle once more: ", end="", file=sys.stderr, flush=True)
        if _folded(sys.stdin.readline()) != _folded(handle):
            return _fail("that is another one: nothing was erased", 1)
    if _asked(config, EraseAccount(handle=_folded(handle), keep="erase" if words else "words")) is None:
        return 1
    print(
        f"{name} is erased: {what}. What is long goes while the server runs; `among-server doctor` tells how far it is.\n"
        "Backups from before still hold it; a restore erases it again. Remove them when their time is over."
    )
    return 0


def list_accounts(config: Config, *, as_json: bool) -> int:
    """Print every account, by handle. Exit code: 0, or 1 when they could not be read."""
    after = ""
    while True:
        answer = _asked(config, ListAccounts(after=after))
        if answer is None:
            return 1
        for state in answer.accounts:
            print(_json(state) if as_json else _line(state))
        if len(answer.accounts) < PAGE:
            return 0
        after = answer.accounts[-1].handle


def _line(state: AccountState) -> str:
    what = ", ".join(filter(None, ["owner" if state.owner else "", "disabled" if state.disabled else ""]))
    seen = (
        dt.datetime.fromtimestamp(state.seen_ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M") if state.seen_ms else "never"
    )
    opened = safe_text(state.opened[:10])
    return f"{safe_text(state.handle):<32}  opened {opened}  seen {seen:<16}  {what}".rstrip()


def _json(state: AccountState) -> str:
    seen = (
        dt.datetime.fromtimestamp(state.seen_ms / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if state.seen_ms
        else None
    )
    fields = msgspec.to_builtins(state)
    del fields["seen_ms"]
    return json.dumps({**fields, "seen": seen})


def _folded(handle: str) -> str:
    return handle.strip().removeprefix("@").lower()


def _asked(config: Config, request: Request) -> Answer | None:
    """The answer; None when there is none, which has been told."""
    try:
        if not has_data(config):
            raise StoreError(f"There is no server's data in {config.data}: name its folder with --data.")
        answer = ask(config, request)
    except (StoreError, OSError) as error:
        _fail(str(error), 1)
        return None
    if not answer.ok:
        _fail(answer.message, 1)
        return None
    return answer


def _fail(sentence: str, code: int) -> int:
    print(f"among-server: {safe_text(sentence)}", file=sys.stderr)
    return code
