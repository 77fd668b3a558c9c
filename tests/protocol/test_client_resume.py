"""Every entry once and in order, or an explicit Reset: whatever happens on the wire (DUR-10, the client's side)."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol import asking, whole
from among_protocol.base import Refused
from among_protocol.codes import BUSY, LOG_GONE
from among_protocol.happenings import Closed, Opened, Positions, Reset
from among_protocol.logs import ReadEntries
from among_protocol.messages import MessageSent
from among_protocol.wire import JSON, MSGPACK, Encoding, UnknownEvent

from .faults import Wire, a_client
from .model import AT, PAGE, REPLAY, Server

# --- anything, in any order

rooms = st.sampled_from(["r1", "r2", "r3"])
logs = st.sampled_from(["c1", "r1", "r2", "r3"])
few = st.integers(1, 9)
nth = st.integers(0, 4)


def say(wire: Wire, room: str, count: int) -> None:
    for _ in range(count):
        wire.server.zoe_says(room)


def join(wire: Wire, log: str) -> None:
    mine = wire.server.mine["a-ann"]
    if log not in mine and ("c1" in mine or log == "c1"):
        wire.server.joined("a-ann", log)


def leave(wire: Wire, log: str) -> None:
    if log in wire.server.mine["a-ann"]:
        wire.server.left("a-ann", log)


def forget(wire: Wire, room: str, count: int) -> None:
    wire.server.forget(room, wire.server.logs[room].floor + count)


def restore(wire: Wire, keep: float) -> None:
    wire.server.restore(keep)
    wire.cut(4000)


def restart(wire: Wire) -> None:
    wire.server.restart()
    wire.cut(4000)


def exchange(wire: Wire) -> None:
    for _ in range(3):
        wire.upload(100)
        wire.deliver(100)


Step = tuple[Any, ...]
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just(say), rooms, few),
    st.tuples(st.just(lambda wire, room: wire.server.gilded(room)), rooms),
    st.tuples(st.just(lambda wire, room, count: wire.server.coalesced(room, count)), rooms, st.integers(2, 4)),
    st.tuples(st.just(join), logs),
    st.tuples(st.just(leave), logs),
    st.tuples(st.just(forget), rooms, few),
    st.tuples(st.just(restore), st.sampled_from([0.0, 0.5, 1.0])),
    st.tuples(st.just(restart)),
    st.tuples(st.just(lambda wire, mood: wire.server.in_a_mood(mood)), st.sampled_from(["wait", "bug"])),
    # Twice what brings things about: without it the rest has nothing to break.
    *[st.tuples(st.just(say), rooms, few)] * 2,
    *[st.tuples(st.just(Wire.open))] * 2,
    *[st.tuples(st.just(exchange))] * 2,
    *[st.tuples(st.just(Wire.deliver), few)] * 2,
    st.tuples(st.just(Wire.upload), few),
    st.tuples(st.just(Wire.cut)),
    st.tuples(st.just(Wire.drop), nth),
    st.tuples(st.just(Wire.repeat), nth),
    st.tuples(st.just(Wire.delay), nth, few),
    st.tuples(st.just(Wire.lag)),
    st.tuples(st.just(Wire.catch_up)),
    st.tuples(st.just(lambda wire: wire.client.pause())),
    st.tuples(st.just(lambda wire: wire.client.resume(wire.now))),
    st.tuples(st.just(Wire.wait), st.sampled_from([0.3, 5.0, 40.0])),
)


@settings(max_examples=3 * settings().max_examples)
@given(
    steps=st.lists(STEPS, min_size=25, max_size=60),  # with none at least, lists would be too short to get anywhere
    live=st.booleans(),
    from_start=st.booleans(),
    encoding=st.sampled_from([JSON, MSGPACK]),
)
def test_dur_10_whatever_happens_the_user_gets_the_log_once_and_in_order(
    steps: list[Step], live: bool, from_start: bool, encoding: Encoding
):
    wire = a_client(Server(), from_start=from_start, encoding=encoding)
    say(wire, "r1", 4)
    wire.open()
    if live:
        wire.settle()
    for step, *args in steps:
        step(wire, *args)
    wire.settle()
    wire.whole()


# --- from every position


def read(wire: Wire, log: str = "r1") -> list[str]:
    wire.settle(nudge=False)
    wire.whole()
    return wire.reader.bodies.get(log, [])


@pytest.mark.parametrize("length", [0, 1, REPLAY - 1, REPLAY, REPLAY + 1, REPLAY + 4 * PAGE])
@pytest.mark.parametrize("encoding", [JSON, MSGPACK])
def test_dur_10_resume_from_every_position_of_a_log(length: int, encoding: Encoding):
    server = Server()
    said = [server.zoe_says("r1").body for _ in range(length)]
    for at in range(length + 1):
        wire = a_client(server, positions=Positions("e1", {"r1": at}), encoding=encoding)
        assert read(wire) == said[at:]
        assert wire.reader.resets == []


def test_dur_10_a_log_without_a_position_starts_at_its_head():
    server = Server()
    say(wire := a_client(server), "r1", 3)
    assert read(wire) == []
    assert server.zoe_says("r1").body in read(wire)


def test_dur_10_a_log_may_be_asked_for_from_its_start():
    server = Server()
    said = [server.zoe_says("r1").body for _ in range(20)]
    assert read(a_client(server, from_start=True)) == said
    assert read(a_client(server, positions=Positions("e1", {"r1": 0}))) == said


def test_dur_10_a_position_beyond_the_head_is_told_as_a_reset():
    server = Server()
    wire = a_client(server, positions=Positions("e1", {"r1": 9}))
    assert read(wire) == []
    assert wire.reader.resets == [Reset(log="r1", reason="ahead", had=9, after=0)]


def test_dur_10_a_position_below_the_floor_is_told_as_a_reset():
    server = Server()
    said = [server.zoe_says("r1").body for _ in range(9)]
    server.forget("r1", 5)
    for at in range(10):
        wire = a_client(server, positions=Positions("e1", {"r1": at}))
        given = read(wire)
        if at < 5:
            assert wire.reader.resets == [Reset(log="r1", reason="floor", had=at, after=9)]
            assert given == []
        else:
            assert wire.reader.resets == []
            assert given == said[at:]


def test_dur_10_a_floor_that_rises_while_a_hole_is_filled_is_told_as_a_reset():
    server = Server()
    said = [server.zoe_says("r1").body for _ in range(20)]
    wire = a_client(server, positions=Positions("e1", {"r1": 1}))
    wire.open()
    for _ in range(2):
        wire.deliver()  # hello; signed in
        wire.upload()
    wire.deliver(9)  # sync started, synced: the gap is known, and asked for
    server.forget("r1", 12)
    assert read(wire) == said[12:]
    assert wire.reader.resets == [Reset(log="r1", reason="floor", had=1, after=12)]
    assert wire.reader.ups == 2, "what was read of it, and which of its threads are mine, is told by another sync"


def test_dur_10_another_epoch_is_told_as_a_reset_of_every_log():
    server = Server()
    wire = a_client(server)
    say(wire, "r1", 4)
    read(wire)
    server.restore(0.5)
    wire.cut(4000)
    assert server.zoe_says("r2").body not in read(wire, "r2")
    assert {reset.log: reset.reason for reset in wire.reader.resets} == dict.fromkeys(
        ["a-ann", "c1", "r1", "r2"], "epoch"
    )
    assert server.zoe_says("r1").body in read(wire)


def test_dur_10_a_log_that_is_gone_is_closed():
    server = Server()
    wire = a_client(server, positions=Positions("e1", {"r3": 0, "nowhere": 7}))
    wire.settle(nudge=False)
    assert set(wire.reader.at) == {"a-ann", "c1", "r1", "r2"}
    assert {happening.log for happening in wire.reader.told if isinstance(happening, Closed)} == {"r3", "nowhere"}


# --- logs that become mine


def test_dur_10_a_room_that_is_followed_live_begins_at_the_head_of_that_moment():
    server = Server()
    wire = a_client(server)
    say(wire, "r3", 3)
    read(wire)
    server.joined("a-ann", "r3")
    body = server.zoe_says("r3").body
    assert read(wire, "r3") == [body]
    assert Opened(log="r3", kind="room", after=3) in wire.reader.told


def test_dur_10_a_room_that_was_gone_and_is_followed_again_begins_at_the_head_of_that_moment():
    server = Server()
    wire = a_client(server, positions=Positions("e1", {"r3": 1}))
    say(wire, "r3", 3)
    read(wire)
    server.joined("a-ann", "r3")
    body = server.zoe_says("r3").body
    assert read(wire, "r3") == [body]


def test_dur_10_a_room_that_was_followed_meanwhile_begins_at_the_head_of_that_moment():
    server = Server()
    wire = a_client(server)
    say(wire, "r3", 3)
    read(wire)
    wire.cut()
    server.joined("a-ann", "r3")
    said = [server.zoe_says("r3").body for _ in range(10)]
    server.people["a-ann"].read["r3"] = 9  # another device has read on: that is nothing to this one
    assert read(wire, "r3") == said


def test_dur_10_a_room_that_its_own_log_does_not_tell_of_begins_where_one_has_read():
    server = Server()
    wire = a_client(server)
    read(wire)
    wire.cut()
    server.mine["a-ann"]["r3"] = "room"  # by an entry of a type that this client does not know
    server.gilded("a-ann")
    say(wire, "r3", 5)
    server.people["a-ann"].read["r3"] = 3
    assert len(read(wire, "r3")) == 2


def test_dur_10_what_a_room_sends_before_its_following_is_heard_of_is_not_lost():
    server = Server()
    wire = a_client(server)
    read(wire)
    server.joined("a-ann", "r3")
    said = [server.zoe_says("r3").body for _ in range(3)]
    wire.delay(0, 3)  # the entry of the account's log comes last
    assert read(wire, "r3") == said


def test_dur_10_who_comes_back_to_a_room_gets_only_what_came_since():
    server = Server()
    wire = a_client(server)
    read(wire)
    server.left("a-ann", "r1")
    say(wire, "r1", 4)
    assert read(wire) == []
    assert "r1" not in wire.reader.at
    server.joined("a-ann", "r1")
    body = server.zoe_says("r1").body
    assert read(wire) == [body]


def test_dur_10_who_comes_back_to_a_room_unheard_gets_what_came_since():
    server = Server()
    wire = a_client(server)
    read(wire)
    wire.lag()
    server.left("a-ann", "r1")
    say(wire, "r1", 4)
    server.joined("a-ann", "r1")
    body = server.zoe_says("r1").body
    wire.catch_up()
    wire.deliver(100)
    assert read(wire) == [body]


def test_dur_10_a_page_that_was_refused_while_a_room_was_left_closes_nothing_that_was_followed_since():
    server = Server()
    wire = a_client(server)
    read(wire)
    say(wire, "r1", 2)
    wire.drop(0)
    wire.deliver()
    wire.upload()  # the page is asked for
    wire.down.clear()
    assert wire.connection is not None
    asked = wire.connection.told[-1]
    server.left("a-ann", "r1")
    server.joined("a-ann", "r1")
    wire.deliver(2)
    wire.connection.say(Refused(id=asked.id, code=LOG_GONE.code, kind="gone", message=LOG_GONE.message))
    wire.deliver()
    body = server.zoe_says("r1").body
    assert read(wire) == [body]


def test_dur_10_leaving_a_community_closes_its_rooms():
    server = Server()
    wire = a_client(server)
    read(wire)
    server.left("a-ann", "c1")
    read(wire)
    assert set(wire.reader.at) == {"a-ann"}
    server.joined("a-ann", "c1")
    read(wire)
    assert set(wire.reader.at) == {"a-ann", "c1", "r1", "r2", "r3"}


# --- what the wire does


def test_dur_10_a_replay_that_is_cut_goes_on_where_it_was_cut():
    server = Server()
    wire = a_client(server, positions=Positions("e1", {"r1": 0}))
    said = [server.zoe_says("r1").body for _ in range(REPLAY)]
    for kept in range(1, REPLAY):
        wire.open()
        wire.deliver()  # hello
        wire.upload()
        wire.deliver()  # signed in
        wire.upload()
        wire.deliver(2)  # sync started, and one entry
        wire.cut()
        assert wire.reader.bodies["r1"] == said[:kept]
    assert read(wire) == said


def test_dur_10_a_page_that_a_cut_has_lost_is_asked_for_once_more():
    server = Server()
    said = [server.zoe_says("r1").body for _ in range(20)]
    wire = a_client(server, positions=Positions("e1", {"r1": 0}))
    wire.open()
    for _ in range(2):
        wire.deliver()
        wire.upload()
    wire.deliver(9)
    wire.upload()  # asked for, and answered into a cut
    wire.cut()
    assert read(wire) == said
    assert wire.connection is not None
    pages = [command.after for command in wire.connection.told if isinstance(command, ReadEntries)]
    assert pages == list(range(0, 20, PAGE))


@pytest.mark.parametrize("retry_after_ms", [0, 2000])
def test_dur_10_a_page_that_must_wait_is_asked_for_until_it_comes(retry_after_ms: int):
    """Less and less often: it may be so for an hour."""
    server = Server()
    said = [server.zoe_says("r1").body for _ in range(20)]
    times = 100
    server.refuse(BUSY, ReadEntries, retry_after_ms=retry_after_ms, times=times)
    wire = a_client(server, positions=Positions("e1", {"r1": 0}))
    assert read(wire) == said
    assert wire.reader.resets == []
    assert wire.now > 1000 + asking.PATIENCE + 60
    assert wire.connection is not None
    asked = [command for command in wire.connection.told if isinstance(command, ReadEntries)]
    assert len(asked) < times + 10


def test_dur_10_a_replay_without_its_end_is_filled():
    server = Server()
    wire = a_client(server, positions=Positions("e1", {"r1": 0}))
    said = [server.zoe_says("r1").body for _ in range(4)]
    wire.open()
    for _ in range(2):
        wire.deliver()
        wire.upload()
    wire.drop(4)  # after the answer to sync: the last of four
    assert read(wire) == said


def test_dur_10_doubles_are_dropped():
    server = Server()
    wire = a_client(server)
    read(wire)
    say(wire, "r1", 4)
    for index in (3, 2, 2, 0):
        wire.repeat(index)
    wire.delay(0, 6)
    assert len(read(wire)) == 4


def test_dur_10_doubles_of_what_is_held_are_dropped():
    server = Server()
    wire = a_client(server)
    read(wire)
    say(wire, "r1", 4)
    wire.drop(0)
    for index in (2, 1, 0):
        wire.repeat(index)
    wire.deliver(9)
    assert wire.reader.bodies == {}
    assert len(read(wire)) == 4


def test_dur_10_ranges_that_overlap_are_given_where_they_go_on():
    server = Server()
    wire = a_client(server)
    read(wire)
    said = [server.zoe_says("r1") for _ in range(4)]
    wire.down.clear()
    wire.reader.server.said["e1", "r1", 4] = range_of_four = msgspec.structs.replace(said[3], first=2)
    assert wire.connection is not None
    for entry in (said[2], range_of_four, said[1], said[0]):
        wire.connection.say(entry)
    assert read(wire) == [said[0].body, said[1].body, said[3].body]


def test_dur_10_an_entry_that_overtakes_the_answer_to_sync_is_of_no_known_epoch():
    server = Server()
    wire = a_client(server)
    say(wire, "r1", 2)
    read(wire)
    server.restore(1.0)
    wire.cut(4000)
    wire.open()
    wire.deliver()
    wire.upload()
    wire.deliver()
    wire.upload()
    server.zoe_says("r1")
    wire.delay(0, 3)
    read(wire)
    assert {reset.log for reset in wire.reader.resets} == {"a-ann", "c1", "r1", "r2"}


def test_dur_10_entries_ahead_of_a_hole_are_held_up_to_a_bound():
    server = Server()
    wire = a_client(server)
    read(wire)
    count = whole.HELD + 20
    say(wire, "r1", count)
    wire.drop(0)
    wire.deliver(count)
    assert len(wire.client.whole.logs["r1"].held) == whole.HELD
    assert wire.reader.bodies == {}
    assert len(read(wire)) == count


def test_dur_10_while_paused_nothing_is_kept_and_afterwards_nothing_is_missing():
    server = Server()
    wire = a_client(server)
    read(wire)
    wire.client.pause()
    say(wire, "r1", 50)
    wire.deliver(50)
    assert wire.reader.bodies == {}
    assert wire.client.outgoing() == []
    wire.client.resume(wire.now)
    assert len(read(wire)) == 50


def test_dur_10_lagging_is_caught_up_from_the_log():
    server = Server()
    wire = a_client(server)
    read(wire)
    wire.lag()
    say(wire, "r1", 7)
    server.gilded("c1")
    wire.catch_up()
    say(wire, "r1", 1)
    assert len(read(wire)) == 8


def test_dur_10_an_entry_of_an_unknown_type_counts():
    server = Server()
    wire = a_client(server)
    read(wire)
    server.gilded("r1")
    server.zoe_says("r1")
    read(wire)
    assert UnknownEvent(type="room.gilded", log="r1", seq=1) in wire.reader.told
    assert wire.client.whole.positions.logs["r1"] == 2


def test_dur_10_an_entry_may_cover_a_range():
    server = Server()
    wire = a_client(server)
    read(wire)
    server.coalesced("r1", 5)
    assert len(read(wire)) == 1
    assert wire.client.whole.positions.logs["r1"] == 5
    # In the midst of the range, too: what covers the next number is given.
    again = a_client(server, positions=Positions("e1", {"r1": 3}))
    assert len(read(again)) == 1


def test_dur_10_a_server_that_withholds_entries_is_told_as_a_reset():
    """A page without what it should hold: never silence, never asking for ever."""
    server = Server()
    wire = a_client(server)
    read(wire)
    say(wire, "r1", 3)
    wire.drop(0)
    del server.logs["r1"].entries[0]
    wire.reader.reasons.add("hole")
    assert len(read(wire)) == 2
    assert wire.reader.resets == [Reset(log="r1", reason="hole", had=0, after=1)]


def test_dur_10_an_entry_of_a_replay_that_cannot_be_read_is_a_hole_like_any_other():
    """And no reason to come back, and be sent it again, for ever."""
    server = Server()
    wire = a_client(server, positions=Positions("e1", {"r1": 0}))
    said = [server.zoe_says("r1").body for _ in range(4)]
    wire.open()
    for _ in range(2):
        wire.deliver()
        wire.upload()
    wire.down[2] = wire.down[2].replace(b'"seq":2', b'"seq":"two"')
    assert read(wire) == said
    assert wire.downs == []


def test_dur_10_an_entry_that_cannot_be_read_is_a_hole_like_any_other():
    server = Server()
    wire = a_client(server)
    read(wire)
    say(wire, "r1", 2)
    wire.down[0] = wire.down[0].replace(b'"seq":1', b'"seq":"one"')
    assert len(read(wire)) == 2


def test_dur_10_a_page_that_cannot_be_read_is_told_as_a_reset_and_the_log_goes_on():
    server = Server()
    wire = a_client(server)
    read(wire)
    say(wire, "r1", 3)
    wire.drop(0)
    wire.deliver(9)
    wire.upload()
    wire.down[0] = wire.down[0].replace(b'"entries":[', b'"entries":7,"before":[')
    wire.reader.reasons.add("hole")
    assert len(read(wire)) == 2
    assert wire.reader.resets == [Reset(log="r1", reason="hole", had=0, after=1)]
    assert wire.client.doomed == ""


def test_a_reset_of_ones_own_log_is_followed_by_a_new_sync():
    server = Server()
    wire = a_client(server)
    read(wire)
    ups = wire.reader.ups
    server.gilded("a-ann")
    server.gilded("a-ann")
    wire.drop(0)
    del server.logs["a-ann"].entries[-2]
    wire.reader.reasons.add("hole")
    read(wire)
    assert wire.reader.ups == ups + 1


def test_positions_beyond_what_a_sync_may_name_are_left_out():
    server = Server()
    many = {f"r{number}": 1 for number in range(5000)}
    wire = a_client(server, positions=Positions("e1", many | {"a-ann": 1}))
    wire.open()
    wire.deliver()
    wire.upload()
    wire.deliver()
    wire.client.whole.account = "a-ann"
    assert len(wire.client.whole.sync(1000).positions) == 1000
    assert "a-ann" in wire.client.whole.sync(1000).positions


def test_an_entry_without_a_place_is_given_to_nobody():
    server = Server()
    wire = a_client(server)
    read(wire)
    assert wire.connection is not None
    wire.connection.say(MessageSent(log="somewhere", seq=1, at=AT, by="m-zoe", rev=1, body="psst"))
    read(wire)
    assert "somewhere" not in wire.reader.at
