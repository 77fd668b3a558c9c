"""A server that fails wherever it is told to, holding secrets in its hands: `python -m tests.proof.clumsy serve …`.

A command whose id begins with `fail-` fails in its handler, in the store's transaction, on the loop, or in a thread, with
an exception that quotes what was asked, as exceptions do.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import Any

from among_protocol.base import Command
from among_server.admin.main import main
from among_server.core import dispatch
from among_server.core.context import Context

FAILURES: dict[str, Callable[[str], Exception]] = {
    "key": KeyError,
    "value": lambda quoted: ValueError(f"invalid literal: {quoted!r}"),
    "unicode": lambda quoted: UnicodeDecodeError("utf-8", quoted.encode(), 0, 1, quoted),
    "chained": ValueError,
    "runtime": RuntimeError,  # only shows structs, as ours do
}


def quoted(command: Command) -> str:
    """All that was asked."""
    return " ".join(str(getattr(command, name)) for name in command.__struct_fields__)


def missed(said: str) -> int:
    nothing: dict[str, int] = {}
    return nothing[said]


def clumsy(handler: dispatch.Handler) -> dispatch.Handler:
    async def fail(context: Context, command: Any) -> Any:
        if not command.id.startswith("fail-"):
            return await handler(context, command)
        way = command.id.split("-")[1]
        said = quoted(command)
        match way:
            case "store":
                await context.store._writer.call(lambda tx: missed(said))  # type: ignore[attr-defined]  # the real one
            case "loop":
                asyncio.get_running_loop().call_soon(lambda: missed(said))
                asyncio.get_running_loop().create_future().set_exception(ValueError(said, command))  # nobody looks
            case "thread":
                threading.Thread(target=lambda: missed(said), name="clumsy").start()
            case "runtime":
                raise RuntimeError(f"{command} by {context.session!r} of {context!r}")
            case "chained":
                try:
                    raise KeyError(said)
                except KeyError as error:
                    raise FAILURES[way](said) from error
            case _:
                raise FAILURES[way](said)
        return await handler(context, command)

    return fail


def spoil() -> None:
    started = dispatch.Dispatch.__init__

    def start(self: dispatch.Dispatch, routes: Any) -> None:
        started(self, {command: route._replace(handler=clumsy(route.handler)) for command, route in routes.items()})

    dispatch.Dispatch.__init__ = start  # type: ignore[method-assign]  # the only way in from outside


if __name__ == "__main__":
    spoil()
    raise SystemExit(main(sys.argv[1:]))
