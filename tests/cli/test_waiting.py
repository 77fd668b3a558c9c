"""What of the inbox still waits: not what was read where it was said."""

import pytest

from among_cli import thread_lines, waiting
from among_cli.toolbar import toolbar
from among_protocol.inbox import InboxItem, InboxPage, InboxState, MarkInbox
from tests.cli.house import House, Reader


@pytest.fixture
async def house(tmp_path, monkeypatch):
    for module, name in ((thread_lines, "EVERY"), (thread_lines, "MARK_EVERY"), (waiting, "EVERY")):
        monkeypatch.setattr(module, name, 0.01)
    async with House(tmp_path) as house:
        yield house


def bar(reader: Reader) -> str:
    return "".join(span.text for span in toolbar(reader.link, 100))


def waits(reader: Reader) -> int:
    return reader.model.waiting.count(reader.model, reader.among.inbox)


async def waiting_for(reader: Reader, many: int) -> None:
    """Until so much waits, and all that came is known."""
    model = reader.model
    await reader.paper.until(
        lambda: (
            waits(reader) == many
            and not model.waiting.stale(reader.among.inbox)
            and not model.waiting.unclear(model)
            and not model.waiting.due(model)
        )
    )


async def calls(reader: Reader, body: str, other: Reader) -> None:
    """They say this, and the other has heard that it is meant for them."""
    before = other.among.inbox.unread
    await reader.types(body)
    await other.paper.until(lambda: other.among.inbox.unread > before)


async def dots(reader: Reader) -> list[str]:
    """The items of the list that it says are new."""
    return [line for line in await reader.types("/inbox") if line.startswith("•")]


