"""The oracle is silent about a right history and speaks about every wrong one: else it proves nothing."""

import random
from typing import Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from .histories import make
from .history import Attempt, Entry, Heard, History, Notice
from .lies import LIES, Lie
from .oracle import check, report
from .shown import Change, Page, Step

SEEDS = st.integers(0, 2**32)


@given(seed=SEEDS, clients=st.integers(1, 5), rooms=st.integers(1, 4), steps=st.integers(0, 300))
def test_a_right_history_is_clean(seed: int, clients: int, rooms: int, steps: int):
    found = check(make(random.Random(seed), clients=clients, rooms=rooms, steps=steps))
    assert not found, report(found)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
@given(seed=SEEDS, clients=st.integers(1, 4), rooms=st.integers(1, 3), steps=st.integers(60, 250))
def test_every_kind_of_bug_is_seen(lie: Lie, seed: int, clients: int, rooms: int, steps: int):
    rng = random.Random(seed)
    history = make(rng, clients=clients, rooms=rooms, steps=steps)
    checks = lie(rng, history)
    assume(checks is not None)
    assert {violation.check for violation in check(history)} & set(checks or "")


def test_one_delivery_in_a_thousand_is_missed():
    history = make(random.Random(7), clients=6, rooms=4, steps=4000)
    heard = [
        (connection, index)
        for connections in history.readers.values()
        for connection in connections
        for index, item in enumerate(connection)
        if isinstance(item, Heard)
    ]
    assert len(heard) > 3000
    for connection, index in reversed(heard[500::1000]):
        del connection[index]
    found = [violation for violation in check(history) if violation.check == "d"]
    assert len(found) >= len(heard[500::1000])


def entry(seq: int, nonce: str, content: str = "hi", author: str = "ann") -> Entry:
    return Entry(seq, seq, author, nonce, content, f"{seq} {nonce} {content}")


def a_history(*attempts: Attempt, stored: list[Entry]) -> History:
    return History(list(attempts), {}, {"disk": {"hall": stored}}, {"hall"})


def texts(history: History) -> str:
    return " / ".join(map(str, check(history)))


def test_no_answer_means_once_or_never():
    asked = Attempt("ann", "n1", "hall", "hi", 1)
    assert check(a_history(asked, stored=[])) == []
    assert check(a_history(asked, stored=[entry(1, "n1")])) == []
    assert "is there 2 times" in texts(a_history(asked, stored=[entry(1, "n1"), entry(2, "n1")]))


def test_other_content_under_a_used_nonce_is_refused_and_absent():
    first = Attempt("ann", "n1", "hall", "hi", 1, "ok", 2, 1)
    other = Attempt("ann", "n1", "hall", "ho", 3, "fail", 4)
    assert check(a_history(first, other, stored=[entry(1, "n1")])) == []
    assert "was refused and is there" in texts(a_history(first, other, stored=[entry(1, "n1", "ho")]))
    other.outcome, other.seq = "ok", 1
    assert "different contents" in texts(a_history(first, other, stored=[entry(1, "n1")]))


def test_what_was_asked_first_comes_first_unless_it_was_refused():
    first, later = Attempt("ann", "n1", "hall", "hi", 1, "ok", 4, 2), Attempt("ann", "n2", "hall", "ho", 2, "ok", 3, 1)
    stored = [entry(1, "n2", "ho"), entry(2, "n1")]
    assert "asked before" in texts(a_history(first, later, stored=stored))
    lost = Attempt("ann", "n1", "hall", "hi", 1)
    busy = Attempt("ann", "n1", "hall", "hi", 2, "fail", 3, refused=True)
    later.asked, later.answered, first.asked, first.answered = 4, 5, 6, 7
    assert check(a_history(lost, busy, first, later, stored=stored)) == []
    unheard = Attempt("ann", "n1", "hall", "hi", 1)  # it may have been refused
    assert check(a_history(unheard, first, later, stored=stored)) == []
    first.repeat = True
    assert "asked before" in texts(a_history(unheard, first, later, stored=stored))
    unheard_too = Attempt("ann", "n1", "hall", "hi", 5)
    assert check(a_history(unheard, unheard_too, first, later, stored=stored)) == []


def test_where_a_copy_may_have_been_first_a_repeat_may_come_sooner_and_not_later():
    first = Attempt("ann", "n1", "hall", "hi", 1, "ok", 3, 2)
    later = Attempt("ann", "n2", "hall", "ho", 2, "ok", 4, 1, repeat=True)
    history = a_history(first, later, stored=[entry(1, "n2", "ho"), entry(2, "n1")])
    assert "asked before" in texts(history)
    history.copied = True
    assert check(history) == []
    first.repeat, later.repeat = True, False
    assert "asked before" in texts(history)


