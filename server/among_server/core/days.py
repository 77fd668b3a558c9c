"""The day on which others could last see that an account is here: written down where somebody is shown it, once a day, one
account after the other, so that midnight is no storm.
"""

import asyncio
import contextlib
from collections.abc import Callable

from among_protocol.codes import Refuse

from ..store.api import Store
from ..store.status import DAY_MS, is_due
from .people import People, Person


class Days:
    """`wall`: Unix time in milliseconds."""

    def __init__(self, store: Store, people: People, tasks: set[asyncio.Task[None]], wall: Callable[[], int]) -> None:
        self._store = store
        self._people = people
        self._tasks = tasks
        self._wall = wall
        self._due: dict[str, None] = {}  # accounts, in the order in which they came
        self._writes = False

    def note(self, person: Person) -> None:
        """This account can be seen to be here now."""
        if person.statuses and is_due(person.statuses, self._wall() // DAY_MS):
            self._due[person.account.id] = None
            if not self._writes:
                self._writes = True
                task = asyncio.get_running_loop().create_task(self._write())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _write(self) -> None:
        try:
            while self._due:
                account = next(iter(self._due))
                del self._due[account]
                with contextlib.suppress(Refuse):  # storage is unavailable, which is told elsewhere
                    self._people.choosing(account, await self._store.note_day(account))
        finally:
            self._writes = False
