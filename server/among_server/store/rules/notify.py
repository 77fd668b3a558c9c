"""What is worth a bell, and when one is not to be disturbed: registers, so there is no entry and no nonce. What can be
chosen for a place is judged in the transaction all the same."""

from among_protocol.codes import FIELD_INVALID, LIMIT_REACHED, ROOM_GONE, Refuse
from among_protocol.dnd import Dnd, zone_of
from among_protocol.notify import NotifyChoice

from ...limits import NOTIFY_CHOICES, NOTIFY_WORDS
from ..api import Tx
from ..moments import moment
from ..notify import NotifyRow
from .rooms import visible


def set_notify(tx: Tx, account: str, place: str, word: str, level: str, for_ms: int) -> NotifyChoice:
    """What is there may be taken back whatever became of its place. What is over goes, whenever something is chosen."""
    rows = tx.notify_rows(account)
    over = [row for row in rows if 0 < row.until_ms <= tx.now_ms]
    left = [row for row in rows if row not in over]
    before = any((row.place, row.word) == (place, word) for row in rows)
    if place and not (before and level == "inherit"):
        _may_choose(tx, account, place)
    others = [row for row in left if bool(row.word) == bool(word) and (row.place, row.word) != (place, word)]
    most, what = (NOTIFY_WORDS, "words") if word else (NOTIFY_CHOICES, "choices of what is worth a bell")
    if level != "inherit" and len(others) >= most:
        raise Refuse(LIMIT_REACHED, f"An account has at most {most} {what}: take one back first.")
    for row in over:
        tx.put_notify(account, NotifyRow(row.place, row.word, "inherit"))
    now = NotifyRow(place, word, level, tx.now_ms + for_ms if for_ms and level != "inherit" else 0)
    if before or level != "inherit":
        tx.put_notify(account, now)
    return told(now)


def set_dnd(tx: Tx, account: str, dnd: Dnd) -> Dnd:
    """The zone is looked up here, since that reads a file, and the loop waits for none: there it is known from then on."""
    if zone_of(dnd.zone) is None:
        sentence = "There is no time zone of this name here: Europe/Lisbon, America/Sao_Paulo, UTC are such names."
        raise Refuse(FIELD_INVALID, sentence, field="zone")
    tx.put_dnd(account, dnd)
    return dnd


def told(row: NotifyRow) -> NotifyChoice:
    until = moment(row.until_ms) if row.until_ms else ""
    return NotifyChoice(place=row.place, word=row.word, level=row.level, until=until)


def _may_choose(tx: Tx, account: str, place: str) -> None:
    """A room that this account may see, or a community that it is in. Raises Refuse."""
    community = tx.community(place)
    if community is None or community.id != place:
        visible(tx, account, place, field="place")
        return
    member = tx.membership(account, place)
    if member is None or member.left:
        raise Refuse(ROOM_GONE, field="place")
