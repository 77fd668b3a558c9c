"""Saying something, who hears it, and reading what was said."""

import pytest

from among_protocol import codes, wire
from among_protocol.logs import ReadEntries
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.rooms import FollowRoom, SetTopic
from tests.world import Person, World, world_of


async def test_everybody_in_the_room_hears_a_message_once_and_in_order():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (cyd,) = await world.join("garden/hall", "cyd", encoding=wire.MSGPACK)
        for number in range(5):
            await ann.say(f"message {number}")
        for person in (ann, bob, cyd):
            heard = [event.body for event in await person.settled() if isinstance(event, MessageSent)]
            assert heard == [f"message {number}" for number in range(5)]


async def test_the_reply_follows_the_authors_own_copy():
    async with world_of() as world:
        ann, _ = await world.join("garden/hall", "ann", "bob")
        before = len(ann.frames)
        ids = [ann.begin(SendMessage, room=ann.room, body=f"{number}") for number in range(3)]
        for id in ids:
            await ann.reply(id, SendMessage.Reply)
        kinds = [b'"message.sent"' in frame.split(b'"result"')[0] for frame in ann.frames[before:]]
        assert kinds == [True, True, True, False, False, False]


async def test_what_is_heard_is_what_is_answered_and_what_is_kept():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi  there\n\tall")
        assert (said.body, said.by, said.rev, said.log) == ("hi  there\n\tall", ann.member, 1, ann.room)
        assert await bob.hears(MessageSent) == said
        assert (await bob.entries(bob.room))[-1] == said
        (message,) = (await bob.ask(ReadMessages, room=bob.room)).messages
        assert (message.seq, message.at, message.by, message.rev) == (said.seq, said.at, said.by, said.rev)
        assert (message.body, message.nonce) == (said.body, said.nonce)


async def test_the_author_is_the_membership_and_never_the_account():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("hi @bob")
        await bob.ask(ReadMessages, room=bob.room)
        await bob.entries(bob.room)
        await bob.entries(world.id("garden"))
        await bob.settled()
        assert ann.account not in str(bob.frames)


async def numbers(person: Person, **fields: object) -> tuple[list[int], bool]:
    page = await person.ask(ReadMessages, room=person.room, **fields)
    assert page.as_of == person.world.heads()[person.room]
    return [message.seq for message in page.messages], page.complete


async def chatty(world: World) -> Person:
    """Ten messages, numbers 1 to 10 but for 4 and 7, which are topics."""
    (ann,) = await world.join("garden/hall", "ann")
    await world.promote(ann, "garden", "steward")
    for number in range(1, 11):
        if number in (4, 7):
            await ann.ask(SetTopic, room=ann.room, topic=f"{number}")
        else:
            await ann.say(f"{number}")
    return ann


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ([1, 2, 3, 5, 6, 8, 9, 10], True)),
        ({"limit": 3}, ([8, 9, 10], False)),
        ({"limit": 8}, ([1, 2, 3, 5, 6, 8, 9, 10], True)),
        ({"before": 8, "limit": 3}, ([3, 5, 6], False)),
        ({"before": 3, "limit": 3}, ([1, 2], True)),
        ({"before": 1}, ([], True)),
        ({"before": 0}, ([], True)),
        ({"before": 99, "limit": 2}, ([9, 10], False)),
        ({"after": 3, "limit": 3}, ([5, 6, 8], False)),
        ({"after": 8}, ([9, 10], True)),
        ({"after": 10}, ([], True)),
        ({"after": 99}, ([], True)),
        ({"after": 0, "limit": 2}, ([1, 2], False)),
        ({"after": 2, "before": 9}, ([3, 5, 6, 8], True)),
        ({"after": 2, "before": 9, "limit": 2}, ([3, 5], False)),
        ({"after": 9, "before": 2}, ([], True)),
        ({"around": 6, "limit": 4}, ([3, 5, 6, 8], False)),
        ({"around": 1, "limit": 3}, ([1, 2, 3], False)),
        ({"around": 99, "limit": 3}, ([8, 9, 10], False)),
        ({"around": 7, "limit": 50}, ([1, 2, 3, 5, 6, 8, 9, 10], True)),
    ],
    ids=str,
)
async def test_pages(asked, expected):
    async with world_of() as world:
        assert await numbers(await chatty(world), **asked) == expected


async def test_mentions_are_of_members_who_can_see_the_room():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        cellar = await world.private_room("garden/cellar", ann)
        said = await ann.say("@BOB @ann @eve @nobody-here @bob, mail@bob.example @@bob x@bob (@founder-of-garden)")
        assert said.mentions == [bob.member, ann.member, world.founder("garden").member]
        said = await ann.say("@bob you are not here", room=cellar)
        assert said.mentions == []
        direct = await world.direct(ann, eve)
        said = await ann.say("@eve @bob", room=direct)
        assert len(said.mentions) == 1
        assert said.mentions != [eve.member], "in a direct one is another member than in a community"


