"""Lines laid out in columns: every text becomes `Safe` here, and styles get their looks. Pure.

Rules: only the first row of a line begins at the left edge; what follows is indented under the text, so that neither
a line feed nor a long line can pose as a message of somebody else. What somebody wrote is laid out by words.py.
"""

from msgspec.structs import replace

from among_protocol.markup import Block, parse

from .layout import clip, pad, width, wrap
from .lines import Labelled, Line, Part, Quoted, Rule, Said, Told, Usage, Written
from .looks import LOOKS, Row, Span, blank, colour, parts_of
from .places import Outgoing
from .safe_text import Safe, safe_lines, safe_text
from .words import SPOILER, changed, hides
from .words import laid as words

NAMES = 10  # columns of handles; a longer one pushes the first row of its message
WIDE = 60  # columns from which on handles are aligned
RULE = 64  # columns of a rule, where there is room
LABELS = 9  # columns of labels, where there is room

__all__ = ["LOOKS", "Row", "Span", "across", "behind", "colour", "outgoing", "rows"]


def rows(line: Line, columns: int, me: str = "") -> list[Row]:
    """The line as rows of at most `columns`. `me` is the reader's handle, which stands out where it is mentioned."""
    match line:
        case Said():
            time = Span(LOOKS["dim"], Safe(f"{line.at:%H:%M}" if line.at else "--:--"))
            laid = _message(time, line.who, _mark(line), _blocks(line), columns, me, behind(line), line.unveiled)
            if line.reactions:
                laid += _below(line.reactions, columns)
            if line.thread:
                laid += _below(line.thread, columns)
            above = [_quote(what, columns) for what in (line.inside, line.quote) if what]
            above += _forwarded(line.credit, line.shown, columns, unveiled=line.unveiled) if line.credit else []
            return [*above, *laid]
        case Rule():
            return [[Span(LOOKS[line.style], across(safe_text(line.text), min(columns, RULE)))]]
        case Told():
            return _told(line, columns)
        case Labelled():
            return _labelled(line, columns)
        case Usage():
            return _usage(line, columns)
        case Quoted():
            return _quoted(line, columns)
        case Written():
            tail = "  /reveal" if hides(line.text) and not line.unveiled else ""
            return words([blank(2)], parse(line.text), columns, indent=2, me=me, unveiled=line.unveiled, tail=tail)


def outgoing(one: Outgoing, who: str, columns: int, where: str = "") -> list[Row]:
    """What one has said and the server has not confirmed. `where`: to which place, where that is not the one that is open."""
    mark = "✗" if one.state == "failed" else "?" if one.state == "unconfirmed" else "…"
    laid = _message(blank(5), who, mark, parse(one.body), columns, "", "", unveiled=True)
    dimmed = [[Span(LOOKS["dim"], span.text) for span in row] for row in laid]
    if one.state == "failed":
        laid = _told(
            Told((Part("problem", f"✗ Not sent{where}: {one.reason}"), Part("dim", "  /retry or /drop"))), columns
        )
        dimmed += laid
    return dimmed


def across(text: Safe, columns: int) -> Safe:
    """A rule of that many columns with a text in it."""
    head = clip(Safe(f"── {text}"), columns - 3) + " "
    return Safe(head + "─" * (columns - width(head)))


def _quote(quote: str, columns: int) -> Row:
    """What a message answers, in a row above it. It can't pose as a message: those begin with a time."""
    return [Span(LOOKS["dim"], clip(Safe(f"      ┌ {safe_text(quote)}"), columns))]


def _forwarded(credit: str, shown: str, columns: int, *, unveiled: bool) -> list[Row]:
    """The credit in a row above the message, and what was said, behind a bar that nothing in it can leave."""
    blocks = [replace(block, quote=block.quote + 1) for block in parse(shown)] if shown else []
    return [
        _quote(credit, columns),
        *(words([blank(6)], blocks, columns, indent=6, unveiled=unveiled) if blocks else []),
    ]


def _below(what: str, columns: int) -> list[Row]:
    """How it is reacted to, or what is said about it, in rows below it."""
    head, text = Span(LOOKS["dim"], Safe("      └ ")), Span(LOOKS["dim"], safe_text(what))
    return _laid([head], [[text]], columns, 8, 8)


def behind(line: Said) -> str:
    """What stands behind a message: what its author was called, that it was edited, its number, and how to see all of it."""
    then = f" (as @{line.then} then)" if line.then else ""
    veiled = not (line.unveiled or line.blank) and (hides(line.body) or SPOILER in line.shown)
    how = "/reveal" if veiled else ""
    number = " ".join(filter(None, (how, line.number)))
    return f"{then}{' (edited)' if line.edited else ''}{f'  {number}' if number else ''}"


def _mark(line: Said) -> str:
    """What stands before a message: it was deleted, it is shown again, it is for the reader."""
    return "✗" if line.blank else "»" if line.mention and not line.mine else "✎" if line.was is not None else " "


def _blocks(line: Said) -> list[Block]:
    if line.blank:
        return parse("deleted")
    return changed(line.was, line.body) if line.was else parse(line.body or "(forwarded)")


def _message(
    time: Span, who: str, mark: str, blocks: list[Block], columns: int, me: str, tail: str, unveiled: bool
) -> list[Row]:
    handle = clip(safe_text(who), min(32, columns // 2))  # no honest one is longer
    name = pad(handle, NAMES) if columns >= WIDE else handle
    head: Row = [time, blank(1), Span(f"bold {colour(handle)}", name), blank(1)]
    head += [Span(LOOKS["mention"] if mark == "»" else "", Safe(mark)), blank(1)]
    used = sum(width(span.text) for span in head)
    return words(head, blocks, columns, indent=min(used, 9 + NAMES), me=me, unveiled=unveiled, tail=tail)


def _told(line: Told, columns: int) -> list[Row]:
    if line.whole:
        return [[Span(LOOKS[part.style], safe_text(part.text)) for part in line.parts]]
    texts: list[Row] = [[]]
    for part in line.parts:
        first, *more = safe_lines(part.text)
        look = colour(Safe(first.strip())) if part.style == "who" else LOOKS.get(part.style, "")
        texts[-1].append(Span(look, first))
        texts += [[Span(look, text)] for text in more]
    text = "".join(span.text for span in texts[0])
    indent = len(text) - len(text.lstrip(" "))  # what goes on stands under what it goes on from
    return _laid([], texts, columns, 0, max(2, min(indent, columns // 3)))


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


def _usage(line: Usage, columns: int) -> list[Row]:
    """What is typed has a row of its own where it is wider than its column."""
    wide = min(line.wide, columns // 2)
    typed, about = Span(LOOKS["strong"], safe_text(line.typed)), [Span(LOOKS["dim"], safe_text(line.about))]
    if width(typed.text) > wide:
        return [
            *_laid([blank(2)], [[typed]], columns, 2, 4),
            *_laid([blank(wide + 3)], [about], columns, wide + 3, wide + 3),
        ]
    head = [blank(2), Span(typed.look, pad(typed.text, wide)), blank(1)]
    return _laid(head, [about], columns, wide + 3, wide + 3)


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
        for part in parts_of(spans, wrap(text, columns - taken, columns - indent)):
            start = head if not laid else [Span("", Safe(" " * indent))]
            laid.append([*start, *part])
    return laid
