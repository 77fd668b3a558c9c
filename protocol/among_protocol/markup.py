"""What people write, taken apart: the subset of Markdown that every client shows alike. Pure; docs/reference/markup.md
states it, `protocol/markup.json` has examples with what comes out.

    parse("**Hi**, see https://example.org")  ->  [Block(spans=[Span("Hi", strong=True), Span(", see "), Span("https://…", link=True)])]

Rules: any text can be parsed, and no letter or digit of it is ever lost. The cost is linear in the length of the text,
whatever the text is: each mark looks for its partner alone, and remembers one at most. A line is a block, and marks pair
within their line, but for code blocks and spoilers. Nothing hides an address: a link is its own text. Nothing comes out
that was not in the text, but for one space before the address of `[words](address)`.
"""

import re
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from msgspec import Struct

from . import markup_line
from .markup_line import BLANK, CODE, EMPHASIS, LINK, SPOILER, STRIKE, STRONG, Piece

DEEP = 8  # quotes in quotes, and lists in lists; what is deeper counts as that deep, or is text
HIDDEN = "▒▒▒▒▒▒▒▒"  # stands for what a spoiler hides, however long that is

_ANY = re.compile(r"[`*_~|>\[\\]|://|^[ \t]*[-+0-9]", re.MULTILINE)  # a text without these is nothing but text
_FENCE = re.compile(r"(`{3,})[ \t]*(?:([A-Za-z0-9_+#.-]{1,32})[ \t]*)?")
_ITEM = re.compile(r"([-*+]|[0-9]{1,9}[.)])[ \t]+(?=[^ \t])")
_PIPES = re.compile(r"\|\|+")
# What begins a block, as text: backslashes stand before it.
_START = re.compile(r"(\\*)(?=>|[-+][ \t])|([0-9]{1,9})(\\*)(?=[.)][ \t])")


class Span(Struct, frozen=True, omit_defaults=True):
    """A piece of a block, all of it shown in the same way."""

    text: str
    strong: bool = False
    emphasis: bool = False
    strike: bool = False
    code: bool = False
    spoiler: bool = False  # hidden until the reader asks for it
    link: bool = False  # the text is an address, all of it: https, http or among


class Block(Struct, frozen=True, omit_defaults=True):
    """A line of text or of a list; or a code block, whose text has all its lines."""

    spans: list[Span]
    kind: Literal["text", "item", "code"] = "text"
    quote: int = 0  # how deep it is quoted: 1 to 8; 0: not
    level: int = 0  # of an item: 1 to 8, how deep its list is in others; of another block: of the item it belongs to
    mark: str = ""  # of an item: "•", or its number as it was typed, as "3." or "3)"
    language: str = ""  # of a code block, where it was named


class _Fence(NamedTuple):
    """A code block that is not closed yet."""

    ticks: int
    indent: int
    quote: int
    level: int
    language: str
    at: int
    lines: list[str]


class _Draft(NamedTuple):
    """A block before it is known what spoilers hide of it."""

    kind: Literal["text", "item", "code"]
    quote: int
    level: int
    mark: str
    language: str
    at: int  # where it begins in the text
    pieces: list[Piece]


def parse(text: str) -> list[Block]:
    """The blocks of a text, in order. Any text has some; a blank line is a block without spans, or of blanks."""
    if not _ANY.search(text):
        return [Block(spans=[Span(line)] if line else []) for line in text.split("\n")]
    drafts = _drafts(text)
    pairs = sum(_spoilers(draft) for draft in drafts) & ~1  # the odd one is text
    blocks: list[Block] = []
    seen = 0
    for draft in drafts:
        before, shown = seen, []
        for piece in draft.pieces:
            if piece.flags & SPOILER and seen < pairs:
                seen += 1
            else:
                shown.append((piece.text, (piece.flags & ~SPOILER) | (SPOILER if seen % 2 else 0)))
        spans = [
            _span("".join(text for text, _ in same), flags) for flags, same in groupby(shown, lambda piece: piece[1])
        ]
        if spans or seen == before or draft.kind != "text":  # a line of nothing but marks of spoilers is none
            blocks.append(Block(spans, draft.kind, draft.quote, draft.level, draft.mark, draft.language))
    return blocks or [Block(spans=[])]


