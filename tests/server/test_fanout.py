"""The fan-out alone: whatever comes, goes and lags while entries are delivered, each member gets every entry after the
number it joined at, exactly once and in order, until it leaves; and no reply overtakes the entry that it speaks of."""

import asyncio
import json
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol import wire
from among_protocol.base import Entry
from among_protocol.blank import blanked
from among_protocol.codes import CloseCode
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.reactions import ReactionAdded
from among_protocol.wire import Encoding
from among_server.core.budget import Bucket
from among_server.core.frames import frame
from among_server.core.headway import SWITCH, Headway
from among_server.core.log import TAIL_ENTRIES, Hole, Log
from among_server.core.logs import CHUNK, SHARED, SHARED_CHUNK, Logs
from among_server.core.session import Session
from among_server.store.rows import Stored
from tests.world import until, world_of

ROOM = "r_hall"


@dataclass
class Timer:
    when: float
    callback: Callable[..., object]
    args: tuple[Any, ...]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class Turns:
    """A loop that goes on only when told to, a turn at a time; each turn takes a millisecond."""

    def __init__(self) -> None:
        self.ready: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self.timers: list[Timer] = []
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def call_soon(self, callback: Callable[..., object], *args: Any) -> None:
        self.ready.append((callback, args))

    def call_at(self, when: float, callback: Callable[..., object], *args: Any) -> "Timer":
        self.timers.append(Timer(when, callback, args))
        return self.timers[-1]

    def turn(self) -> bool:
        """One turn; False when nothing is left to do."""
        self.now += 0.001
        due = [timer for timer in self.timers if timer.when <= self.now]
        self.timers = [timer for timer in self.timers if timer.when > self.now]
        self.ready.extend((timer.callback, timer.args) for timer in due if not timer.cancelled)
        for _ in range(len(self.ready)):
            callback, args = self.ready.popleft()
            callback(*args)
        return bool(self.ready or self.timers)


@pytest.fixture
def turns() -> Iterator[Turns]:
    loop = Turns()
    asyncio._set_running_loop(loop)  # type: ignore[arg-type]  # as much of a loop as the fan-out asks for
    try:
        yield loop
    finally:
        asyncio._set_running_loop(None)


def said(seq: int, size: int = 1, *, log: str = ROOM) -> Stored:
    """A message of this size; of none: a reaction."""
    event: Entry = MessageSent(log=log, seq=seq, at="", body="x" * size)
    if not size:
        event = ReactionAdded(log=log, seq=seq, at="", by=f"m_{seq}", message=1, emoji="👍", author="m_0", count=seq)
    return Stored(event, wire.JSON.encode(event))


class Happened(NamedTuple):
    what: str  # joins, leaves, lags, keeps up; or what was written: entry, reply, lagging
    number: int
    first: int = 0  # of an entry: the first number that it covers


class Member:
    """A session in the room, and everything that happened to it."""

    def __init__(self, encoding: Encoding) -> None:
        self.story: list[Happened] = []
        self.encoding = encoding
        self.session = Session(
            number=1,
            encoding=encoding,
            bucket=Bucket(1, 1, 0.0),
            secure=True,
            write=self.write,
            close=lambda code, reason: None,
        )
        self.due: list[int] = []  # replies that must come

    def write(self, data: bytes) -> None:
        while data:
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            self.take(data[start : start + size])
            data = data[start + size :]

    def take(self, payload: bytes) -> None:
        if payload.startswith(b"reply "):
            self.story.append(Happened("reply", int(payload[6:])))
            return
        decode = msgspec.msgpack.decode if self.encoding.binary else msgspec.json.decode
        event = decode(payload)
        if event["type"] == "session.lagging":
            self.story.append(Happened("lagging", event["logs"][ROOM]))
        else:
            assert event["type"] != "reaction.changed" or whole(event)
            self.story.append(Happened("entry", event["seq"], event.get("from", event["seq"])))


def whole(event: dict[str, Any]) -> bool:
    """Whether a storm was told as it was: each reaction once, and how many there are after the last."""
    (change,) = event["changes"]
    numbers = [f"m_{seq}" for seq in range(event["from"], event["seq"] + 1)]
    return [who["member"] for who in change["added"]] == numbers and change["count"] == event["seq"]


