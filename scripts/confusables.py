"""Make protocol/among_protocol/confusables.txt anew out of Unicode's confusables.txt.

    python scripts/confusables.py confusables.txt

The source is https://www.unicode.org/Public/security/latest/confusables.txt. What it says of ASCII, of spaces and of
what can't be seen is left out, since lookalikes.py says that itself; letters that it does not speak of, and whose own
name says that they are a Latin letter in another dress, are added. A change of the file changes skeletons that are
stored: it needs a migration that makes them anew (see 0002_skeletons.sql).
"""

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).parents[1] / "protocol/among_protocol/confusables.txt"
DRESSES = (  # followed by one letter, in the name of a character
    "LATIN LETTER SMALL CAPITAL ",
    "NEGATIVE CIRCLED LATIN CAPITAL LETTER ",
    "NEGATIVE SQUARED LATIN CAPITAL LETTER ",
    "REGIONAL INDICATOR SYMBOL LETTER ",
)
HEADER = """\
# Which characters look like which: derived from Unicode's confusables.txt by scripts/confusables.py, and modified:
# only the mapping is kept, one line for each of its targets, "target<tab>characters that look like it"; ASCII,
# spaces and the invisible are left out; small capitals and letters in squares and circles are added.
# {version}
# Copyright (c) 1991-{year} Unicode, Inc. Licensed under the Unicode License V3, see LICENSE-UNICODE.
"""


def main(source: Path) -> None:
    lines = source.read_text("utf-8-sig").splitlines()
    version = next(line[2:] for line in lines if line.startswith("# Version:"))
    year = next(line[8:12] for line in lines if line.startswith("# Date: "))
    alike: dict[str, str] = {}
    for line in lines:
        row = line.partition("#")[0].split(";")
        if len(row) >= 2:
            character, target = ("".join(chr(int(code, 16)) for code in part.split()) for part in row[:2])
            if not character.isascii() and unicodedata.category(character[0])[0] not in "CZ":
                alike[character] = target
    for code in range(0x80, sys.maxunicode + 1):
        name = unicodedata.name(chr(code), "")
        for dress in DRESSES:
            letter = name.removeprefix(dress)
            if letter != name and len(letter) == 1:
                alike.setdefault(chr(code), letter.lower())
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for character, target in alike.items():
        groups[target].append(character)
    with TARGET.open("w", encoding="utf-8") as out:
        out.write(HEADER.format(version=version, year=year))
        for target in sorted(groups):
            out.write(f"{target}\t{''.join(sorted(groups[target]))}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
