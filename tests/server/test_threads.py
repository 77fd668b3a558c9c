"""Threads, as people meet them: on their devices, in a sync, on pages, in lists, and never as somebody else's."""

from typing import Any

from among_protocol import codes
from among_protocol.edits import DeleteMessage
from among_protocol.logs import Want
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.rooms import UnfollowRoom
from among_protocol.threads import FollowThread, ListThreads, MarkThread, ThreadChanged, ThreadState, UnfollowThread
from tests.server.test_corners import publish
from tests.world import Person, world_of


async def answer(person: Person, root: Any, body: str) -> MessageSent:
    written = await person.ask(SendMessage, room=root.log, thread=root.seq, body=body)
    entry: MessageSent = written.entry
    return entry


async def followed(person: Person) -> list[ThreadState]:
    states: list[ThreadState] = (await person.sync()).threads
    await person.settled()
    return states


async def test_everybody_who_follows_the_room_hears_a_thread_and_its_pages_are_apart():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        root = await ann.say("Who has beans?")
        said = await answer(bob, root, "I have")
        for person in (ann, cyd):
            assert await person.hears(MessageSent, lambda event: event.seq == said.seq) == said
        page = await cyd.ask(ReadMessages, room=cyd.room)
        assert [message.body for message in page.messages] == ["Who has beans?"]
        below = page.messages[0].below
        assert (below.messages, below.head, below.speakers, below.following) == (1, said.seq, [bob.member], False)
        inside = await cyd.ask(ReadMessages, room=cyd.room, thread=root.seq)
        assert [(message.body, message.thread) for message in inside.messages] == [("I have", root.seq)]
        assert inside.as_of == said.seq
        both = await cyd.refused(ReadMessages, room=cyd.room, thread=root.seq, post=1)
        assert (both.code, both.field) == (codes.FIELD_INVALID.code, "thread")


async def test_around_what_is_said_in_a_thread_is_a_page_of_it():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = await ann.say("Who has beans?")
        said = await answer(bob, root, "I have")
        after = await ann.say("Good night.")
        (found,) = (await ann.ask(ReadMessages, room=ann.room, around=said.seq, limit=1)).messages
        assert (found.seq, found.body, found.thread) == (said.seq, "I have", root.seq)
        near = await ann.ask(ReadMessages, room=ann.room, around=after.seq, limit=1)
        assert [message.seq for message in near.messages] == [after.seq]
        at = await ann.ask(ReadMessages, room=ann.room, at=said.at)
        assert said.seq not in [message.seq for message in at.messages], "a day is a day of the room"


async def test_a_sync_lists_what_one_follows_with_what_is_unread_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = await ann.say("Who has beans?")
        first = await answer(bob, root, "I have")
        last = await answer(bob, root, "@ann, how many?")
        (state,) = await followed(ann)
        assert (state.room, state.thread, state.following) == (ann.room, root.seq, True)
        assert (state.read, state.unread, state.mentions, state.as_of) == (first.seq - 1, 2, 1, last.seq)
        room = next(one for one in (await ann.sync()).logs if one.log == ann.room)
        assert (room.read, room.unread, room.mentions) == (root.seq, 0, 1)


async def test_other_devices_are_told_and_nobody_else():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = await ann.say("Who has beans?")
        said = await answer(bob, root, "I have")
        phone = await ann.device()
        await ann.settled()
        marked = await ann.ask(MarkThread, room=root.log, thread=root.seq, seq=said.seq)
        told = await phone.hears(ThreadChanged)
        assert (told.room, told.thread, told.following, told.part) == (root.log, root.seq, True, False)
        assert (told.read, told.unread, told.as_of) == (marked.read, 0, said.seq)
        await ann.ask(UnfollowThread, room=root.log, thread=root.seq)
        assert (await phone.hears(ThreadChanged)).following is False
        await ann.ask(FollowThread, room=root.log, thread=root.seq)
        told = await phone.hears(ThreadChanged)
        assert (told.following, told.part, told.read) == (True, True, said.seq)
        assert [event for event in await ann.settled() if isinstance(event, ThreadChanged)] == []
        assert [event for event in await bob.settled() if isinstance(event, ThreadChanged)] == []


