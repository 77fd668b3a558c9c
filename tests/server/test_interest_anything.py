"""Whatever happens, what a client that wants less is given is the log without the rest: exactly once, in order, with
ranges that leave no hole, over cuts, slow reading, and restarts from anywhere. Our client against our server, in memory
and on SQLite; what is wanted is said here once more, in the words of the reference.
"""

import asyncio
import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from among_protocol import wire
from among_protocol.base import Entry
from among_protocol.client import Client
from among_protocol.codes import Refuse
from among_protocol.happenings import Closed, Happening, Opened, Positions, Reset
from among_protocol.logs import LogPassed, ReadEntries, Want
from among_protocol.messages import SendMessage
from among_protocol.rooms import FollowRoom, SetTopic, UnfollowRoom
from among_protocol.session import Hello
from among_protocol.signing import Credentials
from among_protocol.wire import Encoding, tag_of
from among_server.core import log as live
from among_server.store.api import Store
from among_server.store.memory import MemoryStore
from tests.stores import new_store
from tests.world import Person, World, until, world_of


class Line(Person):
    """A connection that a bot's client sits on."""

    def __init__(self, bot: "Bot", encoding: Encoding) -> None:
        self.bot = bot
        super().__init__(bot.world, encoding)

    def _frame(self, payload: bytes) -> None:
        self.bot.received(self, payload)


class Bot:
    """A program with our client in it."""

    def __init__(
        self, world: World, person: Person, want: Want | None, encoding: Encoding, positions: Positions
    ) -> None:
        self.world = world
        self.person = person
        self.want = want
        self.encoding = encoding
        self.core = Client(Credentials(token=person.token), encoding=encoding, positions=positions, want=want)
        self.given: dict[str, list[tuple[int, list[Entry]]]] = {}  # log -> after which number, and what came then
        self.at: dict[str, int] = {}
        self.asked = 0  # pages
        self.smooth = not positions.logs  # never away, never slow: nothing needs to be asked for
        self.line = self._connect()

    def _connect(self) -> Line:
        line = Line(self, self.encoding)
        self.core.connected(self.world.clock())
        hello: Hello = replace(self.world.app.services.hello, at="")
        line.session.notice(hello)
        return line

    def received(self, line: Line, payload: bytes) -> None:
        if line.closed is None:
            for happening in self.core.received(payload, self.world.clock()):
                self._take(happening)
            asyncio.get_running_loop().call_soon(self._pump)

    def _pump(self) -> None:
        for frame in self.core.outgoing():
            self.asked += isinstance(self.encoding.decode_command(frame), ReadEntries)
            if self.line.closed is None:
                self.line.send(frame)

    def _take(self, happening: Happening) -> None:
        match happening:
            case Opened(log=log, after=after) | Reset(log=log, after=after):
                self.given.setdefault(log, []).append((after, []))
                self.at[log] = after
            case Closed(log=log):
                self.at.pop(log, None)
            case Entry() | LogPassed():
                first = happening.first or happening.seq
                assert first <= self.at[happening.log] + 1 <= happening.seq, (happening, self.at)
                self.at[happening.log] = happening.seq
                if isinstance(happening, Entry):
                    self.given[happening.log][-1][1].append(happening)
            case _:
                pass

    def cut(self) -> None:
        self.smooth = False
        self.line.leave()
        self.core.lost(1006, self.world.clock())
        self.line = self._connect()

    @property
    def whole(self) -> bool:
        holes = any(log.until > log.at and log.open for log in self.core.whole.logs.values())
        return self.core.state == "live" and not holes and not self.core.asking and not self.line.waiting

    async def settle(self) -> None:
        await self.world.quiet()
        await until(lambda: self.whole and not self.world.app.dispatch.running)
        await self.world.quiet()
        await until(lambda: self.whole)


def wanted(want: Want | None, event: Any, member: str, kind: str) -> bool:
    """What the reference says, once more."""
    profile = want.profile if want is not None else "everything"
    if profile == "everything" or kind in ("account", "direct"):
        return True
    if kind != "room" or not tag_of(type(event)).startswith("message."):
        return False
    return profile == "talk" or member in event.mentions or member == event.answers


PROFILES = st.sampled_from([None, "everything", "talk", "calls", "calls"])
WANTS = st.builds(
    lambda profile, only: (
        None if profile is None else Want(profile=profile, communities=["c_of_others"] if only else None)
    ),
    PROFILES,
    st.sampled_from([False, False, False, True]),
)
BOT = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(["", "", "", " @bob", " @ann"]), st.sampled_from([1, 1, 3, 9])),
    st.tuples(st.just("say"), st.sampled_from(["", " @bob"]), st.just(1)),
    st.tuples(st.just("say"), st.just(""), st.just(2)),
    st.tuples(st.just("answer"), st.sampled_from(["", "", " @bob"])),
    st.tuples(st.just("direct"), st.integers(1, 2)),
    st.tuples(st.just("topic")),
    st.tuples(st.just("follow")),
    st.tuples(st.just("unfollow")),
    st.tuples(st.just("cut"), BOT),
    st.tuples(st.just("lag"), BOT),
    st.tuples(st.just("read_again"), BOT),
    st.tuples(st.just("restart"), BOT, WANTS, st.integers(0, 12)),
    st.tuples(st.just("tell")),
    st.tuples(st.just("turns"), st.integers(1, 9)),
    st.tuples(st.just("settle")),
)


