"""How an account appears, and its status: a register, so there is no entry and no nonce, but standing is judged in the
transaction all the same. What others see of it is in store/status.py.
"""

from msgspec.structs import replace

from among_protocol.codes import COMMUNITY_GONE, FIELD_INVALID, INVISIBLE, Refuse

from ..api import Tx
from ..status import DAY_MS, Appear, Statuses, StatusRow, StatusWish, is_behind, is_due
from .standing import may_act


def set_status(tx: Tx, account: str, wish: StatusWish) -> Statuses:
    rows = tx.statuses(account)
    row = rows.get(wish.place, StatusRow(account, wish.place))
    if wish.place:
        community = tx.community(wish.place)
        member = None if community is None else tx.membership(account, community.id)
        if community is None or member is None or member.left or community.id != wish.place:
            raise Refuse(COMMUNITY_GONE, field="community")
        if wish.status is not None and wish.status[:2] != ("", ""):
            may_act(tx, member)
    for field, asked in (("appear", wish.appear), ("last_seen", wish.last_seen)):
        if asked == "inherit" and not wish.place:
            raise Refuse(FIELD_INVALID, "There is nothing to inherit from: name a community.", field=field)
    before, after = _appear(rows, row), _appear(rows, _chosen(row, wish))
    if wish.status is not None and before == after == "invisible":
        raise Refuse(INVISIBLE, field="status")
    now = _chosen(row, wish)
    if wish.status is not None:
        emoji, text, for_ms = wish.status
        until_ms = tx.now_ms + for_ms if for_ms and (emoji or text) else 0
        now = replace(now, emoji=emoji, text=text, until_ms=until_ms, kept="")
        if not wish.place:
            _keep_where_invisible(tx, rows)
    if bool(now.appear) != bool(row.appear) and wish.place:  # from here on it has a last day of its own, or none
        now = replace(now, day=rows[""].day if now.appear and "" in rows else 0)
    _put(tx, row, now)
    _tidy(tx, account)
    return tx.statuses(account)


def note_day(tx: Tx, account: str) -> Statuses:
    rows = tx.statuses(account)
    today = tx.now_ms // DAY_MS
    if is_due(rows, today):
        for row in {"": StatusRow(account), **rows}.values():
            if is_behind(row, today):
                tx.put_status(replace(row, day=today))
    return tx.statuses(account)


def _chosen(row: StatusRow, wish: StatusWish) -> StatusRow:
    """With what is to be changed of how one appears, and whether the last day is shown."""
    if wish.appear is not None:
        row = replace(row, appear="" if wish.appear == ("inherit" if row.place else "auto") else wish.appear)
    if wish.last_seen is not None:
        row = replace(row, last_seen="" if wish.last_seen == ("inherit" if row.place else "hidden") else wish.last_seen)
    return row


def _appear(rows: Statuses, row: StatusRow) -> Appear:
    everywhere = rows.get("") if row.place else None
    return row.appear or (everywhere.appear if everywhere is not None else "") or "auto"


def _keep_where_invisible(tx: Tx, rows: Statuses) -> None:
    """The status of everywhere is about to change: where the account is invisible, others go on seeing what they saw."""
    was = rows.get("", StatusRow(""))
    for place, row in rows.items():
        if place and row.appear == "invisible" and not row.kept:
            if row.speaks(tx.now_ms):
                tx.put_status(replace(row, kept="own"))
            else:
                words = {"emoji": was.emoji, "text": was.text, "until_ms": was.until_ms}
                tx.put_status(replace(row, **words, kept="copy"))


def _put(tx: Tx, before: StatusRow, now: StatusRow) -> None:
    if now != before:
        tx.put_status(now)


def _is_shown(rows: Statuses) -> bool:
    return any(row.last_seen == "shown" for row in rows.values())


def _tidy(tx: Tx, account: str) -> None:
    """Last days that nobody is shown are not kept, nor is what others were to go on seeing, once they see what is."""
    rows = tx.statuses(account)
    shown = _is_shown(rows)
    for row in rows.values():
        now = row if shown else replace(row, day=0)
        if row.kept and _appear(rows, row) != "invisible":
            now = replace(now, kept="") if row.kept == "own" else replace(now, emoji="", text="", until_ms=0, kept="")
        _put(tx, row, now)