def plain(blocks: list[Block], *, hidden: str = HIDDEN) -> str:
    """The text without marks, for a notice or a glimpse; in place of what spoilers hide stands `hidden`."""
    rows: list[str] = []
    for block in blocks:
        said = "".join(
            hidden if unseen else "".join(span.text for span in spans)
            for unseen, spans in groupby(block.spans, lambda span: span.spoiler)
        )
        mark = f"{'  ' * (block.level - 1)}{block.mark} " if block.mark else ""
        rows.append(f"{'> ' * block.quote}{mark}{said}")
    return "\n".join(rows)


def veiled(text: str, *, cut: bool = False, hidden: str = "[spoiler]") -> str:
    """The text as it was typed, with `hidden` for each spoiler. Of a text that was `cut`, a mark of a spoiler hides all
    that follows, since the mark that ends it may be what is missing."""
    if "||" not in text:
        return text
    if cut:
        found = _PIPES.search(text)
        assert found is not None
        return text[: found.start()] + hidden
    marks = [piece for draft in _drafts(text) for piece in draft.pieces if piece.flags & SPOILER]
    kept, at = [], 0
    for first, last in zip(marks[::2], marks[1::2], strict=False):
        kept += [text[at : first.at], hidden]
        at = last.at + len(last.text)
    return "".join([*kept, text[at:]])


def screens(text: str, size: int) -> list[str]:
    """The text in pieces of about `size` characters, each of which can be taken apart alone: cut at ends of lines, and never
    within a code block, a list or a spoiler. A line counts as sixty characters more than it has, since a short one takes a row, too."""
    drafts = _drafts(text)
    pairs = sum(_spoilers(draft) for draft in drafts) & ~1
    cuts, seen, begun = [0], 0, 0
    for draft, after in pairwise(drafts):
        seen += _spoilers(draft)
        begun += after.at - draft.at + 60 * text.count("\n", draft.at, after.at)
        alone = after.level <= (after.kind == "item") and any(piece.text.strip(" \t") for piece in after.pieces)
        if begun >= size and alone and (seen >= pairs or not seen % 2):
            cuts.append(after.at)
            begun = 0
    return [text[start : end - 1] for start, end in pairwise([*cuts, len(text) + 1])]


def escaped(text: str) -> str:
    """The text with backslashes, so that `parse` takes all of it as text (and addresses as links)."""
    lines: list[str] = []
    for line in text.split("\n"):
        begin = _blanks(line)
        slashes, after = _begins(line, begin)
        head = line[:after]
        if slashes is not None:
            head += "\\" * (slashes + 1)
        lines.append(head + markup_line.escaped(line, after))
    return "\n".join(lines)


def _blanks(line: str) -> int:
    """How many characters of it are blanks before all else."""
    found = BLANK.match(line)
    return found.end() if found else 0


def _begins(line: str, begin: int) -> tuple[int | None, int]:
    """Where something would begin a block but for backslashes: how many these are, and where it goes on."""
    found = _START.match(line, begin)
    if found is None or (begin and line[found.end()] == ">"):  # a quote begins at the left edge alone
        return None, begin
    return len(found[3] or found[1] or ""), found.end()


def _spoilers(draft: _Draft) -> int:
    """How many marks of spoilers are in it."""
    return sum(piece.flags & SPOILER > 0 for piece in draft.pieces)


def _span(text: str, flags: int) -> Span:
    return Span(
        text,
        strong=flags & STRONG > 0,
        emphasis=flags & EMPHASIS > 0,
        strike=flags & STRIKE > 0,
        code=flags & CODE > 0,
        spoiler=flags & SPOILER > 0,
        link=flags & LINK > 0,
    )


