"""Messages as they are now: the part of `api.Store` that gives them, a page at a time."""

from collections.abc import Collection
from typing import Any

from among_protocol.edits import MessageHistory

from ..rows import Messages
from . import reads
from .readers import Readers


class MessageReads(Readers):
    """The part of the store."""

    async def messages(
        self,
        room: str,
        *,
        before: int | None,
        after: int | None,
        around: int | None,
        limit: int,
        post: int | None = None,
        places: Collection[str] = (),
        thread: int | None = None,
        reader: str = "",
    ) -> Messages:
        page = {"before": before, "after": after, "around": around, "limit": limit, "post": post, "thread": thread}
        wanted: dict[str, Any] = {**page, "places": places, "reader": reader}
        return await self._read_logs(lambda found: (room, *found.origins), reads.messages, room, **wanted)

    async def history(self, room: str, message: int, after: int, limit: int) -> MessageHistory | None:
        return await self._read_log(room, reads.history, room, message, after, limit)