class Room:
    """A log with its members, and a crowd that only listens."""

    def __init__(self, loop: Turns, crowd: int, window: float) -> None:
        self.loop = loop
        self.logs = Logs(window=window, window_max=0.01)
        self.log = self.logs.open(ROOM)
        self.log.known(0)
        self.head = 0
        self.stored: list[Stored] = []
        self.members = [Member(encoding) for encoding in (wire.JSON, wire.MSGPACK, wire.JSON)]
        self.crowd = [Member((wire.JSON, wire.MSGPACK)[number % 20 == 0]) for number in range(crowd)]
        self.heard: list[list[bytes]] = []
        for member in self.crowd:
            got: list[bytes] = []
            self.heard.append(got)
            member.session.write = got.append
            self.log.join(member.session, 0)

    def say(self, sizes: list[int], author: Member | None) -> None:
        """A batch is committed; the author's handler goes on in the next turn, as it does behind a store."""
        batch = [said(self.head + index, size) for index, size in enumerate(sizes, 1)]
        self.head += len(batch)
        self.stored += batch
        self.logs.deliver(batch)
        if author is not None:
            author.due.append(self.head)
            payload = frame(author.encoding, b"reply %d" % self.head)
            self.loop.call_soon(self.logs.reply_after, ROOM, self.head, author.session, payload)

    def join(self, member: Member, after: int) -> None:
        """As a replay does it: what the tail does not hold is read from the store."""
        if ROOM in member.session.logs:
            return
        member.story.append(Happened("joins", after))
        log = self.logs.open(ROOM)
        if log.head < 0:
            log.known(self.head)
        self.log = log
        while not member.session.hear(log, after):
            until = log.flushed
            for stored in self.stored[after:until]:
                payload = stored.json if member.encoding is wire.JSON else member.encoding.encode(stored.event)
                member.session.write(frame(member.encoding, payload))
            after = until

    def leave(self, member: Member) -> None:
        log = member.session.logs.get(ROOM)
        if log is None:
            return
        number = None if member.session.lagging else log.leave(member.session)
        member.session.deafen(ROOM)
        member.story.append(Happened("leaves", -1 if number is None else number))
        self.logs.forget(log)

    def pause(self, member: Member) -> None:
        if not member.session.lagging:
            member.session.pause()
            member.story.append(Happened("lags", 0))

    def resume(self, member: Member) -> None:
        if member.session.lagging:
            member.story.append(Happened("keeps up", 0))
            member.session.resume()

    def do(self, step: tuple[Any, ...]) -> None:
        what, arguments = step[0], step[1:]
        if what == "say":
            sizes, who = arguments
            self.say(sizes, None if who is None else self.members[who])
        elif what == "join":
            who, back = arguments
            self.join(self.members[who], max(0, self.head - back))
        elif what == "turn":
            for _ in range(arguments[0]):
                self.loop.turn()
        else:
            {"leave": self.leave, "pause": self.pause, "resume": self.resume}[what](self.members[arguments[0]])

    def finish(self) -> None:
        for member in self.members:
            self.resume(member)
        while self.loop.turn():
            pass


def check(member: Member, head: int) -> None:
    """Read the story from its beginning."""
    listening = lags = False
    has = 0  # everything up to here, since joining
    answered: set[int] = set()  # since joining
    for what, number, first in member.story:
        if what == "joins":
            listening, has = True, number
            answered.clear()
        elif what == "entry":
            assert listening, f"{number} came to who had left"
            assert first == has + 1, f"{first} came after {has}"
            assert answered.isdisjoint(range(first, number + 1)), f"the reply overtook {number}"
            has = number
        elif what == "lagging":
            assert number > has or (number == has and not answered), "told of a hole that is none"
            has = number
        elif what == "reply":
            if not lags:  # who lags gets the reply alone; the entry may come when they keep up again at once
                answered.add(number)
        elif what in ("lags", "keeps up"):
            lags = what == "lags"
        else:
            assert number in (has, -1), f"left with {number}, and was written {has}"
            listening = False
    if listening:
        assert has == head, f"{has} is all that came of {head}"
    assert sorted(happened.number for happened in member.story if happened.what == "reply") == sorted(member.due)


WHO = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("say"), st.lists(st.sampled_from([1, 0, 0, 9_000]), min_size=1, max_size=6), st.none() | WHO),
    st.tuples(st.just("join"), WHO, st.sampled_from([0, 0, 0, 1, 2, 5, 400])),
    st.tuples(st.just("leave"), WHO),
    st.tuples(st.just("pause"), WHO),
    st.tuples(st.just("resume"), WHO),
    st.tuples(st.just("turn"), st.sampled_from([1, 1, 2, 4])),
)


