"""What may stand in a handle, a name and a body (CNT-01, CNT-03)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_protocol import text
from among_protocol.base import BODY_BYTES
from among_protocol.text import TextError

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))]


# --- handles and slugs


@pytest.mark.parametrize("handle", ["ann", "a1b", "x.y", "x_y-z", "a" * 32, "123", "a..b"])
def test_a_handle(handle: str):
    assert text.handle(handle) == handle


@pytest.mark.parametrize("handle", ["Ann", "ANN", "aNN"])
def test_a_handle_is_folded(handle: str):
    assert text.handle(handle) == "ann"


@pytest.mark.parametrize(
    "handle",
    ["", "a", "ab", "a" * 33, "-ann", "ann-", ".ann", "ann.", "_ann", "an n", "an/n", "an@n", "ann\n", " ann", "ann\x00", "\x1b[2Jann"],
)  # fmt: skip
def test_no_handle(handle: str):
    with pytest.raises(TextError):
        text.handle(handle)


@pytest.mark.parametrize(
    "handle",
    [
        "аnn",  # Cyrillic а
        "ɑnn",  # Latin alpha
        "ann\u200b",  # zero width space
        "a\u0301nn",  # combining acute
        "ann\u202e",  # right-to-left override
        "ａｎｎ",  # full width
        "ﬁnn",  # a ligature that NFKC would unfold
        "İnn",  # folds to two characters
        "ſam",  # folds to s
        "\u212aim",  # the Kelvin sign folds to k
    ],
)
def test_no_two_handles_look_alike_by_script(handle: str):
    with pytest.raises(TextError):
        text.handle(handle)


@given(st.text())
def test_whatever_is_a_handle_is_ascii_and_stays_one(handle: str):
    try:
        folded = text.handle(handle)
    except TextError:
        return
    assert folded.isascii()
    assert folded == folded.lower() == text.handle(folded)
    assert 3 <= len(folded) <= 32


@pytest.mark.parametrize("handle", ["admin", "everyone", "among", "system", "here"])
def test_reserved_handles(handle: str):
    assert text.is_reserved(handle)
    assert text.handle(handle) == handle


def test_reserved_handles_are_handles_in_the_form_they_are_kept_in():
    for handle in text.RESERVED:
        assert text.handle(handle) == handle


# --- names


@pytest.mark.parametrize("name", ["Ann", "Ann Lee", "Žofie", "安娜", "آنا", "👩‍🌾", "می‌خواهم", "O'Neil <3"])
def test_a_name_in_any_script(name: str):
    assert text.line(name, longest=64) == unicodedata.normalize("NFC", name)


def test_a_name_is_trimmed_and_composed():
    assert text.line("  A\u0301nn ", longest=64) == "\u00c1nn"


@pytest.mark.parametrize(
    "char", [*CONTROLS, *BIDI, "\u2028", "\u2029", "\ufeff", "\u200b", "\ue000", "\ud800", "\u0378"]
)
def test_a_name_holds_no_control_character(char: str):
    with pytest.raises(TextError) as why:
        text.line(f"a{char}b", longest=64)
    assert f"U+{ord(char):04X}" in str(why.value)


@pytest.mark.parametrize(
    "name",
    ["\u3164", "\u2800\u2800", "\uffa0", "\u115f\u1160", "\u034f", "\u0301", "\u3164 \u0308", "\u200d", "\ufe0f", "\u17b4", "\u20dd"],
)  # fmt: skip
def test_cnt_03_a_name_shows_something(name: str):
    for empty in (False, True):
        with pytest.raises(TextError, match="show something"):
            text.line(name, longest=64, empty=empty)


@pytest.mark.parametrize("name", ["\u3164a", "-", "\u00b7", "\U0001f642", "1", "\u0915\u093f", "\u2764\ufe0f"])
def test_a_name_that_shows_something_is_one(name: str):
    assert text.line(name, longest=64) == unicodedata.normalize("NFC", name)


def test_the_length_of_a_name_is_counted_in_code_points_after_composing():
    assert text.line("a\u0301" * 64, longest=64) == "\u00e1" * 64
    with pytest.raises(TextError):
        text.line("a" * 65, longest=64)


def test_an_empty_name_is_allowed_where_it_is():
    assert text.line("  ", longest=10, empty=True) == ""
    with pytest.raises(TextError):
        text.line("  ", longest=10)


@given(st.text(max_size=80))
def test_whatever_is_a_name_stays_one(name: str):
    try:
        kept = text.line(name, longest=64)
    except TextError:
        return
    assert text.line(kept, longest=64) == kept
    assert kept.strip() == kept != ""
    assert not any(char in kept for char in (*CONTROLS, *BIDI))


# --- bodies


def test_a_body_is_left_as_it_is():
    for body in ("hi", " hi ", "a\n\tb", "e\u0301", "שלום \u202b", "👩‍🌾"):
        assert text.body(body) == body


@pytest.mark.parametrize("char", [char for char in CONTROLS if char not in "\t\n"])
def test_a_body_holds_no_control_character(char: str):
    with pytest.raises(TextError):
        text.body(f"a{char}b")


def test_a_body_is_limited_in_bytes():
    assert text.body("x" * BODY_BYTES)
    assert text.body("🌱" * (BODY_BYTES // 4))
    for body in (
        "x" * (BODY_BYTES + 1),
        "🌱" * (BODY_BYTES // 4 + 1),
        "é" * (BODY_BYTES // 2 + 1),
    ):
        with pytest.raises(TextError):
            text.body(body)


@pytest.mark.parametrize("body", ["", " ", "\n\n", "\u3000", "\t"])
def test_a_body_is_not_blank(body: str):
    with pytest.raises(TextError):
        text.body(body)


# --- mentions


@pytest.mark.parametrize(
    ("body", "handles"),
    [
        ("hi @ann", ["ann"]),
        ("@ann: and @bob.", ["ann", "bob"]),
        ("@Ann @ann @ANN", ["ann"]),
        ("(@ann)", ["ann"]),
        ("@ann's", ["ann"]),
        ("mail ann@example.org", []),
        ("@an", []),
        ("@", []),
        ("@@ann", []),
        ("/@ann", []),
        ("@ann/hall", ["ann"]),
        ("no one", []),
        ("@ann_", ["ann"]),
        ("@" + "a" * 32, ["a" * 32]),
        ("@" + "a" * 33, []),  # is nobody, and not who is called by its first part
    ],
)
def test_mentions(body: str, handles: list[str]):
    assert text.mentions(body) == handles


@given(st.text())
def test_whatever_is_mentioned_is_a_handle(body: str):
    for handle in text.mentions(body):
        assert text.handle(handle) == handle
