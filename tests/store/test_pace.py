"""How long is rested between the pieces of what can wait, and who does them."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import Any

import pytest

from among_server.store import pace as pacing
from among_server.store.pace import PATIENCE, RATE, REST, SHARE, Aside, Pace, Turns, starves
from among_server.store.sqlite.backup import _checked


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.rested: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.rested.append(seconds)
        self.now += seconds

    def works(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock=clock, sleep=clock.sleep)


def test_a_slow_piece_is_followed_by_a_long_rest(clock: Clock, pace: Pace):
    for took in (1.0, 0.25):
        clock.works(took)
        pace.rest(1)
    assert clock.rested == [1.0 * REST, 0.25 * REST]


def test_a_fast_disk_is_written_to_no_faster_than_any_takes(clock: Clock, pace: Pace):
    begun = clock.now
    for _ in range(10):
        clock.works(0.001)
        pace.rest(int(RATE) // 10)
    assert clock.now - begun == pytest.approx(1.0)


def test_what_came_before_counts_for_no_piece(clock: Clock, pace: Pace):
    clock.works(60)
    pace.begin()
    pace.rest()
    assert clock.rested == [0.0]


def test_who_is_in_a_hurry_does_not_rest(clock: Clock):
    pace = Pace(fast=True, clock=clock, sleep=clock.sleep)
    clock.works(60)
    pace.rest(1 << 30)
    assert clock.rested == []


# --- who does them


@pytest.mark.parametrize(
    ("ran", "waited", "done_for"),
    [
        (0.0, PATIENCE, False),  # a moment in which all cores were busy
        (0.0, PATIENCE + 1, True),
        (1.0, PATIENCE + SHARE, False),
        (1.0, PATIENCE + SHARE + 1, True),
        (300.0, PATIENCE + 3_000, False),  # a long backup beside a busy server: it gets on
    ],
)
def test_who_gives_way_starves_when_it_waits_many_times_what_it_runs(ran: float, waited: float, done_for: bool):
    assert starves(Turns(ran, waited)) == done_for


class Machine:
    """Whose cores are busy with others, or not."""

    def __init__(self) -> None:
        self.waited = 0.0

    def turns(self, thread: int) -> Turns:
        return Turns(1.0, self.waited)


@pytest.fixture
def gave_way(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The threads that did."""
    threads: list[str] = []
    monkeypatch.setattr(pacing, "give_way", lambda: threads.append(current_thread().name))
    yield threads
    assert current_thread().name not in threads


def who() -> str:
    return current_thread().name


def test_pieces_are_done_by_a_thread_that_gives_way_until_it_starves(gave_way: list[str]):
    machine = Machine()
    pace = Pace(fast=True, aside=Aside(machine.turns))
    assert [pace.do(who), pace.do(who)] == gave_way * 2
    machine.waited = PATIENCE + SHARE + 1
    assert pace.do(who) in gave_way, "nobody knew before"
    assert pace.do(who) == who()
    machine.waited = 0
    assert pace.do(who) == who(), "and so it stays"


def test_what_is_one_long_piece_is_stopped_when_it_starves_and_begun_anew(gave_way: list[str]):
    machine = Machine()
    pace = Pace(fast=True, aside=Aside(machine.turns))
    begun: list[str] = []
    with sqlite3.connect(":memory:", check_same_thread=False) as db:
        db.execute(
            "CREATE TABLE words AS WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i+1 FROM n LIMIT 20000) SELECT * FROM n"
        )

        def check(stop) -> str | None:
            begun.append(who())
            machine.waited = PATIENCE + SHARE + 1
            return _checked(db, stop)

        assert pace.do_all(check) == "ok"
        assert begun[:1] == gave_way
        assert pace.do_all(check) == "ok"
        assert len(begun) == 3
        assert not {*gave_way, who()} & set(begun[1:]), "a thread as any other, and not the one that hears the signals"


class Called(BaseException):
    """What a signal raises."""


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Send the main thread a signal, once it waits for what is done elsewhere."""
    waits = Event()

    def told(*given: Any) -> Any:
        waits.set()
        return wait(*given)

    def called(*_: object) -> None:
        raise Called

    def send() -> None:
        if current_thread() is not main_thread():
            waits.wait()
        os.kill(os.getpid(), signal.SIGUSR1)

    monkeypatch.setattr(pacing, "wait", told)

    before = signal.signal(signal.SIGUSR1, called)
    yield send
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("beside", [True, False])
def test_a_signal_ends_what_is_long(gave_way: list[str], call: Callable[[], None], beside: bool):
    pace = Pace(fast=True, aside=Aside(Machine().turns) if beside else None)

    def endless(stop: Callable[[], bool]) -> str | None:
        call()
        while not stop():
            pass
        return None

    with pytest.raises(Called):
        pace.do_all(endless)
    assert len(gave_way) == beside


def test_a_signal_is_not_lost_in_a_check(gave_way: list[str], call: Callable[[], None]):
    """SQLite keeps to itself what is raised where it calls."""
    calls = [call]
    with sqlite3.connect(":memory:", check_same_thread=False) as db:
        db.execute(
            "CREATE TABLE words AS WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i+1 FROM n LIMIT 20000) SELECT * FROM n"
        )

        def check(stop: Callable[[], bool]) -> str | None:
            def asked() -> bool:
                if calls:
                    calls.pop()()
                return stop()

            return _checked(db, asked)

        with pytest.raises(Called):
            Pace(fast=True).do_all(check)
    assert not gave_way


def test_what_fails_aside_fails_for_who_asked(gave_way: list[str]):
    with pytest.raises(OSError, match="disk"):
        Pace(aside=Aside(Machine().turns)).do(lambda: (_ for _ in ()).throw(OSError("the disk")))
    assert gave_way


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="this system does not tell")
def test_the_system_says_what_a_thread_has_had():
    aside = Aside()
    aside.do(lambda: sum(range(200_000)))
    assert pacing.turns_of(aside._thread).ran > 0