async def test_what_mentions_one_in_the_room_that_one_reads_does_not_wait(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("The beans are up, @bob")
    await bob.sees("The beans are up, @bob")
    await bob.paper.until(lambda: bob.among.inbox.read > 0)
    assert bob.among.inbox.unread == 0, "other clients count by the mark"
    assert "/inbox" not in bar(bob)
    assert await dots(bob) == []


async def test_what_was_read_in_its_room_waits_no_more_here_and_on_every_device(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    phone = await house.signs_in("bob")
    await bob.types("/create library")
    await calls(ana, "The beans are up, @bob", bob)
    for reader in (bob, phone):
        await waiting_for(reader, 1)
        assert "/inbox 1" in bar(reader)
    await bob.types("/go garden/hall")
    for reader in (bob, phone):
        await waiting_for(reader, 0)
        assert "/inbox" not in bar(reader)
    assert await dots(phone) == []


async def called_in_two_rooms(house: House) -> Reader:
    """Bob is elsewhere, and waited for in the tools, and after that in the hall."""
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/room create tools")
    await bob.types("/go tools")
    await bob.types("/create library")
    await calls(ana, "A spade, @bob", bob)
    await ana.types("/go hall")
    await calls(ana, "The beans are up, @bob", bob)
    return bob


async def test_what_waits_longer_keeps_the_mark_and_no_more_than_that_is_counted(house):
    """Another room's item is older, and so the mark stays before it; by the marks of the rooms each device knows the same."""
    bob = await called_in_two_rooms(house)
    await waiting_for(bob, 2)
    await bob.types("/go garden/hall")
    await waiting_for(bob, 1)
    assert bob.among.inbox.unread == 2, "the mark only moves on, and before this one something waits"
    phone = await house.signs_in("bob")
    await waiting_for(phone, 1)
    (new,) = await dots(phone)
    assert "A spade, @bob" in new
    await waiting_for(bob, 0)


async def test_who_reads_the_room_that_waited_longest_has_read_all(house):
    bob = await called_in_two_rooms(house)
    for room, left in (("garden/hall", 1), ("garden/tools", 0)):
        await bob.types(f"/go {room}")
        await waiting_for(bob, left)
    assert bob.among.inbox.unread == 0


async def test_what_was_said_in_a_thread_waits_until_that_is_read(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("Who has beans?")
    await bob.types("/create library")
    await calls(ana, "/thread 1 You, @bob?", bob)
    await ana.types("Good evening")
    await bob.types("/go garden/hall")
    await bob.paper.until(lambda: not bob.model.room.has_news)
    await waiting_for(bob, 1)
    again = await house.signs_in("bob")
    await waiting_for(again, 1)
    await again.types("/go garden/hall")
    await again.types("/thread 1")
    for reader in (bob, again):
        await waiting_for(reader, 0)


async def test_what_one_was_shown_in_the_room_does_not_wait_for_its_threads(house):
    """Something is new in a thread; the item was said in the room."""
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("Who has beans?")
    await bob.sees("Who has beans?")
    await bob.types("/follow #1")
    await bob.types("/create library")
    await calls(ana, "The beans are up, @bob", bob)
    await ana.types("/thread 1 Anybody?")
    await bob.types("/go garden/hall")
    await waiting_for(bob, 0)
    again = await house.signs_in("bob")
    await waiting_for(again, 0)
    assert bob.model.thread_news()


def test_what_came_while_the_mark_was_moved_is_asked_for():
    """Its number is in the answer, and it was on no page."""
    known = waiting.Waiting()
    item = InboxItem(number=1, kind="mention", log="hall", seq=4)
    known.stated(InboxState(read=0, unread=1), InboxPage(items=[item], read=0, unread=1, complete=True))
    assert not known.stale(InboxState(read=0, unread=1))
    known.marked(InboxState(read=1, unread=1))
    assert known.stale(InboxState(read=1, unread=1))


async def test_an_edit_that_mentions_one_waits_though_the_message_was_read(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("The beans are up")
    await bob.sees("The beans are up")
    await bob.paper.until(lambda: not bob.model.room.unread)
    await bob.types("/create library")
    await ana.edits("The beans are up, @bob")
    await bob.paper.until(lambda: bob.among.inbox.unread == 1)
    await waiting_for(bob, 1)
    await bob.types("/go garden/hall")
    await waiting_for(bob, 0)


async def test_what_is_unread_again_waits_again(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/create library")
    await ana.types("/room private cellar")
    await ana.types("/room add bob")  # others' doing, which keeps the mark where it is
    await bob.paper.until(lambda: bob.among.inbox.unread == 1)
    await ana.types("/go hall")
    await calls(ana, "The beans are up, @bob", bob)
    await bob.types("/go garden/hall")
    await waiting_for(bob, 1)
    await bob.types("/unread #1")
    await waiting_for(bob, 2)
    await bob.types("/go garden/hall")
    await waiting_for(bob, 1)


async def test_the_list_has_read_no_more_than_it_showed(house, monkeypatch):
    monkeypatch.setattr("among_cli.inbox.ITEMS", 3)
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/create library")
    for number in range(5):
        await calls(ana, f"number {number}, @bob", bob)
    told = await bob.types("/inbox")
    assert told[-1] == "/go inbox 1 goes to the first; 2 unread further down: /inbox more"
    await waiting_for(bob, 2)
    assert bob.among.inbox.unread == 5
    told = await bob.types("/inbox more")
    assert [line[:4] for line in told[:-1]] == ["• 4 ", "• 5 "]
    await bob.paper.until(lambda: bob.among.inbox.unread == 0)


async def test_what_another_client_made_unread_again_waits_again(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    phone = await house.signs_in("bob")
    await bob.types("/create library")
    await calls(ana, "The beans are up, @bob", bob)
    assert len(await dots(bob)) == 1
    await waiting_for(bob, 0)
    await phone.among.ask(MarkInbox, number=0, unread=True)
    await waiting_for(bob, 1)


async def test_who_counts_all_as_read_has_read_the_inbox_too(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/room private cellar")
    await ana.types("/room add bob")
    await bob.paper.until(lambda: bob.among.inbox.unread == 1)
    assert (await bob.types("/read all"))[-1] == "Read: your inbox."
    await waiting_for(bob, 0)
    assert (await bob.types("/read all"))[-1] == "Nothing was unread."


async def test_who_comes_back_after_a_while_knows_what_waits(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/room create tools")
    await bob.types("/go tools")
    await calls(ana, "A spade, @bob", bob)
    await waiting_for(bob, 0)
    await bob.types("/create library")
    house.cut()
    await ana.types("Another, @bob")
    await waiting_for(bob, 1)