async def test_mentions_are_counted_for_who_is_mentioned_and_not_for_the_author():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("@bob @ann")
        await ann.say("nobody")
        counts = {}
        for person in (ann, bob):
            state = next(state for state in (await person.sync()).logs if state.log == ann.room)
            counts[person.handle] = (state.read, state.unread, state.mentions)
        assert counts == {"ann": (2, 0, 0), "bob": (0, 2, 1)}


async def test_at_most_twenty_are_mentioned_at_once():
    async with world_of() as world:
        people = await world.join("garden/hall", *[f"person-{number:02}" for number in range(21)])
        said = await people[0].say(" ".join(f"@{person.handle}" for person in people))
        assert said.mentions == [person.member for person in people[:20]]


async def test_dur_04_a_repeat_gives_the_first_result_and_says_nothing_twice():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        first = await ann.ask(SendMessage, room=ann.room, body="hi", nonce="n-1")
        phone = await ann.device(wire.MSGPACK)
        again = [
            await ann.ask(SendMessage, room=ann.room, body="hi", nonce="n-1"),
            await phone.ask(SendMessage, room=ann.room, body="hi", nonce="n-1"),
        ]
        assert not first.repeat
        assert all(written.repeat and written.entry == first.entry for written in again)
        assert [event.body for event in await bob.settled()] == ["hi"]
        assert world.heads()[ann.room] == 1


async def test_dur_04_a_repeat_that_overtakes_its_first_is_still_a_repeat():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        ids = [ann.begin(SendMessage, room=ann.room, body="hi", nonce="n-1") for _ in range(3)]
        results = [await ann.reply(id, SendMessage.Reply) for id in ids]
        assert [result.repeat for result in results] == [False, True, True]
        assert len({result.entry.seq for result in results}) == 1
        assert [event.body for event in await bob.settled()] == ["hi"]


async def test_dur_04_other_content_under_a_used_nonce_is_a_conflict():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.ask(SendMessage, room=ann.room, body="hi", nonce="n-1")
        heads = world.heads()
        for command, fields in (
            (SendMessage, {"room": ann.room, "body": "ho"}),
            (FollowRoom, {"room": ann.room}),
        ):
            refused = await ann.refused(command, **fields, nonce="n-1")
            assert (refused.code, refused.field) == (codes.NONCE_CONFLICT.code, "nonce")
        assert world.heads() == heads
        await bob.ask(SendMessage, room=bob.room, body="hi", nonce="n-1")  # nonces are an account's own


async def test_what_a_body_may_hold():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for body in ("a" * 8000, "é" * 4000, "😀" * 2000, "a\n\tb", " x ", "\u200b"):
            assert (await ann.say(body)).body == body
        wrong = {
            "a" * 8001: codes.FIELD_TOO_LONG,  # code points, judged by the type
            "é" * 4001: codes.FIELD_TOO_LONG,
            "😀" * 2001: codes.FIELD_TOO_LONG,
            "": codes.FIELD_INVALID,
            " \n\t ": codes.FIELD_INVALID,
            "bell\a": codes.FIELD_INVALID,
            "esc\x1b[31m": codes.FIELD_INVALID,
            "cr\rlf": codes.FIELD_INVALID,
            "nul\0": codes.FIELD_INVALID,
            "c1\x9b": codes.FIELD_INVALID,
        }
        heads = world.heads()
        for body, code in wrong.items():
            refused = await ann.refused(SendMessage, room=ann.room, body=body)
            assert (refused.code, refused.field) == (code.code, "body"), repr(body[:20])
        assert world.heads() == heads


async def test_auz_02_a_room_one_may_not_see_is_answered_like_one_that_is_not():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        cellar = await world.private_room("garden/cellar", ann)
        direct = await world.direct(ann, bob)
        answers = set()
        for room in (ann.room, cellar, direct, world.id("garden"), ann.account, "r_aaaaaaaaaaaaaaaa"):
            for command, fields in (
                (SendMessage, {"room": room, "body": "hi"}),
                (ReadMessages, {"room": room}),
            ):
                id = eve.begin(command, **fields)
                await eve.answered(id)
                answers.add(eve.raw[id].replace(f'"id":"{id}"'.encode(), b""))
        assert len(answers) == 1
        assert (await bob.refused(ReadEntries, log=cellar, after=0)).code == codes.LOG_GONE.code


async def test_json_and_messagepack_say_the_same():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        (bob,) = await world.join("garden/hall", "bob", encoding=wire.MSGPACK)
        await ann.say("from JSON 😀")
        await bob.say("from MessagePack 😀")
        for person in (ann, bob):
            heard = [event for event in await person.settled() if isinstance(event, MessageSent)]
            assert heard == await person.entries(ann.room)
            assert [event.body for event in heard] == ["from JSON 😀", "from MessagePack 😀"]
        pages = [await person.ask(ReadMessages, room=ann.room) for person in (ann, bob)]
        assert pages[0] == pages[1]
