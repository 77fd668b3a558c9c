"""Answering a message: with a quote by reference, resolved when it is read."""

from among_protocol import codes
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from tests.server.test_edits import delete, edit, shown
from tests.world import world_of


async def test_an_answer_quotes_what_it_answers_as_it_is_now():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("Who waters the beens? " + "x" * 200)
        answer = (await bob.ask(SendMessage, room=bob.room, body="I do.", reply_to=said.seq)).entry
        assert answer.reply_to == said.seq
        assert await ann.hears(MessageSent, lambda event: event.seq == answer.seq) == answer
        for limit in (50, 1):  # with what it answers in the page, and without
            message = (await ann.ask(ReadMessages, room=ann.room, limit=limit)).messages[-1]
            assert message.reply_to == said.seq
            quote = message.quote
            assert (quote.seq, quote.by, quote.rev, quote.body, quote.blank) == (
                said.seq, ann.member, 1, said.body[:120], False,
            )  # fmt: skip
        await edit(ann, said, "Who waters the beans?")
        message = (await ann.ask(ReadMessages, room=ann.room, limit=1)).messages[-1]
        assert message.quote.body == "Who waters the beans?"
        await delete(ann, said)
        for limit in (50, 1):
            message = (await ann.ask(ReadMessages, room=ann.room, limit=limit)).messages[-1]
            assert (message.quote.body, message.quote.blank) == ("", True)


async def test_what_is_not_there_is_not_answered():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        gone = await ann.say("gone")
        elsewhere = await ann.say("in a direct", room=direct)
        await delete(ann, gone)
        before = world.heads()
        for number in (gone.seq, gone.seq + 1, 99):
            refused = await bob.refused(SendMessage, room=bob.room, body="what?", reply_to=number)
            assert (refused.code, refused.field) == (codes.MESSAGE_GONE.code, "reply_to")
        assert world.heads() == before
        answer = (await bob.ask(SendMessage, room=direct, body="I see", reply_to=elsewhere.seq)).entry
        await delete(bob, answer)
        (first, second) = await shown(ann, direct)
        assert (second.blank, second.quote, second.reply_to) == (True, None, first.seq)
