"""Block lists of who is here, told anew when they are about other memberships than before: somebody has come under a handle
that is in them, or goes by another, or their owner has come to where somebody goes by one. Nobody is told of what happens
where they are not: a name that is told anew for no reason that they can see would say that something did.

Rule: an entry is told as it is once that is committed, however much of it happens meanwhile; more than once does no harm.
"""

import asyncio
from collections.abc import Set as AbstractSet

import structlog

from among_protocol.blocks import BlockChanged

from ..store.api import Store
from ..store.own import Meant, block_id
from .people import People, Person

AT_ONCE = 2  # lists that are read, however many have a handle in theirs: whoever reads waits behind no more of them

log = structlog.get_logger()


class Blocklists:
    def __init__(self, store: Store, people: People, tasks: set[asyncio.Task[None]]) -> None:
        self._store = store
        self._people = people
        self._tasks = tasks
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._moved: dict[str, set[str]] = {}  # by account: handles of entries that are to be told; it is being done
        self._came: set[str] = set()  # accounts of which all entries are, that mean somebody

    def moved(self, account: str, handles: AbstractSet[str]) -> None:
        """In the list of this account these handles may mean others than before."""
        if account in self._moved:
            self._moved[account] |= handles
            return
        self._moved[account] = set(handles)
        task = asyncio.get_running_loop().create_task(self._work(account))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def came(self, account: str) -> None:
        """It has come to where others may go by any of its handles."""
        self._came.add(account)
        self.moved(account, frozenset())

    async def _work(self, account: str) -> None:
        try:
            while self._moved[account] or account in self._came:
                async with self._at_once:
                    handles, came = self._moved[account], account in self._came
                    self._moved[account] = set()
                    self._came.discard(account)
                    person = self._people.get(account)
                    if person is None:
                        continue
                    before = person.blocks
                    meant = await self._store.meant(account, frozenset() if came else handles)
                if person.blocks is before:
                    _tell(person, meant, handles, came=came)
                else:  # what was read may be of the list before
                    self._moved[account] |= handles
                    if came:
                        self._came.add(account)
        except Exception:
            log.exception("blocklist.failed")
        finally:
            del self._moved[account]
            self._came.discard(account)


def _tell(person: Person, meant: Meant, handles: AbstractSet[str], *, came: bool) -> None:
    for name, kind in person.blocks.items():
        handle, (members, others) = name[1], meant.by(name)
        if handle in handles or (came and (members or others)):
            id = block_id(person.account.id, name)
            told = BlockChanged(id=id, handle=handle, kind=kind, members=members, others=others)
            person.tell(f"block {id}", told)
