"""Text from a command, as it is kept; what is not allowed is refused with its field."""

from . import emoji, text
from .base import TAG_CHARS
from .codes import FIELD_INVALID, FIELD_TOO_LONG, Refuse


def handle(given: str, *, field: str) -> str:
    try:
        return text.handle(given)
    except text.TextError as error:
        raise Refuse(FIELD_INVALID, f"A {field} has {error}.", field=field) from None


def line(given: str, *, field: str, longest: int, empty: bool = False) -> str:
    try:
        return text.line(given, longest=longest, empty=empty)
    except text.TextError as error:
        code = FIELD_TOO_LONG if len(given) > longest else FIELD_INVALID
        raise Refuse(code, f"The field {field} {_must(error)}.", field=field) from None


def one_emoji(given: str, *, field: str) -> str:
    try:
        return emoji.emoji(given)
    except text.TextError as error:
        raise Refuse(FIELD_INVALID, f"The field {field} {_must(error)}.", field=field) from None


def tag(given: str, *, field: str) -> str:
    try:
        return text.tag(given)
    except text.TextError as error:
        code = FIELD_TOO_LONG if len(given) > TAG_CHARS else FIELD_INVALID
        raise Refuse(code, f"A tag has {error}.", field=field) from None


def body(given: str) -> str:
    try:
        return text.body(given)
    except text.TextError as error:
        code = FIELD_TOO_LONG if len(given.encode()) > text.MAX_BODY_BYTES else FIELD_INVALID
        raise Refuse(code, f"A message {_must(error)}.", field="body") from None


def passage(given: str, *, field: str, longest: int) -> str:
    try:
        return text.passage(given, longest=longest)
    except text.TextError as error:
        code = FIELD_TOO_LONG if len(given.encode()) > longest else FIELD_INVALID
        raise Refuse(code, f"The field {field} {_must(error)}.", field=field) from None


def _must(error: text.TextError) -> str:
    sentence = str(error)
    return sentence if sentence.startswith("must") else f"has {sentence}"
