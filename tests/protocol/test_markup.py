"""What people write, taken apart: the examples that every client holds to, and what is true of any text."""

import gc
import json
import re
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from among_protocol import markup
from among_protocol.base import BODY_BYTES
from among_protocol.markup import Block, escaped, parse, plain, veiled

EXAMPLES = json.loads((Path(markup.__file__).parents[1] / "markup.json").read_text("utf-8"))["examples"]
PIECES = [
    *"ab1 \t\n*_~|`[](){}<>\\-+.:;!@#éü重ツ¯/'\",🧑\u00a0\x00",
    *("**", "||", "```", "> ", "- ", "1. ", "https://example.org", "](", "http://", "¯\\_(ツ)_/¯", "```py", "\n    "),
]
ANY_TEXT = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
HOSTILE = {
    "stars": "*", "emphasis": "*a ", "strong": "**a ", "mixed emphasis": "**_* ", "under": "_a ", "struck": "~~a ", "all": "*_~~||`[",
    "ticks": "`a``b```c", "escaped ticks": "a\\`", "brackets": "[", "links": "[a](https://x ", "half links": "](https://x",
    "addresses": "https://a/(", "no addresses": "https://a/https://a/ü", "hosts": "http://a.", "dashes": "http://a-", "tail": "https://a/...",
    "quotes": "> ", "signs": ">", "quoted lines": "> a\n", "deep lines": "> > > > > > > > a\n", "pipes": "|", "spoilers": "||a\n",
    "items": "- a\n", "numbers": "1. a\n", "tabs": "\t- a\n", "slashes": "\\", "marks as text": "\\*", "fences": "```\n", "open fences": "````a\n```\n",
    "blanks": " ", "blank lines": " \n",
}  # fmt: skip
SIZE = 100_000  # bytes: a message has at most 8,000


def letters(said: str) -> list[str]:
    return [char for char in said if char.isalnum()]


def everything(blocks: list[Block]) -> str:
    return "\n".join(block.language + block.mark + "".join(span.text for span in block.spans) for block in blocks)


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: f"{one['part']}: {one['name']}")
def test_the_examples_that_every_client_holds_to(one: dict[str, Any]):
    assert msgspec.to_builtins(parse(one["text"])) == one["blocks"]


@given(ANY_TEXT)
@example("1. ||\n||")
@example("||\n```\n||")
def test_no_letter_and_no_digit_is_lost(said: str):
    assert letters(everything(parse(said))) == letters(said)


@given(ANY_TEXT)
def test_nothing_comes_out_that_was_not_in_the_text(said: str):
    """But for the dot of an item, and a space in `[words](address)`."""
    left = iter(said)
    for block in parse(said):
        for char in "".join(span.text for span in block.spans):
            assert char == " " or char in left


@given(ANY_TEXT)
@example("||\n||")
def test_what_it_takes_apart_is_bounded(said: str):
    blocks = parse(said)
    assert 1 <= len(blocks) <= said.count("\n") + 1
    assert sum(len(block.spans) for block in blocks) <= len(said) * 2  # `[a](…)` has five pieces, of more characters
    assert all(span.text for block in blocks for span in block.spans)
    assert all(block.quote <= 8 and block.level <= 8 and len(block.language) <= 32 for block in blocks)


@given(ANY_TEXT)
def test_a_link_is_its_own_text_and_plain_ascii(said: str):
    for link in [span.text for block in parse(said) for span in block.spans if span.link]:
        assert re.fullmatch(r"(?:[Hh]ttps?|[Aa]mong)://[A-Za-z0-9\[][!-~]*", link)
        assert "@" not in re.split("[/?#]", link.partition("://")[2])[0]


@given(ANY_TEXT)
@example("\\\\> a")
@example("https://example.org/**")
@example("```\n- a")
def test_escaped_text_is_text(said: str):
    blocks = parse(escaped(said))
    assert plain(blocks) == said
    assert all(block == Block(spans=block.spans) for block in blocks)
    looks = {name for block in msgspec.to_builtins(blocks) for span in block["spans"] for name in span}
    assert looks <= {"text", "link"}


