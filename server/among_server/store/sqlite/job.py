"""What the writer is asked for, and how it came out."""

import asyncio
from typing import Any, NamedTuple

from among_protocol.wire import tag_of


class Job(NamedTuple):
    """A command of an account, or something else that writes (then `command` is a function and `account` empty)."""

    future: asyncio.Future[Any]
    account: str
    command: Any

    def name(self) -> str:
        if self.account:
            return tag_of(type(self.command))
        return str(getattr(self.command, "__qualname__", self.command))


Outcome = tuple[asyncio.Future[Any], Any]  # and the result, or a Refuse


def nothing(_: object) -> None:
    """What comes back when all before it is done."""
