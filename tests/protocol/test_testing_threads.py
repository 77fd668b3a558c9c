"""The server in memory: a thread is followed, rings as one chose, and hangs from a root that is pinned, as on a real one."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.aio import Among, Refuse
from among_protocol.edits import DeleteMessage
from among_protocol.forwards import ForwardMessage
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.notify import SetNotify
from among_protocol.pins import AddPin, ListPins, RemovePin
from among_protocol.reactions import AddReaction, ReadReactions
from among_protocol.retention import Retention, RoomTrimmed, SetRetention
from among_protocol.search import SearchMessages
from among_protocol.testing import FOUNDER, TestServer
from among_protocol.threads import FollowThread, ListThreads, MarkThread, ThreadChanged

from .memory import HALL, as_, until


async def answers(among: Among, room: str, root: int, body: str) -> MessageSent:
    return (await among.ask(SendMessage, room=room, thread=root, body=body)).entry


async def test_what_rings_in_a_thread_is_kept_apart_from_its_room_and_stays_when_it_is_read(server: TestServer):
    room = server.id_of(HALL)
    root = (await server.says("ann", HALL, "On beans")).seq
    async with as_(server, "ann") as ann, as_(server, "ann") as phone, as_(server, "bob") as bob:
        await server.here("ann", "bob")
        wish: dict[str, Any] = {"place": room, "thread": root, "level": "nothing", "for_ms": 3_600_000}
        with pytest.raises(Refuse) as why:
            await ann.ask(SetNotify, **wish)
        assert why.value.code == codes.THREAD_GONE
        said = await answers(bob, room, root, "They grow.")
        chosen = await ann.ask(SetNotify, **wish)
        assert (chosen.thread, chosen.level, chosen.until) == (root, "nothing", "2026-01-31T10:00:00.000Z")
        told = await until(phone, ThreadChanged)
        assert (told.level, told.until, told.unread, told.own) == ("nothing", chosen.until, 1, True)
        marked = await ann.ask(MarkThread, room=room, thread=root, seq=said.seq)
        assert (marked.level, marked.head, marked.unread) == ("nothing", said.seq, 0)
        async with as_(server, "ann") as later:
            assert later.view.threads[room, root].level == "nothing"
            assert later.view.attention.choices == {}
        for wrong, field in (({"word": "beans", "place": ""}, "thread"), ({"place": "nowhere"}, "place")):
            with pytest.raises(Refuse) as why:
                await ann.ask(SetNotify, **{**wish, "level": "all", **wrong})
            assert why.value.field == field


async def test_what_is_pinned_below_the_floor_is_answered_reacted_to_and_shown(server: TestServer):
    room = server.id_of(HALL)
    await server.join("garden/shed", "ann")
    async with as_(server, FOUNDER) as founder, as_(server, "ann") as ann, as_(server, "bob") as bob:
        await server.here("ann", "bob")
        said = await server.says("ann", HALL, "the rules")
        gone = await server.says("ann", HALL, "the weather")
        await bob.ask(AddReaction, room=room, message=said.seq, emoji="🌱")
        for one in (said, gone):
            await founder.ask(ForwardMessage, room=server.id_of("garden/shed"), origin=room, message=one.seq)
        await founder.ask(AddPin, room=room, message=said.seq)
        server.town.forget(room, server.town.logs[room].head, told=True)
        assert (await until(bob, RoomTrimmed)).pins == [said.seq]
        await bob.ask(AddReaction, room=room, message=said.seq, emoji="🫘")
        reactors = (await ann.ask(ReadReactions, room=room, message=said.seq)).reactors
        assert [one.emoji for one in reactors] == ["🌱", "🫘"]
        answer = (await bob.ask(SendMessage, room=room, body="Which?", reply_to=said.seq)).entry
        assert answer.answers == ann.me(room)
        (message,) = (await ann.ask(ReadMessages, room=room)).messages
        assert message.quote is not None
        assert message.quote.body == "the rules"
        shown = (await ann.ask(ReadMessages, room=server.id_of("garden/shed"))).messages
        assert [one.forwarded and (one.forwarded.body, one.forwarded.gone) for one in shown] == [
            ("the rules", False),
            ("", True),
        ]
        assert [hit.seq for hit in (await bob.ask(SearchMessages, query="rules")).hits] == [said.seq]
        for command in (SendMessage, AddReaction):
            extra = (
                {"body": "hm", "reply_to": gone.seq} if command is SendMessage else {"emoji": "🌱", "message": gone.seq}
            )
            with pytest.raises(Refuse) as why:
                await bob.ask(command, room=room, **extra)
            assert why.value.code == codes.MESSAGE_GONE


async def test_what_is_unpinned_or_deleted_below_the_floor_is_gone(server: TestServer):
    room = server.id_of(HALL)
    async with as_(server, FOUNDER) as founder, as_(server, "ann") as ann:
        said = [await server.says("ann", HALL, body) for body in ("one", "two", "three")]
        for one in said:
            await founder.ask(AddPin, room=room, message=one.seq)
        server.town.forget(room, server.town.logs[room].head)
        await founder.ask(RemovePin, room=room, message=said[0].seq)
        await ann.ask(DeleteMessage, room=room, message=said[1].seq)
        assert [pin.message.seq for pin in (await ann.ask(ListPins, room=room)).pins] == [said[2].seq]
        for one in said[:2]:
            with pytest.raises(Refuse) as why:
                await ann.ask(SendMessage, room=room, body="Which?", reply_to=one.seq)
            assert why.value.code == codes.MESSAGE_GONE
        await founder.ask(SetRetention, room=room, retention=Retention(days=30, pinned=False))
        server.town.forget(room, server.town.logs[room].head)
        assert (await ann.ask(ListPins, room=room)).pins == [], "where the room says so, pins go with the rest"


async def test_a_thread_stays_with_its_pinned_root(server: TestServer):
    room = server.id_of(HALL)
    async with as_(server, FOUNDER) as founder, as_(server, "ann") as ann, as_(server, "bob") as bob:
        await server.here("ann", "bob")
        kept, gone = [(await server.says("ann", HALL, body)).seq for body in ("kept", "gone")]
        for root in (kept, gone):
            await answers(bob, room, root, "an answer")
        await founder.ask(AddPin, room=room, message=kept)
        server.town.forget(room, server.town.logs[room].head, told=True)
        assert (await until(ann, RoomTrimmed)).left == 0
        again = await answers(bob, room, kept, "one more")
        assert again.root_by == "", "it has begun long ago"
        await until(ann, MessageSent)
        assert list(ann.view.threads) == [(room, kept)]
        (card,) = (await ann.ask(ListThreads, room=room)).threads
        assert (card.messages, card.unread, card.root and card.root.body) == (2, 2, "kept")
        assert [one.body for one in (await ann.ask(ReadMessages, room=room, thread=kept)).messages] == ["one more"]
        with pytest.raises(Refuse) as why:
            await ann.ask(FollowThread, room=room, thread=gone)
        assert why.value.code == codes.MESSAGE_GONE
