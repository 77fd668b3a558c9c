"""The client for asyncio, over real sockets, against the model of a server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError
from websockets.http11 import Request, Response

from among_protocol import aio, backoff
from among_protocol.aio import (
    Among,
    Card,
    Down,
    Opened,
    Positions,
    Sending,
    Stopped,
    Unreachable,
    Up,
    Withdrawn,
    connect,
)
from among_protocol.aio.link import Link
from among_protocol.base import Command, Entry
from among_protocol.codes import BAD_CREDENTIALS, RATE_LIMITED, ROOM_GONE, TOKEN_INVALID, Refuse
from among_protocol.communities import CommunityLeft, ReadCommunity
from among_protocol.happenings import Happening
from among_protocol.logs import Synced
from among_protocol.members import PersonaRef, ResolveMembers
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.rooms import FollowRoom, FollowWritten
from among_protocol.session import Ping, SignOut
from among_protocol.testing import Connection
from among_protocol.testing.state import Claim
from among_protocol.wire import UnknownEvent

from .model import AT, Harbour, Server


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coming back takes no time that a test would have to wait for."""
    monkeypatch.setattr(backoff, "MOST", 0.001)


@pytest.fixture
async def harbour() -> AsyncIterator[Harbour]:
    server = Server()
    server.hand_out("t", "ann")
    async with asyncio.timeout(20), Harbour(server) as harbour:
        yield harbour
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not [task for task in left if "among_protocol" in repr(task)], "a task was left behind"


def ann(harbour: Harbour, **options: Any) -> Among:
    return connect(harbour.url, token="t", **options)


async def until(among: Among, wanted: Callable[[Any], bool]) -> list[Happening]:
    """All that comes up to what is wanted, that included."""
    taken: list[Happening] = []
    async for event in among:
        taken.append(event)
        if wanted(event):
            return taken
    raise AssertionError("it ended before")


async def bodies(among: Among, last: str) -> list[str]:
    events = await until(among, lambda event: isinstance(event, MessageSent) and event.body == last)
    return [event.body for event in events if isinstance(event, MessageSent)]


async def live(among: Among) -> None:
    await until(among, lambda event: isinstance(event, Synced))


# --- signing in


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_sign_in_and_see_where_one_is(harbour: Harbour, encoding: Any):
    async with connect(harbour.url, handle="ann", password="correct horse", encoding=encoding) as among:
        assert among.account.handle == "ann"
        assert among.token.startswith("among_")
        assert among.epoch == among.hello.epoch == "e1"
        assert among.room("garden/r1").id == "r1"
        assert among.communities["c1"].member == among.me("r1") == "m-ann"
        assert set(among.logs) == {"a-ann", "c1", "r1", "r2"}
        first, *opened, synced = await until(among, lambda event: isinstance(event, Synced))
        assert isinstance(first, Up)
        assert not first.resumed
        assert all(isinstance(one, Opened) for one in opened)
        assert isinstance(synced, Synced)


async def test_sign_up(harbour: Harbour):
    async with connect(harbour.url, handle="newcomer", password="correct horse", sign_up=True) as among:
        assert among.account.handle == "newcomer"


@pytest.mark.parametrize(
    ("who", "code"),
    [({"token": "void"}, TOKEN_INVALID), ({"handle": "ann", "password": "wrong"}, BAD_CREDENTIALS)],
)
async def test_a_refused_sign_in_is_raised(harbour: Harbour, who: dict[str, str], code: object):
    with pytest.raises(Refuse) as why:
        async with connect(harbour.url, **who):  # type: ignore[arg-type]  # names of texts
            pass
    assert why.value.code == code


async def test_nobody_there(harbour: Harbour):
    await harbour.stop()
    with pytest.raises(Unreachable, match=r"could not be reached in time: .*Connect call failed"):
        async with ann(harbour, open_within=0.05):
            pass


async def nobody_comes(link: ServerConnection) -> None:
    raise AssertionError


async def test_another_kind_of_server(harbour: Harbour):
    async def not_found(link: ServerConnection, request: Request) -> Response:
        return Response(HTTPStatus.NOT_FOUND, "Not Found", Headers())

    async with serve(nobody_comes, "127.0.0.1", 0, process_request=not_found) as other:
        port = next(iter(other.sockets)).getsockname()[1]
        with pytest.raises(Unreachable, match="404"):
            async with connect(f"ws://127.0.0.1:{port}/", token="t"):
                pass


