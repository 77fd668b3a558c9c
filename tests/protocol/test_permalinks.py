"""Permalinks: what is written is read the same, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_protocol.base import MAX_INT
from among_protocol.permalinks import LONGEST, Permalink, PermalinkError, find, read, write

SLUG = st.from_regex(r"[a-z0-9][a-z0-9._-]{1,20}[a-z0-9]", fullmatch=True)
HOST = st.sampled_from(["example.org", "chat.example.org:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"])
EPOCH = st.one_of(st.just(""), st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64))
ID = st.from_regex(r"r_[a-z2-7]{16}", fullmatch=True)
PLACE = st.one_of(
    st.tuples(SLUG, SLUG), st.tuples(SLUG, SLUG.map(lambda handle: f"@{handle}")), st.tuples(st.just(""), ID)
)
LINKS = st.builds(
    lambda host, place, seq, epoch: Permalink(host, seq, place[0], place[1], epoch),
    HOST,
    PLACE,
    st.integers(1, MAX_INT),
    EPOCH,
)


@given(LINKS)
def test_what_is_written_is_read_the_same(link):
    text = write(link)
    assert read(text) == link
    assert str(link) == text
    if link.epoch.isalnum() or not link.epoch:  # else its end may be what ends a sentence
        assert find(f"look: {text}\nand more") == [link]


@given(LINKS, st.sampled_from([".", ",", "!", ")", ").", "'", '"', "…"]))
def test_what_follows_it_in_a_sentence_is_no_part_of_it(link, after):
    link = link._replace(epoch="e_1" if link.epoch else "")
    assert find(f"({write(link)}{after} as I said") == [link]


@given(st.text(max_size=300))
def test_whatever_the_text_it_is_a_permalink_or_refused(text):
    for given_ in (text, f"among://{text}", f"among://example.org/{text}"):
        try:
            link = read(given_)
        except PermalinkError:
            continue
        assert read(write(link)) == link
    for link in find(f"among://example.org/{text}"):
        assert read(write(link)) == link


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://example.org/garden/hall/42", "begins with"),
        ("among://example.org/garden/hall", "number"),
        ("among://example.org/garden/hall/0", "number"),
        ("among://example.org/garden/hall/042", "number"),
        ("among://example.org/garden/hall/-1", "number"),
        (f"among://example.org/garden/hall/{MAX_INT + 1}", "number"),
        ("among://example.org/garden/hall/42/", "number"),
        ("among://example.org/hall/42", "COMMUNITY/ROOM"),
        ("among://example.org/a/b/c/42", "COMMUNITY/ROOM"),
        ("among://example.org/garden/../42", "short name"),
        ("among://example.org/garden/@/42", "short name"),
        ("among://example.org/garden/ha%6cl/42", "short name"),
        ("among://ann:secret@example.org/garden/hall/42", "machine"),
        ("among:///garden/hall/42", "machine"),
        ("among://example.org:99999/garden/hall/42", "ort"),
        ("among://exämple.org/garden/hall/42", "spaces"),
        ("among://example.org/garden/hall/42 ", "spaces"),
        ("among://example.org/garden/hall/42\n", "spaces"),
        (f"among://example.org/garden/hall/42?epoch={'e' * 65}", "epoch"),
        ("among://example.org/garden/hall/42?epoch=%00", "epoch"),
        (f"among://example.org/garden/hall/42?{'&'.join(['a=b'] * 20)}", "fields"),
        (f"among://example.org/garden/hall/42?epoch={'e' * LONGEST}", "at most"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(text, why):
    with pytest.raises(PermalinkError, match=why):
        read(text)


def test_names_are_folded_as_they_are_kept():
    assert read("among://Example.org/Garden/@Ana/7") == Permalink("example.org", 7, "garden", "@ana")


def test_what_only_looks_like_one_is_passed_over():
    assert find("among://example.org/garden, among://x/garden/hall/1, AMONG://x/garden/hall/2") == [
        Permalink("x", 1, "garden", "hall"),
        Permalink("x", 2, "garden", "hall"),
    ]
    assert find("nothing") == []


def test_a_hostile_text_is_read_in_time():
    for text in ("among://" * 12_000, "among://a/" + "b/" * 50_000, "among://" + "a" * 100_000):
        assert find(text) == []
