"""Whether the time of an answer tells what the answer doesn't: a known handle, or a room that one may not see."""

import itertools
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import msgspec
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from among_protocol.wire import JSON

from .drive import BenchError, among
from .rows import Bench, Row, median

GAP = 0.03  # between the medians, where who asks can guess: handles
WIDE = 0.10  # where nobody can: ids are of 80 random bits; finding a row and making it an object takes ten microseconds
CHANCE = 0.01  # below which the two distributions are not the same one
GUESSES = 100  # on one connection: a guest may send 200 frames
TRIES = 8  # wrong passwords at one handle, fewer than make it wait
PASSWORD = "correct horse battery"


class Asker(ExitStack):
    """One connection that asks one thing after the other, and takes the time."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port
        self._connect()

    def _connect(self) -> None:
        self._left = GUESSES
        self.link = self.enter_context(
            connect(
                f"ws://127.0.0.1:{self._port}/v1",
                subprotocols=[Subprotocol(JSON.subprotocol)],
                compression=None,
                proxy=None,
            )
        )
        self.link.recv()  # hello

    def ask(self, type: str, **fields: Any) -> tuple[dict[str, Any], float]:
        """The reply, and the milliseconds until it came."""
        frame = msgspec.json.encode({"type": type, "id": "1", **fields})
        begun = time.perf_counter()
        self.link.send(frame, text=True)
        data = self.link.recv()
        took = (time.perf_counter() - begun) * 1000
        reply: dict[str, Any] = msgspec.json.decode(data)
        return reply, took

    def guess(self, handle: str) -> tuple[dict[str, Any], float]:
        """A wrong password. A guest may ask only so much, so that another connection takes over now and then."""
        if not self._left:
            self.close()
            self._connect()
        self._left -= 1
        return self.ask("session.sign_in", handle=handle, password="wrong horse battery")


def same(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely two samples of one distribution differ as much as these (Kolmogorov and Smirnov, two sides)."""
    both = sorted({*one, *other})
    apart = max(abs(_below(one, at) - _below(other, at)) for at in both)
    size = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    scaled = (size + 0.12 + 0.11 / size) * apart
    if scaled < 0.2:
        return 1.0
    total = math.fsum((1 if k % 2 else -1) * math.exp(-2 * k * k * scaled * scaled) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * total))


def _below(values: Sequence[float], at: float) -> float:
    return sum(value <= at for value in values) / len(values)


def compare(
    name: str, count: int, gap: float, there: Callable[[], tuple[Any, float]], absent: Callable[[], tuple[Any, float]]
) -> Row:
    """Both asked so often, shuffled; refused alike, or there is nothing to measure. Raises BenchError."""
    turns = [True, False] * count
    random.Random(5).shuffle(turns)
    times: dict[bool, list[float]] = {True: [], False: []}
    replies: set[bytes] = set()
    for turn in turns:
        reply, took = there() if turn else absent()
        replies.add(msgspec.json.encode(reply))
        times[turn].append(took)
    if len(replies) != 1:
        raise BenchError(f"{name}: the answers themselves differ: {replies}")
    chance = same(times[True], times[False])
    row = Row(
        name=name,
        value=median(times[True]),
        unit="ms",
        baseline=median(times[False]),
        against="the same of what is not there",
        at_least=1 - gap,
        at_most=1 + gap,
        note=f"{count} of each, shuffled; the same distribution with p = {chance:.2f} (KS)",
        runs=[median(times[True])],
        baseline_runs=[median(times[False])],
    ).judge()
    row.holds = bool(row.holds) or chance > CHANCE
    return row


def _word(number: int) -> str:
    """In letters that don't look like one another."""
    return "".join("acdefghkpq"[int(digit)] for digit in f"{number:03}")


def alike(bench: Bench) -> Iterator[Row]:
    """Unknown against known handles at signing in; what is forbidden against what is not there."""
    world = bench.town()
    few, many = bench.size((300, 1500), quick=(60, 300), smoke=(4, 4))
    with (
        among(world.folder, {"AMONG_SIGN_UP": "open"}) as server,
        Asker(server.port) as guest,
        Asker(server.port) as stranger,
    ):
        bench.say("unknown and known handles")
        run = f"{random.SystemRandom().randrange(10**6):06}"
        signed, _ = stranger.ask("session.sign_up", handle=f"stranger{run}", password=PASSWORD)
        if signed["type"] != "ok":
            raise BenchError(f"could not sign up: {signed}")
        known, unknown = [], []  # many: at each a few wrong passwords are let through
        for number in range(math.ceil(few / TRIES)):
            known.append(f"stranger{run}x{_word(number)}")
            unknown.append(f"nobodyto{run}x{_word(number)}")
            with Asker(server.port) as one:
                signed, _ = one.ask("session.sign_up", handle=known[-1], password=PASSWORD)
            if signed["type"] != "ok":
                raise BenchError(f"could not sign up: {signed}")
        guesses = {True: itertools.cycle(known), False: itertools.cycle(unknown)}
        yield compare(
            "wrong password for a handle that there is",
            few,
            GAP,
            lambda: guest.guess(next(guesses[True])),
            lambda: guest.guess(next(guesses[False])),
        )
        bench.say("what is forbidden and what is not there")
        nowhere = f"r_{'a' * 16}"
        asked: dict[str, tuple[str, dict[str, Any], str, str]] = {
            "a room that one may not see": ("message.page", {}, "room", world.hall[0]),
            "an account's log that is not one's own": ("log.entries", {"after": 0}, "log", world.accounts[0]),
            "a community that one is not in": ("community.read", {}, "community", world.community),
        }
        for name, (type, fields, field, id) in asked.items():
            yield compare(
                name,
                many,
                WIDE,
                partial(stranger.ask, type, **fields, **{field: id}),
                partial(stranger.ask, type, **fields, **{field: nowhere}),
            )