class Story:
    def __init__(self, world: World, ann: Person, bob: Person, direct: str, wants: list[Want | None]) -> None:
        self.world = world
        self.ann = ann
        self.bob = bob
        self.direct = direct
        encodings = [wire.JSON, wire.MSGPACK, wire.JSON]
        self.bots = [
            Bot(world, bob, want, encoding, Positions()) for want, encoding in zip(wants, encodings, strict=True)
        ]
        self.number = 0
        self.asked = 0  # something that bob said

    async def step(self, what: str, *given: Any) -> None:
        await getattr(self, f"_{what}")(*given)

    async def _say(self, call: str, count: int) -> None:
        for _ in range(count):
            self.number += 1
            self.ann.begin(SendMessage, room=self.ann.room, body=f"{self.number}{call}")

    async def _answer(self, call: str) -> None:
        self.number += 1
        send = {"room": self.ann.room, "reply_to": self.asked, "body": f"{self.number}{call}"}
        self.ann.begin(SendMessage, **send)

    async def _direct(self, count: int) -> None:
        for _ in range(count):
            self.ann.begin(SendMessage, room=self.direct, body="psst")

    async def _topic(self) -> None:
        self.number += 1
        self.world.founder("garden").begin(SetTopic, room=self.ann.room, topic=f"{self.number} @bob")

    async def _follow(self) -> None:
        await self.bob.ask(FollowRoom, room=self.bob.room)

    async def _unfollow(self) -> None:
        with contextlib.suppress(Refuse):  # it is not followed
            await self.bob.ask(UnfollowRoom, room=self.bob.room)

    async def _cut(self, which: int) -> None:
        self.bots[which].cut()

    async def _lag(self, which: int) -> None:
        line = self.bots[which].line
        if not line.session.lagging and line.closed is None:
            self.bots[which].smooth = False
            line.lags()

    async def _read_again(self, which: int) -> None:
        self.bots[which].line.reads_again()

    async def _tell(self) -> None:
        await self.world.app.services.logs.catch_up()

    async def _turns(self, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)

    async def _settle(self) -> None:
        for bot in self.bots:
            bot.line.reads_again()
        for bot in self.bots:
            await bot.settle()

    async def _restart(self, which: int, want: Want | None, back: int) -> None:
        """The program comes again from a place that it has been at, or from before that."""
        bot = self.bots[which]
        await self.check(bot)
        bot.line.leave()
        logs = {log: max(0, at - back) for log, at in bot.core.whole.positions.logs.items()}
        positions = Positions(bot.core.whole.epoch, logs)
        self.bots[which] = Bot(self.world, self.bob, want, bot.encoding, positions)

    async def check(self, bot: Bot) -> None:
        """All that it was given, against the logs."""
        assert not (bot.smooth and bot.asked), "a hole that was no hole"
        logs: dict[str, list[Entry]] = {}
        # As of now: while the logs are read, more may come.
        given = {log: [(after, list(came)) for after, came in runs] for log, runs in bot.given.items()}
        at = dict(bot.at)
        for log, runs in given.items():
            kind = "account" if log == self.bob.account else "direct" if log == self.direct else "room"
            kind = "community" if log == self.world.id("garden") else kind
            kept = logs[log] = await self._log(log)
            for number, (after, came) in enumerate(runs):
                last = came[-1].seq if came else after
                if number == len(runs) - 1 and log in at:
                    last = max(last, at[log])
                right = [
                    one.seq for one in kept if after < one.seq <= last and wanted(bot.want, one, self.bob.member, kind)
                ]
                assert [one.seq for one in came] == right, (bot.want, kind, after, last)
                for one in came:
                    assert replace(one, first=0) == replace(kept[one.seq - 1], first=0)

    async def _log(self, log: str) -> list[Entry]:
        reader = self.bob if log in (self.bob.account, self.direct) else self.ann
        return await reader.entries(log)

    async def finish(self) -> None:
        await self._settle()
        for bot in self.bots:
            await self.check(bot)
            for log, at in bot.at.items():
                kept = await self._log(log)
                kind = "account" if log == self.bob.account else "direct" if log == self.direct else "room"
                kind = "community" if log == self.world.id("garden") else kind
                missing = [one for one in kept[at:] if wanted(bot.want, one, self.bob.member, kind)]
                assert missing == [], (bot.want, kind, at)


async def play(store: Store, wants: list[Want | None], steps: list[tuple[Any, ...]]) -> None:
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        story = Story(world, ann, bob, direct, wants)
        story.asked = (await bob.say("Who has beans?")).seq
        await story.step("settle")
        for step in steps:
            await story.step(*step)
        await story.finish()


@pytest.mark.parametrize("tail", [live.TAIL_ENTRIES, 2], ids=["tail", "short tail"])
@given(wants=st.lists(WANTS, min_size=3, max_size=3), steps=st.lists(STEPS, min_size=4, max_size=30))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_given_is_the_log_without_what_is_not_wanted(monkeypatch, tail, wants, steps):
    with monkeypatch.context() as patch:
        patch.setattr(live, "TAIL_ENTRIES", tail)
        asyncio.run(play(MemoryStore(), wants, steps))


@given(wants=st.lists(WANTS, min_size=3, max_size=3), steps=st.lists(STEPS, min_size=4, max_size=30))
@settings(max_examples=15, deadline=None)
def test_what_is_given_is_the_same_on_sqlite(wants, steps):
    with new_store("sqlite") as store:
        asyncio.run(play(store, wants, steps))
