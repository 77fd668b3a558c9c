"""The operator's way into a running server, through the socket that running.py finds.

The store has one writer, so a command of the operator that writes goes through the server where one runs, and opens the
store itself where none does.
"""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from among_protocol.codes import CloseCode, Refuse

from ..app import App, store_of
from ..config import Config
from ..store.api import Store, StoreError
from ..store.files import hand_over
from ..store.own import AccountState
from . import running
from .settings import WRITTEN, shortest

log = structlog.get_logger()

PATIENCE = 10.0  # seconds
PAGE = 500  # accounts in one answer


class AddInvite(msgspec.Struct, tag_field="do", tag="invite"):
    secret: bytes  # SHA-256 of the code
    uses: int
    expires_ms: int  # Unix time
    owner: bool = False  # whoever uses it owns the server


class AddReset(msgspec.Struct, tag_field="do", tag="reset"):
    handle: str
    secret: bytes  # SHA-256 of the code
    expires_ms: int  # Unix time


class Disable(msgspec.Struct, tag_field="do", tag="disable"):
    handle: str
    disabled: bool  # False: enable


class EraseAccount(msgspec.Struct, tag_field="do", tag="erase"):
    handle: str
    keep: Literal["words", "erase"] = "words"


class ListAccounts(msgspec.Struct, tag_field="do", tag="accounts"):
    after: str = ""  # the last handle of the page before


class Where(msgspec.Struct, tag_field="do", tag=running.WHERE):
    """Where does it listen?"""


Request = AddInvite | AddReset | Disable | EraseAccount | ListAccounts | Where


class Answer(msgspec.Struct, omit_defaults=True):
    ok: bool
    message: str = ""
    url: str = ""  # of the running server, for its members; for Where: as this machine reaches it
    accounts: list[AccountState] = []


async def carry_out(store: Store, request: Request, app: App | None) -> Answer:
    """The one place where an operator's request becomes a change. `app`: the server that runs on this store, if any."""
    try:
        match request:
            case AddInvite():
                await store.add_invite(
                    request.secret, owner=request.owner, uses=request.uses, expires_ms=request.expires_ms
                )
                if request.owner:
                    log.info("owner.link_offered")
            case AddReset():
                await store.add_reset(request.handle, request.secret, request.expires_ms)
                log.info("password.reset_offered", handle=request.handle)
            case Disable():
                ended = await store.disable(request.handle, disabled=request.disabled)
                if request.disabled:
                    log.info("account.disabled", handle=request.handle)
                else:
                    log.info("account.enabled", handle=request.handle)
                if app is not None and request.disabled:
                    app.services.sessions.end(ended, CloseCode.DISABLED, "the operator has disabled this account")
            case EraseAccount():
                begun = await store.erase_by_force(request.handle, request.keep)
                log.info("account.erased", account=begun.account, keep=request.keep, by="operator")
                if app is not None:
                    app.services.sessions.end(begun, CloseCode.SIGNED_OUT, "the account was erased")
                    app.services.erasing.begun(begun.account)
            case ListAccounts():
                return Answer(ok=True, accounts=await store.account_states(request.after, PAGE))
            case Where():
                return Answer(ok=True, url=app.url if app is not None else "")
    except Refuse as refused:
        return Answer(ok=False, message=refused.message)
    return Answer(ok=True, url=(app.config.url or app.url) if app is not None else "")


async def listen(app: App, data: Path) -> asyncio.Server:
    """Serve requests until closed. Raises OSError when something else has the socket's name."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.LimitOverrunError, ValueError):
            line = await reader.readline()
            try:
                answer = await carry_out(app.store, msgspec.json.decode(line, type=Request), app)
            except msgspec.DecodeError as error:
                answer = Answer(ok=False, message=f"this server does not know the request: {error}")
            writer.write(msgspec.json.encode(answer) + b"\n")
            await writer.drain()
        writer.close()

    path = shortest(data) / running.SOCKET
    path.unlink(missing_ok=True)  # of a server that was killed; a live one holds the lock of the data folder
    mask = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(serve, path)
    finally:
        os.umask(mask)


def end(server: asyncio.Server, data: Path) -> None:
    """Take no more requests. The lock must still be ours: else the socket may be another server's."""
    server.close()
    with contextlib.suppress(OSError):
        (shortest(data) / running.SOCKET).unlink(missing_ok=True)


def ask(config: Config, request: Request) -> Answer:
    """Have it carried out, by the running server or without one. Raises StoreError, OSError."""
    return _ask_server(Path(config.data), request) or asyncio.run(_alone(config, request))


async def _alone(config: Config, request: Request) -> Answer:
    store = store_of(config)
    await store.open()
    try:
        return await carry_out(store, request, None)
    finally:
        await store.close()
        data = Path(config.data)
        hand_over(data, *(data / name for name in WRITTEN))  # the index of the search may have been made anew, by root


def _ask_server(data: Path, request: Request) -> Answer | None:
    """Have the running server carry it out; None when none runs on this data."""
    link = running.connected(data, PATIENCE)
    if link is None:
        return None
    with link:
        try:
            return msgspec.json.decode(running.asked(link, msgspec.json.encode(request)), type=Answer)
        except (OSError, msgspec.DecodeError):  # it hangs, was killed, or is of another version
            raise StoreError(
                "The running server gave no answer: it is not known whether this was done. See its log."
            ) from None
