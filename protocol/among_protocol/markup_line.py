"""The marks within a line: what is strong, emphasis, struck, code, a link, and where a spoiler begins or ends. Pure.

Rules: a mark opens where a word begins and closes where one ends, and something other than punctuation must be between:
`2*3*4`, `snake_case`, `*.py` and `^_^` stay as they are. Kinds of marks know nothing of each other, so there is nothing to
nest; of each kind one at most is open, and a later one takes its place. So each character is looked at a few times at most.
"""

import re
from typing import NamedTuple

STRONG, EMPHASIS, STRIKE, CODE, LINK, SPOILER = 1, 2, 4, 8, 16, 32  # a piece with SPOILER is the mark itself
_EMPHASIS_2 = 64  # by `_`, which knows nothing of `*`
_KINDS = {
    "*": ((EMPHASIS, 1),),
    "**": ((STRONG, 2),),
    "***": ((EMPHASIS, 1), (STRONG, 2)),
    "_": ((_EMPHASIS_2, 1),),
    "~~": ((STRIKE, 2),),
}

_TICKS = re.compile(r"`+")
BLANK = re.compile(r"[ \t]+")
_SIGN = re.compile(r"¯\\_\(ツ\)_/¯|`+|\*+|_+|~+|\|+|\[|\]\((?=[Hh]ttps?://|[Aa]mong://)|(?:[Hh]ttps?|[Aa]mong)://")
_SPACE = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INSIDE = re.compile(rf"[^{_SPACE}]")  # may stand on a mark's inner side
# Letters and digits of scripts that put spaces between words, roughly; Chinese, Japanese, Korean and Thai are not among them.
_WORD = "0-9A-Za-z\u00c0-\u0dff\u1e00-\u1fff"
_NOT_BEFORE = re.compile(rf"[{_WORD}!#$%&+,.:;<=>?@^`}})\]-]")  # stands not before a mark that opens
_NOT_BEHIND = re.compile(rf"[{_WORD}#$%&+<=>@\\^`{{(\[]")  # nor behind one that closes
_SOMETHING = re.compile(r"[^\x00-/:-@\[-`{-\x7f]")  # a letter, a digit, or whatever is not ASCII
_LETTER = re.compile(rf"[{_WORD}]")
_PATH = r"[A-Za-z0-9\-._~:/?#@!$&'*+,;=%]"
_ADDRESS = re.compile(
    r"(?:[Hh]ttps?|[Aa]mong)://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    rf"(?:[/?#]{_PATH}*(?:\({_PATH}*\){_PATH}*)*)?"
)
_NOT_A_LINK = re.compile(rf"[{_WORD}@%]|:[^{_SPACE}]")  # right behind it: then it leads elsewhere than it seems to
_TAIL = ".,:;!?'*_~"  # at its end these belong to the sentence


class Piece(NamedTuple):
    """A piece of a line."""

    text: str
    flags: int
    at: int = 0  # of a mark of a spoiler: where it stands in the whole text


class _Open(NamedTuple):
    piece: int  # its index
    words: int  # how many pieces with a letter came before


class _Line:
    """A line, and how far it is taken apart."""

    def __init__(self, line: str, begin: int) -> None:
        self.line = line
        self.begin = begin
        self.texts: list[str] = []
        self.flags: list[int] = []
        self.on: dict[int, int] = {}  # by index of a piece: what begins behind it
        self.off: dict[int, int] = {}  # what ends before it
        self.spoilers: dict[int, int] = {}  # by index: where marks of spoilers stand in the line
        self.open: dict[int, _Open] = {}  # by kind
        self.bracket: _Open | None = None
        self.words = 0
        self.ticks: dict[int, list[int]] | None = None  # by length: where runs of backticks begin, the last first

    def read(self) -> None:
        """Take it apart."""
        while (found := _SIGN.search(self.line, self.begin)) is not None:
            gap, sign = self.line[self.begin : found.start()], found[0]
            self.begin = found.end()
            if sign[0] in "hHaA":
                self.put(gap)
                self._address(found.start())
            elif sign == "](":
                self.put(gap)
                self._named()
            elif not _is_mark(sign):
                self.put(gap + sign)
            else:
                count = _slashes(gap)  # two are one, and an odd one makes text of the mark
                self.put(gap[: len(gap) - count] + "\\" * (count // 2))
                if count % 2:
                    self.put(sign)
                else:
                    self._mark(sign, found.start())
        self.put(self.line[self.begin :])

    def put(self, text: str, flags: int = 0) -> None:
        """A piece that is what it is."""
        if text:
            self.words += flags & (CODE | LINK) != 0 or _SOMETHING.search(text) is not None
            self.texts.append(text)
            self.flags.append(flags)

    def _mark(self, sign: str, start: int) -> None:
        match sign[0]:
            case "`":
                self._code(sign, start)
            case "[":
                self.bracket = _Open(len(self.texts), self.words)
                self.put(sign)
            case "|":
                self.spoilers[len(self.texts)] = start
                self.put(sign, SPOILER)
            case _:
                self._run(sign, self.line[start - 1 : start], self.line[self.begin : self.begin + 1])

    def _run(self, mark: str, before: str, behind: str) -> None:
        """A mark that may open, close or be text."""
        opens = _INSIDE.match(behind) is not None and not _NOT_BEFORE.match(before)
        closes = _INSIDE.match(before) is not None and not _NOT_BEHIND.match(behind)
        index = len(self.texts)
        self.texts.append(mark)
        self.flags.append(0)
        for kind, size in _KINDS[mark]:
            was = self.open.get(kind)
            if closes and was is not None and self.words > was.words:
                del self.open[kind]
                self.on[was.piece] = self.on.get(was.piece, 0) | kind
                self.off[index] = self.off.get(index, 0) | kind
                self.texts[was.piece] = self.texts[was.piece][size:]
                self.texts[index] = self.texts[index][size:]
            elif opens:
                self.open[kind] = _Open(index, self.words)

    def _code(self, sign: str, start: int) -> None:
        """Up to the next run of as many backticks."""
        if self.ticks is None:
            self.ticks = {}
            for run in reversed(list(_TICKS.finditer(self.line))):
                self.ticks.setdefault(len(run[0]), []).append(run.start())
        later = self.ticks[len(sign)]
        while later and later[-1] <= start:
            later.pop()
        if not later:
            self.put(sign)
            return
        code = self.line[self.begin : later[-1]]
        if code[0] == code[-1] == " " and code.strip(" "):  # so that it may begin or end with a backtick
            code = code[1:-1]
        self.put(code, CODE)
        self.begin = later[-1] + len(sign)

    def _address(self, start: int) -> None:
        """What begins like an address: a link, where it is one."""
        link, end = _link(self.line, start)
        self.put(link, LINK)
        self.put(self.line[start + len(link) : end])
        self.begin = end
        self.bracket = None

    def _named(self) -> None:
        """The middle of `[words](address)`: the words stay, and the address stands behind them."""
        found = _ADDRESS.match(self.line, self.begin)
        named = self.bracket is not None and self.words > self.bracket.words
        if self.bracket is None or not named or found is None or not self.line.startswith(")", found.end()):
            self.put("](")
            return
        self.texts[self.bracket.piece] = ""
        self.put(" (")
        self.put(found[0], LINK)
        self.put(")")
        self.bracket, self.begin = None, found.end() + 1

    def pieces(self, at: int) -> list[Piece]:
        """What it is made of."""
        now = 0
        found: list[Piece] = []
        for index, text in enumerate(self.texts):
            now &= ~self.off.get(index, 0)
            look = (now | EMPHASIS if now & _EMPHASIS_2 else now) & ~_EMPHASIS_2
            if text:
                found.append(Piece(text, self.flags[index] | look, at + self.spoilers.get(index, 0)))
            now |= self.on.get(index, 0)
        return found


def pieces(line: str, begin: int, at: int) -> list[Piece]:
    """The line from `begin` on, in pieces. `at`: where the line begins in the whole text."""
    one = _Line(line, begin)
    one.read()
    return one.pieces(at)


def escaped(line: str, begin: int) -> str:
    """The line from `begin` on with a backslash before each mark."""
    kept: list[str] = []
    while (found := _SIGN.search(line, begin)) is not None:
        gap, sign = line[begin : found.start()], found[0]
        begin = found.end()
        if sign[0] in "hHaA":
            _, begin = _link(line, found.start())
            sign = line[found.start() : begin]
        elif sign != "](" and _is_mark(sign):
            gap += "\\" * (_slashes(gap) + 1)
        kept.append(gap + sign)
    return "".join([*kept, line[begin:]])


def _link(line: str, start: int) -> tuple[str, int]:
    """The link that begins here, or nothing; and where to go on. What is none is passed over whole, or much of it would be
    looked at again and again."""
    found = _ADDRESS.match(line, start)
    if found is None:
        return "", line.index("//", start) + 2
    if _NOT_A_LINK.match(line, found.end()) or (start and _LETTER.match(line, start - 1)):
        return "", found.end()
    link = found[0].rstrip(_TAIL)
    return link, start + len(link)


def _is_mark(sign: str) -> bool:
    return sign in _KINDS or sign[0] in "`[" or sign.startswith("||")


def _slashes(gap: str) -> int:
    return len(gap) - len(gap.rstrip("\\"))
