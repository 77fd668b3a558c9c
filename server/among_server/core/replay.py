"""Bringing a session up to a log's present: stored entries page by page, then live from exactly there.

A page is read only when the peer has taken the one before it, so nothing is queued without bound. And an account that has
had very many of late, on all its sessions, waits a moment for each: one sync may bring a thousand entries of every log, and
costs no more than five messages.

Joining is one step of the loop: what the tail holds is written, and the next flush goes on from there. Nothing is awaited
between looking for a Log and joining it, since one that nobody hears is forgotten.

A log that becomes a session's while it is live (`arrived`) is heard once the session has been told why; during a sync
that waits for the sync's end, so that two replays never mix. One that is lost (`departed`) is heard no longer at once.

Where that fails, nobody was asked and nobody could be told: the connection ends, and its client comes back and catches up.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence

import structlog
from msgspec.structs import replace

from among_protocol import wire
from among_protocol.base import Entry
from among_protocol.codes import CloseCode

from ..ears import WHOLE
from ..limits import PAGE_ENTRIES, REPLAY_PAGES, REPLAY_PAGES_PER_SECOND
from ..store.api import Store
from ..store.rows import Entries
from .budget import Buckets
from .frames import frame
from .groups import passed
from .log import Log
from .logs import Logs
from .session import Session

ACCOUNTS = 100_000  # of which it is known how many pages they had of late

log = structlog.get_logger()


class Replay:
    """Reads logs for sessions. `now`: monotonic seconds."""

    def __init__(self, store: Store, logs: Logs, now: Callable[[], float]) -> None:
        self.tasks: set[asyncio.Task[None]] = set()  # joining logs that nobody heard
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._pages: Buckets[str] = Buckets(REPLAY_PAGES, REPLAY_PAGES_PER_SECOND, ACCOUNTS)
        self._now = now
        self._store = store
        self._logs = logs

    async def open(self, ids: Sequence[str], account: str) -> dict[str, Log]:
        """These logs with their heads known; those that do not exist are left out. True until the next await."""
        opened = {id: self._logs.open(id) for id in ids}
        while unknown := [id for id, log in opened.items() if log.head < 0]:
            try:
                read = {row.log.id: row.log.head for row in await self._store.unread(account, unknown)}
            except BaseException:  # nobody will hear them, or whoever waits for the same opens them again
                for log in opened.values():
                    self._logs.forget(log)
                raise
            for id in unknown:
                if id in read:
                    opened[id].known(read[id])
                else:
                    self._logs.forget(opened.pop(id))
            opened = {id: self._logs.open(id) for id in opened}  # others may have come and gone meanwhile
        return opened

    async def upto(self, session: Session, log: str, after: int, until: int, still: Callable[[], bool]) -> int:
        """Write the stored entries after a number, up to another, as long as they are wanted; gives the last number
        written."""
        while after < until and still():
            await session.drained()
            await self._page(session)
            if not still():
                break
            ear = session.ear(log) or WHOLE
            page = await (
                self._store.wanted(log, ear, after, until, PAGE_ENTRIES)
                if ear
                else self._store.entries(log, after, until, PAGE_ENTRIES)
            )
            if not still():
                break
            if page.floor > after:  # it has moved since: what is no longer kept is a range that was left out
                page = page._replace(whole=False, upto=until if page.complete else page.upto)
            told = payloads(session, log, after, page)
            if not told:
                return until  # a range that later entries cover
            session.write(b"".join([frame(session.encoding, one) for one in told]))
            after = until if page.complete else page.upto
        return after

    async def _page(self, session: Session) -> None:
        """When its account may have another page."""
        while session.person is not None:
            now = self._now()
            wait = self._pages.get(session.person.account.id, now).take(1, now)
            if not wait:
                return
            await self.pause(wait / 1000)

    # --- logs that come and go while a session is live

    def arrived(self, session: Session, why: Entry, places: dict[str, int]) -> None:
        """A session hears these logs after these numbers, as soon as it has been told why. The first telling counts."""
        if session.syncing is not None:
            for id, after in places.items():
                session.put_off.setdefault(id, (why, after))
            return
        places = {id: after for id, after in places.items() if session.ear(id) is not None}
        for id, after in places.items():
            session.due.setdefault(id, after)
        self._logs.after(why.log, why.seq, functools.partial(self._listen, session, places))

    def departed(self, session: Session, places: list[str]) -> None:
        """A session hears these logs no longer."""
        for id in places:
            self._settled(session, id)
            session.let_go(id)
            session.let_go(f"thread {id} ")
            session.put_off.pop(id, None)
            if session.syncing is not None:
                session.lost.add(id)
            left = session.deafen(id)
            if left is not None:
                self._logs.forget(left)

    def reply_after(self, session: Session, id: str, seq: int, reply: bytes) -> None:
        """Write a reply behind the entry that it speaks of, also where its log is only about to be heard from there on."""
        if seq > session.due.get(id, seq):
            session.answers.setdefault(id, []).append((seq, reply))
        else:
            self._logs.reply_after(id, seq, session, reply)

    def _settled(self, session: Session, id: str) -> None:
        """It hears this log now, or will not."""
        session.due.pop(id, None)
        for seq, reply in session.answers.pop(id, ()):
            self._logs.reply_after(id, seq, session, reply)

    def syncs(self, session: Session) -> None:
        """A sync begins, and brings what was due."""
        for id in list(session.due):
            self._settled(session, id)

    def synced(self, session: Session) -> None:
        """A sync is over: on with what came meanwhile."""
        put_off, session.put_off = session.put_off, {}
        told: dict[tuple[str, int], tuple[Entry, dict[str, int]]] = {}  # by the place of the entry that tells of them
        for id, (why, after) in put_off.items():
            told.setdefault((why.log, why.seq), (why, {}))[1][id] = after
        for why, places in told.values():
            self.arrived(session, why, places)

    def _listen(self, session: Session, places: dict[str, int]) -> None:
        unheard: dict[str, int] = {}  # by anybody, or their tails do not reach back
        for id, after in places.items():
            if session.due.get(id) != after or session.person is None:
                continue  # it was lost again meanwhile, or a sync brings it
            heard = self._logs.get(id)
            if id in session.logs or (heard is not None and heard.head >= 0 and session.hear(heard, after)):
                self._settled(session, id)
            else:
                unheard[id] = after
        if unheard and session.person is not None:
            task = asyncio.get_running_loop().create_task(self._join(session, session.person.account.id, unheard))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _join(self, session: Session, account: str, begin: dict[str, int]) -> None:
        def still(id: str) -> bool:
            return session.person is not None and session.due.get(id) == begin[id]

        try:
            behind = await self._hear(session, account, begin, still)
            while behind:
                for id, (after, until) in behind.items():
                    behind[id] = (await self.upto(session, id, after, until, functools.partial(still, id)), until)
                behind = await self._hear(session, account, {id: after for id, (after, _) in behind.items()}, still)
        except Exception:
            log.exception("replay.failed", log=next(iter(begin)), logs=len(begin), connection=session.number)
            for opened in filter(None, map(self._logs.get, begin)):
                self._logs.forget(opened)
            if any(map(still, begin)):
                session.close(CloseCode.STORAGE_LOST, "come back and catch up")

    async def _hear(
        self, session: Session, account: str, places: dict[str, int], still: Callable[[str], bool]
    ) -> dict[str, tuple[int, int]]:
        """Listen to these logs after these numbers, as long as they are wanted; what is read of them all at once, since a
        community may bring hundreds. Gives those that are to be read first: after which number, and up to which."""
        opened = await self.open(list(places), account)
        behind: dict[str, tuple[int, int]] = {}
        for id, after in places.items():
            heard = opened.get(id)
            if heard is None or not still(id) or session.hear(heard, after):
                if still(id):  # heard, or there is no such log any more
                    self._settled(session, id)
                if heard is not None:
                    self._logs.forget(heard)  # where nobody hears it
            else:
                behind[id] = (after, heard.flushed)
        return behind


def payload(session: Session, entry: bytes) -> bytes:
    """An entry as it is kept (JSON), in the session's encoding."""
    if session.encoding is wire.JSON:
        return entry
    return session.encoding.encode(wire.JSON.decode_entry(entry))


def payloads(session: Session, log: str, after: int, page: Entries) -> list[bytes]:
    """A page of a log for who has it up to a number: where some of it was left out, `from` and `log.passed` say so."""
    if page.whole:
        return [payload(session, entry) for entry in page.entries]
    told = []
    for kept in page.entries:
        event = wire.JSON.decode_entry(kept)
        if after + 1 < (event.first or event.seq):
            told.append(session.encoding.encode(replace(event, first=after + 1)))
        else:
            told.append(payload(session, kept))
        after = event.seq
    if after < page.upto:
        told.append(session.encoding.encode(passed(log, after + 1, page.upto)))
    return told
