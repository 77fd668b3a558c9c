"""Posts: long texts with their versions, how they are read, and what is said about them."""

import json

import pytest

from among_protocol import codes, wire
from among_protocol.base import POST_BYTES, TITLE_CHARS
from among_protocol.blocks import SetBlock
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage, MessageRemoved
from among_protocol.logs import Want
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.moderation import DAY, SilenceMember
from among_protocol.posts import (
    DeletePost,
    EditPost,
    PostDeleted,
    PostEdited,
    PostPublished,
    PostRemoved,
    PublishPost,
    ReadPost,
    ReadPosts,
)
from among_protocol.reports import FileReport, ReportFiled
from among_protocol.rooms import FollowRoom, OpenDirect
from among_server.limits import POST_VERSIONS
from among_server.store.rules import posts as rules
from among_server.store.stewards import stewards_of
from tests.server.test_corners import publish
from tests.world import world_of

LONG = "An essay, line after line.\n" * 740  # nearly as long as a post may be


async def test_a_post_is_listed_by_how_it_begins_and_read_as_a_whole():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann, "On beans", LONG)
        await publish(world, ann, "Short", "One line.")
        page = await bob.ask(ReadPosts, room=post.log)
        assert ([card.title for card in page.posts], page.as_of, page.complete) == (["Short", "On beans"], 3, True)
        short, card = page.posts
        assert (short.lead, short.bytes) == ("One line.", 9)
        assert (card.bytes, card.by, card.at, card.edited, card.comments) == (len(LONG), ann.member, post.at, "", 0)
        assert LONG.startswith(card.lead)
        assert card.lead.endswith("line.")
        assert len(card.lead) <= 280
        whole = await bob.ask(ReadPost, room=post.log, post=post.seq)
        assert (whole.title, whole.body, whole.version) == ("On beans", LONG, post.seq)
        first = await bob.ask(ReadPosts, room=post.log, limit=1)
        assert ([card.title for card in first.posts], first.complete) == (["Short"], False)
        rest = await bob.ask(ReadPosts, room=post.log, limit=1, before=first.posts[0].seq)
        assert ([card.title for card in rest.posts], rest.complete) == (["On beans"], True)


async def test_a_page_of_comments_is_given_without_reading_the_post_and_counting_all_that_there_are(monkeypatch):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann, "On beans", LONG)
        about = {"room": post.log, "post": post.seq}
        assert (await bob.ask(ReadMessages, **about)).messages == []
        await bob.ask(SendMessage, **about, body="Lovely.")
        monkeypatch.setattr(world.app.store, "post", None)
        assert [message.body for message in (await ann.ask(ReadMessages, **about)).messages] == ["Lovely."]
        monkeypatch.undo()
        await ann.ask(DeletePost, **about)
        assert (await bob.refused(ReadMessages, **about)).code == codes.POST_GONE.code


async def test_an_edit_is_a_version_and_all_of_them_may_be_read():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann, "On baens", "They grow.")
        await bob.ask(FollowRoom, room=post.log)
        title = (await ann.ask(EditPost, room=post.log, post=post.seq, title="On beans")).entry
        assert (title.title, title.body, title.post) == ("On beans", "They grow.", post.seq)
        assert (await bob.hears(PostEdited)).title == "On beans"
        body = (await ann.ask(EditPost, room=post.log, post=post.seq, body="They grow, @bob.")).entry
        assert (body.title, body.mentions) == ("On beans", [bob.member])
        (card,) = (await bob.ask(ReadPosts, room=post.log)).posts
        assert (card.title, card.lead, card.at, card.edited) == ("On beans", "They grow, @bob.", post.at, body.at)
        now = await bob.ask(ReadPost, room=post.log, post=post.seq)
        assert (now.body, now.version, [one.seq for one in now.versions]) == (
            "They grow, @bob.", body.seq, [post.seq, title.seq, body.seq],
        )  # fmt: skip
        then = await bob.ask(ReadPost, room=post.log, post=post.seq, version=post.seq)
        assert (then.title, then.body, then.version) == ("On baens", "They grow.", post.seq)
        (state,) = [one for one in (await bob.sync()).logs if one.log == post.log]
        assert (state.unread, state.mentions) == (0, 0), "an edit is nothing new, and calls nobody"


