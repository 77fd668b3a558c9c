"""Texts as they are searched: the words in them, and whether a query is in them. Pure.

Rule 1: a text is folded character by character: case, accents and width don't count. Where marks are letters (of Indic
scripts, of kana) they stay.
Rule 2: a word is a run of letters, digits and marks. Scripts that are written without blanks (Chinese, Japanese, Thai) and
Hangul, which glues its endings on, are indexed by each two characters in a row: so every part of such a run is found.
Rule 3: the index only proposes. What is found is what `Sought.fits` says of the text as it is now.
Rule 4: whatever people write, a text costs so much for each of its characters, and what is kept between two texts is bounded.

Who changes what `words_of` gives moves SHAPE in sqlite/index.py on: then every index is made anew.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, chain, islice
from typing import NamedTuple

from among_protocol.query import PREFIX_LEAST, Query, QueryError, Term
from among_protocol.search import Mark

LONGEST = 48  # characters of a word that are indexed: a longer one is found by these, and held against the text
PAIRS = 8  # of a run of a query that are looked up: the text decides about the rest
SNIPPET = 160  # characters shown of a text
BEFORE = 40  # of them, at most so many before what was found
MARKS = 16  # in one text
PILE = 30  # marks on one character that are put in order together, as in Unicode's stream-safe text
LAST_MARK = 0x20000  # characters behind this are no marks
FOLDS = 8_192  # characters of which it is remembered what they are folded to: more than those of any language
CHUNK = 256  # characters that are folded at once, where it must be found out which became which

_PLAIN = re.compile(r"[a-z0-9]+")
# Scripts without blanks between words, and Hangul.
_RUN = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_IN_RUN = re.compile(f"[{_RUN}]")
# Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic, and what can't be seen.
_STRIPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)


class _Folds(dict[int, str]):
    """What each character is folded to, found out when it is met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
        if len(self) >= FOLDS:
            self.clear()
        folded = self[code] = unicodedata.normalize("NFC", _STRIPPED.sub("", decomposed))
        return folded


_FOLDS = _Folds()


def _one_of(codes: Iterable[int], more: str = "") -> str:
    """A pattern for one of these characters; `more`: "+" for some in a row. Those beyond the basic plane are apart, since a class with any of them is looked
    through range by range for each character of a text."""
    ranges: tuple[list[list[int]], list[list[int]]] = ([], [])
    for code in codes:
        of_plane = ranges[code >= 0x10000]
        if of_plane and of_plane[-1][1] == code - 1:
            of_plane[-1][1] = code
        else:
            of_plane.append([code, code])
    basic, beyond = ("".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in rows) for rows in ranges)
    return f"[{basic}]{more}|(?=[\U00010000-\U0010ffff])[{beyond}]{more}"


@cache
def _pile() -> re.Pattern[str]:
    """PILE marks in a row, with what is before them. Made when the first text needs it, or `prepare`."""
    codes = [code for code in range(0x300, LAST_MARK) if not 0xAC00 <= code < 0xE000]  # no mark among these
    marks = (code for code in codes if unicodedata.combining(unicodedata.normalize("NFD", chr(code))[0]))
    return re.compile(f"(.?(?:{_one_of(marks)}){{{PILE}}})", re.DOTALL)


