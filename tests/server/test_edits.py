"""What becomes of a message later: edits, and what it said before; deletions, and that nobody is given it any more."""

from typing import Any

import pytest

from among_protocol import codes, wire
from among_protocol.blocks import SetBlock
from among_protocol.communities import LeaveCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.edits import (
    DeleteMessage,
    EditMessage,
    MessageDeleted,
    MessageEdited,
    MessageRemoved,
    ReadHistory,
)
from among_protocol.inbox import ReadInbox
from among_protocol.logs import ReadEntries, Want
from among_protocol.markers import SetMarker
from among_protocol.messages import Message, MessageSent, ReadMessages, SendMessage
from among_protocol.moderation import DAY, BanMember, KickMember, SilenceMember
from among_protocol.reports import FileReport, ListReports, ReportFiled
from among_protocol.rooms import SetTopic, UnfollowRoom
from among_server.limits import EDITS
from among_server.store.stewards import stewards_of
from tests.server.test_corners import publish
from tests.server.test_moderation import garden, kept, of
from tests.world import Person, world_of

CANARY = "kestrel-9041"


async def edit(person: Person, said: Any, body: str, **more: Any) -> Any:
    return (await person.ask(EditMessage, room=said.log, message=said.seq, body=body, **more)).entry


async def delete(person: Person, said: Any, **more: Any) -> Any:
    return (await person.ask(DeleteMessage, room=said.log, message=said.seq, **more)).entry


async def shown(person: Person, room: str) -> list[Message]:
    return (await person.ask(ReadMessages, room=room)).messages  # type: ignore[no-any-return]  # a page


async def counts(person: Person, room: str) -> tuple[int, int, int]:
    state = next(state for state in (await person.sync()).logs if state.log == room)
    return state.read, state.unread, state.mentions


# --- editing


async def test_an_edit_is_an_entry_and_the_page_shows_the_newest_text():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("helo")
        await bob.say("what?")
        first = await edit(ann, said, "hello")
        second = await edit(ann, said, "hello, @bob")
        assert (first.seq, first.by, first.message, first.body) == (3, ann.member, said.seq, "hello")
        assert [await bob.hears(MessageEdited) for _ in range(2)] == [first, second]
        assert (await bob.entries(bob.room))[2:] == [first, second]
        for person in (ann, bob):
            one, other = await shown(person, bob.room)
            assert (one.seq, one.body, one.mentions) == (said.seq, "hello, @bob", [bob.member])
            assert (one.at, one.edited, one.edited_at) == (said.at, second.seq, second.at)
            assert (other.body, other.edited, other.edited_at) == ("what?", 0, "")


async def test_what_was_said_before_stays_to_be_seen():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("one @bob")
        edits = [await edit(ann, said, body) for body in ("two", "three")]
        everything = await bob.ask(ReadHistory, room=bob.room, message=said.seq)
        assert [(one.seq, one.at, one.body, one.mentions) for one in everything.versions] == [
            (said.seq, said.at, "one @bob", [bob.member]),
            *((one.seq, one.at, one.body, []) for one in edits),
        ]
        assert everything.complete
        page = await bob.ask(ReadHistory, room=bob.room, message=said.seq, limit=2)
        assert ([one.body for one in page.versions], page.complete) == (["one @bob", "two"], False)
        page = await bob.ask(ReadHistory, room=bob.room, message=said.seq, after=page.versions[-1].seq)
        assert ([one.body for one in page.versions], page.complete) == (["three"], True)
        untouched = await ann.say("never edited")
        assert [one.body for one in (await bob.ask(ReadHistory, room=bob.room, message=untouched.seq)).versions] == [
            "never edited"
        ]


async def test_an_edit_is_no_message_and_moves_no_marker():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        await bob.say("ho")
        await edit(ann, said, "hi!")
        assert await counts(ann, ann.room) == (1, 1, 0)
        assert await counts(bob, bob.room) == (2, 0, 0)


