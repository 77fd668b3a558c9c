"""Retention, as the reference remembers it: what retention.py says."""

from typing import Any

from msgspec.structs import replace

from among_protocol.base import Time
from among_protocol.retention import RoomTrimmed

from ..quotes import QuoteRow
from ..retention import Due, Held, HeldPage, Left, days_before, held_by
from ..rows import CommunityRow, LogRow, RoomRow, Stored
from ..rules.retention import KINDS
from ..stewards import ReportRow
from .inbox import Item
from .reactions import Reacted
from .reactions import Row as Reaction
from .tables import Kept, Tables


class MemoryRetention(Tables):
    # Of tx.py and others:
    logs: dict[str, LogRow]
    entries: dict[tuple[str, int], Kept]
    nonces: dict[tuple[str, str], tuple[bytes, Stored]]
    mentions: dict[tuple[str, str, int], bool]
    markers: dict[tuple[str, str], int]
    items: dict[tuple[str, int], Item]
    edit_numbers: dict[tuple[str, int], list[int]]
    open_reports: dict[tuple[str, int], ReportRow]
    room_rows: dict[str, RoomRow]
    communities: dict[str, CommunityRow]
    quote_rows: dict[str, QuoteRow]
    following: dict[tuple[str, str], bool]
    pinned: dict[tuple[str, int], int]
    reacted: dict[Reacted, Reaction]
    room_mentions: dict[tuple[str, int], tuple[int, frozenset[str]]]

    def blank(self, log: str, seq: int) -> None:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.below: dict[str, bool] = {}  # rooms of which something below the floor may go
        self.trusted_ms: dict[str, int] = {}

    def given(self, room: str, seq: int) -> bool:
        """Whether retention leaves it to be read."""
        return (room, seq) in self.entries and (seq > self.logs[room].floor or (room, seq) in self.pinned)

    def calls(self, account: str, room: str, after: int) -> int:
        raise NotImplementedError

    def drop_threads(self, room: str, floor: int) -> None:
        raise NotImplementedError

    def look_beneath(self, room: str, seq: int) -> None:
        raise NotImplementedError

    def put_floor(self, room: str, floor: int, *, pins: bool) -> Left | None:
        row = self.logs[room]
        if not row.floor < floor <= row.head:
            return None
        ordinal = self.entries[room, floor].ordinal
        counted = {
            who
            for who, where, at in self.mentions
            if where == room and max(row.floor, self.markers.get((who, room), 0)) < at <= floor
        }
        for account, followed in self.following:
            since = max(row.floor, self.markers.get((account, room), 0))
            if followed == room and self.calls(account, room, since) > self.calls(account, room, max(since, floor)):
                counted.add(account)
        for key in [key for key in self.pinned if key[0] == room and key[1] <= floor] if not pins else []:
            self._drop(self.pinned, key)
        pinned = sorted(seq for where, seq in self.pinned if where == room and seq <= floor)
        self._put(self.logs, room, replace(row, floor=floor, floor_ordinal=ordinal))
        self.drop_threads(room, floor)
        self.look_beneath(room, floor)
        stale = {
            who
            for (who, _), item in self.items.items()
            if item.log == room
            and row.floor < item.seq <= floor
            and not self.entries[room, item.seq].stored.event.blank
        }
        return Left(
            row.ordinal - ordinal,
            pinned,
            [id for id in self.logs if id in counted],
            [id for id in self.logs if id in stale],
        )

    def beneath(self, after: str) -> str:
        rooms = list(self.room_rows)
        later = rooms[rooms.index(after) + 1 :] if after else rooms
        return next((id for id in later if id in self.below), "")

    def carry_away(self, room: str, limit: int) -> bool:
        """All at once."""
        floor = self.logs[room].floor
        said = {row.message for row in self.open_reports.values() if row.room == room and row.message <= floor}
        pins = {seq: added for (where, seq), added in self.pinned.items() if where == room and seq <= floor}
        said |= pins.keys()
        stay = (
            said | set(pins.values()) | {seq for message in said for seq in self.edit_numbers.get((room, message), ())}
        )
        stay |= {row.seq for (where, message, _, _), row in self.reacted.items() if where == room and message in said}
        for key in [key for key in self.edit_numbers if key[0] == room and key[1] <= floor and key[1] not in said]:
            for seq in self.edit_numbers[key]:
                if seq > floor:
                    self.blank(room, seq)
            self._drop(self.edit_numbers, key)
        going = [key for key in self.entries if key[0] == room and key[1] <= floor and key[1] not in stay]
        gone = set(going)
        tables: tuple[tuple[dict[Any, Any], list[Any]], ...] = (
            (self.nonces, [key for key, (_, one) in self.nonces.items() if (one.event.log, one.event.seq) in gone]),
            (self.mentions, [key for key in self.mentions if (key[1], key[2]) in gone]),
            (self.reacted, [key for key in self.reacted if key[:2] in gone]),
            (self.room_mentions, [key for key in self.room_mentions if key in gone]),
            (
                self.quote_rows,
                [id for id, row in self.quote_rows.items() if row.state == "asked" and (row.room, row.message) in gone],
            ),
            (self.entries, going),
        )
        for table, keys in tables:
            for key in keys:
                self._drop(table, key)
        self._drop(self.below, room)
        return True

    def kept_by_pins(self, room: str) -> set[int]:
        """Numbers below its floor: what is pinned, with its edits and reactions, and that it was pinned."""
        floor = self.logs[room].floor
        pins = {seq: added for (where, seq), added in self.pinned.items() if where == room and seq <= floor}
        stay = {*pins, *pins.values(), *(seq for message in pins for seq in self.edit_numbers.get((room, message), ()))}
        stay |= {row.seq for (where, message, _, _), row in self.reacted.items() if where == room and message in pins}
        return {seq for seq in stay if seq <= floor}

    def trusted(self) -> int:
        return self.trusted_ms.get("", 0)

    def put_trusted(self, ms: int) -> None:
        self._put(self.trusted_ms, "", ms)

    # --- reading

    def read_held(self, after: str, limit: int) -> HeldPage:
        rooms = [row for row in self.room_rows.values() if row.kind in KINDS]
        rooms = [row for row in rooms if row.retention or self.communities[row.community].retention]
        names = [row.id for row in rooms]
        page = rooms[names.index(after) + 1 :][:limit] if after else rooms[:limit]
        found = []
        for row in page:
            community = self.communities[row.community]
            holds = held_by(row.retention, community.retention)
            if holds is not None:
                default_since = community.retention_since if row.retention is None else ""
                found.append(Held(row.id, holds, max(row.retention_since, default_since)))
        return HeldPage(found, page[-1].id if len(page) == limit else "")

    def read_due(self, held: Held, now: Time) -> Due:
        row = self.logs[held.room]
        bounds = held.retention
        before = days_before(bounds.days, now)
        over = row.ordinal - bounds.messages if bounds.messages else -1
        upto = last = 0
        for seq in range(row.floor + 1, row.head + 1):
            kept = self.entries[held.room, seq]
            event = kept.stored.event
            if kept.ordinal <= over or event.at <= before:
                last = seq
                upto = last if upto or not isinstance(event, RoomTrimmed) else 0
            elif not before or event.at <= now:
                break
        return Due(last if upto else 0, complete=True)
