"""INP-01, the long form: any commands by eight people who come and go, against a server's own process.

Minutes by default; FUZZ_MINUTES says how many. The seed is in the failure and repeats what is asked, not the answers.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from among_protocol import wire
from among_protocol.base import Command
from among_protocol.codes import ERROR_CODES
from tests.anything import Pool, anything
from tests.proof.peer import Lost, Peer, Refused
from tests.proof.process import judged, server_in
from tests.store.replay import agree
from tests.world import PASSWORD

MINUTES = float(os.environ.get("FUZZ_MINUTES", "2"))
PEOPLE = 8
BURST = 12


class Somebody:
    """A person with a connection, which is cut now and then."""

    def __init__(self, url: str, name: str, random: Random, pool: Pool, seen: Counter[str]) -> None:
        self.url, self.name, self.random, self.pool, self.seen = url, name, random, pool, seen
        self.peer: Peer | None = None
        self.binary = random.random() < 0.5
        self.token = ""
        self.lives = 0

    async def begin(self) -> Peer:
        self.peer = peer = await Peer.open(self.url, self.pool.hear, binary=self.binary)
        while True:
            try:
                if not self.token:
                    way = {"handle": self.name, "password": PASSWORD}
                    self.token = (await peer.ask("session.sign_up", **way))["token"]
                else:
                    await peer.ask("session.sign_in", token=self.token)
                break
            except Refused as why:
                if why.kind == "bug":
                    raise
                if why.kind == "wait":
                    await asyncio.sleep(why.retry_after_ms / 1000)
                    continue
                self.token = ""  # somebody's command has ended the session, or the account: come as somebody new
                self.lives += 1
                self.name = f"{self.name.rstrip('x0123456789')}{self.lives}x{self.random.randrange(10**6)}"
        if self.random.random() < 0.8:
            await peer.ask("session.sync")
        return peer

    async def run(self, until: float) -> None:
        while time.monotonic() < until:
            peer = await self.begin()
            try:
                for _ in range(self.random.randrange(1, 60)):
                    await asyncio.gather(*(self._ask(peer) for _ in range(self.random.randrange(1, BURST))))
                    if time.monotonic() > until:
                        break
            except Lost:
                assert peer.code in (4501, 1006), f"{self.name} was closed with {peer.code}"
            await peer.cut()

    async def _ask(self, peer: Peer) -> None:
        command, fields = anything(self.random, self.pool)
        try:
            self._result(command, await peer.ask(fields.pop("type"), **fields))
        except Refused as why:
            refused = why
        else:
            self.seen["ok"] += 1
            return
        self.seen[refused.code] += 1
        assert ERROR_CODES[refused.code].kind == refused.kind != "bug", f"{refused} for {command} {fields}"

    def _result(self, command: type[Command], result: Any) -> None:
        self.pool.hear(result)
        wire.JSON.decode_result(command.Reply, msgspec.json.encode(result))


@pytest.mark.soak(seconds=60 * MINUTES + 10)
async def test_inp_01_any_commands_by_many_for_minutes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Any
):
    seed = Random().getrandbits(32)
    random, pool, seen = Random(seed), Pool(), Counter[str]()
    async with server_in(tmp_path) as server:
        until = time.monotonic() + MINUTES * 60
        people = [
            Somebody(server.url, f"voice{number}x", Random(random.getrandbits(32)), pool, seen)
            for number in range(PEOPLE)
        ]
        running = [asyncio.create_task(one.run(until)) for one in people]
        while not all(task.done() for task in running):
            await asyncio.wait(running, timeout=10)
            with capsys.disabled():
                sys.stdout.write(
                    f"\n  {max(0, until - time.monotonic()):.0f} s left: {seen.total()} answers, {seen['ok']} ok"
                )
                sys.stdout.flush()
        await asyncio.gather(*running)
        assert await server.stop() == 0
        assert server.complaints() == [], f"seed {seed}"
        assert judged(server.data) == []
    await agree(server.data)
    record_property("clients", PEOPLE)
    record_property("answers", seen.total())
    with capsys.disabled():
        sys.stdout.write(f"\n  seed {seed}: {dict(seen.most_common())}\n")
    assert seen["ok"] > seen.total() / 10
