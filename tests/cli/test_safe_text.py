"""CNT-01: whatever the network sends, the terminal is told only what the client itself has to tell it."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_cli.layout import clip, width, wrap
from among_cli.lines import Line, Part, Rule, Said, Style, Told, Written
from among_cli.places import Outgoing
from among_cli.plain_text import plain
from among_cli.render import outgoing, rows
from among_cli.safe_text import Safe, safe_lines, safe_text

from .corpus import CORPUS, FORGED, obeyed, on_terminal

ANY_TEXT = st.one_of(
    st.text(st.characters(categories=None)),
    st.text(st.sampled_from("a \n\t\r\x1b\x9b\u200d\u200c\u202e\u0300\u0651\u093f🧑ـمक漢\ufe0f\U000e0041")),
)
AT = datetime(2026, 7, 14, 14, 3, tzinfo=UTC)
STYLES: list[Style] = ["", "dim", "who", "place", "strong", "good", "problem", "mention"]


def every_line_with(text: str) -> list[Line]:
    """Every field of every line that the screen knows."""
    return [
        Said("room", 1, AT, text, "hello"),
        Said("room", 1, None, "ana", text),
        Said("room", 1, AT, text, text, mine=True),
        Said("room", 1, AT, "ana", f"@bob {text}", mention=True),
        Said("room", 1, AT, "ana", text, unveiled=True, number="#1"),
        Said("room", 1, AT, "ana", text, was=f"{text}\nand more", edited=True),
        Said("room", 1, AT, "ana", f"```\n{text}\n```\n||{text}||", number="#1"),
        Written(text),
        Written(text, unveiled=True),
        Rule(text),
        *(Told((Part("dim", "a notice of "), Part(style, text), Part("", text))) for style in STYLES),
    ]


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("columns", [20, 80])
def test_cnt_01_no_field_of_any_line_reaches_the_terminal_unsafe(text, columns):
    for line in every_line_with(text):
        raw = on_terminal(rows(line, columns, "bob"))
        assert obeyed(raw) == ""
        assert obeyed("\n".join(plain(line))) == ""
    for state in ("sending", "unconfirmed", "failed"):
        laid = outgoing(Outgoing("n1", "room", text, state, reason=text), text, columns)
        assert obeyed(on_terminal(laid)) == ""


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("columns", [24, 80, 200])
def test_cnt_01_only_the_first_row_of_a_message_begins_at_the_left_edge(text, columns):
    for line in every_line_with(text):
        laid = rows(line, columns, "bob")
        texts = ["".join(span.text for span in row) for row in laid]
        assert all(more.startswith("  ") for more in texts[1:])
        assert not any(more.startswith(FORGED[:5]) for more in texts)
        _, *more_plain = [*plain(line), *plain(line, columns)[1:]]
        assert all(more.startswith("  ") for more in more_plain)


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("columns", [24, 80])
def test_cnt_01_no_row_is_wider_than_the_terminal(text, columns):
    for line in every_line_with(text):
        for row in rows(line, columns):
            assert width("".join(span.text for span in row)) <= columns


@pytest.mark.parametrize("text", CORPUS)
def test_cnt_01_what_a_message_answers_stands_on_one_row_that_begins_no_message(text):
    line = Said("room", 1, AT, "ana", "yes", quote=f"{text} #7: {text}")
    assert obeyed(on_terminal(rows(line, 60))) == ""
    quote, message = ("".join(span.text for span in row) for row in rows(line, 60))
    assert quote.startswith("      ┌")
    assert message.startswith("14:03 ana")


@given(ANY_TEXT)
def test_cnt_01_nothing_that_a_terminal_obeys_passes(text):
    assert obeyed(safe_text(text)) == ""
    assert "\n" not in safe_text(text)


@given(ANY_TEXT)
def test_cnt_01_made_safe_twice_is_made_safe_once(text):
    once = safe_text(text)
    assert safe_text(once) == once


@given(ANY_TEXT)
def test_cnt_01_cutting_safe_text_leaves_it_safe(text):
    for line in safe_lines(text):
        for cut in wrap(line, 5, 7):
            assert obeyed(line[cut]) == ""
        assert obeyed(clip(line, 6)) == ""


@given(ANY_TEXT)
def test_cnt_01_no_tower_of_marks(text):
    kinds = "".join("m" if unicodedata.category(char) in ("Mn", "Me") else "." for char in safe_text(text))
    assert "m" * 5 not in kinds
    assert not kinds.startswith("m")


def test_controls_are_shown_not_swallowed():
    assert safe_text("a\x1b[31mb\x07") == "a␛[31mb␇"
    assert safe_text("\x9b\u202e\u2028") == "<U+009B><U+202E><U+2028>"


@pytest.mark.parametrize(
    "text",
    ["Grüße, naïve café", "שלום", "می‌خواهم", "क्‍ष", "👩‍👩‍👧 ❤️‍🔥 1️⃣", "漢字かな", "Tiếng Việt", "``code``  two  spaces"],
)
def test_what_people_write_stays_as_it_is(text):
    assert safe_text(text) == text


def test_a_tab_is_four_spaces_and_lines_stay_lines():
    assert safe_lines("def f():\n\treturn 1") == ["def f():", "    return 1"]


@given(st.text(st.sampled_from("ab 漢🧑"), max_size=60), st.integers(2, 12), st.integers(2, 12))
def test_wrapping_loses_nothing_but_the_spaces_that_it_breaks_at(text, first, rest):
    safe = Safe(text)
    cuts = wrap(safe, first, rest)
    pieces = [safe[cut] for cut in cuts]
    assert [width(piece) <= columns for piece, columns in zip(pieces, [first, *[rest] * len(cuts)], strict=False)]
    assert re.sub(" ", "", "".join(pieces)) == re.sub(" ", "", text)


def test_wrapping_breaks_at_spaces():
    text = Safe("the quick brown fox jumps")
    assert [text[cut] for cut in wrap(text, 12, 9)] == ["the quick", "brown fox", "jumps"]


def test_clipping_says_that_something_is_missing():
    assert clip(Safe("geraniums"), 6) == "geran…"
    assert clip(Safe("漢字漢字"), 5) == "漢字…"
    assert clip(Safe("short"), 6) == "short"
