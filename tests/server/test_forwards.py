"""Forwarding: a reference with credit, which shows to each what they may read at that moment, and nothing else."""

from typing import Any

import pytest

from among_protocol import codes, wire
from among_protocol.bookmarks import ListBookmarks, SetBookmark
from among_protocol.communities import LeaveCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.forwards import ForwardMessage
from among_protocol.logs import Want
from among_protocol.messages import Forwarded, Message, MessageSent, Origin, ReadMessages, SendMessage
from among_protocol.moderation import DAY, BanMember, SilenceMember
from among_protocol.pins import AddPin, ListPins
from among_protocol.posts import PublishPost
from among_protocol.preview import PreviewCommunity
from among_protocol.rooms import CreateRoom, FollowRoom
from tests.server.test_moderation import garden, kept
from tests.world import Person, World, world_of

CANARY = "kestrel-9041"


async def shed(world: World, *people: Person, slug: str = "shed") -> str:
    """One more open room of the garden, which these people follow."""
    founder = world.founder("garden")
    room: str = (await founder.ask(CreateRoom, community=world.id("garden"), slug=slug)).entry.room
    for person in people:
        await person.ask(FollowRoom, room=room)
        await person.settled()
    return room


async def forward(person: Person, said: MessageSent, room: str, comment: str = "", **more: Any) -> MessageSent:
    asked = {"room": room, "origin": said.log, "message": said.seq, "comment": comment, **more}
    entry: MessageSent = (await person.ask(ForwardMessage, **asked)).entry
    return entry


async def page(person: Person, room: str) -> list[Message]:
    found: list[Message] = (await person.ask(ReadMessages, room=room)).messages
    return found


async def shown(person: Person, room: str) -> Forwarded:
    found = (await page(person, room))[-1].forwarded
    assert found is not None
    return found


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_a_forward_shows_the_message_with_who_said_it(encoding):
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd", encoding=encoding)
        room = await shed(world, ann, bob, cyd)
        said = await bob.say("water them in the evening")
        sent = await forward(ann, said, room, "as I said")
        assert sent.forwarded == Origin(room=said.log, seq=said.seq, by=bob.member, rev=said.rev)
        assert (sent.by, sent.body) == (ann.member, "as I said")
        assert await cyd.hears(MessageSent, lambda event: event.log == room) == sent
        message = (await page(cyd, room))[-1]
        assert message.body == "as I said"
        assert message.forwarded == Forwarded(
            room=said.log, seq=said.seq, by=bob.member, rev=said.rev, at=said.at, body=said.body
        )


async def test_ruling_3_the_words_are_in_no_entry_but_their_own():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await shed(world, ann, bob)
        await forward(ann, await bob.say(CANARY), room)
        assert CANARY not in str(await bob.entries(room))


async def test_it_follows_edits_and_goes_when_the_message_is_deleted():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        room = await shed(world, ann, bob, cyd)
        said = await bob.say(f"{CANARY}, frist")
        await forward(ann, said, room, "look")
        edit = (await bob.ask(EditMessage, room=said.log, message=said.seq, body=f"{CANARY}, first")).entry
        found = await shown(cyd, room)
        assert (found.body, found.edited) == (f"{CANARY}, first", edit.seq)
        await bob.ask(DeleteMessage, room=said.log, message=said.seq)
        start = len(cyd.frames)
        found = await shown(cyd, room)
        assert (found.blank, found.body, found.gone, found.by) == (True, "", False, bob.member)
        assert CANARY.encode() not in b"".join(cyd.frames[start:])


async def test_a_deleted_forward_shows_nothing_and_the_message_stays():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await shed(world, ann, bob)
        said = await bob.say(CANARY)
        sent = await forward(ann, said, room, "look")
        await ann.ask(DeleteMessage, room=room, message=sent.seq)
        message = (await page(bob, room))[-1]
        assert (message.blank, message.forwarded) == (True, None)
        assert (await bob.entries(room))[-2].forwarded is None
        assert (await page(bob, said.log))[-1].body == CANARY


