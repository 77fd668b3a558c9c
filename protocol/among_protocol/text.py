"""What may stand in a handle, a name and a body. Pure functions; each returns the text as it is kept.

Handles and slugs: 3-32 of a-z 0-9 . _ -, beginning and ending with a letter or digit, folded to lower case: ASCII, so
that no two handles look alike by script. Names: any script, NFC, no control and no bidirectional control characters,
and something to see.
Tags: words of letters, marks and digits of any script, folded, joined by -; also + and . after a letter or digit.
Bodies: any text, without control characters other than line feed and tab; limited in UTF-8 bytes.
"""

import re
import unicodedata

from .base import BODY_BYTES, TAG_CHARS
from .lookalikes import shows, skeleton

EVERYBODY = "room"  # nobody's handle: `@room` is whoever is there

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,30})[a-z0-9]")
_MENTION = re.compile(r"(?<![A-Za-z0-9._@/-])@([A-Za-z0-9](?:[A-Za-z0-9._-]{1,30})[A-Za-z0-9])(?![A-Za-z0-9])")
_ID = re.compile(r"[a-z]_[a-z2-7]{16}")
_HOST = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"(https://(?:{_HOST}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?(?::[0-9]{{1,5}})?)((?:[/?#][!#-;=?-\[\]_a-z~]*)?)",
    re.IGNORECASE,
)
_COORDINATES = re.compile(
    r"\d\s*[°º˚]|\bgeo:|[-+]?\d{1,3}[.,]\d{2,}\D{1,12}\d{1,3}[.,]\d{2,}"  # 38.72, -9.14
    r"|^\W*\d{1,3}(?:[.,]\d+)?\s*[NSEW]?\W+\d{1,3}(?:[.,]\d+)?\s*[NSEW]?\W*$"  # two numbers and nothing else
    r"|\b\d{1,3}[ :]\d{1,2}(?:[ :]\d{1,2}(?:[.,]\d+)?)?\s*[NSEW]\b"  # 38 43 20 N
    r"|\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b"  # an open location code
    r"|\b(?=\w*\d\w*\d)(?=\w*[A-Z])[0-9B-HJKMNP-Z]{8,12}\b"  # a geohash
    r"|\b[A-R]{2}\d\d[A-X]{2}(?:\d\d)?\b|\b\d{1,2}[C-X][A-Z]{2}\d{4,10}\b"  # Maidenhead, MGRS
    r"|^/*[^\W\d_]+\.[^\W\d_]+\.[^\W\d_]+$",  # three words
    re.IGNORECASE,
)
_BODY_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TAG_GAP = re.compile(r"[\s_-]+")
_JOINERS = "\u200c\u200d"  # needed by Persian, Indic scripts and emoji

RESERVED = frozenset({
    "admin", "administrator", "all", "among", "anonymous", "bot", "channel", "everyone", "guest", "here", "host", "mod",
    "moderator", "nobody", "null", "official", "operator", "owner", "room", "root", "server", "staff", "steward", "stewards",
    "support", "system", "undefined", "you",
})  # fmt: skip


# What nobody may look like either: all of them but "all", which is what an "ali" looks like.
_RESERVED_LOOKS = frozenset(skeleton(word) for word in RESERVED if word != "all")


class TextError(ValueError):
    """The text is not allowed; the sentence says what is."""


def handle(text: str) -> str:
    """The handle (or slug) as it is kept. Raises TextError."""
    folded = text.lower() if text.isascii() else text
    if not _HANDLE.fullmatch(folded):
        raise TextError("3 to 32 of a-z 0-9 . _ -, beginning and ending with a letter or a digit")
    return folded


def is_reserved(folded: str) -> bool:
    """Whether nobody may take this handle or slug: it is one of those words, or looks like one, or like an id, which
    stands where a slug may stand."""
    return folded in RESERVED or skeleton(folded) in _RESERVED_LOOKS or _ID.fullmatch(folded) is not None