def nfc(text: str) -> str:
    """In NFC, part by part where more marks stand in a row than anybody reads: to put those in order takes as many steps as
    the square of their number."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFC", part) for part in _pile().split(text))


def fold(text: str) -> str:
    return text.lower() if text.isascii() else nfc(text).translate(_FOLDS)


@cache
def _words() -> re.Pattern[str]:
    """Of any script: runs of those without blanks, and words of the others. Made likewise."""
    codes = (code for code in range(0x20000) if unicodedata.category(chr(code))[0] in "LNM")
    of_words = _one_of((code for code in codes if not _IN_RUN.match(chr(code))), "+")
    return re.compile(f"[{_RUN}]+|(?:{of_words})+")


def prepare() -> None:
    """Make beforehand what takes a tenth of a second to make, on a thread that nobody waits for."""
    _pile()
    _words()


def split(folded: str) -> list[str]:
    """The words of a folded text, and its runs, in order."""
    return _pattern(folded).findall(folded)


def _pattern(folded: str) -> re.Pattern[str]:
    return _PLAIN if folded.isascii() else _words()


def is_run(word: str) -> bool:
    return not word.isascii() and _IN_RUN.match(word) is not None


def words_of(*texts: str) -> dict[str, None]:
    """What a text is found by, each once, in order."""
    found: dict[str, None] = {}
    for text in texts:
        folded = fold(text)
        if folded.isascii():  # most are, and a server that indexes all anew has a million
            found.update(dict.fromkeys([word[:LONGEST] for word in split(folded)]))
            continue
        for word in split(folded):
            if is_run(word):
                found.update(dict.fromkeys(_pairs(word)))
                found[word[-1]] = None  # or one character alone would not be found at the end
            else:
                found[word[:LONGEST]] = None
    return found


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


class Piece(NamedTuple):
    """Words in a row, folded."""

    words: Sequence[str]  # with runs among them
    pattern: str  # is in what `spread` gives of a text that has it
    prefix: bool
    without: bool

    @property
    def begins(self) -> bool:
        """Whether the pattern has a blank before the words."""
        return self.pattern[0] == " "

    @property
    def ends(self) -> bool:
        """Likewise, behind them."""
        return self.pattern[-1] == " "

    def looked_up(self) -> Iterator[tuple[str, bool]]:
        """The words of the index that a text with this has; the flag: those that begin so."""
        for at, word in enumerate(self.words):
            last = at == len(self.words) - 1
            if not is_run(word):
                yield word[:LONGEST], self.prefix and last and len(word) <= LONGEST
            elif len(word) == 1:
                yield word, True
            else:
                yield from ((pair, False) for pair in list(_pairs(word))[:PAIRS])


class Sought(NamedTuple):
    """What is to be in a text, and what is not."""

    pieces: tuple[Piece, ...]
    without: tuple[Piece, ...]

    def fits(self, words: "Spaced") -> bool:
        return all(map(words.have, self.pieces)) and not any(map(words.have, self.without))

    def score(self, words: "Spaced") -> float:
        """How well a text that fits does: often and close together, in a short text or a title. From 0 up."""
        if not self.pieces:
            return 0.0
        heading, spaced = words
        weight = 1.2 * (0.25 + 0.75 * len(spaced) / 300)
        total = 0.0
        for piece in self.pieces:
            often = spaced.count(piece.pattern)
            exact = 1.0 if not piece.prefix or f"{piece.pattern} " in spaced else 0.6
            total += exact * 2.2 * often / (often + weight) + (2.0 if piece.pattern in heading else 0.0)
        if len(self.pieces) > 1:
            places = [spaced.find(piece.pattern) for piece in self.pieces]
            if min(places) >= 0:
                total += 1.0 / (1.0 + (max(places) - min(places)) / 60)
        return total


class Spaced(NamedTuple):
    """The words of a text, and those of its title, each between blanks of its own."""

    title: str
    text: str

    def have(self, piece: Piece) -> bool:
        return piece.pattern in self.text or piece.pattern in self.title


def spaced(title: str, text: str) -> Spaced:
    return Spaced(spread(title) if title else "", spread(text))


def spread(text: str) -> str:
    return f" {'  '.join(split(fold(text)))} "


def sought(query: Query) -> Sought:
    """Raises QueryError."""
    pieces = [piece for piece in map(_piece, query.terms) if piece is not None]
    if not pieces and not query.filters:
        raise QueryError("There is no word in this search, only marks.")
    wanted = tuple(dict.fromkeys(piece for piece in pieces if not piece.without))
    if not wanted and not any(not one.without and one.name in ("from", "mentions", "has") for one in query.filters):
        raise QueryError(
            "Say also what to look for: a word, or from: mentions: has:, not only where or when it was said."
        )
    return Sought(wanted, tuple(dict.fromkeys(piece for piece in pieces if piece.without)))


def _piece(term: Term) -> Piece | None:
    words = split(fold(term.text))
    if not words:
        return None
    first, last = words[0], words[-1]
    prefix = term.prefix and not is_run(last)
    if prefix and len(last) < PREFIX_LEAST:
        raise QueryError(f"At least {PREFIX_LEAST} characters stand before a *.")
    before = "" if is_run(first) else " "
    after = "" if is_run(last) or prefix else " "
    return Piece(tuple(words), f"{before}{'  '.join(words)}{after}", prefix, term.without)


def shown(wanted: Sequence[Piece], text: str, longest: int = SNIPPET) -> tuple[str, list[Mark]]:
    """A part of a text in one line, around what is wanted, and where that stands in it."""
    text = nfc(text)
    spans = _spans(wanted, text, longest)
    start = end = 0
    if len(text) <= longest:
        end = len(text)
    else:
        first = spans[0][0] if spans else 0
        start = max(0, min(first - BEFORE, len(text) - longest))
        while 0 < start < first and not text[start - 1].isspace() and first - start < 2 * BEFORE:
            start += 1  # begin with a word
        end = start + longest
    piece = "".join(" " if char in "\n\t\r" else char for char in text[start:end])
    marks = [Mark(start=low - start, end=min(high, end) - start) for low, high in spans if start <= low < end]
    return piece, marks[:MARKS]


def _spans(wanted: Sequence[Piece], text: str, longest: int) -> list[tuple[int, int]]:
    """Where the pieces stand in a text that is in NFC: from the first on, as far as is shown. The rest is only searched."""
    parts = [text[at : at + CHUNK].translate(_FOLDS) for at in range(0, len(text), CHUNK)]
    folded = "".join(parts)
    spaced = f" {'  '.join(split(folded))} "
    found = [at + piece.begins for piece in wanted if (at := spaced.find(piece.pattern)) >= 0]
    if not found:
        return []
    first = min(found)
    number = spaced.count("  ", 0, first)  # words before that one
    spot = spaced.rfind("  ", 0, first) + 2 if number else 1
    words = islice(_pattern(folded).finditer(folded), number, None)
    word = next(words)
    view = _view(text, parts, word.start() + first - spot, longest)
    spots, starts = [], []  # of the words that are seen: in `spaced`, and in `folded`
    for one in chain([word], words):
        if one.start() >= view.end:
            break
        spots.append(spot)
        starts.append(one.start())
        spot += len(one.group()) + 2

    def origin(at: int) -> int:
        """The character of the text from which one of `spaced` comes; where that isn't seen, the nearest that is."""
        if at >= spot:
            return view.places[-1]
        nth = bisect(spots, at) - 1
        return view.places[min(max(starts[nth] + at - spots[nth] - view.begin, 0), len(view.places) - 1)]

    spans: set[tuple[int, int]] = set()
    for piece in wanted:
        at = spaced.find(piece.pattern, first - piece.begins)
        while 0 <= at < spot:
            low, high = at + piece.begins, at + len(piece.pattern) - piece.ends
            nth = bisect(spots, low) - 1
            if starts[nth] + low - spots[nth] >= view.end:
                break
            spans.add((origin(low), origin((spaced.index(" ", high) if piece.prefix else high) - 1) + 1))
            at = spaced.find(piece.pattern, at + 1)
    return _merged(spans)


class _View(NamedTuple):
    """A part of a folded text, and the character of the text from which each of its characters comes."""

    begin: int
    places: Sequence[int]

    @property
    def end(self) -> int:
        return self.begin + len(self.places)


def _view(text: str, parts: Sequence[str], at: int, longest: int) -> _View:
    """From the part in which the folded character `at` is, to as many characters of the text behind it as are shown."""
    begins = [0, *accumulate(map(len, parts))]
    part = bisect(begins, at) - 1
    if text.isascii():
        return _View(part * CHUNK, range(part * CHUNK, min(len(text), at + longest)))
    places: list[int] = []
    until = len(text)
    for place in range(part * CHUNK, len(text)):
        if place >= until:
            break
        places += [place] * len(_FOLDS[ord(text[place])])
        if until == len(text) and begins[part] + len(places) > at:
            until = min(until, place + longest)
    return _View(begins[part], places)


def _merged(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged
