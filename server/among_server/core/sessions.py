"""Stored sessions that live on this node: ending them at once, and writing down that they live.

A stored session ends in the store first. With the commit its connections hear nothing more (`deafen`); whoever saw to it
is answered, and then they are cut (`end`). Whoever is still on the way in with it is cut too: `ended` tells those who
read a token, that what they read may be over.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable

from among_protocol.codes import CloseCode, Refuse

from ..store.api import Store
from ..store.own import Ended, SessionRow
from .session import Session

AT_ONCE = 200  # sessions that are written down in one transaction, which others wait behind
SEEN_EVERY = 3_600.0  # seconds between two times that those who are here are written down


class LiveSessions(dict[str, set[Session]]):
    """By the id of the stored session: its connections here."""

    def __init__(
        self, store: Store, tasks: set[asyncio.Task[None]], departed: Callable[[Session, list[str]], None]
    ) -> None:
        super().__init__()
        self.ended = 0  # how often stored sessions ended, or may no longer be used
        self._store = store
        self._tasks = tasks
        self._departed = departed  # a session hears these logs no longer
        self._seen_at: float | None = None  # when those who are here were written down last

    def enter(self, id: str, session: Session) -> None:
        """This connection speaks for a stored session: ending that ends it too."""
        if not session.over:
            session.id = id
            self.setdefault(id, set()).add(session)

    def leave(self, session: Session) -> None:
        live = self.get(session.id)
        if live is not None:
            live.discard(session)
            if not live:
                del self[session.id]

    def deafen(self, ids: Iterable[str]) -> None:
        """These have just ended, or may not be used for now: they hear nothing that was committed later."""
        self.ended += 1
        for session in self._of(ids):
            self._departed(session, [*session.logs, *session.due, *session.put_off])

    def end(self, ended: Ended, code: CloseCode, reason: str) -> None:
        """Cut their connections, and say why."""
        for session in self._of(ended.sessions):
            session.close(code, reason)

    def _of(self, ids: Iterable[str]) -> list[Session]:
        return [session for id in ids for session in self.get(id, ())]

    def seen(self, row: SessionRow) -> None:
        """Somebody comes with this. Written down at most once an hour, and waited for by nobody."""
        if time.time() * 1000 - row.seen_ms >= SEEN_EVERY * 1000:
            self._note([row.id])

    def _note(self, ids: list[str]) -> None:
        task = asyncio.get_running_loop().create_task(self._see(ids))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _see(self, ids: list[str]) -> None:
        with contextlib.suppress(Refuse):  # storage is unavailable, which is told elsewhere: the next hour will do
            for start in range(0, len(ids), AT_ONCE):
                await self._store.see_sessions(ids[start : start + AT_ONCE])

    def sweep(self, now: float) -> None:
        """Once an hour all who are here are written down, a few in each commit."""
        if self._seen_at is None:
            self._seen_at = now
        elif now - self._seen_at >= SEEN_EVERY:
            self._seen_at = now
            if self:
                self._note(list(self))
