"""Bookmarks: a register of the account, so there is no entry and no nonce, but what one may see is judged in the transaction
all the same. One that is there may be taken away whatever became of its message."""

from among_protocol.bookmarks import Bookmarked
from among_protocol.codes import BOOKMARK_GONE, LIMIT_REACHED, MESSAGE_GONE, Refuse

from ...limits import BOOKMARKS_PER_ACCOUNT
from ..api import Tx
from ..bookmarks import BookmarkRow
from .rooms import visible


def set_bookmark(tx: Tx, account: str, room_id: str, seq: int, note: str) -> tuple[BookmarkRow, Bookmarked]:
    room, _ = visible(tx, account, room_id)
    if tx.message(room.id, seq) is None:
        raise Refuse(MESSAGE_GONE, field="message")
    before = tx.bookmark(account, room.id, seq)
    if before is None and tx.bookmarked(account).count >= BOOKMARKS_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account has at most {BOOKMARKS_PER_ACCOUNT} bookmarks.")
    number = tx.next_bookmark(account) if before is None else before.number
    row = BookmarkRow(room.id, seq, number, tx.now, note)
    tx.put_bookmark(account, row)
    return row, tx.bookmarked(account)


def remove_bookmark(tx: Tx, account: str, room: str, seq: int) -> Bookmarked:
    if tx.bookmark(account, room, seq) is None:
        raise Refuse(BOOKMARK_GONE, field="message")
    tx.remove_bookmark(account, room, seq)
    return tx.bookmarked(account)