async def test_only_the_author_edits_and_something_must_change():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.promote(bob, "garden", "steward")
        post = await publish(world, ann)
        fields = {"room": post.log, "post": post.seq}
        assert (await bob.refused(EditPost, **fields, body="x")).code == codes.RIGHT_MISSING.code
        assert (await ann.refused(EditPost, **fields)).code == codes.FIELD_INVALID.code
        for room, number, code in (
            (post.log, 1, codes.POST_GONE),  # the corner itself
            (post.log, 99, codes.POST_GONE),
            (ann.room, 1, codes.POST_GONE),
            ("r_nowhere", 1, codes.ROOM_GONE),
        ):
            assert (await ann.refused(EditPost, room=room, post=number, body="x")).code == code.code
            assert (await ann.refused(ReadPost, room=room, post=number)).code == code.code
        refused = await ann.refused(ReadPost, **fields, version=1)
        assert refused.code == codes.POST_GONE.code


async def test_inp_05_a_post_has_so_many_bytes_and_a_title_so_many_characters():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        told = world.app.services.hello.limits
        assert (told.post_bytes, told.title_chars) == (POST_BYTES, TITLE_CHARS)
        garden = world.id("garden")
        for unit in ("x", "é", "豆", "😀"):
            most = POST_BYTES // len(unit.encode())
            post = await publish(world, ann, unit * TITLE_CHARS, unit * most)
            for fields in ({"body": unit * (most + 1)}, {"title": unit * (TITLE_CHARS + 1)}):
                asked = {"community": garden, "title": "x", "body": "x", **fields}
                refused = await ann.refused(PublishPost, **asked)
                assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, next(iter(fields)))
                refused = await ann.refused(EditPost, room=post.log, post=post.seq, **fields)
                assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, next(iter(fields)))


@pytest.mark.parametrize("body", ["", " \n ", "a\x00b", "a\x1b[2Jb", "a\rb", "a\x85b"])
async def test_a_post_says_something_and_holds_nothing_that_a_terminal_obeys(body):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        refused = await ann.refused(PublishPost, community=world.id("garden"), title="x", body=body)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "body")
        refused = await ann.refused(PublishPost, community=world.id("garden"), title=body, body="x")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "title")


