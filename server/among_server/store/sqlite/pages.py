"""Pages of messages: of a room, of a thread, or on a post.

A room's log holds more than what is said to the room: what is said in threads, reactions, edits. A page is looked for a stride at
a time, and where a stride has nothing of it, the ordinals of the entries, which only grow with what is said to the room, say where
it goes on. So a page costs what it shows, however much of the rest stands between.
"""

from bisect import bisect_left
from sqlite3 import Connection
from typing import NamedTuple

from . import corners, threads
from .present import given
from .rows import SEQ_BITS, kept

STRIDE = 256  # entries

_TO_ROOM = "pos > ? AND pos < ? AND type = 'message.sent' AND pos NOT IN (SELECT t.pos FROM threaded t)"
_SENT = {order: kept("pos, json", _TO_ROOM, order) for order in ("ASC", "DESC")}
_ORDINAL = kept("pos, ordinal", "pos BETWEEN ? AND ?", "DESC")


class About(NamedTuple):
    """What the messages of a page are about: a post, a root, or neither: then they are said to the room."""

    post: int | None
    thread: int | None


def page(  # noqa: PLR0917  # the room, and what is asked of it
    db: Connection,
    key: int,
    head: int,
    floor: int,
    about: About,
    before: int | None,
    after: int | None,
    around: int | None,
    limit: int,
) -> tuple[list[bytes], bool]:
    """Messages as they are kept, and whether these are all."""

    def up(low: int, high: int) -> list[bytes]:
        """The oldest between the two, both excluded; one more than the limit tells whether there are more."""
        return _sent(db, key, max(low, floor), min(high, head + 1), limit + 1, about, "ASC")

    def down(low: int, high: int) -> list[bytes]:
        return _sent(db, key, max(low, floor), min(high, head + 1), limit + 1, about, "DESC")[::-1]

    if around is not None:
        it = _sent(db, key, around - 1, min(around, head) + 1, 1, about, "ASC") if given(db, [(key, around)]) else []
        older, newer = down(0, around), [*it, *up(around, head + 1)]
        taken = max(limit // 2, limit - len(newer))
        page = older[-taken:] if taken else []
        page += newer[: limit - len(page)]
        return page, len(page) == len(older) + len(newer)
    if after is not None:
        page = up(after, head + 1 if before is None else before)
        return page[:limit], len(page) <= limit
    page = down(0, head + 1 if before is None else before)
    return page[-limit:], len(page) <= limit


def _sent(db: Connection, key: int, low: int, high: int, limit: int, about: About, order: str) -> list[bytes]:
    """Between two numbers, both excluded."""
    base = key << SEQ_BITS
    if high <= low:
        return []
    if about.thread is not None:
        known = about.thread < high  # a larger one leads into another log
        return threads.said_in(db, base | about.thread, base | low, base | high, limit, order) if known else []
    if about.post is not None:
        return corners.comments(db, key, about.post, low, high, limit, order)
    return _to_room(db, base, low, high, limit, order)


def _to_room(db: Connection, base: int, low: int, high: int, limit: int, order: str) -> list[bytes]:
    found: list[bytes] = []

    def ordinal(seq: int) -> int:
        row = db.execute(_ORDINAL, (base | low, base | seq, base | low, base | seq, 1)).fetchone()
        return int(row[1]) if row is not None else 0

    while low + 1 < high and len(found) < limit:
        begin, end = (low, min(high, low + STRIDE + 1)) if order == "ASC" else (max(low, high - STRIDE - 1), high)
        span = (base | begin, base | end)
        stride = [entry for _, entry in db.execute(_SENT[order], (*span, *span, limit - len(found)))]
        found += stride
        if order == "ASC":
            low = end - 1
            if not stride and low + 1 < high:  # on before the first that says more than what was passed
                low = bisect_left(range(high), ordinal(low) + 1, low + 1, key=ordinal) - 1
        else:
            high = begin + 1
            if not stride and low + 1 < high:  # on at the first that says as much as what is left
                high = bisect_left(range(high), ordinal(high - 1), low + 1, key=ordinal) + 1
    return found
