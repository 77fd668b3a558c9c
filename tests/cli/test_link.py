"""People at real screens and a real server: what they say, miss, and get back."""

import asyncio
import gc
from collections import Counter
from typing import Any

import pytest

from among_cli import corner_once, search, search_once
from among_cli.lines import Said
from among_protocol.aio import Among, Stopped
from among_protocol.codes import BUSY, RATE_LIMITED, Refuse
from among_protocol.corners import ListCorners
from among_protocol.happenings import Reset
from among_protocol.joining import ListRequests
from among_protocol.messages import ReadMessages
from among_protocol.moderation import ListBans
from among_protocol.portrait import ListVersions
from among_protocol.rooms import UnfollowRoom
from among_protocol.search import SearchMessages
from among_protocol.session import Ping

from .house import House, Reader


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


async def test_a_page_without_anything_is_the_last_whatever_it_says(house, monkeypatch, capsys):
    """Else a server that is wrong about it is asked without end, or the client ends."""
    (ana,) = await house.join("garden/hall", "ana")
    ask, asked = Among._ask, Counter[Any]()
    nothing: dict[Any, dict[str, Any]] = {
        ListBans: {"bans": []},
        ListRequests: {"requests": []},
        ListVersions: {"versions": []},
        ListCorners: {"corners": []},
        SearchMessages: {"hits": [], "as_of": "", "after": "x"},
    }

    async def empty(among: Among, command: Any, /, **fields: Any) -> Any:
        asked[command] += 1
        if command not in nothing:
            return await ask(among, command, **fields)
        assert asked[command] < 5, "it is asked without end"
        return command.Reply(**nothing[command], complete=False)

    monkeypatch.setattr(Among, "_ask", empty)
    assert await ana.types("/unban zoe") == ["zoe is not banned from garden. /bans lists who is."]
    assert await ana.types("/accept zoe") == ["No zoe asks to be let into garden. /requests lists who does."]
    assert await ana.types("/portrait history") == ["Nothing was merged yet."]
    options = {"title": "", "nonce": "", "json": False, "words": ""}
    await corner_once.corner(ana.among, "garden", "", None, options)
    await search_once.search(ana.among, "beans", newest=False, limit=9, as_json=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (Refuse(RATE_LIMITED, retry_after_ms=30_000), "Too much at once; wait a little. Try again in 30 s."),
        (None, "The server does not answer; this may not have been done. Try again in a while."),
    ],
)
async def test_what_the_server_tells_to_wait_is_told_so_when_ones_time_is_over(house, monkeypatch, told, says):
    (ana,) = await house.join("garden/hall", "ana")
    asked = asyncio.Event()

    async def busy(*_: object) -> None:
        asked.set()
        if told is not None:
            raise told
        await asyncio.Event().wait()

    async def over(time: asyncio.Timeout) -> None:
        await asked.wait()
        await ana.among.ask(Ping)  # what was told before has come by then
        time.reschedule(0)

    async def more() -> None:
        async with asyncio.timeout(None) as time, asyncio.TaskGroup() as beside:
            beside.create_task(over(time))
            await search.search(ana.link, "beans")

    monkeypatch.setattr(house.store, "search", busy)
    before = len(ana.paper.told)
    assert not await ana.link.attempt(more)
    assert ana.paper.told[before:] == [says]


async def test_what_one_says_is_in_sight_until_its_line_stands(house):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("hello")
    assert [(one.body, one.state) for one in ana.model.outgoing.values()] == [("hello", "sending")]
    await ana.sees("hello")
    assert ana.model.outgoing == {}
    assert ana.paper.said == ["hello"]


