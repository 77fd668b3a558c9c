"""Texts that the eye takes for one another: two whose `skeleton` is the same look alike.

The skeleton is that of UTS 39, with Unicode's data (confusables.txt), and more besides: case, spaces and separators
don't count, nor does what can't be seen; and inside ASCII 1, i and l are one letter, 0 and o, rn and m, vv and w. So a
handle, which is ASCII, has lookalikes too, and names can be held against handles.

A skeleton is to be compared and never shown. Stored ones are only as good as this module: who changes what it gives,
here or in the data, adds a migration that makes them anew.
"""

import unicodedata
from functools import cache
from importlib.resources import files

_ASCII = str.maketrans({"1": "l", "i": "l", "|": "l", "0": "o", "m": "rn", "w": "vv", '"': "''", ".": "", "_": "", "-": "", " ": ""})  # fmt: skip
_UPPER = str.maketrans({"I": "l"})  # before it is folded
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # that no category tells
_UNSEEN = _BLANK | {"\u00b7"}
_VARIANTS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def skeleton(text: str) -> str:
    """What a text looks like."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    before = ""
    while text != before:  # twice, seldom three times
        before = text
        text = "".join(filter(_seen, unicodedata.normalize("NFKD", text)))
        text = unicodedata.normalize("NFKD", text.translate(_UPPER).translate(_table()).casefold())
        text = text.translate(_ASCII).replace("l\u0307", "l")  # an i has its dot
    return text


def shows(text: str) -> bool:
    """Whether there is anything to see: not only what is blank, or a mark without a letter to stand on."""
    if text.isascii():
        return bool(text) and not text.isspace()
    return any(char not in _BLANK and unicodedata.category(char)[0] not in "CMZ" for char in text)


def _seen(char: str) -> bool:
    category = unicodedata.category(char)
    return (
        category not in ("Cc", "Cf", "Pc", "Pd", "Zl", "Zp", "Zs")
        and char not in _UNSEEN
        and not any(ord(char) in variants for variants in _VARIANTS)
    )


@cache
def _table() -> dict[int, str]:
    """What Unicode says. Read once, when somebody first has a name that is not ASCII."""
    lines = (files(__package__) / "confusables.txt").read_text("utf-8").split("\n")
    rows = [line.rpartition("\t") for line in lines if line and not line.startswith("# ")]
    return {ord(char): target for target, _, alike in rows for char in alike}
