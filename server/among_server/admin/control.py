"""The operator's way into a running server: a socket in the data folder, which only its owner may open.

One JSON object a line, one line back. The store has one writer, so a command of the operator that writes goes through
the server where one runs, and opens the store itself where none does.
"""

import asyncio
import contextlib
import os
import socket
from pathlib import Path

import msgspec

from ..app import App
from ..store.api import Store

SOCKET = "control.sock"


class AddInvite(msgspec.Struct, tag_field="do", tag="invite"):
    secret: bytes  # SHA-256 of the code
    uses: int
    expires_ms: int  # Unix time
    owner: bool = False  # whoever uses it owns the server


class Answer(msgspec.Struct, omit_defaults=True):
    ok: bool
    message: str = ""


async def carry_out(store: Store, request: AddInvite) -> None:
    """The one place where an operator's request becomes a change."""
    await store.add_invite(request.secret, owner=request.owner, uses=request.uses, expires_ms=request.expires_ms)


async def listen(app: App, data: Path) -> asyncio.Server:
    """Serve requests until closed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.LimitOverrunError, ValueError):
            line = await reader.readline()
            try:
                await carry_out(app.store, msgspec.json.decode(line, type=AddInvite))
                answer = Answer(ok=True)
            except msgspec.DecodeError as error:
                answer = Answer(ok=False, message=f"this server does not know the request: {error}")
            writer.write(msgspec.json.encode(answer) + b"\n")
            await writer.drain()
        writer.close()

    path = data / SOCKET
    path.unlink(missing_ok=True)  # of a server that was killed; a live one holds the lock of the data folder
    mask = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(serve, path)
    finally:
        os.umask(mask)


def ask(data: Path, request: AddInvite) -> Answer | None:
    """Have the running server carry it out; None when none runs on this data."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10)
        try:
            link.connect(str(data / SOCKET))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        link.sendall(msgspec.json.encode(request) + b"\n")
        with link.makefile("rb") as reply:
            return msgspec.json.decode(reply.readline(), type=Answer)