async def test_inp_05_a_post_has_so_many_versions(monkeypatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        assert world.app.services.hello.limits.post_versions == POST_VERSIONS
        monkeypatch.setattr(rules, "POST_VERSIONS", 3)
        post = await publish(world, ann)
        for number in range(2):
            await ann.ask(EditPost, room=post.log, post=post.seq, body=f"version {number}")
        refused = await ann.refused(EditPost, room=post.log, post=post.seq, body="one more")
        assert refused.code == codes.LIMIT_REACHED.code


async def test_a_page_of_posts_with_long_beginnings_is_no_larger_than_a_page(monkeypatch):
    async with world_of() as world:
        world.clock.now += 10**6
        (ann,) = await world.join("garden/hall", "ann")
        post = await publish(world, ann, "first", "first")
        for _ in range(6):
            world.clock.now += 100
            await publish(world, ann, "😀" * TITLE_CHARS, "😀" * 300)
        monkeypatch.setattr("among_server.store.memory.corners.PAGE_BYTES", 5000)
        page = await ann.ask(ReadPosts, room=post.log, limit=200)
        assert (len(page.posts), page.complete) == (2, False)


# --- deleting


async def test_a_deleted_post_is_gone_from_everywhere_with_all_its_versions():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        canary = "canary of the post"
        post = await publish(world, ann, canary, canary)
        await bob.ask(FollowRoom, room=post.log)
        about = {"room": post.log, "post": post.seq}
        await ann.ask(EditPost, **about, body=f"{canary}, again")
        said = (await bob.ask(SendMessage, **about, body="fine")).entry
        other = await publish(world, ann, "Other", "Stays.")
        asked = {**about, "nonce": "once"}
        gone = (await ann.ask(DeletePost, **asked)).entry
        assert (gone.post, gone.by) == (post.seq, ann.member)
        assert (await bob.hears(PostDeleted)).post == post.seq
        assert (await ann.ask(DeletePost, **asked)).repeat
        for command, fields in (
            (ReadPost, about), (ReadMessages, about), (SendMessage, {**about, "body": "x"}), (EditPost, {**about, "body": "x"}),
            (DeletePost, about), (ReadPost, {**about, "version": post.seq}),
        ):  # fmt: skip
            assert (await ann.refused(command, **fields)).code == codes.POST_GONE.code
        assert [card.seq for card in (await bob.ask(ReadPosts, room=post.log)).posts] == [other.seq]
        start = len(bob.frames)
        entries = await bob.entries(post.log)
        assert [entry.blank for entry in entries if isinstance(entry, PostPublished | PostEdited)] == [
            True,
            True,
            False,
        ]
        assert [message.seq for message in (await bob.ask(ReadMessages, room=post.log)).messages] == [said.seq]
        assert not [frame for frame in bob.frames[start:] if canary.encode() in frame]
        (state,) = [one for one in (await ann.sync()).logs if one.log == post.log]
        assert state.unread == 0, "deleted ones count as they did"


async def test_stewards_delete_posts_of_those_below_them_and_say_why():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await world.promote(bob, "garden", "steward")
        post, stewards = await publish(world, ann), await publish(world, bob)
        about = {"room": post.log, "post": post.seq}
        assert (await cyd.refused(DeletePost, **about)).code == codes.RIGHT_MISSING.code
        assert (await bob.refused(DeletePost, **about)).field == "reason"
        founder = world.founder("garden")
        refused = await bob.refused(DeletePost, room=(await publish(world, founder)).log, post=2, reason="x")
        assert refused.code == codes.OUTRANKED.code
        await cyd.ask(FollowRoom, room=post.log)
        written = (await bob.ask(DeletePost, **about, reason=" an advert ")).entry
        assert (written.by, written.rev) == ("", 0)
        assert (await cyd.hears(PostDeleted)).by == "", "the room is not told who"
        told = await ann.hears(PostRemoved)
        assert told.steward is not None
        assert (told.log, told.reason, told.post, told.slug, told.steward.handle) == (
            ann.account, "an advert", post.seq, "garden", "bob",
        )  # fmt: skip
        audit = await founder.hears(PostRemoved)
        assert (audit.log, audit.by, audit.member, audit.steward) == (
            stewards_of(world.id("garden")), bob.member, ann.member, None,
        )  # fmt: skip
        assert not [event for event in await cyd.settled() if isinstance(event, PostRemoved)]
        await founder.ask(DeletePost, room=stewards.log, post=stewards.seq, reason="another")


async def test_who_is_silenced_may_take_back_what_they_wrote():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, bob)
        await world.founder("garden").ask(
            SilenceMember, community=world.id("garden"), member=bob.member, reason="loud", for_ms=DAY
        )
        await bob.ask(DeletePost, room=post.log, post=post.seq)


# --- comments


async def test_a_comment_is_a_message_about_a_post_and_paged_as_such():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        first, second = await publish(world, ann), await publish(world, ann)
        for number, post in enumerate((first, second, first, first)):
            await bob.ask(SendMessage, room=first.log, body=f"comment {number}", post=post.seq)
        about = {"room": first.log, "post": first.seq}
        page = await cyd.ask(ReadMessages, **about)
        assert ([one.body[-1] for one in page.messages], page.complete) == (["0", "2", "3"], True)
        assert {one.post for one in page.messages} == {first.seq}
        newest = await cyd.ask(ReadMessages, **about, limit=2)
        assert ([one.body[-1] for one in newest.messages], newest.complete) == (["2", "3"], False)
        older = await cyd.ask(ReadMessages, **about, limit=2, before=newest.messages[0].seq)
        assert ([one.body[-1] for one in older.messages], older.complete) == (["0"], True)
        all_ = await cyd.ask(ReadMessages, room=first.log)
        assert [one.body[-1] for one in all_.messages] == ["0", "1", "2", "3"]
        (card, _) = (await cyd.ask(ReadPosts, room=first.log)).posts[::-1]
        assert card.comments == 3
        assert (await cyd.ask(ReadPost, **about)).comments == 3


