"""What the writer waits for before a batch: nothing where nobody waits, a rest where some do, who comes back in a crowd."""

import pytest

from among_server.store.sqlite import gathering
from among_server.store.sqlite.gathering import Gathering


class Clock:
    """Of a thread that works for a part of the time, and of what comes while it sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.core = self.slept = 0.0
        self.waiting: list[int] = []
        self.comes = 0  # commands in each millisecond of sleep
        monkeypatch.setattr(gathering, "monotonic", lambda: self.now)
        monkeypatch.setattr(gathering, "thread_time", lambda: self.core)
        monkeypatch.setattr(gathering, "sleep", self.sleep)
        self.gathering = Gathering(self.waiting)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds
        self.waiting += range(round(self.comes * seconds * 1000))

    def batch(self, commands: int, *, takes: float, works: float, meanwhile: int = 0) -> float:
        """One batch; how long was waited before it."""
        self.slept = 0.0
        self.gathering.wait()
        self.waiting.clear()
        self.gathering.begins()
        self.now += takes
        self.core += works
        self.waiting += range(meanwhile)
        assert self.gathering.ends(commands) == pytest.approx(takes)
        return self.slept


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_who_writes_alone_never_waits(clock: Clock):
    assert [clock.batch(1, takes=0.002, works=0.001) for _ in range(5)] == [0.0] * 5


def test_where_some_wait_already_the_writer_rests_as_long_as_it_worked(clock: Clock):
    clock.batch(1, takes=0.004, works=0.001, meanwhile=2)
    assert clock.batch(2, takes=0.004, works=0.0015) == pytest.approx(0.001)
    assert clock.batch(1, takes=0.004, works=0.001) == 0.0, "nobody waited when the last one ended"


def test_however_long_it_worked_it_rests_for_milliseconds(clock: Clock):
    clock.batch(3, takes=0.4, works=0.3, meanwhile=1)
    assert clock.batch(1, takes=0.001, works=0.001) == gathering.LONGEST


def test_a_crowd_is_waited_for_until_most_of_it_is_back(clock: Clock):
    clock.batch(100, takes=0.008, works=0.004, meanwhile=10)
    clock.comes = 60
    assert 0.001 < clock.batch(75, takes=0.008, works=0.004, meanwhile=5) < 0.002


def test_a_crowd_that_does_not_come_back_holds_nobody_up(clock: Clock):
    clock.batch(100, takes=0.004, works=0.004, meanwhile=10)
    waited = clock.batch(10, takes=0.004, works=0.004)
    assert gathering.PATIENCE * 0.004 <= waited < gathering.PATIENCE * 0.004 + 2 * gathering.GLANCE
