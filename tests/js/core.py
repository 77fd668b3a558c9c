"""The core of the JavaScript client behind the interface of the Python one, so that both are held to the same tests.

A process of Node runs it; each call is a line to it and a line back. What a test reads of the client (its state, what is
due, the numbers of its logs) is as of the last call."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import msgspec

from among_protocol.asking import Ask, refuse_of
from among_protocol.base import Budget, Command, Refused
from among_protocol.happenings import (
    Card,
    Closed,
    ConnectionLost,
    Down,
    Happening,
    Opened,
    Overfull,
    Positions,
    Reset,
    Stopped,
    Up,
    Withdrawn,
)
from among_protocol.signing import Credentials
from among_protocol.wire import JSON, Encoding

from .node import environment, path

OWN = {"opened": Opened, "closed": Closed, "reset": Reset, "card": Card, "up": Up}
ERRORS = {"client.connection_lost": ConnectionLost, "client.withdrawn": Withdrawn, "client.overfull": Overfull}


class Bridge:
    """The process; one core at a time lives in it."""

    def __init__(self) -> None:
        found = path()
        assert found is not None
        script = Path(__file__).with_name("bridge.mjs")
        self._process = subprocess.Popen(
            [str(found), str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
        )

    def call(self, name: str, *given: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([name, *given]).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the core has ended: see its traceback above"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


class Client:
    """As among_protocol.client.Client, for whatever the tests of that ask it."""

    bridge: Bridge  # set by whoever starts one

    def __init__(
        self,
        credentials: Credentials,
        *,
        encoding: Encoding = JSON,
        positions: Positions | None = None,
        from_start: bool = False,
        rng: Random | None = None,
    ) -> None:
        del encoding  # it knows JSON alone
        self.encoding = JSON
        self._now: dict[str, Any] = {}
        self._asks: dict[int, Ask] = {}
        given = {name: value for name, value in msgspec.structs.asdict(credentials).items() if value}
        names = {"sign_up": "signUp", "display_name": "displayName"}
        options = {names.get(name, name): value for name, value in given.items()} | {"fromStart": from_start}
        if positions is not None:
            options["positions"] = msgspec.to_builtins(positions)
        self._call("make", options, (rng or Random(1)).uniform(0, 1))

    # --- what is known

    state = property(lambda self: self._now["state"])
    doomed = property(lambda self: self._now["doomed"])
    asking = property(lambda self: self._now["asking"])
    urgent = property(lambda self: self._now["urgent"])
    retry_at = property(lambda self: self._now["retry_at"])
    hello = property(lambda self: self._now["hello"])

    @property
    def budget(self) -> Budget | None:
        return msgspec.convert(self._now["budget"], Budget | None)

    @property
    def error(self) -> Exception | None:
        return _error(self._now["error"])

    @property
    def signing(self) -> SimpleNamespace:
        kept = {name: self._now["credentials"].get(name, "") for name in ("token", "device", "password")}
        return SimpleNamespace(credentials=msgspec.convert(kept, Credentials))

    @property
    def whole(self) -> SimpleNamespace:
        logs = {id: SimpleNamespace(**log | {"held": range(log["held"])}) for id, log in self._now["logs"].items()}
        positions = Positions(self._now["epoch"], {id: log.at for id, log in logs.items() if log.open})
        return SimpleNamespace(logs=logs, positions=positions, account=self._now["account"])

    # --- what is called

    def connected(self, now: float) -> None:
        self._call("connected", _ms(now))

    def received(self, data: bytes, now: float) -> list[Happening]:
        return [_happening(one) for one in self._call("received", data.decode("utf-8", "replace"), _ms(now))]

    def lost(self, code: int, now: float, reason: str = "") -> list[Happening]:
        return [_happening(one) for one in self._call("lost", code, _ms(now), reason)]

    def tick(self, now: float) -> None:
        self._call("tick", _ms(now))

    def wake(self) -> float | None:
        wake: float | None = self._now["wake"]
        return wake

    def outgoing(self) -> list[bytes]:
        return [frame.encode() for frame in self._call("outgoing")]

    def pause(self) -> None:
        self._call("pause")

    def resume(self, now: float) -> None:
        self._call("resume", _ms(now))

    def ask(self, command: Command, now: float, watch: Callable[[Ask], None] | None = None) -> Ask:
        fields = msgspec.to_builtins(command)
        fields.pop("id")
        number, nonce = self._call("ask", fields, _ms(now))
        if nonce:
            command = msgspec.structs.replace(command, nonce=nonce)
        self._asks[number] = Ask(command, number, watch)
        return self._asks[number]

    def withdraw(self, ask: Ask, now: float) -> None:
        self._call("withdraw", ask.number, _ms(now))

    def _call(self, name: str, *given: Any) -> Any:
        answer = self.bridge.call(name, *given)
        self._now = answer.get("now", self._now)
        for number, state, result, error in answer["changes"]:
            if number not in self._asks:
                continue  # what was refused at once is thrown below
            ask = self._asks[number]
            if state == "sent":
                ask.result = JSON.decode_result(ask.command.Reply, json.dumps(result).encode())
            ask.error = _error(error)
            ask.become(state)
        thrown = _error(answer["thrown"])
        if thrown is not None:
            raise thrown
        return answer["returned"]


def _ms(now: float) -> int:
    return round(now * 1000)


def _happening(told: dict[str, Any]) -> Happening:
    kind = told["type"]
    if kind == "down":
        retry_in = told["retryIn"]
        return Down(code=told["code"], reason=told["reason"], retry_in=None if retry_in is None else retry_in / 1000)
    if kind in OWN:
        own: Happening = msgspec.convert({name: value for name, value in told.items() if name != "type"}, OWN[kind])
        return own
    event = JSON.decode_server(json.dumps(told).encode()).event
    assert event is not None
    return event  # type: ignore[return-value]  # a client tells no hello and no lagging


def _error(thrown: dict[str, Any] | None) -> Exception | None:
    if thrown is None:
        return None
    code, message = thrown.get("code", ""), thrown["message"]
    if code in ERRORS:
        return ERRORS[code](message)
    if code == "client.stopped":
        return Stopped(thrown["closeCode"], message)
    if not code:
        return {"TypeError": TypeError}.get(thrown["name"], RuntimeError)(message)
    kind, field, again = thrown["class"], thrown["field"], thrown["retryAfterMs"]
    return refuse_of(Refused(id=None, code=code, kind=kind, message=message, field=field, retry_after_ms=again))
