"""Pins in a table: the parts of `api.Tx` and `api.Store` that pins.py says."""

from collections.abc import Collection
from sqlite3 import Connection

from msgspec import json

from among_protocol.base import MAX_INT
from among_protocol.pins import Pin, PinAdded

from ..api import PAGE_BYTES
from ..pins import PinPage
from . import present
from .ledger import Ledger
from .readers import Readers
from .rows import moment

_added = json.Decoder(PinAdded).decode

_PINS = "SELECT message, seq FROM pins WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?"


class SqlitePins(Ledger):
    def pins(self, room: str) -> list[int]:
        sql = "SELECT message FROM pins WHERE room = ? ORDER BY seq"
        return [seq for (seq,) in self._db.execute(sql, (self.key(room),)).fetchall()]

    def add_pin(self, room: str, message: int, seq: int) -> None:
        self.writes += 1
        self._db.execute("INSERT INTO pins (room, message, seq) VALUES (?, ?, ?)", (self._log(room).key, message, seq))

    def remove_pin(self, room: str, message: int) -> None:
        self.writes += 1
        self._db.execute("DELETE FROM pins WHERE room = ? AND message = ?", (self._log(room).key, message))
        self.look_beneath(room, message)


def pins(db: Connection, room: str, before: int | None, limit: int, places: Collection[str]) -> PinPage:
    with moment(db):
        sql = "SELECT l.key, h.head FROM logs l JOIN heads h ON h.log = l.key WHERE l.id = ?"
        found = db.execute(sql, (room,)).fetchone()
        if found is None:
            return PinPage([], 0, complete=True)
        key, head = found
        rows = db.execute(_PINS, (key, MAX_INT if before is None else before, limit + 1)).fetchall()
        messages, origins = present.messages(db, [(key, message) for message, _ in rows[:limit]], places)
        added = present.entries(db, [(key, seq) for _, seq in rows[:limit]])
        page: list[Pin] = []
        size = 0
        for message, seq in rows[:limit]:
            one, entry = messages[key, message], _added(added[key, seq])
            size += one.size
            if page and size > PAGE_BYTES:
                break
            page.append(Pin(seq=seq, at=entry.at, by=entry.by, rev=entry.rev, message=one.message))
        return PinPage(page, head, len(page) == len(rows), origins)


class Reads(Readers):
    """The part of the store."""

    async def pins(self, room: str, before: int | None, limit: int, *, places: Collection[str] = ()) -> PinPage:
        return await self._read_logs(lambda page: (room, *page.origins), pins, room, before, limit, places)
