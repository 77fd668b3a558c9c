"""What one may not see is answered like what is not there: every command of the protocol, one that is added too, asked with
the ids of something hidden and with ids that were never given."""

import re
from itertools import product
from typing import Any

import pytest
from msgspec import inspect, json

from among_protocol import wire
from among_protocol.base import Write
from among_protocol.communities import LeaveCommunity, UpdateCommunity
from among_protocol.logs import Sync
from among_protocol.reach import SetReach
from among_protocol.reports import FileReport
from among_protocol.session import SignOut
from among_server.core.policy import POLICY, Who
from among_server.store.stewards import stewards_of
from tests.server.test_corners import publish
from tests.server.test_threads import answer
from tests.world import Person, World, world_of

# Not asked: what ends the session, what answers in pieces (tests/server/test_logs.py), and what is for guests.
COMMANDS = [
    command for command in wire.COMMANDS if command not in (SignOut, Sync) and POLICY[command].who is not Who.GUEST
]
ROOMS = {"room", "origin", "place", "log", "message", "post", "thread", "seq"}
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|nonce-\d+|\"id\":\"\d+\"")


def fields(command: type, ids: dict[str, Any]) -> dict[str, Any]:
    """The fields that name something, and what else has to be there."""
    told = inspect.type_info(command)
    assert isinstance(told, inspect.StructType)
    found: dict[str, Any] = {}
    for field in told.fields:
        if field.name in ids:
            several = isinstance(field.type, inspect.ListType)
            refs = isinstance(field.type, inspect.ListType) and isinstance(field.type.item_type, inspect.StructType)
            value = {"member": ids["member"]} if refs else ids[field.name]
            found[field.encode_name] = [value] if several else value
        elif field.required and field.name not in ("id", "nonce"):
            found[field.encode_name] = filled(field.type)
    return found


def filled(told: inspect.Type) -> Any:
    match told:
        case inspect.LiteralType():
            return told.values[0]
        case inspect.StrType():
            return "abc"
        case inspect.IntType():
            return max(1, told.ge or 1)
        case inspect.BoolType():
            return True
        case inspect.UnionType():
            return filled(told.types[0])
        case inspect.ListType() | inspect.SetType():
            return []
        case _:
            return {}


async def answered(person: Person, command: type, said: dict[str, Any], *hidden: str) -> str:
    """The frame of the reply, but for the ids and what is of the moment."""
    id = str(next(person._ids))
    nonce = {"nonce": person.world.nonce()} if issubclass(command, Write) else {}
    person.send(json.encode({"type": wire.tag_of(command), "id": id, **nonce, **said}))
    await person.answered(id)
    person.replies.pop(id)
    frame = person.raw[id].decode()
    for word in hidden:
        frame = frame.replace(word, word[0])
    return TIMES.sub("", frame)


async def hidden(world: World) -> tuple[dict[str, Person], dict[str, dict[str, Any]]]:
    """Who asks, and what is hidden from all of them: of a community that is out of the directory, and of a private room."""
    ann, bob, eve = await world.join("garden/hall", "ann", "bob", "eve")
    garden, hall = world.id("garden"), ann.room
    cellar = await world.private_room("garden/cellar", ann, bob)
    post = await publish(world, ann)
    said, root = await ann.say("hello"), await ann.say("psst", room=cellar)
    await answer(bob, root, "yes?")
    await ann.ask(FileReport, community=garden, member=bob.member, reason="loud")
    await world.founder("garden").ask(UpdateCommunity, community=garden, door="invite", listed=False, rules="Be kind.")
    await eve.ask(LeaveCommunity, community=garden)
    ids = dict.fromkeys(("message", "post", "thread", "seq"), said.seq)
    of_garden = {"community": garden, "member": bob.member, "members": bob.member, **ids}
    found: dict[str, dict[str, Any]] = {
        "room": {**dict.fromkeys(("room", "origin", "place", "log"), hall), **of_garden},
        "corner": {**dict.fromkeys(("room", "origin", "place", "log"), post.log), **of_garden, "post": post.seq},
        "stewards": {"log": stewards_of(garden), "place": garden, **of_garden},
        "name": {"community": "garden", "place": "garden", "log": garden},
        "private": {**dict.fromkeys(("room", "origin", "place", "log"), cellar), **dict.fromkeys(ids, root.seq)},
        "account": dict.fromkeys(("room", "place", "log", "community", "origin"), ann.account),
    }
    return {"a stranger": await world.person("zoe"), "who has left": eve}, found


def made_up(ids: dict[str, Any]) -> dict[str, Any]:
    return {name: f"{id[:2]}{'a' * (len(id) - 2)}" if isinstance(id, str) else id for name, id in ids.items()}


def asked(command: type, real: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """What is asked with hidden ids, each with the same of ids that were never given: rooms alone, the rest alone, all."""
    found = []
    for names in (ROOMS, set(real) - ROOMS, set(real)):
        pair = [fields(command, {name: ids[name] for name in ids if name in names}) for ids in (real, made_up(real))]
        if pair[0] != pair[1] and pair not in found:
            found.append(pair)
    return found


@pytest.mark.parametrize("noun", sorted({wire.tag_of(command).split(".")[0] for command in COMMANDS}))
async def test_auz_02_what_is_hidden_is_answered_like_what_is_not_there(noun):
    commands = [command for command in COMMANDS if wire.tag_of(command).split(".")[0] == noun]
    async with world_of() as world:
        people, places = await hidden(world)
        heads = world.heads()
        for command, (who, person), (what, real) in product(commands, people.items(), places.items()):
            if command is SetReach and what != "name":
                continue  # of a community whose id one knows one may say by whom one can be reached
            ids = {id for id in (*real.values(), *made_up(real).values()) if isinstance(id, str)}
            for pair in asked(command, real):
                told = [await answered(person, command, one, *sorted(ids, key=len, reverse=True)) for one in pair]
                assert told[0] == told[1], f"{who} learns of the {what} by {pair[0]}"
        own = {person.account for person in people.values()}
        assert {id: head for id, head in world.heads().items() if id in heads and id not in own} == {
            id: head for id, head in heads.items() if id not in own
        }
