"""One connection of the kit to the server it judges: commands as plain objects, and every frame seen as it is.

Rules that hold for every frame are watched here, in all checks: one reply for each command, the shape of the schema,
text for JSON and binary for MessagePack. It reads only when it waits for something, so that a check can be slow on
purpose. It hammers nobody: what is refused with class `wait` is asked again when the server said.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Any

import msgspec
from websockets.frames import Opcode

from ... import wire
from ...malformed import Malformed
from ..checks import Fault, demand, shown
from ..link import Ended, Link, NoHandshake

Frame = dict[str, Any]

COMMANDS = {wire.tag_of(command): command for command in wire.COMMANDS}
WRITES = {wire.tag_of(command) for command in wire.WRITES}
LONGEST_WAIT = 75.0  # seconds that the kit waits when it is told to
REMEMBERED = 14  # frames that a failure shows


class Peer:
    """A connection that has heard `hello`."""

    def __init__(self, name: str, link: Link, encoding: wire.Encoding, shown: deque[str], patience: float) -> None:
        self.name = name  # in the report
        self.patience = patience  # seconds for anything that does not wait for a budget
        self.link = link
        self.encoding = encoding
        self.hello: Frame = {}
        self.events: list[Frame] = []  # in the order in which they came
        self.nameless: list[Frame] = []  # refusals without an id
        self.handle = self.token = self.account = self.member = ""
        self._read = 0  # events that `hears` has passed
        self._replies: dict[str, Frame] = {}
        self._waiting: dict[str, str] = {}  # type of a command by its id
        self._ids = count(1)
        self._shown = shown

    @classmethod
    async def open(
        cls, name: str, url: str, shown: deque[str], *, patience: float, binary: bool = False, receive: int = 0
    ) -> "Peer":
        """Connect, and hear hello. Raises NoHandshake, OSError."""
        encoding = wire.MSGPACK if binary else wire.JSON
        async with asyncio.timeout(patience):
            link = await Link.open(url, encoding.subprotocol, receive=receive)
        peer = cls(name, link, encoding, shown, patience)
        try:
            await peer.greeted()
        except BaseException:
            await link.drop()
            raise
        return peer

    def listens(self, shown: deque[str]) -> None:
        """From here on what goes over the wire is told there."""
        self._shown = shown

    async def greeted(self) -> None:
        self.hello = await self.next_frame("`hello` as the first frame")
        demand(self.hello.get("type") == "hello", "`hello` as the first frame", self.hello)

    # --- what is sent

    def encoded(self, frame: Frame) -> bytes:
        return (msgspec.msgpack.encode if self.encoding.binary else msgspec.json.encode)(frame)

    async def begin(self, type: str, /, **fields: Any) -> str:
        """Send a command without waiting; gives its id."""
        id = fields.pop("id", None) or f"c{next(self._ids)}"
        if type in WRITES and "nonce" not in fields:
            fields["nonce"] = nonce()
        self._waiting[id] = type
        await self.send({"type": type, "id": id, **fields})
        return str(id)

    def expects(self, id: str) -> str:
        """A reply with this id may come, though no command had it."""
        self._waiting[id] = ""
        return id

    async def send(self, frame: Frame) -> None:
        await self.send_raw(self.encoded(frame), frame)

    async def send_raw(self, data: bytes, told: object = None, *, binary: bool | None = None) -> None:
        """Send these bytes, whatever they are. `told`: how a report shows them."""
        self._shown.append(f"{self.name} → {shown(data if told is None else told)}")
        try:
            await self.link.send(data, binary=self.encoding.binary if binary is None else binary)
        except Ended as end:
            raise Fault("a connection that lives", str(end)) from None

    async def send_pieces(self, pieces: Sequence[bytes]) -> None:
        """Send a message in several frames."""
        self._shown.append(f"{self.name} → a message of {sum(map(len, pieces)):,} bytes in {len(pieces)} frames")
        try:
            await self.link.send_pieces(pieces)
        except Ended as end:
            raise Fault("a connection that lives", str(end)) from None

    # --- what comes

    async def frame(self) -> Frame:
        """The next frame, filed where it belongs; pings and pongs are passed over. Raises Ended."""
        while True:
            received = await self.link.receive()
            if received.opcode in (Opcode.TEXT, Opcode.BINARY):
                break
        frame = self._understood(received.opcode, received.data)
        self._shown.append(f"{self.name} ← {shown(frame)}")
        if frame.get("type") in ("ok", "refused"):
            self._file(frame)
        elif frame.get("type") != "hello":
            self.events.append(frame)
        return frame

    def _understood(self, opcode: Opcode, data: bytes) -> Frame:
        """Raises Fault for what is no frame of the protocol."""
        if (opcode is Opcode.BINARY) != self.encoding.binary:
            raise Fault("JSON in text frames, MessagePack in binary frames", f"{opcode.name.lower()}: {shown(data)}")
        try:
            frame = (msgspec.msgpack.decode if self.encoding.binary else msgspec.json.decode)(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Fault(f"a frame that can be read ({error})", data) from None
        demand(isinstance(frame, dict) and isinstance(frame.get("type"), str), "an object with a `type`", frame)
        try:
            understood = self.encoding.decode_server(data)
            if understood.ok is not None and understood.ok.id in self._waiting:
                command = COMMANDS.get(self._waiting[understood.ok.id])
                if command is not None:
                    self.encoding.decode_result(command.Reply, understood.ok.result)
        except (Malformed, msgspec.DecodeError) as error:
            raise Fault(f"a frame of the shape that the schema gives ({error})", frame) from None
        return dict(frame)

    def _file(self, reply: Frame) -> None:
        id = reply.get("id")
        if id is None:
            self.nameless.append(reply)
            return
        demand(id in self._waiting, "one reply for each command, with the id of one that waits", reply)
        del self._waiting[id]
        self._replies[id] = reply

    async def next_frame(self, expected: str) -> Frame:
        """The next frame in time. Raises Fault."""
        try:
            return await self.next_frame_or_end(expected)
        except Ended as end:
            raise Fault(expected, str(end)) from None

    async def next_frame_or_end(self, expected: str) -> Frame:
        """The next frame in time. Raises Fault when none comes, Ended."""
        try:
            async with asyncio.timeout(self.patience):
                return await self.frame()
        except TimeoutError:
            raise Fault(expected, f"nothing within {self.patience:g} seconds") from None

    async def reply(self, id: str) -> Frame:
        """The reply to a command. Raises Fault."""
        type = self._waiting.get(id, "the command")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience
        while id not in self._replies:
            demand(loop.time() < deadline, f"a reply to `{type}` within {self.patience:g} seconds", "only other frames")
            await self.next_frame(f"a reply to `{type}`")
        return self._replies.pop(id)

    async def ask(self, type: str, /, **fields: Any) -> Frame:
        """The reply to a command, `ok` or `refused`; waits where it is told to, and asks again."""
        if type in WRITES and "nonce" not in fields:
            fields["nonce"] = nonce()
        waited = 0.0
        while True:
            reply = await self.reply(await self.begin(type, **fields))
            pause = reply.get("retry_after_ms", 0) / 1000
            if reply["type"] == "ok" or reply.get("class") != "wait" or not pause or waited + pause > LONGEST_WAIT:
                return reply
            waited += pause
            await asyncio.sleep(pause)

    async def result(self, type: str, /, **fields: Any) -> Frame:
        """What the `ok` of a command brings. Raises Fault when it was refused."""
        reply = await self.ask(type, **fields)
        demand(reply["type"] == "ok", f"`ok` to `{type}`", reply)
        result: Frame = reply["result"]
        return result

    async def refused(self, code: str, type: str, /, **fields: Any) -> Frame:
        """A command's refusal, which must have this code. Raises Fault."""
        reply = await self.ask(type, **fields)
        demand(reply["type"] == "refused" and reply["code"] == code, f"`{type}` refused with `{code}`", reply)
        return reply

    async def hears(self, type: str, /, **where: Any) -> Frame:
        """The next event of this type with these fields; others are passed over. Raises Fault."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience
        told = "".join(f", `{key}` {shown(value)}" for key, value in where.items())
        while True:
            while self._read < len(self.events):
                event = self.events[self._read]
                self._read += 1
                if event["type"] == type and all(event.get(key) == value for key, value in where.items()):
                    return event
            demand(loop.time() < deadline, f"`{type}`{told} for {self.name}", "only other frames")
            await self.next_frame(f"`{type}`{told} for {self.name}")

    async def fence(self) -> list[Frame]:
        """All that the server had for us, since the last time."""
        await self.result("session.ping")
        fresh = self.events[self._read :]
        self._read = len(self.events)
        return fresh

    async def later(self, entry: Frame) -> None:
        """Ask the time until it is later than that of an entry, so that the next one has another. A clock that stands
        still is not waited for."""
        for _ in range(100):
            if (await self.result("session.ping"))["at"] > entry["at"]:
                return

    async def rest(self) -> None:
        """Wait until half of the budget is there."""
        for _ in range(5):
            reply = await self.ask("session.ping")
            budget = reply.get("budget")
            if budget is None:
                return
            lacks = (budget["of"] / 2 - budget["left"] + 2) / max(1, budget["of"] - budget["left"])
            await asyncio.sleep(min(budget["full_in_ms"] * lacks / 1000, 15.0))

    async def ends(self, within: float = 0) -> Ended:
        """Read to the end of the connection, and tell how it was. Raises Fault when it lives on."""
        try:
            async with asyncio.timeout(within or self.patience):
                while True:
                    await self.frame()
        except Ended as end:
            return end
        except TimeoutError:
            raise Fault("a closed connection", f"one that lives after {within or self.patience:g} seconds") from None

    # --- what is asked often

    async def sync(self, **fields: Any) -> tuple[Frame, list[Frame]]:
        """Sync: the result, and the events up to `session.synced`, without it."""
        await self.fence()
        id = await self._again("session.sync", **fields)
        reply = self._replies.pop(id)
        demand(reply["type"] == "ok", "`ok` to `session.sync`", reply)
        start = self._read
        await self.hears("session.synced", id=id)
        return reply["result"], self.events[start : self._read - 1]

    async def _again(self, type: str, /, **fields: Any) -> str:
        """As `ask`, but gives the id of the command that was carried out; its reply is not taken."""
        while True:
            id = await self.begin(type, **fields)
            reply = await self.reply(id)
            if reply.get("class") != "wait":
                self._replies[id] = reply
                return id
            await asyncio.sleep(min(reply.get("retry_after_ms", 0), 15_000) / 1000)

    async def say(self, room: str, body: str, **fields: Any) -> Frame:
        """The entry of what was said."""
        written = await self.result("message.send", room=room, body=body, **fields)
        entry: Frame = written["entry"]
        return entry

    async def entries(self, log: str, after: int = 0, **fields: Any) -> list[Frame]:
        """The entries of a log after a number, all pages of them."""
        found: list[Frame] = []
        while True:
            page = await self.result("log.entries", log=log, after=found[-1]["seq"] if found else after, **fields)
            found += page["entries"]
            if page["complete"]:
                return found
            demand(page["entries"], "entries on a page that is not `complete`", page)


def nonce() -> str:
    """One that nobody has used."""
    return secrets.token_hex(8)


__all__ = ["Ended", "Frame", "NoHandshake", "Peer", "nonce"]
