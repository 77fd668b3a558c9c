"""The first start: asks who one is, signs up or in, and saves the token. Plain questions on the terminal.

Rules: a password is never shown, and never asked for again when only something else was wrong. What the server says
is shown through `safe_text`.
"""

import asyncio
import getpass

from among_protocol import codes, text
from among_protocol.codes import ErrorCode, Refuse

from . import address
from .opening import Entry, opened
from .safe_text import safe_text
from .saved import Account, Saved

TRIES = 5  # of one kind of answer
_WANTED = "?"  # in place of an invite that must be asked for
_HANDLE_WRONG = {codes.HANDLE_TAKEN.code, codes.HANDLE_LOOKALIKE.code, codes.HANDLE_RESERVED.code}
_INVITE_WRONG = {codes.SIGN_UP_CLOSED.code, codes.INVITE_INVALID.code}


def ask_who(server: address.Address, handle: str, saved: Saved) -> Account:
    """Ask, until the server takes it. Raises Refuse when it won't, EOFError when the user gives up."""
    print(f"Welcome to Among at {safe_text(address.shown(server.server))}.")
    if handle:
        print(f"You are not signed in as {safe_text(handle)} on this machine.")
    new = not _yes("Do you have an account there?")
    entry = Entry(server.server, handle=handle, sign_up=new, invite=server.invite)
    for _ in range(TRIES):
        entry = _completed(entry)
        try:
            return asyncio.run(_sign_in(entry, saved))
        except Refuse as refused:
            if server.community and entry.invite == server.invite and refused.code == codes.INVITE_INVALID:
                entry = entry._replace(invite="")  # it may be for the community alone
                continue
            print(safe_text(refused.message))
            entry = _without_what_was_wrong(entry, refused)
    raise EOFError


def ask_reset(server: address.Address, saved: Saved, password: str = "") -> Account:
    """Set a password with the operator's code, and sign in. Asks for what is missing, and again for what was wrong.

    Raises Refuse when the server won't, EOFError when the user gives up, AddressError for a link that is none."""
    if not server.reset:
        server = address.parse(input("The link that the operator gave you: "))
        if not server.reset:
            raise address.AddressError("a link to set a password ends in #reset= and a code")
    asked = not password
    if asked:
        print(f"A new password for your account at {safe_text(address.shown(server.server))}. It ends all sessions.")
    for _ in range(TRIES):
        entry = Entry(server.server, password=password or _new_password(), reset=server.reset)
        try:
            account = asyncio.run(_sign_in(entry, saved))
        except Refuse as refused:
            if not asked or refused.field != "password":
                raise
            print(safe_text(refused.message))
        else:
            print(
                f"Your password is set, and you are signed in as {safe_text(account.handle)}. Everywhere else you are"
            )
            print("signed out. The link is used up.")
            return account
    raise EOFError


async def _sign_in(entry: Entry, saved: Saved) -> Account:
    async with opened(entry, saved) as among:
        return Account(entry.server, among.account.handle, among.token)


def _completed(entry: Entry) -> Entry:
    """Ask for what is missing."""
    if entry.sign_up and entry.invite == _WANTED:
        entry = entry._replace(invite=_code(input("Invite (code or link): ")))
    if not entry.handle:
        entry = entry._replace(handle=_handle())
    if entry.sign_up and entry.name is None:
        entry = entry._replace(name=_name(entry.handle))
    if not entry.password:
        entry = entry._replace(password=_new_password() if entry.sign_up else getpass.getpass("Password: "))
    return entry


def _without_what_was_wrong(entry: Entry, refused: Refuse) -> Entry:
    """The entry without what must be asked for again. Raises Refuse again when asking won't help."""
    code: ErrorCode = refused.code
    if code.code in _INVITE_WRONG:
        return entry._replace(invite=_WANTED)
    if code.code in _HANDLE_WRONG or refused.field == "handle":
        return entry._replace(handle="", name=None)
    if code == codes.BAD_CREDENTIALS:
        return entry._replace(handle="", password="")
    if refused.field == "password":
        return entry._replace(password="")
    if refused.field == "display_name":
        return entry._replace(name=None)
    raise refused


def _yes(question: str) -> bool:
    while True:
        answer = input(f"{question} [y/n] ").strip().lower()
        if answer in ("y", "yes", "n", "no"):
            return answer.startswith("y")
        print("Type y for yes, or n for no.")


def _handle() -> str:
    while True:
        try:
            return text.handle(input("Handle (what others call you): ").strip().removeprefix("@"))
        except text.TextError as error:
            print(f"A handle has {error}.")


def _name(handle: str) -> str:
    while True:
        try:
            return text.line(input(f"Name to show beside it [{handle}]: ") or handle, longest=64)
        except text.TextError as error:
            print(f"A name {error}.")


def _new_password() -> str:
    while True:
        password = getpass.getpass("Password: ")
        if password and password == getpass.getpass("Once more: "):
            return password
        print("These were not the same." if password else "An account needs one.")


def _code(given: str) -> str:
    """The code of an invite, given alone or as a link."""
    try:
        return address.parse(given).invite or given.strip()
    except address.AddressError:
        return given.strip()