async def test_a_comment_names_a_post_and_nothing_else_does():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann)
        said = await bob.ask(SendMessage, room=post.log, body="hm", post=post.seq)
        direct = (await ann.ask(OpenDirect, handles=["bob"])).entry.room
        for fields, code in (
            ({"room": post.log}, codes.FIELD_INVALID),
            ({"room": bob.room, "post": post.seq}, codes.FIELD_INVALID),
            ({"room": direct, "post": 1}, codes.FIELD_INVALID),
            ({"room": post.log, "post": 1}, codes.POST_GONE),
            ({"room": post.log, "post": said.entry.seq}, codes.POST_GONE),
        ):
            refused = await bob.refused(SendMessage, body="hi", **fields)
            assert (refused.code, refused.field) == (code.code, "post")
        refused = await bob.refused(ReadMessages, room=post.log, post=said.entry.seq)
        assert refused.code == codes.POST_GONE.code
        assert (await bob.refused(ReadMessages, room=bob.room, post=1)).code == codes.POST_GONE.code


async def test_who_may_comment_is_the_owners_choice_and_a_block_is_not_announced():
    """Who is blocked, by either, is answered to the byte like anybody where comments are closed."""
    async with world_of() as world:
        ann, bob, cyd, dan = await world.join("garden/hall", "ann", "bob", "cyd", "dan")
        post = await publish(world, ann)
        await ann.ask(SetBlock, kind="block", handle="bob")
        await cyd.ask(SetBlock, kind="block", handle="ann")
        answers = set()
        comment = {"room": post.log, "post": post.seq, "body": "hm"}
        for person in (bob, cyd):
            id = person.begin(SendMessage, id="the-same", **comment)
            await person.answered(id)
            answers.add(person.raw[id])
        await dan.ask(SendMessage, **comment)
        await ann.ask(UpdateCorner, community=world.id("garden"), comments="nobody")
        id = dan.begin(SendMessage, id="the-same", **comment)
        await dan.answered(id)
        answers.add(dan.raw[id])
        assert len(answers) == 1
        assert dan.replies[id].code == codes.COMMENT_REFUSED.code
        assert (await bob.ask(ReadPost, room=post.log, post=post.seq)).comments == 1, "reading is everybody's"
        assert (await ann.refused(SendMessage, **comment)).code == codes.COMMENT_REFUSED.code, "nobody is nobody"


async def test_who_is_silenced_comments_nothing_and_edits_nothing():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post, mine = await publish(world, ann), await publish(world, bob)
        await world.founder("garden").ask(
            SilenceMember, community=world.id("garden"), member=bob.member, reason="loud", for_ms=DAY
        )
        refused = await bob.refused(SendMessage, room=post.log, body="hm", post=post.seq)
        assert refused.code == codes.SILENCED.code
        refused = await bob.refused(EditPost, room=mine.log, post=mine.seq, body="x")
        assert refused.code == codes.SILENCED.code


async def test_the_owner_takes_a_comment_out_of_their_corner_and_says_nothing_of_it():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        post = await publish(world, ann)
        said = (await bob.ask(SendMessage, room=post.log, body="canary", post=post.seq)).entry
        about = {"room": post.log, "message": said.seq}
        assert (await cyd.refused(DeleteMessage, **about)).code == codes.RIGHT_MISSING.code
        await bob.settled()
        gone = (await ann.ask(DeleteMessage, **about)).entry
        assert (gone.message, gone.by) == (said.seq, "")
        (left,) = (await cyd.ask(ReadMessages, room=post.log, post=post.seq)).messages
        assert (left.blank, left.body) == (True, "")
        assert not [event for event in await world.founder("garden").settled() if isinstance(event, MessageRemoved)]
        founder = world.founder("garden")
        steward = (await founder.ask(SendMessage, room=post.log, body="hm", post=post.seq)).entry
        await ann.ask(DeleteMessage, room=post.log, message=steward.seq)  # whoever it is: it is her corner


async def test_posts_and_comments_are_reported_as_messages_are():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        post = await publish(world, ann, body="buy this")
        said = (await bob.ask(SendMessage, room=post.log, body="and this", post=post.seq)).entry
        founder = world.founder("garden")
        for seq, author, body in ((post.seq, ann.member, "buy this"), (said.seq, bob.member, "and this")):
            await cyd.ask(FileReport, room=post.log, message=seq, reason="spam")
            told = await founder.hears(ReportFiled)
            assert (told.room, told.message, told.member, told.body) == (post.log, seq, author, body)


