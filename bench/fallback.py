"""The generator for machines without a C compiler: same plan, same commands, same results, but in Python.

It is slower than what it measures, so that its results are a lower bound and no more; the benchmark says so.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from .plan import NUMBER

Values = dict[str, float]


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame with an all-zero key: nothing to mask."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, 0x80 | size)) + bytes(4) + payload
    return bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2, "big") + bytes(4) + payload


class Link(asyncio.Protocol):
    """One connection of the plan."""

    def __init__(self, load: "Load", index: int, room: int, path: str) -> None:
        self.load, self.index, self.room, self.path = load, index, room, path
        self.setup: list[bytes] = []
        self.say = ""
        self.sampled = False
        self.buffer = bytearray()
        self.upgraded = False
        self.ready = asyncio.Event()
        self.events = 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        protocol = f"Sec-WebSocket-Protocol: {self.load.protocol}\r\n" if self.load.protocol else ""
        transport.write(
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{protocol}\r\n".encode()
        )

    def connection_lost(self, _: Exception | None) -> None:
        self.load.lost += 1

    def data_received(self, data: bytes) -> None:
        buffer = self.buffer
        buffer += data
        if not self.upgraded:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            assert buffer.startswith(b"HTTP/1.1 101"), bytes(buffer[:200])
            del buffer[: end + 4]
            self.upgraded = True
            assert self.transport is not None
            self.transport.writelines(self.setup)
            if not self.load.done:
                self.ready.set()
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
        load = self.load
        if text.startswith(load.event):
            self.events += 1
            load.deliveries += 1
            if self.sampled or self.say:
                load.heard(self, text)
        elif text.startswith(b'{"type":"ok","id":"') and text[19:20].isdigit():
            load.acknowledged(self, int(text[19:29]), own=False)
        elif text.startswith(b'{"type":"refused"'):
            load.refused += 1
            load.error = load.error or text.decode()
        elif opcode == 9 and self.transport is not None:
            self.transport.write(masked(10, text))
        elif load.done and load.done in text:
            self.ready.set()


class Stream:
    def __init__(self, line: str) -> None:
        self.closed_loop = "closed" in line
        self.values: Values = numbers(line)
        self.own = bool(self.values.get("own"))
        self.sent = self.window_sent = self.acked = self.outstanding = self.turn = 0
        self.delivery: list[float] = []
        self.halves: tuple[list[float], list[float]] = ([], [])
        self.ack: list[float] = []

    def author(self, links: list[Link]) -> Link:
        index = int(self.values.get("first", 0) + self.turn * self.values.get("step", 1))
        self.turn = (self.turn + 1) % int(self.values["count"])
        return links[index]


def numbers(line: str) -> Values:
    return {key: float(value) for key, _, value in (word.partition("=") for word in line.split()) if value}


def spread(values: list[float]) -> Values:
    values.sort()
    count = len(values)
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
    picked = {
        name: values[min(count - 1, int(share * count))] * 1000 if count else 0.0 for name, share in shares.items()
    }
    return {"count": count, **picked, "max": values[-1] * 1000 if count else 0.0}


def server_writes(pid: int) -> float:
    try:
        return float(Path(f"/proc/{pid}/io").read_text("ascii").partition("syscw: ")[2].split()[0])
    except (OSError, IndexError):
        return 0.0


class Load:
    def __init__(self, plan: Path) -> None:
        self.links: list[Link] = []
        self.protocol, self.done, self.marker, self.event = "", b"", b"", b""
        self.port, self.window = 0, 100
        self.deliveries = self.lost = self.refused = 0
        self.error = ""
        self.sent_at: dict[int, tuple[float, Stream]] = {}
        self.count = 0
        self.from_, self.to = 0.0, 0.0
        self.room_sent: dict[int, int] = {}
        self.saying = False
        for line in plan.read_text("utf-8").splitlines():
            key, _, value = line.partition(" ")
            self.take(key, value)

    def take(self, key: str, value: str) -> None:
        if key in ("port", "window"):
            setattr(self, key, int(value))
        elif key in ("done", "marker", "event"):
            setattr(self, key, value.encode())
        elif key == "protocol":
            self.protocol = value
        elif key == "conn":
            room, sampled, path = value.split(" ", 2)
            self.links.append(Link(self, len(self.links), int(room), path))
            self.links[-1].sampled = sampled == "1"
        elif key == "setup":
            self.links[-1].setup.append(masked(1, value.encode()))
        elif key == "say":
            self.links[-1].say = value

    async def connect(self) -> dict[str, Any]:
        gate = asyncio.Semaphore(self.window)

        async def one(link: Link) -> None:
            async with gate:
                await asyncio.get_running_loop().create_connection(lambda: link, "127.0.0.1", self.port)
                await link.ready.wait()

        begun = time.monotonic()
        await asyncio.gather(*map(one, self.links))
        events = [link.events for link in self.links]
        shared = {"replayed_least": min(events), "replayed_most": max(events), "holes": 0, "error": self.error}
        took = time.monotonic() - begun
        return {"at": "ready", "ready": len(self.links), "of": len(self.links), "seconds": took, **shared}

    def speak(self, stream: Stream, link: Link, scheduled: float) -> None:
        assert link.transport is not None
        number, self.count = self.count, self.count + 1
        self.sent_at[number] = (scheduled, stream)
        stream.sent += 1
        stream.outstanding += 1
        stream.window_sent += self.from_ <= scheduled < self.to
        if link.room >= 0:
            self.room_sent[link.room] = self.room_sent.get(link.room, 0) + 1
        link.transport.write(masked(1, link.say.replace(NUMBER, f"{number:010d}").encode()))

    def heard(self, link: Link, text: bytes) -> None:
        at = text.find(self.marker)
        known = self.sent_at.get(int(text[at + len(self.marker) :][:10])) if at >= 0 else None
        if known is None:
            return
        sent, stream = known
        if link.sampled and self.from_ <= sent < self.to:
            took = time.monotonic() - sent
            stream.delivery.append(took)
            stream.halves[sent > (self.from_ + self.to) / 2].append(took)
        if stream.own and f'"nonce":"{link.index}-'.encode() in text:
            self.acknowledged(link, int(text[at + len(self.marker) :][:10]), own=True)

    def acknowledged(self, link: Link, number: int, *, own: bool) -> None:
        if number not in self.sent_at or self.sent_at[number][1].own != own:
            return
        sent, stream = self.sent_at[number]
        now = time.monotonic()
        stream.outstanding -= 1
        stream.acked += 1
        if self.from_ <= sent < self.to:
            stream.ack.append(now - sent)
        if stream.closed_loop and self.saying:
            self.speak(stream, link, now)

    async def on_schedule(self, stream: Stream) -> None:
        due = time.monotonic()
        while due < self.to:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.speak(stream, stream.author(self.links), due)
            due += 1 / stream.values["rate"]

    async def run(self, line: str) -> dict[str, Any]:
        head, *parts = line.split(";")
        values = numbers(head)
        self.sent_at.clear()
        self.room_sent.clear()
        before = [link.events for link in self.links]
        self.from_ = time.monotonic() + values["warm"]
        self.to = self.from_ + values["seconds"]
        self.saying = True
        streams = [Stream(part) for part in parts]
        tasks = [asyncio.create_task(self.on_schedule(stream)) for stream in streams if not stream.closed_loop]
        for stream in streams:
            for _ in range(int(stream.values.get("in_flight", 0))):
                self.speak(stream, stream.author(self.links), time.monotonic())
        await asyncio.sleep(values["warm"])
        first = self.mark(int(values["pid"]))
        await asyncio.sleep(max(0.0, self.to - time.monotonic()))
        last = self.mark(int(values["pid"]))
        self.saying = False
        await asyncio.gather(*tasks)
        until = self.to + values["drain"]
        missing = self.missing(before)
        while (missing > 0 or any(stream.outstanding for stream in streams)) and time.monotonic() < until:
            await asyncio.sleep(0.01)
            missing = self.missing(before)
        result: dict[str, Any] = {key: last[key] - first[key] for key in first}
        result |= {"at": "ran", "drain": time.monotonic() - self.to, "missing": max(0, missing)}
        result |= {"surplus": max(0, -missing), "holes": 0, "lagging": 0, "error": self.error}
        result |= {"lost": self.lost, "refused": self.refused, "streams": list(map(self.told, streams))}
        result["acked"] = sum(len(stream.ack) for stream in streams)
        return result

    def told(self, one: Stream) -> dict[str, Any]:
        counts = {"sent": one.sent, "window_sent": one.window_sent, "acked": one.acked, "unanswered": one.outstanding}
        halves = {"first_half": spread(one.halves[0]), "second_half": spread(one.halves[1])}
        return {**counts, **halves, "delivery": spread(one.delivery), "ack": spread(one.ack)}

    def missing(self, before: list[int]) -> int:
        pairs = zip(self.links, before, strict=True)
        return sum(self.room_sent.get(link.room, 0) - link.events + had for link, had in pairs if link.room >= 0)

    def mark(self, pid: int) -> Values:
        here = {"seconds": time.monotonic(), "own_cpu": time.process_time(), "deliveries": self.deliveries}
        server = time.clock_gettime((~pid << 3) | 2) if pid and sys.platform == "linux" else 0.0
        return {**here, "server_cpu": server, "server_writes": server_writes(pid)}


async def main(plan: Path) -> None:
    load = Load(plan)
    print(json.dumps(await load.connect()), flush=True)
    while (line := (await asyncio.to_thread(sys.stdin.readline)).strip()) not in ("", "quit"):
        print(json.dumps(await load.run(line)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
