"""What is true of every frame of a client: looked for in all that it sent, whatever the scenario."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from ...base import KEY_CHARS, Write
from ...malformed import Malformed
from ...testing.server import Crossed
from ..checks import Fault, demand
from .stage import Stage, checks

Look = Callable[[Stage], None]
LOOKS: dict[str, Look] = {}  # by name of the check: what is looked for in each stage that was played


def everywhere(rule: str) -> Callable[[Look], Look]:
    """Make a function that looks at what went over the wire a check of this rule."""

    def take(look: Look) -> Look:
        async def talk(stage: Stage) -> None:
            await plain(stage)
            look(stage)

        talk.__name__, talk.__doc__ = look.__name__, look.__doc__
        checks(rule)(talk)
        LOOKS[look.__name__] = look
        return look

    return take


async def plain(stage: Stage) -> None:
    """Nothing goes wrong: messages, one of the client's own, a cut and a restart."""
    await stage.begin()
    await stage.says(*stage.some(2))
    if stage.level != "reader":
        bodies = stage.some(3)
        await stage.tell(*bodies)
        await stage.until(lambda: all(stage.stored(body) for body in bodies), "three lines said in the room")
        stage.expect(*sorted((stage.stored(body)[0] for body in bodies), key=lambda entry: entry.seq))
    await stage.shows()
    await stage.cut()
    await stage.says(*stage.some(1))
    await stage.returns()
    await stage.shows()


def _fields(crossed: Crossed) -> dict[str, Any]:
    """A frame as an object; empty when it is none."""
    try:
        decode = msgspec.msgpack.decode if crossed.connection.encoding.binary else json.loads
        found = decode(crossed.data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _incoming(stage: Stage) -> Iterator[Crossed]:
    return (crossed for crossed in stage.server.wire if not crossed.out)


@everywhere("connection.text_and_binary")
def frames_of_the_right_kind(stage: Stage) -> None:
    """Look at every frame: text for JSON, binary for MessagePack."""
    for crossed in _incoming(stage):
        wanted = "a binary frame, for MessagePack" if crossed.connection.encoding.binary else "a text frame, for JSON"
        demand(crossed.text is not crossed.connection.encoding.binary, wanted, crossed.data)


@everywhere("connection.no_token_in_url")
def no_secret_in_the_address(stage: Stage) -> None:
    """Look at the address of every connection: no token and no password in it."""
    secrets = [*stage.secrets]
    for connection in stage.town.all:
        found = any(secret in connection.path for secret in secrets)
        demand(not found, "an address without a secret", "an address with a token or a password in it")


@everywhere("frames.id")
def ids_that_are_free(stage: Stage) -> None:
    """Look at the `id` of every command: 1 to 64 characters, and not one that still waits for its reply."""
    waiting: dict[object, set[str]] = {}
    for crossed in stage.server.wire:
        fields, open_ids = _fields(crossed), waiting.setdefault(crossed.connection, set())
        id = fields.get("id")
        if crossed.out:
            if fields.get("type") in ("ok", "refused") and isinstance(id, str):
                open_ids.discard(id)
            continue
        demand(isinstance(id, str) and 0 < len(id) <= KEY_CHARS, "an `id` of 1 to 64 characters", fields)
        assert isinstance(id, str)
        demand(id not in open_ids, "an `id` that waits for no reply", f"{id!r} again")
        open_ids.add(id)


@everywhere("frames.commands")
def commands_of_the_reference(stage: Stage) -> None:
    """Look at every frame: a command of the reference, each field of its type."""
    for crossed in _incoming(stage):
        try:
            crossed.connection.encoding.decode_command(crossed.data)
        except Malformed as error:
            raise Fault("a command of the reference", f"{error.message} {crossed.data[:200]!r}") from None


@everywhere("nonces.fresh")
def nonces_that_are_new(stage: Stage) -> None:
    """Look at the nonce of every write: never that of another one."""
    used: dict[str, bytes] = {}
    for said in stage.commands():
        if isinstance(said.command, Write):
            content = msgspec.json.encode(msgspec.structs.replace(said.command, id=""))
            before = used.setdefault(said.command.nonce, content)
            demand(before == content, "a nonce for this write alone", f"{said.command.nonce!r} again, for another")