# --- what sessions want, and what is large


async def test_a_post_counts_as_talk_and_calls_those_whom_it_mentions():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        post = await publish(world, ann)
        for person, profile in ((bob, "calls"), (cyd, "talk")):
            await person.ask(FollowRoom, room=post.log)
            await person.sync(want=Want(profile=profile))
            await person.settled()
        await publish(world, ann, "Quiet", "nobody")
        called = await publish(world, ann, "Loud", "look, @bob")
        await ann.ask(EditPost, room=post.log, post=called.seq, body="look, @bob, again")
        heard = [(type(event), event.seq, event.first) for event in await bob.settled() if event.log == post.log]
        assert heard == [(PostPublished, called.seq, called.seq - 1)]
        talk = [type(event) for event in await cyd.settled() if event.log == post.log]
        assert talk == [PostPublished, PostPublished, PostEdited]


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_the_longest_posts_reach_who_reads_slowly_whole_and_fill_no_memory(encoding):
    """A few of them are more than a connection may have waiting: it lags, and catches up from the log."""
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        (bob,) = await world.join("garden/hall", "bob", encoding=encoding)
        post = await publish(world, ann)
        await bob.ask(FollowRoom, room=post.log)
        await bob.settled()
        bob.stops_reading()
        text = "😀\n" * (POST_BYTES // 5)
        sent = []
        for number in range(12):
            world.clock.now += 100
            sent.append(await publish(world, ann, f"Essay {number}", text))
        assert bob.session.lagging
        assert bob.buffered < 5 * len(text.encode())
        bob.reads_again()
        entries = [entry for entry in await bob.entries(post.log) if isinstance(entry, PostPublished)]
        assert [entry.title for entry in entries[1:]] == [entry.title for entry in sent]
        assert {entry.body for entry in entries[1:]} == {text}


async def test_the_longest_post_fits_a_frame_however_a_client_escapes_it():
    """ASCII alone, as many libraries write JSON: three times the bytes of the text, for whatever script."""
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for unit in ("é", "豆", "😀", '"', "\n", "\\"):
            text = unit * (POST_BYTES // len(unit.encode()))
            title = "x" if unit == "\n" else unit * TITLE_CHARS
            asked = {"type": "post.publish", "id": "1", "nonce": "n", "community": "c_", "title": title, "body": text}
            frame = json.dumps(asked, ensure_ascii=True)
            assert len(text.encode()) <= POST_BYTES
            assert len(frame) < world.app.services.hello.limits.frame_bytes, unit


async def test_auz_03_what_is_said_in_a_corner_is_heard_by_its_community_alone():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        canary = "canary-of-the-corner"
        post = await publish(world, ann, f"title {canary}", f"body {canary}")
        await ann.ask(UpdateCorner, community=world.id("garden"), title=f"corner {canary}")
        await bob.ask(SendMessage, room=post.log, body=f"comment {canary}", post=post.seq)
        for command, fields in (
            (ReadPosts, {"room": post.log}),
            (ReadPost, {"room": post.log, "post": post.seq}),
            (ReadMessages, {"room": post.log, "post": post.seq}),
            (FollowRoom, {"room": post.log}),
            (SendMessage, {"room": post.log, "post": post.seq, "body": "x"}),
            (EditPost, {"room": post.log, "post": post.seq, "body": "x"}),
        ):
            assert (await eve.refused(command, **fields)).code == codes.ROOM_GONE.code
        await eve.sync(cards=True)
        await eve.settled()
        assert not [frame for frame in eve.frames if canary.encode() in frame]
        assert canary.encode() not in world.app.listener.metrics.text()


def test_what_is_shown_of_posts_to_who_reads_a_log_is_not_their_words():
    entry = PostPublished(log="r_x", seq=1, at="", title="secret title", body="secret body")
    assert "secret" not in repr(entry)
    assert "secret" not in repr(MessageSent(log="r_x", seq=1, at="", body="secret"))
