"""One emoji, and nothing else, where one is asked for; the same emoji is the same text."""

import pytest

from among_protocol.emoji import emoji
from among_protocol.text import TextError


@pytest.mark.parametrize(
    "one",
    [
        "🙂", "☕", "🌱", "🫠", "🫨", "👍🏽", "☝🏿", "👩‍🚀", "👩🏾‍🚀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️‍🔥", "👁️‍🗨️", "🇵🇹", "#️⃣", "7️⃣",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "©️", "⚕️", "👩‍⚕️", "🏻",
    ],
)  # fmt: skip
def test_one_emoji_is_kept_as_it_is(one):
    assert emoji(one) == one
    assert emoji(f" {one}\n") == one


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("❤", "❤️"), ("☕️", "☕"), ("👩‍⚕", "👩‍⚕️"), ("©", "©️"), ("3\u20e3", "3️⃣"), ("☀", "☀️"), ("🙂️", "🙂")],
)
def test_the_same_emoji_is_the_same_text(typed, kept):
    assert emoji(typed) == kept
    assert emoji(kept) == kept


@pytest.mark.parametrize(
    "other",
    [
        "", " ", "a", "7", "#", "ok", ":)", "🙂🙂", "🙂 🙂", "🙂!", "x🙂", "é", "漢", "№", "\ufe0f", "\u200d", "🇵", "🇵🇹🇪🇸", "🙂\u200d",
        "\u200d🙂", "🙂\u200dx", "🚗🏽", "🙂\u0301", "🙂\u200b", "🙂\u202e", "👨‍👩‍👧‍👦‍👦", "🙂\x1b[31m",
        "🏴\U000e0068\U000e0069\U000e007f", "🙂\U000e0068", "☺\ufe0e", "\U0001faff", "\ud83d",
    ],
)  # fmt: skip
def test_nothing_else_is_an_emoji(other):
    with pytest.raises(TextError, match="must be one emoji"):
        emoji(other)


def test_no_emoji_is_longer_than_its_field():
    longest = "👨🏽‍❤️‍💋‍👨🏽"
    assert emoji(longest) == longest
    assert len("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f") <= 16
    assert len("👨🏽‍👩🏽‍👧🏽‍👦🏽") <= 16
