"""What looks alike has one skeleton (CNT-03)."""

import hashlib
import string
import unicodedata
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_protocol.lookalikes import skeleton
from among_protocol.text import RESERVED, handle, is_reserved


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mary", "rnary"),
        ("paul", "pau1"),
        ("lisa", "1isa"),
        ("will", "vvi11"),
        ("bob", "b0b"),
        ("ann-lee", "ann.lee"),
        ("ann_lee", "annlee"),
        ("modem", "rnoclern".replace("cl", "d")),
    ],
)
def test_cnt_03_handles_that_look_alike(one: str, other: str):
    assert handle(one) != handle(other)
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ann", "anne"), ("ann1", "ann2"), ("nora", "mora"), ("a1-11", "a1-12"), ("dan", "dam"), ("bob", "rob")],
)
def test_handles_that_differ(one: str, other: str):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    "name",
    [
        "paypal",
        "PayPal",
        "PayPaI",  # a capital i
        "PAYPAL",
        "pay pal",
        "pay-pal",
        "Pay·Pal",
        "ρаураӏ",  # no letter of it is Latin
        "рayрal",  # Cyrillic and Latin
        "ＰａｙＰａｌ",
        "𝐩𝐚𝐲𝐩𝐚𝐥",
        "ⓟⓐⓨⓟⓐⓛ",
        "🅿🅰🆈🅿🅰🅻",
        "ᴘᴀʏᴘᴀʟ",
        "pay\u200bpal",
        "\u2060paypal\ufe0f",
        "pay\u3164pal",
        "p\u034fa\u00adypal",
    ],
)
def test_cnt_03_names_that_look_like_a_handle(name: str):
    assert skeleton(name) == skeleton("paypal")


@pytest.mark.parametrize("name", ["Zoë", "José", "Ана", "Анна", "日本", "نور", "दीपक", "Łukasz", "Ørsted", "ß"])
def test_names_of_the_world_are_told_apart_from_ascii(name: str):
    ascii_of_it = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    assert skeleton(name)
    assert skeleton(name) != skeleton(ascii_of_it)


def test_cnt_03_every_letter_of_a_whole_script_that_passes_for_latin():
    """Whole words of one other script: the lookalikes that a check of mixed scripts can't see."""
    cyrillic = {"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "ѕ": "s", "і": "i", "ј": "j", "һ": "h", "ԁ": "d", "ԛ": "q", "ԝ": "w", "ӏ": "l"}  # fmt: skip
    greek = {"ο": "o", "α": "a", "ν": "v", "ρ": "p", "ι": "i", "Α": "A", "Β": "B", "Η": "H", "Κ": "K", "Μ": "M", "Τ": "T", "Ζ": "Z"}  # fmt: skip
    armenian = {"օ": "o", "ո": "n", "ս": "u", "հ": "h", "ց": "g"}
    for letters in (cyrillic, greek, armenian):
        missed = {theirs: ours for theirs, ours in letters.items() if skeleton(theirs) != skeleton(ours)}
        assert missed == {}


@given(st.text(max_size=40))
def test_a_skeleton_is_its_own(text: str):
    assert skeleton(skeleton(text)) == skeleton(text)


@given(st.text(alphabet=string.ascii_letters + string.digits + "._-", max_size=32), st.data())
def test_a_text_does_not_look_like_another_by_what_is_not_seen(text: str, data: st.DataObject):
    place = data.draw(st.integers(0, len(text)))
    unseen = data.draw(st.sampled_from(["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u2028"]))
    assert skeleton(text[:place] + unseen + text[place:]) == skeleton(text)


def test_ascii_is_read_alike_alone_and_among_other_letters():
    for char in map(chr, range(0x20, 0x7F)):
        assert skeleton(f"{char}é") == skeleton(char) + skeleton("é"), char


def test_stored_skeletons_are_made_anew_when_what_they_are_of_changes():
    """If this fails, add a migration: `UPDATE accounts SET skeleton = skeleton(handle);`. Then renew the digest."""
    letters = string.ascii_lowercase + string.digits + "._-"
    all_pairs = "\n".join(skeleton("".join(pair)) for pair in product(letters, repeat=2))
    assert hashlib.sha256(all_pairs.encode()).hexdigest()[:16] == "a076717e9a178d38"


# --- words that nobody may have


@pytest.mark.parametrize("word", ["adm1n", "r00t", "ad-min", "rnoderator", "0fficial", "st.aff", "systern"])
def test_cnt_03_nobody_looks_like_a_reserved_word(word: str):
    assert is_reserved(handle(word))


def test_nobody_is_called_as_an_id_is():
    assert is_reserved("c_4xoq2z7mhsd3kv5j")
    assert not is_reserved("c_4xoq2z7mhsd3kv5")


def test_reserved_words_are_reserved_and_names_are_not():
    assert all(map(is_reserved, RESERVED))
    assert [name for name in ("ali", "ann", "hosea", "modesty", "bottle", "roots") if is_reserved(name)] == []


# --- the data


def test_the_data_carry_their_licence_and_say_that_they_were_modified():
    text = (files("among_protocol") / "confusables.txt").read_text("utf-8")
    head = text.split("\n")[:6]
    assert "modified" in " ".join(head)
    assert "Unicode, Inc." in " ".join(head)
    rows = [line.rpartition("\t") for line in text.split("\n") if line and not line.startswith("# ")]
    assert len(rows) > 3_000
    assert all(target and tab and alike for target, tab, alike in rows)
    sources = [char for _, _, alike in rows for char in alike]
    assert len(sources) == len(set(sources)) > 6_000
    assert not any(char.isascii() for char in sources)