def test_two_fresh_answers_to_one_nonce_are_a_lie():
    attempts = [Attempt("ann", "n1", "hall", "hi", at, "ok", at + 1, 1) for at in (1, 3)]
    assert "times as new" in texts(a_history(*attempts, stored=[entry(1, "n1")]))


def test_the_same_nonce_of_two_people_is_two_writes():
    attempts = [
        Attempt(name, "n1", "hall", "hi", at, "ok", at + 1, seq) for name, at, seq in (("ann", 1, 1), ("bob", 3, 2))
    ]
    assert check(a_history(*attempts, stored=[entry(1, "n1"), entry(2, "n1", author="bob")])) == []


def test_a_reader_who_heard_nothing_of_a_log_it_follows_is_seen():
    history = a_history(Attempt("ann", "n1", "hall", "hi", 1, "ok", 2, 1), stored=[entry(1, "n1")])
    history.readers["bob"] = [[Notice("opened", "hall", 0)]]
    assert "ended at hall #0" in texts(history)
    history.settled = False
    assert check(history) == []


def test_after_leaving_nothing_may_come():
    history = a_history(Attempt("ann", "n1", "hall", "hi", 1, "ok", 2, 1), stored=[entry(1, "n1")])
    history.readers["bob"] = [[Notice("opened", "hall", 0), Notice("closed", "hall"), Heard("hall", entry(1, "n1"))]]
    assert "which it does not follow" in texts(history)


def test_what_was_called_whole_and_is_not_must_turn_out_to_be_left():
    history = a_history(Attempt("ann", "n1", "hall", "hi", 1, "ok", 2, 1), stored=[entry(1, "n1")])
    start: list[Heard | Notice] = [Notice("resumed", "hall", 0), Notice("whole", "hall", 1)]
    for later in (Heard("hall", entry(1, "n1")), Notice("gap", "hall", 1)):
        history.readers["bob"] = [[*start, later]]
        assert "is whole up to 1, and has 0" in texts(history)
    history.readers["bob"] = [start]
    assert "is whole up to 1, and has 0" in texts(history)
    history.readers["bob"] = [[*start, Notice("closed", "hall")]]
    assert check(history) == []
    history.readers["bob"] = [start, [Notice("closed", "hall")]]
    assert check(history) == []


def test_an_entry_that_covers_a_range_leaves_no_hole():
    merged = Entry(3, 2, "ann", "n3", "hi", "2..3")
    history = History(
        [Attempt("ann", name, "hall", "hi", at, "ok", at + 1, seq) for name, at, seq in (("n1", 1, 1), ("n3", 3, 3))],
        {"bob": [[Notice("opened", "hall", 0), Heard("hall", entry(1, "n1")), Heard("hall", merged)]]},
        {"disk": {"hall": [entry(1, "n1"), merged]}},
    )
    assert check(history) == []


def test_what_was_taken_back_has_lost_its_words_and_only_that():
    said = Attempt("ann", "n1", "hall", "hi", 1, "ok", 2, 1)
    back = Attempt("ann", "n2", "hall", "deletes #1", 3, "ok", 4, 2, empties=1)
    gone, deleted = entry(1, "n1", "")._replace(blank=True), entry(2, "n2", "deletes #1")
    assert check(a_history(said, back, stored=[gone, deleted])) == []
    assert "was taken back and is there" in texts(a_history(said, back, stored=[entry(1, "n1"), deleted]))
    assert "nobody took it back" in texts(a_history(said, stored=[gone]))
    back.outcome = "info"
    assert check(a_history(said, back, stored=[gone, deleted])) == [], "nobody knows whether it was done"
    version = entry(3, "n3", "edits #1: ho")._replace(of=1)
    edit = Attempt("ann", "n3", "hall", "edits #1: ho", 2, "ok", 3, 3)
    back.outcome = "ok"
    assert "was taken back and is there" in texts(a_history(said, back, edit, stored=[gone, deleted, version]))


def test_what_was_heard_before_it_was_taken_back_is_what_was_said():
    said = Attempt("ann", "n1", "hall", "hi", 1, "ok", 2, 1)
    back = Attempt("ann", "n2", "hall", "deletes #1", 3, "ok", 4, 2, empties=1)
    gone, deleted = entry(1, "n1", "")._replace(blank=True), entry(2, "n2", "deletes #1")
    history = a_history(said, back, stored=[gone, deleted])
    for first, wrong in ((entry(1, "n1"), False), (gone, False), (entry(1, "n1", "ho"), True), (entry(1, "nx"), True)):
        history.readers["bob"] = [[Notice("opened", "hall", 0), Heard("hall", first), Heard("hall", deleted)]]
        assert ("stored is" in texts(history)) is wrong, first


