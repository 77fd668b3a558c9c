"""Ranges of entries, and what changed."""

from among_protocol import codes, wire
from among_protocol.logs import ReadChanged, ReadEntries
from among_protocol.messages import ReadMessages
from tests.world import Person, world_of


async def read(person: Person, log: str, **fields: object) -> tuple[list[int], bool]:
    page = await person.ask(ReadEntries, log=log, **fields)
    assert page.head == person.world.heads()[log]
    assert page.floor == 0
    return [person.encoding.decode_entry(raw).seq for raw in page.entries], page.complete


async def test_entries_come_oldest_first_by_range():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for number in range(1, 8):
            await ann.say(f"{number}")
        for fields, expected in (
            ({"after": 0}, ([1, 2, 3, 4, 5, 6, 7], True)),
            ({"after": 3}, ([4, 5, 6, 7], True)),
            ({"after": 0, "limit": 3}, ([1, 2, 3], False)),
            ({"after": 4, "limit": 3}, ([5, 6, 7], True)),
            ({"after": 2, "until": 5}, ([3, 4, 5], True)),
            ({"after": 2, "until": 5, "limit": 2}, ([3, 4], False)),
            ({"after": 7}, ([], True)),
            ({"after": 99}, ([], True)),
            ({"after": 5, "until": 2}, ([], True)),
            ({"after": 6, "until": 99}, ([7], True)),
        ):
            assert await read(ann, ann.room, **fields) == expected, fields


async def test_an_entry_of_a_page_is_the_one_that_came_live_byte_for_byte():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        (bob,) = await world.join("garden/hall", "bob", encoding=wire.MSGPACK)
        await ann.say("hi 😀 @bob")
        for person in (ann, bob):
            await person.settled()
            page = await person.ask(ReadEntries, log=person.room, after=0)
            assert bytes(page.entries[0]) in person.frames


async def test_each_of_ones_logs_may_be_read_and_no_other():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann)
        direct = await world.direct(ann, world.founder("garden"))
        (eve,) = await world.join("library/desk", "eve")
        for log in (ann.account, world.id("garden"), ann.room, cellar, direct):
            await read(ann, log, after=0)
        answers = set()
        for person, logs in (
            (bob, [ann.account, cellar, direct]),
            (eve, [ann.account, cellar, direct, world.id("garden"), ann.room, "r_nowhere", "c_nowhere", "a_nowhere"]),
        ):
            for log in logs:
                refused = await person.refused(ReadEntries, log=log, after=0)
                answers.add((refused.code, refused.kind, refused.message, refused.field))
        assert answers == {(codes.LOG_GONE.code, "gone", codes.LOG_GONE.message, "log")}


async def test_an_open_room_that_one_does_not_follow_may_be_read():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await world.join("garden/shed")
        await world.founder("garden").say("hi", room=world.id("garden/shed"))
        assert await read(ann, world.id("garden/shed"), after=0) == ([1], True)


async def test_a_page_is_at_most_two_hundred_entries_and_about_128_kib():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for limit in (0, 201):
            refused = await ann.refused(ReadEntries, log=ann.room, after=0, limit=limit)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "limit")
        for _ in range(20):
            await ann.say("x" * 8000)
        page = await ann.ask(ReadEntries, log=ann.room, after=0)
        assert 14 <= len(page.entries) <= 16
        assert not page.complete
        for asked in ({}, {"after": 0}, {"before": 21}, {"around": 10}):
            messages = await ann.ask(ReadMessages, room=ann.room, limit=200, **asked)
            assert 8 < len(messages.messages) <= 16, asked
            assert not messages.complete


async def test_what_changed_names_the_logs_that_are_not_where_one_has_them():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        epoch = world.app.store.epoch
        mine = {log: head for log, head in world.heads().items() if log in (bob.account, world.id("garden"), bob.room)}
        assert (await bob.ask(ReadChanged, epoch=epoch, positions=mine)).logs == []
        await ann.say("@bob")
        (state,) = (await bob.ask(ReadChanged, epoch=epoch, positions=mine)).logs
        assert (state.log, state.status, state.head, state.unread, state.mentions) == (bob.room, "caught_up", 1, 1, 1)
        strange = {**mine, bob.room: 9, ann.account: 0}
        states = {state.log: state for state in (await bob.ask(ReadChanged, epoch=epoch, positions=strange)).logs}
        assert {log: (state.status, state.reason) for log, state in states.items()} == {
            bob.room: ("reset", "ahead"),
            ann.account: ("gone", ""),
        }
        changed = await bob.ask(ReadChanged, epoch="another", positions=mine)
        assert changed.epoch == epoch
        assert {state.log for state in changed.logs} == set(mine)
        assert {state.reason for state in changed.logs} == {"epoch"}
        assert {state.log for state in (await bob.ask(ReadChanged)).logs} == set(mine)
        heard = len(bob.heard)
        await bob.ask(ReadChanged, epoch=epoch, positions=dict.fromkeys(mine, 0))
        assert bob.heard[heard:] == [], "nothing is replayed"
