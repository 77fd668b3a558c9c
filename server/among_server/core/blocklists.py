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
        self._moved: dict[str, set[str]] = {}  # by account: handles that are to be told of; it is being done

    def moved(self, account: str, handles: AbstractSet[str]) -> None:
        """In the list of this account these handles may mean others than before."""
        if account in self._moved:
            self._moved[account] |= handles
            return
        self._moved[account] = set(handles)
        task = asyncio.get_running_loop().create_task(self._work(account))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, account: str) -> None:
        try:
            while handles := self._moved[account]:
                async with self._at_once:
                    self._moved[account] = set()
                    meant = await self._store.meant(account)
                person = self._people.get(account)
                if person is not None:
                    _tell(person, meant, handles)
        except Exception:
            log.exception("blocklist.failed")
        finally:
            del self._moved[account]


def _tell(person: Person, meant: Meant, handles: AbstractSet[str]) -> None:
    for name, kind in person.blocks.items():
        handle = name[1]
        if handle in handles:
            id = block_id(person.account.id, name)
            members, others = list(meant.listed.get(name, ())), list(meant.others.get(handle, ()))
            told = BlockChanged(id=id, handle=handle, kind=kind, members=members, others=others)
            person.tell(f"block {id}", told)
