"""Drafts: a register of the account, so there is no entry and no nonce, but where one may write is judged in the
transaction all the same."""

import hashlib

from among_protocol.codes import FIELD_INVALID, LIMIT_REACHED, ROOM_GONE, Refuse
from among_protocol.drafts import DraftState

from ...limits import DRAFTS_PER_ACCOUNT
from ..api import Tx
from ..drafts import DraftRow
from .rooms import visible
from .threads import begins


def set_draft(tx: Tx, account: str, place: str, thread: int, text: str) -> DraftState:
    """One that is there may be cleared whatever became of its place."""
    before = tx.draft(account, place, thread)
    if not text:
        if before is None:
            _may_write(tx, account, place, thread)
        cleared(tx, account, place, thread)
        return DraftState(place=place, thread=thread, fingerprint="", at=tx.now)
    _may_write(tx, account, place, thread)
    if before is None and tx.drafts(account) >= DRAFTS_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account has at most {DRAFTS_PER_ACCOUNT} drafts.")
    row = DraftRow(place, thread, text, fingerprint(text), tx.now)
    tx.put_draft(account, row)
    return DraftState(place=place, thread=thread, fingerprint=row.fingerprint, at=row.at)


def cleared(tx: Tx, account: str, place: str, thread: int = 0) -> None:
    if tx.draft(account, place, thread) is not None:
        tx.put_draft(account, DraftRow(place, thread, "", "", tx.now))


def fingerprint(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _may_write(tx: Tx, account: str, place: str, thread: int) -> None:
    """In a room that this account may see, or in a thread there; or for a community that it is in."""
    community = tx.community(place)
    if community is None or community.id != place:
        room, _ = visible(tx, account, place, field="place")
        if thread:
            begins(tx, room, thread)
        return
    member = tx.membership(account, place)
    if member is None or member.left:
        raise Refuse(ROOM_GONE, field="place")
    if thread:
        raise Refuse(FIELD_INVALID, "A post is written in no thread.", field="thread")