ELSEWHERE = ["http://portal.example/", "ws://[::1", "ws://127.0.0.1:99999/", "wss://127.0.0.1:1/v1", "/"]


def led(where: str) -> Response:
    return Response(HTTPStatus.FOUND, "Found", Headers(Location=where))


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_who_is_led_elsewhere_does_not_go_there_and_is_told(harbour: Harbour, where: str):
    led_there = 0

    async def lead(link: ServerConnection, request: Request) -> Response:
        nonlocal led_there
        led_there += 1
        return led(where)

    async with serve(nobody_comes, "127.0.0.1", 0, process_request=lead) as other:
        port = next(iter(other.sockets)).getsockname()[1]
        with pytest.raises(Unreachable, match="302"):
            async with connect(f"ws://127.0.0.1:{port}/", token="t"):
                pass
    assert led_there == 1


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_who_is_led_elsewhere_while_the_server_is_away_comes_back(harbour: Harbour, where: str):
    """A proxy shows a page of its own then, and so does a network in which one has to sign in first."""

    async def lead(link: ServerConnection, request: Request) -> Response:
        return led(where)

    async with ann(harbour) as among:
        port = int(harbour.url.rpartition(":")[2].partition("/")[0])
        await harbour.stop()
        async with serve(nobody_comes, "127.0.0.1", port, process_request=lead):
            await until(among, lambda event: isinstance(event, Down) and event.reason == "HTTP 302")
        await harbour.start()
        await until(among, lambda event: isinstance(event, Up))
        assert (await among.send("r1", "here I am again")).body == "here I am again"


async def test_no_url(harbour: Harbour):
    with pytest.raises(Exception, match="isn't a valid URI"):
        async with connect("http://127.0.0.1/", token="t"):
            pass


async def test_waiting_for_a_server_that_comes_later(harbour: Harbour):
    await harbour.stop()
    opening = asyncio.create_task(ann(harbour, open_within=None).__aenter__())
    while not opening.done() and harbour.connected == 0:
        await harbour.start()
        await asyncio.wait([opening], timeout=5)
    among = await opening
    assert among.account.handle == "ann"
    await among.__aexit__(None, None, None)


async def test_being_cancelled_while_signing_in(harbour: Harbour):
    harbour.answering = False
    opening = asyncio.create_task(ann(harbour).__aenter__())
    await harbour.next_frame()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening


# --- saying and hearing


async def test_say_and_hear(harbour: Harbour):
    async with ann(harbour) as among:
        sent = await among.send("r1", "hello")
        assert (sent.log, sent.seq, sent.body) == ("r1", 1, "hello")
        assert await bodies(among, "hello") == ["hello"]
        assert among.mine(sent)
        assert among.logs["r1"].head == 1


async def test_a_nonce_of_ones_own_says_it_once(harbour: Harbour):
    async with ann(harbour) as among:
        first = await among.send("r1", "hello", nonce="n")
    async with ann(harbour) as among:
        assert await among.send("r1", "hello", nonce="n") == first


async def test_ask_by_struct_and_by_type(harbour: Harbour):
    async with ann(harbour) as among:
        by_struct = await among.ask(ResolveMembers(id="", members=[PersonaRef(member="m-zoe", rev=2)]))
        by_type = await among.ask(ResolveMembers, members=[PersonaRef(member="m-zoe", rev=2)])
        assert by_struct == by_type
        assert by_type.personas[0].handle == "zoe"
        assert (await among.ask(Ping)).at == AT
        followed: FollowWritten = await among.ask(FollowRoom, room="r3")
        assert followed.entry.room == "r3"


async def test_a_refusal_is_raised(harbour: Harbour):
    async with ann(harbour) as among:
        with pytest.raises(Refuse) as why:
            await among.send("nowhere", "psst")
        assert why.value.code == ROOM_GONE