@given(
    crowd=st.sampled_from([0, 0, 3, 12, CHUNK, CHUNK * 2 + 1]),
    window=st.sampled_from([0.0, 0.25, 5.0]),
    steps=st.lists(STEPS, min_size=5, max_size=50),
)
@settings(max_examples=100)
def test_each_member_gets_every_entry_after_its_number_once_and_in_order_until_it_leaves(crowd, window, steps):
    loop = Turns()
    asyncio._set_running_loop(loop)  # type: ignore[arg-type]  # as much of a loop as the fan-out asks for
    try:
        room = Room(loop, crowd, window)
        for step in steps:
            room.do(step)
        room.finish()
        for member in room.members:
            check(member, room.head)
        for encoding, got in {(m.encoding, b"".join(got)) for m, got in zip(room.crowd, room.heard, strict=True)}:
            one = Member(encoding)
            one.story.append(Happened("joins", 0))
            one.write(got)
            check(one, room.head)
        assert not room.log.held
        assert not room.log.effects
    finally:
        asyncio._set_running_loop(None)


def test_what_was_said_at_once_goes_out_in_one_write(turns):
    room = Room(turns, 5, window=0.25)
    room.say([1] * 10, None)
    while turns.turn():
        pass
    assert [len(got) for got in room.heard] == [1] * 5
    assert (room.logs.flushes, room.logs.writes, room.logs.deliveries) == (1, 5, 50)


def test_a_storm_of_reactions_is_told_in_short_to_who_was_there_before_it(turns):
    room = Room(turns, 3, window=0.25)
    late = Member(wire.JSON)
    room.say([1, *[0] * 500], None)
    while turns.turn():
        pass
    room.join(late, 400)
    kinds = [
        [json.loads(frame)["type"] for frame in frames(got)] for got in room.heard[1:]
    ]  # the first of a crowd has it packed
    assert kinds[0] == kinds[1] == ["message.sent", *["reaction.changed"] * (len(kinds[0]) - 1)]
    assert len(kinds[0]) < 10
    assert [happened.number for happened in late.story[1:]] == list(range(401, 502)), "each by itself, from any number"
    assert room.logs.deliveries == 3 * 501


def frames(got: list[bytes]) -> list[bytes]:
    """What is in them."""
    one = Member(wire.JSON)
    found: list[bytes] = []
    one.take = found.append  # type: ignore[method-assign, assignment]  # as it came
    one.write(b"".join(got))
    return found


def test_one_burst_is_cut_into_buffers(turns):
    room = Room(turns, 1, window=0.25)
    room.say([9_000] * 10, None)
    while turns.turn():
        pass
    (got,) = room.heard
    assert max(map(len, got)) <= 32_768
    assert len(got) == 4


def test_an_idle_log_waits_for_nothing(turns):
    room = Room(turns, 100, window=1000.0)
    room.say([1], None)
    turns.turn()
    turns.turn()
    assert all(got for got in room.heard)


def test_a_busy_log_waits_a_part_of_what_its_flush_cost(turns):
    room = Room(turns, 100, window=1000.0)
    room.say([1] * 6, None)
    turns.turn()
    turns.turn()
    for _ in range(5):
        room.say([1], None)
        turns.turn()
    assert room.logs.flushes == 1
    while turns.turn():
        pass
    assert room.logs.flushes == 2, "what waited goes out together"


def test_a_busy_log_waits_no_longer_once_as_many_have_gathered_as_of_late(turns):
    room = Room(turns, 100, window=1000.0)  # ten milliseconds, and so turns
    say_and_look(room, 6, flushes=1)
    say_and_look(room, 5, flushes=1)
    say_and_look(room, 1, flushes=2)
    say_and_look(room, 5, flushes=2)
    while turns.turn():
        pass
    assert room.logs.flushes == 3, "nobody else came"
    say_and_look(room, 4, flushes=3)
    say_and_look(room, 1, flushes=4)  # five are as many as of late, now


def say_and_look(room: "Room", messages: int, *, flushes: int) -> None:
    room.say([1] * messages, None)
    for _ in range(3):
        room.loop.turn()
    assert room.logs.flushes == flushes


