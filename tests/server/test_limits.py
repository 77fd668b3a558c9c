"""Every limit that `hello` advertises is the one that is enforced: at it all is well, one more is refused by name."""

from typing import Any

import msgspec
import pytest

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.base import Command
from among_protocol.blocks import SetBlock
from among_protocol.communities import CreateCommunity, JoinCommunity
from among_protocol.logs import ReadChanged, ReadEntries, Sync
from among_protocol.members import ListMembers
from among_protocol.messages import ReadMessages, SendMessage
from among_protocol.presence import WatchPresence
from among_protocol.rooms import CreateRoom, FollowRoom, ListRooms, OpenDirect, SetTopic, UnfollowRoom
from among_protocol.session import Limits, SignUp
from among_server import limits
from among_server.store.rules import blocks as block_rules
from among_server.store.rules import communities as community_rules
from among_server.store.rules import rooms as room_rules
from tests.world import PASSWORD, Person, World, world_of

# Limits with a test of their own: of frames and connections in tests/wire, of budgets, replays and mentions beside them.
ELSEWHERE = {
    "frame_bytes", "in_flight", "malformed_frames", "budget", "budget_per_second", "replay_entries", "mentions",
}  # fmt: skip
HERE = {
    "body_bytes", "name_chars", "about_chars", "topic_chars", "page_entries", "communities", "follows", "rooms",
    "direct_people", "watched", "positions", "blocks",
}  # fmt: skip


async def test_inp_05_every_limit_of_hello_has_a_test():
    async with world_of() as world:
        told = msgspec.to_builtins(world.app.services.hello.limits)
        assert set(told) == {field.name for field in msgspec.structs.fields(Limits)} == ELSEWHERE | HERE


@pytest.mark.parametrize(
    ("limit", "command", "field", "unit"),
    [
        ("body_bytes", SendMessage, "body", "é"),
        ("name_chars", UpdateAccount, "display_name", "😀"),
        ("name_chars", CreateCommunity, "name", "x"),
        ("about_chars", UpdateAccount, "bio", "é"),
        ("about_chars", CreateCommunity, "about", "x"),
        ("topic_chars", SetTopic, "topic", "😀"),
        ("topic_chars", CreateRoom, "topic", "x"),
    ],
)
async def test_inp_05_texts(limit, command, field, unit):
    async with world_of() as world:
        await world.join("garden/hall")
        founder = world.founder("garden")
        most = getattr(world.app.services.hello.limits, limit)
        if limit == "body_bytes":
            most //= len(unit.encode())
        rest: dict[str, Any] = {
            SendMessage: {"room": founder.room},
            SetTopic: {"room": founder.room},
            CreateCommunity: {"slug": "meadow", "name": "Meadow"},
            CreateRoom: {"community": world.id("garden"), "slug": "shed"},
        }.get(command, {})
        refused = await founder.refused(command, **{**rest, field: unit * (most + 1)})
        assert refused.code in (codes.FIELD_TOO_LONG.code, codes.FIELD_INVALID.code)
        assert refused.field == field
        await founder.ask(command, **{**rest, field: unit * most})


@pytest.mark.parametrize("command", [ReadEntries, ReadMessages, ListMembers])
async def test_inp_05_pages(command):
    async with world_of() as world:
        await world.join("garden/hall")
        founder = world.founder("garden")
        most = world.app.services.hello.limits.page_entries
        needed: dict[type[Command], dict[str, Any]] = {
            ReadEntries: {"log": founder.room, "after": 0},
            ReadMessages: {"room": founder.room},
            ListMembers: {"community": world.id("garden")},
        }
        rest = needed[command]
        await founder.ask(command, **rest, limit=most)
        for limit in (most + 1, 0, -1):
            refused = await founder.refused(command, **rest, limit=limit)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "limit")


async def most_and_one_more(person: Person, most: int, command: type[Command], **fields: Any) -> None:
    """The last one within the limit is done; the next one is refused by name, and changes nothing."""
    for number in range(most):
        await person.ask(command, **{name: value(number) for name, value in fields.items()})
    heads = person.world.heads()
    refused = await person.refused(command, **{name: value(most) for name, value in fields.items()})
    assert refused.code == codes.LIMIT_REACHED.code
    assert str(limit_in(refused.message)) in refused.message
    assert person.world.heads() == heads


def limit_in(message: str) -> int:
    (number,) = [int(word) for word in message.split() if word.isdigit()]
    return number


