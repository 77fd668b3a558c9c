"""Whose turn it is where one thing is done at a time, for all accounts: one after the other has a turn, whoever asked for how
much. On the loop alone."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    def __init__(self) -> None:
        self._now: str | None = None  # whose turn it is
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}  # whoever stands first is next

    @asynccontextmanager
    async def turn(self, account: str) -> AsyncIterator[None]:
        """Inside it is this account's turn."""
        if self._now is None:
            self._now = account
        else:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(account, deque()).append(mine)
            try:
                await mine
            except asyncio.CancelledError:
                if not mine.cancelled():  # the turn had come, all the same
                    self._pass_on()
                raise
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        had, self._now = self._now, None
        if had in self._waiting:
            self._waiting[had] = self._waiting.pop(had)  # behind the others
        while self._waiting and self._now is None:
            account, waiting = next(iter(self._waiting.items()))
            mine = waiting.popleft()
            if not waiting:
                del self._waiting[account]
            if not mine.done():  # or whoever asked has given up
                self._now = account
                mine.set_result(None)