def test_a_large_log_lets_others_have_a_turn(turns):
    room = Room(turns, CHUNK * 3, window=0.0)
    room.say([1], None)
    turns.turn()
    turns.turn()
    assert sum(map(bool, room.heard)) == CHUNK
    turns.turn()
    assert sum(map(bool, room.heard)) == CHUNK * 2


def test_the_writers_thread_goes_first_while_a_large_log_is_written_to_and_only_then(turns):
    room = Room(turns, CHUNK * 3, window=0.0)
    own, gave_way = sys.getswitchinterval(), []
    room.logs.headway.give_way = lambda: gave_way.append(sum(map(bool, room.heard)))
    room.say([1], None)
    turns.turn()
    turns.turn()
    assert sys.getswitchinterval() == pytest.approx(SWITCH)
    while turns.turn():
        pass
    assert gave_way == [0, CHUNK, CHUNK * 2]
    assert sys.getswitchinterval() == pytest.approx(own)


def test_two_long_pieces_of_work_share_the_switch_of_the_interpreter():
    own, long = sys.getswitchinterval(), Headway()
    long.begin()
    long.begin()
    long.end()
    assert sys.getswitchinterval() == pytest.approx(SWITCH)
    long.end()
    assert sys.getswitchinterval() == pytest.approx(own)


def test_a_large_log_gives_way_sooner_while_others_talk_and_only_then(turns):
    room = Room(turns, CHUNK * 3, window=0.0)
    neighbour = Member(wire.JSON)
    other = room.logs.open("r_other")
    other.known(0)
    other.join(neighbour.session, 0)
    room.logs.deliver([said(1, log=other.id)])
    room.say([1], None)
    turns.turn()
    turns.turn()
    assert [happened.what for happened in neighbour.story] == ["entry"]
    assert sum(map(bool, room.heard)) == SHARED_CHUNK
    while turns.turn():
        pass
    assert sum(map(bool, room.heard)) == CHUNK * 3
    turns.now += SHARED + 0.001
    room.say([1], None)
    turns.turn()
    turns.turn()
    assert sum(len(got) == 2 for got in room.heard) == CHUNK


def test_a_large_log_gives_way_sooner_also_while_those_talk_who_wait_for_their_window(turns):
    room = Room(turns, CHUNK * 3, window=1.0)
    room.logs.write_cost = 0.0002
    neighbours = [Member(wire.JSON) for _ in range(20)]
    other = room.logs.open("r_other")
    other.known(0)
    for neighbour in neighbours:
        other.join(neighbour.session, 0)
    turns.now = 10.0
    for batch in ((1, 2), (3,)):  # the second one waits for what the first one cost
        room.logs.deliver([said(seq, log=other.id) for seq in batch])
        turns.turn()
        turns.turn()
    assert other.pending
    turns.now += SHARED  # the first one is over
    turns.turn()
    assert [happened.number for happened in neighbours[0].story] == [1, 2, 3]
    room.say([1], None)
    turns.turn()
    turns.turn()
    assert sum(map(bool, room.heard)) == SHARED_CHUNK


def test_an_author_in_a_large_log_comes_first(turns):
    room = Room(turns, CHUNK * 3, window=0.0)
    author = room.members[0]
    room.join(author, 0)
    room.say([1], author)
    turns.turn()
    turns.turn()
    assert [happened.what for happened in author.story] == ["joins", "entry", "reply"]


def test_an_entry_before_which_others_are_missing_is_a_hole(turns):
    room = Room(turns, 1, window=0.0)
    holes: list[Log] = []
    room.logs.on_hole = holes.append
    room.say([1], None)
    room.logs.deliver([said(3)])
    while turns.turn():
        pass
    assert holes == [room.log]
    assert room.log.head == 1
    with pytest.raises(Hole):
        room.log.apply(said(7))
    assert not room.log.apply(said(1)), "what is known already is no news"


async def test_who_hears_a_log_with_a_hole_is_sent_away_and_whole_when_back(monkeypatch):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.say("1")
        with monkeypatch.context() as lost:
            lost.setattr(world.app.services.logs, "deliver", lambda batch: None)
            bob.begin(SendMessage, room=bob.room, body="2")
            await until(lambda: world.heads()[bob.room] == 2)
        bob.begin(SendMessage, room=bob.room, body="3")
        await until(lambda: ann.closed is not None)
        assert ann.closed is bob.closed is CloseCode.STORAGE_LOST
        await world.quiet()
        back = await ann.again()
        await back.sync(epoch=world.app.store.epoch, positions={ann.room: 1})
        await back.say("4")
        await back.settled()
        assert back.numbers(ann.room) == [2, 3, 4]