async def test_auz_06_an_edit_mentions_those_who_were_not_mentioned_before_and_them_alone():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        said = await ann.say("@bob")
        await cyd.ask(SetMarker, room=cyd.room, seq=said.seq)
        first = await edit(ann, said, "@bob @cyd @ann")
        assert (first.mentions, first.mentions_new) == ([bob.member, cyd.member, ann.member], [cyd.member, ann.member])
        assert await counts(bob, bob.room) == (0, 1, 1)
        assert await counts(cyd, cyd.room) == (1, 0, 1)
        assert await counts(ann, ann.room) == (1, 0, 0)
        second = await edit(ann, said, "@cyd")
        assert (second.mentions, second.mentions_new) == ([cyd.member], [])
        assert await counts(bob, bob.room) == (0, 1, 1), "what has called somebody has"
        await cyd.ask(SetMarker, room=cyd.room, seq=first.seq)
        assert await counts(cyd, cyd.room) == (first.seq, 0, 0)


async def test_nobody_is_called_twice_by_one_message_however_it_is_edited():
    """Taken out and put in again, a mention would ring as often as its author likes."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hello")
        assert (await edit(ann, said, "hello @bob")).mentions_new == [bob.member]
        await edit(ann, said, "hello")
        again = await edit(ann, said, "hello @bob")
        assert (again.mentions, again.mentions_new) == ([bob.member], [])
        assert await counts(bob, bob.room) == (0, 1, 1)
        assert len((await bob.ask(ReadInbox)).items) == 1


async def test_in_a_corner_who_may_not_comment_any_more_may_not_edit_comments_either():
    """But may take them back."""
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        post = await publish(world, ann)
        comments = [
            (await one.ask(SendMessage, room=post.log, post=post.seq, body="so so")).entry for one in (bob, cyd)
        ]
        await ann.ask(SetBlock, handle="bob", kind="block")
        refused = await bob.refused(EditMessage, room=post.log, message=comments[0].seq, body="@ann, you are a fool")
        assert refused.code == codes.COMMENT_REFUSED.code
        await edit(cyd, comments[1], "very good")
        await ann.ask(UpdateCorner, community=world.id("garden"), comments="nobody")
        refused = await cyd.refused(EditMessage, room=post.log, message=comments[1].seq, body="so so")
        assert refused.code == codes.COMMENT_REFUSED.code
        for person, comment in zip((bob, cyd), comments, strict=True):
            await delete(person, comment)


async def test_auz_06_only_its_author_edits_a_message_and_only_while_they_may_speak():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("mine")
        for other in (ann, cyd, founder):
            refused = await other.refused(EditMessage, room=said.log, message=said.seq, body="theirs")
            assert (refused.code, refused.field) == (codes.RIGHT_MISSING.code, "message")
        await ann.ask(SilenceMember, **garden(world, bob, reason="loud", for_ms=DAY))
        assert (
            await bob.refused(EditMessage, room=said.log, message=said.seq, body="still")
        ).code == codes.SILENCED.code
        await ann.ask(KickMember, **garden(world, bob, reason="louder"))
        assert (
            await bob.refused(EditMessage, room=said.log, message=said.seq, body="still")
        ).code == codes.ROOM_GONE.code
        assert (await shown(ann, said.log))[0].body == "mine"


async def test_what_is_edited_must_be_a_message_of_that_room_that_is_there():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await world.promote(ann, "garden", "steward")
        said = await ann.say("hi")
        edited = await edit(ann, said, "ho")
        topic = (await ann.ask(SetTopic, room=ann.room, topic="beans")).entry
        gone = await delete(ann, await ann.say("gone"))
        before = world.heads()
        for number in (0, edited.seq, topic.seq, gone.message, gone.seq, 99):
            for command, more in ((EditMessage, {"body": "x"}), (DeleteMessage, {}), (ReadHistory, {})):
                refused = await ann.refused(command, room=ann.room, message=number, **more)
                assert (refused.code, refused.field) == (codes.MESSAGE_GONE.code, "message"), number
        assert world.heads() == before


async def test_in_a_direct_one_edits_while_one_may_write_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        said = await ann.say("hi", room=direct)
        await edit(ann, said, "hello")
        await world.app.store.set_block(bob.account, "block", handle="ann")
        refused = await ann.refused(EditMessage, room=direct, message=said.seq, body="listen!")
        assert refused.code == codes.DIRECT_REFUSED.code
        await delete(ann, said)  # taking back harms nobody
        assert [message.body for message in await shown(bob, direct)] == [""]


async def test_inp_05_a_message_is_edited_so_often_and_no_more(monkeypatch):
    monkeypatch.setattr("among_server.store.rules.edits.EDITS", 3)
    assert EDITS == 100
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        said = await ann.say("0")
        for number in range(3):
            await edit(ann, said, f"{number}")
        refused = await ann.refused(EditMessage, room=said.log, message=said.seq, body="4")
        assert refused.code == codes.LIMIT_REACHED.code
        assert "3 times" in refused.message
        await delete(ann, said)


async def test_the_texts_of_edits_keep_to_the_limits_of_messages():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        said = await ann.say("hi")
        assert (await edit(ann, said, "é" * 4000)).body == "é" * 4000
        for body, code in (("é" * 4001, codes.FIELD_TOO_LONG), ("", codes.FIELD_INVALID), ("\a", codes.FIELD_INVALID)):
            refused = await ann.refused(EditMessage, room=said.log, message=said.seq, body=body)
            assert (refused.code, refused.field) == (code.code, "body")


async def test_a_page_of_messages_that_grew_is_no_larger_than_any():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for _ in range(40):
            await edit(ann, await ann.say("x"), "y" * 8000)
        page = await ann.ask(ReadMessages, room=ann.room, limit=200)
        assert sum(len(message.body) for message in page.messages) <= 1 << 17
        assert not page.complete
        said = page.messages[-1]
        for number in range(20):
            await ann.ask(EditMessage, room=ann.room, message=said.seq, body=f"{number:<8000}")
        versions = (await ann.ask(ReadHistory, room=ann.room, message=said.seq)).versions
        assert 1 < len(versions) <= 17


# --- deleting


async def everywhere(person: Person, said: Any) -> bytes:
    """All that this person is told of the room, whichever way it is asked for, from now on."""
    start = len(person.frames)
    room = said.log
    for fields in ({}, {"around": said.seq}, {"before": said.seq + 2}, {"after": 0}):
        await person.ask(ReadMessages, room=room, **fields)
    await person.entries(room)
    for wanted in ("talk", "calls"):
        other = await person.again()
        await other.sync(want=Want(profile=wanted), positions={room: 0}, epoch=person.world.app.store.epoch)
        await other.ask(ReadEntries, log=room, after=0, wanted=True)
        await other.settled()
        person.frames += other.frames
        other.leave()
    late = await person.again()
    await late.sync(positions={room: 0}, epoch=person.world.app.store.epoch, cards=True)
    await late.settled()
    person.frames += late.frames
    late.leave()
    return b"".join(person.frames[start:])


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_auz_06_what_is_deleted_is_given_to_nobody_any_more(encoding):
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        (dan,) = await world.join("garden/hall", "dan", encoding=encoding)
        said = await bob.say(f"{CANARY} @cyd")
        await edit(bob, said, f"{CANARY}, I said, @dan")
        assert CANARY.encode() in await everywhere(dan, said)
        gone = await delete(bob, said)
        assert (gone.by, gone.message, gone.log) == (bob.member, said.seq, bob.room)
        for person in (ann, bob, cyd, dan, founder):
            told = await everywhere(person, said)
            assert CANARY.encode() not in told
            assert b"blank" in told
            refused = await person.refused(ReadHistory, room=said.log, message=said.seq)
            assert refused.code == codes.MESSAGE_GONE.code
        assert CANARY not in str(await dan.hears(MessageDeleted))
        (message,) = await shown(dan, said.log)
        assert (message.seq, message.by, message.at, message.body, message.blank) == (
            said.seq, bob.member, said.at, "", True,
        )  # fmt: skip
        assert (message.edited, message.mentions) == (0, [cyd.member])


async def test_ruling_8_a_deleted_message_still_counts():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("@bob")
        await ann.say("another")
        await delete(ann, said)
        assert await counts(bob, bob.room) == (0, 2, 1)
        await bob.ask(SetMarker, room=bob.room, seq=said.seq)
        assert await counts(bob, bob.room) == (1, 1, 0)


async def test_who_repeats_a_send_that_was_deleted_says_nothing_twice():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = (await ann.ask(SendMessage, room=ann.room, body=CANARY, nonce="n")).entry
        await delete(ann, said)
        again = await ann.ask(SendMessage, room=ann.room, body=CANARY, nonce="n")
        assert (again.repeat, again.entry.seq, again.entry.body, again.entry.blank) == (True, said.seq, "", True)
        assert len(await shown(bob, bob.room)) == 1


async def test_a_deletion_is_repeated_like_any_write():
    async with world_of() as world:
        ann, _ = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        first = await ann.ask(DeleteMessage, room=ann.room, message=said.seq, nonce="n")
        again = await ann.ask(DeleteMessage, room=ann.room, message=said.seq, nonce="n")
        assert (again.repeat, again.entry) == (True, first.entry)


async def test_auz_06_a_steward_deletes_with_a_reason_that_the_author_and_the_stewards_hear():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        said = await bob.say(CANARY)
        await edit(bob, said, f"{CANARY}!")
        refused = await ann.refused(DeleteMessage, room=said.log, message=said.seq)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "reason")
        assert CANARY in (await shown(cyd, said.log))[0].body
        await delete(ann, said, reason=" an  advert ")
        gone = await cyd.hears(MessageDeleted)
        assert (gone.by, gone.rev, gone.message) == ("", 0, said.seq), "the room is not told which steward it was"
        log = stewards_of(world.id("garden"))
        audit = await founder.hears(MessageRemoved)
        assert (audit.log, audit.by, audit.member, audit.room, audit.message, audit.reason) == (
            log, ann.member, bob.member, said.log, said.seq, "an  advert",
        )  # fmt: skip
        told = await bob.hears(MessageRemoved)
        assert (told.log, told.by, told.reason, told.slug) == (bob.account, ann.member, "an  advert", "garden")
        assert told.steward is not None
        assert told.steward.handle == "ann"
        assert of(await cyd.settled(), MessageRemoved) == []
        for where in (await founder.entries(log), await bob.entries(bob.account)):
            assert CANARY not in str(where)
            assert of(where, MessageRemoved)


async def test_auz_06_nobody_deletes_what_somebody_of_their_rank_or_above_said():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        await world.promote(cyd, "garden", "steward")
        for author in (founder, cyd):
            said = await author.say("mine")
            refused = await ann.refused(DeleteMessage, room=said.log, message=said.seq, reason="x")
            assert (refused.code, refused.field) == (codes.OUTRANKED.code, "message")
        said = await founder.say("not yours either")
        refused = await bob.refused(DeleteMessage, room=said.log, message=said.seq, reason="x")
        assert (refused.code, refused.field) == (codes.RIGHT_MISSING.code, "")


async def test_auz_06_the_right_is_that_of_now():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        by_steward, by_member = await ann.say("as a steward"), await bob.say("as a member")
        await world.promote(ann, "garden", "member")
        await world.promote(bob, "garden", "steward")
        refused = await ann.refused(DeleteMessage, room=by_member.log, message=by_member.seq, reason="x")
        assert refused.code == codes.RIGHT_MISSING.code
        await delete(bob, by_steward, reason="x")
        assert [message.blank for message in await shown(cyd, by_member.log)] == [True, False]


async def test_who_is_silenced_takes_back_what_they_said_and_nothing_else():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        mine, theirs = await bob.say("mine"), await cyd.say("theirs")
        stewards = await ann.say("a steward's own")
        await ann.ask(SilenceMember, **garden(world, bob, reason="loud", for_ms=DAY))
        await delete(bob, mine)
        await founder.ask(SilenceMember, **garden(world, ann, reason="loud, too", for_ms=DAY))
        refused = await ann.refused(DeleteMessage, room=theirs.log, message=theirs.seq, reason="x")
        assert refused.code == codes.SILENCED.code
        await delete(ann, stewards)


async def test_what_somebody_said_who_left_or_was_banned_is_deleted_without_writing_to_them():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        by_bob, by_cyd = await bob.say("spam"), await cyd.say("spam, too")
        await ann.ask(BanMember, **garden(world, bob, reason="spam"))
        await cyd.ask(LeaveCommunity, **garden(world))
        heads = world.heads()
        for said in (by_bob, by_cyd):
            await delete(ann, said, reason="spam")
        assert [world.heads()[person.account] - heads[person.account] for person in (bob, cyd)] == [0, 0]
        assert [message.blank for message in await shown(founder, by_bob.log)] == [True, True]


async def test_in_a_direct_each_deletes_their_own_and_no_steward_comes():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        said = await ann.say(CANARY, room=direct)
        refused = await bob.refused(DeleteMessage, room=direct, message=said.seq, reason="x")
        assert refused.code == codes.RIGHT_MISSING.code
        founder = world.founder("garden")
        assert (
            await founder.refused(DeleteMessage, room=direct, message=said.seq, reason="x")
        ).code == codes.ROOM_GONE.code
        await delete(ann, said)
        assert [message.body for message in await shown(bob, direct)] == [""]


async def test_in_a_private_room_the_stewards_that_are_in_it_delete():
    async with world_of() as world:
        ann, bob, _, founder = await kept(world, "ann", "bob", "cyd")
        cellar = await world.private_room("garden/cellar", bob)
        said = await bob.say("x", room=cellar)
        refused = await ann.refused(DeleteMessage, room=cellar, message=said.seq, reason="x")
        assert refused.code == codes.ROOM_GONE.code
        await delete(founder, said, reason="x")
        assert (await ann.hears(MessageRemoved)).room == cellar


async def test_what_was_reported_is_still_there_for_the_stewards():
    """Or whoever said it could take the proof away, before a steward has looked."""
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("harmless")
        await edit(bob, said, "a threat")
        await cyd.ask(FileReport, room=said.log, message=said.seq, reason="look")
        await edit(bob, said, "harmless again")
        await delete(bob, said)
        assert (await ann.hears(ReportFiled)).body == "a threat"
        (waiting,) = (await ann.ask(ListReports, **garden(world))).reports
        assert waiting.body == "a threat"
        assert (
            await cyd.refused(FileReport, room=said.log, message=said.seq, reason="x")
        ).code == codes.MESSAGE_GONE.code


async def test_who_hears_only_what_calls_them_hears_that_it_is_gone():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await bob.again()
        await bot.sync(want=Want(profile="calls"))
        said = await ann.say("@bob")
        await ann.say("not for the bot")
        other = await ann.say("nobody")
        await edit(ann, other, "now @bob")
        await edit(ann, said, "@bob, again")
        await delete(ann, said)
        heard = [
            event for event in await bot.settled() if isinstance(event, MessageSent | MessageEdited | MessageDeleted)
        ]
        assert [type(event).__name__ for event in heard] == ["MessageSent", "MessageEdited", "MessageDeleted"]
        assert [event.first or event.seq for event in heard] == [1, 2, 5]


async def test_an_author_who_does_not_follow_the_room_deletes_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say(CANARY)
        await ann.ask(UnfollowRoom, room=ann.room)
        await ann.settled()
        await delete(ann, said)
        assert (await bob.hears(MessageDeleted)).message == said.seq
