"""What an account takes along, and what is still to be erased: the part of `api.Store` that exporting.py says."""

from msgspec.structs import replace

from among_protocol.members import Persona

from ..api import PAGE_BYTES
from ..erasing import Erasure
from ..exporting import WrittenPage
from ..rows import MemberRow
from .tx import MemoryTx


class MemoryTaking:
    _tx: MemoryTx

    async def unfinished(self, member: str) -> list[Erasure]:
        return self._tx.unfinished(member)

    async def erasures(self) -> list[Erasure]:
        return sorted(self._tx.waiting.values(), key=lambda row: (row.due_ms, row.name))

    async def all_memberships(self, account: str) -> list[MemberRow]:
        return self._tx.all_memberships(account)

    async def revisions(self, member: str, after: int, limit: int) -> list[Persona]:
        mine = sorted(key for key in self._tx.personas if key[0] == member and key[1] > after)
        return [replace(self._tx.personas[key], left=False) for key in mine[:limit]]

    async def markers(self, account: str) -> list[tuple[str, int]]:
        markers = self._tx.markers
        return [(room, markers[account, room]) for room in self._tx.logs if (account, room) in markers]

    async def dismissals(self, account: str) -> list[str]:
        return self._tx.dismissals(account)

    async def asked(self, account: str) -> list[tuple[str, int]]:
        asked = {row.community: row.seq for row in self._tx.request_rows.values() if row.account == account}
        return [(community, asked[community]) for community in self._tx.communities if community in asked]

    async def written(self, account: str, after: str, limit: int) -> WrittenPage:
        looked = self._tx.written(account, after, limit)
        page: list[bytes] = []
        last = after
        for one in looked:
            if one.log != account and (
                one.seq > self._tx.logs[one.log].floor or one.seq in self._tx.kept_by_pins(one.log)
            ):
                page.append(self._tx.entries[one.log, one.seq].stored.json)
                if len(page) > 1 and sum(map(len, page)) > PAGE_BYTES:
                    return WrittenPage(page[:-1], last, complete=False)
            last = one.nonce
        return WrittenPage(page, last, complete=len(looked) < limit)

    async def writings(self, account: str) -> int:
        return sum(who == account for who, _ in self._tx.nonces)
