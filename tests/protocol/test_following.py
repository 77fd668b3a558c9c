"""The threads that one follows, as a client knows them."""

from among_protocol.following import Following
from among_protocol.messages import MessageSent
from among_protocol.threads import ThreadState, changed

STATE = ThreadState(room="hall", thread=1, following=True, head=9, read=8, unread=1, mentions=1, as_of=9, level="all")


def test_an_answer_says_all_that_other_devices_are_told():
    mine, other = Following(), Following()
    mine.answered(STATE, part=True)
    other.changed(changed(STATE, part=True))
    assert mine == other == {("hall", 1): STATE}


def test_a_thread_that_one_asked_for_since_one_came_back_to_its_room_stays_when_one_learns_that_one_had_left():
    mine = Following()
    mine.answered(STATE, part=True, since=7)
    mine.ended(["hall"], by=6)
    assert list(mine) == [("hall", 1)]
    mine.ended(["hall"], by=8)
    assert not mine


def test_what_one_asked_about_oneself_stays_when_its_room_is_trimmed_before_its_newest_message():
    mine = Following()
    mine.answered(STATE)
    mine.trimmed("hall", 8)
    assert list(mine) == [("hall", 1)]
    mine.trimmed("hall", 9)
    assert not mine


def said(seq: int, by: str = "m-ann") -> MessageSent:
    return MessageSent(log="hall", seq=seq, at="", by=by, body="hello", thread=1)


def test_what_was_said_before_one_unfollowed_makes_nobody_follow_anew():
    """A device that paused hears of the one first, and fetches the other later."""
    mine = Following()
    mine.changed(changed(ThreadState(room="hall", thread=1, following=False, as_of=3)))
    mine.said(said(3), "m-ann", mentioned=False)
    assert not mine
    mine.said(said(4), "m-ann", mentioned=False)
    assert [one.read for one in mine.values()] == [4]


def test_what_was_said_since_one_is_in_the_room_again_holds_though_it_came_before_one_had_left():
    """For a device that paused: the room comes live, and the account's own log is fetched later."""
    mine = Following()
    for seq, by in ((2, "m-ann"), (4, "m-ann"), (6, "m-bob")):
        mine.said(said(seq, by), "m-ann", mentioned=False)
    mine.ended(["hall"])
    mine.begins("hall", 3)
    assert [(one.read, one.unread) for one in mine.values()] == [(4, 1)]
    mine.ended(["hall"])
    mine.begins("hall", 6)
    assert not mine
