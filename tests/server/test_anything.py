"""Any command by anybody in any order, on a store in SQLite: only answers that the protocol knows (INP-01).

`world_of` fails on a reply of class `bug`, on a second reply to one command, and on anything that reaches the loop.
Commands are made from the protocol's types (tests/anything.py); one step of a story is a seed for that.
"""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from structlog.testing import capture_logs

from among_protocol import wire
from among_protocol.base import Command, Ok, Refused
from among_protocol.codes import ERROR_CODES, CloseCode, Refuse
from among_protocol.malformed import Malformed
from among_server.store.sqlite import SqliteStore
from tests.anything import COMMANDS, Pool, anything
from tests.store.replay import agree
from tests.stores import little_memory
from tests.world import Person, World, until, world_of

PEOPLE = 4
who = st.integers(0, PEOPLE - 1)
seed = st.integers(0, 2**32)


class Anything(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.patch = pytest.MonkeyPatch()
        little_memory(self.patch)
        self.pool = Pool()
        self.read: dict[Person, int] = {}  # frames that were heard already
        self.people: list[Person] = []
        self.asked: list[tuple[Person, str, type[Command]]] = []
        self.stack = AsyncExitStack()
        self.log = self.stack.enter_context(capture_logs())
        self.world: World = self.runner.run(self._begin())

    async def _begin(self) -> World:
        store = SqliteStore(Path(self.folder.name), synchronous="off")
        world = await self.stack.enter_async_context(world_of(store))
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve", encoding=wire.MSGPACK)
        await world.private_room("garden/cellar", ann)
        await world.direct(ann, bob)
        self.people = [ann, bob, eve, Person(world)]
        for person in self.people:
            self._listen(person)
        return world

    # --- what may happen

    @rule(asked=st.lists(st.tuples(who, seed), min_size=1, max_size=8))
    def ask(self, asked: list[tuple[int, int]]) -> None:
        """All at once; each is answered."""
        self.runner.run(self._ask(asked))

    @rule(who=who)
    def come_back(self, who: int) -> None:
        """Cut, and back with the token where there is one; else as a guest."""
        self.runner.run(self._come_back(who))

    async def _ask(self, asked: list[tuple[int, int]]) -> None:
        sent = []
        for number, (who, seed) in enumerate(asked):
            person = self.people[who]
            command, fields = anything(Random(seed), self.pool)
            id = f"a{len(person.raw)}-{number}"
            if person.closed is None:
                person.send(person.encoding.encode({"id": id, **fields}))
                sent.append((person, id, command))
        for person, id, command in sent:
            await until(lambda: id in person.raw or person.closed is not None)  # noqa: B023  # awaited before the next
            if id in person.raw:
                self._judge(person, person.replies.pop(id), command)
        await self.world.quiet()
        await asyncio.sleep(0)  # a barrier is released in the next turn
        for who, person in enumerate(self.people):
            self._listen(person)
            if person.closed is not None:
                assert person.closed in (CloseCode.SIGNED_OUT, CloseCode.MALFORMED)
                await self._come_back(who)

    @staticmethod
    def _judge(person: Person, reply: Any, command: type[Command]) -> None:
        if isinstance(reply, Ok):
            person.encoding.decode_result(command.Reply, reply.result)
            return
        assert isinstance(reply, Refused)
        assert ERROR_CODES[reply.code].kind == reply.kind != "bug", reply
        assert 0 < len(reply.message) < 500
        assert (reply.kind == "wait") == bool(reply.retry_after_ms)

    async def _come_back(self, who: int) -> None:
        person = self.people[who]
        person.leave()
        try:
            back = await person.again() if person.token else Person(self.world, person.encoding)
        except Refuse:  # signed out
            back = Person(self.world, person.encoding)
        self.people[who] = back
        if back.token:
            await back.sync()
            await back.settled()
        self._listen(back)

    def _listen(self, person: Person) -> None:
        start = self.read.get(person, 0)
        for payload in person.frames[start:]:
            self.pool.hear((msgspec.msgpack if person.encoding.binary else msgspec.json).decode(payload))
        self.read[person] = len(person.frames)

    # --- what always holds

    @invariant()
    def every_session_is_sane(self) -> None:
        for person in self.people:
            session = person.session
            if person.closed is not None:
                continue
            assert not session.over
            assert (session.in_flight, session.barrier, len(session.queue)) == (0, None, 0)
            assert not session.large
            assert not session.lagging
            assert session.malformed == 0
            if session.person is None:
                assert not session.logs
            else:
                assert session in session.person.sessions
                assert set(session.logs) <= set(session.person.places())

    def teardown(self) -> None:
        try:
            self.runner.run(self.stack.aclose())  # World judges what the server said
            self.runner.run(agree(Path(self.folder.name)))
            wrong = [line for line in self.log if line["log_level"] in ("error", "critical") or "exc_info" in line]
            assert wrong == []
        finally:
            self.runner.close()
            self.folder.cleanup()
            self.patch.undo()


TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_inp_01_most_of_what_is_made_is_what_the_types_allow():
    """Else the story would be one of refusals: here every command is made so that it decodes, and is not always refused."""
    random, pool = Random(1), Pool()
    pool.hear({"room": "r_aaaaaaaaaaaaaaaa", "community": "c_aaaaaaaaaaaaaaaa", "log": "a_aaaaaaaaaaaaaaaa", "seq": 3})
    fine: dict[type[Command], int] = dict.fromkeys(COMMANDS, 0)
    made = 75 * len(COMMANDS)
    for _ in range(made):
        command, fields = anything(random, pool)
        try:
            wire.JSON.decode_command(wire.JSON.encode({"id": "1", **fields}))
        except Malformed:
            continue
        fine[command] = fine.get(command, 0) + 1
    assert min(fine.values()) > 20, fine
    assert sum(fine.values()) > made / 2
