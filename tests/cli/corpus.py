"""What hostile people put where a name, a topic or a message is expected (guarantee CNT-01)."""

import io
import re
import unicodedata

from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import Style

from among_cli.render import Row

FORGED = "23:59 bob  I owe ana a hundred"

CORPUS = [
    *(f"a{chr(code)}b" for code in [*range(0x20), *range(0x7F, 0xA0)]),
    "\x1b]0;title\x07",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[H\x1b[?1049h\x1b[?25l\x1b[6n\x1b[5i\x1b[>c",
    "\x1bP$q\x1b\\",
    "\x1bPtmux;\x1b\x1b]52;c;ZXZpbA==\x07\x1b\\",
    "\x1b_Gf=100;AAAA\x1b\\",
    "\x1b^private\x1b\\",
    "\x1bc\x1b7\x1b8\x1b=\x1b(0",
    "\x9b2J\x9d0;title\x9c\x90q\x9c\x85next",
    "\x1b",
    "half an escape \x1b[",
    f"rewritten\r{FORGED}",
    "\b" * 40 + FORGED,
    f"new\n{FORGED}",
    f"new\r\n{FORGED}",
    f"line separator\u2028{FORGED}\u2029{FORGED}\x0b{FORGED}\x0c{FORGED}\x85{FORGED}",
    " " * 200 + FORGED,
    "x" * 500 + FORGED,
    "\t" * 30 + FORGED,
    "漢" * 100 + FORGED,
    "🧑‍🧑‍🧒‍🧒" * 40 + FORGED,
    "\u202eevil\u202c \u2066hidden\u2069 \u200f\u200e\u061c",
    "zero\u200bwidth\u2060\ufeff\u00ad\u180e\u2061\u3164\u115f\uffa0",
    "\u200d\u200d\u200c joiners \u200d",
    "tags\U000e0041\U000e0042\U000e007f and selectors\U000e0100",
    "tower" + "\u0300\u0336\u20dd\u0489" * 50,
    "\u0338begins with a mark",
    "\ufff9annotation\ufffa\ufffb\uffff\U0001ffff",
    "\ud800lone surrogate",
    "**\x1b[31mred\x1b[0m** ~~\x9b2J~~ _\u202eevil_ `\x1b]0;title\x07`",
    f"```\x1b[2J\n\x1b]52;c;ZXZpbA==\x07\n\r{FORGED}\n```",
    f"```\n{FORGED}\n{'x ' * 200}{FORGED}\n```",
    f"> > > > > > > > {FORGED}\n- {FORGED}\n123456789. {FORGED}",
    f"||\x1b[8m{FORGED}|| ||\n{FORGED}\n||",
    "[\x1b[1m](https://evil.example/\x07) https://evil.example/\u202e\u200b https://bank.example\u2028@evil.example",
    "",
]

_OURS = re.compile(r"\x1b\[(?:0|[0-9;]+)m|\x1b\[\?7[hl]")  # colours, and the switch for wrapping
_BIDI = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


def obeyed(raw: str) -> str:
    """All characters of the raw output that a terminal would obey, or that would turn or hide text, beside our own."""
    bare = _OURS.sub("", raw).replace("\r\n", "\n")
    return "".join(
        char
        for char in bare
        if (unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in "\n\u200c\u200d")
        or unicodedata.bidirectional(char) in _BIDI
    )


def on_terminal(rows: list[Row], columns: int = 80) -> str:
    """The bytes that a terminal gets for these rows."""
    raw = io.StringIO()
    output = Vt100_Output(raw, lambda: Size(24, columns), term="xterm-256color", enable_cpr=False)
    for row in rows:
        print_formatted_text(output, FormattedText([*row, ("", "\n")]), Style([]))
    return raw.getvalue()
