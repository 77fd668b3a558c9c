"""Bringing a session up to a log's present: stored entries page by page, then live from exactly there.

A page is read only when the peer has taken the one before it, so nothing is queued without bound. Joining is one step
of the loop: what the tail holds is written, and the next flush goes on from there.
"""

from collections.abc import Sequence

from among_protocol import wire

from ..limits import PAGE_ENTRIES
from ..store.api import Entries, Store
from .frames import frame
from .logs import Log, Logs
from .session import Session


class Replay:
    """Reads logs for sessions."""

    def __init__(self, store: Store, logs: Logs) -> None:
        self._store = store
        self._logs = logs

    async def open(self, ids: Sequence[str], account: str) -> dict[str, Log]:
        """These logs with their heads known; those that do not exist are left out."""
        opened = {id: self._logs.open(id) for id in ids}
        unknown = [id for id, log in opened.items() if log.head < 0]
        if unknown:
            for row in await self._store.unread(account, unknown):
                opened[row.log.id].known(row.log.head)
        return {id: log for id, log in opened.items() if log.head >= 0}

    async def upto(self, session: Session, log: str, after: int, until: int) -> int:
        """Write the stored entries after a number, up to another; gives the last number written."""
        while after < until:
            await session.drained()
            page: Entries = await self._store.entries(log, after, until, PAGE_ENTRIES)
            if not page.entries:
                return until  # a range that later entries cover
            session.write(b"".join([frame(session.encoding, payload(session, entry)) for entry in page.entries]))
            after = until if page.complete else _last(page)
        return after

    async def join(self, session: Session, id: str, after: int) -> None:
        """Everything after a number, then live."""
        person = session.person
        if person is None:
            return
        log = (await self.open([id], person.account.id)).get(id)
        while log is not None and session.person is person and not session.hear(log, after):
            after = await self.upto(session, id, after, log.flushed)


def payload(session: Session, entry: bytes) -> bytes:
    """An entry as it is kept (JSON), in the session's encoding."""
    if session.encoding is wire.JSON:
        return entry
    return session.encoding.encode(wire.JSON.decode_entry(entry))


def _last(page: Entries) -> int:
    return wire.JSON.decode_entry(page.entries[-1]).seq