def test_the_tail_holds_the_newest_and_is_bounded(turns):
    room = Room(turns, 1, window=0.0)
    for _ in range(TAIL_ENTRIES + 50):
        room.say([1], None)
        turns.turn()
        turns.turn()
    assert len(room.log.tail) == TAIL_ENTRIES
    for _ in range(100):
        room.say([9_000], None)
        turns.turn()
        turns.turn()
    assert sum(len(item.json) for item in room.log.tail) <= 262_144
    assert room.log.since(room.head) == []
    assert room.log.since(0) is None


@pytest.mark.parametrize("read", [4, 5, 6, 7])
def test_what_came_before_the_head_was_known_is_neither_lost_nor_doubled(turns, read):
    """Entries 5 and 6 are heard while the store is asked for the head; it says what it has by then."""
    logs = Logs(window=0.0, window_max=0.0)
    log = logs.open(ROOM)
    logs.deliver([said(5), said(6)])
    log.known(read)
    member = Member(wire.JSON)
    after = 4
    member.story.append(Happened("joins", after))
    while not member.session.hear(log, after):
        member.write(b"".join(frame(wire.JSON, said(seq).json) for seq in range(after + 1, log.flushed + 1)))
        after = log.flushed
    logs.deliver([said(7), said(8)])
    while turns.turn():
        pass
    check(member, 8)


SECRET = "y" * 10


def envelope(seq: int) -> Stored:
    event = blanked(MessageSent(log=ROOM, seq=seq, at="", body=SECRET))
    return Stored(event, wire.JSON.encode(event))


def secret(seq: int) -> Stored:
    event = MessageSent(log=ROOM, seq=seq, at="", body=SECRET)
    return Stored(event, wire.JSON.encode(event))


@pytest.mark.parametrize("crowd", [1, 12, CHUNK * 2])
def test_what_was_blanked_is_written_to_nobody_who_joins_later_or_waits_for_a_flush(turns, crowd):
    room = Room(turns, crowd, window=0.0)
    room.logs.deliver([secret(1)])
    while turns.turn():
        pass
    first, tail = room.log.tail[0].json, sum(len(item.json) for item in room.log.tail)
    written: list[bytes] = []
    for member in (*room.crowd, *room.members):
        room.log.leave(member.session)
        member.session.write = written.append
    for member in room.crowd:
        assert room.log.join(member.session, 1)
    room.logs.deliver([secret(2), envelope(1), envelope(2), said(3)])
    room.log.join(room.members[0].session, 0)
    room.log.join(room.members[1].session, 0, "talk")
    while turns.turn():
        pass
    assert room.log.head == 3
    assert SECRET.encode() in first
    assert SECRET.encode() not in b"".join(written)
    assert b"".join(written).count(b"blank") >= 2
    assert room.log._tail_bytes == sum(len(item.json) for item in room.log.tail) != tail


def test_who_deletes_without_listening_is_answered_after_a_flush_that_holds_the_text(turns):
    room = Room(turns, CHUNK * 3, window=0.0)
    told: list[str] = []
    for member in room.crowd:
        room.log.leave(member.session)
        member.session.write = lambda data: told.append("secret" if SECRET.encode() in data else "other")
        assert room.log.join(member.session, 0)
    steward = room.members[0].session
    steward.write = lambda data: told.append("answer")
    room.logs.deliver([secret(1)])
    while room.log.flush is None:
        turns.turn()
    room.logs.deliver([envelope(1), said(2)])
    room.logs.reply_after(ROOM, 2, steward, b"ok")
    while turns.turn():
        pass
    assert told.count("secret") == told.count("other") == len(room.crowd)
    assert "secret" not in told[told.index("answer") :]


@pytest.mark.parametrize("read", [2, 6])
def test_what_was_blanked_before_the_head_was_known(turns, read):
    logs = Logs(window=0.0, window_max=0.0)
    log = logs.open(ROOM)
    logs.deliver([secret(5), envelope(2), secret(6), envelope(5)])
    log.known(read)
    assert log.head == 6
    assert [(item.seq, item.event.blank) for item in log.tail] == [(5, True), (6, False)]
