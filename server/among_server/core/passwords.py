"""Passwords: argon2id in a small pool off the loop, so that signing in never slows those who talk.

The parameters are OWASP's first choice for argon2id (19 MiB, two passes, one lane): 22 ms on a small server, and the
memory is what makes a stolen database expensive. The queue is bounded: beyond it one is told to wait.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from among_protocol.codes import BUSY, Refuse

from ..limits import WAITING_PASSWORDS

T = TypeVar("T")


class Passwords:
    """Hashes and checks."""

    def __init__(self, workers: int) -> None:
        self.cost(passes=2, kib=19_456)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._room = WAITING_PASSWORDS * workers
        self.hashed = 0  # passwords hashed or checked so far

    def cost(self, *, passes: int, kib: int) -> None:
        """What a password costs from now on."""
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=kib, parallelism=1)
        self._nobody = _hash_of_nobody(passes, kib)

    async def hash(self, password: str) -> str:
        """Raises Refuse `server.busy`."""
        return await self._run(lambda: self._hasher.hash(_normal(password)))

    async def check(self, hash: str | None, password: str) -> bool:
        """Whether it is the password. Without a hash (no such handle) it costs the same and is never. Raises Refuse."""
        return await self._run(lambda: self._matches(hash or self._nobody, password)) and hash is not None

    def _matches(self, hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash, _normal(password))
        except VerificationError:
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room == 0:
            raise Refuse(BUSY, retry_after_ms=2_000)
        self._room -= 1
        self.hashed += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._room += 1

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


@cache
def _hash_of_nobody(passes: int, kib: int) -> str:
    """What a password is checked against where there is no account: once for all servers of this process."""
    return PasswordHasher(time_cost=passes, memory_cost=kib, parallelism=1).hash("nobody has this password")


def _normal(password: str) -> str:
    """The same password typed on another keyboard gives other code points for the same letters."""
    return unicodedata.normalize("NFKC", password)