def _drafts(text: str) -> list[_Draft]:
    drafts: list[_Draft] = []
    fence: _Fence | None = None
    indents: list[int] = []  # of the lists that one is in
    deep = 0  # of the line before
    at = 0
    for line in text.split("\n"):
        begin, at = at, at + len(line) + 1
        if fence is not None:
            quote, rest = _quoted(line, fence.quote)
            if quote == fence.quote and not _closes(fence, rest):
                fence.lines.append(_dedented(rest, fence.indent))
                continue
            drafts.append(_code(fence))
            ended, fence = quote == fence.quote, None
            if ended:
                continue
        quote, rest = _quoted(line, DEEP)
        if quote != deep:
            deep, indents = quote, []
        fence = _opened(quote, rest, indents, begin)
        if fence is None:
            drafts.append(_line(quote, rest, indents, begin, begin + len(line) - len(rest)))
    return [*drafts, _code(fence)] if fence is not None else drafts


def _quoted(line: str, most: int) -> tuple[int, str]:
    """How deep a line is quoted, up to `most`, and what is quoted. Signs, each with a space behind it or none, and one
    behind the last: `>_<` is a face."""
    depth = at = 0
    while depth < most and line.startswith(">", at):
        depth += 1
        at += 2 if line.startswith(" ", at + 1) else 1
    if depth and at < len(line) and line[at - 1] != " ":
        return 0, line
    return depth, line[at:]


def _opened(quote: int, rest: str, indents: list[int], at: int) -> _Fence | None:
    """The code block that this line begins."""
    indent = len(rest) - len(rest.lstrip(" "))
    found = _FENCE.fullmatch(rest, indent)
    if found is None:
        return None
    if indent < 2:
        indents.clear()
    return _Fence(len(found[1]), indent, quote, len(indents), found[2] or "", at, [])


def _closes(fence: _Fence, rest: str) -> bool:
    bare = rest.strip(" \t")
    return len(bare) >= fence.ticks and not bare.strip("`")


def _dedented(line: str, indent: int) -> str:
    """Without as many spaces as stand before the fence."""
    return line[min(indent, len(line) - len(line.lstrip(" "))) :]


def _code(fence: _Fence) -> _Draft:
    text = "\n".join(fence.lines)
    pieces = [Piece(text, CODE)] if text else []
    return _Draft("code", fence.quote, fence.level, "", fence.language, fence.at, pieces)


def _line(quote: int, rest: str, indents: list[int], start: int, at: int) -> _Draft:
    """A line of text or of a list. `start`, `at`: where it and what is quoted of it begin in the whole text."""
    begin = _blanks(rest)
    indent = sum(4 if char == "\t" else 1 for char in rest[:begin])
    item = _ITEM.match(rest, begin)
    if item is not None:
        _indent(indents, indent)
        mark = item[1] if item[1][0].isdigit() else "•"
        return _Draft("item", quote, len(indents), mark, "", start, markup_line.pieces(rest, item.end(), at))
    if begin == len(rest):
        return _Draft("text", quote, 0, "", "", start, [Piece(rest, 0)] if rest else [])
    if indent < 2:
        indents.clear()
    head = "" if indents else rest[:begin]
    slashes, after = _begins(rest, begin)
    if slashes:
        head += rest[begin : after - slashes] + "\\" * (slashes // 2)
        begin = after
    pieces = markup_line.pieces(rest, begin, at)
    return _Draft("text", quote, len(indents), "", "", start, [Piece(head, 0), *pieces] if head else pieces)


def _indent(indents: list[int], indent: int) -> None:
    """The lists that an item with so many blanks before it is in."""
    while indents and indents[-1] > indent:
        indents.pop()
    if not indents or (indent >= indents[-1] + 2 and len(indents) < DEEP):
        indents.append(indent)
