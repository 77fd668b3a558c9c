"""Text from a command, as it is kept; what is not allowed is refused with its field."""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from . import attention, emoji, text
from .base import (
    ABOUT_CHARS,
    BODY_BYTES,
    INTRO_CHARS,
    LABEL_CHARS,
    LINK_CHARS,
    NAME_CHARS,
    NOTIFY_WORD_CHARS,
    PLACE_CHARS,
    POST_BYTES,
    PRONOUNS_CHARS,
    TAG_CHARS,
    WHY_CHARS,
)
from .codes import FIELD_INVALID, FIELD_TOO_LONG, Refuse
from .personas import PersonaLink, PersonaWish, PlaceWish


def handle(given: str, *, field: str) -> str:
    try:
        return text.handle(given)
    except text.TextError as error:
        raise Refuse(FIELD_INVALID, f"A {field} has {error}.", field=field) from None


def line(given: str, *, field: str, longest: int, empty: bool = False) -> str:
    return _kept(given, field, longest, lambda: text.line(given, longest=longest, empty=empty))


def intro(given: str, *, field: str) -> str:
    return _kept(given, field, INTRO_CHARS, lambda: text.intro(given, longest=INTRO_CHARS))


def pronouns(given: str, *, field: str) -> str:
    return line(given, field=field, longest=PRONOUNS_CHARS, empty=True)


def place(given: PlaceWish, *, field: str) -> PlaceWish:
    field, longest = f"{field}.name", PLACE_CHARS
    return replace(given, name=_kept(given.name, field, longest, lambda: text.whereabouts(given.name, longest=longest)))


def links(given: list[PersonaLink], *, field: str) -> list[PersonaLink]:
    return [_link(one, f"{field}[{index}]") for index, one in enumerate(given)]


def _link(given: PersonaLink, field: str) -> PersonaLink:
    label = line(given.label, field=f"{field}.label", longest=LABEL_CHARS)
    if "://" in label:  # or it could name another address than the one that it leads to
        raise Refuse(FIELD_INVALID, f"The field {field}.label must not be an address itself.", field=f"{field}.label")
    url = _kept(given.url, f"{field}.url", LINK_CHARS, lambda: text.address(given.url, longest=LINK_CHARS))
    return PersonaLink(label=label, url=url)


def persona(given: PersonaWish, *, field: str = "persona") -> PersonaWish:
    """All that is in it, as it is kept. Raises Refuse."""

    def at(name: str) -> str:
        return f"{field}.{name}"

    name, bio, why = given.display_name, given.bio, given.why
    return replace(
        given,
        handle=None if given.handle is None else handle(given.handle, field=at("handle")),
        display_name=None if name is None else line(name, field=at("display_name"), longest=NAME_CHARS),
        bio=None if bio is None else line(bio, field=at("bio"), longest=ABOUT_CHARS, empty=True),
        pronouns=None if given.pronouns is None else pronouns(given.pronouns, field=at("pronouns")),
        place=None if given.place is None else place(given.place, field=at("place")),
        links=None if given.links is None else links(given.links, field=at("links")),
        why=None if why is None else line(why, field=at("why"), longest=WHY_CHARS, empty=True),
        intro=None if given.intro is None else intro(given.intro, field=at("intro")),
    )


def _kept(given: str, field: str, longest: int, keep: Callable[[], str]) -> str:
    try:
        return keep()
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


def body(given: str, *, field: str = "body") -> str:
    try:
        return text.body(given)
    except text.TextError as error:
        code = FIELD_TOO_LONG if len(given.encode()) > BODY_BYTES else FIELD_INVALID
        raise Refuse(code, f"A message {_must(error)}.", field=field) from None


def moment(given: str, *, field: str) -> str:
    """A moment as the server writes them: in UTC, with milliseconds."""
    try:
        found = datetime.fromisoformat(given)
        if found.tzinfo is not None:
            return f"{found.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    except (ValueError, OverflowError):
        pass
    sentence = f"The field {field} is a moment with its offset, as 2026-01-31T09:00:00Z or 2026-01-31T09:00:00+01:00."
    raise Refuse(FIELD_INVALID, sentence, field=field)


def watched_word(given: str, *, field: str) -> str:
    """A word that one waits for, folded; a few in a row are one."""
    kept = line(attention.word(given), field=field, longest=NOTIFY_WORD_CHARS)
    if not any(char.isalnum() for char in kept):
        raise Refuse(FIELD_INVALID, f"The field {field} must have a letter or a digit.", field=field)
    return kept


def passage(given: str, *, field: str, longest: int, empty: bool = True) -> str:
    try:
        return text.passage(given, longest=longest, empty=empty)
    except text.TextError as error:
        code = FIELD_TOO_LONG if len(given.encode()) > longest else FIELD_INVALID
        raise Refuse(code, f"The field {field} {_must(error)}.", field=field) from None


def post(given: str, *, field: str = "body", empty: bool = False) -> str:
    """The body of a post, or what may become one."""
    try:
        return given if empty and not given else text.body(given, POST_BYTES)
    except text.TextError as error:
        code = FIELD_TOO_LONG if len(given.encode()) > POST_BYTES else FIELD_INVALID
        raise Refuse(code, f"The field {field} {_must(error)}.", field=field) from None


def _must(error: text.TextError) -> str:
    sentence = str(error)
    return sentence if sentence.startswith("must") else f"has {sentence}"
