"""Counts of who is here that are not what they were, and nothing that their sessions hear says so: an inbox, when something
was deleted, is no longer kept, was said in a room that one does not follow, or somebody blocks, enters, leaves; and what is
unread in a room of which a part is no longer kept. Their sessions are told the count (`inbox.moved`, `marker.moved`).

Rule 1: each is counted once for all that happens meanwhile.
Rule 2: what a count is of, they have been given all of, and nothing of what comes later is in it: a client goes on from it by
what it hears. So the writer counts, in its turn, and it is counted again when something that calls its owner comes in between.
Rule 3: in the middle of a sync a session has not been given all. It is told after it, where the count moved meanwhile.
Rule 4: who lags will fetch what it missed, and what it was told of as missed counts as given. It is told once more when it
keeps up again, of all that there is by then.

What a mark counts is told at once, to whoever marks and to the others. For a room that says itself what it is of. An inbox
is of many logs and can't, so it is counted anew by these rules where a session had not been given just that.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import structlog

from among_protocol.base import Entry, Event
from among_protocol.codes import Refuse
from among_protocol.edits import MessageEdited
from among_protocol.inbox import InboxMoved, is_notice
from among_protocol.markers import moved
from among_protocol.messages import MessageSent
from among_protocol.posts import PostPublished

from ..store.api import Store
from ..store.rows import Stored
from .people import People, Person
from .session import Session

TRIES = 50  # to tell a count that is of what was given
PAUSE = 0.01  # seconds between them
AT_ONCE = 16  # that the writer is asked for

log = structlog.get_logger()


class Count(NamedTuple):
    """What is counted."""

    account: str  # whose
    room: str  # empty: the inbox

    @property
    def register(self) -> str:
        return self.room or "inbox"


class Recounts:
    def __init__(self, store: Store, people: People, tasks: set[asyncio.Task[None]]) -> None:
        self._store = store
        self._people = people
        self._tasks = tasks
        self._counting: dict[Count, bool] = {}  # whether it may be another by now
        self._syncs: Counter[str] = Counter()  # under way, by account; who has none is not in it
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._moved: dict[str, set[Count]] = {}  # by account that syncs: what may be another than it is stated

    def __len__(self) -> int:
        """How many are being counted."""
        return len(self._counting)

    def stale(self, accounts: Iterable[str], room: str = "") -> None:
        """Of these inboxes more or less is seen than before; or less is unread in this room."""
        for account in accounts:
            count = Count(account, room)
            self._move(count)
            if count not in self._counting and self._people.get(account) is not None:
                self._counting[count] = False
                task = asyncio.get_running_loop().create_task(self._work(count))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def marked(self, account: str, room: str = "") -> None:
        """Somebody has read on. A device in the middle of a sync is told so at once, with a count of more than it has been given."""
        self._move(Count(account, room))

    def heard(self, batch: Sequence[Stored]) -> None:
        """Entries were committed, after whatever was counted until now."""
        inboxes = {*(one.account for one in self._counting if not one.room), *self._syncs}
        called = {id for stored in batch for id in _called(stored.event)} if inboxes else set()
        for account in inboxes if called else ():
            person = self._people.get(account)
            if person is not None and not called.isdisjoint([account, *(row.id for row in person.members.values())]):
                self._move(Count(account, ""))

    @contextmanager
    def inbox_mark(self, account: str) -> Iterator[None]:
        """Around what marks an inbox, counts it, and tells so."""
        count = Count(account, "")
        with self.sync(account):
            yield
        self.marked(account)
        person = self._people.get(account)
        if person is not None and (_behind(count, person) or self._will_keep_up(person)):
            self.stale([account])

    @contextmanager
    def sync(self, account: str) -> Iterator[None]:
        """Around what a sync states, and brings: when it is over, what moved meanwhile is counted for it."""
        self._syncs[account] += 1
        try:
            yield
        finally:
            for count in self._moved.get(account, set()).copy():
                self.stale([account], count.room)
            self._syncs[account] -= 1
            if not self._syncs[account]:
                del self._syncs[account]
                self._moved.pop(account, None)

    def _move(self, count: Count) -> None:
        if count in self._counting:
            self._counting[count] = True
        if count.account in self._syncs:
            self._moved.setdefault(count.account, set()).add(count)

    async def _work(self, count: Count) -> None:
        try:
            await self._count(count)
        except Refuse:  # the disk is full, or we stop: the next sync tells
            pass
        except Exception:
            log.exception("recount.failed")
        finally:
            del self._counting[count]

    async def _count(self, count: Count) -> None:
        """Until it is told, and is not another by then."""
        left = TRIES
        while (person := self._people.get(count.account)) is not None:
            left -= 1
            if left and _behind(count, person):
                await asyncio.sleep(PAUSE)
                continue
            async with self._at_once:
                self._counting[count] = False
                moved = await self._read(count)
            if left and (self._counting[count] or _behind(count, person)):
                await asyncio.sleep(PAUSE)
                continue
            self._tell(count, moved)
            if not self._counting[count]:
                return
            left = TRIES

    def _tell(self, count: Count, moved: Event | None) -> None:
        person = self._people.get(count.account)
        if moved is not None and person is not None and (not count.room or person.hears(count.room)):
            for session in _whole(person):
                session.register(count.register, moved)
            if not count.room:
                self._will_keep_up(person)

    def _will_keep_up(self, person: Person) -> bool:
        """Whether some of its sessions lag. It is counted anew as soon as one of them no longer does."""
        lagging = [session for session in _whole(person) if session.lagging]
        for session in lagging:
            session.kept_up = partial(self.stale, [person.account.id])
        return bool(lagging)

    async def _read(self, count: Count) -> Event | None:
        """None: nothing ever was in it."""
        if count.room:
            return moved(await self._store.recount_room(count.account, count.room))
        state = await self._store.recount_inbox(count.account)
        return InboxMoved(read=state.read, unread=state.unread) if state is not None else None


def _behind(count: Count, person: Person) -> bool:
    """Whether something that was committed is still to be written to a session that is told."""
    for session in _whole(person):
        heard = session.logs.values() if not count.room else filter(None, [session.logs.get(count.room)])
        if session.due or any(log.waiting for log in heard):
            return True
    return False


def _whole(person: Person) -> list[Session]:
    """Those of its sessions that are live: they have synced, and no sync is under way."""
    return [session for session in person.sessions if session.synced and session.syncing is None]


def _called(entry: Entry) -> Iterable[str]:
    """The memberships in whose inbox it may be one more item; of a notice, the account."""
    match entry:
        case MessageSent():
            return (*entry.mentions, entry.answers) if entry.answers else entry.mentions
        case MessageEdited():
            return entry.mentions_new
        case PostPublished():
            return entry.mentions
        case _:
            return (entry.log,) if is_notice(entry) else ()
