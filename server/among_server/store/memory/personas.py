"""Personas and former handles as the reference remembers them: the part of `api.Tx` and `api.Store` that personas.py says."""

from collections.abc import Sequence
from typing import Any

from among_protocol.base import Time
from among_protocol.lookalikes import skeleton

from ..own import BlockWish
from ..personas import Former
from ..rows import MemberRow, RoomRow
from .own import MemoryOwn


class MemoryPersonas(MemoryOwn):
    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, MemberRow] = {}
        self.room_rows: dict[str, RoomRow] = {}
        self.told_at: dict[tuple[str, int], int] = {}  # by member and revision: number of the entry that told it
        self.formers: dict[tuple[str, Time, str], Former] = {}  # by member, until, handle

    def _others(self, place: str, but: str) -> list[MemberRow]:
        return [row for row in self.members.values() if row.place == place and row.id != but]

    def kept_handles(self, place: str, looks: str, but: str, since: Time) -> list[str]:
        found = set()
        for row in self._others(place, but):
            handles = [former.handle for former in self.lineage(row.id) if former.until > since]
            if not row.left or row.left_at > since:
                handles.append(row.handle)
            found |= {handle for handle in handles if skeleton(handle) == looks}
        return sorted(found)

    def claimed_handles(self, looks: str) -> list[str]:
        claimed = [row.handle for row in self.members.values() if row.claimed and not row.left]
        return sorted({handle for handle in claimed if skeleton(handle) == looks})

    def name_looks(self, place: str, looks: str, but: str) -> bool:
        return any(skeleton(row.display_name) == looks for row in self._others(place, but) if not row.left)

    def lineage(self, member: str) -> list[Former]:
        mine = [former for (whose, _, _), former in self.formers.items() if whose == member]
        return sorted(mine, key=lambda former: (former.until, former.since), reverse=True)

    def told(self, member: str, since: int, before: int) -> list[int]:
        return [self.told_at[member, rev] for rev in range(since, before) if (member, rev) in self.told_at]

    def had_handle(self, place: str, handle: str) -> list[MemberRow]:
        found = []
        for row in self._others(place, ""):
            ends = [former.until for former in self.lineage(row.id) if former.handle == handle]
            if row.left and row.handle == handle:
                ends.append(row.left_at)
            if ends and (row.left or row.handle != handle):
                found.append((max(ends), not row.left, row))
        return [row for _, _, row in sorted(found, key=lambda one: one[:2], reverse=True)]

    def named(self, place: str, handle: str) -> list[MemberRow]:
        here = [row for row in self._others(place, "") if row.handle == handle and not row.left]
        return here + self.had_handle(place, handle)

    def add_former(self, row: MemberRow, former: Former) -> None:
        self._put(self.formers, (row.id, former.until, former.handle), former)

    def drop_former(self, row: MemberRow, former: Former) -> None:
        self._drop(self.formers, (row.id, former.until, former.handle))

    def begun_as(self, account: str, community: str) -> list[MemberRow]:
        begun = {room.id for room in self.room_rows.values() if room.kind == "direct" and room.within == community}
        return [one for one in self.members.values() if one.account == account and one.place in begun]

    def blockers(self, account: str, handle: str) -> list[tuple[str, BlockWish]]:
        name = (account, handle)
        return [(blocker, blocks[name]) for blocker, blocks in self.blocking.items() if name in blocks]

    def blocked_as(self, account: str) -> list[str]:
        return sorted({handle for blocks in self.blocking.values() for other, handle in blocks if other == account})


class PersonaReads:
    """The part of `api.Store`."""

    _tx: Any  # the whole of it, see tx.py

    async def member_in(self, account: str, place: str) -> MemberRow | None:
        found: MemberRow | None = self._tx.membership(account, place)
        return found

    async def lineage(self, member: str) -> list[Former]:
        found: list[Former] = self._tx.lineage(member)
        return found

    async def named(self, place: str, handle: str) -> Sequence[MemberRow]:
        found: list[MemberRow] = self._tx.named(place, handle)
        return found
