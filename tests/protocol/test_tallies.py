"""How a message is reacted to, as one device knows it: what was read and what comes live may overtake each other."""

from itertools import permutations

import pytest

from among_protocol.messages import Message
from among_protocol.reactions import Reaction, ReactionAdded, ReactionRemoved
from among_protocol.tallies import Tallies

HEART, UP = "❤️", "👍"
ME = "m_me"


def read(*reactions: Reaction) -> Message:
    return Message(seq=1, at="", by="m_ann", rev=1, body="hi", reactions=list(reactions))


def added(seq: int, count: int, by: str = "m_bob", emoji: str = HEART) -> ReactionAdded:
    return ReactionAdded(log="r_1", seq=seq, at="", by=by, rev=1, message=1, emoji=emoji, author="m_ann", count=count)


def removed(seq: int, count: int, by: str = "m_bob") -> ReactionRemoved:
    return ReactionRemoved(log="r_1", seq=seq, at="", by=by, rev=1, message=1, emoji=HEART, count=count)


Step = tuple[list[Reaction], int] | ReactionAdded | ReactionRemoved


def known(*steps: Step) -> list[Reaction] | None:
    tallies = Tallies()
    tallies.shown("r_1", [read()], 1)
    for step in steps:
        if isinstance(step, tuple):
            tallies.shown("r_1", [read(*step[0])], step[1])
        else:
            tallies.apply(step, lambda _: ME)
    return tallies.of("r_1", 1)


def heart(count: int, *, mine: bool = False) -> Reaction:
    return Reaction(emoji=HEART, count=count, mine=mine)


def test_a_reaction_that_overtakes_an_older_page_stays():
    page = ([heart(1)], 2)
    assert known(added(2, 1), added(3, 2), page) == [heart(2)]
    assert known(added(2, 1), page, added(3, 2)) == [heart(2)]
    assert known(added(2, 1), removed(3, 0), page) == []


def test_my_own_that_overtakes_a_page_is_mine_whoever_reacts_after_it():
    page = ([heart(1)], 2)
    assert known(added(2, 1), added(3, 2, ME), added(4, 3), page) == [heart(3, mine=True)]
    assert known(added(2, 1, ME), removed(3, 0, ME), added(4, 1), ([heart(1, mine=True)], 2)) == [heart(1)]


def test_what_a_page_says_of_mine_holds_over_what_was_told_before_it():
    """As of number 3 I had taken it back, on another device; number 4 is somebody else's."""
    assert known(added(2, 1, ME), added(4, 1), ([], 3)) == [heart(1)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_pages_in_any_order_tell_the_same(order: tuple[int, ...]):
    pages: list[Step] = [([heart(1)], 2), ([heart(2)], 3), ([heart(2), Reaction(emoji=UP, count=1)], 4)]
    assert known(added(2, 1), added(3, 2), added(4, 1, emoji=UP), *(pages[at] for at in order)) == [
        heart(2),
        Reaction(emoji=UP, count=1),
    ]