def test_a_post_that_was_heard_before_it_was_taken_back_had_a_title():
    said = Attempt("ann", "n1", "hall", "publishes", 1, "ok", 2, 1)
    back = Attempt("ann", "n2", "hall", "deletes #1", 3, "ok", 4, 2, empties=1)
    written = entry(1, "n1", "publishes")._replace(step=Step("publishes", 0, "ann", 1, title="of old"))
    gone = entry(1, "n1", "")._replace(blank=True, step=Step("publishes", 0, "ann", 1))
    deleted = entry(2, "n2", "deletes #1")._replace(step=Step("takes back", 1))
    history = a_history(said, back, stored=[gone, deleted])
    other = written._replace(step=Step("publishes", 0, "bob", 1, title="of old"))
    for first, wrong in ((written, False), (other, True)):
        history.readers["bob"] = [[Notice("opened", "hall", 0), Heard("hall", first), Heard("hall", deleted)]]
        assert ("stored is" in texts(history)) is wrong, first


def test_what_one_command_writes_into_two_logs_is_in_both_or_in_none():
    asked = Attempt("ann", "n1", "garden", "is moss", 1, "info", also=(("ann's", "renamed moss"),))
    here, own = entry(1, "n1", "is moss"), entry(1, "n1", "renamed moss")
    for there, mine, half in (([here], [own], False), ([], [], False), ([here], [], True), ([], [own], True)):
        history = History([asked], {}, {"disk": {"garden": there, "ann's": mine}}, {"garden"})
        assert ("only half there" in texts(history)) is half


def reaction(seq: int, kind: Literal["reacts", "reacts no more"], by: str, count: int) -> Entry:
    return entry(seq, f"n{seq}", author=by)._replace(step=Step(kind, 1, by, 1, "👍", count, "ann"))


def asked_for(stored: list[Entry]) -> list[Attempt]:
    """Each by its author, one after the other, and acknowledged."""
    return [Attempt(one.author, one.nonce, "hall", "hi", one.seq * 2, "ok", one.seq * 2 + 1, one.seq) for one in stored]


def test_many_reactions_may_be_told_as_what_they_come_to():
    stored = [
        entry(1, "n1"),
        reaction(2, "reacts", "bob", 1),
        reaction(3, "reacts", "cy", 2),
        reaction(4, "reacts no more", "bob", 1),
    ]
    history = a_history(*asked_for(stored), stored=stored)
    told = Change(1, "👍", 1, "ann", added=frozenset({("cy", 1)}), removed=frozenset({("bob", 1)}))
    storm = Entry(4, 2, "", "", "", "", changes=(told,))
    for heard, wrong in (
        (storm, ""),
        (storm._replace(seq=3, changes=(told._replace(many=2),)), "what is stored comes to"),
        (storm._replace(changes=(told._replace(many=2),)), "what is stored comes to"),
        (storm._replace(changes=(told._replace(added=told.removed, removed=told.added),)), "what is stored comes to"),
        (storm._replace(changes=(told._replace(removed=frozenset()),)), "what is stored comes to"),
        (storm._replace(changes=(told, told)), "what is stored comes to"),
        (storm._replace(first=3), "a hole"),
        (storm._replace(first=1), "after 1: a hole"),
    ):
        history.readers["dee"] = [[Notice("opened", "hall", 0), Heard("hall", stored[0]), Heard("hall", heard)]]
        assert wrong in texts(history)
        assert bool(wrong) == bool(check(history))


def test_a_page_shows_the_reactions_that_the_log_tells_and_each_once():
    stored = [entry(1, "n1"), reaction(2, "reacts", "bob", 1), reaction(3, "reacts", "cy", 2)]
    history = a_history(*asked_for(stored), stored=stored)
    for count, mine, right in ((2, True, True), (1, True, False), (3, True, False), (2, False, False)):
        history.pages["bob", "bob"] = {"hall": Page({(1, "👍"): (count, mine)}, {}, {}, {}, {})}
        assert ("its log tells (2, True)" in texts(history)) is not right
    twice = [*stored[:2], reaction(3, "reacts", "bob", 2)]
    assert "a second time" in texts(a_history(stored=twice))
    assert "says that there are 3" in texts(a_history(stored=[*stored[:2], reaction(3, "reacts", "cy", 3)]))
