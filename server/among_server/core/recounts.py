"""Inboxes of who is here, of which more or less is seen than before, and nothing that their sessions hear says so: something
was deleted, is no longer kept, was said in a room that one does not follow, or somebody blocks, enters, leaves. Their sessions are told the count (`inbox.moved`).

Rule 1: an account is counted once for all that happens meanwhile.
Rule 2: what a count is of, they have been given all of, and nothing of what comes later is in it: a client goes on from it by
what it hears. So the writer counts, in its turn, and it is counted again while something that calls comes in between.
"""

import asyncio
from collections.abc import Iterable, Sequence

import structlog

from among_protocol.base import Entry
from among_protocol.codes import Refuse
from among_protocol.edits import MessageEdited
from among_protocol.inbox import InboxMoved, is_notice
from among_protocol.messages import MessageSent
from among_protocol.posts import PostPublished

from ..store.api import Store
from ..store.rows import Stored
from .people import People, Person

TRIES = 50  # to tell a count that is of what was given
PAUSE = 0.01  # seconds between them

log = structlog.get_logger()


class Recounts:
    def __init__(self, store: Store, people: People, tasks: set[asyncio.Task[None]]) -> None:
        self._store = store
        self._people = people
        self._tasks = tasks
        self._counting: dict[str, bool] = {}  # account -> whether what is being counted may be another by now

    def __len__(self) -> int:
        """How many are being counted."""
        return len(self._counting)

    def stale(self, accounts: Iterable[str]) -> None:
        """Of these inboxes more or less is seen than before."""
        for account in accounts:
            if account in self._counting:
                self._counting[account] = True
            elif self._people.get(account) is not None:
                self._counting[account] = False
                task = asyncio.get_running_loop().create_task(self._work(account))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def heard(self, batch: Sequence[Stored]) -> None:
        """Entries were committed, after whatever was counted until now."""
        if self._counting and any(_calls(stored.event) for stored in batch):
            self._counting = dict.fromkeys(self._counting, True)

    async def _work(self, account: str) -> None:
        try:
            await self._count(account)
        except Refuse:  # the disk is full, or we stop: the next sync tells
            pass
        except Exception:
            log.exception("inbox.recount_failed")
        finally:
            del self._counting[account]

    async def _count(self, account: str) -> None:
        for left in reversed(range(TRIES)):
            self._counting[account] = False
            state = await self._store.recount_inbox(account)
            person = self._people.get(account)
            if person is None or state is None:
                return
            if not left or not (self._counting[account] or _behind(person)):
                moved = InboxMoved(read=state.read, unread=state.unread)
                for session in person.sessions:
                    if session.synced:
                        session.register("inbox", moved)
                return
            await asyncio.sleep(PAUSE)


def _behind(person: Person) -> bool:
    """Whether something that was committed is still to be written to its sessions."""
    return any(heard.waiting for session in person.sessions for heard in session.logs.values())


def _calls(entry: Entry) -> bool:
    """Whether it may be one more item of some inbox."""
    match entry:
        case MessageSent():
            return bool(entry.mentions or entry.answers)
        case MessageEdited():
            return bool(entry.mentions_new)
        case PostPublished():
            return bool(entry.mentions)
        case _:
            return is_notice(entry)
