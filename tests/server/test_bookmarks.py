"""Bookmarks: one's own alone, on every device; and what they show of a message is what one may see at that moment."""

from typing import Any

import pytest

from among_protocol import codes, wire
from among_protocol.bookmarks import (
    NOTE_CHARS,
    BookmarkChanged,
    Bookmarked,
    BookmarkPage,
    ListBookmarks,
    RemoveBookmark,
    SetBookmark,
)
from among_protocol.communities import LeaveCommunity
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.export import ExportAccount
from among_protocol.rooms import AddPerson, UnfollowRoom
from among_server.limits import BOOKMARKS_PER_ACCOUNT
from tests.server.test_moderation import garden, kept
from tests.world import Person, world_of

CANARY = "kestrel-9041"


async def mark(person: Person, said: Any, note: str = "") -> Any:
    return await person.ask(SetBookmark, room=said.log, message=said.seq, note=note)


async def mine(person: Person, **more: Any) -> BookmarkPage:
    page: BookmarkPage = await person.ask(ListBookmarks, **more)
    return page


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_a_bookmark_finds_its_message_again_with_the_note(encoding):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob", encoding=encoding)
        said = await ann.say("water them in the evening")
        made = await mark(bob, said, " for  june ")
        assert made.bookmark.note == "for  june"
        page = await mine(bob)
        (one,) = page.bookmarks
        assert (one.room, one.seq, one.note, one.at) == (said.log, said.seq, "for  june", made.bookmark.at)
        assert one.message is not None
        assert (one.message.body, one.message.by) == (said.body, ann.member)
        assert (page.of, page.complete) == (Bookmarked(count=1, changed=one.at), True)


async def test_the_other_devices_are_told_and_nobody_else():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        tablet = await bob.device()
        guest = await bob.again()  # which has not synced
        made = await mark(bob, said, "note")
        told = await tablet.hears(BookmarkChanged)
        assert (told.room, told.message, told.note, told.at) == (said.log, said.seq, "note", made.bookmark.at)
        assert told.bookmarks == made.bookmarks
        left = await tablet.ask(RemoveBookmark, room=said.log, message=said.seq)
        told = await bob.hears(BookmarkChanged)
        assert (told.at, told.bookmarks) == ("", left)
        assert left == Bookmarked(count=0, changed="")
        for other in (ann, guest):
            assert not [event for event in await other.settled() if isinstance(event, BookmarkChanged)]


async def test_every_sync_says_how_many_there_are_and_since_when():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        assert (await bob.sync()).bookmarks is None
        made = await mark(bob, await ann.say("hi"))
        assert (await (await bob.again()).sync()).bookmarks == made.bookmarks
        assert (await ann.sync()).bookmarks is None


async def test_setting_it_again_changes_the_note_and_adds_none():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        first, again = await mark(bob, said, "one"), await mark(bob, said, "two")
        assert first.bookmark.number == again.bookmark.number
        assert [(one.note, one.number) for one in (await mine(bob)).bookmarks] == [("two", first.bookmark.number)]


async def test_it_follows_edits_and_a_deleted_message_says_nothing():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say(CANARY)
        await mark(bob, said, "mine")
        await ann.ask(EditMessage, room=said.log, message=said.seq, body=f"{CANARY}!")
        (one,) = (await mine(bob)).bookmarks
        assert one.message is not None
        assert one.message.body == f"{CANARY}!"
        await ann.ask(DeleteMessage, room=said.log, message=said.seq)
        page = await mine(bob)
        (one,) = page.bookmarks
        assert one.message is not None
        assert (one.message.blank, one.message.body, one.note) == (True, "", "mine")
        assert CANARY not in str(page)
        await bob.ask(RemoveBookmark, room=said.log, message=said.seq)


