"""Text from others, made safe for a terminal: that of a member, or of an operator. The only way from `str` to `Safe`;
what prints takes only `Safe`.

Rules: no control character passes (they are shown as pictures: `␛`), so nothing can move the cursor, change the title,
reach the clipboard or end a line early. No format character passes that turns or hides text (bidirectional controls,
zero-width spaces, tags); a joiner stays where Persian, Indic scripts and emoji need it. Marks are not stacked higher
than scripts stack them. A text of several lines becomes several `Safe`s, and whoever prints them indents all but the
first: only the program itself begins a line.

`safe_text(safe_text(x)) == safe_text(x)`: made safe twice is made safe once.
"""

import re
import unicodedata
from typing import NewType

Safe = NewType("Safe", str)

TAB = "    "
MARKS = 4  # combining marks on one character; more is not writing but a tower over other people's lines
UNKNOWN = "\ufffd"

_JOINERS = "\u200c\u200d"
# A joiner stands between two characters of scripts that join, or between emoji.
_JOINED = r"[^\x00-\u036f\u2000-\u200f]"
_LONE_JOINER = re.compile(rf"(?<!{_JOINED})[{_JOINERS}]|[{_JOINERS}](?!{_JOINED})")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Format characters that are seen and belong to writing: Arabic and Indic number and verse signs.
_SEEN = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
# Invisible, though Unicode calls them letters, marks or nothing yet. The last range hides data behind an emoji.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_BLANK = "\u2800"  # a blank in Braille pictures


def safe_text(text: str) -> Safe:
    """The text on one line, without anything that a terminal would obey or that would deceive a reader."""
    if text.isascii() and text.isprintable():
        return Safe(text)
    kept: list[str] = []
    marks = MARKS  # a mark needs a character to stand on
    for char in text:
        shown = _shown(char)
        if not shown:
            continue
        if unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks > MARKS:
                continue
        elif char not in _JOINERS:
            marks = 0
        kept.append(shown)
    return Safe(_LONE_JOINER.sub("", "".join(kept)))


def safe_lines(text: str) -> list[Safe]:
    """The lines of a body. Only a line feed ends a line; whatever else claims to is shown as what it is."""
    return [safe_text(line) for line in text.split("\n")]


def _shown(char: str) -> str:
    """What stands for this character; nothing for those that are invisible and of no use here."""
    code = ord(char)
    if char == "\t":
        return TAB
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if char in _JOINERS or _SEEN.match(char):
        return char
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp") or _TURNING.match(char):
        return f"<U+{code:04X}>"
    if category == "Cs" or code & 0xFFFE == 0xFFFE:
        return UNKNOWN
    if category == "Cf" or _INVISIBLE.match(char):
        return ""
    if category == "Zs" or char == _BLANK:
        return " "
    return char
