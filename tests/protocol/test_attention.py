"""What is worth a bell: places, levels, words, times of rest. Pure functions, however hostile the text."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from among_protocol import attention
from among_protocol.attention import Attention, folded, has_word, is_dnd, word
from among_protocol.dnd import Dnd, DndTime, changes_at, is_on, zone_of
from among_protocol.notify import NotifyChanged, NotifyChoice
from among_protocol.status import Appearance
from among_protocol.threads import ThreadState

NOW, LATER = "2026-01-15T12:00:00.000Z", "2026-01-15T14:00:00.000Z"


def choice(place: str = "", level: str = "all", *, word: str = "", until: str = "") -> NotifyChoice:
    return NotifyChoice(place=place, word=word, level=level, until=until)


def of(*choices: NotifyChoice, dnd: Dnd | None = None) -> Attention:
    mine = Attention()
    mine.stated(choices, dnd)
    return mine


def rings(mine: Attention, body: str = "hi", **other: object) -> bool:
    asked: dict[str, object] = {"room": "r", "community": "c", "direct": False, "for_me": False, "at": NOW, **other}
    return mine.rings(body, **asked)  # type: ignore[arg-type]  # as above


def test_without_a_choice_a_room_rings_for_who_is_meant_and_a_direct_always():
    mine = of()
    assert (rings(mine), rings(mine, for_me=True), rings(mine, direct=True, community="")) == (False, True, True)


@pytest.mark.parametrize(
    ("choices", "level"),
    [
        ([choice("", "all")], "all"),
        ([choice("", "all"), choice("c", "nothing")], "nothing"),
        ([choice("", "all"), choice("c", "nothing"), choice("r", "mentions")], "mentions"),
        ([choice("c", "all"), choice("other", "nothing")], "all"),
        ([choice("r", "nothing", until=NOW), choice("c", "all")], "all"),
        ([choice("r", "nothing", until=LATER), choice("c", "all")], "nothing"),
        ([choice("r", "a word of tomorrow"), choice("c", "all")], "all"),
        ([], "mentions"),
    ],
)
def test_the_nearest_choice_that_is_not_over_decides(choices, level):
    assert of(*choices).level("r", "c", direct=False, at=NOW) == level


@pytest.mark.parametrize(
    ("thread", "choices", "level"),
    [
        ("all", [choice("r", "nothing"), choice("c", "mentions")], "all"),
        ("nothing", [choice("r", "all")], "nothing"),
        ("inherit", [choice("r", "nothing"), choice("c", "all")], "nothing"),
        ("a word of tomorrow", [choice("c", "all")], "all"),
        ("inherit", [], "mentions"),
    ],
)
def test_a_choice_for_a_thread_goes_before_that_for_its_room(thread, choices, level):
    mine, state = of(*choices), ThreadState(room="r", thread=7, following=True, level=thread)
    assert mine.level("r", "c", direct=False, at=NOW, thread=state) == level
    over = replace(state, until=NOW)
    assert mine.level("r", "c", direct=False, at=NOW, thread=over) == mine.level("r", "c", direct=False, at=NOW)
    assert rings(mine, for_me=True, thread=state) == (level != "nothing")


def test_the_choice_that_holds_is_named():
    mine, state = of(choice("c", "nothing")), ThreadState(room="r", thread=7, following=True, level="all")
    assert mine.decides("r", "c", at=NOW, thread=state) == NotifyChoice(
        place="r", thread=7, word="", level="all", until=""
    )
    assert mine.decides("r", "c", at=NOW) == choice("c", "nothing")
    assert mine.decides("other", "", at=NOW) is None


def test_in_a_direct_everything_is_meant_for_one_unless_it_was_chosen_there():
    assert of(choice("", "mentions")).level("r", "", direct=True, at=NOW) == "all"
    assert of(choice("", "nothing")).level("r", "", direct=True, at=NOW) == "nothing"
    assert of(choice("r", "mentions")).level("r", "", direct=True, at=NOW) == "mentions"


def test_a_word_rings_where_mentions_do_and_nowhere_else():
    words = choice(word="beans")
    assert rings(of(words), "Fresh BEANS!")
    assert not rings(of(words), "a beanstalk")
    assert not rings(of(words, choice("r", "nothing")), "beans", for_me=True)
    assert not rings(of(choice(word="beans", until=NOW)), "beans")


def test_changes_are_followed():
    mine = of(choice("r", "nothing"))
    mine.apply(NotifyChanged(place="r", word="", level="inherit", until=""))
    mine.apply(NotifyChanged(place="", word="peas", level="all", until=""))
    assert (mine.choices, list(mine.words)) == ({}, ["peas"])
    mine.apply(NotifyChanged(place="", word="peas", level="inherit", until=""))
    assert mine.words == {}


@pytest.mark.parametrize(
    ("text", "given", "found"),
    [
        ("Beans", "beans", True),
        ("beans.", "beans", True),
        ("(beans)", "beans", True),
        ("beans_", "beans", False),
        ("2beans", "beans", False),
        ("runner\nbeans", "runner beans", False),
        ("runner beans", "Runner  Beans", True),
        ("STRASSE", "straße", True),
        ("cafe\u0301", "café", True),
        ("cafés", "café", False),
        ("e\u0301clair cafe", "café", False),
        ("C++ is it", "c++", True),
        ("#rust and #rusty", "#rust", True),
        ("我们种豆子", "豆子", True),
        ("ทดสอบคำ", "คำ", True),
        ("हिन्दी", "हि", False),
        ("ｂｅａｎｓ", "beans", True),
        ("", "beans", False),
    ],
)
def test_a_word_is_found_whole_and_whatever_its_case(text, given, found):
    assert has_word(folded(text), word(given)) is found


@given(st.text(max_size=200), st.text(min_size=1, max_size=20))
def test_any_text_has_an_answer_and_a_word_between_blanks_is_found(text, given):
    kept = word(given)
    assert has_word(folded(text), kept) in (True, False)
    if kept:
        assert has_word(f"{folded(text)} {kept} ", kept) or kept != word(kept)


def test_inp_06_a_hostile_text_costs_little():
    words = [choice(word="a" * 39 + chr(ord("a") + number % 26) * (number % 3)) for number in range(50)]
    mine = of(*words)
    for text in ("a" * 8000, "a " * 4000, "\ufdfa" * 2666, "\u0301" * 4000, "aa" * 20 + "b" * 7000):
        began = perf_counter()
        mine.waits_for(text, NOW)
        assert perf_counter() - began < 0.5
    assert attention.LOOKS <= 1000


def test_who_chose_not_to_be_disturbed():
    def appearance(community: str, appear: str) -> Appearance:
        return Appearance(community=community, appear=appear, last_seen="inherit", status=None)

    everywhere, here = {"": appearance("", "dnd")}, {"": appearance("", "dnd"), "c": appearance("c", "auto")}
    assert is_dnd(everywhere, "c")
    assert is_dnd(everywhere, "")
    assert not is_dnd(here, "c")
    assert is_dnd({**everywhere, "c": appearance("c", "inherit")}, "c")
    assert not is_dnd({}, "c")


# --- times of rest


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


NIGHT = Dnd(times=[DndTime(begins="22:00", ends="07:00")], zone="Europe/Lisbon", shown=True)
WEEKEND = Dnd(times=[DndTime(begins="09:00", ends="09:00", days=[6]), DndTime(begins="14:00", ends="16:00", days=[1, 3])],
              zone="America/Sao_Paulo", shown=True)  # fmt: skip


@pytest.mark.parametrize(
    ("dnd", "moment", "on"),
    [
        (NIGHT, "2026-01-15T21:59:00+00:00", False),
        (NIGHT, "2026-01-15T22:00:00+00:00", True),
        (NIGHT, "2026-01-16T06:59:59+00:00", True),
        (NIGHT, "2026-01-16T07:00:00+00:00", False),
        (NIGHT, "2026-07-15T21:00:00+00:00", True),
        (NIGHT, "2026-07-16T06:30:00+00:00", False),
        (WEEKEND, "2026-01-17T08:59:00-03:00", False),
        (WEEKEND, "2026-01-17T09:00:00-03:00", True),  # a Saturday, for a day
        (WEEKEND, "2026-01-18T08:59:00-03:00", True),
        (WEEKEND, "2026-01-18T09:00:00-03:00", False),
        (WEEKEND, "2026-01-19T14:30:00-03:00", True),  # a Monday
        (WEEKEND, "2026-01-20T14:30:00-03:00", False),
        (Dnd(times=[], zone="UTC", shown=True), "2026-01-15T23:00:00+00:00", False),
        (Dnd(times=NIGHT.times, zone="Mars/Olympus", shown=True), "2026-01-15T23:00:00+00:00", False),
        (None, "2026-01-15T23:00:00+00:00", False),
    ],
)
def test_when_one_is_not_to_be_disturbed(dnd, moment, on):
    assert is_on(dnd, at(moment)) is on


def test_it_changes_when_it_is_said_to():
    assert changes_at(NIGHT, at("2026-01-15T12:00:00+00:00")) == at("2026-01-15T22:00:00+00:00")
    assert changes_at(NIGHT, at("2026-01-15T22:00:00+00:00")) == at("2026-01-16T07:00:00+00:00")
    assert changes_at(NIGHT, at("2026-07-15T22:00:00+00:00")) == at("2026-07-16T06:00:00+00:00")
    assert changes_at(None, at("2026-01-15T12:00:00+00:00")) is None


clock = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
times = st.lists(st.builds(DndTime, begins=clock, ends=clock, days=st.lists(st.integers(1, 7), max_size=3)), max_size=3)


@given(times, st.sampled_from(["UTC", "Europe/Lisbon", "Asia/Kathmandu"]), st.integers(0, 60 * 24 * 300))
def test_nothing_changes_before_the_moment_that_is_told(given, zone, minutes):
    """But where clocks are changed, within the hour."""
    dnd = Dnd(times=given, zone=zone, shown=True)
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    turn = changes_at(dnd, begin)
    end = begin + timedelta(days=2) if turn is None else min(turn, begin + timedelta(days=2))
    moment, was = begin, is_on(dnd, begin)
    while moment < end:
        offsets = {(moment + timedelta(hours=hours)).astimezone(zone_of(zone)).utcoffset() for hours in (-2, 0, 2)}
        assert is_on(dnd, moment) == was or len(offsets) > 1
        moment += timedelta(minutes=7)


def test_nothing_rings_while_one_rests_whatever_was_chosen():
    mine = of(choice("r", "all"), dnd=NIGHT)
    assert rings(mine, at=NOW)
    assert not rings(mine, for_me=True, at="2026-01-15T23:00:00.000Z")
    assert rings(mine, at="no time at all")