async def test_what_is_to_wait_goes_again_when_its_time_has_come(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        await among.ask(Ping)  # the answer to which wakes nobody later
        harbour.server.refuse(RATE_LIMITED, SendMessage, retry_after_ms=50)
        async with asyncio.timeout(5):  # a reply counts as late after ten
            await among.send("r1", "hello")


async def test_a_mistake_in_ones_own_program_is_raised(harbour: Harbour):
    async with ann(harbour) as among:
        with pytest.raises(TypeError):
            await among.ask(Ping, colour="red")
        with pytest.raises(Refuse):
            await among.send("r1", "")


async def test_a_sending_shows_its_state(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        harbour.answering = False
        states: list[str] = []
        sending = among.sending("r1", "hello", changed=lambda sending: states.append(sending.state))
        states.append(sending.state)
        await harbour.next_frame()
        harbour.cut()
        await until(among, lambda event: isinstance(event, Down))
        harbour.answering = True
        await sending.decided()
        assert sending.error is None
        assert sending.result.entry.body == "hello"
        assert isinstance(sending.command, SendMessage)
        assert sending.result.entry.nonce == sending.command.nonce
        await among.ask(Ping)
        assert states == ["sending", "unconfirmed", "sent"]
        assert len(harbour.server.logs["r1"].entries) == 1


async def test_who_hears_of_a_change_may_ask_again(harbour: Harbour):
    async with ann(harbour) as among:

        def answer(sending: Sending) -> None:
            if sending.state == "sent":
                more.append(among.sending("r1", "second"))

        more = [among.sending("r1", "first", changed=answer)]
        assert await bodies(among, "second") == ["first", "second"]


async def test_giving_up(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        await harbour.stop()
        await until(among, lambda event: isinstance(event, Down))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await among.send("r1", "never")
        sending = among.sending("r1", "nor this")
        sending.withdraw()
        with pytest.raises(Withdrawn):
            await sending
        await harbour.start()
        await live(among)
        await among.send("r1", "but this")
        assert [getattr(entry, "body", "") for entry in harbour.server.logs["r1"].entries] == ["but this"]


async def test_leaving_waits_for_what_is_on_its_way(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        sending = among.sending("r1", "goodbye")
    assert sending.state == "sent"
    assert len(harbour.server.logs["r1"].entries) == 1


async def test_leaving_by_an_error_waits_for_nothing(harbour: Harbour):
    begun: list[Sending] = []

    async def fails() -> None:
        async with ann(harbour) as among:
            await live(among)
            harbour.answering = False
            begun.append(among.sending("r1", "goodbye"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    with pytest.raises(Stopped):
        await begun[0]


async def test_being_cancelled_while_leaving(harbour: Harbour):
    among = ann(harbour)
    leaving, begun = asyncio.Event(), list[Sending]()

    async def leaves() -> None:
        async with among:
            await live(among)
            harbour.answering = False
            begun.append(among.sending("r1", "goodbye"))
            leaving.set()

    task = asyncio.create_task(leaves())
    await leaving.wait()
    reading = asyncio.create_task(until(among, lambda event: False))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(AssertionError, match="it ended before"):
        await reading
    assert among.core.state == "stopped"


async def test_who_waits_for_a_persona_is_told_that_it_is_over(harbour: Harbour):
    async with ann(harbour, open_within=None) as among:
        await live(among)
        harbour.server.bring("bob")
        await harbour.stop()
        await until(among, lambda event: isinstance(event, Down))
        wanted = asyncio.create_task(among.persona("m-bob", 1))
        await asyncio.sleep(0)
    with pytest.raises(Stopped):
        await wanted


async def test_after_leaving_nothing_can_be_asked(harbour: Harbour):
    async with ann(harbour) as among:
        pass
    with pytest.raises(Stopped):
        await among.send("r1", "hello")
    assert [event async for event in among]  # what had come is still there, and then it ends


async def test_join_and_open_a_direct(harbour: Harbour):
    harbour.server.left("a-ann", "c1")
    async with ann(harbour) as among:
        assert among.communities == {}
        card = await among.join("garden")
        assert card.community.slug == "garden"
        assert among.room("garden/r1").community == "c1"
        room = await among.direct("zoe")
        assert among.room("@zoe") == room
        assert among.me(room.id) == "m-ann-d-zoe"
        await among.send(room.id, "psst")
        assert await bodies(among, "psst") == ["psst"]


async def test_what_comes_right_behind_the_card_of_a_community_is_newer(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
):
    """One is put out, or leaves on another device, before the program that joins goes on."""
    answer, read = Connection.answer, []

    def and_then_leave(connection: Connection, command: Command) -> None:
        answer(connection, command)
        if isinstance(command, ReadCommunity):
            read.append(command)
            if len(read) == 2:  # the client's own, and that of `join`
                harbour.server.left("a-ann", "c1")

    monkeypatch.setattr(Connection, "answer", and_then_leave)
    harbour.server.left("a-ann", "c1")
    async with ann(harbour) as among:
        await among.join("garden")
        await until(among, lambda event: isinstance(event, CommunityLeft))
        assert among.communities == {}
        assert {room.community for room in among.rooms.values()} <= {""}


async def test_being_somebody_else_from_one_moment_to_the_next(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        harbour.server.left("a-ann", "c1")
        harbour.server.joined("a-ann", "c1")
        await harbour.flush()
        events = await until(among, lambda event: isinstance(event, Card))
        assert isinstance(events[-1], Card)
        assert set(among.communities) == {"c1"}


async def test_personas_are_asked_for_in_one_batch(harbour: Harbour):
    harbour.server.bring("bob")
    harbour.server.members["m-zoe"].change("zoe", Claim())
    async with ann(harbour) as among:
        await live(among)
        wanted = [("m-zoe", 1), ("m-zoe", 2), ("m-bob", 0), ("m-zoe", 1), ("nobody", 0)]
        people = await asyncio.gather(*(among.persona(*one) for one in wanted))
        assert [person and (person.handle, person.rev) for person in people] == [
            ("zoe", 1), ("zoe", 2), ("bob", 1), ("zoe", 1), None,
        ]  # fmt: skip
        (connection,) = harbour.connections
        assert [len(command.members) for command in connection.told if isinstance(command, ResolveMembers)] == [4]
        known = await among.persona("m-zoe", 2)
        assert known is people[1]
        assert sum(isinstance(command, ResolveMembers) for command in connection.told) == 1


async def test_many_personas_are_asked_for_in_several_batches(harbour: Harbour):
    harbour.server.bring(*(f"{number}" for number in range(450)))
    async with ann(harbour) as among:
        people = await asyncio.gather(*(among.persona(f"m-{number}", 1) for number in range(450)))
        assert all(people)
        (connection,) = harbour.connections
        batches = [len(command.members) for command in connection.told if isinstance(command, ResolveMembers)]
        assert batches == [200, 200, 50]


async def test_personas_that_are_refused(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        harbour.server.in_a_mood("fix")
        with pytest.raises(Refuse):
            await among.persona("m-zoe", 1)
        assert await among.persona("m-zoe", 1)


# --- over cuts, and over restarts of the program


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_dur_10_every_entry_once_over_cuts(harbour: Harbour, encoding: Any):
    async with ann(harbour, encoding=encoding) as among:
        await live(among)
        heard: list[str] = []
        said: list[str] = []
        for number in range(5):
            said.append(harbour.server.zoe_says("r1").body)
            await harbour.flush()
            harbour.cut()
            said.append(harbour.server.zoe_says("r1").body)
            if number % 2:
                await harbour.stop()
                said.append(harbour.server.zoe_says("r1").body)
                await harbour.start()
            heard += await bodies(among, said[-1])
        assert heard == said
        assert harbour.connected >= 6
        assert harbour.server.signed_in_by_password == 0


async def test_dur_10_reading_goes_on_where_the_program_stopped(harbour: Harbour):
    positions = None
    heard: list[str] = []
    said: list[str] = []
    for _ in range(4):
        async with ann(harbour, positions=positions) as among:
            if positions is None:
                await live(among)
            said += [harbour.server.zoe_says("r1").body for _ in range(10)]
            await harbour.flush()
            heard += await bodies(among, said[-4])  # and there it stops, with an event in hand
            assert among.positions.logs["r1"] == len(said) - 4
            among.done(await anext(among))
            heard.append(said[-3])
            positions = among.positions
    assert heard == said[: len(heard)]
    assert len(heard) == len(said) - 2


async def test_positions_count_what_is_done_with(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        harbour.server.zoe_says("r1")
        harbour.server.gilded("r1")
        await harbour.flush()
        first = await anext(among)
        assert among.positions == Positions("e1", {"a-ann": 1, "c1": 1, "r1": 0, "r2": 0})
        among.done(first)
        assert among.positions.logs["r1"] == 1
        second = await anext(among)
        among.done(first)  # not what is in hand: nothing
        assert isinstance(second, UnknownEvent)
        assert among.positions.logs["r1"] == 1
        harbour.server.zoe_says("r1")
        await harbour.flush()
        await anext(among)
        assert among.positions.logs["r1"] == 2


async def test_positions_of_another_epoch_are_not_carried_over(harbour: Harbour):
    harbour.server.zoe_says("r1")
    async with ann(harbour) as among:
        await live(among)
        harbour.server.restore(0.0)
        harbour.cut()
        await live(among)
        await anext_after_ping(among)
        assert among.positions == Positions("e2", {"a-ann": 1, "c1": 1, "r1": 0, "r2": 0})


async def anext_after_ping(among: Among) -> None:
    """Take one more, so that the one before is done with."""
    sent = await among.send("r2", "next")
    await bodies(among, sent.body)
    assert among.positions.logs.pop("r2") == 0


async def test_the_server_says_not_to_come_back(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        await harbour.close(4501, "signed out")
        assert await anext(among) == Down(code=4501, reason="signed out", retry_in=None)
        with pytest.raises(Stopped) as why:
            await anext(among)
        assert (why.value.code, why.value.reason) == (4501, "signed out")
        with pytest.raises(Stopped):
            await among.send("r1", "hello")
    assert harbour.connected == 1


async def test_signing_out(harbour: Harbour):
    async with ann(harbour) as among:
        await among.ask(SignOut)
        with pytest.raises(Stopped):
            async for _ in among:
                pass


async def test_a_token_that_has_become_void_is_the_end(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        harbour.server.sessions.clear()
        harbour.cut()
        with pytest.raises(Refuse):
            async for _ in among:
                pass


async def test_reading_ends_when_another_task_leaves(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        reading = asyncio.create_task(until(among, lambda event: False))
        await among.ask(Ping)
    with pytest.raises(AssertionError, match="it ended before"):
        await reading


async def test_a_ping_is_a_sign_of_life(harbour: Harbour, monkeypatch: pytest.MonkeyPatch):
    async with ann(harbour) as among:
        await live(among)
        harbour.answering = False
        heard: list[float] = []
        monkeypatch.setattr(among.core, "heard", heard.append)
        await harbour.ping()
        assert heard


async def test_a_connection_without_a_sign_of_life_is_given_up(harbour: Harbour, monkeypatch: pytest.MonkeyPatch):
    async with ann(harbour) as among:
        await live(among)
        monkeypatch.setattr(type(among.core), "_silence", 0.01)
        harbour.answering = False
        sending = among.sending("r1", "is anybody there?")
        (down,) = await until(among, lambda event: isinstance(event, Down))
        assert isinstance(down, Down)
        assert down.reason == "nothing was heard for too long"
        monkeypatch.undo()
        harbour.answering = True
        await sending


async def test_a_connection_that_takes_nothing_more_is_given_up(harbour: Harbour, monkeypatch: pytest.MonkeyPatch):
    async def takes_nothing(self: Any, *_: Any, **__: Any) -> None:
        await self.wait_closed()
        raise ConnectionClosedError(None, None)

    async with ann(harbour) as among:
        await live(among)
        harbour.answering = False
        monkeypatch.setattr(type(among.core), "_silence", 0.01)
        monkeypatch.setattr(ClientConnection, "send", takes_nothing)
        sending = among.sending("r1", "is anybody there?")
        (down,) = await until(among, lambda event: isinstance(event, Down))
        assert isinstance(down, Down)
        assert down.reason == "nothing was heard for too long"
        monkeypatch.undo()
        harbour.answering = True
        await sending


# --- a slow reader


async def test_a_slow_reader_stops_the_reading(harbour: Harbour):
    async with ann(harbour, queue=10) as among:
        await live(among)
        said = [harbour.server.zoe_says("r1", f"{number} " + "x" * 8000).body for number in range(2000)]
        flushing = asyncio.create_task(harbour.flush())
        heard = [await anext(among)]
        assert not flushing.done(), "more than fits into all buffers"
        assert len(among._queue) <= 10
        heard += [await anext(among) for _ in range(1999)]
        await flushing
        assert [event.body for event in heard if isinstance(event, MessageSent)] == said


async def test_a_slow_reader_still_says_that_they_are_there(harbour: Harbour):
    """Whoever leaves pings unread is given up by the server, again and again; and by their own client."""
    harbour.server.deadline_ms = 2
    async with ann(harbour, queue=10) as among:
        await live(among)
        said = [harbour.server.zoe_says("r1", f"{number} " + "x" * 8000).body for number in range(300)]
        await harbour.ping()
        assert len(among._queue) <= 10
        assert await bodies(among, said[-1]) == said
        assert harbour.connected == 1


async def test_a_slow_reader_is_waited_for_once_and_not_with_each_frame(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
):
    waits: list[Link] = []

    async def in_vain(self: Link) -> bool:
        waits.append(self)
        return False

    monkeypatch.setattr(Link, "_room", in_vain)
    async with ann(harbour, queue=10) as among:
        await live(among)
        said = [harbour.server.zoe_says("r1").body for _ in range(50)]
        await harbour.ping()
        assert len(waits) == 1
        assert await bodies(among, said[-1]) == said


async def test_a_slow_reader_who_takes_all_at_the_last_moment_gets_what_comes_then(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
):
    """Or nothing would be given, and nobody would say that there is room."""
    said: list[str] = []
    reading: asyncio.Future[asyncio.Task[list[str]]] = asyncio.get_running_loop().create_future()

    async def too_late(self: Link) -> bool:
        reading.set_result(asyncio.create_task(bodies(among, said[-1])))
        for _ in range(3):  # it takes all that waits, and waits for more
            await asyncio.sleep(0)
        assert not among._queue
        return False

    monkeypatch.setattr(Link, "_room", too_late)
    async with ann(harbour, queue=10) as among, asyncio.timeout(5):
        await live(among)
        said += [harbour.server.zoe_says("r1").body for _ in range(15)]
        await harbour.flush()
        assert await (await reading) == said


async def test_a_slow_reader_who_asks_gets_the_answer_and_then_everything(harbour: Harbour):
    """The reply stands behind what there is no room for."""
    async with ann(harbour, queue=10) as among:
        await live(among)
        heard: list[str] = []
        said = [harbour.server.zoe_says("r1").body for _ in range(300)]
        flushing = asyncio.create_task(harbour.flush())
        async for event in among:
            if isinstance(event, MessageSent):
                heard.append(event.body)
                await among.ask(Ping)
                assert len(among._queue) <= 10 + 1
            if len(heard) == len(said):
                break
        await flushing
        assert heard == said


async def test_who_never_reads_can_still_ask(harbour: Harbour):
    async with ann(harbour, queue=10) as among:
        for number in range(50):
            harbour.server.zoe_says("r2")
            await harbour.flush()
            await among.send("r1", str(number))
        assert len(among._queue) <= 20


async def test_reading_can_be_taken_up_again(harbour: Harbour):
    async with ann(harbour) as among:
        await live(among)
        await among.send("r1", "1")
        assert await bodies(among, "1") == ["1"]
        await among.send("r1", "2")
        assert await bodies(among, "2") == ["2"]


async def test_a_mistake_of_ours_is_not_silent(harbour: Harbour, monkeypatch: pytest.MonkeyPatch):
    async with ann(harbour) as among:
        await live(among)

        def broken(*_: object) -> None:
            raise ZeroDivisionError("a mistake of ours")

        monkeypatch.setattr(among.core, "received", broken)
        harbour.server.zoe_says("r1")
        await harbour.flush()
        with pytest.raises(ZeroDivisionError):
            await until(among, lambda event: False)


def test_what_is_exported_is_there():
    assert all(hasattr(aio, name) for name in aio.__all__)


async def test_entries_are_entries(harbour: Harbour):
    async with ann(harbour, from_start=True) as among:
        events = await until(among, lambda event: isinstance(event, Entry) and event.log == "c1")
        assert isinstance(events[-1], Entry)