async def test_auz_03_of_a_room_that_one_lost_nothing_is_shown():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        private = await ann.say(CANARY, room=cellar)
        said = await ann.say(CANARY)
        for one in (private, said):
            await mark(bob, one, "mine")
        await bob.ask(UnfollowRoom, room=said.log)  # an open room is still to be read
        await bob.ask(UnfollowRoom, room=cellar)
        found = {one.room: one.message for one in (await mine(bob)).bookmarks}
        assert found[cellar] is None
        assert found[said.log] is not None
        await world.founder("garden").ask(AddPerson, room=cellar, member=bob.member)
        assert all(one.message for one in (await mine(bob)).bookmarks), "who is back sees it again"
        await bob.ask(LeaveCommunity, **garden(world))
        start = len(bob.frames)
        page = await mine(bob)
        assert [(one.message, one.note) for one in page.bookmarks] == [(None, "mine")] * 2
        assert CANARY.encode() not in b"".join(bob.frames[start:])
        for one in (private, said):
            await bob.ask(RemoveBookmark, room=one.log, message=one.seq)


async def test_only_what_one_may_see_is_bookmarked():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        cellar = await world.private_room("garden/cellar", ann)
        said = await ann.say("secret", room=cellar)
        (dan,) = await world.join("library/desk", "dan")
        for person, room in ((bob, cellar), (dan, ann.room), (bob, "r_nowhere")):
            refused = await person.refused(SetBookmark, room=room, message=said.seq)
            assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "room")
        for number in (0, 99):
            refused = await bob.refused(SetBookmark, room=bob.room, message=number)
            assert (refused.code, refused.field) == (codes.MESSAGE_GONE.code, "message")
        assert (await mine(bob)).bookmarks == []
        assert (await cyd.refused(RemoveBookmark, room=cellar, message=said.seq)).code == codes.BOOKMARK_GONE.code


async def test_the_newest_come_first_a_page_at_a_time():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(f"{number:<8000}") for number in range(20)]
        for one in said:
            await mark(bob, one)
        await mark(bob, said[0], "changed, and where it was")
        seen: list[int] = []
        before = None
        while True:
            page = await mine(bob, before=before, limit=200)
            assert 0 < sum(len(one.message.body) for one in page.bookmarks if one.message) <= 1 << 17
            seen += [one.seq for one in page.bookmarks]
            before = page.bookmarks[-1].number
            if page.complete:
                break
        assert seen == [one.seq for one in reversed(said)]
        assert [one.seq for one in (await mine(bob, limit=2)).bookmarks] == seen[:2]


async def test_who_lags_is_told_the_last_change_and_that_there_were_more():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(f"{number}") for number in range(3)]
        tablet = await bob.device()
        await bob.settled()
        tablet.lags()
        for one in said:
            await mark(bob, one)
        tablet.reads_again()
        told = [event for event in await tablet.settled() if isinstance(event, BookmarkChanged)]
        assert [(one.message, one.bookmarks.count) for one in told] == [(said[2].seq, 3)]


async def test_prv_01_bookmarks_are_exported_without_what_others_said():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(CANARY) for _ in range(3)]
        for one in said:
            await mark(bob, one, "mine")
        records: list[Any] = []
        after = ""
        while True:
            page = await bob.ask(ExportAccount, after=after)
            records += [bytes(record) for record in page.records]
            after = page.next
            if not after:
                break
        told = [record for record in records if b'"record":"bookmark"' in record]
        assert len(told) == 3
        assert all(b'"note":"mine"' in record for record in told)
        assert CANARY.encode() not in b"".join(told)


async def test_inp_05_an_account_has_so_many_bookmarks_and_no_more(monkeypatch):
    monkeypatch.setattr("among_server.store.rules.bookmarks.BOOKMARKS_PER_ACCOUNT", 3)
    assert BOOKMARKS_PER_ACCOUNT == 1_000
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(f"{number}") for number in range(4)]
        for one in said[:3]:
            await mark(bob, one)
        refused = await bob.refused(SetBookmark, room=bob.room, message=said[3].seq)
        assert refused.code == codes.LIMIT_REACHED.code
        assert "3" in refused.message
        await mark(bob, said[0], "still")
        await bob.ask(RemoveBookmark, room=bob.room, message=said[0].seq)
        await mark(bob, said[3])


async def test_inp_05_a_note_is_so_long_and_no_longer():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        assert (await mark(bob, said, "😀" * NOTE_CHARS)).bookmark.note == "😀" * NOTE_CHARS
        refused = await bob.refused(SetBookmark, room=said.log, message=said.seq, note="x" * (NOTE_CHARS + 1))
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "note")
        refused = await bob.refused(SetBookmark, room=said.log, message=said.seq, note="two\nlines")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "note")
