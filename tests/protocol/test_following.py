"""The threads that one follows, as a client knows them."""

from among_protocol.following import Following
from among_protocol.threads import ThreadState, changed

STATE = ThreadState(room="hall", thread=1, following=True, head=9, read=8, unread=1, mentions=1, as_of=9, level="all")


def test_an_answer_says_all_that_other_devices_are_told():
    mine, other = Following(), Following()
    mine.answered(STATE, part=True)
    other.changed(changed(STATE, part=True))
    assert mine == other == {("hall", 1): STATE}


def test_what_one_asked_about_oneself_stays_when_its_room_is_trimmed_before_its_newest_message():
    mine = Following()
    mine.answered(STATE)
    mine.trimmed("hall", 8)
    assert list(mine) == [("hall", 1)]
    mine.trimmed("hall", 9)
    assert not mine
