"""What somebody wrote, with its marks, laid out in columns. Pure.

Rules: what could get lost where a terminal can't show it, or shows no colours, keeps its marks: code its backticks, what is
struck its tildes, a spoiler that is open its pipes. A link is underlined and whole. Code keeps its blanks: a line of it
that is too long is cut at the column and goes on behind `↳`, and never breaks at a space. Of what a spoiler hides not
even the length is seen. Every text becomes `Safe` here, a span at a time.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from msgspec.structs import replace

from among_protocol import markup
from among_protocol.markup import HIDDEN, Block, parse, plain, veiled

from .layout import chop, width, wrap
from .looks import LOOKS, Row, Span, blank, parts_of, with_mentions
from .safe_text import Safe, safe_lines, safe_text

SPOILER = "[spoiler]"  # in a glimpse
BAR, NAME, GUTTER, ON = Safe("│ "), Safe("╭ "), Safe("┊ "), Safe("┊↳")
LEFT = 6  # columns before code that has no room under the text
GLIMPSE = 100  # characters of what was said elsewhere
DIM = LOOKS["dim"]


class _Paragraph(NamedTuple):
    """A text that is laid out in rows of its own."""

    text: Row
    lead: Row  # before its first row
    more: Row  # before the others, as wide
    need: int = 0  # of code: columns of its longest line, and what stands before it; 0: this is no code


def glimpse(body: str, *, cut: bool = False, most: int = GLIMPSE, whole: bool = False) -> str:
    """How a text begins, without marks, and without what a spoiler hides: its first line that quotes nobody, or with `whole`
    all of them as one. `cut`: the end of the text is missing."""
    blocks = parse(veiled(body, cut=True, hidden=SPOILER) if cut else body)
    own = [block for block in blocks if not block.quote and block.spans]
    said = plain(blocks if whole or not own else own, hidden=SPOILER)
    line = next((line for line in said.split("\n") if line.strip()), "")
    line = " ".join((said if whole else line).split())
    return line[:most].rstrip() + "…" if len(line) > most else line


FOLDED = "(folded: you blocked or muted who said it)"  # in place of what is not shown


def hides(body: str) -> bool:
    """Whether a spoiler hides something of it."""
    return "||" in body and any(span.spoiler for block in parse(body) for span in block.spans)


def discreet(text: str) -> str:
    """A text in a list: as it is, or on one line without what a spoiler hides."""
    return glimpse(text, most=len(text), whole=True) if hides(text) else text


def changed(before: str, now: str) -> list[Block]:
    """What an edit has changed: the blocks that are new, and `…` for those around them that are as they were."""
    old, new = parse(before), parse(now)
    same = [block == other for block, other in zip(old, new, strict=False)]
    head = min(same.index(False) if False in same else len(same), len(new) - 1)
    ends = [block == other for block, other in zip(reversed(old[head:]), reversed(new[head + 1 :]), strict=False)]
    tail = ends.index(False) if False in ends else len(ends)
    gap = [Block(spans=[markup.Span("…")])]
    return [*(gap if head else []), *new[head : len(new) - tail], *(gap if tail else [])]


def laid(
    head: Row, blocks: list[Block], columns: int, *, indent: int, me: str = "", unveiled: bool = False, tail: str = ""
) -> list[Row]:
    """The blocks in rows of at most `columns`: the first behind the head, the others indented. `me`: the reader's handle;
    `unveiled`: what spoilers hide is shown; `tail`: stands behind all of it."""
    paragraphs = [one for block in (blocks if unveiled else _veiled(blocks)) for one in _paragraphs(block, me)]
    if tail and paragraphs[-1].need:
        paragraphs.append(_Paragraph([Span(DIM, safe_text(tail.strip()))], [], []))
    elif tail:
        paragraphs[-1].text.append(Span(DIM, safe_text(tail)))
    rows: list[Row] = []
    for paragraph in paragraphs:
        left = min(indent, LEFT) if indent + paragraph.need > columns else indent
        if left < indent and not rows:
            rows.append(head)
        start = [blank(left)] if rows else head
        one = _within(paragraph, (columns - max(_width(start), left)) // 2)
        text = Safe("".join(span.text for span in one.text))
        room, rest = (columns - taken - _width(one.lead) for taken in (_width(start), left))
        cuts = chop(text, room) if one.need else wrap(text, room, rest)
        for part in parts_of(one.text, cuts):
            rows.append([*start, *one.lead, *part])
            start, one = [blank(left)], one._replace(lead=one.more)
    return rows


def _within(one: _Paragraph, columns: int) -> _Paragraph:
    """What stands before its rows takes at most so many columns; bars that have no room go, a mark goes into the text."""
    while _width(one.lead) > columns:
        first, *lead = one.lead
        text = one.text if lead or one.need else [first, *one.text]
        one = one._replace(text=text, lead=lead, more=one.more[1:])
    return one


def _shut(blocks: list[Block]) -> bool:
    """Whether they end in something hidden."""
    return bool(blocks) and bool(blocks[-1].spans) and blocks[-1].spans[-1].spoiler


def _veiled(blocks: list[Block]) -> list[Block]:
    """With something that stands for what spoilers hide; over lines it stands there once."""
    kept: list[Block] = []
    blanks: list[Block] = []  # lines that may be in the midst of a spoiler
    for block in blocks:
        if not block.spans:
            blanks.append(block)
            continue
        if _shut(kept) and all(span.spoiler for span in block.spans):
            blanks = []
            continue
        spans = [
            one
            for unseen, some in groupby(block.spans, lambda span: span.spoiler)
            for one in ([markup.Span(HIDDEN, spoiler=True)] if unseen else some)
        ]
        kept += [*blanks, replace(block, spans=spans)]
        blanks = []
    return [*kept, *blanks]


def _paragraphs(block: Block, me: str) -> Iterator[_Paragraph]:
    """A block is one; a code block is one for each of its lines, and for the name of its language."""
    bars = [Span(DIM, BAR)] * block.quote
    if block.kind == "code":
        bars += [blank(2 * block.level)] if block.level else []
        hidden = any(span.spoiler and span.text == HIDDEN for span in block.spans)
        look = LOOKS["spoiler" if hidden else "code"]
        lines = safe_lines("".join(span.text for span in block.spans))
        need = max(map(width, lines)) + _width(bars) + 2
        if block.language:
            yield _Paragraph([Span(DIM, safe_text(block.language))], [*bars, Span(DIM, NAME)], [*bars, blank(2)], need)
        for line in lines:
            yield _Paragraph([Span(look, line)], [*bars, Span(DIM, GUTTER)], [*bars, Span(DIM, ON)], need)
        return
    mark = safe_text(f"{'  ' * (block.level - 1)}{block.mark} " if block.mark else "  " * block.level)
    lead = [*bars, *([Span(DIM, mark)] if mark else [])]
    more = [*bars, *([blank(width(mark))] if mark else [])]
    yield _Paragraph(list(_spans(block.spans, me)), lead, more)


def _spans(spans: list[markup.Span], me: str) -> Iterator[Span]:
    """With their looks, and with the marks that say what looks may not."""
    marks = {"||": False, "~~": False}
    for span in [*spans, markup.Span("")]:
        now = {"||": span.spoiler and span.text != HIDDEN, "~~": span.strike}
        yield from (Span(DIM, Safe(mark)) for mark in marks if marks[mark] != now[mark])
        marks = now
        yield from _looks(span, me)


def _looks(span: markup.Span, me: str) -> Iterator[Span]:
    text = safe_text(span.text)
    looks = [LOOKS[name] for name in ("strong", "emphasis", "strike", "link") if getattr(span, name)]
    if span.spoiler and span.text == HIDDEN:
        yield Span(LOOKS["spoiler"], text)
    elif span.code:
        yield from (Span(DIM, Safe("`")), Span(" ".join([*looks, LOOKS["code"]]), text), Span(DIM, Safe("`")))
    elif span.link:
        yield Span(" ".join(looks), text)
    else:
        yield from (Span(" ".join([*looks, one.look]).strip(), one.text) for one in with_mentions(text, me))


def _width(row: Row) -> int:
    return sum(width(span.text) for span in row)
