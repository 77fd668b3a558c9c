"""A command on its way, for whoever does not want to wait for it: a screen shows its state, a task may await it."""

import asyncio
from collections.abc import Callable, Generator
from typing import Any

from ..asking import Ask, AskState
from ..base import Command
from ..client import Client


class Sending:
    """Awaiting it gives the command's Reply, or raises why it failed. Cancelling whoever awaits it withdraws it:
    where it had been told to wait and did, the cause of the `CancelledError` is that `Refuse`, with how long it was still."""

    def __init__(
        self,
        core: Client,
        command: Command,
        changed: "Callable[[Sending], object] | None",
        asked: Callable[[], None],
    ) -> None:
        self._core = core
        self._changed = changed
        self._asked = asked  # there is something to send, perhaps
        self._loop = asyncio.get_running_loop()
        self._decided: asyncio.Future[None] = self._loop.create_future()
        self._ask = core.ask(command, self._loop.time(), self._watch)
        asked()

    @property
    def state(self) -> AskState:
        """`sending`; `unconfirmed` (the link went, or the reply is late; it goes on); `sent`; `failed`."""
        return self._ask.state

    @property
    def command(self) -> Command:
        """As it is sent, with its nonce; the id is another one with each try."""
        return self._ask.command

    @property
    def result(self) -> Any:
        """Once sent: the command's Reply."""
        return self._ask.result

    @property
    def error(self) -> Exception | None:
        """Once failed: why."""
        return self._ask.error

    def withdraw(self) -> None:
        """Don't try again. What is on the wire already may still be carried out."""
        self._core.withdraw(self._ask, self._loop.time())
        self._asked()

    async def decided(self) -> None:
        """Wait until it is sent or failed; raises nothing, and cancelling it changes nothing."""
        await asyncio.shield(self._decided)

    def _watch(self, ask: Ask) -> None:
        if self._changed is not None:
            self._loop.call_soon(self._changed, self)  # soon: whoever is called may ask again
        if ask.decided and not self._decided.done():
            self._decided.set_result(None)

    def __await__(self) -> Generator[Any, None, Any]:
        try:
            yield from asyncio.shield(self._decided).__await__()
        except asyncio.CancelledError as cancelled:
            told = self._ask.waiting(self._loop.time())
            self.withdraw()
            if told is not None:
                raise cancelled from told
            raise
        if self._ask.error is not None:
            raise self._ask.error
        return self._ask.result