async def test_inp_05_communities_of_an_account(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.communities == limits.COMMUNITIES_PER_ACCOUNT
        monkeypatch.setattr(community_rules, "COMMUNITIES_PER_ACCOUNT", 3)
        ann = await world.person("ann")
        await most_and_one_more(ann, 3, CreateCommunity, slug="place-{}".format, name="Place {}".format)
        await world.join("garden/hall")
        assert (await ann.refused(JoinCommunity, community="garden")).code == codes.LIMIT_REACHED.code
        await world.join_too(ann, "place-0")  # being there already is not one more


async def test_inp_05_rooms_of_a_community(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.rooms == limits.ROOMS_PER_COMMUNITY
        monkeypatch.setattr(room_rules, "ROOMS_PER_COMMUNITY", 3)
        await world.join("garden")
        founder, garden = world.founder("garden"), world.id("garden")
        await most_and_one_more(founder, 3, CreateRoom, community=lambda number: garden, slug="room-{}".format)
        refused = await founder.refused(CreateRoom, community=garden, slug="cellar", kind="private")
        assert refused.code == codes.LIMIT_REACHED.code


async def test_inp_05_rooms_that_an_account_follows(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.follows == limits.FOLLOWS_PER_ACCOUNT
        for rules in (room_rules, community_rules):
            monkeypatch.setattr(rules, "FOLLOWS_PER_ACCOUNT", 2)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk")
        founder = world.founder("library")
        await founder.ask(CreateRoom, community=world.id("library"), slug="attic")
        refused = await founder.refused(CreateRoom, community=world.id("library"), slug="annex")
        assert refused.code == codes.LIMIT_REACHED.code
        assert len((await world.join_too(bob, "library")).rooms) == 1, "as many as there is room for"
        heads = world.heads()
        for person, command, fields in (
            (bob, FollowRoom, {"room": await other_room(world, bob)}),
            (bob, OpenDirect, {"handles": ["ann"]}),
        ):
            assert (await person.refused(command, **fields)).code == codes.LIMIT_REACHED.code
        refused = await ann.refused(OpenDirect, handles=["bob"])  # nor can anybody else make him, nor learn why
        assert refused.code == codes.DIRECT_REFUSED.code
        assert world.heads() == heads
        await bob.ask(FollowRoom, room=bob.room)  # is followed already
        await bob.ask(UnfollowRoom, room=bob.room)
        await bob.ask(FollowRoom, room=await other_room(world, bob))


async def other_room(world: World, person: Person) -> str:
    """The room of the library that this person does not follow."""
    rooms = (await person.ask(ListRooms, community=world.id("library"))).rooms
    (other,) = [room.id for room in rooms if not room.following]
    return str(other)


async def test_inp_05_people_whom_an_account_blocks(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.blocks == limits.BLOCKS_PER_ACCOUNT
        monkeypatch.setattr(block_rules, "BLOCKS_PER_ACCOUNT", 2)
        ann, *_ = [await world.person(handle) for handle in ("ann", "bob", "cyd", "dan")]
        await ann.ask(SetBlock, kind="block", handle="bob")
        await ann.ask(SetBlock, kind="mute", handle="cyd")
        refused = await ann.refused(SetBlock, kind="mute", handle="dan")
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 2)
        await ann.ask(SetBlock, kind="mute", handle="bob")  # is listed already
        await ann.ask(SetBlock, kind="none", handle="bob")
        await ann.ask(SetBlock, kind="mute", handle="dan")


async def test_inp_05_people_in_a_direct():
    async with world_of() as world:
        most = world.app.services.hello.limits.direct_people
        people = [await world.person(f"person-{number}") for number in range(most + 1)]
        handles = [person.handle for person in people[1:]]
        refused = await people[0].refused(OpenDirect, handles=handles)
        assert refused.field == "handles"
        await people[0].ask(OpenDirect, handles=handles[:-1])


async def test_inp_05_who_is_watched_and_positions():
    async with world_of() as world:
        ann = await world.person("ann")
        told = world.app.services.hello.limits
        await ann.ask(WatchPresence, members=[f"m_{number}" for number in range(told.watched)])
        refused = await ann.refused(WatchPresence, members=[f"m_{number}" for number in range(told.watched + 1)])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "members")
        for command in (Sync, ReadChanged):
            positions = {f"r_{number}": 0 for number in range(told.positions)}
            await ann.ask(command, positions=positions)
            refused = await ann.refused(command, positions={**positions, "r": 0})
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "positions")


async def test_a_password_is_at_most_a_kilobyte_and_costs_nothing_when_it_is_more():
    async with world_of() as world:
        hashed = world.app.services.passwords.hashed
        refused = await Person(world).refused(SignUp, handle="ann", password="x" * 1025)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "password")
        assert world.app.services.passwords.hashed == hashed
        await Person(world).ask(SignUp, handle="ann", password="x" * 1024)


async def test_passwords_wait_in_a_bounded_queue(monkeypatch):
    async with world_of() as world:
        passwords = world.app.services.passwords
        passwords._room = 2
        people = [Person(world) for _ in range(3)]
        ids = [person.begin(SignUp, handle=f"person-{n}", password=PASSWORD) for n, person in enumerate(people)]
        await people[2].answered(ids[2])
        assert people[2].replies[ids[2]].code == codes.BUSY.code
        assert people[2].replies[ids[2]].retry_after_ms > 0
        for person, id in zip(people[:2], ids[:2], strict=True):
            await person.reply(id, SignUp.Reply)
