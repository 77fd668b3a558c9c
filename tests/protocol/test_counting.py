"""What is unread in rooms, from the counts of a server and from what one hears, in whatever order they come."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_protocol import counting
from among_protocol.counting import Counting, Heard
from among_protocol.logs import LogState
from among_protocol.markers import Marker, moved


def marker(read: int, unread: int, mentions: int = 0, *, as_of: int = 0) -> Marker:
    return Marker(room="r1", read=read, unread=unread, mentions=mentions, as_of=as_of)


def said(seq: int, **more: Any) -> Heard:
    return Heard("r1", seq, unread=True, **more)


def shown(*happened: Marker | Heard, head: int = 0) -> tuple[int, int, int]:
    """A room in which nothing was said up to `head`, after all this."""
    room, all_rooms = LogState(log="r1", head=head, read=head), Counting()
    all_rooms.stated([room])
    for one in happened:
        if isinstance(one, Heard):
            all_rooms.heard(room, one)
        else:
            all_rooms.told(room, moved(one))
    return room.read, room.unread, room.mentions


def test_whatever_overtakes_what_the_end_is_the_same():
    """Entries come in their order, and counts in theirs; one may come before or after the other."""
    entries = [
        said(1),
        said(2, mentions=True),
        Heard("r1", 3, mentions=True),
        Heard("r1", 4, mine=True),
        said(5),
        said(6),
    ]
    counts = [marker(1, 1, 1, as_of=2), marker(1, 1, 2, as_of=3), marker(5, 0, 0, as_of=5)]
    for places in itertools.combinations(range(len(entries) + len(counts)), len(counts)):
        left, right = iter(counts), iter(entries)
        told = [next(left) if at in places else next(right) for at in range(len(entries) + len(counts))]
        assert shown(*told) == (5, 1, 0), told


def test_an_older_count_says_nothing():
    assert shown(said(11), marker(11, 0, as_of=11), marker(0, 9, as_of=9), head=10) == (11, 0, 0)
    assert shown(marker(3, 7, as_of=9), head=10) == (10, 0, 0), "older than the sync"


def test_of_two_counts_of_one_moment_the_later_counts():
    assert shown(said(1), marker(1, 0, as_of=1), marker(0, 1, as_of=1)) == (0, 1, 0)


def test_in_an_empty_room_nothing_is_counted():
    assert shown(said(1), marker(0, 0, as_of=0)) == (0, 1, 0)


def test_a_server_that_does_not_say_has_counted_what_was_heard():
    assert shown(said(1), said(2), marker(1, 1), said(3)) == (1, 2, 0)
    assert shown(said(11), marker(0, 11), said(12), head=10) == (0, 12, 0)


def test_no_more_is_unread_than_is_kept():
    trimmed = Heard("r1", 4, left=1)
    assert shown(said(1), said(2), said(3), trimmed) == (0, 1, 0)
    assert shown(said(1), said(2), said(3), trimmed, marker(0, 3, as_of=3)) == (0, 1, 0)
    assert shown(said(1), said(2), said(3), marker(0, 1, as_of=4), trimmed, said(5)) == (0, 2, 0)


def test_rooms_are_counted_apart_and_forgotten():
    one, other, all_rooms = LogState(log="r1"), LogState(log="r2"), Counting()
    all_rooms.heard(one, said(1))
    all_rooms.heard(other, Heard("r2", 1, unread=True))
    all_rooms.told(one, marker(0, 0, as_of=0))
    assert (one.unread, other.unread) == (1, 1)
    all_rooms.forget("r1")
    again = LogState(log="r1")
    all_rooms.begins(again, "r1", 1)
    assert (again.read, again.unread) == (1, 0)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(counting, "RECENT", 3)
    assert shown(*map(said, range(1, 9)), marker(0, 1, as_of=1)) == (0, 4, 0), "the last three, and what was counted"


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), max_size=12), st.data())
def test_counts_that_come_late_or_early_end_as_the_last_one_and_what_follows_it(story, data):
    """Each step is an entry (said by me, mentioning me); and a count may be made after it, which comes some entries later."""
    told: list[tuple[float, Marker | Heard]] = []
    read, unread, mentions = 0, 0, 0
    late = 0.0
    for seq, (mine, mention, counts) in enumerate(story, 1):
        told.append((seq, said(seq, mine=mine, mentions=mention)))
        read, unread, mentions = (seq, 0, 0) if mine else (read, unread + 1, mentions + mention)
        if not counts:
            late = max(late, seq + data.draw(st.sampled_from((-2.5, 0.5, 2.5))))  # counts keep their own order
            told.append((late, marker(read, unread, mentions, as_of=seq)))
    assert shown(*(one for _, one in sorted(told, key=lambda pair: pair[0]))) == (read, unread, mentions)
