"""The server in memory: what was said is found, what is meant for one is listed, what is pinned or a post is as anywhere."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.aio import Among, Refuse
from among_protocol.bookmarks import ListBookmarks, SetBookmark
from among_protocol.edits import DeleteMessage
from among_protocol.inbox import MarkInbox, ReadInbox
from among_protocol.messages import SendMessage
from among_protocol.pins import AddPin, ListPins
from among_protocol.posts import PublishPost, ReadPost, ReadPosts
from among_protocol.reactions import AddReaction, ReadReactions
from among_protocol.recent import Recent, RecentRooms
from among_protocol.search import SearchMessages
from among_protocol.testing import FOUNDER, TestServer

from .memory import HALL, as_


async def found(among: Among, query: str, **fields: Any) -> list[str]:
    return [hit.snippet for hit in (await among.ask(SearchMessages, query=query, **fields)).hits]


async def test_what_was_said_is_found_by_all_its_words_where_one_may_read(server: TestServer):
    async with as_(server, "ann") as ann, as_(server, "bob") as bob:
        for body in ("Bean soup\nfor two", "soup of https://example.org", "beans", "crème brûlée"):
            await server.says("ann", HALL, body)
            server.town.clock.advance(1)
        direct = await server.direct("ann", FOUNDER)
        await server.says("ann", direct, "soup, between us")
        assert await found(ann, "soup") == ["soup, between us", "soup of https://example.org", "Bean soup for two"]
        assert await found(bob, "soup") == ["soup of https://example.org", "Bean soup for two"]
        for query, expected in (
            ("SOUP bean", ["Bean soup for two"]),
            ('"soup for"', ["Bean soup for two"]),
            ('"for soup"', []),
            ("bea*", ["beans", "Bean soup for two"]),
            ("soup -bean has:link", ["soup of https://example.org"]),
            ("creme in:hall from:ann after:2020-01", ["crème brûlée"]),
            ("creme from:me", []),
            ("creme before:2020-01", []),
            ("-from:ann has:link", []),
        ):
            assert await found(bob, query) == expected, query
        await server.says(FOUNDER, HALL, "porridge, @room and @bob")
        await server.says("ann", HALL, "porridge for @bob")
        for query, expected in (
            ("mentions:room", ["porridge, @room and @bob"]),
            ("has:mention -mentions:room mentions:me", ["porridge for @bob"]),
        ):
            assert await found(bob, query) == expected, query
        (hit,) = (await bob.ask(SearchMessages, query="bean")).hits
        assert [hit.snippet[mark.start : mark.end] for mark in hit.marks] == ["Bean"]
        for fields in ({"query": "has:teeth"}, {"query": "b*"}, {"query": "soup", "room": direct}):
            with pytest.raises(Refuse):
                await bob.ask(SearchMessages, **fields)


async def test_mentions_answers_and_notices_are_in_the_inbox(server: TestServer):
    async with as_(server, "bob") as bob, as_(server, "ann") as ann:
        asked = await server.says("bob", HALL, "Who has beans?")
        await server.says("ann", HALL, "@bob has")
        await ann.send(server.id_of(HALL), "I have", reply_to=asked.seq)
        await server.direct("ann", "bob")
        page = await bob.ask(ReadInbox)
        assert [(one.kind, one.said and one.said.body) for one in page.items] == [
            ("notice", None),
            ("reply", "I have"),
            ("mention", "@bob has"),
        ]
        assert (len(page.notices), page.unread) == (1, 3)
        assert (await bob.ask(MarkInbox, number=page.items[1].number)).unread == 1


async def test_where_something_was_said_last_comes_first_a_page_at_a_time(server: TestServer):
    await server.join("garden/shed", "bob")
    await server.join("garden/attic", "bob")
    async with as_(server, "bob") as bob, as_(server, "ann") as ann:
        direct = await server.direct("ann", "bob")
        rooms = [server.id_of(HALL), direct, server.id_of("garden/shed")]
        said = []
        for who, room in zip(("ann", "ann", FOUNDER), rooms, strict=True):
            said.append(await server.says(who, room, "psst @bob"))
            server.town.clock.advance(1)
        listed = (await bob.ask(RecentRooms)).rooms
        assert [one.room.id for one in listed] == rooms[::-1], "nobody has said anything in the attic"
        assert (listed[0].said.seq, listed[0].unread, listed[0].mentions) == (said[-1].seq, 1, 1)
        assert listed[1].room.member == bob.me(direct)
        await ann.ask(SendMessage, room=rooms[0], thread=1, body="said in a thread")
        await ann.ask(DeleteMessage, room=direct, message=1)
        found, after = list[Recent](), ""
        while not found or after:
            page = await bob.ask(RecentRooms, after=after, limit=1)
            found, after = [*found, *page.rooms], page.next
        assert [(one.room.id, one.said.blank) for one in found] == [
            (rooms[2], False),
            (rooms[1], True),
            (rooms[0], False),
        ]
        with pytest.raises(Refuse) as why:
            await bob.ask(RecentRooms, after="from here")
        assert why.value.field == "after"


async def test_a_post_is_reacted_to(server: TestServer):
    async with as_(server, "ann") as ann, as_(server, "bob") as bob:
        community = server.town.rooms[server.id_of(HALL)].community
        post = (await ann.ask(PublishPost, community=community, title="Beans", body="All of them.")).entry
        await bob.ask(AddReaction, room=post.log, message=post.seq, emoji="🌱")
        assert len((await ann.ask(ReadReactions, room=post.log, message=post.seq)).reactors) == 1
        assert [(one.emoji, one.mine) for one in (await bob.ask(ReadPost, room=post.log, post=post.seq)).reactions] == [
            ("🌱", True)
        ]
        (card,) = (await ann.ask(ReadPosts, room=post.log)).posts
        assert [(one.count, one.mine) for one in card.reactions] == [(1, False)]


async def test_what_is_pinned_stays_below_the_floor(server: TestServer):
    async with as_(server, FOUNDER) as founder:
        room = server.id_of(HALL)
        said = await server.says("ann", HALL, "the rules")
        await server.says("bob", HALL, "something else")
        pinned = (await founder.ask(AddPin, room=room, message=said.seq)).entry
        await server.says("bob", HALL, "later")
        server.town.forget(room, pinned.seq)
        (pin,) = (await founder.ask(ListPins, room=room)).pins
        assert (pin.seq, pin.message.body) == (pinned.seq, "the rules")
        assert [one.body for one in server.messages(HALL)] == ["later"]
        await founder.ask(SetBookmark, room=room, message=said.seq)
        (mark,) = (await founder.ask(ListBookmarks)).bookmarks
        assert mark.message is not None
        with pytest.raises(Refuse) as why:
            await founder.ask(AddPin, room=room, message=said.seq)
        assert why.value.code == codes.PINNED_ALREADY
