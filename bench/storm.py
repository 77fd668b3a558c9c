"""A storm: a thousand reactions a second on one message in a room of a thousand, beside as many messages.

`python -m bench.storm` is the crowd: a program of its own on its own core. It is told in lines of JSON what to do, and says
what came of it. All its members write in turn; some of them read every event and check it, the others that the last came.

The messages are the generator's, in the same room on a server beside. A million frames a second are more than this crowd can
read: where it falls behind, it writes in bursts, a hundred messages share a flush, and what a message costs seems little.
"""

import asyncio
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from .drive import GENERATOR_CORE, BenchError, Process, Result, Target, among, at_rate, opened
from .fallback import masked, spread
from .rows import Bench, Row, Runs, latency, median
from .world import World, sign_in

RATE = 1_000  # a second
EMOJI = [chr(number) for number in range(0x1F400, 0x1F40A)]
CHECKED = 20  # members who look at every event
PATIENCE = 30.0  # seconds until all that was written has come
_SEQ = re.compile(rb'"seq":(\d+)')


class Member(asyncio.Protocol):
    """One of the crowd."""

    def __init__(self, crowd: "Crowd", token: str, *, checks: bool) -> None:
        self.crowd, self.checks = crowd, checks
        self.setup = b"".join(masked(1, line.encode()) for line in sign_in(token))
        self.buffer = bytearray()
        self.upgraded = False
        self.ready = asyncio.Event()
        self.at = 0  # number of the last event of the room, where each is looked at
        self.counts: dict[str, int] = {}  # by emoji
        self.frames = 0
        self.holes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(
            b"GET /v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: among.v1.json\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        buffer = self.buffer
        buffer += data
        if not self.upgraded:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            del buffer[: end + 4]
            self.upgraded = True
            self.transport.write(self.setup)
        at = 0
        while len(buffer) - at >= 2:
            size, head = buffer[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(buffer[at + 2 : at + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(buffer[at + 2 : at + 10], "big"), 10
            if len(buffer) - at < head + size:
                break
            self.frame(buffer[at] & 15, bytes(buffer[at + head : at + head + size]))
            at += head + size
        del buffer[:at]

    def frame(self, opcode: int, text: bytes) -> None:
        if opcode == 9:
            self.transport.write(masked(10, text))
        elif text.startswith((b'{"type":"reaction.', b'{"type":"message.sent"')):
            self.frames += 1
            if self.checks:
                self.event(json.loads(text))
            elif found := _SEQ.search(text):
                self.at = int(found[1])
        elif text.startswith((b'{"type":"ok"', b'{"type":"refused"')):
            self.crowd.answered(json.loads(text))
            if b'"s2"' not in text:
                return
        if b'"session.synced"' in text:
            self.ready.set()

    def event(self, event: dict[str, Any]) -> None:
        first = event.get("from", event["seq"])
        self.holes += bool(self.at) and first != self.at + 1
        self.at = event["seq"]
        for change in event.get("changes", [event] if "emoji" in event else []):
            self.counts[change["emoji"]] = change["count"]


class Crowd:
    """All of them, and what they are told to do."""

    def __init__(self, port: int, tokens: list[str], room: str) -> None:
        self.port, self.room = port, room
        step = max(1, len(tokens) // CHECKED)
        self.members = [Member(self, token, checks=index % step == 0) for index, token in enumerate(tokens)]
        self.sent_at: dict[str, float] = {}
        self.took: list[float] = []
        self.head = 0
        self.refused = ""
        self.number = 0  # of what was written, ever
        self.reactions = 0  # of them, those that were reactions
        self.message = 0  # number of the message that is reacted to; 0: it is to be said first

    async def enter(self) -> None:
        loop = asyncio.get_running_loop()
        for begin in range(0, len(self.members), 50):
            some = self.members[begin : begin + 50]
            for member in some:
                await loop.create_connection(lambda member=member: member, "127.0.0.1", self.port)  # type: ignore[misc]  # bound above
            await asyncio.gather(*(member.ready.wait() for member in some))

    def answered(self, reply: dict[str, Any]) -> None:
        begun = self.sent_at.pop(reply["id"], None)
        if begun is None:
            return
        if reply["type"] == "refused":
            self.refused = reply["message"]
            return
        self.took.append(time.perf_counter() - begun)
        self.head = max(self.head, reply["result"]["entry"]["seq"])

    async def write(self, rate: float, seconds: float) -> dict[str, Any]:
        """At this rate for so long; then wait until everybody has everything."""
        self.took.clear()
        before = sum(member.frames for member in self.members)
        begun = time.perf_counter()
        done, count = 0, round(rate * seconds)
        while done < count:
            due = min(count, int((time.perf_counter() - begun) * rate) + 1)
            for _ in range(due - done):
                self.one()
            done = due
            await asyncio.sleep(0.001)
        until = time.perf_counter() + PATIENCE
        while time.perf_counter() < until and self.missing():  # noqa: ASYNC110  # an event for each would be what is measured
            await asyncio.sleep(0.005)
        checked = [member for member in self.members if member.checks]
        left = {emoji: count for emoji, count in self.expected().items() if count}
        seen = [{emoji: count for emoji, count in member.counts.items() if count} for member in checked]
        return {
            "written": count,
            "ack": spread(self.took),
            "frames": sum(member.frames for member in self.members) - before,
            "missing": self.missing(),
            "holes": sum(member.holes for member in checked),
            "wrong": sum(one != left for one in seen),
            "refused": self.refused,
        }

    def missing(self) -> int:
        """How many lack something: the newest event, or a reply."""
        return sum(member.at != self.head for member in self.members) + len(self.sent_at)

    def one(self) -> None:
        id = f"n{self.number}"
        self.number += 1
        command: dict[str, Any] = {"id": id, "nonce": id, "room": self.room}
        if not self.message:
            member = self.members[0]
            command |= {"type": "message.send", "body": "x" * 64}
        else:
            round_, index = divmod(self.reactions, len(self.members))
            self.reactions += 1
            member = self.members[index]
            does = "remove" if round_ % 2 else "add"
            emoji = EMOJI[round_ // 2 % len(EMOJI)]
            command |= {"type": f"reaction.{does}", "message": self.message, "emoji": emoji}
        self.sent_at[id] = time.perf_counter()
        member.transport.write(masked(1, json.dumps(command, ensure_ascii=False).encode()))

    def expected(self) -> dict[str, int]:
        """How many react with each: everybody adds one in their turn, then all take it back, then comes the next emoji."""
        round_, index = divmod(self.reactions, len(self.members))
        counts = dict.fromkeys(EMOJI, 0)
        counts[EMOJI[round_ // 2 % len(EMOJI)]] = len(self.members) - index if round_ % 2 else index
        return counts


async def crowd() -> None:
    given = json.loads(sys.stdin.readline())
    all_ = Crowd(given["port"], given["tokens"], given["room"])
    await all_.enter()
    await all_.write(1, 1)
    all_.message = all_.head
    print(json.dumps({"ready": len(all_.members)}), flush=True)
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await all_.write(**json.loads(line))), flush=True)


class Storm(Process):
    """The crowd, with its connections open."""

    def __init__(self, world: World, target: Target) -> None:
        super().__init__([sys.executable, "-m", "bench.storm"], GENERATOR_CORE)
        self.target = target
        tokens = [world.tokens[person] for person in world.crowd]
        self.tell(json.dumps({"port": target.port, "tokens": tokens, "room": world.hall[0]}))
        if json.loads(self.line())["ready"] != len(tokens):
            raise BenchError("not all of the crowd came in")

    def write(self, seconds: float) -> dict[str, Any]:
        used = self.target.cpu()
        self.tell(json.dumps({"rate": RATE, "seconds": seconds}))
        result: dict[str, Any] = json.loads(self.line())
        if result["refused"]:
            raise BenchError(f"refused: {result['refused']}")
        result["cpu_each"] = 1000 * (self.target.cpu() - used) / result["written"]
        return result


def storm(bench: Bench) -> Iterator[Row]:
    """A thousand reactions a second on one message in a room of a thousand; and as many messages in one like it."""
    world = bench.town()
    beside = replace(
        world,
        folder=Path(
            shutil.copytree(world.folder, world.folder.with_name("beside"), ignore=shutil.ignore_patterns("*.sock"))
        ),
    )
    count = len(world.crowd)
    with ExitStack() as stack:
        server, other = stack.enter_context(among(world.folder)), stack.enter_context(among(beside.folder))
        many = stack.enter_context(closing(Storm(world, server)))
        theirs = stack.enter_context(opened(beside.plan(world.crowd, authors=count), other))
        bench.say("a thousand reactions a second on one message")
        many.write(bench.warm)
        reacted, said = [], Runs()
        for _ in range(bench.repeats):
            reacted.append(many.write(2 * bench.seconds))
            said.add(bench.run(theirs, at_rate(RATE, authors=count), seconds=2 * bench.seconds))
    faults = {name: sum(one[name] for one in reacted) for name in ("missing", "holes", "wrong")}
    each = [one["cpu_each"] for one in reacted]
    frames = median([one["frames"] / count / one["written"] for one in reacted])
    ack = f"ack p50 {median([one['ack']['p50'] for one in reacted]):.1f}, p99 {median([one['ack']['p99'] for one in reacted]):.1f} ms"
    theirs_ack = (
        f"of a message {said.median(latency('p50', what='ack')):.1f} and {said.median(latency('p99', what='ack')):.1f}"
    )
    wrong = ", ".join(filter(None, (*(f"{name} {count}" for name, count in faults.items() if count), said.faults)))
    told = f"{1 / frames:.0f} in one event" if frames else ""
    yield Row(
        name=f"{RATE} reactions a second on one message, into {count}",
        value=median(each),
        unit="ms of server CPU a reaction",
        baseline=said.median(cpu_each),
        against="a message, at the same rate",
        at_most=1.5,
        note="; ".join(
            filter(None, ("everybody reacts, all delivered, counts right at the end", told, ack, theirs_ack, wrong))
        ),
        runs=each,
        baseline_runs=said.each(cpu_each),
    ).judge(sound=not wrong and said.sound)


def cpu_each(result: Result) -> float:
    """Milliseconds of the server for a message, of those that were said while it was measured."""
    return float(1000 * result["server_cpu"] / max(1, result["streams"][0]["window_sent"]))


if __name__ == "__main__":
    asyncio.run(crowd())
