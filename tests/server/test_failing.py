"""A handler that fails is one line in the log and a refusal of class `bug`; the server and the connection live.

For every command by reflection: also those that write, those that are a barrier, and those whose answers are large.
"""

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

import pytest
from structlog.testing import capture_logs

from among_protocol import codes, wire
from among_protocol.base import Command
from among_protocol.malformed import Malformed
from among_protocol.messages import MessageSent
from among_protocol.session import Ping
from among_server.core.policy import POLICY, Who
from tests.anything import Pool, anything
from tests.world import Person, World, world_of

Failing = Callable[[Any, Any], Coroutine[Any, Any, Any]]


async def at_once(context: Any, command: Any) -> Any:
    raise ZeroDivisionError("in a handler")


async def after_reading(context: Any, command: Any) -> Any:
    await context.store.community("garden")
    raise LookupError("in a handler, later")


async def after_writing(context: Any, command: Any) -> Any:
    if context.session.person is not None:
        from among_protocol.accounts import UpdateAccount

        await context.append(UpdateAccount(id="1", nonce=f"n-{command.id}", bio="was written"))
    raise TypeError("in a handler, after a write")


def well_formed(command: type[Command], pool: Pool) -> dict[str, Any]:
    """Fields of this command that its types allow."""
    random = Random(0)
    while True:
        made, fields = anything(random, pool, command)
        try:
            wire.JSON.decode_command(wire.JSON.encode({"id": "1", **fields}))
        except Malformed:
            continue
        assert made is command
        return fields


async def who_may(world: World, command: type[Command]) -> Person:
    if POLICY[command].who is Who.GUEST:
        return Person(world)
    (ann,) = await world.join("garden/hall", "ann")
    await world.promote(ann, "garden", "owner")
    return ann


@pytest.mark.parametrize("failing", [at_once, after_reading, after_writing])
@pytest.mark.parametrize("command", wire.COMMANDS, ids=wire.tag_of)
async def test_a_handler_that_fails_is_one_line_and_a_refusal_of_class_bug(command: type[Command], failing: Failing):
    async with world_of() as world:
        person = await who_may(world, command)
        routes = world.app.dispatch.routes
        world.app.dispatch.routes = {**routes, command: routes[command]._replace(handler=failing)}
        pool = Pool()
        pool.hear({"room": person.room, "community": world._ids.get("garden", ""), "log": person.room})
        fields = well_formed(command, pool)
        with capture_logs() as log:
            for id in ("a", "b"):  # the first leaves nothing behind that holds up the second
                person.send(person.encoding.encode({**fields, "id": id}))
            for id in ("a", "b"):
                await person.answered(id)
                refused = person.replies[id]
                assert (refused.code, refused.kind) == (codes.INTERNAL.code, "bug")
            await world.quiet()
        lines = [line for line in log if line["log_level"] == "error"]
        assert [(line["event"], line["command"]) for line in lines] == [("command.failed", wire.tag_of(command))] * 2
        assert "exc_info" in lines[0]
        world.mistakes.clear()
        world.app.dispatch.routes = routes
        session = person.session
        assert (session.in_flight, session.barrier, session.large) == (0, None, False)
        assert person.closed is None
        await person.ask(Ping)
        if POLICY[command].who is not Who.GUEST:
            said = await person.say("I am still here")
            assert (await person.hears(MessageSent)).body == said.body
