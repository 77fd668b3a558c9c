"""The threads that one follows, as the client knows them by what it asked itself."""

from among_protocol.following import Following
from among_protocol.threads import ThreadState


def test_what_was_answered_says_how_far_a_thread_goes_so_that_it_outlives_its_root():
    mine = Following()
    mine.answered(ThreadState(room="r1", thread=1, following=True, head=9, read=9, as_of=9))
    assert mine["r1", 1].head == 9
    mine.trimmed("r1", 5)
    assert ("r1", 1) in mine
    mine.trimmed("r1", 9)
    assert ("r1", 1) not in mine