def line(text: str, *, longest: int, empty: bool = False) -> str:
    """A name, bio or topic as it is kept: NFC, trimmed, one line. `longest` in code points. Raises TextError."""
    kept = unicodedata.normalize("NFC", text).strip()
    if not kept and not empty:
        raise TextError("must not be empty")
    if len(kept) > longest:
        raise TextError(f"at most {longest} characters")
    for char in kept:
        category = unicodedata.category(char)
        if (category[0] == "C" and char not in _JOINERS) or category in ("Zl", "Zp"):
            raise TextError(f"must not contain the character U+{ord(char):04X}")
    if kept and not shows(kept):
        raise TextError("must show something: it has nothing but blank characters")
    return kept


def tag(text: str) -> str:
    """A tag as it is named: folded, its words joined by -. Raises TextError."""
    kept = tag_begin(text).strip("-")
    if len(kept) > TAG_CHARS:
        raise TextError(f"at most {TAG_CHARS} characters")
    if not shows(kept) or not all(map(_is_tagged, "-" + kept, kept)):
        raise TextError("words of letters and digits, joined by -, as in film-photography")
    return kept


def tag_begin(text: str) -> str:
    """What is typed of a tag so far, folded as tags are; it may not be one yet."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for joiner in _JOINERS:
        folded = folded.replace(joiner, "")
    return "-".join(_TAG_GAP.split(folded.strip().removeprefix("#")))


def _is_tagged(before: str, char: str) -> bool:
    """Whether a character may stand in a tag, behind this one."""
    kind = unicodedata.category(char)[0]
    if char in "-+.":
        return before != "-"
    return kind in "LN" or (kind == "M" and before != "-")


def body(text: str, most: int = BODY_BYTES) -> str:
    """The body of a message (or of something with room for more), unchanged. Raises TextError."""
    if len(text) > most // 4 and len(text.encode()) > most:
        raise TextError(f"at most {most} bytes of UTF-8")
    found = _BODY_CONTROL.search(text)
    if found:
        raise TextError(f"must not contain the character U+{ord(found.group()):04X}")
    if not text or text.isspace():
        raise TextError("must not be blank")
    return text


def passage(text: str, *, longest: int, empty: bool = True) -> str:
    """A text of several lines as it is kept: NFC, without blanks at the ends of lines and of the whole, and at most two
    line feeds in a row. `longest` in bytes of UTF-8. Raises TextError."""
    lines = [line.rstrip() for line in unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")]
    kept = re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    if not kept and not empty:
        raise TextError("must not be empty")
    if len(kept.encode()) > longest:
        raise TextError(f"at most {longest} bytes of UTF-8")
    for char in kept:
        category = unicodedata.category(char)
        if (category[0] == "C" and char not in _JOINERS and char not in "\n\t") or category in ("Zl", "Zp"):
            raise TextError(f"must not contain the character U+{ord(char):04X}")
    if kept and not shows(kept):
        raise TextError("must show something: it has nothing but blank characters")
    return kept


def intro(text: str, *, longest: int) -> str:
    """A `passage`, without blank lines around it. `longest` in code points. Raises TextError."""
    kept = passage(text, longest=4 * longest).strip()
    if len(kept) > longest:
        raise TextError(f"at most {longest} characters")
    return kept


def whereabouts(text: str, *, longest: int) -> str:
    """The name of a place, as a `line`; nothing that looks like coordinates. Raises TextError."""
    kept = line(text, longest=longest, empty=True)
    if _COORDINATES.search(unicodedata.normalize("NFKC", kept)):
        raise TextError("must be the name of a place, not coordinates")
    return kept


def address(text: str, *, longest: int) -> str:
    """An https address as it is kept, its host in lower case. Raises TextError."""
    if len(text) > longest:
        raise TextError(f"at most {longest} characters")
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise TextError("must be an https address, as https://example.org/me, with no name or password before the host")
    return found.group(1).lower() + found.group(2)


def mentions_room(text: str) -> bool:
    """Whether a body has the word that mentions everybody, `@room`."""
    return EVERYBODY in mentions(text)


def mentions(text: str) -> list[str]:
    """The handles that a body mentions (`@handle`), folded, each once, in order."""
    if "@" not in text:
        return []
    return list(dict.fromkeys(match.lower() for match in _MENTION.findall(text)))
