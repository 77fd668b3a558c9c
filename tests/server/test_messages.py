"""Saying something, and who hears it."""

from among_protocol import wire
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from tests.world import world_of


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


async def test_a_page_of_messages_is_as_they_are_now():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for number in range(7):
            await ann.say(f"{number}")
        page = await ann.ask(ReadMessages, room=ann.room, limit=3)
        assert [message.body for message in page.messages] == ["4", "5", "6"]
        assert not page.complete
        older = await ann.ask(ReadMessages, room=ann.room, before=page.messages[0].seq, limit=50)
        assert [message.body for message in older.messages] == ["0", "1", "2", "3"]
        assert older.complete
