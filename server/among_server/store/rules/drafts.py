"""Drafts: a register of the account, so there is no entry and no nonce, but where one may write is judged in the
transaction all the same."""

import hashlib

from among_protocol.codes import LIMIT_REACHED, ROOM_GONE, Refuse
from among_protocol.drafts import DraftState

from ...limits import DRAFTS_PER_ACCOUNT
from ..api import Tx
from ..drafts import DraftRow
from .rooms import visible


def set_draft(tx: Tx, account: str, place: str, text: str) -> DraftState:
    """One that is there may be cleared whatever became of its place."""
    before = tx.draft(account, place)
    if not text:
        if before is None:
            _may_write(tx, account, place)
        cleared(tx, account, place)
        return DraftState(place=place, fingerprint="", at=tx.now)
    _may_write(tx, account, place)
    if before is None and tx.drafts(account) >= DRAFTS_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account has at most {DRAFTS_PER_ACCOUNT} drafts.")
    row = DraftRow(place, text, fingerprint(text), tx.now)
    tx.put_draft(account, row)
    return DraftState(place=place, fingerprint=row.fingerprint, at=row.at)


def cleared(tx: Tx, account: str, place: str) -> None:
    if tx.draft(account, place) is not None:
        tx.put_draft(account, DraftRow(place, "", "", tx.now))


def fingerprint(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _may_write(tx: Tx, account: str, place: str) -> None:
    """A room that this account may see, or a community that it is in."""
    community = tx.community(place)
    if community is not None and community.id == place:
        member = tx.membership(account, place)
        if member is None or member.left:
            raise Refuse(ROOM_GONE, field="place")
    else:
        visible(tx, account, place, field="place")
