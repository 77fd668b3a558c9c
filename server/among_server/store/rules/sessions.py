"""Signed-in devices of an account: as many as there may be, and no one is kept out. The oldest makes room for the newest,
unless it is connected: somebody who is there is not shown out."""

from collections.abc import Set as AbstractSet

from ...limits import SESSIONS_PER_ACCOUNT
from ..api import OpenedSession, SessionRow, Tx


def open_session(tx: Tx, account: str, secret: bytes, device: str, keep: AbstractSet[str]) -> OpenedSession:
    """`keep`: ids of sessions that are connected."""
    others = tx.session_ids(account)
    surplus = max(0, len(others) + 1 - SESSIONS_PER_ACCOUNT)
    fallen = [id for id in others if id not in keep][:surplus]
    for id in fallen:
        tx.remove_session(id)
    row = SessionRow(tx.new_id("s"), account, device)
    tx.add_session(row, secret)
    return OpenedSession(row, fallen)
