"""What is read of corners and drafts from the reference: the part of the store that its corners.py and drafts.py say."""

from collections.abc import Sequence

from among_protocol.corners import Corner
from among_protocol.drafts import DraftState
from among_protocol.posts import Post

from ..corners import Posts, PublicCorner
from ..drafts import DraftRow
from ..rows import RoomRow
from .tx import MemoryTx


class MemoryCornerReads:
    _tx: MemoryTx

    async def corners(
        self, community: str, after: str, limit: int, *, members: Sequence[str] = (), handle: str = ""
    ) -> list[Corner]:
        return self._tx.read_corners(community, after, limit, members, handle)

    async def followed_corners(self, account: str, community: str) -> list[RoomRow]:
        return [row for row in self._tx.followed_in(account, community) if row.kind == "corner"]

    async def public_corner(self, community: str, handle: str) -> PublicCorner | None:
        return self._tx.read_public(community, handle)

    async def posts(self, room: str, before: int | None, limit: int, *, reader: str = "") -> Posts:
        return self._tx.read_posts(room, before, limit, reader)

    async def post(self, room: str, seq: int, version: int | None, *, reader: str = "") -> Post | None:
        return self._tx.read_post(room, seq, version, reader)

    async def draft_states(self, account: str) -> list[DraftState]:
        rows = self._tx.drafts_of(account)
        return [DraftState(place=row.place, thread=row.thread, fingerprint=row.fingerprint, at=row.at) for row in rows]

    async def drafts(
        self, account: str, after: tuple[str, int], limit: int, *, places: Sequence[str] = ()
    ) -> list[DraftRow]:
        return self._tx.read_drafts(account, after, limit, places)