async def test_auz_03_who_is_not_where_it_comes_from_sees_none_of_it():
    """Out of the garden into the library, and into a direct: to members of the garden alone it shows."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (dan,) = await world.join("library/desk", "dan")
        await world.join_too(ann, "library")
        said = await bob.say(CANARY)
        for room in (world.id("library/desk"), await world.direct(ann, dan)):
            await ann.ask(FollowRoom, room=room)
            sent = await forward(ann, said, room, "look")
            assert (await shown(ann, room)).body == CANARY
            found = await shown(dan, room)
            assert found == Forwarded(room=said.log, seq=said.seq, by=bob.member, rev=said.rev, gone=True)
            assert sent.body == "look"
            refused = await dan.refused(ForwardMessage, room=room, origin=said.log, message=said.seq)
            assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "origin")
        late = await dan.again()
        await late.sync(positions={world.id("library/desk"): 0}, epoch=world.app.store.epoch, want=Want(profile="talk"))
        await late.settled()
        assert CANARY.encode() not in b"".join(dan.frames + late.frames)


async def test_auz_04_who_lost_the_community_sees_it_no_more_and_who_joins_does():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        (dan,) = await world.join("library/desk", "dan")
        for person in (founder, bob, cyd):
            await world.join_too(person, "library")
        desk = world.id("library/desk")
        await forward(founder, await founder.say(CANARY), desk)
        for person in (bob, cyd):
            assert (await shown(person, desk)).body == CANARY
        await bob.ask(LeaveCommunity, **garden(world))
        await ann.ask(BanMember, **garden(world, cyd, reason="spam"))
        for person in (bob, cyd, dan):
            start = len(person.frames)
            assert (await shown(person, desk)).gone
            assert CANARY.encode() not in b"".join(person.frames[start:])
        await world.join_too(dan, "garden")
        assert (await shown(dan, desk)).body == CANARY


async def test_auz_03_what_is_private_is_forwarded_by_nobody():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        direct = await world.direct(ann, bob)
        for said in (await bob.say(CANARY, room=cellar), await bob.say(CANARY, room=direct)):
            for room in (ann.room, cellar, direct):
                before = world.heads()
                refused = await ann.refused(ForwardMessage, room=room, origin=said.log, message=said.seq)
                assert (refused.code, refused.field) == (codes.FORWARD_REFUSED.code, "origin")
                assert world.heads() == before


async def test_auz_03_nobody_learns_of_a_private_room_by_forwarding_from_it():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        cellar = await world.private_room("garden/cellar", ann, bob)
        said = await bob.say(CANARY, room=cellar)
        answers = set()
        for origin in (cellar, "r_nowhere"):
            id = cyd.begin(ForwardMessage, id="the-same", room=cyd.room, origin=origin, message=said.seq)
            await cyd.answered(id)
            cyd.replies.pop(id)
            answers.add(cyd.raw.pop(id))
        assert len(answers) == 1


async def test_into_a_private_room_and_a_direct_it_goes_as_anywhere():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        said = await bob.say("come at six")
        for room in (cellar, await world.direct(ann, bob)):
            await forward(ann, said, room)
            assert (await shown(bob, room)).body == "come at six"


async def test_what_is_forwarded_without_a_word_credits_who_said_it_first():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        first, second = await shed(world, ann, bob, cyd), await shed(world, ann, bob, cyd, slug="barn")
        said = await bob.say("water them")
        mute, loud = await forward(ann, said, first), await forward(ann, said, first, "look")
        assert (await forward(cyd, mute, second)).forwarded == mute.forwarded
        again = await forward(cyd, loud, second)
        assert again.forwarded == Origin(room=first, seq=loud.seq, by=ann.member, rev=loud.rev)
        assert (await shown(bob, second)).body == "look"


async def test_auz_03_passing_on_what_one_may_not_see_is_as_if_it_were_not_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (dan,) = await world.join("library/desk", "dan")
        await world.join_too(ann, "library")
        desk = world.id("library/desk")
        sent = await forward(ann, await bob.say(CANARY), desk)
        refused = await dan.refused(ForwardMessage, room=desk, origin=desk, message=sent.seq)
        assert (refused.code, refused.field) == (codes.MESSAGE_GONE.code, "message")


async def test_it_counts_as_any_message_and_only_the_comment_mentions():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        room = await shed(world, ann, bob, cyd)
        said = await bob.say("@cyd did it")
        sent = await forward(ann, said, room, "thank you, @bob")
        assert sent.mentions == [bob.member]
        states = {person.handle: {state.log: state for state in (await person.sync()).logs} for person in (bob, cyd)}
        assert (states["bob"][room].unread, states["bob"][room].mentions) == (1, 1)
        assert (states["cyd"][room].unread, states["cyd"][room].mentions) == (1, 0)


async def test_who_may_not_speak_forwards_nothing():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        room = await shed(world, ann, bob)
        said = await cyd.say("hi")
        await ann.ask(SilenceMember, **garden(world, bob, reason="loud", for_ms=DAY))
        asked: dict[str, Any] = {"room": room, "origin": said.log, "message": said.seq}
        assert (await bob.refused(ForwardMessage, **asked)).code == codes.SILENCED.code
        direct = await world.direct(cyd, ann)
        await world.app.store.set_block(cyd.account, "block", handle="ann")
        assert (await ann.refused(ForwardMessage, **{**asked, "room": direct})).code == codes.DIRECT_REFUSED.code


async def test_in_a_corner_it_is_a_comment_and_out_of_one_comments_are_forwarded():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(UpdateCorner, community=world.id("garden"), title="Beans")
        post = (await bob.ask(PublishPost, community=world.id("garden"), title="On beans", body="They grow.")).entry
        said = await bob.say("like weeds")
        refused = await ann.refused(ForwardMessage, room=post.log, origin=said.log, message=said.seq)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "post")
        sent = await forward(ann, said, post.log, "see?", post=post.seq)
        assert sent.post == post.seq
        comment = (await ann.ask(SendMessage, room=post.log, post=post.seq, body="they do")).entry
        assert (await forward(bob, comment, bob.room)).forwarded is not None
        assert (await shown(ann, ann.room)).body == "they do"
        refused = await bob.refused(ForwardMessage, room=bob.room, origin=post.log, message=post.seq)
        assert refused.code == codes.MESSAGE_GONE.code, "a post has a permalink of its own"


async def test_into_a_thread_it_goes_as_anything_that_is_said_there():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        room = await shed(world, ann, bob, cyd)
        said, root = await bob.say("like weeds"), await cyd.say("How do they grow?", room=room)
        sent = await forward(ann, said, room, "see?", thread=root.seq)
        assert (sent.thread, sent.root_by) == (root.seq, cyd.member)
        assert [message.seq for message in await page(bob, room)] == [root.seq]
        (inside,) = (await bob.ask(ReadMessages, room=room, thread=root.seq)).messages
        assert inside.forwarded is not None
        assert inside.forwarded.body == "like weeds"
        assert [(one.thread, one.unread) for one in (await cyd.sync()).threads] == [(root.seq, 1)]
        for number, code in ((sent.seq, codes.FIELD_INVALID), (99, codes.MESSAGE_GONE)):
            asked: dict[str, Any] = {"room": room, "origin": said.log, "message": said.seq, "thread": number}
            refused = await ann.refused(ForwardMessage, **asked)
            assert (refused.code, refused.field) == (code.code, "thread")


async def test_what_is_no_message_is_not_forwarded():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await shed(world, ann)
        said = await bob.say("gone")
        await bob.ask(DeleteMessage, room=said.log, message=said.seq)
        for number in (0, said.seq, said.seq + 1, 99):
            refused = await ann.refused(ForwardMessage, room=room, origin=said.log, message=number)
            assert (refused.code, refused.field) == (codes.MESSAGE_GONE.code, "message")


async def test_the_texts_of_comments_keep_to_the_limits_of_messages():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await shed(world, ann)
        said = await bob.say("hi")
        assert (await forward(ann, said, room, "é" * 4000)).body == "é" * 4000
        asked: dict[str, Any] = {"room": room, "origin": said.log, "message": said.seq}
        for comment, code in (
            ("é" * 4001, codes.FIELD_TOO_LONG),
            (" ", codes.FIELD_INVALID),
            ("\a", codes.FIELD_INVALID),
        ):
            refused = await ann.refused(ForwardMessage, **asked, comment=comment)
            assert (refused.code, refused.field) == (code.code, "comment")


async def test_a_page_that_shows_long_messages_ends_earlier():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await shed(world, ann, bob)
        said = await bob.say("y" * 8000)
        for _ in range(40):
            await forward(ann, said, room)
        found = await bob.ask(ReadMessages, room=room, limit=200)
        assert sum(len(one.forwarded.body) for one in found.messages if one.forwarded) <= 1 << 17
        assert not found.complete


async def test_auz_03_pins_and_bookmarks_show_what_comes_from_elsewhere_to_who_may_read_it_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (dan,) = await world.join("library/desk", "dan")
        await world.join_too(ann, "library")
        desk = world.id("library/desk")
        said = await bob.say(CANARY)
        sent = await forward(ann, said, desk, "look")
        await world.founder("library").ask(AddPin, room=desk, message=sent.seq)
        for person in (ann, dan):
            await person.ask(SetBookmark, room=desk, message=sent.seq)

        async def kept(person: Person) -> list[Forwarded]:
            (pin,) = (await person.ask(ListPins, room=desk)).pins
            (mark,) = (await person.ask(ListBookmarks)).bookmarks
            return [pin.message.forwarded, mark.message.forwarded]

        assert [one.body for one in await kept(ann)] == [CANARY] * 2
        assert all(one.gone for one in await kept(dan))
        edit = (await bob.ask(EditMessage, room=said.log, message=said.seq, body=f"{CANARY}, now")).entry
        assert [(one.body, one.edited) for one in await kept(ann)] == [(f"{CANARY}, now", edit.seq)] * 2
        await ann.ask(LeaveCommunity, **garden(world))
        start = len(ann.frames)
        assert all(one.gone for one in await kept(ann))
        assert CANARY.encode() not in b"".join(dan.frames + ann.frames[start:])


async def test_auz_04_what_is_lost_while_pins_and_bookmarks_are_read_is_not_shown(monkeypatch):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk", "dan")
        await world.join_too(ann, "library")
        desk = world.id("library/desk")
        sent = await forward(ann, await bob.say(CANARY), desk, "look")
        await world.founder("library").ask(AddPin, room=desk, message=sent.seq)
        await ann.ask(SetBookmark, room=desk, message=sent.seq)
        for read, command, asked in (("pins", ListPins, {"room": desk}), ("bookmarks", ListBookmarks, {})):
            right = getattr(world.app.store, read)

            async def lost(*named: Any, right: Any = right, **more: Any) -> Any:
                found = await right(*named, **more)
                del ann.context.person.members[world.id("garden")]  # as when its own log has told it
                return found

            member = ann.context.person.members[world.id("garden")]
            monkeypatch.setattr(world.app.store, read, lost)
            await ann.ask(command, **asked)
            ann.context.person.members[world.id("garden")] = member
        assert CANARY.encode() not in b"".join(ann.frames[-2:])


async def test_auz_03_previews_show_nothing_that_comes_from_elsewhere():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk", "dan")
        await world.join_too(ann, "library")
        eve = await world.person("eve")
        await forward(ann, await bob.say(CANARY), world.id("library/desk"), "look")
        await eve.ask(PreviewCommunity, community="library")
        assert CANARY.encode() not in b"".join(eve.frames)
