"""Sessions and passwords: who comes in, and what ends. Everything that ends a credential goes through `Tx.revoke`."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from among_protocol.codes import (
    ACCOUNT_DISABLED,
    ACCOUNT_GONE,
    BAD_CREDENTIALS,
    RESET_INVALID,
    SIGN_IN_REQUIRED,
    Refuse,
)

from ...limits import SESSIONS_PER_ACCOUNT
from ..api import Tx
from ..own import Ended, Entered, ResetRow, SessionRow
from ..rows import AccountRow
from .erasing import spared

SEEN_EVERY = 3_600_000  # ms between two signs of life of a session that are written


def enter(tx: Tx, account: str, secret: bytes, device: str, password: str, keep: AbstractSet[str]) -> Entered:
    """Signed in with a password that was checked a moment ago: is it still the one?

    Nobody is kept out by how many devices they have: the oldest makes room for the newest, unless it is connected (`keep`),
    for somebody who is there is not shown out."""
    row = tx.account(account)
    if row is None or (password and tx.password(account) != password):
        raise Refuse(BAD_CREDENTIALS)
    if row.disabled:
        raise Refuse(ACCOUNT_DISABLED)
    others = [row.id for row in tx.sessions(account)]
    surplus = max(0, len(others) + 1 - SESSIONS_PER_ACCOUNT)
    fallen = [id for id in others if id not in keep][:surplus]
    if fallen:
        tx.revoke(account, fallen)
    return Entered(fallen, _open(tx, account, secret, device), spared(tx, account))


def end(tx: Tx, account: str, *, only: str = "", but: str = "") -> Ended:
    ids = [row.id for row in tx.sessions(account) if row.id != but and only in ("", row.id)]
    if ids:
        tx.revoke(account, ids)
    return Ended(ids)


def see(tx: Tx, ids: Sequence[str]) -> None:
    for id in ids:
        row = tx.session_row(id)
        if row is not None and tx.now_ms - row.seen_ms >= SEEN_EVERY:
            tx.see_session(id)


def change_password(tx: Tx, account: str, session: str, old: str, new: str) -> Ended:
    mine = [row.id for row in tx.sessions(account)]
    if session not in mine:  # it was ended while the new password was hashed
        raise Refuse(SIGN_IN_REQUIRED)
    if tx.password(account) != old:
        raise Refuse(BAD_CREDENTIALS, "The old password is not right.", field="old")
    others = [id for id in mine if id != session]
    tx.revoke(account, others, password=new)
    return Ended(others)


def add_reset(tx: Tx, handle: str, secret: bytes, expires_ms: int) -> None:
    tx.put_reset(secret, ResetRow(_by_handle(tx, handle).id, expires_ms))


def use_reset(tx: Tx, secret: bytes, password: str, token: bytes, device: str) -> Entered:
    row = tx.reset(secret)
    account = None if row is None or row.expires_ms <= tx.now_ms else tx.account(row.account)
    if account is None:
        raise Refuse(RESET_INVALID, field="code")
    if account.disabled:
        raise Refuse(ACCOUNT_DISABLED)
    ended = [row.id for row in tx.sessions(account.id)]
    tx.revoke(account.id, ended, password=password)
    return Entered(ended, _open(tx, account.id, token, device), spared(tx, account.id))


def disable(tx: Tx, handle: str, disabled: bool) -> Ended:
    account = _by_handle(tx, handle)
    if account.disabled != disabled:
        tx.disable(account.id, disabled)
    return Ended([row.id for row in tx.sessions(account.id)] if disabled else [])


def _open(tx: Tx, account: str, secret: bytes, device: str) -> SessionRow:
    row = SessionRow(tx.new_id("s"), account, device, tx.now, tx.now_ms)
    tx.add_session(row, secret)
    return row


def _by_handle(tx: Tx, handle: str) -> AccountRow:
    row = tx.account_by_handle(handle)
    if row is None:
        raise Refuse(ACCOUNT_GONE, field="handle")
    return row
