"""A store whose answers wait while a test holds them: what happens between asking and hearing can be told as a story.

held = store.hold("standing")       # read at once, as it is now; heard when let go
...
held.let_go()
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from among_server.store.memory import MemoryStore
from tests.world import until


class Hold:
    """Answers of one kind, under way."""

    def __init__(self, undo: Callable[["Hold"], None]) -> None:
        self.asked = 0  # how many answers were held so far
        self._undo = undo
        self._waiting: list[asyncio.Future[None]] = []

    async def wait(self) -> None:
        self.asked += 1
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter

    async def is_asked(self, times: int) -> None:
        await until(lambda: self.asked >= times)

    def let_one_go(self, which: int = 0) -> None:
        """The oldest answer arrives (or the newest: -1); the others, and new ones, wait on."""
        self._waiting.pop(which).set_result(None)

    def let_go(self) -> None:
        self._undo(self)
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)


def _read(name: str) -> Callable[..., Awaitable[Any]]:
    async def read(self: "HeldStore", *args: Any, **named: Any) -> Any:
        answer = await getattr(MemoryStore, name)(self, *args, **named)
        if name in self._holds:
            await self._holds[name].wait()
        return answer

    return read


class HeldStore(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._holds: dict[str, Hold] = {}

    def hold(self, name: str) -> Hold:
        """`writes`, or the name of a read, or of what answers with a count."""
        assert name == "writes" or name in HeldStore.__dict__, f"{name} can't be held"
        self._holds[name] = hold = Hold(lambda hold: self._let_go(name))
        return hold

    def _let_go(self, name: str) -> None:
        del self._holds[name]
        if name == "writes" and self._waiting:
            super()._carry_out()

    def _carry_out(self) -> None:
        if "writes" not in self._holds:
            super()._carry_out()

    account: Any = _read("account")
    bans: Any = _read("bans")
    cards: Any = _read("cards")
    community: Any = _read("community")
    entries: Any = _read("entries")
    followed_corners: Any = _read("followed_corners")
    followed_threads: Any = _read("followed_threads")
    mark_inbox: Any = _read("mark_inbox")
    meant: Any = _read("meant")
    members: Any = _read("members")
    messages: Any = _read("messages")
    password_hash: Any = _read("password_hash")
    personas: Any = _read("personas")
    recount_inbox: Any = _read("recount_inbox")
    reports: Any = _read("reports")
    reset: Any = _read("reset")
    room: Any = _read("room")
    rooms: Any = _read("rooms")
    seen: Any = _read("seen")
    session: Any = _read("session")
    set_marker: Any = _read("set_marker")
    standing: Any = _read("standing")
    unread: Any = _read("unread")
    wanted: Any = _read("wanted")
