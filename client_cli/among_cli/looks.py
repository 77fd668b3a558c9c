"""Pieces of rows, and how they look. Pure.

Rules: nothing is told by colour alone. A handle always has the same colour; the colours are legible on black and on white.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .safe_text import Safe

LOOKS = {
    "dim": "fg:#808080",
    "place": "bold",
    "strong": "bold",
    "good": "fg:#00875f",
    "problem": "bold fg:#d75f5f",
    "mention": "bold fg:#d75f00",
    "emphasis": "italic",
    "strike": "strike",
    "link": "underline",
    "code": "fg:#af8700",
    "spoiler": "fg:#808080",
}
_COLOURS = ["#d75f00", "#af8700", "#5f8700", "#00875f", "#008787", "#0087d7", "#5f87d7", "#875fd7", "#af5fd7", "#d75faf", "#d75f87", "#af875f"]  # fmt: skip
_HANDLE = re.compile(r"(?<![A-Za-z0-9._@/-])(@[A-Za-z0-9][A-Za-z0-9._-]{1,30}[A-Za-z0-9])")


class Span(NamedTuple):
    """A piece of a row, as prompt_toolkit takes it."""

    look: str
    text: Safe


Row = list[Span]


def colour(handle: Safe) -> str:
    """The look of a handle: the same everywhere and always."""
    return f"fg:{_COLOURS[zlib.crc32(handle.encode()) % len(_COLOURS)]}"


def with_mentions(text: Safe, me: str) -> Row:
    """The text with the handles in it in their colours; `me`, the reader's, stands out."""
    row: Row = []
    for number, piece in enumerate(_HANDLE.split(text)):
        handle = Safe(piece[1:].lower())
        look = "" if not number % 2 else LOOKS["mention"] if handle == me else colour(handle)
        row.append(Span(look, Safe(piece)))
    return row


def blank(columns: int) -> Span:
    """So many spaces."""
    return Span("", Safe(" " * columns))


def parts_of(row: Row, cuts: Iterable[slice]) -> Iterator[Row]:
    """The spans between places in their joined text, for each cut; the cuts go forward."""
    index = at = 0  # the first span that goes on behind the cut before, and where it begins
    for cut in cuts:
        while index < len(row) and at + len(row[index].text) <= cut.start:
            at += len(row[index].text)
            index += 1
        part: Row = []
        number, begin = index, at
        while number < len(row) and begin < cut.stop:
            look, text = row[number]
            if piece := text[max(cut.start - begin, 0) : cut.stop - begin]:
                part.append(Span(look, Safe(piece)))
            begin += len(text)
            number += 1
        yield part
