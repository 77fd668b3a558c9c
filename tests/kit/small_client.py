"""A small client that keeps every rule, and can be told to break one: what the kit's checks of a client are held against.

It runs in the process of the test, as a Driver. `fault` names what it does wrong; an empty one is nothing.
"""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import Frame, Opcode

from among_protocol.kit.client import Driver, Start

KNOWN = {"type", "log", "seq", "from", "at", "by", "rev", "nonce", "body", "mentions"}
WORDS = {"caught_up", "gap", "reset", "gone"}
CLASSES = {"fix", "auth", "wait", "gone", "bug"}
Reply = Callable[[dict[str, Any]], None]


class Over(Exception):
    """It stays away."""


class Small:
    def __init__(self, words: Mapping[str, str], fault: str) -> None:
        self.words = words
        self.fault = fault
        self.room = words["AMONG_ROOM"]
        self.token = words["AMONG_TOKEN"]
        self.printed: list[str] = []
        self.ended = ""
        self.news: Callable[[], None] = lambda: None
        self.epoch = ""
        self.at: dict[str, int] = {}
        self.held: dict[str, list[dict[str, Any]]] = {}
        self.wanted: dict[str, int] = {}
        self.fetching: set[str] = set()
        self.unsent: list[tuple[str, str]] = []  # (nonce, body) that are not decided
        self.flying: set[str] = set()  # nonces
        self.waiting: dict[str, tuple[dict[str, Any], Reply]] = {}
        self.ids = itertools.count(1)
        self.count = itertools.count(1)
        self.live = False
        self.away = 0.0  # seconds, as told by a server that goes
        self.link: ClientConnection | None = None
        self.out: asyncio.Queue[str] = asyncio.Queue()
        self.task = asyncio.create_task(self.run())

    # --- as a driver

    async def say(self, line: str) -> None:
        self.unsent.append((self.nonce(line), line))
        self.pump()

    async def over(self) -> bool:
        self.task.cancel()
        await asyncio.wait([self.task])
        return True

    def complaints(self) -> list[str]:
        return []

    # --- connections

    async def run(self) -> None:
        failures = 0
        while True:
            code = await self.once()
            failures = 0 if self.live else failures + 1
            self.live = False
            away = code is not None and 4500 <= code <= 4999
            if (away and self.fault != "comes back from 45xx") or self.fault == "never comes back":
                self.ended = f"closed with {code}"
                self.news()
                return
            if self.fault == "a tight loop":
                await asyncio.sleep(0.005)
            elif self.fault == "always the same wait":
                await asyncio.sleep(0.2)
            else:
                await asyncio.sleep(max(self.away, random.uniform(0, min(8, 0.1 * 2**failures))))
            self.away = 0.0

    async def once(self) -> int | None:
        url = self.words["AMONG_URL"]
        if self.fault == "a token in the address":
            url += f"?token={self.token}"
        try:
            async with connect(url, compression=None, ping_interval=None, close_timeout=0.2, proxy=None) as link:
                self.link = link
                if self.fault == "no pongs":
                    _deaf_to_pings(link)
                writer = asyncio.create_task(self.write(link))
                try:
                    while True:
                        self.frame(await self.receive(link))
                finally:
                    writer.cancel()
        except Over:
            return 4500
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else None
        except (OSError, InvalidHandshake):
            return None
        finally:
            self.cut()

    async def receive(self, link: ClientConnection) -> dict[str, Any]:
        pieces = []
        async for piece in link.recv_streaming():
            pieces.append(str(piece))
            if self.fault == "takes pieces for messages" and pieces[-1][-1:] != "}":
                raise Over
        frame: dict[str, Any] = json.loads("".join(pieces))
        return frame

    async def write(self, link: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                text = await self.out.get()
                await link.send(text.encode() if self.fault == "text in binary frames" else text)

    def cut(self) -> None:
        self.waiting.clear()
        self.fetching.clear()
        self.flying.clear()
        self.held.clear()
        self.out = asyncio.Queue()
        if self.fault == "gives up what was cut":
            self.unsent.clear()
        if self.fault == "another nonce after a cut":
            self.unsent = [(self.nonce(body), body) for _, body in self.unsent]

    def ask(self, command: dict[str, Any], reply: Reply) -> None:
        id = str(next(self.ids))
        if self.fault == "one id for all":
            id = "1"
        if self.fault == "long ids":
            id = id.zfill(65)
        self.waiting[id] = command, reply
        self.out.put_nowait(json.dumps({**command, "id": id}))

    def later(self, ms: int, command: dict[str, Any], reply: Reply) -> None:
        link = self.link
        wait = 0.0 if self.fault == "does not wait" else ms / 1000 + 0.01

        def again() -> None:
            if self.link is link:
                self.ask(command, reply)

        asyncio.get_running_loop().call_later(wait, again)

    # --- frames

    def frame(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind in ("ok", "refused"):
            if frame["id"] in self.waiting:
                self.reply(frame)
        elif kind == "hello":
            self.sign_in()
        elif kind == "session.synced":
            self.live = True
            if self.fault == "sends what is no command":
                self.ask({"type": "x.hello"}, lambda frame: None)
            self.pump()
        elif kind == "session.restarting":
            if self.fault != "does not hear when to come back":
                self.away = min(60, frame["come_back_ms"] / 1000)
        elif kind == "session.lagging":
            for log, head in frame["logs"].items() if self.fault != "does not hear that it lags" else ():
                self.want(log, head)
        elif "log" in frame and "seq" in frame:
            self.numbered(frame)
        elif self.fault == "unknown events are an error":
            raise Over

    def numbered(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        passed_over = (
            (self.fault == "does not know log.passed" and kind == "log.passed")
            or (self.fault == "does not know reaction.changed" and kind == "reaction.changed")
            or (self.fault == "strict about fields" and set(frame) - KNOWN)
            or (self.fault == "unknown entries do not count" and kind not in ("message.sent", "log.passed"))
        )
        if not passed_over:
            self.entry(frame)

    def reply(self, frame: dict[str, Any]) -> None:
        command, reply = self.waiting.pop(frame["id"])
        if frame["type"] == "refused" and frame["class"] == "wait" and command["type"] != "message.send":
            if self.fault != "never asks again":
                self.later(frame["retry_after_ms"], command, reply)
        else:
            reply(frame)

    def sign_in(self) -> None:
        command: dict[str, Any] = {"type": "session.sign_in"}
        if self.token and not (self.fault == "the password again" and not self.words["AMONG_TOKEN"]):
            command["token"] = self.token
        else:
            command |= {"handle": self.words["AMONG_HANDLE"], "password": self.words["AMONG_PASSWORD"]}
        self.ask(command, self.signed_in)

    def signed_in(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "refused":
            if self.fault != "a void token again":
                raise Over
            self.sign_in()
            return
        self.token = frame["result"].get("token") or self.token
        positions = dict(self.at)
        if self.fault == "names no positions":
            positions = {}
        if self.fault == "names one too few":
            positions = {log: max(0, at - 1) for log, at in positions.items()}
        self.ask({"type": "session.sync", "epoch": self.epoch, "positions": positions}, self.synced)

    def synced(self, frame: dict[str, Any]) -> None:
        result = frame["result"]
        if self.fault != "keeps its epoch" or not self.epoch:
            self.epoch = result["epoch"]
        for state in result["logs"]:
            log, head, status = state["log"], state.get("head", 0), state.get("status", "caught_up")
            if self.fault == "knows only rooms" and state.get("kind", "room") not in ("room", "account", "community"):
                continue
            if self.fault == "an unknown status is nothing" and status not in WORDS:
                continue
            if log not in self.at or (status == "reset" and self.fault != "does not forget"):
                self.at[log] = head
            elif status not in ("caught_up", "gone") and self.fault != "leaves gaps":
                self.want(log, head)
            elif self.fault == "leaves gaps":
                self.at[log] = max(self.at[log], head if status == "gap" else 0)

    # --- being whole

    def entry(self, entry: dict[str, Any]) -> None:
        log, seq = entry["log"], entry["seq"]
        if log not in self.at:
            return
        in_replay = self.fault == "does not know from in a replay" and not self.live
        first = seq if in_replay or self.fault == "does not know from" else entry.get("from", seq)
        if self.fault == "shows what it has" and entry["type"] == "message.sent":
            self.show(entry)
            self.at[log] = max(seq, self.at[log])
        elif seq <= self.at[log]:
            pass
        elif first <= self.at[log] + 1 or self.fault == "shows beyond holes":
            self.at[log] = seq
            if entry["type"] == "message.sent":
                self.show(entry)
            held = self.held.pop(log, [])
            for one in sorted(held, key=lambda one: int(one["seq"])):
                self.entry(one)
        else:
            self.held.setdefault(log, []).append(entry)
            self.want(log, first - 1)

    def show(self, entry: dict[str, Any]) -> None:
        self.printed.append(json.dumps({"log": entry["log"], "seq": entry["seq"], "body": entry["body"]}))
        self.news()

    def want(self, log: str, until: int) -> None:
        self.wanted[log] = max(until, self.wanted.get(log, 0))
        if log in self.at and log not in self.fetching and self.at[log] < self.wanted[log]:
            self.fetching.add(log)
            command = {"type": "log.entries", "log": log, "after": self.at[log], "until": self.wanted[log]}
            self.ask(command, lambda frame: self.page(log, frame))

    def page(self, log: str, frame: dict[str, Any]) -> None:
        self.fetching.discard(log)
        if self.fault != "does not look at the floor":
            self.at[log] = max(self.at[log], frame.get("result", {}).get("floor", 0))
        for entry in frame.get("result", {}).get("entries", []):
            self.entry(entry)
        if self.fault == "one page is enough":
            self.at[log] = max(self.at[log], self.wanted[log])
            held = self.held.pop(log, [])
            for one in held:
                self.entry(one)
        self.want(log, 0)

    # --- writing

    def nonce(self, body: str) -> str:
        if self.fault == "nonces made of words":
            return str(abs(hash(body)))
        if self.fault == "nonces that are counted":
            return f"n{next(self.count)}"
        if self.fault == "one nonce for all":
            return "n"
        return f"{random.getrandbits(80):x}"

    def pump(self) -> None:
        if self.live:
            for nonce, body in self.unsent:
                if nonce not in self.flying or self.fault == "one nonce for all":
                    self.send(nonce, body)

    def send(self, nonce: str, body: str) -> None:
        self.flying.add(nonce)
        command = {"type": "message.send", "room": self.room, "nonce": nonce, "body": body}
        self.ask(command, lambda frame: self.said(command, frame))

    def said(self, command: dict[str, Any], frame: dict[str, Any]) -> None:
        nonce, body = command["nonce"], command["body"]
        again = self.fault == "an unknown class is wait" and frame.get("class") not in CLASSES
        again = again or (self.fault == "a refusal is a challenge" and frame.get("class") in ("fix", "auth", "gone"))
        if frame["type"] == "ok":
            self.unsent = [one for one in self.unsent if one != (nonce, body)]
            if self.fault == "replies move the position":
                self.at[self.room] = max(self.at[self.room], frame["result"]["entry"]["seq"])
            return
        if frame["class"] == "wait" or again:
            if self.fault == "never asks again":
                return
            if self.fault == "another nonce after waiting":
                self.unsent = [one for one in self.unsent if one != (nonce, body)]
                nonce = self.nonce(body)
                self.unsent.append((nonce, body))
                command = {**command, "nonce": nonce}
            self.later(frame.get("retry_after_ms", 100), command, lambda frame: self.said(command, frame))
        else:
            self.unsent = [one for one in self.unsent if one != (nonce, body)]


def _deaf_to_pings(link: ClientConnection) -> None:
    send = link.protocol.send_frame

    def without_pongs(frame: Frame) -> None:
        if frame.opcode is not Opcode.PONG:
            send(frame)

    link.protocol.send_frame = without_pongs  # type: ignore[method-assign]  # a broken client is meant


def small(fault: str = "") -> Start:
    async def start(words: Mapping[str, str]) -> Driver:
        return Small(words, fault)

    return start


FAULTS: dict[str, tuple[str, ...]] = {  # rule -> what breaks it
    "connection.text_and_binary": ("text in binary frames",),
    "connection.ping": ("no pongs",),
    "connection.no_token_in_url": ("a token in the address",),
    "connection.fragments": ("takes pieces for messages",),
    "frames.id": ("one id for all", "long ids"),
    "frames.commands": ("sends what is no command",),
    "frames.unknown_fields": ("strict about fields",),
    "frames.unknown_events": ("unknown entries do not count", "unknown events are an error"),
    "frames.unknown_words": ("knows only rooms", "an unknown status is nothing", "an unknown class is wait"),
    "refusals.wait": ("does not wait", "never asks again", "another nonce after waiting"),
    "refusals.fix": ("a refusal is a challenge",),
    "signing_in.token": ("the password again",),
    "signing_in.token_invalid": ("a void token again",),
    "nonces.again": ("gives up what was cut", "another nonce after a cut"),
    "nonces.fresh": ("nonces made of words", "nonces that are counted", "one nonce for all"),
    "logs.whole": ("shows what it has", "does not know from"),
    "logs.hole": ("shows beyond holes", "one page is enough"),
    "logs.reply_no_position": ("replies move the position",),
    "sync.names_positions": ("names no positions", "names one too few"),
    "sync.backfills": ("leaves gaps",),
    "sync.forgets": ("does not forget", "keeps its epoch"),
    "lagging.catches_up": ("does not hear that it lags",),
    "retention.goes_on": ("does not know from in a replay", "does not look at the floor"),
    "interest.passed": ("does not know log.passed",),
    "reactions.moves": ("does not know reaction.changed",),
    "closing.come_back": ("never comes back", "a tight loop", "always the same wait"),
    "closing.no_sooner": ("does not hear when to come back",),
    "closing.stay_away": ("comes back from 45xx",),
}