async def test_what_one_may_not_see_is_gone():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        direct = await world.direct(ann, bob)
        said = await ann.say("psst", room=direct)
        await answer(bob, said, "what?")
        for room in (direct, ann.room, "r_nowhere"):
            for command, more in (
                (SendMessage, {"body": "hi"}),
                (FollowThread, {}),
                (UnfollowThread, {}),
                (MarkThread, {"seq": 1}),
            ):
                refused = await eve.refused(command, room=room, thread=said.seq, **more)
                assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "room")
            assert (await eve.refused(ListThreads, room=room)).code == codes.ROOM_GONE.code
            assert (await eve.refused(ReadMessages, room=room, thread=said.seq)).code == codes.ROOM_GONE.code


async def test_who_unfollows_a_room_is_listed_none_of_its_threads():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = await ann.say("Who has beans?")
        await answer(bob, root, "I have")
        assert [card.thread for card in (await ann.ask(ListThreads)).threads] == [root.seq]
        await ann.ask(UnfollowRoom, room=ann.room)
        assert (await ann.ask(ListThreads)).threads == []
        (card,) = (await ann.ask(ListThreads, room=ann.room)).threads
        assert (card.following, card.unread) == (False, 0)
        refused = await ann.refused(FollowThread, room=ann.room, thread=root.seq)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "room")


async def test_threads_are_listed_a_page_at_a_time():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        roots = [await ann.say(f"root {number}") for number in range(5)]
        for root in roots:
            await answer(bob, root, "x")
        for asked in ({}, {"room": ann.room}):
            found: list[int] = []
            page = await ann.ask(ListThreads, limit=2, **asked)
            found += [card.thread for card in page.threads]
            while page.next:
                page = await ann.ask(ListThreads, limit=2, after=page.next, **asked)
                found += [card.thread for card in page.threads]
            assert sorted(found) == [root.seq for root in roots]
        for made_up in ("x", "2026/1", "2026/x/r", "2026/99999999999999999999/r", "//", "~/1/"):
            refused = await ann.ask(ListThreads, after=made_up) if made_up in ("2026/1", "~/1/") else None
            assert refused is not None or (await ann.refused(ListThreads, after=made_up)).field == "after"


async def test_whoever_hears_only_what_calls_them_hears_a_thread_when_it_does():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = await ann.say("Who has beans?")
        talk, calls = await bob.again(), await bob.again()
        await talk.sync(want=Want(profile="talk"))
        await calls.sync(want=Want(profile="calls"))
        for body in ("nobody", "@bob?"):
            await answer(ann, root, body)
        for device, heard in ((talk, ["nobody", "@bob?"]), (calls, ["@bob?"])):
            await device.settled()
            assert [event.body for event in device.heard if isinstance(event, MessageSent)] == heard


async def test_everybody_is_not_called_into_a_thread():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        owner = world.founder("garden")
        root = await ann.say("Who has beans?")
        said = await answer(owner, root, "look, @room")
        assert (said.mentions_room, said.mentions) == (False, [])
        assert await followed(bob) == []


async def test_a_corner_has_no_threads():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann)
        comment = (await bob.ask(SendMessage, room=post.log, post=post.seq, body="nice")).entry
        for about in (post, comment):
            refused = await bob.refused(SendMessage, room=post.log, post=post.seq, thread=about.seq, body="more")
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "thread")


async def test_a_deleted_message_in_a_thread_keeps_its_place():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = await ann.say("Who has beans?")
        said = await answer(bob, root, "kestrel")
        await bob.ask(DeleteMessage, room=bob.room, message=said.seq)
        (message,) = (await ann.ask(ReadMessages, room=ann.room, thread=root.seq)).messages
        assert (message.blank, message.body, message.thread) == (True, "", root.seq)
        (state,) = await followed(ann)
        assert state.unread == 1, "it still counts"
