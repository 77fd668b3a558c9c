"""How long is rested between the pieces of what can wait."""

import pytest

from among_server.store.pace import RATE, REST, Pace


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
