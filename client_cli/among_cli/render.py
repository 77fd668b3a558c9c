"""Lines laid out in columns: every text becomes `Safe` here, and styles get their looks. Pure.

Rules: only the first row of a line begins at the left edge; what follows is indented under the text, so that neither
a line feed nor a long line can pose as a message of somebody else. Nothing is told by colour alone. A handle always
has the same colour; the colours are legible on black and on white.
"""

import re
import zlib
from typing import NamedTuple

from .layout import clip, pad, width, wrap
from .lines import Labelled, Line, Part, Quoted, Rule, Said, Told
from .places import Outgoing
from .safe_text import Safe, safe_lines, safe_text

NAMES = 10  # columns of handles; a longer one pushes the first row of its message
WIDE = 60  # columns from which on handles are aligned
RULE = 64  # columns of a rule, where there is room
LABELS = 9  # columns of labels, where there is room

LOOKS = {
    "dim": "fg:#808080",
    "place": "bold",
    "strong": "bold",
    "good": "fg:#00875f",
    "problem": "bold fg:#d75f5f",
    "mention": "bold fg:#d75f00",
}
_COLOURS = ["#d75f00", "#af8700", "#5f8700", "#00875f", "#008787", "#0087d7", "#5f87d7", "#875fd7", "#af5fd7", "#d75faf", "#d75f87", "#af875f"]  # fmt: skip
_HANDLE = re.compile(r"(?<![A-Za-z0-9._@/-])(@[A-Za-z0-9][A-Za-z0-9._-]{1,30}[A-Za-z0-9])")


class Span(NamedTuple):
    """A piece of a row, as prompt_toolkit takes it."""

    look: str
    text: Safe


Row = list[Span]


def rows(line: Line, columns: int, me: str = "") -> list[Row]:
    """The line as rows of at most `columns`. `me` is the reader's handle, which stands out where it is mentioned."""
    match line:
        case Said():
            time = f"{line.at:%H:%M}" if line.at else "--:--"
            mark = "»" if line.mention and not line.mine else " "
            mark = "✗" if line.blank else mark
            body = "deleted" if line.blank else line.body
            laid = _message(Span(LOOKS["dim"], Safe(time)), line.who, mark, body, columns, me, behind(line))
            return [_quote(line.quote, columns), *laid] if line.quote else laid
        case Rule():
            return [[Span(LOOKS[line.style], across(safe_text(line.text), min(columns, RULE)))]]
        case Told():
            return _told(line, columns)
        case Labelled():
            return _labelled(line, columns)
        case Quoted():
            return _quoted(line, columns)


def outgoing(one: Outgoing, who: str, columns: int) -> list[Row]:
    """What one has said and the server has not confirmed."""
    mark = "✗" if one.state == "failed" else "?" if one.state == "unconfirmed" else "…"
    laid = _message(Span("", Safe("     ")), who, mark, one.body, columns, "")
    dimmed = [[Span(LOOKS["dim"], span.text) for span in row] for row in laid]
    if one.state == "failed":
        laid = _told(Told((Part("problem", f"✗ Not sent: {one.reason}"), Part("dim", "  /retry or /drop"))), columns)
        dimmed += laid
    return dimmed


def colour(handle: Safe) -> str:
    """The look of a handle: the same everywhere and always."""
    return f"fg:{_COLOURS[zlib.crc32(handle.encode()) % len(_COLOURS)]}"


def across(text: Safe, columns: int) -> Safe:
    """A rule of that many columns with a text in it."""
    head = clip(Safe(f"── {text}"), columns - 3) + " "
    return Safe(head + "─" * (columns - width(head)))


def _quote(quote: str, columns: int) -> Row:
    """What a message answers, in a row above it. It can't pose as a message: those begin with a time."""
    return [Span(LOOKS["dim"], clip(Safe(f"      ┌ {safe_text(quote)}"), columns))]


def behind(line: Said) -> Safe:
    """What stands behind a message: what its author was called, that it was edited, its number."""
    then = f" (as @{safe_text(line.then)} then)" if line.then else ""
    return Safe(f"{then}{' (edited)' if line.edited else ''}{'  ' + line.number if line.number else ''}")


def _message(time: Span, who: str, mark: str, body: str, columns: int, me: str, tail: Safe | None = None) -> list[Row]:
    handle = clip(safe_text(who), min(32, columns // 2))  # no honest one is longer
    name = pad(handle, NAMES) if columns >= WIDE else handle
    head: Row = [time, Span("", Safe(" ")), Span(f"bold {colour(handle)}", name), Span("", Safe(" "))]
    head += [Span(LOOKS["mention"] if mark == "»" else "", Safe(mark)), Span("", Safe(" "))]
    used = sum(width(span.text) for span in head)
    texts = [_with_mentions(text, me) for text in safe_lines(body)]
    if tail:
        texts[-1].append(Span(LOOKS["dim"], tail))
    return _laid(head, texts, columns, used, min(used, 9 + NAMES))


def _told(line: Told, columns: int) -> list[Row]:
    texts: list[Row] = [[]]
    for part in line.parts:
        first, *more = safe_lines(part.text)
        look = colour(Safe(first.strip())) if part.style == "who" else LOOKS.get(part.style, "")
        texts[-1].append(Span(look, first))
        texts += [[Span(look, text)] for text in more]
    return _laid([], texts, columns, 0, 2)


def _labelled(line: Labelled, columns: int) -> list[Row]:
    """What the label is of stands in a column of its own, all rows of it."""
    wide = min(LABELS, columns // 3)
    head = [
        Span("", Safe("  ")),
        Span(LOOKS["dim"], pad(clip(safe_text(line.label), wide), wide)),
        Span("", Safe("  ")),
    ]
    spans = [Span(LOOKS.get(part.style, ""), safe_text(part.text)) for part in line.parts]
    return _laid(head, [spans], columns, wide + 4, wide + 4)


def _quoted(line: Quoted, columns: int) -> list[Row]:
    """Behind a bar that nothing in the text can leave."""
    laid: list[Row] = []
    for text in safe_lines(line.text):
        cuts = wrap(text, columns - 4, columns - 4)
        laid += [[Span(LOOKS["dim"], Safe("  │ ")), Span("", Safe(text[cut]))] for cut in cuts]
    return laid


def _laid(head: Row, texts: list[Row], columns: int, used: int, indent: int) -> list[Row]:
    """The texts in rows: the first behind the head, which took `used` columns, the others indented."""
    laid: list[Row] = []
    for spans in texts:
        text = Safe("".join(span.text for span in spans))
        taken = indent if laid else used
        for cut in wrap(text, columns - taken, columns - indent):
            start = head if not laid else [Span("", Safe(" " * indent))]
            laid.append([*start, *_cut(spans, cut)])
    return laid


def _cut(spans: Row, cut: slice) -> Row:
    """The spans between two places in their joined text."""
    row: Row = []
    at = 0
    for look, text in spans:
        piece = text[max(cut.start - at, 0) : max(cut.stop - at, 0)]
        at += len(text)
        if piece:
            row.append(Span(look, Safe(piece)))
    return row


def _with_mentions(text: Safe, me: str) -> Row:
    """The text with the handles in it in their colours."""
    row: Row = []
    for number, piece in enumerate(_HANDLE.split(text)):
        handle = Safe(piece[1:].lower())
        look = "" if not number % 2 else LOOKS["mention"] if handle == me else colour(handle)
        row.append(Span(look, Safe(piece)))
    return row