async def test_people_hear_each_other_and_know_who_spoke(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.sees("bob joined garden")
    await ana.types("hello @bob")
    await bob.sees("hello @bob")
    (said,) = [line for line in bob.paper.lines if isinstance(line, Said)]
    assert (said.who, said.mention, said.alert, said.mine) == ("ana", True, True, False)


async def test_over_a_restart_nothing_is_lost_and_nothing_stands_twice(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("before")
    await bob.sees("before")
    await house.stop()
    await ana.sees("Connection lost")
    for number in range(5):
        await ana.types(f"meanwhile {number}")
    assert [one.body for one in ana.model.outgoing.values()] == [f"meanwhile {number}" for number in range(5)]
    assert ana.paper.said == ["before"]
    await house.start()
    for one in (ana, bob):
        await one.sees("meanwhile 4")
        assert one.paper.said == ["before", *(f"meanwhile {number}" for number in range(5))]
        assert one.paper.told.count("Back.") == 1
    assert ana.model.outgoing == {}


async def test_what_the_server_itself_does_not_know_is_not_confirmed_until_it_does(house):
    (ana,) = await house.join("garden/hall", "ana")
    house.doubts()
    await ana.types("hello")
    await ana.paper.until(lambda: [one.state for one in ana.model.outgoing.values()] == ["unconfirmed"])
    await house.stop()
    await house.start()
    await ana.sees("hello")
    assert ana.paper.said == ["hello"]
    assert ana.model.outgoing == {}
    assert ana.model.failed() == []


async def test_what_was_said_while_one_was_cut_off_comes_after(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    house.cut()
    await ana.types("did you get this?")
    await bob.sees("did you get this?")
    assert bob.paper.said == ["did you get this?"]


async def test_what_the_server_refuses_is_kept_with_the_reason(house):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("/room private shed")
    shed = ana.model.room
    assert shed is not None
    other = await house.person("ana", token=ana.among.token)
    await other.among.ask(UnfollowRoom, room=shed.id)
    await ana.paper.until(lambda: ana.model.room is None)
    _ = ana.link.voice.say(shed, "too late")
    await ana.sees("Not sent: There is no such room.")
    assert [(one.body, one.state) for one in ana.model.failed()] == [("too late", "failed")]
    assert await ana.types("/retry") == ["Nothing waits to be sent again."], "the room is gone: the text stays"
    assert len(ana.model.failed()) == 1
    assert await ana.types("/drop") == ["Given up: too late"]
    assert ana.model.outgoing == {}


async def test_what_stands_on_the_screen_counts_as_read_everywhere(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    device = await house.person("ana", token=ana.among.token)
    await bob.types("news for @ana")
    await ana.sees("news for @ana")
    await device.paper.until(lambda: device.model.numbered()[0].read == ana.model.numbered()[0].head)
    assert device.model.unread() == (0, 0)


async def test_a_room_opened_later_shows_what_was_said_and_where_it_is_new(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("read by bob")
    await bob.sees("read by bob")
    await bob.types("/dm ana")
    await ana.types("not read by bob")
    await bob.paper.until(lambda: bob.model.unread() == (1, 0))
    said = len(bob.paper.said)
    told = await bob.types("/go")
    assert bob.paper.said[said:] == ["read by bob", "not read by bob"]
    assert [text for text in told if text.startswith("new since")] != []
    await bob.paper.until(lambda: bob.model.unread() == (0, 0))


async def test_older_messages_are_fetched_a_page_at_a_time(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for number in range(70):
        await ana.types(f"line {number}")
    await ana.sees("line 69")
    await bob.sees("line 69")
    await bob.types("/go hall")
    assert bob.paper.said[-30:] == [f"line {number}" for number in range(40, 70)]
    await bob.types("/older")
    assert bob.paper.said[-30:] == [f"line {number}" for number in range(10, 40)]
    assert "the room begins here" in await bob.types("/older")
    assert await bob.types("/older") == ["This is where the room begins."]


async def test_one_sees_who_writes_and_who_is_there(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("hello")
    await bob.sees("hello")  # so bob hears the room: what is not kept would be missed before
    ana.link.voice.typing()
    await bob.paper.until(lambda: bob.model.writing(bob.among.now()) == ["ana"])
    await house.person("ana", token=ana.among.token)
    await bob.paper.until(lambda: "online" in bob.model.presence.values())


async def test_when_the_servers_data_was_replaced_the_room_is_shown_as_it_is_now(house):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("before")
    await ana.sees("before")
    room = ana.model.room
    assert room is not None
    ana.paper.show(ana.link._happened(Reset(log=room.id, reason="epoch", had=9, after=1)))
    await ana.sees("The server's data was replaced (epoch)")
    await ana.paper.until(lambda: ana.paper.said == ["before", "before"])
    await ana.types("after")
    await ana.sees("after")


async def test_a_community_joined_elsewhere_appears(house):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    device = await house.person("bob", token=bob.among.token)
    await ana.types("/create bikes")
    await bob.types("/join bikes")
    await device.paper.until(lambda: any(room.title == "bikes/hall" for room in device.model.numbered()))
    await bob.types("/leave bikes persona")
    await device.paper.until(lambda: not any(room.title == "bikes/hall" for room in device.model.numbered()))


def no_pages(monkeypatch: pytest.MonkeyPatch, reader: Reader, instead: list[Exception]) -> None:
    """What the next requests for pages come to."""
    ask = Among._ask

    async def busy(among: Among, command: Any, /, **fields: Any) -> Any:
        if among is reader.among and command is ReadMessages and instead:
            raise instead.pop(0)
        return await ask(among, command, **fields)

    monkeypatch.setattr(Among, "_ask", busy)


async def test_a_room_whose_page_does_not_come_is_open_without_it(house, monkeypatch):
    """Else all that is said there would wait unseen for good."""
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/room create shed")
    await bob.types("before")
    await bob.sees("before")
    no_pages(monkeypatch, ana, [Refuse(BUSY), Refuse(BUSY)])
    await ana.types("/go hall")
    await ana.sees("What was said before can't be shown now: /older tries again.")
    await bob.types("after")
    await ana.sees("after")
    assert ana.model.marker() is None, "nothing is read that was not shown"
    await ana.types("/older")
    assert ana.paper.said == ["after", "before"]


async def test_a_room_whose_page_is_late_is_shown_when_it_comes(house, monkeypatch):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/room create shed")
    await bob.types("before")
    await bob.sees("before")
    no_pages(monkeypatch, ana, [TimeoutError()])
    await ana.types("/go hall")
    await ana.sees("before")


async def test_who_gives_up_learning_who_somebody_is_leaves_nothing_behind(house, monkeypatch):
    (ana,) = await house.join("garden/hall", "ana")
    asked, left = asyncio.Event(), asyncio.Event()

    async def persona(among: Among, member: str, rev: int = 0) -> None:
        asked.set()
        await left.wait()
        raise Stopped(1000, "this client was closed")

    monkeypatch.setattr(Among, "persona", persona)
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: told.append(what))
    learning = asyncio.create_task(ana.link.learn([("m_aaaaaaaaaaaaaaaa", 1)]))
    await asked.wait()
    learning.cancel()
    await asyncio.wait({learning})
    left.set()
    await ana.among.ask(Ping)
    del learning
    gc.collect()
    assert told == []
