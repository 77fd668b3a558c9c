"""Messages as they are now: the part of `api.Store` that gives them, a page at a time."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

from among_protocol.edits import MessageHistory

from ..rows import Messages
from . import reads

T = TypeVar("T")


class MessageReads:
    """Whoever inherits it says how a function of a connection is carried out."""

    async def _read_log(self, log: str, read: Callable[..., T], *named: Any, **options: Any) -> T:
        raise NotImplementedError

    async def _read_logs(
        self, logs: Callable[[T], Iterable[str]], read: Callable[..., T], *named: Any, **options: Any
    ) -> T:
        raise NotImplementedError

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
