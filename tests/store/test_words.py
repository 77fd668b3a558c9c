"""Texts as they are searched: whatever people write, it costs so much for each of its characters. Work is counted, not timed."""

import sys
import unicodedata
from collections.abc import Callable
from types import FrameType, SimpleNamespace
from typing import Any

import pytest

from among_protocol.base import POST_BYTES
from among_protocol.query import parse
from among_server.store import words
from among_server.store.words import FOLDS, LONGEST, SNIPPET, fold, shown, sought, words_of

LONG = {
    "one word": "a",
    "one word with accents": "\u00e9",
    "very small words": "a ",
    "very small words with accents": "\u00e9 ",
    "Chinese": "\u4e2d\u6587",
    "ligatures of eighteen characters": "\ufdfa",
    "Hangul in its parts": "\u1100\u1161\u11a8",
    "marks on marks": "\u0301\u0323",
    "marks on marks that are no accents": "\u0f73\u05b0",
    "marks of far planes": "\U0001d165\U0001d16d",
    "no words": "!?",
}


def longest(part: str) -> str:
    """The longest post of these."""
    return part * (POST_BYTES // len(part.encode()))


def steps(work: Callable[[], object]) -> int:
    """Lines of words.py that are run meanwhile."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename != words.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("part", LONG.values(), ids=LONG)
def test_inp_06_a_text_has_no_more_words_than_characters_and_none_is_long(part: str):
    text = longest(part)
    found = words_of("", text)
    assert len(found) <= len(fold(text)) + 1
    assert all(len(word) <= LONGEST for word in found)


@pytest.mark.parametrize("part", LONG.values(), ids=LONG)
def test_inp_06_however_many_marks_stand_in_a_row_few_are_put_in_order_at_once(part: str, monkeypatch):
    rows: list[int] = []

    def normalize(form: Any, text: str) -> str:
        row = 0
        for char in unicodedata.normalize("NFD", text) if len(text) > 1 else text:
            row = row + 1 if unicodedata.combining(char) else 0
            rows.append(row)
        return unicodedata.normalize(form, text)

    words.nfc("\u00e9")  # what is made once is there
    monkeypatch.setattr(words, "unicodedata", SimpleNamespace(normalize=normalize))
    fold(f"\u00e9{longest(part)}")
    assert max(rows, default=0) < 100  # three for each of a pile: a mark may come apart


@pytest.mark.parametrize("part", LONG.values(), ids=LONG)
@pytest.mark.parametrize("query", ["end", f'"{"a " * 190}"', '"\u4e2d" "\u4e2d\u6587" "a" "e" aa* \u0635\u0644*'])
def test_inp_06_a_part_of_a_text_is_shown_without_looking_at_each_character_of_it(part: str, query: str):
    wanted = sought(parse(query)).pieces
    text = f"{longest(part)} {'a ' * 200}end"
    shown(wanted, text)  # what is made once is there
    assert steps(lambda: shown(wanted, text)) < 6_000  # and most of the texts have more characters than that


def test_what_is_found_at_the_end_of_a_long_text_is_marked():
    for part in LONG.values():
        snippet, (mark,) = shown(sought(parse("kestrel")).pieces, f"{longest(part)} a k\u00e9strel!")
        assert snippet[mark.start : mark.end] == "k\u00e9strel"
        assert len(snippet) == SNIPPET


def test_however_many_characters_people_write_few_are_remembered():
    for start in range(0x80, 0x30000, 0x1000):
        fold("".join(map(chr, range(start, start + 0x1000))))
    assert len(words._FOLDS) <= FOLDS
    assert fold("\u00c9") == "e"


def test_inp_06_no_mark_lies_behind_the_last_that_is_looked_at():
    """Of the Unicode that this Python knows."""
    behind = map(chr, range(words.LAST_MARK, sys.maxunicode + 1))
    assert not [char for char in behind if unicodedata.combining(unicodedata.normalize("NFD", char)[0])]
