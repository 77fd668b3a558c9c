"""Columns: how wide a text is, and where it breaks. Pure; knows no colours.

Rule: what is printed never relies on the terminal to wrap, since a terminal goes on at the left edge, where the rest
of somebody's long line could pose as a line of anybody's. All but the first piece are indented instead.
"""

from prompt_toolkit.utils import get_cwidth

from .safe_text import Safe


def width(text: str) -> int:
    """Columns that the text takes. Where terminals differ (joined emoji), the most that one would take."""
    return len(text) if text.isascii() else sum(map(get_cwidth, text))


def wrap(text: Safe, first: int, rest: int) -> list[slice]:
    """Where to cut the text so that its first piece takes at most `first` columns and the others `rest`.

    Broken at spaces where that leaves no big hole; the space itself goes. Never empty."""
    cuts: list[slice] = []
    start, columns = 0, max(first, 2)
    while (end := start + _fits(text[start:], columns)) < len(text):
        space = text.rfind(" ", start + (end - start) // 2, end + 1)
        cuts.append(slice(start, end if space < 0 else space))
        start, columns = (end if space < 0 else space + 1), max(rest, 2)
    return [*cuts, slice(start, len(text))]


def chop(text: Safe, columns: int) -> list[slice]:
    """Where to cut the text so that each piece takes at most `columns`, wherever that is: every space stays. Never empty."""
    cuts: list[slice] = []
    start = 0
    while (end := start + _fits(text[start:], max(columns, 2))) < len(text):
        cuts.append(slice(start, end))
        start = end
    return [*cuts, slice(start, len(text))]


def clip(text: Safe, columns: int) -> Safe:
    """The text in at most `columns`, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    return Safe(text[: _fits(text, max(columns - 1, 1))].rstrip() + "…")


def pad(text: Safe, columns: int) -> Safe:
    """The text with spaces behind it up to `columns`."""
    return Safe(text + " " * (columns - width(text)))


def _fits(text: str, columns: int) -> int:
    """How many characters of the text take at most `columns`; one at least, so that a loop over it ends."""
    taken = 0
    for index, char in enumerate(text):
        taken += get_cwidth(char)
        if taken > columns:
            return max(index, 1)
    return len(text)