@given(ANY_TEXT)
def test_text_without_marks_is_taken_apart_as_any_other(said: str):
    with pytest.MonkeyPatch.context() as patch:
        quickly = parse(said)
        patch.setattr(markup, "_ANY", re.compile(""))
        assert parse(said) == quickly


@given(ANY_TEXT, ANY_TEXT)
def test_what_a_spoiler_hides_is_in_no_glimpse(before: str, behind: str):
    said = f"{escaped(before)}\n||kestrel-9041||\n{escaped(behind)}"
    assert "kestrel" not in plain(parse(said))
    assert "kestrel" not in veiled(said)
    assert veiled(said).replace("[spoiler]", "||kestrel-9041||") == said or "[spoiler]" in said


@given(ANY_TEXT, st.integers(0, 40))
def test_a_cut_text_shows_nothing_of_a_spoiler_that_has_lost_its_end(before: str, length: int):
    said = f"{escaped(before)} ||{'kestrel ' * 5}||"
    assert "kestrel" not in veiled(said[: len(said) - 2 - length], cut=True)


def test_a_veil_keeps_all_else_as_it_was_typed():
    assert veiled("**a** ||b *c*|| `d` || e") == "**a** [spoiler] `d` || e"
    assert veiled("||a\n- b\n||\nc") == "[spoiler]\nc"
    assert veiled("a `||` b") == "a `||` b"
    assert plain(parse("**a** ||b *c*|| d\n- e\n> `f`")) == f"a {markup.HIDDEN} d\n• e\n> f"


def seconds(said: str) -> float:
    """Of this thread, without those that go into looking for garbage, which the whole process pays for."""
    gc.disable()
    try:
        begun = time.thread_time()
        plain(parse(said))
        veiled(said)
        escaped(said)
        return time.thread_time() - begun
    finally:
        gc.enable()


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_the_cost_is_linear_whatever_the_text_is(unit: str):
    """Sixteen times the text takes sixteen times as long; were it quadratic, 256 times. What else the machine does makes
    it only ever longer: it is enough that it was as short once."""
    small, large = unit * (SIZE // 16 // len(unit)), unit * (SIZE // len(unit))
    most = max(min(seconds(small) for _ in range(3)), 0.001) * 64
    took: list[float] = []
    while not took or (min(took) >= most and len(took) < 10):
        took.append(seconds(large))
    assert min(took) < most


def test_the_cost_is_linear_in_one_long_line_of_anything():
    for one in (
        "```" + " " * SIZE + "!",
        "- " + " " * SIZE,
        "https://a/" + "." * SIZE + "b",
        "`" * SIZE + "a",
        "1" * SIZE + ". a",
    ):
        assert seconds(one) < 1
    ramp = "".join("`" * length + "a" for length in range(1, 447))  # every run of another length
    assert seconds(ramp) < 1


def test_the_longest_message_is_taken_apart_in_no_time():
    worst = max(HOSTILE.values(), key=lambda unit: seconds(unit * (BODY_BYTES // len(unit))))
    assert seconds(worst * (BODY_BYTES // len(worst))) < 0.5


@given(ANY_TEXT, st.integers(1, 400))
def test_a_long_text_falls_into_parts_that_can_be_taken_apart_alone(said: str, size: int):
    parts = markup.screens(said, size)
    assert "\n".join(parts) == said
    assert [block for part in parts for block in parse(part)] == parse(said)


def test_parts_are_about_as_long_as_asked_for_and_cut_no_block():
    code = "```\n" + "a line of code\n" * 50 + "```"
    parts = markup.screens("a line\n" * 100 + code + "\n||a\n" + "b\n" * 100 + "c||\n" + "d\n" * 100, 1000)
    assert parts[-1].startswith("d")
    assert [part for part in parts if "```" in part] == [next(part for part in parts if part.endswith(code))]
    assert sum("||" in part for part in parts) == 1
    assert max(len(part) for part in parts) < 1500
    assert len(markup.screens("a\n" * 2000, 2400)) == 52
